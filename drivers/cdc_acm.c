/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lines over a USB serial port: see cdc_acm.h.
 *
 * Neither the speed of the line nor DTR is set: the recorders take and ignore both, and a
 * request less is a fault less.
 */
#include "drivers/cdc_acm.h"

#include <string.h>

#define CLASS_COMMUNICATION 0x02
#define CLASS_DATA 0x0A
#define ENDPOINT_BULK 2
#define STALL_AT 1
#define READS 4
#define READ_BYTES 512
#define SEND_MS 2000
#define FAULTS_MAX 8 /* stalls and damaged packets lived with while waiting for one line */

/* The bulk endpoints of one interface. */
static bool find_endpoints(struct cdc_acm *self, const struct usb_listing *l, uint8_t number)
{
    self->in = self->out = 0;
    for (size_t i = 0; i < l->n_endpoints; i++) {
        const struct usb_endpoint *e = &l->endpoints[i];
        if (e->interface_number != number || e->type != ENDPOINT_BULK) {
            continue;
        }
        *((e->address & 0x80) != 0 ? &self->in : &self->out) = e->address;
        self->max_packet = e->max_packet;
    }
    return self->in != 0 && self->out != 0;
}

static bool find_interfaces(struct cdc_acm *self, const struct usb_listing *l)
{
    bool has_communication = false;
    for (size_t i = 0; i < l->n_interfaces; i++) {
        if (l->interfaces[i].class_code == CLASS_COMMUNICATION && !has_communication) {
            self->communication = self->data = l->interfaces[i].number;
            has_communication = true;
        }
    }
    if (has_communication && find_endpoints(self, l, self->communication)) {
        return true;
    }
    for (size_t i = 0; i < l->n_interfaces && has_communication; i++) {
        self->data = l->interfaces[i].number;
        if (l->interfaces[i].class_code == CLASS_DATA && find_endpoints(self, l, self->data)) {
            return true;
        }
    }
    return false;
}

enum yk_status cdc_acm_open(struct cdc_acm *self, struct usb_port *port, struct failure *why)
{
    memset(self, 0, sizeof *self);
    self->port = port;
    line_reader_clear(&self->lines);
    if (!find_interfaces(self, &port->listing)) {
        return failure_set(why, YK_ERR_UNSUPPORTED, "USB device %s has no serial port",
                           port->listing.place);
    }
    enum yk_status status = port->ops->claim(port, self->communication, why);
    if (status == YK_OK && self->data != self->communication) {
        status = port->ops->claim(port, self->data, why);
    }
    if (status == YK_OK && port->ops->bulk_in_start != NULL) {
        status = port->ops->bulk_in_start(port, self->in, READS, READ_BYTES, why);
    }
    if (status != YK_OK) {
        port->ops->release(port, self->communication);
        port->ops->release(port, self->data);
    }
    return status;
}

void cdc_acm_close(struct cdc_acm *self)
{
    const struct usb_port_ops *ops = self->port->ops;
    if (ops->bulk_in_stop != NULL) {
        ops->bulk_in_stop(self->port, self->in);
    }
    ops->release(self->port, self->data);
    ops->release(self->port, self->communication);
}

/* ---- reading ---- */

static enum yk_status no_answer(const struct cdc_acm *self, struct failure *why)
{
    return failure_set(why, YK_ERR_TIMEOUT, "USB device %s does not answer",
                       self->port->listing.place);
}

/* Takes what comes until end_ms. YK_OK also when a fault was mended: look again. */
static enum yk_status fill(struct cdc_acm *self, int64_t end_ms, int *n_faults,
                           struct failure *why)
{
    struct usb_port *port = self->port;
    struct failure inner = {.offset = -1};
    size_t room = 0, got = 0;
    uint8_t *at = line_reader_room(&self->lines, &room);
    int64_t left = end_ms - port->ops->now_ms(port);
    /* Whole packets only, where reads are not queued: a full one would not fit. */
    room = room > READ_BYTES ? READ_BYTES : room;
    enum yk_status status = port->ops->bulk_in(port, self->in, at, room,
                                               left > 0 ? (unsigned)left : 1, &got, &inner);
    line_reader_put(&self->lines, got);
    if (status == YK_OK || (status == YK_ERR_TIMEOUT && got > 0)) {
        return YK_OK;
    }
    if ((status == YK_ERR_PROTOCOL || status == YK_ERR_IO) && ++*n_faults <= FAULTS_MAX) {
        self->in_step = false; /* something may have been lost */
        bool is_stall = inner.offset == STALL_AT;
        status = is_stall ? port->ops->clear_halt(port, self->in, &inner) : YK_OK;
    }
    if (status == YK_ERR_TIMEOUT) {
        return no_answer(self, why);
    }
    if (status != YK_OK && why != NULL) {
        *why = inner;
    }
    return status;
}

enum yk_status cdc_acm_line(struct cdc_acm *self, int64_t end_ms, const char **line,
                            struct failure *why)
{
    int n_faults = 0;
    for (;;) {
        bool was_cut = false;
        const char *found = line_reader_next(&self->lines, &was_cut);
        if (found != NULL && !was_cut) {
            *line = found;
            return YK_OK;
        }
        if (found != NULL) { /* longer than any reply: not one */
            self->in_step = false;
            continue;
        }
        if (self->port->ops->now_ms(self->port) > end_ms) {
            return no_answer(self, why);
        }
        enum yk_status status = fill(self, end_ms, &n_faults, why);
        if (status != YK_OK) {
            return status;
        }
    }
}

enum yk_status cdc_acm_resynchronise(struct cdc_acm *self, unsigned quiet_ms,
                                     struct failure *why)
{
    struct usb_port *port = self->port;
    int64_t last = port->ops->now_ms(port) + (int64_t)quiet_ms * 20;
    enum yk_status status = cdc_acm_send(self, "\r\n", SEND_MS, why);
    while (status == YK_OK && port->ops->now_ms(port) < last) {
        const char *line;
        status = cdc_acm_line(self, port->ops->now_ms(port) + quiet_ms, &line, why);
    }
    /* A device that talks without end is found out by the next command. */
    if (status == YK_OK || status == YK_ERR_TIMEOUT) {
        line_reader_clear(&self->lines);
        self->in_step = true;
        return YK_OK;
    }
    return status;
}

enum yk_status cdc_acm_send(struct cdc_acm *self, const char *text, unsigned timeout_ms,
                            struct failure *why)
{
    struct usb_port *port = self->port;
    size_t n = strlen(text), got = 0;
    if (n > self->max_packet) {
        return failure_set(why, YK_ERR_ARGUMENT, "a command of %zu bytes is too long", n);
    }
    for (int try = 0;; try++) {
        struct failure inner = {.offset = -1};
        enum yk_status status = port->ops->bulk_out(port, self->out, (const uint8_t *)text, n,
                                                    timeout_ms, &got, &inner);
        if (status == YK_OK && got == n) {
            return YK_OK;
        }
        if (status == YK_ERR_PROTOCOL && inner.offset == STALL_AT && try == 0 &&
            port->ops->clear_halt(port, self->out, NULL) == YK_OK) {
            continue;
        }
        if (status == YK_OK) {
            return failure_set(why, YK_ERR_PROTOCOL,
                               "USB device %s took %zu of %zu bytes of a command",
                               port->listing.place, got, n);
        }
        if (why != NULL) {
            *why = inner;
        }
        return status;
    }
}
