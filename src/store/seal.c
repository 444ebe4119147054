/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Seals of rows. A row's words are SQLite's quote() of each of its columns, which is exact for
 * numbers; the columns are those the table has, so a migration that adds one has to seal the
 * table anew. Columns that a foreign key may empty (ON DELETE SET NULL) are left out.
 */
#include "src/store/seal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "src/base/digest.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

#define PARTS 5
#define OF_PERSON "person = ?1"
#define OF_RECORDING "recording IN (SELECT id FROM recording WHERE person = ?1)"
#define CODE "(SELECT code FROM person WHERE id = t.person)"

static const struct sealed {
    const char *table;
    const char *left_out;     /* a column; NULL none */
    const char *of_person;    /* condition: the rows of participant ?1 */
    const char *about;        /* what a finding names */
    const char *parts[PARTS]; /* tables whose rows of this `analysis` belong to it */
} sealed_tables[] = {
    {"person", NULL, "id = ?1", "code", {NULL}},
    {"recording", NULL, OF_PERSON, CODE, {NULL}},
    {"reason", NULL, OF_RECORDING, "recording", {NULL}},
    {"analysis",
     NULL,
     OF_RECORDING,
     "recording || ', version ' || version",
     {"night", "rest", "day", "rhythm", NULL}},
    {"plan_step", NULL, OF_PERSON, CODE, {NULL}},
    {"attendance", NULL, OF_PERSON, CODE, {NULL}},
    {"diary_row", NULL, OF_PERSON, CODE, {NULL}},
    {"target", NULL, OF_PERSON, CODE, {NULL}},
    {"note", NULL, OF_PERSON, CODE, {NULL}},
    {"consent", NULL, OF_PERSON, CODE, {NULL}},
    {"edit", NULL, OF_PERSON, CODE, {NULL}},
    {"rewording", NULL, OF_PERSON, CODE, {NULL}},
    {"issued", "consent", OF_PERSON, CODE, {NULL}},
    {"loan", NULL, OF_PERSON, CODE, {NULL}},
    {"docking", "loan", OF_RECORDING, "device_serial", {NULL}},
};

#define TABLES (sizeof sealed_tables / sizeof *sealed_tables)

static const struct sealed *find(const char *table)
{
    for (size_t i = 0; i < TABLES; i++) {
        if (strcmp(sealed_tables[i].table, table) == 0) {
            return &sealed_tables[i];
        }
    }
    return NULL;
}

static enum yk_status open_text(struct db *db, const struct text *sql, struct db_query **out,
                                struct failure *why)
{
    enum yk_status status = text_status(sql, why);
    return status == YK_OK ? db_query_open(db, text_string(sql), out, why) : status;
}

/* "SELECT quote("a") || ',' || quote("b") FROM table WHERE condition" */
static enum yk_status open_words(struct db *db, const char *table, const char *left_out,
                                 const char *condition, struct db_query **out,
                                 struct failure *why)
{
    struct db_query *columns = NULL;
    struct text sql;
    size_t n = 0;
    text_init(&sql);
    text_add(&sql, "SELECT ");
    enum yk_status status = db_query_openv(
        db, &columns, why, "SELECT name FROM pragma_table_info(?) ORDER BY cid", "t", table);
    while (db_step(columns, &status, why)) {
        const char *name = db_text(columns, 0);
        if (left_out == NULL || strcmp(name, left_out) != 0) {
            text_addf(&sql, "%squote(\"%s\")", n++ > 0 ? " || ',' || " : "", name);
        }
    }
    db_query_close(columns);
    text_addf(&sql, " FROM %s WHERE %s", table, condition);
    status = status == YK_OK ? open_text(db, &sql, out, why) : status;
    text_release(&sql);
    return status;
}

/* Adds the words of all rows of the query, one a line. */
static enum yk_status add_words(struct db_query *query, const char *key, struct text *words,
                                size_t *n, struct failure *why)
{
    enum yk_status status = YK_OK;
    db_reset(query);
    db_bind_text(query, 1, key);
    while (db_step(query, &status, why)) {
        text_addf(words, "%s\n", db_text(query, 0));
        ++*n;
    }
    return status;
}

