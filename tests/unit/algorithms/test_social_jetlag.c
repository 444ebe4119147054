/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>

#include "algorithms/social_jetlag.h"

static void later_free_days_are_positive_and_debt_is_taken_off(void **state)
{
    (void)state;
    const struct sleep_night n[] = {
        {0, 27, 7, false}, {1, 27.5, 7, false}, {2, 26.5, 7, false},
        {3, 29, 9, true},  {4, 30, 9, true},
    };
    struct social_jetlag s = social_jetlag_of(n, 5);
    assert_close(s.msw_h, 27, 1e-12);
    assert_close(s.msf_h, 29.5, 1e-12);
    assert_close(s.difference_h, 2.5, 1e-12);
    /* week mean (3*7 + 2*9)/5 = 7.8: 29.5 - (9 - 7.8)/2 */
    assert_close(s.msf_sc_h, 28.9, 1e-12);
    double expected =
        (hypot(27.5 - 28.9, 0.5) + hypot(26.5 - 28.9, -1) + hypot(0.1, 2.5) + hypot(1.1, 1)) /
        4;
    assert_close(s.composite_phase_deviation_h, expected, 1e-12);
}

static void sleep_before_midnight_and_after_it_are_near(void **state)
{
    (void)state;
    const struct sleep_night n[] = {
        {0, 23.5, 7, false}, {1, 24.5, 7, false}, {2, 0.5, 7, true}};
    struct social_jetlag s = social_jetlag_of(n, 3);
    assert_close(s.msw_h, 24, 1e-12);
    assert_close(s.difference_h, 0.5, 1e-12);
}

/* Slept 14:00 after a shift, then around 2:00: twelve hours away, on either side. */
static void an_unusual_first_night_does_not_part_the_others(void **state)
{
    (void)state;
    const struct sleep_night n[] = {
        {0, 38, 7, true},      {1, 25.875, 7, false}, {2, 26.125, 7, false},
        {3, 25.875, 7, false}, {4, 26.125, 7, false},
    };
    struct social_jetlag s = social_jetlag_of(n, 5);
    assert_close(fmod(s.msw_h, 24), 2, 1e-9);
    assert_close(fabs(s.difference_h), 12, 1e-9);
}

static void one_kind_of_nights_has_no_social_jetlag(void **state)
{
    (void)state;
    const struct sleep_night n[] = {{0, 27, 7, false}, {1, 28, 7, false}, {5, 27, 7, false}};
    struct social_jetlag s = social_jetlag_of(n, 3);
    assert_true(isnan(s.difference_h) && isnan(s.msf_sc_h));
    /* around the mean 27.333; the night after a hole is left out */
    assert_close(s.composite_phase_deviation_h, hypot(28 - 82.0 / 3, 1), 1e-12);
    s = social_jetlag_of(n, 0);
    assert_true(isnan(s.msw_h));
}

static void the_middle_of_sleep_is_found_across_midnight(void **state)
{
    (void)state;
    uint8_t asleep[24] = {0};
    for (int h = 0; h < 24; h++) {
        asleep[h] = h >= 22 || h <= 4 ? 1 : 255; /* starts 22 23 0 1 2 3 4: middle 1:00 */
    }
    assert_close(midsleep_of_states(asleep, 24, 3600, 0), 60, 1e-9);
    for (int h = 0; h < 24; h++) {
        asleep[h] = 0;
    }
    assert_true(isnan(midsleep_of_states(asleep, 24, 3600, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(later_free_days_are_positive_and_debt_is_taken_off),
        cmocka_unit_test(sleep_before_midnight_and_after_it_are_near),
        cmocka_unit_test(an_unusual_first_night_does_not_part_the_others),
        cmocka_unit_test(one_kind_of_nights_has_no_social_jetlag),
        cmocka_unit_test(the_middle_of_sleep_is_found_across_midnight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
