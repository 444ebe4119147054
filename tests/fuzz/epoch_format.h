/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as a file of one format. Bytes behind a line "%ini" stand for the description
 * beside it.
 */
#ifndef TESTS_FUZZ_EPOCH_FORMAT_H
#define TESTS_FUZZ_EPOCH_FORMAT_H

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
    struct fuzz_input in = {
        .options = {.zone = fuzz_zone(), .file_zone_wins = true, .sibling = fuzz_beside}};
    const char *mark = memmem(data, size, "%ini\n", 5);
    size_t n = size;
    if (mark != NULL) {
        n = (size_t)(mark - (const char *)data);
        in.ini = mark + 5;
        in.ini_n = size - n - 5;
    }
    fuzz_recording_with(format, data, n, &in.options);
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
