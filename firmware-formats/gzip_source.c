/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * gzip (RFC 1952) through zlib. The temporary file lies in $TMPDIR or /tmp and has no name: it
 * disappears with the program, however that ends.
 *
 * Left out: random access into the compressed file.
 */
#include "firmware-formats/gzip_source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "src/base/disk.h"
#include "src/base/mem.h"

#define CHUNK ((size_t)256 << 10)
/* Recordings shrink by 2 .. 10, tables by 20. More than 200 over more than 256 MiB is no
 * recording; nor is anything above 64 GiB. */
#define FREE_BYTES (UINT64_C(256) << 20)
#define RATIO_MOST 200
#define BYTES_MOST (UINT64_C(64) << 30)

struct gzip_source {
    struct byte_source base;
    int fd;
    char *name, *path;
};

bool gzip_source_probe(struct byte_source *bytes)
{
    uint8_t at[3];
    size_t got = 0;
    return byte_source_read_at(bytes, 0, at, sizeof at, &got, NULL) == YK_OK && got == 3 &&
           memcmp(at, "\x1f\x8b\x08", 3) == 0;
}

static enum yk_status read_at(struct byte_source *base, uint64_t pos, void *dst, size_t want,
                              size_t *got, struct failure *why)
{
    struct gzip_source *self = (struct gzip_source *)base;
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
    struct gzip_source *self = (struct gzip_source *)base;
    if (self->fd >= 0) {
        close(self->fd);
    }
    mem_free(self->name);
    mem_free(self->path);
    mem_free(self);
}

static const struct byte_source_ops GZIP_OPS = {read_at, close_source};

/* ---- unpacking ---- */

struct unpacker {
    struct byte_source *packed;
    struct gzip_source *to;
    struct job *job;
    z_stream z;
    uint8_t *in, *out;
    uint64_t pos; /* in packed */
};

/* zlib's memory comes through the same gate as ours. */
static voidpf allocate(voidpf nobody, uInt count, uInt size)
{
    (void)nobody;
    return mem_alloc(count, size);
}

static void give_back(voidpf nobody, voidpf at)
{
    (void)nobody;
    mem_free(at);
}

static enum yk_status open_temporary(int *fd, struct failure *why)
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

static enum yk_status keep(struct unpacker *self, size_t n, struct failure *why)
{
    struct byte_source *to = &self->to->base;
    if (to->size + n > BYTES_MOST ||
        (to->size + n > FREE_BYTES && (to->size + n) / RATIO_MOST > self->pos)) {
        return failure_set(why, YK_ERR_CORRUPT,
                           "%s unpacks to more than %" PRIu64 " bytes from %" PRIu64
                           ": no recording does that",
                           self->packed->name, to->size + n, self->pos);
    }
    enum yk_status status =
        disk_write(self->to->fd, self->out, n, "the temporary unpacked copy", why);
    if (status == YK_OK) {
        to->size += n;
    }
    return status;
}

/* Unpacks what is in the input buffer. *is_over: nothing that follows can be unpacked. */
static enum yk_status inflate_chunk(struct unpacker *self, bool *is_over, struct failure *why)
{
    while (self->z.avail_in > 0 && !*is_over) {
        self->z.next_out = self->out;
        self->z.avail_out = (uInt)CHUNK;
        int code = inflate(&self->z, Z_NO_FLUSH);
        if (code == Z_MEM_ERROR) {
            return failure_set(why, YK_ERR_MEMORY, "no memory to unpack %s",
                               self->packed->name);
        }
        enum yk_status status = keep(self, CHUNK - self->z.avail_out, why);
        if (status != YK_OK) {
            return status;
        }
        if (code == Z_STREAM_END) {
            /* Another member may follow; zeros (padding of a tape or disk) may too. */
            while (self->z.avail_in > 0 && *self->z.next_in == 0) {
                self->z.next_in++;
                self->z.avail_in--;
            }
            self->to->base.damage = NULL;
            inflateReset(&self->z);
        } else if (code != Z_OK && code != Z_BUF_ERROR) {
            self->to->base.damage = self->to->base.size > 0
                                        ? "compressed file is damaged: read up to there"
                                        : "compressed file is damaged";
            *is_over = true;
        } else {
            self->to->base.damage = "compressed file is cut off: read up to there";
        }
    }
    return YK_OK;
}

static enum yk_status unpack(struct unpacker *self, struct failure *why)
{
    bool is_over = false;
    while (!is_over) {
        size_t got = 0;
        enum yk_status status =
            byte_source_read_at(self->packed, self->pos, self->in, CHUNK, &got, why);
        if (status != YK_OK || got == 0) {
            return status;
        }
        if (job_is_cancelled(self->job)) {
            return failure_set(why, YK_ERR_CANCELLED, "cancelled while unpacking %s",
                               self->packed->name);
        }
        job_progress(self->job, "unpacking", self->pos, self->packed->size, "bytes");
        self->pos += got;
        self->z.next_in = self->in;
        self->z.avail_in = (uInt)got;
        status = inflate_chunk(self, &is_over, why);
        if (status != YK_OK) {
            return status;
        }
    }
    return YK_OK;
}

static enum yk_status unpack_to(struct gzip_source *to, struct byte_source *packed,
                                struct job *job, struct failure *why)
{
    struct unpacker self = {.packed = packed, .to = to, .job = job};
    self.z.zalloc = allocate;
    self.z.zfree = give_back;
    self.in = mem_alloc(CHUNK, 1);
    self.out = mem_alloc(CHUNK, 1);
    enum yk_status status = YK_OK;
    if (self.in == NULL || self.out == NULL || inflateInit2(&self.z, 15 + 16) != Z_OK) {
        status = failure_set(why, YK_ERR_MEMORY, "no memory to unpack %s", packed->name);
    } else {
        status = unpack(&self, why);
        inflateEnd(&self.z);
    }
    mem_free(self.in);
    mem_free(self.out);
    if (status == YK_OK && to->base.size == 0 && to->base.damage != NULL) {
        status = failure_set_at(why, YK_ERR_CORRUPT, 0,
                                "%s: the compressed file is damaged at its beginning; make it "
                                "anew from the original",
                                packed->name);
    }
    return status;
}

enum yk_status gzip_source_open(struct byte_source *packed, struct job *job,
                                struct byte_source **out, struct failure *why)
{
    struct gzip_source *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory to unpack %s", packed->name);
    }
    self->base.ops = &GZIP_OPS;
    self->fd = -1;
    self->name = mem_copy_text(packed->name);
    self->path = packed->path != NULL ? mem_copy_text(packed->path) : NULL;
    enum yk_status status = YK_OK;
    if (self->name == NULL || (packed->path != NULL && self->path == NULL)) {
        status = failure_set(why, YK_ERR_MEMORY, "no memory to unpack %s", packed->name);
    }
    if (status == YK_OK) {
        status = open_temporary(&self->fd, why);
    }
    if (status == YK_OK) {
        status = unpack_to(self, packed, job, why);
    }
    if (status != YK_OK) {
        close_source(&self->base);
        return status;
    }
    self->base.name = self->name;
    self->base.path = self->path;
    *out = &self->base;
    return YK_OK;
}
