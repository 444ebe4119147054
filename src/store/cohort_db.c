/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cohort.sqlite. While a run works it is in WAL mode with synchronous=FULL: a result that was
 * put is there after a power cut. At the end it is written anew (cohort_publish.c), row by row
 * in the order of the keys, because a file that grew in the order in which workers happened to
 * finish would differ from run to run.
 */
#include "src/store/cohort_db.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/base/digest.h"
#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "src/store/cohort_sql.h"

#define APPLICATION_ID 0x796b6462 /* "ykdb" */
/* 2: note; 3: settings_key, h5_sha256, start, end; 4: row_sha256 */
#define SCHEMA_VERSION 4

static const char SCHEMA[] =
    "CREATE TABLE IF NOT EXISTS result ("
    "recording_id TEXT PRIMARY KEY, work_key TEXT NOT NULL, settings_key TEXT NOT NULL, "
    "input_sha256 TEXT NOT NULL, h5_sha256 TEXT NOT NULL, status TEXT NOT NULL, format TEXT "
    "NOT NULL, device_serial TEXT NOT NULL, "
    "note TEXT NOT NULL, "
    "days REAL, valid_nights REAL, gaps REAL, bad_blocks REAL, "
    "start_ns INTEGER, end_ns INTEGER, "
    "recording_csv TEXT NOT NULL, night_csv TEXT NOT NULL, rest_csv TEXT NOT NULL, "
    "day_csv TEXT NOT NULL, event_csv TEXT NOT NULL, row_sha256 TEXT NOT NULL) STRICT, WITHOUT "
    "ROWID";
#define RESULT_COLUMNS                                                                         \
    "recording_id, work_key, settings_key, input_sha256, h5_sha256, status, format, "          \
    "device_serial, note, days, valid_nights, gaps, bad_blocks, start_ns, end_ns, "            \
    "recording_csv, night_csv, "                                                               \
    "rest_csv, day_csv, event_csv, row_sha256"
enum { FIRST_NUMBER = 9, FIRST_TIME = 13, FIRST_PART = 15, ROW_HASH = 20 };

/* Only shards have it: a finished cohort says the same in its table of quality. */
static const char OUTCOME_SCHEMA[] =
    "CREATE TABLE IF NOT EXISTS outcome (path TEXT PRIMARY KEY, state TEXT NOT NULL, "
    "code INTEGER NOT NULL, reason TEXT NOT NULL, sha256 TEXT NOT NULL, format TEXT NOT NULL, "
    "device_serial TEXT NOT NULL, days REAL, bad_blocks REAL, row_sha256 TEXT NOT NULL) "
    "STRICT, WITHOUT ROWID";

struct cohort_db {
    sqlite3 *db;
    sqlite3_stmt *get, *put;
};

void cohort_result_init(struct cohort_result *self)
{
    *self = (struct cohort_result){.days = NAN,
                                   .valid_nights = NAN,
                                   .gaps = NAN,
                                   .bad_blocks = NAN,
                                   .start_ns = TIME_UNKNOWN,
                                   .end_ns = TIME_UNKNOWN};
}

void cohort_result_release(struct cohort_result *self)
{
    for (size_t i = 0; i < COHORT_PART_COUNT; i++) {
        text_release(&self->part[i]);
    }
    cohort_result_init(self);
}

/* ---- SQLite's failures as ours ---- */

enum yk_status cohort_sql_refuse(sqlite3 *db, const char *doing, struct failure *why)
{
    const char *path = sqlite3_db_filename(db, "main"), *said = sqlite3_errmsg(db);
    int reason = sqlite3_system_errno(db); /* of the last IOERR or CANTOPEN */
    path = path != NULL && path[0] != '\0' ? path : "cohort.sqlite";
    switch (sqlite3_errcode(db) & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return failure_set(why, YK_ERR_BUSY, "%s: another program uses %s", doing, path);
    case SQLITE_NOMEM:
        return failure_set(why, YK_ERR_MEMORY, "%s: out of memory", doing);
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        return failure_set(why, YK_ERR_STORE,
                           "%s: %s is damaged (%s); remove it to compute anew", doing, path,
                           said);
    case SQLITE_READONLY:
        if (sqlite3_extended_errcode(db) == SQLITE_READONLY_DBMOVED) {
            return failure_set(why, YK_ERR_IO, "%s: %s was taken away while it was in use",
                               doing, path);
        }
        return failure_set(why, YK_ERR_ACCESS,
                           "%s: %s cannot be written: no permission, or the disk is read-only",
                           doing, path);
    case SQLITE_FULL:
        return failure_set_errno(why, ENOSPC, "%s: %s", doing, path);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        if (reason != 0) {
            return failure_set_errno(why, reason, "%s: %s", doing, path);
        }
        break;
    default:
        break;
    }
    return failure_set(why, YK_ERR_IO, "%s: %s: %s", doing, path, said);
}

