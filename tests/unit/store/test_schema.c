/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/text.h"
#include "src/store/audit.h"
#include "src/store/schema.h"

static char folder[4096], path[4200];
static struct db *db;
static struct failure why;

static int setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%s", check_scratch("schema"));
    snprintf(path, sizeof path, "%s/記録 db?#%%.db", folder);
    assert_int_equal(db_open(path, DB_CREATE, &db, &why), YK_OK);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    db_close(db);
    db = NULL;
    check_remove(folder);
    return 0;
}

static int64_t number(const char *sql)
{
    int64_t out = -1;
    assert_int_equal(db_integer(db, sql, -2, &out, &why), YK_OK);
    return out;
}

static void an_empty_database_becomes_one_of_this_version(void **state)
{
    (void)state;
    assert_int_equal(schema_check(db, &why), YK_ERR_STORE);
    if (schema_migrate(db, &why) != YK_OK)
        fail_msg("%s", why.text);
    assert_int_equal(number("PRAGMA user_version"), schema_version());
    assert_int_equal(
        number("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN "
               "('person', 'recording', 'analysis', 'night', 'audit')"),
        5);
    assert_int_equal(schema_check(db, &why), YK_OK);
    if (schema_migrate(db, &why) != YK_OK)
        fail_msg("%s", why.text); /* again: nothing */
}

static void every_table_is_strict(void **state)
{
    (void)state;
    if (schema_migrate(db, &why) != YK_OK)
        fail_msg("%s", why.text);
    assert_int_equal(number("SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND "
                            "type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%'"),
                     0);
    assert_int_equal(
        db_run(db, "INSERT INTO person (code, added_ns) VALUES ('a', 'soon')", &why),
        YK_ERR_CONFLICT);
}

static void a_newer_version_is_refused_and_left_alone(void **state)
{
    (void)state;
    if (schema_migrate(db, &why) != YK_OK)
        fail_msg("%s", why.text);
    assert_int_equal(db_run(db, "PRAGMA user_version = 4711", &why), YK_OK);
    assert_int_equal(schema_migrate(db, &why), YK_ERR_STORE);
    assert_non_null(strstr(why.text, "4711"));
    assert_non_null(strstr(why.text, "update yoake"));
    assert_int_equal(schema_check(db, &why), YK_ERR_STORE);
    assert_int_equal(number("PRAGMA user_version"), 4711);
}

