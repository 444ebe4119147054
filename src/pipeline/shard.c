/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Shares of a cohort: which recordings, in which folder, and what other shards have finished.
 */
#include "src/pipeline/shard.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/byte_source.h"
#include "src/base/digest.h"
#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"

/* ---- numbers ---- */

static bool read_number(const char *text, size_t n, long *out)
{
    long value = 0;
    if (n == 0 || n > 6) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        value = value * 10 + (text[i] - '0');
    }
    *out = value;
    return true;
}

static const struct {
    const char *name;
    long first; /* number of the first task */
} task_variables[] = {{"SLURM_ARRAY_TASK_ID", 0}, {"SGE_TASK_ID", 1}};

static enum yk_status from_scheduler(const char *(*environment)(const char *name), long *shard,
                                     struct failure *why)
{
    for (size_t i = 0; i < sizeof task_variables / sizeof *task_variables; i++) {
        const char *value = environment(task_variables[i].name);
        long number = 0;
        /* SGE sets "undefined" outside arrays. */
        if (value != NULL && read_number(value, strlen(value), &number)) {
            *shard = number - task_variables[i].first;
            return YK_OK;
        }
    }
    return failure_set(
        why, YK_ERR_ARGUMENT,
        "--shard: no number of an array task in SLURM_ARRAY_TASK_ID or SGE_TASK_ID; "
        "write it out, like --shard 3/40");
}

enum yk_status shard_parse(const char *text, const char *(*environment)(const char *name),
                           unsigned *shard, unsigned *n_shards, struct failure *why)
{
    const char *slash = strchr(text, '/');
    long number = 0, count = 0;
    if (slash == NULL || !read_number(slash + 1, strlen(slash + 1), &count) || count < 1 ||
        count > SHARDS_MAX) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "--shard %.*s: write number and count, like 3/40 (0/40 to 39/40) or "
                           "auto/40; at most %d",
                           utf8_shown(text, 40), text, SHARDS_MAX);
    }
    size_t n = (size_t)(slash - text);
    bool is_auto = n == 0 || (n == 4 && strncmp(text, "auto", 4) == 0);
    enum yk_status status = is_auto ? from_scheduler(environment, &number, why) : YK_OK;
    if (status == YK_OK && !is_auto && !read_number(text, n, &number)) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "--shard %.*s: %.*s is no number; write 3/40 or auto/40",
                           utf8_shown(text, 40), text, (int)n, text);
    }
    if (status == YK_OK && (number < 0 || number >= count)) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "--shard %.*s: number %ld is not among 0 to %ld (Slurm: "
                           "--array=0-%ld; SGE: -t 1-%ld)",
                           utf8_shown(text, 40), text, number, count - 1, count - 1, count);
    }
    if (status == YK_OK) {
        *shard = (unsigned)number;
        *n_shards = (unsigned)count;
    }
    return status;
}

enum yk_status shard_folder(const char *folder, unsigned shard, unsigned n_shards,
                            struct text *out, struct failure *why)
{
    text_clear(out);
    text_addf(out, "%s/" SHARD_FOLDER "/%04u-of-%04u", folder, shard, n_shards);
    return text_status(out, why);
}

unsigned shard_of(const char *sha256, const char *path, unsigned n_shards)
{
    char hex[DIGEST_HEX];
    if (sha256[0] == '\0') {
        digest_of_memory(path, strlen(path), hex);
        sha256 = hex;
    }
    unsigned long value = 0;
    for (size_t i = 0; i < 8; i++) {
        char c = sha256[i];
        value = value * 16 + (unsigned long)(c >= 'a' ? c - 'a' + 10 : c - '0');
    }
    return (unsigned)(value % n_shards);
}

/* ---- peers ---- */

struct shard_peers {
    struct peer {
        char *folder;
        struct cohort_db *db;
    } * peers;
    size_t n, capacity;
};

unsigned shard_count_of(const char *name)
{
    static const char between[] = "-of-";
    enum { DIGITS = 4, BETWEEN = sizeof between - 1 };
    long shard = 0, count = 0;
    bool is_shard = strlen(name) == DIGITS + BETWEEN + DIGITS &&
                    strncmp(name + DIGITS, between, BETWEEN) == 0 &&
                    read_number(name, DIGITS, &shard) &&
                    read_number(name + DIGITS + BETWEEN, DIGITS, &count);
    return is_shard ? (unsigned)count : 0;
}

static enum yk_status add_peer(struct shard_peers *self, const char *folder, bool for_merge,
                               struct failure *why)
{
    struct text path;
    struct cohort_db *db = NULL;
    text_init(&path);
    text_addf(&path, "%s/cohort.sqlite", folder);
    enum yk_status status = text_status(&path, why);
    if (status == YK_OK && !disk_is_file(text_string(&path))) {
        text_release(&path);
        return YK_OK; /* begun, and not yet further */
    }
    if (status == YK_OK) {
        status = cohort_db_open(text_string(&path), for_merge ? COHORT_NETWORK : COHORT_READ,
                                &db, why);
    }
    text_release(&path);
    if (status != YK_OK) {
        return for_merge ? failure_within(why, "shard %s", folder) : YK_OK;
    }
    char *copy =
        MEM_RESERVE(self->peers, self->n, self->capacity) == 0 ? mem_copy_text(folder) : NULL;
    if (copy == NULL) {
        cohort_db_close(db);
        return failure_set(why, YK_ERR_MEMORY, "out of memory for the list of shards");
    }
    self->peers[self->n++] = (struct peer){copy, db};
    return YK_OK;
}

