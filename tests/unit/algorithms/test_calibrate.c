/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <string.h>

#include "algorithms/calibrate.h"
#include "tests/support/alloc.h"

static const double SCALE[3] = {1.012, 0.985, 1.004};
static const double OFFSET[3] = {-0.03, 0.02, 0.01};
static const double SLOPE[3] = {0.001, -0.0005, 0.0003};

/* Postures spread over the sphere (golden spiral), as a sensor with that error sees them;
 * `part` of the upper half only. */
static void add_postures(struct still_windows *windows, size_t n, double lowest_z)
{
    static const double still[3] = {0.005, 0.005, 0.005};
    for (size_t i = 0; i < n; i++) {
        double z = lowest_z + (1.0 - lowest_z) * ((double)i + 0.5) / (double)n;
        double r = sqrt(1.0 - z * z), turn = 2.399963229728653 * (double)i;
        double v[3] = {r * cos(turn), r * sin(turn), z};
        double t = 30.0 + 3.0 * sin((double)i * 0.7);
        for (int a = 0; a < 3; a++) {
            v[a] = (v[a] - SLOPE[a] * (t - 30.0)) / SCALE[a] - OFFSET[a];
        }
        assert_int_equal(still_windows_add(windows, v, still, t, 0.013, NULL), YK_OK);
    }
}

static void exact_postures_give_the_exact_error_back(void **state)
{
    (void)state;
    struct still_windows windows;
    struct calibration found;
    still_windows_init(&windows, 0);
    add_postures(&windows, 2000, -1.0);
    calibration_fit_converged(&windows, 0.3, &found);
    assert_int_equal(found.outcome, CALIBRATION_DONE);
    assert_true(found.iterations < 20);
    assert_true(found.error_before_mg > 10);
    assert_close(found.error_after_mg, 0, 1e-9);
    for (int a = 0; a < 3; a++) {
        double shift = SLOPE[a] * (found.mean_temperature_c - 30.0) / SCALE[a];
        assert_close(found.scale[a], SCALE[a], 1e-11);
        assert_close(found.offset_g[a], OFFSET[a] + shift, 1e-11);
        assert_close(found.temperature_g_per_c[a], SLOPE[a], 1e-11);
    }
    still_windows_release(&windows);
}

static void outcomes_say_why_there_is_no_calibration(void **state)
{
    (void)state;
    struct still_windows windows;
    struct calibration found;
    still_windows_init(&windows, 0);
    add_postures(&windows, 147, -1.0);
    calibration_fit_converged(&windows, 0.3, &found);
    assert_int_equal(found.outcome, CALIBRATION_TOO_SHORT);
    add_postures(&windows, 1, -1.0);
    calibration_fit_converged(&windows, 0.3, &found);
    assert_int_equal(found.outcome, CALIBRATION_DONE);
    still_windows_release(&windows);

    still_windows_init(&windows, 0);
    add_postures(&windows, 9, -1.0);
    windows.n_looked_at = 1000;
    calibration_fit_converged(&windows, 0.3, &found);
    assert_int_equal(found.outcome, CALIBRATION_FEW_WINDOWS);
    still_windows_release(&windows);

    still_windows_init(&windows, 0);
    add_postures(&windows, 1000, 0.0); /* never upside down */
    calibration_fit_converged(&windows, 0.3, &found);
    assert_int_equal(found.outcome, CALIBRATION_SPHERE);
    assert_close(found.scale[0], 1, 0);
    still_windows_release(&windows);
}

static void windows_that_move_are_looked_at_and_left_out(void **state)
{
    (void)state;
    static const double mean[3] = {0, 0, 1}, still[3] = {0.01, 0.01, 0.01};
    static const double moves[3] = {0.01, 0.013, 0.01}, far[3] = {0, 2.0, 0};
    struct still_windows windows;
    still_windows_init(&windows, 0);
    assert_int_equal(still_windows_add(&windows, mean, moves, 20, 0.013, NULL), YK_OK);
    assert_int_equal(still_windows_add(&windows, far, still, 20, 0.013, NULL), YK_OK);
    assert_int_equal(still_windows_add(&windows, mean, still, 20, 0.013, NULL), YK_OK);
    assert_int_equal(windows.n, 1);
    assert_int_equal(windows.n_looked_at, 3);
    still_windows_release(&windows);
}

