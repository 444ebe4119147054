/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The inside of a pretend recorder's port, for port.c and port_transfer.c only.
 */
#ifndef DRIVERS_PRETEND_PORT_H
#define DRIVERS_PRETEND_PORT_H

#include "drivers/pretend/bus.h"

struct queue; /* reads kept in flight on one endpoint */

/* One transfer of start(). */
struct started {
    struct pretend_transfer transfer;
    bool is_used, is_done;
};

struct pretend_port {
    struct usb_port base;
    struct pretend_slot *slot;
    struct queue *queues; /* owned, one an endpoint */
    struct started started[USB_STARTED_MAX];
};

static inline struct pretend_port *port_of(struct usb_port *port)
{
    return (struct pretend_port *)port;
}

enum yk_status port_gone(const struct pretend_port *self, struct failure *why);
/* The device of the port, locked, if it is still the one that was opened. */
bool port_lock(struct pretend_port *self);
void port_unlock(struct pretend_port *self);
/* Waits for the end of a transfer; false: the time is up. */
bool port_wait(struct pretend_slot *slot, const bool *is_done, unsigned timeout_ms);

/* Members of struct usb_port_ops. */
enum yk_status port_control(struct usb_port *base, uint8_t request_type, uint8_t request,
                            uint16_t value, uint16_t index, uint8_t *data, uint16_t length,
                            unsigned timeout_ms, size_t *got, struct failure *why);
enum yk_status port_bulk_in(struct usb_port *base, uint8_t endpoint, uint8_t *data,
                            size_t length, unsigned timeout_ms, size_t *got,
                            struct failure *why);
enum yk_status port_bulk_out(struct usb_port *base, uint8_t endpoint, const uint8_t *data,
                             size_t length, unsigned timeout_ms, size_t *got,
                             struct failure *why);
enum yk_status port_bulk_in_start(struct usb_port *base, uint8_t endpoint, size_t n,
                                  size_t bytes, struct failure *why);
void port_bulk_in_stop(struct usb_port *base, uint8_t endpoint);
enum yk_status port_start(struct usb_port *base, uint8_t endpoint, uint8_t *data, size_t length,
                          unsigned *ticket, struct failure *why);
enum yk_status port_finish(struct usb_port *base, unsigned ticket, unsigned timeout_ms,
                           size_t *got, struct failure *why);

/* At closing: nothing is in flight any more. */
void port_cancel_all(struct pretend_port *self);

#endif
