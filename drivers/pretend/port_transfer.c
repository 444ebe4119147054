/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bytes to and from an opened pretend recorder: single transfers, and reads kept in flight. The
 * model does its work in the thread that asks.
 */
#include <string.h>

#include "drivers/pretend/port.h"
#include "src/base/mem.h"

/* One of the reads kept in flight. */
struct flight {
    struct pretend_transfer transfer;
    bool is_done;
    uint8_t *data; /* owned */
    size_t taken;  /* bytes handed out already */
};

struct queue {
    uint8_t endpoint;
    struct flight *flights; /* owned; NULL: no queue */
    size_t n, bytes, next;  /* next: the oldest */
    bool is_broken;         /* one failed: the next read starts them all again */
    struct queue *link;
};

enum yk_status port_gone(const struct pretend_port *self, struct failure *why)
{
    return failure_set(why, YK_ERR_NO_DEVICE, "the recorder in place %s was unplugged",
                       self->base.listing.place);
}

static enum yk_status result_of(const struct pretend_port *self,
                                const struct pretend_transfer *transfer, struct failure *why)
{
    unsigned endpoint = transfer->endpoint;
    switch (transfer->result) {
    case RESULT_OK:
        return YK_OK;
    case RESULT_STALL:
        return failure_set_at(why, YK_ERR_PROTOCOL, 1, "endpoint 0x%02x stalled", endpoint);
    case RESULT_OVERFLOW:
        return failure_set(why, YK_ERR_PROTOCOL, "endpoint 0x%02x sent more than was asked for",
                           endpoint);
    case RESULT_PROTO:
    case RESULT_CRC:
        return failure_set(why, YK_ERR_PROTOCOL, "bus error on endpoint 0x%02x", endpoint);
    case RESULT_CANCELLED:
        return failure_set(why, YK_ERR_TIMEOUT, "no answer on endpoint 0x%02x in time",
                           endpoint);
    case RESULT_GONE:
    default:
        return port_gone(self, why);
    }
}

bool port_lock(struct pretend_port *self)
{
    struct pretend_slot *slot = self->slot;
    (void)pthread_mutex_lock(&slot->lock);
    return pretend_device_state(slot->device) == PRETEND_READY &&
           pretend_device_generation(slot->device) == self->base.listing.generation;
}

void port_unlock(struct pretend_port *self)
{
    pretend_slot_announce(self->slot);
    (void)pthread_mutex_unlock(&self->slot->lock);
}

bool port_wait(struct pretend_slot *slot, const bool *is_done, unsigned timeout_ms)
{
    int64_t until = pretend_device_now_us(slot->device) + (int64_t)timeout_ms * 1000;
    for (;;) {
        pretend_device_poll(slot->device);
        if (*is_done) {
            return true;
        }
        if (pretend_device_now_us(slot->device) >= until) {
            return false;
        }
        pretend_slot_wait(slot, until);
    }
}

/* ---- claims ---- */

static bool is_claimed(const struct pretend_port *self, uint8_t number)
{
    const struct pretend_slot *slot = self->slot;
    return number < USB_INTERFACES_MAX && slot->claim[number].by == &self->base &&
           slot->claim[number].generation == self->base.listing.generation;
}

/* Transfers on an interface that is not claimed are a mistake of the driver's. */
static enum yk_status check_endpoint(const struct pretend_port *self, uint8_t endpoint,
                                     struct failure *why)
{
    const struct usb_listing *listing = &self->base.listing;
    for (size_t i = 0; i < listing->n_endpoints; i++) {
        if (listing->endpoints[i].address == endpoint) {
            return is_claimed(self, listing->endpoints[i].interface_number)
                       ? YK_OK
                       : failure_set(why, YK_ERR_BUSY,
                                     "interface %u was not claimed before its endpoint 0x%02x "
                                     "was used",
                                     listing->endpoints[i].interface_number, endpoint);
        }
    }
    return failure_set(why, YK_ERR_ARGUMENT, "the recorder has no endpoint 0x%02x", endpoint);
}

/* ---- single transfers ---- */

static enum yk_status run(struct pretend_port *self, struct started *one, unsigned timeout_ms,
                          size_t *got, struct failure *why)
{
    one->transfer.user = &one->is_done;
    if (pretend_device_submit(self->slot->device, &one->transfer) != YK_OK) {
        return port_gone(self, why);
    }
    if (!port_wait(self->slot, &one->is_done, timeout_ms)) {
        (void)pretend_device_cancel(self->slot->device, &one->transfer);
    }
    if (got != NULL) {
        *got = one->transfer.actual;
    }
    return result_of(self, &one->transfer, why);
}

