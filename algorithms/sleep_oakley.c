/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Oakley's rule, the one of Actiware: an epoch is asleep when the weighted sum of itself and
 * its neighbours is at most 40 (20 finds less sleep, 80 more), or at most 0.88888 of the
 * recording's counts a mobile minute (Actiware's automatic threshold).
 *
 * Rests on the Mini-Mitter manual's appendix. The sums are made of whole numbers (weights times
 * 50, so that even the 120-s centre of 12.5/25 is whole), because exact ties occur and a sum of
 * binary fractions would decide them by the order of addition; a tie is sleep, as in Actiware.
 *
 * Which epochs are scored follows Actiware's own output: the epoch and its inner neighbours
 * must be there, a missing outer neighbour counts 0, and the first half-window of a recording
 * is left out. The strict rule wants the whole window. docs/algorithms/scorers.md
 */
#include <math.h>
#include <stdbool.h>

#include "algorithms/scorer.h"

struct oakley {
    int32_t epoch_s;
    int inner;     /* neighbours on either side that must be there */
    int around;    /* neighbours on either side in all */
    int weight[9]; /* from the centre outwards, times 50 */
};

static const struct oakley OAKLEY[] = {
    {15, 4, 8, {200, 10, 10, 10, 10, 2, 2, 2, 2}},
    {30, 2, 4, {100, 10, 10, 2, 2}},
    {60, 1, 2, {50, 10, 2}},
    {120, 1, 1, {25, 6}},
};

/* NaN: not scored. Outside the recording counts are missing. */
static double weighted_sum(const struct oakley *rule, const struct scorer_input *in, size_t i,
                           int must_be_there)
{
    double sum = rule->weight[0] * (double)in->counts[i];
    if (i < (size_t)rule->around) {
        return (double)NAN;
    }
    for (int k = 1; k <= rule->around; k++) {
        double both[2] = {scorer_count_at(in, i, -k, NAN), scorer_count_at(in, i, k, NAN)};
        for (int side = 0; side < 2; side++) {
            bool counts_zero = isnan(both[side]) && k > must_be_there;
            sum += counts_zero ? 0.0 : rule->weight[k] * both[side];
        }
    }
    return sum;
}

static void score(const struct scorer_input *in, bool is_strict, uint8_t *out)
{
    const struct oakley *rule = OAKLEY;
    while (rule->epoch_s != in->epoch_s) {
        rule++; /* scorer_score() has checked that it is there */
    }
    double threshold = 50 * (isnan(in->threshold) ? 40.0 : in->threshold);
    for (size_t i = 0; i < in->n; i++) {
        double sum = weighted_sum(rule, in, i, is_strict ? rule->around : rule->inner);
        out[i] = isnan(sum) ? SCORE_UNKNOWN : sum <= threshold ? SCORE_SLEEP : SCORE_WAKE;
    }
}

static void score_oakley(const struct scorer_input *in, uint8_t *out)
{
    score(in, false, out);
}

static void score_oakley_strict(const struct scorer_input *in, uint8_t *out)
{
    score(in, true, out);
}

double oakley_auto_threshold(const float *counts, size_t n, int32_t epoch_s)
{
    double sum = 0, mobile = 0;
    for (size_t i = 0; i < n; i++) {
        double count = (double)counts[i];
        sum += isnan(count) ? 0 : count;
        mobile += count >= epoch_s / 15.0;
    }
    return mobile > 0 ? 0.88888 * sum / (mobile * epoch_s / 60) : (double)NAN;
}

/* No mobile epoch at all: every sum is below any threshold. */
static void score_oakley_auto(const struct scorer_input *in, uint8_t *out)
{
    struct scorer_input own = *in;
    own.threshold = oakley_auto_threshold(in->counts, in->n, in->epoch_s);
    score(&own, false, out);
}

extern const struct sleep_scorer scorer_oakley, scorer_oakley_strict, scorer_oakley_auto;

const struct sleep_scorer scorer_oakley = {
    "oakley", "15 30 60 120", PUBLISHED(ACTIWATCH) | COUNT_KIND_BIT(ACTIWATCH_LIKE),
    score_oakley};
const struct sleep_scorer scorer_oakley_strict = {
    "oakley_strict", "15 30 60 120", PUBLISHED(ACTIWATCH) | COUNT_KIND_BIT(ACTIWATCH_LIKE),
    score_oakley_strict};
const struct sleep_scorer scorer_oakley_auto = {
    "oakley_auto", "15 30 60 120", PUBLISHED(ACTIWATCH) | COUNT_KIND_BIT(ACTIWATCH_LIKE),
    score_oakley_auto};
