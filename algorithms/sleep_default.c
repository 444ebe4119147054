/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rest, stillness and sleep per epoch, see sleep_default.h.
 *
 * From angles: a hidden Markov model of movement (sleep_states.h). From counts: Roenneberg's
 * consolidated rest, and Oakley's or Cole-Kripke's scoring inside it where the epoch length
 * allows.
 */
#include "algorithms/sleep_default.h"

#include <math.h>
#include <string.h>

#include "algorithms/best_sum.h"
#include "algorithms/order.h"
#include "algorithms/rest_roenneberg.h"
#include "algorithms/scorer.h"
#include "algorithms/sleep_lists.h"
#include "algorithms/sleep_states.h"
#include "src/base/mem.h"

/* Weights of the best-sum window, per epoch. A wake of one minute costs what 0.4 (lying
 * quietly), 1.5 (moving) or 6 minutes (out of bed) of sleep behind it must outweigh. */
#define WEIGHT_REST 1.0f
#define WEIGHT_QUIET (-0.4f)
#define WEIGHT_ACTIVE (-1.5f)
#define WEIGHT_LONG_GAP (-2.0f) /* awake for hdcza_gap_min and more */
#define WEIGHT_UP (-6.0f)       /* active for UP_MIN without a pause */
#define WEIGHT_COUNTS (-2.0f)   /* outside Roenneberg's rest */
#define WEIGHT_UNKNOWN (-1.0f)
#define UP_MIN 10.0

void rest_series_init(struct rest_series *self)
{
    memset(self, 0, sizeof *self);
    self->method = "";
}

void rest_series_release(struct rest_series *self)
{
    if (self != NULL) {
        mem_free(self->weight);
        mem_free(self->still);
        mem_free(self->asleep);
        rest_series_init(self);
    }
}

bool rest_series_is_known(const struct rest_series *self, size_t epoch)
{
    return (self->epochs->state[epoch] & STATE_INVALID) == 0;
}

/* ---- from angles ---- */

#define NOISE_FACTOR 3.0   /* an SD above so many times the recorder's noise is a movement */
#define LEAST_SD_MG 12.0   /* ... but never less than this */
#define LEAST_TURN_DEG 2.0 /* a step of the angle that is a movement, with an SD to look at */
#define ONLY_TURN_DEG 1.5  /* and without one */
#define LEAST_ENMO_MG                                                                          \
    15.0 /* a step of ENMO that is one: steps, because its zero may be off                     \
          */

/* SD of the recorder at rest: the tenth percentile of what was observed. errors: YK_ERR_MEMORY
 */
static enum yk_status noise_of(const struct rest_series *self, const float *sd,
                               double *noise_mg, struct failure *why)
{
    double *known = mem_alloc(self->n, sizeof *known);
    if (known == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for the noise of %zu epochs",
                           self->n);
    }
    size_t n = 0;
    for (size_t i = 0; i < self->n; i++) {
        if (rest_series_is_known(self, i) && !isnan(sd[i])) {
            known[n++] = (double)sd[i];
        }
    }
    *noise_mg = order_quantile(known, n, 0.1);
    mem_free(known);
    return YK_OK;
}

static double step_of(const float *x, size_t i)
{
    return i > 0 ? fabs((double)x[i] - (double)x[i - 1]) : 0;
}

/* Which epochs hold a movement. */
static enum yk_status find_movement(const struct rest_series *self, uint8_t *moved,
                                    struct failure *why)
{
    const float *angle = self->epochs->column[EPOCH_ANGLE_Z_DEG];
    const float *sd = self->epochs->column[EPOCH_STD_MG];
    const float *enmo = self->epochs->column[EPOCH_ENMO_MG];
    double noise_mg = 0, turn_deg = sd != NULL ? LEAST_TURN_DEG : ONLY_TURN_DEG;
    if (sd != NULL) {
        enum yk_status status = noise_of(self, sd, &noise_mg, why);
        if (status != YK_OK) {
            return status;
        }
    }
    double limit_mg = fmax(NOISE_FACTOR * noise_mg, LEAST_SD_MG);
    for (size_t i = 0; i < self->n; i++) {
        bool has_moved = step_of(angle, i) > turn_deg;
        has_moved |= sd != NULL ? (double)sd[i] > limit_mg
                                : enmo != NULL && step_of(enmo, i) > LEAST_ENMO_MG;
        bool is_known = rest_series_is_known(self, i) && !isnan(angle[i]);
        moved[i] = !is_known ? MOVED_UNKNOWN : has_moved ? MOVED_YES : MOVED_NO;
    }
    return YK_OK;
}

