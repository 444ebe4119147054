/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include "firmware-formats/timestamp.h"

static int64_t local_s(const char *text, const char *pattern)
{
    struct timestamp t;
    return timestamp_parse(text, pattern, &t) ? timestamp_local_ns(&t) / NS_PER_S : -1;
}

static void iso_times_are_read(void **state)
{
    (void)state;
    const int64_t expected = 1052319720; /* date -u -d '2003-05-07 15:02' +%s */
    assert_int_equal(local_s("2003-05-07 15:02:00", NULL), expected);
    assert_int_equal(local_s("2003-05-07T15:02", "iso"), expected);
    assert_int_equal(local_s("2003/5/7 15:02:00.500", NULL), expected);
    assert_int_equal(local_s("2003-05-07 15:02:00Z", NULL), expected);
    assert_int_equal(local_s("2003-05-07 15:02:00.439000+0100 [Europe/London]", NULL),
                     expected);
}

static void offsets_are_kept(void **state)
{
    (void)state;
    struct timestamp t;
    assert_true(timestamp_parse("2024-06-17T08:45:00+0100", NULL, &t));
    assert_true(t.has_offset);
    assert_int_equal(t.offset_s, 3600);
    assert_true(timestamp_parse("2018-08-14T15:30:00-04:30", NULL, &t));
    assert_int_equal(t.offset_s, -16200);
    assert_true(timestamp_parse("2018-08-14T15:30:00", NULL, &t));
    assert_false(t.has_offset);
}

static void what_is_no_time_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "2003-05-07",
                                        "15:02",
                                        "2003-02-30 10:00",
                                        "2003-05-07 24:00",
                                        "2003-05-07 15:60",
                                        "2003-05/07 15:00",
                                        "2003-05-07 15:00:00x",
                                        "2003-05-07 15:00+1",
                                        "2003-05-07 15:00 [Europe/London]"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(local_s(wrong[i], NULL), -1);
    }
}

static void patterns_are_followed(void **state)
{
    (void)state;
    const int64_t expected = 1052319720;
    assert_int_equal(local_s("07.05.2003 15:02", "%d.%m.%Y %H:%M"), expected);
    assert_int_equal(local_s("5/7/03 03:02:00 PM", "%m/%d/%y %I:%M:%S %p"), expected);
    assert_int_equal(local_s("07-May-2003  15:02", "%d-%b-%Y %H:%M"), expected);
    assert_int_equal(local_s("07.05.2003 13:02 PM", "%d.%m.%Y %I:%M %p"), -1);
    assert_int_equal(local_s("07.05.2003", "%d.%m.%Y %H:%M"), -1);
    assert_int_equal(local_s("1052319720", "unix_s"), expected);
    assert_int_equal(local_s("1052319720000", "unix_ms"), expected);
    assert_int_equal(local_s("1052319720000000000", "unix_ns"), expected);
    assert_int_equal(local_s("99999999999999999999", "unix_ns"), -1);
}

static void patterns_are_checked(void **state)
{
    (void)state;
    assert_true(timestamp_pattern_is_valid("iso"));
    assert_true(timestamp_pattern_is_valid("%d.%m.%Y %H:%M"));
    assert_false(timestamp_pattern_is_valid("%d.%m.%Y"));
    assert_false(timestamp_pattern_is_valid("%d.%m.%Y %I:%M"));
    assert_false(timestamp_pattern_is_valid("%d.%m.%Y %H:%M%"));
    assert_false(timestamp_pattern_is_valid("%q"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(iso_times_are_read),         cmocka_unit_test(offsets_are_kept),
        cmocka_unit_test(what_is_no_time_is_refused), cmocka_unit_test(patterns_are_followed),
        cmocka_unit_test(patterns_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
