/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Order statistics of small and large arrays, without sorting them.
 */
#ifndef ALGORITHMS_ORDER_H
#define ALGORITHMS_ORDER_H

#include <stddef.h>

/* The k-th smallest (from 0) of n > k values; reorders x so that smaller ones lie before it and
 * larger ones behind. No NaN. */
double order_kth(double *x, size_t n, size_t k);
/* R's type 7 quantile, share 0..1; reorders x; NaN when n == 0. No NaN inside. */
double order_quantile(double *x, size_t n, double share);

/* Median of the values of x[i - half .. i + half], as far as there are any in x[0..n), that are
 * no NaN; NaN when none is. half: at most ORDER_AROUND_MAX. */
#define ORDER_AROUND_MAX 256
double order_median_around(const float *x, size_t n, size_t i, size_t half);

/* The values of a window that slides along a series, kept sorted: a step is one binary search
 * and one move. NaN is neither added nor removed. */
struct order_window {
    double *value; /* the caller's, room for the largest window and one more */
    size_t n;
};
void order_window_add(struct order_window *self, double x);
/* x: one that was added. */
void order_window_remove(struct order_window *self, double x);
double order_window_median(const struct order_window *self); /* NaN when it is empty */

#endif
