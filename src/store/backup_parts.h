/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Shared by backup.c and restore.c.
 */
#ifndef SRC_STORE_BACKUP_PARTS_H
#define SRC_STORE_BACKUP_PARTS_H

#include "src/store/backup.h"

#define BACKUP_MANIFEST "manifest.sha256"

enum yk_status backup_count(struct db *db, struct backup_totals *out, struct failure *why);

/* Reads a backup file whole: every member's hash must stand in its manifest and the other way
 * round. manifest: what the file must hold, or NULL: whatever it says. */
enum yk_status backup_verify(const char *path, const char *manifest, struct job *job,
                             struct failure *why);

#endif
