/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recordings. The id comes from the content, so that the same file has the same id in every
 * store, and no file name, which may hold a person's name, is kept.
 */
#include "src/store/recordings.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/mem.h"
#include "src/store/audit.h"
#include "src/store/seal.h"

#define ID_DIGITS 12

#define RECORDING_SQL                                                                          \
    "SELECT r.id, r.sha256, r.suffix, r.bytes, p.code, r.zone, r.is_excluded,"                 \
    " r.exclude_reason, r.archived_ns, a.id, a.version,"                                       \
    " (SELECT count(*) FROM analysis WHERE recording = r.id), a.h5_name, a.recipe, a.format,"  \
    " a.device_model, a.device_serial, a.zone, a.start_ns, a.end_ns, a.nights_n,"              \
    " a.nights_valid_n "                                                                       \
    "FROM recording AS r JOIN person AS p ON p.id = r.person "                                 \
    "LEFT JOIN current_analysis AS a ON a.recording = r.id "

static void take_row(const struct db_query *q, struct recording_row *out)
{
    const struct {
        char *to;
        size_t room;
        int column;
    } texts[] = {{out->id, sizeof out->id, 0},
                 {out->sha256, sizeof out->sha256, 1},
                 {out->suffix, sizeof out->suffix, 2},
                 {out->person, sizeof out->person, 4},
                 {out->zone, sizeof out->zone, 5},
                 {out->exclude_reason, sizeof out->exclude_reason, 7},
                 {out->h5_name, sizeof out->h5_name, 12},
                 {out->recipe, sizeof out->recipe, 13},
                 {out->format, sizeof out->format, 14},
                 {out->device_model, sizeof out->device_model, 15},
                 {out->device_serial, sizeof out->device_serial, 16},
                 {out->analysis_zone, sizeof out->analysis_zone, 17}};
    *out = (struct recording_row){.bytes = (uint64_t)db_int(q, 3),
                                  .is_excluded = db_int(q, 6) != 0,
                                  .archived_ns = db_int(q, 8),
                                  .analysis = db_int(q, 9),
                                  .version = db_int(q, 10),
                                  .n_analyses = db_int(q, 11),
                                  .start_ns = db_time(q, 18),
                                  .end_ns = db_time(q, 19),
                                  .n_nights = db_int(q, 20),
                                  .n_nights_valid = db_int(q, 21)};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        db_copy(q, texts[i].column, texts[i].to, texts[i].room);
    }
}

enum yk_status recording_list(struct store *store, const char *person,
                              struct recording_row **out, size_t *n, struct failure *why)
{
    struct recording_row *list = NULL;
    size_t count = 0, capacity = 0;
    struct db_query *query = NULL;
    enum yk_status status = db_query_openv(store->db, &query, why,
                                           RECORDING_SQL "WHERE ?1 IS NULL OR p.code = ?1 "
                                                         "ORDER BY p.code, a.start_ns, r.id",
                                           "t", person);
    while (db_step(query, &status, why)) {
        if (MEM_RESERVE(list, count, capacity) != 0) {
            status = failure_set(why, YK_ERR_MEMORY, "no memory for the list of recordings");
        } else {
            take_row(query, &list[count++]);
        }
    }
    db_query_close(query);
    if (status != YK_OK) {
        mem_free(list);
        return status;
    }
    *out = list;
    *n = count;
    return YK_OK;
}

static bool is_hex(const char *text)
{
    return *text != '\0' && text[strspn(text, "0123456789abcdef")] == '\0';
}

