/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <string.h>

#include "algorithms/order.h"

static void order_finds_every_place_of_a_shuffled_series(void **context)
{
    (void)context;
    for (size_t n = 1; n < 60; n++) {
        for (size_t k = 0; k < n; k++) {
            double x[60];
            for (size_t i = 0; i < n; i++) {
                x[i] = (double)(i * 37 % 61 % n);
            }
            double copy[60];
            memcpy(copy, x, sizeof copy);
            double found = order_kth(x, n, k);
            size_t below = 0, equal = 0;
            for (size_t i = 0; i < n; i++) {
                below += copy[i] < found;
                equal += copy[i] == found;
            }
            assert_true(below <= k && k < below + equal);
        }
    }
}

static void order_quantiles_are_rs_type_7(void **context)
{
    (void)context;
    /* R: quantile(c(3, 1, 4, 1, 5, 9, 2, 6), c(0, .1, .5, .9, 1)) */
    static const double share[] = {0, 0.1, 0.5, 0.9, 1}, expected[] = {1, 1, 3.5, 6.9, 9};
    for (int k = 0; k < 5; k++) {
        double x[] = {3, 1, 4, 1, 5, 9, 2, 6};
        assert_close(order_quantile(x, 8, share[k]), expected[k], 1e-12);
    }
    double one[] = {7};
    assert_close(order_quantile(one, 1, 0.3), 7, 0);
    assert_true(isnan(order_quantile(one, 0, 0.3)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_finds_every_place_of_a_shuffled_series),
        cmocka_unit_test(order_quantiles_are_rs_type_7),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
