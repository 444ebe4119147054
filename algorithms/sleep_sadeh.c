/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sadeh, Sharkey, Carskadon 1994, Sleep 17:201:
 *
 *     PS = 7.601 - 0.065 MW5 - 1.08 NAT - 0.056 SD6 - 0.703 LOG
 *
 * MW5 mean of the eleven minutes around, NAT how many of them are at least 50 and below 100,
 * SD6 sample SD of the minute and the five before it, LOG ln(count + 1) of the minute. Counts
 * are capped at 300; beyond the ends they are 0. The original scores sleep at PS >= 0, ActiLife
 * above -4. (0.0703, printed in one later paper, is a misprint: only 0.703 gives ActiLife's
 * output.)
 */
#include <math.h>

#include "algorithms/scorer.h"

enum { AROUND = 5, SADEH_CAP = 300 };

static double count_at(const struct scorer_input *in, size_t i, int k)
{
    double count = scorer_count_at(in, i, k, 0);
    return count > SADEH_CAP ? SADEH_CAP : count; /* NaN stays NaN */
}

static double sadeh_ps(const struct scorer_input *in, size_t i)
{
    double sum = 0, sum6 = 0, squares = 0, nat = 0;
    for (int k = -AROUND; k <= AROUND; k++) {
        double count = count_at(in, i, k);
        sum += count;
        nat += count >= 50 && count < 100;
        sum6 += k <= 0 ? count : 0;
    }
    for (int k = -AROUND; k <= 0; k++) {
        double off = count_at(in, i, k) - sum6 / (AROUND + 1);
        squares += off * off;
    }
    return 7.601 - 0.065 * (sum / (2 * AROUND + 1)) - 1.08 * nat -
           0.056 * sqrt(squares / AROUND) - 0.703 * log(count_at(in, i, 0) + 1);
}

static void score_sadeh(const struct scorer_input *in, uint8_t *score)
{
    double threshold = isnan(in->threshold) ? 0.0 : in->threshold;
    for (size_t i = 0; i < in->n; i++) {
        double ps = sadeh_ps(in, i);
        score[i] = isnan(ps) ? SCORE_UNKNOWN : ps >= threshold ? SCORE_SLEEP : SCORE_WAKE;
    }
}

static void score_sadeh_actilife(const struct scorer_input *in, uint8_t *score)
{
    double threshold = isnan(in->threshold) ? -4.0 : in->threshold;
    for (size_t i = 0; i < in->n; i++) {
        double ps = sadeh_ps(in, i);
        score[i] = isnan(ps) ? SCORE_UNKNOWN : ps > threshold ? SCORE_SLEEP : SCORE_WAKE;
    }
}

extern const struct sleep_scorer scorer_sadeh, scorer_sadeh_actilife;

const struct sleep_scorer scorer_sadeh = {"sadeh", "60", PUBLISHED(ZERO_CROSSING), score_sadeh};
const struct sleep_scorer scorer_sadeh_actilife = {"sadeh_actilife", "60", PUBLISHED(ACTIGRAPH),
                                                   score_sadeh_actilife};