/* The only row whose column begins with the digits. */
static enum yk_status find_by(struct store *store, const char *where, const char *value,
                              struct recording_row *out, struct failure *why)
{
    struct db_query *query = NULL;
    struct text sql;
    text_init(&sql);
    text_addf(&sql, "%s%s", RECORDING_SQL, where);
    struct recording_row row;
    bool is_found = false, is_more = false;
    enum yk_status status = text_status(&sql, why);
    if (status == YK_OK) {
        status = db_query_openv(store->db, &query, why, text_string(&sql), "t", value);
    }
    while (!is_more && db_step(query, &status, why)) {
        is_more = is_found;
        is_found = true;
        take_row(query, &row);
    }
    db_query_close(query);
    text_release(&sql);
    if (status != YK_OK) {
        return status;
    }
    if (is_more) {
        return failure_set(why, YK_ERR_ARGUMENT, "several recordings begin with %s", value);
    }
    if (!is_found) {
        return failure_set(why, YK_ERR_NO_DEVICE, "no recording %s; see: yoake recording list",
                           value);
    }
    *out = row;
    return YK_OK;
}

enum yk_status recording_find(struct store *store, const char *id, struct recording_row *out,
                              struct failure *why)
{
    if (strlen(id) < 4 || !is_hex(id)) {
        return failure_set(why, YK_ERR_NO_DEVICE,
                           "no recording %s (an id has at least 4 digits 0-9 a-f); see: yoake "
                           "recording list",
                           id);
    }
    return find_by(store, "WHERE r.sha256 GLOB ?1 || '*'", id, out, why);
}

enum yk_status recording_find_hash(struct store *store, const char *sha256,
                                   struct recording_row *out, struct failure *why)
{
    return find_by(store, "WHERE r.sha256 = ?1", sha256, out, why);
}

/* The shortest beginning of the hash, of at least ID_DIGITS, that no other recording has. */
static enum yk_status choose_id(struct store *store, const char *sha256,
                                char id[static RECORDING_ID_BYTES], struct failure *why)
{
    enum yk_status status = YK_OK;
    struct recording_row other;
    for (size_t n = ID_DIGITS; n < RECORDING_ID_BYTES; n++) {
        memcpy(id, sha256, n);
        id[n] = '\0';
        status = find_by(store, "WHERE r.id = ?1", id, &other, why);
        if (status == YK_ERR_NO_DEVICE) {
            return YK_OK;
        }
        if (status != YK_OK) {
            return status;
        }
    }
    return failure_set(why, YK_ERR_CONFLICT, "recording %s is there already", sha256);
}

enum yk_status recording_add(struct store *store, const struct archived *archived,
                             const char *person, const char *zone,
                             char id[static RECORDING_ID_BYTES], struct failure *why)
{
    struct person who;
    char now[RECORDING_ID_BYTES];
    enum yk_status status = person_find(store, person, &who, why);
    if (status == YK_OK) {
        status = choose_id(store, archived->sha256, now, why);
    }
    if (status == YK_OK) {
        status = db_runv(store->db, why,
                         "INSERT INTO recording (id, sha256, suffix, bytes, person, zone, "
                         "archived_ns) VALUES (?, ?, ?, ?, ?, ?, ?)",
                         "tttiiti", now, archived->sha256, archived->suffix,
                         (int64_t)archived->bytes, who.id, zone, clock_now_utc_ns());
    }
    if (status == YK_OK) {
        status = seal_put(store->db, "recording", now, why);
    }
    if (status == YK_OK) {
        status = audit_add(store->db, "archive", now, person, why);
    }
    if (status == YK_OK) {
        memcpy(id, now, sizeof now);
    }
    return status;
}

enum yk_status recording_set_suffix(struct store *store, const char *id, const char *suffix,
                                    struct failure *why)
{
    char detail[40];
    enum yk_status status = db_begin(store->db, why);
    if (status == YK_OK) {
        status = db_runv(store->db, why, "UPDATE recording SET suffix = ? WHERE id = ?", "tt",
                         suffix, id);
    }
    if (status == YK_OK) {
        status = seal_put(store->db, "recording", id, why);
    }
    if (status == YK_OK) {
        snprintf(detail, sizeof detail, "original is .%s now", suffix);
        status = audit_add(store->db, "archive", id, detail, why);
    }
    return db_finish(store->db, status, why);
}

