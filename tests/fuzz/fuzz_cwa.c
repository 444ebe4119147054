/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as an Axivity recording: read whole, read again, read from the middle, read as
 * stored. Checksums are put right first for half of the inputs, so that damage behind them is
 * found too.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware-formats/cwa_layout.h"
#include "firmware-formats/format.h"

extern const struct format format_cwa;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void seal_all(uint8_t *at, size_t size)
{
    for (size_t i = 0; i + CWA_SECTOR_BYTES <= size; i += CWA_SECTOR_BYTES) {
        if (at[i] == 'A' && at[i + 1] == 'X') {
            cwa_sector_seal(at + i);
        }
    }
}

static void read_blocks(struct recording_source *source, struct sample_block *block)
{
    struct failure why;
    int64_t n = 0;
    while (source->ops->next_samples(source, block, &why) == YK_OK) {
        n += block->n;
        if (block->n < 1 || block->n > block->capacity || !(block->period_s > 0)) {
            abort();
        }
    }
    if (source->report.n_samples != 0 && source->report.n_samples != n) {
        abort();
    }
}

static void read_from(struct recording_source *source, int64_t from_ns,
                      struct sample_block *block)
{
    struct recording_source *cursor = NULL;
    struct device_block stored;
    struct failure why;
    for (int as_stored = 0; as_stored < 2; as_stored++) {
        if (source->ops->open_at(source, from_ns, &cursor, &why) != YK_OK) {
            return;
        }
        if (as_stored == 0) {
            read_blocks(cursor, block);
        } else {
            while (cursor->ops->next_device_block(cursor, block, &stored, &why) == YK_OK) {
            }
        }
        recording_source_close(cursor);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct zone *zone;
    if (zone == NULL && zone_open("Europe/Oslo", &zone, NULL) != YK_OK) {
        return 0;
    }
    uint8_t *copy = malloc(size + 1);
    struct sample_block block;
    if (copy == NULL || sample_block_init(&block, true, NULL) != YK_OK) {
        free(copy);
        return 0;
    }
    memcpy(copy, data, size);
    uint8_t choice = size > 0 ? data[size - 1] : 0;
    if ((choice & 1) != 0) {
        seal_all(copy + (size >= 1024 && copy[0] == 'M' ? 1024 : 0),
                 size >= 1024 && copy[0] == 'M' ? size - 1024 : size);
    }
    struct open_options opt = {.zone = zone,
                               .file_zone_wins = true,
                               .with_gyro = true,
                               .session = (choice >> 1 & 3) - 1};
    struct byte_source *bytes = NULL;
    struct recording_source *source = NULL;
    struct failure why;
    if (memory_source_open(copy, size, "t.cwa", &bytes, &why) == YK_OK) {
        (void)format_cwa.probe(bytes);
        if (format_cwa.open(bytes, &opt, &source, &why) != YK_OK) {
            byte_source_close(bytes);
        } else {
            read_blocks(source, &block);
            int64_t middle = source->info.start_ns / 2 + source->info.end_ns / 2;
            read_from(source, middle, &block);
            read_from(source, INT64_MIN, &block);
            if (source->ops->rewind(source, &why) == YK_OK) {
                read_blocks(source, &block);
            }
            recording_source_close(source);
        }
    }
    sample_block_release(&block);
    free(copy);
    return 0;
}
