/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Boosted small trees for the logit of a minute, see tree_fit.h.
 *
 * Friedman 2001, Ann Stat 29:1189, with the Newton step of the logistic loss in each leaf;
 * splits are sought among BINS equal steps of the standardised terms. A night's rest is the
 * window with the largest sum of logits, as with the logistic rule. Every STRIDE-th minute is
 * learnt from: neighbours say the same.
 */
#include "tests/evaluate/tree_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/best_sum.h"
#include "tests/support/check.h"

#define REACH 3.0     /* terms beyond +-3 SD fall into the outermost bins */
#define LEAF_RIDGE 20 /* keeps a leaf of few minutes small */

enum { BINS = 32, STRIDE = 4, NODES = 1 << (TREE_DEPTH_MAX + 1), MINUTES_MAX = 1500 };

struct tree {
    size_t term[NODES]; /* node k's children are 2k and 2k + 1; the root is 1 */
    uint8_t bin[NODES]; /* above: to 2k + 1 */
    bool is_split[NODES];
    double value[NODES];
};

struct minutes { /* what is learnt from */
    size_t n, n_terms;
    uint8_t *bin; /* n * n_terms */
    uint8_t *is_rest;
    double *logit;
    size_t *node;
};

static uint8_t bin_of(float x)
{
    double at = ((double)x + REACH) / (2 * REACH) * BINS;
    return (uint8_t)(at < 0 ? 0 : at >= BINS ? BINS - 1 : at);
}

static void minutes_open(struct minutes *self, const struct rest_fit *fit, size_t fold,
                         size_t n_folds)
{
    size_t room = fit->couples->n_nights * (MINUTES_MAX / STRIDE);
    *self = (struct minutes){.n_terms = fit->n_terms,
                             .bin = malloc(room * fit->n_terms),
                             .is_rest = malloc(room),
                             .logit = calloc(room, sizeof *self->logit),
                             .node = calloc(room, sizeof *self->node)};
    assert_true(self->bin != NULL && self->is_rest != NULL && self->logit != NULL &&
                self->node != NULL);
    for (size_t k = 0; k < fit->couples->n_nights; k++) {
        const struct scored_night *night = &fit->couples->night[k];
        if (rest_fit_is_in_fold(fit, k, fold, n_folds)) {
            continue;
        }
        for (size_t i = night->window_first; i < night->window_end; i += STRIDE) {
            const float *x = fit->term[night->watch] + i * fit->width;
            if (x[0] > 0) { /* the constant: 0 where the count is missing */
                for (size_t t = 0; t < fit->n_terms; t++) {
                    self->bin[self->n * fit->n_terms + t] = bin_of(x[1 + t]);
                }
                self->is_rest[self->n++] = i >= night->first && i < night->end;
            }
        }
    }
}

static void minutes_close(struct minutes *self)
{
    free(self->bin);
    free(self->is_rest);
    free(self->logit);
    free(self->node);
}

struct sums {
    double gradient, curvature;
};

static double gain_of(struct sums s)
{
    return s.gradient * s.gradient / (s.curvature + LEAF_RIDGE);
}

/* The split of one node that lowers the loss most, from its histogram. */
static void split_node(struct tree *tree, size_t node, const struct sums *histogram,
                       size_t n_terms)
{
    double best = 1e-9;
    for (size_t t = 0; t < n_terms; t++) {
        struct sums all = {0}, below = {0};
        for (size_t b = 0; b < BINS; b++) {
            all.gradient += histogram[t * BINS + b].gradient;
            all.curvature += histogram[t * BINS + b].curvature;
        }
        tree->value[node] = all.gradient / (all.curvature + LEAF_RIDGE);
        for (size_t b = 0; b + 1 < BINS; b++) {
            below.gradient += histogram[t * BINS + b].gradient;
            below.curvature += histogram[t * BINS + b].curvature;
            struct sums above = {all.gradient - below.gradient,
                                 all.curvature - below.curvature};
            double gain = gain_of(below) + gain_of(above) - gain_of(all);
            if (gain > best) {
                best = gain;
                tree->term[node] = t;
                tree->bin[node] = (uint8_t)b;
                tree->is_split[node] = true;
            }
        }
    }
}

