/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Interdaily stability and intradaily variability: how alike the days are, and how often rest
 * and activity change places from hour to hour. Series are on the wall clock; NaN is missing.
 */
#ifndef ALGORITHMS_NONPARAMETRIC_H
#define ALGORITHMS_NONPARAMETRIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/status.h"

struct is_iv {
    double is; /* 0 no daily pattern ... 1 every day the same; NaN unknown */
    double iv; /* 0 smooth ... 2 noise, more when values alternate; NaN unknown */
    size_t n_bins;
};

/* The textbook forms, population variances.
 *
 * x          n values, one per epoch_s
 * start_s    clock time of x[0], seconds since midnight: bins are aligned to the clock. 0 makes
 *            bins count from the start of the series
 * bin_s      bin width (usually 3600); a multiple of epoch_s that divides 86 400
 * min_valid  share of a bin's epochs that must be known (1: all of them); a bin that the series
 *            does not cover whole counts its missing part as unknown
 * errors     YK_ERR_ARGUMENT, YK_ERR_MEMORY; too little data is no error: NaN
 * source     Witting et al. 1990, Biol Psychiatry 27:563; Van Someren et al. 1999,
 *            Chronobiol Int 16:505 (docs/algorithms/is-iv.md)
 */
enum yk_status nonparametric_is_iv(const double *x, size_t n, int32_t epoch_s, int32_t start_s,
                                   int32_t bin_s, double min_valid, struct is_iv *out,
                                   struct failure *why);

/* ISm and IVm: means of IS and IV over bins of 1 ... 60 minutes, those that are multiples of
 * the epoch; n_bins is the number of widths used.
 * source  Goncalves et al. 2014, PLoS ONE 9:e115417 */
enum yk_status nonparametric_is_iv_mean(const double *x, size_t n, int32_t epoch_s,
                                        int32_t start_s, double min_valid, struct is_iv *out,
                                        struct failure *why);

/* IS and IV of a series of bins that is already there; bin i belongs to place (first + i) %
 * period of the day. */
enum yk_status nonparametric_of_bins(const double *bins, size_t n, size_t period, size_t first,
                                     struct is_iv *out, struct failure *why);

/* GGIR's form on the share of rest: hourly means (missing ones left out, none at all: missing)
 * of 1 where the minute is at most threshold and 0 above it; the mean and the squares are
 * around the mean of the 24 hour means; IV divides by the number of hours less one, whatever is
 * missing.
 *
 * minute  n minute means of whole days (n / 60 hours are used)
 * hours   out, n / 60 values (owned by the caller), may be NULL: the hourly shares of rest
 * source  docs/algorithms/is-iv.md
 */
enum yk_status nonparametric_rest_share(const double *minute, size_t n, double threshold,
                                        struct is_iv *out, double *hours, struct failure *why);

#endif