enum yk_status port_control(struct usb_port *base, uint8_t request_type, uint8_t request,
                            uint16_t value, uint16_t index, uint8_t *data, uint16_t length,
                            unsigned timeout_ms, size_t *got, struct failure *why)
{
    struct pretend_port *self = port_of(base);
    struct started one = {
        .transfer = {
            .type = TRANSFER_CONTROL,
            .endpoint = request_type & 0x80,
            .setup = {request_type, request, (uint8_t)value, (uint8_t)(value >> 8),
                      (uint8_t)index, (uint8_t)(index >> 8), (uint8_t)length,
                      (uint8_t)(length >> 8)},
            .data = data,
            .length = length,
        }};
    bool is_here = port_lock(self);
    enum yk_status status =
        is_here ? run(self, &one, timeout_ms, got, why) : port_gone(self, why);
    port_unlock(self);
    return status;
}

static enum yk_status bulk(struct pretend_port *self, uint8_t endpoint, uint8_t *data,
                           size_t length, unsigned timeout_ms, size_t *got, struct failure *why)
{
    struct started one = {
        .transfer = {
            .type = TRANSFER_BULK, .endpoint = endpoint, .data = data, .length = length}};
    enum yk_status status = check_endpoint(self, endpoint, why);
    return status == YK_OK ? run(self, &one, timeout_ms, got, why) : status;
}

enum yk_status port_bulk_out(struct usb_port *base, uint8_t endpoint, const uint8_t *data,
                             size_t length, unsigned timeout_ms, size_t *got,
                             struct failure *why)
{
    struct pretend_port *self = port_of(base);
    uint8_t *copy = mem_alloc(length, 1); /* the model's transfers are not const */
    if (copy == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for %zu bytes to send", length);
    }
    memcpy(copy, data, length);
    bool is_here = port_lock(self);
    enum yk_status status = is_here ? bulk(self, endpoint, copy, length, timeout_ms, got, why)
                                    : port_gone(self, why);
    port_unlock(self);
    mem_free(copy);
    return status;
}

/* ---- transfers that go on by themselves ---- */

enum yk_status port_start(struct usb_port *base, uint8_t endpoint, uint8_t *data, size_t length,
                          unsigned *ticket, struct failure *why)
{
    struct pretend_port *self = port_of(base);
    unsigned i = 0;
    while (i < USB_STARTED_MAX && self->started[i].is_used) {
        i++;
    }
    if (i == USB_STARTED_MAX) {
        return failure_set(why, YK_ERR_BUSY, "more than %d transfers in flight",
                           USB_STARTED_MAX);
    }
    struct started *one = &self->started[i];
    bool is_here = port_lock(self);
    enum yk_status status =
        is_here ? check_endpoint(self, endpoint, why) : port_gone(self, why);
    if (status == YK_OK) {
        *one = (struct started){.transfer = {.type = TRANSFER_BULK,
                                             .endpoint = endpoint,
                                             .data = data,
                                             .length = length,
                                             .user = &one->is_done}};
        one->is_used = pretend_device_submit(self->slot->device, &one->transfer) == YK_OK;
        status = one->is_used ? YK_OK : port_gone(self, why);
        *ticket = i;
    }
    port_unlock(self);
    return status;
}

enum yk_status port_finish(struct usb_port *base, unsigned ticket, unsigned timeout_ms,
                           size_t *got, struct failure *why)
{
    struct pretend_port *self = port_of(base);
    if (ticket >= USB_STARTED_MAX || !self->started[ticket].is_used) {
        return failure_set(why, YK_ERR_ARGUMENT, "no transfer %u is in flight", ticket);
    }
    struct started *one = &self->started[ticket];
    (void)port_lock(self);
    if (timeout_ms == 0) { /* taken back at once, unless it is done */
        pretend_device_poll(self->slot->device);
    }
    if (timeout_ms == 0 ? !one->is_done : !port_wait(self->slot, &one->is_done, timeout_ms)) {
        (void)pretend_device_cancel(self->slot->device, &one->transfer);
    }
    one->is_used = false;
    if (got != NULL) {
        *got = one->transfer.actual;
    }
    enum yk_status status = result_of(self, &one->transfer, why);
    port_unlock(self);
    return status;
}

/* ---- reads kept in flight ---- */

static struct queue *queue_of(struct pretend_port *self, uint8_t endpoint)
{
    struct queue *queue = self->queues;
    while (queue != NULL && queue->endpoint != endpoint) {
        queue = queue->link;
    }
    return queue;
}

static bool launch(struct pretend_port *self, struct queue *queue, struct flight *flight)
{
    flight->taken = 0;
    flight->is_done = false;
    flight->transfer = (struct pretend_transfer){.type = TRANSFER_BULK,
                                                 .endpoint = queue->endpoint,
                                                 .data = flight->data,
                                                 .length = queue->bytes,
                                                 .user = &flight->is_done};
    return pretend_device_submit(self->slot->device, &flight->transfer) == YK_OK;
}

static void land_all(struct pretend_port *self, struct queue *queue)
{
    for (size_t i = 0; i < queue->n; i++) {
        (void)pretend_device_cancel(self->slot->device, &queue->flights[i].transfer);
    }
    queue->is_broken = true;
}

static bool launch_all(struct pretend_port *self, struct queue *queue)
{
    queue->next = 0;
    for (size_t i = 0; i < queue->n; i++) {
        queue->flights[i].is_done = false;
    }
    for (size_t i = 0; i < queue->n; i++) {
        if (!launch(self, queue, &queue->flights[i])) {
            land_all(self, queue);
            return false;
        }
    }
    queue->is_broken = false;
    return true;
}

