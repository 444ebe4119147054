/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Restoring: everything is unpacked into a new folder beside the store's place, every hash is
 * compared with the manifest, the database is opened; only then the folder gets the store's
 * name, in one step. A store without anybody that was there is moved aside for that, and goes
 * last. The file comes from outside: names are restricted to what a store holds.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/store/backup_parts.h"
#include "src/store/identity.h"
#include "src/store/schema.h"
#include "src/store/tar.h"

#define BUFFER_BYTES ((size_t)1 << 20)
#define MANIFEST_BYTES_MAX ((uint64_t)256 << 20)

struct restoring {
    struct byte_source *bytes;
    struct job *job;
    const char *into; /* NULL: only verify */
    char *buffer;
    struct text seen, manifest, path; /* seen: "hash  name" lines, as the manifest has them */
    bool has_manifest;
};

enum yk_status backup_count(struct db *db, struct backup_totals *out, struct failure *why)
{
    enum yk_status status =
        db_integer(db, "SELECT count(*) FROM person", 0, &out->persons, why);
    if (status == YK_OK) {
        status = db_integer(db, "SELECT count(*) FROM recording", 0, &out->recordings, why);
    }
    return status;
}

static bool is_database(const char *name)
{
    return strcmp(name, STORE_DB) == 0 || strcmp(name, STORE_IDENTITY) == 0;
}

/* "archive/<plain name>", "recordings/<plain name>", the database or the sealed names. */
static bool is_allowed(const char *name)
{
    static const char plain[] = "0123456789abcdefghijklmnopqrstuvwxyz.";
    const char *rest = name;
    if (is_database(name)) {
        return true;
    }
    if (strncmp(name, STORE_ARCHIVE "/", sizeof STORE_ARCHIVE) == 0) {
        rest = name + sizeof STORE_ARCHIVE;
    } else if (strncmp(name, STORE_RECORDINGS "/", sizeof STORE_RECORDINGS) == 0) {
        rest = name + sizeof STORE_RECORDINGS;
    } else {
        return false;
    }
    return *rest != '\0' && *rest != '.' && rest[strspn(rest, plain)] == '\0';
}

static enum yk_status take_manifest(struct restoring *self, const struct tar_member *member,
                                    struct failure *why)
{
    if (member->size > MANIFEST_BYTES_MAX || self->has_manifest) {
        return failure_set(why, YK_ERR_CORRUPT, "%s: its manifest is no manifest",
                           self->bytes->name);
    }
    self->has_manifest = true;
    enum yk_status status = YK_OK;
    for (uint64_t at = 0; at < member->size && status == YK_OK;) {
        size_t got = 0;
        size_t want =
            member->size - at < BUFFER_BYTES ? (size_t)(member->size - at) : BUFFER_BYTES;
        status = byte_source_read_at(self->bytes, member->offset + at, self->buffer, want, &got,
                                     why);
        text_add_n(&self->manifest, self->buffer, got);
        at += got;
        if (status == YK_OK && got == 0) {
            status = failure_set(why, YK_ERR_CORRUPT, "%s is cut short", self->bytes->name);
        }
    }
    return status == YK_OK ? text_status(&self->manifest, why) : status;
}

/* Hashes a member's content and, when there is somewhere to put it, writes it to fd. */
static enum yk_status copy_member(struct restoring *self, const struct tar_member *member,
                                  int fd, char hash[static DIGEST_HEX], struct failure *why)
{
    struct digest *digest = NULL;
    enum yk_status status = digest_new(&digest, why);
    for (uint64_t at = 0; at < member->size && status == YK_OK;) {
        size_t got = 0;
        size_t want =
            member->size - at < BUFFER_BYTES ? (size_t)(member->size - at) : BUFFER_BYTES;
        status = byte_source_read_at(self->bytes, member->offset + at, self->buffer, want, &got,
                                     why);
        if (status == YK_OK && got == 0) {
            status = failure_set(why, YK_ERR_CORRUPT, "%s is cut short", self->bytes->name);
        }
        if (status == YK_OK && job_is_cancelled(self->job)) {
            status = failure_set(why, YK_ERR_CANCELLED, "stopped while reading the backup");
        }
        if (status == YK_OK) {
            digest_add(digest, self->buffer, got);
            at += got;
            status = fd >= 0 ? disk_write(fd, self->buffer, got, member->name, why) : YK_OK;
            job_progress(self->job, "verifying", member->offset + at, self->bytes->size,
                         "bytes");
        }
    }
    if (status == YK_OK) {
        digest_finish(digest, hash);
    }
    digest_free(digest);
    return status;
}

