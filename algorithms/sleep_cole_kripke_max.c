/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cole and Kripke's rules on the largest movement within a minute: a minute is represented by
 * the largest of its six 10-s sums, of its overlapping 10-s sums, or of its two 30-s sums.
 *
 * Cole, Kripke, Gruen, Mullaney, Gillin 1992, Sleep 15:461, p. 466. Epochs are shorter than a
 * minute here, minutes are those of the clock, and every epoch of a minute gets the minute's
 * score. Beyond the ends activity counts as 0; a minute of which an epoch is missing is
 * unknown, and so is every minute whose window holds it. docs/algorithms/scorers.md
 */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "algorithms/scorer.h"

enum { BEFORE = 4, AFTER = 2 };

struct reduction {
    int32_t window_s;
    bool overlap;
    double factor;
    double weight[BEFORE + 1 + AFTER]; /* oldest first */
};

static const struct reduction MAX_10 = {10, false, 1e-5, {550, 378, 413, 699, 1736, 287, 309}};
static const struct reduction MAX_10_OVERLAP = {
    10, true, 1e-5, {404, 598, 326, 441, 1408, 508, 350}};
static const struct reduction MAX_30 = {30, false, 1e-4, {50, 30, 14, 28, 121, 8, 50}};

/* Epochs [first, end) of the minute that holds epoch i; cut at the ends of the recording. */
static void minute_of(const struct scorer_input *in, int64_t minute, size_t *first, size_t *end)
{
    int64_t from = minute * 60 - in->phase_s, to = from + 60, n = (int64_t)in->n;
    from = from > 0 ? (from + in->epoch_s - 1) / in->epoch_s : 0;
    to = to > 0 ? (to + in->epoch_s - 1) / in->epoch_s : 0;
    *first = (size_t)(from < n ? from : n);
    *end = (size_t)(to < n ? to : n);
}

/* What stands for one minute; 0 outside the recording, NaN unknown. */
static double reduce(const struct reduction *rule, const struct scorer_input *in,
                     int64_t minute)
{
    size_t first = 0, end = 0, per_window = (size_t)(rule->window_s / in->epoch_s);
    double largest = 0;
    minute_of(in, minute, &first, &end);
    for (size_t i = first; i < end; i += rule->overlap ? 1 : per_window) {
        double sum = 0;
        /* A window may reach into the next minute only where windows overlap. */
        for (size_t k = i; k < i + per_window && k < (rule->overlap ? in->n : end); k++) {
            sum += (double)in->counts[k];
        }
        largest = isnan(sum) || isnan(largest) ? (double)NAN : fmax(largest, sum);
    }
    return largest;
}

static void score_largest(const struct reduction *rule, const struct scorer_input *in,
                          uint8_t *score)
{
    double threshold = isnan(in->threshold) ? 1.0 : in->threshold;
    double by = in->scale > 0 ? in->scale : 1, around[BEFORE + 1 + AFTER];
    int64_t minutes = ((int64_t)in->n * in->epoch_s + in->phase_s + 59) / 60;
    for (int k = 0; k < BEFORE + AFTER; k++) {
        around[k + 1] = reduce(rule, in, k - BEFORE);
    }
    for (int64_t m = 0; m < minutes; m++) {
        double sum = 0;
        memmove(around, around + 1, (BEFORE + AFTER) * sizeof *around);
        around[BEFORE + AFTER] = reduce(rule, in, m + AFTER);
        for (int k = 0; k <= BEFORE + AFTER; k++) {
            sum += rule->weight[k] * around[k] / by;
        }
        size_t first = 0, end = 0;
        minute_of(in, m, &first, &end);
        for (size_t i = first; i < end; i++) {
            score[i] = isnan(sum)                       ? SCORE_UNKNOWN
                       : rule->factor * sum < threshold ? SCORE_SLEEP
                                                        : SCORE_WAKE;
        }
    }
}

static void score_10max(const struct scorer_input *in, uint8_t *score)
{
    score_largest(&MAX_10, in, score);
}

static void score_10max_overlap(const struct scorer_input *in, uint8_t *score)
{
    score_largest(&MAX_10_OVERLAP, in, score);
}

static void score_30max(const struct scorer_input *in, uint8_t *score)
{
    score_largest(&MAX_30, in, score);
}

extern const struct sleep_scorer scorer_cole_kripke_10max, scorer_cole_kripke_10max_ov,
    scorer_cole_kripke_30max;

const struct sleep_scorer scorer_cole_kripke_10max = {"cole_kripke_10max", "1 2 5 10",
                                                      PUBLISHED(ZERO_CROSSING), score_10max};
const struct sleep_scorer scorer_cole_kripke_10max_ov = {
    "cole_kripke_10max_ov", "1 2 5", PUBLISHED(ZERO_CROSSING), score_10max_overlap};
const struct sleep_scorer scorer_cole_kripke_30max = {"cole_kripke_30max", "1 2 3 5 6 10 15 30",
                                                      PUBLISHED(ZERO_CROSSING), score_30max};
