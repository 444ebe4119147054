/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Records as rows: the SQL of every kind is written from its table of columns. All names in it
 * are ours; values are always bound.
 */
#include "src/store/records.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "src/store/audit.h"
#include "src/store/consents.h"
#include "src/store/diaries.h"
#include "src/store/edits.h"
#include "src/store/issued.h"
#include "src/store/loans.h"
#include "src/store/notes.h"
#include "src/store/plans.h"
#include "src/store/persons.h"
#include "src/store/rewordings.h"
#include "src/store/seal.h"

static const struct record_kind *const kinds_of_records[] = {&record_kind_plan,
                                                             &record_kind_attendance,
                                                             &record_kind_diary,
                                                             &record_kind_target,
                                                             &record_kind_note,
                                                             &record_kind_consent,
                                                             &record_kind_edit,
                                                             &record_kind_loan,
                                                             &record_kind_issued,
                                                             &record_kind_rewording,
                                                             NULL};

const struct record_kind *record_kind_at(size_t i)
{
    return i < sizeof kinds_of_records / sizeof *kinds_of_records - 1 ? kinds_of_records[i]
                                                                      : NULL;
}

size_t record_column(const struct record_kind *kind, const char *name)
{
    size_t k = 0;
    while (k < kind->n_columns && strcmp(kind->columns[k].name, name) != 0) {
        k++;
    }
    return k;
}

static const char *sql_name(const struct record_column *column)
{
    return column->sql != NULL ? column->sql : column->name;
}

static int64_t id_of(const void *row)
{
    int64_t id;
    memcpy(&id, row, sizeof id);
    return id;
}

/* The participant's code of a record, or "" for a kind without one. */
const char *record_person(const struct record_kind *kind, const void *row)
{
    for (size_t k = 0; k < kind->n_columns; k++) {
        if (kind->columns[k].type == RECORD_PERSON) {
            return (const char *)row + kind->columns[k].offset;
        }
    }
    return "";
}

/* ---- binding and reading ---- */

static enum yk_status bind_text_of(struct db_query *query, int i,
                                   const struct record_kind *kind, size_t k, const void *row,
                                   struct failure *why)
{
    struct text text;
    text_init(&text);
    record_format(kind, k, NULL, row, &text);
    bool is_empty = record_is_empty(kind, k, row);
    enum yk_status status = text_status(&text, why);
    if (status == YK_OK) {
        db_bind_text(query, i, is_empty ? NULL : text_string(&text));
    }
    text_release(&text);
    return status;
}

static enum yk_status bind(struct db_query *query, int i, const struct record_kind *kind,
                           size_t k, const void *row, struct failure *why)
{
    const struct record_column *column = &kind->columns[k];
    const char *from = (const char *)row + column->offset;
    int64_t ns = 0;
    int32_t number = 0;
    double value = 0;
    switch (column->type) {
    case RECORD_TIME:
        memcpy(&ns, from, sizeof ns);
        db_bind_time(query, i, ns);
        break;
    case RECORD_CLOCK:
        memcpy(&number, from, sizeof number);
        db_bind_time(query, i, number == RECORD_NO_CLOCK ? TIME_UNKNOWN : number);
        break;
    case RECORD_NUMBER:
        memcpy(&value, from, sizeof value);
        db_bind_real(query, i, value);
        break;
    case RECORD_PERSON:
    case RECORD_TEXT:
    case RECORD_WORD:
    case RECORD_WORDS:
    case RECORD_DAYS:
    case RECORD_DATE:
        return bind_text_of(query, i, kind, k, row, why);
    }
    return YK_OK;
}