enum yk_status cohort_sql_run(sqlite3 *db, const char *sql, const char *doing,
                              struct failure *why)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK
               ? YK_OK
               : cohort_sql_refuse(db, doing, why);
}

enum yk_status cohort_sql_open(const char *path, bool is_read_only, sqlite3 **db,
                               struct failure *why)
{
    int flags =
        (is_read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
        SQLITE_OPEN_FULLMUTEX;
    int code = sqlite3_open_v2(path, db, flags, NULL);
    if (code != SQLITE_OK) {
        int reason = *db != NULL ? sqlite3_system_errno(*db) : 0;
        enum yk_status status =
            *db == NULL ? failure_set(why, YK_ERR_MEMORY, "out of memory opening %s", path)
            : reason != 0
                ? failure_set_errno(why, reason, "opening %s", path)
                : failure_set(why, YK_ERR_IO, "opening %s: %s", path, sqlite3_errmsg(*db));
        sqlite3_close(*db);
        *db = NULL;
        return status;
    }
    sqlite3_busy_timeout(*db, 5000);
    return YK_OK;
}

static enum yk_status check_owner(sqlite3 *db, const char *path, struct failure *why)
{
    sqlite3_stmt *ask = NULL;
    enum yk_status status = YK_OK;
    int64_t owner = 0, version = 0;
    const char *sql = "SELECT (SELECT application_id FROM pragma_application_id), "
                      "(SELECT user_version FROM pragma_user_version)";
    if (sqlite3_prepare_v2(db, sql, -1, &ask, NULL) != SQLITE_OK ||
        sqlite3_step(ask) != SQLITE_ROW) {
        status = cohort_sql_refuse(db, "opening", why);
    } else {
        owner = sqlite3_column_int64(ask, 0);
        version = sqlite3_column_int64(ask, 1);
    }
    sqlite3_finalize(ask);
    if (status == YK_OK && (owner != 0 || version != 0) &&
        (owner != APPLICATION_ID || version != SCHEMA_VERSION)) {
        status =
            failure_set(why, YK_ERR_STORE,
                        "%s is of another program or version; choose another folder", path);
    }
    return status;
}

enum yk_status cohort_sql_make(sqlite3 *db, struct failure *why)
{
    char sql[sizeof SCHEMA + 128];
    /* All or nothing: a run killed between two of these would leave a file that looks like
     * another program's. Closing the connection undoes what did not come to its end. */
    snprintf(sql, sizeof sql,
             "BEGIN IMMEDIATE; PRAGMA application_id=%d; PRAGMA user_version=%d; %s; COMMIT",
             APPLICATION_ID, SCHEMA_VERSION, SCHEMA);
    return cohort_sql_run(db, sql, "making the table of results", why);
}

static enum yk_status set_journal(sqlite3 *db, enum cohort_use use, struct failure *why)
{
    /* Five seconds are short where forty tasks open one folder at once. */
    sqlite3_busy_timeout(db, use == COHORT_LOCAL ? 5000 : 30000);
    return cohort_sql_run(db,
                          use == COHORT_LOCAL
                              ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"
                              : "PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL",
                          "opening", why);
}

enum yk_status cohort_db_open(const char *path, enum cohort_use use, struct cohort_db **out,
                              struct failure *why)
{
    if (use == COHORT_READ && !disk_is_file(path)) {
        return failure_set(why, YK_ERR_NO_DEVICE, "%s is not there", path);
    }
    struct cohort_db *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "out of memory opening %s", path);
    }
    enum yk_status status = cohort_sql_open(path, use == COHORT_READ, &self->db, why);
    if (status == YK_OK) {
        status = check_owner(self->db, path, why);
    }
    if (status == YK_OK && use != COHORT_READ) {
        status = set_journal(self->db, use, why);
        status = status == YK_OK ? cohort_sql_make(self->db, why) : status;
        if (status == YK_OK && use == COHORT_NETWORK) {
            status =
                cohort_sql_run(self->db, OUTCOME_SCHEMA, "making the table of outcomes", why);
        }
    }
    const char *get = "SELECT " RESULT_COLUMNS " FROM result WHERE recording_id = ?";
    const char *put = "INSERT OR REPLACE INTO result (" RESULT_COLUMNS
                      ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
    if (status == YK_OK &&
        (sqlite3_prepare_v2(self->db, get, -1, &self->get, NULL) != SQLITE_OK ||
         (use != COHORT_READ &&
          sqlite3_prepare_v2(self->db, put, -1, &self->put, NULL) != SQLITE_OK))) {
        status = cohort_sql_refuse(self->db, "opening", why);
    }
    if (status != YK_OK) {
        cohort_db_close(self);
        return status;
    }
    *out = self;
    return YK_OK;
}

