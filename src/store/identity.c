/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sealed names: the rows of identity.db, see identity.h. All fields of a row are sealed, the
 * empty ones too; how, and with what key, is in identity_key.h.
 */
#include "src/store/identity.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "src/store/identity_key.h"
#include "src/store/persons.h"

#define CHECK_TEXT "yoake identity"

#define FIELD(member, ja, en)                                                                  \
    {                                                                                          \
#member, offsetof(struct identity, member), sizeof(((struct identity *)NULL)->member), \
            ja, en                                                                             \
    }
const struct identity_field identity_fields[] = {
    FIELD(name, "氏名", "name"), FIELD(kana, "ふりがな", "reading"),
    FIELD(contact, "連絡先", "contact"), FIELD(note, "メモ", "note")};

struct identities {
    struct db *db;
    struct identity_key key;
};

static const char *member_of(const struct identity *identity, size_t field)
{
    return (const char *)identity + identity_fields[field].offset;
}

/* ---- the database ---- */

/* *version 0: nothing was ever kept in it. */
static enum yk_status open_db(const char *store_folder, enum db_mode mode, struct db **out,
                              int64_t *version, struct failure *why)
{
    struct text path;
    struct db *db = NULL;
    text_init(&path);
    enum yk_status status = disk_join(store_folder, STORE_IDENTITY, &path, why);
    if (status == YK_OK) {
        status = db_open(text_string(&path), mode, &db, why);
    }
    if (status == YK_OK) {
        status = db_integer(db, "PRAGMA user_version", 0, version, why);
    }
    text_release(&path);
    if (status != YK_OK) {
        db_close(db);
        return status;
    }
    *out = db;
    return YK_OK;
}

/* *out stays NULL when there is no identity.db, or one that was begun and never filled. */
static enum yk_status open_filled(const char *store_folder, enum db_mode mode, struct db **out,
                                  struct failure *why)
{
    struct text path;
    int64_t version = 0;
    text_init(&path);
    enum yk_status status = disk_join(store_folder, STORE_IDENTITY, &path, why);
    bool is_there = status == YK_OK && disk_is_file(text_string(&path));
    text_release(&path);
    *out = NULL;
    if (is_there) {
        status = open_db(store_folder, mode, out, &version, why);
    }
    if (status == YK_OK && version == 0) {
        db_close(*out);
        *out = NULL;
    }
    return status;
}

static enum yk_status make_tables(struct db *db, const struct identity_key *key,
                                  struct failure *why)
{
    char sealed[IDENTITY_SEALED];
    enum yk_status status = identity_key_seal(key, "store", "check", CHECK_TEXT, sealed, why);
    if (status == YK_OK) {
        status = db_begin(db, why);
    }
    if (status == YK_OK) {
        status =
            db_run(db,
                   "CREATE TABLE seal (id INTEGER PRIMARY KEY CHECK (id = 1), text TEXT NOT "
                   "NULL) STRICT;"
                   "CREATE TABLE identity (code TEXT PRIMARY KEY, row TEXT NOT NULL UNIQUE,"
                   " name TEXT NOT NULL, kana TEXT NOT NULL, contact TEXT NOT NULL,"
                   " note TEXT NOT NULL) STRICT, WITHOUT ROWID;"
                   "PRAGMA user_version = 1;",
                   why);
    }
    if (status == YK_OK) {
        status = db_runv(db, why, "INSERT INTO seal VALUES (1, ?)", "t", sealed);
    }
    return db_finish(db, status, why);
}

enum yk_status identity_create(const char *store_folder, const char *key_path,
                               struct failure *why)
{
    struct db *db = NULL;
    struct identity_key key;
    int64_t version = 0;
    enum yk_status status = identity_key_begin(why);
    if (status == YK_OK) {
        status = identity_key_refuse_inside(store_folder, key_path, why);
    }
    if (status == YK_OK) {
        status = open_db(store_folder, DB_CREATE, &db, &version, why);
    }
    if (status == YK_OK && version != 0) {
        status = failure_set(why, YK_ERR_CONFLICT,
                             "there are names in this store already; their key is needed");
    }
    if (status == YK_OK && access(key_path, F_OK) == 0) {
        status = identity_key_read(key_path, &key, why);
    } else if (status == YK_OK) {
        identity_key_make(&key);
        status = identity_key_write(key_path, &key, why);
    }
    if (status == YK_OK) {
        status = make_tables(db, &key, why);
    }
    identity_key_wipe(&key, sizeof key);
    db_close(db);
    return status;
}

static enum yk_status check_key(struct identities *self, const char *key_path,
                                struct failure *why)
{
    struct db_query *query = NULL;
    char text[64] = "";
    enum yk_status status =
        db_query_open(self->db, "SELECT text FROM seal WHERE id = 1", &query, why);
    bool is_key = db_step(query, &status, why) &&
                  identity_key_unseal(&self->key, "store", "check", db_text(query, 0), text,
                                      sizeof text) &&
                  strcmp(text, CHECK_TEXT) == 0;
    if (status == YK_OK && !is_key) {
        status = failure_set(why, YK_ERR_ACCESS, "%s is not the key of these names", key_path);
    }
    db_query_close(query);
    return status;
}

