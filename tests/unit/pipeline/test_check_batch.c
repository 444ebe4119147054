/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/pipeline/batch.h"
#include "src/pipeline/check_batch.h"
#include "tests/support/store_scene.h"

static struct store_scene scene;
static struct failure why;
static char folder[2300];
static bool with_epochs;

static void run_batch_with(const char *set)
{
    struct batch_totals totals;
    char first[2300], second[2300];
    snprintf(first, sizeof first, "%s", store_scene_file(&scene, 1));
    snprintf(second, sizeof second, "%s", store_scene_file(&scene, 2));
    const char *const paths[] = {first, second};
    struct batch_options options = {.paths = paths,
                                    .n_paths = 2,
                                    .folder = folder,
                                    .zone_name = "Asia/Tokyo",
                                    .n_jobs = 1,
                                    .with_epochs_csv = with_epochs,
                                    .max_failures = SIZE_MAX};
    assert_int_equal(recipe_load(NULL, &set, set != NULL, &options.recipe, &why), YK_OK);
    if (batch_run(&options, &totals, NULL, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    assert_int_equal(totals.n_done, 2);
}

static void run_batch(void)
{
    run_batch_with(NULL);
}

static int make_folder(void)
{
    store_scene_make(&scene);
    snprintf(folder, sizeof folder, "%s/結果", scene.root);
    run_batch();
    return 0;
}

static int setup(void **state)
{
    (void)state;
    with_epochs = true;
    return make_folder();
}

static int setup_tables_only(void **state)
{
    (void)state;
    with_epochs = false;
    return make_folder();
}

struct seen {
    int n;
    enum check_kind kind;
    char detail[256], subject[256];
};

static void see(void *user, const struct check_finding *finding)
{
    struct seen *self = user;
    self->n++;
    self->kind = finding->kind;
    snprintf(self->detail, sizeof self->detail, "%s", finding->detail);
    snprintf(self->subject, sizeof self->subject, "%s", finding->subject);
}

static struct seen look(struct check_totals *totals)
{
    struct seen seen = {.n = 0};
    if (check_batch(folder, NULL, see, &seen, totals, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    return seen;
}

static void assert_finds(enum check_kind kind)
{
    struct check_totals totals;
    struct seen seen = look(&totals);
    assert_int_equal(seen.n, 1);
    assert_string_equal(check_kind_word(seen.kind), check_kind_word(kind));
}

static const char *in_folder(const char *name)
{
    static char path[2600];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void a_sound_folder_has_nothing_to_say(void **state)
{
    (void)state;
    struct check_totals totals;
    struct seen seen = look(&totals);
    assert_int_equal(seen.n, 0);
    assert_int_equal(totals.recordings, 2);
    assert_int_equal(totals.tables, 8);
    assert_true(check_is_batch(folder));
    assert_false(check_is_batch(scene.folder));
}

static void a_changed_cell_of_a_table_is_found_by_line_and_column(void **state)
{
    (void)state;
    struct check_totals totals;
    size_t n = 0;
    char *text = check_read_file(in_folder("quality.csv"), &n);
    char *cell = strstr(text, ",cwa,");
    assert_non_null(cell);
    cell[1] = 'x';
    check_write_file(in_folder("quality.csv"), text, n);
    free(text);
    struct seen seen = look(&totals);
    assert_int_equal(seen.n, 1);
    assert_int_equal(seen.kind, CHECK_table_differs);
    assert_string_equal(seen.detail, "line 2, column format");
    assert_int_equal(truncate(in_folder("quality.csv"), 200), 0);
    assert_finds(CHECK_table_differs);
}

static void a_missing_table_means_the_batch_is_to_be_run_again(void **state)
{
    (void)state;
    assert_int_equal(unlink(in_folder("night.csv")), 0);
    assert_finds(CHECK_batch_unfinished);
    run_batch();
    struct check_totals totals;
    assert_int_equal(look(&totals).n, 0);
}

static void damaged_missing_and_unknown_results_are_found(void **state)
{
    (void)state;
    assert_int_equal(truncate(in_folder("recordings/week1.h5"), 3000), 0);
    assert_finds(CHECK_result_damaged);
    assert_int_equal(unlink(in_folder("recordings/week1.h5")), 0);
    assert_finds(CHECK_result_missing);
    run_batch();
    check_write_text(in_folder("recordings/other.h5"), "");
    assert_finds(CHECK_result_unknown);
}

static void missing_and_unknown_tables_of_epochs_are_found(void **state)
{
    (void)state;
    struct check_totals totals;
    assert_int_equal(unlink(in_folder("epochs/week1.csv")), 0);
    struct seen seen = look(&totals);
    assert_int_equal(seen.n, 1);
    assert_int_equal(seen.kind, CHECK_epochs_missing);
    assert_string_equal(seen.subject, "epochs/week1.csv");
    run_batch();
    assert_int_equal(look(&totals).n, 0);
    check_write_text(in_folder("epochs/other.csv"), "");
    seen = look(&totals);
    assert_int_equal(seen.n, 1);
    assert_int_equal(seen.kind, CHECK_result_unknown);
    assert_string_equal(seen.subject, "epochs/other.csv");
}

static void tables_of_epochs_follow_a_run_that_does_not_ask_for_them(void **state)
{
    (void)state;
    struct check_totals totals;
    with_epochs = false;
    run_batch_with("nonwear=none");
    assert_int_equal(look(&totals).n, 0);
    assert_int_equal(access(in_folder("epochs/week1.csv"), F_OK), 0);
}

static void a_result_in_the_place_of_another_is_found(void **state)
{
    (void)state;
    char one[2600];
    snprintf(one, sizeof one, "%s", in_folder("recordings/week1.h5"));
    assert_int_equal(rename(one, in_folder("recordings/week2.h5")), 0);
    struct check_totals totals;
    struct seen seen = look(&totals);
    assert_int_equal(seen.n, 2); /* one missing, one that is another's */
    assert_int_equal(totals.broken, 2);
}

static void a_damaged_database_is_said(void **state)
{
    (void)state;
    assert_int_equal(truncate(in_folder("cohort.sqlite"), 5000), 0);
    struct check_totals totals;
    look(&totals);
    assert_true(totals.broken > 0 || totals.leftovers > 0);
    unlink(in_folder("cohort.sqlite"));
    assert_finds(CHECK_batch_unfinished);
}

static void put_byte(const char *path, size_t at, unsigned char byte)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, (long)at, SEEK_SET), 0);
    assert_int_equal(fputc(byte, file), byte);
    assert_int_equal(fclose(file), 0);
}

/* At its beginning, its end and between: found, and said of this file. */
static void flip_bits_of(const char *name, bool is_mended_by_batch)
{
    enum { PLACES = 9 };
    size_t n = 0;
    char *content = check_read_file(in_folder(name), &n);
    assert_non_null(content);
    for (size_t i = 0; i < PLACES; i++) {
        size_t at = (n - 1) * i / (PLACES - 1);
        struct check_totals totals;
        put_byte(in_folder(name), at,
                 (unsigned char)((unsigned char)content[at] ^ (1u << i % 8)));
        struct seen seen = look(&totals);
        if (totals.broken == 0 || strcmp(seen.subject, name) != 0) {
            fail_msg("byte %zu of %s: %d findings, of %s", at, name, seen.n, seen.subject);
        }
        if (is_mended_by_batch && i == PLACES / 2) {
            run_batch();
            assert_int_equal(look(&totals).n, 0);
        }
        put_byte(in_folder(name), at, (unsigned char)content[at]);
    }
    free(content);
    struct check_totals totals;
    assert_int_equal(look(&totals).n, 0);
}

static void a_flipped_bit_is_found_in_every_kind_of_file(void **state)
{
    (void)state;
    static const char *const files[] = {
        "night.csv",   "rest.csv",   "day.csv",          "recording.csv",
        "person.csv",  "event.csv",  "quality.csv",      "codebook.csv",
        "methods.txt", "SHA256SUMS", "epochs/week1.csv", "recordings/week2.h5"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        flip_bits_of(files[i], strncmp(files[i], "epochs", 6) != 0);
    }
    flip_bits_of("cohort.sqlite", false);
}

/* Without tables of epochs an HDF5 file that is as it was put is not opened. */
static void results_are_checked_without_tables_of_epochs(void **state)
{
    a_sound_folder_has_nothing_to_say(state);
    flip_bits_of("recordings/week1.h5", true);
    flip_bits_of("recordings/week2.h5", true);
    damaged_missing_and_unknown_results_are_found(state);
    assert_int_equal(unlink(in_folder("recordings/other.h5")), 0);
    a_result_in_the_place_of_another_is_found(state);
}

int main(void)
{
#define T(name) STORE_TEST_SETUP(name, setup, scene)
    const struct CMUnitTest tests[] = {
        T(a_sound_folder_has_nothing_to_say),
        T(a_changed_cell_of_a_table_is_found_by_line_and_column),
        T(a_missing_table_means_the_batch_is_to_be_run_again),
        T(damaged_missing_and_unknown_results_are_found),
        T(missing_and_unknown_tables_of_epochs_are_found),
        T(tables_of_epochs_follow_a_run_that_does_not_ask_for_them),
        T(a_result_in_the_place_of_another_is_found),
        T(a_damaged_database_is_said),
        T(a_flipped_bit_is_found_in_every_kind_of_file),
        STORE_TEST_SETUP(results_are_checked_without_tables_of_epochs, setup_tables_only,
                         scene),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
