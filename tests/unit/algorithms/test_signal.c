/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/counts.h"
#include "algorithms/signal.h"
#include "src/base/clock.h"
#include "tests/support/alloc.h"
#include "tests/support/made_recording.h"

struct made { /* everything signal_analyze() gives */
    struct calibration calibration;
    struct epoch_series epochs;
    struct quarter_series quarters;
    struct failure why;
    enum yk_status status;
};

static struct parameters defaults(void)
{
    struct parameters p;
    assert_int_equal(parameters_of_recipe(RECIPE_DEFAULT, &p, NULL), YK_OK);
    return p;
}

static void analyze_with(const struct made_plan *plan, const struct parameters *parameters,
                         struct job *job, struct made *out)
{
    memset(out, 0, sizeof *out);
    calibration_init(&out->calibration);
    epoch_series_init(&out->epochs);
    quarter_series_init(&out->quarters);
    struct recording_source *source = made_recording_open(plan);
    out->status = signal_analyze(source, NULL, parameters, &out->calibration, &out->epochs,
                                 &out->quarters, job, &out->why);
    recording_source_close(source);
}

static void analyze(const struct made_plan *plan, struct made *out)
{
    struct parameters p = defaults();
    analyze_with(plan, &p, NULL, out);
}

static void release(struct made *made)
{
    epoch_series_release(&made->epochs);
    quarter_series_release(&made->quarters);
}

static void assert_same_column(const struct made *a, const struct made *b,
                               enum epoch_column column, double tolerance)
{
    assert_int_equal(a->epochs.n, b->epochs.n);
    for (size_t k = 0; k < a->epochs.n; k++) {
        double x = (double)a->epochs.column[column][k], y = (double)b->epochs.column[column][k];
        if (!(isnan(x) && isnan(y)) && fabs(x - y) > tolerance) {
            print_error("%s, epoch %zu\n", epoch_column_name(column), k);
        }
        assert_close(x, y, tolerance);
    }
}

/* Long enough for all lanes, with a gap longer than a lane and a fast clock. */
static struct made_plan a_long_day(void)
{
    static const struct made_gap gaps[] = {{25 * 3600 * 5 / 120 * 120, 700.0, false},
                                           {25 * 3600 * 9 / 120 * 120, 3 * 3600.0, true}};
    struct made_plan plan;
    made_plan_init(&plan);
    plan.true_rate_hz = 25.02;
    plan.n_samples = 25 * 3600 * 18;
    plan.gaps = gaps;
    plan.n_gaps = 2;
    return plan;
}

static void lanes_give_what_one_sequence_gives(void **state)
{
    (void)state;
    struct made_plan plan = a_long_day();
    struct made lanes, sequence;
    analyze(&plan, &lanes);
    plan.cannot_open_at = true;
    analyze(&plan, &sequence);
    assert_int_equal(lanes.status, YK_OK);
    assert_int_equal(sequence.status, YK_OK);
    for (int c = 0; c < EPOCH_COLUMN_COUNT; c++) {
        assert_int_equal(lanes.epochs.column[c] != NULL, sequence.epochs.column[c] != NULL);
        if (lanes.epochs.column[c] != NULL) {
            bool is_count = strcmp(epoch_column_unit((enum epoch_column)c), "counts") == 0 ||
                            strcmp(epoch_column_unit((enum epoch_column)c), "crossings") == 0;
            assert_same_column(&lanes, &sequence, (enum epoch_column)c, is_count ? 0.0 : 1e-5);
        }
    }
    for (size_t q = 0; q < lanes.quarters.n; q++) {
        assert_close(lanes.quarters.score_2013[q], sequence.quarters.score_2013[q], 0.0);
        assert_close(lanes.quarters.score_2023[q], sequence.quarters.score_2023[q], 0.0);
        assert_close(lanes.quarters.clipped[q], sequence.quarters.clipped[q], 0.0);
    }
    release(&lanes);
    release(&sequence);
}

