/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A calendar day, local midnight to local midnight (23, 24 or 25 hours).
 */
#ifndef SRC_MODEL_DAY_H
#define SRC_MODEL_DAY_H

#include <stdint.h>

#include "src/base/clock.h"

enum day_exclude { DAY_FEW_HOURS = 1u << 0 };

struct day_summary { /* NaN = unknown */
    struct civil_date date;
    double day_h; /* recorded hours */
    double valid_h, nonwear_min;
    double enmo_mean_mg, mad_mean_mg;
    double counts_sum, counts_x_sum, counts_y_sum,
        counts_z_sum; /* counts_sum: vector magnitude */
    double l5, l5_h, m10, m10_h,
        ra; /* mg or counts/min; hours: start, on the clock of the day */
    double inactive_min, light_min, moderate_min, vigorous_min, mvpa_bout_min;
    double light_mean, temperature_mean_c;
    uint32_t exclude; /* 0 = counted */
};

void day_summary_init(struct day_summary *self);
const char *day_exclude_word(uint32_t exclude); /* "" when counted */

#endif
