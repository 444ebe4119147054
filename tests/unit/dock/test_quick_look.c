/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/dock/quick_look.h"

static struct analysis made(void)
{
    struct analysis analysis;
    analysis_init(&analysis);
    analysis.nights = mem_alloc(7, sizeof *analysis.nights);
    analysis.nonwear = mem_alloc(2, sizeof *analysis.nonwear);
    assert_non_null(analysis.nights);
    assert_non_null(analysis.nonwear);
    analysis.n_nights = 7;
    analysis.nights[2].exclude = EXCLUDE_NONWEAR | EXCLUDE_FEW_HOURS;
    analysis.nights[6].exclude = EXCLUDE_CUT; /* worn, but not counted */
    analysis.n_nights_valid = 5;
    analysis.n_nonwear = 2;
    analysis.nonwear[0] = (struct nonwear_bout){0, 90 * NS_PER_MIN, false};
    analysis.nonwear[1] = (struct nonwear_bout){0, 500 * NS_PER_MIN, true};
    analysis.info.start_ns = NS_PER_S;
    analysis.info.end_ns = 7 * 24 * NS_PER_H;
    analysis.report.n_samples = 1000;
    analysis.report.clipped_samples = 25;
    analysis.report.gaps = 2;
    read_report_add(&analysis.report, READ_EVENT_GAP, 0, 5 * NS_PER_MIN, 1, "");
    read_report_add(&analysis.report, READ_EVENT_GAP, NS_PER_H, 2 * NS_PER_H, 2, "");
    summary_range_add(&analysis.report.battery_v, 4.2);
    summary_range_add(&analysis.report.battery_v, 3.7);
    summary_range_add(&analysis.report.battery_v, 3.9);
    return analysis;
}

static void quick_look_counts_nights_gaps_and_battery(void **state)
{
    struct analysis analysis = made();
    struct download_result download = {.flat_axes = 0};
    struct quick_look look;
    (void)state;
    quick_look_of(&analysis, &download, TIME_UNKNOWN, TIME_UNKNOWN, &look);
    assert_int_equal(look.n_nights, 7);
    assert_int_equal(look.n_worn, 6);
    assert_int_equal(look.n_counted, 5);
    assert_int_equal(look.n_gaps, 2);
    assert_close(look.longest_gap_s, 3600, 0);
    assert_true(look.longest_gap_ns == NS_PER_H);
    assert_close(look.nonwear_min, 90, 1e-9);
    assert_close(look.clipped_pct, 2.5, 1e-9);
    assert_close(look.battery_first_v, 4.2, 1e-9);
    assert_close(look.battery_last_v, 3.9, 1e-9);
    assert_close(look.battery_min_v, 3.7, 1e-9);
    assert_false(look.ended_early);
    analysis_release(&analysis);
}

static void quick_look_says_what_is_strange_in_both_languages(void **state)
{
    struct analysis analysis = made();
    struct download_result download = {.flat_axes = 2};
    struct quick_look look;
    struct text text;
    (void)state;
    text_init(&text);
    quick_look_of(&analysis, &download, analysis.info.start_ns - 13 * NS_PER_H,
                  analysis.info.end_ns + 13 * NS_PER_H, &look);
    quick_look_add(&look, LANGUAGE_EN, &text);
    assert_string_equal(
        text_string(&text),
        "6 of 7 nights worn, 2 gaps (longest 60 min), battery 4.20 to 3.90 V, "
        "axis y did not move, clipped 2.5 %, began after its plan, ended before "
        "its plan");
    text_clear(&text);
    quick_look_add(&look, LANGUAGE_JA, &text);
    assert_non_null(strstr(text_string(&text), "着けていた晩 6/7"));
    assert_non_null(strstr(text_string(&text), "y軸が動いていません"));
    assert_non_null(strstr(text_string(&text), "予定よりおそく始まっています"));
    quick_look_of(&analysis, &download, analysis.info.start_ns - 11 * NS_PER_H,
                  analysis.info.end_ns + 11 * NS_PER_H, &look);
    assert_false(look.began_late || look.ended_early);
    text_release(&text);
    analysis_release(&analysis);
}

static void quick_look_says_nothing_of_what_is_unknown_or_empty(void **state)
{
    struct analysis analysis;
    struct download_result download = {.flat_axes = 0};
    struct quick_look look;
    struct text text;
    (void)state;
    text_init(&text);
    quick_look_init(&look);
    quick_look_add(&look, LANGUAGE_EN, &text);
    assert_int_equal(text.length, 0);
    analysis_init(&analysis);
    quick_look_of(&analysis, &download, TIME_UNKNOWN, TIME_UNKNOWN, &look);
    quick_look_add(&look, LANGUAGE_EN, &text);
    assert_int_equal(text.length, 0);
    analysis_release(&analysis);
    text_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quick_look_counts_nights_gaps_and_battery),
        cmocka_unit_test(quick_look_says_what_is_strange_in_both_languages),
        cmocka_unit_test(quick_look_says_nothing_of_what_is_unknown_or_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