static enum yk_status read_queued(struct pretend_port *self, struct queue *queue, uint8_t *data,
                                  size_t length, unsigned timeout_ms, size_t *got,
                                  struct failure *why)
{
    if (queue->is_broken && !launch_all(self, queue)) {
        return port_gone(self, why);
    }
    struct flight *flight = &queue->flights[queue->next];
    if (!port_wait(self->slot, &flight->is_done, timeout_ms)) {
        return failure_set(why, YK_ERR_TIMEOUT, "no answer on endpoint 0x%02x in time",
                           queue->endpoint);
    }
    size_t left = flight->transfer.actual - flight->taken;
    size_t n = left < length ? left : length;
    memcpy(data, flight->data + flight->taken, n);
    flight->taken += n;
    if (got != NULL) {
        *got = n;
    }
    if (flight->taken < flight->transfer.actual) {
        return YK_OK; /* the rest comes with the next read */
    }
    enum yk_status status = result_of(self, &flight->transfer, why);
    if (status != YK_OK) {
        land_all(self, queue);
        return status;
    }
    queue->next = (queue->next + 1) % queue->n;
    if (!launch(self, queue, flight)) {
        land_all(self, queue);
    }
    return YK_OK;
}

enum yk_status port_bulk_in(struct usb_port *base, uint8_t endpoint, uint8_t *data,
                            size_t length, unsigned timeout_ms, size_t *got,
                            struct failure *why)
{
    struct pretend_port *self = port_of(base);
    struct queue *queue = queue_of(self, endpoint);
    enum yk_status status;
    if (got != NULL) {
        *got = 0;
    }
    if (!port_lock(self)) {
        status = port_gone(self, why);
    } else if (queue != NULL) {
        status = read_queued(self, queue, data, length, timeout_ms, got, why);
    } else {
        status = bulk(self, endpoint, data, length, timeout_ms, got, why);
    }
    port_unlock(self);
    return status;
}

static void free_queue(struct queue *queue)
{
    for (size_t i = 0; queue->flights != NULL && i < queue->n; i++) {
        mem_free(queue->flights[i].data);
    }
    mem_free(queue->flights);
    mem_free(queue);
}

static struct queue *new_queue(uint8_t endpoint, size_t n, size_t bytes)
{
    struct queue *queue = mem_alloc(1, sizeof *queue);
    if (queue == NULL) {
        return NULL;
    }
    *queue = (struct queue){.endpoint = endpoint, .n = n, .bytes = bytes};
    queue->flights = mem_alloc(n, sizeof *queue->flights);
    for (size_t i = 0; queue->flights != NULL && i < n; i++) {
        queue->flights[i].data = mem_alloc(bytes, 1);
        if (queue->flights[i].data == NULL) {
            free_queue(queue);
            return NULL;
        }
    }
    if (queue->flights == NULL) {
        free_queue(queue);
        return NULL;
    }
    return queue;
}

enum yk_status port_bulk_in_start(struct usb_port *base, uint8_t endpoint, size_t n,
                                  size_t bytes, struct failure *why)
{
    struct pretend_port *self = port_of(base);
    if (n == 0 || bytes == 0 || queue_of(self, endpoint) != NULL) {
        return failure_set(why, YK_ERR_ARGUMENT, "endpoint 0x%02x has its reads already",
                           endpoint);
    }
    struct queue *queue = new_queue(endpoint, n, bytes);
    if (queue == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for %zu reads of %zu bytes", n,
                           bytes);
    }
    bool is_here = port_lock(self);
    enum yk_status status =
        is_here ? check_endpoint(self, endpoint, why) : port_gone(self, why);
    if (status == YK_OK && !launch_all(self, queue)) {
        status = port_gone(self, why);
    }
    if (status == YK_OK) {
        queue->link = self->queues;
        self->queues = queue;
    }
    port_unlock(self);
    if (status != YK_OK) {
        free_queue(queue);
    }
    return status;
}

void port_bulk_in_stop(struct usb_port *base, uint8_t endpoint)
{
    struct pretend_port *self = port_of(base);
    struct queue **at = &self->queues;
    while (*at != NULL && (*at)->endpoint != endpoint) {
        at = &(*at)->link;
    }
    struct queue *queue = *at;
    if (queue == NULL) {
        return;
    }
    *at = queue->link;
    (void)port_lock(self);
    land_all(self, queue);
    port_unlock(self);
    free_queue(queue);
}

void port_cancel_all(struct pretend_port *self)
{
    while (self->queues != NULL) {
        port_bulk_in_stop(&self->base, self->queues->endpoint);
    }
    (void)port_lock(self);
    for (size_t i = 0; i < USB_STARTED_MAX; i++) {
        if (self->started[i].is_used) {
            (void)pretend_device_cancel(self->slot->device, &self->started[i].transfer);
        }
    }
    port_unlock(self);
}
