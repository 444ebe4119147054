/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One opened device by libusb: its interfaces, which the kernel's drivers leave and come back
 * to, control requests, opening and closing. Its bytes move in usb_libusb_transfer.c.
 */
#include <stdio.h>
#include <time.h>

#include "drivers/usb_libusb_parts.h"
#include "drivers/usb_sysfs.h"
#include "src/base/mem.h"

#define CLASS_MASS_STORAGE 8

static enum yk_status port_control(struct usb_port *base, uint8_t request_type, uint8_t request,
                                   uint16_t value, uint16_t index, uint8_t *data,
                                   uint16_t length, unsigned timeout_ms, size_t *got,
                                   struct failure *why)
{
    struct libusb_port *self = libusb_port_of(base);
    if (self->is_stuck) {
        return usb_libusb_refuse_stuck(self, why);
    }
    int n = libusb_control_transfer(self->handle, request_type, request, value, index, data,
                                    length, timeout_ms > 0 ? timeout_ms : 1);
    if (n < 0) {
        char doing[48];
        snprintf(doing, sizeof doing, "control request 0x%02x", (unsigned)request);
        return usb_libusb_fail(self, n, doing, why);
    }
    if (got != NULL) {
        *got = (size_t)n;
    }
    return YK_OK;
}

static enum yk_status port_clear_halt(struct usb_port *base, uint8_t endpoint,
                                      struct failure *why)
{
    int code = libusb_clear_halt(libusb_port_of(base)->handle, endpoint);
    return code == 0 ? YK_OK
                     : usb_libusb_fail(libusb_port_of(base), code, "clearing a stall", why);
}

static enum yk_status port_reset(struct usb_port *base, struct failure *why)
{
    int code = libusb_reset_device(libusb_port_of(base)->handle);
    return code == 0 ? YK_OK : usb_libusb_fail(libusb_port_of(base), code, "resetting", why);
}

static bool is_storage(const struct usb_listing *listing, uint8_t interface_number)
{
    for (size_t i = 0; i < listing->n_interfaces; i++) {
        if (listing->interfaces[i].number == interface_number) {
            return listing->interfaces[i].class_code == CLASS_MASS_STORAGE;
        }
    }
    return false;
}

static enum yk_status port_claim(struct usb_port *base, uint8_t interface_number,
                                 struct failure *why)
{
    struct libusb_port *self = libusb_port_of(base);
    struct usb_sysfs sysfs = usb_sysfs_system();
    char where[256], doing[48];
    if (self->is_claimed[interface_number]) {
        return YK_OK;
    }
    /* Looked at now, not when listed: a desktop mounts within the second. */
    if (is_storage(&base->listing, interface_number) &&
        usb_sysfs_mounted_at(&sysfs, base->listing.place, where, sizeof where)) {
        return failure_set(why, YK_ERR_BUSY,
                           "the disk of USB device %s is mounted at %s; unmount it first "
                           "(nothing on it is lost)",
                           base->listing.place, where);
    }
    if (libusb_kernel_driver_active(self->handle, interface_number) == 1 &&
        libusb_detach_kernel_driver(self->handle, interface_number) == 0) {
        self->is_detached[interface_number] = true;
    }
    int code = libusb_claim_interface(self->handle, interface_number);
    if (code != 0) {
        snprintf(doing, sizeof doing, "taking interface %u", (unsigned)interface_number);
        return usb_libusb_fail(self, code, doing, why);
    }
    self->is_claimed[interface_number] = true;
    return YK_OK;
}

static void port_release(struct usb_port *base, uint8_t interface_number)
{
    struct libusb_port *self = libusb_port_of(base);
    if (self->is_claimed[interface_number]) {
        libusb_release_interface(self->handle, interface_number);
        self->is_claimed[interface_number] = false;
    }
}

static int64_t port_now_ms(struct usb_port *base)
{
    (void)base;
    return usb_libusb_now_ms();
}

static void port_sleep_ms(struct usb_port *base, unsigned ms)
{
    (void)base;
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    while (nanosleep(&left, &left) != 0) { /* a signal came: sleep the rest */
    }
}

static void port_close(struct usb_port *base)
{
    struct libusb_port *self = libusb_port_of(base);
    usb_libusb_take_all_back(self);
    /* All interfaces first: cdc_acm wants both of its own when it comes back. */
    for (unsigned i = 0; i < 256; i++) {
        port_release(base, (uint8_t)i);
    }
    for (int i = 0; i < 256; i++) {
        if (self->is_detached[i]) {
            libusb_attach_kernel_driver(self->handle, i);
        }
    }
    libusb_close(self->handle);
    usb_libusb_free_all(self);
    libusb_exit(self->context);
    atomic_fetch_sub(&self->presence->n_open, 1);
    usb_presence_drop(self->presence);
    mem_free(self);
}

static const struct usb_port_ops PORT_OPS = {
    .claim = port_claim,
    .release = port_release,
    .control = port_control,
    .bulk_in = usb_libusb_bulk_in,
    .bulk_out = usb_libusb_bulk_out,
    .bulk_in_start = usb_libusb_bulk_in_start,
    .bulk_in_stop = usb_libusb_bulk_in_stop,
    .start = usb_libusb_start,
    .finish = usb_libusb_finish,
    .clear_halt = port_clear_halt,
    .reset = port_reset,
    .now_ms = port_now_ms,
    .sleep_ms = port_sleep_ms,
    .close = port_close,
};

/* The device at an address, opened; LIBUSB_ERROR_NO_DEVICE when another one is there now. */
static int open_at(libusb_context *context, const struct usb_listing *listing,
                   uint8_t bus_number, uint8_t address, libusb_device_handle **out)
{
    libusb_device **found = NULL;
    ssize_t n = libusb_get_device_list(context, &found);
    int code = n < 0 ? (int)n : LIBUSB_ERROR_NO_DEVICE;
    for (ssize_t i = 0; i < n; i++) {
        struct libusb_device_descriptor d;
        if (libusb_get_bus_number(found[i]) == bus_number &&
            libusb_get_device_address(found[i]) == address &&
            libusb_get_device_descriptor(found[i], &d) == 0 &&
            d.idVendor == listing->vendor_id && d.idProduct == listing->product_id) {
            code = libusb_open(found[i], out);
            break;
        }
    }
    if (n >= 0) {
        libusb_free_device_list(found, 1);
    }
    return code;
}

enum yk_status usb_libusb_port_open(const struct usb_listing *listing, uint8_t bus_number,
                                    uint8_t address, struct usb_presence *presence,
                                    struct usb_port **out, struct failure *why)
{
    struct libusb_port *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "out of memory opening USB device %s",
                           listing->place);
    }
    self->base = (struct usb_port){.ops = &PORT_OPS, .listing = *listing};
    int code = libusb_init(&self->context);
    if (code == 0) {
        code = open_at(self->context, listing, bus_number, address, &self->handle);
        if (code != 0) {
            libusb_exit(self->context);
        }
    }
    if (code != 0) {
        enum yk_status status = usb_libusb_fail(self, code, "opening", why);
        mem_free(self);
        return status;
    }
    self->presence = usb_presence_share(presence);
    atomic_fetch_add(&presence->n_open, 1);
    *out = &self->base;
    return YK_OK;
}
