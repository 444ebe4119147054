/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Condor sleep model, for the zero crossings of ActTrust recorders only (ZCMn: ZCM by
 * second).
 *
 * A weighted sum below 1/p is rest (p = 5e-5); sleep begins when the sum stays below 1/p of a
 * second, larger p (4.64e-4) for two epochs, and lasts while it does. Constants as the maker
 * gave them to the pyActigraphy project; there is no paper with a validation, and no reference
 * output to compare with. Epochs at the ends, whose window is not whole, take the nearest
 * scored state. docs/algorithms/scorers.md
 */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "algorithms/scorer.h"

#define P_SLEEP 4.64e-4 /* every sum below this rule's limit is below that of rest as well */

struct csm {
    int32_t epoch_s;
    int before, after;
    double weight[32]; /* oldest first, the scored epoch at [before] */
};

static const struct csm CSM[] = {
    {60,
     8,
     8,
     {34.5, 133, 529, 375, 408, 400.5, 1074, 2048.5, 2424.5, 1920, 149.5, 257.5, 125, 111.5,
      120, 69, 40.5}},
    {30, 15, 15, {69,   197,  730,  328,  269,  481,  528, 288, 304, 497, 1105,
                  1043, 1378, 2719, 2852, 1997, 2972, 868, 269, 30,  495, 20,
                  39,   211,  91,   132,  203,  37,   67,  71,  81}},
};

static double weighted(const struct csm *rule, const struct scorer_input *in, size_t i)
{
    double sum = 0;
    for (int k = 0; k <= rule->before + rule->after; k++) {
        sum += rule->weight[k] * (double)in->counts[i - (size_t)rule->before + (size_t)k];
    }
    return sum / in->epoch_s; /* ZCMn is ZCM by second */
}

static void score_csm(const struct scorer_input *in, uint8_t *score)
{
    const struct csm *rule = in->epoch_s == CSM[0].epoch_s ? &CSM[0] : &CSM[1];
    size_t first = (size_t)rule->before, after = (size_t)rule->after;
    memset(score, SCORE_UNKNOWN, in->n);
    if (in->n < first + 1 + after) {
        return;
    }
    size_t end = in->n - after;
    double limit = isnan(in->threshold) ? 1.0 : in->threshold;
    bool is_asleep = false, is_below = P_SLEEP * weighted(rule, in, first) < limit;
    for (size_t i = first; i < end; i++) {
        bool is_next_below =
            i + 1 < end ? P_SLEEP * weighted(rule, in, i + 1) < limit : is_below;
        is_asleep = is_below && (is_asleep || is_next_below);
        bool is_known = !isnan(weighted(rule, in, i));
        score[i] = !is_known ? SCORE_UNKNOWN : is_asleep ? SCORE_SLEEP : SCORE_WAKE;
        is_below = is_next_below;
    }
    memset(score, score[first], first);
    memset(score + end, score[end - 1], after);
}

extern const struct sleep_scorer scorer_csm;

const struct sleep_scorer scorer_csm = {"csm", "30 60", PUBLISHED(ACTTRUST_ZCM), score_csm};
