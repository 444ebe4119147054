/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The recording on the recorder's disk: CWA-DATA.CWA, found through the FAT. The firmware
 * brings directory and table up to date only every 512 KiB, so that after a flat battery more
 * was written than they say. Those sectors are taken as long as they are whole, of the same
 * session, with the next sequence number and a time that goes on. The same proof is asked for
 * where the table itself is damaged.
 */
#include "drivers/axivity.h"

#include <inttypes.h>
#include <string.h>

#define NAME "CWA-DATACWA"
#define LOOK_BACK 8 /* sectors, for a whole one to go on from */
#define TAIL_BLOCKS 64

static enum yk_status read_blocks(void *user, uint64_t block, size_t count, uint8_t *dst,
                                  struct failure *why)
{
    struct axivity *self = user;
    axivity_settle(self);
    for (size_t done = 0; done < count;) {
        size_t n = count - done < AXIVITY_CHUNK_BLOCKS ? count - done : AXIVITY_CHUNK_BLOCKS;
        enum yk_status status =
            scsi_read(&self->disk, block + done, n, dst + done * SCSI_BLOCK_BYTES, why);
        if (status != YK_OK) {
            return status;
        }
        done += n;
    }
    return YK_OK;
}

enum yk_status axivity_mount(struct axivity *self, unsigned wait_ms, struct failure *why)
{
    axivity_settle(self);
    enum yk_status status = scsi_wait_ready(&self->disk, wait_ms, why);
    if (status == YK_OK) {
        status = scsi_capacity(&self->disk, why);
    }
    if (status != YK_OK) {
        return status;
    }
    struct fat_disk disk = {.read = read_blocks, .user = self, .n_blocks = self->disk.n_blocks};
    struct fat fat;
    status = fat_open(&fat, &disk, why);
    if (status == YK_OK) {
        if (self->has_fat) {
            fat_release(&self->fat);
        }
        self->fat = fat;
        self->has_fat = true;
    }
    return status;
}

enum yk_status axivity_find(struct axivity *self, struct fat_entry *out, bool *found,
                            struct failure *why)
{
    enum yk_status status = YK_OK;
    *found = false;
    for (int i = 0; i < AXIVITY_TRIES && status == YK_OK && !*found; i++) {
        status = fat_find(&self->fat, NAME, out, found, why); /* it may only have come wrong */
    }
    return status;
}

/* Whether the disk's first cluster, where the firmware begins every recording, holds a header
 * and the first sector of its session. */
static enum yk_status holds_lost_recording(struct axivity *self, bool *holds,
                                           struct failure *why)
{
    uint8_t at[CWA_HEADER_BYTES + CWA_SECTOR_BYTES];
    struct fat_chain chain;
    struct cwa_header header;
    struct cwa_sector sector;
    uint64_t block = 0, following = 0;
    *holds = false;
    enum yk_status status = fat_chain(&self->fat, 2, 1, &chain, why);
    if (status != YK_OK) {
        return status;
    }
    if (fat_chain_at(&chain, 0, &block, &following)) {
        status = read_blocks(self, block, sizeof at / FAT_BLOCK_BYTES, at, why);
        *holds = status == YK_OK && cwa_header_get(at, &header) &&
                 cwa_sector_check(at + CWA_HEADER_BYTES, &sector) == CWA_GOOD &&
                 sector.session_id == header.session_id;
    }
    fat_chain_release(&chain);
    return status;
}

/* An empty directory in front of a recording is a lost directory, not an empty recorder:
 * whoever is told "no recording" may erase. */
static enum yk_status no_file(struct axivity *self, struct failure *why)
{
    bool holds = false;
    enum yk_status status = holds_lost_recording(self, &holds, why);
    if (status != YK_OK) {
        return status;
    }
    if (holds) {
        return failure_set(
            why, YK_ERR_CORRUPT,
            "the directory of the recorder %s lists no recording, but its memory "
            "holds one; the data is still on it, do not set it up again",
            self->port->listing.serial);
    }
    return failure_set(why, YK_ERR_TOO_LITTLE,
                       "the recorder %s has no recording (no CWA-DATA.CWA on its disk)",
                       self->port->listing.serial);
}

/* Reads bytes of the file, whole blocks of them. */
static enum yk_status read_chain(struct axivity *self, const struct fat_chain *chain,
                                 uint64_t offset, size_t n_blocks, uint8_t *dst,
                                 struct failure *why)
{
    for (size_t done = 0; done < n_blocks;) {
        uint64_t block = 0, following = 0;
        if (!fat_chain_at(chain, offset + done * FAT_BLOCK_BYTES, &block, &following)) {
            return failure_set(why, YK_ERR_CORRUPT,
                               "the recording's place on the disk ends at byte %" PRIu64,
                               offset + done * FAT_BLOCK_BYTES);
        }
        size_t left = n_blocks - done;
        size_t n = following < left ? (size_t)following + 1 : left;
        n = n < left ? n : left;
        enum yk_status status = read_blocks(self, block, n, dst + done * FAT_BLOCK_BYTES, why);
        if (status != YK_OK) {
            return status;
        }
        done += n;
    }
    return YK_OK;
}

