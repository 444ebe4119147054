/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the steps of lending share: lend.c (their order, plan, device, ledger, set-up),
 * lend_copy.c (is all that it holds in the archive?), lend_words.c (what is said).
 */
#ifndef SRC_DOCK_LEND_PARTS_H
#define SRC_DOCK_LEND_PARTS_H

#include "src/dock/lend.h"

struct lending {
    struct store *store;
    struct dock_device *device;
    const struct lend_request *request;
    struct lend_result *out;
    struct job *job;
    struct dock_health health;
    int64_t from_ns; /* never in the past */
};

/* What goes into place i of the message. */
void lending_put(struct lending *self, size_t i, const char *value);
void lending_put_number(struct lending *self, size_t i, double value, int decimals);
void lending_put_time(struct lending *self, size_t i, int64_t ns);

/* Refused: nothing was changed. The exact sentence is the English message. */
enum yk_status lending_refuse(struct lending *self, enum lend_message message,
                              enum yk_status code, struct failure *why);
/* Failed: the message carries what the failure says. */
enum yk_status lending_fail(struct lending *self, enum lend_message message,
                            enum yk_status status, const struct failure *inner,
                            struct failure *why);
/* Tells which step begins. */
void lending_step(const struct lending *self, enum lend_step now);

/* Is there an original in the archive that looks like what the device holds? A quick look, so
 * that what cannot be lent is said at once. */
enum yk_status lending_look_for_copy(struct lending *self, struct failure *why);
/* Every byte that the device holds is in one original whose SHA-256 is right, or it holds
 * nothing: only then may it be erased. */
enum yk_status lending_prove_copy(struct lending *self, struct failure *why);

#endif
