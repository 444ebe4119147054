/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include "algorithms/best_sum.h"

static const float weight[] = {-2, 1, 1, 1, -2, 1, 1, 1, 1, -2, -2, -2, -2, 1, 1, -2};

static void best_sum_bridges_what_it_outweighs(void **context)
{
    (void)context;
    struct best_sum best = best_sum_find(weight, 0, 16);
    assert_int_equal(best.first, 1);
    assert_int_equal(best.end, 9);
    assert_close(best.sum, 5, 0);
    best = best_sum_find(weight, 9, 16);
    assert_int_equal(best.first, 13);
    assert_int_equal(best.end, 15);
}

static void best_sum_of_nothing_good_is_empty(void **context)
{
    (void)context;
    struct best_sum best = best_sum_find(weight, 9, 13);
    assert_int_equal(best.first, best.end);
    assert_close(best.sum, 0, 0);
    best = best_sum_find(weight, 3, 3);
    assert_int_equal(best.first, best.end);
}

static void best_sum_takes_the_first_of_equals_and_no_zeros_at_its_ends(void **context)
{
    (void)context;
    const float even[] = {0, 2, 0, -3, 2, 0};
    struct best_sum best = best_sum_find(even, 0, 6);
    assert_int_equal(best.first, 1);
    assert_int_equal(best.end, 2);
}

static void best_sum_lists_in_order_of_time_down_to_a_least_sum(void **context)
{
    (void)context;
    struct best_sum list[4];
    assert_int_equal(best_sum_list(weight, 0, 16, 1, list, 4), 2);
    assert_int_equal(list[0].first, 1);
    assert_int_equal(list[1].first, 13);
    assert_int_equal(best_sum_list(weight, 0, 16, 3, list, 4), 1);
    assert_int_equal(best_sum_list(weight, 0, 16, 1, list, 1), 1);
    assert_int_equal(best_sum_list(weight, 9, 13, 1, list, 4), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(best_sum_bridges_what_it_outweighs),
        cmocka_unit_test(best_sum_of_nothing_good_is_empty),
        cmocka_unit_test(best_sum_takes_the_first_of_equals_and_no_zeros_at_its_ends),
        cmocka_unit_test(best_sum_lists_in_order_of_time_down_to_a_least_sum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
