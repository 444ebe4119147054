/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ready-made plans. Attendance grows: a few half days, then longer ones, then whole days on
 * five days of the week; a follow-up without programme days closes the calendar. Steps begin at
 * a thousandth part of the programme's length, on whole weeks.
 */
#include "src/store/plans.h"

#include <math.h>
#include <string.h>

#include "src/base/utf8.h"

#define MON_WED_FRI (1u << MONDAY | 1u << WEDNESDAY | 1u << FRIDAY)
#define FOUR_DAYS (1u << MONDAY | 1u << TUESDAY | 1u << THURSDAY | 1u << FRIDAY)
#define FIVE_DAYS (FOUR_DAYS | 1u << WEDNESDAY)

struct template_step {
    int permille; /* of the length, when it begins; 1000: the end */
    const char *stage;
    uint32_t days;
    int start_min, end_min; /* -1 without days */
};

#define STEPS_MAX 6

static const struct plan_template {
    const char *name;
    int weeks;                          /* 0: from the months */
    int months_min, months_max, months; /* 0: its length is fixed */
    struct template_step steps[STEPS_MAX];
} templates[] = {
    {.name = "centre12",
     .weeks = 12,
     .steps = {{0, "導入期", MON_WED_FRI, 600, 720},
               {250, "応用期", FOUR_DAYS, 600, 900},
               {667, "復職準備期", FIVE_DAYS, 540, 960},
               {1000, "フォローアップ期", 0, -1, -1}}},
    {.name = "clinic",
     .months_min = 3,
     .months_max = 6,
     .months = 6,
     .steps = {{0, "導入期", MON_WED_FRI, 600, 720},
               {250, "応用期", FOUR_DAYS, 600, 900},
               {667, "復職準備期", FIVE_DAYS, 540, 930},
               {1000, "フォローアップ期", 0, -1, -1}}},
    {.name = "vocational24",
     .months = 24,
     .steps = {{0, "導入期", MON_WED_FRI, 600, 720},
               {125, "応用期", FOUR_DAYS, 600, 900},
               {500, "応用期", FIVE_DAYS, 570, 930},
               {750, "復職準備期", FIVE_DAYS, 540, 960},
               {1000, "フォローアップ期", 0, -1, -1}}},
};

static const struct plan_template *find(const char *name, struct failure *why)
{
    struct text list;
    text_init(&list);
    for (size_t i = 0; i < sizeof templates / sizeof *templates; i++) {
        if (strcmp(templates[i].name, name) == 0) {
            text_release(&list);
            return &templates[i];
        }
        text_addf(&list, "%s%s", i > 0 ? ", " : "", templates[i].name);
    }
    failure_set(why, YK_ERR_ARGUMENT, "'%.*s' is no template; there are: %s",
                utf8_shown(name, 40), name, text_string(&list));
    text_release(&list);
    return NULL;
}

/* Whole weeks of a number of months, 365.25 / 12 days each. */
static int weeks_of(int months)
{
    return (int)lround(months * 365.25 / 12 / 7);
}

static enum yk_status length_of(const struct plan_template *self, int months, int *weeks,
                                struct failure *why)
{
    bool is_fixed = self->months_max == 0;
    if (months != 0 && (is_fixed || months < self->months_min || months > self->months_max)) {
        return is_fixed
                   ? failure_set(why, YK_ERR_ARGUMENT,
                                 "the length of %s is fixed: leave --months out", self->name)
                   : failure_set(why, YK_ERR_ARGUMENT, "%d months: %s takes %d to %d months",
                                 months, self->name, self->months_min, self->months_max);
    }
    *weeks = self->weeks != 0 ? self->weeks : weeks_of(months != 0 ? months : self->months);
    return YK_OK;
}

static enum yk_status add_step(struct store *store, const char *person,
                               const struct template_step *step, int weeks,
                               struct civil_date from, double commute_min, double ready_min,
                               size_t *n_added, size_t *n_same, struct failure *why)
{
    struct plan_row row;
    bool is_new = false;
    size_t column = 0;
    record_kind_plan.init(&row);
    enum yk_status status = record_parse(&record_kind_plan, 0, person, NULL, &row, why);
    if (status != YK_OK) {
        return status;
    }
    memcpy(row.stage, step->stage, strlen(step->stage) + 1);
    row.from = civil_add_days(from, 7 * lround(step->permille * weeks / 1000.0));
    row.days = step->days;
    row.start_min = step->start_min;
    row.end_min = step->end_min;
    row.commute_min = step->days != 0 ? commute_min : NAN;
    row.ready_min = step->days != 0 ? ready_min : NAN;
    status = record_insert(store, &record_kind_plan, &row, &is_new, &column, why);
    *n_added += status == YK_OK && is_new;
    *n_same += status == YK_OK && !is_new;
    return status;
}

enum yk_status plan_add_template(struct store *store, const char *person, const char *name,
                                 int months, struct civil_date from, double commute_min,
                                 double ready_min, size_t *n_added, size_t *n_same,
                                 struct failure *why)
{
    const struct plan_template *self = find(name, why);
    int weeks = 0;
    size_t n = 0, same = 0;
    if (self == NULL) {
        return YK_ERR_ARGUMENT;
    }
    enum yk_status status = length_of(self, months, &weeks, why);
    if (status == YK_OK) {
        status = db_begin(store->db, why);
    }
    if (status != YK_OK) {
        return status;
    }
    for (size_t i = 0; i < STEPS_MAX && self->steps[i].stage != NULL && status == YK_OK; i++) {
        status = add_step(store, person, &self->steps[i], weeks, from, commute_min, ready_min,
                          &n, &same, why);
    }
    status = db_finish(store->db, status, why);
    if (status == YK_OK) {
        *n_added = n;
        *n_same = same;
    }
    return status;
}
