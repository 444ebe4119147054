/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>

#include "src/model/mean_sd.h"

/* R: x <- c(1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16); mean(x); sd(x) */
static void far_from_zero_nothing_is_cancelled(void **state)
{
    (void)state;
    struct mean_sd m = {0, 0, 0};
    const double x[] = {1e9 + 4, NAN, 1e9 + 7, 1e9 + 13, 1e9 + 16};
    for (size_t i = 0; i < 5; i++) {
        mean_sd_add(&m, x[i]);
    }
    mean_sd_settle(&m, 1, 2);
    assert_int_equal(m.n, 4);
    assert_close(m.mean, 1e9 + 10, 0);
    assert_close(m.sd, 5.477225575051661, 1e-12);
}

static void too_few_values_have_neither(void **state)
{
    (void)state;
    struct mean_sd none = {0, 0, 0}, one = {0, 0, 0}, three = {0, 0, 0};
    mean_sd_settle(&none, 1, 2);
    assert_true(isnan(none.mean) && isnan(none.sd));
    mean_sd_add(&one, 7);
    mean_sd_settle(&one, 1, 2);
    assert_close(one.mean, 7, 0);
    assert_true(isnan(one.sd));
    for (int i = 0; i < 3; i++) {
        mean_sd_add(&three, i);
    }
    mean_sd_settle(&three, 3, 4);
    assert_close(three.mean, 1, 0);
    assert_true(isnan(three.sd));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(far_from_zero_nothing_is_cancelled),
        cmocka_unit_test(too_few_values_have_neither),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
