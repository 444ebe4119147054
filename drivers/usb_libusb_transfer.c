/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bytes to and from an opened device by libusb: single transfers, and queues of reads.
 * Everything is an asynchronous transfer; the calls that wait pump the events of the port's own
 * context until theirs is done. libusb's own time-outs are not used: a transfer is taken back
 * when its caller has waited long enough, so that one that was finished while nobody looked is
 * never lost.
 *
 * A transfer is freed only after the library has given it back, or after the device is closed.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "drivers/usb_libusb_parts.h"
#include "src/base/clock.h"
#include "src/base/mem.h"

#define QUEUE_MAX 32
#define TAKE_BACK_MS 3000 /* for the system to give a cancelled transfer back */

int64_t usb_libusb_now_ms(void)
{
    return clock_monotonic_ns() / 1000000;
}

enum yk_status usb_libusb_failure(struct failure *why, int code, const char *doing)
{
    static const struct {
        int code;
        enum yk_status status;
        const char *text;
    } known[] = {
        {LIBUSB_ERROR_ACCESS, YK_ERR_ACCESS,
         "permission denied; install 70-yoake.rules (make install), then plug it in again"},
        {LIBUSB_ERROR_NO_DEVICE, YK_ERR_NO_DEVICE, "the device is gone; plug it in again"},
        {LIBUSB_ERROR_NOT_FOUND, YK_ERR_NO_DEVICE, "not there any more; plug it in again"},
        {LIBUSB_ERROR_BUSY, YK_ERR_BUSY,
         "another program holds the device; close that program (OmGui, a terminal program)"},
        {LIBUSB_ERROR_TIMEOUT, YK_ERR_TIMEOUT, "no answer in time"},
        {LIBUSB_ERROR_OVERFLOW, YK_ERR_PROTOCOL, "the device sent more than was asked for"},
        {LIBUSB_ERROR_NO_MEM, YK_ERR_MEMORY,
         "out of memory, or too many devices on this USB controller"},
        {LIBUSB_ERROR_NOT_SUPPORTED, YK_ERR_UNSUPPORTED, "this system has no USB"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i].code == code) {
            return failure_set(why, known[i].status, "%s: %s", doing, known[i].text);
        }
    }
    if (code == LIBUSB_ERROR_PIPE) {
        return failure_set_at(why, YK_ERR_PROTOCOL, 1, "%s: the device refused (stall)", doing);
    }
    return failure_set(why, YK_ERR_IO, "%s: %s", doing, libusb_strerror(code));
}

enum yk_status usb_libusb_fail(const struct libusb_port *self, int code, const char *doing,
                               struct failure *why)
{
    char text[160];
    snprintf(text, sizeof text, "USB device %s: %s", self->base.listing.place, doing);
    return usb_libusb_failure(why, code, text);
}

/* ---- events ---- */

static void LIBUSB_CALL on_done(struct libusb_transfer *transfer)
{
    *(int *)transfer->user_data = 1;
}

/* Handles events until *is_done or the time is up. */
static void pump(struct libusb_port *self, int *is_done, int64_t end_ms)
{
    for (;;) {
        int64_t left = end_ms - usb_libusb_now_ms();
        long ms = *is_done || left < 0 ? 0 : left > 60000 ? 60000 : (long)left;
        struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
        int code = libusb_handle_events_timeout_completed(self->context, &tv, is_done);
        if (*is_done || left <= 0) {
            return;
        }
        if (code != 0 && code != LIBUSB_ERROR_INTERRUPTED) {
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL); /* do not spin */
        }
    }
}

/* Takes a transfer back and waits until it is. False: the system does not give it. */
static bool take_back(struct libusb_port *self, struct libusb_transfer *transfer, int *is_done)
{
    libusb_cancel_transfer(transfer);
    pump(self, is_done, usb_libusb_now_ms() + TAKE_BACK_MS);
    self->is_stuck = self->is_stuck || !*is_done;
    return *is_done != 0;
}

/* libusb's error code that says the same as a transfer's status. */
static int code_of(enum libusb_transfer_status status)
{
    static const int code[] = {
        [LIBUSB_TRANSFER_COMPLETED] = LIBUSB_SUCCESS,
        [LIBUSB_TRANSFER_ERROR] = LIBUSB_ERROR_IO,
        [LIBUSB_TRANSFER_TIMED_OUT] = LIBUSB_ERROR_TIMEOUT,
        [LIBUSB_TRANSFER_CANCELLED] = LIBUSB_ERROR_TIMEOUT,
        [LIBUSB_TRANSFER_STALL] = LIBUSB_ERROR_PIPE,
        [LIBUSB_TRANSFER_NO_DEVICE] = LIBUSB_ERROR_NO_DEVICE,
        [LIBUSB_TRANSFER_OVERFLOW] = LIBUSB_ERROR_OVERFLOW,
    };
    return (size_t)status < sizeof code / sizeof *code ? code[status] : LIBUSB_ERROR_IO;
}

