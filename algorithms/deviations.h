/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A series with holes as periodograms want it: what is missing adds nothing to a sum.
 */
#ifndef ALGORITHMS_DEVIATIONS_H
#define ALGORITHMS_DEVIATIONS_H

#include <math.h>
#include <stddef.h>

struct deviations {
    double known, squares; /* how many values are no NaN; their squares around the mean */
};

/* d: out, n, differences from the mean of the known values, 0 where x is NaN
 * w: out, n, 1 where x is known, else 0 */
static inline struct deviations deviations_of(const double *x, size_t n, double *d, double *w)
{
    struct deviations all = {0, 0};
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += isnan(x[i]) ? 0 : x[i];
        all.known += !isnan(x[i]);
    }
    for (size_t i = 0; i < n; i++) {
        w[i] = isnan(x[i]) ? 0 : 1;
        d[i] = isnan(x[i]) ? 0 : x[i] - sum / all.known;
        all.squares += d[i] * d[i];
    }
    return all;
}

#endif
