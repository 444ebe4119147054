/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Detrended fluctuation analysis: how fluctuations grow with the length of time looked at.
 */
#ifndef ALGORITHMS_DFA_H
#define ALGORITHMS_DFA_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/status.h"

struct dfa {
    double alpha;       /* slope over all window sizes */
    double alpha_short; /* 4..90 min */
    double alpha_long;  /* 120..600 min */
    double abi;         /* activity balance index, exp(-|alpha - 1| e^2): 1 is best */
};

/* Windows of round(4 * 2^(k/4)) values up to n / 4, laid from both ends, linear trends taken
 * off; a missing value adds nothing to the profile.
 *
 * errors  YK_ERR_MEMORY; fewer than 16 values, or values that do not vary: NaN
 * source  Peng et al. 1994, Phys Rev E 49:1685; Kantelhardt et al. 2001, Physica A 295:441;
 *         Danilevicz et al. 2024 (ABI) (docs/algorithms/dfa.md) */
enum yk_status dfa_of(const double *x, size_t n, int32_t step_s, struct dfa *out,
                      struct failure *why);

/* GGIR's variant: boxes of 4, then ceil(2^(1/8) * the one before) while the one before + 4 is
 * less than round(n / 4), laid from the start only; squares are divided by n, not by what the
 * boxes cover. */
enum yk_status dfa_ggir(const double *x, size_t n, int32_t step_s, struct dfa *out,
                        struct failure *why);

#endif
