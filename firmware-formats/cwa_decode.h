/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Samples of a .cwa sector as floats, and the sums that tell whether they arrived unharmed.
 */
#ifndef FIRMWARE_FORMATS_CWA_DECODE_H
#define FIRMWARE_FORMATS_CWA_DECODE_H

#include <stdint.h>

#include "firmware-formats/cwa_layout.h"

/* n packed samples at `at` (4 bytes each), in g. Exact: ten bits times a power of two. */
void cwa_decode_packed(const uint8_t *at, uint32_t n, float *x, float *y, float *z);

/* One triple of int16 out of each of n samples that are `stride` bytes apart, times unit. Exact
 * where unit is a power of two. */
void cwa_decode_triples(const uint8_t *at, uint32_t stride, uint32_t n, float unit, float *x,
                        float *y, float *z);

/* Largest and smallest recordable value of a sector: at or beyond them a sample is clipped. */
struct cwa_limits {
    float low_g, high_g;
};
struct cwa_limits cwa_limits_of(uint8_t layout, uint8_t rate_code, uint16_t light_word);

/* The sum of n <= 4096 samples. It is exact: sums do not depend on how samples are cut into
 * blocks. */
double cwa_add_up(const float *v, uint32_t n);

#endif
