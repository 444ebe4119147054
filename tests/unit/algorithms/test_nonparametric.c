/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Worked examples by hand; 27 recordings are compared in test_depresjon.c, GGIR's form in
 * test_circadian_ggir.c.
 */
#include "tests/support/check.h"
#include "tests/support/alloc.h"

#include <math.h>

#include "algorithms/nonparametric.h"

/* 4 bins a day: 10 50 90 30 three times, then 20 40 100 20. */
static const double four_days[16] = {10, 50, 90, 30, 10, 50, 90,  30,
                                     10, 50, 90, 30, 20, 40, 100, 20};

static void a_series_worked_by_hand_has_its_is_and_iv(void **state)
{
    (void)state;
    struct is_iv v;
    assert_int_equal(nonparametric_of_bins(four_days, 16, 4, 0, &v, NULL), YK_OK);
    assert_close(v.is, 0.979729730, 1e-9);
    assert_close(v.iv, 2.284684685, 1e-9);
    assert_int_equal(v.n_bins, 16);
}

static void a_missing_bin_is_never_bridged(void **state)
{
    (void)state;
    struct is_iv v;
    double x[16];
    for (int i = 0; i < 16; i++) {
        x[i] = i == 5 ? NAN : four_days[i];
    }
    assert_int_equal(nonparametric_of_bins(x, 16, 4, 0, &v, NULL), YK_OK);
    assert_close(v.is, 0.919244980, 1e-9);
    assert_close(v.iv, 2.225944182, 1e-9);
    assert_int_equal(v.n_bins, 15);
}

static void alternation_has_an_iv_of_4(void **state)
{
    (void)state;
    struct is_iv v;
    double x[1000];
    for (int i = 0; i < 1000; i++) {
        x[i] = i % 2;
    }
    assert_int_equal(nonparametric_of_bins(x, 1000, 24, 0, &v, NULL), YK_OK);
    assert_close(v.iv, 4, 1e-12);
    assert_close(v.is, 1, 1e-12);
}

static void bins_are_cut_at_the_clock_and_partial_ones_left_out(void **state)
{
    (void)state;
    struct is_iv clock, start;
    double x[3 * 1440];
    for (int i = 0; i < 3 * 1440; i++) {
        x[i] = (i + 30) / 60 % 24; /* the first half hour belongs to the hour before */
    }
    assert_int_equal(nonparametric_is_iv(x, 3 * 1440, 60, 1800, 3600, 1, &clock, NULL), YK_OK);
    assert_int_equal(clock.n_bins, 71);
    assert_close(clock.is, 1, 0.03); /* one place has a bin less: the form is not balanced */
    assert_int_equal(nonparametric_is_iv(x, 3 * 1440, 60, 0, 3600, 1, &start, NULL), YK_OK);
    assert_int_equal(start.n_bins, 72);
    assert_true(start.iv < clock.iv);
    x[100] = NAN;
    assert_int_equal(nonparametric_is_iv(x, 3 * 1440, 60, 1800, 3600, 1, &clock, NULL), YK_OK);
    assert_int_equal(clock.n_bins, 70);
    assert_int_equal(nonparametric_is_iv(x, 3 * 1440, 60, 1800, 3600, 0.9, &clock, NULL),
                     YK_OK);
    assert_int_equal(clock.n_bins, 71);
}

static void nothing_that_varies_has_no_is(void **state)
{
    (void)state;
    struct is_iv v;
    double x[48];
    for (int i = 0; i < 48; i++) {
        x[i] = 7;
    }
    assert_int_equal(nonparametric_of_bins(x, 48, 24, 0, &v, NULL), YK_OK);
    assert_true(isnan(v.is) && isnan(v.iv));
    assert_int_equal(nonparametric_is_iv(x, 0, 60, 0, 3600, 1, &v, NULL), YK_OK);
    assert_true(isnan(v.is));
    assert_int_equal(v.n_bins, 0);
}

static void widths_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    struct is_iv v;
    double x[2] = {1, 2};
    assert_int_equal(nonparametric_is_iv(x, 2, 7, 0, 3600, 1, &v, NULL), YK_ERR_ARGUMENT);
    assert_int_equal(nonparametric_is_iv(x, 2, 60, 0, 7 * 60, 1, &v, NULL), YK_ERR_ARGUMENT);
    assert_int_equal(nonparametric_is_iv_mean(x, 2, 7200, 0, 1, &v, NULL), YK_OK);
    assert_true(isnan(v.is));
    assert_int_equal(v.n_bins, 0);
}

static void ggir_s_form_equals_the_textbook_s_when_no_hour_is_missing(void **state)
{
    (void)state;
    struct is_iv ggir, plain;
    double minute[2 * 1440], hours[48];
    for (int i = 0; i < 2 * 1440; i++) {
        minute[i] = i * 7919 % 100;
    }
    assert_int_equal(nonparametric_rest_share(minute, 2 * 1440, 40, &ggir, hours, NULL), YK_OK);
    assert_int_equal(nonparametric_of_bins(hours, 48, 24, 0, &plain, NULL), YK_OK);
    assert_close(ggir.is, plain.is, 1e-12);
    assert_close(ggir.iv, plain.iv, 1e-12);
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    struct is_iv v;
    for (uint64_t k = 1; k <= 3; k++) {
        alloc_fail_at(k);
        enum yk_status status = nonparametric_is_iv(four_days, 16, 60, 0, 120, 1, &v, NULL);
        alloc_fail_at(0);
        assert_int_equal(status, YK_ERR_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_series_worked_by_hand_has_its_is_and_iv),
        cmocka_unit_test(a_missing_bin_is_never_bridged),
        cmocka_unit_test(alternation_has_an_iv_of_4),
        cmocka_unit_test(bins_are_cut_at_the_clock_and_partial_ones_left_out),
        cmocka_unit_test(nothing_that_varies_has_no_is),
        cmocka_unit_test(widths_that_do_not_fit_are_refused),
        cmocka_unit_test(ggir_s_form_equals_the_textbook_s_when_no_hour_is_missing),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
