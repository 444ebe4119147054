/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Choi, Troiano and Tudor-Locke against the periods that ActiLife exported for one recording,
 * at every setting it was run with, and against an independent implementation's totals.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/nonwear_counts.h"
#include "algorithms/rest_tudor_locke.h"
#include "algorithms/scorer.h"
#include "algorithms/sleep.h"

#define DAY "data/counts/GT3XPlus-RawData-Day01-"
enum { N_MAX = 2000 };

static float axis1[N_MAX];
static size_t n_minutes;

/* Minute of the recording for "2012-06-28T02:37:00Z"; it starts on the 27th at 10:54. */
static size_t minute_of(const char *stamp)
{
    int day = atoi(stamp + 8), hour = atoi(stamp + 11), minute = atoi(stamp + 14);
    return (size_t)((day - 27) * 1440 + hour * 60 + minute - (10 * 60 + 54));
}

static int load_day(void **state)
{
    (void)state;
    const char *path = check_shared(DAY "10sec60sec.csv");
    if (path == NULL) {
        return 0;
    }
    char *text = check_read_file(path, NULL), *next = strchr(text, '\n') + 1;
    for (char *line;
         (line = strsep(&next, "\n")) != NULL && *line != '\0' && n_minutes < N_MAX;) {
        axis1[n_minutes++] = strtof(strchr(line, ',') + 1, NULL);
    }
    free(text);
    return 0;
}

/* Splits a line into cells. */
static size_t split(char *line, char *cell[], size_t room)
{
    size_t n = 0;
    line[strcspn(line, "\r")] = '\0';
    while (n < room && (cell[n] = strsep(&line, ",")) != NULL) {
        n++;
    }
    return n;
}

/* Calls score(cells, nonwear) for every setting of a period file and compares every minute. */
static size_t compare_periods(const char *name, void (*score)(char *cell[], uint8_t *nonwear))
{
    char path[128];
    snprintf(path, sizeof path, DAY "%s.csv", name);
    char *text = check_read_file(check_shared(path), NULL), *next = strchr(text, '\n') + 1;
    size_t periods = 0;
    for (char *line; (line = strsep(&next, "\n")) != NULL && *line != '\0'; periods++) {
        char *cell[16];
        uint8_t nonwear[N_MAX];
        split(line, cell, 16);
        score(cell, nonwear);
        size_t start = minute_of(cell[0]), end = minute_of(cell[1]);
        uint8_t expected = strcmp(cell[2], "FALSE") == 0;
        for (size_t i = start; i < end; i++) {
            if (nonwear[i] != expected) {
                fail_msg("%s: minute %zu of the period from %s: %d", name, i, cell[0],
                         nonwear[i]);
            }
        }
    }
    free(text);
    return periods;
}

static void score_choi(char *cell[], uint8_t *nonwear)
{
    struct choi_parameters p = {strtoul(cell[5], NULL, 10), strtoul(cell[6], NULL, 10),
                                strtoul(cell[7], NULL, 10)};
    nonwear_choi(axis1, n_minutes, &p, nonwear);
}

static void score_troiano(char *cell[], uint8_t *nonwear)
{
    struct troiano_parameters p = {.min_period = strtoul(cell[5], NULL, 10),
                                   .max_count = INFINITY,
                                   .spike_tolerance = strtoul(cell[7], NULL, 10),
                                   .spike_stop_level = atof(cell[8]),
                                   .threshold = atof(cell[9]),
                                   .consecutive = strcmp(cell[11], "TRUE") == 0};
    nonwear_troiano(axis1, n_minutes, &p, nonwear);
}

static void set(struct parameters *p, const char *name, const char *value)
{
    char assignment[64];
    struct failure why = {0};
    snprintf(assignment, sizeof assignment, "%s=%s", name, value);
    if (parameters_set(p, assignment, &why) != YK_OK) {
        fail_msg("%s: %s", assignment, why.text);
    }
}

/* The same settings by the words of a recipe, from the counts to the epochs' state. */
static void score_troiano_of_recipe(char *cell[], uint8_t *nonwear)
{
    struct analysis a;
    struct zone *utc = NULL;
    analysis_init(&a);
    struct parameters *p = &a.made_by.parameters;
    assert_int_equal(zone_open("Etc/UTC", &utc, NULL), YK_OK);
    assert_int_equal(parameters_of_recipe(RECIPE_ACTILIFE, p, NULL), YK_OK);
    set(p, "nonwear", "troiano");
    set(p, "troiano_min", cell[5]);
    set(p, "troiano_spike_min", cell[7]);
    set(p, "troiano_stop_counts", cell[8]);
    set(p, "troiano_spikes", strcmp(cell[11], "TRUE") == 0 ? "consecutive" : "total");
    a.info.count_kind = COUNT_KIND_ACTIGRAPH;
    a.epochs.epoch_s = 60;
    a.epochs.t0_ns = 0;
    assert_int_equal(epoch_series_resize(&a.epochs, n_minutes, NULL), YK_OK);
    assert_int_equal(epoch_series_need(&a.epochs, EPOCH_COUNTS_Y, NULL), YK_OK);
    memcpy(a.epochs.column[EPOCH_COUNTS_Y], axis1, n_minutes * sizeof *axis1);
    assert_int_equal(sleep_detect(&a, utc, NULL, NULL, NULL), YK_OK);
    for (size_t i = 0; i < n_minutes; i++) {
        nonwear[i] = (a.epochs.state[i] & STATE_NONWEAR) != 0;
    }
    analysis_release(&a);
    zone_close(utc);
}

