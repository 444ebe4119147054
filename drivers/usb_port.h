/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * USB as the drivers see it: a bus that lists what is attached, and a port that is one opened
 * device. Behind both stands libusb (usb_libusb.c), a pretend recorder (pretend/) or the script
 * of a test; a driver cannot tell which.
 *
 * A port belongs to one thread at a time; a bus may be listed and waited on by one thread while
 * ports that it opened are used by others.
 */
#ifndef DRIVERS_USB_PORT_H
#define DRIVERS_USB_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/clock.h"
#include "src/base/status.h"

#define USB_TEXT_BYTES 128
#define USB_INTERFACES_MAX 8
#define USB_ENDPOINTS_MAX 16
#define USB_STARTED_MAX 8

/* Why a device that is attached cannot be used now. */
enum usb_access {
    USB_ACCESS_OK,
    USB_ACCESS_DENIED,    /* the device node may not be opened: udev rule missing */
    USB_ACCESS_CLAIMED,   /* another program holds an interface */
    USB_ACCESS_MOUNTED,   /* its disk is mounted: `mounted_at` says where */
    USB_ACCESS_UNREADABLE /* descriptors or strings cannot be read: cable, hub, power */
};

struct usb_endpoint {
    uint8_t address; /* with the direction bit 0x80 */
    uint8_t type;    /* 0 control, 1 isochronous, 2 bulk, 3 interrupt */
    uint16_t max_packet;
    uint8_t interface_number;
};

struct usb_interface {
    uint8_t number, class_code, subclass, protocol;
};

/* What is attached at one place, as listed. Plain values, copied freely. */
struct usb_listing {
    uint16_t vendor_id, product_id, bcd_device;
    char serial[USB_TEXT_BYTES]; /* trailing blanks and NULs cut; "" when unknown */
    char product[USB_TEXT_BYTES];
    char maker[USB_TEXT_BYTES];
    char place[64]; /* "1-4.2": bus and chain of hub ports; stays the same over re-plugging */
    uint64_t generation; /* differs for every attachment, so that a re-plug is seen as one */
    struct usb_interface interfaces[USB_INTERFACES_MAX];
    size_t n_interfaces;
    struct usb_endpoint endpoints[USB_ENDPOINTS_MAX];
    size_t n_endpoints;
    enum usb_access access;
    char mounted_at[256]; /* for USB_ACCESS_MOUNTED, and whenever the disk is mounted */
};

struct usb_port;
struct usb_bus;

