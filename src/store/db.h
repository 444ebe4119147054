/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SQLite as yoake uses it. A connection belongs to one thread. No SQLite type crosses this
 * header.
 *
 * Missing values: NaN, TIME_UNKNOWN and NULL pointers are stored as NULL; NULL is read as NaN,
 * TIME_UNKNOWN and "".
 */
#ifndef SRC_STORE_DB_H
#define SRC_STORE_DB_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/status.h"

struct db;
struct db_query;

enum db_mode {
    DB_READ,  /* must exist; also from a medium that cannot be written */
    DB_WRITE, /* must exist */
    DB_CREATE /* is made when it is not there */
};

/* Opens with foreign keys on, WAL and synchronous FULL (what is committed survives a power
 * cut), and waits up to 20 s for others. errors: YK_ERR_NO_DEVICE, YK_ERR_ACCESS, YK_ERR_STORE
 * (not a database, damaged) */
enum yk_status db_open(const char *path, enum db_mode mode, struct db **out,
                       struct failure *why);
void db_close(struct db *self); /* accepts NULL; an open transaction is rolled back */

/* Statements without result; several may be separated by ';'. */
enum yk_status db_run(struct db *self, const char *sql, struct failure *why);
/* One statement with its values: one letter a value in `kinds`, t text (const char *), i
 * integer (int64_t), d real (double), T time (int64_t, TIME_UNKNOWN is NULL). errors:
 * YK_ERR_CONFLICT when a constraint says no. */
enum yk_status db_runv(struct db *self, struct failure *why, const char *sql, const char *kinds,
                       ...);
/* One integer, the first column of the first row; fallback when there is no row. */
enum yk_status db_integer(struct db *self, const char *sql, int64_t fallback, int64_t *out,
                          struct failure *why);

/* BEGIN IMMEDIATE: no other writer until commit. */
enum yk_status db_begin(struct db *self, struct failure *why);
enum yk_status db_commit(struct db *self, struct failure *why);
void db_rollback(struct db *self); /* does nothing outside a transaction */
/* Ends a transaction by what came of it: commits when status is YK_OK; on a failure, also one
 * of the commit, it is rolled back. Returns that failure. */
enum yk_status db_finish(struct db *self, enum yk_status status, struct failure *why);
int64_t db_last_id(struct db *self);
int64_t db_changes(struct db *self); /* rows the last statement changed */
/* SQLite's own look at the whole file: its first complaint, "" when it has none. */
enum yk_status db_check(struct db *self, char damage[static 128], struct failure *why);
/* The database, copied as one consistent whole into a new file. */
enum yk_status db_copy_to(struct db *self, const char *path, struct failure *why);

/* A statement with values bound by number (1...) and rows read one after another. */
enum yk_status db_query_open(struct db *self, const char *sql, struct db_query **out,
                             struct failure *why);
/* The same with its values, as of db_runv(). */
enum yk_status db_query_openv(struct db *self, struct db_query **out, struct failure *why,
                              const char *sql, const char *kinds, ...);
void db_query_close(struct db_query *self); /* accepts NULL */
/* All values at once. */
void db_bind_all(struct db_query *self, const char *kinds, va_list values);
void db_bind_text(struct db_query *self, int i, const char *value);
void db_bind_integer(struct db_query *self, int i, int64_t value);
void db_bind_real(struct db_query *self, int i, double value);
void db_bind_time(struct db_query *self, int i, int64_t ns);
/* YK_OK with a row, YK_END after the last one. A binding that failed is reported here. */
enum yk_status db_next(struct db_query *self, struct failure *why);
/* The same for "while" and "if": true with a row. False after the last one, which leaves
 * *status YK_OK; and when *status is no longer YK_OK, before (the query need not be open then)
 * or now. Not asked again once it said false, but after db_reset(). */
bool db_step(struct db_query *self, enum yk_status *status, struct failure *why);
/* Back to before the first row, keeping the values. */
void db_reset(struct db_query *self);
int db_columns(const struct db_query *self);
const char *db_column_name(const struct db_query *self, int column);
bool db_is_null(const struct db_query *self, int column);     /* columns from 0 */
const char *db_text(const struct db_query *self, int column); /* until the next db_next() */
int64_t db_int(const struct db_query *self, int column);      /* NULL: 0 */
int64_t db_time(const struct db_query *self, int column);
double db_real(const struct db_query *self, int column);
/* Copies a text column; cut at room - 1 bytes. */
void db_copy(const struct db_query *self, int column, char *out, size_t room);

#endif
