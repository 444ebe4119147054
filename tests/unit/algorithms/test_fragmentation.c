/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Worked example; recordings are compared in test_depresjon.c.
 */
#include "tests/support/check.h"
#include "tests/support/alloc.h"

#include <math.h>

#include "algorithms/fragmentation.h"
#include "src/base/mem.h"

static const uint8_t states[] = {1, 1, 0, 0, 0, 1, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 1};

static void compare_steps(uint8_t wanted, const struct bout_step *expected, size_t n)
{
    struct bout_step *steps = NULL;
    size_t n_steps = 0;
    assert_int_equal(fragmentation_steps(states, 21, wanted, &steps, &n_steps, NULL), YK_OK);
    assert_int_equal(n_steps, n);
    for (size_t i = 0; i < n; i++) {
        assert_close(steps[i].t, expected[i].t, 0);
        assert_close(steps[i].p, expected[i].p, 1e-12);
        assert_close(steps[i].weight, expected[i].weight, 1e-12);
    }
    mem_free(steps);
}

static void a_series_worked_by_hand_has_its_chances(void **state)
{
    (void)state;
    const struct bout_step rest[] = {
        {1, 0.4, sqrt(8)}, {2, 1.0 / 3, sqrt(5)}, {3, 0.5, sqrt(3)}};
    const struct bout_step active[] = {{1, 0.5, 3}, {2, 2.0 / 3, 2}};
    compare_steps(0, rest, 3);
    compare_steps(1, active, 2);
}

static void a_missing_epoch_ends_a_bout_and_is_none(void **state)
{
    (void)state;
    static const uint8_t with[] = {0, 0, 255, 0, 1, 0, 0, 0};
    struct bout_step *steps = NULL;
    size_t n = 0;
    assert_int_equal(fragmentation_steps(with, 8, 0, &steps, &n, NULL), YK_OK);
    assert_int_equal(n, 2); /* bouts of 2, 1 and 3 */
    assert_close(steps[0].p, 1.0 / 3, 1e-12);
    assert_close(steps[1].p, 1.0 / 2, 1e-12);
    mem_free(steps);
}

static void lowess_of_a_straight_line_is_the_line(void **state)
{
    (void)state;
    struct bout_step s[40];
    double smooth[40];
    for (int i = 0; i < 40; i++) {
        s[i] = (struct bout_step){.t = i * i, .p = 3 + 0.25 * i * i};
    }
    fragmentation_lowess(s, 40, 0.3, smooth);
    for (int i = 0; i < 40; i++) {
        assert_close(smooth[i], s[i].p, 1e-9);
    }
}

static void too_few_bouts_have_no_k(void **state)
{
    (void)state;
    static const double x[] = {0, 0, 9, 9, 0, 0};
    struct fragmentation k;
    assert_int_equal(fragmentation_of(x, 6, 4, &k, NULL), YK_OK);
    assert_true(isnan(k.kra) && isnan(k.kar));
    assert_int_equal(fragmentation_of(x, 0, 4, &k, NULL), YK_OK);
    assert_true(isnan(k.kra));
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    double x[21];
    for (int i = 0; i < 21; i++) {
        x[i] = states[i] * 10;
    }
    for (uint64_t k = 1;; k++) {
        struct fragmentation out = {-1, -1};
        alloc_fail_at(k);
        enum yk_status status = fragmentation_of(x, 21, 4, &out, NULL);
        bool refused = alloc_end(status, YK_OK);
        if (!refused) {
            break;
        }
        assert_close(out.kra, -1, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_series_worked_by_hand_has_its_chances),
        cmocka_unit_test(a_missing_epoch_ends_a_bout_and_is_none),
        cmocka_unit_test(lowess_of_a_straight_line_is_the_line),
        cmocka_unit_test(too_few_bouts_have_no_k),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