void cohort_db_close(struct cohort_db *self)
{
    if (self != NULL) {
        sqlite3_finalize(self->get);
        sqlite3_finalize(self->put);
        sqlite3_close(self->db);
        mem_free(self);
    }
}

/* ---- a row's own checksum: SQLite has none, and takes what the disk gives ---- */

static void add_number(double value, struct text *out)
{
    if (!isnan(value)) {
        text_addf(out, "%.17g", value + 0.0); /* SQLite knows no negative zero */
    }
    text_add_char(out, '\n');
}

static enum yk_status hash_result(const struct cohort_result *row, char hex[static DIGEST_HEX],
                                  struct failure *why)
{
    const char *const text[] = {row->recording_id, row->work_key,      row->settings_key,
                                row->input_sha256, row->h5_sha256,     row->status,
                                row->format,       row->device_serial, row->note};
    const double value[] = {row->days, row->valid_nights, row->gaps, row->bad_blocks};
    struct text all;
    text_init(&all);
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        text_addf(&all, "%s\n", text[i]);
    }
    for (size_t i = 0; i < sizeof value / sizeof *value; i++) {
        add_number(value[i], &all);
    }
    text_addf(&all, "%" PRId64 "\n%" PRId64 "\n", row->start_ns, row->end_ns);
    for (size_t i = 0; i < COHORT_PART_COUNT; i++) {
        text_addf(&all, "%zu\n", row->part[i].length);
        text_add_n(&all, text_string(&row->part[i]), row->part[i].length);
    }
    enum yk_status status = digest_of_text(&all, hex, why);
    text_release(&all);
    return status;
}

static enum yk_status hash_outcome(const char *path, const struct cohort_outcome *row,
                                   char hex[static DIGEST_HEX], struct failure *why)
{
    struct text all;
    text_init(&all);
    text_addf(&all, "%s\n%s\n%d\n%s\n%s\n%s\n%s\n", path, row->state, row->code, row->reason,
              row->sha256, row->format, row->device_serial);
    add_number(row->days, &all);
    add_number(row->bad_blocks, &all);
    enum yk_status status = digest_of_text(&all, hex, why);
    text_release(&all);
    return status;
}

static enum yk_status compare_hash(sqlite3 *db, const char *what, const char *expected,
                                   const char *found, struct failure *why)
{
    if (strcmp(expected, found) == 0) {
        return YK_OK;
    }
    struct text name; /* may be what was damaged */
    text_init(&name);
    text_add_utf8(&name, what);
    failure_set(why, YK_ERR_STORE,
                "%s: the row of %.*s was damaged since it was written; run it again",
                sqlite3_db_filename(db, "main"), utf8_shown(text_string(&name), 100),
                text_string(&name));
    text_release(&name);
    return YK_ERR_STORE;
}

/* ---- results ---- */

static void copy_text(sqlite3_stmt *from, int column, char *to, size_t room)
{
    const unsigned char *text = sqlite3_column_text(from, column);
    snprintf(to, room, "%s", text != NULL ? (const char *)text : "");
}

static double number(sqlite3_stmt *from, int column)
{
    return sqlite3_column_type(from, column) == SQLITE_NULL
               ? NAN
               : sqlite3_column_double(from, column);
}

