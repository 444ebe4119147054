/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Corrections by hand. An automatic value is never overwritten: a correction is a row beside it
 * with who, when, why and both values; taken back it stays as a withdrawn row.
 */
#ifndef SRC_STORE_EDITS_H
#define SRC_STORE_EDITS_H

#include "src/model/analysis.h"
#include "src/model/target.h"
#include "src/store/records.h"

enum edit_field {
    EDIT_NONE,
    EDIT_SLEEP_ONSET,
    EDIT_WAKE,
    EDIT_IN_BED,
    EDIT_OUT_OF_BED,
    EDIT_EXCLUDE,
    EDIT_INCLUDE
};

struct edit_row {
    int64_t id;
    char person[64];
    struct civil_date night;
    enum edit_field field;
    int64_t value_ns; /* TIME_UNKNOWN for exclude and include */
    char editor[32];  /* a role or initials, never a name */
    char reason[128];
    char recording[72]; /* found by the program */
    int64_t automatic_ns, made_ns;
    int is_withdrawn; /* 0 not said, 1 no, 2 yes */
};

/* Columns person_id night_date field edited_ts editor reason. */
extern const struct record_kind record_kind_edit;

/* All of a participant, by time made, in the model's form; freed with mem_free(). */
enum yk_status edit_load(struct store *store, const char *person, struct manual_edit **out,
                         size_t *n, struct failure *why);

#endif
