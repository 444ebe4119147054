/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rest rules that are compared on the labelled minutes, see couples_rules.h.
 */
#include "tests/evaluate/couples_rules.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/best_sum.h"
#include "algorithms/order.h"
#include "algorithms/rest_crespo.h"
#include "algorithms/rest_roenneberg.h"
#include "algorithms/rest_tudor_locke.h"
#include "algorithms/scorer.h"
#include "algorithms/spt_hdcza.h"
#include "tests/support/check.h"

enum { BLOCK_MIN = 30, GAP_MIN = 59 };

/* ---- series that rules make of a whole recording ---- */

static double median_of(const struct watch *watch, size_t i, size_t half)
{
    double window[64];
    size_t known = 0, first = i > half ? i - half : 0;
    for (size_t k = first; k < watch->n && k <= i + half; k++) {
        if (!isnan(watch->counts[k])) {
            window[known++] = (double)watch->counts[k];
        }
    }
    return order_quantile(window, known, 0.5);
}

/* Mean of the known counts from 12 h before to 12 h after. */
static void trend_of(const struct watch *watch, double *trend)
{
    double sum = 0, known = 0;
    for (size_t i = 0, low = 0, high = 0; i < watch->n; i++) {
        for (; high < watch->n && high < i + 720; high++) {
            sum += isnan(watch->counts[high]) ? 0 : (double)watch->counts[high];
            known += !isnan(watch->counts[high]);
        }
        for (; low + 720 < i; low++) {
            sum -= isnan(watch->counts[low]) ? 0 : (double)watch->counts[low];
            known -= !isnan(watch->counts[low]);
        }
        trend[i] = known > 0 ? sum / known : (double)NAN;
    }
}

static void still_below(const struct watch *watch, size_t half, double limit, uint8_t *still)
{
    for (size_t i = 0; i < watch->n; i++) {
        still[i] = !isnan(watch->counts[i]) && median_of(watch, i, half) < limit;
    }
}

static void still_median_11(const struct watch *watch, uint8_t *still)
{
    still_below(watch, 5, 40, still);
}

static void still_median_5(const struct watch *watch, uint8_t *still)
{
    still_below(watch, 2, 40, still);
}

static void still_trend(const struct watch *watch, uint8_t *still)
{
    double *trend = calloc(watch->n, sizeof *trend);
    assert_non_null(trend);
    trend_of(watch, trend);
    for (size_t i = 0; i < watch->n; i++) {
        still[i] = median_of(watch, i, 5) <= 0.15 * trend[i] && !isnan(watch->counts[i]);
    }
    free(trend);
}

/* ---- the same as the published table has them ----
 *
 * Missing counts lie on the line between their neighbours, and a minute off the wrist is never
 * still; the trend's rule leaves out what Actiware did not score and takes a median of 31. */

static double filled_median(const float *filled, size_t n, size_t i, size_t half)
{
    double window[64];
    size_t at = 0;
    for (size_t k = 0; k <= 2 * half; k++) {
        size_t where = i + k < half ? 0 : i + k - half;
        window[at++] = (double)filled[where < n ? where : n - 1];
    }
    return order_quantile(window, at, 0.5);
}

static float *fill(const float *counts, size_t n)
{
    float *filled = calloc(n, sizeof *filled);
    assert_non_null(filled);
    size_t before = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        filled[i] = counts[i];
        if (isnan(counts[i])) {
            continue;
        }
        float from = before == SIZE_MAX ? counts[i] : counts[before];
        for (size_t k = before == SIZE_MAX ? 0 : before + 1; k < i; k++) {
            float share = before == SIZE_MAX ? 0 : (float)(k - before) / (float)(i - before);
            filled[k] = from + share * (counts[i] - from);
        }
        before = i;
    }
    for (size_t k = before == SIZE_MAX ? n : before + 1; k < n; k++) {
        filled[k] = counts[before];
    }
    return filled;
}

static void table_median(const struct watch *watch, size_t half, uint8_t *still)
{
    float *filled = fill(watch->counts, watch->n);
    for (size_t i = 0; i < watch->n; i++) {
        still[i] = watch->off[i] == 0 && filled_median(filled, watch->n, i, half) < 40;
    }
    free(filled);
}

static void table_median_11(const struct watch *watch, uint8_t *still)
{
    table_median(watch, 5, still);
}

static void table_median_5(const struct watch *watch, uint8_t *still)
{
    table_median(watch, 2, still);
}

static void table_trend(const struct watch *watch, uint8_t *still)
{
    struct watch scored = *watch;
    scored.counts = calloc(watch->n, sizeof *scored.counts);
    double *trend = calloc(watch->n, sizeof *trend);
    assert_true(scored.counts != NULL && trend != NULL);
    for (size_t i = 0; i < watch->n; i++) {
        scored.counts[i] = watch->unscored[i] != 0 ? NAN : watch->counts[i];
    }
    float *filled = fill(scored.counts, watch->n);
    trend_of(&scored, trend);
    for (size_t i = 0; i < watch->n; i++) {
        still[i] = filled_median(filled, watch->n, i, 15) <= 0.15 * trend[i];
    }
    free(scored.counts);
    free(filled);
    free(trend);
}

/* ---- published rules, with their own constants ---- */

