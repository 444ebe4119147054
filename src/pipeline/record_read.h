/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A participant's whole record out of the store: results of the recordings with corrections
 * applied, and everything people wrote. Pages are drawn from it.
 */
#ifndef SRC_PIPELINE_RECORD_READ_H
#define SRC_PIPELINE_RECORD_READ_H

#include "src/model/record.h"
#include "src/store/store.h"

struct record_read_options {
    /* Recordings that touch these days, both included; month 0: open. */
    struct civil_date from, to;
    /* That many of the newest ones come with their epochs, for pictures; the others bring
     * tables alone (nights, days, rhythm), which is quick. */
    size_t n_with_epochs;
};

/* Excluded recordings, and those without an analysis, are left out. Of a recording the current
 * analysis is taken; edits are applied to its nights. out is initialised by the caller and must
 * be released, on failure too. errors: YK_ERR_NO_DEVICE (participant), YK_ERR_STORE,
 * YK_ERR_CORRUPT (a series that cannot be read) */
enum yk_status record_read(struct store *store, const char *code,
                           const struct record_read_options *options,
                           struct participant_record *out, struct failure *why);

#endif
