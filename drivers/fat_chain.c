/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * FAT volumes, the chains of clusters: see fat.h. A chain is kept as runs of blocks, one for
 * each place where the disk has to jump; a recorder's file is one run. Clusters already visited
 * are marked in one bit each, so that a loop is seen at its first repeated cluster.
 */
#include "drivers/fat.h"

#include "src/base/bytes.h"
#include "src/base/mem.h"

const char *fat_end_text(enum fat_end end)
{
    static const char *const text[] = {
        [FAT_END_MARK] = "ends properly",
        [FAT_END_ENOUGH] = "goes on",
        [FAT_END_FREE] = "runs into a free cluster",
        [FAT_END_BAD] = "runs into a cluster marked bad",
        [FAT_END_RANGE] = "runs out of the disk",
        [FAT_END_LOOP] = "runs in a circle",
    };
    return (size_t)end < sizeof text / sizeof *text ? text[end] : "?";
}

/* ---- table ---- */

/* One byte of the table that is being read. */
static enum yk_status table_byte(struct fat *self, uint64_t offset, uint8_t *out,
                                 struct failure *why)
{
    uint64_t inside = offset / FAT_BLOCK_BYTES;
    uint64_t table = self->table_block + (uint64_t)self->table * self->table_blocks;
    uint64_t block = table + inside;
    if (self->window_count == 0 || block < self->window_block ||
        block >= self->window_block + self->window_count) {
        uint64_t left = self->table_blocks - inside;
        size_t n = left < FAT_WINDOW_BLOCKS ? (size_t)left : FAT_WINDOW_BLOCKS;
        self->window_count = 0;
        enum yk_status status = self->disk.read(self->disk.user, block, n, self->window, why);
        if (status != YK_OK) {
            return status;
        }
        self->window_block = block;
        self->window_count = n;
    }
    *out =
        self->window[(block - self->window_block) * FAT_BLOCK_BYTES + offset % FAT_BLOCK_BYTES];
    return YK_OK;
}

/* What stands in the table for a cluster, widened: the marks of all kinds become those of FAT32
 * (0x0FFFFFF7 bad, 0x0FFFFFF8 and above the end). */
static enum yk_status table_entry(struct fat *self, uint32_t cluster, uint32_t *out,
                                  struct failure *why)
{
    uint64_t at = (uint64_t)cluster * self->bits / 8;
    size_t n = self->bits == 32 ? 4 : 2;
    uint8_t raw[4] = {0};
    for (size_t i = 0; i < n; i++) {
        enum yk_status status = table_byte(self, at + i, &raw[i], why);
        if (status != YK_OK) {
            return status;
        }
    }
    uint32_t value = get_u32le(raw);
    if (self->bits == 12) {
        value = (cluster & 1) != 0 ? value >> 4 : value & 0xFFF;
    }
    value &= UINT32_C(0x0FFFFFFF);
    uint32_t top = self->bits == 12 ? 0xFF0 : self->bits == 16 ? 0xFFF0 : UINT32_C(0x0FFFFFF0);
    *out = value >= top ? value - top + UINT32_C(0x0FFFFFF0) : value;
    return YK_OK;
}

static bool is_in_volume(const struct fat *self, uint32_t cluster)
{
    return cluster >= 2 && cluster - 2 < self->n_clusters;
}

/* How a chain ends when it comes to this value; FAT_END_ENOUGH: it does not. */
static enum fat_end end_at(const struct fat *self, uint32_t value)
{
    if (value >= UINT32_C(0x0FFFFFF8)) {
        return FAT_END_MARK;
    }
    if (value == UINT32_C(0x0FFFFFF7)) {
        return FAT_END_BAD;
    }
    if (value == 0) {
        return FAT_END_FREE;
    }
    return is_in_volume(self, value) ? FAT_END_ENOUGH : FAT_END_RANGE;
}

/* ---- chains ---- */

