/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HDCZA: the sleep period as the longest stretch in which the angle of the arm hardly changes.
 * van Hees et al. 2018, Sci Rep 8:12975; docs/algorithms/hdcza.md.
 */
#ifndef ALGORITHMS_SPT_HDCZA_H
#define ALGORITHMS_SPT_HDCZA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/status.h"

/* Median of the steps |z[k+1] - z[k]| over the 5 minutes (2 * half epochs) around each epoch:
 * epochs i - half + 1 .. i + half, that is 2 * half - 1 steps.
 *
 * angle_deg   n epochs; NaN unknown
 * unknown_is  what an epoch gets whose window is cut by the ends of the series, or in which at
 *             most half of the steps are known: 0 (GGIR: still) or NaN. With 0 the series must
 *             hold no NaN
 * median_deg  out, n
 * errors      YK_ERR_MEMORY
 */
enum yk_status hdcza_medians(const double *angle_deg, size_t n, size_t half, double unknown_is,
                             double *median_deg, struct failure *why);

/* factor * quantile (R's type 7) of the known medians, held within [low, high]; NaN when none
 * is known. scratch holds n values. */
double hdcza_threshold(const double *median_deg, size_t n, double quantile, double factor,
                       double low, double high, double *scratch);

struct hdcza_window {
    bool is_found;
    size_t first, last; /* epochs, both inside */
};

/* The longest still stretch: runs of still up to `block` epochs are dropped, gaps between the
 * others up to `gap` epochs are filled; the first of equally long ones. Works in place on still
 * (n, 0 or 1). */
struct hdcza_window hdcza_longest(uint8_t *still, size_t n, size_t block, size_t gap);

#endif
