/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"
#include "tests/support/alloc.h"

#include <math.h>

#include "algorithms/cosinor.h"
#include "algorithms/distributions.h"
#include "algorithms/fit.h"

static void a_worked_cosine_is_recovered(void **state)
{
    (void)state;
    double x[48];
    for (int i = 0; i < 48; i++) {
        x[i] = 100 + 50 * cos(2 * M_PI * (i - 15) / 24) + (i % 2 == 0 ? 5 : -5);
    }
    struct cosinor c;
    cosinor_fit(x, 48, 0, 1, 24, &c);
    assert_close(c.mesor, 100, 1e-9);
    assert_close(c.amplitude, 50, 1e-9);
    assert_close(c.acrophase_h, 15, 1e-9);
    assert_close(c.acrophase_deg, -225, 1e-9);
    assert_close(c.r2, 0.9803921569, 1e-10);
    assert_close(c.f, 1125, 1e-6);
    assert_int_equal(c.n, 48);
}

static void missing_values_are_left_out(void **state)
{
    (void)state;
    double x[240];
    for (int i = 0; i < 240; i++) {
        x[i] = i % 5 == 0 || (i > 40 && i < 60) ? NAN : 10 + 3 * cos(2 * M_PI * (i - 4.5) / 24);
    }
    struct cosinor c;
    cosinor_fit(x, 240, 0, 1, 24, &c);
    assert_close(c.mesor, 10, 1e-9);
    assert_close(c.amplitude, 3, 1e-9);
    assert_close(c.acrophase_h, 4.5, 1e-9);
    assert_close(c.r2, 1, 1e-12);
}

static void what_cannot_be_fitted_is_unknown(void **state)
{
    (void)state;
    static const double flat[] = {3, 3, 3, 3, 3, 3}, few[] = {1, 2, NAN, 3};
    struct cosinor c;
    cosinor_fit(flat, 6, 0, 1, 24, &c);
    assert_true(isnan(c.mesor) && isnan(c.p_value));
    cosinor_fit(few, 4, 0, 1, 24, &c);
    assert_true(isnan(c.amplitude));
    cosinor_fit(NULL, 0, 0, 1, 24, &c);
    assert_true(isnan(c.amplitude));
    struct cosinor_extended e;
    assert_int_equal(cosinor_fit_extended(few, 4, 0, 1, &c, &e, NULL), YK_ERR_TOO_LITTLE);
}

static void a_squared_off_wave_is_recovered_by_the_extended_cosinor(void **state)
{
    (void)state;
    double x[4 * 1440];
    for (int i = 0; i < 4 * 1440; i++) {
        double inner = cos(2 * M_PI * ((i + 1) / 60.0 - 14) / 24) - -0.3;
        x[i] = 0.5 + 2 / (1 + exp(-8 * inner));
    }
    struct cosinor c;
    struct cosinor_extended e;
    cosinor_fit(x, 4 * 1440, 1.0 / 60, 1.0 / 60, 24, &c);
    assert_int_equal(cosinor_fit_extended(x, 4 * 1440, 1.0 / 60, 1.0 / 60, &c, &e, NULL),
                     YK_OK);
    assert_close(e.min, 0.5, 1e-6);
    assert_close(e.amplitude, 2, 1e-6);
    assert_close(e.alpha, -0.3, 1e-6);
    assert_close(e.beta, 8, 1e-5);
    assert_close(e.acrophase_h, 14, 1e-6);
    assert_close(e.mesor, 1.5, 1e-6);
    double half = acos(-0.3) / 2 / M_PI * 24;
    assert_close(e.up_h, 14 - half, 1e-5);
    assert_close(e.down_h, 14 + half, 1e-5);
    assert_close(e.r2, 1, 1e-9);
}

static void tails_of_distributions_equal_published_tables(void **state)
{
    (void)state;
    /* upper 5 % points: F(2, 10) 4.1028, chi-square(10) 18.307 */
    assert_close(distribution_f_upper(4.10282101, 2, 10), 0.05, 1e-7);
    assert_close(distribution_chi_square_limit(0.05, 10), 18.30703805, 1e-6);
    assert_close(distribution_f_upper(0, 2, 10), 1, 0);
    assert_close(distribution_f_upper(INFINITY, 2, 10), 0, 0);
    assert_true(isnan(distribution_f_upper(-1, 2, 10)));
    assert_true(isnan(distribution_f_upper(NAN, 2, 10)));
    assert_true(isnan(distribution_chi_square_limit(0, 10)));
}

static void lines_and_small_systems_are_solved(void **state)
{
    (void)state;
    static const double x[] = {1, 2, 3, 4}, y[] = {3, 5, 7, 9}, same[] = {2, 2, 2, 2};
    struct fit_line line = fit_line(x, y, 4);
    assert_close(line.slope, 2, 1e-12);
    assert_close(line.intercept, 1, 1e-12);
    assert_close(line.r2, 1, 1e-12);
    assert_true(isnan(fit_line(same, y, 4).slope));
    double a[9] = {4, 2, 1, 2, 5, 3, 1, 3, 6}, b[3] = {11, 21, 25}, s[3];
    assert_true(fit_solve(a, b, 3, s)); /* by 1 2 3 */
    assert_close(s[0], 1, 1e-12);
    assert_close(s[1], 2, 1e-12);
    assert_close(s[2], 3, 1e-12);
    double flat[4] = {1, 1, 1, 1}, c[2] = {1, 1};
    assert_false(fit_solve(flat, c, 2, s));
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    double minute[2 * 1440];
    for (int i = 0; i < 2 * 1440; i++) {
        minute[i] = i % 1440 > 400 ? 30 : 2;
    }
    struct cosinor c;
    struct cosinor_extended e;
    for (uint64_t k = 1; k <= 2; k++) {
        alloc_fail_at(k);
        enum yk_status status = cosinor_fit_log(minute, 2 * 1440, 8, &c, &e, NULL);
        alloc_fail_at(0);
        assert_int_equal(status, YK_ERR_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_worked_cosine_is_recovered),
        cmocka_unit_test(missing_values_are_left_out),
        cmocka_unit_test(what_cannot_be_fitted_is_unknown),
        cmocka_unit_test(a_squared_off_wave_is_recovered_by_the_extended_cosinor),
        cmocka_unit_test(tails_of_distributions_equal_published_tables),
        cmocka_unit_test(lines_and_small_systems_are_solved),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
