/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Summing epochs, see sum_epochs.h. In place: a sum never lies behind the epochs it is made of.
 */
#include "algorithms/sum_epochs.h"

#include <math.h>
#include <stdbool.h>

#include "src/base/clock.h"

static bool is_summed(enum epoch_column column)
{
    static const bool sums[EPOCH_COLUMN_COUNT] = {
        [EPOCH_COUNTS] = true,
        [EPOCH_COUNTS_X] = true,
        [EPOCH_COUNTS_Y] = true,
        [EPOCH_COUNTS_Z] = true,
        [EPOCH_ZC_X] = true,
        [EPOCH_ZC_Y] = true,
        [EPOCH_ZC_Z] = true,
        [EPOCH_MARKER] = true,
        [EPOCH_STEPS] = true,
        [EPOCH_ZCM] = true,
        [EPOCH_TAT] = true,
        [EPOCH_INCLINE_OFF_S] = true,
        [EPOCH_INCLINE_STANDING_S] = true,
        [EPOCH_INCLINE_SITTING_S] = true,
        [EPOCH_INCLINE_LYING_S] = true,
    };
    return sums[column];
}

/* Where the epochs of each longer one begin and end. */
struct grouping {
    size_t n, per, first; /* epochs, epochs in a whole group, epochs in the first group */
};

static size_t group_end(const struct grouping *g, size_t group)
{
    size_t end = g->first + group * g->per;
    return end < g->n ? end : g->n;
}

static void reduce_column(float *x, const struct grouping *g, size_t groups, bool sums)
{
    for (size_t k = 0, i = 0; k < groups; k++) {
        double sum = 0, n = 0;
        for (; i < group_end(g, k); i++, n++) {
            sum += (double)x[i];
        }
        x[k] = (float)(sums ? sum : sum / n);
    }
}

static void reduce_state(uint16_t *state, const struct grouping *g, size_t groups)
{
    for (size_t k = 0, i = 0; k < groups; k++) {
        size_t n[16] = {0}, from = i;
        uint16_t kept = 0;
        for (; i < group_end(g, k); i++) {
            for (unsigned bit = 0; bit < 16; bit++) {
                n[bit] += ((unsigned)state[i] >> bit) & 1u;
            }
        }
        for (unsigned bit = 0; bit < 16; bit++) {
            kept |= (uint16_t)((2 * n[bit] >= i - from ? 1u : 0u) << bit);
        }
        state[k] = kept;
    }
}

enum yk_status sum_epochs(struct epoch_series *self, int32_t epoch_s, struct failure *why)
{
    if (self->n == 0 || self->epoch_s <= 0 || self->epoch_s >= epoch_s) {
        return YK_OK;
    }
    if (epoch_s % self->epoch_s != 0) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "epochs of %d s cannot be summed to %d s (counts_epoch_s)",
                           (int)self->epoch_s, (int)epoch_s);
    }
    int64_t step_ns = epoch_s * NS_PER_S, own_ns = self->epoch_s * NS_PER_S;
    int64_t late_ns = floor_mod(self->t0_ns, step_ns);
    struct grouping g = {.n = self->n, .per = (size_t)(epoch_s / self->epoch_s)};
    /* An epoch belongs to the minute it begins in. */
    g.first = (size_t)((step_ns - late_ns + own_ns - 1) / own_ns);
    size_t groups = g.n <= g.first ? 1 : 1 + (g.n - g.first + g.per - 1) / g.per;
    for (int c = 0; c < EPOCH_COLUMN_COUNT; c++) {
        if (self->column[c] != NULL) {
            reduce_column(self->column[c], &g, groups, is_summed((enum epoch_column)c));
        }
    }
    reduce_state(self->state, &g, groups);
    self->t0_ns -= late_ns;
    self->epoch_s = epoch_s;
    return epoch_series_resize(self, groups, why);
}
