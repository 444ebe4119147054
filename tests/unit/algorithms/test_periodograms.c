/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lomb-Scargle, its fast spectrum and the chi-square periodogram on made series; recordings are
 * compared in test_depresjon.c.
 */
#include "tests/support/check.h"
#include "tests/support/alloc.h"

#include <math.h>
#include <stdlib.h>

#include "algorithms/chi_square_periodogram.h"
#include "algorithms/lomb_scargle.h"
#include "algorithms/spectrum.h"

/* Five-minute values of a wave of 25.3 h with holes. */
#define N 3001

static void make(double *x, bool with_holes)
{
    for (int i = 0; i < N; i++) {
        x[i] = 7 + 2 * sin(2 * M_PI * (i / 12.0) / 25.3 + 1) + i % 5;
        if (with_holes && (i % 11 == 0 || (i > 500 && i < 700))) {
            x[i] = NAN;
        }
    }
}

/* The definition, term by term. */
static double by_definition(const double *x, double period_h)
{
    double w = 2 * M_PI / period_h, sum = 0, n = 0, c2 = 0, s2 = 0, squares = 0;
    for (int i = 0; i < N; i++) {
        if (!isnan(x[i])) {
            sum += x[i];
            n++;
            c2 += cos(2 * w * i / 12.0);
            s2 += sin(2 * w * i / 12.0);
        }
    }
    double tau = atan2(s2, c2) / (2 * w), yc = 0, ys = 0, cc = 0, ss = 0;
    for (int i = 0; i < N; i++) {
        if (!isnan(x[i])) {
            double a = w * (i / 12.0 - tau), d = x[i] - sum / n;
            yc += d * cos(a);
            ys += d * sin(a);
            cc += cos(a) * cos(a);
            ss += sin(a) * sin(a);
            squares += d * d;
        }
    }
    return (yc * yc / cc + ys * ys / ss) / 2 / (squares / (n - 1));
}

static void powers_equal_the_definition_with_and_without_holes(void **state)
{
    (void)state;
    double *x = malloc(N * sizeof *x);
    static const double period[] = {3, 20, 24, 25.3, 28, 100};
    double power[6];
    for (int holes = 0; holes < 2; holes++) {
        make(x, holes == 1);
        assert_int_equal(lomb_scargle(x, N, 1 / 12.0, period, 6, power, NULL), YK_OK);
        for (int k = 0; k < 6; k++) {
            double expected = by_definition(x, period[k]);
            assert_close(power[k], expected, 1e-9 * fmax(1, expected));
        }
    }
    free(x);
}

static void the_fast_spectrum_equals_the_direct_powers(void **state)
{
    (void)state;
    double *x = malloc(N * sizeof *x);
    make(x, true);
    struct spectrum s;
    assert_int_equal(spectrum_lomb_scargle(x, N, 1 / 12.0, 4, &s, NULL), YK_OK);
    assert_true(s.n > 1000);
    for (size_t k = 1; k < s.n; k += 37) {
        double period = 1 / ((double)k * s.step_per_h), power = 0;
        assert_int_equal(lomb_scargle(x, N, 1 / 12.0, &period, 1, &power, NULL), YK_OK);
        assert_close(s.power[k], power, 1e-8 * fmax(1, power));
    }
    spectrum_release(&s);
    free(x);
}

static void the_strongest_period_is_found_between_the_frequencies(void **state)
{
    (void)state;
    double *x = malloc(N * sizeof *x), period = 0, power = 0;
    make(x, true);
    assert_int_equal(spectrum_strongest_period(x, N, 1 / 12.0, 20, 28, &period, &power, NULL),
                     YK_OK);
    assert_close(period, 25.3, 0.02);
    assert_close(power, by_definition(x, period), 1e-6);
    for (int i = 0; i < N; i++) {
        x[i] = 1;
    }
    assert_int_equal(spectrum_strongest_period(x, N, 1 / 12.0, 20, 28, &period, &power, NULL),
                     YK_OK);
    assert_true(isnan(period) && isnan(power));
    free(x);
}

static void folding_a_small_series_by_hand(void **state)
{
    (void)state;
    /* 1 2 6 | 3 2 4 | 2: mean 20/7; phases 1 3 2, 2 2, 6 4 */
    static const double x[] = {1, 2, 6, 3, 2, 4, 2};
    double m = 20.0 / 7, q = 0, squares = 0;
    for (int i = 0; i < 7; i++) {
        squares += (x[i] - m) * (x[i] - m);
    }
    double between = 3 * (2 - m) * (2 - m) + 2 * (2 - m) * (2 - m) + 2 * (5 - m) * (5 - m);
    assert_int_equal(chi_square_q(x, 7, 3, &q, NULL), YK_OK);
    assert_close(q, between / (squares / 7), 1e-12);
    static const double holes[] = {1, NAN, 6, 3, 2, NAN, 2};
    double mean = 14.0 / 5, all = 0;
    for (int i = 0; i < 7; i++) {
        all += isnan(holes[i]) ? 0 : (holes[i] - mean) * (holes[i] - mean);
    }
    between = 3 * (2 - mean) * (2 - mean) + (2 - mean) * (2 - mean) + (6 - mean) * (6 - mean);
    assert_int_equal(chi_square_q(holes, 7, 3, &q, NULL), YK_OK);
    assert_close(q, between / (all / 5), 1e-12);
    assert_int_equal(chi_square_q(x, 7, 0, &q, NULL), YK_ERR_ARGUMENT);
}

static void the_largest_q_is_at_the_true_period(void **state)
{
    (void)state;
    double *x = malloc(N * sizeof *x);
    for (int i = 0; i < N; i++) {
        x[i] = i % 293 < 100 ? 5 : 1;
    }
    struct chi_square_peak peak;
    assert_int_equal(chi_square_search(x, N, 240, 336, 0.05, &peak, NULL), YK_OK);
    assert_int_equal(peak.period, 293);
    assert_true(peak.q > peak.limit);
    assert_true(peak.limit > 292);
    free(x);
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    static const double x[] = {1, 2, 6, 3, 2, 4, 2};
    for (uint64_t k = 1;; k++) {
        double period = 0, power = 0, q = 0;
        alloc_fail_at(k);
        enum yk_status status = spectrum_strongest_period(x, 7, 1, 2, 6, &period, &power, NULL);
        if (status == YK_OK) {
            status = chi_square_q(x, 7, 3, &q, NULL);
        }
        bool refused = alloc_end(status, YK_OK);
        if (!refused) {
            break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(powers_equal_the_definition_with_and_without_holes),
        cmocka_unit_test(the_fast_spectrum_equals_the_direct_powers),
        cmocka_unit_test(the_strongest_period_is_found_between_the_frequencies),
        cmocka_unit_test(folding_a_small_series_by_hand),
        cmocka_unit_test(the_largest_q_is_at_the_true_period),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
