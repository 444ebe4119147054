/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/zip_build.h"

#include "tests/support/check.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "src/base/bytes.h"

void zip_build_init(struct zip_build *self)
{
    memset(self, 0, sizeof *self);
}

static uint8_t *grow(uint8_t **at, size_t *n, size_t more)
{
    *at = realloc(*at, *n + more + 1);
    assert_non_null(*at);
    uint8_t *to = *at + *n;
    memset(to, 0, more);
    *n += more;
    return to;
}

static size_t squeeze(const void *data, size_t n, uint8_t *to, size_t room)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)n};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_out = to;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return room - z.avail_out;
}

size_t zip_build_add(struct zip_build *self, const char *name, const void *data, size_t n,
                     bool deflated)
{
    const size_t name_n = strlen(name), at = self->n, room = n + n / 100 + 64;
    uint8_t *packed = malloc(room);
    assert_non_null(packed);
    size_t packed_n = n;
    if (deflated) {
        packed_n = squeeze(data, n, packed, room);
    } else if (n > 0) {
        memcpy(packed, data, n);
    }
    uint8_t *local = grow(&self->at, &self->n, 30 + name_n + packed_n);
    put_u32le(local, 0x04034b50);
    put_u16le(local + 4, 20);
    put_u16le(local + 8, deflated ? 8 : 0);
    put_u32le(local + 14, (uint32_t)crc32(0, data, (uInt)n));
    put_u32le(local + 18, (uint32_t)packed_n);
    put_u32le(local + 22, (uint32_t)n);
    put_u16le(local + 26, (uint16_t)name_n);
    memcpy(local + 30, name, name_n);
    memcpy(local + 30 + name_n, packed, packed_n);
    free(packed);
    uint8_t *entry = grow(&self->directory, &self->directory_n, 46 + name_n);
    local = self->at + at;
    put_u32le(entry, 0x02014b50);
    put_u16le(entry + 4, 20);
    memcpy(entry + 6, local + 4, 26);
    put_u16le(entry + 30, 0);
    put_u32le(entry + 42, (uint32_t)at);
    memcpy(entry + 46, name, name_n);
    self->count++;
    return at + 30 + name_n;
}

void zip_build_end(struct zip_build *self)
{
    const size_t at = self->n;
    memcpy(grow(&self->at, &self->n, self->directory_n), self->directory, self->directory_n);
    uint8_t *end = grow(&self->at, &self->n, 22);
    put_u32le(end, 0x06054b50);
    put_u16le(end + 8, (uint16_t)self->count);
    put_u16le(end + 10, (uint16_t)self->count);
    put_u32le(end + 12, (uint32_t)self->directory_n);
    put_u32le(end + 16, (uint32_t)at);
}

void zip_build_release(struct zip_build *self)
{
    free(self->at);
    free(self->directory);
    zip_build_init(self);
}
