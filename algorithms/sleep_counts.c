/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rest and sleep from activity counts alone, see sleep_default.h and
 * docs/algorithms/sleep-default.md.
 *
 * Rest: the median of 11 minutes is at most 15 % of the mean of the 24 h around (Roenneberg's
 * threshold, 2015, Methods Enzymol 552:257), joined by the best-sum window. Sleep inside it:
 * Oakley's rule for an Actiwatch's and unnamed counts, Cole and Kripke's for ActiGraph counts,
 * none for others. A sleep begins and ends with ten minutes of which at most one is awake, as
 * Actiware has it.
 */
#include "algorithms/sleep_default.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "algorithms/order.h"
#include "algorithms/rest_roenneberg.h"
#include "algorithms/scorer.h"
#include "algorithms/trend.h"
#include "src/base/mem.h"
#include "src/base/text.h"

#define QUIET_SHARE 0.15
#define MEDIAN_MIN 11.0
#define WEIGHT_REST 1.0f
#define WEIGHT_ACTIVE (-2.0f)
#define EDGE_MIN 10.0 /* minutes that open and close a sleep, at most one of them awake */

static void weigh(struct rest_series *self, const float *counts)
{
    size_t half = (size_t)(MEDIAN_MIN * self->per_min / 2);
    half = half < ORDER_AROUND_MAX ? half : ORDER_AROUND_MAX; /* epochs below 2 s */
    struct trend trend = {0};
    for (size_t i = 0; i < self->n; i++) {
        double mean = trend_at(&trend, counts, self->n, i, (size_t)(720 * self->per_min));
        double median = order_median_around(counts, self->n, i, half);
        bool is_rest = median <= QUIET_SHARE * mean;
        bool is_known = !isnan(counts[i]) && rest_series_is_known(self, i);
        self->weight[i] = !is_known ? REST_WEIGHT_UNKNOWN
                          : is_rest ? WEIGHT_REST
                                    : WEIGHT_ACTIVE;
        self->later[i] = self->weight[i];
    }
}

/* What nights of this rule and scorer ("": none) are called: "best-sum+ck_actilife". */
static void put_method(struct rest_series *self, const char *scorer)
{
    const struct parameters *p = self->parameters;
    const char *at = scorer;
    bool is_cole_kripke = text_skip(&at, "cole_kripke_");
    snprintf(self->method, sizeof self->method, "%s%s%s%s%s", rest_rule_word(p->rest),
             *scorer != '\0' ? "+" : "", is_cole_kripke ? "ck_" : "", at,
             p->rescoring == RESCORING_webster && *scorer != '\0' ? "+webster" : "");
}

enum yk_status rest_series_refuse_rescoring(const struct rest_series *self, struct failure *why)
{
    if (self->parameters->rescoring != RESCORING_webster) {
        return YK_OK;
    }
    return failure_set(
        why, YK_ERR_ARGUMENT,
        "Webster's rescoring reads minutes that a scorer of counts has scored, and "
        "nothing scores these: name one (sleep=), or leave rescoring= out");
}

static enum yk_status rescore(const struct rest_series *self, struct failure *why)
{
    if (self->parameters->rescoring != RESCORING_webster) {
        return YK_OK;
    }
    if (self->epochs->epoch_s != 60) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "Webster's rescoring is in minutes; these epochs are %d s long: sum "
                           "them first (counts_epoch_s=60, epoch_s=60)",
                           (int)self->epochs->epoch_s);
    }
    webster_rescore(self->asleep, self->n);
    return YK_OK;
}

/* Sleep and wake by epoch into self->asleep (SCORE_...), by the rule the recipe names or else
 * the one that was made for the counts. A rule that was named refuses counts and epochs it was
 * not made for; without a name such epochs leave all of the rest as sleep. */
static enum yk_status score(struct rest_series *self, const float *counts, enum count_kind kind,
                            struct failure *why)
{
    const struct sleep_scorer *scorer = scorer_chosen(self->parameters->sleep);
    bool is_named = scorer != NULL;
    if (!is_named) {
        bool is_actigraph = kind == COUNT_KIND_ACTIGRAPH;
        scorer = scorer_chosen(is_actigraph ? SLEEP_cole_kripke_actilife : SLEEP_oakley);
    }
    bool is_oakley = strncmp(scorer->id, "oakley", 6) == 0;
    int64_t phase_ns = floor_mod(self->epochs->t0_ns, NS_PER_MIN);
    struct scorer_input in = {.counts = counts,
                              .n = self->n,
                              .epoch_s = self->epochs->epoch_s,
                              .scale = self->parameters->counts_scale > 0 ? 1 : 0,
                              .threshold = is_oakley ? self->parameters->oakley_threshold : NAN,
                              .phase_s = (int32_t)(phase_ns / NS_PER_S)};
    bool is_made_for = is_named || in.scale > 0 || (scorer->kinds & (1u << kind)) != 0;
    enum yk_status status =
        is_made_for ? scorer_score(scorer, &in, self->asleep, why) : YK_ERR_ARGUMENT;
    if (status == YK_ERR_ARGUMENT && !is_named) {
        for (size_t i = 0; i < self->n; i++) {
            self->asleep[i] = self->weight[i] > 0 ? SCORE_SLEEP : SCORE_WAKE;
        }
        put_method(self, "");
        return rest_series_refuse_rescoring(self, why);
    }
    put_method(self, scorer->id);
    return status == YK_OK ? rescore(self, why) : status;
}

