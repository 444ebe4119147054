/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A bus of fake recorders and the driver for them: the station without USB. Plugging and
 * unplugging from any thread.
 */
#ifndef TESTS_SUPPORT_RECORDER_BUS_H
#define TESTS_SUPPORT_RECORDER_BUS_H

#include <pthread.h>

#include "tests/support/fake_recorder.h"

#define RECORDER_BUS_MAX 32

struct recorder_place {
    struct usb_listing listing;
    struct fake_recorder model; /* what is opened is a copy of it */
    struct fake_recorder *opened;
    bool is_present, is_bootloader;
    enum yk_status open_status; /* of opening; YK_OK */
    int opens_fail;             /* so many openings fail first */
    int n_opened;
};

struct recorder_bus {
    struct usb_bus bus; /* first member */
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct recorder_place places[RECORDER_BUS_MAX];
    size_t n;
    uint64_t generation;
    bool has_changed;
};

void recorder_bus_init(struct recorder_bus *self);
void recorder_bus_release(struct recorder_bus *self);
/* Adds a recorder at place "1-<i+1>", plugged in. The recording is borrowed. */
struct recorder_place *recorder_bus_add(struct recorder_bus *self, const void *at, size_t n);
void recorder_bus_unplug(struct recorder_bus *self, size_t i);
void recorder_bus_plug(struct recorder_bus *self, size_t i);
/* From bootloader to application. */
void recorder_bus_boot(struct recorder_bus *self, size_t i);

/* For station_options.find_driver. */
const struct dock_driver *recorder_bus_find_driver(const struct usb_listing *listing,
                                                   enum dock_match *match);

#endif
