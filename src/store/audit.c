/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The audit: hash = SHA-256 of "<hash before>\n<id>\n<at_ns>\n<action>\n<subject>\n<detail>".
 * Against somebody who can rewrite the whole file this proves nothing by itself; the last hash
 * is printed on receipts for that.
 */
#include "src/store/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/text.h"

static enum yk_status hash_of(const char *before, int64_t id, int64_t at_ns, const char *action,
                              const char *subject, const char *detail,
                              char out[static DIGEST_HEX], struct failure *why)
{
    struct text line;
    text_init(&line);
    text_addf(&line, "%s\n%" PRId64 "\n%" PRId64 "\n%s\n%s\n", before, id, at_ns, action,
              subject);
    text_add(&line, detail);
    enum yk_status status = digest_of_text(&line, out, why);
    text_release(&line);
    return status;
}

enum yk_status audit_add(struct db *db, const char *action, const char *subject,
                         const char *detail, struct failure *why)
{
    struct db_query *query = NULL;
    char before[DIGEST_HEX] = "", now[DIGEST_HEX] = "";
    int64_t id = 1, at_ns = clock_now_utc_ns();
    enum yk_status status =
        db_query_open(db, "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1", &query, why);
    if (db_step(query, &status, why)) {
        id = db_int(query, 0) + 1;
        db_copy(query, 1, before, sizeof before);
    }
    db_query_close(query);
    if (status == YK_OK) {
        status = hash_of(before, id, at_ns, action, subject, detail, now, why);
    }
    if (status == YK_OK) {
        status = db_runv(db, why,
                         "INSERT INTO audit (id, at_ns, action, subject, detail, hash) "
                         "VALUES (?, ?, ?, ?, ?, ?)",
                         "iitttt", id, at_ns, action, subject, detail, now);
    }
    return status;
}

enum yk_status audit_last(struct db *db, char hash[static DIGEST_HEX], struct failure *why)
{
    struct db_query *query = NULL;
    enum yk_status status =
        db_query_open(db, "SELECT hash FROM audit ORDER BY id DESC LIMIT 1", &query, why);
    hash[0] = '\0';
    if (db_step(query, &status, why)) {
        db_copy(query, 0, hash, DIGEST_HEX);
    }
    db_query_close(query);
    return status;
}

static void redaction(int64_t id, const char *hash, char out[static 128])
{
    snprintf(out, 128, "line %" PRId64 " is now %s", id, hash);
}

enum yk_status audit_redact(struct db *db, int64_t id, const char *detail, struct failure *why)
{
    struct db_query *query = NULL;
    char before[DIGEST_HEX] = "", now[DIGEST_HEX] = "", words[128];
    enum yk_status status = db_query_openv(
        db, &query, why,
        "SELECT at_ns, action, subject, coalesce((SELECT hash FROM audit WHERE id "
        "= a.id - 1), '') FROM audit AS a WHERE id = ?",
        "i", id);
    status = status == YK_OK ? db_next(query, why) : status;
    if (status == YK_OK) {
        db_copy(query, 3, before, sizeof before);
        status = hash_of(before, id, db_int(query, 0), db_text(query, 1), db_text(query, 2),
                         detail, now, why);
    }
    db_query_close(query);
    if (status == YK_OK) {
        status = db_runv(db, why, "UPDATE audit SET detail = ? WHERE id = ?", "ti", detail, id);
    }
    redaction(id, now, words);
    if (status == YK_OK) {
        status = audit_add(db, "audit redact", "store", words, why);
    }
    return status;
}

/* A later line of the chain says that this one reads so now. */
static enum yk_status is_vouched_for(struct db *db, int64_t id, const char *now, bool *is_so,
                                     struct failure *why)
{
    struct db_query *query = NULL;
    char words[128];
    redaction(id, now, words);
    enum yk_status status = db_query_openv(
        db, &query, why,
        "SELECT 1 FROM audit WHERE action = 'audit redact' AND id > ? AND detail = ?", "it", id,
        words);
    *is_so = db_step(query, &status, why);
    db_query_close(query);
    return status;
}

enum yk_status audit_verify(struct db *db, int64_t *n, int64_t *first_bad, struct failure *why)
{
    struct db_query *query = NULL;
    char before[DIGEST_HEX] = "", now[DIGEST_HEX] = "";
    int64_t lines = 0, bad = 0;
    enum yk_status status = db_query_open(
        db, "SELECT id, at_ns, action, subject, detail, hash FROM audit ORDER BY id", &query,
        why);
    while (db_step(query, &status, why)) {
        status = hash_of(before, db_int(query, 0), db_int(query, 1), db_text(query, 2),
                         db_text(query, 3), db_text(query, 4), now, why);
        lines++;
        bool is_good = strcmp(now, db_text(query, 5)) == 0;
        if (status == YK_OK && !is_good) {
            status = is_vouched_for(db, db_int(query, 0), now, &is_good, why);
        }
        if (bad == 0 && (!is_good || db_int(query, 0) != lines)) {
            bad = db_int(query, 0);
        }
        db_copy(query, 5, before, sizeof before);
    }
    db_query_close(query);
    if (status == YK_OK) {
        *n = lines;
        *first_bad = bad;
    }
    return status;
}
