/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * phi: how much an hour is like the hour before it.
 */
#ifndef ALGORITHMS_PHI_H
#define ALGORITHMS_PHI_H

#include <stddef.h>

#include "src/base/status.h"

/* Coefficient of a first-order autoregression with a mean, Gaussian, full maximum likelihood
 * (the first value counts too). Missing values are left out and the rest joined, as GGIR does.
 * *phi is NaN for fewer than 3 values or values that do not vary. errors: YK_ERR_MEMORY
 * source  docs/algorithms/phi.md */
enum yk_status phi_of(const double *x, size_t n, double *phi, struct failure *why);

#endif
