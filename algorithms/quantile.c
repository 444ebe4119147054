/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Quantiles, R's type 7 (Hyndman & Fan 1996).
 */
#include "algorithms/quantile.h"

#include <math.h>
#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    if (isnan(x) || isnan(y)) {
        return (isnan(x) != 0) - (isnan(y) != 0);
    }
    return (x > y) - (x < y);
}

size_t quantile_sort(double *x, size_t n)
{
    qsort(x, n, sizeof *x, compare);
    while (n > 0 && isnan(x[n - 1])) {
        n--;
    }
    return n;
}

double quantile_of_sorted(const double *sorted, size_t n, double share)
{
    if (n == 0 || !(share >= 0 && share <= 1)) {
        return NAN;
    }
    double at = (double)(n - 1) * share;
    size_t low = (size_t)at;
    double part = at - (double)low;
    return low + 1 < n ? sorted[low] + part * (sorted[low + 1] - sorted[low]) : sorted[n - 1];
}
