/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/base/zone.h"
#include "tests/support/alloc.h"
#include "tests/support/cwa_open.h"

static int64_t at(const struct zone *zone, const char *text)
{
    int64_t ns = 0;
    assert_true(zone_parse_iso(zone, text, &ns));
    return ns;
}

static void check_iso(const struct zone *zone, int64_t ns, const char *expected)
{
    char out[40];
    zone_format_iso(zone, ns, 0, out);
    assert_string_equal(out, expected);
}

/* The C library reads the same zone data through its own code: an independent oracle. */
static void offsets_agree_with_the_library_from_1900_to_2100(void **state)
{
    (void)state;
    static const char *const names[] = {
        "Europe/London",    "Asia/Tokyo",        "America/Sao_Paulo", "Australia/Lord_Howe",
        "America/New_York", "Africa/Casablanca", "Asia/Kathmandu",    "Pacific/Apia",
        "Europe/Dublin",    "America/St_Johns",  "Antarctica/Troll",  "Asia/Kolkata"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct zone *zone = open_zone(names[i]);
        assert_string_equal(zone_name(zone), names[i]);
        setenv("TZ", names[i], 1);
        tzset();
        /* GLib 2.74 gets Ireland's negative summer time wrong beyond the table of the zone
         * file, which ends in 2037. */
        bool is_dublin = strcmp(names[i], "Europe/Dublin") == 0;
        int64_t end = is_dublin ? INT64_C(2145916800) : INT64_C(4102444800);
        for (int64_t s = INT64_C(-2208988800); s < end; s += 39119) {
            time_t t = (time_t)s;
            struct tm tm;
            localtime_r(&t, &tm); /* lint: oracle */
            int64_t ns = s * NS_PER_S;
            if (zone_offset_s(zone, ns) != tm.tm_gmtoff) {
                print_error("%s at %lld\n", names[i], (long long)s);
                assert_int_equal(zone_offset_s(zone, ns), tm.tm_gmtoff);
            }
            struct civil_time c = zone_civil(zone, ns);
            assert_int_equal(c.date.day, tm.tm_mday);
            assert_int_equal(c.second_of_day, tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec);
            int64_t back =
                zone_instant(zone, c); /* the first of two when the hour is doubled */
            assert_true(back == ns || (back < ns && ns - back <= 4 * NS_PER_H));
        }
        zone_close(zone);
    }
    unsetenv("TZ");
    tzset();
}

static void london_changes_at_one_utc(void **state)
{
    (void)state;
    struct zone *zone = open_zone("Europe/London");
    int64_t spring = at(zone, "2024-03-31T01:00Z"), autumn = at(zone, "2024-10-27T01:00Z");
    assert_true(zone_next_change_ns(zone, at(zone, "2024-01-01T00:00Z")) == spring);
    assert_true(zone_next_change_ns(zone, spring - 1) == spring);
    assert_true(zone_next_change_ns(zone, spring) == autumn);
    assert_int_equal(zone_offset_s(zone, spring - 1), 0);
    assert_int_equal(zone_offset_s(zone, spring), 3600);
    /* 1:30 does not exist: the instant of the change. 1:30 exists twice: the first. */
    assert_true(at(zone, "2024-03-31T01:30") == spring);
    assert_true(at(zone, "2024-10-27T01:30") == autumn - NS_PER_H / 2);
    check_iso(zone, autumn - NS_PER_H / 2, "2024-10-27T01:30:00+01:00");
    check_iso(zone, autumn + NS_PER_H / 2, "2024-10-27T01:30:00+00:00");
    /* The year 2050 lies beyond the explicit table of the zone file. */
    assert_int_equal(zone_offset_s(zone, at(zone, "2050-07-01T00:00Z")), 3600);
    struct civil_date day = {2024, 3, 31}, next = {2024, 4, 1};
    assert_true(zone_instant_of_day(zone, next, 0) - zone_instant_of_day(zone, day, 0) ==
                23 * NS_PER_H);
    assert_true(zone_instant_of_day(zone, day, 86400) == zone_instant_of_day(zone, next, 0));
    zone_close(zone);
}

