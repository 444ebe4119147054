/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * usbfs's ioctls on a pretend recorder (umock_usbfs.h; Linux drivers/usb/core/devio.c says what
 * they do). Stricter than a kernel in one point: a transfer on an interface that was not
 * claimed fails with EBUSY and is counted.
 */
#include "tests/device/umock_usbfs.h"

#include <errno.h>
#include <linux/usbdevice_fs.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <string.h>
#include <unistd.h>

#include "tests/device/umock_parts.h"

/* ---- transfers ---- */

static void unlink_pending(struct umock_urb *urb)
{
    for (struct umock_urb **at = &urb->connection->pending; *at != NULL; at = &(*at)->next) {
        if (*at == urb) {
            *at = urb->next;
            return;
        }
    }
}

static int status_of(const struct umock_urb *urb, int cancelled)
{
    switch (urb->transfer.result) {
    case RESULT_OK:
        return (urb->flags & USBDEVFS_URB_SHORT_NOT_OK) != 0 &&
                       urb->transfer.actual < urb->transfer.length
                   ? -EREMOTEIO
                   : 0;
    case RESULT_STALL:
        return -EPIPE;
    case RESULT_OVERFLOW:
        return -EOVERFLOW;
    case RESULT_PROTO:
        return -EPROTO;
    case RESULT_CRC:
        return -EILSEQ;
    case RESULT_CANCELLED:
        return cancelled;
    case RESULT_GONE:
    default:
        return -ESHUTDOWN;
    }
}

static struct umock_urb *oldest_on(struct umock_connection *c, uint8_t endpoint)
{
    struct umock_urb *oldest = NULL;
    for (struct umock_urb *urb = c->pending; urb != NULL; urb = urb->next) {
        if (urb->transfer.endpoint == endpoint && urb->transfer.type == TRANSFER_BULK) {
            oldest = urb;
        }
    }
    return oldest;
}

/* From the model, with the lock held. */
static void on_done(void *user, struct pretend_transfer *transfer)
{
    struct umock_device *self = user;
    struct umock_urb *urb = transfer->user;
    struct umock_connection *c = urb->connection;
    urb->status = status_of(urb, -ENOENT);
    unlink_pending(urb);
    urb->next = NULL;
    *c->done_tail = urb;
    c->done_tail = &urb->next;
    /* A large read may be several URBs. When one ends early, usbfs takes those back that are
     * marked as its continuation. */
    if (urb->status == -EREMOTEIO) {
        struct umock_urb *more;
        c->stops_continuation[transfer->endpoint] = true;
        while ((more = oldest_on(c, transfer->endpoint)) != NULL &&
               (more->flags & USBDEVFS_URB_BULK_CONTINUATION) != 0 &&
               pretend_device_cancel(self->model, &more->transfer)) {
            more->status = -ECONNRESET;
        }
    }
    umock_update_ready(self);
}

static gboolean on_timer(gpointer data);

static void arm_timer(struct umock_device *self)
{
    int64_t due = pretend_device_due_us(self->model);
    if (self->timer != NULL) {
        g_source_destroy(self->timer);
        g_source_unref(self->timer);
        self->timer = NULL;
    }
    if (due == INT64_MAX || self->worker == NULL) {
        return;
    }
    self->timer = g_timeout_source_new(1);
    g_source_set_ready_time(self->timer, due);
    g_source_set_callback(self->timer, on_timer, self, NULL);
    g_source_attach(self->timer, self->worker);
}

static gboolean on_timer(gpointer data)
{
    struct umock_device *self = data;
    pthread_mutex_lock(&self->lock);
    pretend_device_poll(self->model);
    arm_timer(self);
    pthread_mutex_unlock(&self->lock);
    return G_SOURCE_REMOVE;
}

