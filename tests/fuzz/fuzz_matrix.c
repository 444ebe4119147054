/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as a Matrix recording. Checksums are put right first for half of the inputs, so
 * that what lies behind them is found too.
 */
#include "tests/fuzz/read_recording.h"

#include "src/base/crc32.h"
#include "firmware-formats/matrix_layout.h"
#include "src/base/bytes.h"

extern const struct format format_matrix;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void seal_all(uint8_t *at, size_t size)
{
    static struct crc32_tables tables;
    struct matrix_packet packet;
    crc32_init(&tables);
    for (size_t i = 0; i + MATRIX_PACKET_HEADER <= size; i++) {
        if (matrix_packet_get(at + i, &packet) && packet.bytes <= size - i) {
            put_u32le(at + i + 8,
                      crc32_add(&tables, 0, at + i + 12, (size_t)packet.bytes - 12));
            i += (size_t)packet.bytes - 1;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size + 1);
    if (copy == NULL) {
        return 0;
    }
    memcpy(copy, data, size);
    if (size > 0 && (data[size - 1] & 1) != 0) {
        seal_all(copy, size);
    }
    fuzz_recording(&format_matrix, copy, size);
    free(copy);
    return 0;
}