static enum yk_status take_cell(const struct db_query *query, int i,
                                const struct record_kind *kind, size_t k, void *row,
                                struct failure *why)
{
    const struct record_column *column = &kind->columns[k];
    char *to = (char *)row + column->offset;
    int64_t ns;
    int32_t number;
    double value;
    switch (column->type) {
    case RECORD_TIME:
        ns = db_time(query, i);
        memcpy(to, &ns, sizeof ns);
        return YK_OK;
    case RECORD_CLOCK:
        number = db_is_null(query, i) ? RECORD_NO_CLOCK : (int32_t)db_int(query, i);
        memcpy(to, &number, sizeof number);
        return YK_OK;
    case RECORD_NUMBER:
        value = db_real(query, i);
        memcpy(to, &value, sizeof value);
        return YK_OK;
    case RECORD_PERSON:
    case RECORD_TEXT:
        db_copy(query, i, to, column->room);
        return YK_OK;
    case RECORD_WORD:
    case RECORD_WORDS:
    case RECORD_DAYS:
    case RECORD_DATE:
        break;
    }
    const char *held = db_text(query, i);
    enum yk_status status = record_parse(kind, k, held, NULL, row, why);
    return status == YK_ERR_ARGUMENT
               ? failure_set(why, YK_ERR_STORE, "%s %" PRId64 ", %s: the store holds '%.*s'",
                             kind->word, id_of(row), column->name, utf8_shown(held, 40), held)
               : status;
}

static enum yk_status take_row(const struct db_query *query, const struct record_kind *kind,
                               void *row, struct failure *why)
{
    int64_t id = db_int(query, 0);
    kind->init(row);
    memcpy(row, &id, sizeof id);
    enum yk_status status = YK_OK;
    for (size_t k = 0; k < kind->n_columns && status == YK_OK; k++) {
        status = take_cell(query, (int)k + 1, kind, k, row, why);
    }
    return status;
}

/* "SELECT id, columns FROM table AS r " */
static void add_select(const struct record_kind *kind, struct text *sql)
{
    text_add(sql, "SELECT r.id");
    for (size_t k = 0; k < kind->n_columns; k++) {
        const struct record_column *column = &kind->columns[k];
        if (column->type == RECORD_PERSON) {
            text_addf(sql, ", (SELECT code FROM person WHERE id = r.%s)", sql_name(column));
        } else {
            text_addf(sql, ", r.%s", sql_name(column));
        }
    }
    text_addf(sql, " FROM %s AS r ", kind->table);
}

static enum yk_status open_query(struct store *store, struct text *sql, struct db_query **out,
                                 struct failure *why)
{
    enum yk_status status = text_status(sql, why);
    return status == YK_OK ? db_query_open(store->db, text_string(sql), out, why) : status;
}

/* ---- reading ---- */

static enum yk_status take_all(struct db_query *query, const struct record_kind *kind,
                               void **out, size_t *n, struct failure *why)
{
    char *list = NULL;
    size_t count = 0, capacity = 0;
    enum yk_status status = YK_OK;
    while (db_step(query, &status, why)) {
        if (mem_reserve((void **)&list, count, &capacity, kind->bytes) != 0) {
            status =
                failure_set(why, YK_ERR_MEMORY, "no memory for the list of %s", kind->command);
        } else {
            status = take_row(query, kind, list + count * kind->bytes, why);
            count++;
        }
    }
    if (status != YK_OK) {
        mem_free(list);
        return status;
    }
    *out = list;
    *n = count;
    return YK_OK;
}

enum yk_status record_select(struct store *store, const struct record_kind *kind, void **out,
                             size_t *n, struct failure *why, const char *condition,
                             const char *kinds, ...)
{
    struct text sql;
    struct db_query *query = NULL;
    text_init(&sql);
    add_select(kind, &sql);
    if (*condition != '\0') {
        text_addf(&sql, "WHERE %s ", condition);
    }
    text_addf(&sql, "ORDER BY %s, r.id", kind->order);
    enum yk_status status = open_query(store, &sql, &query, why);
    if (status == YK_OK) {
        va_list values;
        va_start(values, kinds);
        db_bind_all(query, kinds, values);
        va_end(values);
        status = take_all(query, kind, out, n, why);
    }
    db_query_close(query);
    text_release(&sql);
    return status;
}

