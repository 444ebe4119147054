/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How much each axis moves: SD and range per epoch, and per quarter of an hour the number of
 * still axes by the rules of 2013 and 2023 (van Hees 2011, PLoS ONE 6:e22922; 2013, PLoS ONE
 * 8:e61691; the GGIR release of 2023) and the share of samples near the end of the range.
 * docs/algorithms/nonwear-scores.md.
 */
#ifndef ALGORITHMS_STILLNESS_H
#define ALGORITHMS_STILLNESS_H

#include "algorithms/lanes.h"

enum yk_status stillness_open(const struct lane_setup *setup, struct lane_sink *sink,
                              struct lane_stage **out, struct failure *why);

#endif
