/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What umock_usbfs.c (ioctls) and umock_plug.c (sysfs, node, events) share.
 */
#ifndef TESTS_DEVICE_UMOCK_PARTS_H
#define TESTS_DEVICE_UMOCK_PARTS_H

#include <pthread.h>
#include <stdbool.h>

#include "tests/device/umock_usbfs.h"

struct umock_connection;

/* A transfer between SUBMITURB and REAPURB. */
struct umock_urb {
    struct pretend_transfer transfer;
    struct umock_connection *connection;
    gulong address; /* of struct usbdevfs_urb in the program */
    unsigned flags;
    int status; /* as urb->status */
    struct umock_urb *next;
    uint8_t data[];
};

/* One open node. */
struct umock_connection {
    struct umock_device *device;
    UMockdevIoctlClient *client;
    unsigned claimed;
    struct umock_urb *pending;           /* latest first */
    struct umock_urb *done, **done_tail; /* to be reaped, in order of completion */
    bool stops_continuation[256];        /* after a short one, by endpoint */
    struct umock_connection *next;
};

struct umock_device {
    UMockdevTestbed *testbed;
    UMockdevIoctlBase *handler;
    struct pretend_device *model;
    struct usb_listing listing;
    unsigned port, address;
    char *node, *real_node, *hub, *sys, *interface_sys[USB_INTERFACES_MAX];
    int pty_master, pty_slave;
    bool is_ready, is_plugged;
    const char *bound[USB_INTERFACES_MAX]; /* kernel driver, or NULL */
    struct umock_connection *connections;
    GMainContext *worker;
    GSource *timer;
    struct umock_stats stats;
    pthread_mutex_t lock; /* not a GMutex: ThreadSanitizer cannot see those */
};

/* The kernel driver that belongs on an interface; NULL: none. */
const char *umock_driver_of(const struct umock_device *self, size_t i);
/* Makes poll() on the node tell whether there is something to reap. Lock held. */
void umock_update_ready(struct umock_device *self);
void umock_make_node(struct umock_device *self);
void umock_drop_node(struct umock_device *self);

/* umock_claims.c: 0 or an errno value */
int umock_claim(struct umock_connection *c, unsigned i);
int umock_release(struct umock_connection *c, unsigned i);
int umock_detach_driver(struct umock_device *self, unsigned i);
int umock_attach_driver(struct umock_connection *c, unsigned i);
struct usbdevfs_getdriver;
int umock_get_driver(struct umock_connection *c, struct usbdevfs_getdriver *out);

#endif
