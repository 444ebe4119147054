/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Angles of the sensor axes to the horizontal (van Hees 2015, PLoS ONE 10:e0142533): a running
 * median over about 5 s takes the movement away, atan(axis / norm of the other two) in degrees
 * is averaged over the epoch. z in every recipe; x and y in the ggir recipe.
 * docs/algorithms/angle.md.
 */
#ifndef ALGORITHMS_ANGLE_H
#define ALGORITHMS_ANGLE_H

#include "algorithms/lanes.h"

/* Every how many-th sample enters the median, and how many values it spans. */
size_t angle_step(int32_t rate);
size_t angle_width(int32_t rate);

/* atan(up / side) in degrees, side >= 0, to 1e-13; NaN for 0/0. */
double angle_deg(double up, double side);

enum yk_status angle_open(const struct lane_setup *setup, struct lane_sink *sink,
                          struct lane_stage **out, struct failure *why);

#endif