enum yk_status identity_open(const char *store_folder, const char *key_path,
                             struct identities **out, struct failure *why)
{
    struct identities *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory to open the names");
    }
    enum yk_status status = identity_key_begin(why);
    if (status == YK_OK) {
        status = open_filled(store_folder, DB_WRITE, &self->db, why);
    }
    if (status == YK_OK && self->db == NULL) {
        status = failure_set(why, YK_ERR_NO_DEVICE,
                             "there are no names in this store; to keep some: yoake identity "
                             "init --key FILE");
    }
    if (status == YK_OK) {
        status = identity_key_read(key_path, &self->key, why);
    }
    if (status == YK_OK) {
        status = check_key(self, key_path, why);
    }
    if (status != YK_OK) {
        identity_close(self);
        return status;
    }
    *out = self;
    return YK_OK;
}

void identity_close(struct identities *self)
{
    if (self != NULL) {
        db_close(self->db);
        identity_key_wipe(self, sizeof *self);
        mem_free(self);
    }
}

/* ---- rows ---- */

static enum yk_status check_text(const struct identity *identity, struct failure *why)
{
    bool is_blank = true;
    for (size_t k = 0; k < IDENTITY_FIELDS; k++) {
        const char *text = member_of(identity, k);
        is_blank = is_blank && *text == '\0';
        const char *bad = utf8_find_bad(text);
        if (bad != NULL) {
            return failure_set(why, YK_ERR_ARGUMENT,
                               "%s holds byte 0x%02X, which is no character",
                               identity_fields[k].name, (unsigned)(unsigned char)*bad);
        }
    }
    return is_blank ? failure_set(why, YK_ERR_ARGUMENT, "nothing is said about %s: --name TEXT",
                                  identity->code)
                    : YK_OK;
}

enum yk_status identity_put(struct identities *self, const struct identity *identity,
                            struct failure *why)
{
    char sealed[IDENTITY_FIELDS][IDENTITY_SEALED], row[IDENTITY_NUMBER];
    enum yk_status status = person_check_code(identity->code, why);
    if (status == YK_OK) {
        status = check_text(identity, why);
    }
    identity_key_number(row);
    for (size_t k = 0; k < IDENTITY_FIELDS && status == YK_OK; k++) {
        status = identity_key_seal(&self->key, row, identity_fields[k].name,
                                   member_of(identity, k), sealed[k], why);
    }
    return status == YK_OK
               ? db_runv(
                     self->db, why,
                     "INSERT INTO identity (code, row, name, kana, contact, note) VALUES (?, "
                     "?, ?, ?, ?, ?) ON CONFLICT (code) DO UPDATE SET row = excluded.row, "
                     "name = excluded.name, kana = excluded.kana, contact = "
                     "excluded.contact, note = excluded.note",
                     "tttttt", identity->code, row, sealed[0], sealed[1], sealed[2], sealed[3])
               : status;
}

enum yk_status identity_begin(struct identities *self, struct failure *why)
{
    return db_begin(self->db, why);
}

enum yk_status identity_finish(struct identities *self, enum yk_status status,
                               struct failure *why)
{
    return db_finish(self->db, status, why);
}

static enum yk_status take_row(const struct identities *self, const struct db_query *query,
                               struct identity *out, struct failure *why)
{
    char row[IDENTITY_NUMBER];
    *out = (struct identity){.code = ""};
    db_copy(query, 0, out->code, sizeof out->code);
    db_copy(query, 1, row, sizeof row);
    for (size_t k = 0; k < IDENTITY_FIELDS; k++) {
        const struct identity_field *field = &identity_fields[k];
        if (!identity_key_unseal(&self->key, row, field->name, db_text(query, (int)k + 2),
                                 (char *)out + field->offset, field->room)) {
            identity_key_wipe(out, sizeof *out);
            return failure_set(
                why, YK_ERR_CORRUPT,
                "the %s of %s was changed by something else, and cannot be opened", field->name,
                db_text(query, 0));
        }
    }
    return YK_OK;
}

#define ROW_SQL "SELECT code, row, name, kana, contact, note FROM identity "

enum yk_status identity_find(struct identities *self, const char *code, struct identity *out,
                             struct failure *why)
{
    struct db_query *query = NULL;
    enum yk_status status =
        db_query_openv(self->db, &query, why, ROW_SQL "WHERE code = ?", "t", code);
    if (db_step(query, &status, why)) {
        status = take_row(self, query, out, why);
    } else if (status == YK_OK) {
        status = failure_set(why, YK_ERR_NO_DEVICE, "no name is kept for %s", code);
    }
    db_query_close(query);
    return status;
}

