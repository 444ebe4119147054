/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HDF5's filters (HDF5 File Format Specification 3.0, IV.A.2.l, filters 2 and 1): first all
 * first bytes of the values, then all second ones, and so on; then zlib's stream.
 */
#include "src/h5/h5_deflate.h"

#include <string.h>
#include <zlib.h>

#include "src/base/mem.h"
#include "src/h5/h5_layout.h"

#define LEVEL 1

struct h5_deflate {
    z_stream zlib;
    struct h5_bytes shuffled, packed;
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

struct h5_deflate *h5_deflate_new(void)
{
    struct h5_deflate *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return NULL;
    }
    self->zlib.zalloc = allocate;
    self->zlib.zfree = give_back;
    if (deflateInit(&self->zlib, LEVEL) != Z_OK) {
        mem_free(self);
        return NULL;
    }
    return self;
}

void h5_deflate_free(struct h5_deflate *self)
{
    if (self != NULL) {
        deflateEnd(&self->zlib);
        h5_bytes_release(&self->shuffled);
        h5_bytes_release(&self->packed);
        mem_free(self);
    }
}

const uint8_t *h5_deflate_run(struct h5_deflate *self, const uint8_t *from, size_t each,
                              size_t *n)
{
    const size_t n_values = *n / each, most = deflateBound(&self->zlib, (uLong)*n);
    self->shuffled.n = self->packed.n = 0;
    uint8_t *shuffled = h5_bytes_room(&self->shuffled, *n);
    uint8_t *packed = h5_bytes_room(&self->packed, most);
    if (shuffled == NULL || packed == NULL) {
        return NULL;
    }
    for (size_t k = 0; k < each; k++) {
        for (size_t i = 0; i < n_values; i++) {
            *shuffled++ = from[i * each + k];
        }
    }
    deflateReset(&self->zlib);
    self->zlib.next_in = self->shuffled.at;
    self->zlib.avail_in = (uInt)*n;
    self->zlib.next_out = packed;
    self->zlib.avail_out = (uInt)most;
    if (deflate(&self->zlib, Z_FINISH) != Z_STREAM_END) {
        return NULL; /* cannot be: there is room for the worst */
    }
    *n = most - self->zlib.avail_out;
    return packed;
}
