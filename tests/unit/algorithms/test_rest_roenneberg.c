/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/rest_roenneberg.h"
#include "algorithms/sri.h"
#include "src/base/clock.h"
#include "tests/support/alloc.h"
#include "tests/support/reference.h"

/* Minute of the wall clock since 1970 of "2003-05-07 15:00:00". */
static int64_t minute_of(const char *text)
{
    struct civil_date date;
    char day[11] = "";
    memcpy(day, text, 10);
    assert_true(civil_parse(day, &date));
    int hour = (text[11] - '0') * 10 + text[12] - '0';
    return civil_to_days(date) * 1440 + hour * 60 + (text[14] - '0') * 10 + text[15] - '0';
}

/* Counts on the wall-clock grid of minutes, missing ones NaN. */
static float *counts_of(const char *path, size_t *n, int64_t *first)
{
    struct reference table;
    reference_open(&table, path);
    *first = minute_of(reference_text(&table, 0, "timestamp"));
    int64_t last = minute_of(reference_text(&table, table.rows - 1, "timestamp"));
    *n = (size_t)(last - *first) + 1;
    float *counts = malloc(*n * sizeof *counts);
    assert_non_null(counts);
    for (size_t i = 0; i < *n; i++) {
        counts[i] = NAN;
    }
    for (size_t r = 0; r < table.rows; r++) {
        int64_t at = minute_of(reference_text(&table, r, "timestamp")) - *first;
        counts[at] = (float)reference_number(&table, r, "activity");
    }
    reference_close(&table);
    return counts;
}

static double midsleep_min(const uint8_t *asleep, size_t n, int64_t first)
{
    double x = 0, y = 0, turn = 8 * atan(1);
    for (size_t i = 0; i < n; i++) {
        if (asleep[i] == SRI_ASLEEP) {
            double angle = turn * (double)(((int64_t)i + first) % 1440) / 1440;
            x += cos(angle);
            y += sin(angle);
        }
    }
    return fmod(1440 / turn * atan2(y, x) + 1440, 1440);
}

static void rest_gives_the_reference_midsleep_and_regularity(void **context)
{
    (void)context;
    SHARED_OR_SKIP(path, "data/depresjon/reference_even.csv");
    struct reference table;
    reference_open(&table, path);
    assert_int_equal(table.rows, 27);
    for (size_t r = 0; r < table.rows; r++) {
        char name[64];
        snprintf(name, sizeof name, "data/depresjon/%s.csv.gz",
                 reference_text(&table, r, "id"));
        size_t n = 0;
        int64_t first = 0;
        float *counts = counts_of(check_shared(name), &n, &first);
        uint8_t *asleep = malloc(n);
        assert_int_equal(rest_roenneberg(counts, n, 60, asleep, NULL), YK_OK);
        assert_close(midsleep_min(asleep, n, first),
                     reference_number(&table, r, "y_midsleep_Roenneberg_min"), 1e-6);
        assert_close(sri_pooled(asleep, n, 1440, 1, NULL),
                     reference_number(&table, r, "y_SRI_Roenneberg"), 1e-6);
        free(counts);
        free(asleep);
    }
    reference_close(&table);
}

static void rest_of_a_tidy_night_is_the_night(void **context)
{
    (void)context;
    enum { N = 3 * 1440 };
    static float counts[N];
    static uint8_t asleep[N];
    for (size_t i = 0; i < N; i++) {
        size_t minute = i % 1440; /* asleep from 23:00 to 07:00 */
        counts[i] = minute < 420 || minute >= 1380 ? 0 : 300;
    }
    assert_int_equal(rest_roenneberg(counts, N, 60, asleep, NULL), YK_OK);
    assert_int_equal(asleep[1380 - 1], 0);
    for (size_t i = 1380; i < 1860; i++) {
        assert_int_equal(asleep[i], 1);
    }
    assert_int_equal(asleep[1860], 0);
}

static void rest_copes_with_little_or_nothing(void **context)
{
    (void)context;
    float counts[40] = {0};
    uint8_t asleep[40];
    assert_int_equal(rest_roenneberg(counts, 0, 60, asleep, NULL), YK_OK);
    assert_int_equal(rest_roenneberg(counts, 40, 60, asleep, NULL), YK_OK);
    assert_int_equal(asleep[20], 0); /* no trend from 40 minutes */
    assert_int_equal(rest_roenneberg(counts, 40, 77, asleep, NULL), YK_ERR_ARGUMENT);
    for (uint64_t k = 1; k <= 3; k++) {
        alloc_fail_at(k);
        assert_int_equal(rest_roenneberg(counts, 40, 60, asleep, NULL), YK_ERR_MEMORY);
    }
    alloc_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rest_gives_the_reference_midsleep_and_regularity),
        cmocka_unit_test(rest_of_a_tidy_night_is_the_night),
        cmocka_unit_test(rest_copes_with_little_or_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
