/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cole-Kripke and Scripps: a minute is asleep when a weighted sum of itself and its neighbours
 * stays below 1.
 *
 * Cole, Kripke, Gruen, Mullaney, Gillin 1992, Sleep 15:461 (mean-activity weights); Kripke et
 * al. 2010, J Sleep Res 19:612 (Scripps Clinic). Beyond the ends of the recording activity
 * counts as 0. ActiLife's variant divides counts by 100 and caps them at 300; it does not
 * rescore. docs/algorithms/scorers.md
 */
#include <math.h>

#include "algorithms/scorer.h"

struct window {
    int before, after;    /* epochs on either side */
    const double *weight; /* before + 1 + after of them, oldest first */
    double factor;
};

static const double COLE_KRIPKE[] = {106, 54, 58, 76, 230, 74, 67};
static const double SCRIPPS[] = {.0064, .0074, .0112, .0112, .0118, .0118, .0128,
                                 .0188, .0280, .0664, .0300, .0112, .0100};

/* Weighted sum around epoch i, or NaN when one of the epochs is missing. `divide` turns counts
 * into the rule's unit, `cap` bounds the result. */
static double window_sum(const struct window *w, const struct scorer_input *in, size_t i,
                         double divide, double cap)
{
    double sum = 0;
    for (int k = -w->before; k <= w->after; k++) {
        double count = scorer_count_at(in, i, k, 0);
        sum += w->weight[k + w->before] * fmin(count / divide, cap) +
               (isnan(count) ? (double)NAN : 0.0);
    }
    return w->factor * sum;
}

static void score_below(const struct window *w, const struct scorer_input *in, double divide,
                        double cap, uint8_t *score)
{
    double threshold = isnan(in->threshold) ? 1.0 : in->threshold;
    double by = in->scale > 0 ? in->scale : divide;
    for (size_t i = 0; i < in->n; i++) {
        double sum = window_sum(w, in, i, by, cap);
        score[i] = isnan(sum) ? SCORE_UNKNOWN : sum < threshold ? SCORE_SLEEP : SCORE_WAKE;
    }
}

static const struct window WINDOW_COLE_KRIPKE = {4, 2, COLE_KRIPKE, 1e-3};
static const struct window WINDOW_SCRIPPS = {10, 2, SCRIPPS, 0.204};

/* The original input is the mean of a minute's thirty 2-s samples; a minute's sum is 30 of
 * them. */
static void score_cole_kripke(const struct scorer_input *in, uint8_t *score)
{
    score_below(&WINDOW_COLE_KRIPKE, in, 30, HUGE_VAL, score);
}

static void score_cole_kripke_actilife(const struct scorer_input *in, uint8_t *score)
{
    score_below(&WINDOW_COLE_KRIPKE, in, 100, 300, score);
}

static void score_scripps(const struct scorer_input *in, uint8_t *score)
{
    score_below(&WINDOW_SCRIPPS, in, 1, HUGE_VAL, score);
}

extern const struct sleep_scorer scorer_cole_kripke, scorer_cole_kripke_actilife,
    scorer_scripps;

const struct sleep_scorer scorer_cole_kripke = {"cole_kripke", "60", PUBLISHED(ZERO_CROSSING),
                                                score_cole_kripke};
const struct sleep_scorer scorer_cole_kripke_actilife = {
    "cole_kripke_actilife", "60", PUBLISHED(ACTIGRAPH), score_cole_kripke_actilife};
const struct sleep_scorer scorer_scripps = {
    "scripps", "60", PUBLISHED(ACTIWATCH) | COUNT_KIND_BIT(ACTIWATCH_LIKE), score_scripps};
