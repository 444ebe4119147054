/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Between the bus (usb_libusb.c) and the ports (usb_libusb_port.c) of the real USB. Each port
 * has a library context of its own: its thread alone handles its events, so that a slow or
 * broken device holds up no other.
 */
#ifndef DRIVERS_USB_LIBUSB_H
#define DRIVERS_USB_LIBUSB_H

#include <stdatomic.h>

#include "drivers/usb_port.h"

/* How often a device is open in this program; shared by the bus's list and the ports. Counted.
 */
struct usb_presence {
    atomic_int n_users;
    atomic_int n_open;
};

struct usb_presence *usb_presence_new(void); /* NULL when memory is refused */
struct usb_presence *usb_presence_share(struct usb_presence *self);
void usb_presence_drop(struct usb_presence *self); /* accepts NULL; the last one frees */

/* Opens the device at bus number and address. The port takes a share of presence and marks it
 * open until closed. errors: YK_ERR_NO_DEVICE, YK_ERR_ACCESS, YK_ERR_BUSY, YK_ERR_MEMORY,
 * YK_ERR_IO */
enum yk_status usb_libusb_port_open(const struct usb_listing *listing, uint8_t bus_number,
                                    uint8_t address, struct usb_presence *presence,
                                    struct usb_port **out, struct failure *why);

/* The sentence for a libusb error code, with what to do where that is known; returns the
 * status. doing: "opening 1-4.2". */
enum yk_status usb_libusb_failure(struct failure *why, int code, const char *doing);

#endif
