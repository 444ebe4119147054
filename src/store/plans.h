/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The programme calendar as rows: dated steps of a participant, and which days they came.
 */
#ifndef SRC_STORE_PLANS_H
#define SRC_STORE_PLANS_H

#include "src/model/attendance.h"
#include "src/model/programme.h"
#include "src/store/records.h"

struct plan_row {
    int64_t id;
    char person[64];
    struct civil_date from;
    char stage[PROGRAMME_STAGE_BYTES];
    uint32_t days;              /* bit MONDAY ... SUNDAY; 0: no programme days from here on */
    int32_t start_min, end_min; /* RECORD_NO_CLOCK unknown */
    double commute_min, ready_min; /* NaN unknown */
};

struct attendance_row {
    int64_t id;
    char person[64];
    struct civil_date date;
    enum attendance_status status;
};

/* Columns person_id from_date stage days start end commute_min ready_min. Refused: hours
 * without days, days without a start, an end before the start, a way that begins before
 * midnight. */
extern const struct record_kind record_kind_plan;
/* Columns person_id date status. Refused: absent on a day that the plan gives off. */
extern const struct record_kind record_kind_attendance;

/* The steps of a participant in the model's form. out is initialised by the caller. */
enum yk_status plan_load(struct store *store, const char *person, struct programme *out,
                         struct failure *why);
enum yk_status attendance_load(struct store *store, const char *person, struct attendance *out,
                               struct failure *why);

/* Ready-made plans: a 12-week centre programme (centre12), a clinic's of 3 to 6 months
 * (clinic), a vocational one of 24 months (vocational24). What a facility does differently is
 * changed step by step afterwards. Adds the steps of one from a date on, in one transaction.
 * months: 0 the template's. commute_min, ready_min: NaN unknown. Nothing is added when a step
 * contradicts what is there.
 * errors: YK_ERR_ARGUMENT (name, months), YK_ERR_CONFLICT */
enum yk_status plan_add_template(struct store *store, const char *person, const char *name,
                                 int months, struct civil_date from, double commute_min,
                                 double ready_min, size_t *n_added, size_t *n_same,
                                 struct failure *why);

#endif
