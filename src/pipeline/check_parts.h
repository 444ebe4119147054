/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside the checks of a batch's folder and of shards only.
 */
#ifndef SRC_PIPELINE_CHECK_PARTS_H
#define SRC_PIPELINE_CHECK_PARTS_H

#include "src/base/digest.h"
#include "src/pipeline/check_batch.h"
#include "src/store/cohort_db.h"
#include "src/store/db.h"

#define BATCH_DB "cohort.sqlite"

/* A file that was looked at already: found wanting (no sum), or read to its end. */
struct known_file {
    char *name; /* owned */
    char hex[DIGEST_HEX];
};

struct checking {
    const char *folder;
    struct job *job;
    struct db *db;            /* of a batch */
    struct cohort_db *cohort; /* the same file; NULL: its results cannot be read */
    void (*found)(void *user, const struct check_finding *finding);
    void *user;
    struct check_totals totals;
    struct known_file *known;
    size_t n_known, known_capacity;
    bool has_no_memory;
};

/* Counts a finding and hands it on. */
void check_report(struct checking *self, enum check_kind kind, const char *subject,
                  const char *detail);
/* YK_ERR_CANCELLED when somebody wants to stop. */
enum yk_status check_goes_on(const struct checking *self, struct failure *why);

/* Every CSV table against the same table in cohort.sqlite. */
enum yk_status check_tables(struct checking *self, struct failure *why);
/* Every finished recording's HDF5 file and table of epochs. */
enum yk_status check_recordings(struct checking *self, struct failure *why);
/* Every file in recordings/ and epochs/ against the list. */
enum yk_status check_files(struct checking *self, struct failure *why);

/* Every file against SHA256SUMS, but for those that are known. */
enum yk_status check_sums(struct checking *self, struct failure *why);
/* hex: what its SHA-256 is; "": it was found wanting. */
void check_know(struct checking *self, const char *name, const char *hex);
/* Gives back what is known; the totals when status is YK_OK. errors: status itself, else
 * YK_ERR_MEMORY when not everything could be noted */
enum yk_status check_end(struct checking *self, enum yk_status status, struct check_totals *out,
                         struct failure *why);

#endif
