/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SQLite 3.40 behind a narrow door (sqlite.org/c3ref). Settings: WAL with synchronous=FULL, so
 * that a commit that was reported survives a power cut; secure_delete, so that what was deleted
 * is not left behind in free pages; trusted_schema off, because a store may come from
 * elsewhere.
 */
#include "src/store/db.h"

#include <errno.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/clock.h"
#include "src/base/mem.h"
#include "src/base/text.h"

#define WAIT_MS 20000

struct db {
    sqlite3 *handle;
    char *path;
};

struct db_query {
    struct db *db;
    sqlite3_stmt *statement;
    int bind_result; /* the first that was not SQLITE_OK */
};

static enum yk_status code_of(int result)
{
    switch (result & 0xFF) {
    case SQLITE_NOMEM:
        return YK_ERR_MEMORY;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return YK_ERR_BUSY;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return YK_ERR_ACCESS;
    case SQLITE_FULL:
    case SQLITE_IOERR:
        return YK_ERR_IO;
    case SQLITE_CONSTRAINT:
        return YK_ERR_CONFLICT;
    default:
        return YK_ERR_STORE;
    }
}

static enum yk_status db_failure(const struct db *self, int result, struct failure *why)
{
    const char *text =
        self->handle != NULL ? sqlite3_errmsg(self->handle) : sqlite3_errstr(result);
    return failure_set(why, code_of(result), "%s: %s", self->path, text);
}

static enum yk_status db_settle(struct db *self, enum db_mode mode, struct failure *why)
{
    /* SQLite opens what it may not write for reading only, without a word. */
    if (mode != DB_READ && sqlite3_db_readonly(self->handle, "main") == 1) {
        return failure_set(why, YK_ERR_ACCESS,
                           "%s cannot be written: no permission, or the disk "
                           "is read-only",
                           self->path);
    }
    sqlite3_busy_timeout(self->handle, WAIT_MS);
    sqlite3_extended_result_codes(self->handle, 1);
    enum yk_status status = db_run(self,
                                   "PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = ON;"
                                   "PRAGMA secure_delete = ON; PRAGMA synchronous = FULL;",
                                   why);
    if (status == YK_OK && mode != DB_READ) {
        status = db_run(self, "PRAGMA journal_mode = WAL;", why);
    }
    /* The first look at the file: one that is no database is noticed here. */
    if (status == YK_OK) {
        status = db_run(self, "SELECT count(*) FROM sqlite_schema;", why);
    }
    return status;
}

