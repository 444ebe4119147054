/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pretend recorders: AX3 and AX6 devices that exist only here, on a usb_bus of their own. They
 * hold a recording each, follow the firmware's facts (docs/hardware-checklist.md tells what
 * only a real one can prove) and are read by the same driver as real ones: for training staff,
 * for the demo and for the tests. Nothing is written to the file that is shown: what `lend`
 * writes stays in memory.
 */
#ifndef DRIVERS_PRETEND_PRETEND_H
#define DRIVERS_PRETEND_PRETEND_H

#include "drivers/usb_port.h"

struct pretend_recorder {
    const char *file;        /* a .cwa; NULL: a recorder that was never started */
    const char *model;       /* "AX3", "AX6"; NULL: as the file says, else AX3 */
    uint64_t device_id;      /* 0: the file's */
    int firmware;            /* 0: the file's, else 44 (AX6: 56) */
    double battery_pct;      /* 0: 85 */
    int64_t clock_offset_ms; /* device minus PC; INT64_MIN: a clock that was reset to 2000 */
    const struct zone *zone; /* of its wall clock; NULL: UTC. Borrowed. */
    uint64_t bytes_per_s;    /* 0: as fast as it goes; a real one gives 333000 */
    unsigned bootloader_ms;  /* it first shows as a bootloader */
    const char *faults;      /* language of pretend/faults.h; NULL: none */
    double clock_ppm;        /* its clock gains this much against the PC's */
    /* Waits take no time: whenever a reader waits for this recorder, time jumps to where
     * something happens or the reader's patience ends. For tests; such a recorder is used by
     * one thread, and its time is that of usb_port's now_ms() and usb_port_utc_ns(). */
    bool skips_waits;
};

/* A bus with these recorders attached. Everything is copied; files are opened and kept. */
enum yk_status pretend_bus_open(const struct pretend_recorder *recorders, size_t n,
                                struct usb_bus **out, struct failure *why);
/* Pulls recorder i out, or puts it back. Safe from any thread. */
void pretend_unplug(struct usb_bus *bus, size_t i);
void pretend_plug(struct usb_bus *bus, size_t i);
/* Lets so much time go by for recorder i. Unplugged it records, as it is set up. */
void pretend_pass(struct usb_bus *bus, size_t i, int64_t ns);
/* Replaces the faults of recorder i; NULL: none from now on. errors: YK_ERR_ARGUMENT */
enum yk_status pretend_fault(struct usb_bus *bus, size_t i, const char *faults,
                             struct failure *why);

/* What happened to a recorder since the bus was opened, for tests. */
struct pretend_stats {
    uint64_t transfers, bytes_in, bytes_out; /* all endpoints */
    uint64_t commands, reads, resets, clear_halts, lines, faults_hit, lost_replies;
    uint64_t formats, commits; /* carried out */
    int64_t skipped_us;        /* of waiting that took no time */
    bool holds_recording;      /* the file that it was given is still there, whole */
};
void pretend_stats(struct usb_bus *bus, size_t i, struct pretend_stats *out);

#endif
