/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as a file of one format. Bytes behind a line "%ini" stand for the description
 * beside it.
 */
#ifndef TESTS_FUZZ_EPOCH_FORMAT_H
#define TESTS_FUZZ_EPOCH_FORMAT_H

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/read_recording.h"

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
    for (int pass = 0; pass < 2; pass++) {
        if (source->ops->next_samples != NULL) {
            fuzz_read_samples(source);
        } else {
            fuzz_read_epochs(source);
        }
        if (source->ops->rewind(source, &why) != YK_OK) {
            break;
        }
    }
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
