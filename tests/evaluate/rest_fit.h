/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fitting the logistic rest rule (algorithms/rest_logistic.h).
 */
#ifndef TESTS_EVALUATE_REST_FIT_H
#define TESTS_EVALUATE_REST_FIT_H

#include "tests/evaluate/couples.h"

struct rest_fit {
    const struct couples *couples;
    float *term[WATCHES_MAX]; /* per watch, n * width: standardised terms; 0 where unknown */
    double *mean, *sd;        /* per term */
    size_t n_terms, width;    /* width: constant and terms, rounded up to a multiple of 8 */
};

void rest_fit_open(struct rest_fit *self, const struct couples *couples);
void rest_fit_close(struct rest_fit *self);
/* Is the night's couple in the fold? Couples are numbered, one fold takes every n_folds-th. */
bool rest_fit_is_in_fold(const struct rest_fit *self, size_t night, size_t fold,
                         size_t n_folds);
/* weight[width], for the standardised terms, from all couples but those whose number among the
 * couples, modulo n_folds, is `fold` (n_folds == 0: from all). Deterministic. */
void rest_fit_run(const struct rest_fit *self, size_t fold, size_t n_folds, double *weight);
/* Best windows of the nights whose couple is in the fold. */
void rest_fit_find(const struct rest_fit *self, const double *weight, size_t fold,
                   size_t n_folds, struct found_window *found);

/* Fits on everything and prints algorithms/rest_logistic.def. false: no data. */
bool rest_fit_print(void);

#endif
