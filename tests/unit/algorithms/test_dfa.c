/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Known slopes; recordings are compared in test_depresjon.c.
 */
#include "tests/support/check.h"
#include "tests/support/alloc.h"

#include <math.h>
#include <stdlib.h>

#include "algorithms/dfa.h"
#include "algorithms/phi.h"

/* Noise of a small generator, the same on every machine. */
static double *noise(size_t n)
{
    double *x = malloc(n * sizeof *x);
    uint64_t s = 88172645463325252u;
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (int k = 0; k < 12; k++) {
            s ^= s << 13;
            s ^= s >> 7;
            s ^= s << 17;
            sum += (double)(s >> 11) / 9007199254740992.0;
        }
        x[i] = sum - 6;
    }
    return x;
}

static void white_noise_has_half_and_its_sum_one_and_a_half(void **state)
{
    (void)state;
    size_t n = 20000;
    double *x = noise(n);
    struct dfa a, g;
    assert_int_equal(dfa_of(x, n, 60, &a, NULL), YK_OK);
    assert_int_equal(dfa_ggir(x, n, 60, &g, NULL), YK_OK);
    assert_close(a.alpha, 0.5, 0.03);
    assert_close(g.alpha, 0.5, 0.03);
    assert_close(a.abi, exp(-fabs(a.alpha - 1) * exp(2)), 1e-12);
    for (size_t i = 1; i < n; i++) {
        x[i] += x[i - 1];
    }
    assert_int_equal(dfa_of(x, n, 60, &a, NULL), YK_OK);
    assert_int_equal(dfa_ggir(x, n, 60, &g, NULL), YK_OK);
    assert_close(a.alpha, 1.5, 0.05);
    assert_close(g.alpha, 1.5, 0.05);
    free(x);
}

static void too_little_or_flat_is_unknown(void **state)
{
    (void)state;
    double x[64] = {0};
    struct dfa a;
    assert_int_equal(dfa_of(x, 64, 60, &a, NULL), YK_OK);
    assert_true(isnan(a.alpha) && isnan(a.abi));
    assert_int_equal(dfa_ggir(x, 0, 60, &a, NULL), YK_OK);
    assert_true(isnan(a.alpha));
    assert_int_equal(dfa_of(x, 15, 60, &a, NULL), YK_OK);
    assert_true(isnan(a.alpha));
}

static void phi_of_an_autoregression_is_found(void **state)
{
    (void)state;
    size_t n = 20000;
    double *x = noise(n), phi = NAN;
    for (size_t i = 1; i < n; i++) {
        x[i] += 0.7 * x[i - 1];
    }
    assert_int_equal(phi_of(x, n, &phi, NULL), YK_OK);
    assert_close(phi, 0.7, 0.02);
    free(x);
}

/* Against the exact likelihood written out, mean and all, on a fine grid. */
static void phi_takes_the_first_value_into_account(void **state)
{
    (void)state;
    static const double x[] = {4, 3, 3, 1, 0, 2, 2, 5}, flat[] = {2, 2, 2};
    static const double holes[] = {4, 3, NAN, 3, 1, 0, NAN, 2, 2, 5};
    double phi = NAN, best = NAN, least = INFINITY, joined = NAN;
    for (double p = -0.99; p < 0.99; p += 1e-3) {
        for (double m = 0; m < 5; m += 1e-3) {
            double s = (1 - p * p) * (x[0] - m) * (x[0] - m);
            for (int i = 1; i < 8; i++) {
                s += pow(x[i] - m - p * (x[i - 1] - m), 2);
            }
            double d = 8 * log(s / 8) - log(1 - p * p);
            best = d < least ? p : best;
            least = d < least ? d : least;
        }
    }
    assert_int_equal(phi_of(x, 8, &phi, NULL), YK_OK);
    assert_close(phi, best, 2e-3);
    assert_int_equal(phi_of(holes, 10, &joined, NULL), YK_OK);
    assert_close(joined, phi, 1e-9);
    assert_int_equal(phi_of(flat, 3, &phi, NULL), YK_OK);
    assert_true(isnan(phi));
    assert_int_equal(phi_of(x, 2, &phi, NULL), YK_OK);
    assert_true(isnan(phi));
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    double x[64] = {0}, phi;
    struct dfa a;
    alloc_fail_at(1);
    assert_int_equal(dfa_of(x, 64, 60, &a, NULL), YK_ERR_MEMORY);
    alloc_fail_at(1);
    assert_int_equal(dfa_ggir(x, 64, 60, &a, NULL), YK_ERR_MEMORY);
    alloc_fail_at(1);
    assert_int_equal(phi_of(x, 64, &phi, NULL), YK_ERR_MEMORY);
    alloc_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(white_noise_has_half_and_its_sum_one_and_a_half),
        cmocka_unit_test(too_little_or_flat_is_unknown),
        cmocka_unit_test(phi_of_an_autoregression_is_found),
        cmocka_unit_test(phi_takes_the_first_value_into_account),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
