/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sectors lie 512 bytes apart. When one does not start where it should (bytes were lost in a
 * transfer), the next signature with a right checksum within 511 bytes is taken as the new
 * raster.
 */
#include "firmware-formats/cwa_stream.h"

#include <string.h>

#include "src/base/mem.h"

#define LOOKAHEAD ((size_t)2 * CWA_SECTOR_BYTES) /* a sector that starts inside a bad one */

enum yk_status cwa_stream_init(struct cwa_stream *self, struct byte_source *bytes, uint64_t pos,
                               uint64_t end, size_t capacity, struct failure *why)
{
    uint8_t *buffer = mem_alloc_lines(capacity, 1);
    if (buffer == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for a read buffer of %zu bytes",
                           capacity);
    }
    *self = (struct cwa_stream){.bytes = bytes,
                                .end = end,
                                .pos = pos,
                                .at = pos,
                                .buffer = buffer,
                                .capacity = capacity};
    return YK_OK;
}

void cwa_stream_release(struct cwa_stream *self)
{
    mem_free(self->buffer);
    *self = (struct cwa_stream){.buffer = NULL};
}

void cwa_stream_seek(struct cwa_stream *self, uint64_t pos)
{
    if (pos < self->at || pos > self->at + self->filled) {
        self->at = pos;
        self->filled = 0;
    }
    self->pos = pos;
}

bool cwa_stream_is_ready(const struct cwa_stream *self)
{
    uint64_t have = self->at + self->filled;
    return have >= self->end || self->pos + LOOKAHEAD <= have;
}

enum yk_status cwa_stream_fill(struct cwa_stream *self, struct failure *why)
{
    size_t used = (size_t)(self->pos - self->at), keep = self->filled - used;
    memmove(self->buffer, self->buffer + used, keep);
    self->at = self->pos;
    self->filled = keep;
    while (!cwa_stream_is_ready(self)) {
        uint64_t left = self->end - self->at - self->filled;
        size_t room = self->capacity - self->filled, got = 0;
        enum yk_status status = byte_source_read_at(
            self->bytes, self->at + self->filled, self->buffer + self->filled,
            left < room ? (size_t)left : room, &got, why);
        if (status != YK_OK) {
            return status;
        }
        self->filled += got;
        if (got == 0) {
            self->end = self->at + self->filled; /* became shorter since it was opened */
        }
    }
    return YK_OK;
}

/* Distance to a good sector that begins inside this bad one, else a whole sector. */
static uint32_t distance_to_next(const uint8_t *at, uint64_t left)
{
    static const uint8_t signature[4] = {'A', 'X', 0xFC, 0x01};
    struct cwa_sector sector;
    for (uint32_t d = 1; d < CWA_SECTOR_BYTES && d + CWA_SECTOR_BYTES <= left; d++) {
        const uint8_t *a = memchr(at + d, 'A', CWA_SECTOR_BYTES - d);
        if (a == NULL) {
            break;
        }
        d = (uint32_t)(a - at);
        if (d + CWA_SECTOR_BYTES <= left && memcmp(a, signature, sizeof signature) == 0 &&
            cwa_sector_check(a, &sector) == CWA_GOOD && sector.rate_code != 0) {
            return d;
        }
    }
    return CWA_SECTOR_BYTES;
}

bool cwa_stream_next(struct cwa_stream *self, struct cwa_found *out)
{
    uint64_t have = self->at + self->filled;
    uint64_t left = (have < self->end ? have : self->end) - self->pos;
    if (left < CWA_SECTOR_BYTES) {
        return false;
    }
    out->pos = self->pos;
    out->raw = self->buffer + (self->pos - self->at);
    out->length = CWA_SECTOR_BYTES;
    out->fault = cwa_sector_check(out->raw, &out->sector);
    if (out->fault == CWA_FAULT_MAGIC || out->fault == CWA_FAULT_LENGTH ||
        out->fault == CWA_FAULT_CHECKSUM) {
        out->length = distance_to_next(out->raw, left);
    }
    self->pos += out->length;
    return true;
}