static void sao_paulo_midnight_is_missing_in_spring(void **state)
{
    (void)state;
    struct zone *zone = open_zone("America/Sao_Paulo");
    int64_t change = at(zone, "2018-11-04T03:00Z");
    assert_true(zone_instant_of_day(zone, (struct civil_date){2018, 11, 4}, 0) == change);
    check_iso(zone, change, "2018-11-04T01:00:00-02:00");
    check_iso(zone, change - NS_PER_S, "2018-11-03T23:59:59-03:00");
    /* Summer time was given up in 2019. */
    assert_true(zone_next_change_ns(zone, at(zone, "2019-06-01T00:00Z")) == INT64_MAX);
    zone_close(zone);
}

static void lord_howe_moves_by_half_an_hour(void **state)
{
    (void)state;
    struct zone *zone = open_zone("Australia/Lord_Howe");
    int64_t autumn = at(zone, "2024-04-06T15:00Z");
    assert_int_equal(zone_offset_s(zone, autumn - 1), 11 * 3600);
    assert_int_equal(zone_offset_s(zone, autumn), 10 * 3600 + 1800);
    assert_true(at(zone, "2024-04-07T01:45") == autumn - 15 * NS_PER_MIN);
    assert_true(at(zone, "2024-04-07T01:29") == autumn - 31 * NS_PER_MIN);
    assert_true(at(zone, "2024-04-07T02:00") == autumn + 30 * NS_PER_MIN);
    zone_close(zone);
}

static void tokyo_is_nine_hours_ahead_and_had_summer_time_once(void **state)
{
    (void)state;
    struct zone *zone = open_zone("Asia/Tokyo");
    check_iso(zone, 0, "1970-01-01T09:00:00+09:00");
    check_iso(zone, -NS_PER_S, "1970-01-01T08:59:59+09:00");
    check_iso(zone, at(zone, "1950-07-01T00:00Z"), "1950-07-01T10:00:00+10:00");
    char out[40];
    zone_format_iso(zone, at(zone, "2024-06-17T08:31:20.0004"), 3, out);
    assert_string_equal(out, "2024-06-17T08:31:20.000+09:00");
    zone_format_iso(zone, at(zone, "2024-06-17T08:31:20.9996"), 3, out);
    assert_string_equal(out, "2024-06-17T08:31:21.000+09:00");
    zone_format_iso(zone, TIME_UNKNOWN, 3, out);
    assert_string_equal(out, "");
    zone_close(zone);
}

static void clock_hours_follow_the_wall_clock(void **state)
{
    (void)state;
    struct zone *zone = open_zone("Europe/London");
    struct civil_date evening = {2024, 3, 30};
    assert_close(zone_clock_h(zone, evening, at(zone, "2024-03-30T23:30")), 23.5, 1e-12);
    /* Two o'clock after the spring change is 26.0 although only 25 hours have passed. */
    assert_close(zone_clock_h(zone, evening, at(zone, "2024-03-31T02:00")), 26, 1e-12);
    assert_close(zone_clock_h(zone, evening, at(zone, "2024-03-31T07:00")), 31, 1e-12);
    assert_close(zone_clock_h(zone, evening, TIME_UNKNOWN), NAN, 0);
    zone_close(zone);
}

static void times_are_read_in_many_forms(void **state)
{
    (void)state;
    struct zone *zone = open_zone("Asia/Tokyo");
    int64_t expected = at(zone, "2026-05-12T14:10:00Z");
    static const char *const same[] = {"2026-05-12T23:10",          "2026-05-12 23:10",
                                       "2026/5/12 23:10:00",        "2026-05-12T23:10:00.0",
                                       "2026-05-12T23:10:00+09:00", "2026-05-12T15:10+0100",
                                       "2026-05-12T07:10-07:00",    "2026-05-12T15:10+01"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        assert_true(at(zone, same[i]) == expected);
    }
    assert_true(at(zone, "2026-05-12") == at(zone, "2026-05-11T24:00"));
    static const char *const bad[] = {"",
                                      "2026-05-12T",
                                      "2026-05-12T9:10",
                                      "2026-05-12T25:00",
                                      "2026-05-12T24:01",
                                      "2026-05-12T23:60",
                                      "2026-05-12T23:10:",
                                      "2026-05-12T23:10x",
                                      "2026-05-12T23:10:00.",
                                      "2026-05-12T23:10+9",
                                      "1500-01-01T00:00",
                                      "2026-05-12T23:10+0:900"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t ns = 5;
        if (zone_parse_iso(zone, bad[i], &ns)) {
            print_error("accepted: %s\n", bad[i]);
            fail();
        }
        assert_true(ns == 5);
    }
    zone_close(zone);
}