/* Everything by a plain loop over samples, where samples lie on the grid. */
static void epochs_are_what_a_plain_loop_gives(void **state)
{
    (void)state;
    struct made_plan plan;
    made_plan_init(&plan);
    plan.start_ns = INT64_C(1718613000) * NS_PER_S;
    plan.n_samples = 25 * 3600 * 5;
    struct parameters p = defaults();
    p.calibrate = CALIBRATE_none;
    struct made made;
    analyze_with(&plan, &p, NULL, &made);
    assert_int_equal(made.status, YK_OK);
    assert_int_equal(made.epochs.n, 3600);
    assert_true(made.epochs.t0_ns == plan.start_ns);
    struct counts_stream stream[3];
    for (int a = 0; a < 3; a++) {
        counts_stream_init(&stream[a], 25, false, COUNTS_HALF_AWAY);
    }
    for (size_t k = 0; k < made.epochs.n; k++) {
        double en[125], mean = 0, enmo = 0, mad = 0;
        uint32_t counts[3] = {0, 0, 0};
        for (int i = 0; i < 125; i++) {
            float v[3];
            made_sample(&plan, (int64_t)k * 125 + i, v);
            en[i] = sqrt((double)v[0] * (double)v[0] + (double)v[1] * (double)v[1] +
                         (double)v[2] * (double)v[2]);
            mean += en[i] / 125;
            enmo += fmax(en[i] - 1, 0) / 125;
            for (int a = 0; a < 3; a++) {
                uint32_t ten[COUNTS_MAX_A_SAMPLE];
                int n = counts_stream_add(&stream[a], (double)v[a], ten);
                while (n > 0) {
                    counts[a] += ten[--n];
                }
            }
        }
        for (int i = 0; i < 125; i++) {
            mad += fabs(en[i] - mean) / 125;
        }
        assert_close(made.epochs.column[EPOCH_EN_MG][k], mean * 1e3, 1e-3);
        assert_close(made.epochs.column[EPOCH_ENMO_MG][k], enmo * 1e3, 1e-4);
        assert_close(made.epochs.column[EPOCH_MAD_MG][k], mad * 1e3, 1e-4);
        assert_close(made.epochs.column[EPOCH_COUNTS_X][k], counts[0], 0);
        assert_close(made.epochs.column[EPOCH_COUNTS_Y][k], counts[1], 0);
        assert_close(made.epochs.column[EPOCH_COUNTS_Z][k], counts[2], 0);
        assert_close(made.epochs.column[EPOCH_VALID][k], 1, 0);
        assert_close(made.epochs.column[EPOCH_LIGHT][k], 5, 0);
    }
    release(&made);
}

static void epochs_start_at_whole_multiples_of_their_length(void **state)
{
    (void)state;
    for (int epoch_s = 1; epoch_s <= 60; epoch_s += epoch_s < 7 ? 1 : 23) {
        struct made_plan plan;
        made_plan_init(&plan);
        plan.start_ns = INT64_C(1718613083) * NS_PER_S + 123456789;
        plan.n_samples /= CHECK_IS_SLOW ? 6 : 1;
        struct parameters p = defaults();
        p.epoch_s = epoch_s;
        struct made made;
        analyze_with(&plan, &p, NULL, &made);
        assert_int_equal(made.status, YK_OK);
        assert_true(made.epochs.t0_ns % (epoch_s * NS_PER_S) == 0);
        assert_true(made.epochs.t0_ns <= plan.start_ns);
        assert_true(made.epochs.t0_ns + epoch_s * NS_PER_S > plan.start_ns);
        double observed = 0;
        for (size_t k = 0; k < made.epochs.n; k++) {
            observed += (double)made.epochs.column[EPOCH_VALID][k] * epoch_s;
        }
        assert_close(observed, (double)plan.n_samples / 25, 0.1);
        release(&made);
    }
}

static void gaps_are_unknown_and_nothing_is_invented_in_them(void **state)
{
    (void)state;
    struct made_plan plan = a_long_day();
    struct made made;
    analyze(&plan, &made);
    const double gap_from = made_sample_s(&plan, plan.gaps[1].after_sample - 1);
    const double gap_to = made_sample_s(&plan, plan.gaps[1].after_sample);
    size_t unknown = 0;
    for (size_t k = 0; k < made.epochs.n; k++) {
        double from = (double)(epoch_start_ns(&made.epochs, k) - plan.start_ns) * 1e-9;
        bool inside = from > gap_from && from + 5 < gap_to;
        if (inside) {
            unknown++;
            assert_true((made.epochs.state[k] & STATE_UNKNOWN) != 0);
            assert_true(isnan(made.epochs.column[EPOCH_ENMO_MG][k]) != 0);
            assert_true(isnan(made.epochs.column[EPOCH_COUNTS_Y][k]) != 0);
            assert_true(isnan(made.epochs.column[EPOCH_ANGLE_Z_DEG][k]) != 0);
            assert_close(made.epochs.column[EPOCH_VALID][k], 0, 0);
        }
    }
    assert_true(unknown > 2100);
    release(&made);
}

