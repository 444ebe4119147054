/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SCSI commands: see scsi.h. An answer that is short, late or refused is asked for again, with
 * a recovered transport, up to three times; a unit attention (the disk came back) is no
 * failure. Time-outs allow for a full-speed device that reads 64 KiB in a fifth of a second and
 * stops to erase flash.
 */
#include "drivers/scsi.h"

#include <inttypes.h>
#include <string.h>

#include "drivers/usb_sysfs.h"
#include "src/base/bytes.h"

#define TRIES 3
#define COMMAND_MS 5000
#define ABANDON_MS 1500
#define READY_STEP_MS 250

enum { SENSE_NOT_READY = 2, SENSE_MEDIUM = 3, SENSE_ATTENTION = 6 };

enum yk_status scsi_init(struct scsi *self, struct usb_port *port, struct failure *why)
{
    struct scsi fresh = {.n_blocks = 0};
    enum yk_status status = bulk_only_init(&fresh.bulk, port, why);
    if (status == YK_OK) {
        *self = fresh;
    }
    return status;
}

static const char *place(const struct scsi *self)
{
    return self->bulk.port->listing.place;
}

/* 5 s and 1 s for each 64 KiB. */
static unsigned time_for(size_t bytes)
{
    return COMMAND_MS + (unsigned)(bytes / 65536 * 1000);
}

static void ask_sense(struct scsi *self)
{
    static const uint8_t command[6] = {0x03, 0, 0, 0, 18, 0};
    uint8_t sense[18] = {0};
    struct bulk_only_result result = {.got = 0};
    self->sense_key = self->sense_code = self->sense_qualifier = 0;
    enum yk_status status =
        bulk_only_start(&self->bulk, command, sizeof command, sense, sizeof sense, NULL);
    if (status == YK_OK) {
        status = bulk_only_finish(&self->bulk, COMMAND_MS, &result, NULL);
    }
    if (status == YK_OK && !result.has_failed && result.got >= 14) {
        self->sense_key = sense[2] & 0x0F;
        self->sense_code = sense[12];
        self->sense_qualifier = sense[13];
    }
}

static enum yk_status refused(struct scsi *self, const char *doing, struct failure *why)
{
    if (self->sense_key == SENSE_NOT_READY) {
        return failure_set(why, YK_ERR_BUSY,
                           "disk of USB device %s: %s: the recorder hides its disk just now",
                           place(self), doing);
    }
    return failure_set(why, YK_ERR_IO,
                       "disk of USB device %s: %s: refused (sense %x/%02x/%02x)%s", place(self),
                       doing, (unsigned)self->sense_key, (unsigned)self->sense_code,
                       (unsigned)self->sense_qualifier,
                       self->sense_key == SENSE_MEDIUM ? ": the memory is damaged there" : "");
}

/* Waits for the command in flight and wants exactly `want` bytes of it. */
static enum yk_status finish(struct scsi *self, size_t want, const char *doing,
                             struct failure *why)
{
    struct bulk_only_result result = {.got = 0};
    enum yk_status status = bulk_only_finish(&self->bulk, time_for(want), &result, why);
    if (status != YK_OK) {
        failure_within(why, "%s", doing);
        return status;
    }
    if (result.has_failed) {
        ask_sense(self);
        return refused(self, doing, why);
    }
    if (result.got != want) {
        return failure_set(why, YK_ERR_PROTOCOL,
                           "disk of USB device %s: %s: %zu of %zu bytes came", place(self),
                           doing, result.got, want);
    }
    return YK_OK;
}

static bool is_worth_another(const struct scsi *self, enum yk_status status)
{
    /* A hidden disk is waited for by scsi_wait_ready(), not here. */
    return status != YK_ERR_NO_DEVICE && status != YK_ERR_MEMORY && status != YK_ERR_ACCESS &&
           (status != YK_ERR_BUSY || self->sense_key == SENSE_ATTENTION);
}

/* tries: how often, with the one that may have gone before. */
static enum yk_status run(struct scsi *self, int tries, const uint8_t *command, size_t length,
                          uint8_t *data, size_t want, const char *doing, struct failure *why)
{
    enum yk_status status = YK_ERR_IO;
    for (int i = 0; i < tries; i++) {
        self->n_retries += i > 0;
        status = bulk_only_start(&self->bulk, command, length, data, want, why);
        if (status == YK_OK) {
            status = finish(self, want, doing, why);
        }
        if (status == YK_OK || !is_worth_another(self, status)) {
            break;
        }
    }
    return status;
}

