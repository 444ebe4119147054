/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Talking to a recorder over a usb_port by hand, without any driver of ours: for tests of the
 * pretend recorder itself.
 */
#ifndef TESTS_SUPPORT_PRETEND_TALK_H
#define TESTS_SUPPORT_PRETEND_TALK_H

#include "drivers/pretend/pretend.h"

struct pretend_talk {
    struct usb_bus *bus;
    struct usb_port *port;
    struct usb_listing listing;
    uint32_t tag;
};

/* A recorder of this kind that waits for nothing. */
struct pretend_recorder talk_recorder(const char *model, uint32_t id, int firmware);
/* A bus with this one recorder, opened, its interfaces claimed. Fails the test otherwise. */
void talk_open(struct pretend_talk *self, const struct pretend_recorder *recorder);
void talk_close(struct pretend_talk *self);
/* Opens what is on the bus now (again, after a re-plug). */
void talk_reopen(struct pretend_talk *self);

/* Sends the bytes to the serial port. */
void talk_send(struct pretend_talk *self, const char *bytes);
/* Everything that comes until nothing has come for so long. */
const char *talk_hear(struct pretend_talk *self, unsigned quiet_ms, char *out, size_t room);
/* "\r\n" line "\r\n", and what is said to it. */
void talk_expect(struct pretend_talk *self, const char *line, const char *reply);

/* One SCSI command by bulk-only transport; *got data bytes; the CSW's status, or -1 without a
 * whole CSW. The data stage's stall is cleared as the transport says. */
int talk_scsi(struct pretend_talk *self, const uint8_t *command, size_t command_length,
              uint8_t *data, uint32_t length, size_t *got);
int talk_read(struct pretend_talk *self, uint32_t lba, uint16_t n, uint8_t *data);

#endif
