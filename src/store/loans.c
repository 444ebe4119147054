/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The ledger. A device is with one person at a time: lines of a device that overlap are
 * refused. A return that was noticed ends a line; where none was, its planned end does.
 */
#include "src/store/loans.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "src/store/audit.h"
#include "src/store/seal.h"

static const char *const state_words[] = {"written", "intended", "confirmed", NULL};
static const char *const state_aliases[] = {"記入", "設定中", "設定済み", NULL};

static const struct record_column columns[] = {
    {.name = "device_serial",
     .type = RECORD_TEXT,
     .flags = RECORD_MUST | RECORD_KEY,
     RECORD_AT(loan, device_serial),
     .option = "device",
     .ja = "機器",
     .en = "device"},
    {.name = "person_id",
     .sql = "person",
     .type = RECORD_PERSON,
     .flags = RECORD_MUST,
     RECORD_AT(loan, person),
     .option = "participant",
     .ja = "参加者",
     .en = "participant"},
    {.name = "from_ts",
     .sql = "from_ns",
     .type = RECORD_TIME,
     .flags = RECORD_MUST | RECORD_KEY,
     RECORD_AT(loan, from_ns),
     .option = "from",
     .ja = "貸出から",
     .en = "from"},
    {.name = "to_ts",
     .sql = "to_ns",
     .type = RECORD_TIME,
     .flags = RECORD_ENDS,
     RECORD_AT(loan, to_ns),
     .option = "to",
     .ja = "まで",
     .en = "to"},
    {.name = "returned_ts",
     .sql = "returned_ns",
     .type = RECORD_TIME,
     .flags = RECORD_EXTRA,
     RECORD_AT(loan, returned_ns),
     .option = "returned",
     .ja = "返却",
     .en = "returned"},
    {.name = "state",
     .type = RECORD_WORD,
     .flags = RECORD_PROGRAM,
     RECORD_AT(loan, state),
     .words = state_words,
     .aliases = state_aliases,
     .ja = "状態",
     .en = "state"},
    {.name = "session",
     .type = RECORD_NUMBER,
     .flags = RECORD_PROGRAM,
     RECORD_AT(loan, session),
     .max = 4294967295.0,
     .ja = "セッション",
     .en = "session"},
    {.name = "rate_hz",
     .type = RECORD_NUMBER,
     .flags = RECORD_PROGRAM,
     RECORD_AT(loan, rate_hz),
     .decimals = 2,
     .ja = "Hz",
     .en = "Hz"},
    {.name = "range_g",
     .type = RECORD_NUMBER,
     .flags = RECORD_PROGRAM,
     RECORD_AT(loan, range_g),
     .ja = "g",
     .en = "g"},
    {.name = "issue_clock_ts",
     .sql = "issue_at_ns",
     .type = RECORD_TIME,
     .flags = RECORD_PROGRAM,
     RECORD_AT(loan, issue.at_ns),
     .ja = "貸出時の照合",
     .en = "clock read at issue"},
    {.name = "issue_clock_ms",
     .sql = "issue_offset_ms",
     .type = RECORD_NUMBER,
     .flags = RECORD_PROGRAM,
     RECORD_AT(loan, issue.offset_ms),
     .decimals = 1,
     .ja = "貸出時のずれ ms",
     .en = "clock offset at issue, ms"},
    {.name = "issue_clock_uncertainty_ms",
     .sql = "issue_uncertainty_ms",
     .type = RECORD_NUMBER,
     .flags = RECORD_PROGRAM,
     RECORD_AT(loan, issue.uncertainty_ms),
     .decimals = 1,
     .ja = "±",
     .en = "+-"},
    {.name = "return_clock_ts",
     .sql = "return_at_ns",
     .type = RECORD_TIME,
     .flags = RECORD_PROGRAM,
     RECORD_AT(loan, back.at_ns),
     .ja = "返却時の照合",
     .en = "clock read at return"},
    {.name = "return_clock_ms",
     .sql = "return_offset_ms",
     .type = RECORD_NUMBER,
     .flags = RECORD_PROGRAM,
     RECORD_AT(loan, back.offset_ms),
     .decimals = 1,
     .ja = "返却時のずれ ms",
     .en = "clock offset at return, ms"},
    {.name = "return_clock_uncertainty_ms",
     .sql = "return_uncertainty_ms",
     .type = RECORD_NUMBER,
     .flags = RECORD_PROGRAM,
     RECORD_AT(loan, back.uncertainty_ms),
     .decimals = 1,
     .ja = "±",
     .en = "+-"},
};

