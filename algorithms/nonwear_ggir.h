/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GGIR's wear decision per quarter of an hour: nonwear, clipping and implausible wear.
 * van Hees et al. 2011, 2013; the release of 2023; docs/algorithms/nonwear.md.
 */
#ifndef ALGORITHMS_NONWEAR_GGIR_H
#define ALGORITHMS_NONWEAR_GGIR_H

#include <stddef.h>
#include <stdint.h>

enum ggir_wear {
    GGIR_R1_NONWEAR = 1u << 0,    /* two or more still axes */
    GGIR_R2_CLIPPED = 1u << 1,    /* clipping above the limit */
    GGIR_R3_IMPLAUSIBLE = 1u << 2 /* short wear between long nonwear, or at the ends */
};

/* score       n quarters, 0..3 still axes; NaN (no data) counts as nonwear: GGIR fills gaps
 *             with a constant, which is as still as can be
 * clipped     n quarters, share of samples; may be NULL
 * clip_limit  share above which a quarter is clipped
 * wear        out, n: bits of enum ggir_wear; 0 = valid
 */
void nonwear_ggir_decide(const float *score, const float *clipped, size_t n, double clip_limit,
                         uint8_t *wear);

#endif
