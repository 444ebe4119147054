/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Least squares. The non-linear part is GSL's Levenberg-Marquardt; its error handler, which
 * would end the program, is switched off before the first call. GSL allocates by itself; a
 * refusal comes back as an error.
 *
 * Bounds: a parameter in [l, inf) is l + u^2, one in [l, h] is l + (h - l) * (1 + sin u) / 2.
 * The maps are smooth, reach the bound at a finite u, and need no projection.
 */
#include "algorithms/fit.h"
#include "src/base/mem.h"

#include <math.h>
#include <pthread.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_matrix.h>
#include <gsl/gsl_multifit_nlinear.h>
#include <gsl/gsl_vector.h>

bool fit_solve(double *a, double *b, size_t n, double *x)
{
    /* Cholesky, in place */
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            double s = a[i * n + j];
            for (size_t k = 0; k < j; k++) {
                s -= a[i * n + k] * a[j * n + k];
            }
            if (i == j) {
                if (!(s > 1e-14 * fabs(a[i * n + i]))) {
                    return false;
                }
                a[i * n + i] = sqrt(s);
            } else {
                a[i * n + j] = s / a[j * n + j];
            }
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++) {
            b[i] -= a[i * n + k] * b[k];
        }
        b[i] /= a[i * n + i];
    }
    for (size_t i = n; i-- > 0;) {
        x[i] = b[i];
        for (size_t k = i + 1; k < n; k++) {
            x[i] -= a[k * n + i] * x[k];
        }
        x[i] /= a[i * n + i];
    }
    return true;
}

struct fit_line fit_line(const double *x, const double *y, size_t n)
{
    double mean_x = 0, mean_y = 0, xx = 0, xy = 0, yy = 0;
    for (size_t i = 0; i < n; i++) {
        mean_x += x[i];
        mean_y += y[i];
    }
    mean_x /= (double)n;
    mean_y /= (double)n;
    for (size_t i = 0; i < n; i++) {
        xx += (x[i] - mean_x) * (x[i] - mean_x);
        xy += (x[i] - mean_x) * (y[i] - mean_y);
        yy += (y[i] - mean_y) * (y[i] - mean_y);
    }
    if (n < 2 || !(xx > 0)) {
        return (struct fit_line){NAN, NAN, NAN};
    }
    double slope = xy / xx;
    double r2 = yy > 0 ? xy * xy / (xx * yy) : NAN;
    return (struct fit_line){mean_y - slope * mean_x, slope, r2};
}

/* ---- bounds ---- */

static double from_free(double u, double lower, double upper, double *slope)
{
    if (isinf(lower)) {
        *slope = 1;
        return u;
    }
    if (isinf(upper)) {
        *slope = 2 * u;
        return lower + u * u;
    }
    double half = (upper - lower) / 2;
    *slope = half * cos(u);
    return lower + half * (1 + sin(u));
}

static double to_free(double value, double lower, double upper)
{
    if (isinf(lower)) {
        return value;
    }
    if (isinf(upper)) { /* not quite on the bound: the map's slope there is 0 */
        return sqrt(fmax(value - lower, 1e-8));
    }
    double at = 2 * (value - lower) / (upper - lower) - 1;
    return asin(fmax(-0.999999, fmin(0.999999, at)));
}

struct problem { /* what GSL's callbacks get */
    const struct fit_curve *curve;
    double *values, *slopes;
};

static void take_free(const struct fit_curve *curve, const gsl_vector *u, double *parameter,
                      double *slope)
{
    for (size_t k = 0; k < curve->p; k++) {
        parameter[k] =
            from_free(gsl_vector_get(u, k), curve->lower[k], curve->upper[k], &slope[k]);
    }
}

static int residuals(const gsl_vector *u, void *user, gsl_vector *f)
{
    const struct problem *problem = user;
    const struct fit_curve *curve = problem->curve;
    double parameter[FIT_MAX], slope[FIT_MAX];
    take_free(curve, u, parameter, slope);
    curve->values(curve, parameter, problem->values, NULL);
    for (size_t i = 0; i < curve->n; i++) {
        double r = problem->values[i] - curve->y[i];
        if (!isfinite(r)) {
            return GSL_EDOM;
        }
        gsl_vector_set(f, i, r);
    }
    return GSL_SUCCESS;
}

static int jacobian(const gsl_vector *u, void *user, gsl_matrix *j)
{
    const struct problem *problem = user;
    const struct fit_curve *curve = problem->curve;
    double parameter[FIT_MAX], slope[FIT_MAX];
    take_free(curve, u, parameter, slope);
    curve->values(curve, parameter, problem->values, problem->slopes);
    for (size_t i = 0; i < curve->n; i++) {
        for (size_t k = 0; k < curve->p; k++) {
            gsl_matrix_set(j, i, k, problem->slopes[i * curve->p + k] * slope[k]);
        }
    }
    return GSL_SUCCESS;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void silence_gsl(void)
{
    gsl_set_error_handler_off();
}

enum yk_status fit_nonlinear(const struct fit_curve *curve, double *parameter, double *rss,
                             struct failure *why)
{
    if (curve->n < curve->p || curve->p > FIT_MAX) {
        return failure_set(why, YK_ERR_TOO_LITTLE, "fit: %zu points for %zu parameters",
                           curve->n, curve->p);
    }
    pthread_once(&once, silence_gsl);
    gsl_multifit_nlinear_parameters how = gsl_multifit_nlinear_default_parameters();
    /* Normal equations: a handful of parameters and thousands of points, scaled, so that half
     * the digits are more than the steps need; QR took two thirds of a small recording's time.
     */
    how.solver = gsl_multifit_nlinear_solver_cholesky;
    gsl_vector *start = gsl_vector_alloc(curve->p);
    gsl_multifit_nlinear_workspace *work =
        gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &how, curve->n, curve->p);
    struct problem problem = {.curve = curve,
                              .values = mem_alloc(curve->n * (curve->p + 1), sizeof(double))};
    enum yk_status status = YK_OK;
    if (start == NULL || work == NULL || problem.values == NULL) {
        status = failure_set(why, YK_ERR_MEMORY, "fit: no memory");
        goto done;
    }
    problem.slopes = problem.values + curve->n;
    gsl_multifit_nlinear_fdf fdf = {
        .f = residuals, .df = jacobian, .n = curve->n, .p = curve->p, .params = &problem};
    for (size_t k = 0; k < curve->p; k++) {
        gsl_vector_set(start, k, to_free(parameter[k], curve->lower[k], curve->upper[k]));
    }
    int info = 0;
    int result = gsl_multifit_nlinear_init(start, &fdf, work);
    if (result == GSL_SUCCESS) {
        result = gsl_multifit_nlinear_driver(300, 1e-10, 1e-12, 0, NULL, NULL, &info, work);
    }
    /* GSL_ENOPROG: no smaller sum can be reached in doubles, which is as settled as it gets */
    if (result != GSL_SUCCESS && result != GSL_ENOPROG && result != GSL_EMAXITER) {
        status = failure_set(why, YK_ERR_TOO_LITTLE, "fit: %s", gsl_strerror(result));
        goto done;
    }
    double slope[FIT_MAX];
    take_free(curve, gsl_multifit_nlinear_position(work), parameter, slope);
    const gsl_vector *r = gsl_multifit_nlinear_residual(work);
    double sum = 0;
    for (size_t i = 0; i < curve->n; i++) {
        sum += gsl_vector_get(r, i) * gsl_vector_get(r, i);
    }
    *rss = sum;
done:
    mem_free(problem.values);
    gsl_multifit_nlinear_free(work);
    gsl_vector_free(start);
    return status;
}
