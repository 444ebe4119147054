/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <string.h>

#include "algorithms/sib_vanhees.h"

enum { N = 40 };

/* Three postures: epochs 0-9, 10-24, 25-39. */
static void postures(double angle[N])
{
    for (int i = 0; i < N; i++) {
        angle[i] = i < 10 ? 0 : i < 25 ? 30 : 60;
    }
}

static size_t marked(const uint8_t *still, size_t first, size_t end)
{
    size_t n = 0;
    for (size_t i = first; i < end; i++) {
        n += still[i];
    }
    return n;
}

static void sib_sound_counts_the_ends_of_the_series(void **context)
{
    (void)context;
    double angle[N];
    uint8_t still[N];
    postures(angle);
    sib_mark(angle, N, 5, 12, SIB_SOUND, still);
    assert_int_equal(marked(still, 0, 10), 0); /* 10 epochs are too few */
    assert_int_equal(marked(still, 10, 25), 15);
    assert_int_equal(marked(still, 25, 40), 15);
}

static void sib_ggir_needs_a_change_on_both_sides_and_begins_one_epoch_early(void **context)
{
    (void)context;
    double angle[N];
    uint8_t still[N];
    postures(angle);
    sib_mark(angle, N, 5, 12, SIB_GGIR, still);
    assert_int_equal(marked(still, 0, 9), 0);
    assert_int_equal(marked(still, 9, 25), 16);
    assert_int_equal(marked(still, 25, 40), 0);
}

static void sib_ggir_takes_a_series_without_changes_whole(void **context)
{
    (void)context;
    double angle[N] = {0};
    uint8_t still[N];
    sib_mark(angle, N, 5, 12, SIB_GGIR, still);
    assert_int_equal(marked(still, 0, N), N);
    for (int i = 0; i < N; i++) {
        angle[i] = i % 2 == 0 ? 0 : 45; /* 39 changes, no bout */
    }
    sib_mark(angle, N, 5, 12, SIB_GGIR, still);
    assert_int_equal(marked(still, 0, N), 0);
}

static void sib_unknown_epochs_end_a_bout_and_are_none(void **context)
{
    (void)context;
    double angle[N] = {0};
    uint8_t still[N];
    angle[20] = NAN;
    angle[21] = NAN;
    sib_mark(angle, N, 5, 12, SIB_SOUND, still);
    assert_int_equal(marked(still, 0, 20), 20);
    assert_int_equal(still[20] + still[21], 0);
    assert_int_equal(marked(still, 22, N), 18);
}

static void sib_a_step_of_exactly_five_degrees_is_no_change(void **context)
{
    (void)context;
    double angle[N];
    uint8_t still[N];
    for (int i = 0; i < N; i++) {
        angle[i] = i < 20 ? 0 : 5;
    }
    sib_mark(angle, N, 5, 12, SIB_SOUND, still);
    assert_int_equal(marked(still, 0, N), N);
    sib_mark(angle, 0, 5, 12, SIB_SOUND, still);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sib_sound_counts_the_ends_of_the_series),
        cmocka_unit_test(sib_ggir_needs_a_change_on_both_sides_and_begins_one_epoch_early),
        cmocka_unit_test(sib_ggir_takes_a_series_without_changes_whole),
        cmocka_unit_test(sib_unknown_epochs_end_a_bout_and_are_none),
        cmocka_unit_test(sib_a_step_of_exactly_five_degrees_is_no_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
