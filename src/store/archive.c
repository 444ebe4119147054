/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The archive of originals. The hash that names a file is computed from the bytes on their way
 * into the archive, so the source is read once; a second reading, of the written copy, proves
 * that the disk holds the same. Locks are flock() on the files themselves: they vanish with the
 * process that held them, so a killed one never blocks the next.
 */
#include "src/store/archive.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/base/names.h"

#define BUFFER_BYTES ((size_t)1 << 20)
#define LOCK_WAIT_NS 50000000L
#define INCOMING "incoming-"

/* ---- names ---- */

/* "part" is none: what ends so is not finished, and some day swept away. */
static bool is_suffix(const char *at, size_t n)
{
    bool is_good = n >= 1 && n <= 8 && !(n == 4 && strncasecmp(at, "part", 4) == 0);
    for (size_t i = 0; i < n && is_good; i++) {
        is_good = isalnum((unsigned char)at[i]) != 0 && ((unsigned char)at[i] & 0x80) == 0;
    }
    return is_good;
}

void archive_suffix_of(const char *path, char out[static ARCHIVE_SUFFIX_BYTES])
{
    const char *name = name_of_path(path);
    const char *dot = strrchr(name, '.');
    snprintf(out, ARCHIVE_SUFFIX_BYTES, "bin");
    if (dot == NULL || dot == name || !is_suffix(dot + 1, strlen(dot + 1))) {
        return;
    }
    const char *from = dot;
    if (strcasecmp(dot, ".gz") == 0) {
        const char *before = memrchr(name, '.', (size_t)(dot - name));
        if (before != NULL && is_suffix(before + 1, (size_t)(dot - before - 1)) &&
            strlen(before) < ARCHIVE_SUFFIX_BYTES) {
            from = before;
        }
    }
    size_t n = 0;
    for (from++; *from != '\0' && n + 1 < ARCHIVE_SUFFIX_BYTES; from++) {
        out[n++] = (char)tolower((unsigned char)*from);
    }
    out[n] = '\0';
}

enum yk_status archive_find(const char *folder, const char *sha256,
                            char name[static ARCHIVE_NAME_BYTES], struct failure *why)
{
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        return failure_set_errno(why, errno, "opening %s", folder);
    }
    enum yk_status status =
        failure_set(why, YK_ERR_NO_DEVICE, "no original %s in %s", sha256, folder);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        size_t n = strlen(entry->d_name);
        if (n < ARCHIVE_NAME_BYTES && strncmp(entry->d_name, sha256, DIGEST_HEX - 1) == 0 &&
            entry->d_name[DIGEST_HEX - 1] == '.') {
            memcpy(name, entry->d_name, n + 1);
            status = YK_OK;
            break;
        }
    }
    closedir(dir);
    return status;
}

/* ---- reading ---- */

/* Hashes fd from its start. */
static enum yk_status hash_fd(int fd, const char *path, uint64_t total, const char *stage,
                              char *buffer, char hex[static DIGEST_HEX], uint64_t *bytes,
                              struct job *job, struct failure *why)
{
    struct digest *digest = NULL;
    enum yk_status status = digest_new(&digest, why);
    uint64_t at = 0;
    while (status == YK_OK) {
        ssize_t got = pread(fd, buffer, BUFFER_BYTES, (off_t)at);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            status = failure_set_errno(why, errno, "reading %s", path);
        } else if (got == 0) {
            break;
        } else if (job_is_cancelled(job)) {
            status = failure_set(why, YK_ERR_CANCELLED, "stopped while reading %s", path);
        } else {
            digest_add(digest, buffer, (size_t)got);
            at += (uint64_t)got;
            job_progress(job, stage, at, total, "bytes");
        }
    }
    if (status == YK_OK) {
        digest_finish(digest, hex);
        *bytes = at;
    }
    digest_free(digest);
    return status;
}

enum yk_status archive_hash(const char *path, char sha256[static DIGEST_HEX], uint64_t *bytes,
                            struct job *job, struct failure *why)
{
    struct stat s;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &s) != 0) {
        int reason = errno;
        if (fd >= 0) {
            close(fd);
        }
        return failure_set_errno(why, reason, "opening %s", path);
    }
    enum yk_status status;
    char *buffer = mem_alloc(BUFFER_BYTES, 1);
    if (buffer == NULL) {
        status = failure_set(why, YK_ERR_MEMORY, "no memory to read %s", path);
    } else {
        posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
        status = hash_fd(fd, path, (uint64_t)s.st_size, "verifying", buffer, sha256, bytes, job,
                         why);
    }
    mem_free(buffer);
    close(fd);
    return status;
}

/* ---- locks ---- */

