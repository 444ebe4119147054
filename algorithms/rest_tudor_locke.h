/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sleep periods from minutes scored asleep or awake: Tudor-Locke, Barreira, Schuna, Mire,
 * Katzmarzyk 2014, Appl Physiol Nutr Metab 39:53, as ActiLife applies it.
 */
#ifndef ALGORITHMS_REST_TUDOR_LOCKE_H
#define ALGORITHMS_REST_TUDOR_LOCKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/status.h"

struct tudor_locke_parameters { /* minutes; ActiLife's defaults are 5, 10, 160, 1440, 0 */
    size_t bed;                 /* shortest run of sleep that begins a period */
    size_t wake;                /* shortest run of wake that ends one */
    size_t min_length, max_length;
    size_t min_nonzero; /* epochs with counts that a period must hold */
    bool drop_at_end;   /* ActiLife drops a period that lasts to the end of the recording */
};

struct sleep_period {
    size_t start, end; /* epochs [start, end): in bed = onset, out of bed */
    size_t tst_min, waso_min, awakenings_n;
    double mean_awakening_min; /* 0 when there is none */
    double efficiency_pct;
    double counts_sum;
    double movement_index_pct, fragmentation_index_pct, sleep_fragmentation_index_pct;
};

/* score     n minutes: SCORE_SLEEP, everything else is wake
 * counts    n counts (axis 1), NaN = missing
 * periods   out: room for n / 2 + 1 would always do; at most capacity are written
 * n_periods out: how many there are, which may be more than capacity
 * scratch   n bytes of the caller's
 */
void tudor_locke_find(const uint8_t *score, const float *counts, size_t n,
                      const struct tudor_locke_parameters *parameters, uint8_t *scratch,
                      struct sleep_period *periods, size_t capacity, size_t *n_periods);

#endif
