/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>

#include "src/simulate/exact_math.h"

static void sine_and_cosine_agree_with_the_c_library(void **state)
{
    (void)state;
    for (double x = -1000; x < 1000; x += 0.0371) {
        double s, c;
        exact_sincos(x, &s, &c);
        assert_close(s, sin(x), 1e-13);
        assert_close(c, cos(x), 1e-13);
        assert_close(s * s + c * c, 1, 1e-14);
    }
}

static void exponential_agrees_with_the_c_library(void **state)
{
    (void)state;
    for (double x = -690; x < 690; x += 0.173) {
        assert_close(exact_exp(x) / exp(x), 1, 1e-13);
    }
    assert_true(exact_exp(-1000) == 0);
    assert_true(exact_exp(0) == 1);
}

static void logarithm_agrees_with_the_c_library(void **state)
{
    (void)state;
    for (double x = 1e-200; x < 1e200; x *= 1.37) {
        assert_close(exact_log(x), log(x), 1e-13 * (1 + fabs(log(x))));
    }
    assert_true(exact_log(1) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sine_and_cosine_agree_with_the_c_library),
        cmocka_unit_test(exponential_agrees_with_the_c_library),
        cmocka_unit_test(logarithm_agrees_with_the_c_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