static void take_row(sqlite3_stmt *row, struct cohort_result *out)
{
    copy_text(row, 0, out->recording_id, sizeof out->recording_id);
    copy_text(row, 1, out->work_key, sizeof out->work_key);
    copy_text(row, 2, out->settings_key, sizeof out->settings_key);
    copy_text(row, 3, out->input_sha256, sizeof out->input_sha256);
    copy_text(row, 4, out->h5_sha256, sizeof out->h5_sha256);
    copy_text(row, 5, out->status, sizeof out->status);
    copy_text(row, 6, out->format, sizeof out->format);
    copy_text(row, 7, out->device_serial, sizeof out->device_serial);
    copy_text(row, 8, out->note, sizeof out->note);
    double *value[] = {&out->days, &out->valid_nights, &out->gaps, &out->bad_blocks};
    for (int i = 0; i < 4; i++) {
        *value[i] = number(row, FIRST_NUMBER + i);
    }
    int64_t *time[] = {&out->start_ns, &out->end_ns};
    for (int i = 0; i < 2; i++) {
        *time[i] = sqlite3_column_type(row, FIRST_TIME + i) == SQLITE_NULL
                       ? TIME_UNKNOWN
                       : sqlite3_column_int64(row, FIRST_TIME + i);
    }
    for (int i = 0; i < COHORT_PART_COUNT; i++) {
        const unsigned char *text = sqlite3_column_text(row, FIRST_PART + i);
        text_add(&out->part[i], text != NULL ? (const char *)text : "");
    }
}

enum yk_status cohort_db_get(struct cohort_db *self, const char *recording_id,
                             struct cohort_result *out, struct failure *why)
{
    sqlite3_bind_text(self->get, 1, recording_id, -1, SQLITE_TRANSIENT);
    int code = sqlite3_step(self->get);
    enum yk_status status = YK_END;
    if (code == SQLITE_ROW) {
        take_row(self->get, out);
        status = YK_OK;
        char hex[DIGEST_HEX] = "", expected[DIGEST_HEX];
        copy_text(self->get, ROW_HASH, expected, sizeof expected);
        for (size_t i = 0; i < COHORT_PART_COUNT && status == YK_OK; i++) {
            status = text_status(&out->part[i], why);
        }
        status = status == YK_OK ? hash_result(out, hex, why) : status;
        status =
            status == YK_OK ? compare_hash(self->db, recording_id, expected, hex, why) : status;
    } else if (code != SQLITE_DONE) {
        status = cohort_sql_refuse(self->db, "reading a result", why);
    }
    sqlite3_reset(self->get);
    return status;
}

static void bind_number(sqlite3_stmt *to, int at, double value)
{
    if (isnan(value)) {
        sqlite3_bind_null(to, at);
    } else {
        sqlite3_bind_double(to, at, value);
    }
}

enum yk_status cohort_db_put(struct cohort_db *self, const struct cohort_result *result,
                             struct failure *why)
{
    const char *text[] = {result->recording_id, result->work_key,      result->settings_key,
                          result->input_sha256, result->h5_sha256,     result->status,
                          result->format,       result->device_serial, result->note};
    const double value[] = {result->days, result->valid_nights, result->gaps,
                            result->bad_blocks};
    char hex[DIGEST_HEX];
    enum yk_status status = hash_result(result, hex, why);
    if (status != YK_OK) {
        return status;
    }
    for (int i = 0; i < FIRST_NUMBER; i++) {
        sqlite3_bind_text(self->put, i + 1, text[i], -1, SQLITE_TRANSIENT);
    }
    for (int i = 0; i < 4; i++) {
        bind_number(self->put, FIRST_NUMBER + i + 1, value[i]);
    }
    const int64_t time[] = {result->start_ns, result->end_ns};
    for (int i = 0; i < 2; i++) {
        if (time[i] != TIME_UNKNOWN) { /* what is not bound is NULL */
            sqlite3_bind_int64(self->put, FIRST_TIME + i + 1, time[i]);
        }
    }
    for (int i = 0; i < COHORT_PART_COUNT; i++) {
        sqlite3_bind_text(self->put, FIRST_PART + i + 1, text_string(&result->part[i]), -1,
                          SQLITE_TRANSIENT);
    }
    sqlite3_bind_text(self->put, ROW_HASH + 1, hex, -1, SQLITE_TRANSIENT);
    if (sqlite3_step(self->put) != SQLITE_DONE) {
        status = cohort_sql_refuse(self->db, "keeping a result", why);
    }
    sqlite3_reset(self->put);
    sqlite3_clear_bindings(self->put);
    return status;
}

