/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The diary in the store: rows as people write them. Several rows of a night add naps and times
 * without the recorder; together they make the night that analysis uses.
 */
#ifndef SRC_STORE_DIARIES_H
#define SRC_STORE_DIARIES_H

#include "src/model/diary.h"
#include "src/store/records.h"

#define DIARY_NOTE_BYTES 256

struct diary_row {
    int64_t id;
    char person[64];
    struct civil_date night; /* date of the evening */
    int64_t in_bed_ns, lights_out_ns, wake_ns, out_of_bed_ns;
    struct diary_span nap, off;
    double rested; /* 1..3, NaN unknown */
    char note[DIARY_NOTE_BYTES];
};

/* Columns person_id night_date inbed_ts lights_out_ts wake_ts outbed_ts nap_start_ts nap_end_ts
 * off_start_ts off_end_ts rested note. Refused: times that are out of order, more than 20 hours
 * apart or a day away from the night; rows of a night that contradict each other. */
extern const struct record_kind record_kind_diary;

/* The nights of a participant (NULL: of all), sorted, rows of a night joined. out is
 * initialised by the caller. */
enum yk_status diary_load(struct store *store, const char *person, struct diary *out,
                          struct failure *why);

#endif
