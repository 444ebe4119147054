/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rest, stillness and sleep per epoch, see sleep_default.h.
 *
 * From angles: HDCZA's rest flag (van Hees et al. 2018) with unknown time left unknown, and
 * sustained inactivity (van Hees et al. 2015). From counts: Roenneberg's consolidated rest, and
 * Oakley's or Cole-Kripke's scoring inside it where the epoch length allows.
 */
#include "algorithms/sleep_default.h"

#include <math.h>
#include <string.h>

#include "algorithms/best_sum.h"
#include "algorithms/rest_roenneberg.h"
#include "algorithms/scorer.h"
#include "algorithms/sib_vanhees.h"
#include "algorithms/sleep_lists.h"
#include "algorithms/spt_hdcza.h"
#include "src/base/mem.h"

#define WEIGHT_REST 1.0f
#define WEIGHT_ACTIVE (-2.0f)
#define WEIGHT_UNKNOWN (-1.0f)
#define THRESHOLD_MIN_H 16.0 /* known hours that a window's own threshold needs */

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

/* The epoch at which the noon-to-noon day that holds `epoch` ends. */
static size_t noon_after(const struct rest_series *self, size_t epoch)
{
    struct civil_time at = zone_civil(self->zone, epoch_start_ns(self->epochs, epoch));
    int64_t days = at.second_of_day >= 12 * 3600 ? 1 : 0;
    int64_t noon = zone_instant_of_day(self->zone, civil_add_days(at.date, days), 12 * 3600);
    size_t next = sleep_epoch_of(self->epochs, noon);
    return next > epoch ? next : epoch + 1;
}

static double threshold_of(const struct rest_series *self, const double *median, size_t first,
                           size_t end, double *scratch)
{
    const struct parameters *p = self->parameters;
    return hdcza_threshold(median + first, end - first, p->hdcza_quantile_pct / 100,
                           p->hdcza_factor, p->hdcza_low_deg, p->hdcza_high_deg, scratch);
}

/* The rest flags, each noon-to-noon day by its own threshold; days that are mostly unknown take
 * the recording's. */
static void weigh_medians(struct rest_series *self, const double *median, double *scratch)
{
    double whole = threshold_of(self, median, 0, self->n, scratch);
    for (size_t first = 0, end; first < self->n; first = end) {
        end = noon_after(self, first);
        size_t known = 0;
        for (size_t i = first; i < end; i++) {
            known += isnan(median[i]) ? 0 : 1;
        }
        bool is_own = (double)known >= THRESHOLD_MIN_H * 60 * self->per_min;
        double limit = is_own ? threshold_of(self, median, first, end, scratch) : whole;
        for (size_t i = first; i < end; i++) {
            self->weight[i] = isnan(median[i])    ? WEIGHT_UNKNOWN
                              : median[i] < limit ? WEIGHT_REST
                                                  : WEIGHT_ACTIVE;
        }
    }
}

static enum yk_status from_angle(struct rest_series *self, struct failure *why)
{
    const struct parameters *p = self->parameters;
    const float *angle = self->epochs->column[EPOCH_ANGLE_Z_DEG];
    double *known = mem_alloc(self->n, sizeof *known);
    double *median = mem_alloc(self->n, sizeof *median);
    double *scratch = mem_alloc(self->n, sizeof *scratch);
    enum yk_status status = YK_OK;
    if (known == NULL || median == NULL || scratch == NULL) {
        status =
            failure_set(why, YK_ERR_MEMORY, "no memory for the rest in %zu epochs", self->n);
        goto done;
    }
    for (size_t i = 0; i < self->n; i++) {
        known[i] = rest_series_is_known(self, i) ? (double)angle[i] : (double)NAN;
    }
    size_t half = (size_t)fmax(2.5 * self->per_min, 1);
    status = hdcza_medians(known, self->n, half, NAN, median, why);
    if (status == YK_OK) {
        weigh_medians(self, median, scratch);
        sib_mark(known, self->n, p->sib_angle_deg, (size_t)(p->sib_min * self->per_min),
                 SIB_SOUND, self->still);
        memcpy(self->asleep, self->still, self->n);
        self->method = "best-sum+sib";
    }
done:
    mem_free(known);
    mem_free(median);
    mem_free(scratch);
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
                                                : WEIGHT_ACTIVE;
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
        known += self->weight[i] != WEIGHT_UNKNOWN;
        rest += self->weight[i] > 0;
    }
    return known > 0 ? (double)rest / (double)known : (double)NAN;
}
