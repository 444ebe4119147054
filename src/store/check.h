/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Is everything in a store still true: every file, every hash, every row?
 */
#ifndef SRC_STORE_CHECK_H
#define SRC_STORE_CHECK_H

#include "src/base/job.h"
#include "src/store/store.h"

/* CHECK(id, is_leftover, "ja", "en"): what can be found. A leftover does no harm: an
 * interrupted program left it, and the advice in the sentence mends it. */
enum check_kind {
#define CHECK(id, is_leftover, ja, en) CHECK_##id,
#include "src/store/check_kinds.def"
#undef CHECK
    CHECK_KIND_COUNT
};

struct check_finding {
    enum check_kind kind;
    const char *subject; /* file below the store, recording id, or part of the database */
    const char *detail;  /* exact, in English; "" when there is nothing to add */
};

struct check_totals {
    uint64_t originals, bytes, recordings, analyses, persons, audit_lines;
    uint64_t tables;                    /* of a batch folder */
    uint64_t shards;                    /* of a cohort over many machines */
    uint64_t broken, leftovers, in_use; /* in_use: being worked on at this moment, not judged */
    char audit_hash[72];                /* of the newest audit line */
};

/* Reads everything; changes nothing. found is called for each finding, in the order they are
 * met. errors: only when the checking itself is not possible (store not open, cancelled) */
enum yk_status check_store(struct store *store, struct job *job,
                           void (*found)(void *user, const struct check_finding *finding),
                           void *user, struct check_totals *out, struct failure *why);

const char *check_kind_word(enum check_kind kind); /* "original_missing": for JSON */
bool check_is_leftover(enum check_kind kind);
const char *check_sentence_ja(enum check_kind kind);
const char *check_sentence_en(enum check_kind kind);

#endif
