/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The endpoints of a pretend recorder and the transfers that wait on them. Whatever the device
 * can move it moves at once, in packets; what it cannot waits for pretend_device_poll().
 */
#include <string.h>

#include "drivers/pretend/parts.h"

enum { TICK_US = 1000000 };

static enum packet packet_in(struct pretend_device *self, int i, uint8_t *at, size_t *n)
{
    return i == EP_DISK_IN     ? disk_model_in(self, at, n)
           : i == EP_SERIAL_IN ? serial_in(self, at, n)
                               : PACKET_NAK;
}

/* Moves packets into one transfer until it ends (true) or the device has nothing now. */
static bool serve_one_in(struct pretend_device *self, int i, struct pretend_transfer *t)
{
    for (;;) {
        uint8_t bounce[PACKET];
        size_t room = t->length - t->actual;
        size_t n = 0;
        uint8_t *at = room >= PACKET ? t->data + t->actual : bounce;
        enum packet packet = packet_in(self, i, at, &n);
        if (self->state != PRETEND_READY || packet == PACKET_NAK) {
            return false;
        }
        if (packet == PACKET_STALL) {
            self->endpoint[i].is_halted = true;
            device_finish(self, t, RESULT_STALL);
            return true;
        }
        if (packet == PACKET_ERROR) {
            device_finish(self, t, self->error);
            return true;
        }
        size_t kept = n < room ? n : room;
        if (at == bounce && kept > 0) {
            memcpy(t->data + t->actual, bounce, kept);
        }
        t->actual += kept;
        if (n > room || n < PACKET || t->actual == t->length) {
            device_finish(self, t, n > room ? RESULT_OVERFLOW : RESULT_OK);
            return true;
        }
    }
}

/* The transfer for which an endpoint's next packet is; NULL: none can go on. Where the endpoint
 * is halted all that wait for it end. */
static struct pretend_transfer *next_to_serve(struct pretend_device *self,
                                              struct endpoint *endpoint)
{
    while (endpoint->first != NULL && self->state == PRETEND_READY &&
           !endpoint->first->is_hung) {
        if (!endpoint->is_halted) {
            return endpoint->first;
        }
        device_finish(self, endpoint->first, RESULT_STALL);
    }
    return NULL;
}

static void serve_in(struct pretend_device *self, int i)
{
    struct pretend_transfer *t = next_to_serve(self, &self->endpoint[i]);
    while (t != NULL && serve_one_in(self, i, t)) {
        t = next_to_serve(self, &self->endpoint[i]);
    }
}

static void serve_out(struct pretend_device *self, int i)
{
    struct endpoint *endpoint = &self->endpoint[i];
    for (struct pretend_transfer *t; (t = next_to_serve(self, endpoint)) != NULL;) {
        size_t left = t->length - t->actual;
        size_t n = left < PACKET ? left : PACKET;
        enum packet packet = i == EP_DISK_OUT ? disk_model_out(self, t->data + t->actual, n)
                                              : serial_out(self, t->data + t->actual, n);
        if (self->state != PRETEND_READY || packet == PACKET_NAK) {
            return;
        }
        if (packet == PACKET_STALL) {
            endpoint->is_halted = true;
            continue;
        }
        t->actual += n;
        if (t->actual == t->length) {
            device_finish(self, t, RESULT_OK);
        }
    }
}

/* The 1 Hz clock, as often as it has struck since the last look. */
static void tick(struct pretend_device *self)
{
    while (self->tick_us <= pretend_device_now_us(self)) {
        self->tick_us += TICK_US;
        actions_tick(self);
    }
    actions_poll(self);
}

void pretend_device_poll(struct pretend_device *self)
{
    if (self->is_serving) {
        self->serve_again = true;
        return;
    }
    self->is_serving = true;
    do {
        self->serve_again = false;
        if (pretend_device_state(self) != PRETEND_READY) {
            break;
        }
        tick(self);
        if (self->busy_us > pretend_device_now_us(self)) {
            break;
        }
        serial_poll(self);
        serve_out(self, EP_SERIAL_OUT);
        serve_out(self, EP_DISK_OUT);
        serve_in(self, EP_DISK_IN);
        serve_in(self, EP_SERIAL_IN);
    } while (self->serve_again);
    self->is_serving = false;
}

