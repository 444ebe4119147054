/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * CRC-32 by "slicing": eight tables, of which row k takes a byte that is k bytes before the end
 * (Kounavis and Berry, A systematic approach to building high performance software-based CRC
 * generators, ISCC 2005).
 */
#include "src/base/crc32.h"

#include "src/base/bytes.h"

void crc32_init(struct crc32_tables *self)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int k = 0; k < 8; k++) {
            c = (c & 1) != 0 ? c >> 1 ^ 0xEDB88320u : c >> 1;
        }
        self->row[0][i] = c;
    }
    for (int k = 1; k < 8; k++) {
        for (int i = 0; i < 256; i++) {
            uint32_t before = self->row[k - 1][i];
            self->row[k][i] = before >> 8 ^ self->row[0][before & 0xFF];
        }
    }
}

uint32_t crc32_add(const struct crc32_tables *self, uint32_t crc, const uint8_t *at, size_t n)
{
    const uint32_t(*row)[256] = self->row;
    uint32_t c = ~crc;
    for (; n >= 8; n -= 8, at += 8) {
        uint32_t low = get_u32le(at) ^ c, high = get_u32le(at + 4);
        c = row[7][low & 0xFF] ^ row[6][low >> 8 & 0xFF] ^ row[5][low >> 16 & 0xFF] ^
            row[4][low >> 24] ^ row[3][high & 0xFF] ^ row[2][high >> 8 & 0xFF] ^
            row[1][high >> 16 & 0xFF] ^ row[0][high >> 24];
    }
    for (; n > 0; n--, at++) {
        c = c >> 8 ^ row[0][(c ^ *at) & 0xFF];
    }
    return ~c;
}
