/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The sliding piece of a byte source, see byte_window.h.
 */
#include "firmware-formats/byte_window.h"

#include <string.h>

#include "src/base/mem.h"

enum yk_status byte_window_init(struct byte_window *self, struct byte_source *bytes,
                                size_t capacity, struct failure *why)
{
    uint8_t *buffer = mem_alloc_lines(capacity, 1);
    if (buffer == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for a read buffer of %zu bytes",
                           capacity);
    }
    *self = (struct byte_window){
        .bytes = bytes, .end = bytes->size, .buffer = buffer, .capacity = capacity};
    return YK_OK;
}

void byte_window_release(struct byte_window *self)
{
    mem_free(self->buffer);
    *self = (struct byte_window){.buffer = NULL};
}

static enum yk_status fill(struct byte_window *self, uint64_t pos, size_t want,
                           struct failure *why)
{
    if (pos >= self->at && pos < self->at + self->filled) {
        size_t used = (size_t)(pos - self->at);
        self->filled -= used;
        memmove(self->buffer, self->buffer + used, self->filled);
    } else {
        self->filled = 0;
    }
    self->at = pos;
    while (self->filled < want && self->at + self->filled < self->end) {
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

enum yk_status byte_window_at(struct byte_window *self, uint64_t pos, size_t want,
                              const uint8_t **at, size_t *have, struct failure *why)
{
    want = want < self->capacity ? want : self->capacity;
    uint64_t known = self->at + self->filled;
    if (pos < self->at || pos > known || (known - pos < want && known < self->end)) {
        enum yk_status status = fill(self, pos, want, why);
        if (status != YK_OK) {
            return status;
        }
    }
    size_t used = (size_t)(pos - self->at);
    *at = self->buffer + used;
    *have = self->filled - used;
    return YK_OK;
}
