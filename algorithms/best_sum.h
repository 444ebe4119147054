/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Best-sum windows: the stretch whose weights add up to the most. With +1 for an epoch at rest
 * and -2 for another one, a stretch grows over an interruption as long as what lies behind it
 * outweighs it (docs/algorithms/best-sum.md). Kadane's scan; the list is Ruzzo and Tompa's
 * (1999, ISMB 7:234) set of maximal scoring stretches.
 */
#ifndef ALGORITHMS_BEST_SUM_H
#define ALGORITHMS_BEST_SUM_H

#include <stdbool.h>
#include <stddef.h>

struct best_sum {
    size_t first, end; /* [first, end); first == end: nothing adds up to more than 0 */
    double sum;
};

/* The best stretch of weight[first .. end); the first of equal ones, without zeros at its ends.
 */
struct best_sum best_sum_find(const float *weight, size_t first, size_t end);

/* The best stretch, then the best of what remains on its sides, and so on, down to min_sum: at
 * most `room` of them, in the order of time. Returns how many. */
size_t best_sum_list(const float *weight, size_t first, size_t end, double min_sum,
                     struct best_sum *out, size_t room);

#endif
