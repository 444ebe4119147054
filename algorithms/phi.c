/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * AR(1) by exact maximum likelihood. For a given coefficient the best mean and variance have
 * closed forms, so only one number is searched: golden section on the concentrated likelihood,
 * which has one maximum inside (-1, 1).
 */
#include "algorithms/phi.h"
#include "src/base/mem.h"

#include <math.h>

/* Minus twice the log likelihood, without constants, at the best mean and variance. */
static double deviance(const double *x, size_t n, double phi)
{
    double gap = 1 - phi, sum = 0, inner = 0;
    for (size_t i = 0; i < n; i++) {
        sum += x[i];
        inner += i > 0 && i + 1 < n ? x[i] : 0;
    }
    /* generalised least squares: ends weigh 1, the others 1 - phi */
    double mean = (sum - phi * inner) / ((double)n - phi * ((double)n - 2));
    double first = x[0] - mean;
    double squares = (1 - phi * phi) * first * first;
    for (size_t i = 1; i < n; i++) {
        double e = x[i] - phi * x[i - 1] - gap * mean;
        squares += e * e;
    }
    return (double)n * log(squares / (double)n) - log(1 - phi * phi);
}

static double search(const double *x, size_t n)
{
    const double golden = (sqrt(5) - 1) / 2;
    double low = -1 + 1e-9, high = 1 - 1e-9;
    double a = high - golden * (high - low), b = low + golden * (high - low);
    double at_a = deviance(x, n, a), at_b = deviance(x, n, b);
    while (high - low > 1e-9) {
        if (at_a < at_b) {
            high = b;
            b = a;
            at_b = at_a;
            a = high - golden * (high - low);
            at_a = deviance(x, n, a);
        } else {
            low = a;
            a = b;
            at_a = at_b;
            b = low + golden * (high - low);
            at_b = deviance(x, n, b);
        }
    }
    return (low + high) / 2;
}

enum yk_status phi_of(const double *x, size_t n, double *phi, struct failure *why)
{
    double *known = mem_alloc(n, sizeof *known);
    if (known == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "phi: no memory");
    }
    size_t m = 0;
    double least = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(x[i])) {
            known[m++] = x[i];
            least = fmin(least, x[i]);
            most = fmax(most, x[i]);
        }
    }
    *phi = m >= 3 && most > least ? search(known, m) : NAN;
    mem_free(known);
    return YK_OK;
}
