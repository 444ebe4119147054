/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fits the logistic rest rule.
 *
 * Model: in a noon-to-noon day the rest is one window; the probability of a window is
 * proportional to exp(sum of the logits of its minutes). That is a logistic regression of
 * windows (a conditional random field whose states are before, in and after the rest), so that
 * weights are chosen for where the window begins and ends and not for minutes as if they were
 * independent. Every minute that a wrong window has wrong costs MARGIN more (softmax margin,
 * Gimpel & Smith 2010). Ridge penalty; L-BFGS from 0, a fixed number of steps: the same numbers
 * every time.
 */
#include "tests/evaluate/rest_fit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/best_sum.h"
#include "algorithms/rest_logistic.h"
#include "tests/support/check.h"

#define RIDGE 3000.0
#define MARGIN 0.2

enum { STEPS = 40, HISTORY = 12, MINUTES_MAX = 1500, WIDTH_MAX = REST_TERMS_MAX + 8 };

/* ---- terms ---- */

static void standardise(struct rest_fit *self)
{
    for (size_t t = 0; t < self->n_terms; t++) {
        double sum = 0, squares = 0, n = 0;
        for (int pass = 0; pass < 2; pass++) {
            for (size_t w = 0; w < self->couples->n_watches; w++) {
                for (size_t i = 0; i < self->couples->watch[w].n; i++) {
                    float *x = &self->term[w][i * self->width + 1 + t];
                    if (pass == 0 && !isnan(*x)) {
                        sum += (double)*x;
                        squares += (double)*x * (double)*x;
                        n++;
                    } else if (pass == 1) {
                        *x =
                            isnan(*x) ? 0 : (float)(((double)*x - self->mean[t]) / self->sd[t]);
                    }
                }
            }
            if (pass == 0) {
                self->mean[t] = sum / n;
                self->sd[t] = sqrt(squares / n - self->mean[t] * self->mean[t]);
            }
        }
    }
}

void rest_fit_open(struct rest_fit *self, const struct couples *couples)
{
    size_t n_terms = rest_logistic_n_terms;
    *self = (struct rest_fit){.couples = couples, .n_terms = n_terms};
    self->width = (n_terms + 1 + 7) / 8 * 8;
    self->mean = calloc(n_terms, sizeof *self->mean);
    self->sd = calloc(n_terms, sizeof *self->sd);
    assert_true(self->mean != NULL && self->sd != NULL && self->width <= WIDTH_MAX);
    for (size_t w = 0; w < couples->n_watches; w++) {
        const struct watch *watch = &couples->watch[w];
        struct rest_channels channels;
        assert_int_equal(rest_channels_make(&channels, watch->counts, watch->n, NULL), YK_OK);
        float *x = calloc(watch->n * self->width, sizeof *x);
        assert_non_null(x);
        for (size_t i = 0; i < watch->n; i++) {
            bool is_known = !isnan(watch->counts[i]);
            x[i * self->width] = is_known ? 1 : 0;
            for (size_t t = 0; t < n_terms; t++) {
                const struct rest_term *term = &rest_logistic_term[t];
                double mean = rest_channels_mean(&channels, term->channel, i, term->from_min,
                                                 term->to_min);
                x[i * self->width + 1 + t] = is_known ? (float)mean : NAN;
            }
        }
        rest_channels_release(&channels);
        self->term[w] = x;
    }
    standardise(self);
}

void rest_fit_close(struct rest_fit *self)
{
    for (size_t w = 0; w < self->couples->n_watches; w++) {
        free(self->term[w]);
    }
    free(self->mean);
    free(self->sd);
}

/* ---- the objective ---- */

bool rest_fit_is_in_fold(const struct rest_fit *self, size_t night, size_t fold, size_t n_folds)
{
    /* Watches are sorted by id, controls and patients of one couple apart: number the couples.
     */
    int couple = self->couples->watch[self->couples->night[night].watch].couple;
    size_t number = 0;
    for (size_t w = 0; w < self->couples->n_watches; w++) {
        bool is_new = self->couples->watch[w].couple < couple;
        for (size_t v = 0; v < w && is_new; v++) {
            is_new = self->couples->watch[v].couple != self->couples->watch[w].couple;
        }
        number += is_new;
    }
    return n_folds > 0 && number % n_folds == fold;
}

