/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tails of the F and chi-square distributions, from GSL. Arguments are checked first: GSL's own
 * answer to a bad one is to end the program.
 */
#include "algorithms/distributions.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

double distribution_f_upper(double f, double df1, double df2)
{
    if (!(f >= 0) || !(df1 > 0) || !(df2 > 0)) {
        return NAN;
    }
    return isinf(f) ? 0 : gsl_cdf_fdist_Q(f, df1, df2);
}

double distribution_chi_square_limit(double p, double df)
{
    if (!(p > 0) || !(p < 1) || !(df > 0)) {
        return NAN;
    }
    return gsl_cdf_chisq_Qinv(p, df);
}
