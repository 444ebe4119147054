/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Probabilities of statistics (GSL behind this one door).
 */
#ifndef ALGORITHMS_DISTRIBUTIONS_H
#define ALGORITHMS_DISTRIBUTIONS_H

/* Chance of a value of at least f from an F distribution; NaN for arguments without meaning. */
double distribution_f_upper(double f, double df1, double df2);
/* The value that a chi-square distribution exceeds with chance p. */
double distribution_chi_square_limit(double p, double df);

#endif
