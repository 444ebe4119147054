/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Making and opening a store. Folders first, the database last: a store that was begun and not
 * finished (power cut) has no settings yet and is completed by the next `init`.
 */
#include "src/store/store.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/digest.h"
#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/base/names.h"
#include "src/base/zone.h"
#include "src/store/archive.h"
#include "src/store/audit.h"
#include "src/store/schema.h"

static bool is_ours(const char *name)
{
    return strcmp(name, STORE_ARCHIVE) == 0 || strcmp(name, STORE_RECORDINGS) == 0 ||
           strcmp(name, STORE_DOCK) == 0 || strncmp(name, STORE_DB, strlen(STORE_DB)) == 0 ||
           strncmp(name, "identity.db", strlen("identity.db")) == 0 || strcmp(name, ".") == 0 ||
           strcmp(name, "..") == 0;
}

static enum yk_status refuse_foreign(const char *folder, struct failure *why)
{
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        return failure_set_errno(why, errno, "opening %s", folder);
    }
    enum yk_status status = YK_OK;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL && status == YK_OK;) {
        if (!is_ours(entry->d_name)) {
            status = failure_set(why, YK_ERR_CONFLICT,
                                 "%s is no store and holds other things (%s); name an empty or "
                                 "a new folder",
                                 folder, entry->d_name);
        }
    }
    closedir(dir);
    return status;
}

static enum yk_status take_folder(struct store *self, const char *folder, struct failure *why)
{
    self->folder = mem_copy_text(folder);
    return self->folder != NULL ? YK_OK
                                : failure_set(why, YK_ERR_MEMORY, "no memory for a path");
}

enum yk_status store_path(const struct store *self, const char *part, const char *name,
                          struct text *out, struct failure *why)
{
    text_clear(out);
    text_add(out, self->folder);
    text_addf(out, "/%s", part);
    if (name != NULL) {
        text_addf(out, "/%s", name);
    }
    return text_status(out, why);
}

bool store_is_dock_data(const char *name)
{
    return (name_ends_with(name, DISK_PART) && strstr(name, ".resume") == NULL) ||
           strstr(name, ".kept-") != NULL;
}

static enum yk_status make_part(struct store *self, const char *part, struct failure *why)
{
    struct text path;
    text_init(&path);
    enum yk_status status = store_path(self, part, NULL, &path, why);
    if (status == YK_OK) {
        status = disk_make_folder(text_string(&path), why);
    }
    text_release(&path);
    return status;
}

static enum yk_status find_originals(struct store *self, bool *has, struct failure *why)
{
    struct text path;
    text_init(&path);
    enum yk_status status = store_path(self, STORE_ARCHIVE, NULL, &path, why);
    DIR *dir = status == YK_OK ? opendir(text_string(&path)) : NULL;
    *has = false;
    if (status == YK_OK && dir == NULL && errno != ENOENT) {
        status = failure_set_errno(why, errno, "opening %s", text_string(&path));
    }
    for (struct dirent *entry; dir != NULL && !*has && (entry = readdir(dir)) != NULL;) {
        *has = strspn(entry->d_name, "0123456789abcdef") == DIGEST_HEX - 1;
    }
    if (dir != NULL) {
        closedir(dir);
    }
    text_release(&path);
    return status;
}

/* An empty database beside originals is a lost one. Beginning anew would forget whose they are,
 * and the next sweep would take the series for nobody's. */
static enum yk_status refuse_lost(struct store *self, struct failure *why)
{
    int64_t version = 0;
    bool has = false;
    enum yk_status status = db_integer(self->db, "PRAGMA user_version", 0, &version, why);
    if (status == YK_OK && version == 0) {
        status = find_originals(self, &has, why);
    }
    if (status == YK_OK && has) {
        status = failure_set(why, YK_ERR_STORE,
                             "%s/" STORE_DB " is empty, but %s/" STORE_ARCHIVE
                             " holds originals: the records were lost; restore a backup into "
                             "another folder, or import those files into a new store",
                             self->folder, self->folder);
    }
    return status;
}

static enum yk_status open_db(struct store *self, enum db_mode mode, struct failure *why)
{
    struct text path;
    text_init(&path);
    enum yk_status status = store_path(self, STORE_DB, NULL, &path, why);
    if (status == YK_OK) {
        status = db_open(text_string(&path), mode, &self->db, why);
    }
    if (status == YK_OK) {
        status = refuse_lost(self, why);
    }
    if (status == YK_OK) {
        status = mode == DB_READ ? schema_check(self->db, why) : schema_migrate(self->db, why);
    }
    text_release(&path);
    return status;
}

static enum yk_status read_zone(struct store *self, struct failure *why)
{
    struct db_query *query = NULL;
    enum yk_status status =
        db_query_open(self->db, "SELECT value FROM setting WHERE name = 'zone'", &query, why);
    if (db_step(query, &status, why)) {
        db_copy(query, 0, self->zone, sizeof self->zone);
    }
    db_query_close(query);
    return status;
}

