/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Activity per day (ADAT) and the circadian function index. docs/algorithms/daily-activity.md
 */
#ifndef ALGORITHMS_DAILY_ACTIVITY_H
#define ALGORITHMS_DAILY_ACTIVITY_H

#include <stddef.h>
#include <stdint.h>

/* Average daily total activity: each civil day's sum, scaled to a whole day by the share of it
 * that is known, averaged over days of which at least min_hours are known.
 *
 * x         n values per step of step_s, on the wall clock; NaN = missing
 * start_s   clock time of x[0], seconds after midnight
 * n_days    out: days that entered; may be NULL
 * returns   sum per day, in the unit of x; NaN when no day enters
 */
double daily_activity(const double *x, size_t n, int32_t step_s, int32_t start_s,
                      double min_hours, size_t *n_days);

/* Circadian function index, 0..1: mean of IS, of (2 - IV) / 2 held within 0..1, and of RA
 * (Ortiz-Tudela et al. 2010, PLoS Comput Biol 6:e1000996). NaN when one is unknown. */
double circadian_function_index(double is, double iv, double ra);

#endif
