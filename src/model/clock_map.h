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

/* More than this is no crystal: somebody set the clock, or the battery was flat. */
#define CLOCK_DRIFT_PPM_MAX 1000.0

/* Device clock minus PC clock, at PC time at_ns. */
struct clock_reading {
    int64_t at_ns;         /* UTC of the PC; TIME_UNKNOWN: no reading */
    double offset_ms;      /* NaN: no reading */
    double uncertainty_ms; /* the true offset is within +- this; NaN unknown */
};

enum clock_map_state {
    CLOCK_MAP_NONE,        /* no reading at all */
    CLOCK_MAP_ISSUE_ONLY,  /* nothing is changed */
    CLOCK_MAP_RETURN_ONLY, /* nothing is changed */
    CLOCK_MAP_IMPLAUSIBLE, /* both, but no drift explains them: nothing is changed */
    CLOCK_MAP_APPLIED      /* times were put right */
};

struct clock_map {
    enum clock_map_state state;
    struct clock_reading issue, back;
    double drift_ppm; /* what the device's clock gains; NaN unknown */
};

void clock_reading_init(struct clock_reading *self);
bool clock_reading_is_known(const struct clock_reading *self);

void clock_map_init(struct clock_map *self); /* no reading */
/* The line through two readings; either may be unknown. */
struct clock_map clock_map_between(const struct clock_reading *issue,
                                   const struct clock_reading *back);
const char *clock_map_word(enum clock_map_state state); /* "none", "applied" ... */
/* PC time of an instant of the device's clock, and back. The time itself when the map is not
 * applied. Rounded to nanoseconds: the two undo each other to 1 ns. */
int64_t clock_map_true_ns(const struct clock_map *self, int64_t device_ns);
int64_t clock_map_device_ns(const struct clock_map *self, int64_t true_ns);

#endif