enum yk_status scsi_inquiry(struct scsi *self, struct scsi_identity *out, struct failure *why)
{
    static const uint8_t command[6] = {0x12, 0, 0, 0, 36, 0};
    uint8_t data[36];
    enum yk_status status =
        run(self, TRIES, command, sizeof command, data, sizeof data, "asking who it is", why);
    if (status == YK_OK) {
        usb_text_trim(out->vendor, sizeof out->vendor, (const char *)data + 8, 8);
        usb_text_trim(out->product, sizeof out->product, (const char *)data + 16, 16);
        usb_text_trim(out->revision, sizeof out->revision, (const char *)data + 32, 4);
    }
    return status;
}

enum yk_status scsi_wait_ready(struct scsi *self, unsigned wait_ms, struct failure *why)
{
    static const uint8_t command[6] = {0x00};
    struct usb_port *port = self->bulk.port;
    int64_t end = port->ops->now_ms(port) + wait_ms;
    int n_attentions = 0;
    for (;;) {
        self->sense_key = 0;
        enum yk_status status = run(self, TRIES, command, sizeof command, NULL, 0,
                                    "asking whether it is ready", why);
        /* Attention means "I have changed": it is told once, then the disk is asked anew. */
        if (status == YK_ERR_IO && self->sense_key == SENSE_ATTENTION &&
            n_attentions++ < TRIES) {
            continue;
        }
        if (status != YK_ERR_BUSY || port->ops->now_ms(port) >= end) {
            return status;
        }
        port->ops->sleep_ms(port, READY_STEP_MS);
    }
}

enum yk_status scsi_capacity(struct scsi *self, struct failure *why)
{
    static const uint8_t command[10] = {0x25};
    uint8_t data[8];
    enum yk_status status =
        run(self, TRIES, command, sizeof command, data, sizeof data, "asking its size", why);
    if (status != YK_OK) {
        return status;
    }
    uint32_t last = get_u32be(data), bytes = get_u32be(data + 4);
    if (bytes != SCSI_BLOCK_BYTES) {
        return failure_set(why, YK_ERR_UNSUPPORTED,
                           "disk of USB device %s has blocks of %" PRIu32
                           " bytes; only 512 can be read",
                           place(self), bytes);
    }
    self->n_blocks = (uint64_t)last + 1;
    return YK_OK;
}

/* ---- reading ---- */

static void read_command(uint8_t out[static 10], uint32_t block, uint16_t count)
{
    const uint8_t command[10] = {0x28,
                                 0,
                                 (uint8_t)(block >> 24),
                                 (uint8_t)(block >> 16),
                                 (uint8_t)(block >> 8),
                                 (uint8_t)block,
                                 0,
                                 (uint8_t)(count >> 8),
                                 (uint8_t)count,
                                 0};
    memcpy(out, command, sizeof command);
}

enum yk_status scsi_read_start(struct scsi *self, uint64_t block, size_t count, uint8_t *dst,
                               struct failure *why)
{
    uint8_t command[10];
    if (block > UINT32_MAX - SCSI_READ_MAX || count == 0 || count > SCSI_READ_MAX) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "disk of USB device %s: block %" PRIu64 " cannot be addressed",
                           place(self), block);
    }
    self->flying_block = (uint32_t)block;
    self->flying_count = (uint16_t)count;
    self->flying_data = dst;
    read_command(command, self->flying_block, self->flying_count);
    return bulk_only_start(&self->bulk, command, sizeof command, dst, count * SCSI_BLOCK_BYTES,
                           why);
}

enum yk_status scsi_read_finish(struct scsi *self, struct failure *why)
{
    uint8_t command[10];
    size_t bytes = (size_t)self->flying_count * SCSI_BLOCK_BYTES;
    self->sense_key = 0;
    enum yk_status status = finish(self, bytes, "reading", why);
    if (status != YK_OK && is_worth_another(self, status)) {
        self->n_retries++;
        read_command(command, self->flying_block, self->flying_count);
        status = run(self, TRIES - 1, command, sizeof command, self->flying_data, bytes,
                     "reading", why);
    }
    if (status != YK_OK && why != NULL) {
        why->offset = (int64_t)self->flying_block * SCSI_BLOCK_BYTES;
    }
    return status;
}

enum yk_status scsi_read(struct scsi *self, uint64_t block, size_t count, uint8_t *dst,
                         struct failure *why)
{
    enum yk_status status = scsi_read_start(self, block, count, dst, why);
    if (status == YK_ERR_PROTOCOL || status == YK_ERR_IO || status == YK_ERR_TIMEOUT) {
        self->n_retries++;
        status = scsi_read_start(self, block, count, dst, why);
    }
    return status == YK_OK ? scsi_read_finish(self, why) : status;
}

void scsi_abandon(struct scsi *self)
{
    bulk_only_abandon(&self->bulk, ABANDON_MS);
}
