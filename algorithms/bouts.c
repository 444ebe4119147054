/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bout search with a sliding window, after GGIR's description of its own, but with an end
 * search that looks at its own windows.
 */
#include "algorithms/bouts.h"
#include "algorithms/runs.h"
#include "src/base/mem.h"

#include <math.h>
#include <stdbool.h>

#define BREAK_S 60

struct sums { /* running sums, so that any window is two look-ups */
    uint32_t *above, *broken;
};

/* Marks the inner epochs of every run of zeros longer than a minute: those with half a minute
 * of zeros on either side. */
static void add_up(const uint8_t *x, size_t n, int32_t epoch_s, struct sums *s)
{
    size_t half = (size_t)(BREAK_S / epoch_s / 2);
    for (size_t i = 0; i < n;) {
        size_t end = run_end(x, n, i);
        bool is_break = x[i] == 0 && (int64_t)(end - i) * epoch_s > BREAK_S;
        for (size_t k = i; k < end; k++) {
            bool is_inner = is_break && k >= i + half && k + half < end;
            s->above[k + 1] = s->above[k] + x[k];
            s->broken[k + 1] = s->broken[k] + is_inner;
        }
        i = end;
    }
}

/* Cuts [*from, *to) back to epochs that meet the threshold. */
static void cut_back(const uint8_t *x, size_t *from, size_t *to)
{
    while (*from < *to && x[*from] == 0) {
        ++*from;
    }
    while (*to > *from && x[*to - 1] == 0) {
        --*to;
    }
}

enum yk_status bouts_minutes(const uint8_t *is_above, size_t n, int32_t epoch_s,
                             double bout_min, double share, double *minutes,
                             struct failure *why)
{
    size_t w = (size_t)lround(bout_min * 60 / epoch_s);
    *minutes = 0;
    if (w == 0 || w > n) {
        return YK_OK;
    }
    uint32_t *room = mem_alloc(2 * (n + 1), sizeof *room);
    if (room == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "bouts: no memory");
    }
    struct sums s = {room, room + n + 1};
    add_up(is_above, n, epoch_s, &s);
    size_t total = 0, counted_to = 0;
    for (size_t i = 0; i + w <= n;) {
        size_t last = i; /* behind the last window that counts */
        while (last + w <= n && s.broken[last + w] == s.broken[last] &&
               (double)(s.above[last + w] - s.above[last]) >= share * (double)w - 1e-9) {
            last++;
        }
        if (last > i) {
            size_t from = i, to = last - 1 + w;
            cut_back(is_above, &from, &to);
            from = from < counted_to ? counted_to : from;
            total += to > from ? to - from : 0;
            counted_to = to > counted_to ? to : counted_to;
        }
        i = last + 1;
    }
    mem_free(room);
    *minutes = (double)total * epoch_s / 60;
    return YK_OK;
}