static enum yk_status need_reason(const char *reason, struct failure *why)
{
    return reason != NULL && reason[strspn(reason, " \t\r\n")] != '\0' && strlen(reason) < 256
               ? YK_OK
               : failure_set(why, YK_ERR_ARGUMENT,
                             "a reason of up to 255 bytes is needed (--reason TEXT)");
}

/* One change of one recording with its reason and its audit line, in a transaction. The line
 * names the reason by its number: what people write about somebody must be deletable, and the
 * audit is not. */
static enum yk_status change(struct store *store, const char *id, const char *action,
                             const char *what, const char *sql, const char *reason,
                             int64_t number, struct failure *why)
{
    char detail[256];
    int64_t reason_id = 0;
    enum yk_status status =
        db_runv(store->db, why, sql, "tit", reason, number, id); /* ?1 text ?2 number ?3 id */
    if (status == YK_OK) {
        status =
            db_runv(store->db, why,
                    "INSERT INTO reason (recording, at_ns, action, text) VALUES (?, ?, ?, ?)",
                    "titt", id, clock_now_utc_ns(), action, reason);
    }
    if (status == YK_OK) {
        status = db_integer(store->db, "SELECT last_insert_rowid()", 0, &reason_id, why);
    }
    if (status == YK_OK) {
        status = seal_put_id(store->db, "reason", reason_id, why);
    }
    if (status == YK_OK) {
        status = seal_put(store->db, "recording", id, why);
    }
    if (status == YK_OK) {
        snprintf(detail, sizeof detail, "%sreason %" PRId64, what, reason_id);
        status = audit_add(store->db, action, id, detail, why);
    }
    return status;
}

/* Corrections go along with their recording. */
static enum yk_status move_edits(struct store *store, const char *recording, int64_t person,
                                 struct failure *why)
{
    struct db_query *query = NULL;
    enum yk_status status =
        db_runv(store->db, why, "UPDATE edit SET person = ? WHERE recording = ?", "it", person,
                recording);
    if (status == YK_OK) {
        status = db_query_openv(store->db, &query, why,
                                "SELECT id FROM edit WHERE recording = ?", "t", recording);
    }
    while (db_step(query, &status, why)) {
        status = seal_put_id(store->db, "edit", db_int(query, 0), why);
    }
    db_query_close(query);
    return status;
}

enum yk_status recording_assign(struct store *store, const char *id, const char *person,
                                const char *reason, struct failure *why)
{
    struct recording_row row;
    struct person who;
    char what[160];
    enum yk_status status = need_reason(reason, why);
    if (status == YK_OK) {
        status = db_begin(store->db, why);
    }
    if (status == YK_OK) {
        status = recording_find(store, id, &row, why);
    }
    if (status == YK_OK) {
        status = person_find(store, person, &who, why);
    }
    if (status == YK_OK) {
        status = move_edits(store, row.id, who.id, why);
    }
    if (status == YK_OK) {
        snprintf(what, sizeof what, "%s -> %s, ", row.person, person);
        status = change(store, row.id, "assign", what,
                        "UPDATE recording SET person = ?2 WHERE id = ?3 AND ?1 IS NOT NULL",
                        reason, who.id, why);
    }
    return db_finish(store->db, status, why);
}

enum yk_status recording_exclude(struct store *store, const char *id, bool is_excluded,
                                 const char *reason, struct failure *why)
{
    struct recording_row row;
    enum yk_status status = need_reason(reason, why);
    if (status == YK_OK) {
        status = db_begin(store->db, why);
    }
    if (status == YK_OK) {
        status = recording_find(store, id, &row, why);
    }
    if (status == YK_OK) {
        status =
            change(store, row.id, is_excluded ? "exclude" : "include", "",
                   "UPDATE recording SET exclude_reason = ?1, is_excluded = ?2 WHERE id = ?3",
                   reason, is_excluded ? 1 : 0, why);
    }
    return db_finish(store->db, status, why);
}
