/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A recorder's disk made up on the fly (volume.h). The firmware's own layout: partition table
 * in sector 0, FAT16 from sector 94, clusters of 32 KiB, the recording as one chain from
 * cluster 2. Left out: long names and other files.
 */
#include "drivers/pretend/volume.h"

#include <string.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"

enum {
    SECTORS_PER_CLUSTER = 64,
    RESERVED_SECTORS = 8,
    ROOT_SECTORS = 32,
    FIRST_CLUSTER = 2,
    FLUSH_BYTES = 512 * 1024 /* the directory is brought up to date this often */
};
#define CLUSTER_BYTES (SECTORS_PER_CLUSTER * VOLUME_SECTOR)

static const struct volume_geometry small_memory = {992256, 992162, 94, 992162, 61, 162, 15500};
static const struct volume_geometry large_memory = {1984512, 1984418, 94,   1984418,
                                                    122,     284,     31002};

static const struct pretend_fault *damaged(const struct pretend_volume *self,
                                           enum pretend_what what)
{
    return pretend_condition(&self->damage, PLACE_VOLUME, what);
}

static uint32_t clusters_of(uint64_t bytes)
{
    return (uint32_t)((bytes + CLUSTER_BYTES - 1) / CLUSTER_BYTES);
}

/* Conditions that change what the file looks like. */
static enum yk_status damage_file(struct pretend_volume *self, struct failure *why)
{
    const struct pretend_fault *cut_short = damaged(self, WHAT_SHORT);
    const struct pretend_fault *torn = damaged(self, WHAT_TORN);
    self->is_fragmented = damaged(self, WHAT_FRAGMENTED) != NULL;
    if (cut_short != NULL) {
        uint64_t bytes = (uint64_t)pretend_fault_number(cut_short, FLUSH_BYTES);
        if (bytes >= self->file_size) {
            return failure_set(why, YK_ERR_ARGUMENT,
                               "the recording has %llu bytes, its directory entry cannot be "
                               "%llu too short",
                               (unsigned long long)self->file_size, (unsigned long long)bytes);
        }
        self->file_size -= bytes;
        self->chain_clusters = clusters_of(self->file_size);
    }
    if (torn != NULL) {
        self->torn_bytes = (uint64_t)pretend_fault_number(torn, 100) % VOLUME_SECTOR;
        self->file_size += self->torn_bytes;
    }
    if (damaged(self, WHAT_NOFILE) != NULL) {
        self->has_file = false;
    }
    return YK_OK;
}

/* Conditions that change the header: the sectors tell another story then. */
static void damage_header(struct pretend_volume *self)
{
    struct cwa_header header;
    if (self->source == NULL || !volume_header(self, &header)) {
        return;
    }
    if (damaged(self, WHAT_OTHERHEADER) != NULL) {
        header.session_id += 1000003u;
        header.rate_code = 0x4b; /* 200 Hz: hardly what the data say */
    } else if (damaged(self, WHAT_OTHERID) != NULL) {
        header.device_id += 1u;
    } else if (damaged(self, WHAT_NOHEADER) == NULL) {
        return;
    }
    cwa_header_put(self->header, &header);
    if (damaged(self, WHAT_NOHEADER) != NULL) {
        memset(self->header, 0xff, sizeof self->header);
    }
    self->has_header = true;
}

enum yk_status volume_open(struct pretend_volume *self, bool is_large, uint32_t device_id,
                           const char *label, struct byte_source *source,
                           const struct pretend_faults *faults, struct failure *why)
{
    uint64_t size = source != NULL ? source->size : 0;
    if (size > (uint64_t)small_memory.clusters * CLUSTER_BYTES) {
        is_large = true;
    }
    *self = (struct pretend_volume){.geometry = is_large ? large_memory : small_memory};
    if (size > (uint64_t)self->geometry.clusters * CLUSTER_BYTES) {
        return failure_set(why, YK_ERR_UNSUPPORTED,
                           "%s has %llu bytes, more than any recorder's memory holds (%llu)",
                           source->name, (unsigned long long)size,
                           (unsigned long long)self->geometry.clusters * CLUSTER_BYTES);
    }
    self->damage = *faults;
    self->serial = device_id;
    memcpy(self->label, label, sizeof self->label - 1);
    if (damaged(self, WHAT_NOMBR) != NULL) {
        self->geometry.partition_at = 0;
    }
    self->has_file = size > 0;
    self->file_size = size;
    self->chain_clusters = self->data_clusters = clusters_of(size);
    if (size > 0) {
        enum yk_status status = damage_file(self, why);
        if (status != YK_OK) {
            return status;
        }
    }
    self->source = source;
    damage_header(self);
    return YK_OK;
}

