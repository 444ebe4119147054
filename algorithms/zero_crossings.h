/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Zero crossings per epoch and axis, the input of Sadeh and Cole-Kripke: band pass 0.25-3 Hz
 * (Butterworth, order 2 per edge), values below 0.01 g set to 0, changes of sign counted.
 * docs/algorithms/zero-crossings.md. Not made at rates of 6 Hz and below.
 */
#ifndef ALGORITHMS_ZERO_CROSSINGS_H
#define ALGORITHMS_ZERO_CROSSINGS_H

#include "algorithms/lanes.h"

enum yk_status zero_crossings_open(const struct lane_setup *setup, struct lane_sink *sink,
                                   struct lane_stage **out, struct failure *why);

#endif
