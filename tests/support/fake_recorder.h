/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A dock_device that is a piece of memory with a temper: what the dock does with a device is
 * tested without a bus. Faults happen where the script says, never by chance.
 */
#ifndef TESTS_SUPPORT_FAKE_RECORDER_H
#define TESTS_SUPPORT_FAKE_RECORDER_H

#include <stdatomic.h>

#include "drivers/dock_device.h"

#define FAKE_FAULTS_MAX 64

enum fake_fault {
    FAKE_FLIP,    /* a bit of the sector is wrong */
    FAKE_NOISE,   /* another wrong bit each time it is read */
    FAKE_SWAPPED, /* the sector behind it comes instead: whole, but not the one asked for */
    FAKE_REFUSED, /* reading it fails with YK_ERR_IO */
    FAKE_TIMEOUT  /* reading it fails with YK_ERR_TIMEOUT */
};

struct fake_recorder {
    struct dock_device device; /* first member */
    const uint8_t *at;         /* the recording; borrowed */
    size_t n;
    struct dock_identity identity;
    struct dock_battery battery;
    struct dock_health health;
    struct dock_clock clock;
    struct {
        enum fake_fault kind;
        uint64_t sector; /* of the file, from 0 */
        int heals_at;    /* good from this rereading on (1: the first); 0: never */
        int n_asked;
    } faults[FAKE_FAULTS_MAX];
    size_t n_faults;
    atomic_uint_fast64_t unplug_at; /* gone once so many bytes were read; UINT64_MAX: stays */
    uint64_t bytes_read, n_rereads;
    int open_status;                                          /* of open_recording; YK_OK */
    int led;                                                  /* what it shows */
    bool is_heap;                                             /* close frees it */
    void (*on_close)(struct fake_recorder *self, void *user); /* may be NULL */
    void *user;
    unsigned sleep_us; /* a read takes */
};

/* A well-behaved one that holds n bytes at `at`. */
void fake_recorder_init(struct fake_recorder *self, const void *at, size_t n);
void fake_recorder_fault(struct fake_recorder *self, enum fake_fault kind, uint64_t sector,
                         int heals_at);

#endif
