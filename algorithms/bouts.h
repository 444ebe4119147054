/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bouts of activity: stretches that stay above a threshold for most of a minimum length.
 */
#ifndef ALGORITHMS_BOUTS_H
#define ALGORITHMS_BOUTS_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/status.h"

/* Minutes spent in bouts.
 *
 * is_above   n epochs: 1 meets the threshold, 0 does not or is unknown
 * bout_min   shortest length; a window of it slides over the epochs
 * share      0..1: of each window that must meet the threshold
 * minutes    out: windows that meet it are joined where they touch, and cut back at both
 *            ends to epochs that meet the threshold; a window with the middle of a break of
 *            more than 60 s in it does not count
 * errors     YK_ERR_MEMORY
 * source     docs/algorithms/days.md
 */
enum yk_status bouts_minutes(const uint8_t *is_above, size_t n, int32_t epoch_s,
                             double bout_min, double share, double *minutes,
                             struct failure *why);

#endif