/* One tree on the present residues; the minutes' logits move by rate of its answer. */
static void grow(struct tree *tree, struct minutes *minutes, const struct tree_shape *shape)
{
    size_t width = minutes->n_terms * BINS, room = ((size_t)1 << shape->depth) * width;
    struct sums *histogram = malloc(room * sizeof *histogram);
    assert_non_null(histogram);
    memset(tree, 0, sizeof *tree);
    for (size_t i = 0; i < minutes->n; i++) {
        minutes->node[i] = 1;
    }
    for (size_t level = 0; level <= shape->depth; level++) {
        size_t first = (size_t)1 << level;
        memset(histogram, 0, room * sizeof *histogram);
        for (size_t i = 0; i < minutes->n; i++) {
            size_t node = minutes->node[i];
            if (node < first) {
                continue;
            }
            double chance = 1 / (1 + exp(-minutes->logit[i]));
            struct sums *at = histogram + (node - first) * width;
            const uint8_t *bin = minutes->bin + i * minutes->n_terms;
            for (size_t t = 0; t < (level < shape->depth ? minutes->n_terms : 1); t++) {
                at[t * BINS + bin[t]].gradient += minutes->is_rest[i] - chance;
                at[t * BINS + bin[t]].curvature += chance * (1 - chance);
            }
        }
        for (size_t node = first; node < 2 * first; node++) {
            bool is_leaf = level == shape->depth;
            split_node(tree, node, histogram + (node - first) * width,
                       is_leaf ? 1 : minutes->n_terms);
            tree->is_split[node] = tree->is_split[node] && !is_leaf;
        }
        for (size_t i = 0; i < minutes->n; i++) {
            size_t node = minutes->node[i];
            if (node >= first && tree->is_split[node]) {
                const uint8_t *bin = minutes->bin + i * minutes->n_terms;
                minutes->node[i] = 2 * node + (bin[tree->term[node]] > tree->bin[node]);
            }
        }
    }
    for (size_t i = 0; i < minutes->n; i++) {
        minutes->logit[i] += shape->rate * tree->value[minutes->node[i]];
    }
    free(histogram);
}

static double answer(const struct tree *tree, const float *x)
{
    size_t node = 1;
    while (tree->is_split[node]) {
        node = 2 * node + (bin_of(x[1 + tree->term[node]]) > tree->bin[node]);
    }
    return tree->value[node];
}

static void find_nights(const struct rest_fit *fit, const struct tree *trees,
                        const struct tree_shape *shape, size_t fold, size_t n_folds,
                        struct found_window *found)
{
    static float logit[MINUTES_MAX];
    for (size_t k = 0; k < fit->couples->n_nights; k++) {
        const struct scored_night *night = &fit->couples->night[k];
        if (!rest_fit_is_in_fold(fit, k, fold, n_folds)) {
            continue;
        }
        size_t first = night->window_first, n = night->window_end - first;
        for (size_t i = 0; i < n; i++) {
            const float *x = fit->term[night->watch] + (first + i) * fit->width;
            double sum = 0;
            for (size_t t = 0; x[0] > 0 && t < shape->n_trees; t++) {
                sum += shape->rate * answer(&trees[t], x);
            }
            logit[i] = (float)sum;
        }
        struct best_sum best = best_sum_find(logit, 0, n);
        found[k] = (struct found_window){first + best.first, first + best.end};
    }
}

void tree_cross_validate(const struct rest_fit *fit, const struct tree_shape *shape,
                         size_t n_folds, struct found_window *found)
{
    struct tree *trees = calloc(shape->n_trees, sizeof *trees);
    assert_non_null(trees);
    for (size_t fold = 0; fold < n_folds; fold++) {
        struct minutes minutes;
        minutes_open(&minutes, fit, fold, n_folds);
        for (size_t t = 0; t < shape->n_trees; t++) {
            grow(&trees[t], &minutes, shape);
        }
        minutes_close(&minutes);
        find_nights(fit, trees, shape, fold, n_folds, found);
    }
    free(trees);
}