static enum yk_status take_member(struct restoring *self, const struct tar_member *member,
                                  struct failure *why)
{
    char hash[DIGEST_HEX];
    int fd = -1;
    enum yk_status status = YK_OK;
    if (!is_allowed(member->name)) {
        return failure_set(why, YK_ERR_CORRUPT, "%s holds \"%s\", which no backup does",
                           self->bytes->name, member->name);
    }
    if (self->into != NULL) {
        status = disk_join(self->into, member->name, &self->path, why);
        if (status == YK_OK) {
            fd = open(text_string(&self->path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                      is_database(member->name) ? 0600 : 0400);
            status = fd >= 0
                         ? YK_OK
                         : failure_set_errno(why, errno, "making %s", text_string(&self->path));
        }
    }
    if (status == YK_OK) {
        status = copy_member(self, member, fd, hash, why);
    }
    if (status == YK_OK && fd >= 0 && fsync(fd) != 0) {
        status = failure_set_errno(why, errno, "asking the disk to keep %s", member->name);
    }
    if (fd >= 0) {
        close(fd);
    }
    if (status == YK_OK) {
        text_addf(&self->seen, "%s  %s\n", hash, member->name);
        status = text_status(&self->seen, why);
    }
    return status;
}

static enum yk_status take_all(struct restoring *self, struct failure *why)
{
    uint64_t at = 0;
    struct tar_member member;
    enum yk_status status;
    while ((status = tar_next(self->bytes, &at, &member, why)) == YK_OK) {
        status = strcmp(member.name, BACKUP_MANIFEST) == 0 ? take_manifest(self, &member, why)
                                                           : take_member(self, &member, why);
        if (status != YK_OK) {
            return status;
        }
    }
    if (status != YK_END) {
        return status;
    }
    /* The manifest lists the members in their order, so the two texts are equal or not. */
    if (!self->has_manifest ||
        strcmp(text_string(&self->seen), text_string(&self->manifest)) != 0) {
        return failure_set(why, YK_ERR_CORRUPT,
                           "%s: its contents are not those of its manifest; use another backup",
                           self->bytes->name);
    }
    return YK_OK;
}

static enum yk_status read_backup(const char *path, const char *into, struct restoring *self,
                                  struct job *job, struct failure *why)
{
    *self = (struct restoring){.job = job, .into = into};
    text_init(&self->seen);
    text_init(&self->manifest);
    text_init(&self->path);
    self->buffer = mem_alloc(BUFFER_BYTES, 1);
    enum yk_status status = self->buffer != NULL
                                ? file_source_open(path, &self->bytes, why)
                                : failure_set(why, YK_ERR_MEMORY, "no memory to read %s", path);
    if (status == YK_OK) {
        status = take_all(self, why);
    }
    byte_source_close(self->bytes);
    mem_free(self->buffer);
    return status;
}

static void restoring_release(struct restoring *self)
{
    text_release(&self->seen);
    text_release(&self->manifest);
    text_release(&self->path);
}

enum yk_status backup_verify(const char *path, const char *manifest, struct job *job,
                             struct failure *why)
{
    struct restoring self;
    enum yk_status status = read_backup(path, NULL, &self, job, why);
    if (status == YK_OK && manifest != NULL &&
        strcmp(text_string(&self.manifest), manifest) != 0) {
        status = failure_set(why, YK_ERR_CORRUPT,
                             "the backup %s reads back differently: check that disk", path);
    }
    restoring_release(&self);
    return status;
}

/* ---- putting it in place ---- */

/* Removes a folder of a store's shape, as far as it was made. */
static void remove_unpacked(const char *folder)
{
    const char *const parts[] = {STORE_ARCHIVE, STORE_RECORDINGS, STORE_DOCK};
    struct text path;
    text_init(&path);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (disk_join(folder, parts[i], &path, NULL) == YK_OK) {
            disk_remove_folder(text_string(&path));
        }
    }
    disk_remove_folder(folder);
    text_release(&path);
}

static bool is_shown(const char *name)
{
    return name[0] != '.';
}

/* Whether no store makes a file or folder of that name: it is somebody's own. */
static bool is_foreign(const char *name)
{
    static const char *const ours[] = {".",        "..",     STORE_ARCHIVE, STORE_RECORDINGS,
                                       STORE_DOCK, STORE_DB, STORE_IDENTITY};
    static const char *const after[] = {"", "-wal", "-shm", "-journal"}; /* SQLite's own */
    char known[32];
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        for (size_t k = 0; k < (is_database(ours[i]) ? 4 : 1); k++) {
            snprintf(known, sizeof known, "%s%s", ours[i], after[k]);
            if (strcmp(name, known) == 0) {
                return false;
            }
        }
    }
    return true;
}

