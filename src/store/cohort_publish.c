/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The finished cohort.sqlite: results in the order of their names and every table for those who
 * ask in SQL, written beside the old file and put in its place when it is whole.
 */
#include "src/store/cohort_db.h"

#include <stdio.h>
#include <string.h>

#include "src/base/csv.h"
#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/store/cohort_sql.h"

static const char *sql_type(const char *type)
{
    if (strcmp(type, "real") == 0) {
        return "REAL";
    }
    return strcmp(type, "integer") == 0 || strcmp(type, "flag") == 0 ? "INTEGER" : "TEXT";
}

static enum yk_status make_table(sqlite3 *db, const struct cohort_table *table,
                                 sqlite3_stmt **insert, struct failure *why)
{
    struct text create, fill;
    text_init(&create);
    text_init(&fill);
    text_addf(&create, "CREATE TABLE \"%s\" (", table->name);
    text_addf(&fill, "INSERT INTO \"%s\" VALUES (", table->name);
    for (size_t i = 0; i < table->n_columns; i++) {
        text_addf(&create, "%s\"%s\" %s", i > 0 ? ", " : "", table->column[i],
                  sql_type(table->type[i]));
        text_add(&fill, i > 0 ? ",?" : "?");
    }
    text_add(&create, ")");
    text_add(&fill, ")");
    enum yk_status status = text_status(&create, why);
    status = status == YK_OK ? text_status(&fill, why) : status;
    status =
        status == YK_OK ? cohort_sql_run(db, text_string(&create), table->name, why) : status;
    if (status == YK_OK &&
        sqlite3_prepare_v2(db, text_string(&fill), -1, insert, NULL) != SQLITE_OK) {
        status = cohort_sql_refuse(db, table->name, why);
    }
    text_release(&create);
    text_release(&fill);
    return status;
}

static enum yk_status fill_table(sqlite3 *db, sqlite3_stmt *insert,
                                 const struct cohort_table *table, struct failure *why)
{
    struct csv *csv = NULL;
    const struct csv_row *row = NULL;
    enum yk_status status = csv_open(table->csv, ',', &csv, why);
    if (status == YK_OK) {
        status = csv_read_header(csv, why);
    }
    while (status == YK_OK && (status = csv_next(csv, &row, why)) == YK_OK) {
        for (size_t i = 0; i < table->n_columns; i++) {
            const char *field = csv_field(row, i);
            /* the column's affinity turns digits into numbers */
            if (*field != '\0' && sqlite3_bind_text(insert, (int)i + 1, field, -1,
                                                    SQLITE_TRANSIENT) != SQLITE_OK) {
                status = cohort_sql_refuse(db, table->name, why);
            }
        }
        if (status == YK_OK && sqlite3_step(insert) != SQLITE_DONE) {
            status = cohort_sql_refuse(db, table->name, why);
        }
        sqlite3_reset(insert);
        sqlite3_clear_bindings(insert);
    }
    csv_close(csv);
    return status == YK_END ? YK_OK : status;
}

static enum yk_status copy_results(sqlite3 *db, const char *from, const char *const *ids,
                                   size_t n_ids, struct failure *why)
{
    sqlite3_stmt *copy = NULL;
    char *attach = sqlite3_mprintf("ATTACH %Q AS old", from);
    if (attach == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "out of memory copying results");
    }
    enum yk_status status = cohort_sql_run(db, attach, "copying results", why);
    sqlite3_free(attach);
    status = status == YK_OK ? cohort_sql_run(db, "BEGIN", "copying results", why) : status;
    const char *sql = "INSERT INTO main.result SELECT * FROM old.result WHERE recording_id = ?";
    if (status == YK_OK && sqlite3_prepare_v2(db, sql, -1, &copy, NULL) != SQLITE_OK) {
        status = cohort_sql_refuse(db, "copying results", why);
    }
    for (size_t i = 0; i < n_ids && status == YK_OK; i++) {
        sqlite3_bind_text(copy, 1, ids[i], -1, SQLITE_TRANSIENT);
        if (sqlite3_step(copy) != SQLITE_DONE) {
            status = cohort_sql_refuse(db, "copying results", why);
        }
        sqlite3_reset(copy);
    }
    sqlite3_finalize(copy);
    status = status == YK_OK ? cohort_sql_run(db, "COMMIT", "copying results", why) : status;
    /* Nothing may stand in the old log when the new file gets its name: SQLite would add it. */
    status = status == YK_OK ? cohort_sql_run(db, "PRAGMA old.wal_checkpoint(TRUNCATE)",
                                              "copying results", why)
                             : status;
    return status == YK_OK ? cohort_sql_run(db, "DETACH old", "copying results", why) : status;
}

static enum yk_status fill_new(sqlite3 *db, const char *from, const char *const *ids,
                               size_t n_ids, const struct cohort_table *tables, size_t n_tables,
                               struct failure *why)
{
    /* Nobody else sees this file yet, so a rollback journal would only cost time. */
    enum yk_status status =
        cohort_sql_run(db, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF", "writing", why);
    status = status == YK_OK ? cohort_sql_make(db, why) : status;
    status = status == YK_OK ? copy_results(db, from, ids, n_ids, why) : status;
    status = status == YK_OK ? cohort_sql_run(db, "BEGIN", "writing", why) : status;
    for (size_t i = 0; i < n_tables && status == YK_OK; i++) {
        sqlite3_stmt *insert = NULL;
        status = make_table(db, &tables[i], &insert, why);
        status = status == YK_OK ? fill_table(db, insert, &tables[i], why) : status;
        sqlite3_finalize(insert);
    }
    return status == YK_OK ? cohort_sql_run(db, "COMMIT", "writing", why) : status;
}

/* SQLite passes over it when it cannot remove its own log, which is empty by now. */
static enum yk_status remove_log(const char *path, struct failure *why)
{
    static const char *const ends[] = {"-wal", "-shm"};
    struct text name;
    text_init(&name);
    enum yk_status status = YK_OK;
    for (size_t i = 0; i < sizeof ends / sizeof *ends && status == YK_OK; i++) {
        text_clear(&name);
        text_addf(&name, "%s%s", path, ends[i]);
        status = text_status(&name, why);
        status = status == YK_OK ? disk_remove(text_string(&name), why) : status;
    }
    text_release(&name);
    return status;
}

enum yk_status cohort_db_publish(const char *path, const char *const *recording_ids,
                                 size_t n_ids, const struct cohort_table *tables,
                                 size_t n_tables, struct failure *why)
{
    struct text part;
    sqlite3 *db = NULL;
    text_init(&part);
    text_addf(&part, "%s%s", path, DISK_PART);
    enum yk_status status = text_status(&part, why);
    status = status == YK_OK ? disk_remove(text_string(&part), why) : status;
    status = status == YK_OK ? cohort_sql_open(text_string(&part), false, &db, why) : status;
    if (status == YK_OK) {
        status = fill_new(db, path, recording_ids, n_ids, tables, n_tables, why);
    }
    sqlite3_close(db);
    status = status == YK_OK ? disk_sync_file(text_string(&part), why) : status;
    status = status == YK_OK ? remove_log(path, why) : status;
    status = status == YK_OK ? disk_publish(text_string(&part), path, why) : status;
    if (status != YK_OK && part.length > 0) {
        disk_remove(text_string(&part), NULL);
    }
    text_release(&part);
    return status;
}
