/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who holds which interface of a pretend recorder in the testbed: programs through usbfs, or
 * the kernel's drivers usb-storage and cdc_acm.
 */
#include <errno.h>
#include <linux/usbdevice_fs.h>
#include <string.h>

#include "tests/device/umock_parts.h"

static bool is_claimed_by_other(const struct umock_connection *c, unsigned i)
{
    for (const struct umock_connection *o = c->device->connections; o != NULL; o = o->next) {
        if (o != c && (o->claimed & 1u << i) != 0) {
            return true;
        }
    }
    return false;
}

int umock_claim(struct umock_connection *c, unsigned i)
{
    if (i >= c->device->listing.n_interfaces) {
        return ENOENT;
    }
    if (c->device->bound[i] != NULL || is_claimed_by_other(c, i)) {
        return EBUSY;
    }
    c->claimed |= 1u << i;
    c->device->stats.claims++;
    return 0;
}

/* cdc_acm lets go of both its interfaces. */
int umock_detach_driver(struct umock_device *self, unsigned i)
{
    if (i >= self->listing.n_interfaces) {
        return EINVAL;
    }
    const char *name = self->bound[i];
    if (name == NULL) {
        return ENODATA;
    }
    self->stats.detached++;
    for (size_t k = 0; k < self->listing.n_interfaces; k++) {
        if (k == i || (self->bound[k] == name && strcmp(name, "cdc_acm") == 0)) {
            self->bound[k] = NULL;
        }
    }
    return 0;
}

/* cdc_acm comes through the communication interface, and only when its data one is free. */
int umock_attach_driver(struct umock_connection *c, unsigned i)
{
    struct umock_device *self = c->device;
    const struct usb_listing *l = &self->listing;
    if (i >= l->n_interfaces) {
        return EINVAL;
    }
    if (self->bound[i] != NULL || (c->claimed & 1u << i) != 0 || is_claimed_by_other(c, i)) {
        return EBUSY;
    }
    if (l->interfaces[i].class_code == 10) {
        return 0;
    }
    for (unsigned k = i; k < l->n_interfaces; k++) {
        bool is_partner = l->interfaces[i].class_code == 2 && l->interfaces[k].class_code == 10;
        if (k != i && !is_partner) {
            continue;
        }
        if ((c->claimed & 1u << k) != 0 || is_claimed_by_other(c, k)) {
            return 0;
        }
        self->bound[k] = umock_driver_of(self, k);
    }
    self->stats.attached++;
    return 0;
}

int umock_get_driver(struct umock_connection *c, struct usbdevfs_getdriver *out)
{
    struct umock_device *self = c->device;
    if (out->interface >= self->listing.n_interfaces) {
        return EINVAL;
    }
    bool is_usbfs =
        (c->claimed & 1u << out->interface) != 0 || is_claimed_by_other(c, out->interface);
    const char *name = is_usbfs ? "usbfs" : self->bound[out->interface];
    if (name == NULL) {
        return ENODATA;
    }
    g_strlcpy(out->driver, name, sizeof out->driver);
    return 0;
}

int umock_release(struct umock_connection *c, unsigned i)
{
    if (i >= c->device->listing.n_interfaces || (c->claimed & 1u << i) == 0) {
        return EINVAL;
    }
    c->claimed &= ~(1u << i);
    return 0;
}