/* The queries for a table and its parts, opened once for many rows. */
struct reader {
    const struct sealed *sealed;
    struct db_query *query[PARTS];
    struct text words;
};

static void reader_close(struct reader *self)
{
    for (size_t i = 0; i < PARTS; i++) {
        db_query_close(self->query[i]);
    }
    text_release(&self->words);
}

static enum yk_status reader_open(struct db *db, const struct sealed *sealed,
                                  struct reader *self, struct failure *why)
{
    *self = (struct reader){.sealed = sealed};
    text_init(&self->words);
    enum yk_status status =
        open_words(db, sealed->table, sealed->left_out, "id = ?1", &self->query[0], why);
    for (size_t i = 0; sealed->parts[i] != NULL && status == YK_OK; i++) {
        status = open_words(db, sealed->parts[i], NULL, "analysis = ?1 ORDER BY number",
                            &self->query[i + 1], why);
    }
    return status;
}

/* The seal of a row; "" when there is no such row. */
static enum yk_status seal_of(struct reader *self, const char *key, char out[static DIGEST_HEX],
                              struct failure *why)
{
    size_t n = 0;
    text_clear(&self->words);
    enum yk_status status = YK_OK;
    for (size_t i = 0; i < PARTS && self->query[i] != NULL && status == YK_OK; i++) {
        text_addf(&self->words, "%s\n",
                  i == 0 ? self->sealed->table : self->sealed->parts[i - 1]);
        size_t here = 0;
        status = add_words(self->query[i], key, &self->words, &here, why);
        n += i == 0 ? here : 0;
    }
    status = status == YK_OK ? text_status(&self->words, why) : status;
    out[0] = '\0';
    if (status == YK_OK && n > 0) {
        digest_of_memory(text_string(&self->words), self->words.length, out);
    }
    return status;
}

enum yk_status seal_put(struct db *db, const char *table, const char *key, struct failure *why)
{
    const struct sealed *sealed = find(table);
    struct reader reader;
    char seal[DIGEST_HEX];
    if (sealed == NULL) {
        return YK_OK;
    }
    enum yk_status status = reader_open(db, sealed, &reader, why);
    status = status == YK_OK ? seal_of(&reader, key, seal, why) : status;
    reader_close(&reader);
    if (status == YK_OK) {
        status = db_runv(db, why,
                         "INSERT INTO seal (of, row, sha256) VALUES (?1, ?2, ?3) "
                         "ON CONFLICT (of, row) DO UPDATE SET sha256 = excluded.sha256",
                         "ttt", table, key, seal);
    }
    return status;
}

enum yk_status seal_put_id(struct db *db, const char *table, int64_t key, struct failure *why)
{
    char word[24];
    snprintf(word, sizeof word, "%" PRId64, key);
    return seal_put(db, table, word, why);
}

enum yk_status seal_drop_id(struct db *db, const char *table, int64_t key, struct failure *why)
{
    char word[24];
    snprintf(word, sizeof word, "%" PRId64, key);
    return db_runv(db, why, "DELETE FROM seal WHERE of = ? AND row = ?", "tt", table, word);
}

enum yk_status seal_drop_person(struct db *db, int64_t person, struct failure *why)
{
    enum yk_status status = YK_OK;
    for (size_t i = 0; i < TABLES && status == YK_OK; i++) {
        char sql[256];
        snprintf(sql, sizeof sql,
                 "DELETE FROM seal WHERE of = '%s' AND row IN (SELECT CAST(id AS TEXT) FROM %s "
                 "WHERE %s)",
                 sealed_tables[i].table, sealed_tables[i].table, sealed_tables[i].of_person);
        status = db_runv(db, why, sql, "i", person);
    }
    return status;
}

/* ---- all rows ---- */

struct visit {
    struct db *db;
    /* What to do with a row: its seal now, and the one that was kept ("" none). */
    enum yk_status (*row)(const struct visit *self, const struct sealed *sealed,
                          const struct db_query *row, const char *now, struct failure *why);
    void (*found)(void *user, enum seal_finding finding, const char *row, const char *about);
    void *user;
};

