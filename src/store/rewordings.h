/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sentences of the sheet in the words of staff. Rows are only ever added: new words are a new
 * row, taking them back is a row without words. The newest row of a sheet, a place and a
 * language counts.
 */
#ifndef SRC_STORE_REWORDINGS_H
#define SRC_STORE_REWORDINGS_H

#include "src/model/rewording.h"
#include "src/store/records.h"

struct rewording_row {
    int64_t id;
    char person[64];
    struct civil_date first, last;
    int part;     /* enum statement_group + 1; 0: not said */
    int language; /* enum language + 1 */
    char text[REWORDING_BYTES], automatic[REWORDING_BYTES];
    char editor[32], reason[128];
    int64_t made_ns;
    char basis[REWORDING_BASIS_BYTES];
};

extern const struct record_kind record_kind_rewording;
/* "held", "sleep", "talk": the places of the sentences, by enum statement_group + 1. */
extern const char *const rewording_parts[];

/* Adds a row in a transaction of its own, with its audit line, which names it by number. The
 * words are checked by rewording_check(). errors: YK_ERR_ARGUMENT, YK_ERR_NO_DEVICE (no such
 * participant) */
enum yk_status rewording_add(struct store *store, const char *person,
                             const struct rewording *rewording, struct failure *why);
/* All of a participant, oldest first; freed with mem_free(). */
enum yk_status rewording_load(struct store *store, const char *person, struct rewording **out,
                              size_t *n, struct failure *why);

#endif
