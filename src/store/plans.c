/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Programme steps and attendance.
 */
#include "src/store/plans.h"

#include <math.h>
#include <string.h>

#include "src/base/mem.h"

/* ---- steps ---- */

enum { STAGE = 2, DAYS, START, END, COMMUTE, READY };

static const struct record_column plan_columns[] = {
    RECORD_WHOSE(plan_row),
    {.name = "from_date",
     .type = RECORD_DATE,
     .flags = RECORD_MUST | RECORD_KEY,
     RECORD_AT(plan_row, from),
     .option = "from",
     .ja = "いつから",
     .en = "from"},
    {.name = "stage",
     .type = RECORD_TEXT,
     RECORD_AT(plan_row, stage),
     .ja = "段階",
     .en = "stage"},
    {.name = "days",
     .type = RECORD_DAYS,
     RECORD_AT(plan_row, days),
     .ja = "通所日",
     .en = "days"},
    {.name = "start",
     .sql = "start_min",
     .type = RECORD_CLOCK,
     RECORD_AT(plan_row, start_min),
     .ja = "開始",
     .en = "start"},
    {.name = "end",
     .sql = "end_min",
     .type = RECORD_CLOCK,
     RECORD_AT(plan_row, end_min),
     .max = 36 * 60 - 1, /* 25:00 is 1:00 of the day after */
     .ja = "終了",
     .en = "end"},
    {.name = "commute_min",
     .type = RECORD_NUMBER,
     RECORD_AT(plan_row, commute_min),
     .min = 0,
     .max = 300,
     .ja = "通所の分",
     .en = "commute min"},
    {.name = "ready_min",
     .type = RECORD_NUMBER,
     RECORD_AT(plan_row, ready_min),
     .min = 0,
     .max = 300,
     .ja = "したくの分",
     .en = "ready min"},
};

static void plan_init(void *row)
{
    struct plan_row *self = row;
    *self = (struct plan_row){.start_min = RECORD_NO_CLOCK,
                              .end_min = RECORD_NO_CLOCK,
                              .commute_min = NAN,
                              .ready_min = NAN};
}

static enum yk_status plan_check(struct store *store, void *row, size_t *column,
                                 struct failure *why)
{
    const struct plan_row *self = row;
    (void)store;
    bool has_start = self->start_min != RECORD_NO_CLOCK,
         has_end = self->end_min != RECORD_NO_CLOCK;
    if (self->days == 0 && (has_start || has_end)) {
        *column = DAYS;
        return failure_set(why, YK_ERR_ARGUMENT,
                           "the step has hours but no days; write days like Mon,Wed,Fri, or "
                           "leave start and end empty");
    }
    if (self->days != 0 && !has_start) {
        *column = START;
        return failure_set(why, YK_ERR_ARGUMENT,
                           "start is missing: when does a programme day begin?");
    }
    if (has_end && self->end_min <= self->start_min) {
        *column = END;
        return failure_set(why, YK_ERR_ARGUMENT,
                           "the end is not after the start; an end after midnight is written "
                           "like 25:00");
    }
    if (has_end && self->end_min > self->start_min + 24 * 60) {
        *column = END;
        return failure_set(why, YK_ERR_ARGUMENT, "the day would last longer than 24 hours");
    }
    double way = (isnan(self->commute_min) ? 0 : self->commute_min) +
                 (isnan(self->ready_min) ? 0 : self->ready_min);
    if (has_start && way > self->start_min) {
        *column = isnan(self->commute_min) ? READY : COMMUTE;
        return failure_set(why, YK_ERR_ARGUMENT,
                           "getting ready and the way take %.0f minutes and would begin before "
                           "midnight",
                           way);
    }
    return YK_OK;
}

const struct record_kind record_kind_plan = {
    .word = "step",
    .command = "plan",
    .table = "plan_step",
    .order = "r.person, r.from_date",
    .bytes = sizeof(struct plan_row),
    .init = plan_init,
    .columns = plan_columns,
    .n_columns = sizeof plan_columns / sizeof *plan_columns,
    .check = plan_check,
};

