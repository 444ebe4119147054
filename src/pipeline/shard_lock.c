/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The lock of a shard. Its file says who: "host process start-of-process". On one host a
 * process that is gone, or whose number was given to another since, frees it at once. Of
 * another host only the file's age can be known, which the owner refreshes every minute.
 *
 * The file appears under its name with its line in it (written aside, then linked: link(2)
 * fails when the name is there, on network file systems too), so that a task that is killed on
 * the way leaves no lock that says nothing. Where there are no hard links it is named by a
 * rename that replaces nothing, and where that is missing too it is made in place; an empty
 * lock, which only then can stay behind, is nobody's after a minute.
 *
 * Two tasks that find the same stale lock at the same moment: one of them could remove what the
 * other has put in its place since. So it is looked at again and removed under an advisory lock
 * of the file itself, which is held for no longer than that.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/utf8.h"
#include "src/pipeline/shard.h"

enum { STALE_S = 15 * 60, EMPTY_S = 60, BEAT_S = 60, TRIES = 3 };
#define ASIDE_PREFIX "lock."

struct shard_lock {
    char *path;
    char *aside; /* where the line is written before the lock has its name */
    char mine[256];
    _Atomic int64_t beaten_ns;
};

/* Clock ticks since boot at which a process began; 0 when there is none. */
static int64_t start_of(int64_t pid)
{
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%" PRId64 "/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, line, sizeof line - 1) : -1;
    if (fd >= 0) {
        close(fd);
    }
    if (n <= 0) {
        return 0;
    }
    line[n] = '\0';
    /* The name, in brackets, may hold anything: fields are counted from its end. */
    const char *at = strrchr(line, ')');
    for (int field = 2; at != NULL && field < 22; field++) {
        at = strchr(at + 1, ' ');
    }
    int64_t start = 0;
    if (at == NULL || !text_parse_int64(at + 1, strcspn(at + 1, " "), &start)) {
        return 0;
    }
    return start;
}

static void host_name(char out[static 128])
{
    if (gethostname(out, 128) != 0) {
        snprintf(out, 128, "unknown");
    }
    out[127] = '\0';
    for (char *c = out; *c != '\0'; c++) {
        *c = *c == ' ' ? '_' : *c;
    }
}

static bool read_lock(const char *path, char *out, size_t room)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, out, room - 1) : -1;
    if (fd >= 0) {
        close(fd);
    }
    out[n > 0 ? n : 0] = '\0';
    return n >= 0;
}

/* "host process start"; false when the line is not whole. */
static bool parse_owner(const char *line, char host[static 128], int64_t *pid, int64_t *start)
{
    size_t n = strcspn(line, " ");
    if (n == 0 || n >= 128 || line[n] != ' ') {
        return false;
    }
    memcpy(host, line, n);
    host[n] = '\0';
    const char *number = line + n + 1;
    size_t digits = strcspn(number, " ");
    const char *last = number + digits + 1;
    return number[digits] == ' ' && text_parse_int64(number, digits, pid) &&
           text_parse_int64(last, strcspn(last, "\n"), start);
}

/* Whether nobody can be behind the lock any more. */
static bool is_stale(const char *path, const char *line)
{
    char host[128], owner[128];
    int64_t pid = 0, start = 0;
    struct stat status;
    host_name(host);
    if (parse_owner(line, owner, &pid, &start) && strcmp(owner, host) == 0) {
        return pid <= 0 || start_of(pid) != start;
    }
    /* Of another host, or not yet written: by its age. */
    return stat(path, &status) == 0 && clock_now_utc_ns() / NS_PER_S - status.st_mtime >
                                           (strchr(line, '\n') != NULL ? STALE_S : EMPTY_S);
}

/* Removes a lock that is still stale when nobody else is looking. Where the file system has no
 * advisory locks (ENOLCK) it is removed all the same. */
static void set_aside(const char *path)
{
    char line[256];
    struct stat seen, now;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        return;
    }
    bool is_busy = flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    bool is_same = fstat(fd, &seen) == 0 && stat(path, &now) == 0 &&
                   seen.st_dev == now.st_dev && seen.st_ino == now.st_ino;
    if (!is_busy && is_same && read_lock(path, line, sizeof line) && is_stale(path, line)) {
        unlink(path);
    }
    close(fd);
}

/* Writes the line into path, opened with these flags besides; path is gone when that fails. */
static enum yk_status write_line(const struct shard_lock *self, const char *path, int flags,
                                 struct failure *why)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666);
    if (fd < 0) {
        return failure_set_errno(why, errno, "making %s", path);
    }
    enum yk_status status = disk_write(fd, self->mine, strlen(self->mine), path, why);
    if (status == YK_OK && fsync(fd) != 0) {
        status = failure_set_errno(why, errno, "asking the disk to keep %s", path);
    }
    if (close(fd) != 0 && status == YK_OK) {
        status = failure_set_errno(why, errno, "closing %s", path);
    }
    if (status != YK_OK) {
        unlink(path);
    }
    return status;
}