static void a_bound_thins_windows_evenly(void **state)
{
    (void)state;
    static const double still[3] = {0, 0, 0};
    struct still_windows windows;
    still_windows_init(&windows, 8);
    for (int i = 0; i < 1000; i++) {
        const double mean[3] = {i * 1e-3, 0, 0};
        assert_int_equal(still_windows_add(&windows, mean, still, 20, 0.013, NULL), YK_OK);
        assert_true(windows.n <= 8);
    }
    assert_int_equal(windows.stride, 128);
    for (size_t i = 0; i < windows.n; i++) {
        assert_close(windows.window[i].mean_g[0], (double)i * 0.128, 1e-12);
    }
    still_windows_release(&windows);
}

/* 10 s of 25 Hz in blocks of 100 samples, against plain formulas. */
static void window_sums_are_means_and_sds_of_ten_seconds(void **state)
{
    (void)state;
    struct sample_block block;
    struct window_sums sums;
    struct still_windows windows;
    double x[500];
    assert_int_equal(sample_block_init(&block, false, NULL), YK_OK);
    window_sums_init(&sums, 25);
    still_windows_init(&windows, 0);
    for (int i = 0; i < 500; i++) {
        x[i] = (double)(float)(0.5 + 0.004 * sin(i * 0.9) + i * 1e-5);
    }
    for (int b = 0; b < 5; b++) {
        block.n = 100;
        block.t0_ns = (int64_t)b * 4000000000;
        block.period_s = 0.04;
        block.flags = 0;
        block.temperature_c = (float)(20 + b);
        for (int i = 0; i < 100; i++) {
            block.acc_g[0][i] = (float)x[100 * b + i];
            block.acc_g[1][i] = 0.5F;
            block.acc_g[2][i] = -0.5F;
        }
        assert_int_equal(window_sums_add(&sums, &block, 0.013, &windows, NULL), YK_OK);
    }
    assert_int_equal(windows.n, 2);
    for (int w = 0; w < 2; w++) {
        double mean = 0;
        for (int i = 0; i < 250; i++) {
            mean += x[250 * w + i] / 250;
        }
        assert_close(windows.window[w].mean_g[0], mean, 1e-14);
        assert_close(windows.window[w].mean_g[2], -0.5, 0);
        assert_close(windows.window[w].temperature_c, w == 0 ? 20.8 : 23.2, 1e-12);
    }
    block.flags = BLOCK_AFTER_GAP;
    assert_int_equal(window_sums_add(&sums, &block, 0.013, &windows, NULL), YK_OK);
    assert_int_equal(sums.n, 100);
    still_windows_release(&windows);
    sample_block_release(&block);
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    for (uint64_t k = 1;; k++) {
        struct ggir_windows windows;
        struct calibration found;
        bool is_enough;
        double one[2500], zero[2500] = {0};
        double *const points[3] = {zero, zero, one};
        for (int i = 0; i < 2500; i++) {
            one[i] = 1.0 + (i % 7) * 1e-3;
        }
        alloc_fail_at(k);
        enum yk_status status = ggir_windows_init(&windows, 10, 0.013, NULL);
        for (int i = 0; i < 30 && status == YK_OK; i++) {
            status = ggir_windows_add(&windows, points, 2500, 20, NULL);
        }
        if (status == YK_OK) {
            status = ggir_windows_fit(&windows, 0.3, &found, &is_enough, NULL);
        }
        bool refused = alloc_end(status, YK_OK);
        ggir_windows_release(&windows);
        if (!refused) {
            break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_postures_give_the_exact_error_back),
        cmocka_unit_test(outcomes_say_why_there_is_no_calibration),
        cmocka_unit_test(windows_that_move_are_looked_at_and_left_out),
        cmocka_unit_test(a_bound_thins_windows_evenly),
        cmocka_unit_test(window_sums_are_means_and_sds_of_ten_seconds),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
