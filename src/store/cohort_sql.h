/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What cohort_db.c and cohort_publish.c share of SQLite; for these two only.
 */
#ifndef SRC_STORE_COHORT_SQL_H
#define SRC_STORE_COHORT_SQL_H

#include <sqlite3.h>
#include <stdbool.h>

#include "src/base/status.h"

/* SQLite's failure as ours: what was being done, which file, and what to do. */
enum yk_status cohort_sql_refuse(sqlite3 *db, const char *doing, struct failure *why);
enum yk_status cohort_sql_run(sqlite3 *db, const char *sql, const char *doing,
                              struct failure *why);
/* *db is NULL on failure. */
enum yk_status cohort_sql_open(const char *path, bool is_read_only, sqlite3 **db,
                               struct failure *why);
/* The table of results, in a new file. */
enum yk_status cohort_sql_make(sqlite3 *db, struct failure *why);

#endif