struct usb_port_ops {
    /* Takes the interface; a kernel driver on it is detached and remembered. Never sets the
     * configuration. errors: YK_ERR_BUSY (claimed by another program), YK_ERR_ACCESS,
     * YK_ERR_NO_DEVICE (gone). Blocks briefly. */
    enum yk_status (*claim)(struct usb_port *self, uint8_t interface_number,
                            struct failure *why);
    /* Gives the interface back. The kernel driver that was on it comes back at close, not now:
     * each return starts a new scan of the disk. Claimed interfaces are released by close. */
    void (*release)(struct usb_port *self, uint8_t interface_number);
    /* One control transfer; direction is bit 7 of request_type. *got: bytes moved; may be NULL.
     * errors: YK_ERR_TIMEOUT, YK_ERR_PROTOCOL (stall), YK_ERR_IO, YK_ERR_NO_DEVICE. */
    enum yk_status (*control)(struct usb_port *self, uint8_t request_type, uint8_t request,
                              uint16_t value, uint16_t index, uint8_t *data, uint16_t length,
                              unsigned timeout_ms, size_t *got, struct failure *why);
    /* One bulk read or write. *got may be more than 0 although the status is YK_ERR_TIMEOUT:
     * bytes that came before the time was up are not thrown away. timeout_ms is at least 1. A
     * halted endpoint gives YK_ERR_PROTOCOL with failure.offset = 1 ("stall"); any other
     * protocol error (babble, CRC) offset = -1. */
    enum yk_status (*bulk_in)(struct usb_port *self, uint8_t endpoint, uint8_t *data,
                              size_t length, unsigned timeout_ms, size_t *got,
                              struct failure *why);
    enum yk_status (*bulk_out)(struct usb_port *self, uint8_t endpoint, const uint8_t *data,
                               size_t length, unsigned timeout_ms, size_t *got,
                               struct failure *why);
    /* Keeps n reads of `bytes` each in flight on an endpoint until bulk_in_stop(), so that the
     * device never waits for the host: a recorder loses replies that nobody is reading. One
     * queue an endpoint. bulk_in on a queued endpoint takes from the queue, oldest first, and
     * puts the buffer back in flight. NULL: not supported, bulk_in reads at once. */
    enum yk_status (*bulk_in_start)(struct usb_port *self, uint8_t endpoint, size_t n,
                                    size_t bytes, struct failure *why);
    void (*bulk_in_stop)(struct usb_port *self, uint8_t endpoint);
    /* Puts one bulk transfer in flight and returns at once, so that the system moves the bytes
     * while the caller works. Transfers of one endpoint are done in the order they were
     * started. data is the port's until finish() or close. At most USB_STARTED_MAX at a time
     * (YK_ERR_BUSY beyond). NULL, with finish: not supported, the caller waits in bulk_in and
     * bulk_out. */
    enum yk_status (*start)(struct usb_port *self, uint8_t endpoint, uint8_t *data,
                            size_t length, unsigned *ticket, struct failure *why);
    /* Waits for a started transfer; the time is counted from this call, not from start(). A
     * transfer that is not done by then is taken back: YK_ERR_TIMEOUT, *got what had come.
     * timeout_ms 0: takes it back at once. Statuses and *got as of bulk_in. The ticket is used
     * up whatever comes. */
    enum yk_status (*finish)(struct usb_port *self, unsigned ticket, unsigned timeout_ms,
                             size_t *got, struct failure *why);
    /* CLEAR_FEATURE(HALT), and the host's toggle with it. */
    enum yk_status (*clear_halt)(struct usb_port *self, uint8_t endpoint, struct failure *why);
    /* Resets the port. The device may come back elsewhere: YK_ERR_NO_DEVICE then. */
    enum yk_status (*reset)(struct usb_port *self, struct failure *why);
    /* Monotonic milliseconds and a wait, so that a scripted port can run without waiting. */
    int64_t (*now_ms)(struct usb_port *self);
    void (*sleep_ms)(struct usb_port *self, unsigned ms);
    /* The PC's clock, UTC, in step with now_ms(): where waits are skipped it is ahead of the
     * machine's. NULL: clock_now_utc_ns(). Drivers call usb_port_utc_ns(). */
    int64_t (*utc_ns)(struct usb_port *self);
    /* Frees everything, the port itself included. Kernel drivers come back here. */
    void (*close)(struct usb_port *self);
};

struct usb_port { /* first member of each implementation's own struct */
    const struct usb_port_ops *ops;
    struct usb_listing listing; /* what was opened */
};

/* The PC's time as a driver must take it when it compares a device's clock with it. */
static inline int64_t usb_port_utc_ns(struct usb_port *self)
{
    return self->ops->utc_ns != NULL ? self->ops->utc_ns(self) : clock_now_utc_ns();
}

struct usb_bus_ops {
    /* Everything attached but hubs, in order of place; dock_driver_for_usb() says whose it is.
     * *out is freed with mem_free(). */
    enum yk_status (*list)(struct usb_bus *self, struct usb_listing **out, size_t *n,
                           struct failure *why);
    /* Sleeps until something may have been plugged or unplugged, or the time is up; *changed
     * says which. Where the system tells of no changes it looks by itself twice a second. */
    enum yk_status (*wait)(struct usb_bus *self, unsigned timeout_ms, bool *changed,
                           struct failure *why);
    /* Opens what was listed; generation must still be the same: YK_ERR_NO_DEVICE otherwise.
     * errors: YK_ERR_ACCESS, YK_ERR_BUSY */
    enum yk_status (*open)(struct usb_bus *self, const struct usb_listing *which,
                           struct usb_port **out, struct failure *why);
    void (*close)(struct usb_bus *self); /* after all its ports */
};

struct usb_bus { /* first member of each implementation's own struct */
    const struct usb_bus_ops *ops;
    const char *name; /* "libusb", "pretend" */
};

void usb_port_close(struct usb_port *self); /* accepts NULL */
void usb_bus_close(struct usb_bus *self);   /* accepts NULL */

/* The real bus, by libusb. YK_ERR_UNSUPPORTED when the system has no USB at all. */
enum yk_status usb_libusb_open(struct usb_bus **out, struct failure *why);

#endif
