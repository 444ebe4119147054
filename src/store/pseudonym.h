/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Other codes for people and devices in what leaves the store: the same each time, and not to
 * be turned back without the store's secret, which is made at the first use and never leaves
 * it.
 */
#ifndef SRC_STORE_PSEUDONYM_H
#define SRC_STORE_PSEUDONYM_H

#include "src/store/store.h"

#define PSEUDONYM_BYTES 16

struct pseudonyms {
    char secret[72];
};

/* store must be open for writing. errors: YK_ERR_STORE, YK_ERR_IO (no random numbers) */
enum yk_status pseudonyms_open(struct store *store, struct pseudonyms *out,
                               struct failure *why);
/* prefix and eight digits of SHA-256 over secret, kind and code. "" stays "". */
void pseudonym(const struct pseudonyms *self, char prefix, const char *kind, const char *code,
               char out[static PSEUDONYM_BYTES]);
/* A whole number in [-reach, reach] for a code, the same each time; never 0. */
int pseudonym_number(const struct pseudonyms *self, const char *kind, const char *code,
                     int reach);

#endif