enum yk_status rest_series_count_rules(const struct analysis *analysis, bool *wants_counts,
                                       struct count_input *in, struct failure *why)
{
    const struct parameters *p = &analysis->made_by.parameters;
    const struct sleep_scorer *scorer = scorer_chosen(p->sleep);
    bool is_immobile = p->edges == EDGES_immobile;
    *wants_counts = scorer != NULL || rest_rule_reads_counts(p->rest) || is_immobile;
    if (!*wants_counts) {
        return YK_OK;
    }
    uint32_t scored = scorer != NULL ? scorer->kinds : COUNT_KINDS_ANY;
    /* A mobile epoch is one of so many counts of an Actiwatch. */
    uint32_t edged = is_immobile ? scorer_chosen(SLEEP_oakley)->kinds : COUNT_KINDS_ANY;
    /* Fitted to one kind of count, so counts that nobody has named will not do either. */
    bool is_fitted = p->rest == REST_RULE_logistic;
    uint32_t kinds = scored & edged & (is_fitted ? COUNT_KIND_BIT(ACTIWATCH) : COUNT_KINDS_ANY);
    const char *rule = is_fitted                               ? rest_rule_word(p->rest)
                       : is_immobile && (scored & ~edged) != 0 ? "immobile"
                       : scorer != NULL                        ? scorer->id
                                                               : rest_rule_word(p->rest);
    if (kinds == 0 || (is_immobile && kinds == COUNT_KIND_BIT(UNKNOWN))) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "rule %s was made for %s counts and scorer %s for others: no counts "
                           "serve both; choose another scorer (sleep=oakley)",
                           rule, count_kind_name(COUNT_KIND_ACTIWATCH), scorer->id);
    }
    return count_input_choose(analysis, rule, kinds, in, why);
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

/* Actiware's mobile epochs: at least one count per 15 s. Nobody knows that a missing epoch was
 * immobile. */
static void mark_immobile(struct rest_series *self, const float *counts)
{
    double length = self->parameters->immobile_min * self->per_min;
    self->immobile_n = (size_t)fmax(length, 2);
    for (size_t i = 0; i < self->n; i++) {
        self->edge[i] = (double)counts[i] < self->epochs->epoch_s / 15.0;
    }
}

/* Counts as the rules read them: in the rule's unit, NaN where nobody knows. */
static void take_counts(const struct rest_series *self, const float *counts, float *known)
{
    double scale = self->parameters->counts_scale;
    for (size_t i = 0; i < self->n; i++) {
        bool is_known = rest_series_is_scored(self, i);
        known[i] = is_known ? (float)((double)counts[i] / (scale > 0 ? scale : 1)) : NAN;
    }
}

enum yk_status rest_series_from_counts(struct rest_series *self, const struct count_input *in,
                                       struct failure *why)
{
    float *known = mem_alloc(self->n, sizeof *known);
    if (known == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for %zu counts", self->n);
    }
    /* A band of 3-11 Hz is silent most of a quiet day. Where a raw recording has both, the rest
     * is looked for in ActiGraph counts and sleep is scored on the Actiwatch's. */
    const float *calm = self->epochs->column[EPOCH_COUNTS_Y];
    bool has_both = in->kind == COUNT_KIND_ACTIWATCH_LIKE && calm != NULL;
    take_counts(self, has_both ? calm : in->counts, known);
    weigh(self, known);
    enum yk_status status =
        rest_roenneberg(known, self->n, self->epochs->epoch_s, self->still, why);
    take_counts(self, in->counts, known);
    if (status == YK_OK) {
        status = score(self, known, in->kind, why);
    }
    if (status == YK_OK) {
        status = rest_rule_apply(self, known, self->asleep, why);
    }
    for (size_t i = 0; i < self->n && status == YK_OK; i++) {
        self->asleep[i] = self->asleep[i] != SCORE_WAKE && !isnan(known[i]);
    }
    if (status == YK_OK && self->parameters->edges == EDGES_immobile) {
        mark_immobile(self, known);
    } else if (status == YK_OK && !rest_rule_sets_edges(self->parameters->rest)) {
        mark_edges(self);
    }
    mem_free(known);
    return status;
}
