/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How long an epoch is, by the times of rows.
 */
#include "tests/support/check.h"

#include "firmware-formats/epoch_step.h"
#include "src/base/clock.h"

/* Rows that are step_s apart, but for the first `others` steps, which are other_s. */
static size_t rows(int64_t *ns, size_t n, int64_t step_s, size_t others, int64_t other_s)
{
    for (size_t i = 0; i < n; i++) {
        ns[i] = i == 0 ? 0 : ns[i - 1] + (i <= others ? other_s : step_s) * NS_PER_S;
    }
    return n;
}

static void most_steps_tell_the_epoch(void **state)
{
    (void)state;
    int64_t ns[EPOCH_STEP_ROWS] = {0};
    assert_int_equal(epoch_step_usual_s(ns, rows(ns, EPOCH_STEP_ROWS, 60, 0, 0)), 60);
    assert_int_equal(epoch_step_agreed_s(ns, EPOCH_STEP_ROWS), 60);
    assert_int_equal(epoch_step_median_ns(ns, EPOCH_STEP_ROWS), 60 * NS_PER_S);
    assert_int_equal(epoch_step_usual_s(ns, rows(ns, 100, 60, 40, 3600)), 60);
    assert_int_equal(epoch_step_agreed_s(ns, 100), 60);
    /* as many of one as of the other: the smaller one is usual */
    assert_int_equal(epoch_step_usual_s(ns, rows(ns, 41, 60, 20, 15)), 15);
    assert_int_equal(epoch_step_agreed_s(ns, 41), 0);
}

static void steps_that_are_none_are_left_out(void **state)
{
    (void)state;
    int64_t ns[20] = {0};
    assert_int_equal(epoch_step_usual_s(ns, 0), 0);
    assert_int_equal(epoch_step_usual_s(ns, rows(ns, 1, 60, 0, 0)), 0);
    assert_int_equal(epoch_step_usual_s(ns, rows(ns, 20, 0, 0, 0)), 0);
    assert_int_equal(epoch_step_usual_s(ns, rows(ns, 20, -60, 0, 0)), 0);
    assert_int_equal(epoch_step_usual_s(ns, rows(ns, 20, 86401, 0, 0)), 0);
    assert_int_equal(epoch_step_usual_s(ns, rows(ns, 20, 60, 15, 100000)), 60);
    assert_int_equal(epoch_step_agreed_s(ns, 20), 0); /* most rows are further apart */
}

static void few_rows_agree_on_nothing(void **state)
{
    (void)state;
    int64_t ns[20] = {0};
    assert_int_equal(epoch_step_usual_s(ns, rows(ns, 9, 30, 0, 0)), 30);
    assert_int_equal(epoch_step_median_ns(ns, 9), 0);
    assert_int_equal(epoch_step_agreed_s(ns, 9), 0);
    assert_int_equal(epoch_step_agreed_s(ns, rows(ns, 10, 30, 0, 0)), 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(most_steps_tell_the_epoch),
        cmocka_unit_test(steps_that_are_none_are_left_out),
        cmocka_unit_test(few_rows_agree_on_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
