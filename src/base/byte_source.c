/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What all byte sources share.
 */
#include "src/base/byte_source.h"

#include <inttypes.h>

#include "src/base/mem.h"

enum yk_status byte_source_read_at(struct byte_source *self, uint64_t pos, void *dst,
                                   size_t want, size_t *got, struct failure *why)
{
    return self->ops->read_at(self, pos, dst, want, got, why);
}

enum yk_status byte_source_read_exactly(struct byte_source *self, uint64_t pos, void *dst,
                                        size_t want, struct failure *why)
{
    size_t got = 0;
    enum yk_status status = self->ops->read_at(self, pos, dst, want, &got, why);
    if (status != YK_OK) {
        return status;
    }
    if (got < want) {
        return failure_set_at(why, YK_ERR_CORRUPT, (int64_t)(pos + got),
                              "%s ends after %" PRIu64 " bytes; %zu more are needed",
                              self->name, pos + got, want - got);
    }
    return YK_OK;
}

enum yk_status byte_source_read_all(struct byte_source *self, char **out, struct failure *why)
{
    char *all = self->size < SIZE_MAX ? mem_alloc((size_t)self->size + 1, 1) : NULL;
    if (all == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory to read %s", self->name);
    }
    enum yk_status status = byte_source_read_exactly(self, 0, all, (size_t)self->size, why);
    if (status != YK_OK) {
        mem_free(all);
        return status;
    }
    *out = all;
    return YK_OK;
}

void byte_source_close(struct byte_source *self)
{
    if (self != NULL) {
        self->ops->close(self);
    }
}

static enum yk_status watched_read_at(struct byte_source *base, uint64_t pos, void *dst,
                                      size_t want, size_t *got, struct failure *why)
{
    struct watched_source *self = (struct watched_source *)base;
    struct failure now = {.code = YK_OK};
    enum yk_status status = byte_source_read_at(self->bytes, pos, dst, want, got, &now);
    if (status != YK_OK) {
        self->why = self->why.code == YK_OK ? now : self->why;
        if (why != NULL) {
            *why = now;
        }
    }
    return status;
}

static void watched_close(struct byte_source *base)
{
    (void)base;
}

void watched_source_init(struct watched_source *self, struct byte_source *bytes)
{
    static const struct byte_source_ops ops = {watched_read_at, watched_close};
    *self = (struct watched_source){.base = *bytes, .bytes = bytes};
    self->base.ops = &ops;
}

enum yk_status watched_source_status(const struct watched_source *self, struct failure *why)
{
    if (self->why.code != YK_OK && why != NULL) {
        *why = self->why;
    }
    return self->why.code;
}