void volume_close(struct pretend_volume *self)
{
    byte_source_close(self->source);
    mem_free(self->written);
    self->source = NULL;
    self->written = NULL;
    self->n_written = self->written_capacity = 0;
}

bool volume_header(const struct pretend_volume *self, struct cwa_header *out)
{
    uint8_t at[CWA_HEADER_BYTES];
    if (self->has_header) {
        return self->has_file && cwa_header_get(self->header, out);
    }
    return self->has_file && self->source != NULL &&
           byte_source_read_exactly(self->source, 0, at, sizeof at, NULL) == YK_OK &&
           cwa_header_get(at, out);
}

/* ---- where the recording lies ---- */

/* Chain position <-> cluster, counted from FIRST_CLUSTER. Fragmented: pairs change places. */
static uint32_t placed(const struct pretend_volume *self, uint32_t i)
{
    uint32_t other = i ^ 1u;
    return self->is_fragmented && other < self->data_clusters ? other : i;
}

/* Position in the recording of a byte of the data area; UINT64_MAX: outside. */
static uint64_t position_of(const struct pretend_volume *self, uint32_t lba)
{
    uint32_t first = self->geometry.partition_at + self->geometry.data_at;
    if (lba < first) {
        return UINT64_MAX;
    }
    uint32_t cluster = (lba - first) / SECTORS_PER_CLUSTER;
    uint32_t within = (lba - first) % SECTORS_PER_CLUSTER;
    if (cluster >= self->geometry.clusters) {
        return UINT64_MAX;
    }
    return (uint64_t)placed(self, cluster) * CLUSTER_BYTES + within * VOLUME_SECTOR;
}

uint64_t volume_sector_of(const struct pretend_volume *self, uint32_t lba)
{
    uint64_t position = position_of(self, lba);
    uint64_t size = self->source != NULL ? self->source->size : CWA_HEADER_BYTES;
    return position < size ? position / VOLUME_SECTOR : UINT64_MAX;
}

/* ---- file system ---- */

static void make_partition_table(const struct pretend_volume *self, uint8_t *at)
{
    static const uint8_t entry[8] = {0x00, 0x00, 0x00, 0x60, 0x06, 0x0f, 0x71, 0x25};
    memcpy(at + 446, entry, sizeof entry);
    put_u32le(at + 454, self->geometry.partition_at);
    put_u32le(at + 458, self->geometry.partition_sectors);
    at[510] = 0x55;
    at[511] = 0xaa;
}

static void make_boot_sector(const struct pretend_volume *self, uint8_t *at)
{
    if (damaged(self, WHAT_NOBOOT) != NULL) {
        memset(at, 0xff, VOLUME_SECTOR);
        return;
    }
    memcpy(at, "\xeb\x3c\x90MCHP FAT", 11);
    put_u16le(at + 11, VOLUME_SECTOR);
    at[13] = SECTORS_PER_CLUSTER;
    put_u16le(at + 14, RESERVED_SECTORS);
    at[16] = 2;
    put_u16le(at + 17, ROOT_SECTORS * VOLUME_SECTOR / 32);
    at[21] = 0xf8;
    put_u16le(at + 22, (uint16_t)self->geometry.fat_sectors);
    put_u16le(at + 24, 63);
    put_u16le(at + 26, 255);
    put_u32le(at + 28, self->geometry.partition_at);
    put_u32le(at + 32, self->geometry.partition_sectors);
    at[38] = 0x29;
    put_u32le(at + 39, self->serial);
    memcpy(at + 43, self->label, 11);
    memcpy(at + 54, "FAT16   ", 8);
    at[510] = 0x55;
    at[511] = 0xaa;
}