static enum yk_status status_of_transfer(const struct libusb_port *self,
                                         const struct libusb_transfer *transfer,
                                         struct failure *why)
{
    int code = code_of(transfer->status);
    char doing[64];
    if (code == 0) {
        return YK_OK;
    }
    snprintf(doing, sizeof doing, "%s endpoint 0x%02x",
             (transfer->endpoint & 0x80) != 0 ? "reading" : "writing",
             (unsigned)transfer->endpoint);
    if (code == LIBUSB_ERROR_IO) { /* wrong bits on the wire: cable, hub, or being pulled out */
        return failure_set(why, YK_ERR_PROTOCOL,
                           "USB device %s: %s: bytes came damaged; check cable and hub",
                           self->base.listing.place, doing);
    }
    return usb_libusb_fail(self, code, doing, why);
}

enum yk_status usb_libusb_refuse_stuck(const struct libusb_port *self, struct failure *why)
{
    return failure_set(why, YK_ERR_IO,
                       "USB device %s: the system does not give a transfer back; unplug the "
                       "device and plug it in again",
                       self->base.listing.place);
}

/* ---- single transfers ---- */

static enum yk_status launch(struct libusb_port *self, size_t from, size_t until,
                             uint8_t endpoint, uint8_t *data, size_t length, unsigned *ticket,
                             struct failure *why)
{
    if (self->is_stuck) {
        return usb_libusb_refuse_stuck(self, why);
    }
    size_t i = from;
    while (i < until && self->flights[i].is_used) {
        i++;
    }
    if (i == until || length > INT32_MAX) {
        return failure_set(why, YK_ERR_BUSY, "USB device %s: too many transfers in flight",
                           self->base.listing.place);
    }
    struct flight *f = &self->flights[i];
    if (f->transfer == NULL) {
        f->transfer = libusb_alloc_transfer(0);
    }
    if (f->transfer == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "out of memory talking to USB device %s",
                           self->base.listing.place);
    }
    libusb_fill_bulk_transfer(f->transfer, self->handle, endpoint, data, (int)length, on_done,
                              &f->is_done, 0);
    f->is_done = 0;
    int code = libusb_submit_transfer(f->transfer);
    if (code != 0) {
        return usb_libusb_fail(self, code, (endpoint & 0x80) != 0 ? "reading" : "writing", why);
    }
    f->is_used = true;
    *ticket = (unsigned)i;
    return YK_OK;
}

enum yk_status usb_libusb_start(struct usb_port *base, uint8_t endpoint, uint8_t *data,
                                size_t length, unsigned *ticket, struct failure *why)
{
    return launch(libusb_port_of(base), 0, USB_STARTED_MAX, endpoint, data, length, ticket,
                  why);
}

enum yk_status usb_libusb_finish(struct usb_port *base, unsigned ticket, unsigned timeout_ms,
                                 size_t *got, struct failure *why)
{
    struct libusb_port *self = libusb_port_of(base);
    if (ticket >= FLIGHTS || !self->flights[ticket].is_used) {
        return failure_set(why, YK_ERR_ARGUMENT, "USB device %s: no transfer %u in flight",
                           base->listing.place, ticket);
    }
    struct flight *f = &self->flights[ticket];
    if (!f->is_done) {
        pump(self, &f->is_done, usb_libusb_now_ms() + timeout_ms);
    }
    if (!f->is_done && !take_back(self, f->transfer, &f->is_done)) {
        return usb_libusb_refuse_stuck(self,
                                       why); /* stays used: its buffer may not be touched */
    }
    f->is_used = false;
    if (got != NULL) {
        *got = (size_t)f->transfer->actual_length;
    }
    return status_of_transfer(self, f->transfer, why);
}

static enum yk_status bulk(struct libusb_port *self, uint8_t endpoint, uint8_t *data,
                           size_t length, unsigned timeout_ms, size_t *got, struct failure *why)
{
    unsigned ticket = 0;
    if (got != NULL) {
        *got = 0;
    }
    enum yk_status status =
        launch(self, USB_STARTED_MAX, FLIGHTS, endpoint, data, length, &ticket, why);
    return status == YK_OK ? usb_libusb_finish(&self->base, ticket, timeout_ms, got, why)
                           : status;
}

