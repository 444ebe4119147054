/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The key of sealed names, which lies in a file outside of the store, and what it seals: single
 * fields of text, bound to their row and to their place in it. Only identity.c uses it.
 */
#ifndef SRC_STORE_IDENTITY_KEY_H
#define SRC_STORE_IDENTITY_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/status.h"

enum {
    IDENTITY_KEY_BYTES = 32,
    IDENTITY_NUMBER = 33,  /* room for a row's random number, as text */
    IDENTITY_SEALED = 737, /* room for a sealed field, as text */
};

struct identity_key {
    unsigned char bytes[IDENTITY_KEY_BYTES]; /* wiped by whoever holds it */
};

/* Before anything else. errors: YK_ERR_UNSUPPORTED (no random numbers) */
enum yk_status identity_key_begin(struct failure *why);
/* Overwrites what was secret; no compiler leaves it out. */
void identity_key_wipe(void *at, size_t n);

void identity_key_make(struct identity_key *out);
void identity_key_number(char out[static IDENTITY_NUMBER]);

/* errors: YK_ERR_CONFLICT (the path is in the store), YK_ERR_IO */
enum yk_status identity_key_refuse_inside(const char *store_folder, const char *key_path,
                                          struct failure *why);
/* A new file that only its owner may read; nothing stays of one that fails. */
enum yk_status identity_key_write(const char *path, const struct identity_key *key,
                                  struct failure *why);
/* errors: YK_ERR_CORRUPT (no key), YK_ERR_ACCESS (others may read it), YK_ERR_IO */
enum yk_status identity_key_read(const char *path, struct identity_key *out,
                                 struct failure *why);

/* row, field: what opens it again. errors: YK_ERR_ARGUMENT (text too long) */
enum yk_status identity_key_seal(const struct identity_key *key, const char *row,
                                 const char *field, const char *text,
                                 char out[static IDENTITY_SEALED], struct failure *why);
/* room: of out, for the text and its end. false: another key, row or field, or changed since */
bool identity_key_unseal(const struct identity_key *key, const char *row, const char *field,
                         const char *text, char *out, size_t room);

#endif
