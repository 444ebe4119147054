/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The least active 5 and the most active 10 hours. Three readings that must not be mixed: of
 * the average day, of each day by itself, and GGIR's part 2. Series are on the wall clock; NaN
 * is missing; start_s is the clock time of x[0] in seconds since midnight.
 */
#ifndef ALGORITHMS_L5_M10_H
#define ALGORITHMS_L5_M10_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/status.h"

struct active_window {
    double mean;    /* of the window; NaN unknown */
    double start_h; /* clock hour of its start, 0..24 (up to 36 in a noon-to-noon day) */
};

struct l5_m10 {
    struct active_window l5, m10;
    double ra; /* relative_amplitude() */
};

/* (M10 - L5) / (M10 + L5); NaN where nothing moves or one is unknown. */
double relative_amplitude(double l5, double m10);

/* Window of length w with the smallest (is_max: largest) mean among those that begin at x[0],
 * x[step], x[2*step] ... and lie inside n; the first of equals. A window with a missing value
 * does not count. *first is its index; SIZE_MAX when there is none. errors: YK_ERR_MEMORY */
enum yk_status active_window_find(const double *x, size_t n, size_t w, size_t step, bool is_max,
                                  double *mean, size_t *first, struct failure *why);

/* Of the average day: per slot of the day the mean over all days, then windows around the
 * clock.
 *
 * errors  YK_ERR_ARGUMENT (epoch_s must divide 3600), YK_ERR_MEMORY; too little: NaN
 * source  Van Someren et al. 1999, Chronobiol Int 16:505 (docs/algorithms/l5-m10.md) */
enum yk_status l5_m10_average_day(const double *x, size_t n, int32_t epoch_s, int32_t start_s,
                                  struct l5_m10 *out, struct failure *why);

struct l5_m10_days { /* means over complete days */
    struct l5_m10 mean;
    size_t n_l5, n_m10;
};

/* Each day by itself: M10 in whole civil days, L5 in whole noon-to-noon days, no value missing.
 */
enum yk_status l5_m10_per_day(const double *x, size_t n, int32_t epoch_s, int32_t start_s,
                              struct l5_m10_days *out, struct failure *why);

/* GGIR's part 2 for one day of 24 h: windows of hours_long hours every step_min minutes from
 * midnight, running on from the end of the day into its own beginning; of equals the middle
 * one.
 *
 * day         n = 86400 / epoch_s values from midnight, none missing
 * low, high   out; low's hour is 24 more when before noon, so that nights stand together
 * source      GGIR 3.3-7 (docs/algorithms/l5-m10.md)
 */
enum yk_status l5_m10_ggir_day(const double *day, size_t n, int32_t epoch_s, double hours_long,
                               int32_t step_min, struct active_window *low,
                               struct active_window *high, struct failure *why);

#endif