/* ---- queues ---- */

static struct queue *queue_of(struct libusb_port *self, uint8_t endpoint)
{
    for (size_t i = 0; i < QUEUES; i++) {
        if (self->queues[i].ring != NULL && self->queues[i].endpoint == endpoint) {
            return &self->queues[i];
        }
    }
    return NULL;
}

static enum yk_status submit(struct libusb_port *self, struct queued *q, struct failure *why)
{
    q->is_done = 0;
    q->given = 0;
    int code = libusb_submit_transfer(q->transfer);
    q->state = code == 0 ? QUEUED_FLYING : QUEUED_IDLE;
    return code == 0 ? YK_OK : usb_libusb_fail(self, code, "queueing a read", why);
}

/* Puts all idle reads in flight, oldest first. */
static enum yk_status fill_queue(struct libusb_port *self, struct queue *queue,
                                 struct failure *why)
{
    queue->is_stopped = false;
    for (size_t i = 0; i < queue->n; i++) {
        struct queued *q = &queue->ring[(queue->head + i) % queue->n];
        enum yk_status status = q->state == QUEUED_IDLE ? submit(self, q, why) : YK_OK;
        if (status != YK_OK) {
            queue->is_stopped = true;
            return status;
        }
    }
    return YK_OK;
}

/* Takes the reads in flight back. What had come with them stays to be read. */
static void halt_queue(struct libusb_port *self, struct queue *queue)
{
    for (size_t i = 0; i < queue->n; i++) {
        struct queued *q = &queue->ring[(queue->head + i) % queue->n];
        if (q->state == QUEUED_FLYING && !q->is_done) {
            libusb_cancel_transfer(q->transfer);
        }
    }
    for (size_t i = 0; i < queue->n; i++) {
        struct queued *q = &queue->ring[(queue->head + i) % queue->n];
        if (q->state != QUEUED_FLYING) {
            continue;
        }
        if (!q->is_done) {
            pump(self, &q->is_done, usb_libusb_now_ms() + TAKE_BACK_MS);
        }
        self->is_stuck = self->is_stuck || !q->is_done;
        if (q->is_done) {
            q->state = q->transfer->actual_length > 0 ? QUEUED_DONE : QUEUED_IDLE;
        }
    }
    queue->is_stopped = true;
}

/* The oldest read, and what became of it: gives bytes, or says why there are none. */
static enum yk_status take_head(struct libusb_port *self, struct queue *queue, uint8_t *data,
                                size_t length, size_t *got, struct failure *why)
{
    struct queued *q = &queue->ring[queue->head];
    size_t left = (size_t)q->transfer->actual_length - q->given;
    size_t n = left < length ? left : length;
    memcpy(data, q->data + q->given, n);
    q->given += n;
    *got = n;
    if (q->given < (size_t)q->transfer->actual_length) {
        return YK_OK;
    }
    enum yk_status status = YK_OK;
    if (q->transfer->status != LIBUSB_TRANSFER_COMPLETED &&
        q->transfer->status != LIBUSB_TRANSFER_CANCELLED) {
        status = status_of_transfer(self, q->transfer, why);
    }
    q->state = QUEUED_IDLE;
    queue->head = (queue->head + 1) % queue->n;
    if (status != YK_OK) {
        halt_queue(self, queue);
    } else if (!queue->is_stopped) {
        /* A refusal shows at the next read, when there is nothing in flight. */
        queue->is_stopped = submit(self, q, NULL) != YK_OK;
    }
    return status;
}

static enum yk_status read_queue(struct libusb_port *self, struct queue *queue, uint8_t *data,
                                 size_t length, unsigned timeout_ms, size_t *got,
                                 struct failure *why)
{
    int64_t end = usb_libusb_now_ms() + timeout_ms;
    do {
        struct queued *q = &queue->ring[queue->head];
        if (self->is_stuck) {
            return usb_libusb_refuse_stuck(self, why);
        }
        if (q->state == QUEUED_IDLE) {
            enum yk_status status = fill_queue(self, queue, why);
            if (status != YK_OK) {
                return status;
            }
        }
        if (q->state == QUEUED_FLYING) {
            pump(self, &q->is_done, end);
            if (!q->is_done) {
                break;
            }
            q->state = QUEUED_DONE;
        }
        enum yk_status status = take_head(self, queue, data, length, got, why);
        if (status != YK_OK || *got > 0) {
            return status;
        } /* else an empty packet, which only ends a transfer */
    } while (usb_libusb_now_ms() < end);
    return failure_set(why, YK_ERR_TIMEOUT, "USB device %s: nothing came for %u ms",
                       self->base.listing.place, timeout_ms);
}

