/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * CRC-32 as in zlib and Ethernet (polynomial 0x04C11DB7, reflected), eight bytes a step.
 */
#ifndef SRC_BASE_CRC32_H
#define SRC_BASE_CRC32_H

#include <stddef.h>
#include <stdint.h>

struct crc32_tables {
    uint32_t row[8][256];
};

void crc32_init(struct crc32_tables *self);
/* Goes on from crc (0 at the start) over n bytes. */
uint32_t crc32_add(const struct crc32_tables *self, uint32_t crc, const uint8_t *at, size_t n);

#endif
