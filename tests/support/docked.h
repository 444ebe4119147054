/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A recording in a file and a pretend recorder that holds it, docked by the real driver: for
 * tests of drivers and dock.
 */
#ifndef TESTS_SUPPORT_DOCKED_H
#define TESTS_SUPPORT_DOCKED_H

#include "drivers/dock_device.h"
#include "drivers/pretend/pretend.h"
#include "src/dock/download.h"
#include "src/store/store.h"

/* The bytes of a recording, also in folder/<name>. */
struct recorded {
    uint8_t *at;
    size_t n;
    char path[2048];
};

/* sectors of an AX3 (packed, 100 Hz), device id and session as given. */
void recorded_make(struct recorded *self, const char *folder, const char *name,
                   uint32_t sectors, uint32_t device_id, uint32_t session);
/* The same for an AX6 with gyroscope. */
void recorded_make_ax6(struct recorded *self, const char *folder, const char *name,
                       uint32_t sectors, uint32_t device_id, uint32_t session);
void recorded_release(struct recorded *self);
/* A copy beside it in which one sector is another one, its checksum right. */
void recorded_forge(const struct recorded *self, size_t sector, char path[static 2100]);

/* The first device on the bus that a driver takes, opened; fails the test otherwise. */
struct dock_device *docked_open(struct usb_bus *bus);
/* The same without failing: the status of listing, matching or opening. */
enum yk_status docked_try(struct usb_bus *bus, const char *serial, struct job *job,
                          struct dock_device **out, struct failure *why);
/* A bus with one pretend recorder. */
struct usb_bus *docked_bus(const struct pretend_recorder *recorder);
/* Reads a whole recording; caller frees. NULL, and why, when it fails. */
uint8_t *docked_read(struct dock_device *device, size_t *n, uint64_t *found_beyond,
                     struct failure *why);
/* Reads n recorders at once, a thread each, whose numbers are `first` and those after it: each
 * gives its own recording, byte for byte. */
void docked_read_at_once(struct usb_bus *bus, const struct recorded *recordings, uint32_t n,
                         uint32_t first);
/* What was heard of identify(): fails the test when it fails. */
struct dock_identity docked_identify(struct dock_device *device, struct dock_battery *battery,
                                     struct dock_health *health);
/* Reads what is docked into the store's archive, and records it for that person. */
struct download_result docked_import(struct store *store, struct dock_device *device,
                                     const char *person, struct dock_identity *identity);

#endif