static int by_folder(const void *a, const void *b)
{
    return strcmp(((const struct peer *)a)->folder, ((const struct peer *)b)->folder);
}

static enum yk_status open_all(const struct shard_peers_options *options, const char *shards,
                               struct shard_peers *out, struct failure *why)
{
    DIR *dir = opendir(shards);
    if (dir == NULL) {
        return errno == ENOENT && !options->for_merge
                   ? YK_OK
                   : failure_set_errno(why, errno, "opening %s", shards);
    }
    struct text path;
    text_init(&path);
    enum yk_status status = YK_OK;
    for (struct dirent *entry; status == YK_OK && (entry = readdir(dir)) != NULL;) {
        unsigned count = shard_count_of(entry->d_name);
        if (count == 0 || count == options->n_shards) {
            continue;
        }
        status = disk_join(shards, entry->d_name, &path, why);
        status = status == YK_OK ? add_peer(out, text_string(&path), options->for_merge, why)
                                 : status;
    }
    closedir(dir);
    text_release(&path);
    if (out->n > 1) {
        qsort(out->peers, out->n, sizeof *out->peers, by_folder);
    }
    return status;
}

enum yk_status shard_peers_open(const struct shard_peers_options *options,
                                struct shard_peers **out, struct failure *why)
{
    struct text shards;
    text_init(&shards);
    struct shard_peers *self = mem_alloc(1, sizeof *self);
    enum yk_status status =
        self != NULL ? disk_join(options->folder, SHARD_FOLDER, &shards, why)
                     : failure_set(why, YK_ERR_MEMORY, "out of memory for the list of shards");
    if (status == YK_OK) {
        status = open_all(options, text_string(&shards), self, why);
    }
    text_release(&shards);
    if (status != YK_OK) {
        shard_peers_close(self);
        return status;
    }
    *out = self;
    return YK_OK;
}

void shard_peers_close(struct shard_peers *self)
{
    if (self != NULL) {
        for (size_t i = 0; i < self->n; i++) {
            cohort_db_close(self->peers[i].db);
            mem_free(self->peers[i].folder);
        }
        mem_free(self->peers);
        mem_free(self);
    }
}

size_t shard_peers_count(const struct shard_peers *self)
{
    return self != NULL ? self->n : 0;
}

const char *shard_peer_folder(const struct shard_peers *self, size_t i)
{
    return self->peers[i].folder;
}

struct cohort_db *shard_peer_db(struct shard_peers *self, size_t i)
{
    return self->peers[i].db;
}

/* ---- files ---- */

static enum yk_status check_hash(const char *path, const char *hex, struct failure *why)
{
    char found[DIGEST_HEX];
    enum yk_status status = digest_of_file(path, found, why);
    if (status == YK_OK && strcmp(found, hex) != 0) {
        status =
            failure_set(why, YK_ERR_CORRUPT,
                        "%s is not what was written (SHA-256 %.12s, recorded %.12s); remove "
                        "it and run its shard again",
                        path, found, hex);
    }
    return status;
}

static enum yk_status copy_file(const char *from, const char *to, struct failure *why)
{
    enum { PIECE = 1 << 16 };
    struct byte_source *bytes = NULL;
    unsigned char *piece = mem_alloc(PIECE, 1);
    enum yk_status status =
        piece != NULL ? file_source_open(from, &bytes, why)
                      : failure_set(why, YK_ERR_MEMORY, "out of memory copying %s", from);
    int fd = -1;
    if (status == YK_OK) {
        fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        status = fd >= 0 ? YK_OK : failure_set_errno(why, errno, "making %s", to);
    }
    size_t got = 1;
    for (uint64_t at = 0; status == YK_OK && got > 0; at += got) {
        status = byte_source_read_at(bytes, at, piece, PIECE, &got, why);
        if (status == YK_OK && got > 0) {
            status = disk_write(fd, piece, got, to, why);
        }
    }
    if (status == YK_OK && fsync(fd) != 0) {
        status = failure_set_errno(why, errno, "asking the disk to keep %s", to);
    }
    if (fd >= 0 && close(fd) != 0 && status == YK_OK) {
        status = failure_set_errno(why, errno, "closing %s", to);
    }
    byte_source_close(bytes);
    mem_free(piece);
    return status;
}

enum yk_status shard_take_file(const char *from, const char *to, const char *hex,
                               struct failure *why)
{
    struct text part;
    text_init(&part);
    text_addf(&part, "%s" DISK_PART, to);
    enum yk_status status = text_status(&part, why);
    if (status == YK_OK && hex[0] != '\0') {
        status = check_hash(from, hex, why);
    }
    if (status == YK_OK) {
        status = disk_remove(text_string(&part), why);
    }
    if (status == YK_OK && disk_is_same(from, to)) {
        goto done; /* renaming one name of a file over another of it would leave both */
    }
    if (status == YK_OK && link(from, text_string(&part)) != 0) {
        status = copy_file(from, text_string(&part), why);
    }
    if (status == YK_OK) {
        status = disk_publish(text_string(&part), to, why);
    }
    if (status != YK_OK && part.length > 0) {
        unlink(text_string(&part));
    }
done:
    text_release(&part);
    return status;
}
