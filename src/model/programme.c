/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The programme calendar in memory: which step is in force, which days are programme days,
 * which week of the programme it is.
 */
#include "src/model/programme.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"

void programme_init(struct programme *self)
{
    *self = (struct programme){0};
}

void programme_release(struct programme *self)
{
    if (self != NULL) {
        mem_free(self->steps);
        programme_init(self);
    }
}

enum yk_status programme_put(struct programme *self, const struct programme_step *step,
                             struct failure *why)
{
    size_t i = self->n;
    while (i > 0 && civil_compare(self->steps[i - 1].from, step->from) >= 0) {
        i--;
    }
    if (i < self->n && civil_compare(self->steps[i].from, step->from) == 0) {
        self->steps[i] = *step;
        return YK_OK;
    }
    if (MEM_RESERVE(self->steps, self->n, self->capacity) != 0) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for another step of the plan");
    }
    memmove(&self->steps[i + 1], &self->steps[i], (self->n - i) * sizeof *self->steps);
    self->steps[i] = *step;
    self->n++;
    return YK_OK;
}

const struct programme_step *programme_on(const struct programme *self, struct civil_date date)
{
    const struct programme_step *found = NULL;
    for (size_t i = 0; i < self->n && civil_compare(self->steps[i].from, date) <= 0; i++) {
        found = &self->steps[i];
    }
    return found;
}

const struct programme_step *programme_next(const struct programme *self,
                                            struct civil_date date)
{
    for (size_t i = 0; i < self->n; i++) {
        const struct programme_step *step = &self->steps[i];
        if (civil_compare(step->from, date) > 0 && step->days != 0 && step->start_min >= 0) {
            return step;
        }
    }
    return NULL;
}

bool programme_is_day(const struct programme_step *step, struct civil_date date)
{
    return step != NULL && (step->days >> civil_weekday(date) & 1u) != 0;
}

int programme_week(const struct programme *self, struct civil_date date)
{
    for (size_t i = 0; i < self->n; i++) {
        if (self->steps[i].days != 0) {
            int64_t days = civil_to_days(date) - civil_to_days(self->steps[i].from);
            return (int)floor_div(days, 7) + 1;
        }
    }
    return INT_MIN;
}

int programme_latest_wake_min(const struct programme_step *step)
{
    if (step == NULL || step->start_min < 0 || step->commute_min < 0 || step->ready_min < 0) {
        return INT_MIN;
    }
    return step->start_min - step->commute_min - step->ready_min;
}

/* One day's name at *at, in either language; -1 when there is none. */
static int day_at(const char **at)
{
    for (int d = MONDAY; d <= SUNDAY; d++) {
        if (text_skip(at, weekday_name_ja((enum weekday)d))) {
            if (text_skip(at, "曜")) {
                text_skip(at, "日"); /* of 月曜日; "土日" is two days */
            }
            return d;
        }
    }
    for (int d = MONDAY; d <= SUNDAY; d++) {
        if (strncasecmp(*at, weekday_name_en((enum weekday)d), 3) == 0) {
            *at += 3;
            /* "Monday", "Tues" */
            while (isalpha((unsigned char)**at)) {
                (*at)++;
            }
            return d;
        }
    }
    return -1;
}

static void skip_separators(const char **at)
{
    while (text_skip(at, " ") || text_skip(at, ",") || text_skip(at, "/") ||
           text_skip(at, "・") || text_skip(at, "、") || text_skip(at, "　") ||
           text_skip(at, "，")) {
    }
}

bool programme_days_parse(const char *text, unsigned *days)
{
    unsigned found = 0;
    const char *at = text;
    skip_separators(&at);
    if (text_skip(&at, "毎日")) {
        found = 0x7f;
        skip_separators(&at);
    }
    while (*at != '\0') {
        int day = day_at(&at);
        if (day < 0) {
            return false;
        }
        int last = day;
        if (text_skip(&at, "-") || text_skip(&at, "–") || text_skip(&at, "〜") ||
            text_skip(&at, "～")) {
            last = day_at(&at);
            if (last < day) {
                return false;
            }
        }
        for (int d = day; d <= last; d++) {
            found |= 1u << d;
        }
        skip_separators(&at);
    }
    *days = found;
    return true;
}

void programme_days_format(unsigned days, char out[static 32])
{
    char *end = out;
    *end = '\0';
    for (int d = MONDAY; d <= SUNDAY; d++) {
        if ((days >> d & 1u) != 0) {
            if (end != out) {
                *end++ = ',';
            }
            memcpy(end, weekday_name_en((enum weekday)d), 3);
            end += 3;
            *end = '\0';
        }
    }
}
