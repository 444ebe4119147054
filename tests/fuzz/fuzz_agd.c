/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as an ActiLife database.
 */
#include <stdlib.h>

#include "firmware-formats/format.h"

extern const struct format format_agd;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct zone *zone;
    if (zone == NULL && zone_open("Europe/Oslo", &zone, NULL) != YK_OK) {
        return 0;
    }
    struct open_options opt = {.zone = zone};
    struct byte_source *bytes = NULL;
    struct recording_source *source = NULL;
    struct failure why;
    if (memory_source_open(data, size, "t.agd", &bytes, &why) != YK_OK) {
        return 0;
    }
    (void)format_agd.probe(bytes);
    if (format_agd.open(bytes, &opt, &source, &why) != YK_OK) {
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
