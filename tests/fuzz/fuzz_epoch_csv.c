/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as an epoch table. Bytes behind a line "%ini" stand for the description beside it.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware-formats/format.h"

extern const struct format format_epoch_csv;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    struct open_options options; /* first */
    const char *ini;
    size_t ini_n;
};

static enum yk_status beside(const struct open_options *self, const char *suffix,
                             struct byte_source **out, struct failure *why)
{
    const struct input *in = (const struct input *)self;
    (void)suffix;
    return in->ini == NULL ? failure_set(why, YK_ERR_NO_DEVICE, "no such file")
                           : memory_source_open(in->ini, in->ini_n, "t.ini", out, why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct zone *zone;
    if (zone == NULL && zone_open("Europe/Oslo", &zone, NULL) != YK_OK) {
        return 0;
    }
    struct input in = {.options = {.zone = zone, .sibling = beside}};
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
    if (memory_source_open(data, n, "t.csv", &bytes, &why) != YK_OK) {
        return 0;
    }
    (void)format_epoch_csv.probe(bytes);
    if (format_epoch_csv.open(bytes, &in.options, &source, &why) != YK_OK) {
        byte_source_close(bytes);
        return 0;
    }
    for (int pass = 0; pass < 2; pass++) {
        struct epoch_series epochs;
        epoch_series_init(&epochs);
        while (source->ops->next_epochs(source, &epochs, &why) == YK_OK) {
        }
        epoch_series_release(&epochs);
        if (source->ops->rewind(source, &why) != YK_OK) {
            break;
        }
    }
    recording_source_close(source);
    return 0;
}
