/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The 24-hour cosine: mesor, amplitude, acrophase; and its squared-off relative.
 */
#ifndef ALGORITHMS_COSINOR_H
#define ALGORITHMS_COSINOR_H

#include <stddef.h>

#include "src/base/status.h"

struct cosinor { /* NaN = unknown */
    double mesor, amplitude;
    double acrophase_h; /* hours on the axis of t, 0 .. period */
    double
        acrophase_deg; /* -360 .. 0: the same as an angle, 0 at t = 0 (chronobiology's sign) */
    double r2, f, p_value;
    size_t n;
};

/* x = M + b cos(wt) + c sin(wt) by linear least squares, period fixed.
 *
 * x         n values, NaN left out; value i is at (t0_h + i * step_h) hours
 * p_value   of the zero-amplitude test F(2, n - 3); it treats minutes as independent, which
 *           they are not, so it says less than it seems
 * errors    none: fewer than 4 values, or values that do not vary, give NaN
 * source    Nelson et al. 1979, Chronobiologia 6:305; Cornelissen 2014, Theor Biol Med Model
 *           11:16 (docs/algorithms/cosinor.md)
 */
void cosinor_fit(const double *x, size_t n, double t0_h, double step_h, double period_h,
                 struct cosinor *out);

struct cosinor_extended { /* min + amplitude / (1 + exp(-beta (cos(2 pi (t - acrophase)/24) -
                             alpha))) */
    double min, amplitude, alpha, beta;
    double acrophase_h;  /* on the axis of t, 0..24 */
    double up_h, down_h; /* where it crosses half way up and down, on the axis of t */
    double mesor;        /* min + amplitude / 2 */
    double f;            /* against the plain cosine */
    double r2, rss;
};

/* plain  cosinor_fit() of the same values with a period of 24 h: start values
 * errors YK_ERR_MEMORY, YK_ERR_TOO_LITTLE
 * source Marler et al. 2006, Stat Med 25:3893 */
enum yk_status cosinor_fit_extended(const double *x, size_t n, double t0_h, double step_h,
                                    const struct cosinor *plain, struct cosinor_extended *out,
                                    struct failure *why);

/* GGIR's way: y = ln(mg + 1) of minute means, whole days counted from the first valid epoch,
 * the first minute at t = 1/60 h. Acrophases become clock times through the hours from the
 * first epoch to the next midnight.
 *
 * minute       n minute means in mg from the first valid epoch; NaN missing
 * first_clock_h  clock hour of the first minute (8.75)
 * extended     may be NULL
 * errors       YK_ERR_MEMORY; too little data gives NaN
 */
enum yk_status cosinor_fit_log(const double *minute, size_t n, double first_clock_h,
                               struct cosinor *out, struct cosinor_extended *extended,
                               struct failure *why);

#endif