enum yk_status axivity_read_header(struct axivity *self, struct cwa_header *out, uint32_t *size,
                                   struct failure *why)
{
    struct fat_entry entry;
    struct fat_chain chain;
    bool found = false;
    uint8_t at[CWA_HEADER_BYTES];
    enum yk_status status = axivity_find(self, &entry, &found, why);
    if (status == YK_OK && (!found || entry.size < CWA_HEADER_BYTES)) {
        return no_file(self, why);
    }
    if (status == YK_OK) {
        status = fat_chain(&self->fat, entry.first_cluster, 2, &chain, why);
    }
    if (status != YK_OK) {
        return status;
    }
    status = read_chain(self, &chain, 0, CWA_HEADER_BYTES / FAT_BLOCK_BYTES, at, why);
    fat_chain_release(&chain);
    if (status == YK_OK && !cwa_header_get(at, out)) {
        return failure_set(why, YK_ERR_CORRUPT,
                           "the file on the recorder does not begin with a header (%02x %02x)",
                           (unsigned)at[0], (unsigned)at[1]);
    }
    if (status == YK_OK) {
        *size = entry.size;
    }
    return status;
}

/* ---- what goes on, sector by sector ---- */

/* The sector before the one in question; the recording's beginning where none is known. */
struct thread {
    bool is_known;
    struct cwa_sector last;
    uint32_t n_since; /* sectors between it and the one in question that could not be read */
};

static bool do_times_go_on(const struct cwa_sector *a, const struct cwa_sector *b,
                           uint32_t n_sectors)
{
    int64_t from, to;
    double rate = cwa_rate_hz(b->rate_code);
    if (!cwa_time_seconds(a->time, &from) || !cwa_time_seconds(b->time, &to) || rate <= 0.0) {
        return false;
    }
    double expected = n_sectors * (double)b->count / rate;
    return to >= from && (double)(to - from) <= 2.0 * expected + 2.0;
}

/* A first sector is younger than the header it belongs to. */
static bool is_after_setup(const struct cwa_header *header, const struct cwa_sector *sector)
{
    int64_t set_up, first;
    return cwa_time_seconds(sector->time, &first) &&
           (!cwa_time_seconds(header->last_change, &set_up) || first >= set_up - 120);
}

/* Whether a sector continues the recording; the thread then holds it. Stale sectors of an older
 * recording fail by session, sequence or time. */
static bool goes_on(struct thread *thread, const struct cwa_header *header, const uint8_t *at)
{
    struct cwa_sector sector;
    if (cwa_sector_check(at, &sector) != CWA_GOOD) {
        return false;
    }
    if (thread->is_known) {
        uint32_t step = thread->n_since + 1;
        if (sector.session_id != thread->last.session_id ||
            sector.sequence != thread->last.sequence + step ||
            !do_times_go_on(&thread->last, &sector, step)) {
            return false;
        }
    } else if (sector.session_id != header->session_id || sector.sequence != thread->n_since ||
               !is_after_setup(header, &sector)) {
        return false;
    }
    *thread = (struct thread){.is_known = true, .last = sector};
    return true;
}

/* Picks the thread up at byte `offset` (where data may go on): the last whole sector before it.
 * False: there is data before it, but none of it is whole. */
static enum yk_status pick_up(struct axivity *self, const struct fat_chain *chain,
                              uint64_t offset, struct thread *out, bool *has_thread,
                              struct failure *why)
{
    *out = (struct thread){.is_known = false};
    *has_thread = offset <= CWA_HEADER_BYTES; /* then it begins with sequence 0 */
    for (uint32_t i = 1; i <= LOOK_BACK && offset >= CWA_HEADER_BYTES + i * CWA_SECTOR_BYTES;
         i++) {
        uint8_t at[CWA_SECTOR_BYTES];
        struct cwa_sector sector;
        enum yk_status status =
            read_chain(self, chain, offset - i * CWA_SECTOR_BYTES, 1, at, why);
        if (status != YK_OK) {
            return status;
        }
        if (cwa_sector_check(at, &sector) == CWA_GOOD) {
            *out = (struct thread){.is_known = true, .last = sector, .n_since = i - 1};
            *has_thread = true;
            return YK_OK;
        }
    }
    return YK_OK;
}