/* Gives what was written aside the lock's name. YK_ERR_CONFLICT: somebody has the lock. */
static enum yk_status name_it(const struct shard_lock *self, struct failure *why)
{
    struct stat status;
    if (link(self->aside, self->path) == 0) {
        return YK_OK;
    }
    if (errno == ENOENT) { /* swept away by one who got the lock in this instant */
        return YK_ERR_CONFLICT;
    }
    if (errno == EEXIST) {
        /* A repeated request over a network says so of its own success. */
        bool is_ours = stat(self->aside, &status) == 0 && status.st_nlink == 2;
        return is_ours ? YK_OK : YK_ERR_CONFLICT;
    }
    if (renameat2(AT_FDCWD, self->aside, AT_FDCWD, self->path, RENAME_NOREPLACE) == 0) {
        return YK_OK;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return errno == EEXIST ? YK_ERR_CONFLICT
                               : failure_set_errno(why, errno, "making %s", self->path);
    }
    return access(self->path, F_OK) == 0 ? YK_ERR_CONFLICT
                                         : write_line(self, self->path, O_EXCL, why);
}

static enum yk_status try_once(const struct shard_lock *self, bool *is_taken, char *line,
                               size_t room, struct failure *why)
{
    enum yk_status status = write_line(self, self->aside, O_TRUNC, why);
    if (status == YK_OK) {
        status = name_it(self, why);
        unlink(self->aside);
    }
    *is_taken = status == YK_OK;
    if (status != YK_ERR_CONFLICT) {
        return status;
    }
    if (read_lock(self->path, line, room) && is_stale(self->path, line)) {
        set_aside(self->path);
    }
    return YK_OK;
}

/* What others that were killed wrote aside, or began to: who is only slow will see that the
 * lock is taken. */
static void sweep(const char *folder)
{
    DIR *dir = opendir(folder);
    struct text path;
    char line[256];
    text_init(&path);
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        if (strncmp(entry->d_name, ASIDE_PREFIX, sizeof ASIDE_PREFIX - 1) == 0 &&
            disk_join(folder, entry->d_name, &path, NULL) == YK_OK &&
            read_lock(text_string(&path), line, sizeof line) &&
            (strchr(line, '\n') == NULL || is_stale(text_string(&path), line))) {
            unlink(text_string(&path));
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
    text_release(&path);
}

static void lock_free(struct shard_lock *self)
{
    if (self != NULL) {
        mem_free(self->path);
        mem_free(self->aside);
        mem_free(self);
    }
}

/* Its paths, and the line that says who we are. */
static struct shard_lock *lock_new(const char *folder)
{
    struct text path;
    char host[128];
    text_init(&path);
    struct shard_lock *self = mem_alloc(1, sizeof *self);
    if (self != NULL && disk_join(folder, "lock", &path, NULL) == YK_OK) {
        self->path = mem_copy_text(text_string(&path));
        host_name(host);
        snprintf(self->mine, sizeof self->mine, "%s %ld %" PRId64 "\n", host, (long)getpid(),
                 start_of((int64_t)getpid()));
        text_clear(&path);
        text_addf(&path, "%s/" ASIDE_PREFIX "%s.%ld", folder, host, (long)getpid());
        self->aside =
            text_status(&path, NULL) == YK_OK ? mem_copy_text(text_string(&path)) : NULL;
    }
    text_release(&path);
    if (self != NULL && (self->path == NULL || self->aside == NULL)) {
        lock_free(self);
        return NULL;
    }
    return self;
}

enum yk_status shard_lock_take(const char *folder, struct shard_lock **out, struct failure *why)
{
    char line[256] = "";
    struct shard_lock *self = lock_new(folder);
    enum yk_status status = YK_OK;
    bool is_taken = false;
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "out of memory for a lock");
    }
    for (int i = 0; i < TRIES && status == YK_OK && !is_taken; i++) {
        status = try_once(self, &is_taken, line, sizeof line, why);
    }
    if (status == YK_OK && !is_taken) {
        line[strcspn(line, "\n")] = '\0';
        status =
            failure_set(why, YK_ERR_BUSY,
                        "%s: another task works here (host, process, start: %.*s); wait for "
                        "it, or remove the file if that machine is gone",
                        self->path, utf8_shown(line, 150), line);
    }
    if (status != YK_OK) {
        lock_free(self);
        return status;
    }
    sweep(folder);
    atomic_store(&self->beaten_ns, clock_monotonic_ns());
    *out = self;
    return YK_OK;
}

void shard_lock_beat(struct shard_lock *self)
{
    int64_t now = clock_monotonic_ns();
    if (self != NULL && now - atomic_load(&self->beaten_ns) > BEAT_S * NS_PER_S) {
        atomic_store(&self->beaten_ns, now);
        utimensat(AT_FDCWD, self->path, NULL, 0);
    }
}

void shard_lock_release(struct shard_lock *self)
{
    char line[256];
    if (self != NULL) {
        /* Taken over meanwhile (a clock gone wrong): then it is not ours to remove. */
        if (read_lock(self->path, line, sizeof line) && strcmp(line, self->mine) == 0) {
            unlink(self->path);
        }
        lock_free(self);
    }
}
