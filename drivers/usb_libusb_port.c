/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One opened device by libusb. Everything is an asynchronous transfer; the calls that wait pump
 * the events of the port's own context until theirs is done. libusb's own time-outs are not
 * used: a transfer is taken back when its caller has waited long enough, so that one that was
 * finished while nobody looked is never lost.
 *
 * A transfer is freed only after the library has given it back, or after the device is closed.
 */
#include "drivers/usb_libusb.h"

#include <libusb.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "drivers/usb_sysfs.h"
#include "src/base/clock.h"
#include "src/base/mem.h"

#define FLIGHTS (USB_STARTED_MAX + 1) /* one is for bulk_in and bulk_out */
#define QUEUES 2
#define QUEUE_MAX 32
#define TAKE_BACK_MS 3000 /* for the system to give a cancelled transfer back */
#define CLASS_MASS_STORAGE 8

/* One transfer of start(). */
struct flight {
    struct libusb_transfer *transfer; /* made at first use */
    int is_done;
    bool is_used;
};

enum queued_state { QUEUED_IDLE, QUEUED_FLYING, QUEUED_DONE };

/* One read of a queue. */
struct queued {
    struct libusb_transfer *transfer;
    uint8_t *data;
    enum queued_state state;
    int is_done; /* set by the library's callback */
    size_t given;
};

/* Reads kept in flight on one endpoint, in a ring: the oldest is at head. */
struct queue {
    struct queued *ring; /* NULL: not in use */
    size_t n, head;
    uint8_t endpoint;
    bool is_stopped; /* after an error; started again by the next read */
};

struct libusb_port {
    struct usb_port base;
    libusb_context *context;
    libusb_device_handle *handle;
    struct usb_presence *presence;
    struct flight flights[FLIGHTS];
    struct queue queues[QUEUES];
    bool is_claimed[256], is_detached[256]; /* by interface number */
    bool is_stuck; /* the system did not give a transfer back: only close is left */
};

static struct libusb_port *of(struct usb_port *base)
{
    return (struct libusb_port *)base;
}

static int64_t now_ms(void)
{
    return clock_monotonic_ns() / 1000000;
}

static enum yk_status fail(const struct libusb_port *self, int code, const char *doing,
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
        int64_t left = end_ms - now_ms();
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
    pump(self, is_done, now_ms() + TAKE_BACK_MS);
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
    return fail(self, code, doing, why);
}

static enum yk_status refuse_stuck(const struct libusb_port *self, struct failure *why)
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
        return refuse_stuck(self, why);
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
        return fail(self, code, (endpoint & 0x80) != 0 ? "reading" : "writing", why);
    }
    f->is_used = true;
    *ticket = (unsigned)i;
    return YK_OK;
}

static enum yk_status port_start(struct usb_port *base, uint8_t endpoint, uint8_t *data,
                                 size_t length, unsigned *ticket, struct failure *why)
{
    return launch(of(base), 0, USB_STARTED_MAX, endpoint, data, length, ticket, why);
}

