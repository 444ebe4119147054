/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sealed names. Each field is XChaCha20-Poly1305 (libsodium's
 * crypto_aead_xchacha20poly1305_ietf, draft-irtf-cfrg-xchacha) with a random nonce in front and
 * the row's random number and the field's name as associated data: a field moved to another row
 * or column does not open. A field is padded to a multiple of 64 bytes, so that its length
 * tells little. All fields of a row are sealed, the empty ones too.
 *
 * The key file is one line of text: "yoake-identity-key-1 " and 32 bytes as base64.
 */
#include "src/store/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "src/store/persons.h"

#define KEY_BYTES crypto_aead_xchacha20poly1305_ietf_KEYBYTES
#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES
#define KEY_MARK "yoake-identity-key-1 "
#define CHECK_TEXT "yoake identity"
#define PAD 64
#define PLAIN_MAX 512
#define SEALED_MAX (NONCE_BYTES + PLAIN_MAX + TAG_BYTES)
#define BASE64(n) (((n) + 2) / 3 * 4 + 1)
#define ROW_HEX 33

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
    unsigned char key[KEY_BYTES];
};

static enum yk_status begin_sodium(struct failure *why)
{
    return sodium_init() >= 0
               ? YK_OK
               : failure_set(why, YK_ERR_UNSUPPORTED, "this system gives no random numbers");
}

static const char *member_of(const struct identity *identity, size_t field)
{
    return (const char *)identity + identity_fields[field].offset;
}

/* ---- sealing ---- */

static int associate(const char *row, const char *field, char out[static 128])
{
    return snprintf(out, 128, "%s/%s", row, field);
}

static enum yk_status seal(const unsigned char *key, const char *row, const char *field,
                           const char *text, char out[static BASE64(SEALED_MAX)],
                           struct failure *why)
{
    unsigned char plain[PLAIN_MAX], sealed[SEALED_MAX];
    char about[128];
    size_t n = 0, length = strlen(text);
    unsigned long long n_sealed = 0;
    if (length + PAD >= sizeof plain) {
        return failure_set(why, YK_ERR_ARGUMENT, "%s is longer than %d bytes", field,
                           PLAIN_MAX - PAD - 1);
    }
    memcpy(plain, text, length);
    int n_about = associate(row, field, about);
    if (sodium_pad(&n, plain, length, PAD, sizeof plain) != 0) {
        return failure_set(why, YK_ERR_ARGUMENT, "%s cannot be padded", field);
    }
    randombytes_buf(sealed, NONCE_BYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + NONCE_BYTES, &n_sealed, plain, n,
                                               (const unsigned char *)about,
                                               (unsigned long long)n_about, NULL, sealed, key);
    sodium_bin2base64(out, BASE64(SEALED_MAX), sealed, NONCE_BYTES + (size_t)n_sealed,
                      sodium_base64_VARIANT_ORIGINAL);
    sodium_memzero(plain, sizeof plain);
    return YK_OK;
}

static bool unseal(const unsigned char *key, const char *row, const char *field,
                   const char *text, char *out, size_t room)
{
    unsigned char plain[PLAIN_MAX], sealed[SEALED_MAX];
    char about[128];
    size_t n = 0, length = 0;
    unsigned long long n_plain = 0;
    int n_about = associate(row, field, about);
    bool is_good = sodium_base642bin(sealed, sizeof sealed, text, strlen(text), NULL, &n, NULL,
                                     sodium_base64_VARIANT_ORIGINAL) == 0 &&
                   n >= NONCE_BYTES + TAG_BYTES && n - NONCE_BYTES - TAG_BYTES <= sizeof plain;
    is_good = is_good &&
              crypto_aead_xchacha20poly1305_ietf_decrypt(
                  plain, &n_plain, NULL, sealed + NONCE_BYTES, n - NONCE_BYTES,
                  (const unsigned char *)about, (unsigned long long)n_about, sealed, key) == 0;
    is_good =
        is_good && sodium_unpad(&length, plain, (size_t)n_plain, PAD) == 0 && length < room;
    if (is_good) {
        memcpy(out, plain, length);
        out[length] = '\0';
    }
    sodium_memzero(plain, sizeof plain);
    return is_good;
}

/* ---- the key file ---- */

/* A key beside the lock is none: the folder, or anything below it, is refused. */
static enum yk_status refuse_inside(const char *store_folder, const char *key_path,
                                    struct failure *why)
{
    struct text folder;
    char store[PATH_MAX], key[PATH_MAX];
    const char *slash = strrchr(key_path, '/');
    text_init(&folder);
    if (slash == NULL) {
        text_add(&folder, ".");
    } else {
        text_add_n(&folder, key_path, slash == key_path ? 1 : (size_t)(slash - key_path));
    }
    enum yk_status status = text_status(&folder, why);
    if (status == YK_OK && realpath(text_string(&folder), key) == NULL) {
        status = failure_set_errno(why, errno, "opening %s", text_string(&folder));
    }
    if (status == YK_OK && realpath(store_folder, store) == NULL) {
        status = failure_set_errno(why, errno, "opening %s", store_folder);
    }
    size_t n = status == YK_OK ? strlen(store) : 0;
    if (status == YK_OK && strncmp(key, store, n) == 0 && (key[n] == '/' || key[n] == '\0')) {
        status =
            failure_set(why, YK_ERR_CONFLICT,
                        "the key may not lie in the store: choose another place, best on a "
                        "medium that is kept apart");
    }
    text_release(&folder);
    return status;
}

