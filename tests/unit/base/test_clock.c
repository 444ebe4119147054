/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/base/clock.h"

/* The C library's UTC calendar is the oracle. */
static void every_day_from_1850_to_2150_agrees_with_the_library(void **state)
{
    (void)state;
    for (int64_t days = -43829; days <= 65744; days++) {
        time_t t = (time_t)(days * 86400);
        struct tm tm;
        gmtime_r(&t, &tm); /* lint: oracle */
        struct civil_date date = civil_from_days(days);
        assert_int_equal(date.year, tm.tm_year + 1900);
        assert_int_equal(date.month, tm.tm_mon + 1);
        assert_int_equal(date.day, tm.tm_mday);
        assert_int_equal(civil_weekday(date), (tm.tm_wday + 6) % 7);
        assert_true(civil_to_days(date) == days);
        assert_true(civil_is_valid(date));
    }
}

static void leap_years_follow_the_gregorian_rule(void **state)
{
    (void)state;
    struct civil_date d = {2000, 2, 29};
    assert_true(civil_is_valid(d));
    d.year = 1900;
    assert_false(civil_is_valid(d));
    d.year = 2024;
    assert_true(civil_is_valid(d));
    d.year = 2023;
    assert_false(civil_is_valid(d));
    d = civil_add_days((struct civil_date){2024, 2, 28}, 2);
    assert_int_equal(civil_compare(d, (struct civil_date){2024, 3, 1}), 0);
    d = civil_add_days((struct civil_date){2024, 3, 1}, -366);
    assert_int_equal(civil_compare(d, (struct civil_date){2023, 3, 1}), 0);
    assert_false(civil_is_valid((struct civil_date){2024, 13, 1}));
    assert_false(civil_is_valid((struct civil_date){2024, 4, 31}));
    assert_false(civil_is_valid((struct civil_date){2024, 0, 0}));
}

static void dates_compare_in_order(void **state)
{
    (void)state;
    struct civil_date a = {2023, 12, 31}, b = {2024, 1, 1}, c = {2024, 1, 2};
    assert_true(civil_compare(a, b) < 0 && civil_compare(b, c) < 0 && civil_compare(c, a) > 0);
    assert_true(civil_is_weekend(a)); /* a Sunday */
    assert_false(civil_is_weekend(b));
    assert_string_equal(weekday_name_en(civil_weekday(b)), "Mon");
    assert_string_equal(weekday_name_ja(civil_weekday(a)), "日");
}

static void dates_are_read_and_written(void **state)
{
    (void)state;
    struct civil_date d = {0, 0, 0};
    char out[16];
    assert_true(civil_parse("2026-05-12", &d));
    civil_format(d, out);
    assert_string_equal(out, "2026-05-12");
    assert_true(civil_parse("2026/5/3", &d));
    civil_format(d, out);
    assert_string_equal(out, "2026-05-03");
    civil_format((struct civil_date){0, 0, 0}, out);
    assert_string_equal(out, "");
    static const char *const bad[] = {"",           "2026",       "26-05-12",    "2026-05-32",
                                      "2026-5/3",   "2026-02-29", "2026-05-12 ", "2026--5-1",
                                      "2026-005-1", "x",          "2026-05",     "2026-05-"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(civil_parse(bad[i], &d));
    }
}

static void times_before_1970_fall_into_the_right_day(void **state)
{
    (void)state;
    struct civil_time t = civil_time_of_utc_ns(-1);
    assert_int_equal(t.date.year, 1969);
    assert_int_equal(t.date.month, 12);
    assert_int_equal(t.date.day, 31);
    assert_int_equal(t.second_of_day, 86399);
    assert_int_equal(t.ns, 999999999);
    assert_true(civil_time_as_utc_ns(t) == -1);
    struct civil_time noon = {{1969, 7, 20}, 73060, 5};
    struct civil_time back = civil_time_of_utc_ns(civil_time_as_utc_ns(noon));
    assert_int_equal(civil_compare(noon.date, back.date), 0);
    assert_int_equal(back.second_of_day, 73060);
    assert_int_equal(back.ns, 5);
    assert_true(civil_time_as_utc_ns((struct civil_time){{2024, 2, 29}, 86400, 0}) ==
                INT64_C(1709251200) * NS_PER_S);
    assert_true(floor_div(-7, 2) == -4 && floor_mod(-7, 2) == 1);
    assert_true(floor_div(7, 2) == 3 && floor_mod(7, 2) == 1);
    assert_true(floor_div(-8, 2) == -4 && floor_mod(-8, 2) == 0);
}

static void the_clock_moves_forward(void **state)
{
    (void)state;
    int64_t a = clock_monotonic_ns(), b = clock_monotonic_ns();
    assert_true(b >= a);
    assert_true(clock_now_utc_ns() > INT64_C(1700000000) * NS_PER_S);
}

static void differences_on_the_clock_take_the_shorter_way(void **state)
{
    (void)state;
    assert_close(clock_difference_h(1, 23), 2, 0);
    assert_close(clock_difference_h(23, 1), -2, 0);
    assert_close(clock_difference_h(12, 0), 12, 0);
    assert_close(clock_difference_h(0, 12), 12, 0);
    assert_true(isnan(clock_difference_h(NAN, 1)));
}

static void instants_are_sorted_over_their_whole_range(void **state)
{
    (void)state;
    int64_t at[] = {5, INT64_MAX, TIME_UNKNOWN, -1, 5};
    qsort(at, 5, sizeof *at, compare_ns);
    const int64_t sorted[] = {TIME_UNKNOWN, -1, 5, 5, INT64_MAX};
    assert_memory_equal(at, sorted, sizeof at);
}

static void minutes_to_or_from_nowhere_are_unknown(void **state)
{
    (void)state;
    assert_close(minutes_between(-NS_PER_MIN, NS_PER_MIN / 2), 1.5, 0);
    assert_close(minutes_between(NS_PER_H, 0), -60, 0);
    assert_true(isnan(minutes_between(TIME_UNKNOWN, 0)));
    assert_true(isnan(minutes_between(0, TIME_UNKNOWN)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_from_1850_to_2150_agrees_with_the_library),
        cmocka_unit_test(leap_years_follow_the_gregorian_rule),
        cmocka_unit_test(dates_compare_in_order),
        cmocka_unit_test(dates_are_read_and_written),
        cmocka_unit_test(times_before_1970_fall_into_the_right_day),
        cmocka_unit_test(the_clock_moves_forward),
        cmocka_unit_test(differences_on_the_clock_take_the_shorter_way),
        cmocka_unit_test(instants_are_sorted_over_their_whole_range),
        cmocka_unit_test(minutes_to_or_from_nowhere_are_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
