/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <string.h>

#include "algorithms/sri.h"
#include "src/base/mem.h"
#include "tests/support/alloc.h"

static void states_of(const char *text, uint8_t *state)
{
    for (size_t i = 0; text[i] != '\0'; i++) {
        state[i] = text[i] == '?' ? SRI_UNKNOWN : (uint8_t)(text[i] - '0');
    }
}

static void sri_pooled_gives_the_published_examples(void **context)
{
    (void)context;
    uint8_t state[18];
    size_t pairs = 0;
    states_of("111000110000111001", state);
    assert_close(sri_pooled(state, 18, 6, 1, &pairs), 50, 1e-12);
    assert_int_equal(pairs, 12);
    states_of("1110001?0000111001", state);
    assert_close(sri_pooled(state, 18, 6, 1, &pairs), 40, 1e-12);
    assert_int_equal(pairs, 10);
}

static void sri_pooled_needs_enough_pairs(void **context)
{
    (void)context;
    uint8_t state[18];
    states_of("111000110000111001", state);
    assert_true(isnan(sri_pooled(state, 18, 6, 13, NULL)));
    assert_true(isnan(sri_pooled(state, 6, 6, 0, NULL)));
    assert_true(isnan(sri_pooled(state, 0, 6, 0, NULL)));
}

static void sri_bins_round_half_to_awake_and_keep_unknown(void **context)
{
    (void)context;
    uint8_t state[18];
    struct failure why;
    struct sri_bins bins;
    sri_bins_init(&bins);
    states_of("1110001111000?1111", state);
    assert_int_equal(sri_bins_make(&bins, state, 18, 0, 5, &why), YK_OK);
    assert_int_equal(bins.n, 3);
    assert_int_equal(bins.bin_s, 30);
    assert_int_equal(bins.state[0], SRI_AWAKE); /* 3 of 6 */
    assert_int_equal(bins.state[1], SRI_ASLEEP);
    assert_int_equal(bins.state[2], SRI_UNKNOWN);
    sri_bins_release(&bins);
}

static void sri_bins_follow_the_clock_not_the_recording(void **context)
{
    (void)context;
    uint8_t state[7] = {1, 1, 0, 0, 0, 0, 0};
    struct sri_bins bins;
    sri_bins_init(&bins);
    assert_int_equal(sri_bins_make(&bins, state, 7, 20 * NS_PER_S, 5, NULL), YK_OK);
    assert_int_equal(bins.n, 2);
    assert_int_equal(bins.t0_ns, 0);
    assert_int_equal(bins.state[0], SRI_ASLEEP);
    assert_int_equal(bins.state[1], SRI_AWAKE);
    sri_bins_release(&bins);
    sri_bins_release(&bins);
}

static void sri_pairs_compare_calendar_days(void **context)
{
    (void)context;
    struct zone *zone = NULL;
    assert_int_equal(zone_open("UTC", &zone, NULL), YK_OK);
    static uint8_t state[3 * 1440]; /* minutes; asleep 0-8 h on days 1 and 2, 0-4 h on day 3 */
    for (size_t i = 0; i < sizeof state; i++) {
        state[i] = i % 1440 < (i < 2880 ? 480u : 240u);
    }
    struct sri_bins bins;
    sri_bins_init(&bins);
    assert_int_equal(sri_bins_make(&bins, state, sizeof state, 0, 60, NULL), YK_OK);
    struct sri_pair *pairs = NULL;
    size_t n = 0;
    assert_int_equal(sri_pairs_of_days(&bins, zone, &pairs, &n, NULL), YK_OK);
    assert_int_equal(n, 2);
    assert_close(pairs[0].sri, 100, 1e-12);
    assert_close(pairs[0].compared_share, 1, 1e-12);
    assert_close(pairs[1].sri, -100 + 200.0 * 1200 / 1440, 1e-12);
    assert_int_equal(pairs[1].date.day, 2);
    mem_free(pairs);
    sri_bins_release(&bins);
    zone_close(zone);
}

static void sri_pairs_of_an_unknown_day_are_unknown(void **context)
{
    (void)context;
    struct zone *zone = NULL;
    assert_int_equal(zone_open("UTC", &zone, NULL), YK_OK);
    static uint8_t state[2 * 1440];
    memset(state, SRI_UNKNOWN, sizeof state);
    struct sri_bins bins;
    sri_bins_init(&bins);
    assert_int_equal(sri_bins_make(&bins, state, sizeof state, 0, 60, NULL), YK_OK);
    struct sri_pair *pairs = NULL;
    size_t n = 0;
    assert_int_equal(sri_pairs_of_days(&bins, zone, &pairs, &n, NULL), YK_OK);
    assert_int_equal(n, 1);
    assert_true(isnan(pairs[0].sri));
    assert_close(pairs[0].compared_share, 0, 0);
    mem_free(pairs);
    sri_bins_release(&bins);
    zone_close(zone);
}

static void sri_pairs_over_a_clock_change_go_by_position(void **context)
{
    (void)context;
    struct zone *zone = NULL;
    assert_int_equal(zone_open("Europe/London", &zone, NULL), YK_OK);
    /* 2024-03-30 00:00 to 2024-04-01 00:00: 24 h and 23 h, all asleep. */
    int64_t t0 = zone_instant_of_day(zone, (struct civil_date){2024, 3, 30}, 0);
    static uint8_t state[47 * 60];
    memset(state, 1, sizeof state);
    struct sri_bins bins;
    sri_bins_init(&bins);
    assert_int_equal(sri_bins_make(&bins, state, sizeof state, t0, 60, NULL), YK_OK);
    struct sri_pair *pairs = NULL;
    size_t n = 0;
    assert_int_equal(sri_pairs_of_days(&bins, zone, &pairs, &n, NULL), YK_OK);
    assert_int_equal(n, 1);
    assert_close(pairs[0].sri, 100, 0);
    assert_close(pairs[0].compared_share, 23.0 / 24, 1e-12);
    mem_free(pairs);
    sri_bins_release(&bins);
    zone_close(zone);
}

static void sri_says_when_memory_is_refused(void **context)
{
    (void)context;
    uint8_t state[6] = {0};
    struct sri_bins bins;
    struct failure why;
    sri_bins_init(&bins);
    alloc_fail_at(1);
    assert_int_equal(sri_bins_make(&bins, state, 6, 0, 5, &why), YK_ERR_MEMORY);
    alloc_fail_at(0);
    assert_int_equal(bins.n, 0);
    assert_int_equal(sri_bins_make(&bins, state, 6, 0, 0, &why), YK_ERR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sri_pooled_gives_the_published_examples),
        cmocka_unit_test(sri_pooled_needs_enough_pairs),
        cmocka_unit_test(sri_bins_round_half_to_awake_and_keep_unknown),
        cmocka_unit_test(sri_bins_follow_the_clock_not_the_recording),
        cmocka_unit_test(sri_pairs_compare_calendar_days),
        cmocka_unit_test(sri_pairs_of_an_unknown_day_are_unknown),
        cmocka_unit_test(sri_pairs_over_a_clock_change_go_by_position),
        cmocka_unit_test(sri_says_when_memory_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