/* ---- outcomes ---- */

enum yk_status cohort_db_note(struct cohort_db *self, const char *path,
                              const struct cohort_outcome *outcome, struct failure *why)
{
    sqlite3_stmt *statement = NULL;
    const char *sql = outcome == NULL
                          ? "DELETE FROM outcome WHERE path = ?"
                          : "INSERT OR REPLACE INTO outcome VALUES (?,?,?,?,?,?,?,?,?,?)";
    char hex[DIGEST_HEX] = "";
    enum yk_status status = outcome != NULL ? hash_outcome(path, outcome, hex, why) : YK_OK;
    if (status != YK_OK) {
        return status;
    }
    if (sqlite3_prepare_v2(self->db, sql, -1, &statement, NULL) != SQLITE_OK) {
        return cohort_sql_refuse(self->db, "keeping an outcome", why);
    }
    sqlite3_bind_text(statement, 1, path, -1, SQLITE_TRANSIENT);
    if (outcome != NULL) {
        sqlite3_bind_text(statement, 2, outcome->state, -1, SQLITE_TRANSIENT);
        sqlite3_bind_int(statement, 3, outcome->code);
        sqlite3_bind_text(statement, 4, outcome->reason, -1, SQLITE_TRANSIENT);
        sqlite3_bind_text(statement, 5, outcome->sha256, -1, SQLITE_TRANSIENT);
        sqlite3_bind_text(statement, 6, outcome->format, -1, SQLITE_TRANSIENT);
        sqlite3_bind_text(statement, 7, outcome->device_serial, -1, SQLITE_TRANSIENT);
        bind_number(statement, 8, outcome->days);
        bind_number(statement, 9, outcome->bad_blocks);
        sqlite3_bind_text(statement, 10, hex, -1, SQLITE_TRANSIENT);
    }
    if (sqlite3_step(statement) != SQLITE_DONE) {
        status = cohort_sql_refuse(self->db, "keeping an outcome", why);
    }
    sqlite3_finalize(statement);
    return status;
}

static bool has_outcomes(struct cohort_db *self)
{
    return sqlite3_table_column_metadata(self->db, NULL, "outcome", "path", NULL, NULL, NULL,
                                         NULL, NULL) == SQLITE_OK;
}

enum yk_status cohort_db_outcome(struct cohort_db *self, const char *path,
                                 struct cohort_outcome *out, struct failure *why)
{
    sqlite3_stmt *ask = NULL;
    if (!has_outcomes(self)) {
        return YK_END;
    }
    if (sqlite3_prepare_v2(self->db, "SELECT * FROM outcome WHERE path = ?", -1, &ask, NULL) !=
        SQLITE_OK) {
        return cohort_sql_refuse(self->db, "reading an outcome", why);
    }
    sqlite3_bind_text(ask, 1, path, -1, SQLITE_TRANSIENT);
    int code = sqlite3_step(ask);
    enum yk_status status = code == SQLITE_ROW ? YK_OK
                            : code == SQLITE_DONE
                                ? YK_END
                                : cohort_sql_refuse(self->db, "reading an outcome", why);
    if (status == YK_OK) {
        *out = (struct cohort_outcome){.code = sqlite3_column_int(ask, 2),
                                       .days = number(ask, 7),
                                       .bad_blocks = number(ask, 8)};
        copy_text(ask, 1, out->state, sizeof out->state);
        copy_text(ask, 3, out->reason, sizeof out->reason);
        copy_text(ask, 4, out->sha256, sizeof out->sha256);
        copy_text(ask, 5, out->format, sizeof out->format);
        copy_text(ask, 6, out->device_serial, sizeof out->device_serial);
        char hex[DIGEST_HEX], expected[DIGEST_HEX];
        copy_text(ask, 9, expected, sizeof expected);
        status = hash_outcome(path, out, hex, why);
        status = status == YK_OK ? compare_hash(self->db, path, expected, hex, why) : status;
    }
    sqlite3_finalize(ask);
    return status;
}
