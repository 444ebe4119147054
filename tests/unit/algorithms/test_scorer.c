/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Scorers against outputs we did not make: ActiLife's Sadeh and Cole-Kripke (1500 minutes),
 * Actiware's sleep/wake column (half a million minutes, and 15-s epochs), and an independent
 * implementation on the Depresjon recordings.
 */
#include "tests/support/check.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/methods.h"
#include "algorithms/scorer.h"

/* ---- a CSV in memory, by column name ---- */

struct sheet {
    char *bytes;
    char **cell; /* rows * columns, header first */
    size_t rows, columns;
};

static void sheet_open(struct sheet *self, const char *path)
{
    size_t size = 0;
    self->bytes = check_read_file(path, &size);
    assert_non_null(self->bytes);
    self->columns = 1;
    for (const char *c = self->bytes; *c != '\n'; c++) {
        self->columns += *c == ',';
    }
    size_t room = 0;
    for (size_t i = 0; i < size; i++) {
        room += self->bytes[i] == '\n';
    }
    self->cell = calloc((room + 2) * self->columns, sizeof *self->cell);
    self->rows = 0;
    char *next = self->bytes;
    for (char *line; (line = strsep(&next, "\n")) != NULL && *line != '\0'; self->rows++) {
        line[strcspn(line, "\r")] = '\0';
        for (size_t k = 0; k < self->columns; k++) {
            char *cell = strsep(&line, ",");
            self->cell[self->rows * self->columns + k] =
                cell != NULL ? cell : self->bytes + size;
        }
    }
    self->rows--;
}

static void sheet_close(struct sheet *self)
{
    free(self->cell);
    free(self->bytes);
}

static const char *sheet_at(const struct sheet *self, size_t row, const char *name)
{
    for (size_t k = 0; k < self->columns; k++) {
        if (strcmp(self->cell[k], name) == 0) {
            return self->cell[(row + 1) * self->columns + k];
        }
    }
    fail_msg("no column %s", name);
    return "";
}

static float *sheet_counts(const struct sheet *self, const char *name)
{
    float *x = calloc(self->rows + 1, sizeof *x);
    for (size_t i = 0; i < self->rows; i++) {
        char *end = NULL;
        const char *cell = sheet_at(self, i, name);
        x[i] = strtof(cell, &end);
        if (end == cell) {
            x[i] = NAN;
        }
    }
    return x;
}

static uint8_t *score_with(const char *id, const float *counts, size_t n, int32_t epoch_s,
                           double threshold)
{
    uint8_t *score = calloc(n + 1, 1);
    struct scorer_input in = {counts, n, epoch_s, 0, threshold, 0};
    struct failure why = {0};
    assert_int_equal(scorer_score(scorer_find(id), &in, score, &why), YK_OK);
    return score;
}

/* ---- tests ---- */

static void actilife_scores_the_same_1500_minutes(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/counts/GT3XPlus-RawData-Day01-sleep-awake.csv");
    struct sheet sheet;
    sheet_open(&sheet, path);
    float *counts = sheet_counts(&sheet, "axis1");
    uint8_t *sadeh = score_with("sadeh_actilife", counts, sheet.rows, 60, NAN);
    uint8_t *cole = score_with("cole_kripke_actilife", counts, sheet.rows, 60, NAN);
    assert_int_equal(sheet.rows, 1500);
    for (size_t i = 0; i < sheet.rows; i++) {
        assert_int_equal(sadeh[i], *sheet_at(&sheet, i, "sadeh") == 'S');
        assert_int_equal(cole[i], *sheet_at(&sheet, i, "cole-kripke") == 'S');
    }
    free(sadeh);
    free(cole);
    free(counts);
    sheet_close(&sheet);
}

/* The Depresjon reference summed Oakley's weights as binary fractions, so that some exact ties
 * came out above the threshold; Actiware scores every tie as sleep (all 160 in the couples'
 * data, test below). True for such an epoch. docs/algorithms/scorers.md */
static bool is_tie_lost_in_doubles(const float *x, size_t n, size_t i, int threshold)
{
    if (i < 2 || i + 2 >= n) {
        return false;
    }
    long whole = lroundf(25 * x[i] + 5 * (x[i - 1] + x[i + 1]) + x[i - 2] + x[i + 2]);
    double sum = 0.04 * (double)x[i - 2] + 0.2 * (double)x[i - 1] + 1.0 * (double)x[i] +
                 0.2 * (double)x[i + 1] + 0.04 * (double)x[i + 2];
    return whole == 25L * threshold && sum > threshold;
}

