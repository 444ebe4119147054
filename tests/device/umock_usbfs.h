/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Puts a pretend recorder where the real libusb and udev find it on Linux: sysfs entries of a
 * root hub, of the device and its interfaces, a node below /dev/bus/usb, and behind the node
 * usbfs's ioctls. All of it lives in a umockdev testbed; the program is linked to umockdev's
 * preload library and knows nothing of it.
 *
 * Traps that this takes care of are told in docs/testing.md.
 */
#ifndef TESTS_DEVICE_UMOCK_USBFS_H
#define TESTS_DEVICE_UMOCK_USBFS_H

#include <umockdev.h>

#include "drivers/pretend/device.h"

struct umock_device;

struct umock_stats {
    unsigned ioctls, submits, claims, detached, attached;
    unsigned unclaimed;  /* transfers on interfaces that nobody claimed: always a mistake */
    unsigned configured; /* SET_CONFIGURATION: never */
};

/* A recorder for port number 1, 2, ... of bus 1; not plugged in. Fails the test on error. */
struct umock_device *umock_new(UMockdevTestbed *testbed,
                               const struct pretend_recorder *recorder, unsigned port);
void umock_free(struct umock_device *self); /* unplugs */

void umock_plug(struct umock_device *self);   /* sysfs, node, "add" events */
void umock_unplug(struct umock_device *self); /* hang-up, "remove" events */
/* Only the bus's part of unplugging: what the host notices before udev does. */
void umock_cut(struct umock_device *self);
void umock_fault(struct umock_device *self, const char *faults);
void umock_stats(struct umock_device *self, struct umock_stats *usb,
                 struct pretend_stats *recorder);

#endif
