/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What bus.c and port.c share: the slots of a bus of pretend recorders. For these two only.
 */
#ifndef DRIVERS_PRETEND_BUS_H
#define DRIVERS_PRETEND_BUS_H

#include <pthread.h>

#include "drivers/pretend/device.h"

struct pretend_bus;

/* A place on the bus with its recorder. The lock guards everything behind it; the bus's own
 * lock may be taken while it is held, never the other way round. */
struct pretend_slot {
    struct pretend_bus *bus;
    struct pretend_device *device;
    pthread_mutex_t lock;
    pthread_cond_t moved; /* a transfer ended, or the device came or went */
    bool skips_waits;
    enum pretend_state state_seen; /* of which the bus was told */
    uint64_t generation_seen;
    struct {
        const struct usb_port *by; /* NULL: free */
        uint64_t generation;       /* a claim ends when the device goes */
    } claim[USB_INTERFACES_MAX];
};

struct pretend_bus {
    struct usb_bus base;
    struct pretend_slot *slots;
    size_t n;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t changes; /* comings and goings so far */
    uint64_t told;    /* of those, told by wait() */
};

/* Tells the bus when the recorder came or went since the last time; slot->lock is held. */
void pretend_slot_announce(struct pretend_slot *slot);
/* Waits on slot->moved until the device's time until_us (or skips there). */
void pretend_slot_wait(struct pretend_slot *slot, int64_t until_us);
/* Opens the recorder in the slot; slot->lock is held. */
enum yk_status pretend_port_open(struct pretend_slot *slot, const struct usb_listing *which,
                                 struct usb_port **out, struct failure *why);
/* A condition variable that goes by the monotonic clock. */
void pretend_cond_init(pthread_cond_t *cond);
/* Waits at most us microseconds. */
void pretend_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t us);

#endif