static void the_sensor_error_is_found_and_removed(void **state)
{
    (void)state;
    struct made_plan plan = a_long_day();
    const double scale[3] = {1.013, 0.988, 1.006}, offset[3] = {-0.02, 0.03, 0.015};
    const double slope[3] = {0.0009, -0.0006, 0.0004};
    memcpy(plan.scale, scale, sizeof scale);
    memcpy(plan.offset_g, offset, sizeof offset);
    memcpy(plan.temperature_g_per_c, slope, sizeof slope);
    struct made made;
    analyze(&plan, &made);
    assert_int_equal(made.calibration.outcome, CALIBRATION_DONE);
    assert_true(made.calibration.error_before_mg > 10);
    assert_true(made.calibration.error_after_mg < 0.3);
    for (int a = 0; a < 3; a++) {
        assert_close(made.calibration.scale[a], scale[a], 3e-4);
        assert_close(made.calibration.temperature_g_per_c[a], slope[a], 3e-5);
    }
    release(&made);
}

static void recordings_too_short_for_calibration_say_so(void **state)
{
    (void)state;
    struct made_plan plan;
    made_plan_init(&plan);
    plan.n_samples = 25 * 600;
    struct made made;
    analyze(&plan, &made);
    assert_int_equal(made.status, YK_OK);
    assert_int_equal(made.calibration.outcome, CALIBRATION_TOO_SHORT);
    assert_close(made.calibration.scale[0], 1, 0);
    release(&made);
}

static void tiny_recordings_give_what_they_hold(void **state)
{
    (void)state;
    for (int64_t n = 0; n < 400; n += n < 5 ? 1 : 71) {
        struct made_plan plan;
        made_plan_init(&plan);
        plan.n_samples = n;
        struct made made;
        analyze(&plan, &made);
        assert_int_equal(made.status, YK_OK);
        assert_int_equal(made.epochs.n, (n + 124) / 125);
        release(&made);
    }
}

static void every_rate_works(void **state)
{
    (void)state;
    static const double rates[] = {5, 6.25, 12.5, 20, 31.25, 32, 66.67, 75, 85.7, 128, 800};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct made_plan plan;
        made_plan_init(&plan);
        plan.rate_hz = rates[i];
        plan.true_rate_hz = rates[i] * 0.999;
        plan.n_samples = (int64_t)(rates[i] * (CHECK_IS_SLOW ? 300 : 1200));
        struct made made;
        analyze(&plan, &made);
        assert_int_equal(made.status, YK_OK);
        for (size_t k = 2; k + 2 < made.epochs.n; k++) {
            assert_close(made.epochs.column[EPOCH_VALID][k], 1, 0);
            assert_true(!isnan(made.epochs.column[EPOCH_ENMO_MG][k]));
            assert_true(!isnan(made.epochs.column[EPOCH_ANGLE_Z_DEG][k]));
            assert_true(!isnan(made.epochs.column[EPOCH_COUNTS_Y][k]));
        }
        release(&made);
    }
}

/* Gravity alone is no movement, whatever the rate: its images must not reach the counts. */
static void a_recorder_at_rest_has_no_counts_at_any_rate(void **state)
{
    (void)state;
    static const double rates[] = {5,  6.25, 10, 12.5,  20, 25, 31.25, 33.33, 40,
                                   50, 60,   64, 66.67, 75, 77, 85.7,  100,   128};
    struct parameters p = defaults();
    p.calibrate = CALIBRATE_none;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct made_plan plan;
        made_plan_init(&plan);
        plan.rate_hz = plan.true_rate_hz = rates[i];
        plan.n_samples = (int64_t)(rates[i] * 300);
        for (int a = 0; a < 3; a++) {
            plan.scale[a] = 1e9; /* nothing but the offset is left */
            plan.offset_g[a] = -1;
        }
        struct made made;
        analyze_with(&plan, &p, NULL, &made);
        assert_int_equal(made.status, YK_OK);
        for (size_t k = 2; k + 2 < made.epochs.n; k++) {
            if (made.epochs.column[EPOCH_COUNTS_Y][k] != 0) {
                fail_msg("%g Hz: %g counts in 5 s at rest", rates[i],
                         (double)made.epochs.column[EPOCH_COUNTS_Y][k]);
            }
        }
        release(&made);
    }
}