static void free_queue(struct queue *queue)
{
    for (size_t i = 0; i < queue->n && queue->ring != NULL; i++) {
        libusb_free_transfer(queue->ring[i].transfer);
        mem_free(queue->ring[i].data);
    }
    mem_free(queue->ring);
    *queue = (struct queue){.ring = NULL};
}

void usb_libusb_bulk_in_stop(struct usb_port *base, uint8_t endpoint)
{
    struct libusb_port *self = libusb_port_of(base);
    struct queue *queue = queue_of(self, endpoint);
    if (queue != NULL) {
        halt_queue(self, queue);
        if (!self->is_stuck) { /* else its buffers stay until close */
            free_queue(queue);
        }
    }
}

enum yk_status usb_libusb_bulk_in_start(struct usb_port *base, uint8_t endpoint, size_t n,
                                        size_t bytes, struct failure *why)
{
    struct libusb_port *self = libusb_port_of(base);
    struct queue *queue = NULL;
    for (size_t i = 0; i < QUEUES; i++) {
        queue = queue == NULL && self->queues[i].ring == NULL ? &self->queues[i] : queue;
    }
    if (queue == NULL || queue_of(self, endpoint) != NULL || n == 0 || n > QUEUE_MAX ||
        bytes == 0 || bytes > 1 << 24) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "USB device %s: %zu reads of %zu bytes cannot be queued",
                           base->listing.place, n, bytes);
    }
    struct queued *ring = mem_alloc(n, sizeof *ring);
    *queue = (struct queue){.ring = ring, .n = n, .endpoint = endpoint};
    bool is_short = ring == NULL;
    for (size_t i = 0; i < n && !is_short; i++) {
        ring[i].transfer = libusb_alloc_transfer(0);
        ring[i].data = mem_alloc(bytes, 1);
        is_short = ring[i].transfer == NULL || ring[i].data == NULL;
        if (!is_short) {
            libusb_fill_bulk_transfer(ring[i].transfer, self->handle, endpoint, ring[i].data,
                                      (int)bytes, on_done, &ring[i].is_done, 0);
        }
    }
    if (is_short) {
        free_queue(queue);
        return failure_set(why, YK_ERR_MEMORY, "out of memory talking to USB device %s",
                           base->listing.place);
    }
    enum yk_status status = fill_queue(self, queue, why);
    if (status != YK_OK) {
        usb_libusb_bulk_in_stop(base, endpoint);
    }
    return status;
}

enum yk_status usb_libusb_bulk_in(struct usb_port *base, uint8_t endpoint, uint8_t *data,
                                  size_t length, unsigned timeout_ms, size_t *got,
                                  struct failure *why)
{
    size_t unused = 0;
    got = got != NULL ? got : &unused;
    *got = 0;
    struct queue *queue = queue_of(libusb_port_of(base), endpoint);
    return queue != NULL
               ? read_queue(libusb_port_of(base), queue, data, length, timeout_ms, got, why)
               : bulk(libusb_port_of(base), endpoint, data, length, timeout_ms, got, why);
}

enum yk_status usb_libusb_bulk_out(struct usb_port *base, uint8_t endpoint, const uint8_t *data,
                                   size_t length, unsigned timeout_ms, size_t *got,
                                   struct failure *why)
{
    /* libusb's one pointer type serves both directions; it does not write to this one. */
    union {
        const uint8_t *in;
        uint8_t *out;
    } pointer = {.in = data};
    return bulk(libusb_port_of(base), endpoint, pointer.out, length, timeout_ms, got, why);
}

/* ---- closing ---- */

void usb_libusb_take_all_back(struct libusb_port *self)
{
    for (size_t i = 0; i < FLIGHTS; i++) {
        struct flight *f = &self->flights[i];
        if (f->is_used && !f->is_done) {
            take_back(self, f->transfer, &f->is_done);
        }
    }
    for (size_t i = 0; i < QUEUES; i++) {
        if (self->queues[i].ring != NULL) {
            halt_queue(self, &self->queues[i]);
        }
    }
}

void usb_libusb_free_all(struct libusb_port *self)
{
    for (size_t i = 0; i < FLIGHTS; i++) {
        libusb_free_transfer(self->flights[i].transfer);
    }
    for (size_t i = 0; i < QUEUES; i++) {
        free_queue(&self->queues[i]);
    }
}
