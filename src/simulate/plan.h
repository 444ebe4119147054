/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an invented person does, second by second: a row of spells, and the sleep among them.
 * The plan is the truth: a sleep begins where the sleep process begins, whatever the arm shows.
 */
#ifndef SRC_SIMULATE_PLAN_H
#define SRC_SIMULATE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/zone.h"
#include "src/simulate/person.h"

enum activity {
    ACTIVITY_SLEEP,
    ACTIVITY_BED_TRYING,  /* lights out, not asleep yet */
    ACTIVITY_BED_READING, /* book or telephone */
    ACTIVITY_BED_AWAKE,   /* awake in the night or in the morning */
    ACTIVITY_STILL_REST,  /* lying down by day, awake */
    ACTIVITY_SOFA,        /* television */
    ACTIVITY_DESK,
    ACTIVITY_TRAVEL, /* sitting in something that shakes */
    ACTIVITY_LIGHT,  /* standing, eating, dressing */
    ACTIVITY_HOUSEHOLD,
    ACTIVITY_WALK,
    ACTIVITY_VIGOROUS,
    ACTIVITY_HANDLING, /* the recorder is being put on or taken off */
    ACTIVITY_OFF,      /* on a table */
    ACTIVITY_COUNT
};

const char *activity_word(enum activity activity); /* "sleep", "bed_trying", ... */
bool activity_is_in_bed(enum activity activity);

struct stretch {
    int64_t start_ns, end_ns; /* UTC, [start, end) */
};

struct spell {
    int64_t start_ns, end_ns;
    enum activity activity;
};

struct sleep { /* a night's main sleep, or a nap */
    struct civil_date evening;
    int64_t in_bed_ns, lights_out_ns, onset_ns, wake_ns, out_of_bed_ns;
    size_t first_bout, n_bouts; /* of plan.wake_bouts */
    bool is_nap;
    bool has_nonwear; /* the recorder was off for part of the time in bed */
};

struct plan {
    const struct person_kind *kind;
    struct spell *spells; /* without holes, in order */
    size_t n_spells, spells_capacity;
    struct sleep *sleeps;
    size_t n_sleeps, sleeps_capacity;
    struct stretch *wake_bouts;
    size_t n_wake_bouts, wake_bouts_capacity;
    struct stretch *nonwear;
    size_t n_nonwear, nonwear_capacity;
};

void plan_init(struct plan *self);
void plan_release(struct plan *self);

/* Invents the life from the sleep before start to the awakening after end.
 * errors  YK_ERR_MEMORY */
enum yk_status plan_make(struct plan *self, const struct person_kind *kind,
                         const struct zone *zone, int64_t start_ns, int64_t end_ns,
                         uint64_t seed, struct failure *why);

/* Takes the recorder off by_day times while awake and in_bed times for (part of) a night,
 * inside [start, end). Fewer when there is no room. errors  YK_ERR_MEMORY */
enum yk_status plan_take_off(struct plan *self, int64_t start_ns, int64_t end_ns, int by_day,
                             int in_bed, uint64_t seed, struct failure *why);

/* The spell that holds the instant; the first or last one outside the plan. */
const struct spell *plan_at(const struct plan *self, int64_t t_ns);

#endif
