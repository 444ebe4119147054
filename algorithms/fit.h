/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Least squares: small linear systems, straight lines, curves of a few parameters.
 */
#ifndef ALGORITHMS_FIT_H
#define ALGORITHMS_FIT_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/status.h"

#define FIT_MAX 8 /* parameters */

/* Solves the symmetric positive definite system a x = b of n equations (a row by row, of which
 * the lower triangle is read; a and b are destroyed; x may be b). false: singular. */
bool fit_solve(double *a, double *b, size_t n, double *x);

/* y = intercept + slope * x; r2 is the squared correlation. All NaN for fewer than two
 * different x. */
struct fit_line {
    double intercept, slope, r2;
};
struct fit_line fit_line(const double *x, const double *y, size_t n);

/* A curve with p parameters over n points. */
struct fit_curve {
    size_t n, p;
    /* Values at all points, and, unless slopes is NULL, their derivatives: slopes[i * p + k].
     */
    void (*values)(const struct fit_curve *self, const double *parameter, double *values,
                   double *slopes);
    const double *y;
    const void *user;
    double lower[FIT_MAX], upper[FIT_MAX]; /* -INFINITY, INFINITY: free */
};

/* Levenberg-Marquardt within bounds, from parameter (in and out). A parameter is moved through
 * a smooth map of the whole line onto its interval, so bounds cannot be left.
 *
 * rss     out, sum of squared residuals
 * errors  YK_ERR_MEMORY, YK_ERR_TOO_LITTLE (n < p, or the curve is not finite at the start;
 * outputs untouched)
 */
enum yk_status fit_nonlinear(const struct fit_curve *curve, double *parameter, double *rss,
                             struct failure *why);

#endif