enum { SERIAL = 0, FROM = 2, TO = 3, RETURNED = 4 };

static void init(void *row)
{
    loan_init(row);
}

/* In the store's zone, else UTC: for sentences. */
static void say_time(struct store *store, int64_t ns, char out[static 40])
{
    struct zone *zone = NULL;
    snprintf(out, 40, "an open end");
    if (ns != TIME_UNKNOWN &&
        zone_open(store->zone[0] != '\0' ? store->zone : "UTC", &zone, NULL) == YK_OK) {
        zone_format_iso(zone, ns, 0, out);
    }
    zone_close(zone);
}

#define END_SQL "coalesce(r.returned_ns, r.to_ns, 9223372036854775807)"

static enum yk_status refuse_overlap(struct store *store, const struct loan *loan,
                                     size_t *column, struct failure *why)
{
    void *list = NULL;
    size_t n = 0;
    int64_t end = loan_end_ns(loan);
    enum yk_status status = record_select(
        store, &record_kind_loan, &list, &n, why,
        "r.device_serial = ?1 AND r.id <> ?2 AND r.from_ns < ?3 AND " END_SQL " > ?4", "tiii",
        loan->device_serial, loan->id, end == TIME_UNKNOWN ? INT64_MAX : end, loan->from_ns);
    if (status == YK_OK && n > 0) {
        const struct loan *other = list;
        char from[40], to[40];
        /* The very same line once more is no contradiction; records.c tells it. */
        bool is_same_key = other->from_ns == loan->from_ns;
        say_time(store, other->from_ns, from);
        say_time(store, loan_end_ns(other), to);
        *column = other->from_ns <= loan->from_ns ? FROM : TO;
        if (!is_same_key) {
            status = failure_set(why, YK_ERR_CONFLICT,
                                 "device %s is with %s from %s to %s (loan number %" PRId64
                                 "); where it changes hands within a day, write the hour",
                                 loan->device_serial, other->person, from, to, other->id);
        }
    }
    mem_free(list);
    return status;
}

/* As the dock looks for it: USB says "CWA17_39434" of the recorder with number 39434. A serial
 * with a blank or a full-width digit would never be found, and could be lent twice. */
static enum yk_status tidy_serial(char serial[static 32], size_t *column, struct failure *why)
{
    const char *last = strrchr(serial, '_');
    bool is_usb = strncmp(serial, "CWA", 3) == 0 || strncmp(serial, "AX3", 3) == 0 ||
                  strncmp(serial, "AX6", 3) == 0;
    for (const unsigned char *c = (const unsigned char *)serial; *c != '\0'; c++) {
        if (*c <= ' ' || *c > '~') {
            *column = SERIAL;
            return failure_set(why, YK_ERR_ARGUMENT,
                               "'%.*s' is not a recorder's number: write it as it is printed "
                               "on it, in half-width letters and digits without blanks (39434)",
                               utf8_shown(serial, 60), serial);
        }
    }
    if (is_usb && last != NULL && last[1] != '\0') {
        memmove(serial, last + 1, strlen(last + 1) + 1);
    }
    return YK_OK;
}

static enum yk_status check(struct store *store, void *row, size_t *column, struct failure *why)
{
    struct loan *loan = row;
    enum yk_status status = tidy_serial(loan->device_serial, column, why);
    if (status != YK_OK) {
        return status;
    }
    if (loan->to_ns != TIME_UNKNOWN && loan->to_ns <= loan->from_ns) {
        *column = TO;
        return failure_set(why, YK_ERR_ARGUMENT,
                           "the end of the loan is not after its beginning");
    }
    if (loan->returned_ns != TIME_UNKNOWN && loan->returned_ns < loan->from_ns) {
        *column = RETURNED;
        return failure_set(why, YK_ERR_ARGUMENT, "it would have come back before it was lent");
    }
    return refuse_overlap(store, loan, column, why);
}

const struct record_kind record_kind_loan = {
    .word = "loan",
    .command = "loans",
    .table = "loan",
    .order = "r.device_serial, r.from_ns",
    .bytes = sizeof(struct loan),
    .init = init,
    .columns = columns,
    .n_columns = sizeof columns / sizeof *columns,
    .check = check,
};

