/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Participants. Nothing here knows a name; the code is whatever a programme uses on its papers.
 */
#include "src/store/persons.h"

#include <stdio.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/digest.h"
#include "src/base/mem.h"
#include "src/base/near_names.h"
#include "src/base/utf8.h"
#include "src/base/zone.h"
#include "src/store/audit.h"
#include "src/store/identity.h"
#include "src/store/records.h"
#include "src/store/seal.h"

/* ---- codes ---- */

enum yk_status person_check_code(const char *code, struct failure *why)
{
    size_t length = strlen(code);
    if (length == 0 || length >= PERSON_CODE_BYTES) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "a participant code has 1 to %d bytes, this one %zu",
                           PERSON_CODE_BYTES - 1, length);
    }
    const char *bad = utf8_find_bad(code), *slash = strpbrk(code, "/\\");
    bad = bad != NULL ? bad : slash;
    if (bad != NULL) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "a participant code cannot hold byte 0x%02X (letters, digits, "
                           "Japanese, - and _ are fine)",
                           (unsigned)(unsigned char)*bad);
    }
    if (*code == '-' || *code == '.' || *code == ' ' || code[length - 1] == ' ') {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "a participant code cannot begin with '-' or '.', nor begin or end "
                           "with a blank: \"%s\"",
                           code);
    }
    if (strcmp(code, "all") == 0) {
        return failure_set(why, YK_ERR_ARGUMENT, "\"all\" means everyone; choose another code");
    }
    return YK_OK;
}

/* NULL: nothing is said about it. */
static enum yk_status check_values(const char *zone, const char *group, struct failure *why)
{
    enum yk_status status = zone_check(zone, why);
    return status == YK_OK && group != NULL
               ? record_check_text(group, sizeof((struct person *)NULL)->group, why)
               : status;
}

/* ---- rows ---- */

#define PERSON_SQL                                                                             \
    "SELECT id, code, zone, group_name, added_ns,"                                             \
    " (SELECT count(*) FROM recording WHERE recording.person = person.id) FROM person"

static void take_row(const struct db_query *query, struct person *out)
{
    *out = (struct person){
        .id = db_int(query, 0), .added_ns = db_int(query, 4), .n_recordings = db_int(query, 5)};
    db_copy(query, 1, out->code, sizeof out->code);
    db_copy(query, 2, out->zone, sizeof out->zone);
    db_copy(query, 3, out->group, sizeof out->group);
}

