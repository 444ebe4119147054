/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/disk.h"
#include "src/h5/h5_analysis.h"
#include "src/store/backup.h"
#include "src/store/check.h"
#include "tests/support/alloc.h"
#include "tests/support/store_scene.h"

static struct store_scene scene;
static struct failure why;
static struct parameters parameters;
static struct import_options options;

static int setup(void **state)
{
    store_scene_setup(state);
    assert_int_equal(person_add(&scene.store, "P01", NULL, NULL, &why), YK_OK);
    assert_int_equal(parameters_of_recipe(RECIPE_DEFAULT, &parameters, &why), YK_OK);
    options = (struct import_options){
        .person = "P01", .recipe = RECIPE_DEFAULT, .parameters = &parameters};
    return 0;
}

static uint64_t findings(void)
{
    struct check_totals totals;
    assert_int_equal(check_store(&scene.store, NULL, NULL, NULL, &totals, &why), YK_OK);
    return totals.broken + totals.leftovers;
}

static void an_import_archives_analyses_and_records(void **state)
{
    (void)state;
    struct import_result result;
    struct analysis analysis;
    struct text path;
    text_init(&path);
    analysis_init(&analysis);
    store_scene_import(&scene, 1, "P01", &result);
    assert_int_equal(result.outcome, IMPORT_NEW);
    assert_string_equal(result.row.person, "P01");
    assert_string_equal(result.row.format, "cwa");
    assert_string_equal(result.row.recipe, "default");
    assert_string_equal(result.row.analysis_zone, "Asia/Tokyo");
    store_path(&scene.store, STORE_RECORDINGS, result.row.h5_name, &path, &why);
    assert_int_equal(h5_analysis_read(text_string(&path), &analysis, &why), YK_OK);
    assert_string_equal(analysis.recording_id, result.row.id);
    assert_string_equal(analysis.person_id, "P01");
    assert_string_equal(analysis.made_by.input_sha256, result.row.sha256);
    assert_true(analysis.epochs.n > 100);
    assert_int_equal(findings(), 0);
    analysis_release(&analysis);
    text_release(&path);
}

static void the_same_file_again_changes_nothing(void **state)
{
    (void)state;
    struct import_result first, again;
    store_scene_import(&scene, 1, "P01", &first);
    int64_t lines = store_scene_number(&scene, "SELECT count(*) FROM audit");
    store_scene_import(&scene, 1, "P01", &again);
    assert_int_equal(again.outcome, IMPORT_ALREADY);
    assert_string_equal(again.row.id, first.row.id);
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM audit"), lines);
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM analysis"), 1);
}

static void the_same_file_for_somebody_else_is_a_contradiction(void **state)
{
    (void)state;
    struct import_result result;
    store_scene_import(&scene, 1, "P01", &result);
    assert_int_equal(person_add(&scene.store, "P02", NULL, NULL, &why), YK_OK);
    options.person = "P02";
    assert_int_equal(
        import_file(&scene.store, store_scene_file(&scene, 1), &options, &result, NULL, &why),
        YK_ERR_CONFLICT);
    assert_non_null(strstr(why.text, "recording assign"));
    assert_int_equal(findings(), 0);
}

static void what_is_no_recording_is_not_archived(void **state)
{
    (void)state;
    struct import_result result;
    char path[2300];
    snprintf(path, sizeof path, "%s/letter.txt", scene.root);
    check_write_text(path, "Dear all, this is no recording.\n");
    assert_int_equal(import_file(&scene.store, path, &options, &result, NULL, &why),
                     YK_ERR_UNSUPPORTED);
    assert_int_equal(import_file(&scene.store, "/no/such.cwa", &options, &result, NULL, &why),
                     YK_ERR_NO_DEVICE);
    options.person = "P77";
    assert_int_equal(import_file(&scene.store, path, &options, &result, NULL, &why),
                     YK_ERR_NO_DEVICE);
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM recording"), 0);
    assert_int_equal(findings(), 0);
}

