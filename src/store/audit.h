/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who-did-what lines that are only ever added. Each carries a hash over the one before it, so
 * that a line changed or taken out later shows. Codes, never names.
 */
#ifndef SRC_STORE_AUDIT_H
#define SRC_STORE_AUDIT_H

#include "src/base/digest.h"
#include "src/store/db.h"

/* Adds a line, inside the transaction of what it tells about. subject: a participant code, a
 * recording id or "store". */
enum yk_status audit_add(struct db *db, const char *action, const char *subject,
                         const char *detail, struct failure *why);
/* The hash of the newest line; "" when there is none. */
enum yk_status audit_last(struct db *db, char hash[static DIGEST_HEX], struct failure *why);
/* Computes all hashes again. *n: lines; *first_bad: the first line whose hash differs, 0 none.
 */
enum yk_status audit_verify(struct db *db, int64_t *n, int64_t *first_bad, struct failure *why);

/* Takes free text out of a line that an earlier version wrote: its detail becomes `detail`, its
 * hash stays, so that the chain does, and a line "audit redact" at the end vouches for the new
 * words. For migrations: the trigger against changes has to be off. */
enum yk_status audit_redact(struct db *db, int64_t id, const char *detail, struct failure *why);

#endif
