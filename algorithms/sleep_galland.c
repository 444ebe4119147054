/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Galland's count-scaled rule for infants (Galland, Kennedy, Mitchell, Taylor 2012, Sleep Med
 * 13:743): counts are divided by the mean of those that are not 0, which makes the rule free of
 * the recorder's unit, and a minute is asleep when
 *
 *     2.7 (c[-4] + 2 c[-3] + 3 c[-2] + 4 c[-1] + 5 c[0] + 3 c[1] + c[2]) < 1
 *
 * Beyond the ends activity counts as 0. docs/algorithms/scorers.md
 */
#include <math.h>

#include "algorithms/scorer.h"

enum { BEFORE = 4, AFTER = 2 };

static double mean_of_moving(const struct scorer_input *in)
{
    double sum = 0, n = 0;
    for (size_t i = 0; i < in->n; i++) {
        if (in->counts[i] > 0) {
            sum += (double)in->counts[i];
            n++;
        }
    }
    return n > 0 ? sum / n : 1; /* nothing ever moved: every sum is 0 */
}

static void score_galland(const struct scorer_input *in, uint8_t *score)
{
    static const double weight[BEFORE + 1 + AFTER] = {1, 2, 3, 4, 5, 3, 1};
    double threshold = isnan(in->threshold) ? 1.0 : in->threshold, by = mean_of_moving(in);
    for (size_t i = 0; i < in->n; i++) {
        double sum = 0;
        for (int k = -BEFORE; k <= AFTER; k++) {
            sum += weight[k + BEFORE] * scorer_count_at(in, i, k, 0);
        }
        double ps = 2.7 * sum / by;
        score[i] = isnan(ps) ? SCORE_UNKNOWN : ps < threshold ? SCORE_SLEEP : SCORE_WAKE;
    }
}

extern const struct sleep_scorer scorer_galland;

const struct sleep_scorer scorer_galland = {"galland", "60", COUNT_KINDS_ANY, score_galland};