static void still_consolidated(const struct watch *watch, uint8_t *still)
{
    assert_int_equal(rest_roenneberg(watch->counts, watch->n, 60, still, NULL), YK_OK);
}

static void still_crespo(const struct watch *watch, uint8_t *still)
{
    assert_int_equal(rest_crespo(watch->counts, watch->n, 60, still, NULL), YK_OK);
}

static void still_periods(const struct watch *watch, const char *scorer, uint8_t *still)
{
    enum { ROOM = 400 };
    static struct sleep_period period[ROOM];
    const struct tudor_locke_parameters usual = {5, 10, 160, 1440, 0, false};
    size_t found = 0;
    uint8_t *scratch = calloc(watch->n, 1);
    assert_non_null(scratch);
    struct scorer_input in = {watch->counts, watch->n, 60, 0, NAN, 0};
    assert_int_equal(scorer_score(scorer_find(scorer), &in, still, NULL), YK_OK);
    tudor_locke_find(still, watch->counts, watch->n, &usual, scratch, period, ROOM, &found);
    memset(still, 0, watch->n);
    for (size_t k = 0; k < found && k < ROOM; k++) {
        memset(still + period[k].start, 1, period[k].end - period[k].start);
    }
    free(scratch);
}

static void still_tudor_oakley(const struct watch *watch, uint8_t *still)
{
    still_periods(watch, "oakley", still);
}

static void still_tudor_sadeh(const struct watch *watch, uint8_t *still)
{
    still_periods(watch, "sadeh", still);
}

/* ---- windows ---- */

/* The longest run in the night's day; blocks and gaps as HDCZA joins them (0, 0: as they are).
 */
static struct found_window longest(const struct scored_night *night, const uint8_t *still,
                                   size_t block, size_t gap)
{
    static uint8_t day[1500];
    size_t n = night->window_end - night->window_first;
    memcpy(day, still + night->window_first, n);
    struct hdcza_window w = hdcza_longest(day, n, block, gap);
    size_t first = night->window_first + w.first, last = night->window_first + w.last;
    return w.is_found ? (struct found_window){first, last + 1} : (struct found_window){0, 0};
}

static struct found_window best_sum_of(const struct scored_night *night, const uint8_t *still,
                                       const float *counts)
{
    static float weight[1500];
    size_t n = night->window_end - night->window_first;
    for (size_t i = 0; i < n; i++) {
        size_t at = night->window_first + i;
        weight[i] = isnan(counts[at]) ? -1.0F : still[at] != 0 ? 1.0F : -2.0F;
    }
    struct best_sum best = best_sum_find(weight, 0, n);
    return (struct found_window){night->window_first + best.first,
                                 night->window_first + best.end};
}

const struct rest_rule rest_rules[N_REST_RULES] = {
    {"11-min median < 40, as the table has it",
     {"33.6 / 3 / -22.6  14.7 / 2 / +8.7  .927",
      "one onset bias, by 0.1; with the nearest count in place of a missing one it is -22.6, "
      "and "
      "the wake error 14.8"},
     table_median_11,
     BLOCK_MIN,
     GAP_MIN,
     false},
    {"5-min median < 40, as the table has it",
     {"29.3 / 9 / +4.0  21.0 / 2 / -7.9  .922", ""},
     table_median_5,
     BLOCK_MIN,
     GAP_MIN,
     false},
    {"Roenneberg trend x 0.15, as the table has it",
     {"32.7 / 5 / -19.2  13.1 / 3 / +9.8  .930",
      "onset error 32.648, kappa .9306: the last digit of two figures"},
     table_trend,
     BLOCK_MIN,
     GAP_MIN,
     false},
    {"11-min median < 40, missing left out",
     {NULL, ""},
     still_median_11,
     BLOCK_MIN,
     GAP_MIN,
     false},
    {"5-min median < 40, missing left out",
     {NULL, ""},
     still_median_5,
     BLOCK_MIN,
     GAP_MIN,
     false},
    {"trend x 0.15, 11-min median", {NULL, ""}, still_trend, BLOCK_MIN, GAP_MIN, false},
    {"Roenneberg consolidated rest", {NULL, ""}, still_consolidated, 0, 0, false},
    {"Crespo", {NULL, ""}, still_crespo, 0, 0, false},
    {"Tudor-Locke on Oakley 40", {NULL, ""}, still_tudor_oakley, 0, 0, false},
    {"Tudor-Locke on Sadeh", {NULL, ""}, still_tudor_sadeh, 0, 0, false},
    {"best sum of the trend rule (ours, experimental)", {NULL, ""}, still_trend, 0, 0, true},
};

void rest_rule_find(const struct rest_rule *rule, const struct couples *couples,
                    struct found_window *found)
{
    for (size_t w = 0; w < couples->n_watches; w++) {
        const struct watch *watch = &couples->watch[w];
        uint8_t *still = calloc(watch->n, 1);
        assert_non_null(still);
        rule->still(watch, still);
        for (size_t k = 0; k < couples->n_nights; k++) {
            const struct scored_night *night = &couples->night[k];
            if (night->watch == w) {
                found[k] = rule->is_best_sum ? best_sum_of(night, still, watch->counts)
                                             : longest(night, still, rule->block, rule->gap);
            }
        }
        free(still);
    }
}
