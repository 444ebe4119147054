/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The few SCSI commands that reading a recorder's disk takes (SPC-2, SBC-2), on the bulk-only
 * transport: INQUIRY, TEST UNIT READY, READ CAPACITY(10), READ(10), REQUEST SENSE. Blocks have
 * 512 bytes; a disk with others is refused. Nothing here writes.
 */
#ifndef DRIVERS_SCSI_H
#define DRIVERS_SCSI_H

#include "drivers/bulk_only.h"

#define SCSI_BLOCK_BYTES 512
#define SCSI_READ_MAX 2048 /* blocks a command */

struct scsi {
    struct bulk_only bulk;
    uint64_t n_blocks;  /* as READ CAPACITY says; 0: not asked yet */
    unsigned n_retries; /* commands that were sent again, for the log */
    uint8_t sense_key, sense_code, sense_qualifier; /* of the last refusal */
    /* The read in flight. */
    uint32_t flying_block;
    uint16_t flying_count;
    uint8_t *flying_data;
};

struct scsi_identity {
    char vendor[9], product[17], revision[5]; /* trimmed */
};

enum yk_status scsi_init(struct scsi *self, struct usb_port *port, struct failure *why);
enum yk_status scsi_inquiry(struct scsi *self, struct scsi_identity *out, struct failure *why);
/* Waits until the disk is there (a recorder hides it while it formats), at most wait_ms.
 * YK_ERR_BUSY: not there by then. */
enum yk_status scsi_wait_ready(struct scsi *self, unsigned wait_ms, struct failure *why);
/* Fills n_blocks. */
enum yk_status scsi_capacity(struct scsi *self, struct failure *why);
/* Reads count (1..SCSI_READ_MAX) blocks. A failing command is sent again, three times in all.
 * failure.offset: the disk's byte where reading failed. */
enum yk_status scsi_read(struct scsi *self, uint64_t block, size_t count, uint8_t *dst,
                         struct failure *why);
/* The same in two steps: dst is the disk's until scsi_read_finish(). Other commands may not be
 * sent between. */
enum yk_status scsi_read_start(struct scsi *self, uint64_t block, size_t count, uint8_t *dst,
                               struct failure *why);
enum yk_status scsi_read_finish(struct scsi *self, struct failure *why);
/* Ends a read in flight whose data nobody wants. */
void scsi_abandon(struct scsi *self);

#endif
