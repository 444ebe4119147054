/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A USB device made of tables: see fake_port.h.
 */
#include "tests/support/fake_port.h"

#include <stdio.h>
#include <string.h>

#include "src/base/bytes.h"
#include "src/base/clock.h"
#include "src/base/mem.h"

#define DISK_IN 0x81
#define DISK_OUT 0x01
#define SERIAL_IN 0x83
#define SERIAL_OUT 0x03
#define STALL_AT 1

static struct fake_port *of(struct usb_port *base)
{
    return (struct fake_port *)base;
}

/* ---- faults ---- */

static enum yk_status gone(struct failure *why)
{
    return failure_set(why, YK_ERR_NO_DEVICE, "the device is gone; plug it in again");
}

static enum yk_status stall(struct failure *why)
{
    return failure_set_at(why, YK_ERR_PROTOCOL, STALL_AT, "stall");
}

/* The fault that this transfer has, if it is its turn. */
static enum port_fault next_fault(struct fake_port *self)
{
    self->n_transfers++;
    bool is_due =
        self->fault_at != 0 && (self->n_transfers == self->fault_at ||
                                (self->fault_stays && self->n_transfers > self->fault_at));
    enum port_fault fault = is_due ? self->fault : PORT_NONE;
    self->is_gone = self->is_gone || fault == PORT_UNPLUG;
    return fault;
}

/* ---- disk ---- */

static void set_sense(struct fake_port *self, uint8_t key, uint8_t code, uint8_t qualifier)
{
    memset(self->sense, 0, sizeof self->sense);
    self->sense[0] = 0x70;
    self->sense[2] = key;
    self->sense[7] = 10;
    self->sense[12] = code;
    self->sense[13] = qualifier;
}

static bool run_read(struct fake_port *self, const uint8_t *c)
{
    uint32_t block = get_u32be(c + 2), count = (uint32_t)c[7] << 8 | c[8];
    bool hits_bad = self->bad_block >= block && self->bad_block < block + count;
    if (block + (uint64_t)count > self->n_blocks) {
        set_sense(self, 5, 0x21, 0);
        return false;
    }
    if (self->bad_block != 0 && hits_bad && self->n_bad != 0) {
        self->n_bad -= self->n_bad > 0;
        set_sense(self, 3, 0x11, 0);
        return false;
    }
    self->data_n = (size_t)count * 512;
    self->n_blocks_read += count;
    memcpy(self->data, self->disk + (size_t)block * 512, self->data_n);
    return true;
}

static bool run_ready(struct fake_port *self)
{
    if (self->n_not_ready > 0) {
        self->n_not_ready--;
        set_sense(self, 2, 0x3A, 0);
        return false;
    }
    if (self->has_attention) {
        self->has_attention = false;
        set_sense(self, 6, 0x28, 0);
        return false;
    }
    return true;
}

static bool run_command(struct fake_port *self, const uint8_t *c)
{
    static const char inquiry[36] = "\0\x80\x04\x02\x20\0\0\0AX3     AX3 Mass Storage0017";
    self->data_n = 0;
    self->n_commands++;
    switch (c[0]) {
    case 0x00:
        return run_ready(self);
    case 0x03:
        memcpy(self->data, self->sense, sizeof self->sense);
        self->data_n = sizeof self->sense;
        return true;
    case 0x12:
        memcpy(self->data, inquiry, sizeof inquiry);
        self->data_n = sizeof inquiry;
        return true;
    case 0x25:
        memset(self->data, 0, 8);
        for (int i = 0; i < 4; i++) {
            self->data[i] = (uint8_t)(self->last_block >> (24 - 8 * i));
        }
        self->data[6] = 2;
        self->data_n = 8;
        return true;
    case 0x28:
        return run_read(self, c);
    default:
        set_sense(self, 5, 0x20, 0);
        return false;
    }
}

