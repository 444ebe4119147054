/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Nonwear from 60-s counts: long runs of zeros, with rules for the odd movement in between.
 * Lengths are in epochs. Missing counts are scanned as zeros and marked 0 (not nonwear) after.
 */
#ifndef ALGORITHMS_NONWEAR_COUNTS_H
#define ALGORITHMS_NONWEAR_COUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Choi, Liu, Matthews, Buchowski 2011, Med Sci Sports Exerc 43:357. The usual values are 90, 30
 * and 2; ActiLife's default is 60, 30 and 2. */
struct choi_parameters {
    size_t min_period;      /* shortest nonwear */
    size_t min_window;      /* zeros wanted on both sides of a spike */
    size_t spike_tolerance; /* longest spike; zero runs shorter than this count as movement */
};

/* nonwear: n results, 1 = not worn. */
void nonwear_choi(const float *counts, size_t n, const struct choi_parameters *parameters,
                  uint8_t *nonwear);

/* Troiano et al. 2008, Med Sci Sports Exerc 40:181. The usual values are 60, 0, infinity, 2,
 * 100 and true. */
struct troiano_parameters {
    size_t min_period;
    double threshold;        /* movement is above this */
    double max_count;        /* counts above this end a period at once (INFINITY: none do) */
    size_t spike_tolerance;  /* movement epochs tolerated */
    double spike_stop_level; /* movement above this is never tolerated */
    bool consecutive;        /* tolerated movement must be consecutive (ActiLife's "require
                                consecutive epochs outside") */
};

void nonwear_troiano(const float *counts, size_t n, const struct troiano_parameters *parameters,
                     uint8_t *nonwear);

/* Runs of at least min_period zeros (below 1). */
void nonwear_zero_runs(const float *counts, size_t n, size_t min_period, uint8_t *nonwear);

/* A recorder with an offset, lying on a table, repeats one count that is not 0 for hours, now
 * and then another; a wrist never does. Runs of at least min_run equal non-zero counts, joined
 * over gaps of at most `gap` epochs, are nonwear where they come to min_period. Adds to nonwear
 * (1s that are there stay). docs/algorithms/nonwear-counts.md */
void nonwear_add_stuck_runs(const float *counts, size_t n, size_t min_run, size_t gap,
                            size_t min_period, uint8_t *nonwear);

#endif