static enum yk_status write_key(const char *path, const unsigned char *key, struct failure *why)
{
    char line[sizeof KEY_MARK + BASE64(KEY_BYTES) + 1], base64[BASE64(KEY_BYTES)];
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return failure_set_errno(why, errno, "making the key file %s", path);
    }
    sodium_bin2base64(base64, sizeof base64, key, KEY_BYTES, sodium_base64_VARIANT_ORIGINAL);
    int n = snprintf(line, sizeof line, KEY_MARK "%s\n", base64);
    enum yk_status status = disk_write(fd, line, (size_t)n, path, why);
    if (status == YK_OK && fsync(fd) != 0) {
        status = failure_set_errno(why, errno, "writing %s", path);
    }
    close(fd);
    sodium_memzero(line, sizeof line);
    sodium_memzero(base64, sizeof base64);
    if (status == YK_OK) {
        status = disk_sync_parent(path, why);
    }
    if (status != YK_OK) {
        disk_remove(path, NULL);
    }
    return status;
}

static enum yk_status read_key(const char *path, unsigned char *key, struct failure *why)
{
    char line[256] = "";
    struct stat s;
    size_t n = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &s) != 0) {
        int reason = errno;
        if (fd >= 0) {
            close(fd);
        }
        return failure_set_errno(why, reason, "opening the key file %s", path);
    }
    ssize_t got = read(fd, line, sizeof line - 1);
    close(fd);
    if ((s.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return failure_set(why, YK_ERR_ACCESS,
                           "others may read the key file %s; mend that first: chmod 600 %s",
                           path, path);
    }
    size_t mark = strlen(KEY_MARK);
    line[got > 0 ? (size_t)got : 0] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    bool is_key = strncmp(line, KEY_MARK, mark) == 0 &&
                  sodium_base642bin(key, KEY_BYTES, line + mark, strlen(line + mark), NULL, &n,
                                    NULL, sodium_base64_VARIANT_ORIGINAL) == 0 &&
                  n == KEY_BYTES;
    sodium_memzero(line, sizeof line);
    return is_key ? YK_OK
                  : failure_set(why, YK_ERR_CORRUPT,
                                "%s is no key made by: yoake identity init", path);
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

static enum yk_status make_tables(struct db *db, const unsigned char *key, struct failure *why)
{
    char sealed[BASE64(SEALED_MAX)];
    enum yk_status status = seal(key, "store", "check", CHECK_TEXT, sealed, why);
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
    unsigned char key[KEY_BYTES];
    int64_t version = 0;
    enum yk_status status = begin_sodium(why);
    if (status == YK_OK) {
        status = refuse_inside(store_folder, key_path, why);
    }
    if (status == YK_OK) {
        status = open_db(store_folder, DB_CREATE, &db, &version, why);
    }
    if (status == YK_OK && version != 0) {
        status = failure_set(why, YK_ERR_CONFLICT,
                             "there are names in this store already; their key is needed");
    }
    if (status == YK_OK && access(key_path, F_OK) == 0) {
        status = read_key(key_path, key, why);
    } else if (status == YK_OK) {
        randombytes_buf(key, sizeof key);
        status = write_key(key_path, key, why);
    }
    if (status == YK_OK) {
        status = make_tables(db, key, why);
    }
    sodium_memzero(key, sizeof key);
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
                  unseal(self->key, "store", "check", db_text(query, 0), text, sizeof text) &&
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
    enum yk_status status = begin_sodium(why);
    if (status == YK_OK) {
        status = open_filled(store_folder, DB_WRITE, &self->db, why);
    }
    if (status == YK_OK && self->db == NULL) {
        status = failure_set(why, YK_ERR_NO_DEVICE,
                             "there are no names in this store; to keep some: yoake identity "
                             "init --key FILE");
    }
    if (status == YK_OK) {
        status = read_key(key_path, self->key, why);
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
        sodium_memzero(self, sizeof *self);
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
    char sealed[IDENTITY_FIELDS][BASE64(SEALED_MAX)], row[ROW_HEX];
    unsigned char number[(ROW_HEX - 1) / 2];
    enum yk_status status = person_check_code(identity->code, why);
    if (status == YK_OK) {
        status = check_text(identity, why);
    }
    randombytes_buf(number, sizeof number);
    sodium_bin2hex(row, sizeof row, number, sizeof number);
    for (size_t k = 0; k < IDENTITY_FIELDS && status == YK_OK; k++) {
        status = seal(self->key, row, identity_fields[k].name, member_of(identity, k),
                      sealed[k], why);
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
    char row[ROW_HEX];
    *out = (struct identity){.code = ""};
    db_copy(query, 0, out->code, sizeof out->code);
    db_copy(query, 1, row, sizeof row);
    for (size_t k = 0; k < IDENTITY_FIELDS; k++) {
        const struct identity_field *field = &identity_fields[k];
        if (!unseal(self->key, row, field->name, db_text(query, (int)k + 2),
                    (char *)out + field->offset, field->room)) {
            sodium_memzero(out, sizeof *out);
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
        sodium_memzero(list, n * sizeof *list);
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
