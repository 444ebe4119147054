/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A diary: what a person wrote about a night. Times are UTC ns or TIME_UNKNOWN.
 */
#ifndef SRC_MODEL_DIARY_H
#define SRC_MODEL_DIARY_H

#include <stddef.h>

#include "src/base/zone.h"

#define DIARY_SPANS_MAX 8

struct diary_span {
    int64_t start_ns, end_ns;
};

struct diary_night {
    char person_id[64];
    struct civil_date night;
    int64_t in_bed_ns, lights_out_ns, wake_ns, out_of_bed_ns;
    struct diary_span nap[DIARY_SPANS_MAX], off[DIARY_SPANS_MAX]; /* off: recorder not worn */
    size_t n_nap, n_off;
    int rested; /* 1..3, 0 unknown */
};

struct diary {
    struct diary_night *nights; /* sorted by person and night */
    size_t n, capacity;
};

void diary_init(struct diary *self);
void diary_release(struct diary *self);
void diary_night_init(struct diary_night *self);
/* NULL when nothing was written. */
const struct diary_night *diary_find(const struct diary *self, const char *person_id,
                                     struct civil_date night);

/* For qsort(): by person and night. */
int diary_compare(const void *a, const void *b);

/* The nights of one person, borrowed; *n = 0 when there are none. */
const struct diary_night *diary_of_person(const struct diary *self, const char *person_id,
                                          size_t *n);

/* A clock time of a night, "7:05", "23:10:30" or "25:10", in seconds since the evening's
 * midnight; -1 when it is none. Hours before noon are those of the morning after. */
int32_t diary_clock_s(const char *text);
/* Its instant in the night of that evening. */
int64_t diary_instant(const struct zone *zone, struct civil_date night, int32_t second);

#endif
