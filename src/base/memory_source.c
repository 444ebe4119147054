/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bytes that are already in memory: tests, fuzzers, members of an archive.
 */
#include "src/base/byte_source.h"
#include "src/base/mem.h"

#include <string.h>

struct memory_source {
    struct byte_source base;
    const char *at;
    char *name;
};

static enum yk_status memory_read_at(struct byte_source *base, uint64_t pos, void *dst,
                                     size_t want, size_t *got, struct failure *why)
{
    (void)why;
    const struct memory_source *self = (const struct memory_source *)base;
    uint64_t left = pos < base->size ? base->size - pos : 0;
    size_t n = want < left ? want : (size_t)left;
    if (n > 0) {
        memcpy(dst, self->at + pos, n);
    }
    *got = n;
    return YK_OK;
}

static void memory_close(struct byte_source *base)
{
    struct memory_source *self = (struct memory_source *)base;
    mem_free(self->name);
    mem_free(self);
}

static const struct byte_source_ops MEMORY_OPS = {memory_read_at, memory_close};

enum yk_status memory_source_open(const void *at, size_t size, const char *name,
                                  struct byte_source **out, struct failure *why)
{
    struct memory_source *self = mem_alloc(1, sizeof *self);
    char *copy = self != NULL ? mem_copy_text(name) : NULL;
    if (copy == NULL) {
        mem_free(self);
        return failure_set(why, YK_ERR_MEMORY, "out of memory opening %s", name);
    }
    self->base = (struct byte_source){.ops = &MEMORY_OPS, .size = size, .name = copy};
    self->at = at;
    self->name = copy;
    *out = &self->base;
    return YK_OK;
}
