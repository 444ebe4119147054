/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How often a device is open in this program (usb_libusb.h).
 */
#include "drivers/usb_libusb.h"
#include "src/base/mem.h"

struct usb_presence *usb_presence_new(void)
{
    struct usb_presence *self = mem_alloc(1, sizeof *self);
    if (self != NULL) {
        atomic_init(&self->n_users, 1);
        atomic_init(&self->n_open, 0);
    }
    return self;
}

struct usb_presence *usb_presence_share(struct usb_presence *self)
{
    atomic_fetch_add(&self->n_users, 1);
    return self;
}

void usb_presence_drop(struct usb_presence *self)
{
    if (self != NULL && atomic_fetch_sub(&self->n_users, 1) == 1) {
        mem_free(self);
    }
}
