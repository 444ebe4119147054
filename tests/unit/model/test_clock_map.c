/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/model/clock_map.h"

#define T0 (INT64_C(1778425200) * NS_PER_S)
#define DAY (24 * NS_PER_H)

static struct clock_reading reading(int64_t at_ns, double offset_ms)
{
    return (struct clock_reading){at_ns, offset_ms, 3};
}

static void both_readings_give_a_line_that_meets_them(void **state)
{
    (void)state;
    static const double offsets[][2] = {
        {0, 6048}, {-12.5, -3000}, {250.25, 250.25}, {-3600000, -3599000}, {0, -60480}};
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        struct clock_reading issue = reading(T0, offsets[i][0]),
                             back = reading(T0 + 7 * DAY, offsets[i][1]);
        struct clock_map map = clock_map_between(&issue, &back);
        assert_int_equal(map.state, CLOCK_MAP_APPLIED);
        assert_close(map.drift_ppm, (offsets[i][1] - offsets[i][0]) / (7 * 86400.0) * 1000,
                     1e-9);
        int64_t at_issue = T0 + llround(offsets[i][0] * 1e6),
                at_return = T0 + 7 * DAY + llround(offsets[i][1] * 1e6);
        assert_true(clock_map_true_ns(&map, at_issue) == T0);
        assert_true(clock_map_true_ns(&map, at_return) == T0 + 7 * DAY);
        /* halfway, half the drift */
        int64_t middle = (at_issue + at_return) / 2;
        assert_true(llabs(clock_map_true_ns(&map, middle) - (T0 + 7 * DAY / 2)) <= 1);
    }
}

static void there_and_back_is_the_same_nanosecond_and_order_is_kept(void **state)
{
    (void)state;
    struct clock_reading issue = reading(T0, 12.345), back = reading(T0 + 7 * DAY, -20000.5);
    struct clock_map map = clock_map_between(&issue, &back);
    int64_t before = INT64_MIN;
    for (int64_t d = T0 - DAY; d < T0 + 9 * DAY; d += 1234567891011) {
        int64_t there = clock_map_true_ns(&map, d);
        assert_true(there > before);
        assert_true(llabs(clock_map_device_ns(&map, there) - d) <= 1);
        before = there;
    }
    assert_true(clock_map_true_ns(&map, TIME_UNKNOWN) == TIME_UNKNOWN);
}

static void without_both_readings_nothing_is_changed_and_it_is_said_which_is_there(void **state)
{
    (void)state;
    struct clock_reading none, known = reading(T0, 100);
    clock_reading_init(&none);
    static const enum clock_map_state expected[] = {CLOCK_MAP_NONE, CLOCK_MAP_ISSUE_ONLY,
                                                    CLOCK_MAP_RETURN_ONLY};
    const struct clock_map maps[] = {clock_map_between(&none, &none),
                                     clock_map_between(&known, &none),
                                     clock_map_between(&none, &known)};
    static const char *const words[] = {"none", "issue_only", "return_only"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(maps[i].state, expected[i]);
        assert_string_equal(clock_map_word(maps[i].state), words[i]);
        assert_true(clock_map_true_ns(&maps[i], T0 + 5) == T0 + 5);
        assert_true(isnan(maps[i].drift_ppm));
    }
}

static void what_no_crystal_does_is_not_taken_for_drift(void **state)
{
    (void)state;
    struct clock_reading issue = reading(T0, 0);
    const struct clock_reading strange[] = {
        reading(T0 + 7 * DAY, 3600000), /* set to summer time */
        reading(T0 + 7 * DAY, -8.3e11), /* reset to 2000 */
        reading(T0, 10),
        reading(T0 - DAY, 10),         /* not later */
        reading(T0 + 7 * DAY, 604801), /* just above 1000 ppm */
        reading(T0 + 7 * DAY, 1e300)};
    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
        struct clock_map map = clock_map_between(&issue, &strange[i]);
        assert_int_equal(map.state, CLOCK_MAP_IMPLAUSIBLE);
        assert_true(clock_map_true_ns(&map, T0 + 5) == T0 + 5);
    }
    struct clock_reading limit = reading(T0 + 7 * DAY, 604800);
    assert_int_equal(clock_map_between(&issue, &limit).state, CLOCK_MAP_APPLIED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_readings_give_a_line_that_meets_them),
        cmocka_unit_test(there_and_back_is_the_same_nanosecond_and_order_is_kept),
        cmocka_unit_test(
            without_both_readings_nothing_is_changed_and_it_is_said_which_is_there),
        cmocka_unit_test(what_no_crystal_does_is_not_taken_for_drift),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