static enum yk_status try_lock_path(const char *path, int *lock, struct failure *why)
{
    struct stat s;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return failure_set_errno(why, errno, "opening %s", path);
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int reason = errno;
        close(fd);
        return reason == EWOULDBLOCK
                   ? failure_set(why, YK_ERR_BUSY, "%s is in use by another program", path)
                   : failure_set_errno(why, reason, "locking %s", path);
    }
    struct stat named;
    if (fstat(fd, &s) != 0 || s.st_nlink == 0) { /* removed between open and lock */
        close(fd);
        return failure_set(why, YK_ERR_NO_DEVICE, "%s was removed meanwhile", path);
    }
    if (lstat(path, &named) != 0 || named.st_ino != s.st_ino) { /* replaced: lock the new one */
        close(fd);
        return failure_set(why, YK_ERR_BUSY, "%s was replaced meanwhile", path);
    }
    *lock = fd;
    return YK_OK;
}

enum yk_status archive_try_lock(const char *folder, const char *name, int *lock,
                                struct failure *why)
{
    struct text path;
    text_init(&path);
    enum yk_status status = disk_join(folder, name, &path, why);
    if (status == YK_OK) {
        status = try_lock_path(text_string(&path), lock, why);
    }
    text_release(&path);
    return status;
}

enum yk_status archive_lock(const char *folder, const char *name, struct job *job, int *lock,
                            struct failure *why)
{
    enum yk_status status;
    while ((status = archive_try_lock(folder, name, lock, why)) == YK_ERR_BUSY) {
        if (job_is_cancelled(job)) {
            return failure_set(why, YK_ERR_CANCELLED, "stopped while waiting for %s", name);
        }
        const struct timespec wait = {0, LOCK_WAIT_NS};
        nanosleep(&wait, NULL);
    }
    return status;
}

void archive_unlock(int lock)
{
    if (lock >= 0) {
        close(lock);
    }
}

bool archive_is_part(const char *name)
{
    return strncmp(name, INCOMING, strlen(INCOMING)) == 0 && name_ends_with(name, DISK_PART);
}

bool archive_part_is_alive(const char *path)
{
    int lock = -1;
    enum yk_status status = try_lock_path(path, &lock, NULL);
    archive_unlock(lock);
    return status == YK_ERR_BUSY;
}

enum yk_status archive_sweep(const char *folder, size_t *n, struct failure *why)
{
    struct text path;
    text_init(&path);
    size_t removed = 0;
    enum yk_status status = YK_OK;
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        return failure_set_errno(why, errno, "opening %s", folder);
    }
    for (struct dirent *entry; (entry = readdir(dir)) != NULL && status == YK_OK;) {
        int lock = -1;
        if (!archive_is_part(entry->d_name)) {
            continue;
        }
        status = disk_join(folder, entry->d_name, &path, why);
        if (status == YK_OK && try_lock_path(text_string(&path), &lock, NULL) == YK_OK) {
            status = disk_remove(text_string(&path), why);
            removed++;
        }
        archive_unlock(lock);
    }
    closedir(dir);
    text_release(&path);
    if (status == YK_OK) {
        *n = removed;
    }
    return status;
}

/* ---- adding ---- */

struct copying {
    const char *folder, *path;
    int from, to;
    struct stat before;
    struct text part, final;
    char *buffer;
    bool has_part;
};

/* A fresh ".part", locked. A sweep by another process may take it between making and locking;
 * then it is made again. */
