/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The inner loops of the .cwa reader, written so that compilers turn them into vector code
 * (gcc 12: everything in here at -O3). No reordering of inexact sums is needed for that.
 */
#include "firmware-formats/cwa_decode.h"

#include <string.h>

#include "src/base/bytes.h"
#include "src/base/clones.h"

/* A packed sample is eezzzzzz zzzzyyyy yyyyyyxx xxxxxxxx: three fields of ten bits and a common
 * exponent. Each field is moved to the top of the word, which sign-extends it and makes it 2^22
 * times too large; multiplying by 2^(e - 30) undoes that and brings 1/256 g. Building that
 * factor from its bits (exponent field 127 - 30 + e) avoids shifts by varying amounts, which
 * plain SSE2 lacks. */
YK_CLONES void cwa_decode_packed(const uint8_t *restrict at, uint32_t n, float *restrict x,
                                 float *restrict y, float *restrict z)
{
    for (uint32_t i = 0; i < n; i++) {
        uint32_t word = get_u32le(at + 4 * (size_t)i);
        uint32_t bits = (97 + (word >> 30)) << 23;
        float factor;
        memcpy(&factor, &bits, sizeof factor);
        x[i] = (float)(int32_t)(word << 22) * factor;
        y[i] = (float)(int32_t)(word << 12 & 0xFFC00000u) * factor;
        z[i] = (float)(int32_t)(word << 2 & 0xFFC00000u) * factor;
    }
}

YK_CLONES void cwa_decode_triples(const uint8_t *restrict at, uint32_t stride, uint32_t n,
                                  float unit, float *restrict x, float *restrict y,
                                  float *restrict z)
{
    for (uint32_t i = 0; i < n; i++) {
        const uint8_t *p = at + (size_t)stride * i;
        x[i] = (float)get_i16le(p) * unit;
        y[i] = (float)get_i16le(p + 2) * unit;
        z[i] = (float)get_i16le(p + 4) * unit;
    }
}

struct cwa_limits cwa_limits_of(uint8_t layout, uint8_t rate_code, uint16_t light_word)
{
    float range = (float)cwa_range_g(rate_code);
    if (layout == CWA_PACKED) {
        /* Ten bits and the exponent that the range needs: 511 * 2^e is the largest. */
        return (struct cwa_limits){-range, range * (511.0f / 512.0f)};
    }
    if (cwa_acc_scale_bits(light_word) == 0) {
        return (struct cwa_limits){-range, range - 1.0f / 256.0f};
    }
    float unit = (float)cwa_acc_unit_g(light_word);
    return (struct cwa_limits){-32768.0f * unit, 32767.0f * unit};
}

enum { LANES = 16 };

/* Sixteen partial sums: a lane adds at most 256 values of 16 bits, which a float holds exactly.
 */
YK_CLONES double cwa_add_up(const float *restrict v, uint32_t n)
{
    float lane[LANES] = {0};
    uint32_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        for (uint32_t l = 0; l < LANES; l++) {
            lane[l] += v[i + l];
        }
    }
    for (uint32_t l = 0; i + l < n; l++) { /* fewer than a lane each: still exact */
        lane[l] += v[i + l];
    }
    double part[LANES];
    for (uint32_t l = 0; l < LANES; l++) {
        part[l] = (double)lane[l];
    }
    for (uint32_t l = 0; l < 8; l++) { /* as a tree: a chain of additions would wait */
        part[l] += part[l + 8];
    }
    for (uint32_t l = 0; l < 4; l++) {
        part[l] += part[l + 4];
    }
    return (part[0] + part[2]) + (part[1] + part[3]);
}
