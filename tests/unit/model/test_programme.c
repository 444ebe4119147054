/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The programme calendar: steps, days, weeks; the programme of the worked week.
 */
#include "tests/support/check.h"

#include <limits.h>

#include "src/model/programme.h"

static struct civil_date day(int month, int d)
{
    return (struct civil_date){2026, (int8_t)month, (int8_t)d};
}

static const struct programme_step start = {.from = {2026, 5, 4},
                                            .stage = "導入期",
                                            .days = 0x1b,
                                            .start_min = 600,
                                            .end_min = 900,
                                            .commute_min = 50,
                                            .ready_min = 60};
static const struct programme_step later = {.from = {2026, 6, 1},
                                            .stage = "応用期",
                                            .days = 0x1f,
                                            .start_min = 540,
                                            .end_min = 960,
                                            .commute_min = 50,
                                            .ready_min = 60};

static void the_step_in_force_is_the_last_that_began(void **state)
{
    (void)state;
    struct programme programme;
    programme_init(&programme);
    assert_int_equal(programme_put(&programme, &later, NULL), YK_OK);
    assert_int_equal(programme_put(&programme, &start, NULL), YK_OK);
    assert_null(programme_on(&programme, day(5, 3)));
    assert_string_equal(programme_on(&programme, day(5, 31))->stage, "導入期");
    assert_string_equal(programme_on(&programme, day(6, 1))->stage, "応用期");
    assert_int_equal(programme_next(&programme, day(5, 17))->start_min, 540);
    assert_null(programme_next(&programme, day(6, 1)));
    struct programme_step changed = later;
    changed.start_min = 570;
    assert_int_equal(programme_put(&programme, &changed, NULL), YK_OK);
    assert_int_equal(programme.n, 2);
    assert_int_equal(programme_on(&programme, day(6, 2))->start_min, 570);
    programme_release(&programme);
    programme_release(&programme);
}

static void weeks_count_from_the_first_step_with_days(void **state)
{
    (void)state;
    struct programme programme;
    programme_init(&programme);
    struct programme_step before = {.from = {2026, 4, 20},
                                    .start_min = -1,
                                    .end_min = -1,
                                    .commute_min = -1,
                                    .ready_min = -1};
    assert_int_equal(programme_week(&programme, day(5, 4)), INT_MIN);
    assert_int_equal(programme_put(&programme, &before, NULL), YK_OK);
    assert_int_equal(programme_put(&programme, &start, NULL), YK_OK);
    assert_int_equal(programme_week(&programme, day(5, 4)), 1);
    assert_int_equal(programme_week(&programme, day(5, 10)), 1);
    assert_int_equal(programme_week(&programme, day(5, 11)), 2);
    assert_int_equal(programme_week(&programme, day(5, 3)), 0);
    programme_release(&programme);
}

static void the_latest_useful_waking_is_start_less_commute_less_getting_ready(void **state)
{
    (void)state;
    assert_int_equal(programme_latest_wake_min(&start), 8 * 60 + 10);
    assert_int_equal(programme_latest_wake_min(&later), 7 * 60 + 10);
    struct programme_step unknown = start;
    unknown.commute_min = -1;
    assert_int_equal(programme_latest_wake_min(&unknown), INT_MIN);
    assert_int_equal(programme_latest_wake_min(NULL), INT_MIN);
    assert_true(programme_is_day(&start, day(5, 12)));  /* Tuesday */
    assert_false(programme_is_day(&start, day(5, 13))); /* Wednesday */
    assert_false(programme_is_day(NULL, day(5, 12)));
}

static void days_are_read_in_both_languages(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_good;
        unsigned days;
    } cases[] = {
        {"Mon,Wed,Fri", true, 0x15},  {"月水金", true, 0x15}, {"月、水、金", true, 0x15},
        {"月曜日・水曜", true, 0x05}, {"土日", true, 0x60},   {"mon tue", true, 0x03},
        {"Mon-Fri", true, 0x1f},      {"月〜金", true, 0x1f}, {"毎日", true, 0x7f},
        {"Monday/Thursday", true, 9}, {"", true, 0},          {"Mon,Xyz", false, 0},
        {"Fri-Mon", false, 0},        {"月水金x", false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned days = 0;
        assert_int_equal(programme_days_parse(cases[i].text, &days), cases[i].is_good);
        assert_int_equal(days, cases[i].days);
    }
    char text[32];
    programme_days_format(0x7f, text);
    assert_string_equal(text, "Mon,Tue,Wed,Thu,Fri,Sat,Sun");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_step_in_force_is_the_last_that_began),
        cmocka_unit_test(weeks_count_from_the_first_step_with_days),
        cmocka_unit_test(the_latest_useful_waking_is_start_less_commute_less_getting_ready),
        cmocka_unit_test(days_are_read_in_both_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
