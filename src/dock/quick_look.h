/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A glance at a recording that has just come in: was it worn, is something missing, is the
 * recorder well?
 */
#ifndef SRC_DOCK_QUICK_LOOK_H
#define SRC_DOCK_QUICK_LOOK_H

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/dock/download.h"
#include "src/model/analysis.h"

struct quick_look {
    bool is_known;
    bool is_preview;                    /* of the part that is there so far */
    size_t n_nights, n_worn, n_counted; /* nights; with the recorder on; counted in summaries */
    uint64_t n_gaps;
    double longest_gap_s; /* 0: none */
    int64_t longest_gap_ns;
    double nonwear_min;
    unsigned flat_axes; /* bits 0..2: x, y, z did not move */
    double clipped_pct; /* of the samples; NaN unknown */
    double battery_first_v, battery_last_v, battery_min_v;
    int64_t start_ns, end_ns; /* TIME_UNKNOWN: empty */
    bool is_clock_in_doubt;
    bool began_late;  /* more than half a day behind the plan's beginning */
    bool ended_early; /* more than half a day before the plan's end */
};

void quick_look_init(struct quick_look *self); /* nothing known */
/* plan: TIME_UNKNOWN where there is none */
void quick_look_of(const struct analysis *analysis, const struct download_result *download,
                   int64_t plan_start_ns, int64_t plan_stop_ns, struct quick_look *out);
/* "6 of 7 nights worn, longest gap 0 min, battery 4.16 to 3.98 V" and what is strange. */
void quick_look_add(const struct quick_look *self, enum language language, struct text *out);

#endif
