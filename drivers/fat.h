/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A reader of FAT12, FAT16 and FAT32 volumes (Microsoft "FAT32 File System Specification" 1.03,
 * 2000), with or without a partition table. It finds a file in the root folder and says where
 * on the disk its bytes are. Everything on the disk is taken as a claim to be checked: sizes
 * are bounded by the disk, chains by the number of clusters; loops, free and bad links end a
 * chain and are named.
 *
 * Left out: writing, sub-folders, long names, other block sizes than 512.
 */
#ifndef DRIVERS_FAT_H
#define DRIVERS_FAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/status.h"

#define FAT_BLOCK_BYTES 512
#define FAT_WINDOW_BLOCKS 64 /* of the table, kept in memory */
/* Blocks that a volume may reach beyond what the disk says: Axivity's firmware subtracts 94
 * from the size it reports, and its partition uses them. */
#define FAT_BEYOND_BLOCKS 128

/* The disk: reads count blocks, which lie inside n_blocks + FAT_BEYOND_BLOCKS. */
struct fat_disk {
    enum yk_status (*read)(void *user, uint64_t block, size_t count, uint8_t *dst,
                           struct failure *why);
    void *user;
    uint64_t n_blocks;
};

struct fat {
    struct fat_disk disk;
    unsigned bits; /* 12, 16, 32 */
    uint32_t blocks_per_cluster;
    uint64_t table_block;  /* first block of the first table */
    uint32_t table_blocks; /* of one table */
    unsigned n_tables;
    unsigned table;        /* the one that is read; 0 at open */
    uint64_t root_block;   /* FAT12/16 */
    uint32_t root_entries; /* FAT12/16 */
    uint32_t root_cluster; /* FAT32 */
    uint64_t data_block;   /* of cluster 2 */
    uint32_t n_clusters;   /* valid numbers are 2 ... n_clusters + 1 */
    char label[12];        /* of the boot sector, trimmed */
    uint8_t *window;       /* FAT_WINDOW_BLOCKS of the table */
    uint64_t window_block;
    size_t window_count; /* 0: empty */
};

struct fat_entry {
    uint32_t first_cluster, size;
    uint16_t date, time; /* as on the disk */
    uint8_t attributes;
};

/* How a chain ends. */
enum fat_end {
    FAT_END_MARK,   /* properly */
    FAT_END_ENOUGH, /* not followed further than was asked */
    FAT_END_FREE,   /* runs into a cluster marked free */
    FAT_END_BAD,    /* ... marked bad */
    FAT_END_RANGE,  /* ... that the volume does not have */
    FAT_END_LOOP    /* ... that was there before */
};
const char *fat_end_text(enum fat_end end); /* "runs into a free cluster" */

/* A stretch of blocks that follow each other. */
struct fat_run {
    uint64_t block;
    uint64_t count;
};

struct fat_chain {
    struct fat_run *runs;
    size_t n, capacity;
    uint64_t n_blocks;     /* of all runs */
    uint32_t last_cluster; /* 0: none */
    enum fat_end end;
};

/* Reads the partition table and the boot sector. YK_ERR_CORRUPT names what is impossible. */
enum yk_status fat_open(struct fat *self, const struct fat_disk *disk, struct failure *why);
void fat_release(struct fat *self);

/* Looks for an 8.3 name in the root folder, given as it is written there: 11 upper-case
 * characters ("CWA-DATACWA"). *found false: it is not there. */
enum yk_status fat_find(struct fat *self, const char name[static 11], struct fat_entry *out,
                        bool *found, struct failure *why);

/* Follows the chain from first_cluster for at most max_clusters. YK_OK however it ends: see
 * out->end. out is initialised, freed with fat_chain_release(). */
enum yk_status fat_chain(struct fat *self, uint32_t first_cluster, uint32_t max_clusters,
                         struct fat_chain *out, struct failure *why);
void fat_chain_release(struct fat_chain *self);
/* Adds the cluster that lies behind the chain's last one on the disk, whatever the table says.
 * *added false: the volume ends there. For data that was written before the table was, or that
 * a damaged table has lost; the caller proves that it belongs there. */
enum yk_status fat_chain_grow(struct fat *self, struct fat_chain *chain, bool *added,
                              struct failure *why);
/* Follows the table on from the chain's last cluster, as fat_chain() would. */
enum yk_status fat_chain_continue(struct fat *self, struct fat_chain *chain,
                                  struct failure *why);
/* The block of byte `offset` of the chain, and how many more follow it in a row. False: behind
 * its end. */
bool fat_chain_at(const struct fat_chain *self, uint64_t offset, uint64_t *block,
                  uint64_t *n_following);

#endif
