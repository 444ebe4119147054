/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whose recording is it? The ledger decides: by the session id that was written into the
 * recorder when it was lent, and by the period in which it was out. Sources that disagree
 * decide nothing; the recording is kept as PERSON_UNASSIGNED until somebody says.
 */
#ifndef SRC_DOCK_WHOSE_H
#define SRC_DOCK_WHOSE_H

#include "src/dock/download.h"
#include "src/store/loans.h"
#include "src/store/persons.h"

enum whose_kind {
    WHOSE_LOAN,     /* the ledger says so */
    WHOSE_NAMED,    /* said when the dock was started */
    WHOSE_KNOWN,    /* this very recording has a row already */
    WHOSE_NOBODY,   /* the ledger has no line for it */
    WHOSE_DISAGREES /* sources contradict each other: see reason */
};

struct whose {
    enum whose_kind kind;
    char person[PERSON_CODE_BYTES]; /* PERSON_UNASSIGNED for the last two kinds */
    int64_t loan;                   /* number of the deciding line; 0 none */
    char reason[256];               /* WHOSE_DISAGREES: which two, and what they say */
    /* WHOSE_KNOWN, still unassigned: whom the ledger, or the name, means by now; "" nobody */
    char means[PERSON_CODE_BYTES];
};

struct whose_question {
    const struct dock_identity *identity;
    const struct download_counts *counts;
    uint32_t session;
    int64_t first_ns, last_ns; /* of the data, UTC; TIME_UNKNOWN */
    int64_t now_ns;
    bool is_clock_reset;
    const char *named;  /* --participant, or NULL */
    const char *sha256; /* of the copy */
};

/* errors: of the store only; not knowing is an answer */
enum yk_status whose_find(struct store *store, const struct whose_question *question,
                          struct whose *out, struct failure *why);

#endif