static enum yk_status add_cluster(const struct fat *self, struct fat_chain *chain,
                                  uint32_t cluster, struct failure *why)
{
    uint64_t block = self->data_block + (uint64_t)(cluster - 2) * self->blocks_per_cluster;
    struct fat_run *last = chain->n > 0 ? &chain->runs[chain->n - 1] : NULL;
    if (last != NULL && last->block + last->count == block) {
        last->count += self->blocks_per_cluster;
    } else {
        if (MEM_RESERVE(chain->runs, chain->n, chain->capacity) != 0) {
            return failure_set(why, YK_ERR_MEMORY, "out of memory reading the recorder's disk");
        }
        chain->runs[chain->n++] =
            (struct fat_run){.block = block, .count = self->blocks_per_cluster};
    }
    chain->n_blocks += self->blocks_per_cluster;
    chain->last_cluster = cluster;
    return YK_OK;
}

static bool visit(uint8_t *visited, uint32_t cluster)
{
    uint32_t i = cluster - 2;
    bool was = (visited[i / 8] & 1u << i % 8) != 0;
    visited[i / 8] = (uint8_t)(visited[i / 8] | 1u << i % 8);
    return was;
}

static enum yk_status follow(struct fat *self, uint32_t cluster, uint32_t max_clusters,
                             uint8_t *visited, struct fat_chain *chain, struct failure *why)
{
    uint32_t next = cluster;
    for (uint32_t i = 0;; i++) {
        chain->end = end_at(self, next);
        if (chain->end != FAT_END_ENOUGH || i == max_clusters) {
            return YK_OK;
        }
        if (visit(visited, next)) {
            chain->end = FAT_END_LOOP;
            return YK_OK;
        }
        cluster = next;
        enum yk_status status = add_cluster(self, chain, cluster, why);
        if (status == YK_OK) {
            status = table_entry(self, cluster, &next, why);
        }
        if (status != YK_OK) {
            return status;
        }
    }
}

enum yk_status fat_chain(struct fat *self, uint32_t first_cluster, uint32_t max_clusters,
                         struct fat_chain *out, struct failure *why)
{
    struct fat_chain chain = {.end = FAT_END_MARK};
    uint8_t *visited = mem_alloc((size_t)self->n_clusters / 8 + 1, 1);
    if (visited == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "out of memory reading the recorder's disk");
    }
    enum yk_status status = follow(self, first_cluster, max_clusters, visited, &chain, why);
    mem_free(visited);
    if (status != YK_OK) {
        fat_chain_release(&chain);
        return status;
    }
    *out = chain;
    return YK_OK;
}

void fat_chain_release(struct fat_chain *self)
{
    mem_free(self->runs);
    *self = (struct fat_chain){.end = FAT_END_MARK};
}

enum yk_status fat_chain_grow(struct fat *self, struct fat_chain *chain, bool *added,
                              struct failure *why)
{
    uint32_t cluster = chain->last_cluster + 1;
    *added = false;
    if (chain->last_cluster == 0 || !is_in_volume(self, cluster)) {
        return YK_OK;
    }
    enum yk_status status = add_cluster(self, chain, cluster, why);
    *added = status == YK_OK;
    return status;
}

enum yk_status fat_chain_continue(struct fat *self, struct fat_chain *chain,
                                  struct failure *why)
{
    uint32_t next = 0;
    uint8_t *visited = mem_alloc((size_t)self->n_clusters / 8 + 1, 1);
    if (visited == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "out of memory reading the recorder's disk");
    }
    for (size_t i = 0; i < chain->n; i++) {
        uint64_t first = (chain->runs[i].block - self->data_block) / self->blocks_per_cluster;
        uint64_t n = chain->runs[i].count / self->blocks_per_cluster;
        for (uint64_t k = first; k < first + n; k++) {
            (void)visit(visited, (uint32_t)k + 2);
        }
    }
    enum yk_status status = table_entry(self, chain->last_cluster, &next, why);
    if (status == YK_OK) {
        status = follow(self, next, UINT32_MAX, visited, chain, why);
    }
    mem_free(visited);
    return status;
}

bool fat_chain_at(const struct fat_chain *self, uint64_t offset, uint64_t *block,
                  uint64_t *n_following)
{
    uint64_t index = offset / FAT_BLOCK_BYTES;
    for (size_t i = 0; i < self->n; i++) {
        if (index < self->runs[i].count) {
            *block = self->runs[i].block + index;
            *n_following = self->runs[i].count - index - 1;
            return true;
        }
        index -= self->runs[i].count;
    }
    return false;
}
