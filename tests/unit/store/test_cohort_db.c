/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/store/cohort_db.h"
#include "tests/support/alloc.h"

static void put(struct cohort_db *db, const char *id, double days)
{
    struct cohort_result r;
    cohort_result_init(&r);
    snprintf(r.recording_id, sizeof r.recording_id, "%s", id);
    snprintf(r.work_key, sizeof r.work_key, "key of %s", id);
    snprintf(r.status, sizeof r.status, "done");
    r.days = days;
    for (int i = 0; i < COHORT_PART_COUNT; i++) {
        text_addf(&r.part[i], "%s,%d,夜\n", id, i);
    }
    struct failure why = {0};
    if (cohort_db_put(db, &r, &why) != YK_OK) {
        print_error("%s\n", why.text);
        fail();
    }
    cohort_result_release(&r);
}

static void a_result_is_read_back(void **state)
{
    (void)state;
    const char *folder = check_scratch("cohort");
    char path[5000];
    snprintf(path, sizeof path, "%s/cohort.sqlite", folder);
    struct cohort_db *db = NULL;
    assert_int_equal(cohort_db_open(path, COHORT_LOCAL, &db, NULL), YK_OK);
    put(db, "a", 6.5);
    put(db, "b", NAN);
    put(db, "a", 7.25); /* replaces */
    cohort_db_close(db);
    assert_int_equal(cohort_db_open(path, COHORT_LOCAL, &db, NULL), YK_OK);
    struct cohort_result r;
    cohort_result_init(&r);
    assert_int_equal(cohort_db_get(db, "nobody", &r, NULL), YK_END);
    assert_int_equal(cohort_db_get(db, "a", &r, NULL), YK_OK);
    assert_string_equal(r.work_key, "key of a");
    assert_close(r.days, 7.25, 0);
    assert_true(isnan(r.gaps));
    assert_string_equal(text_string(&r.part[COHORT_EVENT]), "a,4,夜\n");
    cohort_result_release(&r);
    assert_int_equal(cohort_db_get(db, "b", &r, NULL), YK_OK);
    assert_true(isnan(r.days));
    cohort_result_release(&r);
    cohort_db_close(db);
    cohort_db_close(NULL);
    check_remove(folder);
}

static void change(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* SQLite gives what the disk gives; a bit of a cell is no error for it. */
static void a_row_that_changed_on_the_disk_is_not_taken(void **state)
{
    (void)state;
    static const char *const changes[] = {"UPDATE result SET work_key = 'key of b'",
                                          "UPDATE result SET days = 6.25",
                                          "UPDATE result SET gaps = 0",
                                          "UPDATE result SET start_ns = 0",
                                          "UPDATE result SET night_csv = 'a,2,夜'",
                                          "UPDATE result SET row_sha256 = ''"};
    const char *folder = check_scratch("cohort");
    char path[5000];
    snprintf(path, sizeof path, "%s/cohort.sqlite", folder);
    struct cohort_db *db = NULL;
    struct cohort_outcome outcome = {"failed", 7, "cut off", "", "cwa", "", NAN, -0.0}, found;
    struct failure why = {0};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct cohort_result r;
        cohort_result_init(&r);
        assert_int_equal(cohort_db_open(path, COHORT_NETWORK, &db, NULL), YK_OK);
        put(db, "a", 6.5);
        assert_int_equal(cohort_db_note(db, "夜.cwa", &outcome, NULL), YK_OK);
        assert_int_equal(cohort_db_get(db, "a", &r, NULL), YK_OK);
        assert_int_equal(cohort_db_outcome(db, "夜.cwa", &found, NULL), YK_OK);
        cohort_result_release(&r);
        cohort_db_close(db);
        change(path, changes[i]);
        change(path, "UPDATE outcome SET reason = 'cut off '");
        assert_int_equal(cohort_db_open(path, COHORT_READ, &db, NULL), YK_OK);
        assert_int_equal(cohort_db_get(db, "a", &r, &why), YK_ERR_STORE);
        assert_non_null(strstr(why.text, "cohort.sqlite: the row of a was damaged"));
        assert_int_equal(cohort_db_outcome(db, "夜.cwa", &found, &why), YK_ERR_STORE);
        cohort_result_release(&r);
        cohort_db_close(db);
    }
    check_remove(folder);
}

static const char *const COLUMNS[] = {"recording_id", "spt_min", "nwak_n", "note"};
static const char *const TYPES[] = {"text", "real", "integer", "text"};

static void publish(const char *path, const struct text *csv)
{
    static const char *const ids[] = {"a", "b", "c"};
    struct failure why = {0};
    struct byte_source *bytes = NULL;
    assert_int_equal(memory_source_open(text_string(csv), csv->length, "night", &bytes, &why),
                     YK_OK);
    const struct cohort_table table = {"night", bytes, COLUMNS, TYPES, 4};
    if (cohort_db_publish(path, ids, 3, &table, 1, &why) != YK_OK) {
        print_error("%s\n", why.text);
        fail();
    }
    byte_source_close(bytes);
}

