/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The model of an Axivity AX3/AX6 on USB: descriptors, serial commands, disk and faults, with
 * nothing said about how a host reaches it. An adaptor (bus.c in this process; those of the
 * tests for umockdev and for a kernel) hands it transfers and gets them back by a call. Data
 * move in packets of 64 bytes, so that short packets, empty ones and babble come about as on a
 * real bus.
 *
 * Nothing here locks: the adaptor serialises its calls, and must not call from within
 * on_done().
 */
#ifndef DRIVERS_PRETEND_DEVICE_H
#define DRIVERS_PRETEND_DEVICE_H

#include "drivers/pretend/pretend.h"

struct pretend_device;

enum pretend_transfer_type { TRANSFER_CONTROL, TRANSFER_BULK, TRANSFER_INTERRUPT };

enum pretend_result {
    RESULT_OK,
    RESULT_STALL,
    RESULT_OVERFLOW,  /* babble: more came than there was room for */
    RESULT_PROTO,     /* bus error */
    RESULT_CRC,       /* bus error */
    RESULT_CANCELLED, /* taken back by pretend_device_cancel() */
    RESULT_GONE       /* unplugged */
};

/* One transfer. The adaptor owns it; it must stay until on_done() had it. */
struct pretend_transfer {
    enum pretend_transfer_type type;
    uint8_t endpoint; /* with the direction bit */
    uint8_t setup[8]; /* control only */
    uint8_t *data;
    size_t length;
    size_t actual;              /* set at the end */
    enum pretend_result result; /* set at the end */
    void *user;                 /* the adaptor's */
    bool is_hung;               /* internal */
    struct pretend_transfer *next;
};

typedef void (*pretend_done)(void *user, struct pretend_transfer *transfer);

enum pretend_state {
    PRETEND_ABSENT,
    PRETEND_BOOTLOADER, /* another USB device, without a use */
    PRETEND_READY
};

/* A recorder that is not plugged in yet. See pretend_bus_open() for errors. */
enum yk_status pretend_device_new(const struct pretend_recorder *recorder, pretend_done on_done,
                                  void *user, struct pretend_device **out, struct failure *why);
void pretend_device_free(struct pretend_device *self); /* accepts NULL */

/* Plugging in starts the firmware anew: what was not committed is lost. */
void pretend_device_plug(struct pretend_device *self);
/* Transfers under way end with RESULT_GONE. */
void pretend_device_unplug(struct pretend_device *self);
/* Also changes by itself: the bootloader's time is up, a RESET restarts. */
enum pretend_state pretend_device_state(struct pretend_device *self);
/* Differs after every appearance on the bus. */
uint64_t pretend_device_generation(const struct pretend_device *self);
/* Fills everything but place; as the bus would show it in its present state. */
void pretend_device_listing(struct pretend_device *self, struct usb_listing *out);

/* Device and configuration descriptor, one after the other; returns their length (<= 139). */
size_t pretend_device_descriptors(const struct pretend_device *self, uint8_t *at, size_t room);

/* May finish the transfer before it returns. errors: YK_ERR_NO_DEVICE (unplugged; on_done() is
 * not called), YK_ERR_ARGUMENT (no such endpoint) */
enum yk_status pretend_device_submit(struct pretend_device *self,
                                     struct pretend_transfer *transfer);
/* Takes a transfer back: on_done() gets it with RESULT_CANCELLED, and what had come so far.
 * False when it was finished already. */
bool pretend_device_cancel(struct pretend_device *self, struct pretend_transfer *transfer);
bool pretend_device_clear_halt(struct pretend_device *self, uint8_t endpoint);
void pretend_device_bus_reset(struct pretend_device *self);

/* The model's time, which runs with clock_monotonic_ns() but for what was skipped. */
int64_t pretend_device_now_us(const struct pretend_device *self);
int64_t pretend_device_utc_ns(const struct pretend_device *self);
void pretend_device_skip(struct pretend_device *self, int64_t us);
/* When something will happen by itself; INT64_MAX: nothing. Then call poll. */
int64_t pretend_device_due_us(const struct pretend_device *self);
void pretend_device_poll(struct pretend_device *self);

enum yk_status pretend_device_fault(struct pretend_device *self, const char *faults,
                                    struct failure *why);
void pretend_device_stats(const struct pretend_device *self, struct pretend_stats *out);

#endif
