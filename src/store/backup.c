/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writing a backup: a tar file with yoake.db, identity.db where there is one (its fields stay
 * sealed, the key is never in a backup), archive/..., recordings/... and, last,
 * manifest.sha256, which `sha256sum -c` understands. The database is copied first
 * (sqlite3_backup, one consistent state); the files it names are never changed afterwards, only
 * added to, so nobody has to stop working. Restoring is in restore.c.
 */
#include "src/store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/disk.h"
#include "src/store/backup_parts.h"
#include "src/store/identity.h"
#include "src/store/tar.h"

struct backing {
    struct store *store;
    struct job *job;
    struct db *copy;
    struct text part, copy_path, names_path, path, manifest;
    struct tar_writer tar;
    struct backup_totals totals;
};

/* Adds one file; expected: its hash as the records say, NULL when they do not. */
static enum yk_status add_file(struct backing *self, const char *name, const char *source,
                               const char *expected, struct failure *why)
{
    char hash[DIGEST_HEX];
    uint64_t bytes = 0;
    enum yk_status status =
        tar_put_file(&self->tar, name, source, hash, &bytes, self->job, why);
    if (status == YK_OK && expected != NULL && strcmp(hash, expected) != 0) {
        status = failure_set(why, YK_ERR_CORRUPT,
                             "%s has changed since it was recorded; run yoake check", name);
    }
    if (status == YK_OK) {
        text_addf(&self->manifest, "%s  %s\n", hash, name);
        self->totals.files++;
        self->totals.bytes += bytes;
        status = text_status(&self->manifest, why);
    }
    return status;
}

/* Rows of (part, name, hash). */
static enum yk_status add_files(struct backing *self, struct failure *why)
{
    static const char sql[] =
        "SELECT 'archive', sha256 || '.' || suffix AS name, sha256, 0 FROM recording UNION ALL "
        "SELECT 'recordings', h5_name, h5_sha256, version < (SELECT max(version) FROM analysis "
        "WHERE recording = a.recording) FROM analysis AS a ORDER BY 1, 2";
    struct db_query *query = NULL;
    enum yk_status status = db_query_open(self->copy, sql, &query, why);
    while (db_step(query, &status, why)) {
        char name[TAR_NAME_BYTES];
        snprintf(name, sizeof name, "%s/%s", db_text(query, 0), db_text(query, 1));
        status = store_path(self->store, name, NULL, &self->path, why);
        /* a lost series of a result that is no longer in use must not prevent every backup */
        bool is_lost =
            status == YK_OK && db_int(query, 3) != 0 && !disk_is_file(text_string(&self->path));
        if (is_lost && self->job != NULL) {
            log_warn(self->job->log,
                     "backup: %s is missing and left out; the result in use is newer", name);
        }
        if (status == YK_OK && !is_lost) {
            status = add_file(self, name, text_string(&self->path), db_text(query, 2), why);
        }
    }
    db_query_close(query);
    return status;
}

static enum yk_status write_all(struct backing *self, struct failure *why)
{
    int64_t bytes = 0;
    enum yk_status status =
        db_integer(self->copy, "SELECT coalesce(sum(bytes), 0) FROM recording", 0, &bytes, why);
    self->tar.total = (uint64_t)bytes;
    if (status == YK_OK) {
        status = backup_count(self->copy, &self->totals, why);
    }
    if (status == YK_OK) {
        status = add_file(self, STORE_DB, text_string(&self->copy_path), NULL, why);
    }
    if (status == YK_OK && self->totals.has_names) {
        status = add_file(self, STORE_IDENTITY, text_string(&self->names_path), NULL, why);
    }
    if (status == YK_OK) {
        status = add_files(self, why);
    }
    if (status == YK_OK) {
        status = tar_put_text(&self->tar, BACKUP_MANIFEST, text_string(&self->manifest),
                              self->manifest.length, why);
    }
    if (status == YK_OK) {
        status = tar_put_end(&self->tar, why);
    }
    if (status == YK_OK && fsync(self->tar.fd) != 0) {
        status = failure_set_errno(why, errno, "asking the disk to keep %s", self->tar.path);
    }
    return status;
}

/* A damaged database must not become a backup that is called verified. */
static enum yk_status check_copy(struct backing *self, struct failure *why)
{
    char damage[128];
    enum yk_status status = db_check(self->copy, damage, why);
    if (status == YK_OK && damage[0] != '\0') {
        status = failure_set(why, YK_ERR_STORE,
                             "the store's database is damaged (%s); no backup was written: "
                             "keep the backups there are, and see yoake check",
                             damage);
    }
    return status;
}

static enum yk_status any_code(void *user, const char *code, struct failure *why)
{
    (void)user;
    (void)code;
    (void)why;
    return YK_OK;
}

/* A copy of a database is for its owner alone, as the database is. */
static enum yk_status hide(const struct text *path, struct failure *why)
{
    return chmod(text_string(path), 0600) == 0
               ? YK_OK
               : failure_set_errno(why, errno, "hiding %s from others", text_string(path));
}

