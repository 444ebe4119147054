/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ActiGraph's samples: pure functions on bytes.
 */
#ifndef FIRMWARE_FORMATS_GT3X_DECODE_H
#define FIRMWARE_FORMATS_GT3X_DECODE_H

#include <stddef.h>
#include <stdint.h>

#define GT3X_SAMPLES_MOST 4096

/* Device axes x, y, z of one record. */
struct gt3x_raw {
    int16_t axis[3][GT3X_SAMPLES_MOST];
};

enum gt3x_order { GT3X_YXZ, GT3X_XYZ }; /* in which 12-bit samples are stored */

/* How many whole samples n bytes hold. */
size_t gt3x_count12(size_t n);
size_t gt3x_count16(size_t n);

/* 12-bit samples: a big-endian stream of nibbles, two's complement. Decodes n samples that
 * begin at half byte `nibble` (0 or 1) of at, which holds at least (nibble + 9 n + 1) / 2
 * bytes. */
void gt3x_unpack12(const uint8_t *at, unsigned nibble, size_t n, enum gt3x_order order,
                   struct gt3x_raw *out);
/* int16 x, y, z, little-endian. */
void gt3x_unpack16(const uint8_t *at, size_t n, struct gt3x_raw *out);

/* PARAMETERS real numbers: 24 bits of signed fraction, 8 bits of exponent of 2. NaN: overflow.
 */
double gt3x_real(uint32_t value);

#endif
