/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A day about which nothing is known yet.
 */
#include "src/model/day.h"

#include <math.h>
#include <stddef.h>

void day_summary_init(struct day_summary *self)
{
    *self = (struct day_summary){
        .day_h = NAN,
        .valid_h = NAN,
        .nonwear_min = NAN,
        .enmo_mean_mg = NAN,
        .mad_mean_mg = NAN,
        .counts_sum = NAN,
        .counts_x_sum = NAN,
        .counts_y_sum = NAN,
        .counts_z_sum = NAN,
        .l5 = NAN,
        .l5_h = NAN,
        .m10 = NAN,
        .m10_h = NAN,
        .ra = NAN,
        .inactive_min = NAN,
        .light_min = NAN,
        .moderate_min = NAN,
        .vigorous_min = NAN,
        .mvpa_bout_min = NAN,
        .light_mean = NAN,
        .temperature_mean_c = NAN,
    };
}

const char *day_exclude_word(uint32_t exclude)
{
    static const char *const word[] = {"few_hours"};
    for (size_t i = 0; i < sizeof word / sizeof *word; i++) {
        if ((exclude >> i & 1u) != 0) {
            return word[i];
        }
    }
    return exclude == 0 ? "" : "unknown";
}