enum yk_status person_list(struct store *store, struct person **out, size_t *n,
                           struct failure *why)
{
    struct person *list = NULL;
    size_t count = 0, capacity = 0;
    struct db_query *query = NULL;
    enum yk_status status = db_query_open(store->db, PERSON_SQL " ORDER BY code", &query, why);
    while (db_step(query, &status, why)) {
        if (MEM_RESERVE(list, count, capacity) != 0) {
            status = failure_set(why, YK_ERR_MEMORY, "no memory for the list of participants");
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

/* The code with what an input method made wide (Ｐ０１) in plain letters; false when nothing of
 * it is wide. U+FF01 to U+FF5E are EF BC 81 to EF BD 9E in UTF-8, and stand for ! to ~. */
static bool narrow_code(const char *code, char out[static PERSON_CODE_BYTES])
{
    bool is_wide = false;
    size_t n = 0;
    for (const unsigned char *c = (const unsigned char *)code;
         *c != '\0' && n < PERSON_CODE_BYTES - 1;) {
        int letter = c[0] == 0xEF && (c[1] == 0xBC || c[1] == 0xBD) && c[2] >= 0x80
                         ? '!' + (c[1] - 0xBC) * 0x40 + c[2] - 0x81
                         : 0;
        bool is_one = letter >= '!' && letter <= '~';
        out[n++] = (char)(is_one ? letter : *c);
        c += is_one ? 3 : 1;
        is_wide = is_wide || is_one;
    }
    out[n] = '\0';
    return is_wide;
}

static enum yk_status not_there(struct store *store, const char *code, struct failure *why)
{
    char narrow[PERSON_CODE_BYTES];
    if (narrow_code(code, narrow)) {
        return failure_set(why, YK_ERR_NO_DEVICE,
                           "no participant %s, which is typed in full-width letters; write %s",
                           code, narrow);
    }
    struct person *list = NULL;
    size_t n = 0;
    struct near_names near;
    near_names_init(&near, code);
    if (person_list(store, &list, &n, NULL) == YK_OK) {
        for (size_t i = 0; i < n; i++) {
            near_names_offer(&near, list[i].code);
        }
        mem_free(list);
    }
    if (near.n > 0 && near.distance[0] <= 1 + strlen(code) / 3) {
        return failure_set(why, YK_ERR_NO_DEVICE, "no participant %s; there is %s", code,
                           near.name[0]);
    }
    return failure_set(why, YK_ERR_NO_DEVICE,
                       "no participant %s; add one with: yoake participant add %s", code, code);
}

enum yk_status person_find(struct store *store, const char *code, struct person *out,
                           struct failure *why)
{
    struct db_query *query = NULL;
    enum yk_status status =
        db_query_openv(store->db, &query, why, PERSON_SQL " WHERE code = ?", "t", code);
    bool is_there = db_step(query, &status, why);
    if (is_there) {
        take_row(query, out);
    }
    db_query_close(query);
    return status == YK_OK && !is_there ? not_there(store, code, why) : status;
}

enum yk_status person_check_new_code(const char *code, struct failure *why)
{
    char narrow[PERSON_CODE_BYTES];
    enum yk_status status = person_check_code(code, why);
    if (status == YK_OK && narrow_code(code, narrow)) {
        status =
            failure_set(why, YK_ERR_ARGUMENT,
                        "the code %s is typed in full-width letters, which look like others "
                        "but are not: write %s",
                        code, narrow);
    }
    return status;
}

/* p01 beside P01 would be a second person whom everybody takes for the first. except: the code
 * that is given up for the new one, or NULL. */
static enum yk_status refuse_twin(struct store *store, const char *code, const char *except,
                                  struct failure *why)
{
    struct person *list = NULL;
    size_t n = 0;
    enum yk_status status = person_list(store, &list, &n, why);
    for (size_t i = 0; status == YK_OK && i < n; i++) {
        bool counts = strcmp(list[i].code, code) != 0 &&
                      (except == NULL || strcmp(list[i].code, except) != 0);
        if (counts && name_distance(list[i].code, code) == 0) {
            status = failure_set(why, YK_ERR_CONFLICT,
                                 "the code %s differs from %s in capital letters only; write "
                                 "%s, or choose another code",
                                 code, list[i].code, list[i].code);
        }
    }
    mem_free(list);
    return status;
}

enum yk_status person_add(struct store *store, const char *code, const char *zone,
                          const char *group, struct failure *why)
{
    struct person there;
    enum yk_status status = person_check_new_code(code, why);
    if (status == YK_OK) {
        status = check_values(zone, group, why);
    }
    if (status == YK_OK) {
        status = db_begin(store->db, why);
    }
    if (status != YK_OK) {
        return status;
    }
    status = person_find(store, code, &there, why);
    if (status == YK_OK) {
        status = failure_set(why, YK_ERR_CONFLICT, "participant %s is there already", code);
    } else if (status == YK_ERR_NO_DEVICE &&
               (status = refuse_twin(store, code, NULL, why)) == YK_OK) {
        status = db_runv(store->db, why,
                         "INSERT INTO person (code, zone, group_name, added_ns) "
                         "VALUES (?, nullif(?, ''), nullif(?, ''), ?)",
                         "ttti", code, zone, group, clock_now_utc_ns());
    }
    if (status == YK_OK) {
        status = seal_put_id(store->db, "person", db_last_id(store->db), why);
    }
    if (status == YK_OK) {
        status = audit_add(store->db, "participant add", code, "", why);
    }
    return db_finish(store->db, status, why);
}

enum yk_status person_set(struct store *store, const char *code, const char *new_code,
                          const char *zone, const char *group, struct failure *why)
{
    struct person person;
    enum yk_status status = new_code != NULL ? person_check_new_code(new_code, why) : YK_OK;
    if (status == YK_OK) {
        status = check_values(zone, group, why);
    }
    if (status == YK_OK) {
        status = db_begin(store->db, why);
    }
    if (status != YK_OK) {
        return status;
    }
    status = person_find(store, code, &person, why);
    if (status == YK_OK && new_code != NULL) {
        status = refuse_twin(store, new_code, code, why);
    }
    if (status == YK_OK) {
        status = db_runv(store->db, why,
                         "UPDATE person SET code = coalesce(?1, code), "
                         "zone = nullif(coalesce(?2, zone), ''), "
                         "group_name = nullif(coalesce(?3, group_name), '') WHERE id = ?4",
                         "ttti", new_code, zone, group, person.id);
        if (status == YK_ERR_CONFLICT) {
            failure_set(why, status, "participant %s is there already", new_code);
        }
    }
    if (status == YK_OK) {
        status = seal_put_id(store->db, "person", person.id, why);
    }
    if (status == YK_OK) {
        status = audit_add(store->db, "participant set", code, new_code != NULL ? new_code : "",
                           why);
    }
    /* The name goes along, or nothing does. */
    bool is_renamed = false;
    if (status == YK_OK && new_code != NULL) {
        status = identity_rename(store->folder, code, new_code, why);
        is_renamed = status == YK_OK;
    }
    status = db_finish(store->db, status, why);
    if (status != YK_OK && is_renamed) {
        identity_rename(store->folder, new_code, code, NULL);
    }
    return status;
}

/* How many records of all kinds people keep of a participant. */
static enum yk_status count_records(struct store *store, int64_t person, int64_t *out,
                                    struct failure *why)
{
    int64_t n = 0, one = 0;
    enum yk_status status = YK_OK;
    char sql[128];
    for (size_t i = 0; record_kind_at(i) != NULL && status == YK_OK; i++) {
        snprintf(sql, sizeof sql, "SELECT count(*) FROM %s WHERE person = %lld",
                 record_kind_at(i)->table, (long long)person);
        status = db_integer(store->db, sql, 0, &one, why);
        n += one;
    }
    *out = n;
    return status;
}

enum yk_status person_remove(struct store *store, const char *code, struct failure *why)
{
    struct person person;
    int64_t n_records = 0;
    bool has_name = false;
    enum yk_status status = db_begin(store->db, why);
    if (status != YK_OK) {
        return status;
    }
    status = person_find(store, code, &person, why);
    if (status == YK_OK && person.n_recordings > 0) {
        status =
            failure_set(why, YK_ERR_CONFLICT,
                        "participant %s has recordings (%lld); assign them to another code, "
                        "or delete everything with: yoake participant delete %s",
                        code, (long long)person.n_recordings, code);
    }
    if (status == YK_OK) {
        status = count_records(store, person.id, &n_records, why);
    }
    if (status == YK_OK && n_records > 0) {
        status = failure_set(why, YK_ERR_CONFLICT,
                             "there %s %lld %s of %s (plan, diary, loans ...); to delete "
                             "everything: yoake participant delete %s",
                             text_many((uint64_t)n_records, "is", "are"), (long long)n_records,
                             text_many((uint64_t)n_records, "entry", "entries"), code, code);
    }
    if (status == YK_OK) {
        status = identity_has(store->folder, code, &has_name, why);
    }
    if (status == YK_OK && has_name) { /* the next one with this code would have it */
        status = failure_set(why, YK_ERR_CONFLICT,
                             "a sealed name of %s is kept; first: yoake identity remove %s",
                             code, code);
    }
    if (status == YK_OK) {
        status = seal_drop_id(store->db, "person", person.id, why);
    }
    if (status == YK_OK) {
        status = db_runv(store->db, why, "DELETE FROM person WHERE id = ?", "i", person.id);
    }
    if (status == YK_OK) {
        status = audit_add(store->db, "participant remove", code, "", why);
    }
    return db_finish(store->db, status, why);
}

/* ---- deletion ---- */

void person_receipt_init(struct person_receipt *self)
{
    *self = (struct person_receipt){.n_recordings = 0};
    text_init(&self->files);
}

void person_receipt_release(struct person_receipt *self)
{
    text_release(&self->files);
}

static enum yk_status note_hashes(struct store *store, int64_t person,
                                  struct person_receipt *out, struct failure *why)
{
    struct db_query *query = NULL;
    enum yk_status status = db_query_openv(
        store->db, &query, why,
        "SELECT sha256, bytes, (SELECT count(*) FROM analysis WHERE recording = r.id),"
        " (SELECT coalesce(sum(nights_n), 0) FROM current_analysis "
        "  WHERE recording = r.id) "
        "FROM recording AS r WHERE person = ? ORDER BY sha256",
        "i", person);
    while (db_step(query, &status, why)) {
        text_addf(&out->files, "%s\n", db_text(query, 0));
        out->n_recordings++;
        out->bytes += (uint64_t)db_int(query, 1);
        out->n_analyses += db_int(query, 2);
        out->n_nights += db_int(query, 3);
    }
    db_query_close(query);
    return status == YK_OK ? text_status(&out->files, why) : status;
}

static enum yk_status delete_rows(struct store *store, int64_t person, struct failure *why)
{
    static const char *const steps[] = {
        "INSERT OR IGNORE INTO doomed SELECT 'archive/' || sha256 || '.' || suffix "
        "FROM recording WHERE person = ?",
        "INSERT OR IGNORE INTO doomed SELECT 'recordings/' || h5_name FROM analysis "
        "WHERE recording IN (SELECT id FROM recording WHERE person = ?)",
        "DELETE FROM analysis WHERE recording IN (SELECT id FROM recording WHERE person = ?)",
        "DELETE FROM recording WHERE person = ?",
        "DELETE FROM person WHERE id = ?", /* and with it every record of theirs (CASCADE) */
    };
    enum yk_status status = seal_drop_person(store->db, person, why);
    for (size_t i = 0; i < sizeof steps / sizeof *steps && status == YK_OK; i++) {
        status = db_runv(store->db, why, steps[i], "i", person);
    }
    return status;
}

/* Recordings that wait as unassigned and that the ledger gives to this participant, by the
 * rules of the dock: the loan's own docking, its session id, or its days; where the clock tells
 * no days, who had the recorder when it was docked. ?1 participant, ?2 the code they wait
 * under. */
#define WAITING_SQL                                                                            \
    "SELECT r.id FROM recording AS r JOIN person AS p ON p.id = r.person "                     \
    "LEFT JOIN current_analysis AS a ON a.recording = r.id "                                   \
    "WHERE p.code = ?2 AND p.id <> ?1 AND EXISTS (SELECT 1 FROM loan AS l"                     \
    " LEFT JOIN docking AS d ON d.recording = r.id AND d.device_serial = l.device_serial"      \
    " WHERE l.person = ?1 AND (d.loan = l.id OR (l.session > 0 AND d.session = l.session)"     \
    "  OR (l.device_serial = a.device_serial AND l.from_ns <= a.end_ns"                        \
    "   AND coalesce(l.returned_ns, l.to_ns, a.start_ns + 1) > a.start_ns)"                    \
    "  OR ((a.start_ns IS NULL OR d.clock_is_reset = 'yes') AND l.from_ns <= d.at_ns"          \
    "   AND coalesce(l.returned_ns, l.to_ns, d.at_ns + 1) > d.at_ns))) "                       \
    "ORDER BY r.archived_ns, r.id"

/* The ledger goes with its participant: afterwards nothing would tell whose those recordings
 * are, and they would stay. So they are settled first. */
static enum yk_status refuse_waiting(struct store *store, const struct person *person,
                                     struct failure *why)
{
    enum { NAMED = 3 };
    struct db_query *query = NULL;
    struct text ids;
    char first[DIGEST_HEX] = "";
    size_t n = 0;
    text_init(&ids);
    enum yk_status status = db_query_openv(store->db, &query, why, WAITING_SQL, "it",
                                           person->id, PERSON_UNASSIGNED);
    while (db_step(query, &status, why)) {
        if (n == 0) {
            db_copy(query, 0, first, sizeof first);
        }
        if (n++ < NAMED) {
            text_addf(&ids, "%s%s", n > 1 ? ", " : "", db_text(query, 0));
        }
    }
    db_query_close(query);
    if (n > NAMED) {
        text_add(&ids, ", ...");
    }
    status = status == YK_OK ? text_status(&ids, why) : status;
    if (status == YK_OK && n > 0) {
        status = failure_set(why, YK_ERR_CONFLICT,
                             "nothing was deleted: by the ledger these unassigned recordings "
                             "are theirs, too: %s; first say whose each is: yoake recording "
                             "assign %s %s --reason TEXT",
                             text_string(&ids), first, person->code);
    }
    text_release(&ids);
    return status;
}

enum yk_status person_delete(struct store *store, const char *code, struct person_receipt *out,
                             struct failure *why)
{
    struct person person = {.id = 0};
    char detail[128];
    enum yk_status status = db_begin(store->db, why);
    if (status != YK_OK) {
        return status;
    }
    status = person_find(store, code, &person, why);
    if (status == YK_OK) {
        status = refuse_waiting(store, &person, why);
    }
    if (status == YK_OK) {
        status = note_hashes(store, person.id, out, why);
    }
    if (status == YK_OK) {
        status = count_records(store, person.id, &out->n_records, why);
    }
    if (status == YK_OK) {
        status = delete_rows(store, person.id, why);
    }
    if (status == YK_OK) {
        snprintf(detail, sizeof detail, "%lld %s, %lld %s, %lld %s",
                 (long long)out->n_recordings,
                 text_many((uint64_t)out->n_recordings, "recording", "recordings"),
                 (long long)out->n_analyses,
                 text_many((uint64_t)out->n_analyses, "analysis", "analyses"),
                 (long long)out->n_records,
                 text_many((uint64_t)out->n_records, "record", "records"));
        status = audit_add(store->db, "participant delete", code, detail, why);
    }
    if (status == YK_OK) {
        status = audit_last(store->db, out->audit_hash, why);
    }
    /* The name goes first: a code that is no participant's any more cannot be deleted again. */
    if (status == YK_OK) {
        status = identity_forget(store->folder, code, &out->had_name, why);
    }
    status = db_finish(store->db, status, why);
    if (status == YK_OK) {
        status = store_remove_doomed(store, why);
    }
    /* Deleted pages are overwritten (secure_delete); the log still holds them until it is
     * emptied. Others reading at this moment only delay that. */
    if (status == YK_OK) {
        db_run(store->db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL);
    }
    return status;
}
