/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A serial port over USB (USB-IF "Communications Class Subclass Specification for PSTN
 * Devices", 1.2: abstract control model) that takes text commands and answers in lines. Reads
 * are kept in flight from open to close, because the recorders drop replies that nobody takes.
 *
 * Both shapes of descriptors are found by class: communication and data in two interfaces, or
 * all three endpoints in one.
 */
#ifndef DRIVERS_CDC_ACM_H
#define DRIVERS_CDC_ACM_H

#include "drivers/line_reader.h"
#include "drivers/usb_port.h"

struct cdc_acm {
    struct usb_port *port;                /* borrowed */
    uint8_t in, out, communication, data; /* endpoints; interface numbers, maybe the same */
    uint16_t max_packet;
    struct line_reader lines;
    bool in_step; /* nothing unread is expected: the next line answers the next command */
};

/* Finds the interfaces, claims them and starts reading. errors: YK_ERR_UNSUPPORTED when there
 * is no serial port, and those of claim(). */
enum yk_status cdc_acm_open(struct cdc_acm *self, struct usb_port *port, struct failure *why);
void cdc_acm_close(struct cdc_acm *self);

/* Ends whatever stands in the device's line buffer and drops all lines that come, until none
 * came for quiet_ms (at most 20 times that). errors: YK_ERR_NO_DEVICE, YK_ERR_IO */
enum yk_status cdc_acm_resynchronise(struct cdc_acm *self, unsigned quiet_ms,
                                     struct failure *why);
/* Sends text as it is. Longer than a packet: YK_ERR_ARGUMENT (the recorders' buffer is small
 * and without flow control). */
enum yk_status cdc_acm_send(struct cdc_acm *self, const char *text, unsigned timeout_ms,
                            struct failure *why);
/* The next line, waiting until end_ms (of the port's clock). A halted endpoint is cleared and
 * read on. YK_ERR_TIMEOUT: none came. */
enum yk_status cdc_acm_line(struct cdc_acm *self, int64_t end_ms, const char **line,
                            struct failure *why);

#endif
