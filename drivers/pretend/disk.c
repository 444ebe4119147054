/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bulk-only transport of a pretend recorder's disk: command, data, status, packet by packet,
 * and what goes wrong with each (faults.h). The older stack, up to firmware 44, ends a command
 * without data by its status alone; the newer one stalls first.
 *
 * Source: Universal Serial Bus Mass Storage Class, Bulk-Only Transport, revision 1.0.
 */
#include <string.h>

#include "drivers/pretend/parts.h"
#include "src/base/bytes.h"
#include "src/base/mem.h"

enum { COMMAND_BYTES = 31, STATUS_BYTES = 13, CREDIT_US = 10000 };
#define PIECE_BYTES ((uint64_t)DISK_PIECE * VOLUME_SECTOR)

enum yk_status disk_model_open(struct pretend_disk *self, struct failure *why)
{
    self->piece = mem_alloc(PIECE_BYTES, 1);
    return self->piece != NULL
               ? YK_OK
               : failure_set(why, YK_ERR_MEMORY, "no memory for a pretend disk");
}

void disk_model_close(struct pretend_disk *self)
{
    mem_free(self->piece);
    self->piece = NULL;
}

void disk_model_reset(struct pretend_device *self)
{
    self->disk.stage = DISK_COMMAND;
    self->disk.fault = WHAT_NONE;
    self->disk.ready_us = 0;
}

/* ---- command ---- */

/* Faults that change what the command does, before or after it was carried out. */
static void spoil_command(struct pretend_device *self)
{
    struct pretend_disk *disk = &self->disk;
    switch ((int)disk->fault) {
    case WHAT_DELAY:
        disk->ready_us = pretend_device_now_us(self) +
                         (disk->fault_number < 0 ? 100 : disk->fault_number) * 1000;
        break;
    case WHAT_NOTREADY:
        scsi_sense(self, 2, 0x3a);
        break;
    case WHAT_FAIL:
        scsi_sense(self, 3, 0x11);
        break;
    case WHAT_SHORT:
    case WHAT_LIE:
        disk->length /= 2;
        break;
    default:
        break;
    }
    disk->fault_at = disk->fault_number >= 0 ? (uint64_t)disk->fault_number : disk->length / 2;
    if (disk->fault == WHAT_FLIP && disk->length > 0 && disk->fault_at >= disk->length) {
        disk->fault_at = disk->length - 1;
    }
}

static bool old_stack(const struct pretend_device *self)
{
    return !self->identity.is_ax6 && self->identity.firmware <= 44;
}

/* A bad sector among those of a READ that fails as a whole. */
static bool has_failing_sector(struct pretend_device *self)
{
    if (!self->disk.is_sectors || !pretend_faults_have(&self->faults, PLACE_SECTOR)) {
        return false;
    }
    for (size_t i = 0; i < self->faults.n; i++) {
        const struct pretend_fault *fault = &self->faults.item[i];
        if (fault->place != PLACE_SECTOR || fault->what != WHAT_FAIL) {
            continue;
        }
        for (uint32_t s = 0; s < self->disk.length / VOLUME_SECTOR; s++) {
            if (volume_sector_of(&self->volume, self->disk.lba + s) == fault->at - 1 &&
                pretend_fault_of_sector(&self->faults, fault->at - 1) != NULL) {
                return true;
            }
        }
    }
    return false;
}

static enum packet take_command(struct pretend_device *self, const uint8_t *at, size_t n)
{
    struct pretend_disk *disk = &self->disk;
    if (n != COMMAND_BYTES || memcmp(at, "USBC", 4) != 0 || at[13] != 0 || at[14] < 1 ||
        at[14] > 16) {
        /* 6.6.1: both pipes halt until the reset. */
        disk->stage = DISK_DEAD;
        self->endpoint[EP_DISK_IN].is_halted = true;
        return PACKET_STALL;
    }
    memcpy(disk->command, at, COMMAND_BYTES);
    disk->host_length = get_u32le(at + 8);
    disk->moved = disk->piece_at = disk->piece_length = 0;
    const struct pretend_fault *fault =
        pretend_fault_due(&self->faults, PLACE_SCSI, at[15], NULL);
    disk->fault = fault != NULL ? fault->what : WHAT_NONE;
    disk->fault_number = fault != NULL ? fault->number : -1;
    disk->ready_us = 0;
    if (disk->fault == WHAT_STALLCBW) {
        disk->stage = DISK_DEAD;
        return PACKET_STALL;
    }
    scsi_target(self);
    if ((at[12] & 0x80) != 0 && has_failing_sector(self)) {
        scsi_sense(self, 3, 0x11);
    }
    if (disk->length > disk->host_length) {
        disk->length = disk->host_length;
    }
    spoil_command(self);
    if (disk->host_length == 0) {
        disk->stage = DISK_STATUS;
    } else {
        disk->stage = (at[12] & 0x80) != 0 ? DISK_DATA_IN : DISK_DATA_OUT;
    }
    return PACKET_OK;
}

