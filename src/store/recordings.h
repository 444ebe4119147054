/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recordings: which original belongs to whom, and what its current analysis says.
 */
#ifndef SRC_STORE_RECORDINGS_H
#define SRC_STORE_RECORDINGS_H

#include "src/store/archive.h"
#include "src/store/persons.h"

#define RECORDING_ID_BYTES DIGEST_HEX

struct recording_row {
    char id[RECORDING_ID_BYTES]; /* first digits of the hash, as many as make it unique (>= 12)
                                  */
    char sha256[DIGEST_HEX];
    char suffix[ARCHIVE_SUFFIX_BYTES];
    uint64_t bytes;
    char person[PERSON_CODE_BYTES];
    char zone[48]; /* given by --zone at import; "" = none */
    bool is_excluded;
    char exclude_reason[256];
    int64_t archived_ns;
    /* Of the current analysis; analysis == 0: none yet, and the rest is unknown. */
    int64_t analysis, version, n_analyses;
    char h5_name[96]; /* below recordings/ */
    char recipe[32], format[24], device_model[32], device_serial[32], analysis_zone[48];
    int64_t start_ns, end_ns;
    int64_t n_nights, n_nights_valid;
};

/* Records an archived original for a participant; part of the caller's transaction. id becomes
 * its recording id. errors: YK_ERR_NO_DEVICE (participant) */
enum yk_status recording_add(struct store *store, const struct archived *archived,
                             const char *person, const char *zone,
                             char id[static RECORDING_ID_BYTES], struct failure *why);
/* The original came again under another ending, in place of one that was lost. */
enum yk_status recording_set_suffix(struct store *store, const char *id, const char *suffix,
                                    struct failure *why);
/* By id or the beginning of one (at least 4 digits, unique). errors: YK_ERR_NO_DEVICE,
 * YK_ERR_ARGUMENT (several begin so) */
enum yk_status recording_find(struct store *store, const char *id, struct recording_row *out,
                              struct failure *why);
enum yk_status recording_find_hash(struct store *store, const char *sha256,
                                   struct recording_row *out, struct failure *why);
/* All, or those of one participant (person != NULL), by person and time. mem_free() frees. */
enum yk_status recording_list(struct store *store, const char *person,
                              struct recording_row **out, size_t *n, struct failure *why);

/* By hand, with a reason that is kept. An excluded recording stays, and stays out of summaries.
 */
enum yk_status recording_assign(struct store *store, const char *id, const char *person,
                                const char *reason, struct failure *why);
enum yk_status recording_exclude(struct store *store, const char *id, bool is_excluded,
                                 const char *reason, struct failure *why);

#endif