enum yk_status record_list(struct store *store, const struct record_kind *kind,
                           const char *person, void **out, size_t *n, struct failure *why)
{
    return record_select(store, kind, out, n, why,
                         "?1 IS NULL OR r.person = (SELECT id FROM person WHERE code = ?1)",
                         "t", person);
}

enum yk_status record_find(struct store *store, const struct record_kind *kind, int64_t id,
                           void *row, struct failure *why)
{
    void *list = NULL;
    size_t n = 0;
    enum yk_status status = record_select(store, kind, &list, &n, why, "r.id = ?1", "i", id);
    if (status == YK_OK && n == 0) {
        status = failure_set(why, YK_ERR_NO_DEVICE,
                             "there is no %s number %" PRId64 "; see: yoake %s list",
                             kind->word, id, kind->command);
    }
    if (status == YK_OK) {
        memcpy(row, list, kind->bytes);
    }
    mem_free(list);
    return status;
}

/* ---- writing ---- */

enum yk_status record_check_night(struct civil_date night, int64_t ns, struct failure *why)
{
    /* 36 hours from the noon of its date; zones lie within 14 hours of UTC. */
    int64_t noon = civil_to_days(night) * 24 * NS_PER_H + 12 * NS_PER_H;
    char date[16];
    if (ns == TIME_UNKNOWN || (ns >= noon - 26 * NS_PER_H && ns <= noon + 50 * NS_PER_H)) {
        return YK_OK;
    }
    civil_format(night, date);
    return failure_set(why, YK_ERR_ARGUMENT,
                       "the time is not within a day of the night of %s: check both dates",
                       date);
}

static enum yk_status check(struct store *store, const struct record_kind *kind, void *row,
                            size_t *column, struct failure *why)
{
    struct person person;
    for (size_t k = 0; k < kind->n_columns; k++) {
        *column = k;
        if ((kind->columns[k].flags & RECORD_MUST) != 0 && record_is_empty(kind, k, row)) {
            return failure_set(why, YK_ERR_ARGUMENT, "%s is missing", kind->columns[k].name);
        }
        if (kind->columns[k].type == RECORD_PERSON) {
            enum yk_status status = person_find(store, record_person(kind, row), &person, why);
            if (status != YK_OK) {
                return status;
            }
        }
    }
    *column = kind->n_columns;
    return kind->check != NULL ? kind->check(store, row, column, why) : YK_OK;
}

/* The record with the same key columns, but not the same id; 0 none. */
static enum yk_status find_same_key(struct store *store, const struct record_kind *kind,
                                    const void *row, size_t *last_key, int64_t *id,
                                    struct failure *why)
{
    struct text sql;
    struct db_query *query = NULL;
    int n = 0;
    *id = 0;
    text_init(&sql);
    text_addf(&sql, "SELECT id FROM %s WHERE ", kind->table);
    for (size_t k = 0; k < kind->n_columns; k++) {
        const struct record_column *column = &kind->columns[k];
        if ((column->flags & RECORD_KEY) != 0) {
            text_addf(&sql,
                      column->type == RECORD_PERSON
                          ? "%s%s = (SELECT id FROM person WHERE code = ?%d)"
                          : "%s%s IS ?%d",
                      n > 0 ? " AND " : "", sql_name(column), n + 1);
            n++;
            *last_key = k;
        }
    }
    if (n == 0) {
        text_release(&sql);
        return YK_OK;
    }
    text_addf(&sql, " AND id <> ?%d", n + 1);
    enum yk_status status = open_query(store, &sql, &query, why);
    if (status == YK_OK) {
        int i = 0;
        for (size_t k = 0; k < kind->n_columns && status == YK_OK; k++) {
            if ((kind->columns[k].flags & RECORD_KEY) != 0) {
                status = bind(query, ++i, kind, k, row, why);
            }
        }
        db_bind_integer(query, n + 1, id_of(row));
        if (db_step(query, &status, why)) {
            *id = db_int(query, 0);
        }
    }
    db_query_close(query);
    text_release(&sql);
    return status;
}