static void fixed_offsets_are_zones_too(void **state)
{
    (void)state;
    struct zone *zone = open_zone("+09:00");
    assert_int_equal(zone_offset_s(zone, 0), 32400);
    assert_true(zone_next_change_ns(zone, 0) == INT64_MAX);
    zone_close(zone);
    zone = open_zone("-03:30");
    check_iso(zone, 0, "1969-12-31T20:30:00-03:30");
    zone_close(zone);
    zone = open_zone("UTC");
    check_iso(zone, 0, "1970-01-01T00:00:00+00:00");
    zone_close(zone);
}

static void unknown_zones_name_the_nearest(void **state)
{
    (void)state;
    struct zone *zone = NULL;
    struct failure why;
    assert_int_equal(zone_open("Asia/Tokio", &zone, &why), YK_ERR_ARGUMENT);
    assert_non_null(strstr(why.text, "no time zone \"Asia/Tokio\"; nearest: Asia/Tokyo"));
    assert_int_equal(zone_open("tokyo", &zone, &why), YK_ERR_ARGUMENT);
    assert_non_null(strstr(why.text, "nearest: Asia/Tokyo"));
    static const char *const unlike_any[] = {"東京", "JST", "日本"};
    for (size_t i = 0; i < sizeof unlike_any / sizeof *unlike_any; i++) {
        assert_int_equal(zone_open(unlike_any[i], &zone, &why), YK_ERR_ARGUMENT);
        assert_non_null(strstr(why.text, "write region and city as Asia/Tokyo"));
    }
    assert_int_equal(zone_open("x夜夜夜夜夜夜夜夜夜夜夜夜夜夜夜夜", &zone, &why),
                     YK_ERR_ARGUMENT);
    assert_non_null(strstr(why.text, "\"x夜夜夜夜夜夜夜夜夜夜夜夜夜夜夜\"; write"));
    static const char *const bad[] = {"",       "../etc/passwd", "/etc/localtime",
                                      "JST-9",  "Asia",          "Asia/Tokyo\n",
                                      "+25:00", "zone1970.tab"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(zone_open(bad[i], &zone, &why), YK_ERR_ARGUMENT);
    }
    assert_null(zone);
}

static void the_system_zone_opens(void **state)
{
    (void)state;
    struct zone *zone = NULL;
    bool is_guess = false;
    assert_int_equal(zone_open_system(&zone, &is_guess, NULL), YK_OK);
    struct zone *same = NULL, *named = NULL;
    assert_true(strlen(zone_name(zone)) > 0);
    assert_int_equal(zone_open_or_system("", &same, NULL), YK_OK);
    assert_int_equal(zone_open_or_system("Asia/Tokyo", &named, NULL), YK_OK);
    assert_string_equal(zone_name(same), zone_name(zone));
    assert_string_equal(zone_name(named), "Asia/Tokyo");
    zone_close(named);
    zone_close(same);
    zone_close(zone);
    zone_close(NULL);
}

static void refused_memory_is_a_failure(void **state)
{
    (void)state;
    struct zone *zone = NULL;
    for (uint64_t k = 1;; k++) {
        alloc_fail_at(k);
        enum yk_status status = zone_open("Asia/Tokyo", &zone, NULL);
        bool refused = alloc_end(status, YK_OK);
        if (!refused) {
            break;
        }
        assert_null(zone);
    }
    zone_close(zone);
}

