/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The lock of a shard. Its file says who: "host process start-of-process". On one host a
 * process that is gone, or whose number was given to another since, frees it at once. Of
 * another host only the file's age can be known, which the owner refreshes every minute.
 *
 * Two tasks that find the same stale lock at the same moment: one of them could remove what the
 * other has put in its place since. So it is looked at again and removed under an advisory lock
 * of the folder, which is held for no longer than that.
 */
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
#include "src/pipeline/shard.h"

enum { STALE_S = 15 * 60, BEAT_S = 60, TRIES = 3 };

struct shard_lock {
    char *path;
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
    return stat(path, &status) == 0 &&
           clock_now_utc_ns() / NS_PER_S - status.st_mtime > STALE_S;
}

/* Removes a lock that is still stale when nobody else is looking. Where the file system has no
 * advisory locks (ENOLCK) it is removed all the same. */
static void set_aside(const char *folder, const char *path)
{
    char line[256];
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is_busy = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (!is_busy && read_lock(path, line, sizeof line) && is_stale(path, line)) {
        unlink(path);
    }
    if (fd >= 0) {
        close(fd);
    }
}

static enum yk_status try_once(struct shard_lock *self, const char *folder, bool *is_taken,
                               char *line, size_t room, struct failure *why)
{
    int fd = open(self->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    *is_taken = false;
    if (fd >= 0) {
        enum yk_status status = disk_write(fd, self->mine, strlen(self->mine), self->path, why);
        if (close(fd) != 0 && status == YK_OK) {
            status = failure_set_errno(why, errno, "closing %s", self->path);
        }
        *is_taken = status == YK_OK;
        if (status != YK_OK) {
            unlink(self->path);
        }
        return status;
    }
    if (errno != EEXIST) {
        return failure_set_errno(why, errno, "making %s", self->path);
    }
    if (read_lock(self->path, line, room) && is_stale(self->path, line)) {
        set_aside(folder, self->path);
    }
    return YK_OK;
}

enum yk_status shard_lock_take(const char *folder, struct shard_lock **out, struct failure *why)
{
    char host[128], line[256] = "";
    struct text path;
    text_init(&path);
    struct shard_lock *self = mem_alloc(1, sizeof *self);
    enum yk_status status = self != NULL
                                ? disk_join(folder, "lock", &path, why)
                                : failure_set(why, YK_ERR_MEMORY, "out of memory for a lock");
    if (status == YK_OK) {
        self->path = mem_copy_text(text_string(&path));
        status = self->path != NULL
                     ? YK_OK
                     : failure_set(why, YK_ERR_MEMORY, "out of memory for a lock");
    }
    text_release(&path);
    bool is_taken = false;
    if (status == YK_OK) {
        host_name(host);
        snprintf(self->mine, sizeof self->mine, "%s %ld %" PRId64 "\n", host, (long)getpid(),
                 start_of((int64_t)getpid()));
    }
    for (int i = 0; i < TRIES && status == YK_OK && !is_taken; i++) {
        status = try_once(self, folder, &is_taken, line, sizeof line, why);
    }
    if (status == YK_OK && !is_taken) {
        line[strcspn(line, "\n")] = '\0';
        status =
            failure_set(why, YK_ERR_BUSY,
                        "%s: another task works here (host, process, start: %.150s); wait for "
                        "it, or remove the file if that machine is gone",
                        self->path, line);
    }
    if (status != YK_OK) {
        if (self != NULL) {
            mem_free(self->path);
        }
        mem_free(self);
        return status;
    }
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
        mem_free(self->path);
        mem_free(self);
    }
}