enum packet disk_model_out(struct pretend_device *self, const uint8_t *at, size_t n)
{
    struct pretend_disk *disk = &self->disk;
    switch (disk->stage) {
    case DISK_COMMAND:
        return take_command(self, at, n);
    case DISK_DATA_OUT: {
        uint64_t within = disk->moved % VOLUME_SECTOR;
        if (disk->is_sectors && disk->moved < disk->length) {
            memcpy(disk->piece + within, at, n <= VOLUME_SECTOR - within ? n : 0);
            if (within + n == VOLUME_SECTOR) {
                scsi_written(self, disk->moved - within, disk->piece, VOLUME_SECTOR);
            }
        }
        disk->moved += n;
        if (disk->moved >= disk->host_length || n < PACKET) {
            disk->moved = disk->moved < disk->length ? disk->moved : disk->length;
            disk->stage = DISK_STATUS;
        }
        return PACKET_OK;
    }
    case DISK_DEAD:
        return PACKET_STALL;
    case DISK_DATA_IN:
    case DISK_STATUS:
    default:
        return PACKET_NAK; /* busy with the command before */
    }
}

/* ---- status ---- */

static enum packet send_status(struct pretend_device *self, uint8_t *at, size_t *n)
{
    struct pretend_disk *disk = &self->disk;
    if (disk->fault == WHAT_HANGCSW) {
        return PACKET_NAK;
    }
    if (disk->fault == WHAT_STALLCSW) {
        disk->fault = WHAT_NONE;
        return PACKET_STALL;
    }
    uint32_t residue = disk->host_length - (uint32_t)disk->moved;
    memcpy(at, "USBS", 4);
    memcpy(at + 4, disk->command + 4, 4);
    put_u32le(at + 8, disk->fault == WHAT_LIE ? 0 : residue);
    at[12] = disk->fault == WHAT_PHASE ? 2 : disk->status;
    if (disk->fault == WHAT_TAG) {
        at[4] ^= 1;
    } else if (disk->fault == WHAT_SIG) {
        at[0] ^= 0x20;
    }
    *n = disk->fault == WHAT_CSW12 ? STATUS_BYTES - 1 : STATUS_BYTES;
    disk->fault = WHAT_NONE;
    disk->stage = DISK_COMMAND;
    return PACKET_OK;
}

/* ---- data ---- */

static void spoil_sectors(struct pretend_device *self, uint32_t lba, uint64_t n, uint8_t *at)
{
    for (size_t i = 0; i < self->faults.n; i++) {
        const struct pretend_fault *fault = &self->faults.item[i];
        if (fault->place != PLACE_SECTOR || fault->what == WHAT_FAIL) {
            continue;
        }
        for (uint64_t s = 0; s < n; s++) {
            if (volume_sector_of(&self->volume, lba + (uint32_t)s) != fault->at - 1 ||
                pretend_fault_of_sector(&self->faults, fault->at - 1) == NULL) {
                continue;
            }
            uint8_t *sector = at + s * VOLUME_SECTOR;
            if (fault->what == WHAT_BLANK) {
                memset(sector, 0xff, VOLUME_SECTOR);
            } else {
                sector[211] ^= 0x24;
            }
        }
    }
}

/* Bytes of the data from disk->moved on, `want` at most; NULL when they cannot be had. */
static const uint8_t *data_at(struct pretend_device *self, size_t want)
{
    struct pretend_disk *disk = &self->disk;
    if (!disk->is_sectors) {
        return disk->small + disk->moved;
    }
    if (disk->moved + want > disk->piece_at + disk->piece_length) {
        uint64_t left = disk->length - disk->moved;
        uint64_t sectors = (left + VOLUME_SECTOR - 1) / VOLUME_SECTOR;
        sectors = sectors < DISK_PIECE ? sectors : DISK_PIECE;
        uint32_t lba = disk->lba + (uint32_t)(disk->moved / VOLUME_SECTOR);
        if (volume_read(&self->volume, lba, (uint32_t)sectors, disk->piece, NULL) != YK_OK) {
            return NULL;
        }
        if (pretend_faults_have(&self->faults, PLACE_SECTOR)) {
            spoil_sectors(self, lba, sectors, disk->piece);
        }
        disk->piece_at = disk->moved;
        disk->piece_length = sectors * VOLUME_SECTOR;
    }
    return disk->piece + (disk->moved - disk->piece_at);
}

