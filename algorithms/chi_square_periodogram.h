/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The chi-square periodogram: how much of the variance a folded series keeps.
 */
#ifndef ALGORITHMS_CHI_SQUARE_PERIODOGRAM_H
#define ALGORITHMS_CHI_SQUARE_PERIODOGRAM_H

#include <stddef.h>

#include "src/base/status.h"

struct chi_square_peak {
    size_t period; /* in steps of the series; 0 when nothing could be computed */
    double q;
    double limit; /* q that chance alone exceeds with p over all periods searched (Sidak) */
};

/* Q of one period, in steps: sum over phases n_h (M_h - M)^2 / (sum (x - M)^2 / N), about
 * chi-square with period - 1 degrees of freedom. NaN missing. *q is NaN when values do not
 * vary. errors: YK_ERR_MEMORY, YK_ERR_ARGUMENT (period of 0) source: Sokolove & Bushell 1978, J
 * Theor Biol 72:131 */
enum yk_status chi_square_q(const double *x, size_t n, size_t period, double *q,
                            struct failure *why);

/* The period from..to (inclusive) with the largest Q; the first of equals. */
enum yk_status chi_square_search(const double *x, size_t n, size_t from, size_t to, double p,
                                 struct chi_square_peak *out, struct failure *why);

#endif
