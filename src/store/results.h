/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Analyses as rows: one more version each time; none is ever overwritten.
 */
#ifndef SRC_STORE_RESULTS_H
#define SRC_STORE_RESULTS_H

#include "src/model/analysis.h"
#include "src/store/recordings.h"

/* The HDF5 file of an analysis, finished and named. */
struct result_file {
    char name[96]; /* below recordings/ */
    char sha256[DIGEST_HEX];
    uint64_t bytes;
};

/* The version the next analysis of a recording gets, and the name of its file: "<id>.h5", then
 * "<id>.2.h5" ... */
enum yk_status results_next(struct store *store, const char *recording, int64_t *version,
                            char name[static 96], struct failure *why);

/* Adds an analysis with its nights, rests, days and rhythm, and an audit line, in one
 * transaction of its own. errors: YK_ERR_CONFLICT when that version is there already */
enum yk_status results_add(struct store *store, const char *recording, int64_t version,
                           const struct analysis *analysis, const struct result_file *file,
                           struct failure *why);
/* Whether the rows of analysis `id` are those of its file, cell by cell: *differs is the table
 * that is not, NULL none. */
enum yk_status results_compare(struct store *store, int64_t id, const struct analysis *analysis,
                               const char **differs, struct failure *why);

#endif
