/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Participants, by code only.
 */
#ifndef SRC_STORE_PERSONS_H
#define SRC_STORE_PERSONS_H

#include "src/store/store.h"

#define PERSON_CODE_BYTES 64
/* Recordings from the dock whose wearer is not known wait under this code until somebody
 * assigns them (`yoake recording assign`). */
#define PERSON_UNASSIGNED "unassigned"

struct person {
    int64_t id;
    char code[PERSON_CODE_BYTES];
    char zone[48];  /* of this participant's recorders; "" = the store's */
    char group[64]; /* "" = none */
    int64_t added_ns;
    int64_t n_recordings;
};

/* A code is 1..63 bytes of UTF-8 (Japanese is fine) without control characters, '/' or '\', not
 * beginning with '-' or '.', without blanks at its ends, and not the word "all". */
enum yk_status person_check_code(const char *code, struct failure *why);
/* The same of a code to be given: codes that look alike would be two people, so that a new one
 * has no full-width letters. An old one that has keeps working until it is changed. */
enum yk_status person_check_new_code(const char *code, struct failure *why);

/* group: up to 63 bytes. errors: YK_ERR_ARGUMENT (code, zone, group), YK_ERR_CONFLICT (exists)
 */
enum yk_status person_add(struct store *store, const char *code, const char *zone,
                          const char *group, struct failure *why);
/* YK_ERR_NO_DEVICE with the nearest codes when there is none. */
enum yk_status person_find(struct store *store, const char *code, struct person *out,
                           struct failure *why);
/* NULL leaves a value as it is; "" takes it away. new_code renames. */
enum yk_status person_set(struct store *store, const char *code, const char *new_code,
                          const char *zone, const char *group, struct failure *why);
/* Only a participant of whom nothing is recorded: YK_ERR_CONFLICT otherwise. */
enum yk_status person_remove(struct store *store, const char *code, struct failure *why);
/* Everyone, by code. *out is freed with mem_free(). */
enum yk_status person_list(struct store *store, struct person **out, size_t *n,
                           struct failure *why);

/* What the deletion of a participant removed. */
struct person_receipt {
    int64_t n_recordings, n_analyses, n_nights;
    int64_t
        n_records; /* plan, attendance, diary, targets, notes, consents, edits, loans, copies
                    */
    bool had_name; /* in the sealed table */
    uint64_t bytes;
    struct text files;   /* hashes of the originals, one a line */
    char audit_hash[72]; /* of the line that records the deletion */
};
void person_receipt_init(struct person_receipt *self);
void person_receipt_release(struct person_receipt *self);
/* Rows and the sealed name first (nothing goes when the name cannot), then the files; a crash
 * in between is finished by the next import, and so is a file that a program works on. errors:
 * YK_ERR_CONFLICT (by the ledger recordings that wait as unassigned are theirs, too; the
 * sentence names them) */
enum yk_status person_delete(struct store *store, const char *code, struct person_receipt *out,
                             struct failure *why);

#endif
