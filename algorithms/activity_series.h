/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one activity series that days and rhythm are computed from: minute means of ENMO in mg,
 * or counts per minute, of valid epochs only.
 */
#ifndef ALGORITHMS_ACTIVITY_SERIES_H
#define ALGORITHMS_ACTIVITY_SERIES_H

#include <stdbool.h>

#include "src/base/zone.h"
#include "src/model/epochs.h"
#include "src/model/parameters.h"

struct activity_series {
    double *x; /* owned; NaN = missing */
    size_t n;
    int64_t t0_ns;  /* start of x[0]; a whole UTC minute for epochs shorter than a minute */
    int32_t step_s; /* 60, or the epoch when it is longer or does not divide a minute */
    bool is_counts; /* counts/min; else mg */
};

void activity_series_init(struct activity_series *self);
void activity_series_release(struct activity_series *self);

/* ENMO when there is any, else counts (or what `input` names): the one-channel column, else the
 * vector magnitude, else the vertical axis. A minute is known when at least half of its epochs
 * are valid. n == 0 when there is no activity column. errors: YK_ERR_MEMORY */
enum yk_status activity_series_make(struct activity_series *self,
                                    const struct epoch_series *epochs, enum choice_rhythm input,
                                    struct failure *why);

/* The same on the wall clock of a zone: *out begins with the first step after the local
 * midnight of the first day and has one place for every step of every day's 24 hours. The hour
 * that a spring change drops stays missing; of the hour that an autumn change repeats the mean
 * is taken. t0_ns is that step's clock time read as if it were UTC. errors: YK_ERR_MEMORY */
enum yk_status activity_series_on_wall_clock(const struct activity_series *self,
                                             const struct zone *zone,
                                             struct activity_series *out, struct failure *why);

/* Vector magnitude of the three count axes at epoch k, or the one-channel count; NaN unknown.
 */
double activity_counts_at(const struct epoch_series *epochs, size_t k);

#endif
