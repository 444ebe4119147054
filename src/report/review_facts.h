/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The numbers of a review, found once: what is printed on the terminal and what --json writes
 * come from here. Thin data is not averaged: what must not be printed is NaN here.
 */
#ifndef SRC_REPORT_REVIEW_FACTS_H
#define SRC_REPORT_REVIEW_FACTS_H

#include "src/base/zone.h"
#include "src/model/analysis.h"

enum { REVIEW_MEAN_N = 3, REVIEW_MEAN_KIND_N = 2, REVIEW_SPREAD_N = 4, REVIEW_RHYTHM_DAYS = 7 };

struct review_set {
    size_t n;                                   /* counted nights */
    struct mean_sd onset_h, wake_h, midsleep_h; /* after the midnight before the evening */
    struct mean_sd tst_min, waso_min, efficiency_pct;
};

struct review_facts {
    struct civil_date first, last; /* evenings of the first and the last night looked at; month
                                      0: there is none */
    size_t n_nights, n_counted;
    struct review_set set[NIGHT_SET_COUNT];
    bool is_part;      /* dates were given and leave nights out */
    size_t n_days;     /* days the rhythm indices rest on */
    bool has_rhythm;   /* enough of them */
    double recorded_h; /* NaN unknown */
    double nonwear_h, nonwear_still_h;
    bool has_bed_times; /* of at least one night */
};

/* from, to: evenings, inclusive; month 0 leaves that end open. */
void review_facts_of(const struct analysis *analysis, const struct zone *zone,
                     struct civil_date from, struct civil_date to, struct review_facts *out);
bool review_is_in(const struct night *night, struct civil_date from, struct civil_date to);

#endif
