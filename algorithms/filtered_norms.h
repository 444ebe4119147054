/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Norms of filtered axes (van Hees 2013, PLoS ONE 8:e61691): LFENMO in every recipe; BFEN, HFEN
 * and HFEN+ in the ggir recipe. Butterworth of order 4 from 0.2 and 15 Hz, forward only; at 30
 * Hz and below the upper corner is half the rate, rounded to even, less 1 Hz.
 * docs/algorithms/enmo.md.
 */
#ifndef ALGORITHMS_FILTERED_NORMS_H
#define ALGORITHMS_FILTERED_NORMS_H

#include "algorithms/lanes.h"

enum yk_status filtered_norms_open(const struct lane_setup *setup, struct lane_sink *sink,
                                   struct lane_stage **out, struct failure *why);

#endif
