/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rest, stillness and sleep per epoch, see sleep_default.h.
 *
 * From angles: sleep_angle.c. From counts: Roenneberg's
 * consolidated rest, and Oakley's or Cole-Kripke's scoring inside it where the epoch length
 * allows.
 */
#include "algorithms/sleep_default.h"

#include <math.h>
#include <string.h>

#include "algorithms/best_sum.h"
#include "algorithms/rest_roenneberg.h"
#include "algorithms/scorer.h"
#include "src/base/mem.h"

#define WEIGHT_REST 1.0f
#define WEIGHT_ACTIVE (-2.0f) /* outside Roenneberg's rest */

void rest_series_init(struct rest_series *self)
{
    memset(self, 0, sizeof *self);
    self->method = "";
}

void rest_series_release(struct rest_series *self)
{
    if (self != NULL) {
        mem_free(self->weight);
        mem_free(self->later);
        mem_free(self->still);
        mem_free(self->asleep);
        rest_series_init(self);
    }
}

bool rest_series_is_known(const struct rest_series *self, size_t epoch)
{
    return (self->epochs->state[epoch] & STATE_INVALID) == 0;
}

/* ---- from counts ---- */

/* Sleep and wake inside the rest: Oakley's rule for a one-channel recorder, Cole and Kripke's
 * for ActiGraph counts. Other epoch lengths: all of the rest is sleep. */
static enum yk_status score_counts(struct rest_series *self, const float *counts,
                                   bool is_actigraph, struct failure *why)
{
    const struct sleep_scorer *scorer =
        scorer_find(is_actigraph ? "cole_kripke_actilife" : "oakley");
    struct scorer_input in = {.counts = counts,
                              .n = self->n,
                              .epoch_s = self->epochs->epoch_s,
                              .scale = 0,
                              .threshold = NAN};
    enum yk_status status = scorer_score(scorer, &in, self->asleep, why);
    if (status == YK_ERR_ARGUMENT) { /* not made for this epoch length */
        memcpy(self->asleep, self->still, self->n);
        self->method = "roenneberg";
        return YK_OK;
    }
    self->method = is_actigraph ? "roenneberg+cole_kripke" : "roenneberg+oakley";
    for (size_t i = 0; i < self->n; i++) {
        self->asleep[i] = self->asleep[i] == SCORE_WAKE ? 0 : 1;
    }
    return status;
}

static enum yk_status from_counts(struct rest_series *self, const float *counts,
                                  bool is_actigraph, struct failure *why)
{
    float *known = mem_alloc(self->n, sizeof *known);
    if (known == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for %zu counts", self->n);
    }
    for (size_t i = 0; i < self->n; i++) {
        known[i] = rest_series_is_known(self, i) ? counts[i] : NAN;
    }
    enum yk_status status =
        rest_roenneberg(known, self->n, self->epochs->epoch_s, self->still, why);
    for (size_t i = 0; i < self->n && status == YK_OK; i++) {
        self->weight[i] = isnan(known[i])       ? REST_WEIGHT_UNKNOWN
                          : self->still[i] != 0 ? WEIGHT_REST
                                                : WEIGHT_ACTIVE;
    }
    memcpy(self->later, self->weight, self->n * sizeof *self->weight);
    if (status == YK_OK) {
        status = score_counts(self, known, is_actigraph, why);
    }
    mem_free(known);
    return status;
}

enum yk_status rest_series_make(struct rest_series *self, const struct analysis *analysis,
                                const struct zone *zone, struct failure *why)
{
    const struct epoch_series *epochs = &analysis->epochs;
    const float *counts = epochs->column[EPOCH_COUNTS];
    bool is_actigraph = counts == NULL;
    counts = is_actigraph ? epochs->column[EPOCH_COUNTS_Y] : counts;
    bool has_angle = epochs->column[EPOCH_ANGLE_Z_DEG] != NULL && epochs->epoch_s <= 60;
    bool has_counts = counts != NULL && epochs->epoch_s > 0 && 1800 % epochs->epoch_s == 0;
    if (!has_angle && !has_counts) {
        return YK_OK;
    }
    self->epochs = epochs;
    self->zone = zone;
    self->parameters = &analysis->made_by.parameters;
    self->per_min = 60.0 / epochs->epoch_s;
    self->weight = mem_alloc(epochs->n, sizeof *self->weight);
    self->later = mem_alloc(epochs->n, sizeof *self->later);
    self->still = mem_alloc(epochs->n, 1);
    self->asleep = mem_alloc(epochs->n, 1);
    if (self->weight == NULL || self->later == NULL || self->still == NULL ||
        self->asleep == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for the rest in %zu epochs",
                           epochs->n);
    }
    self->n = epochs->n;
    self->edge = has_angle ? self->asleep : self->still;
    return has_angle ? rest_series_from_angle(self, why)
                     : from_counts(self, counts, is_actigraph, why);
}

/* ---- windows ---- */

struct rest_span rest_series_refine(const struct rest_series *self, size_t first, size_t end,
                                    size_t low, size_t high)
{
    struct rest_span span = {.first = first, .end = end};
    while (span.first < end && self->edge[span.first] == 0) {
        span.first++;
    }
    if (span.first == end) {
        return (struct rest_span){.first = first, .end = first};
    }
    while (span.first > low && self->edge[span.first - 1] != 0) {
        span.first--;
    }
    while (self->edge[span.end - 1] == 0) {
        span.end--;
    }
    while (span.end < high && self->edge[span.end] != 0) {
        span.end++;
    }
    return span;
}

struct rest_span rest_series_best(const struct rest_series *self, size_t first, size_t end)
{
    struct best_sum best = best_sum_find(self->weight, first, end);
    double sum = 0, most = 0;
    for (size_t i = best.end; best.end > best.first && i < end; i++) {
        sum += (double)self->later[i];
        if (sum > most) {
            most = sum;
            best.end = i + 1;
        }
    }
    struct rest_span span = rest_series_refine(self, best.first, best.end, first, end);
    span.sum = span.end > span.first ? best.sum : 0;
    return span;
}

double rest_series_share(const struct rest_series *self, size_t first, size_t end)
{
    size_t known = 0, rest = 0;
    for (size_t i = first; i < end && i < self->n; i++) {
        known += rest_series_is_known(self, i);
        rest += self->weight[i] > 0;
    }
    return known > 0 ? (double)rest / (double)known : (double)NAN;
}