static size_t differing(const struct sheet *sheet, const char *column, const uint8_t *score)
{
    size_t n = 0;
    for (size_t i = 0; i < sheet->rows; i++) {
        const char *cell = sheet_at(sheet, i, column);
        uint8_t expected = *cell == '\0' ? SCORE_UNKNOWN : (uint8_t)(*cell - '0');
        n += expected != score[i];
    }
    return n;
}

static void compare_depresjon(const char *path)
{
    static const struct {
        const char *column, *id;
        bool rescored;
    } CASES[] = {
        {"y_ck_mean_raw", "cole_kripke", false},
        {"y_ck_mean_webster", "cole_kripke", true},
        {"y_ck_actilife", "cole_kripke_actilife", false},
        {"y_sadeh_actilife", "sadeh_actilife", false},
        {"y_oakley40", "oakley_strict", false},
        {"y_scripps", "scripps", false},
    };
    struct sheet sheet;
    sheet_open(&sheet, path);
    float *counts = sheet_counts(&sheet, "activity");
    for (size_t k = 0; k < sizeof CASES / sizeof *CASES; k++) {
        uint8_t *score = score_with(CASES[k].id, counts, sheet.rows, 60, NAN);
        if (CASES[k].rescored) {
            webster_rescore(score, sheet.rows);
        }
        size_t n = differing(&sheet, CASES[k].column, score);
        for (size_t i = 0; strcmp(CASES[k].id, "oakley_strict") == 0 && i < sheet.rows; i++) {
            n -= is_tie_lost_in_doubles(counts, sheet.rows, i, 40);
        }
        if (n != 0) {
            print_error("%s: %s: %zu epochs differ\n", path, CASES[k].column, n);
        }
        assert_int_equal(n, 0);
        free(score);
    }
    free(counts);
    sheet_close(&sheet);
}

static void depresjon_scores_equal_the_independent_ones(void **state)
{
    (void)state;
    static const char *const FILES[] = {"data/depresjon/epochs_condition_2.csv.gz",
                                        "data/depresjon/epochs_condition_14.csv.gz",
                                        "data/depresjon/epochs_control_6.csv.gz"};
    for (size_t i = 0; i < 3; i++) {
        SHARED_OR_SKIP(path, FILES[i]);
        compare_depresjon(path);
    }
}

static void depresjon_totals_equal_the_reference(void **state)
{
    (void)state;
    static const struct {
        const char *column, *id;
        double threshold;
    } CASES[] = {
        {"y_CKactilife_sleep_min", "cole_kripke_actilife", NAN},
        {"y_Sadeh0_sleep_min", "sadeh", NAN},
        {"y_SadehActilife_sleep_min", "sadeh_actilife", NAN},
        {"y_Oakley20_sleep_min", "oakley_strict", 20},
        {"y_Oakley40_sleep_min", "oakley_strict", 40},
        {"y_Oakley80_sleep_min", "oakley_strict", 80},
    };
    SHARED_OR_SKIP(reference_path, "data/depresjon/reference_even.csv");
    struct sheet reference;
    sheet_open(&reference, reference_path);
    size_t compared = 0;
    for (size_t r = 0; r < reference.rows; r++) {
        if (atoi(sheet_at(&reference, r, "n_missing")) != 0) {
            continue; /* the minute grid with a gap is made by the reader, tested there */
        }
        char name[128];
        snprintf(name, sizeof name, "data/depresjon/%s.csv.gz", sheet_at(&reference, r, "id"));
        SHARED_OR_SKIP(path, name);
        struct sheet sheet;
        sheet_open(&sheet, path);
        float *counts = sheet_counts(&sheet, "activity");
        double threshold = oakley_auto_threshold(counts, sheet.rows, 60);
        assert_close(threshold, atof(sheet_at(&reference, r, "y_Oakley_auto_threshold")),
                     1e-8 * threshold);
        for (size_t k = 0; k < sizeof CASES / sizeof *CASES; k++) {
            uint8_t *score =
                score_with(CASES[k].id, counts, sheet.rows, 60, CASES[k].threshold);
            int asleep = 0;
            for (size_t i = 0; i < sheet.rows; i++) {
                asleep += score[i] == SCORE_SLEEP;
                asleep -=
                    strcmp(CASES[k].id, "oakley_strict") == 0 &&
                    is_tie_lost_in_doubles(counts, sheet.rows, i, (int)CASES[k].threshold);
            }
            assert_int_equal(asleep, atoi(sheet_at(&reference, r, CASES[k].column)));
            free(score);
        }
        compared++;
        free(counts);
        sheet_close(&sheet);
    }
    assert_true(compared > 20);
    sheet_close(&reference);
}