/* The first thing in a folder that counts; "" when there is none, or no folder. */
static void first_in(const char *folder, bool counts(const char *name), char out[static 256])
{
    DIR *dir = opendir(folder);
    out[0] = '\0';
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        if (counts(entry->d_name)) {
            snprintf(out, 256, "%s", entry->d_name);
            break;
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
}

/* What no row tells of: an original whose import was ended before its row, bytes of a recorder
 * that was not read to its end, sealed names; and what somebody put beside them. */
static enum yk_status refuse_kept(const char *folder, struct failure *why)
{
    static const struct {
        const char *name;
        bool (*counts)(const char *name);
    } parts[] = {{STORE_ARCHIVE, is_shown},
                 {STORE_RECORDINGS, is_shown},
                 {STORE_DOCK, store_is_dock_data},
                 {".", is_foreign}};
    char name[256] = "";
    bool has_no_names = false;
    struct text path;
    text_init(&path);
    enum yk_status status = YK_OK;
    if (identity_is_empty(folder, &has_no_names, NULL) != YK_OK || !has_no_names) {
        snprintf(name, sizeof name, "%s", STORE_IDENTITY);
    }
    for (size_t i = 0; i < sizeof parts / sizeof *parts && status == YK_OK && name[0] == '\0';
         i++) {
        status = disk_join(folder, parts[i].name, &path, why);
        first_in(text_string(&path), parts[i].counts, name);
    }
    text_release(&path);
    return status == YK_OK && name[0] != '\0'
               ? failure_set(why, YK_ERR_CONFLICT,
                             "the store in %s has nobody in it yet, but keeps %s; restore into "
                             "another folder (--store DIR)",
                             folder, name)
               : status;
}

static enum yk_status refuse_others(const char *folder, struct failure *why)
{
    return failure_set(why, YK_ERR_CONFLICT,
                       "%s holds other things; restore into an empty or new folder", folder);
}

/* Nothing there, an empty folder, or a store that holds nothing. */
static enum yk_status may_replace(const char *folder, bool *is_store, struct failure *why)
{
    struct store store;
    struct backup_totals there = {.files = 0};
    *is_store = false;
    if (!disk_is_folder(folder)) {
        return YK_OK;
    }
    struct text db;
    text_init(&db);
    enum yk_status status = disk_join(folder, STORE_DB, &db, why);
    bool has_db = status == YK_OK && disk_is_file(text_string(&db));
    text_release(&db);
    if (status != YK_OK || !has_db) {
        return status; /* refuse_place() looks at a folder without a store */
    }
    status = store_open(folder, STORE_READ, &store, why);
    if (status == YK_OK) {
        status = backup_count(store.db, &there, why);
        store_close(&store);
    }
    if (status == YK_OK && there.persons + there.recordings > 0) {
        return failure_set(why, YK_ERR_CONFLICT,
                           "%s holds a store (participants: %" PRId64 ", recordings: %" PRId64
                           "); restore into another folder (--store DIR)",
                           folder, there.persons, there.recordings);
    }
    status = status == YK_OK ? refuse_kept(folder, why) : status;
    *is_store = status == YK_OK;
    return status;
}

/* What rename() would refuse after everything was copied, or leave the user in a folder that is
 * gone. */
static enum yk_status refuse_place(const char *folder, bool is_store, struct failure *why)
{
    if (!disk_is_folder(folder)) {
        return YK_OK;
    }
    if (disk_is_mount(folder)) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "a disk is mounted at %s, and that folder cannot be replaced; "
                           "restore into a new folder in it (--store %s/yoake)",
                           folder, folder);
    }
    if (disk_is_same(folder, ".")) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "%s is the folder you are in, and restoring replaces it; leave it "
                           "first (cd ..) and name it from outside (--store DIR)",
                           folder);
    }
    return is_store || disk_is_empty_folder(folder) ? YK_OK : refuse_others(folder, why);
}

/* The folder's name without what follows it, "/" or "/."; of one that is there, where links
 * lead to. A file of that name, or a link to nowhere, is refused. */
static enum yk_status name_place(const char *folder, struct text *out, struct failure *why)
{
    char real[PATH_MAX];
    if (disk_is_folder(folder)) {
        if (realpath(folder, real) == NULL) {
            return failure_set_errno(why, errno, "opening %s", folder);
        }
        folder = real;
    }
    size_t n = strlen(folder);
    while (n > 1 && (folder[n - 1] == '/' || (folder[n - 1] == '.' && folder[n - 2] == '/'))) {
        n--;
    }
    text_add_n(out, folder, n);
    struct stat there;
    enum yk_status status = text_status(out, why);
    if (status == YK_OK && !disk_is_folder(folder) && lstat(text_string(out), &there) == 0) {
        status = failure_set(why, YK_ERR_ARGUMENT,
                             "%s is a file, not a folder: name another place, or move the file "
                             "away",
                             text_string(out));
    }
    return status;
}

