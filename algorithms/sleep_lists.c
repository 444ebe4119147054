/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lists and state bits, see sleep_lists.h. Decides nothing.
 */
#include "algorithms/sleep_lists.h"

#include <math.h>
#include <stdlib.h>

#include "algorithms/nonwear_ggir.h"
#include "src/base/mem.h"

enum yk_status sleep_add_night(struct analysis *self, const struct night *night,
                               struct failure *why)
{
    if (MEM_RESERVE(self->nights, self->n_nights, self->nights_capacity) != 0) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for night %zu", self->n_nights);
    }
    self->nights[self->n_nights++] = *night;
    return YK_OK;
}

enum yk_status sleep_add_rest(struct analysis *self, const struct rest *rest,
                              struct failure *why)
{
    if (MEM_RESERVE(self->rests, self->n_rests, self->rests_capacity) != 0) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for rest %zu", self->n_rests);
    }
    self->rests[self->n_rests++] = *rest;
    return YK_OK;
}

static int rest_compare(const void *a, const void *b)
{
    const struct rest *x = a, *y = b;
    if (x->start_ns != y->start_ns) {
        return x->start_ns < y->start_ns ? -1 : 1;
    }
    if (x->is_main != y->is_main) {
        return x->is_main ? -1 : 1;
    }
    return (x->end_ns > y->end_ns) - (x->end_ns < y->end_ns);
}

void sleep_sort_rests(struct analysis *self)
{
    if (self->n_rests > 1) {
        qsort(self->rests, self->n_rests, sizeof *self->rests, rest_compare);
    }
}

/* 0: worn, 1: only the stillness rule objects, 2: not worn. */
static int nonwear_kind(uint16_t state)
{
    if ((state & (STATE_NONWEAR | STATE_IMPLAUSIBLE)) != 0) {
        return 2;
    }
    return (state & STATE_NONWEAR_STILL) != 0;
}

enum yk_status sleep_collect_nonwear(struct analysis *self, struct failure *why)
{
    const struct epoch_series *epochs = &self->epochs;
    self->n_nonwear = 0;
    for (size_t i = 0, end; i < epochs->n; i = end) {
        int kind = nonwear_kind(epochs->state[i]);
        end = i + 1;
        while (end < epochs->n && nonwear_kind(epochs->state[end]) == kind) {
            end++;
        }
        if (kind == 0) {
            continue;
        }
        if (MEM_RESERVE(self->nonwear, self->n_nonwear, self->nonwear_capacity) != 0) {
            return failure_set(why, YK_ERR_MEMORY, "no memory for nonwear %zu",
                               self->n_nonwear);
        }
        self->nonwear[self->n_nonwear++] =
            (struct nonwear_bout){.start_ns = epoch_start_ns(epochs, i),
                                  .end_ns = epoch_start_ns(epochs, end),
                                  .is_stillness_only = kind == 1};
    }
    return YK_OK;
}

void sleep_forget_unread(const struct analysis *self, struct night *night)
{
    if (!analysis_knows_nonwear(self)) {
        night->nonwear_in_spt_pct = NAN;
    }
    if (!analysis_knows_stillness(self)) {
        night->nonwear_stillness_in_spt_pct = NAN;
    }
}

size_t sleep_epoch_of(const struct epoch_series *epochs, int64_t at_ns)
{
    if (epochs->n == 0 || at_ns <= epochs->t0_ns) {
        return 0;
    }
    uint64_t i = (uint64_t)(at_ns - epochs->t0_ns) / ((uint64_t)epochs->epoch_s * NS_PER_S);
    return i < epochs->n ? (size_t)i : epochs->n;
}

void sleep_mark(struct epoch_series *epochs, size_t first, size_t end, uint16_t bits)
{
    for (size_t i = first; i < end && i < epochs->n; i++) {
        epochs->state[i] |= bits;
    }
}

/* The state bits of a quarter's wear. */
static uint16_t bits_of_wear(uint8_t wear)
{
    uint16_t bits = 0;
    bits |= (wear & GGIR_R1_NONWEAR) != 0 ? STATE_NONWEAR | STATE_NONWEAR_STILL : 0;
    bits |= (wear & GGIR_R2_CLIPPED) != 0 ? STATE_CLIPPED : 0;
    bits |= (wear & GGIR_R3_IMPLAUSIBLE) != 0 ? STATE_IMPLAUSIBLE : 0;
    return bits;
}

enum yk_status sleep_mark_quarters(struct analysis *self, bool use_2013, uint16_t bits,
                                   struct failure *why)
{
    const struct quarter_series *quarters = &self->quarters;
    const float *score = use_2013 ? quarters->score_2013 : quarters->score_2023;
    if (quarters->n == 0 || score == NULL) {
        return YK_OK;
    }
    uint8_t *wear = mem_alloc(quarters->n, 1);
    if (wear == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for %zu quarters", quarters->n);
    }
    nonwear_ggir_decide(score, quarters->clipped, quarters->n,
                        self->made_by.parameters.clip_limit_pct / 100, wear);
    for (size_t q = 0; q < quarters->n; q++) {
        int64_t start_ns = quarters->t0_ns + (int64_t)q * QUARTER_S * NS_PER_S;
        sleep_mark(&self->epochs, sleep_epoch_of(&self->epochs, start_ns),
                   sleep_epoch_of(&self->epochs, start_ns + QUARTER_S * NS_PER_S),
                   bits_of_wear(wear[q]) & bits);
    }
    mem_free(wear);
    return YK_OK;
}