/* ---- lines ---- */

enum yk_status loan_add(struct store *store, struct loan *loan, struct failure *why)
{
    bool is_new = false;
    size_t column = 0;
    return record_add(store, &record_kind_loan, loan, &is_new, &column, why);
}

enum yk_status loan_set(struct store *store, struct loan *loan, struct failure *why)
{
    size_t column = 0;
    return record_set(store, &record_kind_loan, loan, &column, why);
}

enum yk_status loan_remove(struct store *store, int64_t id, struct failure *why)
{
    return record_drop(store, &record_kind_loan, id, why);
}

enum yk_status loan_find(struct store *store, int64_t id, struct loan *out, struct failure *why)
{
    return record_find(store, &record_kind_loan, id, out, why);
}

/* The last of a list, or the sentence when it is empty. */
static enum yk_status take_last(enum yk_status status, void *list, size_t n, struct loan *out,
                                struct failure *why, const char *serial)
{
    if (status == YK_OK && n == 0) {
        status =
            failure_set(why, YK_ERR_NO_DEVICE,
                        "the ledger does not say who has device %s; add a line with: yoake "
                        "loans add %s --participant CODE --from TS",
                        serial, serial);
    }
    if (status == YK_OK) {
        *out = ((struct loan *)list)[n - 1];
    }
    mem_free(list);
    return status;
}

enum yk_status loan_at(struct store *store, const char *device_serial, int64_t at_ns,
                       struct loan *out, struct failure *why)
{
    void *list = NULL;
    size_t n = 0;
    enum yk_status status =
        record_select(store, &record_kind_loan, &list, &n, why,
                      "r.device_serial = ?1 AND r.from_ns <= ?2 AND " END_SQL " > ?2", "tT",
                      device_serial, at_ns);
    return take_last(status, list, n, out, why, device_serial);
}

enum yk_status loan_by_session(struct store *store, const char *device_serial, uint32_t session,
                               struct loan *out, struct failure *why)
{
    void *list = NULL;
    size_t n = 0;
    enum yk_status status = record_select(store, &record_kind_loan, &list, &n, why,
                                          "r.device_serial = ?1 AND r.session = ?2", "ti",
                                          device_serial, (int64_t)session);
    return take_last(status, list, n, out, why, device_serial);
}

enum yk_status loan_of_recording(struct store *store, const struct recording_info *info,
                                 struct loan *out, struct failure *why)
{
    int64_t session = 0;
    return text_parse_int64(info->session_id, strlen(info->session_id), &session) &&
                   session >= 0 && session <= UINT32_MAX
               ? loan_by_session(store, info->device_serial, (uint32_t)session, out, why)
               : YK_ERR_NO_DEVICE;
}

/* ---- what the dock writes ---- */

static enum yk_status write_clock(struct store *store, const char *sql, int64_t id,
                                  const struct clock_reading *clock, struct failure *why)
{
    if (clock == NULL || !clock_reading_is_known(clock)) {
        return YK_OK;
    }
    return db_runv(store->db, why, sql, "iddi", clock->at_ns, clock->offset_ms,
                   clock->uncertainty_ms, id);
}

static enum yk_status note(struct store *store, const struct loan *loan, const char *action,
                           struct failure *why)
{
    char detail[96];
    snprintf(detail, sizeof detail, "loan %" PRId64 ", device %s", loan->id,
             loan->device_serial);
    return audit_add(store->db, action, loan->person, detail, why);
}

/* Part of the caller's transaction. */
static enum yk_status end_line(struct store *store, int64_t id, int64_t at_ns,
                               const struct clock_reading *clock, struct failure *why)
{
    struct loan loan;
    enum yk_status status = loan_find(store, id, &loan, why);
    bool is_first = status == YK_OK && loan.returned_ns == TIME_UNKNOWN;
    bool is_read = status == YK_OK && !clock_reading_is_known(&loan.back) && clock != NULL &&
                   clock_reading_is_known(clock);
    if (is_first) {
        /* A device that comes back after its next line began was with the next one by then. */
        status = db_runv(store->db, why,
                         "UPDATE loan SET returned_ns = max(from_ns, min(?1, coalesce((SELECT "
                         "min(n.from_ns) FROM loan AS n WHERE n.device_serial = "
                         "loan.device_serial AND n.from_ns > loan.from_ns), ?1))) "
                         "WHERE id = ?2",
                         "ii", at_ns, id);
    }
    if (status == YK_OK && is_read) {
        status = write_clock(store,
                             "UPDATE loan SET return_at_ns = ?, return_offset_ms = ?, "
                             "return_uncertainty_ms = ? WHERE id = ?",
                             id, clock, why);
    }
    if (status == YK_OK && (is_first || is_read)) {
        status = seal_put_id(store->db, "loan", id, why);
    }
    if (status == YK_OK && (is_first || is_read)) {
        status = note(store, &loan, "loans return", why);
    }
    return status;
}

