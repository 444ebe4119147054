/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recipe actiware inside the rest intervals of two Actiware exports: the sleep intervals that
 * the maker's software found there.
 */
#include "tests/support/check.h"

#include <math.h>
#include <string.h>

#include "algorithms/sleep_default.h"
#include "tests/support/count_file.h"

static bool is_interval(const struct read_event *event, const char *name)
{
    return event->kind == READ_EVENT_INTERVAL && strcmp(event->detail, name) == 0;
}

/* Epochs by which our start and end differ from theirs, over all rest intervals. */
struct outcome {
    size_t intervals, starts, ends; /* equal ones */
};

static void compare(const struct rest_series *series, const struct read_report *report,
                    struct outcome *out)
{
    int64_t t0_ns = series->epochs->t0_ns, step_ns = series->epochs->epoch_s * NS_PER_S;
    for (size_t r = 0; r < report->n_events; r++) {
        const struct read_event *rest = &report->events[r];
        for (size_t s = 0; s < report->n_events && is_interval(rest, "rest"); s++) {
            const struct read_event *sleep = &report->events[s];
            if (!is_interval(sleep, "sleep") || sleep->start_ns < rest->start_ns ||
                sleep->end_ns > rest->end_ns) {
                continue;
            }
            size_t first = (size_t)((rest->start_ns - t0_ns) / step_ns);
            size_t end = (size_t)((rest->end_ns - t0_ns) / step_ns);
            struct rest_span span = rest_series_refine(series, first, end, first, end);
            out->intervals++;
            out->starts += t0_ns + (int64_t)span.first * step_ns == sleep->start_ns;
            out->ends += t0_ns + (int64_t)span.end * step_ns == sleep->end_ns;
        }
    }
}

static void sleep_intervals_are_actiwares(void **state)
{
    (void)state;
    static const char *const files[] = {"data/counts/test_sample_rpx_eng.csv",
                                        "data/counts/test_sample_rpx_ger_no_light.csv"};
    struct outcome outcome = {0};
    for (size_t f = 0; f < 2; f++) {
        SHARED_OR_SKIP(path, files[f]);
        struct count_file file;
        struct analysis analysis;
        struct rest_series series;
        count_file_read(&file, path, "UTC", NULL);
        assert_int_equal(file.status, YK_END);
        analysis_init(&analysis);
        rest_series_init(&series);
        assert_int_equal(
            parameters_of_recipe(RECIPE_ACTIWARE, &analysis.made_by.parameters, NULL), YK_OK);
        analysis.info = file.source->info;
        analysis.epochs = file.epochs; /* lent */
        assert_int_equal(rest_series_make(&series, &analysis, file.zone, NULL), YK_OK);
        assert_string_equal(series.method, "best-sum+oakley");
        compare(&series, &file.source->report, &outcome);
        rest_series_release(&series);
        epoch_series_init(&analysis.epochs);
        analysis_release(&analysis);
        count_file_close(&file);
    }
    print_message("%zu intervals: %zu starts and %zu ends equal\n", outcome.intervals,
                  outcome.starts, outcome.ends);
    assert_true(outcome.intervals >= 14);
    assert_int_equal(outcome.starts, outcome.intervals);
    assert_true(outcome.ends + 1 >= outcome.intervals); /* the one the reference knows, too */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sleep_intervals_are_actiwares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
