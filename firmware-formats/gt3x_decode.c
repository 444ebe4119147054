/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Unpacking of ActiGraph samples, see gt3x_decode.h and docs/formats/gt3x.md.
 */
#include "firmware-formats/gt3x_decode.h"

#include <math.h>

#include "src/base/bytes.h"
#include "src/base/clones.h"

size_t gt3x_count12(size_t n)
{
    return n * 8 / 36;
}

size_t gt3x_count16(size_t n)
{
    return n / 6;
}

/* The 12 bits at nibble number i. */
static int16_t twelve(const uint8_t *at, size_t i)
{
    const uint8_t *b = at + i / 2;
    unsigned v = i % 2 == 0 ? (unsigned)b[0] << 4 | b[1] >> 4 : (b[0] & 15u) << 8 | b[1];
    return (int16_t)((int)(v ^ 0x800u) - 0x800);
}

void gt3x_unpack12(const uint8_t *at, unsigned nibble, size_t n, enum gt3x_order order,
                   struct gt3x_raw *out)
{
    int16_t *first = out->axis[order == GT3X_YXZ ? 1 : 0];
    int16_t *second = out->axis[order == GT3X_YXZ ? 0 : 1];
    int16_t *third = out->axis[2];
    for (size_t i = 0; i < n; i++) {
        const size_t from = nibble + 9 * i;
        first[i] = twelve(at, from);
        second[i] = twelve(at, from + 3);
        third[i] = twelve(at, from + 6);
    }
}

YK_CLONES
void gt3x_unpack16(const uint8_t *at, size_t n, struct gt3x_raw *out)
{
    int16_t *restrict x = out->axis[0], *restrict y = out->axis[1], *restrict z = out->axis[2];
    for (size_t i = 0; i < n; i++) {
        x[i] = get_i16le(at + 6 * i);
        y[i] = get_i16le(at + 6 * i + 2);
        z[i] = get_i16le(at + 6 * i + 4);
    }
}

double gt3x_real(uint32_t value)
{
    int32_t fraction = (int32_t)((value & 0xFFFFFFu) ^ 0x800000u) - 0x800000;
    int exponent = (int)((value >> 24) ^ 0x80u) - 0x80;
    if (fraction == 0x7FFFFF || fraction == -0x800000) {
        return NAN;
    }
    return ldexp((double)fraction, exponent - 23);
}
