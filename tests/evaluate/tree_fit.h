/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Small trees on the terms of the logistic rest rule: tried against it, not part of the program
 * (docs/algorithms/logistic-rest.md says how they did).
 */
#ifndef TESTS_EVALUATE_TREE_FIT_H
#define TESTS_EVALUATE_TREE_FIT_H

#include "tests/evaluate/rest_fit.h"

enum { TREE_DEPTH_MAX = 4 };

struct tree_shape {
    size_t n_trees, depth; /* depth <= TREE_DEPTH_MAX */
    double rate;           /* share of each tree's answer that is taken */
};

/* Windows of all nights, each from trees that never saw its couple. Deterministic. */
void tree_cross_validate(const struct rest_fit *fit, const struct tree_shape *shape,
                         size_t n_folds, struct found_window *found);

#endif