static enum yk_status make_place(const char *folder, struct failure *why)
{
    const char *const parts[] = {STORE_ARCHIVE, STORE_RECORDINGS};
    struct text path;
    text_init(&path);
    enum yk_status status = disk_make_folders(folder, why);
    for (size_t i = 0; i < 2 && status == YK_OK; i++) {
        status = disk_join(folder, parts[i], &path, why);
        if (status == YK_OK) {
            status = disk_make_folder(text_string(&path), why);
        }
    }
    text_release(&path);
    return status;
}

/* The database must be one this program can use, and the folders must be on the disk. */
static enum yk_status settle(const char *folder, struct backup_totals *out, struct failure *why)
{
    const char *const parts[] = {STORE_ARCHIVE, STORE_RECORDINGS, "."};
    struct store store;
    struct text path;
    text_init(&path);
    enum yk_status status = store_open(folder, STORE_WRITE, &store, why);
    if (status == YK_OK) {
        status = backup_count(store.db, out, why);
        store_close(&store);
    }
    for (size_t i = 0; i < 3 && status == YK_OK; i++) {
        status = disk_join(folder, parts[i], &path, why);
        if (status == YK_OK) {
            status = disk_sync_folder(text_string(&path), why);
        }
    }
    text_release(&path);
    return status;
}

static enum yk_status name_it(const char *part, const char *folder, struct failure *why)
{
    if (rename(part, folder) != 0) {
        int reason = errno;
        if (reason == ENOTEMPTY || reason == EEXIST) {
            return refuse_others(folder, why);
        }
        return failure_set_errno(why, reason, "naming the restored store %s", folder);
    }
    return disk_sync_parent(folder, why);
}

static enum yk_status put_in_place(const char *part, const char *folder, bool is_store,
                                   struct failure *why)
{
    struct text old;
    if (!is_store) {
        return name_it(part, folder, why);
    }
    text_init(&old);
    text_addf(&old, "%s.replaced-%ld", folder, (long)getpid());
    enum yk_status status = text_status(&old, why);
    if (status == YK_OK && rename(folder, text_string(&old)) != 0) {
        status = failure_set_errno(why, errno, "moving the empty store %s aside", folder);
    } else if (status == YK_OK) {
        /* Reading the backup took its time: somebody may have come into the store since. */
        status = may_replace(text_string(&old), &is_store, NULL);
        status = status == YK_OK
                     ? name_it(part, folder, why)
                     : failure_set(why, status,
                                   "the store in %s was written to while the backup was read; "
                                   "restore into another folder (--store DIR)",
                                   folder);
        if (status == YK_OK) {
            remove_unpacked(text_string(&old));
        } else if (!disk_is_folder(folder)) {
            (void)rename(text_string(&old), folder); /* as it was */
        }
    }
    text_release(&old);
    return status;
}

static void count_lines(const struct text *seen, struct backup_totals *out)
{
    for (const char *c = text_string(seen); *c != '\0'; c++) {
        out->files += *c == '\n';
    }
    out->has_names = strstr(text_string(seen), "  " STORE_IDENTITY "\n") != NULL;
}

enum yk_status backup_restore(const char *path, const char *folder, struct backup_totals *out,
                              struct job *job, struct failure *why)
{
    struct restoring self = {.bytes = NULL};
    struct backup_totals totals = {.files = 0};
    struct text part, place;
    bool is_store = false;
    text_init(&part);
    text_init(&place);
    enum yk_status status = may_replace(folder, &is_store, why);
    if (status == YK_OK) {
        status = refuse_place(folder, is_store, why);
    }
    if (status == YK_OK) {
        status = name_place(folder, &place, why);
    }
    if (status == YK_OK) {
        text_addf(&part, "%s.restoring-%ld", text_string(&place), (long)getpid());
        status = text_status(&part, why);
    }
    if (status == YK_OK) {
        status = make_place(text_string(&part), why);
        if (status == YK_OK) {
            status = read_backup(path, text_string(&part), &self, job, why);
            count_lines(&self.seen, &totals);
        }
        if (status == YK_OK) {
            status = settle(text_string(&part), &totals, why);
        }
        if (status == YK_OK) {
            status = put_in_place(text_string(&part), text_string(&place), is_store, why);
        }
        if (status != YK_OK) {
            remove_unpacked(text_string(&part));
        }
    }
    restoring_release(&self);
    text_release(&part);
    text_release(&place);
    if (status == YK_OK) {
        *out = totals;
    }
    return status;
}