enum yk_status store_set_zone(struct store *self, const char *zone, struct failure *why)
{
    struct zone *known = NULL;
    enum yk_status status = zone_open(zone, &known, why);
    if (status != YK_OK) {
        return status;
    }
    zone_close(known);
    status = db_begin(self->db, why);
    if (status == YK_OK) {
        status = db_runv(self->db, why,
                         "INSERT INTO setting (name, value) VALUES ('zone', ?) "
                         "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                         "t", zone);
    }
    if (status == YK_OK) {
        status = audit_add(self->db, "zone", "store", zone, why);
    }
    status = db_finish(self->db, status, why);
    if (status == YK_OK) {
        snprintf(self->zone, sizeof self->zone, "%s", zone);
    }
    return status;
}

enum yk_status store_create(const char *folder, const char *zone, bool *was_there,
                            struct failure *why)
{
    struct store self = {.db = NULL};
    struct text db;
    text_init(&db);
    enum yk_status status = disk_make_folders(folder, why);
    if (status == YK_OK) {
        status = refuse_foreign(folder, why);
    }
    if (status == YK_OK) {
        status = take_folder(&self, folder, why);
    }
    if (status == YK_OK) {
        status = store_path(&self, STORE_DB, NULL, &db, why);
    }
    bool is_there = status == YK_OK && disk_is_file(text_string(&db));
    if (status == YK_OK) {
        status = make_part(&self, STORE_ARCHIVE, why);
    }
    if (status == YK_OK) {
        status = make_part(&self, STORE_RECORDINGS, why);
    }
    if (status == YK_OK) {
        status = open_db(&self, DB_CREATE, why);
    }
    if (status == YK_OK && !is_there) {
        status = disk_sync_folder(folder, why);
    }
    if (status == YK_OK && zone != NULL) {
        status = store_set_zone(&self, zone, why);
    }
    if (status == YK_OK) {
        *was_there = is_there;
    }
    store_close(&self);
    text_release(&db);
    return status;
}

enum yk_status store_open(const char *folder, enum store_mode mode, struct store *out,
                          struct failure *why)
{
    struct store self = {.db = NULL};
    enum yk_status status = take_folder(&self, folder, why);
    if (status == YK_OK) {
        status = open_db(&self, mode == STORE_WRITE ? DB_WRITE : DB_READ, why);
        if (status == YK_ERR_NO_DEVICE) {
            status =
                failure_set(why, YK_ERR_NO_DEVICE,
                            "there is no store in %s; make one with: yoake init --store %s",
                            folder, folder);
        }
    }
    if (status == YK_OK) {
        status = read_zone(&self, why);
    }
    if (status == YK_OK) {
        *out = self;
    } else {
        store_close(&self);
    }
    return status;
}

void store_close(struct store *self)
{
    if (self != NULL) {
        db_close(self->db);
        self->db = NULL;
        mem_free(self->folder);
        self->folder = NULL;
    }
}

/* *is_left: a program works on this original; the next sweep comes back to it. */
static enum yk_status remove_file(const struct store *self, const char *name, bool *is_left,
                                  struct failure *why)
{
    struct text path;
    int lock = -1;
    text_init(&path);
    bool is_original = strncmp(name, STORE_ARCHIVE "/", sizeof STORE_ARCHIVE) == 0;
    *is_left = is_original && archive_try_lock(self->folder, name, &lock, NULL) == YK_ERR_BUSY;
    enum yk_status status = YK_OK;
    if (!*is_left) {
        status = store_path(self, name, NULL, &path, why);
        status = status == YK_OK ? disk_remove(text_string(&path), why) : status;
    }
    archive_unlock(lock);
    text_release(&path);
    return status;
}

/* The same recording may have come into the store again since its row was deleted: a file that
 * a row names stays. No row can be added meanwhile. */
static enum yk_status remove_listed(struct store *self, struct failure *why)
{
    struct db_query *query = NULL;
    enum yk_status status = db_query_open(
        self->db,
        "SELECT path, path IN (SELECT 'archive/' || sha256 || '.' || suffix FROM recording "
        "UNION ALL SELECT 'recordings/' || h5_name FROM analysis) FROM doomed",
        &query, why);
    while (db_step(query, &status, why)) {
        bool is_left = false;
        if (db_int(query, 1) == 0) {
            status = remove_file(self, db_text(query, 0), &is_left, why);
        }
        if (status == YK_OK && !is_left) {
            status = db_runv(self->db, why, "DELETE FROM doomed WHERE path = ?", "t",
                             db_text(query, 0));
        }
    }
    db_query_close(query);
    return status;
}

enum yk_status store_remove_doomed(struct store *self, struct failure *why)
{
    struct text path;
    int64_t n = 0;
    enum yk_status status = db_integer(self->db, "SELECT count(*) FROM doomed", 0, &n, why);
    if (status != YK_OK || n == 0) {
        return status;
    }
    status = db_begin(self->db, why);
    status = status == YK_OK ? remove_listed(self, why) : status;
    text_init(&path);
    const char *const parts[] = {STORE_ARCHIVE, STORE_RECORDINGS};
    for (size_t i = 0; i < 2 && status == YK_OK; i++) {
        status = store_path(self, parts[i], NULL, &path, why);
        if (status == YK_OK) {
            status = disk_sync_folder(text_string(&path), why);
        }
    }
    text_release(&path);
    return db_finish(self->db, status, why);
}