/* Every column that people write is the same. */
static enum yk_status compare(const struct record_kind *kind, const void *a, const void *b,
                              bool *is_same, struct failure *why)
{
    struct text x, y;
    struct zone *utc = NULL;
    enum yk_status status = zone_open("UTC", &utc, why);
    text_init(&x);
    text_init(&y);
    *is_same = true;
    for (size_t k = 0; k < kind->n_columns && *is_same && status == YK_OK; k++) {
        if ((kind->columns[k].flags & RECORD_PROGRAM) == 0) {
            text_clear(&x);
            text_clear(&y);
            record_format(kind, k, utc, a, &x);
            record_format(kind, k, utc, b, &y);
            status = text_status(x.is_short ? &x : &y, why);
            *is_same = strcmp(text_string(&x), text_string(&y)) == 0;
        }
    }
    zone_close(utc);
    text_release(&x);
    text_release(&y);
    return status;
}

/* Another record with this key: the same one again, or a contradiction. */
static enum yk_status refuse_same_key(struct store *store, const struct record_kind *kind,
                                      const void *row, bool *is_same_again, size_t *column,
                                      int64_t *id, struct failure *why)
{
    size_t last_key = kind->n_columns;
    enum yk_status status = find_same_key(store, kind, row, &last_key, id, why);
    *is_same_again = false;
    if (status != YK_OK || *id == 0) {
        return status;
    }
    void *there = mem_alloc(1, kind->bytes);
    if (there == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory to compare records");
    }
    status = record_find(store, kind, *id, there, why);
    if (status == YK_OK) {
        status = compare(kind, row, there, is_same_again, why);
    }
    if (status == YK_OK && !*is_same_again) {
        *column = last_key;
        status = failure_set(why, YK_ERR_CONFLICT,
                             "there is another %s with the same %s: number %" PRId64
                             "; change that one: yoake %s set %" PRId64,
                             kind->word, kind->columns[last_key].name, *id, kind->command, *id);
    }
    mem_free(there);
    return status;
}

static enum yk_status write_row(struct store *store, const struct record_kind *kind,
                                const void *row, struct text *sql, struct failure *why)
{
    struct db_query *query = NULL;
    enum yk_status status = open_query(store, sql, &query, why);
    if (status == YK_OK) {
        for (size_t k = 0; k < kind->n_columns && status == YK_OK; k++) {
            status = bind(query, (int)k + 1, kind, k, row, why);
        }
        if (id_of(row) != 0) {
            db_bind_integer(query, (int)kind->n_columns + 1, id_of(row));
        }
        (void)db_step(query, &status, why); /* neither INSERT nor UPDATE has a row */
    }
    db_query_close(query);
    return status;
}

static enum yk_status audit(struct store *store, const struct record_kind *kind,
                            const char *verb, int64_t id, const char *person,
                            struct failure *why)
{
    char action[64], detail[64];
    snprintf(action, sizeof action, "%s %s", kind->command, verb);
    snprintf(detail, sizeof detail, "%s %" PRId64, kind->word, id);
    return audit_add(store->db, action, *person != '\0' ? person : "store", detail, why);
}

enum yk_status record_insert(struct store *store, const struct record_kind *kind, void *row,
                             bool *is_new, size_t *column, struct failure *why)
{
    struct text sql;
    bool is_again = false;
    int64_t id = 0;
    enum yk_status status = check(store, kind, row, column, why);
    if (status == YK_OK) {
        status = refuse_same_key(store, kind, row, &is_again, column, &id, why);
    }
    if (status != YK_OK) {
        return status;
    }
    text_init(&sql);
    text_addf(&sql, "INSERT INTO %s (", kind->table);
    for (size_t k = 0; k < kind->n_columns; k++) {
        text_addf(&sql, "%s%s", k > 0 ? ", " : "", sql_name(&kind->columns[k]));
    }
    text_add(&sql, ") VALUES (");
    for (size_t k = 0; k < kind->n_columns; k++) {
        text_addf(&sql,
                  kind->columns[k].type == RECORD_PERSON
                      ? "%s(SELECT id FROM person WHERE code = ?%zu)"
                      : "%s?%zu",
                  k > 0 ? ", " : "", k + 1);
    }
    text_add(&sql, ")");
    if (!is_again) {
        status = write_row(store, kind, row, &sql, why);
        id = db_last_id(store->db);
    }
    text_release(&sql);
    if (status == YK_OK && !is_again) {
        status = seal_put_id(store->db, kind->table, id, why);
    }
    if (status == YK_OK && !is_again) {
        status = audit(store, kind, "add", id, record_person(kind, row), why);
    }
    if (status == YK_OK) {
        memcpy(row, &id, sizeof id);
        *is_new = !is_again;
    }
    return status;
}