static enum yk_status open_as(struct db *self, const char *name, int flags, enum db_mode mode,
                              struct failure *why)
{
    int result = sqlite3_open_v2(name, &self->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
    enum yk_status status =
        result == SQLITE_OK ? db_settle(self, mode, why) : db_failure(self, result, why);
    if (status != YK_OK) {
        sqlite3_close_v2(self->handle);
        self->handle = NULL;
    }
    return status;
}

/* What was committed last may still stand in the log only, which is not read so. */
static enum yk_status refuse_log(const struct db *self, struct failure *why)
{
    struct text log;
    struct stat s;
    text_init(&log);
    text_addf(&log, "%s-wal", self->path);
    enum yk_status status = text_status(&log, why);
    if (status == YK_OK && stat(text_string(&log), &s) == 0 && s.st_size > 0) {
        status = failure_set(why, YK_ERR_ACCESS,
                             "%s was not closed, and its log cannot be read where nothing can "
                             "be written: copy the whole folder to a disk that can be written",
                             self->path);
    }
    text_release(&log);
    return status;
}

/* On a medium that cannot be written WAL cannot make its helper files; when nobody can be
 * writing either, the file may be read as it stands (sqlite.org/wal.html, "read-only
 * databases"). */
static enum yk_status open_unchanging(struct db *self, struct failure *why)
{
    struct text uri;
    text_init(&uri);
    text_add(&uri, "file:");
    for (const unsigned char *c = (const unsigned char *)self->path; *c != '\0'; c++) {
        bool is_plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                        (*c >= '0' && *c <= '9') || strchr("/._-", *c) != NULL;
        if (is_plain) {
            text_add_char(&uri, (char)*c);
        } else {
            text_addf(&uri, "%%%02X", *c);
        }
    }
    text_add(&uri, "?immutable=1");
    enum yk_status status = text_status(&uri, why);
    if (status == YK_OK) {
        status = open_as(self, text_string(&uri), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI,
                         DB_READ, why);
    }
    text_release(&uri);
    if (status == YK_OK) {
        status = refuse_log(self, why);
        if (status != YK_OK) {
            sqlite3_close_v2(self->handle);
            self->handle = NULL;
        }
    }
    return status;
}

enum yk_status db_open(const char *path, enum db_mode mode, struct db **out,
                       struct failure *why)
{
    struct stat s;
    if (mode != DB_CREATE && stat(path, &s) != 0) {
        return failure_set_errno(why, errno, "opening %s", path);
    }
    struct db *self = mem_alloc(1, sizeof *self);
    char *copy = mem_copy_text(path);
    if (self == NULL || copy == NULL) {
        mem_free(self);
        mem_free(copy);
        return failure_set(why, YK_ERR_MEMORY, "no memory to open %s", path);
    }
    self->path = copy;
    int flags =
        mode == DB_CREATE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE;
    enum yk_status status = open_as(self, path, flags, mode, why);
    if (status != YK_OK && status != YK_ERR_MEMORY && status != YK_ERR_BUSY &&
        mode == DB_READ) {
        status = open_unchanging(self, why);
    }
    if (status == YK_OK) {
        *out = self;
    } else {
        mem_free(copy);
        mem_free(self);
    }
    return status;
}

void db_close(struct db *self)
{
    if (self != NULL) {
        sqlite3_close_v2(self->handle);
        mem_free(self->path);
        mem_free(self);
    }
}

enum yk_status db_run(struct db *self, const char *sql, struct failure *why)
{
    int result = sqlite3_exec(self->handle, sql, NULL, NULL, NULL);
    return result == SQLITE_OK ? YK_OK : db_failure(self, result, why);
}

enum yk_status db_begin(struct db *self, struct failure *why)
{
    return db_run(self, "BEGIN IMMEDIATE", why);
}

enum yk_status db_commit(struct db *self, struct failure *why)
{
    return db_run(self, "COMMIT", why);
}

void db_rollback(struct db *self)
{
    if (sqlite3_get_autocommit(self->handle) == 0) {
        sqlite3_exec(self->handle, "ROLLBACK", NULL, NULL, NULL);
    }
}

enum yk_status db_finish(struct db *self, enum yk_status status, struct failure *why)
{
    if (status == YK_OK) {
        status = db_commit(self, why);
    }
    if (status != YK_OK) {
        db_rollback(self);
    }
    return status;
}

int64_t db_last_id(struct db *self)
{
    return sqlite3_last_insert_rowid(self->handle);
}

int64_t db_changes(struct db *self)
{
    return sqlite3_changes64(self->handle);
}

enum yk_status db_copy_to(struct db *self, const char *path, struct failure *why)
{
    struct db to = {.handle = NULL};
    enum yk_status status = YK_OK;
    int result =
        sqlite3_open_v2(path, &to.handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    if (result == SQLITE_OK) {
        sqlite3_backup *copy = sqlite3_backup_init(to.handle, "main", self->handle, "main");
        if (copy != NULL) {
            sqlite3_backup_step(copy, -1);
            sqlite3_backup_finish(copy);
        }
        result = sqlite3_errcode(to.handle);
    }
    /* A copy of a WAL database would ask for WAL files of its own; as one file it travels. */
    if (result == SQLITE_OK) {
        result = sqlite3_exec(to.handle, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    }
    if (result != SQLITE_OK) {
        status = failure_set(why, code_of(result), "copying %s to %s: %s", self->path, path,
                             sqlite3_errmsg(to.handle));
    }
    sqlite3_close_v2(to.handle);
    return status;
}

/* ---- queries ---- */

enum yk_status db_query_open(struct db *self, const char *sql, struct db_query **out,
                             struct failure *why)
{
    struct db_query *query = mem_alloc(1, sizeof *query);
    if (query == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for a query");
    }
    query->db = self;
    int result = sqlite3_prepare_v2(self->handle, sql, -1, &query->statement, NULL);
    if (result != SQLITE_OK) {
        enum yk_status status = db_failure(self, result, why);
        mem_free(query);
        return status;
    }
    *out = query;
    return YK_OK;
}

void db_query_close(struct db_query *self)
{
    if (self != NULL) {
        sqlite3_finalize(self->statement);
        mem_free(self);
    }
}

static void remember(struct db_query *self, int result)
{
    if (self->bind_result == SQLITE_OK) {
        self->bind_result = result;
    }
}

void db_bind_text(struct db_query *self, int i, const char *value)
{
    remember(self, sqlite3_bind_text(self->statement, i, value, -1, SQLITE_TRANSIENT));
}

void db_bind_integer(struct db_query *self, int i, int64_t value)
{
    remember(self, sqlite3_bind_int64(self->statement, i, value));
}

void db_bind_real(struct db_query *self, int i, double value)
{
    remember(self, isnan(value) ? sqlite3_bind_null(self->statement, i)
                                : sqlite3_bind_double(self->statement, i, value));
}

void db_bind_time(struct db_query *self, int i, int64_t ns)
{
    remember(self, ns == TIME_UNKNOWN ? sqlite3_bind_null(self->statement, i)
                                      : sqlite3_bind_int64(self->statement, i, ns));
}

enum yk_status db_next(struct db_query *self, struct failure *why)
{
    if (self->bind_result != SQLITE_OK) {
        return db_failure(self->db, self->bind_result, why);
    }
    int result = sqlite3_step(self->statement);
    if (result == SQLITE_ROW) {
        return YK_OK;
    }
    return result == SQLITE_DONE ? YK_END : db_failure(self->db, result, why);
}

bool db_step(struct db_query *self, enum yk_status *status, struct failure *why)
{
    if (*status == YK_OK && self != NULL) {
        *status = db_next(self, why);
        if (*status == YK_OK) {
            return true;
        }
        *status = *status == YK_END ? YK_OK : *status;
    }
    return false;
}

void db_reset(struct db_query *self)
{
    sqlite3_reset(self->statement);
}

int db_columns(const struct db_query *self)
{
    return sqlite3_column_count(self->statement);
}

const char *db_column_name(const struct db_query *self, int column)
{
    return sqlite3_column_name(self->statement, column);
}

bool db_is_null(const struct db_query *self, int column)
{
    return sqlite3_column_type(self->statement, column) == SQLITE_NULL;
}

const char *db_text(const struct db_query *self, int column)
{
    const unsigned char *text = sqlite3_column_text(self->statement, column);
    return text != NULL ? (const char *)text : "";
}

int64_t db_int(const struct db_query *self, int column)
{
    return sqlite3_column_int64(self->statement, column);
}

int64_t db_time(const struct db_query *self, int column)
{
    return db_is_null(self, column) ? TIME_UNKNOWN : db_int(self, column);
}

double db_real(const struct db_query *self, int column)
{
    return db_is_null(self, column) ? (double)NAN
                                    : sqlite3_column_double(self->statement, column);
}

void db_copy(const struct db_query *self, int column, char *out, size_t room)
{
    snprintf(out, room, "%s", db_text(self, column));
}

void db_bind_all(struct db_query *self, const char *kinds, va_list values)
{
    for (int i = 1; kinds[i - 1] != '\0'; i++) {
        switch (kinds[i - 1]) {
        case 't':
            db_bind_text(self, i, va_arg(values, const char *));
            break;
        case 'd':
            db_bind_real(self, i, va_arg(values, double));
            break;
        case 'T':
            db_bind_time(self, i, va_arg(values, int64_t));
            break;
        default:
            db_bind_integer(self, i, va_arg(values, int64_t));
            break;
        }
    }
}

enum yk_status db_query_openv(struct db *self, struct db_query **out, struct failure *why,
                              const char *sql, const char *kinds, ...)
{
    enum yk_status status = db_query_open(self, sql, out, why);
    if (status == YK_OK) {
        va_list values;
        va_start(values, kinds);
        db_bind_all(*out, kinds, values);
        va_end(values);
    }
    return status;
}

enum yk_status db_runv(struct db *self, struct failure *why, const char *sql, const char *kinds,
                       ...)
{
    struct db_query *query = NULL;
    enum yk_status status = db_query_open(self, sql, &query, why);
    if (status == YK_OK) {
        va_list values;
        va_start(values, kinds);
        db_bind_all(query, kinds, values);
        va_end(values);
    }
    while (db_step(query, &status, why)) {
    }
    db_query_close(query);
    return status;
}

enum yk_status db_check(struct db *self, char damage[static 128], struct failure *why)
{
    struct db_query *query = NULL;
    damage[0] = '\0';
    enum yk_status status = db_query_open(self, "PRAGMA integrity_check(1)", &query, why);
    if (db_step(query, &status, why) && strcmp(db_text(query, 0), "ok") != 0) {
        db_copy(query, 0, damage, 128);
    }
    db_query_close(query);
    return status;
}

enum yk_status db_integer(struct db *self, const char *sql, int64_t fallback, int64_t *out,
                          struct failure *why)
{
    struct db_query *query = NULL;
    enum yk_status status = db_query_open(self, sql, &query, why);
    if (db_step(query, &status, why)) {
        *out = db_int(query, 0);
    } else if (status == YK_OK) {
        *out = fallback;
    }
    db_query_close(query);
    return status;
}
