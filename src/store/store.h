/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The participants' store: a folder with the originals, the computed series and the records.
 *
 *     archive/<sha256>.<suffix>   originals, read-only
 *     recordings/<id>.h5          first analysis; <id>.2.h5 ... later ones
 *     yoake.db                    persons by code, recordings, results, audit
 *
 * Several programs may use one store at the same time; each thread opens its own.
 */
#ifndef SRC_STORE_STORE_H
#define SRC_STORE_STORE_H

#include "src/base/text.h"
#include "src/store/db.h"

#define STORE_ARCHIVE "archive"
#define STORE_RECORDINGS "recordings"
#define STORE_DOCK "dock" /* unfinished copies of docked recorders; made when first needed */
#define STORE_DB "yoake.db"

struct store {
    struct db *db;
    char *folder;
    char zone[48]; /* of the devices' clocks when nothing else is known; "" = not set */
};

enum store_mode { STORE_READ, STORE_WRITE };

/* Makes a store in folder (made with its parents when missing). zone may be NULL. A store that
 * is already there is completed and keeps what it has, *was_there tells; a folder with other
 * things in it is refused: YK_ERR_CONFLICT. */
enum yk_status store_create(const char *folder, const char *zone, bool *was_there,
                            struct failure *why);

/* out is filled on success only and closed by store_close(). STORE_WRITE migrates an older
 * store. errors: YK_ERR_NO_DEVICE (no store there; the sentence says how to make one),
 * YK_ERR_STORE (newer version, damaged), YK_ERR_ACCESS */
enum yk_status store_open(const char *folder, enum store_mode mode, struct store *out,
                          struct failure *why);
void store_close(struct store *self); /* safe twice */

/* "folder/part/name" into *out (cleared first). */
enum yk_status store_path(const struct store *self, const char *part, const char *name,
                          struct text *out, struct failure *why);
enum yk_status store_set_zone(struct store *self, const char *zone, struct failure *why);

/* Whether a file of that name in the dock's folder holds bytes of a recorder, read to the
 * middle or kept aside; else it is a note or the lock. */
bool store_is_dock_data(const char *name);
/* Removes the files that stand in the list of doomed ones, and the list. A file that a row
 * names again stays; one that a program works on stays in the list. */
enum yk_status store_remove_doomed(struct store *self, struct failure *why);

#endif
