/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How easily rest is left for activity and activity for rest: kRA and kAR.
 */
#ifndef ALGORITHMS_FRAGMENTATION_H
#define ALGORITHMS_FRAGMENTATION_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/status.h"

struct bout_step { /* of the survival curve of bout lengths */
    double t;      /* a length that occurs, in epochs */
    double p;      /* chance per epoch of ending, until the next length that occurs */
    double weight; /* sqrt(N(t) + N(next)) */
};

/* Lengths of the bouts of one state and how they end.
 *
 * state    n epochs; bouts of `wanted` are listed; anything else ends one
 * steps    out, owned by the caller (mem_free); one less than there are different lengths
 * errors   YK_ERR_MEMORY
 * source   Lim et al. 2011, Sleep 34:1569 (docs/algorithms/fragmentation.md)
 */
enum yk_status fragmentation_steps(const uint8_t *state, size_t n, uint8_t wanted,
                                   struct bout_step **steps, size_t *n_steps,
                                   struct failure *why);

/* Locally weighted straight lines (LOWESS) of p on t, without robustness rounds.
 * smooth  out, n values, owned by the caller
 * source  Cleveland 1979, J Am Stat Assoc 74:829 */
void fragmentation_lowess(const struct bout_step *steps, size_t n, double share,
                          double *smooth);

/* Weighted mean of p over the longest stretch where it stays within one SD of its LOWESS curve
 * ("lim-residual"); NaN for too few bouts. */
enum yk_status fragmentation_k(const uint8_t *state, size_t n, uint8_t wanted, double *k,
                               struct failure *why);

struct fragmentation {
    double kra, kar; /* rest to activity, activity to rest */
};

/* Active is a value above threshold; a missing value ends every bout. */
enum yk_status fragmentation_of(const double *x, size_t n, double threshold,
                                struct fragmentation *out, struct failure *why);

#endif
