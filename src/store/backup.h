/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A whole store in one file, and back.
 */
#ifndef SRC_STORE_BACKUP_H
#define SRC_STORE_BACKUP_H

#include "src/base/job.h"
#include "src/store/store.h"

struct backup_totals {
    uint64_t files, bytes;
    int64_t persons, recordings;
    bool has_names; /* identity.db is in it, sealed; its key never is */
};

/* Writes path (through ".part") from a consistent state of the store, even while others work on
 * it, and reads it back before it gets its name. A file of that name is not replaced:
 * YK_ERR_CONFLICT. Another program that writes it at the moment: YK_ERR_BUSY. A damaged file of
 * the store ends it: YK_ERR_CORRUPT. */
enum yk_status backup_write(struct store *store, const char *path, struct backup_totals *out,
                            struct job *job, struct failure *why);

/* Makes the store in folder as it was, all or nothing. A folder that holds a store with
 * participants or recordings, or anything else, is refused: YK_ERR_CONFLICT; the current folder
 * and a mount point, which cannot be replaced: YK_ERR_ARGUMENT. All before anything is written.
 * errors: YK_ERR_CORRUPT (damaged, cut short, not a backup), YK_ERR_STORE (newer version) */
enum yk_status backup_restore(const char *path, const char *folder, struct backup_totals *out,
                              struct job *job, struct failure *why);

#endif