static enum yk_status take_command(struct fake_port *self, const uint8_t *at, size_t n,
                                   enum port_fault fault, struct failure *why)
{
    if (self->is_out_halted || fault == PORT_STALL || self->stage != 0 || n != 31 ||
        memcmp(at, "USBC", 4) != 0) {
        self->is_out_halted = self->is_in_halted = true;
        self->stage = 3;
        return stall(why);
    }
    memset(self->csw, 0, sizeof self->csw);
    memcpy(self->csw, "USBS", 4);
    memcpy(self->csw + 4, at + 4, 4);
    self->data_asked = get_u32le(at + 8);
    self->stage_fault = fault;
    bool is_good = fault != PORT_FAIL && run_command(self, at + 15);
    if (fault == PORT_FAIL) {
        set_sense(self, 3, 0x11, 0);
    }
    if (!is_good) {
        self->data_n = 0;
    }
    put_u32le(self->csw + 8, (uint32_t)(self->data_asked - self->data_n));
    self->csw[12] = !is_good;
    self->stage = self->data_asked > 0 ? 1 : 2;
    return YK_OK;
}

static enum yk_status give_data(struct fake_port *self, uint8_t *at, size_t length, size_t *got,
                                enum port_fault fault, struct failure *why)
{
    size_t n = self->data_n < length ? self->data_n : length;
    fault = fault != PORT_NONE ? fault : self->stage_fault;
    self->stage = 2;
    if (fault == PORT_STALL || (n == 0 && fault != PORT_GLUED)) {
        self->is_in_halted = true;
        return stall(why);
    }
    if (fault == PORT_SHORT || fault == PORT_LIE || fault == PORT_GLUED) {
        n = n / 2;
        put_u32le(self->csw + 8, fault == PORT_LIE ? 0 : (uint32_t)(length - n));
    }
    if (fault == PORT_PADDED) {
        put_u32le(self->csw + 8, (uint32_t)(length - n / 2));
    }
    memcpy(at, self->data, n);
    *got = n;
    if (fault == PORT_GLUED && n + 13 <= length) {
        memcpy(at + n, self->csw, 13);
        *got = n + 13;
        self->stage = 0;
    }
    return YK_OK;
}

static enum yk_status give_status(struct fake_port *self, uint8_t *at, size_t *got,
                                  enum port_fault fault, struct failure *why)
{
    fault = fault != PORT_NONE ? fault : self->stage_fault;
    self->stage_fault = PORT_NONE;
    if (fault == PORT_EMPTY || fault == PORT_STALL) {
        self->is_in_halted = fault == PORT_STALL;
        *got = 0;
        return fault == PORT_STALL ? stall(why) : YK_OK;
    }
    self->stage = 0;
    self->csw[4] = (uint8_t)(self->csw[4] + (fault == PORT_TAG));
    self->csw[0] = fault == PORT_SIGNATURE ? 'X' : 'U';
    self->csw[12] = fault == PORT_PHASE ? 2 : self->csw[12];
    if (fault == PORT_RESIDUE) {
        put_u32le(self->csw + 8, (uint32_t)self->data_asked + 1);
    }
    *got = fault == PORT_CSW_SHORT ? 12 : 13;
    memcpy(at, self->csw, *got);
    return YK_OK;
}

/* ---- serial ---- */

void fake_port_say(struct fake_port *self, const char *line)
{
    text_add(self->serial_fault == PORT_LATE ? &self->late : &self->reply, line);
    text_add(self->serial_fault == PORT_LATE ? &self->late : &self->reply, "\r\n");
}

static void take_line(struct fake_port *self)
{
    self->line[self->line_n] = '\0';
    self->line_n = 0;
    if (self->line[0] == '\0') {
        return;
    }
    self->n_lines++;
    if (self->serial_fault == PORT_NOISE) {
        text_add(&self->reply, "ERROR: Unknown command: ~x~\r\n");
    }
    size_t before = self->reply.length;
    if (self->on_line != NULL) {
        self->on_line(self, self->line);
    }
    if (self->serial_fault == PORT_LOST && self->reply.length > before) {
        self->reply.length = before;
        self->reply.at[before] = '\0';
    }
    if (self->serial_fault == PORT_LATE) {
        self->late_at = self->now + 2100;
    }
    self->serial_fault = self->serial_fault == PORT_SLIVERS ? PORT_SLIVERS : PORT_NONE;
}

