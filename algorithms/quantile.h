/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Quantiles of a set of values.
 */
#ifndef ALGORITHMS_QUANTILE_H
#define ALGORITHMS_QUANTILE_H

#include <stddef.h>

/* The share-quantile (0..1) of n sorted values: linear between order statistics at (n - 1) *
 * share, as R's type 7. NaN for n == 0 or a share outside 0..1. source  Hyndman & Fan 1996, Am
 * Stat 50:361 */
double quantile_of_sorted(const double *sorted, size_t n, double share);

/* Sorts in place, NaN last; returns how many are not NaN. */
size_t quantile_sort(double *x, size_t n);

#endif
