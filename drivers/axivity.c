/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The driver for Axivity AX3 and AX6 recorders on USB: a serial port for commands and a small
 * FAT disk with the recording on it, both used directly (docs/devices/axivity.md). This file
 * knows the device on the bus, opens and closes it, and puts every operation under the device's
 * lock.
 *
 * Left out: the vendor pipe of experimental firmware (its receive code is unreliable), writing
 * to the disk, unlocking, raw flash.
 */
#include "drivers/axivity.h"

#include "src/base/mem.h"

#define VENDOR 0x04D8 /* Microchip's range: others use it, too */
#define PRODUCT 0x0057
#define BOOTLOADER 0x003C

static enum dock_match match_usb(const struct usb_listing *listing)
{
    if (listing->vendor_id != VENDOR) {
        return DOCK_MATCH_NO;
    }
    if (listing->product_id == BOOTLOADER) {
        return DOCK_MATCH_BOOTLOADER;
    }
    return listing->product_id == PRODUCT && axivity_is_ours(listing->serial, listing->product)
               ? DOCK_MATCH_YES
               : DOCK_MATCH_NO;
}

/* ---- operations, under the lock ---- */

static struct axivity *enter(struct dock_device *base)
{
    struct axivity *self = (struct axivity *)base;
    pthread_mutex_lock(&self->lock);
    return self;
}

static enum yk_status leave(struct axivity *self, enum yk_status status)
{
    pthread_mutex_unlock(&self->lock);
    return status;
}

static enum yk_status op_identify(struct dock_device *base, struct dock_identity *identity,
                                  struct dock_battery *battery, struct dock_health *health,
                                  struct failure *why)
{
    struct axivity *self = enter(base);
    return leave(self, axivity_identify(self, identity, battery, health, why));
}

static enum yk_status op_read_battery(struct dock_device *base, struct dock_battery *out,
                                      struct failure *why)
{
    struct axivity *self = enter(base);
    return leave(self, axivity_read_battery(self, out, why));
}

static enum yk_status op_read_clock(struct dock_device *base, const struct zone *zone,
                                    struct dock_clock *out, struct failure *why)
{
    struct axivity *self = enter(base);
    return leave(self, axivity_read_clock(self, zone, out, why));
}

static enum yk_status op_set_clock(struct dock_device *base, const struct zone *zone,
                                   struct dock_clock *after, struct failure *why)
{
    struct axivity *self = enter(base);
    return leave(self, axivity_set_clock(self, zone, after, why));
}

static enum yk_status op_led(struct dock_device *base, int colour, struct failure *why)
{
    static const char *const command[] = {"LED -1", "LED 0", "LED 1", "LED 2", "LED 3",
                                          "LED 4",  "LED 5", "LED 6", "LED 7"};
    char reply[LINE_MAX_BYTES];
    if (colour < -1 || colour > 7) {
        return failure_set(why, YK_ERR_ARGUMENT, "the recorder's lamp has no colour %d",
                           colour);
    }
    struct axivity *self = enter(base);
    return leave(self, axivity_ask_surely(self, command[colour + 1], "LED=", reply, why));
}

static enum yk_status op_open_recording(struct dock_device *base, struct byte_source **out,
                                        uint64_t *found_beyond, struct failure *why)
{
    struct axivity *self = enter(base);
    return leave(self, axivity_open_recording(self, out, found_beyond, why));
}

static enum yk_status op_reread(struct dock_device *base, uint64_t pos, void *dst, size_t bytes,
                                struct failure *why)
{
    struct axivity *self = enter(base);
    return leave(self, axivity_reread(self, pos, dst, bytes, why));
}

static uint64_t op_capacity_bytes(struct dock_device *base)
{
    struct axivity *self = enter(base);
    uint64_t bytes = self->has_fat ? (uint64_t)self->fat.n_clusters *
                                         self->fat.blocks_per_cluster * FAT_BLOCK_BYTES
                                   : 0;
    (void)leave(self, YK_OK);
    return bytes;
}

static enum yk_status op_can_configure(struct dock_device *base, const struct dock_setup *setup,
                                       struct failure *why)
{
    return axivity_can_configure((const struct axivity *)base, setup, why);
}

static enum yk_status op_configure(struct dock_device *base, const struct dock_setup *setup,
                                   struct job *job, struct failure *why)
{
    struct axivity *self = enter(base);
    return leave(self, axivity_configure(self, setup, job, why));
}

/* ---- open and close ---- */

static void op_close(struct dock_device *base)
{
    struct axivity *self = (struct axivity *)base;
    axivity_settle(self);
    scsi_abandon(&self->disk);
    cdc_acm_close(&self->serial);
    if (self->has_fat) {
        fat_release(&self->fat);
    }
    usb_port_close(self->port);
    pthread_mutex_destroy(&self->lock);
    mem_free(self);
}

static const struct dock_device_ops AXIVITY_OPS = {
    .identify = op_identify,
    .read_battery = op_read_battery,
    .read_clock = op_read_clock,
    .set_clock = op_set_clock,
    .led = op_led,
    .open_recording = op_open_recording,
    .reread = op_reread,
    .capacity_bytes = op_capacity_bytes,
    .can_configure = op_can_configure,
    .configure = op_configure,
    .close = op_close,
};

/* Takes the device's parts; the port is closed by the caller when this fails. */
static enum yk_status take(struct axivity *self, struct failure *why)
{
    const struct usb_port_ops *ops = self->port->ops;
    enum yk_status status = scsi_init(&self->disk, self->port, why);
    if (status == YK_OK) { /* first the disk: it may be mounted, and then nothing is touched */
        status = ops->claim(self->port, self->disk.bulk.interface_number, why);
    }
    if (status == YK_OK) {
        status = cdc_acm_open(&self->serial, self->port, why);
    }
    if (status != YK_OK) {
        return status;
    }
    /* A recorder whose serial port is dead still gives its data. */
    struct failure silent = {.text = ""};
    status = axivity_meet(self, &silent);
    if (status != YK_OK && status != YK_ERR_NO_DEVICE) {
        log_warn(axivity_log(self), "axivity: %s: %s", self->port->listing.place, silent.text);
        struct scsi_identity disk;
        status = scsi_inquiry(&self->disk, &disk, NULL) == YK_OK ? YK_OK : status;
    }
    if (status != YK_OK) {
        if (why != NULL) {
            *why = silent;
        }
        cdc_acm_close(&self->serial);
    }
    return status;
}

static enum yk_status driver_open(const struct dock_slot *slot, struct job *job,
                                  struct dock_device **out, struct failure *why)
{
    if (slot->bus == NULL) {
        return failure_set(why, YK_ERR_ARGUMENT, "an Axivity recorder is read on USB only");
    }
    struct axivity *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "out of memory opening a recorder");
    }
    enum yk_status status = slot->bus->ops->open(slot->bus, &slot->listing, &self->port, why);
    if (status == YK_OK) {
        self->base = (struct dock_device){.ops = &AXIVITY_OPS, .driver = &driver_axivity};
        self->job = job;
        status = take(self, why);
        if (status != YK_OK) {
            usb_port_close(self->port);
        }
    }
    if (status != YK_OK) {
        mem_free(self);
        return status;
    }
    pthread_mutex_init(&self->lock, NULL);
    *out = &self->base;
    return YK_OK;
}

const struct dock_driver driver_axivity = {
    .id = "axivity",
    .name = "Axivity AX3, AX6",
    .match_usb = match_usb,
    .open = driver_open,
};