static void take_bytes(struct fake_port *self, const uint8_t *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (at[i] == '\r') {
            take_line(self);
        } else if (at[i] != '\n' && self->line_n < 127) {
            self->line[self->line_n++] = (char)at[i];
        }
    }
}

static enum yk_status give_bytes(struct fake_port *self, uint8_t *at, size_t length,
                                 unsigned timeout_ms, size_t *got, struct failure *why)
{
    if (self->late.length > 0 && self->now + timeout_ms >= self->late_at) {
        self->now = self->now > self->late_at ? self->now : self->late_at;
        text_add(&self->reply, text_string(&self->late));
        text_clear(&self->late);
    }
    size_t n = self->reply.length < length ? self->reply.length : length;
    if (n == 0) {
        self->now += timeout_ms + 1;
        return failure_set(why, YK_ERR_TIMEOUT, "nothing came");
    }
    n = self->serial_fault == PORT_SLIVERS ? 1 : n;
    memcpy(at, self->reply.at, n);
    memmove(self->reply.at, self->reply.at + n, self->reply.length - n + 1);
    self->reply.length -= n;
    *got = n;
    return YK_OK;
}

/* ---- operations ---- */

static enum yk_status fake_bulk_in(struct usb_port *base, uint8_t endpoint, uint8_t *data,
                                   size_t length, unsigned timeout_ms, size_t *got,
                                   struct failure *why)
{
    struct fake_port *self = of(base);
    enum port_fault fault = next_fault(self);
    *got = 0;
    if (self->is_gone) {
        return gone(why);
    }
    if (fault == PORT_TIMEOUT) {
        self->now += timeout_ms + 1;
        return failure_set(why, YK_ERR_TIMEOUT, "nothing came");
    }
    if (fault == PORT_DAMAGED || fault == PORT_BABBLE) {
        return failure_set_at(why, YK_ERR_PROTOCOL, -1, "bytes came damaged");
    }
    if (endpoint == SERIAL_IN) {
        if (fault == PORT_STALL || self->is_serial_halted) {
            self->is_serial_halted = true;
            return stall(why);
        }
        return give_bytes(self, data, length, timeout_ms, got, why);
    }
    if (self->is_in_halted) {
        return stall(why);
    }
    if (self->stage == 0 || self->stage == 3) {
        self->now += timeout_ms + 1;
        return failure_set(why, YK_ERR_TIMEOUT, "nothing to send");
    }
    return self->stage == 1 ? give_data(self, data, length, got, fault, why)
                            : give_status(self, data, got, fault, why);
}

static enum yk_status fake_bulk_out(struct usb_port *base, uint8_t endpoint,
                                    const uint8_t *data, size_t length, unsigned timeout_ms,
                                    size_t *got, struct failure *why)
{
    struct fake_port *self = of(base);
    enum port_fault fault = next_fault(self);
    *got = 0;
    if (self->is_gone) {
        return gone(why);
    }
    if (fault == PORT_TIMEOUT) {
        self->now += timeout_ms + 1;
        return failure_set(why, YK_ERR_TIMEOUT, "nothing went");
    }
    if (fault == PORT_DAMAGED) {
        return failure_set_at(why, YK_ERR_PROTOCOL, -1, "bytes went damaged");
    }
    *got = length;
    if (endpoint == DISK_OUT) {
        return take_command(self, data, length, fault, why);
    }
    if (fault == PORT_STALL) {
        *got = 0;
        return stall(why);
    }
    self->serial_fault = fault != PORT_NONE ? fault : self->serial_fault;
    take_bytes(self, data, length);
    return YK_OK;
}