static enum yk_status open_part(struct copying *self, struct failure *why)
{
    for (unsigned attempt = 0; attempt < 100; attempt++) {
        char name[80];
        struct stat s;
        snprintf(name, sizeof name, INCOMING "%ld-%" PRId64 "-%u" DISK_PART, (long)getpid(),
                 clock_monotonic_ns(), attempt);
        enum yk_status status = disk_join(self->folder, name, &self->part, why);
        if (status != YK_OK) {
            return status;
        }
        self->to = open(text_string(&self->part), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
        if (self->to < 0) {
            if (errno == EEXIST) {
                continue;
            }
            return failure_set_errno(why, errno, "making a file in %s", self->folder);
        }
        self->has_part = true;
        bool is_locked = flock(self->to, LOCK_EX | LOCK_NB) == 0;
        if (!is_locked && errno != EWOULDBLOCK) {
            return failure_set_errno(why, errno, "locking %s", text_string(&self->part));
        }
        if (is_locked && fstat(self->to, &s) == 0 && s.st_nlink > 0) {
            return YK_OK;
        }
        close(self->to);
        self->to = -1;
    }
    return failure_set(why, YK_ERR_BUSY, "cannot make a file of its own in %s", self->folder);
}

static enum yk_status reserve(const struct copying *self, struct failure *why)
{
    /* Room for all of it at once: a full disk is noticed before minutes of copying. */
    if (self->before.st_size > 0 && fallocate(self->to, 0, 0, self->before.st_size) != 0 &&
        errno == ENOSPC) {
        return failure_set_errno(why, ENOSPC, "archiving %s (%lld bytes) in %s", self->path,
                                 (long long)self->before.st_size, self->folder);
    }
    return YK_OK;
}

static enum yk_status copy_bytes(struct copying *self, struct archived *out, struct job *job,
                                 struct failure *why)
{
    struct digest *digest = NULL;
    uint64_t at = 0;
    enum yk_status status = digest_new(&digest, why);
    while (status == YK_OK) {
        ssize_t got = read(self->from, self->buffer, BUFFER_BYTES);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            status = failure_set_errno(why, errno, "reading %s", self->path);
        } else if (got == 0) {
            break;
        } else if (job_is_cancelled(job)) {
            status = failure_set(why, YK_ERR_CANCELLED, "stopped while copying %s", self->path);
        } else {
            digest_add(digest, self->buffer, (size_t)got);
            status = disk_write(self->to, self->buffer, (size_t)got, self->folder, why);
            at += (uint64_t)got;
            job_progress(job, "archiving", at, (uint64_t)self->before.st_size, "bytes");
        }
    }
    struct stat after;
    if (status == YK_OK &&
        (fstat(self->from, &after) != 0 || at != (uint64_t)self->before.st_size ||
         after.st_size != self->before.st_size ||
         after.st_mtim.tv_sec != self->before.st_mtim.tv_sec ||
         after.st_mtim.tv_nsec != self->before.st_mtim.tv_nsec)) {
        status = failure_set(why, YK_ERR_CONFLICT,
                             "%s changed while it was copied (%" PRIu64 " of %lld bytes); wait "
                             "until it is complete",
                             self->path, at, (long long)self->before.st_size);
    }
    if (status == YK_OK) {
        digest_finish(digest, out->sha256);
        out->bytes = at;
    }
    digest_free(digest);
    return status;
}

/* Is the copy that is already there whole? Then its name lasts when this returns: whoever gave
 * it may have ended before. */
static enum yk_status look_for_copy(struct copying *self, struct archived *out, struct job *job,
                                    struct failure *why)
{
    char name[ARCHIVE_NAME_BYTES], hash[DIGEST_HEX];
    uint64_t bytes = 0;
    enum yk_status status = archive_find(self->folder, out->sha256, name, NULL);
    if (status == YK_ERR_NO_DEVICE) {
        return YK_OK;
    }
    if (status == YK_OK) {
        status = disk_join(self->folder, name, &self->final, why);
    }
    if (status == YK_OK) {
        status = archive_hash(text_string(&self->final), hash, &bytes, job, why);
    }
    if (status == YK_ERR_IO || (status == YK_OK && strcmp(hash, out->sha256) != 0)) {
        out->was_repaired = true;
        status = YK_OK;
    } else if (status == YK_OK) {
        out->was_there = true;
        status = disk_sync_folder(self->folder, why);
    }
    if (status == YK_OK) {
        memcpy(out->name, name, sizeof name);
        snprintf(out->suffix, sizeof out->suffix, "%s", name + DIGEST_HEX);
    }
    return status;
}

/* Another program may have archived the same content in this moment: then its file stays,
 * because that program may hold it locked already. A damaged file is replaced under its lock.
 */
static enum yk_status publish(struct copying *self, struct archived *out, struct failure *why)
{
    const char *part = text_string(&self->part), *final = text_string(&self->final);
    if (!out->was_repaired) {
        enum yk_status status = disk_publish_new(part, final, why);
        out->was_there = status == YK_ERR_CONFLICT;
        return out->was_there ? disk_sync_folder(self->folder, why) : status;
    }
    int lock = -1;
    enum yk_status status = archive_try_lock(self->folder, out->name, &lock, why);
    if (status == YK_OK) {
        status = disk_publish(part, final, why);
    } else {
        unlink(part);
    }
    archive_unlock(lock);
    return status;
}

static enum yk_status prove_and_publish(struct copying *self, struct archived *out,
                                        struct job *job, struct failure *why)
{
    char hash[DIGEST_HEX];
    uint64_t bytes = 0;
    if (fsync(self->to) != 0) {
        return failure_set_errno(why, errno, "asking the disk to keep the copy of %s",
                                 self->path);
    }
    posix_fadvise(self->to, 0, 0,
                  POSIX_FADV_DONTNEED); /* so that the disk is read, not memory */
    enum yk_status status = hash_fd(self->to, text_string(&self->part), out->bytes, "verifying",
                                    self->buffer, hash, &bytes, job, why);
    if (status == YK_OK && strcmp(hash, out->sha256) != 0) {
        status = failure_set(why, YK_ERR_CORRUPT,
                             "the copy of %s in %s reads back differently: check that disk",
                             self->path, self->folder);
    }
    if (status == YK_OK) {
        status = disk_join(self->folder, out->name, &self->final, why);
    }
    if (status == YK_OK) {
        status = publish(self, out, why);
        self->has_part = false; /* published, or removed */
    }
    return status;
}

