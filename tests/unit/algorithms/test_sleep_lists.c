/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include "algorithms/sleep_lists.h"
#include "tests/support/alloc.h"

static void open_hour(struct analysis *out)
{
    analysis_init(out);
    assert_int_equal(parameters_of_recipe(RECIPE_DEFAULT, &out->made_by.parameters, NULL),
                     YK_OK);
    out->epochs.epoch_s = 60;
    assert_int_equal(epoch_series_resize(&out->epochs, 60, NULL), YK_OK);
    out->epochs.t0_ns = 1000 * NS_PER_S;
}

static void instants_find_their_epoch_within_the_series(void **context)
{
    (void)context;
    struct analysis hour;
    open_hour(&hour);
    assert_int_equal(sleep_epoch_of(&hour.epochs, 0), 0);
    assert_int_equal(sleep_epoch_of(&hour.epochs, 1000 * NS_PER_S + 60 * NS_PER_S), 1);
    assert_int_equal(sleep_epoch_of(&hour.epochs, 1000 * NS_PER_S + 60 * NS_PER_S - 1), 0);
    assert_int_equal(sleep_epoch_of(&hour.epochs, INT64_MAX), 60);
    analysis_release(&hour);
}

static void nonwear_is_listed_in_runs_of_one_kind(void **context)
{
    (void)context;
    struct analysis hour;
    open_hour(&hour);
    sleep_mark(&hour.epochs, 10, 20, STATE_NONWEAR | STATE_NONWEAR_STILL);
    sleep_mark(&hour.epochs, 20, 25, STATE_NONWEAR_STILL);
    sleep_mark(&hour.epochs, 50, 100, STATE_IMPLAUSIBLE);
    assert_int_equal(sleep_collect_nonwear(&hour, NULL), YK_OK);
    assert_int_equal(hour.n_nonwear, 3);
    assert_false(hour.nonwear[0].is_stillness_only);
    assert_true(hour.nonwear[1].is_stillness_only);
    assert_int_equal(hour.nonwear[1].start_ns, hour.nonwear[0].end_ns);
    assert_int_equal(hour.nonwear[2].end_ns, epoch_start_ns(&hour.epochs, 60));
    analysis_release(&hour);
}

static void quarters_mark_only_what_is_asked_for(void **context)
{
    (void)context;
    struct analysis hour;
    open_hour(&hour);
    assert_int_equal(quarter_series_resize(&hour.quarters, 4, NULL), YK_OK);
    hour.quarters.t0_ns = hour.epochs.t0_ns;
    for (size_t q = 0; q < 4; q++) {
        hour.quarters.score_2013[q] = 0;
        hour.quarters.score_2023[q] = q == 1 ? 3 : 0;
        hour.quarters.clipped[q] = q == 3 ? 0.5f : 0;
    }
    assert_int_equal(sleep_mark_quarters(&hour, false, STATE_NONWEAR_STILL, NULL), YK_OK);
    assert_int_equal(hour.epochs.state[15], STATE_NONWEAR_STILL);
    assert_int_equal(hour.epochs.state[29], STATE_NONWEAR_STILL);
    assert_int_equal(hour.epochs.state[30], 0);
    assert_int_equal(hour.epochs.state[45], 0);
    assert_int_equal(sleep_mark_quarters(&hour, true, SLEEP_QUARTER_BITS, NULL), YK_OK);
    assert_int_equal(hour.epochs.state[45], STATE_CLIPPED);
    alloc_fail_at(1);
    assert_int_equal(sleep_mark_quarters(&hour, true, SLEEP_QUARTER_BITS, NULL), YK_ERR_MEMORY);
    alloc_fail_at(0);
    analysis_release(&hour);
}

static void rests_are_sorted_by_start_the_main_one_first(void **context)
{
    (void)context;
    struct analysis hour;
    open_hour(&hour);
    const struct rest rests[] = {{.start_ns = 5, .end_ns = 9, .kind = REST_KIND_BED},
                                 {.start_ns = 5, .end_ns = 8, .is_main = true},
                                 {.start_ns = 1, .end_ns = 2, .kind = REST_KIND_NAP}};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(sleep_add_rest(&hour, &rests[i], NULL), YK_OK);
    }
    sleep_sort_rests(&hour);
    assert_int_equal(hour.rests[0].start_ns, 1);
    assert_true(hour.rests[1].is_main);
    assert_int_equal(hour.rests[2].kind, REST_KIND_BED);
    analysis_release(&hour);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instants_find_their_epoch_within_the_series),
        cmocka_unit_test(nonwear_is_listed_in_runs_of_one_kind),
        cmocka_unit_test(quarters_mark_only_what_is_asked_for),
        cmocka_unit_test(rests_are_sorted_by_start_the_main_one_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