static void the_published_file_does_not_depend_on_the_order_of_work(void **state)
{
    (void)state;
    const char *folder = check_scratch("cohort");
    char one[5000], two[5000];
    snprintf(one, sizeof one, "%s/one.sqlite", folder);
    snprintf(two, sizeof two, "%s/two.sqlite", folder);
    struct text csv;
    text_init(&csv);
    text_add(&csv, "recording_id,spt_min,nwak_n,note\na,420.500,3,\nb,,,\"x, y\"\n");
    struct cohort_db *db = NULL;
    assert_int_equal(cohort_db_open(one, COHORT_LOCAL, &db, NULL), YK_OK);
    put(db, "a", 1);
    put(db, "b", 2);
    put(db, "c", 3);
    cohort_db_close(db);
    publish(one, &csv);
    assert_int_equal(cohort_db_open(two, COHORT_LOCAL, &db, NULL), YK_OK);
    put(db, "zzz", 9); /* of an input that is not there any more */
    put(db, "c", 3);
    put(db, "b", 7);
    put(db, "a", 1);
    put(db, "b", 2);
    cohort_db_close(db);
    publish(two, &csv);
    publish(two, &csv); /* again: the old tables are not copied */
    size_t n_one = 0, n_two = 0;
    char *bytes_one = check_read_file(one, &n_one), *bytes_two = check_read_file(two, &n_two);
    assert_int_equal(n_one, n_two);
    assert_memory_equal(bytes_one, bytes_two, n_one);
    free(bytes_one);
    free(bytes_two);

    sqlite3 *sql = NULL;
    sqlite3_stmt *ask = NULL;
    assert_int_equal(sqlite3_open(two, &sql), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(sql,
                                        "SELECT typeof(spt_min), typeof(nwak_n), note, "
                                        "(SELECT count(*) FROM result) FROM night ORDER BY 2",
                                        -1, &ask, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(ask), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(ask, 0), "real");
    assert_string_equal((const char *)sqlite3_column_text(ask, 1), "integer");
    assert_int_equal(sqlite3_column_int(ask, 3), 3);
    assert_int_equal(sqlite3_step(ask), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(ask, 0), "null");
    assert_string_equal((const char *)sqlite3_column_text(ask, 2), "x, y");
    sqlite3_finalize(ask);
    sqlite3_close(sql);
    text_release(&csv);
    check_remove(folder);
}

static void foreign_and_damaged_files_are_refused(void **state)
{
    (void)state;
    const char *folder = check_scratch("cohort");
    char path[5000];
    snprintf(path, sizeof path, "%s/x.sqlite", folder);
    sqlite3 *sql = NULL;
    assert_int_equal(sqlite3_open(path, &sql), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(sql, "PRAGMA user_version=7; CREATE TABLE t(a)", NULL, NULL, NULL), 0);
    sqlite3_close(sql);
    struct cohort_db *db = NULL;
    struct failure why;
    assert_int_equal(cohort_db_open(path, COHORT_LOCAL, &db, &why), YK_ERR_STORE);
    assert_non_null(strstr(why.text, "choose another folder"));
    FILE *f = fopen(path, "wb");
    for (int i = 0; i < 5000; i++) {
        fputc("not a database "[i % 15], f);
    }
    fclose(f);
    assert_int_equal(cohort_db_open(path, COHORT_LOCAL, &db, &why), YK_ERR_STORE);
    assert_non_null(strstr(why.text, "remove it to compute anew"));
    assert_null(db);
    check_remove(folder);
}

/* As when the folder goes away between two steps of a batch. */
static void the_systems_reason_is_said_when_a_folder_is_gone(void **state)
{
    (void)state;
    const char *folder = check_scratch("cohort_gone");
    char path[5000], expected[5200];
    snprintf(path, sizeof path, "%s/gone/cohort.sqlite", folder);
    snprintf(expected, sizeof expected, "opening %s: No such file or directory", path);
    struct cohort_db *db = NULL;
    struct failure why = {0};
    assert_int_equal(cohort_db_open(path, COHORT_LOCAL, &db, &why), YK_ERR_NO_DEVICE);
    assert_null(db);
    assert_string_equal(why.text, expected);
    check_remove(folder);
}

static void refused_memory_is_a_failure(void **state)
{
    (void)state;
    const char *folder = check_scratch("cohort");
    char path[5000];
    snprintf(path, sizeof path, "%s/cohort.sqlite", folder);
    struct cohort_db *db = NULL;
    assert_int_equal(cohort_db_open(path, COHORT_LOCAL, &db, NULL), YK_OK);
    put(db, "a", 1);
    for (uint64_t k = 1;; k++) {
        struct cohort_result r;
        cohort_result_init(&r);
        alloc_fail_at(k);
        enum yk_status status = cohort_db_get(db, "a", &r, NULL);
        bool refused = alloc_end(status, YK_OK);
        cohort_result_release(&r);
        if (!refused) {
            break;
        }
    }
    cohort_db_close(db);
    check_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_result_is_read_back),
        cmocka_unit_test(a_row_that_changed_on_the_disk_is_not_taken),
        cmocka_unit_test(the_published_file_does_not_depend_on_the_order_of_work),
        cmocka_unit_test(foreign_and_damaged_files_are_refused),
        cmocka_unit_test(the_systems_reason_is_said_when_a_folder_is_gone),
        cmocka_unit_test(refused_memory_is_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