enum yk_status record_update(struct store *store, const struct record_kind *kind, void *row,
                             size_t *column, struct failure *why)
{
    struct text sql;
    bool is_again = false;
    int64_t other = 0;
    enum yk_status status = check(store, kind, row, column, why);
    if (status == YK_OK) {
        status = refuse_same_key(store, kind, row, &is_again, column, &other, why);
    }
    if (status == YK_OK && is_again) {
        status = failure_set(why, YK_ERR_CONFLICT,
                             "%s number %" PRId64 " says the same already", kind->word, other);
    }
    if (status != YK_OK) {
        return status;
    }
    text_init(&sql);
    text_addf(&sql, "UPDATE %s SET ", kind->table);
    for (size_t k = 0; k < kind->n_columns; k++) {
        text_addf(&sql,
                  kind->columns[k].type == RECORD_PERSON
                      ? "%s%s = (SELECT id FROM person WHERE code = ?%zu)"
                      : "%s%s = ?%zu",
                  k > 0 ? ", " : "", sql_name(&kind->columns[k]), k + 1);
    }
    text_addf(&sql, " WHERE id = ?%zu", kind->n_columns + 1);
    status = write_row(store, kind, row, &sql, why);
    text_release(&sql);
    if (status == YK_OK) {
        status = seal_put_id(store->db, kind->table, id_of(row), why);
    }
    if (status == YK_OK) {
        status = audit(store, kind, "set", id_of(row), record_person(kind, row), why);
    }
    return status;
}

enum yk_status record_remove(struct store *store, const struct record_kind *kind, int64_t id,
                             struct failure *why)
{
    void *row = mem_alloc(1, kind->bytes);
    char sql[160];
    if (row == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory to remove a %s", kind->word);
    }
    enum yk_status status = record_find(store, kind, id, row, why);
    if (status == YK_OK) {
        snprintf(sql, sizeof sql, "DELETE FROM %s WHERE id = ?", kind->table);
        status = db_runv(store->db, why, kind->remove != NULL ? kind->remove : sql, "i", id);
    }
    if (status == YK_OK) {
        status = kind->remove != NULL ? seal_put_id(store->db, kind->table, id, why)
                                      : seal_drop_id(store->db, kind->table, id, why);
    }
    if (status == YK_OK) {
        status = audit(store, kind, "remove", id, record_person(kind, row), why);
    }
    mem_free(row);
    return status;
}

/* ---- in a transaction of their own ---- */

enum yk_status record_add(struct store *store, const struct record_kind *kind, void *row,
                          bool *is_new, size_t *column, struct failure *why)
{
    *column = kind->n_columns;
    enum yk_status status = db_begin(store->db, why);
    return status == YK_OK
               ? db_finish(store->db, record_insert(store, kind, row, is_new, column, why), why)
               : status;
}

enum yk_status record_set(struct store *store, const struct record_kind *kind, void *row,
                          size_t *column, struct failure *why)
{
    *column = kind->n_columns;
    enum yk_status status = db_begin(store->db, why);
    return status == YK_OK
               ? db_finish(store->db, record_update(store, kind, row, column, why), why)
               : status;
}

enum yk_status record_drop(struct store *store, const struct record_kind *kind, int64_t id,
                           struct failure *why)
{
    enum yk_status status = db_begin(store->db, why);
    return status == YK_OK ? db_finish(store->db, record_remove(store, kind, id, why), why)
                           : status;
}
