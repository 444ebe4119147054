/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The USB mass storage bulk-only transport (USB-IF "Mass Storage Class, Bulk-Only Transport",
 * revision 1.0): a command block goes out, data may come in, a status comes in. Only reading:
 * nothing here can write to a recorder's disk.
 *
 * A command may be left in flight: the system then moves its data while the caller works with
 * the last one's. One command at a time; the tags tell a late status from the awaited one.
 */
#ifndef DRIVERS_BULK_ONLY_H
#define DRIVERS_BULK_ONLY_H

#include "drivers/usb_port.h"

#define BULK_ONLY_COMMAND_MAX 16

enum bulk_only_stage { STAGE_COMMAND, STAGE_DATA, STAGE_STATUS, STAGES };

struct bulk_only {
    struct usb_port *port; /* borrowed; its interface is claimed by the caller */
    uint8_t interface_number, in, out;
    uint32_t tag;
    bool needs_reset; /* the last command ended in confusion: recover before the next */
    unsigned n_resets;
    /* The command in flight. */
    bool is_flying;
    uint8_t block[31], status[64];
    uint8_t *data;
    size_t length;
    bool is_started[STAGES];
    unsigned ticket[STAGES];
};

struct bulk_only_result {
    size_t got;      /* bytes of data that count */
    bool has_failed; /* the device refused the command: ask REQUEST SENSE why */
};

/* Finds the interface (class 8, SCSI, bulk-only) and its two endpoints in the listing; does not
 * claim it. YK_ERR_UNSUPPORTED when there is none. */
enum yk_status bulk_only_init(struct bulk_only *self, struct usb_port *port,
                              struct failure *why);

/* Sends a command whose length bytes of data (0: none) will come into data, which stays the
 * transport's until bulk_only_finish(). Does not wait for the device, unless the last command
 * left it to be reset. */
enum yk_status bulk_only_start(struct bulk_only *self, const uint8_t *command,
                               size_t command_length, uint8_t *data, size_t length,
                               struct failure *why);
/* Waits for the command in flight, at most timeout_ms for each stage. Whatever comes, it is in
 * flight no more. A refused command is YK_OK with has_failed. errors: YK_ERR_NO_DEVICE,
 * YK_ERR_TIMEOUT, YK_ERR_PROTOCOL (wrong tag, phase error, too much data, ...), YK_ERR_IO */
enum yk_status bulk_only_finish(struct bulk_only *self, unsigned timeout_ms,
                                struct bulk_only_result *out, struct failure *why);
/* Gives up the command in flight, if there is one, giving it timeout_ms to end by itself. */
void bulk_only_abandon(struct bulk_only *self, unsigned timeout_ms);

#endif
