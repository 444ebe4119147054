/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <string.h>

#include "algorithms/sleep_states.h"
#include "tests/support/alloc.h"

enum { N = 12 * 60 * 10 }; /* ten hours of 5-s epochs */

static uint8_t moved[N], state[N];

/* A person who moves in one of `gap` epochs between two times (minutes). */
static void live(size_t first_min, size_t end_min, size_t gap)
{
    for (size_t i = 12 * first_min; i < 12 * end_min; i++) {
        moved[i] = i * 2654435761u / 1024 % gap == 0 ? MOVED_YES : MOVED_NO;
    }
}

static double minutes_of(enum sleep_state what, size_t first_min, size_t end_min)
{
    size_t n = 0;
    for (size_t i = 12 * first_min; i < 12 * end_min; i++) {
        n += state[i] == (uint8_t)what;
    }
    return (double)n / 12;
}

static void states_follow_how_often_the_arm_moves(void **context)
{
    (void)context;
    live(0, 120, 1);    /* always */
    live(120, 150, 6);  /* about every other bin */
    live(150, 540, 60); /* every five minutes */
    live(540, 600, 1);
    assert_int_equal(sleep_states_find(moved, N, 5, state, NULL), YK_OK);
    assert_close(minutes_of(SLEEP_STATE_ACTIVE, 0, 120), 120, 1);
    assert_close(minutes_of(SLEEP_STATE_QUIET, 120, 150), 30, 4);
    assert_close(minutes_of(SLEEP_STATE_ASLEEP, 150, 540), 390, 4);
    assert_close(minutes_of(SLEEP_STATE_ACTIVE, 540, 600), 60, 1);
}

static void sleep_begins_after_a_movement_and_ends_before_one(void **context)
{
    (void)context;
    live(0, 120, 1);
    live(120, 480, 60);
    live(480, 600, 1);
    moved[12 * 120] = MOVED_YES;
    moved[12 * 120 + 1] = MOVED_NO;
    assert_int_equal(sleep_states_find(moved, N, 5, state, NULL), YK_OK);
    size_t onset = 0, wake = N;
    while (state[onset] != SLEEP_STATE_ASLEEP) {
        onset++;
    }
    while (state[wake - 1] != SLEEP_STATE_ASLEEP) {
        wake--;
    }
    assert_int_equal(moved[onset], MOVED_NO);
    assert_int_equal(moved[onset - 1], MOVED_YES);
    assert_int_equal(moved[wake - 1], MOVED_NO);
    assert_int_equal(moved[wake], MOVED_YES);
    assert_close((double)onset / 12, 120, 0.6);
    assert_close((double)wake / 12, 480, 0.6);
}

static void unknown_epochs_have_no_state(void **context)
{
    (void)context;
    live(0, 600, 60);
    memset(moved + 1200, MOVED_UNKNOWN, 1200);
    assert_int_equal(sleep_states_find(moved, N, 5, state, NULL), YK_OK);
    for (size_t i = 1200; i < 2400; i++) {
        assert_int_equal(state[i], SLEEP_STATE_UNKNOWN);
    }
    assert_int_equal(state[1199], SLEEP_STATE_ASLEEP);
    assert_int_equal(state[2400], SLEEP_STATE_ASLEEP);
    memset(moved, MOVED_UNKNOWN, N);
    assert_int_equal(sleep_states_find(moved, N, 5, state, NULL), YK_OK);
}

static void short_and_long_epochs_are_taken(void **context)
{
    (void)context;
    live(0, 600, 60);
    assert_int_equal(sleep_states_find(moved, 0, 5, state, NULL), YK_OK);
    assert_int_equal(sleep_states_find(moved, 1, 5, state, NULL), YK_OK);
    assert_int_equal(sleep_states_find(moved, 601, 60, state, NULL), YK_OK);
    assert_int_equal(sleep_states_find(moved, N, 1, state, NULL), YK_OK);
    for (uint64_t k = 1; k <= 3; k++) {
        alloc_fail_at(k);
        assert_int_equal(sleep_states_find(moved, N, 5, state, NULL), YK_ERR_MEMORY);
    }
    alloc_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_follow_how_often_the_arm_moves),
        cmocka_unit_test(sleep_begins_after_a_movement_and_ends_before_one),
        cmocka_unit_test(unknown_epochs_have_no_state),
        cmocka_unit_test(short_and_long_epochs_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
