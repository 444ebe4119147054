/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as an ActiGraph table of epochs or of samples.
 */
#include <stdlib.h>

#include "firmware-formats/format.h"

extern const struct format format_actigraph_csv;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_samples(struct recording_source *source)
{
    struct sample_block block;
    struct failure why;
    int64_t n = 0;
    if (sample_block_init(&block, true, NULL) != YK_OK) {
        return;
    }
    while (source->ops->next_samples(source, &block, &why) == YK_OK) {
        n += block.n;
        if (block.n < 1 || block.n > block.capacity || !(block.period_s > 0)) {
            abort();
        }
    }
    if (source->report.n_samples != n) {
        abort();
    }
    struct recording_source *cursor = NULL;
    int64_t middle = source->info.start_ns / 2 + source->info.end_ns / 2;
    if (source->ops->open_at(source, middle, &cursor, &why) == YK_OK) {
        while (cursor->ops->next_samples(cursor, &block, &why) == YK_OK) {
        }
        recording_source_close(cursor);
    }
    sample_block_release(&block);
}

static void read_epochs(struct recording_source *source)
{
    struct epoch_series epochs;
    struct failure why;
    epoch_series_init(&epochs);
    while (source->ops->next_epochs(source, &epochs, &why) == YK_OK) {
    }
    epoch_series_release(&epochs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct zone *zone;
    if (zone == NULL && zone_open("Europe/Oslo", &zone, NULL) != YK_OK) {
        return 0;
    }
    struct open_options opt = {.zone = zone, .with_gyro = true};
    struct byte_source *bytes = NULL;
    struct recording_source *source = NULL;
    struct failure why;
    if (memory_source_open(data, size, "t.csv", &bytes, &why) != YK_OK) {
        return 0;
    }
    (void)format_actigraph_csv.probe(bytes);
    if (format_actigraph_csv.open(bytes, &opt, &source, &why) != YK_OK) {
        byte_source_close(bytes);
        return 0;
    }
    for (int pass = 0; pass < 2; pass++) {
        (source->ops->next_samples != NULL ? read_samples : read_epochs)(source);
        if (source->ops->rewind(source, &why) != YK_OK) {
            break;
        }
    }
    recording_source_close(source);
    return 0;
}
