/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A temporary file as a byte source, see temporary_source.h.
 */
#include "firmware-formats/temporary_source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/base/disk.h"
#include "src/base/mem.h"

/* Recordings shrink by 2 .. 10, tables by 20. More than 200 over more than 256 MiB is no
 * recording; nor is anything above 64 GiB. */
#define FREE_BYTES (UINT64_C(256) << 20)
#define RATIO_MOST 200
#define BYTES_MOST (UINT64_C(64) << 30)

static enum yk_status read_at(struct byte_source *base, uint64_t pos, void *dst, size_t want,
                              size_t *got, struct failure *why)
{
    struct temporary_source *self = (struct temporary_source *)base;
    uint64_t left = pos < base->size ? base->size - pos : 0;
    size_t n = want < left ? want : (size_t)left, have = 0;
    while (have < n) {
        ssize_t r = pread(self->fd, (char *)dst + have, n - have, (off_t)(pos + have));
        if (r < 0 && errno == EINTR) {
            continue;
        }
        if (r <= 0) {
            return failure_set_errno(why, r < 0 ? errno : EIO, "reading the unpacked %s",
                                     base->name);
        }
        have += (size_t)r;
    }
    *got = have;
    return YK_OK;
}

static void close_source(struct byte_source *base)
{
    struct temporary_source *self = (struct temporary_source *)base;
    if (self->fd >= 0) {
        close(self->fd);
    }
    mem_free(self->name);
    mem_free(self->path);
    mem_free(self);
}

static const struct byte_source_ops TEMPORARY_OPS = {read_at, close_source};

static enum yk_status open_file(int *fd, struct failure *why)
{
    const char *folder = getenv("TMPDIR");
    folder = folder != NULL && *folder != '\0' ? folder : "/tmp";
    *fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (*fd < 0) { /* some file systems cannot make files without a name */
        char path[4096];
        int n = snprintf(path, sizeof path, "%s/yoake-XXXXXX", folder);
        *fd = n > 0 && (size_t)n < sizeof path ? mkostemp(path, O_CLOEXEC) : -1;
        if (*fd >= 0) {
            unlink(path);
        }
    }
    return *fd >= 0 ? YK_OK
                    : failure_set_errno(why, errno,
                                        "making a temporary file in %s (set TMPDIR)", folder);
}

enum yk_status temporary_source_open(const char *name, const char *path,
                                     struct temporary_source **out, struct failure *why)
{
    struct temporary_source *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory to unpack %s", name);
    }
    self->base.ops = &TEMPORARY_OPS;
    self->fd = -1;
    self->name = mem_copy_text(name);
    self->path = path != NULL ? mem_copy_text(path) : NULL;
    self->base.name = self->name;
    self->base.path = self->path;
    enum yk_status status = YK_OK;
    if (self->name == NULL || (path != NULL && self->path == NULL)) {
        status = failure_set(why, YK_ERR_MEMORY, "no memory to unpack %s", name);
    } else {
        status = open_file(&self->fd, why);
    }
    if (status != YK_OK) {
        close_source(&self->base);
        return status;
    }
    *out = self;
    return YK_OK;
}

enum yk_status temporary_source_add(struct temporary_source *self, const void *at, size_t n,
                                    uint64_t packed_bytes, struct failure *why)
{
    uint64_t size = self->base.size + n;
    if (size > BYTES_MOST || (size > FREE_BYTES && size / RATIO_MOST > packed_bytes)) {
        return failure_set(why, YK_ERR_CORRUPT,
                           "%s unpacks to more than %" PRIu64 " bytes from %" PRIu64
                           ": no recording does that",
                           self->base.name, size, packed_bytes);
    }
    enum yk_status status = disk_write(self->fd, at, n, "the temporary unpacked copy", why);
    if (status == YK_OK) {
        self->base.size = size;
    }
    return status;
}
