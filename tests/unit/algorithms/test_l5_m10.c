/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Small cases; recordings are compared in test_depresjon.c and test_days.c.
 */
#include "tests/support/check.h"

#include <math.h>

#include "algorithms/l5_m10.h"

static void the_first_of_equal_windows_is_taken(void **state)
{
    (void)state;
    static const double x[] = {5, 1, 1, 9, 1, 1, 5};
    double mean = 0;
    size_t first = 0;
    assert_int_equal(active_window_find(x, 7, 2, 1, false, &mean, &first, NULL), YK_OK);
    assert_close(mean, 1, 0);
    assert_int_equal(first, 1);
    assert_int_equal(active_window_find(x, 7, 2, 1, true, &mean, &first, NULL), YK_OK);
    assert_close(mean, 5, 0);
    assert_int_equal(first, 2);
    assert_int_equal(active_window_find(x, 7, 2, 4, true, &mean, &first, NULL), YK_OK);
    assert_int_equal(first, 0); /* 5 1 and 1 1 are the only candidates */
}

static void a_window_with_a_hole_does_not_count(void **state)
{
    (void)state;
    static const double x[] = {0, NAN, 4, 4, 8};
    double mean = 0;
    size_t first = 0;
    assert_int_equal(active_window_find(x, 5, 2, 1, false, &mean, &first, NULL), YK_OK);
    assert_close(mean, 4, 0);
    assert_int_equal(first, 2);
    assert_int_equal(active_window_find(x, 2, 2, 1, false, &mean, &first, NULL), YK_OK);
    assert_int_equal(first, SIZE_MAX);
    assert_true(isnan(mean));
    assert_int_equal(active_window_find(x, 1, 2, 1, false, &mean, &first, NULL), YK_OK);
    assert_int_equal(first, SIZE_MAX);
}

static void windows_of_zeros_stay_zero_whatever_came_before(void **state)
{
    (void)state;
    double x[3000];
    for (int i = 0; i < 3000; i++) {
        x[i] = i < 2000 ? 0.1 * (i % 7) : 0;
    }
    double mean = 1;
    size_t first = 0;
    assert_int_equal(active_window_find(x, 3000, 300, 1, false, &mean, &first, NULL), YK_OK);
    assert_close(mean, 0, 0);
    assert_int_equal(first, 2000);
}

static void the_average_day_runs_around_midnight(void **state)
{
    (void)state;
    double x[48];
    for (int i = 0; i < 48; i++) { /* hourly from 12:00; quiet from 22:00 to 3:00 */
        int hour = (i + 12) % 24;
        x[i] = hour >= 22 || hour < 3 ? 1 : 20 + (i < 24);
    }
    struct l5_m10 v;
    assert_int_equal(l5_m10_average_day(x, 48, 3600, 12 * 3600, &v, NULL), YK_OK);
    assert_close(v.l5.mean, 1, 0);
    assert_close(v.l5.start_h, 22, 0);
    assert_close(v.m10.mean, 20.5, 1e-12);
    assert_close(v.m10.start_h, 3, 0);
    assert_close(v.ra, 19.5 / 21.5, 1e-12);
}

static void days_by_themselves_must_be_whole(void **state)
{
    (void)state;
    double x[72];
    for (int i = 0; i < 72; i++) { /* hourly from midnight */
        x[i] = i;
    }
    x[30] = NAN;
    struct l5_m10_days v;
    assert_int_equal(l5_m10_per_day(x, 72, 3600, 0, &v, NULL), YK_OK);
    assert_int_equal(v.n_m10, 2); /* the second civil day has a hole */
    assert_int_equal(v.n_l5, 1);  /* so has the first noon-to-noon day */
    assert_close(v.mean.m10.mean, (18.5 + 66.5) / 2, 1e-12);
    assert_close(v.mean.l5.mean, 38, 1e-12);
    assert_close(v.mean.l5.start_h, 12, 1e-12);
}

static void ggir_days_wrap_inside_themselves_and_take_the_middle_of_equals(void **state)
{
    (void)state;
    double day[288]; /* 5-minute epochs */
    for (int i = 0; i < 288; i++) {
        day[i] = i >= 240 || i < 24 ? 1 : 10; /* quiet from 20:00 to 2:00 */
    }
    struct active_window low, high;
    assert_int_equal(l5_m10_ggir_day(day, 288, 300, 5, 10, &low, &high, NULL), YK_OK);
    assert_close(low.mean, 1, 0);
    /* 20:00, 20:10 ... 21:00: seven equal windows, the fourth */
    assert_close(low.start_h, 20.5, 1e-12);
    assert_close(high.mean, 10, 0);
    assert_int_equal(l5_m10_ggir_day(day, 288, 300, 5, 0, &low, &high, NULL), YK_ERR_ARGUMENT);
    assert_int_equal(l5_m10_ggir_day(day, 200, 300, 5, 10, &low, &high, NULL), YK_ERR_ARGUMENT);
}

static void epochs_that_do_not_divide_an_hour_are_refused(void **state)
{
    (void)state;
    struct l5_m10 v;
    double x[2] = {1, 2};
    assert_int_equal(l5_m10_average_day(x, 2, 7, 0, &v, NULL), YK_ERR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_of_equal_windows_is_taken),
        cmocka_unit_test(a_window_with_a_hole_does_not_count),
        cmocka_unit_test(windows_of_zeros_stay_zero_whatever_came_before),
        cmocka_unit_test(the_average_day_runs_around_midnight),
        cmocka_unit_test(days_by_themselves_must_be_whole),
        cmocka_unit_test(ggir_days_wrap_inside_themselves_and_take_the_middle_of_equals),
        cmocka_unit_test(epochs_that_do_not_divide_an_hour_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