/* Makes the chain reach at least to byte `until`; *reaches false: it cannot. */
static enum yk_status reach(struct axivity *self, struct fat_chain *chain, uint64_t until,
                            bool *reaches, struct failure *why)
{
    *reaches = true;
    while (chain->n_blocks * FAT_BLOCK_BYTES < until && *reaches) {
        enum yk_status status = fat_chain_grow(&self->fat, chain, reaches, why);
        if (status != YK_OK) {
            return status;
        }
    }
    return YK_OK;
}

/* As read_chain(), but for the sectors that cannot be read, which are marked and left zero. */
static enum yk_status read_sectors(struct axivity *self, const struct fat_chain *chain,
                                   uint64_t offset, size_t n, uint8_t *dst, bool *is_unread,
                                   struct failure *why)
{
    enum yk_status status = read_chain(self, chain, offset, n, dst, why);
    bool is_whole = status != YK_ERR_IO;
    memset(is_unread, 0, n * sizeof *is_unread);
    for (size_t i = 0; i < n && !is_whole && (i == 0 || status == YK_OK); i++) {
        uint8_t *to = dst + i * CWA_SECTOR_BYTES;
        status = read_chain(self, chain, offset + i * CWA_SECTOR_BYTES, 1, to, why);
        if (status == YK_ERR_IO) {
            memset(to, 0, CWA_SECTOR_BYTES);
            is_unread[i] = true;
            status = YK_OK;
        }
    }
    return status;
}

/* Counts the bytes from `offset` on that continue the recording. Up to LOOK_BACK sectors that
 * are not whole are passed over when a whole one behind them goes on. YK_ERR_IO: it ended at
 * sectors that could not be read, and nothing behind them tells what they were. */
static enum yk_status follow(struct axivity *self, struct fat_chain *chain,
                             const struct cwa_header *header, uint64_t offset,
                             uint64_t *n_bytes, struct failure *why)
{
    uint8_t at[TAIL_BLOCKS * CWA_SECTOR_BYTES];
    struct thread thread;
    struct cwa_sector foreign;
    bool goes = false, is_unread[TAIL_BLOCKS];
    size_t unread = 0; /* since the last that goes on */
    uint64_t from = offset;
    *n_bytes = 0;
    enum yk_status status = pick_up(self, chain, offset, &thread, &goes, why);
    while (status == YK_OK && goes) {
        status = reach(self, chain, from + CWA_SECTOR_BYTES, &goes, why);
        if (status != YK_OK || !goes) {
            break;
        }
        uint64_t left = (chain->n_blocks * FAT_BLOCK_BYTES - from) / CWA_SECTOR_BYTES;
        size_t n = left < TAIL_BLOCKS ? (size_t)left : TAIL_BLOCKS;
        status = read_sectors(self, chain, from, n, at, is_unread, why);
        for (size_t i = 0; i < n && goes && status == YK_OK; i++) {
            from += CWA_SECTOR_BYTES;
            if (goes_on(&thread, header, at + i * CWA_SECTOR_BYTES)) {
                *n_bytes = from - offset;
                unread = 0;
            } else if (cwa_sector_check(at + i * CWA_SECTOR_BYTES, &foreign) == CWA_GOOD) {
                goes = false; /* an older recording's: this one never came so far */
                unread = 0;
            } else {
                unread += is_unread[i];
                goes = ++thread.n_since <= LOOK_BACK;
            }
        }
    }
    return status == YK_OK && unread > 0
               ? failure_set(why, YK_ERR_IO,
                             "%zu sectors behind what the recorder's directory lists cannot be "
                             "read; there may be data in them, do not set it up again",
                             unread)
               : status;
}

/* ---- the map ---- */

/* The chain of the file. Where the first table breaks off before the file ends, the second is
 * asked. */
static enum yk_status find_chain(struct axivity *self, const struct fat_entry *entry,
                                 struct fat_chain *out, struct failure *why)
{
    struct fat *fat = &self->fat;
    struct fat_chain chains[2];
    fat->table = 0;
    enum yk_status status = fat_chain(fat, entry->first_cluster, UINT32_MAX, &chains[0], why);
    if (status != YK_OK) {
        return status;
    }
    if (chains[0].n_blocks * FAT_BLOCK_BYTES < entry->size && fat->n_tables > 1) {
        fat->table = 1;
        if (fat_chain(fat, entry->first_cluster, UINT32_MAX, &chains[1], NULL) == YK_OK) {
            bool is_better = chains[1].n_blocks > chains[0].n_blocks;
            fat_chain_release(&chains[is_better ? 0 : 1]);
            *out = chains[is_better ? 1 : 0];
            fat->table = is_better;
            return YK_OK;
        }
        fat->table = 0;
    }
    *out = chains[0];
    return YK_OK;
}

/* Whether the data at byte `offset`, where a cluster begins, continues what is before it: one
 * of its first sectors is whole and has the number it must have. */