/* The chain's link at position i, damage included. */
static uint16_t link_at(const struct pretend_volume *self, uint32_t i)
{
    static const struct {
        enum pretend_what what;
        uint16_t link;
    } broken[] = {{WHAT_FATLOOP, FIRST_CLUSTER},
                  {WHAT_FATFREE, 0},
                  {WHAT_FATBAD, 0xfff7},
                  {WHAT_FATCUT, 0xffff}};
    for (size_t b = 0; b < sizeof broken / sizeof *broken; b++) {
        const struct pretend_fault *fault = damaged(self, broken[b].what);
        if (fault != NULL && pretend_fault_number(fault, self->chain_clusters / 2) == i) {
            return broken[b].link;
        }
    }
    return i + 1 < self->chain_clusters ? (uint16_t)(FIRST_CLUSTER + placed(self, i + 1))
                                        : 0xffff;
}

static void make_fat(const struct pretend_volume *self, uint32_t sector, bool is_second,
                     uint8_t *at)
{
    if (damaged(self, WHAT_FATGONE) != NULL ||
        (!is_second && damaged(self, WHAT_FATZERO) != NULL)) {
        return;
    }
    for (uint32_t e = 0; e < VOLUME_SECTOR / 2; e++) {
        uint32_t cluster = sector * (VOLUME_SECTOR / 2) + e;
        uint16_t link = 0;
        if (cluster < FIRST_CLUSTER) {
            link = cluster == 0 ? 0xfff8 : 0xffff;
        } else if (self->has_file) {
            uint32_t i = placed(self, cluster - FIRST_CLUSTER);
            link = i < self->chain_clusters ? link_at(self, i) : 0;
        }
        put_u16le(at + 2 * e, link);
    }
}

static void make_root(const struct pretend_volume *self, uint32_t sector, uint8_t *at)
{
    if (sector != 0) {
        return;
    }
    memcpy(at, self->label, 11);
    at[11] = 0x08;
    if (!self->has_file) {
        return;
    }
    uint8_t *entry = at + 32;
    uint32_t t = self->packed_time;
    memcpy(entry, "CWA-DATACWA", 11);
    entry[11] = 0x20;
    /* Packed device time (2000) to the directory's (1980, two-second steps). */
    put_u16le(entry + 22, (uint16_t)((t >> 12 & 31) << 11 | (t >> 6 & 63) << 5 | (t & 63) / 2));
    put_u16le(entry + 24,
              (uint16_t)(((t >> 26) + 20) << 9 | (t >> 22 & 15) << 5 | (t >> 17 & 31)));
    put_u16le(entry + 26, FIRST_CLUSTER + (uint16_t)placed(self, 0));
    put_u32le(entry + 28, (uint32_t)self->file_size);
}

/* A sector before the data area. */
static void make_system(const struct pretend_volume *self, uint32_t lba, uint8_t *at)
{
    const struct volume_geometry *g = &self->geometry;
    memset(at, 0, VOLUME_SECTOR);
    if (lba == 0 && g->partition_at > 0) {
        make_partition_table(self, at);
    }
    if (lba < g->partition_at) {
        return;
    }
    uint32_t rel = lba - g->partition_at;
    if (rel == 0) {
        make_boot_sector(self, at);
    } else if (rel >= RESERVED_SECTORS && rel < g->data_at - ROOT_SECTORS) {
        uint32_t fat = rel - RESERVED_SECTORS;
        make_fat(self, fat % g->fat_sectors, fat >= g->fat_sectors, at);
    } else if (rel >= g->data_at - ROOT_SECTORS) {
        make_root(self, rel - (g->data_at - ROOT_SECTORS), at);
    }
}

/* ---- reading and writing ---- */

/* As many sectors from lba, up to n, as lie side by side in the recording. */
static enum yk_status read_data(const struct pretend_volume *self, uint32_t lba, uint32_t *n,
                                uint8_t *dst, struct failure *why)
{
    uint64_t position = position_of(self, lba);
    uint64_t size = self->source != NULL && !self->is_wiped ? self->source->size : 0;
    uint32_t to_cluster_end =
        SECTORS_PER_CLUSTER - (uint32_t)(position / VOLUME_SECTOR) % SECTORS_PER_CLUSTER;
    uint32_t run = self->is_fragmented && *n > to_cluster_end ? to_cluster_end : *n;
    size_t bytes = (size_t)run * VOLUME_SECTOR;
    memset(dst, 0xff, bytes); /* flash that was never written */
    *n = run;
    if (position < size) {
        size_t have = size - position < bytes ? (size_t)(size - position) : bytes;
        enum yk_status status =
            byte_source_read_exactly(self->source, position, dst, have, why);
        if (status != YK_OK) {
            return status;
        }
        for (size_t i = 0; i < self->torn_bytes && have + i < bytes; i++) {
            dst[have + i] = i < 4 ? (uint8_t) "AX\xfc\x01"[i] : 0;
        }
    }
    if (self->has_header && position < CWA_HEADER_BYTES) {
        size_t header = CWA_HEADER_BYTES - (size_t)position;
        memcpy(dst, self->header + position, header < bytes ? header : bytes);
    }
    return YK_OK;
}

