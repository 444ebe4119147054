/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GGIR's r1..r3, see nonwear_ggir.h. Lengths are in quarters of an hour. Odd borders (ten
 * quarters at the start, not twelve) are GGIR's own.
 */
#include "algorithms/nonwear_ggir.h"

#include <math.h>
#include <stdbool.h>

enum { HOURS = 4 /* quarters */ };

struct block {
    size_t start, end; /* [start, end) */
};

static bool is_off(uint8_t wear)
{
    return (wear & (GGIR_R1_NONWEAR | GGIR_R3_IMPLAUSIBLE)) != 0;
}

/* The next block of nonwear from `from` on; false when there is none. */
static bool next_block(const uint8_t *wear, size_t n, size_t from, struct block *out)
{
    while (from < n && !is_off(wear[from])) {
        from++;
    }
    if (from == n) {
        return false;
    }
    out->start = from;
    while (from < n && is_off(wear[from])) {
        from++;
    }
    out->end = from;
    return true;
}

static bool is_implausible(struct block before, struct block after, size_t n)
{
    double worn = (double)(after.start - before.end);
    double a = (double)(before.end - before.start), b = (double)(after.end - after.start);
    return (worn < 6 * HOURS && worn / (a + b) < 0.3) ||
           (worn < 3 * HOURS && worn / (a + b) < 0.8) ||
           (before.start + 2 + 24 * HOURS > n && worn < 3 * HOURS && a > 1 * HOURS);
}

/* Marks with a bit that this pass does not look at yet, so that all decisions of a pass rest on
 * the same blocks. */
#define PENDING 0x80u

static void mark(uint8_t *wear, size_t start, size_t end)
{
    for (size_t i = start; i < end; i++) {
        wear[i] |= PENDING;
    }
}

static void pass(uint8_t *wear, size_t n)
{
    struct block before, after;
    if (!next_block(wear, n, 0, &before)) {
        return;
    }
    if (before.start + 2 < 3 * HOURS) {
        mark(wear, 0, before.start); /* set up, then put aside */
    }
    while (next_block(wear, n, before.end, &after)) {
        if (is_implausible(before, after, n)) {
            mark(wear, before.end, after.start);
        }
        before = after;
    }
    if (before.end != n && before.end + 3 * HOURS > n) {
        mark(wear, before.end, n); /* carried back for reading out */
    }
    for (size_t i = 0; i < n; i++) {
        if ((wear[i] & PENDING) != 0) {
            wear[i] = (uint8_t)((wear[i] & ~PENDING) | GGIR_R3_IMPLAUSIBLE);
        }
    }
}

void nonwear_ggir_decide(const float *score, const float *clipped, size_t n, double clip_limit,
                         uint8_t *wear)
{
    for (size_t i = 0; i < n; i++) {
        wear[i] = isnan(score[i]) || score[i] >= 2 ? GGIR_R1_NONWEAR : 0;
        if (clipped != NULL && (double)clipped[i] > clip_limit) {
            wear[i] |= GGIR_R2_CLIPPED;
        }
    }
    for (int k = 0; k < 3; k++) {
        pass(wear, n);
    }
}
