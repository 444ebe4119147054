/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What participant and staff agreed on, as rows: targets, notes, and markers "try and see".
 */
#ifndef SRC_STORE_NOTES_H
#define SRC_STORE_NOTES_H

#include "src/model/target.h"
#include "src/store/records.h"

struct target_row {
    int64_t id;
    char person[64];
    struct civil_date from;
    int32_t wake_min; /* RECORD_NO_CLOCK: no target from here on */
};

enum note_kind { NOTE_NOTE, NOTE_TRY };

struct note_row {
    int64_t id;
    char person[64];
    struct civil_date date;
    enum note_kind kind;
    uint32_t audience; /* bit per enum copy_kind */
    char text[NOTE_BYTES];
};

/* Columns person_id from_date target_wake. */
extern const struct record_kind record_kind_target;
/* Columns person_id date kind audience text. Refused: a note for an employer that a participant
 * may not read. */
extern const struct record_kind record_kind_note;

/* Arrays of the model's structs, freed with mem_free(). */
enum yk_status target_load(struct store *store, const char *person, struct target **out,
                           size_t *n, struct failure *why);
enum yk_status note_load(struct store *store, const char *person, struct note **out, size_t *n,
                         struct failure *why);

#endif
