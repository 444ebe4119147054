/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Framing of log.bin (docs/formats/gt3x.md):
 *
 *     0  0x1E      1  type      2  seconds since 1970 (4)      6  payload bytes n (2)
 *     8  payload (n)            8 + n  complement of the XOR of all bytes before
 *
 * One byte of checksum is right by accident once in 256 times, so behind damage a record is
 * believed only when another one, padding or the end follows it.
 */
#include "firmware-formats/gt3x_stream.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/bytes.h"
#include "src/base/clock.h"
#include "src/base/clones.h"
#include "src/base/mem.h"

#define SEPARATOR 0x1E
#define AHEAD ((size_t)16 << 10) /* kept in memory for gt3x_stream_peek() */
#define DAY_S 86400
/* Behind damage only: the largest payload that released firmware writes is below this. */
#define SENSIBLE_BYTES 8192

enum yk_status gt3x_stream_init(struct gt3x_stream *self, struct byte_source *bytes,
                                size_t capacity, struct failure *why)
{
    uint8_t *buffer = mem_alloc_lines(capacity, 1);
    if (buffer == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for a read buffer of %zu bytes",
                           capacity);
    }
    *self = (struct gt3x_stream){.bytes = bytes, .buffer = buffer, .capacity = capacity};
    return YK_OK;
}

void gt3x_stream_release(struct gt3x_stream *self)
{
    mem_free(self->buffer);
    *self = (struct gt3x_stream){.buffer = NULL};
}

void gt3x_stream_seek(struct gt3x_stream *self, uint64_t pos)
{
    if (pos < self->at || pos > self->at + self->filled) {
        self->at = pos;
        self->filled = 0;
    }
    self->pos = pos;
}

YK_CLONES
static uint8_t xor_of(const uint8_t *at, size_t n)
{
    uint8_t x = 0;
    for (size_t i = 0; i < n; i++) {
        x ^= at[i];
    }
    return x;
}

/* Bytes in memory from the stream's position on. */
static size_t have(const struct gt3x_stream *self)
{
    return (size_t)(self->at + self->filled - self->pos);
}

/* Whether the record at the position, and AHEAD behind it, is in memory. */
static bool is_ready(const struct gt3x_stream *self)
{
    const size_t n = have(self);
    if (self->at + self->filled >= self->bytes->size) {
        return true;
    }
    const uint8_t *at = self->buffer + (self->pos - self->at);
    return n >= GT3X_HEAD_BYTES && n >= (size_t)GT3X_HEAD_BYTES + get_u16le(at + 6) + 1 + AHEAD;
}

static enum yk_status fill(struct gt3x_stream *self, struct failure *why)
{
    size_t keep = have(self);
    memmove(self->buffer, self->buffer + (self->pos - self->at), keep);
    self->at = self->pos;
    self->filled = keep;
    while (self->filled < self->capacity) {
        size_t got = 0;
        enum yk_status status = byte_source_read_at(self->bytes, self->at + self->filled,
                                                    self->buffer + self->filled,
                                                    self->capacity - self->filled, &got, why);
        if (status != YK_OK) {
            return status;
        }
        if (got == 0) {
            break;
        }
        self->filled += got;
    }
    return YK_OK;
}

/* Whether n bytes hold a whole record with a right checksum. */
static bool is_record(const uint8_t *at, size_t n, struct gt3x_record *out)
{
    if (n < GT3X_HEAD_BYTES + 1 || at[0] != SEPARATOR) {
        return false;
    }
    const uint16_t size = get_u16le(at + 6);
    const size_t whole = (size_t)GT3X_HEAD_BYTES + size;
    if (whole + 1 > n || (xor_of(at, whole) ^ at[whole]) != 0xFF) {
        return false;
    }
    out->type = at[1];
    out->second = get_u32le(at + 2);
    out->size = size;
    out->payload = at + GT3X_HEAD_BYTES;
    return true;
}

/* The same behind damage, where more must speak for it. */
static bool is_believable(const uint8_t *at, size_t n, struct gt3x_record *out)
{
    if (n < GT3X_HEAD_BYTES + 1 || at[1] >= GT3X_TYPES || get_u16le(at + 6) > SENSIBLE_BYTES) {
        return false;
    }
    const size_t next = (size_t)GT3X_HEAD_BYTES + get_u16le(at + 6) + 1;
    bool is_followed = next >= n || at[next] == SEPARATOR || at[next] == 0;
    return is_followed && is_record(at, n, out);
}

static void pass_byte(struct gt3x_stream *self, uint8_t byte)
{
    *(byte == 0 ? &self->zeros : &self->damaged) += 1;
    self->pos++;
}

enum yk_status gt3x_stream_next(struct gt3x_stream *self, struct gt3x_record *out,
                                struct failure *why)
{
    self->damaged = self->zeros = 0;
    for (;;) {
        if (!is_ready(self)) {
            enum yk_status status = fill(self, why);
            if (status != YK_OK) {
                return status;
            }
        }
        const size_t n = have(self);
        if (n == 0) {
            return YK_END;
        }
        const uint8_t *at = self->buffer + (self->pos - self->at);
        bool is_good = self->damaged == 0 ? is_record(at, n, out)
                                          : at[0] == SEPARATOR && is_believable(at, n, out);
        if (is_good) {
            out->pos = self->pos;
            self->pos += (uint64_t)GT3X_HEAD_BYTES + out->size + 1;
            return YK_OK;
        }
        pass_byte(self, at[0]);
    }
}

bool gt3x_stream_peek(const struct gt3x_stream *self, struct gt3x_record *out)
{
    const size_t n = have(self);
    out->pos = self->pos;
    return is_record(self->buffer + (self->pos - self->at), n < AHEAD ? n : AHEAD, out);
}

bool gt3x_stream_is_stray(const struct gt3x_stream *self, const struct gt3x_record *record,
                          int64_t before_s, int64_t end_s)
{
    struct gt3x_record next;
    const int64_t second = record->second;
    if (before_s == TIME_UNKNOWN || llabs(second - before_s) <= DAY_S) {
        return false;
    }
    const int64_t after_s = gt3x_stream_peek(self, &next) ? (int64_t)next.second : end_s;
    return after_s != TIME_UNKNOWN && after_s >= before_s - DAY_S &&
           (second < before_s || second > after_s + DAY_S);
}
