/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * gzip (RFC 1952) through zlib, into a temporary file (temporary_source.h).
 *
 * Left out: random access into the compressed file.
 */
#include "firmware-formats/gzip_source.h"

#include <string.h>
#include <zlib.h>

#include "firmware-formats/temporary_source.h"
#include "src/base/mem.h"

#define CHUNK ((size_t)256 << 10)

bool gzip_source_probe(struct byte_source *bytes)
{
    uint8_t at[3];
    size_t got = 0;
    return byte_source_read_at(bytes, 0, at, sizeof at, &got, NULL) == YK_OK && got == 3 &&
           memcmp(at, "\x1f\x8b\x08", 3) == 0;
}

/* ---- unpacking ---- */

struct unpacker {
    struct byte_source *packed;
    struct temporary_source *to;
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
        enum yk_status status = temporary_source_add(self->to, self->out,
                                                     CHUNK - self->z.avail_out, self->pos, why);
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

static enum yk_status unpack_to(struct temporary_source *to, struct byte_source *packed,
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
    struct temporary_source *to = NULL;
    enum yk_status status = temporary_source_open(packed->name, packed->path, &to, why);
    if (status != YK_OK) {
        return status;
    }
    status = unpack_to(to, packed, job, why);
    if (status != YK_OK) {
        byte_source_close(&to->base);
        return status;
    }
    *out = &to->base;
    return YK_OK;
}