/* Lowers the weight of runs of at least `least` minutes of epochs whose state lies within
 * [low, high]. */
static void weigh_runs(struct rest_series *self, uint8_t low, uint8_t high, double least_min,
                       float weight)
{
    for (size_t i = 0, end; i < self->n; i = end) {
        end = i;
        while (end < self->n && self->asleep[end] >= low && self->asleep[end] <= high) {
            end++;
        }
        bool is_long = end > i && (double)(end - i) >= least_min * self->per_min;
        for (size_t k = i; is_long && k < end; k++) {
            self->weight[k] = self->weight[k] < weight ? self->weight[k] : weight;
        }
        end += end == i;
    }
}

/* `asleep` still holds enum sleep_state. */
static void weigh_states(struct rest_series *self)
{
    static const float weight[] = {[SLEEP_STATE_ASLEEP] = WEIGHT_REST,
                                   [SLEEP_STATE_QUIET] = WEIGHT_QUIET,
                                   [SLEEP_STATE_ACTIVE] = WEIGHT_ACTIVE};
    for (size_t i = 0; i < self->n; i++) {
        bool is_known = self->asleep[i] != SLEEP_STATE_UNKNOWN;
        self->weight[i] = is_known ? weight[self->asleep[i]] : WEIGHT_UNKNOWN;
    }
    weigh_runs(self, SLEEP_STATE_QUIET, SLEEP_STATE_ACTIVE, self->parameters->hdcza_gap_min,
               WEIGHT_LONG_GAP);
    weigh_runs(self, SLEEP_STATE_ACTIVE, SLEEP_STATE_ACTIVE, UP_MIN, WEIGHT_UP);
}

static enum yk_status from_angle(struct rest_series *self, struct failure *why)
{
    uint8_t *moved = mem_alloc(self->n, 1);
    if (moved == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for the movements of %zu epochs",
                           self->n);
    }
    enum yk_status status = find_movement(self, moved, why);
    if (status == YK_OK) {
        status = sleep_states_find(moved, self->n, self->epochs->epoch_s, self->asleep, why);
    }
    if (status == YK_OK) {
        weigh_states(self);
        for (size_t i = 0; i < self->n; i++) {
            self->asleep[i] = self->asleep[i] == SLEEP_STATE_ASLEEP;
            self->still[i] = self->asleep[i];
        }
        self->method = "best-sum+movement";
    }
    mem_free(moved);
    return status;
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
        self->weight[i] = isnan(known[i])       ? WEIGHT_UNKNOWN
                          : self->still[i] != 0 ? WEIGHT_REST
                                                : WEIGHT_COUNTS;
    }
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
    self->still = mem_alloc(epochs->n, 1);
    self->asleep = mem_alloc(epochs->n, 1);
    if (self->weight == NULL || self->still == NULL || self->asleep == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for the rest in %zu epochs",
                           epochs->n);
    }
    self->n = epochs->n;
    return has_angle ? from_angle(self, why) : from_counts(self, counts, is_actigraph, why);
}

/* ---- windows ---- */

struct rest_span rest_series_refine(const struct rest_series *self, size_t first, size_t end,
                                    size_t low, size_t high)
{
    struct rest_span span = {.first = first, .end = end};
    while (span.first < end && self->still[span.first] == 0) {
        span.first++;
    }
    if (span.first == end) {
        return (struct rest_span){.first = first, .end = first};
    }
    while (span.first > low && self->still[span.first - 1] != 0) {
        span.first--;
    }
    while (self->still[span.end - 1] == 0) {
        span.end--;
    }
    while (span.end < high && self->still[span.end] != 0) {
        span.end++;
    }
    return span;
}

struct rest_span rest_series_best(const struct rest_series *self, size_t first, size_t end)
{
    struct best_sum best = best_sum_find(self->weight, first, end);
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
