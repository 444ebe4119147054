/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rest rules side by side on the labelled minutes: the published ones, ours and the fitted one.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "algorithms/best_sum.h"
#include "algorithms/rest_logistic.h"
#include "tests/evaluate/couples.h"
#include "tests/evaluate/couples_rules.h"
#include "tests/evaluate/figures.h"
#include "tests/evaluate/reports.h"
#include "tests/evaluate/rest_fit.h"
#include "tests/evaluate/tree_fit.h"
#include "tests/support/check.h"

#define OUTSIDE 0.05 /* of the resampled differences */

enum { FOLDS = 11, ROUNDS = 10000 };

static void print_errors(const char *name, const struct window_errors *e,
                         const struct published *published)
{
    double figures[] = {e->mae[0],    e->median[0], e->bias[0], e->mae[1],
                        e->median[1], e->bias[1],   e->kappa};
    printf("  %-48s %5.1f /%3.0f /%+6.1f  %5.1f /%3.0f /%+6.1f  %.3f  %3zu", name, e->mae[0],
           e->median[0], e->bias[0], e->mae[1], e->median[1], e->bias[1], e->kappa, e->n);
    printf("%s", e->missed > 0 ? " (missed some)" : "");
    figures_compare(figures, sizeof figures / sizeof *figures, published);
}

static void print_gain(const struct couples *couples, const struct found_window *fitted,
                       const struct found_window *other, const char *name, int end)
{
    double gain[2];
    window_bootstrap(couples, fitted, other, end, ROUNDS, OUTSIDE, gain);
    printf("  %s: fitted minus %s %+.1f to %+.1f min\n", end == 0 ? "onset" : "wake ", name,
           gain[0], gain[1]);
}

static void cross_validate(const struct couples *couples, struct found_window *found)
{
    struct rest_fit fit;
    double weight[REST_TERMS_MAX + 8];
    rest_fit_open(&fit, couples);
    for (size_t fold = 0; fold < FOLDS; fold++) {
        rest_fit_run(&fit, fold, FOLDS, weight);
        rest_fit_find(&fit, weight, fold, FOLDS, found);
    }
    rest_fit_close(&fit);
}

/* What the program's own table of weights gives, by the program's own function. */
static void find_shipped(const struct couples *couples, struct found_window *found)
{
    for (size_t w = 0; w < couples->n_watches; w++) {
        const struct watch *watch = &couples->watch[w];
        float *logit = calloc(watch->n, sizeof *logit);
        assert_non_null(logit);
        assert_int_equal(rest_logistic_score(watch->counts, watch->n, logit, NULL), YK_OK);
        for (size_t k = 0; k < couples->n_nights; k++) {
            const struct scored_night *night = &couples->night[k];
            if (night->watch == w) {
                struct best_sum best =
                    best_sum_find(logit, night->window_first, night->window_end);
                found[k] = (struct found_window){best.first, best.end};
            }
        }
        free(logit);
    }
}

static const struct published NONE = {NULL, ""};
static const struct published LOGISTIC = {
    "23.2 / 7 / +3.6  10.5 / 4 / +0.9  .948",
    "another model: ours is fitted to windows and has 75 terms, theirs to minutes and has 31"};
static const struct published BOOSTED = {
    "19.5 / 2 / +3.9  8.6 / 1 / +3.3  .957",
    "its features are not stated; trees of ours are below"};

static const struct {
    const char *name;
    struct tree_shape shape;
} TREES[] = {
    {"one tree of depth 4, couples held apart", {1, 4, 1.0}},
    {"20 trees of depth 2, couples held apart", {20, 2, 0.3}},
    {"20 trees of depth 4, couples held apart", {20, 4, 0.3}},
};

enum { LOOKS = 2 * sizeof TREES / sizeof *TREES };

/* Small trees on the same terms, and what they gain over the logistic rule. */
static void report_trees(const struct couples *couples, const struct found_window *logistic)
{
    static struct found_window found[NIGHTS_MAX];
    struct rest_fit fit;
    rest_fit_open(&fit, couples);
    for (size_t k = 0; k < sizeof TREES / sizeof *TREES; k++) {
        tree_cross_validate(&fit, &TREES[k].shape, FOLDS, found);
        struct window_errors errors = window_errors_of(couples, found);
        print_errors(TREES[k].name, &errors, &NONE);
        for (int end = 0; end < 2; end++) {
            double gain[2], strict[2];
            window_bootstrap(couples, found, logistic, end, ROUNDS, OUTSIDE, gain);
            window_bootstrap(couples, found, logistic, end, ROUNDS, OUTSIDE / LOOKS, strict);
            printf("    %s: minus the logistic rule, 95 %% interval %+.1f to %+.1f min; over "
                   "all %d such looks %+.1f to %+.1f\n",
                   end == 0 ? "onset" : "wake ", gain[0], gain[1], LOOKS, strict[0], strict[1]);
        }
    }
    rest_fit_close(&fit);
}

bool couples_report(void)
{
    static struct couples couples;
    static struct found_window found[N_REST_RULES + 2][NIGHTS_MAX];
    struct window_errors errors[N_REST_RULES + 2];
    if (!couples_open(&couples)) {
        return false;
    }
    printf(
        "\nRest periods, Actiwatch minutes: %zu nights of %zu recordings (table: 361 nights)\n"
        "  %-48s onset MAE/median/bias  wake MAE/median/bias  kappa nights\n",
        couples.n_nights, couples.n_watches, "");
    size_t best[2] = {0, 0};
    for (size_t r = 0; r < N_REST_RULES; r++) {
        rest_rule_find(&rest_rules[r], &couples, found[r]);
        errors[r] = window_errors_of(&couples, found[r]);
        print_errors(rest_rules[r].name, &errors[r], &rest_rules[r].published);
        for (int end = 0; end < 2 && r < N_PUBLISHED_RULES; end++) {
            bool is_complete = errors[r].missed == 0;
            bool is_better = errors[r].mae[end] < errors[best[end]].mae[end];
            best[end] = is_complete && is_better ? r : best[end];
        }
    }
    cross_validate(&couples, found[N_REST_RULES]);
    errors[N_REST_RULES] = window_errors_of(&couples, found[N_REST_RULES]);
    print_errors("logistic, couples held apart (11 folds)", &errors[N_REST_RULES], &LOGISTIC);
    find_shipped(&couples, found[N_REST_RULES + 1]);
    errors[N_REST_RULES + 1] = window_errors_of(&couples, found[N_REST_RULES + 1]);
    print_errors("logistic as shipped (fitted to these nights)", &errors[N_REST_RULES + 1],
                 &NONE);
    figures_missing("150 boosted trees of 15 leaves, best-sum segment", &BOOSTED);
    report_trees(&couples, found[N_REST_RULES]);
    printf("  95 %% intervals over resampled couples (%d rounds)\n", ROUNDS);
    for (int end = 0; end < 2; end++) {
        double own[2];
        window_bootstrap(&couples, found[N_REST_RULES], NULL, end, ROUNDS, OUTSIDE, own);
        printf("  %s: fitted %.1f to %.1f min\n", end == 0 ? "onset" : "wake ", own[0], own[1]);
        print_gain(&couples, found[N_REST_RULES], found[best[end]], rest_rules[best[end]].name,
                   end);
        print_gain(&couples, found[N_REST_RULES], found[N_REST_RULES - 1], "our best sum", end);
    }
    couples_close(&couples);
    return true;
}
