/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as the start of a recorder's disk; what is behind them is zero, so that volumes of
 * every kind fit. Whatever is opened stays inside the disk, and every chain ends.
 */
#include <stdlib.h>
#include <string.h>

#include "drivers/fat.h"

#define N_BLOCKS 200000

struct image {
    const uint8_t *data;
    size_t size;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum yk_status read_image(void *user, uint64_t block, size_t count, uint8_t *dst,
                                 struct failure *why)
{
    const struct image *self = user;
    (void)why;
    if (block > N_BLOCKS + FAT_BEYOND_BLOCKS || count > N_BLOCKS + FAT_BEYOND_BLOCKS - block) {
        abort(); /* outside the disk */
    }
    memset(dst, 0, count * FAT_BLOCK_BYTES);
    uint64_t at = block * FAT_BLOCK_BYTES;
    if (at < self->size) {
        size_t n = self->size - at < count * FAT_BLOCK_BYTES ? (size_t)(self->size - at)
                                                             : count * FAT_BLOCK_BYTES;
        memcpy(dst, self->data + at, n);
    }
    return YK_OK;
}

/* Runs lie in the volume, do not overlap and add up. */
static void check_chain(const struct fat *fat, const struct fat_chain *chain)
{
    uint64_t sum = 0, first = fat->data_block;
    uint64_t end = first + (uint64_t)fat->n_clusters * fat->blocks_per_cluster;
    for (size_t i = 0; i < chain->n; i++) {
        const struct fat_run *r = &chain->runs[i];
        sum += r->count;
        if (r->count == 0 || r->block < first || r->block + r->count > end ||
            end > N_BLOCKS + FAT_BEYOND_BLOCKS) {
            abort();
        }
        for (size_t k = 0; k < i && i < 64; k++) {
            const struct fat_run *other = &chain->runs[k];
            if (r->block < other->block + other->count && other->block < r->block + r->count) {
                abort();
            }
        }
    }
    uint64_t block = 0, following = 0;
    if (sum != chain->n_blocks ||
        fat_chain_at(chain, sum * FAT_BLOCK_BYTES, &block, &following) ||
        (sum > 0 && !fat_chain_at(chain, sum * FAT_BLOCK_BYTES - 1, &block, &following))) {
        abort();
    }
}

static void follow(struct fat *fat)
{
    struct fat_entry entry;
    struct fat_chain chain;
    bool found = false, added = false;
    if (fat_find(fat, "CWA-DATACWA", &entry, &found, NULL) != YK_OK || !found) {
        return;
    }
    for (fat->table = 0; fat->table < fat->n_tables; fat->table++) {
        if (fat_chain(fat, entry.first_cluster, UINT32_MAX, &chain, NULL) == YK_OK) {
            check_chain(fat, &chain);
            if (fat_chain_grow(fat, &chain, &added, NULL) == YK_OK && added) {
                (void)fat_chain_continue(fat, &chain, NULL);
            }
            fat_chain_release(&chain);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct image image = {data, size};
    struct fat_disk disk = {.read = read_image, .user = &image, .n_blocks = N_BLOCKS};
    struct fat fat;
    struct failure why;
    if (fat_open(&fat, &disk, &why) == YK_OK) {
        follow(&fat);
        fat_release(&fat);
    }
    return 0;
}