/* Actiware's own column: 0 sleep, 1 wake. Missing counts enter as 0. Returns differing minutes.
 */
static size_t compare_actiware(const char *path, const char *counts_name, const char *wake_name,
                               int32_t epoch_s, double threshold, size_t *scored)
{
    struct sheet sheet;
    sheet_open(&sheet, path);
    /* The files are cut out of longer recordings: eight epochs on either side stand for what
     * was there, so that Actiware's first and last scored epochs can be compared too. */
    enum { PAD = 8 };
    float *known = sheet_counts(&sheet, counts_name);
    float *counts = calloc(sheet.rows + 2 * PAD, sizeof *counts);
    for (size_t i = 0; i < sheet.rows; i++) {
        counts[PAD + i] = isnan(known[i]) ? 0.0F : known[i];
    }
    free(known);
    uint8_t *padded = score_with("oakley", counts, sheet.rows + 2 * PAD, epoch_s, threshold);
    const uint8_t *score = padded + PAD;
    size_t differ = 0;
    for (size_t i = 0; i < sheet.rows; i++) {
        const char *wake = sheet_at(&sheet, i, wake_name);
        if ((*wake != '0' && *wake != '1') || score[i] == SCORE_UNKNOWN) {
            continue;
        }
        (*scored)++;
        differ += (*wake == '1') != (score[i] == SCORE_WAKE);
    }
    free(padded);
    free(counts);
    sheet_close(&sheet);
    return differ;
}

static void actiware_folder(const char *folder, const char *counts, const char *wake,
                            int32_t epoch_s, double threshold, size_t at_least, size_t allowed)
{
    char names[128][64];
    size_t n = 0, scored = 0, differ = 0;
    DIR *dir = opendir(check_shared(folder));
    assert_non_null(dir);
    for (struct dirent *entry; n < 128 && (entry = readdir(dir)) != NULL;) {
        if (strstr(entry->d_name, ".csv.gz") != NULL) {
            snprintf(names[n++], sizeof names[0], "%.60s", entry->d_name);
        }
    }
    closedir(dir);
    for (size_t i = 0; i < n; i++) {
        char path[256];
        snprintf(path, sizeof path, "%.100s/%.60s", folder, names[i]);
        differ +=
            compare_actiware(check_shared(path), counts, wake, epoch_s, threshold, &scored);
    }
    print_message("%s: %zu of %zu epochs as Actiware scored them\n", folder, scored - differ,
                  scored);
    assert_true(scored >= at_least);
    assert_true(differ <= allowed);
}

static void oakley_equals_actiware_on_minutes(void **state)
{
    (void)state;
    SHARED_OR_SKIP(folder, "data/labelled/actiwatch-couples");
    (void)folder;
    actiware_folder("data/labelled/actiwatch-couples", "counts", "wake", 60, 20, 539311, 0);
}

static void oakley_equals_actiware_on_quarter_minutes(void **state)
{
    (void)state;
    SHARED_OR_SKIP(folder, "data/labelled/actiwatch-enmo-15s");
    (void)folder;
    actiware_folder("data/labelled/actiwatch-enmo-15s", "Actiwatch activity counts",
                    "Actiware classification", 15, 40, 24858, 0);
}

static void oakley_follows_the_manuals_example(void **state)
{
    (void)state;
    const float counts[] = {100, 42, 20, 13, 67}; /* sum 37.68 */
    uint8_t *score = score_with("oakley", counts, 5, 60, NAN);
    assert_int_equal(score[2], SCORE_SLEEP);
    free(score);
    score = score_with("oakley", counts, 5, 60, 37.67);
    assert_int_equal(score[2], SCORE_WAKE);
    assert_int_equal(score[1], SCORE_UNKNOWN);
    free(score);
}

static void webster_rescoring_follows_the_worked_example(void **state)
{
    (void)state;
    /* wake10 sleep2 wake10 sleep7 wake20 sleep9 wake25 sleep30: only 87..112 stay asleep. */
    static const int RUNS[] = {10, 2, 10, 7, 20, 9, 25, 30};
    uint8_t score[113];
    size_t n = 0;
    for (size_t r = 0; r < 8; r++) {
        memset(score + n, r % 2 == 1 ? SCORE_SLEEP : SCORE_WAKE, (size_t)RUNS[r]);
        n += (size_t)RUNS[r];
    }
    webster_rescore(score, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(score[i], i >= 87);
    }
}

