/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The level around an epoch, against which rest rules measure a count.
 */
#ifndef ALGORITHMS_TREND_H
#define ALGORITHMS_TREND_H

#include <stddef.h>

struct trend {               /* begins as zeros; asked for i = 0, 1, 2, ... */
    size_t low, high, known; /* x[low .. high), and how many of them are no NaN */
    double sum;
};

/* Mean of the known values of x[i - half .. i + half), as far as there are any in x[0..n); NaN
 * when none is known. A running sum. */
double trend_at(struct trend *self, const float *x, size_t n, size_t i, size_t half);

#endif
