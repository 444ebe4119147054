/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The decisions that the reference recording does not touch (it is compared in
 * test_night_ggir.c).
 */
#include "tests/support/check.h"

#include <math.h>
#include <string.h>

#include "algorithms/nonwear_ggir.h"

enum { N = 400, HOUR = 4 };

static float score[N];
static uint8_t wear[N];

static void set(size_t first, size_t n, float value)
{
    for (size_t i = first; i < first + n; i++) {
        score[i] = value;
    }
}

static size_t count(uint8_t bit)
{
    size_t n = 0;
    for (size_t i = 0; i < N; i++) {
        n += (wear[i] & bit) != 0;
    }
    return n;
}

static void two_still_axes_are_nonwear_one_is_not(void **context)
{
    (void)context;
    set(0, N, 0);
    set(100, 8, 2);
    set(200, 8, 1);
    score[300] = NAN;
    nonwear_ggir_decide(score, NULL, N, 0.3, wear);
    assert_int_equal(count(GGIR_R1_NONWEAR), 9);
    assert_int_equal(wear[300], GGIR_R1_NONWEAR);
    assert_int_equal(wear[200], 0);
}

static void short_wear_between_long_nonwear_is_implausible(void **context)
{
    (void)context;
    set(0, N, 0);
    set(100, 10 * HOUR, 3);
    set(100 + 15 * HOUR, 10 * HOUR, 3); /* 5 h worn against 20 h off: 0.25 */
    nonwear_ggir_decide(score, NULL, N, 0.3, wear);
    assert_int_equal(count(GGIR_R3_IMPLAUSIBLE), 5 * HOUR);
    set(0, N, 0);
    set(100, 8 * HOUR, 3);
    set(100 + 13 * HOUR, 8 * HOUR, 3); /* 5 h against 16 h: 0.31 */
    nonwear_ggir_decide(score, NULL, N, 0.3, wear);
    assert_int_equal(count(GGIR_R3_IMPLAUSIBLE), 0);
    set(0, N, 0);
    set(100, 2 * HOUR, 3);
    set(100 + 4 * HOUR, 1 * HOUR, 3); /* 2 h against 3 h: below 3 h and 0.8 */
    nonwear_ggir_decide(score, NULL, N, 0.3, wear);
    assert_int_equal(count(GGIR_R3_IMPLAUSIBLE), 2 * HOUR);
}

static void wear_before_the_first_and_after_the_last_nonwear_is_implausible(void **context)
{
    (void)context;
    set(0, N, 0);
    set(8, 2 * HOUR, 3);
    set(N - 8 - 2 * HOUR, 2 * HOUR, 3);
    nonwear_ggir_decide(score, NULL, N, 0.3, wear);
    assert_int_equal(wear[0], GGIR_R3_IMPLAUSIBLE);
    assert_int_equal(wear[7], GGIR_R3_IMPLAUSIBLE);
    assert_int_equal(wear[N - 1], GGIR_R3_IMPLAUSIBLE);
    assert_int_equal(count(GGIR_R3_IMPLAUSIBLE), 16);
    set(0, N, 0);
    set(10, 2 * HOUR, 3); /* GGIR's three hours end after ten quarters */
    nonwear_ggir_decide(score, NULL, N, 0.3, wear);
    assert_int_equal(count(GGIR_R3_IMPLAUSIBLE), 0);
}

static void clipping_counts_above_the_limit(void **context)
{
    (void)context;
    static float clipped[N];
    set(0, N, 0);
    clipped[5] = 0.3f;
    clipped[6] = 0.31f;
    nonwear_ggir_decide(score, clipped, N, 0.30000001192092896, wear);
    assert_int_equal(wear[5], 0);
    assert_int_equal(wear[6], GGIR_R2_CLIPPED);
    nonwear_ggir_decide(score, clipped, 0, 0.3, wear);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_still_axes_are_nonwear_one_is_not),
        cmocka_unit_test(short_wear_between_long_nonwear_is_implausible),
        cmocka_unit_test(wear_before_the_first_and_after_the_last_nonwear_is_implausible),
        cmocka_unit_test(clipping_counts_above_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
