/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <stdlib.h>

#include "src/simulate/random.h"

enum { DRAWS = 200000 };

static void generator_gives_the_published_sequence(void **state)
{
    (void)state;
    /* xoshiro256** from state 1 2 3 4, as the authors' C code prints it */
    static const uint64_t expected[] = {11520ull,
                                        0ull,
                                        1509978240ull,
                                        1215971899390074240ull,
                                        1216172134540287360ull,
                                        607988272756665600ull,
                                        16172922978634559625ull,
                                        8476171486693032832ull,
                                        10595114339597558777ull,
                                        2904607092377533576ull};
    struct random random = {{1, 2, 3, 4}};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_true(random_next(&random) == expected[i]);
    }
}

static void streams_and_seeds_share_nothing(void **state)
{
    (void)state;
    struct random a, b, c;
    random_seed(&a, 1, STREAM_PLAN);
    random_seed(&b, 1, STREAM_BODY);
    random_seed(&c, 2, STREAM_PLAN);
    double sum_ab = 0;
    double sum_ac = 0;
    for (int i = 0; i < DRAWS; i++) {
        double x = random_uniform(&a) - 0.5;
        sum_ab += x * (random_uniform(&b) - 0.5);
        sum_ac += x * (random_uniform(&c) - 0.5);
    }
    /* SD of the mean product: 1/12 / sqrt(n) = 0.00019 */
    assert_close(sum_ab / DRAWS, 0, 0.0009);
    assert_close(sum_ac / DRAWS, 0, 0.0009);
}

static void check_moments(double (*draw)(struct random *), double tail_low, double tail_high)
{
    struct random random;
    random_seed(&random, 5, STREAM_SENSOR);
    double sum = 0;
    double square = 0;
    double cube = 0;
    int beyond = 0;
    for (int i = 0; i < DRAWS; i++) {
        double x = draw(&random);
        sum += x;
        square += x * x;
        cube += x * x * x;
        beyond += fabs(x) > 1.959964;
    }
    assert_close(sum / DRAWS, 0, 0.01);
    assert_close(square / DRAWS, 1, 0.015);
    assert_close(cube / DRAWS, 0, 0.03);
    assert_in_range(beyond, (int)(tail_low * DRAWS), (int)(tail_high * DRAWS));
}

static double draw_noise(struct random *random)
{
    return random_noise(random);
}

static void normal_numbers_are_normal(void **state)
{
    (void)state;
    check_moments(random_normal, 0.048, 0.052);
}

static void noise_is_nearly_normal(void **state)
{
    (void)state;
    check_moments(draw_noise, 0.046, 0.054);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void log_normal_numbers_have_their_median_and_spread(void **state)
{
    (void)state;
    static double x[DRAWS];
    struct random random;
    random_seed(&random, 9, STREAM_BODY);
    for (int i = 0; i < DRAWS; i++) {
        x[i] = random_lognormal(&random, 12, 0.7);
    }
    qsort(x, DRAWS, sizeof x[0], by_value);
    assert_close(x[DRAWS / 2], 12, 0.12);
    assert_close(x[(int)(DRAWS * 0.8413447)] / 12, exp(0.7), 0.04);
}

static void whole_numbers_stay_below_their_limit_and_reach_all(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 3, STREAM_PLAN);
    int seen[7] = {0};
    for (int i = 0; i < 70000; i++) {
        uint64_t k = random_below(&random, 7);
        assert_true(k < 7);
        seen[k]++;
    }
    for (int k = 0; k < 7; k++) {
        assert_in_range(seen[k], 9500, 10500);
    }
    double sum = 0;
    for (int i = 0; i < DRAWS; i++) {
        sum += random_exponential(&random, 4);
    }
    assert_close(sum / DRAWS, 4, 0.05);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generator_gives_the_published_sequence),
        cmocka_unit_test(streams_and_seeds_share_nothing),
        cmocka_unit_test(normal_numbers_are_normal),
        cmocka_unit_test(noise_is_nearly_normal),
        cmocka_unit_test(log_normal_numbers_have_their_median_and_spread),
        cmocka_unit_test(whole_numbers_stay_below_their_limit_and_reach_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