/* ENOENT: no such endpoint; EBUSY: not claimed; EREMOTEIO: continues one that ended early. */
static int check_bulk(struct umock_connection *c, const struct usbdevfs_urb *urb)
{
    struct umock_device *self = c->device;
    const struct usb_listing *l = &self->listing;
    size_t i = 0;
    while (i < l->n_endpoints && l->endpoints[i].address != urb->endpoint) {
        i++;
    }
    if (i == l->n_endpoints) {
        return ENOENT;
    }
    if ((c->claimed & 1u << l->endpoints[i].interface_number) == 0) {
        self->stats.unclaimed++;
        return EBUSY;
    }
    if ((urb->flags & USBDEVFS_URB_BULK_CONTINUATION) == 0) {
        c->stops_continuation[urb->endpoint] = false;
    }
    return c->stops_continuation[urb->endpoint] ? EREMOTEIO : 0;
}

/* Copies what the program sends. */
static bool fetch(UMockdevIoctlData *at, uint8_t *data, size_t n)
{
    g_autoptr(UMockdevIoctlData) buffer =
        umockdev_ioctl_data_resolve(at, G_STRUCT_OFFSET(struct usbdevfs_urb, buffer), n, NULL);
    if (buffer == NULL) {
        return false;
    }
    memcpy(data, buffer->data, n);
    return true;
}

static int fill_control(struct umock_urb *urb, size_t length)
{
    struct pretend_transfer *t = &urb->transfer;
    memcpy(t->setup, urb->data, sizeof t->setup);
    size_t want = t->setup[6] | (size_t)t->setup[7] << 8;
    if (want > length - 8) {
        return EINVAL;
    }
    t->type = TRANSFER_CONTROL;
    t->endpoint = t->setup[0] & 0x80;
    t->data = urb->data + 8;
    t->length = want;
    return 0;
}

static int do_submit(struct umock_connection *c, UMockdevIoctlData *arg)
{
    struct umock_device *self = c->device;
    g_autoptr(UMockdevIoctlData) at =
        umockdev_ioctl_data_resolve(arg, 0, sizeof(struct usbdevfs_urb), NULL);
    if (at == NULL) {
        return EFAULT;
    }
    const struct usbdevfs_urb *given = (const struct usbdevfs_urb *)(const void *)at->data;
    bool is_control = given->type == USBDEVFS_URB_TYPE_CONTROL;
    if (given->buffer_length < (is_control ? 8 : 0)) {
        return EINVAL;
    }
    self->stats.submits++;
    int error = is_control ? 0 : check_bulk(c, given);
    if (error != 0) {
        return error;
    }
    size_t length = (size_t)given->buffer_length;
    struct umock_urb *urb = g_malloc0(sizeof *urb + length);
    urb->connection = c;
    urb->address = at->client_addr;
    urb->flags = given->flags;
    urb->transfer.user = urb;
    urb->transfer.data = urb->data;
    urb->transfer.length = length;
    urb->transfer.endpoint = given->endpoint;
    urb->transfer.type =
        given->type == USBDEVFS_URB_TYPE_INTERRUPT ? TRANSFER_INTERRUPT : TRANSFER_BULK;
    bool is_in = (given->endpoint & 0x80) != 0;
    if (length > 0 && (is_control || !is_in) && !fetch(at, urb->data, length)) {
        error = EFAULT;
    }
    if (error == 0 && is_control) {
        error = fill_control(urb, length);
    }
    if (error == 0) {
        urb->next = c->pending;
        c->pending = urb;
        if (pretend_device_submit(self->model, &urb->transfer) == YK_OK) {
            return 0;
        }
        unlink_pending(urb);
        error = ENODEV;
    }
    g_free(urb);
    return error;
}

/* The argument points to a pointer, which is to point to the URB: its address goes there, it is
 * resolved anew from the program's memory, and then as much of its buffer as was filled. */
