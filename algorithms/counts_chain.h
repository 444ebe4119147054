/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The arithmetic that both forms of the counts share: coefficients and roundings. Roundings are
 * written without library calls, so that loops over lanes stay vectors on every processor.
 */
#ifndef ALGORITHMS_COUNTS_CHAIN_H
#define ALGORITHMS_COUNTS_CHAIN_H

#include <math.h>

#include "algorithms/counts.h"
#include "src/base/clones.h"

#define COUNTS_GAIN ((3.0 / 4096.0) / (2.6 / 256.0) * 237.5)
#define COUNTS_CAP 128.0
#define COUNTS_DEAD_BAND 4.0
#define COUNTS_DEAD_BAND_LFE 1.0

static const double COUNTS_B[COUNTS_ORDER + 1] = {
    -0.009341062898525, -0.025470289659360, -0.004235264826105, 0.044152415456420,
    0.036493718347760,  -0.011893961934740, -0.022917390623150, -0.006788163862310};
static const double COUNTS_A[COUNTS_ORDER + 1] = {1.0,
                                                  -3.63367395910957,
                                                  5.03689812757486,
                                                  -3.09612247819666,
                                                  0.50620507633883,
                                                  0.32421701566682,
                                                  -0.15685485875559,
                                                  0.0194913020589};

/* Steady state of the band pass for a constant input of 1 g. */
static inline void counts_steady(double s[COUNTS_ORDER])
{
    double sum_b = 0.0, sum_a = 0.0;
    for (int i = 0; i <= COUNTS_ORDER; i++) {
        sum_b += COUNTS_B[i];
        sum_a += COUNTS_A[i];
    }
    double response = sum_b / sum_a, next = 0.0;
    for (int k = COUNTS_ORDER - 1; k >= 0; k--) {
        next = (next + COUNTS_B[k + 1]) - COUNTS_A[k + 1] * response;
        s[k] = next;
    }
}

/* Adding and taking away 1.5 * 2^52 rounds to a whole number (|x| < 2^51). */
YK_INLINE double counts_floor(double x)
{
    const double big = 6755399441055744.0;
    double whole = (x + big) - big;
    return whole > x ? whole - 1.0 : whole;
}

YK_INLINE double counts_round_away(double x)
{
    double size = counts_floor(fabs(x) * 1000.0 + 0.5) / 1000.0;
    return x < 0.0 ? -size : size;
}

/* R's round(x, 3): of the two neighbours the nearer one, measured in binary; the even one when
 * both are equally near. */
YK_INLINE double counts_round_even(double x)
{
    double scaled = x * 1000.0, below = counts_floor(scaled);
    double above = below < scaled ? below + 1.0 : below;
    double low = below / 1000.0, high = above / 1000.0;
    double to_low = x - low, to_high = high - x;
    double half = below * 0.5;
    double even = half == counts_floor(half) ? low : high;
    double nearer = to_low < to_high ? low : high;
    return to_low == to_high ? even : nearer;
}

#endif