enum yk_status identity_list(struct identities *self, struct identity **out, size_t *n,
                             struct failure *why)
{
    struct db_query *query = NULL;
    struct identity *list = NULL;
    int64_t count = 0;
    size_t k = 0;
    enum yk_status status =
        db_integer(self->db, "SELECT count(*) FROM identity", 0, &count, why);
    if (status == YK_OK) {
        list = mem_alloc((size_t)count, sizeof *list); /* never moved: it is wiped afterwards */
        status = list != NULL ? db_query_open(self->db, ROW_SQL "ORDER BY code", &query, why)
                              : failure_set(why, YK_ERR_MEMORY, "no memory for the names");
    }
    while (k < (size_t)count && db_step(query, &status, why)) {
        status = take_row(self, query, &list[k], why);
        k++;
    }
    db_query_close(query);
    if (status != YK_OK) {
        identity_list_free(list, k);
        return status;
    }
    *out = list;
    *n = k;
    return YK_OK;
}

void identity_list_free(struct identity *list, size_t n)
{
    if (list != NULL) {
        identity_key_wipe(list, n * sizeof *list);
        mem_free(list);
    }
}

/* ---- without the key ---- */

static enum yk_status run_keyless(const char *store_folder, const char *sql, const char *first,
                                  const char *second, int64_t *changes, struct failure *why)
{
    struct db *db = NULL;
    *changes = 0;
    enum yk_status status = open_filled(store_folder, DB_WRITE, &db, why);
    if (db == NULL) {
        return status;
    }
    status = second != NULL ? db_runv(db, why, sql, "tt", first, second)
                            : db_runv(db, why, sql, "t", first);
    if (status == YK_OK) {
        *changes = db_changes(db);
        db_run(db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL);
    }
    db_close(db);
    return status;
}

enum yk_status identity_copy_to(const char *store_folder, const char *path, bool *was_there,
                                struct failure *why)
{
    struct db *db = NULL;
    enum yk_status status = open_filled(store_folder, DB_READ, &db, why);
    *was_there = db != NULL;
    if (db != NULL) {
        status = db_copy_to(db, path, why);
    }
    db_close(db);
    return status;
}

enum yk_status identity_check(const char *store_folder, char damage[static 128],
                              enum yk_status (*found)(void *user, const char *code,
                                                      struct failure *why),
                              void *user, struct failure *why)
{
    struct db *db = NULL;
    struct db_query *query = NULL;
    damage[0] = '\0';
    enum yk_status status = open_filled(store_folder, DB_READ, &db, why);
    if (db == NULL && (status == YK_ERR_STORE || status == YK_ERR_CORRUPT)) {
        const char *said = why != NULL ? why->text : STORE_IDENTITY;
        snprintf(damage, 128, "%.*s", utf8_shown(said, 127), said);
        return YK_OK;
    }
    if (db == NULL) {
        return status;
    }
    status = db_check(db, damage, why);
    if (status == YK_OK && damage[0] == '\0') {
        status = db_query_open(db, "SELECT code FROM identity ORDER BY code", &query, why);
        while (db_step(query, &status, why)) {
            status = found(user, db_text(query, 0), why);
        }
    }
    db_query_close(query);
    db_close(db);
    return status;
}

enum yk_status identity_is_empty(const char *store_folder, bool *is_empty, struct failure *why)
{
    struct db *db = NULL;
    int64_t version = 0, n = 0;
    if (!disk_holds(store_folder, STORE_IDENTITY)) {
        *is_empty = true;
        return YK_OK;
    }
    enum yk_status status = open_db(store_folder, DB_READ, &db, &version, why);
    if (status == YK_OK) { /* what another version keeps is not known */
        status = db_integer(db,
                            version == 1 ? "SELECT count(*) FROM identity"
                                         : "SELECT count(*) FROM sqlite_schema",
                            0, &n, why);
        db_close(db);
    }
    if (status == YK_OK) {
        *is_empty = n == 0;
    }
    return status;
}

enum yk_status identity_has(const char *store_folder, const char *code, bool *has,
                            struct failure *why)
{
    struct db *db = NULL;
    struct db_query *query = NULL;
    *has = false;
    enum yk_status status = open_filled(store_folder, DB_READ, &db, why);
    if (db != NULL) {
        status =
            db_query_openv(db, &query, why, "SELECT 1 FROM identity WHERE code = ?", "t", code);
        *has = db_step(query, &status, why);
    }
    db_query_close(query);
    db_close(db);
    return status;
}

enum yk_status identity_forget(const char *store_folder, const char *code, bool *was_there,
                               struct failure *why)
{
    int64_t n = 0;
    enum yk_status status =
        run_keyless(store_folder, "DELETE FROM identity WHERE code = ?", code, NULL, &n, why);
    if (status == YK_OK && was_there != NULL) {
        *was_there = n > 0;
    }
    return status;
}

enum yk_status identity_rename(const char *store_folder, const char *code, const char *new_code,
                               struct failure *why)
{
    int64_t n = 0;
    bool has = false;
    enum yk_status status =
        strcmp(code, new_code) != 0 ? identity_has(store_folder, new_code, &has, why) : YK_OK;
    if (status == YK_OK && has) {
        return failure_set(why, YK_ERR_CONFLICT,
                           "a sealed name of %s is kept already, which is no participant's; "
                           "take it away first: yoake identity remove %s",
                           new_code, new_code);
    }
    return status == YK_OK
               ? run_keyless(store_folder, "UPDATE identity SET code = ?2 WHERE code = ?1",
                             code, new_code, &n, why)
               : status;
}