static int whole(double minutes)
{
    return isnan(minutes) ? -1 : (int)minutes;
}

enum yk_status plan_load(struct store *store, const char *person, struct programme *out,
                         struct failure *why)
{
    void *list = NULL;
    size_t n = 0;
    enum yk_status status = record_list(store, &record_kind_plan, person, &list, &n, why);
    const struct plan_row *rows = list;
    for (size_t i = 0; i < n && status == YK_OK; i++) {
        struct programme_step step = {.from = rows[i].from,
                                      .days = rows[i].days,
                                      .start_min = rows[i].start_min,
                                      .end_min = rows[i].end_min,
                                      .commute_min = whole(rows[i].commute_min),
                                      .ready_min = whole(rows[i].ready_min)};
        memcpy(step.stage, rows[i].stage, sizeof step.stage);
        status = programme_put(out, &step, why);
    }
    mem_free(list);
    return status;
}

/* ---- attendance ---- */

static const char *const status_words[] = {"",       "attended", "late", "early",
                                           "absent", "online",   NULL};
static const char *const status_aliases[] = {"",     "出席",       "遅刻", "早退",
                                             "欠席", "オンライン", NULL};

static const struct record_column attendance_columns[] = {
    RECORD_WHOSE(attendance_row),
    {.name = "date",
     .type = RECORD_DATE,
     .flags = RECORD_MUST | RECORD_KEY,
     RECORD_AT(attendance_row, date),
     .ja = "日付",
     .en = "date"},
    {.name = "status",
     .type = RECORD_WORD,
     .flags = RECORD_MUST,
     RECORD_AT(attendance_row, status),
     .words = status_words,
     .aliases = status_aliases,
     .ja = "出欠",
     .en = "status"},
};

static void attendance_row_init(void *row)
{
    *(struct attendance_row *)row = (struct attendance_row){.id = 0};
}

static enum yk_status attendance_check(struct store *store, void *row, size_t *column,
                                       struct failure *why)
{
    const struct attendance_row *self = row;
    struct programme programme;
    programme_init(&programme);
    enum yk_status status = plan_load(store, self->person, &programme, why);
    const struct programme_step *step = programme_on(&programme, self->date);
    if (status == YK_OK && self->status == ATTENDANCE_ABSENT && step != NULL &&
        !programme_is_day(step, self->date)) {
        char days[32], date[16], from[16];
        programme_days_format(step->days, days);
        civil_format(self->date, date);
        civil_format(step->from, from);
        *column = 2;
        status = failure_set(why, YK_ERR_CONFLICT,
                             "absent on a day off: the plan from %s has %s, not %s (%s)", from,
                             days[0] != '\0' ? days : "no programme days", date,
                             weekday_name_en(civil_weekday(self->date)));
    }
    programme_release(&programme);
    return status;
}

const struct record_kind record_kind_attendance = {
    .word = "attendance",
    .command = "attendance",
    .table = "attendance",
    .order = "r.person, r.date",
    .bytes = sizeof(struct attendance_row),
    .init = attendance_row_init,
    .columns = attendance_columns,
    .n_columns = sizeof attendance_columns / sizeof *attendance_columns,
    .check = attendance_check,
};

enum yk_status attendance_load(struct store *store, const char *person, struct attendance *out,
                               struct failure *why)
{
    void *list = NULL;
    size_t n = 0;
    enum yk_status status = record_list(store, &record_kind_attendance, person, &list, &n, why);
    const struct attendance_row *rows = list;
    for (size_t i = 0; i < n && status == YK_OK; i++) {
        if (MEM_RESERVE(out->days, out->n, out->capacity) != 0) {
            status = failure_set(why, YK_ERR_MEMORY, "no memory for attendance");
        } else {
            out->days[out->n++] = (struct attendance_day){rows[i].date, rows[i].status};
        }
    }
    mem_free(list);
    return status;
}
