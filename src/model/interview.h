/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The numbers of the sheet for the interview, found once and exact: sentences, table and
 * picture round them when they print. The split is by programme days and days off, because "how
 * do my mornings fit the programme?" is the question; weekday and weekend are for research
 * tables.
 *
 * Thin data is not averaged: a mean needs 3 counted nights over all and 2 of a kind of day, a
 * spread 4. What is too thin is NaN here, so no page can print it.
 */
#ifndef SRC_MODEL_INTERVIEW_H
#define SRC_MODEL_INTERVIEW_H

#include "src/model/record.h"

enum {
    INTERVIEW_MEAN_N = 3,
    INTERVIEW_MEAN_KIND_N = 2,
    INTERVIEW_SPREAD_N = 4,
    INTERVIEW_RHYTHM_DAYS = 7,
    INTERVIEW_ROWS_MAX = 8
};

enum day_type {
    DAY_TYPE_UNKNOWN, /* no programme is known for that date */
    DAY_TYPE_PROGRAMME,
    DAY_TYPE_OFF
};

/* One night with the morning it leads to. Hours count from the midnight before the evening
 * (26.0 is 2:00); NaN unknown. Times of a night that is not counted stay NaN. */
struct interview_night {
    struct civil_date evening, morning;
    size_t recording, index; /* record->recordings[recording].analysis.nights[index] */
    const struct night *night;
    const struct programme_step *step; /* in force on the morning; NULL none */
    enum day_type type;                /* of the morning */
    enum attendance_status attended;
    bool is_counted;
    /* Bed times: the analysis's, else the diary's; what rests on them. Unknown without either.
     */
    int64_t in_bed_ns, out_of_bed_ns;
    double sol_min, tib_min, efficiency_pct;
    double in_bed_h, onset_h, wake_h, out_of_bed_h;
    double diary_in_bed_h, diary_wake_h; /* as written */
    double onset_less_diary_min; /* device minus diary: onset - lights out (or into bed) */
    double wake_less_diary_min;  /* device minus diary: wake - wake */
    double latest_wake_h;        /* today's start - commute - getting ready */
    double latest_wake_next_h;   /* the same with the next step's start */
    double margin_min;           /* start - waking: wake-to-start margin */
    int in_time, in_time_next;   /* 1, 0; -1 when it cannot be said */
    double target_h;             /* waking aimed at; NaN none */
    int on_target;               /* woke by it: 1, 0; -1 cannot be said */
};

enum interview_kind { INTERVIEW_ALL, INTERVIEW_PROGRAMME, INTERVIEW_OFF, INTERVIEW_KIND_COUNT };

struct interview_set {
    size_t n;                                   /* counted nights */
    struct mean_sd onset_h, wake_h, midsleep_h; /* sd: sample SD */
    struct mean_sd tst_min, waso_min, sol_min, tib_min, efficiency_pct;
    double wake_first_h, wake_last_h; /* earliest and latest waking; NaN below 1 night */
    struct mean_sd movement;          /* of the calendar days: mg or counts/min */
};

struct interview_mornings { /* of counted nights before programme days */
    size_t n, n_in_time;    /* those of which it can be said */
    size_t n_next, n_in_time_next;
    size_t n_target, n_on_target; /* over all counted nights with a target */
    double target_h;              /* theirs; NaN when it changed or there is none */
    double margin_min;            /* mean; NaN when thin */
    size_t n_days, n_attended, n_late, n_early, n_absent,
        n_online; /* attendance in the period */
};

struct interview_period {
    struct civil_date first, last; /* evenings; month 0: no night at all */
    size_t n_nights, n_counted;
    struct interview_set set[INTERVIEW_KIND_COUNT];
    struct interview_mornings mornings;
    size_t n_days;                        /* counted days the rhythm rests on */
    double midsleep_off_less_programme_h; /* NaN when thin */
};

/* One bar of the strip of programme weeks. */
struct interview_week {
    int week; /* programme_week() of its days; INT_MIN without a programme */
    struct civil_date
        from; /* its Monday when there is no programme, else the week's first day */
    size_t n_counted;
    double wake_mean_h, wake_first_h, wake_last_h; /* of all counted nights; NaN none */
    double latest_wake_h;                          /* of the step in force at its start */
    double target_h;
    const struct programme_step *step;
};

struct interview_facts {
    struct interview_night *nights; /* of the period, in order of time; owned */
    size_t n_nights;
    struct interview_period now, before, first; /* last time; own baseline. n_nights 0: none */
    const struct programme_step *step, *next;   /* on the last morning, and the one to come */
    struct civil_date next_from;
    int week;                     /* of the last morning; INT_MIN none */
    struct interview_week *weeks; /* owned; from the first recorded week to this, gaps too */
    size_t n_weeks;
    size_t n_edits;     /* of nights of the period */
    double nonwear_h;   /* in the period */
    bool has_bed_times; /* of at least one counted night */
    /* The longest quiet time by day (9:00 to 20:00), from an hour on: its middle, in hours of
     * that date; NaN none. */
    struct civil_date quiet_date;
    double quiet_h, quiet_min;
    const char *movement_unit; /* "mg", "counts/min"; "" unknown */
};

void interview_facts_init(struct interview_facts *self);
void interview_facts_release(struct interview_facts *self); /* safe twice */

#endif