static enum yk_status visit_table(const struct visit *self, const struct sealed *sealed,
                                  struct failure *why)
{
    struct reader reader;
    struct db_query *rows = NULL;
    char sql[320], now[DIGEST_HEX], key[128];
    snprintf(sql, sizeof sql,
             "SELECT CAST(t.id AS TEXT), coalesce(s.sha256, ''), coalesce(%s, '') FROM %s AS t "
             "LEFT JOIN seal AS s ON s.of = '%s' AND s.row = CAST(t.id AS TEXT) ORDER BY t.id",
             sealed->about, sealed->table, sealed->table);
    enum yk_status status = reader_open(self->db, sealed, &reader, why);
    status = status == YK_OK ? db_query_open(self->db, sql, &rows, why) : status;
    while (db_step(rows, &status, why)) {
        db_copy(rows, 0, key, sizeof key);
        status = seal_of(&reader, key, now, why);
        status = status == YK_OK ? self->row(self, sealed, rows, now, why) : status;
    }
    db_query_close(rows);
    reader_close(&reader);
    return status;
}

static enum yk_status visit_all(const struct visit *self, struct failure *why)
{
    enum yk_status status = YK_OK;
    for (size_t i = 0; i < TABLES && status == YK_OK; i++) {
        status = visit_table(self, &sealed_tables[i], why);
    }
    return status;
}

static enum yk_status keep(const struct visit *self, const struct sealed *sealed,
                           const struct db_query *row, const char *now, struct failure *why)
{
    return db_runv(self->db, why,
                   "INSERT OR REPLACE INTO seal (of, row, sha256) VALUES (?, ?, ?)", "ttt",
                   sealed->table, db_text(row, 0), now);
}

enum yk_status seal_all(struct db *db, struct failure *why)
{
    const struct visit visit = {.db = db, .row = keep};
    return visit_all(&visit, why);
}

static void tell(const struct visit *self, enum seal_finding finding, const char *table,
                 const char *key, const char *about)
{
    char row[192];
    snprintf(row, sizeof row, "%s %.*s", table, utf8_shown(key, 120), key);
    self->found(self->user, finding, row, about);
}

static enum yk_status compare(const struct visit *self, const struct sealed *sealed,
                              const struct db_query *row, const char *now, struct failure *why)
{
    (void)why;
    char kept[DIGEST_HEX], key[128], about[192];
    db_copy(row, 0, key, sizeof key);
    db_copy(row, 1, kept, sizeof kept);
    db_copy(row, 2, about, sizeof about);
    if (kept[0] == '\0') {
        tell(self, SEAL_ADDED, sealed->table, key, about);
    } else if (strcmp(kept, now) != 0) {
        tell(self, SEAL_CHANGED, sealed->table, key, about);
    }
    return YK_OK;
}

static enum yk_status find_missing(const struct visit *self, const struct sealed *sealed,
                                   struct failure *why)
{
    struct db_query *rows = NULL;
    char sql[256], key[128];
    snprintf(
        sql, sizeof sql,
        "SELECT row FROM seal WHERE of = '%s' AND row NOT IN (SELECT CAST(id AS TEXT) FROM "
        "%s) ORDER BY row",
        sealed->table, sealed->table);
    enum yk_status status = db_query_open(self->db, sql, &rows, why);
    while (db_step(rows, &status, why)) {
        db_copy(rows, 0, key, sizeof key);
        tell(self, SEAL_MISSING, sealed->table, key, "");
    }
    db_query_close(rows);
    return status;
}

enum yk_status seal_verify(struct db *db,
                           void (*found)(void *user, enum seal_finding finding, const char *row,
                                         const char *about),
                           void *user, struct failure *why)
{
    const struct visit visit = {.db = db, .row = compare, .found = found, .user = user};
    enum yk_status status = visit_all(&visit, why);
    for (size_t i = 0; i < TABLES && status == YK_OK; i++) {
        status = find_missing(&visit, &sealed_tables[i], why);
    }
    return status;
}
