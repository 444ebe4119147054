/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as a file of one format. Bytes behind a line "%ini" stand for the description
 * beside it.
 */
#ifndef TESTS_FUZZ_EPOCH_FORMAT_H
#define TESTS_FUZZ_EPOCH_FORMAT_H

#include <stdlib.h>
#include <string.h>

#include "firmware-formats/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz_input {
    struct open_options options; /* first */
    const char *ini;
    size_t ini_n;
};

static enum yk_status fuzz_beside(const struct open_options *self, const char *suffix,
                                  struct byte_source **out, struct failure *why)
{
    const struct fuzz_input *in = (const struct fuzz_input *)self;
    (void)suffix;
    return in->ini == NULL ? failure_set(why, YK_ERR_NO_DEVICE, "no such file")
                           : memory_source_open(in->ini, in->ini_n, "t.ini", out, why);
}

static void fuzz_read_twice(struct recording_source *source)
{
    struct failure why;
    enum yk_status status = YK_OK;
    for (int pass = 0; pass < 2 && status == YK_OK; pass++) {
        if (source->ops->next_epochs != NULL) {
            struct epoch_series epochs;
            epoch_series_init(&epochs);
            while (source->ops->next_epochs(source, &epochs, &why) == YK_OK) {
            }
            epoch_series_release(&epochs);
        } else {
            struct sample_block block;
            if (sample_block_init(&block, false, &why) != YK_OK) {
                return;
            }
            while (source->ops->next_samples(source, &block, &why) == YK_OK) {
            }
            sample_block_release(&block);
        }
        status = source->ops->rewind(source, &why);
    }
}

static int fuzz_format(const struct format *format, const uint8_t *data, size_t size)
{
    static struct zone *zone;
    if (zone == NULL && zone_open("Europe/Oslo", &zone, NULL) != YK_OK) {
        return 0;
    }
    struct fuzz_input in = {
        .options = {.zone = zone, .file_zone_wins = true, .sibling = fuzz_beside}};
    const char *mark = memmem(data, size, "%ini\n", 5);
    size_t n = size;
    if (mark != NULL) {
        n = (size_t)(mark - (const char *)data);
        in.ini = mark + 5;
        in.ini_n = size - n - 5;
    }
    struct byte_source *bytes = NULL;
    struct recording_source *source = NULL;
    struct failure why;
    if (memory_source_open(data, n, "t", &bytes, &why) != YK_OK) {
        return 0;
    }
    (void)format->probe(bytes);
    if (format->open(bytes, &in.options, &source, &why) != YK_OK) {
        byte_source_close(bytes);
        return 0;
    }
    fuzz_read_twice(source);
    recording_source_close(source);
    return 0;
}

/* The whole target for format_ID. */
#define FUZZ_FORMAT(id)                                                                        \
    extern const struct format format_##id;                                                    \
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)                               \
    {                                                                                          \
        return fuzz_format(&format_##id, data, size);                                          \
    }

#endif