static enum yk_status fake_start(struct usb_port *base, uint8_t endpoint, uint8_t *data,
                                 size_t length, unsigned *ticket, struct failure *why)
{
    struct fake_port *self = of(base);
    if (self->is_gone) {
        return gone(why);
    }
    for (unsigned i = 0; i < USB_STARTED_MAX; i++) {
        if (!self->flights[i].is_used) {
            self->flights[i] = (struct fake_flight){true, endpoint, data, length};
            *ticket = i;
            return YK_OK;
        }
    }
    return failure_set(why, YK_ERR_BUSY, "too many transfers in flight");
}

static enum yk_status fake_finish(struct usb_port *base, unsigned ticket, unsigned timeout_ms,
                                  size_t *got, struct failure *why)
{
    struct fake_flight f = of(base)->flights[ticket];
    of(base)->flights[ticket].is_used = false;
    *got = 0;
    if (timeout_ms == 0) {
        return failure_set(why, YK_ERR_TIMEOUT, "taken back");
    }
    return (f.endpoint & 0x80) != 0
               ? fake_bulk_in(base, f.endpoint, f.data, f.length, timeout_ms, got, why)
               : fake_bulk_out(base, f.endpoint, f.data, f.length, timeout_ms, got, why);
}

static enum yk_status fake_control(struct usb_port *base, uint8_t request_type, uint8_t request,
                                   uint16_t value, uint16_t index, uint8_t *data,
                                   uint16_t length, unsigned timeout_ms, size_t *got,
                                   struct failure *why)
{
    struct fake_port *self = of(base);
    enum port_fault fault = next_fault(self);
    (void)value, (void)index, (void)data, (void)length, (void)got;
    if (self->is_gone) {
        return gone(why);
    }
    if (fault == PORT_TIMEOUT) {
        self->now += timeout_ms + 1;
        return failure_set(why, YK_ERR_TIMEOUT, "no answer");
    }
    if (fault == PORT_STALL || request_type != 0x21 || request != 0xFF) {
        return stall(why);
    }
    self->stage = 0;
    self->n_resets++;
    return YK_OK;
}

static enum yk_status fake_clear_halt(struct usb_port *base, uint8_t endpoint,
                                      struct failure *why)
{
    struct fake_port *self = of(base);
    if (self->is_gone) {
        return gone(why);
    }
    if (endpoint == DISK_IN && self->stage != 3) {
        self->is_in_halted = false;
    } else if (endpoint == DISK_OUT && self->stage != 3) {
        self->is_out_halted = false;
    } else if (endpoint == SERIAL_IN) {
        self->is_serial_halted = false;
    }
    return YK_OK;
}

static enum yk_status fake_claim(struct usb_port *base, uint8_t interface_number,
                                 struct failure *why)
{
    (void)interface_number;
    return of(base)->is_gone ? gone(why) : YK_OK;
}

static void fake_release(struct usb_port *base, uint8_t interface_number)
{
    (void)base, (void)interface_number;
}

static enum yk_status fake_queue_start(struct usb_port *base, uint8_t endpoint, size_t n,
                                       size_t bytes, struct failure *why)
{
    (void)endpoint, (void)n, (void)bytes;
    return of(base)->is_gone ? gone(why) : YK_OK;
}

static void fake_queue_stop(struct usb_port *base, uint8_t endpoint)
{
    (void)base, (void)endpoint;
}

static enum yk_status fake_reset(struct usb_port *base, struct failure *why)
{
    (void)base;
    return gone(why);
}

static int64_t fake_now_ms(struct usb_port *base)
{
    return of(base)->now;
}

static void fake_sleep_ms(struct usb_port *base, unsigned ms)
{
    of(base)->now += ms;
}

static int64_t fake_utc_ns(struct usb_port *base)
{
    return of(base)->utc_base_ns + of(base)->now * 1000000;
}

static void fake_close(struct usb_port *base)
{
    of(base)->is_closed = true;
}

static const struct usb_port_ops FLYING = {
    .claim = fake_claim,
    .release = fake_release,
    .control = fake_control,
    .bulk_in = fake_bulk_in,
    .bulk_out = fake_bulk_out,
    .bulk_in_start = fake_queue_start,
    .bulk_in_stop = fake_queue_stop,
    .start = fake_start,
    .finish = fake_finish,
    .clear_halt = fake_clear_halt,
    .reset = fake_reset,
    .now_ms = fake_now_ms,
    .sleep_ms = fake_sleep_ms,
    .utc_ns = fake_utc_ns,
    .close = fake_close,
};

