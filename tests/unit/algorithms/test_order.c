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

static void a_window_that_slides_has_the_median_of_what_it_holds(void **context)
{
    (void)context;
    enum { N = 80, WIDTH = 7 };
    double x[N], room[WIDTH + 1], here[WIDTH];
    struct order_window window = {room, 0};
    assert_true(isnan(order_window_median(&window)));
    for (size_t i = 0; i < N; i++) {
        x[i] = i % 11 == 3 ? (double)NAN : (double)(i * 37 % 61 % 13); /* equal ones, too */
        order_window_add(&window, x[i]);
        if (i >= WIDTH) {
            order_window_remove(&window, x[i - WIDTH]);
        }
        size_t n = 0;
        for (size_t k = i >= WIDTH ? i - WIDTH + 1 : 0; k <= i; k++) {
            if (!isnan(x[k])) {
                here[n++] = x[k];
            }
        }
        assert_int_equal(window.n, n);
        assert_close(order_window_median(&window), order_quantile(here, n, 0.5), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_finds_every_place_of_a_shuffled_series),
        cmocka_unit_test(order_quantiles_are_rs_type_7),
        cmocka_unit_test(a_window_that_slides_has_the_median_of_what_it_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
