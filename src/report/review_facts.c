/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Means over the nights looked at. A mean needs three counted nights over all and two of a kind
 * of day, a spread four; rhythm indices need seven days (docs/report.md, "Thin data").
 * Clock times are averaged as hours after the midnight before the evening, so that 23:30 and
 * 0:30 average to 0:00. Leaves out: programme days, which need the person's calendar.
 */
#include "src/report/review_facts.h"

#include <math.h>

bool review_is_in(const struct night *night, struct civil_date from, struct civil_date to)
{
    return (from.month == 0 || civil_compare(night->evening, from) >= 0) &&
           (to.month == 0 || civil_compare(night->evening, to) <= 0);
}

static void add_night(struct review_set *set, const struct night *night, double onset_h,
                      double wake_h)
{
    set->n++;
    mean_sd_add(&set->onset_h, onset_h);
    mean_sd_add(&set->wake_h, wake_h);
    mean_sd_add(&set->midsleep_h, (onset_h + wake_h) / 2);
    mean_sd_add(&set->tst_min, night->tst_min);
    mean_sd_add(&set->waso_min, night->waso_min);
    mean_sd_add(&set->efficiency_pct, night->efficiency_pct);
}

static void settle_set(struct review_set *set, size_t mean_needs)
{
    struct mean_sd *const all[] = {&set->onset_h, &set->wake_h,   &set->midsleep_h,
                                   &set->tst_min, &set->waso_min, &set->efficiency_pct};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        mean_sd_settle(all[i], mean_needs, REVIEW_SPREAD_N);
    }
}

void review_facts_of(const struct analysis *analysis, const struct zone *zone,
                     struct civil_date from, struct civil_date to, struct review_facts *out)
{
    *out = (struct review_facts){.recorded_h = NAN};
    for (size_t i = 0; i < analysis->n_nights; i++) {
        const struct night *night = &analysis->nights[i];
        if (!review_is_in(night, from, to)) {
            out->is_part = true;
            continue;
        }
        out->first = out->n_nights == 0 ? night->evening : out->first;
        out->last = night->evening;
        out->n_nights++;
        out->has_bed_times = out->has_bed_times || !isnan(night->tib_min);
        if (night->exclude == 0) {
            double onset_h = zone_clock_h(zone, night->evening, night->onset_ns);
            double wake_h = zone_clock_h(zone, night->evening, night->wake_ns);
            enum night_set kind = night_is_weekend(night) ? NIGHTS_WEEKEND : NIGHTS_WEEKDAY;
            add_night(&out->set[NIGHTS_ALL], night, onset_h, wake_h);
            add_night(&out->set[kind], night, onset_h, wake_h);
        }
    }
    out->n_counted = out->set[NIGHTS_ALL].n;
    for (size_t s = 0; s < NIGHT_SET_COUNT; s++) {
        settle_set(&out->set[s], s == NIGHTS_ALL ? REVIEW_MEAN_N : REVIEW_MEAN_KIND_N);
    }
    /* A week from noon to noon has six whole calendar days but seven nights: either counts. */
    out->n_days = analysis->n_days_valid > analysis->n_nights_valid ? analysis->n_days_valid
                                                                    : analysis->n_nights_valid;
    out->has_rhythm = out->n_days >= REVIEW_RHYTHM_DAYS;
    if (analysis->info.start_ns != TIME_UNKNOWN && analysis->info.end_ns != TIME_UNKNOWN) {
        out->recorded_h =
            (double)(analysis->info.end_ns - analysis->info.start_ns) / (double)NS_PER_H;
    }
    out->nonwear_h = analysis_nonwear_min(analysis) / 60;
    out->nonwear_still_h = analysis_stillness_min(analysis) / 60;
}