static void the_zone_is_the_one_said_then_the_persons_then_the_stores(void **state)
{
    (void)state;
    struct import_result result;
    assert_int_equal(person_add(&scene.store, "London", "Europe/London", NULL, &why), YK_OK);
    store_scene_import(&scene, 1, "P01", &result);
    assert_string_equal(result.row.analysis_zone, "Asia/Tokyo");
    store_scene_import(&scene, 2, "London", &result);
    assert_string_equal(result.row.analysis_zone, "Europe/London");
    options.person = "London";
    options.zone_name = "America/New_York";
    assert_int_equal(
        import_file(&scene.store, store_scene_file(&scene, 3), &options, &result, NULL, &why),
        YK_OK);
    assert_string_equal(result.row.analysis_zone, "America/New_York");
    options.zone_name = NULL; /* computed again: still the one said at the import */
    assert_int_equal(import_analyze(&scene.store, &result.row, &options, NULL, &why), YK_OK);
    assert_string_equal(result.row.analysis_zone, "America/New_York");
}

static void a_new_analysis_keeps_the_old_one(void **state)
{
    (void)state;
    struct import_result result;
    char first[96];
    struct text path;
    text_init(&path);
    store_scene_import(&scene, 1, "P01", &result);
    snprintf(first, sizeof first, "%s", result.row.h5_name);
    assert_int_equal(parameters_set(&parameters, "epoch_s=10", &why), YK_OK);
    options.recipe = "default+";
    assert_int_equal(import_analyze(&scene.store, &result.row, &options, NULL, &why), YK_OK);
    assert_int_equal(result.row.version, 2);
    assert_string_equal(result.row.recipe, "default+");
    assert_true(strcmp(result.row.h5_name, first) != 0);
    store_path(&scene.store, STORE_RECORDINGS, first, &path, &why);
    assert_true(disk_is_file(text_string(&path)));
    assert_int_equal(store_scene_number(&scene,
                                        "SELECT count(*) FROM analysis WHERE parameters "
                                        "LIKE '%\"epoch_s\":10,%'"),
                     1);
    assert_int_equal(findings(), 0);
    text_release(&path);
}

static void a_lost_series_of_an_older_result_prevents_no_backup(void **state)
{
    (void)state;
    struct import_result result;
    struct check_totals totals;
    struct backup_totals backup;
    struct text path, tar;
    text_init(&path);
    text_init(&tar);
    store_scene_import(&scene, 1, "P01", &result);
    store_path(&scene.store, STORE_RECORDINGS, result.row.h5_name, &path, &why);
    text_addf(&tar, "%s.tar", scene.store.folder);
    assert_int_equal(unlink(text_string(&path)), 0);
    assert_int_equal(check_store(&scene.store, NULL, NULL, NULL, &totals, &why), YK_OK);
    assert_int_equal(totals.broken, 1);
    assert_int_equal(backup_write(&scene.store, text_string(&tar), &backup, NULL, &why),
                     YK_ERR_NO_DEVICE);
    assert_int_equal(import_analyze(&scene.store, &result.row, &options, NULL, &why), YK_OK);
    assert_int_equal(check_store(&scene.store, NULL, NULL, NULL, &totals, &why), YK_OK);
    assert_int_equal(totals.broken, 0);
    assert_int_equal(totals.leftovers, 1);
    assert_int_equal(backup_write(&scene.store, text_string(&tar), &backup, NULL, &why), YK_OK);
    assert_int_equal(backup.files, 3); /* database, original, the series in use */
    unlink(text_string(&tar));
    text_release(&path);
    text_release(&tar);
}

