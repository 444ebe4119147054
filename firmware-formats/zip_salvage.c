/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Members of a ZIP archive found by their own headers, see zip_salvage.h. Left out: archives
 * beyond 4 GiB.
 */
#include "firmware-formats/zip_salvage.h"

#include <stdbool.h>
#include <string.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"

#define CHUNK ((size_t)256 << 10)
#define LOCAL_BYTES 30
#define CENTRAL_BYTES 46
#define END_BYTES 22
#define SALVAGED_MOST 4096
#define NAME_MOST 1024

struct salvage {
    struct byte_source *packed;
    uint8_t *buffer; /* CHUNK bytes */
    uint8_t *directory;
    size_t directory_bytes, capacity, count;
};

static bool is_signature(const uint8_t *at)
{
    return at[0] == 'P' && at[1] == 'K' &&
           ((at[2] == 3 && at[3] == 4) || (at[2] == 1 && at[3] == 2) ||
            (at[2] == 7 && at[3] == 8) || (at[2] == 5 && at[3] == 6));
}

/* The next signature at or behind pos (of a member only, or of anything); the archive's size
 * when there is none. */
static enum yk_status find_signature(struct salvage *self, uint64_t pos, bool of_member,
                                     uint64_t *out, struct failure *why)
{
    struct byte_source *packed = self->packed;
    for (;;) {
        size_t got = 0;
        enum yk_status status =
            byte_source_read_at(packed, pos, self->buffer, CHUNK, &got, why);
        if (status != YK_OK) {
            return status;
        }
        if (got < 4) {
            *out = packed->size;
            return YK_OK;
        }
        for (size_t i = 0; i + 4 <= got; i++) {
            const uint8_t *at = memchr(self->buffer + i, 'P', got - 3 - i);
            if (at == NULL) {
                break;
            }
            i = (size_t)(at - self->buffer);
            if (is_signature(at) && (!of_member || at[2] == 3)) {
                *out = pos + i;
                return YK_OK;
            }
        }
        pos += got - 3;
    }
}

/* Whether the member that claims to end here does: something known follows, or nothing. */
static bool ends_here(struct salvage *self, uint64_t end)
{
    uint8_t at[4];
    size_t got = 0;
    struct byte_source *packed = self->packed;
    return end <= packed->size &&
           byte_source_read_at(packed, end, at, sizeof at, &got, NULL) == YK_OK &&
           (got == 0 || (got == sizeof at && is_signature(at)));
}

static bool make_room(struct salvage *self, size_t more)
{
    if (self->directory_bytes + more <= self->capacity) {
        return true;
    }
    size_t capacity = 2 * self->capacity + more;
    uint8_t *grown = mem_resize(self->directory, self->capacity, capacity, 1);
    if (grown == NULL) {
        return false;
    }
    self->directory = grown;
    self->capacity = capacity;
    return true;
}

/* One entry of the directory: version, flags, method, time of the local header as they are. */
static bool add_entry(struct salvage *self, const uint8_t *local, const uint8_t *name,
                      uint64_t at, uint64_t packed_bytes)
{
    const uint16_t name_bytes = get_u16le(local + 26);
    if (!make_room(self, (size_t)CENTRAL_BYTES + name_bytes + END_BYTES)) {
        return false;
    }
    uint8_t *to = self->directory + self->directory_bytes;
    memset(to, 0, CENTRAL_BYTES);
    memcpy(to, "PK\1\2", 4);
    put_u16le(to + 4, 20);
    memcpy(to + 6, local + 4, 26); /* version ... length of the name */
    put_u16le(to + 8, (uint16_t)(get_u16le(local + 6) & ~8u)); /* sizes are known now */
    bool is_stored = get_u16le(local + 8) == 0;
    uint32_t size = get_u32le(local + 22);
    put_u32le(to + 20, (uint32_t)packed_bytes);
    put_u32le(to + 24, is_stored ? (uint32_t)packed_bytes : size);
    put_u16le(to + 30, 0);
    put_u32le(to + 42, (uint32_t)at);
    memcpy(to + CENTRAL_BYTES, name, name_bytes);
    self->directory_bytes += (size_t)CENTRAL_BYTES + name_bytes;
    self->count++;
    return true;
}

/* The member whose header lies at pos; *end is where the next may begin. */
static enum yk_status take_member(struct salvage *self, uint64_t pos, uint64_t *end,
                                  struct failure *why)
{
    struct byte_source *packed = self->packed;
    uint8_t local[LOCAL_BYTES + NAME_MOST];
    size_t got = 0;
    enum yk_status status = byte_source_read_at(packed, pos, local, sizeof local, &got, why);
    if (status != YK_OK) {
        return status;
    }
    *end = pos + 4;
    if (got < LOCAL_BYTES) {
        return YK_OK;
    }
    const uint16_t flags = get_u16le(local + 6);
    const uint16_t name_bytes = get_u16le(local + 26), extra_bytes = get_u16le(local + 28);
    const uint64_t data = pos + LOCAL_BYTES + name_bytes + extra_bytes;
    if (name_bytes == 0 || name_bytes > NAME_MOST || got < (size_t)LOCAL_BYTES + name_bytes ||
        data > packed->size) {
        return YK_OK;
    }
    uint64_t stop = data + get_u32le(local + 18);
    if ((flags & 8) != 0 || !ends_here(self, stop)) {
        status = find_signature(self, data, false, &stop, why);
    }
    if (status != YK_OK) {
        return status;
    }
    *end = stop > *end ? stop : *end;
    return add_entry(self, local, local + LOCAL_BYTES, pos, stop - data)
               ? YK_OK
               : failure_set(why, YK_ERR_MEMORY, "no memory to read %s", packed->name);
}

static enum yk_status make_directory(struct salvage *self, struct failure *why)
{
    const uint64_t size = self->packed->size;
    if (self->buffer == NULL || !make_room(self, END_BYTES)) {
        return failure_set(why, YK_ERR_MEMORY, "no memory to read %s", self->packed->name);
    }
    enum yk_status status = YK_OK;
    for (uint64_t pos = 0;
         status == YK_OK && size <= UINT32_MAX && self->count < SALVAGED_MOST;) {
        status = find_signature(self, pos, true, &pos, why);
        if (status != YK_OK || pos >= size) {
            break;
        }
        status = take_member(self, pos, &pos, why);
    }
    if (status != YK_OK) {
        return status;
    }
    if (self->count == 0) {
        return failure_set_at(why, YK_ERR_CORRUPT, 0,
                              "%s: the ZIP archive has neither a directory nor a whole member; "
                              "copy it anew from the original",
                              self->packed->name);
    }
    uint8_t *end = self->directory + self->directory_bytes;
    memset(end, 0, END_BYTES);
    memcpy(end, "PK\5\6", 4);
    put_u16le(end + 8, (uint16_t)self->count);
    put_u16le(end + 10, (uint16_t)self->count);
    put_u32le(end + 12, (uint32_t)self->directory_bytes);
    put_u32le(end + 16, (uint32_t)size);
    self->directory_bytes += END_BYTES;
    return YK_OK;
}

enum yk_status zip_salvage(struct byte_source *packed, uint8_t **directory, size_t *n,
                           struct failure *why)
{
    struct salvage self = {.packed = packed, .buffer = mem_alloc(CHUNK, 1)};
    enum yk_status status = make_directory(&self, why);
    mem_free(self.buffer);
    if (status != YK_OK) {
        mem_free(self.directory);
        return status;
    }
    *directory = self.directory;
    *n = self.directory_bytes;
    return YK_OK;
}