static void a_missing_epoch_leaves_its_window_unscored(void **state)
{
    (void)state;
    float counts[40] = {0};
    counts[20] = NAN;
    uint8_t *score = score_with("cole_kripke", counts, 40, 60, NAN);
    for (size_t i = 0; i < 40; i++) {
        assert_int_equal(score[i], i >= 18 && i <= 24 ? SCORE_UNKNOWN : SCORE_SLEEP);
    }
    free(score);
    score = score_with("sadeh", counts, 40, 60, NAN);
    assert_int_equal(score[15], SCORE_UNKNOWN);
    assert_int_equal(score[14], SCORE_SLEEP);
    free(score);
}

static void a_rule_refuses_epochs_it_was_not_made_for(void **state)
{
    (void)state;
    float counts[4] = {0};
    uint8_t score[4] = {9, 9, 9, 9};
    struct scorer_input in = {counts, 4, 30, 0, NAN, 0};
    struct failure why = {0};
    assert_int_equal(scorer_score(scorer_find("sadeh"), &in, score, &why), YK_ERR_ARGUMENT);
    assert_non_null(strstr(why.text, "60"));
    assert_int_equal(score[0], 9);
    in.epoch_s = 5; /* "15" holds a 5 but is not 5 */
    assert_int_equal(scorer_score(scorer_find("oakley"), &in, score, &why), YK_ERR_ARGUMENT);
}

/* ---- rules without a reference output: sums worked by hand ---- */

/* One lonely movement of `count` at epoch 12 among zeros, in epochs of epoch_s that begin
 * phase_s after a minute. */
static uint8_t *score_lonely(const char *id, size_t n, size_t at, float count, int32_t epoch_s,
                             int32_t phase_s)
{
    float *counts = calloc(n, sizeof *counts);
    uint8_t *score = calloc(n, 1);
    assert_true(counts != NULL && score != NULL);
    counts[at] = count;
    struct scorer_input in = {counts, n, epoch_s, 0, NAN, phase_s};
    struct failure why = {0};
    assert_int_equal(scorer_score(scorer_find(id), &in, score, &why), YK_OK);
    free(counts);
    return score;
}

/* Minutes around the one that moved that are awake: where weight times count reaches the limit.
 */
static void expect_awake(const uint8_t *score, size_t n, size_t per_minute, size_t first_minute,
                         size_t end_minute, size_t offset)
{
    for (size_t i = 0; i < n; i++) {
        size_t minute = (i + offset) / per_minute;
        bool is_awake = minute >= first_minute && minute < end_minute;
        assert_int_equal(score[i], is_awake ? SCORE_WAKE : SCORE_SLEEP);
    }
}

static void largest_movement_forms_of_cole_kripke_weigh_as_printed(void **state)
{
    (void)state;
    /* 10-s sums: 1736e-5 * 58 > 1 > 1736e-5 * 57; the next largest weight (699) wants 144. */
    uint8_t *score = score_lonely("cole_kripke_10max", 120, 63, 58, 10, 0);
    expect_awake(score, 120, 6, 10, 11, 0);
    free(score);
    score = score_lonely("cole_kripke_10max", 120, 63, 57, 10, 0);
    expect_awake(score, 120, 6, 0, 0, 0);
    free(score);
    /* 145: also the minute after, for which this one is the minute before (699). */
    score = score_lonely("cole_kripke_10max", 120, 63, 145, 10, 0);
    expect_awake(score, 120, 6, 10, 12, 0);
    free(score);
    /* Two 5-s epochs of 36 lie in two windows of 10 s, but in one overlapping window. */
    float counts[240] = {0};
    uint8_t out[240];
    counts[121] = counts[122] = 36;
    struct scorer_input in = {counts, 240, 5, 0, NAN, 0};
    assert_int_equal(scorer_score(scorer_find("cole_kripke_10max"), &in, out, NULL), YK_OK);
    expect_awake(out, 240, 12, 0, 0, 0); /* 36 * 1736e-5 = 0.62 */
    assert_int_equal(scorer_score(scorer_find("cole_kripke_10max_ov"), &in, out, NULL), YK_OK);
    expect_awake(out, 240, 12, 10, 11, 0); /* 72 * 1408e-5 = 1.01 */
    /* 30-s sums: 121e-4 * 83 > 1; with 12 in place of 121 it would want 834. */
    score = score_lonely("cole_kripke_30max", 40, 21, 83, 30, 0);
    expect_awake(score, 40, 2, 10, 11, 0);
    free(score);
    score = score_lonely("cole_kripke_30max", 40, 21, 82, 30, 0);
    expect_awake(score, 40, 2, 0, 0, 0);
    free(score);
}