static enum yk_status open_source(struct copying *self, struct failure *why)
{
    self->from = open(self->path, O_RDONLY | O_CLOEXEC);
    if (self->from < 0 || fstat(self->from, &self->before) != 0) {
        return failure_set_errno(why, errno, "opening %s", self->path);
    }
    if (!S_ISREG(self->before.st_mode)) {
        return failure_set(why, YK_ERR_ARGUMENT, "%s is not a file", self->path);
    }
    posix_fadvise(self->from, 0, 0, POSIX_FADV_SEQUENTIAL);
    self->buffer = mem_alloc(BUFFER_BYTES, 1);
    return self->buffer != NULL
               ? YK_OK
               : failure_set(why, YK_ERR_MEMORY, "no memory to copy %s", self->path);
}

static void copying_release(struct copying *self)
{
    if (self->has_part) {
        unlink(text_string(&self->part));
    }
    if (self->from >= 0) {
        close(self->from);
    }
    if (self->to >= 0) {
        close(self->to);
    }
    mem_free(self->buffer);
    text_release(&self->part);
    text_release(&self->final);
}

enum yk_status archive_add(const char *folder, const char *path, struct archived *out,
                           struct job *job, struct failure *why)
{
    struct copying self = {.folder = folder, .path = path, .from = -1, .to = -1};
    struct archived now = {.bytes = 0};
    text_init(&self.part);
    text_init(&self.final);
    enum yk_status status = open_source(&self, why);
    if (status == YK_OK) {
        status = open_part(&self, why);
    }
    if (status == YK_OK) {
        status = reserve(&self, why);
    }
    if (status == YK_OK) {
        status = copy_bytes(&self, &now, job, why);
    }
    if (status == YK_OK) {
        archive_suffix_of(path, now.suffix);
        snprintf(now.name, sizeof now.name, "%s.%s", now.sha256, now.suffix);
        status = look_for_copy(&self, &now, job, why);
    }
    if (status == YK_OK && !now.was_there) {
        status = prove_and_publish(&self, &now, job, why);
    }
    copying_release(&self);
    if (status == YK_OK) {
        *out = now;
    }
    return status;
}

/* ---- adopting ---- */

/* disk_publish_new() takes the part away when it fails; here it is all there is. *is_taken:
 * somebody else gave the name in this moment, and the part is where it was. */
static enum yk_status move_in(const char *part, const char *final, bool *is_taken,
                              struct failure *why)
{
    int failed = renameat2(AT_FDCWD, part, AT_FDCWD, final, RENAME_NOREPLACE);
    if (failed != 0 && (errno == EINVAL || errno == ENOSYS) && access(final, F_OK) != 0) {
        failed = rename(part, final);
    }
    *is_taken = failed != 0 && errno == EEXIST;
    if (*is_taken) {
        return YK_OK;
    }
    return failed == 0 ? disk_sync_parent(final, why)
                       : failure_set_errno(why, errno, "moving %s into the archive", part);
}

static enum yk_status replace_damaged(const char *folder, const char *name, const char *part,
                                      const char *final, struct failure *why)
{
    int lock = -1;
    enum yk_status status = archive_try_lock(folder, name, &lock, why);
    if (status == YK_OK) {
        status = rename(part, final) == 0
                     ? disk_sync_parent(final, why)
                     : failure_set_errno(why, errno, "replacing %s", final);
    }
    archive_unlock(lock);
    return status;
}

enum yk_status archive_adopt(const char *folder, const char *part, struct archived *out,
                             struct job *job, struct failure *why)
{
    struct copying self = {.folder = folder, .path = part, .from = -1, .to = -1};
    struct archived now = *out;
    bool is_taken;
    enum yk_status status;
    text_init(&self.part);
    text_init(&self.final);
    now.was_there = now.was_repaired = false;
    snprintf(now.name, sizeof now.name, "%s.%s", now.sha256, now.suffix);
    do { /* the part goes only when what has the name was read and is whole */
        is_taken = false;
        status = look_for_copy(&self, &now, job, why);
        if (status == YK_OK && now.was_there) {
            status = disk_remove(part, why);
        } else if (status == YK_OK) {
            status = disk_join(folder, now.name, &self.final, why);
            if (status == YK_OK) {
                status =
                    now.was_repaired
                        ? replace_damaged(folder, now.name, part, text_string(&self.final), why)
                        : move_in(part, text_string(&self.final), &is_taken, why);
            }
        }
    } while (status == YK_OK && is_taken);
    copying_release(&self);
    if (status == YK_OK) {
        *out = now;
    }
    return status;
}
