/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rest and sleep from activity counts alone, see sleep_default.h and
 * docs/algorithms/sleep-default.md.
 *
 * Rest: the median of 11 minutes is at most 15 % of the mean of the 24 h around (Roenneberg's
 * threshold, 2015, Methods Enzymol 552:257), joined by the best-sum window. Sleep inside it:
 * Oakley's rule for a one-channel recorder, Cole and Kripke's for ActiGraph counts. A sleep
 * begins and ends with ten minutes of which at most one is awake, as Actiware has it.
 */
#include "algorithms/sleep_default.h"

#include <math.h>
#include <string.h>

#include "algorithms/order.h"
#include "algorithms/rest_roenneberg.h"
#include "algorithms/scorer.h"
#include "src/base/mem.h"

#define QUIET_SHARE 0.15
#define MEDIAN_MIN 11.0
#define MEDIAN_MAX 512 /* epochs in a median; more only for epochs below 2 s */
#define WEIGHT_REST 1.0f
#define WEIGHT_ACTIVE (-2.0f)
#define EDGE_MIN 10.0 /* minutes that open and close a sleep, at most one of them awake */

/* Median of the known counts around an epoch; NaN when none is known. */
static double median_around(const float *counts, size_t n, size_t i, size_t half)
{
    double window[MEDIAN_MAX + 1];
    size_t first = i > half ? i - half : 0, end = n - i > half ? i + half + 1 : n, known = 0;
    for (size_t k = first; k < end; k++) {
        if (!isnan(counts[k])) {
            window[known++] = (double)counts[k];
        }
    }
    return order_quantile(window, known, 0.5);
}

/* Mean of the known counts of the 24 h around each epoch, as a running sum. */
struct trend {
    size_t low, high, known;
    double sum;
};

static double trend_at(struct trend *self, const float *counts, size_t n, size_t i,
                       size_t half_day)
{
    size_t from = i > half_day ? i - half_day : 0, to = n - i > half_day ? i + half_day : n;
    for (; self->high < to; self->high++) {
        if (!isnan(counts[self->high])) {
            self->sum += (double)counts[self->high];
            self->known++;
        }
    }
    for (; self->low < from; self->low++) {
        if (!isnan(counts[self->low])) {
            self->sum -= (double)counts[self->low];
            self->known--;
        }
    }
    return self->known > 0 ? self->sum / (double)self->known : (double)NAN;
}

static void weigh(struct rest_series *self, const float *counts)
{
    size_t half = (size_t)(MEDIAN_MIN * self->per_min / 2);
    half = half < MEDIAN_MAX / 2 ? half : MEDIAN_MAX / 2;
    struct trend trend = {0};
    for (size_t i = 0; i < self->n; i++) {
        double mean = trend_at(&trend, counts, self->n, i, (size_t)(720 * self->per_min));
        double median = median_around(counts, self->n, i, half);
        bool is_rest = median <= QUIET_SHARE * mean;
        self->weight[i] = isnan(counts[i]) ? REST_WEIGHT_UNKNOWN
                          : is_rest        ? WEIGHT_REST
                                           : WEIGHT_ACTIVE;
        self->later[i] = self->weight[i];
    }
}

/* The scorers that a recipe can name, and what nights scored with them are called. */
struct named_scorer {
    enum choice_sleep choice;
    const char *id, *method;
};

static const struct named_scorer NAMED[] = {
    {SLEEP_cole_kripke, "cole_kripke", "best-sum+cole_kripke"},
    {SLEEP_cole_kripke_actilife, "cole_kripke_actilife", "best-sum+ck_actilife"},
    {SLEEP_sadeh, "sadeh", "best-sum+sadeh"},
    {SLEEP_sadeh_actilife, "sadeh_actilife", "best-sum+sadeh_actilife"},
    {SLEEP_scripps, "scripps", "best-sum+scripps"},
    {SLEEP_oakley, "oakley", "best-sum+oakley"},
    {SLEEP_oakley_strict, "oakley_strict", "best-sum+oakley_strict"},
};

/* The place in NAMED, or -1: no scorer is named. */
static int named_scorer(enum choice_sleep choice)
{
    for (int i = 0; i < (int)(sizeof NAMED / sizeof *NAMED); i++) {
        if (NAMED[i].choice == choice) {
            return i;
        }
    }
    return -1;
}

/* Sleep and wake by epoch, by the rule the recipe names or else the one that suits the counts.
 * A rule that was named refuses epochs it was not made for; without a name such epochs leave
 * all of the rest as sleep. */
static enum yk_status score(struct rest_series *self, const float *counts, bool is_actigraph,
                            struct failure *why)
{
    enum choice_sleep choice = self->parameters->sleep;
    bool is_named = named_scorer(choice) >= 0;
    if (!is_named) {
        choice = is_actigraph ? SLEEP_cole_kripke_actilife : SLEEP_oakley;
    }
    const struct named_scorer *rule = &NAMED[named_scorer(choice)];
    bool is_oakley = strncmp(rule->id, "oakley", 6) == 0;
    struct scorer_input in = {.counts = counts,
                              .n = self->n,
                              .epoch_s = self->epochs->epoch_s,
                              .scale = 0,
                              .threshold =
                                  is_oakley ? self->parameters->oakley_threshold : NAN};
    enum yk_status status = scorer_score(scorer_find(rule->id), &in, self->asleep, why);
    if (status == YK_ERR_ARGUMENT && !is_named) {
        for (size_t i = 0; i < self->n; i++) {
            self->asleep[i] = self->weight[i] > 0;
        }
        self->method = "best-sum";
        return YK_OK;
    }
    if (status != YK_OK) {
        return status;
    }
    for (size_t i = 0; i < self->n; i++) {
        self->asleep[i] = self->asleep[i] != SCORE_WAKE && !isnan(counts[i]);
    }
    self->method = rule->method;
    return YK_OK;
}

bool rest_series_wants_counts(const struct parameters *parameters)
{
    return named_scorer(parameters->sleep) >= 0;
}

/* Marks every stretch of EDGE_MIN that begins and ends asleep and holds at most a minute of
 * wake: sleep can begin and end with one. */
static void mark_edges(struct rest_series *self)
{
    size_t length = (size_t)fmax(EDGE_MIN * self->per_min, 1), awake = 0;
    size_t allowed = (size_t)self->per_min;
    memset(self->edge, 0, self->n);
    for (size_t i = 0; i < self->n; i++) {
        awake += self->asleep[i] == 0;
        if (i >= length) {
            awake -= self->asleep[i - length] == 0;
        }
        size_t first = i + 1 - length;
        if (i + 1 >= length && awake <= allowed && self->asleep[first] != 0 &&
            self->asleep[i] != 0) {
            memset(self->edge + first, 1, length);
        }
    }
}

enum yk_status rest_series_from_counts(struct rest_series *self, const float *counts,
                                       bool is_actigraph, struct failure *why)
{
    float *known = mem_alloc(self->n, sizeof *known);
    if (known == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for %zu counts", self->n);
    }
    for (size_t i = 0; i < self->n; i++) {
        known[i] = rest_series_is_known(self, i) ? counts[i] : NAN;
    }
    weigh(self, known);
    enum yk_status status =
        rest_roenneberg(known, self->n, self->epochs->epoch_s, self->still, why);
    if (status == YK_OK) {
        status = score(self, known, is_actigraph, why);
    }
    if (status == YK_OK) {
        mark_edges(self);
    }
    mem_free(known);
    return status;
}