int64_t pretend_device_due_us(const struct pretend_device *self)
{
    int64_t now = pretend_device_now_us(self);
    int64_t due = self->change_us;
    if (self->state != PRETEND_READY) {
        return due;
    }
    int64_t others[] = {
        self->busy_us > now ? self->busy_us : INT64_MAX,
        self->disk.ready_us > now ? self->disk.ready_us : INT64_MAX,
        self->action.kind != ACTION_NONE && !self->action.is_printing ? self->tick_us
                                                                      : INT64_MAX,
        self->busy_us > now ? INT64_MAX : serial_due_us(self),
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        due = others[i] < due ? others[i] : due;
    }
    return due;
}

static void submit_control(struct pretend_device *self, struct pretend_transfer *transfer)
{
    if (transfer->is_hung || self->busy_us > pretend_device_now_us(self)) {
        return;
    }
    int n = control_request(self, transfer->setup, transfer->data, transfer->length);
    if (self->has_cleared) { /* what was halted goes on */
        self->has_cleared = false;
        pretend_device_poll(self);
    }
    if (n == CONTROL_GONE || n == CONTROL_HANG) {
        return; /* ended already, or never */
    }
    transfer->actual = n > 0 ? (size_t)n : 0;
    device_finish(self, transfer, n == CONTROL_STALL ? RESULT_STALL : RESULT_OK);
}

/* A fault of this transfer, whatever it is for. True: it is over. */
static bool spoil_transfer(struct pretend_device *self, struct pretend_transfer *transfer)
{
    const struct pretend_fault *fault =
        pretend_fault_due(&self->faults, PLACE_TRANSFER, PRETEND_ANY, NULL);
    if (fault == NULL) {
        return false;
    }
    switch ((int)fault->what) {
    case WHAT_UNPLUG:
        device_vanish(self);
        return true;
    case WHAT_HANG:
        transfer->is_hung = true;
        return false;
    case WHAT_STALL:
        device_finish(self, transfer, RESULT_STALL);
        return true;
    default:
        device_finish(self, transfer,
                      fault->what == WHAT_PROTO ? RESULT_PROTO
                      : fault->what == WHAT_CRC ? RESULT_CRC
                                                : RESULT_OVERFLOW);
        return true;
    }
}

enum yk_status pretend_device_submit(struct pretend_device *self,
                                     struct pretend_transfer *transfer)
{
    pretend_device_poll(self);
    if (self->state != PRETEND_READY) {
        return YK_ERR_NO_DEVICE;
    }
    struct endpoint *endpoint =
        transfer->type == TRANSFER_CONTROL ? NULL : device_endpoint(self, transfer->endpoint);
    if (endpoint == NULL && transfer->type != TRANSFER_CONTROL) {
        return YK_ERR_ARGUMENT;
    }
    transfer->actual = 0;
    transfer->result = RESULT_OK;
    transfer->is_hung = false;
    transfer->next = NULL;
    self->stats.transfers++;
    if (endpoint == NULL) {
        transfer->next = self->control_first;
        self->control_first = transfer;
        if (!spoil_transfer(self, transfer)) {
            submit_control(self, transfer);
        }
        return YK_OK;
    }
    if (endpoint->last != NULL) {
        endpoint->last->next = transfer;
    } else {
        endpoint->first = transfer;
    }
    endpoint->last = transfer;
    if (!spoil_transfer(self, transfer)) {
        pretend_device_poll(self);
    }
    return YK_OK;
}

bool pretend_device_cancel(struct pretend_device *self, struct pretend_transfer *transfer)
{
    struct endpoint *endpoint =
        transfer->type == TRANSFER_CONTROL ? NULL : device_endpoint(self, transfer->endpoint);
    struct pretend_transfer *at = endpoint != NULL ? endpoint->first : self->control_first;
    while (at != NULL && at != transfer) {
        at = at->next;
    }
    if (at == NULL) {
        return false;
    }
    device_finish(self, transfer, RESULT_CANCELLED);
    return true;
}

bool pretend_device_clear_halt(struct pretend_device *self, uint8_t address)
{
    bool is_there = device_clear_halt(self, address);
    if (is_there) {
        pretend_device_poll(self);
    }
    return is_there;
}

void pretend_device_bus_reset(struct pretend_device *self)
{
    disk_model_reset(self);
    for (int i = 0; i < EP_N; i++) {
        self->endpoint[i].is_halted = false;
    }
    self->serial.is_hung = false;
    self->serial.n_line = 0;
    pretend_device_poll(self);
}
