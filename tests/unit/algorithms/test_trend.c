/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>

#include "algorithms/trend.h"

/* Each mean summed anew. */
static void the_running_mean_is_that_of_its_window(void **state)
{
    (void)state;
    float x[50];
    for (size_t i = 0; i < 50; i++) {
        x[i] = i % 7 == 3 || (i >= 20 && i < 30) ? NAN : (float)(i * i % 11);
    }
    for (size_t half = 1; half < 60; half += 4) {
        struct trend trend = {0};
        for (size_t i = 0; i < 50; i++) {
            double mean = trend_at(&trend, x, 50, i, half), sum = 0;
            size_t known = 0;
            for (size_t k = i > half ? i - half : 0; k < i + half && k < 50; k++) {
                sum += isnan(x[k]) ? 0 : (double)x[k];
                known += isnan(x[k]) ? 0 : 1;
            }
            assert_int_equal(trend.known, known);
            assert_int_equal(isnan(mean), known == 0);
            if (known > 0) {
                assert_close(mean, sum / (double)known, 1e-12);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_running_mean_is_that_of_its_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
