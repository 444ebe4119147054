/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The programme calendar of one participant: stages made of dated steps, each with its days of
 * the week and its hours. Attendance grows, so a programme day is not the same as a weekday,
 * and the start time changes within one programme.
 */
#ifndef SRC_MODEL_PROGRAMME_H
#define SRC_MODEL_PROGRAMME_H

#include <stddef.h>

#include "src/base/clock.h"
#include "src/base/status.h"

#define PROGRAMME_STAGE_BYTES 64

/* From this date on, until the next step begins. Minutes of the day, -1 unknown. */
struct programme_step {
    struct civil_date from;
    char stage[PROGRAMME_STAGE_BYTES]; /* as the facility calls it; "" = none (week 0,
                                          follow-up) */
    unsigned days;                     /* bit 0 Monday ... bit 6 Sunday; 0: no programme days */
    int start_min, end_min;            /* 600 is 10:00; an end after midnight is 1500, 25:00 */
    int commute_min, ready_min;        /* minutes it takes; -1 unknown */
};

struct programme {
    struct programme_step *steps; /* by date, no two on one */
    size_t n, capacity;
};

void programme_init(struct programme *self);
void programme_release(struct programme *self); /* safe twice */
/* Adds or replaces the step of that date, keeping the order. errors: YK_ERR_MEMORY */
enum yk_status programme_put(struct programme *self, const struct programme_step *step,
                             struct failure *why);
/* The step in force on a date; NULL before the first. */
const struct programme_step *programme_on(const struct programme *self, struct civil_date date);
/* The first later step that has programme days and a start time; NULL when there is none. */
const struct programme_step *programme_next(const struct programme *self,
                                            struct civil_date date);
bool programme_is_day(const struct programme_step *step,
                      struct civil_date date); /* step may be NULL */
/* 1 in the first seven days from the first step with programme days, 0 in the seven before it,
 * negative earlier; INT_MIN when the plan has no programme days. */
int programme_week(const struct programme *self, struct civil_date date);
/* Latest useful waking: start - commute - getting ready, in minutes of the day (may be
 * negative); INT_MIN when one of them is unknown. step may be NULL. */
int programme_latest_wake_min(const struct programme_step *step);

/* "Mon,Wed,Fri", "mon wed fri", "月水金", "月、水、金", "Mon-Fri", "毎日"; false when it is
 * none. */
bool programme_days_parse(const char *text, unsigned *days);
/* "Mon,Wed,Fri"; out holds 32 bytes. */
void programme_days_format(unsigned days, char out[static 32]);

#endif
