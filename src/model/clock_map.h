/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Readings of a recorder's clock against the PC's, and the straight line between two of them. A
 * recorder's crystal is off by some parts in a million: seconds in a week, always in one
 * direction. With a reading at issue and one at return every time in between can be put right;
 * with one of them nothing is known about the days between, and nothing is changed.
 */
#ifndef SRC_MODEL_CLOCK_MAP_H
#define SRC_MODEL_CLOCK_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/clock.h"

/* Device clock minus PC clock, at PC time at_ns. */
struct clock_reading {
    int64_t at_ns;         /* UTC of the PC; TIME_UNKNOWN: no reading */
    double offset_ms;      /* NaN: no reading */
    double uncertainty_ms; /* the true offset is within +- this; NaN unknown */
};

void clock_reading_init(struct clock_reading *self);
bool clock_reading_is_known(const struct clock_reading *self);

#endif
