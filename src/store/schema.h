/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tables of yoake.db and how an older database becomes one of this version.
 */
#ifndef SRC_STORE_SCHEMA_H
#define SRC_STORE_SCHEMA_H

#include "src/store/db.h"

/* PRAGMA user_version of this program. */
int schema_version(void);
/* Brings a database (an empty one too) to this version, step by step in one transaction. A
 * database of a newer version is refused: YK_ERR_STORE. */
enum yk_status schema_migrate(struct db *db, struct failure *why);
/* Refuses a database that is not of exactly this version; changes nothing. */
enum yk_status schema_check(struct db *db, struct failure *why);

#endif