static enum yk_status port_finish(struct usb_port *base, unsigned ticket, unsigned timeout_ms,
                                  size_t *got, struct failure *why)
{
    struct libusb_port *self = of(base);
    if (ticket >= FLIGHTS || !self->flights[ticket].is_used) {
        return failure_set(why, YK_ERR_ARGUMENT, "USB device %s: no transfer %u in flight",
                           base->listing.place, ticket);
    }
    struct flight *f = &self->flights[ticket];
    if (!f->is_done) {
        pump(self, &f->is_done, now_ms() + timeout_ms);
    }
    if (!f->is_done && !take_back(self, f->transfer, &f->is_done)) {
        return refuse_stuck(self, why); /* stays used: its buffer may not be touched */
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
    return status == YK_OK ? port_finish(&self->base, ticket, timeout_ms, got, why) : status;
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
    return code == 0 ? YK_OK : fail(self, code, "queueing a read", why);
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
            pump(self, &q->is_done, now_ms() + TAKE_BACK_MS);
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
    int64_t end = now_ms() + timeout_ms;
    do {
        struct queued *q = &queue->ring[queue->head];
        if (self->is_stuck) {
            return refuse_stuck(self, why);
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
    } while (now_ms() < end);
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

static void port_bulk_in_stop(struct usb_port *base, uint8_t endpoint)
{
    struct libusb_port *self = of(base);
    struct queue *queue = queue_of(self, endpoint);
    if (queue != NULL) {
        halt_queue(self, queue);
        if (!self->is_stuck) { /* else its buffers stay until close */
            free_queue(queue);
        }
    }
}

static enum yk_status port_bulk_in_start(struct usb_port *base, uint8_t endpoint, size_t n,
                                         size_t bytes, struct failure *why)
{
    struct libusb_port *self = of(base);
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
        port_bulk_in_stop(base, endpoint);
    }
    return status;
}

/* ---- the rest ---- */

static enum yk_status port_bulk_in(struct usb_port *base, uint8_t endpoint, uint8_t *data,
                                   size_t length, unsigned timeout_ms, size_t *got,
                                   struct failure *why)
{
    size_t unused = 0;
    got = got != NULL ? got : &unused;
    *got = 0;
    struct queue *queue = queue_of(of(base), endpoint);
    return queue != NULL ? read_queue(of(base), queue, data, length, timeout_ms, got, why)
                         : bulk(of(base), endpoint, data, length, timeout_ms, got, why);
}

static enum yk_status port_bulk_out(struct usb_port *base, uint8_t endpoint,
                                    const uint8_t *data, size_t length, unsigned timeout_ms,
                                    size_t *got, struct failure *why)
{
    /* libusb's one pointer type serves both directions; it does not write to this one. */
    union {
        const uint8_t *in;
        uint8_t *out;
    } pointer = {.in = data};
    return bulk(of(base), endpoint, pointer.out, length, timeout_ms, got, why);
}

static enum yk_status port_control(struct usb_port *base, uint8_t request_type, uint8_t request,
                                   uint16_t value, uint16_t index, uint8_t *data,
                                   uint16_t length, unsigned timeout_ms, size_t *got,
                                   struct failure *why)
{
    struct libusb_port *self = of(base);
    if (self->is_stuck) {
        return refuse_stuck(self, why);
    }
    int n = libusb_control_transfer(self->handle, request_type, request, value, index, data,
                                    length, timeout_ms > 0 ? timeout_ms : 1);
    if (n < 0) {
        char doing[48];
        snprintf(doing, sizeof doing, "control request 0x%02x", (unsigned)request);
        return fail(self, n, doing, why);
    }
    if (got != NULL) {
        *got = (size_t)n;
    }
    return YK_OK;
}

static enum yk_status port_clear_halt(struct usb_port *base, uint8_t endpoint,
                                      struct failure *why)
{
    int code = libusb_clear_halt(of(base)->handle, endpoint);
    return code == 0 ? YK_OK : fail(of(base), code, "clearing a stall", why);
}

static enum yk_status port_reset(struct usb_port *base, struct failure *why)
{
    int code = libusb_reset_device(of(base)->handle);
    return code == 0 ? YK_OK : fail(of(base), code, "resetting", why);
}

static bool is_storage(const struct usb_listing *listing, uint8_t interface_number)
{
    for (size_t i = 0; i < listing->n_interfaces; i++) {
        if (listing->interfaces[i].number == interface_number) {
            return listing->interfaces[i].class_code == CLASS_MASS_STORAGE;
        }
    }
    return false;
}

static enum yk_status port_claim(struct usb_port *base, uint8_t interface_number,
                                 struct failure *why)
{
    struct libusb_port *self = of(base);
    struct usb_sysfs sysfs = usb_sysfs_system();
    char where[256], doing[48];
    if (self->is_claimed[interface_number]) {
        return YK_OK;
    }
    /* Looked at now, not when listed: a desktop mounts within the second. */
    if (is_storage(&base->listing, interface_number) &&
        usb_sysfs_mounted_at(&sysfs, base->listing.place, where, sizeof where)) {
        return failure_set(why, YK_ERR_BUSY,
                           "the disk of USB device %s is mounted at %s; unmount it first "
                           "(nothing on it is lost)",
                           base->listing.place, where);
    }
    if (libusb_kernel_driver_active(self->handle, interface_number) == 1 &&
        libusb_detach_kernel_driver(self->handle, interface_number) == 0) {
        self->is_detached[interface_number] = true;
    }
    int code = libusb_claim_interface(self->handle, interface_number);
    if (code != 0) {
        snprintf(doing, sizeof doing, "taking interface %u", (unsigned)interface_number);
        return fail(self, code, doing, why);
    }
    self->is_claimed[interface_number] = true;
    return YK_OK;
}

static void port_release(struct usb_port *base, uint8_t interface_number)
{
    struct libusb_port *self = of(base);
    if (self->is_claimed[interface_number]) {
        libusb_release_interface(self->handle, interface_number);
        self->is_claimed[interface_number] = false;
    }
}

static int64_t port_now_ms(struct usb_port *base)
{
    (void)base;
    return now_ms();
}

static void port_sleep_ms(struct usb_port *base, unsigned ms)
{
    (void)base;
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    while (nanosleep(&left, &left) != 0) { /* a signal came: sleep the rest */
    }
}

static void port_close(struct usb_port *base)
{
    struct libusb_port *self = of(base);
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
    /* All interfaces first: cdc_acm wants both of its own when it comes back. */
    for (unsigned i = 0; i < 256; i++) {
        port_release(base, (uint8_t)i);
    }
    for (int i = 0; i < 256; i++) {
        if (self->is_detached[i]) {
            libusb_attach_kernel_driver(self->handle, i);
        }
    }
    libusb_close(self->handle);
    for (size_t i = 0; i < FLIGHTS; i++) {
        libusb_free_transfer(self->flights[i].transfer);
    }
    for (size_t i = 0; i < QUEUES; i++) {
        free_queue(&self->queues[i]);
    }
    libusb_exit(self->context);
    atomic_fetch_sub(&self->presence->n_open, 1);
    usb_presence_drop(self->presence);
    mem_free(self);
}

static const struct usb_port_ops PORT_OPS = {
    .claim = port_claim,
    .release = port_release,
    .control = port_control,
    .bulk_in = port_bulk_in,
    .bulk_out = port_bulk_out,
    .bulk_in_start = port_bulk_in_start,
    .bulk_in_stop = port_bulk_in_stop,
    .start = port_start,
    .finish = port_finish,
    .clear_halt = port_clear_halt,
    .reset = port_reset,
    .now_ms = port_now_ms,
    .sleep_ms = port_sleep_ms,
    .close = port_close,
};

/* The device at an address, opened; LIBUSB_ERROR_NO_DEVICE when another one is there now. */
static int open_at(libusb_context *context, const struct usb_listing *listing,
                   uint8_t bus_number, uint8_t address, libusb_device_handle **out)
{
    libusb_device **found = NULL;
    ssize_t n = libusb_get_device_list(context, &found);
    int code = n < 0 ? (int)n : LIBUSB_ERROR_NO_DEVICE;
    for (ssize_t i = 0; i < n; i++) {
        struct libusb_device_descriptor d;
        if (libusb_get_bus_number(found[i]) == bus_number &&
            libusb_get_device_address(found[i]) == address &&
            libusb_get_device_descriptor(found[i], &d) == 0 &&
            d.idVendor == listing->vendor_id && d.idProduct == listing->product_id) {
            code = libusb_open(found[i], out);
            break;
        }
    }
    if (n >= 0) {
        libusb_free_device_list(found, 1);
    }
    return code;
}

enum yk_status usb_libusb_port_open(const struct usb_listing *listing, uint8_t bus_number,
                                    uint8_t address, struct usb_presence *presence,
                                    struct usb_port **out, struct failure *why)
{
    struct libusb_port *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "out of memory opening USB device %s",
                           listing->place);
    }
    self->base = (struct usb_port){.ops = &PORT_OPS, .listing = *listing};
    int code = libusb_init(&self->context);
    if (code == 0) {
        code = open_at(self->context, listing, bus_number, address, &self->handle);
        if (code != 0) {
            libusb_exit(self->context);
        }
    }
    if (code != 0) {
        enum yk_status status = fail(self, code, "opening", why);
        mem_free(self);
        return status;
    }
    self->presence = usb_presence_share(presence);
    atomic_fetch_add(&presence->n_open, 1);
    *out = &self->base;
    return YK_OK;
}
