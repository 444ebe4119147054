/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A cohort over many machines (docs/cluster.md): the manifest names every recording once, a
 * shard is the share of it that one task works on, and merge makes of all shards what one
 * process would have made.
 *
 *     DIR/manifest.csv              every input: id, path, size, hash
 *     DIR/shards/0003-of-0040/      cohort.sqlite, recordings/, run.log, lock of one share
 *
 * Which shard a recording belongs to follows from its hash, so that the number of shards may
 * change between runs: what shards of another number finished is taken over.
 */
#ifndef SRC_PIPELINE_SHARD_H
#define SRC_PIPELINE_SHARD_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/text.h"
#include "src/store/cohort_db.h"

#define SHARD_MANIFEST "manifest.csv"
#define SHARD_FOLDER "shards"
enum { SHARDS_MAX = 9999 };

/* "3/40": shard 3 of 0..39. "auto/40" or "/40": the number is the array task's
 * ($SLURM_ARRAY_TASK_ID, 0 based; $SGE_TASK_ID, 1 based). environment() is getenv() or a
 * test's. errors: YK_ERR_ARGUMENT, with what would be right */
enum yk_status shard_parse(const char *text, const char *(*environment)(const char *name),
                           unsigned *shard, unsigned *n_shards, struct failure *why);
/* DIR/shards/0003-of-0040. */
enum yk_status shard_folder(const char *folder, unsigned shard, unsigned n_shards,
                            struct text *out, struct failure *why);
/* Of a name like "0003-of-0040": the count, or 0 when the name is not a shard's. */
unsigned shard_count_of(const char *name);
/* The shard of a content, or, when it could not be read, of its path. */
unsigned shard_of(const char *sha256, const char *path, unsigned n_shards);

/* ---- who works in a shard ---- */

/* A file `lock` with host, process and its start. Advisory locks do not reach over every
 * network file system; a file does. A lock whose process is gone from this host is taken over;
 * one of another host when it was not refreshed for a quarter of an hour. */
struct shard_lock;
enum yk_status shard_lock_take(const char *folder, struct shard_lock **out,
                               struct failure *why);
/* Refreshes it when the last time is a minute ago; cheap. Any thread. */
void shard_lock_beat(struct shard_lock *self);
void shard_lock_release(struct shard_lock *self); /* accepts NULL */

/* ---- what others finished ---- */

struct shard_peers;
/* Every folder below DIR/shards, in the order of names. for_merge: opened so that what a killed
 * task left half-written is rolled back; else read only, and a shard that cannot be read is
 * passed over. */
struct shard_peers_options {
    const char *folder; /* DIR */
    unsigned n_shards;  /* shards of this count are left out; 0: none */
    bool for_merge;
};
enum yk_status shard_peers_open(const struct shard_peers_options *options,
                                struct shard_peers **out, struct failure *why);
void shard_peers_close(struct shard_peers *self); /* accepts NULL */
size_t shard_peers_count(const struct shard_peers *self);
const char *shard_peer_folder(const struct shard_peers *self, size_t i);
struct cohort_db *shard_peer_db(struct shard_peers *self, size_t i);

/* Gives the finished file at `from` the name `to` as well: a hard link, or a copy where that
 * cannot be. hex: what its SHA-256 must be ("" not known); YK_ERR_CORRUPT otherwise. */
enum yk_status shard_take_file(const char *from, const char *to, const char *hex,
                               struct failure *why);

#endif
