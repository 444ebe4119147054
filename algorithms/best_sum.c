/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Best-sum windows, see best_sum.h. Sums of small whole weights and halves are exact in double.
 */
#include "algorithms/best_sum.h"

#include <string.h>

struct best_sum best_sum_find(const float *weight, size_t first, size_t end)
{
    struct best_sum best = {.first = first, .end = first, .sum = 0};
    double sum = 0;
    size_t start = first;
    for (size_t i = first; i < end; i++) {
        if (sum <= 0) {
            sum = 0;
            start = i;
        }
        sum += (double)weight[i];
        if (sum > best.sum) {
            best = (struct best_sum){.first = start, .end = i + 1, .sum = sum};
        }
    }
    return best;
}

/* Where in the list a stretch belongs. */
static size_t place_of(const struct best_sum *list, size_t n, size_t first)
{
    size_t at = n;
    while (at > 0 && list[at - 1].first > first) {
        at--;
    }
    return at;
}

size_t best_sum_list(const float *weight, size_t first, size_t end, double min_sum,
                     struct best_sum *out, size_t room)
{
    size_t n = 0;
    while (n < room) {
        /* The best of the gaps between what is already listed. */
        struct best_sum best = {.sum = 0};
        for (size_t gap = 0, from = first; gap <= n; gap++) {
            size_t to = gap < n ? out[gap].first : end;
            struct best_sum here = best_sum_find(weight, from, to);
            best = here.sum > best.sum ? here : best;
            from = gap < n ? out[gap].end : end;
        }
        if (best.sum <= 0 || best.sum < min_sum) {
            break;
        }
        size_t at = place_of(out, n, best.first);
        memmove(out + at + 1, out + at, (n - at) * sizeof *out);
        out[at] = best;
        n++;
    }
    return n;
}
