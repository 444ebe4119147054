/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Seals of rows: SHA-256 of what stands in a row, in a table of their own, so that a row that
 * something else than yoake changed, added or took away is noticed by `check`. An analysis is
 * sealed together with its nights, rests, days and rhythm. Like the audit's chain this shows a
 * slip or a quick hand; somebody who knows how can seal anew.
 *
 * Every function runs in its caller's transaction.
 */
#ifndef SRC_STORE_SEAL_H
#define SRC_STORE_SEAL_H

#include "src/store/db.h"

enum seal_finding { SEAL_CHANGED, SEAL_ADDED, SEAL_MISSING };

/* After a row was written. table is one of those in seal.c; another one has no seals and
 * nothing happens. */
enum yk_status seal_put(struct db *db, const char *table, const char *key, struct failure *why);
enum yk_status seal_put_id(struct db *db, const char *table, int64_t key, struct failure *why);
/* Where a row was taken away. */
enum yk_status seal_drop_id(struct db *db, const char *table, int64_t key, struct failure *why);
/* Before everything of a participant is deleted. */
enum yk_status seal_drop_person(struct db *db, int64_t person, struct failure *why);
/* All rows as they are: for a store that had no seals. */
enum yk_status seal_all(struct db *db, struct failure *why);
/* found: row "note 3", and whose or of what it is; "" when that is gone. */
enum yk_status seal_verify(struct db *db,
                           void (*found)(void *user, enum seal_finding finding, const char *row,
                                         const char *about),
                           void *user, struct failure *why);

#endif