static const struct usb_port_ops GROUNDED = {
    .claim = fake_claim,
    .release = fake_release,
    .control = fake_control,
    .bulk_in = fake_bulk_in,
    .bulk_out = fake_bulk_out,
    .clear_halt = fake_clear_halt,
    .reset = fake_reset,
    .now_ms = fake_now_ms,
    .sleep_ms = fake_sleep_ms,
    .utc_ns = fake_utc_ns,
    .close = fake_close,
};

/* ---- making one ---- */

static void add_endpoint(struct usb_listing *l, uint8_t number, uint8_t address, uint8_t type)
{
    l->endpoints[l->n_endpoints++] = (struct usb_endpoint){
        .address = address, .type = type, .max_packet = 64, .interface_number = number};
}

void fake_port_init(struct fake_port *self, int generation)
{
    memset(self, 0, sizeof *self);
    struct usb_listing *l = &self->base.listing;
    self->base.ops = &FLYING;
    self->utc_base_ns = INT64_C(1718611200) * NS_PER_S; /* 2024-06-17 08:00 UTC */
    l->vendor_id = 0x04D8;
    l->product_id = 0x0057;
    l->generation = 1;
    snprintf(l->serial, sizeof l->serial, "CWA17_39434");
    snprintf(l->product, sizeof l->product, "AX3 Composite Device 1.7");
    snprintf(l->place, sizeof l->place, "1-4.2");
    l->interfaces[l->n_interfaces++] = (struct usb_interface){0, 0x08, 0x06, 0x50};
    l->interfaces[l->n_interfaces++] = (struct usb_interface){1, 0x02, 0x02, 0x01};
    add_endpoint(l, 0, DISK_IN, 2);
    add_endpoint(l, 0, DISK_OUT, 2);
    add_endpoint(l, 1, 0x82, 3);
    uint8_t data = generation == 1 ? 1 : 2;
    if (generation != 1) {
        l->interfaces[l->n_interfaces++] = (struct usb_interface){2, 0x0A, 0x00, 0x00};
    }
    add_endpoint(l, data, SERIAL_OUT, 2);
    add_endpoint(l, data, SERIAL_IN, 2);
    text_init(&self->reply);
    text_init(&self->late);
}

void fake_port_release(struct fake_port *self)
{
    text_release(&self->reply);
    text_release(&self->late);
}

void fake_port_ground(struct fake_port *self)
{
    self->base.ops = &GROUNDED;
}

/* ---- bus ---- */

static enum yk_status bus_list(struct usb_bus *base, struct usb_listing **out, size_t *n,
                               struct failure *why)
{
    *out = mem_alloc(1, sizeof **out);
    if (*out == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "out of memory");
    }
    **out = ((struct fake_bus *)base)->port->base.listing;
    *n = 1;
    return YK_OK;
}

static enum yk_status bus_wait(struct usb_bus *base, unsigned timeout_ms, bool *changed,
                               struct failure *why)
{
    (void)base, (void)timeout_ms, (void)why;
    *changed = false;
    return YK_OK;
}

static enum yk_status bus_open(struct usb_bus *base, const struct usb_listing *which,
                               struct usb_port **out, struct failure *why)
{
    struct fake_port *port = ((struct fake_bus *)base)->port;
    (void)which;
    if (port->is_gone) {
        return gone(why);
    }
    *out = &port->base;
    return YK_OK;
}

static void bus_close(struct usb_bus *base)
{
    (void)base;
}

static const struct usb_bus_ops BUS_OPS = {bus_list, bus_wait, bus_open, bus_close};

void fake_bus_init(struct fake_bus *self, struct fake_port *port)
{
    *self = (struct fake_bus){.base = {.ops = &BUS_OPS, .name = "fake"}, .port = port};
}
