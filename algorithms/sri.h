/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sleep regularity index: the chance of being in the same state 24 h apart, from -100 to 100.
 *
 * Two readings live here (docs/algorithms/sri.md): the textbook's, over all pairs of one
 * recording, and GGIR's, one number per pair of calendar days on 30-second bins.
 */
#ifndef ALGORITHMS_SRI_H
#define ALGORITHMS_SRI_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/status.h"
#include "src/base/zone.h"

/* States: 0 awake, 1 asleep, anything else unknown. */
#define SRI_AWAKE 0
#define SRI_ASLEEP 1
#define SRI_UNKNOWN 255

/* All pairs of epochs one period apart, both known.
 *
 * state     n epochs
 * period    epochs in 24 h; must be > 0
 * min_pairs fewer known pairs than this give NaN
 * n_pairs   out, may be NULL
 * returns   -100 + 200 * (share of agreeing pairs); NaN unknown
 * source    Phillips et al. 2017, Sci Rep 7:3216; unknown pairs are left out
 */
double sri_pooled(const uint8_t *state, size_t n, size_t period, size_t min_pairs,
                  size_t *n_pairs);

/* A series of states in bins of the clock. */
struct sri_bins {
    int64_t t0_ns; /* start of bin 0; a whole multiple of bin_s where bins were made */
    int32_t bin_s;
    size_t n;
    uint8_t *state; /* owned */
};

void sri_bins_init(struct sri_bins *self);
void sri_bins_release(struct sri_bins *self);
/* 30-second bins of a finer series whose epoch divides 30 s: unknown when any epoch in it is
 * unknown, else asleep when more than half of it is (half to even, as R rounds). Other series
 * are copied as they are. errors: YK_ERR_MEMORY */
enum yk_status sri_bins_make(struct sri_bins *self, const uint8_t *state, size_t n,
                             int64_t t0_ns, int32_t epoch_s, struct failure *why);

struct sri_pair {
    struct civil_date date; /* this calendar day against the next */
    double sri;             /* NaN when nothing could be compared (GGIR says 0) */
    double compared_share;  /* of the bins of 24 h */
};

/* One pair for every calendar day touched but the last. Days of 23 or 25 hours are paired by
 * position from midnight. *out is owned by the caller (mem_free). errors: YK_ERR_MEMORY */
enum yk_status sri_pairs_of_days(const struct sri_bins *bins, const struct zone *zone,
                                 struct sri_pair **out, size_t *n_out, struct failure *why);

#endif