static enum yk_status copy_names(struct backing *self, struct failure *why)
{
    char damage[128];
    enum yk_status status = identity_check(self->store->folder, damage, any_code, NULL, why);
    if (status == YK_OK && damage[0] != '\0') {
        status = failure_set(why, YK_ERR_STORE,
                             "the table of names is damaged (%s); no backup was written: keep "
                             "the backups there are, and see yoake check",
                             damage);
    }
    status = status == YK_OK ? disk_remove(text_string(&self->names_path), why) : status;
    if (status == YK_OK) {
        status = identity_copy_to(self->store->folder, text_string(&self->names_path),
                                  &self->totals.has_names, why);
    }
    if (status == YK_OK && self->totals.has_names) {
        status = hide(&self->names_path, why);
    }
    return status;
}

/* The part, locked and empty. Another backup to the same file may be at work on it, or have
 * given it its name since it was opened here. */
static enum yk_status open_part(struct backing *self, struct failure *why)
{
    struct stat opened, named;
    const char *part = text_string(&self->part);
    int fd = open(part, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return failure_set_errno(why, errno, "making %s", part);
    }
    /* where a disk knows no locks it goes without */
    bool is_other = (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) ||
                    fstat(fd, &opened) != 0 || lstat(part, &named) != 0 ||
                    opened.st_ino != named.st_ino;
    enum yk_status status = YK_OK;
    if (is_other) {
        status = failure_set(why, YK_ERR_BUSY,
                             "another program is writing %s; wait until it is done, or name "
                             "another file for the backup",
                             part);
    } else if (ftruncate(fd, 0) != 0) {
        status = failure_set_errno(why, errno, "emptying %s", part);
    }
    if (status != YK_OK) {
        close(fd);
        return status;
    }
    self->tar.fd = fd;
    self->tar.path = part;
    return YK_OK;
}

static enum yk_status open_all(struct backing *self, struct failure *why)
{
    /* first: a folder that is not there, or a disk that is not written, is said by its name */
    enum yk_status status = open_part(self, why);
    if (status == YK_OK) {
        status = disk_remove(text_string(&self->copy_path), why);
    }
    if (status == YK_OK) {
        status = db_copy_to(self->store->db, text_string(&self->copy_path), why);
    }
    status = status == YK_OK ? hide(&self->copy_path, why) : status;
    if (status == YK_OK) {
        status = db_open(text_string(&self->copy_path), DB_READ, &self->copy, why);
    }
    if (status == YK_OK) {
        status = check_copy(self, why);
    }
    if (status == YK_OK) {
        status = copy_names(self, why);
    }
    return status;
}

static enum yk_status name_all(struct backing *self, const char *path, struct failure *why)
{
    text_init(&self->part);
    text_init(&self->copy_path);
    text_init(&self->names_path);
    text_init(&self->path);
    text_init(&self->manifest);
    text_addf(&self->part, "%s" DISK_PART, path);
    text_addf(&self->copy_path, "%s.db" DISK_PART, path);
    text_addf(&self->names_path, "%s.names" DISK_PART, path);
    enum yk_status status = text_status(&self->part, why);
    status = status == YK_OK ? text_status(&self->copy_path, why) : status;
    return status == YK_OK ? text_status(&self->names_path, why) : status;
}

/* Everything but the finished file goes. */
static void release_all(struct backing *self, enum yk_status status)
{
    db_close(self->copy);
    if (self->tar.fd >= 0) { /* else the parts, if there are any, are another program's */
        unlink(text_string(&self->copy_path));
        unlink(text_string(&self->names_path));
        if (status != YK_OK) {
            unlink(text_string(&self->part));
        }
        close(self->tar.fd);
    }
    text_release(&self->part);
    text_release(&self->copy_path);
    text_release(&self->names_path);
    text_release(&self->path);
    text_release(&self->manifest);
}

enum yk_status backup_write(struct store *store, const char *path, struct backup_totals *out,
                            struct job *job, struct failure *why)
{
    struct backing self = {.store = store, .job = job, .tar = {.fd = -1}};
    struct stat s;
    if (lstat(path, &s) == 0) {
        return failure_set(why, YK_ERR_CONFLICT,
                           "%s is there already; name another file for the backup", path);
    }
    enum yk_status status = name_all(&self, path, why);
    if (status == YK_OK) {
        status = open_all(&self, why);
    }
    if (status == YK_OK) {
        status = write_all(&self, why);
    }
    if (status == YK_OK) {
        status = backup_verify(text_string(&self.part), text_string(&self.manifest), job, why);
    }
    if (status == YK_OK) {
        status = disk_publish_new(text_string(&self.part), path, why);
    }
    if (status == YK_OK) {
        *out = self.totals;
    }
    release_all(&self, status);
    return status;
}
