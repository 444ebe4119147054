/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * FAT volumes, the boot sector and the root folder: see fat.h. Names of fields are those of the
 * specification (BPB_...). The kind of FAT follows from the number of clusters alone, as the
 * specification demands; the text "FAT16" on the disk is not looked at.
 */
#include "drivers/fat.h"

#include <inttypes.h>
#include <string.h>

#include "drivers/usb_sysfs.h"
#include "src/base/bytes.h"
#include "src/base/mem.h"

#define ENTRY_BYTES 32
#define ENTRIES_A_BLOCK (FAT_BLOCK_BYTES / ENTRY_BYTES)
#define PARTITIONS 4
#define FAT12_CLUSTERS 4085
#define FAT16_CLUSTERS 65525
#define FAT32_CLUSTERS UINT32_C(0x0FFFFFF5)
#define ATTRIBUTE_LABEL 0x08 /* also set in the pieces of a long name */
#define ATTRIBUTE_FOLDER 0x10

static enum yk_status read_blocks(struct fat *self, uint64_t block, size_t count, uint8_t *dst,
                                  struct failure *why)
{
    uint64_t end = self->disk.n_blocks + FAT_BEYOND_BLOCKS;
    if (block > end || count > end - block) {
        return failure_set_at(why, YK_ERR_CORRUPT, (int64_t)block,
                              "the recorder's disk ends before block %" PRIu64, block);
    }
    return self->disk.read(self->disk.user, block, count, dst, why);
}

/* ---- boot sector ---- */

static bool has_signature(const uint8_t *at)
{
    return get_u16le(at + 510) == 0xAA55;
}

/* A boot sector begins with a jump, counts 512 bytes a sector, and has at least one table. */
static bool is_boot_sector(const uint8_t *at)
{
    return has_signature(at) && (at[0] == 0xEB || at[0] == 0xE9) &&
           get_u16le(at + 11) == FAT_BLOCK_BYTES && at[16] > 0 && at[16] <= 4 && at[13] != 0;
}

static enum yk_status damaged(struct failure *why, const char *what, uint64_t value)
{
    return failure_set(why, YK_ERR_CORRUPT,
                       "the file system on the recorder is damaged: %s (%" PRIu64 ")", what,
                       value);
}

/* Takes the geometry from a boot sector that stands at block `start`. */
static enum yk_status take_geometry(struct fat *self, const uint8_t *at, uint64_t start,
                                    struct failure *why)
{
    uint32_t reserved = get_u16le(at + 14);
    uint32_t table16 = get_u16le(at + 22), total16 = get_u16le(at + 19);
    uint64_t total = total16 != 0 ? total16 : get_u32le(at + 32);
    uint64_t room = self->disk.n_blocks + FAT_BEYOND_BLOCKS;
    self->blocks_per_cluster = at[13];
    self->n_tables = at[16];
    self->table_blocks = table16 != 0 ? table16 : get_u32le(at + 36);
    self->root_entries = get_u16le(at + 17);
    if ((self->blocks_per_cluster & (self->blocks_per_cluster - 1)) != 0) {
        return damaged(why, "sectors of a cluster", self->blocks_per_cluster);
    }
    if (reserved == 0 || self->table_blocks == 0 || self->table_blocks > room) {
        return damaged(why, "size of its table", self->table_blocks);
    }
    uint64_t root_blocks = (self->root_entries + ENTRIES_A_BLOCK - 1) / ENTRIES_A_BLOCK;
    self->table_block = start + reserved;
    self->root_block = self->table_block + (uint64_t)self->n_tables * self->table_blocks;
    self->data_block = self->root_block + root_blocks;
    /* A volume that claims more than the disk has is used as far as the disk goes. */
    uint64_t end = total > room || start + total > room ? room : start + total;
    if (self->data_block >= end) {
        return damaged(why, "it leaves no room for files", total);
    }
    uint64_t clusters = (end - self->data_block) / self->blocks_per_cluster;
    uint64_t claimed = (start + total - self->data_block) / self->blocks_per_cluster;
    self->bits = claimed < FAT12_CLUSTERS ? 12 : claimed < FAT16_CLUSTERS ? 16 : 32;
    uint64_t in_table = (uint64_t)self->table_blocks * FAT_BLOCK_BYTES * 8 / self->bits;
    in_table = in_table > 2 ? in_table - 2 : 0;
    clusters = clusters < in_table ? clusters : in_table;
    self->n_clusters = clusters < FAT32_CLUSTERS ? (uint32_t)clusters : FAT32_CLUSTERS;
    self->root_cluster = self->bits == 32 ? get_u32le(at + 44) & UINT32_C(0x0FFFFFFF) : 0;
    if (self->n_clusters == 0 || (self->bits == 32) != (table16 == 0)) {
        return damaged(why, "number of its clusters", claimed);
    }
    const char *label = (const char *)at + (self->bits == 32 ? 71 : 43);
    usb_text_trim(self->label, sizeof self->label, label, 11);
    return YK_OK;
}

