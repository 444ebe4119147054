/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rules that say where the rests of a recording of counts are, brought into the form in which
 * nights are looked for (sleep_default.h): a window's main rest is then the rule's longest in
 * it.
 */
#include "algorithms/rest_crespo.h"
#include "algorithms/rest_logistic.h"
#include "algorithms/rest_tudor_locke.h"
#include "algorithms/scorer.h"
#include "algorithms/sleep_default.h"
#include "src/base/mem.h"

#include <math.h>
#include <string.h>

#define OUTSIDE                                                                                \
    (-1e6f) /* no rest is long enough to be joined to another over one such epoch              \
             */

static const struct {
    const char *word;
    bool reads_counts, sets_edges;
} RULES[] = {
    [REST_RULE_best_sum] = {"best-sum", false, false},
    [REST_RULE_tudor_locke] = {"tudor-locke", true, true},
    [REST_RULE_roenneberg] = {"roenneberg", true, true},
    [REST_RULE_crespo] = {"crespo", true, false},
    [REST_RULE_logistic] = {"logistic", true, false},
    [REST_RULE_fixed] = {"fixed", false, false},
    [REST_RULE_diary] = {"diary", false, false},
    [REST_RULE_recorder] = {"recorder", false, false},
};

const char *rest_rule_word(enum choice_rest rule)
{
    return RULES[rule].word;
}

bool rest_rule_reads_counts(enum choice_rest rule)
{
    return RULES[rule].reads_counts;
}

bool rest_rule_sets_edges(enum choice_rest rule)
{
    return RULES[rule].sets_edges;
}

static enum yk_status refuse_epochs(const struct rest_series *self, struct failure *why)
{
    return failure_set(why, YK_ERR_ARGUMENT,
                       "rule %s was made for epochs of 60 s; these are %d s long: sum them to "
                       "that length first (counts_epoch_s=60, epoch_s=60)",
                       rest_rule_word(self->parameters->rest), (int)self->epochs->epoch_s);
}

/* inside: n, 1 in a rest. */
static void take_intervals(struct rest_series *self, const uint8_t *inside)
{
    for (size_t i = 0; i < self->n; i++) {
        self->weight[i] = inside[i] != 0 ? 1.0f : OUTSIDE;
        self->later[i] = self->weight[i];
        self->edge[i] = inside[i];
    }
}

static enum yk_status tudor_locke(struct rest_series *self, const float *counts,
                                  const uint8_t *score, struct failure *why)
{
    const struct parameters *p = self->parameters;
    if (self->epochs->epoch_s != 60) {
        return refuse_epochs(self, why);
    }
    struct tudor_locke_parameters rule = {.bed = (size_t)p->tudor_bed_min,
                                          .wake = (size_t)p->tudor_wake_min,
                                          .min_length = (size_t)p->tudor_length_min,
                                          .max_length = (size_t)p->tudor_length_max_min,
                                          .min_nonzero = (size_t)p->tudor_nonzero_min};
    size_t room = self->n / rule.min_length + 1, found = 0;
    struct sleep_period *periods = mem_alloc(room, sizeof *periods);
    uint8_t *inside = mem_alloc(self->n, 1);
    enum yk_status status = YK_OK;
    if (periods == NULL || inside == NULL) {
        status = failure_set(why, YK_ERR_MEMORY, "no memory for %zu periods", room);
    } else {
        tudor_locke_find(score, counts, self->n, &rule, inside, periods, room, &found);
        memset(inside, 0, self->n);
        for (size_t k = 0; k < found && k < room; k++) {
            memset(inside + periods[k].start, 1, periods[k].end - periods[k].start);
        }
        take_intervals(self, inside);
    }
    mem_free(inside);
    mem_free(periods);
    return status;
}

static enum yk_status crespo(struct rest_series *self, const float *counts, struct failure *why)
{
    uint8_t *rest = mem_alloc(self->n, 1);
    enum yk_status status =
        rest == NULL ? failure_set(why, YK_ERR_MEMORY, "no memory for %zu epochs", self->n)
                     : rest_crespo(counts, self->n, self->epochs->epoch_s, rest, why);
    if (status == YK_OK) {
        take_intervals(self, rest);
    }
    mem_free(rest);
    return status;
}

/* The window with the largest sum of logits is the most probable one; nothing else is needed.
 */
static enum yk_status logistic(struct rest_series *self, const float *counts,
                               struct failure *why)
{
    if (self->epochs->epoch_s != 60) {
        return refuse_epochs(self, why);
    }
    enum yk_status status = rest_logistic_score(counts, self->n, self->weight, why);
    if (status == YK_OK) {
        memcpy(self->later, self->weight, self->n * sizeof *self->later);
    }
    return status;
}

enum yk_status rest_rule_apply(struct rest_series *self, const float *counts,
                               const uint8_t *score, struct failure *why)
{
    switch (self->parameters->rest) {
    case REST_RULE_tudor_locke:
        return tudor_locke(self, counts, score, why);
    case REST_RULE_roenneberg:
        take_intervals(self, self->still);
        return YK_OK;
    case REST_RULE_crespo:
        return crespo(self, counts, why);
    case REST_RULE_logistic:
        return logistic(self, counts, why);
    case REST_RULE_best_sum:
    case REST_RULE_fixed:
    case REST_RULE_diary:
    case REST_RULE_recorder:
        break;
    }
    return YK_OK;
}