static double dot(const double *weight, const float *x, size_t width)
{
    double sum[4] = {0};
    for (size_t d = 0; d < width; d += 4) {
        for (size_t k = 0; k < 4; k++) {
            sum[k] += weight[d + k] * (double)x[d + k];
        }
    }
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

static double log_add(double a, double b)
{
    return a > b ? a + log1p(exp(b - a)) : b + log1p(exp(a - b));
}

/* Minus the log probability of one night's window, and its gradient. */
static double add_night(const struct rest_fit *self, const struct scored_night *night,
                        const double *weight, double *gradient)
{
    static double z[MINUTES_MAX], forward[MINUTES_MAX], backward[MINUTES_MAX];
    size_t first = night->window_first, n = night->window_end - first, width = self->width;
    const float *x = self->term[night->watch] + first * width;
    double truth = 0, all = -HUGE_VAL, in = 0;
    for (size_t i = 0; i < n; i++) {
        bool is_rest = first + i >= night->first && first + i < night->end;
        z[i] = dot(weight, x + i * width, width) + (is_rest ? -MARGIN : MARGIN);
        truth += is_rest ? z[i] : 0;
        in = (i > 0 ? log_add(in, 0) : 0) + z[i];
        forward[i] = in;
        all = i > 0 ? log_add(all, in) : in;
    }
    backward[n - 1] = 0;
    for (size_t i = n - 1; i > 0; i--) {
        backward[i - 1] = log_add(backward[i] + z[i], 0);
    }
    for (size_t i = 0; i < n; i++) {
        bool is_rest = first + i >= night->first && first + i < night->end;
        double off = exp(forward[i] + backward[i] - all) - is_rest;
        for (size_t d = 0; fabs(off) > 1e-9 && d < width; d++) {
            gradient[d] += off * (double)x[i * width + d];
        }
    }
    return all - truth;
}

struct objective {
    const struct rest_fit *fit;
    size_t fold, n_folds;
};

static double evaluate(const struct objective *self, const double *weight, double *gradient)
{
    const struct rest_fit *fit = self->fit;
    double value = 0;
    memset(gradient, 0, fit->width * sizeof *gradient);
    for (size_t k = 0; k < fit->couples->n_nights; k++) {
        if (!rest_fit_is_in_fold(fit, k, self->fold, self->n_folds)) {
            value += add_night(fit, &fit->couples->night[k], weight, gradient);
        }
    }
    for (size_t d = 1; d < fit->width; d++) {
        value += 0.5 * RIDGE * weight[d] * weight[d];
        gradient[d] += RIDGE * weight[d];
    }
    return value;
}

/* ---- L-BFGS (Nocedal & Wright 2006, algorithm 7.4) ---- */

struct memory {
    double step[HISTORY][WIDTH_MAX], change[HISTORY][WIDTH_MAX], inverse[HISTORY];
    size_t n;
};

static double product(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t d = 0; d < n; d++) {
        sum += a[d] * b[d];
    }
    return sum;
}

static void add_scaled(double *to, double factor, const double *what, size_t n)
{
    for (size_t d = 0; d < n; d++) {
        to[d] += factor * what[d];
    }
}

/* direction: in the gradient, out the way uphill. */
static void precondition(const struct memory *m, double *direction, size_t width)
{
    double taken[HISTORY];
    size_t held = m->n < HISTORY ? m->n : HISTORY;
    for (size_t j = 0; j < held; j++) {
        size_t at = (m->n - 1 - j) % HISTORY;
        taken[j] = m->inverse[at] * product(m->step[at], direction, width);
        add_scaled(direction, -taken[j], m->change[at], width);
    }
    double scale = 0.1 / sqrt(product(direction, direction, width));
    if (held > 0) {
        size_t last = (m->n - 1) % HISTORY;
        scale = 1 / (m->inverse[last] * product(m->change[last], m->change[last], width));
    }
    for (size_t d = 0; d < width; d++) {
        direction[d] *= scale;
    }
    for (size_t j = held; j-- > 0;) {
        size_t at = (m->n - 1 - j) % HISTORY;
        double back = m->inverse[at] * product(m->change[at], direction, width);
        add_scaled(direction, taken[j] - back, m->step[at], width);
    }
}

