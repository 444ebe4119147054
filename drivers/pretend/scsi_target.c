/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The SCSI commands that the recorders' disk knows (Microchip's example stack, in an older and
 * a newer edition). Anything else fails with "invalid operation code"; READ CAPACITY is 93
 * sectors short. Writing is taken into memory.
 */
#include <string.h>

#include "drivers/pretend/parts.h"
#include "src/base/bytes.h"

enum {
    OP_TEST_UNIT_READY = 0x00,
    OP_REQUEST_SENSE = 0x03,
    OP_INQUIRY = 0x12,
    OP_MODE_SENSE_6 = 0x1a,
    OP_START_STOP = 0x1b,
    OP_PREVENT_REMOVAL = 0x1e,
    OP_READ_CAPACITY = 0x25,
    OP_READ_10 = 0x28,
    OP_WRITE_10 = 0x2a,
    OP_VERIFY_10 = 0x2f
};
enum {
    KEY_NOT_READY = 2,
    KEY_MEDIUM = 3,
    KEY_ILLEGAL = 5,
    KEY_ATTENTION = 6,
    CODE_WRITE_FAULT = 0x03,
    CODE_INVALID_OPERATION = 0x20,
    CODE_OUT_OF_RANGE = 0x21,
    CODE_MEDIUM_CHANGED = 0x28,
    CODE_NO_MEDIUM = 0x3a
};

void scsi_sense(struct pretend_device *self, uint8_t key, uint8_t code)
{
    self->disk.sense[0] = key;
    self->disk.sense[1] = code;
    self->disk.sense[2] = 0;
    self->disk.status = 1;
    self->disk.length = 0;
}

static void put_u32be(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 24);
    at[1] = (uint8_t)(value >> 16);
    at[2] = (uint8_t)(value >> 8);
    at[3] = (uint8_t)value;
}

/* Whether the command may reach the medium. */
static bool has_medium(struct pretend_device *self)
{
    if (!self->mounts || self->action.kind != ACTION_NONE) {
        scsi_sense(self, KEY_NOT_READY, CODE_NO_MEDIUM);
        return false;
    }
    if (self->disk.unit_attention) {
        self->disk.unit_attention = false;
        scsi_sense(self, KEY_ATTENTION, CODE_MEDIUM_CHANGED);
        return false;
    }
    return true;
}

static void answer(struct pretend_device *self, size_t n, size_t allocated)
{
    self->disk.length = n < allocated ? n : allocated;
}

static void request_sense(struct pretend_device *self, const uint8_t *cb)
{
    struct pretend_disk *disk = &self->disk;
    disk->small[0] = 0x70;
    disk->small[2] = disk->sense[0];
    disk->small[7] = 10;
    disk->small[12] = disk->sense[1];
    disk->small[13] = disk->sense[2];
    memset(disk->sense, 0, sizeof disk->sense);
    answer(self, 18, cb[4]);
}

static void inquiry(struct pretend_device *self, const uint8_t *cb)
{
    bool is_ax6 = self->identity.is_ax6;
    memcpy(self->disk.small, "\x00\x80\x04\x02\x20\0\0\0", 8);
    memcpy(self->disk.small + 8, is_ax6 ? "AX6     " : "AX3     ", 8);
    memcpy(self->disk.small + 16, is_ax6 ? "AX6 Mass Storage" : "AX3 Mass Storage", 16);
    memcpy(self->disk.small + 32, is_ax6 ? "0064" : "0017", 4);
    answer(self, 36, cb[4]);
}

static void transfer_sectors(struct pretend_device *self, const uint8_t *cb)
{
    struct pretend_disk *disk = &self->disk;
    uint32_t lba = get_u32be(cb + 2);
    uint32_t count = get_u16be(cb + 7);
    uint32_t sectors = self->volume.geometry.flash_sectors;
    if (lba > sectors || count > sectors - lba) {
        scsi_sense(self, KEY_ILLEGAL, CODE_OUT_OF_RANGE);
        return;
    }
    if (disk->host_length != count * VOLUME_SECTOR) {
        disk->status = 2; /* phase error: the host and the command disagree */
        return;
    }
    disk->is_sectors = true;
    disk->lba = lba;
    disk->length = (uint64_t)count * VOLUME_SECTOR;
    self->stats.reads += cb[0] == OP_READ_10 ? 1 : 0;
}

void scsi_target(struct pretend_device *self)
{
    struct pretend_disk *disk = &self->disk;
    const uint8_t *cb = disk->command + 15;
    memset(disk->small, 0, sizeof disk->small);
    disk->length = 0;
    disk->status = 0;
    disk->is_sectors = false;
    switch (cb[0]) {
    case OP_REQUEST_SENSE:
        request_sense(self, cb);
        break;
    case OP_INQUIRY:
        inquiry(self, cb);
        break;
    case OP_TEST_UNIT_READY:
        (void)has_medium(self);
        break;
    case OP_READ_CAPACITY:
        if (has_medium(self)) {
            put_u32be(disk->small, self->volume.geometry.last_lba);
            put_u32be(disk->small + 4, VOLUME_SECTOR);
            answer(self, 8, 8);
        }
        break;
    case OP_MODE_SENSE_6:
        disk->small[0] = 3;
        answer(self, 4, cb[4]);
        break;
    case OP_READ_10:
    case OP_WRITE_10:
        if (has_medium(self)) {
            transfer_sectors(self, cb);
        }
        break;
    case OP_START_STOP:
    case OP_VERIFY_10:
        break;
    case OP_PREVENT_REMOVAL:
    default:
        scsi_sense(self, KEY_ILLEGAL, CODE_INVALID_OPERATION);
        break;
    }
}

void scsi_written(struct pretend_device *self, uint64_t offset, const uint8_t *at, size_t n)
{
    struct pretend_disk *disk = &self->disk;
    for (size_t i = 0; i + VOLUME_SECTOR <= n; i += VOLUME_SECTOR) {
        uint32_t lba = disk->lba + (uint32_t)((offset + i) / VOLUME_SECTOR);
        if (!volume_write(&self->volume, lba, at + i)) {
            uint64_t length = disk->length;
            scsi_sense(self, KEY_MEDIUM, CODE_WRITE_FAULT);
            disk->length = length; /* the host's data are taken all the same */
            return;
        }
    }
}