/* The volume is at the disk's start, or in the first partition that looks like one. */
static enum yk_status find_volume(struct fat *self, struct failure *why)
{
    uint8_t first[FAT_BLOCK_BYTES], at[FAT_BLOCK_BYTES];
    enum yk_status status = read_blocks(self, 0, 1, first, why);
    if (status != YK_OK) {
        return status;
    }
    if (is_boot_sector(first)) {
        return take_geometry(self, first, 0, why);
    }
    if (!has_signature(first)) {
        return failure_set(
            why, YK_ERR_CORRUPT,
            "the recorder's disk has neither a partition table nor a file system "
            "(it begins with %02x %02x %02x %02x)",
            (unsigned)first[0], (unsigned)first[1], (unsigned)first[2], (unsigned)first[3]);
    }
    for (size_t i = 0; i < PARTITIONS; i++) {
        const uint8_t *entry = first + 446 + 16 * i;
        uint64_t start = get_u32le(entry + 8);
        if (entry[4] == 0 || start == 0 || start >= self->disk.n_blocks) {
            continue;
        }
        status = read_blocks(self, start, 1, at, why);
        if (status != YK_OK) {
            return status;
        }
        if (is_boot_sector(at)) {
            return take_geometry(self, at, start, why);
        }
    }
    return failure_set(why, YK_ERR_CORRUPT,
                       "no partition of the recorder's disk holds a FAT file system");
}

enum yk_status fat_open(struct fat *self, const struct fat_disk *disk, struct failure *why)
{
    struct fat fresh = {.disk = *disk};
    fresh.window = mem_alloc(FAT_WINDOW_BLOCKS, FAT_BLOCK_BYTES);
    if (fresh.window == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "out of memory reading the recorder's disk");
    }
    enum yk_status status = find_volume(&fresh, why);
    if (status != YK_OK) {
        fat_release(&fresh);
        return status;
    }
    *self = fresh;
    return YK_OK;
}

void fat_release(struct fat *self)
{
    mem_free(self->window);
    self->window = NULL;
    self->window_count = 0;
}

/* ---- root folder ---- */

/* Looks through one block. 1: found, -1: the folder ends here, 0: go on. */
static int look_in_block(const uint8_t *block, const char *name, struct fat_entry *out)
{
    for (size_t i = 0; i < ENTRIES_A_BLOCK; i++) {
        const uint8_t *e = block + i * ENTRY_BYTES;
        if (e[0] == 0) {
            return -1;
        }
        if (e[0] == 0xE5 || (e[11] & (ATTRIBUTE_LABEL | ATTRIBUTE_FOLDER)) != 0 ||
            memcmp(e, name, 11) != 0) {
            continue;
        }
        *out = (struct fat_entry){
            .first_cluster = get_u16le(e + 26) | (uint32_t)get_u16le(e + 20) << 16,
            .size = get_u32le(e + 28),
            .date = get_u16le(e + 24),
            .time = get_u16le(e + 22),
            .attributes = e[11],
        };
        return 1;
    }
    return 0;
}

/* Looks through `count` blocks in a row; *answer as look_in_block(). */
static enum yk_status look_in_run(struct fat *self, uint64_t block, uint64_t count,
                                  const char *name, struct fat_entry *out, int *answer,
                                  struct failure *why)
{
    uint8_t at[8 * FAT_BLOCK_BYTES];
    *answer = 0;
    for (uint64_t i = 0; i < count && *answer == 0; i += 8) {
        size_t n = count - i < 8 ? (size_t)(count - i) : 8;
        enum yk_status status = read_blocks(self, block + i, n, at, why);
        if (status != YK_OK) {
            return status;
        }
        for (size_t k = 0; k < n && *answer == 0; k++) {
            *answer = look_in_block(at + k * FAT_BLOCK_BYTES, name, out);
        }
    }
    return YK_OK;
}

enum yk_status fat_find(struct fat *self, const char name[static 11], struct fat_entry *out,
                        bool *found, struct failure *why)
{
    struct fat_chain chain;
    struct fat_entry entry;
    int answer = 0;
    if (self->bits != 32) {
        enum yk_status status =
            look_in_run(self, self->root_block, self->data_block - self->root_block, name,
                        &entry, &answer, why);
        if (status == YK_OK) {
            *found = answer > 0;
            *out = answer > 0 ? entry : *out;
        }
        return status;
    }
    /* A root folder of more than 65536 entries is none. */
    uint32_t most = 65536 / ENTRIES_A_BLOCK / self->blocks_per_cluster + 1;
    enum yk_status status = fat_chain(self, self->root_cluster, most, &chain, why);
    if (status != YK_OK) {
        return status;
    }
    for (size_t i = 0; i < chain.n && status == YK_OK && answer == 0; i++) {
        status = look_in_run(self, chain.runs[i].block, chain.runs[i].count, name, &entry,
                             &answer, why);
    }
    fat_chain_release(&chain);
    if (status == YK_OK) {
        *found = answer > 0;
        *out = answer > 0 ? entry : *out;
    }
    return status;
}
