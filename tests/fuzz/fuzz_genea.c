/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as a GENEA recording. Checksums behind the header are put right first for half of
 * the inputs, so that what lies behind them is found too.
 */
#include "tests/fuzz/read_recording.h"

extern const struct format format_genea;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void seal(uint8_t *chunk)
{
    unsigned crc = 0;
    for (int i = 1; i < 6; i++) {
        crc ^= chunk[i];
        for (int k = 0; k < 8; k++) {
            crc = (crc & 0x80) != 0 ? (crc << 1 ^ 0x85) & 0xFF : crc << 1;
        }
    }
    chunk[0] = (uint8_t)crc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size + 1);
    if (copy == NULL) {
        return 0;
    }
    memcpy(copy, data, size);
    const uint8_t *end = memmem(copy, size, "\n\r\n", 3);
    if (end != NULL && size > 0 && (data[size - 1] & 1) != 0) {
        size_t start = (size_t)(end - copy) + 3;
        for (size_t k = 0; start + k / 341 * 2048 + k % 341 * 6 + 6 <= size; k++) {
            seal(copy + start + k / 341 * 2048 + k % 341 * 6);
        }
    }
    fuzz_recording(&format_genea, copy, size);
    free(copy);
    return 0;
}
