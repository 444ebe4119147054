/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/grid_stream.h"
#include "src/base/clock.h"
#include "tests/support/made_recording.h"

static struct calibration identity;

/* Points from..from+n of a plan's recording, in pieces of `piece`. */
struct taken {
    double *v[3];
    uint8_t *seen;
    struct grid_tally tally;
};

static struct taken take(const struct made_plan *plan, int32_t rate, int64_t from, size_t n,
                         size_t piece)
{
    struct taken out = {.seen = calloc(n, 1)};
    struct grid_stream stream;
    struct recording_source *source = made_recording_open(plan);
    calibration_init(&identity);
    for (int a = 0; a < 3; a++) {
        out.v[a] = calloc(n, sizeof(double));
    }
    assert_int_equal(grid_stream_open(&stream, source, true, rate, from, &identity, NULL),
                     YK_OK);
    for (size_t t = 0; t < n; t += piece) {
        size_t now = piece < n - t ? piece : n - t;
        double *const at[3] = {out.v[0] + t, out.v[1] + t, out.v[2] + t};
        assert_int_equal(grid_stream_take(&stream, now, at, out.seen + t, &out.tally, NULL),
                         YK_OK);
    }
    grid_stream_close(&stream);
    return out;
}

static void taken_free(struct taken *self)
{
    for (int a = 0; a < 3; a++) {
        free(self->v[a]);
    }
    free(self->seen);
}

static void samples_on_the_grid_are_given_back_bit_for_bit(void **state)
{
    (void)state;
    static const double rates[] = {25, 30, 40,
                                   70, 90, 100}; /* 1/30 s is no whole number of ns */
    for (size_t r = 0; r < sizeof rates / sizeof *rates; r++) {
        struct made_plan plan;
        made_plan_init(&plan);
        plan.rate_hz = plan.true_rate_hz = rates[r];
        plan.start_ns = INT64_C(1718613000) * NS_PER_S;
        plan.block_n = 77; /* blocks begin between whole nanoseconds */
        plan.n_samples = 5000;
        int64_t from = INT64_C(1718613000) * (int64_t)rates[r];
        struct taken taken = take(&plan, (int32_t)rates[r], from, 5000, 333);
        for (int64_t i = 0; i < 5000; i++) {
            float v[3];
            made_sample(&plan, i, v);
            for (int a = 0; a < 3; a++) {
                assert_true(taken.v[a][i] == (double)v[a]);
            }
            assert_int_equal(taken.seen[i], 1);
        }
        taken_free(&taken);
    }
}

/* Linear interpolation between true sample times, written out. */
static void points_between_samples_are_interpolated(void **state)
{
    (void)state;
    static const double true_rates[] = {25.031, 24.4, 49.9, 11.0};
    for (size_t r = 0; r < sizeof true_rates / sizeof *true_rates; r++) {
        struct made_plan plan;
        made_plan_init(&plan);
        plan.true_rate_hz = true_rates[r];
        plan.start_ns += 123456789;
        plan.n_samples = 4000;
        const int64_t from = grid_point_at(plan.start_ns, 25);
        const size_t n = (size_t)(3990 / true_rates[r] * 25);
        struct taken taken = take(&plan, 25, from, n, 125);
        for (size_t k = 0; k < n; k++) {
            int64_t j = from + (int64_t)k;
            double s = (double)(j / 25 - plan.start_ns / NS_PER_S) + (double)(j % 25) / 25 -
                       (double)(plan.start_ns % NS_PER_S) * 1e-9;
            double place = s * true_rates[r];
            int64_t i = (int64_t)floor(place);
            float left[3], right[3];
            made_sample(&plan, i, left);
            made_sample(&plan, i + 1, right);
            for (int a = 0; a < 3; a++) {
                double f = place - (double)i;
                double v = (double)left[a] + f * ((double)right[a] - (double)left[a]);
                assert_close(taken.v[a][k], v, 2e-5); /* block times are whole ns */
            }
        }
        taken_free(&taken);
    }
}

static void points_do_not_depend_on_where_the_stream_begins_or_is_cut(void **state)
{
    (void)state;
    static const struct made_gap gaps[] = {{1200, 3.3, false}};
    struct made_plan plan;
    made_plan_init(&plan);
    plan.true_rate_hz = 25.013;
    plan.n_samples = 6000;
    plan.gaps = gaps;
    plan.n_gaps = 1;
    const int64_t from = grid_point_at(plan.start_ns, 25);
    struct taken whole = take(&plan, 25, from, 5000, 5000);
    struct taken pieces = take(&plan, 25, from, 5000, 7);
    struct taken later = take(&plan, 25, from + 1237, 3700, 125);
    for (int a = 0; a < 3; a++) {
        assert_memory_equal(whole.v[a], pieces.v[a], 5000 * sizeof(double));
        assert_memory_equal(whole.v[a] + 1237, later.v[a], 3700 * sizeof(double));
    }
    assert_memory_equal(whole.seen, pieces.seen, 5000);
    taken_free(&whole);
    taken_free(&pieces);
    taken_free(&later);
}

static void a_gap_holds_the_last_value_at_1_g_and_is_not_observed(void **state)
{
    (void)state;
    static const struct made_gap gaps[] = {{1200, 10.0, false}};
    struct made_plan plan;
    made_plan_init(&plan);
    plan.n_samples = 3000;
    plan.gaps = gaps;
    plan.n_gaps = 1;
    const int64_t from = grid_point_at(plan.start_ns, 25);
    struct taken taken = take(&plan, 25, from, 3300, 125);
    float last[3];
    made_sample(&plan, 1199, last);
    double norm = sqrt((double)last[0] * (double)last[0] + (double)last[1] * (double)last[1] +
                       (double)last[2] * (double)last[2]);
    for (int64_t k = 1200; k < 1450; k++) {
        assert_int_equal(taken.seen[k], 0);
        for (int a = 0; a < 3; a++) {
            assert_close(taken.v[a][k], (double)last[a] / norm, 1e-12);
        }
    }
    assert_int_equal(taken.seen[1199], 1);
    assert_int_equal(taken.seen[1450], 1);
    assert_int_equal(taken.seen[3249], 1);
    assert_int_equal(taken.seen[3250], 0); /* after the end */
    assert_close(taken.tally.observed, 3000, 0);
    assert_close(taken.tally.light / taken.tally.n_light, 5, 1e-12);
    taken_free(&taken);
}

static void points_are_at_or_after_a_time(void **state)
{
    (void)state;
    assert_true(grid_point_at(0, 25) == 0);
    assert_true(grid_point_at(1, 25) == 1);
    assert_true(grid_point_at(40000000, 25) == 1);
    assert_true(grid_point_at(-1, 25) == 0);
    assert_true(grid_point_at(-40000001, 25) == -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_on_the_grid_are_given_back_bit_for_bit),
        cmocka_unit_test(points_between_samples_are_interpolated),
        cmocka_unit_test(points_do_not_depend_on_where_the_stream_begins_or_is_cut),
        cmocka_unit_test(a_gap_holds_the_last_value_at_1_g_and_is_not_observed),
        cmocka_unit_test(points_are_at_or_after_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
