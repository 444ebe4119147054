/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The disk of a pretend recorder: partition table, FAT16 file system and one recording, made up
 * sector by sector when they are asked for, so that a full memory costs none. What FORMAT and
 * COMMIT write stays here; the file behind is only read.
 *
 * Geometry: docs/devices/pretend.md; a real AX3's and AX6's, to the sector.
 */
#ifndef DRIVERS_PRETEND_VOLUME_H
#define DRIVERS_PRETEND_VOLUME_H

#include "drivers/pretend/faults.h"
#include "firmware-formats/cwa_layout.h"
#include "src/base/byte_source.h"

#define VOLUME_SECTOR 512u
#define VOLUME_WRITTEN_MAX 512u /* sectors that a host may write before the disk refuses */

struct volume_geometry {
    uint32_t flash_sectors; /* all that can be read */
    uint32_t last_lba;      /* as READ CAPACITY says, 93 too few */
    uint32_t partition_at, partition_sectors;
    uint32_t fat_sectors, data_at; /* data_at: from the partition's start */
    uint32_t clusters;
};

struct volume_written {
    uint32_t lba;
    uint8_t at[VOLUME_SECTOR];
};

struct pretend_volume {
    struct volume_geometry geometry;
    struct byte_source *source; /* owned; NULL: never recorded */
    uint32_t serial;            /* of the volume: the device's id */
    char label[12];
    /* The file in the root directory. */
    bool has_file;
    uint64_t file_size;      /* as the directory says */
    uint32_t chain_clusters; /* as the table says */
    uint32_t data_clusters;  /* that hold bytes of the source, whatever the table says */
    uint32_t packed_time;    /* of the directory entry */
    bool has_header;         /* header was committed: it stands before the source's */
    uint8_t header[CWA_HEADER_BYTES];
    bool is_wiped; /* nothing of the source is left */
    /* Conditions (faults.h), until the next format. */
    struct pretend_faults damage;
    bool is_fragmented;
    uint64_t torn_bytes;
    struct volume_written *written; /* owned */
    size_t n_written, written_capacity;
};

/* Takes source (which may be NULL) on success only. is_large: an AX6's memory.
 * errors: YK_ERR_UNSUPPORTED (larger than any recorder), YK_ERR_ARGUMENT, YK_ERR_IO */
enum yk_status volume_open(struct pretend_volume *self, bool is_large, uint32_t device_id,
                           const char *label, struct byte_source *source,
                           const struct pretend_faults *faults, struct failure *why);
void volume_close(struct pretend_volume *self);

/* The recording's header as the device itself reads it, directory or not; false: none. */
bool volume_header(const struct pretend_volume *self, struct cwa_header *out);
/* n sectors from lba; the caller has checked that they exist. Fails when the file behind does.
 */
enum yk_status volume_read(struct pretend_volume *self, uint32_t lba, uint32_t n, uint8_t *dst,
                           struct failure *why);
/* False when no more is taken. */
bool volume_write(struct pretend_volume *self, uint32_t lba, const uint8_t *src);
/* Which sector of the recording lba is, counted from 0 at the header; UINT64_MAX: none. */
uint64_t volume_sector_of(const struct pretend_volume *self, uint32_t lba);

/* A new file system without a file. is_wiped: with the whole flash erased. */
void volume_format(struct pretend_volume *self, bool is_wiped);
/* Writes the header into the file, which is made when missing; *made says so. */
void volume_commit(struct pretend_volume *self, const struct cwa_header *header,
                   uint32_t packed_time, bool *made);
/* Nothing but a committed header is in the file. */
bool volume_is_blank(const struct pretend_volume *self);
uint64_t volume_room(const struct pretend_volume *self); /* bytes that a recording may have */
/* The file is this recording from now on; takes source. */
void volume_record(struct pretend_volume *self, struct byte_source *source,
                   uint32_t packed_time);
/* Whether the recording that was given is still there, whole. */
bool volume_holds_recording(const struct pretend_volume *self);

#endif
