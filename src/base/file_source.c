/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bytes of a regular file, read with pread(): no shared position, so any number of threads may
 * read at once. Not mapped into memory on purpose: a file that shrinks while it is read, or a
 * disk that fails, must be a failure and not a signal.
 */
#include "src/base/byte_source.h"
#include "src/base/mem.h"
#include "src/base/names.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct file_source {
    struct byte_source base;
    int fd;
    struct timespec written; /* as it was when opened */
    char *path;
};

/* What is read in several passes must be one content: a file that became shorter, or was
 * written to within its length (copied anew, or set to its length before it is filled), is
 * not. One that only grows is read up to where it ended. */
static enum yk_status check_same(const struct file_source *self, struct failure *why)
{
    struct stat now;
    if (fstat(self->fd, &now) != 0) {
        int error = errno;
        return failure_set_errno(why, error, "looking at %s", self->path);
    }
    uint64_t size = (uint64_t)now.st_size;
    bool is_same_time = now.st_mtim.tv_sec == self->written.tv_sec &&
                        now.st_mtim.tv_nsec == self->written.tv_nsec;
    if (size < self->base.size || (size == self->base.size && !is_same_time)) {
        return failure_set(why, YK_ERR_IO,
                           "%s was changed while it was read; try again when nothing writes "
                           "to it any more",
                           self->base.name);
    }
    return YK_OK;
}

static enum yk_status file_read_at(struct byte_source *base, uint64_t pos, void *dst,
                                   size_t want, size_t *got, struct failure *why)
{
    struct file_source *self = (struct file_source *)base;
    uint64_t left = pos < base->size ? base->size - pos : 0;
    size_t n = want < left ? want : (size_t)left;
    size_t have = 0;
    while (have < n) {
        ssize_t r = pread(self->fd, (char *)dst + have, n - have, (off_t)(pos + have));
        if (r < 0 && errno == EINTR) {
            continue;
        }
        if (r < 0) {
            int error = errno;
            return failure_set_errno(why, error, "reading %s at byte %" PRIu64, base->name,
                                     pos + have);
        }
        if (r == 0) { /* the file became shorter since it was opened */
            break;
        }
        have += (size_t)r;
    }
    enum yk_status status = check_same(self, why);
    if (status == YK_OK) {
        *got = have;
    }
    return status;
}

static void file_close(struct byte_source *base)
{
    struct file_source *self = (struct file_source *)base;
    close(self->fd);
    mem_free(self->path);
    mem_free(self);
}

static const struct byte_source_ops FILE_OPS = {file_read_at, file_close};

static enum yk_status check_kind(const struct stat *status, const char *path,
                                 struct failure *why)
{
    if (S_ISDIR(status->st_mode)) {
        return failure_set(why, YK_ERR_ARGUMENT, "%s is a folder; name a file in it", path);
    }
    if (!S_ISREG(status->st_mode)) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "%s is not a regular file; copy it to a file first", path);
    }
    return YK_OK;
}

enum yk_status file_source_open(const char *path, struct byte_source **out, struct failure *why)
{
    /* O_NONBLOCK: opening a pipe nobody writes to must not wait; regular files ignore it. */
    const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    /* No date of access is written: what is read may be a recorder's own memory. */
    int fd = open(path, flags | O_NOATIME);
    if (fd < 0 && errno == EPERM) { /* somebody else's file */
        fd = open(path, flags);
    }
    if (fd < 0) {
        int error = errno;
        return failure_set_errno(why, error, "opening %s", path);
    }
    struct stat status;
    enum yk_status result = YK_OK;
    struct file_source *self = NULL;
    if (fstat(fd, &status) != 0) {
        int error = errno;
        result = failure_set_errno(why, error, "looking at %s", path);
        goto done;
    }
    result = check_kind(&status, path, why);
    if (result != YK_OK) {
        goto done;
    }
    self = mem_alloc(1, sizeof *self);
    char *copy = self != NULL ? mem_copy_text(path) : NULL;
    if (copy == NULL) {
        result = failure_set(why, YK_ERR_MEMORY, "out of memory opening %s", path);
        goto done;
    }
    posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    *self = (struct file_source){
        .base = {.ops = &FILE_OPS,
                 .size = (uint64_t)status.st_size,
                 .name = name_of_path(copy),
                 .path = copy},
        .fd = fd,
        .written = status.st_mtim,
        .path = copy,
    };
    *out = &self->base;
    return YK_OK;
done:
    mem_free(self);
    close(fd);
    return result;
}
