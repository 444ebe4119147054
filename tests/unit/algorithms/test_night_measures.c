/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <string.h>

#include "algorithms/night_measures.h"

enum { N = 600 }; /* minutes */

static struct epoch_series epochs;
static struct parameters parameters;
static float weight[N];
static uint8_t asleep[N];
static struct rest_series series;

/* Asleep from minute 100 to 500, awake before and after. */
static int setup(void **context)
{
    (void)context;
    epoch_series_init(&epochs);
    epochs.epoch_s = 60;
    assert_int_equal(epoch_series_resize(&epochs, N, NULL), YK_OK);
    epochs.t0_ns = 0;
    assert_int_equal(parameters_of_recipe(RECIPE_DEFAULT, &parameters, NULL), YK_OK);
    for (int i = 0; i < N; i++) {
        asleep[i] = i >= 100 && i < 500;
        weight[i] = asleep[i] != 0 ? 1 : -2;
    }
    rest_series_init(&series);
    series.epochs = &epochs;
    series.parameters = &parameters;
    series.n = N;
    series.per_min = 1;
    series.weight = weight;
    series.asleep = asleep;
    return 0;
}

static int teardown(void **context)
{
    (void)context;
    epoch_series_release(&epochs);
    return 0;
}

static const struct rest_span night_span = {.first = 100, .end = 500, .sum = 400};

static void wake_and_unknown_are_told_apart(void **context)
{
    (void)context;
    memset(asleep + 200, 0, 10);
    memset(asleep + 300, 0, 3);
    for (int i = 400; i < 430; i++) {
        epochs.state[i] |= STATE_UNKNOWN;
    }
    epochs.state[450] |= STATE_NONWEAR | STATE_NONWEAR_STILL;
    struct night night;
    night_init(&night);
    night_measure(&series, night_span, &night);
    assert_close(night.spt_min, 400, 0);
    assert_close(night.waso_min, 13, 1e-9);
    assert_close(night.tst_min, 400 - 13 - 31, 1e-9);
    assert_close(night.awakenings_n, 2, 0);
    assert_close(night.maintenance_pct, 100 * 356.0 / 400, 1e-9);
    assert_close(night.nonwear_in_spt_pct, 0.25, 1e-9);
    assert_close(night.nonwear_stillness_in_spt_pct, 0.25, 1e-9);
    assert_true(isnan(night.sol_min));
    assert_true(isnan(night.efficiency_pct));
}

static void bed_times_bring_latency_and_efficiency(void **context)
{
    (void)context;
    struct night night;
    night_init(&night);
    night.lights_out_ns = 80 * NS_PER_MIN;
    night.out_of_bed_ns = 520 * NS_PER_MIN;
    night_measure(&series, night_span, &night);
    assert_close(night.sol_min, 20, 0);
    assert_close(night.tib_min, 440, 0); /* into bed is unknown: from lights out */
    assert_close(night.efficiency_pct, 100 * 400.0 / 440, 1e-9);
}

static void confidence_follows_its_formula(void **context)
{
    (void)context;
    assert_close(night_confidence(&series, night_span, 0), 1, 1e-9);
    assert_close(night_confidence(&series, night_span, 200), 0.75, 1e-9);
    assert_close(night_confidence(&series, night_span, 1e9), 0.5, 1e-9);
    for (int i = 40; i < 100; i++) { /* the hour before is as restful as the night */
        weight[i] = 1;
    }
    assert_close(night_confidence(&series, night_span, 0), 0.4 + 0.6 * 0.5, 1e-9);
    for (int i = 100; i < 200; i++) {
        epochs.state[i] |= STATE_NONWEAR;
        weight[i] = REST_WEIGHT_UNKNOWN;
    }
    assert_close(night_confidence(&series, night_span, 0), 0.75 * 0.7, 1e-9);
    for (int i = 0; i < 40; i++) {
        weight[100 + i] = 1; /* a rule that gives whole intervals weighs what is unknown, too */
        weight[200 + i] = -1;
    }
    double inside = (300.0 - 40) / 300;
    assert_close(rest_series_share(&series, night_span.first, night_span.end), inside, 1e-9);
    assert_close(night_confidence(&series, night_span, 0), 0.75 * (0.4 + 0.6 * (inside - 0.5)),
                 1e-9);
}

static void missing_hours_count_as_invalid(void **context)
{
    (void)context;
    assert_close(night_invalid_share(&series, 0, N * NS_PER_MIN), 0, 1e-12);
    assert_close(night_invalid_share(&series, -N * NS_PER_MIN, N * NS_PER_MIN), 0.5, 1e-12);
    epochs.state[0] |= STATE_EXCLUDED;
    assert_close(night_invalid_share(&series, 0, 100 * NS_PER_MIN), 0.01, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(wake_and_unknown_are_told_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(bed_times_bring_latency_and_efficiency, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(confidence_follows_its_formula, setup, teardown),
        cmocka_unit_test_setup_teardown(missing_hours_count_as_invalid, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
