/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/worn_disk.h"

static enum yk_status worn_read(struct byte_source *self, uint64_t pos, void *to, size_t want,
                                size_t *got, struct failure *why)
{
    const struct worn_disk *disk = (const struct worn_disk *)self;
    uint64_t bad = disk->sector * WORN_DISK_SECTOR;
    if (pos < bad + WORN_DISK_SECTOR && bad < pos + want) {
        return failure_set(why, YK_ERR_IO, "the sector is worn");
    }
    return byte_source_read_at(disk->whole, pos, to, want, got, why);
}

static void worn_close(struct byte_source *self)
{
    (void)self;
}

void worn_disk_init(struct worn_disk *self, struct byte_source *whole, uint64_t sector)
{
    static const struct byte_source_ops ops = {worn_read, worn_close};
    *self = (struct worn_disk){
        .base = {.ops = &ops, .size = whole->size, .name = whole->name},
        .whole = whole,
        .sector = sector,
    };
}