static int deliver(const struct umock_urb *urb, UMockdevIoctlData *arg)
{
    g_autoptr(UMockdevIoctlData) pointer =
        umockdev_ioctl_data_resolve(arg, 0, sizeof(gulong), NULL);
    if (pointer == NULL) {
        return EFAULT;
    }
    memcpy(pointer->data, &urb->address, sizeof urb->address);
    g_autoptr(UMockdevIoctlData) at =
        umockdev_ioctl_data_resolve(pointer, 0, sizeof(struct usbdevfs_urb), NULL);
    if (at == NULL) {
        return EFAULT;
    }
    struct usbdevfs_urb *out = (struct usbdevfs_urb *)(void *)at->data;
    size_t n = urb->transfer.actual;
    size_t skip = urb->transfer.type == TRANSFER_CONTROL ? 8 : 0;
    out->status = urb->status;
    out->actual_length = (int)n;
    if (n > 0 && (urb->transfer.endpoint & 0x80) != 0) {
        g_autoptr(UMockdevIoctlData) buffer = umockdev_ioctl_data_resolve(
            at, G_STRUCT_OFFSET(struct usbdevfs_urb, buffer), n + skip, NULL);
        if (buffer == NULL) {
            return EFAULT;
        }
        memcpy(buffer->data + skip, urb->transfer.data, n);
    }
    return 0;
}

static int do_reap(struct umock_connection *c, UMockdevIoctlData *arg)
{
    struct umock_device *self = c->device;
    struct umock_urb *urb = c->done;
    if (urb == NULL) {
        return pretend_device_state(self->model) == PRETEND_READY ? EAGAIN : ENODEV;
    }
    c->done = urb->next;
    if (c->done == NULL) {
        c->done_tail = &c->done;
    }
    int error = deliver(urb, arg);
    g_free(urb);
    umock_update_ready(self);
    return error;
}

static int do_discard(struct umock_connection *c, gulong address)
{
    for (struct umock_urb *urb = c->pending; urb != NULL; urb = urb->next) {
        if (urb->address == address) {
            return pretend_device_cancel(c->device->model, &urb->transfer) ? 0 : EINVAL;
        }
    }
    return EINVAL;
}

/* ---- the ioctls ---- */

static int do_inner(struct umock_connection *c, const struct usbdevfs_ioctl *io, long *result)
{
    unsigned code = (unsigned)io->ioctl_code;
    if (code == (unsigned)USBDEVFS_DISCONNECT) {
        return umock_detach_driver(c->device, (unsigned)io->ifno);
    }
    if (code == (unsigned)USBDEVFS_CONNECT) {
        int error = umock_attach_driver(c, (unsigned)io->ifno);
        *result = error == 0 ? 1 : 0; /* as the kernel answers */
        return error;
    }
    return ENOTTY;
}

static UMockdevIoctlData *resolved(UMockdevIoctlData *arg, size_t n)
{
    UMockdevIoctlData *at = umockdev_ioctl_data_resolve(arg, 0, n, NULL);
    if (at == NULL) {
        g_error("an ioctl's argument cannot be read");
    }
    return at;
}

/* Requests whose argument is one unsigned number. */
static int dispatch_number(struct umock_connection *c, gulong request, unsigned number)
{
    switch (request) {
    case USBDEVFS_CLAIMINTERFACE:
        return umock_claim(c, number);
    case USBDEVFS_RELEASEINTERFACE:
        return umock_release(c, number);
    case USBDEVFS_CLEAR_HALT:
        return pretend_device_clear_halt(c->device->model, (uint8_t)number) ? 0 : ENOENT;
    case USBDEVFS_SETCONFIGURATION:
        c->device->stats.configured++;
        return 0;
    default:
        return ENOTTY;
    }
}

