/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/rest_crespo.h"
#include "tests/support/alloc.h"
#include "tests/support/epoch_table.h"
#include "tests/support/reference.h"

enum { DAY = 1440 };

/* Days with eight hours of near stillness from `bed` on. */
static float *made_counts(size_t days, size_t bed, double level)
{
    float *counts = calloc(days * DAY, sizeof *counts);
    assert_non_null(counts);
    for (size_t i = 0; i < days * DAY; i++) {
        bool is_night = (i + DAY - bed) % DAY < 480;
        double count = is_night ? (i % 11 == 0 ? 3 : 0) : 100 + (double)(i * 37 % 101);
        counts[i] = (float)(count * level);
    }
    return counts;
}

static size_t rest_minutes(const uint8_t *rest, size_t from, size_t to)
{
    size_t n = 0;
    for (size_t i = from; i < to; i++) {
        n += rest[i];
    }
    return n;
}

static void tidy_nights_are_the_rests(void **state)
{
    (void)state;
    float *counts = made_counts(5, 1380, 1);
    uint8_t *rest = calloc(5 * DAY, 1);
    assert_int_equal(rest_crespo(counts, 5 * DAY, 60, rest, NULL), YK_OK);
    for (size_t day = 1; day < 4; day++) {
        size_t bed = day * DAY + 1380;
        for (size_t i = bed + 45; i < bed + 435 && i < 5 * DAY; i++) {
            assert_int_equal(rest[i], 1);
        }
        for (size_t i = day * DAY + 600; i < bed - 45; i++) {
            assert_int_equal(rest[i], 0);
        }
    }
    free(rest);
    free(counts);
}

/* Outside a record nothing is known; a package that takes rest there gives an hour at each end.
 */
static void an_active_end_is_active(void **state)
{
    (void)state;
    float *counts = made_counts(4, 1100, 1); /* rests end at 140 min, the record at 1440 */
    uint8_t *rest = calloc(4 * DAY, 1);
    assert_int_equal(rest_crespo(counts + 300, 4 * DAY - 800, 60, rest, NULL), YK_OK);
    assert_int_equal(rest_minutes(rest, 0, 120), 0);
    assert_int_equal(rest_minutes(rest, 4 * DAY - 920, 4 * DAY - 800), 0);
    free(rest);
    free(counts);
}

static void the_unit_of_counts_does_not_matter(void **state)
{
    (void)state;
    float *one = made_counts(4, 1380, 1), *ten = made_counts(4, 1380, 16);
    uint8_t *a = calloc(4 * DAY, 1), *b = calloc(4 * DAY, 1);
    assert_int_equal(rest_crespo(one, 4 * DAY, 60, a, NULL), YK_OK);
    assert_int_equal(rest_crespo(ten, 4 * DAY, 60, b, NULL), YK_OK);
    assert_memory_equal(a, b, 4 * DAY);
    free(a);
    free(b);
    free(one);
    free(ten);
}

static void missing_counts_and_strange_epochs_are_survived(void **state)
{
    (void)state;
    float *counts = made_counts(3, 1380, 1);
    uint8_t *rest = calloc(3 * DAY, 1);
    struct failure why;
    for (size_t i = 700; i < 900; i++) {
        counts[i] = NAN;
    }
    assert_int_equal(rest_crespo(counts, 3 * DAY, 60, rest, NULL), YK_OK);
    assert_int_equal(rest_minutes(rest, 600, 1300), 0);
    assert_int_equal(rest_crespo(counts, 3 * DAY, 45, rest, &why), YK_ERR_ARGUMENT);
    assert_int_equal(rest_crespo(counts, 1, 60, rest, NULL), YK_OK);
    for (size_t i = 0; i < 3 * DAY; i++) {
        counts[i] = NAN;
    }
    assert_int_equal(rest_crespo(counts, 3 * DAY, 60, rest, NULL), YK_OK);
    alloc_fail_at(2);
    assert_int_equal(rest_crespo(counts, 3 * DAY, 60, rest, NULL), YK_ERR_MEMORY);
    alloc_fail_at(0);
    free(rest);
    free(counts);
}

/* pyActigraphy leaves out a step and calls the first and last hour rest
 * (docs/algorithms/crespo.md): its minutes of rest cannot be ours, but must be near. */
static void rest_is_near_that_of_the_deviating_package(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/depresjon/reference_even.csv");
    struct reference table;
    double share = 0, worst = 0;
    reference_open(&table, path);
    for (size_t row = 0; row < table.rows; row++) {
        char name[128];
        struct epoch_series epochs;
        snprintf(name, sizeof name, "data/depresjon/%s.csv.gz",
                 reference_text(&table, row, "id"));
        epoch_table_read(check_shared(name), "UTC", NULL, &epochs);
        uint8_t *rest = calloc(epochs.n, 1);
        assert_non_null(rest);
        assert_int_equal(rest_crespo(epochs.column[EPOCH_COUNTS], epochs.n, 60, rest, NULL),
                         YK_OK);
        double theirs = reference_number(&table, row, "pa_Crespo_sleep_min");
        double off = ((double)rest_minutes(rest, 0, epochs.n) - theirs) / (double)epochs.n;
        share += fabs(off) / (double)table.rows;
        worst = fmax(worst, fabs(off));
        if (getenv("YOAKE_SHOW") != NULL) {
            print_message("%s %+.4f\n", reference_text(&table, row, "id"), off);
        }
        free(rest);
        epoch_series_release(&epochs);
    }
    print_message("Crespo: %.4f of a recording apart on average, %.4f at most\n", share, worst);
    assert_true(share < 0.025 && worst < 0.09);
    reference_close(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tidy_nights_are_the_rests),
        cmocka_unit_test(an_active_end_is_active),
        cmocka_unit_test(the_unit_of_counts_does_not_matter),
        cmocka_unit_test(missing_counts_and_strange_epochs_are_survived),
        cmocka_unit_test(rest_is_near_that_of_the_deviating_package),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
