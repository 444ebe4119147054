/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lomb-Scargle periodogram of a regular series with holes.
 */
#ifndef ALGORITHMS_LOMB_SCARGLE_H
#define ALGORITHMS_LOMB_SCARGLE_H

#include <stddef.h>

#include "src/base/status.h"

/* Power of one period from the four sums of the method: yc, ys = sums of (x - mean) cos, sin;
 * c2, s2 = sums of cos, sin of the doubled angle; n values with sample variance. */
double lomb_scargle_power_of(double yc, double ys, double c2, double s2, double n,
                             double variance);

/* Classic power, normalised by the sample variance, at count periods.
 *
 * x        n values every step_h hours, NaN missing
 * periods  hours, each more than 2 steps
 * powers   out; NaN when fewer than 3 values are known or they do not vary
 * errors   YK_ERR_MEMORY
 * source   Lomb 1976, Astrophys Space Sci 39:447; Scargle 1982, Astrophys J 263:835
 */
enum yk_status lomb_scargle(const double *x, size_t n, double step_h, const double *periods,
                            size_t count, double *powers, struct failure *why);

#endif