/* Whether the rate limit lets the next packet pass, and its account. */
static bool may_pass(struct pretend_device *self, size_t n)
{
    struct pretend_disk *disk = &self->disk;
    uint64_t rate = self->recorder.bytes_per_s;
    if (rate == 0 || !disk->is_sectors) {
        return true;
    }
    int64_t now = pretend_device_now_us(self);
    if (disk->credit_us > now + CREDIT_US) {
        disk->ready_us = disk->credit_us;
        return false;
    }
    if (disk->credit_us < now - CREDIT_US) {
        disk->credit_us = now - CREDIT_US;
    }
    /* In steps of a packet the microseconds would be rounded away: 64 at 333 kB/s are 192. */
    disk->credit_us += (int64_t)(n * 1000000u / rate);
    return true;
}

/* A fault whose place in the data has come. PACKET_OK: none. */
static enum packet fault_in_data(struct pretend_device *self)
{
    struct pretend_disk *disk = &self->disk;
    enum pretend_what fault = disk->fault;
    if (disk->moved < disk->fault_at && disk->moved < disk->length) {
        return PACKET_OK;
    }
    switch ((int)fault) {
    case WHAT_STALL:
        disk->fault = WHAT_NONE;
        disk->stage = DISK_STATUS;
        return PACKET_STALL;
    case WHAT_HANG:
        return PACKET_NAK;
    case WHAT_PROTO:
    case WHAT_CRC:
    case WHAT_OVER:
        disk->fault = WHAT_NONE;
        self->error = fault == WHAT_PROTO ? RESULT_PROTO
                      : fault == WHAT_CRC ? RESULT_CRC
                                          : RESULT_OVERFLOW;
        return PACKET_ERROR;
    case WHAT_UNPLUG:
        device_vanish(self);
        return PACKET_NAK;
    default:
        return PACKET_OK;
    }
}

static enum packet send_data(struct pretend_device *self, uint8_t *at, size_t *n)
{
    struct pretend_disk *disk = &self->disk;
    enum packet spoiled = fault_in_data(self);
    if (spoiled != PACKET_OK) {
        return spoiled;
    }
    uint64_t left = disk->length - disk->moved;
    if (left == 0) {
        /* Nothing, or nothing more, but the host waits. */
        disk->stage = DISK_STATUS;
        if (old_stack(self) && disk->moved == 0 && disk->status == 1) {
            return send_status(self, at, n); /* in place of the data */
        }
        return PACKET_STALL;
    }
    size_t want = left < PACKET ? (size_t)left : PACKET;
    if (!may_pass(self, want)) {
        return PACKET_NAK;
    }
    const uint8_t *from = data_at(self, want);
    if (from == NULL) {
        scsi_sense(self, 3, 0x11);
        disk->length = disk->moved;
        disk->stage = DISK_STATUS;
        return PACKET_STALL;
    }
    if (disk->is_sectors) {
        if (pretend_fault_in_bytes(&self->faults, disk->delivered, want)) {
            device_vanish(self);
            return PACKET_NAK;
        }
        disk->delivered += want;
    }
    memcpy(at, from, want);
    if (disk->fault == WHAT_FLIP && disk->fault_at >= disk->moved &&
        disk->fault_at < disk->moved + want) {
        at[disk->fault_at - disk->moved] ^= 0x10;
    }
    *n = want;
    disk->moved += want;
    /* A short packet ends the data by itself; after a full last one that is not all the host
     * wanted, the stall above does. */
    if (disk->moved == disk->host_length || (disk->moved == disk->length && want < PACKET)) {
        disk->stage = DISK_STATUS;
    }
    return PACKET_OK;
}

enum packet disk_model_in(struct pretend_device *self, uint8_t *at, size_t *n)
{
    struct pretend_disk *disk = &self->disk;
    if (disk->stage == DISK_DEAD) {
        return PACKET_STALL;
    }
    if (disk->ready_us > pretend_device_now_us(self)) {
        return PACKET_NAK;
    }
    disk->ready_us = 0;
    switch (disk->stage) {
    case DISK_STATUS:
        return send_status(self, at, n);
    case DISK_DATA_IN:
        return send_data(self, at, n);
    case DISK_COMMAND:
    case DISK_DATA_OUT:
    case DISK_DEAD:
    default:
        return PACKET_NAK;
    }
}