static void remember(struct memory *m, const double *step, const double *change, size_t width)
{
    double along = product(step, change, width);
    if (along > 1e-12) {
        size_t at = m->n++ % HISTORY;
        memcpy(m->step[at], step, width * sizeof *step);
        memcpy(m->change[at], change, width * sizeof *change);
        m->inverse[at] = 1 / along;
    }
}

void rest_fit_run(const struct rest_fit *self, size_t fold, size_t n_folds, double *weight)
{
    static struct memory memory;
    struct objective objective = {self, fold, n_folds};
    double gradient[WIDTH_MAX], next_gradient[WIDTH_MAX], direction[WIDTH_MAX], next[WIDTH_MAX];
    size_t width = self->width;
    memory.n = 0;
    memset(weight, 0, width * sizeof *weight);
    double value = evaluate(&objective, weight, gradient);
    for (int step = 0; step < STEPS; step++) {
        memcpy(direction, gradient, width * sizeof *direction);
        precondition(&memory, direction, width);
        double slope = -product(gradient, direction, width), length = 1, next_value = value;
        for (int halving = 0; halving < 20; halving++, length /= 2) {
            memcpy(next, weight, width * sizeof *next);
            add_scaled(next, -length, direction, width);
            next_value = evaluate(&objective, next, next_gradient);
            if (next_value <= value + 1e-4 * length * slope) {
                break;
            }
        }
        if (!(next_value < value)) {
            return;
        }
        for (size_t d = 0; d < width; d++) {
            direction[d] = next[d] - weight[d];
            gradient[d] = next_gradient[d] - gradient[d];
        }
        remember(&memory, direction, gradient, width);
        memcpy(gradient, next_gradient, width * sizeof *gradient);
        memcpy(weight, next, width * sizeof *weight);
        value = next_value;
    }
}

void rest_fit_find(const struct rest_fit *self, const double *weight, size_t fold,
                   size_t n_folds, struct found_window *found)
{
    static float logit[MINUTES_MAX];
    for (size_t k = 0; k < self->couples->n_nights; k++) {
        const struct scored_night *night = &self->couples->night[k];
        if (n_folds > 0 && !rest_fit_is_in_fold(self, k, fold, n_folds)) {
            continue;
        }
        size_t first = night->window_first, n = night->window_end - first;
        const float *x = self->term[night->watch] + first * self->width;
        for (size_t i = 0; i < n; i++) {
            logit[i] = (float)dot(weight, x + i * self->width, self->width);
        }
        struct best_sum best = best_sum_find(logit, 0, n);
        found[k] = (struct found_window){first + best.first, first + best.end};
    }
}

bool rest_fit_print(void)
{
    static struct couples couples;
    struct rest_fit fit;
    double weight[REST_TERMS_MAX + 8];
    if (!couples_open(&couples)) {
        return false;
    }
    rest_fit_open(&fit, &couples);
    rest_fit_run(&fit, 0, 0, weight);
    printf(
        "/* SPDX-License-Identifier: GPL-3.0-or-later\n *\n"
        " * Weights of the fitted rest rule: written by `make fit` from %zu nights of %zu\n"
        " * recordings (docs/algorithms/logistic-rest.md); not to be edited.\n *\n"
        " * CONSTANT(logit of a minute of which all terms are 0)\n"
        " * TERM(channel, from, to, mean, weight): minutes from .. to around the scored one\n"
        " */\nCONSTANT(%.6f)\n",
        couples.n_nights, couples.n_watches, weight[0]);
    for (size_t t = 0; t < fit.n_terms; t++) {
        const struct rest_term *term = &rest_logistic_term[t];
        printf("TERM(%s, %d, %d, %.6f, %.6f)\n", rest_channel_name(term->channel),
               term->from_min, term->to_min, fit.mean[t], weight[1 + t] / fit.sd[t]);
    }
    rest_fit_close(&fit);
    couples_close(&couples);
    return true;
}
