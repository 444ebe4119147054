/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as an Axivity recording: read whole, read again, read from the middle, read as
 * stored. Checksums are put right first for half of the inputs, so that damage behind them is
 * found too.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware-formats/cwa_layout.h"
#include "tests/fuzz/read_recording.h"

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

static void read_as_stored(struct recording_source *source, int64_t from_ns)
{
    struct recording_source *cursor = NULL;
    struct sample_block block;
    struct device_block stored;
    struct failure why;
    if (sample_block_init(&block, true, NULL) != YK_OK) {
        return;
    }
    if (source->ops->open_at(source, from_ns, &cursor, &why) == YK_OK) {
        while (cursor->ops->next_device_block(cursor, &block, &stored, &why) == YK_OK) {
        }
        recording_source_close(cursor);
    }
    sample_block_release(&block);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size + 1);
    if (copy == NULL) {
        return 0;
    }
    memcpy(copy, data, size);
    uint8_t choice = size > 0 ? data[size - 1] : 0;
    if ((choice & 1) != 0) {
        seal_all(copy + (size >= 1024 && copy[0] == 'M' ? 1024 : 0),
                 size >= 1024 && copy[0] == 'M' ? size - 1024 : size);
    }
    struct open_options opt = {.zone = fuzz_zone(),
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
            fuzz_read_samples(source);
            read_as_stored(source, source->info.start_ns / 2 + source->info.end_ns / 2);
            read_as_stored(source, INT64_MIN);
            recording_source_close(source);
        }
    }
    free(copy);
    return 0;
}
