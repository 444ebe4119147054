/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names, where a facility wants them: identity.db beside yoake.db, each field sealed with a key
 * that lies in a file elsewhere. Nothing needs it; without it everything works by code. It is
 * opened by the identity commands alone; deleting or renaming a participant touches only the
 * code of a row, without the key. Without the key the names are gone for good.
 */
#ifndef SRC_STORE_IDENTITY_H
#define SRC_STORE_IDENTITY_H

#include "src/store/store.h"

#define STORE_IDENTITY "identity.db"

struct identity {
    char code[64];
    char name[192], kana[192], contact[256], note[256]; /* "" unknown */
};

/* The members of an identity that are sealed, for options and CSV. */
struct identity_field {
    const char *name; /* "kana" */
    size_t offset, room;
    const char *ja, *en;
};
extern const struct identity_field identity_fields[];
enum { IDENTITY_FIELDS = 4 };

struct identities; /* opened, with the key; one thread */

/* Makes the key file (only its owner may read it; never inside the store) and identity.db. When
 * only the database is missing, a key that is there is used. errors: YK_ERR_CONFLICT (there is
 * one already; the key lies in the store), YK_ERR_IO */
enum yk_status identity_create(const char *store_folder, const char *key_path,
                               struct failure *why);
/* errors: YK_ERR_NO_DEVICE (no identity.db, no key file), YK_ERR_CORRUPT (no key),
 * YK_ERR_ACCESS (a key of something else, or one that others may read) */
enum yk_status identity_open(const char *store_folder, const char *key_path,
                             struct identities **out, struct failure *why);
void identity_close(struct identities *self); /* accepts NULL; wipes the key */

/* Adds a row, or replaces all fields of the code's row. errors: YK_ERR_ARGUMENT (nothing said,
 * a field too long or no text) */
enum yk_status identity_put(struct identities *self, const struct identity *identity,
                            struct failure *why);
/* Between the two, rows are put together or not at all: they are kept when status is YK_OK, and
 * else status is returned. */
enum yk_status identity_begin(struct identities *self, struct failure *why);
enum yk_status identity_finish(struct identities *self, enum yk_status status,
                               struct failure *why);
/* YK_ERR_NO_DEVICE when the code has none; YK_ERR_CORRUPT when a field was tampered with. */
enum yk_status identity_find(struct identities *self, const char *code, struct identity *out,
                             struct failure *why);
/* By code; freed with identity_list_free(), which wipes it. */
enum yk_status identity_list(struct identities *self, struct identity **out, size_t *n,
                             struct failure *why);
void identity_list_free(struct identity *list, size_t n);

/* Without the key: whether the store has no identity.db, or one that keeps nothing: begun and
 * never filled, or without a name. Fails on one that cannot be read. */
enum yk_status identity_is_empty(const char *store_folder, bool *is_empty, struct failure *why);
/* Without the key: whether a code has a row; the row of a code goes, or gets another code. A
 * store without identity.db is fine. *was_there may be NULL. */
enum yk_status identity_has(const char *store_folder, const char *code, bool *has,
                            struct failure *why);
enum yk_status identity_forget(const char *store_folder, const char *code, bool *was_there,
                               struct failure *why);
enum yk_status identity_rename(const char *store_folder, const char *code, const char *new_code,
                               struct failure *why);
/* Without the key, too: a copy of identity.db as one consistent file, sealed as it is. */
enum yk_status identity_copy_to(const char *store_folder, const char *path, bool *was_there,
                                struct failure *why);
/* "" when identity.db is whole or not there, else what SQLite says of it. found: the codes in
 * it, one by one. */
enum yk_status identity_check(const char *store_folder, char damage[static 128],
                              enum yk_status (*found)(void *user, const char *code,
                                                      struct failure *why),
                              void *user, struct failure *why);

#endif
