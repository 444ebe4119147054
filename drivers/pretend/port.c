/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An opened pretend recorder as a usb_port: claims, opening and closing, time. Its bytes move
 * in port_transfer.c.
 */
#include <string.h>

#include "drivers/pretend/port.h"
#include "src/base/mem.h"

static enum yk_status port_claim(struct usb_port *base, uint8_t number, struct failure *why)
{
    struct pretend_port *self = port_of(base);
    const struct usb_listing *listing = &self->base.listing;
    enum yk_status status = YK_OK;
    bool is_here = port_lock(self);
    struct pretend_slot *slot = self->slot;
    if (!is_here) {
        status = port_gone(self, why);
    } else if (number >= listing->n_interfaces) {
        status = failure_set(why, YK_ERR_ARGUMENT, "the recorder has no interface %u", number);
    } else if (listing->access == USB_ACCESS_CLAIMED ||
               (listing->access == USB_ACCESS_MOUNTED && number == 0) ||
               (slot->claim[number].by != NULL && slot->claim[number].by != base &&
                slot->claim[number].generation == listing->generation)) {
        status =
            failure_set(why, YK_ERR_BUSY, "interface %u is in use by another program", number);
    } else {
        slot->claim[number].by = base;
        slot->claim[number].generation = listing->generation;
    }
    port_unlock(self);
    return status;
}

static void port_release(struct usb_port *base, uint8_t number)
{
    struct pretend_port *self = port_of(base);
    (void)port_lock(self);
    if (number < USB_INTERFACES_MAX && self->slot->claim[number].by == base) {
        self->slot->claim[number].by = NULL;
    }
    port_unlock(self);
}

/* ---- the rest ---- */

static enum yk_status port_clear_halt(struct usb_port *base, uint8_t endpoint,
                                      struct failure *why)
{
    struct pretend_port *self = port_of(base);
    enum yk_status status = YK_OK;
    if (!port_lock(self)) {
        status = port_gone(self, why);
    } else if (!pretend_device_clear_halt(self->slot->device, endpoint)) {
        status =
            failure_set(why, YK_ERR_ARGUMENT, "the recorder has no endpoint 0x%02x", endpoint);
    }
    port_unlock(self);
    return status;
}

static enum yk_status port_reset(struct usb_port *base, struct failure *why)
{
    struct pretend_port *self = port_of(base);
    enum yk_status status = YK_OK;
    if (port_lock(self)) {
        pretend_device_bus_reset(self->slot->device);
    } else {
        status = port_gone(self, why);
    }
    port_unlock(self);
    return status;
}

static int64_t port_now_ms(struct usb_port *base)
{
    struct pretend_port *self = port_of(base);
    (void)port_lock(self);
    int64_t now = pretend_device_now_us(self->slot->device) / 1000;
    port_unlock(self);
    return now;
}

static int64_t port_utc_ns(struct usb_port *base)
{
    struct pretend_port *self = port_of(base);
    (void)port_lock(self);
    int64_t now = pretend_device_utc_ns(self->slot->device);
    port_unlock(self);
    return now;
}

/* The device goes on while its host sleeps. */
static void port_sleep_ms(struct usb_port *base, unsigned ms)
{
    struct pretend_port *self = port_of(base);
    const bool never = false;
    (void)port_lock(self);
    if (ms > 0) {
        (void)port_wait(self->slot, &never, ms);
    }
    port_unlock(self);
}

static void port_close(struct usb_port *base)
{
    struct pretend_port *self = port_of(base);
    port_cancel_all(self);
    (void)port_lock(self);
    for (size_t i = 0; i < USB_INTERFACES_MAX; i++) {
        if (self->slot->claim[i].by == base) {
            self->slot->claim[i].by = NULL;
        }
    }
    port_unlock(self);
    mem_free(self);
}

static const struct usb_port_ops port_ops = {
    .claim = port_claim,
    .release = port_release,
    .control = port_control,
    .bulk_in = port_bulk_in,
    .bulk_out = port_bulk_out,
    .bulk_in_start = port_bulk_in_start,
    .bulk_in_stop = port_bulk_in_stop,
    .start = port_start,
    .finish = port_finish,
    .clear_halt = port_clear_halt,
    .reset = port_reset,
    .now_ms = port_now_ms,
    .sleep_ms = port_sleep_ms,
    .utc_ns = port_utc_ns,
    .close = port_close,
};

enum yk_status pretend_port_open(struct pretend_slot *slot, const struct usb_listing *which,
                                 struct usb_port **out, struct failure *why)
{
    struct usb_listing now = {0};
    if (pretend_device_state(slot->device) == PRETEND_ABSENT ||
        pretend_device_generation(slot->device) != which->generation) {
        return failure_set(why, YK_ERR_NO_DEVICE, "the recorder in place %s was unplugged",
                           which->place);
    }
    pretend_device_listing(slot->device, &now);
    if (now.access == USB_ACCESS_DENIED) {
        return failure_set(why, YK_ERR_ACCESS, "the recorder in place %s may not be opened",
                           which->place);
    }
    if (now.access == USB_ACCESS_UNREADABLE) {
        return failure_set(why, YK_ERR_IO, "the recorder in place %s cannot be read",
                           which->place);
    }
    struct pretend_port *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for a port");
    }
    memcpy(now.place, which->place, sizeof now.place);
    self->base = (struct usb_port){&port_ops, now};
    self->slot = slot;
    *out = &self->base;
    return YK_OK;
}
