/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Least squares against certified values: Misra1a and Norris of the Statistical Reference
 * Datasets (NIST StRD, US National Institute of Standards and Technology).
 */
#include "tests/support/check.h"

#include "algorithms/fit.h"
#include "tests/support/alloc.h"

#include <math.h>

#define N_MISRA 14

static const double misra_x[N_MISRA] = {77.6,  114.9, 141.1, 190.8, 239.9, 289.0, 332.8,
                                        378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0};
static const double misra_y[N_MISRA] = {10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02,
                                        44.82, 50.76, 55.05, 61.01, 66.40, 75.47, 81.78};

/* y = b0 (1 - exp(-b1 x)) */
static void misra(const struct fit_curve *self, const double *b, double *values, double *slopes)
{
    const double *x = self->user;
    for (size_t i = 0; i < self->n; i++) {
        double fall = exp(-b[1] * x[i]);
        values[i] = b[0] * (1 - fall);
        if (slopes != NULL) {
            slopes[i * 2] = 1 - fall;
            slopes[i * 2 + 1] = b[0] * x[i] * fall;
        }
    }
}

static struct fit_curve misra_curve(void)
{
    return (struct fit_curve){.n = N_MISRA,
                              .p = 2,
                              .values = misra,
                              .y = misra_y,
                              .user = misra_x,
                              .lower = {-INFINITY, -INFINITY},
                              .upper = {INFINITY, INFINITY}};
}

static void misra1a_is_met_from_both_starts_of_the_reference(void **state)
{
    static const double starts[2][2] = {{500, 0.0001}, {250, 0.0005}};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct fit_curve curve = misra_curve();
        double b[2] = {starts[i][0], starts[i][1]}, rss = NAN;
        assert_int_equal(fit_nonlinear(&curve, b, &rss, NULL), YK_OK);
        assert_close(b[0], 2.3894212918e2, 1e-7);
        assert_close(b[1], 5.5015643181e-4, 1e-13);
        assert_close(rss, 1.2455138894e-1, 1e-11);
    }
}

static void an_interval_around_the_solution_changes_nothing(void **state)
{
    (void)state;
    struct fit_curve curve = misra_curve();
    curve.lower[0] = 100;
    curve.upper[0] = 600;
    curve.lower[1] = 0;
    double b[2] = {500, 0.0001}, rss = NAN;
    assert_int_equal(fit_nonlinear(&curve, b, &rss, NULL), YK_OK);
    assert_close(b[0], 2.3894212918e2, 1e-6);
    assert_close(b[1], 5.5015643181e-4, 1e-12);
    assert_close(rss, 1.2455138894e-1, 1e-11);
}

/* With b0 held at 200 the other is the root of one equation, found here by bisection. */
static void a_bound_in_the_way_is_met_and_the_rest_fits_there(void **state)
{
    (void)state;
    double low = 1e-4, high = 1e-2;
    for (int i = 0; i < 200; i++) {
        double b = (low + high) / 2, slope = 0;
        for (size_t k = 0; k < N_MISRA; k++) {
            double fall = exp(-b * misra_x[k]);
            slope += (200 * (1 - fall) - misra_y[k]) * misra_x[k] * fall;
        }
        *(slope < 0 ? &low : &high) = b;
    }
    struct fit_curve curve = misra_curve();
    curve.lower[0] = 0;
    curve.upper[0] = 200;
    double b[2] = {100, 0.0005}, rss = NAN;
    assert_int_equal(fit_nonlinear(&curve, b, &rss, NULL), YK_OK);
    assert_close(b[0], 200, 1e-6);
    assert_close(b[1], low, 1e-10);
    curve.lower[0] = 260;
    curve.upper[0] = INFINITY;
    b[0] = 300;
    assert_int_equal(fit_nonlinear(&curve, b, &rss, NULL), YK_OK);
    assert_close(b[0], 260, 1e-6);
}

static void a_curve_that_is_not_defined_leaves_the_outputs_alone(void **state)
{
    (void)state;
    struct fit_curve curve = misra_curve();
    double b[2] = {NAN, 1}, rss = -1;
    struct failure why;
    assert_int_equal(fit_nonlinear(&curve, b, &rss, &why), YK_ERR_TOO_LITTLE);
    assert_true(isnan(b[0]) && b[1] >= 1 && rss <= -1);
    curve.n = 1;
    b[0] = 1;
    assert_int_equal(fit_nonlinear(&curve, b, &rss, &why), YK_ERR_TOO_LITTLE);
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    struct fit_curve curve = misra_curve();
    double b[2] = {500, 0.0001}, rss = -1;
    alloc_fail_at(1);
    enum yk_status status = fit_nonlinear(&curve, b, &rss, NULL);
    alloc_fail_at(0);
    assert_int_equal(status, YK_ERR_MEMORY);
    assert_close(b[0], 500, 0);
}

static void norris_is_met(void **state)
{
    static const double x[] = {0.2,   337.4, 118.2, 884.6, 10.1,  226.5, 666.3, 996.3, 448.6,
                               777.0, 558.2, 0.4,   0.6,   775.5, 666.9, 338.0, 447.5, 11.6,
                               556.0, 228.1, 995.8, 887.6, 120.2, 0.3,   0.3,   556.8, 339.1,
                               887.2, 999.0, 779.0, 11.1,  118.3, 229.2, 669.1, 448.9, 0.5};
    static const double y[] = {0.1,   338.8, 118.1, 888.0, 9.2,   228.1, 668.5, 998.5, 449.1,
                               778.9, 559.2, 0.3,   0.1,   778.1, 668.8, 339.3, 448.9, 10.8,
                               557.7, 228.3, 998.0, 888.8, 119.6, 0.3,   0.6,   557.6, 339.3,
                               888.0, 998.5, 778.9, 10.2,  117.6, 228.9, 668.4, 449.2, 0.2};
    (void)state;
    struct fit_line line = fit_line(x, y, sizeof x / sizeof *x);
    assert_close(line.intercept, -0.262323073774029, 1e-12);
    assert_close(line.slope, 1.00211681802045, 1e-13);
    assert_close(line.r2, 0.999993745883712, 1e-13);
    assert_true(isnan(fit_line(x, y, 1).slope));
}

static void a_singular_system_has_no_solution(void **state)
{
    (void)state;
    double a[4] = {4, 2, 2, 3}, b[2] = {10, 8}, x[2];
    assert_true(fit_solve(a, b, 2, x));
    assert_close(x[0], 1.75, 1e-15);
    assert_close(x[1], 1.5, 1e-15);
    double flat[4] = {1, 1, 1, 1}, c[2] = {1, 1};
    assert_false(fit_solve(flat, c, 2, x));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(misra1a_is_met_from_both_starts_of_the_reference),
        cmocka_unit_test(an_interval_around_the_solution_changes_nothing),
        cmocka_unit_test(a_bound_in_the_way_is_met_and_the_rest_fits_there),
        cmocka_unit_test(a_curve_that_is_not_defined_leaves_the_outputs_alone),
        cmocka_unit_test(refused_memory_is_reported),
        cmocka_unit_test(norris_is_met),
        cmocka_unit_test(a_singular_system_has_no_solution),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
