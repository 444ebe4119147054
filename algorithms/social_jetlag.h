/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * When people sleep on work days and on free days, and how far apart that is.
 */
#ifndef ALGORITHMS_SOCIAL_JETLAG_H
#define ALGORITHMS_SOCIAL_JETLAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sleep per night, in order of the calendar. */
struct sleep_night {
    int64_t day;       /* number of the evening's date: neighbours differ by 1 */
    double midsleep_h; /* clock hours, any day's scale: 27.5 is 3:30 */
    double duration_h;
    bool is_free; /* the morning is that of a free day */
};

struct social_jetlag {   /* NaN = no night of that kind */
    double msw_h, msf_h; /* mean mid-sleep of work and free nights, on the scale of the input */
    double msf_sc_h;     /* msf corrected for sleep debt */
    double difference_h; /* msf - msw, in (-12, 12]: positive means later on free days */
    double composite_phase_deviation_h;
};

/* source  Wittmann et al. 2006, Chronobiol Int 23:497; Roenneberg et al. 2012 (MSFsc); Fischer
 * et al. 2016, Sci Rep 6:23012 (composite phase deviation, around MSFsc, or around the mean
 *         mid-sleep without free nights; nights whose evening before is not there are left out)
 */
struct social_jetlag social_jetlag_of(const struct sleep_night *nights, size_t n);

/* Circular mean of the clock times of epochs asleep, minutes since midnight 0..1440; NaN when
 * none is asleep or they balance.
 *
 * asleep    n states: 1 asleep, anything else not
 * start_s   clock time of epoch 0; times are those of the epochs' starts */
double midsleep_of_states(const uint8_t *asleep, size_t n, int32_t epoch_s, int32_t start_s);

#endif
