/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>

#include "src/dock/lend.h"
#include "tests/support/cwa_open.h"

static void first_nights_follow_the_wall_clock(void **state)
{
    (void)state;
    struct zone *london = open_zone("Europe/London");
    static const struct {
        const char *from, *to;
        struct civil_date first;
        int n;
    } cases[] = {
        {"2026-05-11T10:00", "2026-05-18T10:00", {2026, 5, 11}, 7},
        {"2026-05-11T21:00", "2026-05-12T09:00", {2026, 5, 11}, 1},
        {"2026-05-11T21:01", "2026-05-12T09:00", {2026, 5, 12}, 0},
        {"2026-05-11T21:01", "2026-05-13T09:00", {2026, 5, 12}, 1},
        {"2026-05-12T02:00", "2026-05-13T08:59", {2026, 5, 12}, 0},
        {"2026-10-24T20:00", "2026-10-26T09:00", {2026, 10, 24}, 2}, /* 25 hours */
        {"2026-03-28T20:00", "2026-03-29T09:00", {2026, 3, 28}, 1},  /* 23 hours */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t from = 0, to = 0;
        int n = -1;
        assert_true(zone_parse_iso(london, cases[i].from, &from));
        assert_true(zone_parse_iso(london, cases[i].to, &to));
        struct civil_date first = lend_first_night(london, from, to, &n);
        assert_int_equal(civil_compare(first, cases[i].first), 0);
        assert_int_equal(n, cases[i].n);
    }
    zone_close(london);
}

static void battery_and_memory_are_those_of_the_maker(void **state)
{
    (void)state;
    assert_close(lend_battery_days("AX3", 100, false), 13.5, 0);
    assert_close(lend_battery_days("AX3", 60, false), 13.5, 0); /* the next higher rate */
    assert_close(lend_battery_days("AX6", 100, true), 7, 0);
    assert_true(isnan(lend_battery_days("AX3", 400, false)));
    /* The FAQ's capacities: 119 009 040 packed samples, 79 357 440 of six axes. */
    assert_close(lend_memory_bytes("AX3", 100, false, 1190090.40) / 1e6, 507.8, 0.1);
    assert_close(lend_memory_bytes("AX6", 100, true, 793574.40) / 1e6, 1015.8, 0.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_nights_follow_the_wall_clock),
        cmocka_unit_test(battery_and_memory_are_those_of_the_maker),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
