/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>

#include "algorithms/angle.h"

static void the_arc_tangent_is_that_of_the_library(void **state)
{
    (void)state;
    for (int i = -20000; i <= 20000; i++) {
        double up = sinh(i / 2000.0), side = 1.3;
        assert_close(angle_deg(up, side), atan(up / side) * 180.0 / M_PI, 2e-13);
    }
}

static void straight_up_is_90_and_flat_is_0(void **state)
{
    (void)state;
    assert_close(angle_deg(1.0, 0.0), 90.0, 0.0);
    assert_close(angle_deg(-1.0, 0.0), -90.0, 0.0);
    assert_close(angle_deg(0.0, 1.0), 0.0, 0.0);
    assert_close(angle_deg(1.0, 1.0), 45.0, 1e-14);
    assert_true(isnan(angle_deg(0.0, 0.0)) != 0);
}

static void windows_span_five_seconds(void **state)
{
    (void)state;
    assert_int_equal(angle_step(100), 10);
    assert_int_equal(angle_step(25), 2);
    assert_int_equal(angle_step(12), 1);
    assert_int_equal(angle_width(100), 51);
    assert_int_equal(angle_width(6), 31);
    assert_int_equal(angle_width(5), 25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_arc_tangent_is_that_of_the_library),
        cmocka_unit_test(straight_up_is_90_and_flat_is_0),
        cmocka_unit_test(windows_span_five_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