static void what_is_committed_is_on_the_disk_by_the_settings(void **state)
{
    (void)state;
    assert_int_equal(number("PRAGMA synchronous"), 2);
    assert_int_equal(number("PRAGMA foreign_keys"), 1);
    assert_int_equal(number("PRAGMA secure_delete"), 1);
    assert_int_equal(number("SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
}

static void missing_values_are_null_both_ways(void **state)
{
    (void)state;
    struct db_query *q = NULL;
    assert_int_equal(db_run(db, "CREATE TABLE t (a TEXT, b REAL, c INTEGER, d INTEGER)", &why),
                     YK_OK);
    assert_int_equal(db_runv(db, &why, "INSERT INTO t VALUES (?, ?, ?, ?)", "tdTi", NULL,
                             (double)NAN, TIME_UNKNOWN, INT64_C(7)),
                     YK_OK);
    assert_int_equal(db_query_open(db, "SELECT * FROM t", &q, &why), YK_OK);
    assert_int_equal(db_next(q, &why), YK_OK);
    assert_true(db_is_null(q, 0) && db_is_null(q, 1) && db_is_null(q, 2));
    assert_string_equal(db_text(q, 0), "");
    assert_true(isnan(db_real(q, 1)));
    assert_true(db_time(q, 2) == TIME_UNKNOWN);
    assert_int_equal(db_int(q, 3), 7);
    assert_int_equal(db_next(q, &why), YK_END);
    db_query_close(q);
}

static void what_is_no_database_is_refused(void **state)
{
    (void)state;
    char other[4300];
    struct db *none = NULL;
    snprintf(other, sizeof other, "%s/x.db", folder);
    FILE *out = fopen(other, "wb");
    assert_non_null(out);
    for (int i = 0; i < 5000; i++) {
        fputs("this is no database ", out);
    }
    fclose(out);
    assert_int_equal(db_open(other, DB_WRITE, &none, &why), YK_ERR_STORE);
    assert_int_equal(db_open(other, DB_READ, &none, &why), YK_ERR_STORE);
    assert_int_equal(db_open("/no/such.db", DB_WRITE, &none, &why), YK_ERR_NO_DEVICE);
}

static void a_copy_is_whole_and_one_file(void **state)
{
    (void)state;
    char copy[4300];
    struct db *other = NULL;
    int64_t version = 0;
    if (schema_migrate(db, &why) != YK_OK)
        fail_msg("%s", why.text);
    snprintf(copy, sizeof copy, "%s/copy.db", folder);
    assert_int_equal(db_copy_to(db, copy, &why), YK_OK);
    assert_int_equal(db_open(copy, DB_READ, &other, &why), YK_OK);
    assert_int_equal(db_integer(other, "PRAGMA user_version", 0, &version, &why), YK_OK);
    assert_int_equal(version, schema_version());
    db_close(other);
}

/* Opens it as somebody who may not write into its folder. */
static enum yk_status read_on_read_only_medium(const char *file)
{
    pid_t child = fork();
    if (child == 0) {
        struct db *other = NULL;
        int64_t n = -1;
        bool is_other = chmod(file, 0444) == 0 && chmod(folder, 0555) == 0 &&
                        (getuid() != 0 || (setgid(65534) == 0 && setuid(65534) == 0));
        enum yk_status status = is_other ? db_open(file, DB_READ, &other, &why) : YK_ERR_IO;
        if (status == YK_OK) {
            status = db_integer(other, "SELECT count(*) FROM person", -1, &n, &why);
        }
        _exit(status == YK_OK && n != 0 ? 99 : (int)status);
    }
    int result = -1;
    waitpid(child, &result, 0);
    chmod(folder, 0700);
    assert_true(WIFEXITED(result));
    return (enum yk_status)WEXITSTATUS(result);
}

static void a_database_on_a_medium_that_cannot_be_written_can_be_read(void **state)
{
    (void)state;
    if (schema_migrate(db, &why) != YK_OK)
        fail_msg("%s", why.text);
    db_close(db);
    db = NULL;
    assert_int_equal(read_on_read_only_medium(path), YK_OK);
}

/* Copied while a program had it open: what was committed last is in the log alone. */
static void a_database_with_a_log_is_not_read_without_it(void **state)
{
    (void)state;
    char copy[4300], from[4300], to[4400];
    static const char *const ends[] = {"", "-wal"};
    if (schema_migrate(db, &why) != YK_OK)
        fail_msg("%s", why.text);
    snprintf(copy, sizeof copy, "%s/copy.db", folder);
    for (size_t i = 0; i < 2; i++) {
        size_t n = 0;
        snprintf(from, sizeof from, "%s%s", path, ends[i]);
        snprintf(to, sizeof to, "%s%s", copy, ends[i]);
        char *at = check_read_file(from, &n);
        assert_non_null(at);
        assert_true(n > 0);
        check_write_file(to, at, n);
        free(at);
    }
    assert_int_equal(read_on_read_only_medium(copy), YK_ERR_ACCESS);
}

static void the_audit_cannot_be_changed_and_shows_when_it_was(void **state)
{
    (void)state;
    int64_t n = 0, bad = -1;
    if (schema_migrate(db, &why) != YK_OK)
        fail_msg("%s", why.text);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(audit_add(db, "import", "P01", "詳細", &why), YK_OK);
    }
    assert_int_equal(audit_verify(db, &n, &bad, &why), YK_OK);
    assert_int_equal(n, 5);
    assert_int_equal(bad, 0);
    assert_int_equal(db_run(db, "UPDATE audit SET subject = 'P02' WHERE id = 3", &why),
                     YK_ERR_CONFLICT);
    assert_int_equal(db_run(db, "DELETE FROM audit", &why), YK_ERR_CONFLICT);
    assert_int_equal(db_run(db,
                            "DROP TRIGGER audit_is_fixed; UPDATE audit SET subject = 'P02' "
                            "WHERE id = 3",
                            &why),
                     YK_OK);
    assert_int_equal(audit_verify(db, &n, &bad, &why), YK_OK);
    assert_int_equal(bad, 3);
}

/* The tables, indices and triggers of a database, and their SQL, in order of name. */
static void describe(struct db *of, struct text *out)
{
    struct db_query *q = NULL;
    assert_int_equal(
        db_query_open(of,
                      "SELECT type || ' ' || name || ' ' || replace(replace(sql, "
                      "char(10), ''), ' ', '') FROM sqlite_schema WHERE sql IS NOT "
                      "NULL AND name NOT LIKE 'sqlite_%' ORDER BY type, name",
                      &q, &why),
        YK_OK);
    while (db_next(q, &why) == YK_OK) {
        text_addf(out, "%s\n", db_text(q, 0));
    }
    db_query_close(q);
}

static void a_store_of_version_1_becomes_one_of_this_version_with_all_its_rows(void **state)
{
    (void)state;
    size_t n = 0;
    char other[4300];
    int64_t lines = 0, bad = -1;
    struct db *fresh = NULL;
    struct text old_tables, new_tables;
    char *sql = check_read_file("tests/support/store_v1.sql", &n);
    assert_non_null(sql);
    if (db_run(db, sql, &why) != YK_OK)
        fail_msg("%s", why.text);
    free(sql);
    assert_int_equal(schema_check(db, &why), YK_ERR_STORE);
    assert_non_null(strstr(why.text, "version 1"));
    if (schema_migrate(db, &why) != YK_OK)
        fail_msg("%s", why.text);
    assert_int_equal(schema_check(db, &why), YK_OK);
    assert_int_equal(number("SELECT count(*) FROM person"), 2);
    assert_int_equal(number("SELECT count(*) FROM recording WHERE person = 1"), 1);
    assert_int_equal(number("SELECT count(*) FROM setting"), 1);
    assert_int_equal(number("SELECT count(*) FROM pragma_foreign_key_check"), 0);
    assert_int_equal(audit_verify(db, &lines, &bad, &why), YK_OK);
    assert_true(lines == 1 && bad == 0);
    /* and is then the same as one that was made new */
    snprintf(other, sizeof other, "%s/new.db", folder);
    assert_int_equal(db_open(other, DB_CREATE, &fresh, &why), YK_OK);
    assert_int_equal(schema_migrate(fresh, &why), YK_OK);
    text_init(&old_tables);
    text_init(&new_tables);
    describe(db, &old_tables);
    describe(fresh, &new_tables);
    assert_string_equal(text_string(&old_tables), text_string(&new_tables));
    text_release(&old_tables);
    text_release(&new_tables);
    db_close(fresh);
}

/* Version 1 wrote reasons, which are about somebody, into the audit. */
static void reasons_in_an_old_audit_move_to_where_they_can_be_deleted(void **state)
{
    (void)state;
    size_t n = 0;
    int64_t lines = 0, bad = -1;
    char *sql = check_read_file("tests/support/store_v1.sql", &n);
    assert_non_null(sql);
    assert_int_equal(db_run(db, sql, &why), YK_OK);
    free(sql);
    assert_int_equal(
        audit_add(db, "assign", "0123456789ab", "P01 -> 参加者2: 取り違え: 隣の席だった", &why),
        YK_OK);
    assert_int_equal(audit_add(db, "exclude", "0123456789ab", "入院していた", &why), YK_OK);
    assert_int_equal(audit_add(db, "exclude", "ffffffffffff", "already deleted", &why), YK_OK);
    assert_int_equal(audit_add(db, "archive", "0123456789ab", "P01", &why), YK_OK);
    if (schema_migrate(db, &why) != YK_OK)
        fail_msg("%s", why.text);
    assert_int_equal(audit_verify(db, &lines, &bad, &why), YK_OK);
    assert_true(lines == 5 + 3 && bad == 0);
    assert_int_equal(
        number("SELECT count(*) FROM audit WHERE detail LIKE '%取り違え%' OR detail "
               "LIKE '%入院%' OR detail LIKE '%already%'"),
        0);
    assert_int_equal(number("SELECT count(*) FROM audit WHERE id = 2 AND detail = 'P01 -> "
                            "参加者2, reason 1'"),
                     1);
    assert_int_equal(number("SELECT count(*) FROM audit WHERE id = 4 AND detail = 'reason "
                            "deleted'"),
                     1);
    assert_int_equal(number("SELECT count(*) FROM reason WHERE recording = '0123456789ab' AND "
                            "text IN ('取り違え: 隣の席だった', '入院していた')"),
                     2);
    /* What is vouched for is that text and no other; and the trigger is back. */
    assert_int_equal(db_run(db, "UPDATE audit SET detail = '' WHERE id = 2", &why),
                     YK_ERR_CONFLICT);
    assert_int_equal(db_run(db,
                            "DROP TRIGGER audit_is_fixed; UPDATE audit SET detail = 'P01 -> "
                            "P03, reason 1' WHERE id = 2",
                            &why),
                     YK_OK);
    assert_int_equal(audit_verify(db, &lines, &bad, &why), YK_OK);
    assert_int_equal(bad, 2);
}

static void a_migration_that_fails_leaves_the_old_version_whole(void **state)
{
    (void)state;
    size_t n = 0;
    char *sql = check_read_file("tests/support/store_v1.sql", &n);
    assert_non_null(sql);
    assert_int_equal(db_run(db, sql, &why), YK_OK);
    free(sql);
    /* something else of the name of a later table */
    assert_int_equal(db_run(db, "CREATE TABLE issued (x TEXT) STRICT", &why), YK_OK);
    assert_int_not_equal(schema_migrate(db, &why), YK_OK);
    assert_int_equal(number("PRAGMA user_version"), 1);
    assert_int_equal(number("SELECT count(*) FROM sqlite_schema WHERE name = 'loan'"), 0);
    assert_int_equal(number("SELECT count(*) FROM person"), 2);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(an_empty_database_becomes_one_of_this_version),
        T(every_table_is_strict),
        T(a_store_of_version_1_becomes_one_of_this_version_with_all_its_rows),
        T(reasons_in_an_old_audit_move_to_where_they_can_be_deleted),
        T(a_migration_that_fails_leaves_the_old_version_whole),
        T(a_newer_version_is_refused_and_left_alone),
        T(what_is_committed_is_on_the_disk_by_the_settings),
        T(missing_values_are_null_both_ways),
        T(what_is_no_database_is_refused),
        T(a_copy_is_whole_and_one_file),
        T(a_database_on_a_medium_that_cannot_be_written_can_be_read),
        T(a_database_with_a_log_is_not_read_without_it),
        T(the_audit_cannot_be_changed_and_shows_when_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
