/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Counts like an Actiwatch's from acceleration: te Lindert & Van Someren 2013, Sleep 36:781.
 * docs/algorithms/actiwatch-counts.md. Only when asked for (actiwatch_counts=made), at 30 Hz
 * and more, in epochs of whole quarter minutes.
 */
#ifndef ALGORITHMS_ACTIWATCH_COUNTS_H
#define ALGORITHMS_ACTIWATCH_COUNTS_H

#include "algorithms/lanes.h"

enum yk_status actiwatch_counts_open(const struct lane_setup *setup, struct lane_sink *sink,
                                     struct lane_stage **out, struct failure *why);

#endif