static void a_changed_original_is_not_analysed(void **state)
{
    (void)state;
    struct import_result result;
    struct text path;
    char name[ARCHIVE_NAME_BYTES];
    text_init(&path);
    store_scene_import(&scene, 1, "P01", &result);
    snprintf(name, sizeof name, "%s.%s", result.row.sha256, result.row.suffix);
    store_path(&scene.store, STORE_ARCHIVE, name, &path, &why);
    assert_int_equal(chmod(text_string(&path), 0600), 0);
    FILE *file = fopen(text_string(&path), "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, 600, SEEK_SET), 0);
    int byte = fgetc(file);
    assert_int_equal(fseek(file, 600, SEEK_SET), 0);
    fputc(byte ^ 1, file);
    fclose(file);
    assert_int_equal(import_analyze(&scene.store, &result.row, &options, NULL, &why),
                     YK_ERR_CORRUPT);
    assert_non_null(strstr(why.text, "has changed since it was archived"));
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM analysis"), 1);
    text_release(&path);
}

static void stopping_before_the_archive_is_complete_leaves_nothing(void **state)
{
    (void)state;
    atomic_bool stop = true;
    struct job job = {.cancel = &stop};
    struct import_result result;
    assert_int_equal(
        import_file(&scene.store, store_scene_file(&scene, 1), &options, &result, &job, &why),
        YK_ERR_CANCELLED);
    assert_int_equal(findings(), 0);
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM recording"), 0);
}

/* The same file once more, as `check` advises, but under another name. */
static void a_lost_original_comes_back_under_another_ending(void **state)
{
    (void)state;
    struct import_result one, again;
    struct text path;
    char copy[2300];
    size_t n = 0;
    text_init(&path);
    store_scene_import(&scene, 1, "P01", &one);
    snprintf(copy, sizeof copy, "%s/copy.bin", scene.root);
    char *at = check_read_file(store_scene_file(&scene, 1), &n);
    assert_non_null(at);
    check_write_file(copy, at, n);
    free(at);
    store_path(&scene.store, STORE_ARCHIVE, one.row.sha256, &path, &why);
    text_add(&path, ".cwa");
    assert_int_equal(unlink(text_string(&path)), 0);
    assert_int_equal(findings(), 1);
    assert_int_equal(import_file(&scene.store, copy, &options, &again, NULL, &why), YK_OK);
    assert_string_equal(again.row.id, one.row.id);
    assert_string_equal(again.row.suffix, "bin");
    assert_int_equal(again.outcome, IMPORT_ALREADY);
    assert_true(again.was_lost);
    assert_false(again.was_repaired || one.was_lost);
    assert_int_equal(import_file(&scene.store, copy, &options, &again, NULL, &why), YK_OK);
    assert_false(again.was_lost);
    assert_int_equal(findings(), 0);
    text_release(&path);
}

static void a_sweep_clears_what_is_nobodys_and_nothing_else(void **state)
{
    (void)state;
    struct import_result result;
    struct text path;
    size_t n = 0;
    text_init(&path);
    store_scene_import(&scene, 1, "P01", &result);
    static const char *const left[][2] = {{STORE_RECORDINGS, "0123456789ab.h5"},
                                          {STORE_RECORDINGS, "0123456789ab.h5.part"},
                                          {STORE_ARCHIVE, "incoming-9-9-9.part"}};
    for (size_t i = 0; i < 3; i++) {
        store_path(&scene.store, left[i][0], left[i][1], &path, &why);
        check_write_text(text_string(&path), "");
    }
    assert_int_equal(findings(), 3);
    assert_int_equal(import_sweep(&scene.store, &n, &why), YK_OK);
    assert_int_equal(n, 3);
    assert_int_equal(findings(), 0);
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM analysis"), 1);
    text_release(&path);
}

/* A series of a recording that another program works on right now is left alone. */
static void a_sweep_leaves_what_is_being_made(void **state)
{
    (void)state;
    struct import_result result;
    struct text path, archive;
    size_t n = 1;
    int lock = -1;
    char name[ARCHIVE_NAME_BYTES], making[120];
    text_init(&path);
    text_init(&archive);
    store_scene_import(&scene, 1, "P01", &result);
    snprintf(name, sizeof name, "%s.cwa", result.row.sha256);
    snprintf(making, sizeof making, "%s.2.h5.part", result.row.id);
    store_path(&scene.store, STORE_ARCHIVE, NULL, &archive, &why);
    store_path(&scene.store, STORE_RECORDINGS, making, &path, &why);
    check_write_text(text_string(&path), "");
    assert_int_equal(archive_try_lock(text_string(&archive), name, &lock, &why), YK_OK);
    assert_int_equal(import_sweep(&scene.store, &n, &why), YK_OK);
    assert_int_equal(n, 0);
    assert_int_equal(findings(), 0); /* in use: not judged */
    archive_unlock(lock);
    assert_int_equal(import_sweep(&scene.store, &n, &why), YK_OK);
    assert_int_equal(n, 1);
    text_release(&path);
    text_release(&archive);
}

static void refused_memory_can_be_repeated(void **state)
{
    (void)state;
    char path[2300];
    snprintf(path, sizeof path, "%s", store_scene_file(&scene, 1));
    uint64_t k = 1;
    for (bool refused = true; refused; k += 1 + k / 12) {
        struct import_result result = {.failure = {.text = ""}};
        alloc_fail_at(k);
        enum yk_status status = import_file(&scene.store, path, &options, &result, NULL, &why);
        refused = alloc_refused();
        alloc_fail_at(0);
        if (status != YK_OK) {
            assert_true(refused);
            assert_true(why.text[0] != '\0');
        }
        struct check_totals totals;
        assert_int_equal(check_store(&scene.store, NULL, NULL, NULL, &totals, &why), YK_OK);
        assert_int_equal(totals.broken, 0);
    }
    assert_true(k > 20);
    assert_int_equal(findings(), 0);
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM analysis"), 1);
}

static void a_code_in_the_file_is_handed_on(void **state)
{
    (void)state;
    struct import_result result = {.code_in_file = "x"};
    store_scene_import(&scene, 1, "P01", &result);
    assert_string_equal(result.code_in_file, "");
    scene.subject = "P07";
    store_scene_import(&scene, 2, "P01", &result);
    assert_string_equal(result.code_in_file, "P07");
    assert_string_equal(result.row.person, "P01");
}

static void real_files_are_imported(void **state)
{
    (void)state;
    SHARED_OR_SKIP(shared, "data/cwa/ax6_testfile.cwa");
    struct import_result result;
    assert_int_equal(import_file(&scene.store, shared, &options, &result, NULL, &why), YK_OK);
    assert_string_equal(result.row.sha256,
                        "c7dca51d8c357db2a876ac458f9e735cfdc6ee2c2b72d9b9387afd1039dc9572");
    assert_string_equal(result.row.device_serial, "6011834");
    assert_int_equal(findings(), 0);
}

int main(void)
{
#define T(name) STORE_TEST_SETUP(name, setup, scene)
    const struct CMUnitTest tests[] = {
        T(an_import_archives_analyses_and_records),
        T(the_same_file_again_changes_nothing),
        T(the_same_file_for_somebody_else_is_a_contradiction),
        T(what_is_no_recording_is_not_archived),
        T(the_zone_is_the_one_said_then_the_persons_then_the_stores),
        T(a_new_analysis_keeps_the_old_one),
        T(a_lost_series_of_an_older_result_prevents_no_backup),
        T(a_changed_original_is_not_analysed),
        T(stopping_before_the_archive_is_complete_leaves_nothing),
        T(a_lost_original_comes_back_under_another_ending),
        T(a_sweep_clears_what_is_nobodys_and_nothing_else),
        T(a_sweep_leaves_what_is_being_made),
        T(refused_memory_can_be_repeated),
        T(a_code_in_the_file_is_handed_on),
        T(real_files_are_imported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