enum yk_status loan_return(struct store *store, int64_t id, int64_t at_ns,
                           const struct clock_reading *clock, struct failure *why)
{
    enum yk_status status = db_begin(store->db, why);
    if (status == YK_OK) {
        status = end_line(store, id, at_ns, clock, why);
        status = db_finish(store->db, status, why);
    }
    return status;
}

static enum yk_status drop_superseded(struct store *store, const struct loan *loan,
                                      int64_t now_ns, struct failure *why)
{
    void *list = NULL;
    size_t n = 0;
    enum yk_status status = record_select(
        store, &record_kind_loan, &list, &n, why,
        "r.device_serial = ?1 AND (r.state = 'intended' OR (r.state = 'confirmed' AND "
        "r.from_ns > ?6) OR (r.state = 'written' AND "
        "r.session IS NULL AND r.person = (SELECT id FROM person WHERE code = ?2) AND "
        "r.from_ns < ?3 AND " END_SQL " > ?4 AND r.from_ns > ?5))",
        "ttiiii", loan->device_serial, loan->person,
        loan->to_ns == TIME_UNKNOWN ? INT64_MAX : loan->to_ns, loan->from_ns,
        loan->from_ns - LOAN_IN_ADVANCE_NS, now_ns);
    const struct loan *rows = list;
    for (size_t i = 0; i < n && status == YK_OK; i++) {
        status = record_remove(store, &record_kind_loan, rows[i].id, why);
    }
    mem_free(list);
    return status;
}

enum yk_status loan_intend(struct store *store, struct loan *loan, int64_t now_ns, int64_t last,
                           const struct clock_reading *clock, struct failure *why)
{
    bool is_new = false;
    size_t column = 0;
    enum yk_status status = db_begin(store->db, why);
    if (status != YK_OK) {
        return status;
    }
    status = last != 0 ? end_line(store, last, now_ns, clock, why) : YK_OK;
    if (status == YK_OK) {
        status = drop_superseded(store, loan, now_ns, why);
    }
    if (status == YK_OK) {
        status = record_insert(store, &record_kind_loan, loan, &is_new, &column, why);
    }
    if (status == YK_OK && !is_new) {
        status = failure_set(why, YK_ERR_CONFLICT, "loan number %" PRId64 " says the same",
                             loan->id);
    }
    return db_finish(store->db, status, why);
}

enum yk_status loan_confirm(struct store *store, int64_t id, const struct clock_reading *clock,
                            struct failure *why)
{
    struct loan loan;
    enum yk_status status = db_begin(store->db, why);
    if (status != YK_OK) {
        return status;
    }
    status = loan_find(store, id, &loan, why);
    if (status == YK_OK) {
        status = db_runv(store->db, why, "UPDATE loan SET state = 'confirmed' WHERE id = ?",
                         "i", id);
    }
    if (status == YK_OK) {
        status = write_clock(store,
                             "UPDATE loan SET issue_at_ns = ?, issue_offset_ms = ?, "
                             "issue_uncertainty_ms = ? WHERE id = ?",
                             id, clock, why);
    }
    if (status == YK_OK) {
        status = seal_put_id(store->db, "loan", id, why);
    }
    if (status == YK_OK) {
        status = note(store, &loan, "loans confirm", why);
    }
    return db_finish(store->db, status, why);
}

enum yk_status loan_next_session(struct store *store, uint32_t *out, struct failure *why)
{
    int64_t next = 0;
    enum yk_status status =
        db_integer(store->db, "SELECT coalesce(max(session), 0) + 1 FROM loan", 1, &next, why);
    if (status == YK_OK && next > UINT32_MAX) {
        status = failure_set(why, YK_ERR_STORE, "all session ids are used up");
    }
    if (status == YK_OK) {
        *out = (uint32_t)next;
    }
    return status;
}
