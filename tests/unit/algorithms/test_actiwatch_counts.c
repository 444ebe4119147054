/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Oscillations of known size and frequency, one per lane, through the stage that makes the
 * counts: (15 bins of the amplitude - 18) * 3.07 a quarter minute, inside 3-11 Hz; nothing
 * outside.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/actiwatch_counts.h"

enum { EPOCHS = 8, BLOCK_S = 5 };

struct wave {
    double amplitude_g, frequency_hz;
};

/* counts: LANES * EPOCHS; false: the stage makes none. */
static bool run(int32_t rate, int32_t epoch_s, const struct wave wave[LANES],
                double unseen_from_s, float *counts)
{
    struct lane_setup setup;
    struct epoch_series epochs;
    memset(&setup, 0, sizeof setup);
    setup.rate = rate;
    setup.epoch_s = epoch_s;
    setup.block_s = BLOCK_S;
    setup.block_points = (size_t)rate * BLOCK_S;
    setup.epoch_points = (size_t)(rate * epoch_s);
    setup.blocks_per_epoch = (size_t)(epoch_s / BLOCK_S);
    for (size_t l = 0; l < LANES; l++) {
        setup.first_epoch[l] = setup.from[l] = (int64_t)(l * EPOCHS);
        setup.to[l] = setup.from[l] + EPOCHS;
        setup.end[l] = (int64_t)setup.epoch_points * EPOCHS;
    }
    epoch_series_init(&epochs);
    epochs.epoch_s = epoch_s;
    assert_int_equal(epoch_series_resize(&epochs, LANES * EPOCHS, NULL), YK_OK);
    struct lane_sink sink = {&setup, &epochs, NULL, false};
    struct lane_stage *stage = NULL;
    assert_int_equal(actiwatch_counts_open(&setup, &sink, &stage, NULL), YK_OK);
    double *z = calloc(setup.block_points * LANES, sizeof *z);
    double *rest = calloc(setup.block_points * LANES, sizeof *rest);
    double *seen = calloc(setup.block_points * LANES, sizeof *seen);
    assert_true(z != NULL && rest != NULL && seen != NULL);
    for (int64_t b = 0; b < EPOCHS * (int64_t)setup.blocks_per_epoch; b++) {
        for (size_t t = 0; t < setup.block_points; t++) {
            double at = (double)b * BLOCK_S + (double)t / rate;
            for (size_t l = 0; l < LANES; l++) {
                double angle = 2 * 3.14159265358979323846 * wave[l].frequency_hz * at;
                z[t * LANES + l] = 1 + wave[l].amplitude_g * sin(angle);
                seen[t * LANES + l] = at < unseen_from_s;
            }
        }
        struct lane_block block = {setup.block_points, {rest, rest, z}, seen, b};
        stage->ops->block(stage, &block);
        if ((b + 1) % (int64_t)setup.blocks_per_epoch == 0) {
            stage->ops->epoch_end(stage, b / (int64_t)setup.blocks_per_epoch, &sink);
        }
    }
    stage->ops->close(stage);
    bool is_made = epochs.column[EPOCH_COUNTS_ACTIWATCH] != NULL;
    if (is_made) {
        memcpy(counts, epochs.column[EPOCH_COUNTS_ACTIWATCH], LANES * EPOCHS * sizeof *counts);
    }
    free(z);
    free(rest);
    free(seen);
    epoch_series_release(&epochs);
    return is_made;
}

/* The amplitude in the middle of bin n, from 1. */
static double bin_g(double n)
{
    return (n - 0.5) * 5 / 128;
}

static double quarter(double bin)
{
    return fmax(15 * bin - 18, 0) * 3.07;
}

static void an_oscillation_counts_by_its_size(void **state)
{
    (void)state;
    static const double bin[LANES] = {1,  2,  3,  4,  5,  8,   10,  16,
                                      20, 30, 40, 60, 80, 100, 127, 128};
    struct wave wave[LANES];
    float counts[LANES * EPOCHS];
    for (size_t l = 0; l < LANES; l++) {
        wave[l] = (struct wave){bin_g(bin[l]), 5.75};
    }
    assert_true(run(100, 15, wave, HUGE_VAL, counts));
    for (size_t l = 0; l < LANES; l++) {
        for (size_t k = 1; k < EPOCHS; k++) { /* the first one holds the filter's beginning */
            assert_close((double)counts[l * EPOCHS + k], quarter(bin[l]), 1e-3);
        }
    }
}

static void what_lies_outside_the_band_counts_nothing(void **state)
{
    (void)state;
    struct wave wave[LANES];
    float counts[LANES * EPOCHS];
    for (size_t l = 0; l < LANES; l++) {
        wave[l] = (struct wave){1, l % 2 == 0 ? 0.1 + 0.1 * (double)l : 18 + (double)l};
    }
    assert_true(run(100, 15, wave, HUGE_VAL, counts));
    for (size_t l = 0; l < LANES; l++) {
        assert_close((double)counts[l * EPOCHS + 3], 0, 0);
    }
}

static void longer_epochs_are_sums_and_the_largest_bin_is_the_last(void **state)
{
    (void)state;
    struct wave wave[LANES];
    float counts[LANES * EPOCHS];
    for (size_t l = 0; l < LANES; l++) {
        wave[l] = (struct wave){l == 0 ? 7.5 : bin_g(6), 6.25};
    }
    assert_true(run(50, 60, wave, HUGE_VAL, counts));
    assert_close((double)counts[2], 4 * quarter(128), 1e-2);
    assert_close((double)counts[EPOCHS + 2], 4 * quarter(6), 1e-3);
}

static void what_was_not_observed_counts_nothing(void **state)
{
    (void)state;
    struct wave wave[LANES];
    float counts[LANES * EPOCHS];
    for (size_t l = 0; l < LANES; l++) {
        wave[l] = (struct wave){bin_g(9), 5.75};
    }
    assert_true(run(100, 15, wave, 45 + 5, counts));
    assert_close((double)counts[2], quarter(9), 1e-3);
    assert_close((double)counts[3], (5 * 9 + 10 - 18) * 3.07, 1e-3); /* five seconds of it */
    assert_close((double)counts[4], 0, 0);
}

static void low_rates_and_odd_epochs_have_none(void **state)
{
    (void)state;
    struct wave wave[LANES] = {{0}};
    float counts[LANES * EPOCHS];
    assert_false(run(25, 15, wave, HUGE_VAL, counts));
    assert_false(run(100, 20, wave, HUGE_VAL, counts));
    assert_true(run(30, 30, wave, HUGE_VAL, counts));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_oscillation_counts_by_its_size),
        cmocka_unit_test(what_lies_outside_the_band_counts_nothing),
        cmocka_unit_test(longer_epochs_are_sums_and_the_largest_bin_is_the_last),
        cmocka_unit_test(what_was_not_observed_counts_nothing),
        cmocka_unit_test(low_rates_and_odd_epochs_have_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