/* What the host wrote stands above everything. */
static void overlay(const struct pretend_volume *self, uint32_t lba, uint32_t n, uint8_t *dst)
{
    for (size_t i = 0; i < self->n_written; i++) {
        uint32_t at = self->written[i].lba;
        if (at >= lba && at - lba < n) {
            memcpy(dst + (size_t)(at - lba) * VOLUME_SECTOR, self->written[i].at,
                   VOLUME_SECTOR);
        }
    }
}

enum yk_status volume_read(struct pretend_volume *self, uint32_t lba, uint32_t n, uint8_t *dst,
                           struct failure *why)
{
    uint32_t data_at = self->geometry.partition_at + self->geometry.data_at;
    uint32_t done = 0;
    while (done < n) {
        uint8_t *at = dst + (size_t)done * VOLUME_SECTOR;
        uint32_t run = 1;
        if (lba + done < data_at) {
            make_system(self, lba + done, at);
        } else if (position_of(self, lba + done) == UINT64_MAX) {
            memset(at, 0xff, VOLUME_SECTOR);
        } else {
            run = n - done;
            enum yk_status status = read_data(self, lba + done, &run, at, why);
            if (status != YK_OK) {
                return status;
            }
        }
        done += run;
    }
    overlay(self, lba, n, dst);
    return YK_OK;
}

bool volume_write(struct pretend_volume *self, uint32_t lba, const uint8_t *src)
{
    for (size_t i = 0; i < self->n_written; i++) {
        if (self->written[i].lba == lba) {
            memcpy(self->written[i].at, src, VOLUME_SECTOR);
            return true;
        }
    }
    if (self->n_written >= VOLUME_WRITTEN_MAX ||
        MEM_RESERVE(self->written, self->n_written, self->written_capacity) != 0) {
        return false;
    }
    struct volume_written *slot = &self->written[self->n_written++];
    slot->lba = lba;
    memcpy(slot->at, src, VOLUME_SECTOR);
    return true;
}

void volume_format(struct pretend_volume *self, bool is_wiped)
{
    self->has_file = self->has_header = false;
    self->file_size = 0;
    self->chain_clusters = 0;
    self->damage = (struct pretend_faults){0};
    self->torn_bytes = 0;
    self->n_written = 0;
    self->is_wiped = self->is_wiped || is_wiped;
    self->geometry.partition_at = small_memory.partition_at;
}

void volume_commit(struct pretend_volume *self, const struct cwa_header *header,
                   uint32_t packed_time, bool *made)
{
    cwa_header_put(self->header, header);
    *made = !self->has_file;
    self->has_header = true;
    self->packed_time = packed_time;
    if (!self->has_file) {
        self->has_file = true;
        self->file_size = CWA_HEADER_BYTES;
        self->chain_clusters = 1;
    }
}

bool volume_is_blank(const struct pretend_volume *self)
{
    return self->has_file && self->has_header && self->file_size == CWA_HEADER_BYTES;
}

uint64_t volume_room(const struct pretend_volume *self)
{
    return (uint64_t)self->geometry.clusters * CLUSTER_BYTES;
}

void volume_record(struct pretend_volume *self, struct byte_source *source,
                   uint32_t packed_time)
{
    byte_source_close(self->source);
    self->source = source;
    self->is_wiped = self->is_fragmented = false;
    self->file_size = source->size;
    self->chain_clusters = self->data_clusters = clusters_of(source->size);
    self->packed_time = packed_time;
}

bool volume_holds_recording(const struct pretend_volume *self)
{
    return self->source != NULL && self->has_file && !self->is_wiped && !self->has_header &&
           self->file_size >= self->source->size;
}