static int dispatch(struct umock_connection *c, gulong request, UMockdevIoctlData *arg,
                    long *result)
{
    /* What xhci_hcd offers. */
    static const uint32_t abilities =
        USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_BULK_CONTINUATION |
        USBDEVFS_CAP_NO_PACKET_SIZE_LIM | USBDEVFS_CAP_BULK_SCATTER_GATHER |
        USBDEVFS_CAP_REAP_AFTER_DISCONNECT;
    struct umock_device *self = c->device;
    g_autoptr(UMockdevIoctlData) at = NULL;
    self->stats.ioctls++;
    bool is_reaping = request == USBDEVFS_REAPURB || request == USBDEVFS_REAPURBNDELAY;
    if (!is_reaping && pretend_device_state(self->model) != PRETEND_READY) {
        return ENODEV;
    }
    switch (request) {
    case USBDEVFS_GET_CAPABILITIES:
        at = resolved(arg, sizeof abilities);
        memcpy(at->data, &abilities, sizeof abilities);
        return 0;
    case USBDEVFS_SUBMITURB:
        return do_submit(c, arg);
    case USBDEVFS_REAPURB:
    case USBDEVFS_REAPURBNDELAY:
        return do_reap(c, arg);
    case USBDEVFS_DISCARDURB: {
        gulong address; /* the argument itself */
        memcpy(&address, arg->data, sizeof address);
        return do_discard(c, address);
    }
    case USBDEVFS_GETDRIVER:
        at = resolved(arg, sizeof(struct usbdevfs_getdriver));
        return umock_get_driver(c, (struct usbdevfs_getdriver *)(void *)at->data);
    case USBDEVFS_DISCONNECT_CLAIM: {
        at = resolved(arg, sizeof(struct usbdevfs_disconnect_claim));
        unsigned i = ((struct usbdevfs_disconnect_claim *)(void *)at->data)->interface;
        (void)umock_detach_driver(self, i);
        return umock_claim(c, i);
    }
    case USBDEVFS_IOCTL:
        at = resolved(arg, sizeof(struct usbdevfs_ioctl));
        return do_inner(c, (const struct usbdevfs_ioctl *)(const void *)at->data, result);
    case USBDEVFS_RESET:
        pretend_device_bus_reset(self->model);
        return 0;
    case USBDEVFS_SETINTERFACE:
        return 0;
    default: {
        unsigned number;
        at = resolved(arg, sizeof number);
        memcpy(&number, at->data, sizeof number);
        return dispatch_number(c, request, number);
    }
    }
}

/* ---- connections ---- */

static void free_urbs(struct umock_connection *c)
{
    while (c->pending != NULL &&
           pretend_device_cancel(c->device->model, &c->pending->transfer)) {
    }
    while (c->done != NULL) {
        struct umock_urb *urb = c->done;
        c->done = urb->next;
        g_free(urb);
    }
    c->done_tail = &c->done;
}

/* The program closed the node. (The signal for this is never sent by 0.17.16.) */
static void vanished(gpointer data, GObject *client)
{
    struct umock_connection *c = data;
    struct umock_device *self = c->device;
    (void)client;
    pthread_mutex_lock(&self->lock);
    free_urbs(c);
    for (struct umock_connection **at = &self->connections; *at != NULL; at = &(*at)->next) {
        if (*at == c) {
            *at = c->next;
            break;
        }
    }
    umock_update_ready(self);
    pthread_mutex_unlock(&self->lock);
    g_free(c);
}

static struct umock_connection *connection_of(struct umock_device *self,
                                              UMockdevIoctlClient *client)
{
    for (struct umock_connection *c = self->connections; c != NULL; c = c->next) {
        if (c->client == client) {
            return c;
        }
    }
    struct umock_connection *c = g_new0(struct umock_connection, 1);
    c->device = self;
    c->client = client;
    c->done_tail = &c->done;
    c->next = self->connections;
    self->connections = c;
    g_object_weak_ref(G_OBJECT(client), vanished, c);
    return c;
}

/* A new device reaches the testbed's thread through GLib's locks, which ThreadSanitizer cannot
 * see; this one it can. */
static pthread_mutex_t handover = PTHREAD_MUTEX_INITIALIZER;

static void hand_over(void)
{
    pthread_mutex_lock(&handover);
    pthread_mutex_unlock(&handover);
}

