/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One person over all recordings, from the rows of night.csv and day.csv as they are printed:
 * whoever has the tables can compute the same numbers. A date that is counted in several
 * recordings of a person (both wrists, a recorder changed too late) counts once: the night of
 * the least night_invalid_pct, the day of the most valid_h; at a tie the first in the table.
 */
#ifndef SRC_EXPORT_PERSON_SUMMARY_H
#define SRC_EXPORT_PERSON_SUMMARY_H

#include "src/base/byte_source.h"
#include "src/base/status.h"
#include "src/base/text.h"
#include "src/model/rhythm.h"

struct person_summary {
    char person_id[64];
    char group[64];                     /* of all recordings; "": not said, or they differ */
    char first_date[16], last_date[16]; /* of days; "" = none */
    double min_nights;                  /* of the recipe; 0: no rule */
    size_t n_recordings, n_nights, n_nights_valid, n_days, n_days_valid;
    struct night_means nights[NIGHT_SET_COUNT]; /* counted nights */
    double social_jetlag_h;
    double first_midsleep_h;                         /* of the first counted night: NaN none */
    struct mean_sd free_midsleep_h, work_midsleep_h; /* around that one */
    /* Counted days. */
    struct mean_sd enmo_mean_mg, mad_mean_mg, inactive_min, light_min, moderate_min,
        vigorous_min, mvpa_bout_min, counts_sum;
};

struct person_summaries {
    struct person_summary *persons; /* sorted by code; those without a code are left out */
    size_t n, capacity;
    size_t *order, order_capacity; /* while rows are taken: the persons by code */
    size_t n_twice;                /* nights counted in several recordings of a person */
    char twice_person[64], twice_date[16]; /* one of these */
};

void person_summaries_init(struct person_summaries *self);
void person_summaries_release(struct person_summaries *self);

/* The three tables whole, header included; they stay the caller's. out: initialised by the
 * caller. errors: YK_ERR_MEMORY; YK_ERR_CORRUPT when a table is not one of ours */
enum yk_status person_summaries_make(struct byte_source *recording_csv,
                                     struct byte_source *night_csv, struct byte_source *day_csv,
                                     struct person_summaries *out, struct failure *why);

#endif
