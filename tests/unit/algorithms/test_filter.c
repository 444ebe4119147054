/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#include "algorithms/filter.h"

/* Gain at a frequency, from the sections. */
static double gain_at(const struct filter *filter, double hz, double rate_hz)
{
    double complex z = cexp(I * 2.0 * M_PI * hz / rate_hz), h = filter->gain;
    for (int i = 0; i < filter->n; i++) {
        const struct filter_section *c = &filter->section[i];
        h *= (1.0 + c->b1 / z + c->b2 / (z * z)) / (1.0 + c->a1 / z + c->a2 / (z * z));
    }
    return cabs(h);
}

/* A low pass of order 2 at a quarter of the rate has poles at +- 0.4142 i and gain (2 - sqrt 2)
 * / 2: worked by hand. */
static void a_low_pass_at_a_quarter_of_the_rate_is_the_textbooks(void **state)
{
    (void)state;
    struct filter f;
    assert_true(filter_butterworth(FILTER_LOW_PASS, 2, 0, 25, 100, &f));
    assert_int_equal(f.n, 1);
    assert_close(f.section[0].a1, 0.0, 1e-15);
    assert_close(f.section[0].a2, 3.0 - 2.0 * sqrt(2.0), 1e-14);
    assert_close(f.gain, (2.0 - sqrt(2.0)) / 2.0, 1e-14);
}

static void corners_lie_at_half_power_and_the_pass_band_at_one(void **state)
{
    (void)state;
    static const double rates[] = {25, 30, 50, 100, 400};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        for (int order = 2; order <= 4; order += 2) {
            struct filter low, high, band;
            double rate = rates[i];
            assert_true(filter_butterworth(FILTER_LOW_PASS, order, 0, 3, rate, &low));
            assert_true(filter_butterworth(FILTER_HIGH_PASS, order, 0.2, 0, rate, &high));
            assert_true(filter_butterworth(FILTER_BAND_PASS, order, 0.25, 3, rate, &band));
            assert_close(gain_at(&low, 0, rate), 1.0, 1e-11);
            assert_close(gain_at(&low, 3, rate), sqrt(0.5), 1e-9);
            assert_close(gain_at(&high, rate / 2, rate), 1.0, 1e-11);
            assert_close(gain_at(&high, 0.2, rate), sqrt(0.5), 1e-7);
            assert_close(gain_at(&high, 0, rate), 0.0, 1e-12);
            assert_close(gain_at(&band, 0.25, rate), sqrt(0.5), 1e-7);
            assert_close(gain_at(&band, 3, rate), sqrt(0.5), 1e-9);
            assert_close(gain_at(&band, 0, rate), 0.0, 1e-12);
        }
    }
}

static void corners_beyond_half_the_rate_are_refused(void **state)
{
    (void)state;
    struct filter f;
    assert_false(filter_butterworth(FILTER_BAND_PASS, 2, 0.25, 3, 6, &f));
    assert_false(filter_butterworth(FILTER_LOW_PASS, 4, 0, 15, 30, &f));
    assert_false(filter_butterworth(FILTER_HIGH_PASS, 4, 0, 0, 30, &f));
}

/* The difference equation written out, for one lane, against the lanes. */
static void lanes_follow_the_difference_equation(void **state)
{
    (void)state;
    enum { N = 400 };
    static double axes[3][N * LANES], out[3][N * LANES];
    static const enum filter_kind kinds[] = {FILTER_LOW_PASS, FILTER_HIGH_PASS,
                                             FILTER_BAND_PASS};
    for (size_t i = 0; i < 3 * N * LANES; i++) {
        (&axes[0][0])[i] = sin((double)i * 0.37) + cos((double)(i * i % 977));
    }
    for (size_t k = 0; k < 3; k++) {
        struct filter f;
        struct filter_state filter_state;
        memset(&filter_state, 0, sizeof filter_state);
        assert_true(filter_butterworth(kinds[k], 4, 0.5, 8, 50, &f));
        double *const x[3] = {axes[0], axes[1], axes[2]}, *const y[3] = {out[0], out[1],
                                                                         out[2]};
        filter_run(&f, &filter_state, x, y, N / 2);
        double *const x2[3] = {x[0] + N / 2 * LANES, x[1] + N / 2 * LANES,
                               x[2] + N / 2 * LANES};
        double *const y2[3] = {y[0] + N / 2 * LANES, y[1] + N / 2 * LANES,
                               y[2] + N / 2 * LANES};
        filter_run(&f, &filter_state, x2, y2, N / 2);
        for (size_t lane = 0; lane < 3 * LANES; lane++) {
            double w[FILTER_SECTIONS_MAX + 1][3] = {
                {0}}; /* w[s][d]: input of section s, d ago */
            for (size_t t = 0; t < N; t++) {
                w[0][0] = axes[lane / LANES][t * LANES + lane % LANES] * f.gain;
                for (int s = 0; s < f.n; s++) {
                    const struct filter_section *c = &f.section[s];
                    w[s + 1][0] = w[s][0] + c->b1 * w[s][1] + c->b2 * w[s][2] -
                                  c->a1 * w[s + 1][1] - c->a2 * w[s + 1][2];
                }
                assert_close(out[lane / LANES][t * LANES + lane % LANES], w[f.n][0], 1e-11);
                for (int s = 0; s <= f.n; s++) {
                    w[s][2] = w[s][1];
                    w[s][1] = w[s][0];
                }
            }
        }
    }
}

static void a_settled_filter_gives_a_constant_for_a_constant(void **state)
{
    (void)state;
    enum { N = 50 };
    static double constant[N * LANES], out[3][N * LANES];
    for (size_t i = 0; i < N * LANES; i++) {
        constant[i] = 0.7;
    }
    static const enum filter_kind kinds[] = {FILTER_LOW_PASS, FILTER_HIGH_PASS,
                                             FILTER_BAND_PASS};
    for (size_t k = 0; k < 3; k++) {
        struct filter f;
        struct filter_state filter_state;
        assert_true(filter_butterworth(kinds[k], 4, 0.5, 8, 50, &f));
        double *const x[3] = {constant, constant, constant};
        double *const y[3] = {out[0], out[1], out[2]};
        filter_settle(&f, (const double *const *)x, &filter_state);
        filter_run(&f, &filter_state, x, y, N);
        for (size_t i = 0; i < N * LANES; i++) {
            assert_close(out[1][i], kinds[k] == FILTER_LOW_PASS ? 0.7 : 0.0, 1e-10);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_low_pass_at_a_quarter_of_the_rate_is_the_textbooks),
        cmocka_unit_test(corners_lie_at_half_power_and_the_pass_band_at_one),
        cmocka_unit_test(corners_beyond_half_the_rate_are_refused),
        cmocka_unit_test(lanes_follow_the_difference_equation),
        cmocka_unit_test(a_settled_filter_gives_a_constant_for_a_constant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