/* Formats without stored blocks: GGIR's start and columns on one continuous grid. */
static void the_ggir_recipe_works_without_stored_blocks(void **state)
{
    (void)state;
    struct made_plan plan;
    made_plan_init(&plan);
    struct parameters p;
    assert_int_equal(parameters_of_recipe(RECIPE_GGIR, &p, NULL), YK_OK);
    struct made made;
    analyze_with(&plan, &p, NULL, &made);
    assert_int_equal(made.status, YK_OK);
    assert_true(made.epochs.t0_ns % (900 * NS_PER_S) == 0);
    assert_true(made.epochs.t0_ns >= plan.start_ns);
    assert_true(made.epochs.t0_ns - plan.start_ns < 900 * NS_PER_S);
    assert_close(made.epochs.column[EPOCH_VALID][0], 1, 0);
    assert_non_null(made.epochs.column[EPOCH_HFENPLUS_MG]);
    assert_non_null(made.epochs.column[EPOCH_ANGLE_X_DEG]);
    for (size_t k = 0; k < made.epochs.n; k++) {
        double tenths = (double)made.epochs.column[EPOCH_ENMO_MG][k] * 10;
        assert_close(tenths, rint(tenths), 1e-3);
    }
    assert_int_equal(made.calibration.outcome, CALIBRATION_DONE);
    release(&made);
}

static void too_low_a_rate_is_refused(void **state)
{
    (void)state;
    struct made_plan plan;
    made_plan_init(&plan);
    plan.rate_hz = 1;
    struct made made;
    analyze(&plan, &made);
    assert_int_equal(made.status, YK_ERR_UNSUPPORTED);
    release(&made);
}

static void a_reading_error_ends_with_it(void **state)
{
    (void)state;
    struct made_plan plan;
    made_plan_init(&plan);
    plan.fail_at_block = 20;
    struct made made;
    analyze(&plan, &made);
    assert_int_equal(made.status, YK_ERR_IO);
    assert_non_null(strstr(made.why.text, "block 20"));
    release(&made);
}

static void cancelling_ends_soon(void **state)
{
    (void)state;
    struct made_plan plan = a_long_day();
    atomic_bool cancel = true;
    struct job job = {.cancel = &cancel};
    struct parameters p = defaults();
    struct made made;
    analyze_with(&plan, &p, &job, &made);
    assert_int_equal(made.status, YK_ERR_CANCELLED);
    release(&made);
}

static void refused_memory_is_reported_wherever_it_happens(void **state)
{
    (void)state;
    struct made_plan plan;
    made_plan_init(&plan);
    plan.n_samples = 25 * 1500;
    for (uint64_t k = 1;; k++) {
        struct made made;
        alloc_fail_at(k);
        analyze(&plan, &made);
        bool refused = alloc_refused();
        alloc_fail_at(0);
        release(&made);
        if (!refused) {
            assert_int_equal(made.status, YK_OK);
            break;
        }
        assert_int_equal(made.status, YK_ERR_MEMORY);
    }
}

static void the_same_input_gives_the_same_bytes(void **state)
{
    (void)state;
    struct made_plan plan = a_long_day();
    struct made a, b;
    analyze(&plan, &a);
    analyze(&plan, &b);
    for (int c = 0; c < EPOCH_COLUMN_COUNT; c++) {
        if (a.epochs.column[c] != NULL) {
            assert_memory_equal(a.epochs.column[c], b.epochs.column[c],
                                a.epochs.n * sizeof(float));
        }
    }
    release(&a);
    release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lanes_give_what_one_sequence_gives),
        cmocka_unit_test(epochs_are_what_a_plain_loop_gives),
        cmocka_unit_test(epochs_start_at_whole_multiples_of_their_length),
        cmocka_unit_test(gaps_are_unknown_and_nothing_is_invented_in_them),
        cmocka_unit_test(the_sensor_error_is_found_and_removed),
        cmocka_unit_test(recordings_too_short_for_calibration_say_so),
        cmocka_unit_test(tiny_recordings_give_what_they_hold),
        cmocka_unit_test(every_rate_works),
        cmocka_unit_test(a_recorder_at_rest_has_no_counts_at_any_rate),
        cmocka_unit_test(the_ggir_recipe_works_without_stored_blocks),
        cmocka_unit_test(too_low_a_rate_is_refused),
        cmocka_unit_test(a_reading_error_ends_with_it),
        cmocka_unit_test(cancelling_ends_soon),
        cmocka_unit_test(refused_memory_is_reported_wherever_it_happens),
        cmocka_unit_test(the_same_input_gives_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