static void choi_equals_actilife_in_every_setting(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, DAY "Choi-periods.csv");
    (void)path;
    assert_int_equal(compare_periods("Choi-periods", score_choi), 17);
}

static void troiano_equals_actilife_in_every_setting(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, DAY "Troiano-periods.csv");
    (void)path;
    assert_int_equal(compare_periods("Troiano-periods", score_troiano), 68);
}

static void a_recipe_can_choose_every_one_of_these_settings(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, DAY "Troiano-periods.csv");
    (void)path;
    assert_int_equal(compare_periods("Troiano-periods", score_troiano_of_recipe), 68);
}

static void compare_sleep_period(char *cell[], const struct sleep_period *period)
{
    assert_int_equal(period->start, minute_of(cell[7]));
    assert_int_equal(period->end, minute_of(cell[8]));
    assert_close(period->efficiency_pct, atof(cell[10]), 0.00501);
    assert_int_equal(period->tst_min, atoi(cell[13]));
    assert_int_equal(period->waso_min, atoi(cell[14]));
    assert_int_equal(period->awakenings_n, atoi(cell[15]));
    assert_close(period->mean_awakening_min, atof(cell[16]), 0.00501);
    assert_close(period->counts_sum, atof(cell[17]), 0);
    assert_close(period->movement_index_pct, atof(cell[18]), 0.000501);
    assert_close(period->fragmentation_index_pct, atof(cell[19]), 0.000501);
    assert_close(period->sleep_fragmentation_index_pct, atof(cell[20]), 0.000501);
}

static void tudor_locke_equals_actilife_in_every_period(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, DAY "sleep-periods.csv");
    char *text = check_read_file(path, NULL), *next = strchr(text, '\n') + 1;
    uint8_t score[N_MAX], scratch[N_MAX];
    struct scorer_input in = {axis1, n_minutes, 60, 0, NAN, 0};
    assert_int_equal(scorer_score(scorer_find("sadeh_actilife"), &in, score, NULL), YK_OK);
    char setting[64] = "";
    size_t seen = 0, n = 0, compared = 0;
    struct sleep_period periods[64];
    for (char *line; (line = strsep(&next, "\n")) != NULL && *line != '\0'; compared++) {
        char *cell[24];
        split(line, cell, 24);
        if (strcmp(setting, cell[1]) != 0) {
            assert_int_equal(seen, n); /* none more than ActiLife has */
            snprintf(setting, sizeof setting, "%s", cell[1]);
            struct tudor_locke_parameters p = {
                strtoul(cell[2], NULL, 10), strtoul(cell[3], NULL, 10),
                strtoul(cell[4], NULL, 10), strtoul(cell[5], NULL, 10),
                strtoul(cell[6], NULL, 10), true};
            tudor_locke_find(score, axis1, n_minutes, &p, scratch, periods, 64, &n);
            seen = 0;
        }
        assert_true(seen < n);
        compare_sleep_period(cell, &periods[seen++]);
    }
    assert_int_equal(seen, n);
    assert_int_equal(compared, 10);
    free(text);
}

static size_t runs_of(const uint8_t *x, size_t n, size_t *minutes)
{
    size_t runs = 0;
    *minutes = 0;
    for (size_t i = 0; i < n; i++) {
        *minutes += x[i];
        runs += x[i] == 1 && (i == 0 || x[i - 1] == 0);
    }
    return runs;
}

/* Number and minutes of nonwear of one rule against columns <rule>_n and <rule>_min. */
static void compare_totals(const char *header, const char *row, const char *rule,
                           const uint8_t *nonwear, size_t n)
{
    char *head = strdup(header), *values = strdup(row), *head_at = head, *values_at = values;
    char name_n[32], name_min[32];
    snprintf(name_n, sizeof name_n, "y_%s_n", rule);
    snprintf(name_min, sizeof name_min, "y_%s_min", rule);
    size_t minutes = 0, runs = runs_of(nonwear, n, &minutes), seen = 0;
    for (char *h, *v;
         (h = strsep(&head_at, ",")) != NULL && (v = strsep(&values_at, ",")) != NULL;) {
        if (strcmp(h, name_n) == 0) {
            assert_int_equal(runs, atoi(v));
            seen++;
        } else if (strcmp(h, name_min) == 0) {
            assert_int_equal(minutes, atoi(v));
            seen++;
        }
    }
    assert_int_equal(seen, 2);
    free(head);
    free(values);
}

