/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The inside of a port of libusb: usb_libusb_transfer.c moves bytes, usb_libusb_port.c opens,
 * claims and closes. For these two files only.
 */
#ifndef DRIVERS_USB_LIBUSB_PARTS_H
#define DRIVERS_USB_LIBUSB_PARTS_H

#include <libusb.h>

#include "drivers/usb_libusb.h"

#define FLIGHTS (USB_STARTED_MAX + 1) /* one is for bulk_in and bulk_out */
#define QUEUES 2

/* One transfer of start(). */
struct flight {
    struct libusb_transfer *transfer; /* made at first use */
    int is_done;
    bool is_used;
};

enum queued_state { QUEUED_IDLE, QUEUED_FLYING, QUEUED_DONE };

/* One read of a queue. */
struct queued {
    struct libusb_transfer *transfer;
    uint8_t *data;
    enum queued_state state;
    int is_done; /* set by the library's callback */
    size_t given;
};

/* Reads kept in flight on one endpoint, in a ring: the oldest is at head. */
struct queue {
    struct queued *ring; /* NULL: not in use */
    size_t n, head;
    uint8_t endpoint;
    bool is_stopped; /* after an error; started again by the next read */
};

struct libusb_port {
    struct usb_port base;
    libusb_context *context;
    libusb_device_handle *handle;
    struct usb_presence *presence;
    struct flight flights[FLIGHTS];
    struct queue queues[QUEUES];
    bool is_claimed[256], is_detached[256]; /* by interface number */
    bool is_stuck; /* the system did not give a transfer back: only close is left */
};

static inline struct libusb_port *libusb_port_of(struct usb_port *base)
{
    return (struct libusb_port *)base;
}

/* The sentence of an error code, with the device's place. */
enum yk_status usb_libusb_fail(const struct libusb_port *self, int code, const char *doing,
                               struct failure *why);
/* The system kept a transfer: nothing goes any more. */
enum yk_status usb_libusb_refuse_stuck(const struct libusb_port *self, struct failure *why);
int64_t usb_libusb_now_ms(void);

/* Members of struct usb_port_ops. */
enum yk_status usb_libusb_start(struct usb_port *base, uint8_t endpoint, uint8_t *data,
                                size_t length, unsigned *ticket, struct failure *why);
enum yk_status usb_libusb_finish(struct usb_port *base, unsigned ticket, unsigned timeout_ms,
                                 size_t *got, struct failure *why);
enum yk_status usb_libusb_bulk_in(struct usb_port *base, uint8_t endpoint, uint8_t *data,
                                  size_t length, unsigned timeout_ms, size_t *got,
                                  struct failure *why);
enum yk_status usb_libusb_bulk_out(struct usb_port *base, uint8_t endpoint, const uint8_t *data,
                                   size_t length, unsigned timeout_ms, size_t *got,
                                   struct failure *why);
enum yk_status usb_libusb_bulk_in_start(struct usb_port *base, uint8_t endpoint, size_t n,
                                        size_t bytes, struct failure *why);
void usb_libusb_bulk_in_stop(struct usb_port *base, uint8_t endpoint);

/* At closing: takes everything in flight back; then, once the device is closed, frees it. */
void usb_libusb_take_all_back(struct libusb_port *self);
void usb_libusb_free_all(struct libusb_port *self);

#endif
