/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sectors lie 512 bytes apart. When one does not start where it should (bytes were lost in a
 * transfer), the next signature with a right checksum within 511 bytes is taken as the new
 * raster.
 */
#include "firmware-formats/cwa_stream.h"

#include <string.h>

#define LOOKAHEAD ((size_t)2 * CWA_SECTOR_BYTES) /* a sector that starts inside a bad one */

enum yk_status cwa_stream_init(struct cwa_stream *self, struct byte_source *bytes, uint64_t pos,
                               uint64_t end, size_t capacity, struct failure *why)
{
    *self = (struct cwa_stream){.pos = pos};
    enum yk_status status = byte_window_init(&self->window, bytes, capacity, why);
    self->window.end = end;
    self->window.at = pos;
    return status;
}

void cwa_stream_release(struct cwa_stream *self)
{
    byte_window_release(&self->window);
}

void cwa_stream_seek(struct cwa_stream *self, uint64_t pos)
{
    if (pos < self->window.at || pos > self->window.at + self->window.filled) {
        self->window.at = pos;
        self->window.filled = 0;
    }
    self->pos = pos;
}

bool cwa_stream_is_ready(const struct cwa_stream *self)
{
    uint64_t have = self->window.at + self->window.filled;
    return have >= self->window.end || self->pos + LOOKAHEAD <= have;
}

enum yk_status cwa_stream_fill(struct cwa_stream *self, struct failure *why)
{
    const uint8_t *at = NULL;
    size_t have = 0;
    return byte_window_at(&self->window, self->pos, LOOKAHEAD, &at, &have, why);
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
    const struct byte_window *window = &self->window;
    uint64_t have = window->at + window->filled;
    uint64_t left = (have < window->end ? have : window->end) - self->pos;
    if (left < CWA_SECTOR_BYTES) {
        return false;
    }
    out->pos = self->pos;
    out->raw = window->buffer + (self->pos - window->at);
    out->length = CWA_SECTOR_BYTES;
    out->fault = cwa_sector_check(out->raw, &out->sector);
    if (out->fault == CWA_FAULT_MAGIC || out->fault == CWA_FAULT_LENGTH ||
        out->fault == CWA_FAULT_CHECKSUM) {
        out->length = distance_to_next(out->raw, left);
    }
    self->pos += out->length;
    return true;
}