static enum yk_status is_next_cluster(struct axivity *self, const struct fat_chain *chain,
                                      const struct cwa_header *header, uint64_t offset,
                                      bool *is_next, struct failure *why)
{
    uint8_t at[LOOK_BACK * CWA_SECTOR_BYTES];
    struct thread thread;
    uint64_t left = (chain->n_blocks * FAT_BLOCK_BYTES - offset) / FAT_BLOCK_BYTES;
    size_t n = left < LOOK_BACK ? (size_t)left : LOOK_BACK;
    *is_next = false;
    enum yk_status status = pick_up(self, chain, offset, &thread, is_next, why);
    if (status != YK_OK || !*is_next) {
        return status;
    }
    *is_next = false;
    status = read_chain(self, chain, offset, n, at, why);
    for (size_t i = 0; i < n && status == YK_OK && !*is_next; i++) {
        struct thread next = thread;
        next.n_since += (uint32_t)i;
        *is_next = goes_on(&next, header, at + i * CWA_SECTOR_BYTES);
    }
    return status;
}

/* The table gives fewer clusters than the file has. The firmware writes a file in one piece, so
 * that what follows on the disk is tried: a cluster whose data proves to go on, and from it the
 * table again. */
static enum yk_status mend_chain(struct axivity *self, const struct cwa_header *header,
                                 struct axivity_map *map, struct failure *why)
{
    struct fat_chain *chain = &map->chain;
    while (chain->n_blocks * FAT_BLOCK_BYTES < map->size) {
        uint64_t covered = chain->n_blocks * FAT_BLOCK_BYTES;
        const char *end = fat_end_text(chain->end);
        bool is_next = false;
        enum yk_status status = fat_chain_grow(&self->fat, chain, &is_next, why);
        if (status == YK_OK && is_next) {
            status = is_next_cluster(self, chain, header, covered, &is_next, why);
        }
        if (status == YK_OK && is_next) {
            status = fat_chain_continue(&self->fat, chain, why);
        }
        if (status != YK_OK) {
            return status;
        }
        if (!is_next) {
            return failure_set_at(
                why, YK_ERR_CORRUPT, (int64_t)covered,
                "the recorder's file table is damaged: the recording %s after "
                "%" PRIu64 " of %" PRIu64 " bytes; the data is still on it, "
                "do not set it up again",
                end, covered, map->size);
        }
    }
    map->is_guessed = true;
    return YK_OK;
}

static enum yk_status map_chain(struct axivity *self, const struct cwa_header *header,
                                struct axivity_map *map, struct failure *why)
{
    enum yk_status status = YK_OK;
    if (map->chain.n_blocks * FAT_BLOCK_BYTES < map->size) {
        status = mend_chain(self, header, map, why);
    }
    if (status == YK_OK && map->size % CWA_SECTOR_BYTES == 0) {
        struct failure how;
        status = follow(self, &map->chain, header, map->size, &map->found_beyond, &how);
        /* What cannot be read behind the file is left, and kept from being set up over. Where
         * the file ends with its header, that could be all there is: nobody may call it empty.
         */
        bool has_data = map->size + map->found_beyond > CWA_HEADER_BYTES;
        if (has_data && (status == YK_ERR_IO || status == YK_ERR_CORRUPT)) {
            log_warn(axivity_log(self), "axivity: %s: %s", self->port->listing.place, how.text);
            map->is_end_unread = status == YK_ERR_IO;
            status = YK_OK;
        } else if (status != YK_OK && why != NULL) {
            *why = how;
        }
    }
    map->size += map->found_beyond;
    return status;
}

enum yk_status axivity_map(struct axivity *self, struct axivity_map *out, struct failure *why)
{
    struct axivity_map map = {.size = 0};
    struct fat_entry entry;
    bool found = false;
    uint8_t at[CWA_HEADER_BYTES];
    struct cwa_header header;
    enum yk_status status = axivity_find(self, &entry, &found, why);
    if (status == YK_OK && (!found || entry.size < CWA_HEADER_BYTES)) {
        return no_file(self, why);
    }
    if (status == YK_OK) {
        status = find_chain(self, &entry, &map.chain, why);
    }
    if (status != YK_OK) {
        return status;
    }
    map.size = entry.size;
    status = read_chain(self, &map.chain, 0, CWA_HEADER_BYTES / FAT_BLOCK_BYTES, at, why);
    if (status == YK_OK) {
        cwa_header_init(&header); /* a file without one is read as it is */
        (void)cwa_header_get(at, &header);
        status = map_chain(self, &header, &map, why);
    }
    if (status == YK_OK && map.size <= CWA_HEADER_BYTES) {
        status = failure_set(why, YK_ERR_TOO_LITTLE,
                             "the recorder %s is set up but has not recorded yet",
                             self->port->listing.serial);
    }
    if (status != YK_OK) {
        fat_chain_release(&map.chain);
        return status;
    }
    *out = map;
    return YK_OK;
}