static void compare_recording(const char *header, const char *row, const char *text)
{
    size_t room = strlen(text) / 16, n = 0;
    float *counts = calloc(room, sizeof *counts);
    uint8_t *nonwear = calloc(room, 1);
    for (const char *line = strchr(text, '\n'); line != NULL && line[1] != '\0';
         line = strchr(line + 1, '\n')) {
        const char *comma = strchr(strchr(line + 1, ',') + 1, ',');
        counts[n++] = strtof(comma + 1, NULL);
    }
    nonwear_choi(counts, n, &(struct choi_parameters){90, 30, 2}, nonwear);
    compare_totals(header, row, "Choi", nonwear, n);
    struct troiano_parameters troiano = {60, 0, INFINITY, 2, 100, true};
    nonwear_troiano(counts, n, &troiano, nonwear);
    compare_totals(header, row, "Troiano", nonwear, n);
    nonwear_zero_runs(counts, n, 120, nonwear);
    compare_totals(header, row, "zeros120", nonwear, n);
    free(counts);
    free(nonwear);
}

static void depresjon_totals_equal_the_reference(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/depresjon/reference_even.csv");
    char *text = check_read_file(path, NULL), *next = text;
    const char *header = strsep(&next, "\n");
    size_t compared = 0;
    for (char *row; (row = strsep(&next, "\n")) != NULL && *row != '\0';) {
        char name[128];
        snprintf(name, sizeof name, "data/depresjon/%.*s.csv.gz", (int)strcspn(row, ","), row);
        char *recording = check_read_file(check_shared(name), NULL);
        assert_non_null(recording);
        bool has_clock_change = strstr(recording, "2003-03-30 03:00") != NULL;
        if (!has_clock_change) { /* their missing hour is the reader's to fill, and tested there
                                  */
            compare_recording(header, row, recording);
            compared++;
        }
        free(recording);
    }
    assert_true(compared >= 24);
    free(text);
}

static void missing_counts_are_never_nonwear(void **state)
{
    (void)state;
    float counts[200] = {0};
    uint8_t nonwear[200];
    counts[50] = NAN;
    nonwear_choi(counts, 200, &(struct choi_parameters){90, 30, 2}, nonwear);
    for (size_t i = 0; i < 200; i++) {
        assert_int_equal(nonwear[i], i != 50);
    }
    nonwear_zero_runs(counts, 200, 120, nonwear);
    assert_int_equal(nonwear[0], 0);
    assert_int_equal(nonwear[51], 1);
}

static void a_recorder_that_repeats_itself_is_not_worn(void **state)
{
    (void)state;
    enum { N = 600 };
    float counts[N];
    uint8_t nonwear[N] = {0};
    for (size_t i = 0; i < N;
         i++) { /* 100 alive, 180 stuck at 3 and 5, alive, 60 stuck, alive */
        bool is_stuck = (i >= 100 && i < 280) || (i >= 400 && i < 460);
        counts[i] = is_stuck ? (i < 200 ? 3 : 5) : (float)(i * 37 % 101);
    }
    counts[150] = 40; /* a lorry passes */
    nonwear_add_stuck_runs(counts, N, 15, 15, 120, nonwear);
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(nonwear[i], i >= 100 && i < 280);
    }
    memset(counts, 0, sizeof counts); /* zeros are the other rule's */
    memset(nonwear, 0, sizeof nonwear);
    nonwear_add_stuck_runs(counts, N, 15, 15, 120, nonwear);
    assert_int_equal(nonwear[300], 0);
    for (size_t i = 0; i < N; i++) { /* to the very end */
        counts[i] = 7;
    }
    nonwear_add_stuck_runs(counts, N, 15, 15, 120, nonwear);
    assert_int_equal(nonwear[0] + nonwear[N - 1], 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(choi_equals_actilife_in_every_setting),
        cmocka_unit_test(troiano_equals_actilife_in_every_setting),
        cmocka_unit_test(a_recipe_can_choose_every_one_of_these_settings),
        cmocka_unit_test(tudor_locke_equals_actilife_in_every_period),
        cmocka_unit_test(depresjon_totals_equal_the_reference),
        cmocka_unit_test(a_recorder_that_repeats_itself_is_not_worn),
        cmocka_unit_test(missing_counts_are_never_nonwear),
    };
    return cmocka_run_group_tests(tests, load_day, NULL);
}