/* On the testbed's own thread. */
static gboolean on_ioctl(UMockdevIoctlBase *base, UMockdevIoctlClient *client, gpointer data)
{
    struct umock_device *self = data;
    long result = 0;
    (void)base;
    hand_over();
    pthread_mutex_lock(&self->lock);
    if (self->worker == NULL) {
        self->worker = g_main_context_ref_thread_default();
    }
    int error = dispatch(connection_of(self, client), umockdev_ioctl_client_get_request(client),
                         umockdev_ioctl_client_get_arg(client), &result);
    arm_timer(self);
    pthread_mutex_unlock(&self->lock);
    umockdev_ioctl_client_complete(client, error != 0 ? -1 : result, error);
    return TRUE;
}

/* ---- life ---- */

void umock_fault(struct umock_device *self, const char *faults)
{
    struct failure why = {0};
    pthread_mutex_lock(&self->lock);
    if (pretend_device_fault(self->model, faults, &why) != YK_OK) {
        g_error("%s", why.text);
    }
    pthread_mutex_unlock(&self->lock);
}

void umock_stats(struct umock_device *self, struct umock_stats *usb,
                 struct pretend_stats *recorder)
{
    pthread_mutex_lock(&self->lock);
    if (usb != NULL) {
        *usb = self->stats;
    }
    if (recorder != NULL) {
        pretend_device_stats(self->model, recorder);
    }
    pthread_mutex_unlock(&self->lock);
}

struct umock_device *umock_new(UMockdevTestbed *testbed,
                               const struct pretend_recorder *recorder, unsigned port)
{
    struct umock_device *self = g_new0(struct umock_device, 1);
    struct failure why = {0};
    g_autofree char *root = umockdev_testbed_get_root_dir(testbed);
    self->testbed = g_object_ref(testbed);
    self->port = port;
    self->address = 1 + port;
    self->pty_master = self->pty_slave = -1;
    pthread_mutex_init(&self->lock, NULL);
    if (pretend_device_new(recorder, on_done, self, &self->model, &why) != YK_OK) {
        g_error("%s", why.text);
    }
    self->node = g_strdup_printf("/dev/bus/usb/001/%03u", self->address);
    self->real_node = g_strconcat(root, self->node, NULL);
    self->hub = g_strdup("/sys/devices/pci0000:00/0000:00:14.0/usb1");
    self->sys = g_strdup_printf("%s/1-%u", self->hub, port);
    for (unsigned i = 0; i < USB_INTERFACES_MAX; i++) {
        self->interface_sys[i] = g_strdup_printf("%s/1-%u:1.%u", self->sys, port, i);
    }
    /* A session leader that opens a terminal gets it as its own, and SIGHUP at the hang-up. */
    if (getsid(0) == getpid()) {
        signal(SIGHUP, SIG_IGN);
    }
    self->handler = umockdev_ioctl_base_new();
    hand_over();
    g_signal_connect(self->handler, "handle-ioctl", G_CALLBACK(on_ioctl), self);
    umockdev_testbed_attach_ioctl(self->testbed, self->node, self->handler, NULL);
    return self;
}

void umock_free(struct umock_device *self)
{
    umock_unplug(self);
    umockdev_testbed_detach_ioctl(self->testbed, self->node, NULL);
    g_signal_handlers_disconnect_by_data(self->handler, self);
    pthread_mutex_lock(&self->lock);
    if (self->timer != NULL) {
        g_source_destroy(self->timer);
        g_source_unref(self->timer);
    }
    while (self->connections != NULL) {
        struct umock_connection *c = self->connections;
        self->connections = c->next;
        g_object_weak_unref(G_OBJECT(c->client), vanished, c);
        free_urbs(c);
        g_free(c);
    }
    pthread_mutex_unlock(&self->lock);
    if (self->worker != NULL) {
        g_main_context_unref(self->worker);
    }
    g_object_unref(self->handler);
    g_object_unref(self->testbed);
    pretend_device_free(self->model);
    pthread_mutex_destroy(&self->lock);
    g_free(self->node);
    g_free(self->real_node);
    g_free(self->hub);
    g_free(self->sys);
    for (size_t i = 0; i < USB_INTERFACES_MAX; i++) {
        g_free(self->interface_sys[i]);
    }
    g_free(self);
}