static void minutes_of_the_clock_are_reduced_not_minutes_of_the_file(void **state)
{
    (void)state;
    /* The file begins 20 s after a minute: epoch 0 is the third of its minute. */
    uint8_t *score = score_lonely("cole_kripke_10max", 120, 63, 58, 10, 20);
    expect_awake(score, 120, 6, 10, 11, 2);
    assert_int_equal(score[58], SCORE_WAKE);
    assert_int_equal(score[57], SCORE_SLEEP);
    free(score);
    float counts[120] = {0};
    uint8_t out[120];
    counts[60] = NAN;
    struct scorer_input in = {counts, 120, 10, 0, NAN, 0};
    assert_int_equal(scorer_score(scorer_find("cole_kripke_10max"), &in, out, NULL), YK_OK);
    assert_int_equal(out[47], SCORE_SLEEP); /* minute 7: three after it are not looked at */
    assert_int_equal(out[48], SCORE_UNKNOWN);
    assert_int_equal(out[89], SCORE_UNKNOWN);
    assert_int_equal(out[90], SCORE_SLEEP);
}

static void galland_divides_by_the_mean_of_what_moves(void **state)
{
    (void)state;
    /* One movement is its own mean: 2.7 * 5 in its minute, 2.7 * 1 at the window's ends. */
    uint8_t *score = score_lonely("galland", 40, 20, 7, 60, 0);
    expect_awake(score, 40, 1, 18, 25, 0);
    free(score);
    float counts[40] = {0};
    uint8_t out[40];
    counts[5] = 1;
    counts[30] = 99; /* mean 50: 2.7 * 5 / 50 = 0.27 */
    struct scorer_input in = {counts, 40, 60, 0, NAN, 0};
    assert_int_equal(scorer_score(scorer_find("galland"), &in, out, NULL), YK_OK);
    expect_awake(out, 40, 1, 28, 35, 0);
}

static void condors_model_wants_two_quiet_epochs(void **state)
{
    (void)state;
    /* 4.64e-4 * 2424.5 * 60 / 60 = 1.125: awake in its own minute, and one minute after
     * (2048.5: 0.95 is below, so not); sleep begins again where two sums are below. */
    uint8_t *score = score_lonely("csm", 60, 30, 60, 60, 0);
    expect_awake(score, 60, 1, 30, 31, 0);
    free(score);
    float counts[60] = {0};
    uint8_t out[60];
    counts[30] = 60;
    counts[32] = 60; /* minute 29 has 1920 + 257.5: 1.01; 31 has 2048.5 + 1920 */
    struct scorer_input in = {counts, 60, 60, 0, NAN, 0};
    assert_int_equal(scorer_score(scorer_find("csm"), &in, out, NULL), YK_OK);
    assert_int_equal(out[28], SCORE_SLEEP);
    assert_int_equal(out[29], SCORE_WAKE);
    assert_int_equal(out[31], SCORE_WAKE);
    assert_int_equal(out[0], SCORE_SLEEP);
    assert_int_equal(out[59], SCORE_SLEEP);
    in.n = 10; /* shorter than a window */
    assert_int_equal(scorer_score(scorer_find("csm"), &in, out, NULL), YK_OK);
    assert_int_equal(out[5], SCORE_UNKNOWN);
}

static void every_scorer_is_listed_with_its_paper(void **state)
{
    (void)state;
    for (size_t i = 0; i < scorer_count(); i++) {
        assert_non_null(method_find(scorer_at(i)->id));
    }
    assert_null(scorer_find("nobody"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(actilife_scores_the_same_1500_minutes),
        cmocka_unit_test(depresjon_scores_equal_the_independent_ones),
        cmocka_unit_test(depresjon_totals_equal_the_reference),
        cmocka_unit_test(oakley_equals_actiware_on_minutes),
        cmocka_unit_test(oakley_equals_actiware_on_quarter_minutes),
        cmocka_unit_test(oakley_follows_the_manuals_example),
        cmocka_unit_test(webster_rescoring_follows_the_worked_example),
        cmocka_unit_test(a_missing_epoch_leaves_its_window_unscored),
        cmocka_unit_test(a_rule_refuses_epochs_it_was_not_made_for),
        cmocka_unit_test(largest_movement_forms_of_cole_kripke_weigh_as_printed),
        cmocka_unit_test(minutes_of_the_clock_are_reduced_not_minutes_of_the_file),
        cmocka_unit_test(galland_divides_by_the_mean_of_what_moves),
        cmocka_unit_test(condors_model_wants_two_quiet_epochs),
        cmocka_unit_test(every_scorer_is_listed_with_its_paper),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