static void a_moved_zone_shows_the_same_wall_clock_later(void **state)
{
    (void)state;
    struct zone *london = NULL, *moved = NULL;
    assert_int_equal(zone_open("Europe/London", &london, NULL), YK_OK);
    for (int weeks = -26; weeks <= 26; weeks += 13) {
        const int64_t by = (int64_t)weeks * 7 * 24 * NS_PER_H;
        assert_int_equal(zone_moved(london, by, &moved, NULL), YK_OK);
        /* From the day before the change of 29 March 2026 to the day after, hour by hour. */
        int64_t from = zone_instant(london, (struct civil_time){.date = {2026, 3, 28}});
        for (int h = 0; h < 72; h++) {
            int64_t at = from + h * NS_PER_H;
            assert_int_equal(zone_offset_s(moved, at + by), zone_offset_s(london, at));
        }
        zone_close(moved);
    }
    zone_close(london);
}

static void check_offsets(const struct zone *zone, struct civil_date date, int hour, int minute,
                          int n, int32_t first_s, int32_t second_s)
{
    int32_t offset_s[2] = {0, 0};
    struct civil_time local = {date, hour * 3600 + minute * 60, 0};
    assert_int_equal(zone_offsets(zone, local, offset_s), n);
    assert_int_equal(offset_s[0], first_s);
    assert_int_equal(offset_s[1], second_s);
}

static void an_hour_that_exists_twice_or_never_has_two_offsets(void **state)
{
    (void)state;
    struct zone *zone = open_zone("Europe/Oslo");
    const struct civil_date spring = {2024, 3, 31}, autumn = {2024, 10, 27};
    check_offsets(zone, spring, 1, 59, 1, 3600, 3600);
    check_offsets(zone, spring, 2, 0, 0, 3600, 7200);
    check_offsets(zone, spring, 2, 59, 0, 3600, 7200);
    check_offsets(zone, spring, 3, 0, 1, 7200, 7200);
    check_offsets(zone, autumn, 1, 59, 1, 7200, 7200);
    check_offsets(zone, autumn, 2, 0, 2, 7200, 3600);
    check_offsets(zone, autumn, 2, 59, 2, 7200, 3600);
    check_offsets(zone, autumn, 3, 0, 1, 3600, 3600);
    zone_close(zone);
    zone = open_zone("Australia/Lord_Howe"); /* half an hour; 2024-04-07 02:00 back to 01:30 */
    check_offsets(zone, (struct civil_date){2024, 4, 7}, 1, 29, 1, 39600, 39600);
    check_offsets(zone, (struct civil_date){2024, 4, 7}, 1, 30, 2, 39600, 37800);
    check_offsets(zone, (struct civil_date){2024, 4, 7}, 2, 0, 1, 37800, 37800);
    zone_close(zone);
    zone = open_zone("+09:00");
    check_offsets(zone, spring, 2, 30, 1, 32400, 32400);
    zone_close(zone);
}

static void a_name_is_checked_without_opening_it(void **state)
{
    (void)state;
    struct failure why;
    assert_int_equal(zone_check("Asia/Tokyo", &why), YK_OK);
    assert_int_equal(zone_check("", &why), YK_OK);
    assert_int_equal(zone_check(NULL, &why), YK_OK);
    assert_int_equal(zone_check("Asia/Tokio", &why), YK_ERR_ARGUMENT);
    assert_non_null(strstr(why.text, "Asia/Tokyo"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_moved_zone_shows_the_same_wall_clock_later),
        cmocka_unit_test(offsets_agree_with_the_library_from_1900_to_2100),
        cmocka_unit_test(london_changes_at_one_utc),
        cmocka_unit_test(sao_paulo_midnight_is_missing_in_spring),
        cmocka_unit_test(lord_howe_moves_by_half_an_hour),
        cmocka_unit_test(tokyo_is_nine_hours_ahead_and_had_summer_time_once),
        cmocka_unit_test(clock_hours_follow_the_wall_clock),
        cmocka_unit_test(times_are_read_in_many_forms),
        cmocka_unit_test(fixed_offsets_are_zones_too),
        cmocka_unit_test(unknown_zones_name_the_nearest),
        cmocka_unit_test(the_system_zone_opens),
        cmocka_unit_test(an_hour_that_exists_twice_or_never_has_two_offsets),
        cmocka_unit_test(refused_memory_is_a_failure),
        cmocka_unit_test(a_name_is_checked_without_opening_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
