/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rounding to decimals as R (4.0.0 and later) does it: of the two neighbouring decimal numbers
 * the one that is nearer in binary; the even one when both are equally near.
 */
#ifndef ALGORITHMS_ROUND_H
#define ALGORITHMS_ROUND_H

#include <math.h>

static inline double round_decimals(double x, int decimals)
{
    double unit = 1.0;
    for (int i = 0; i < decimals; i++) {
        unit *= 10.0;
    }
    double below = floor(x * unit), low = below / unit, high = ceil(x * unit) / unit;
    double to_low = x - low, to_high = high - x;
    if (to_low == to_high) {
        return fmod(below, 2.0) == 0.0 ? low : high;
    }
    return to_low < to_high ? low : high; /* NaN stays NaN */
}

#endif
