/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The real USB bus: what is attached, told by libusb and by sysfs (strings, and who uses the
 * device), without opening anything that need not be. Changes come from libusb's hot-plug
 * events, or from looking twice a second where the system has none.
 */
#include "drivers/usb_libusb.h"

#include <libusb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drivers/usb_sysfs.h"
#include "src/base/clock.h"
#include "src/base/mem.h"

#define LOOK_MS 500
#define ACCESS_LOOK_MS 2000 /* for what no event tells: a disk unmounted, a rule installed */
#define PORTS_DEEP 7        /* USB 3.2, 4.2.5: at most five hubs in a row; libusb gives 7 */

/* One attached device, for as long as it stays. */
struct attached {
    libusb_device *device; /* referenced: the pointer stands for this attachment */
    struct usb_listing listing;
    struct usb_presence *presence;
    uint8_t bus_number, address;
    bool is_seen; /* while listing */
};

struct libusb_bus {
    struct usb_bus base;
    libusb_context *context;
    libusb_hotplug_callback_handle handle;
    bool has_events;
    atomic_bool changed; /* set by the event */
    struct usb_sysfs sysfs;
    pthread_mutex_t lock; /* everything below */
    struct attached *devices;
    size_t n, capacity;
    uint64_t next_generation;
    uint64_t fingerprint; /* of what the last listing gave */
    int64_t looked_ns;
};

/* ---- one device's listing ---- */

/* "1-4.2" as in sysfs. Without hub ports ("1-0:12") where the system does not know them. */
static void name_place(libusb_device *device, struct usb_listing *out)
{
    uint8_t ports[PORTS_DEEP];
    int n = libusb_get_port_numbers(device, ports, PORTS_DEEP);
    size_t used = (size_t)snprintf(out->place, sizeof out->place, "%u-",
                                   (unsigned)libusb_get_bus_number(device));
    for (int i = 0; i < n && used < sizeof out->place; i++) {
        used += (size_t)snprintf(out->place + used, sizeof out->place - used, "%s%u",
                                 i > 0 ? "." : "", (unsigned)ports[i]);
    }
    if (n <= 0) {
        snprintf(out->place + used, sizeof out->place - used, "0:%u",
                 (unsigned)libusb_get_device_address(device));
    }
}

static void list_interface(const struct libusb_interface_descriptor *d, struct usb_listing *out)
{
    if (out->n_interfaces == USB_INTERFACES_MAX) {
        return;
    }
    out->interfaces[out->n_interfaces++] = (struct usb_interface){
        .number = d->bInterfaceNumber,
        .class_code = d->bInterfaceClass,
        .subclass = d->bInterfaceSubClass,
        .protocol = d->bInterfaceProtocol,
    };
    for (uint8_t k = 0; k < d->bNumEndpoints && out->n_endpoints < USB_ENDPOINTS_MAX; k++) {
        const struct libusb_endpoint_descriptor *e = &d->endpoint[k];
        out->endpoints[out->n_endpoints++] = (struct usb_endpoint){
            .address = e->bEndpointAddress,
            .type = e->bmAttributes & 3,
            .max_packet = e->wMaxPacketSize,
            .interface_number = d->bInterfaceNumber,
        };
    }
}

static bool list_descriptors(libusb_device *device, struct usb_listing *out,
                             struct libusb_device_descriptor *d)
{
    struct libusb_config_descriptor *config = NULL;
    if (libusb_get_device_descriptor(device, d) != 0) {
        return false;
    }
    out->vendor_id = d->idVendor;
    out->product_id = d->idProduct;
    out->bcd_device = d->bcdDevice;
    if (libusb_get_active_config_descriptor(device, &config) != 0) {
        return false;
    }
    for (uint8_t i = 0; i < config->bNumInterfaces; i++) {
        if (config->interface[i].num_altsetting > 0) {
            list_interface(&config->interface[i].altsetting[0], out);
        }
    }
    libusb_free_config_descriptor(config);
    return true;
}

static void read_string(libusb_device_handle *handle, uint8_t index, char *out)
{
    unsigned char raw[256];
    int n = index != 0 ? libusb_get_string_descriptor_ascii(handle, index, raw, sizeof raw) : 0;
    if (n > 0) {
        usb_text_trim(out, USB_TEXT_BYTES, (const char *)raw, strnlen((char *)raw, (size_t)n));
    }
}

/* The kernel read the strings when the device came; only where it gives none is the device
 * itself asked. */
static void list_strings(const struct libusb_bus *self, libusb_device *device,
                         const struct libusb_device_descriptor *d, struct usb_listing *out)
{
    bool has_serial =
        usb_sysfs_text(&self->sysfs, out->place, "serial", out->serial, sizeof out->serial);
    bool has_product =
        usb_sysfs_text(&self->sysfs, out->place, "product", out->product, sizeof out->product);
    usb_sysfs_text(&self->sysfs, out->place, "manufacturer", out->maker, sizeof out->maker);
    libusb_device_handle *handle = NULL;
    if ((d->iSerialNumber == 0 || has_serial) && (d->iProduct == 0 || has_product)) {
        return;
    }
    if (libusb_open(device, &handle) == 0) {
        read_string(handle, d->iSerialNumber, out->serial);
        read_string(handle, d->iProduct, out->product);
        read_string(handle, d->iManufacturer, out->maker);
        libusb_close(handle);
    }
}

static void list_access(const struct libusb_bus *self, struct attached *device)
{
    struct usb_listing *out = &device->listing;
    char node[64];
    if (out->n_interfaces == 0) {
        out->access = USB_ACCESS_UNREADABLE;
        return;
    }
    snprintf(node, sizeof node, "/dev/bus/usb/%03u/%03u", (unsigned)device->bus_number,
             (unsigned)device->address);
    out->mounted_at[0] = '\0';
    bool is_mounted =
        usb_sysfs_mounted_at(&self->sysfs, out->place, out->mounted_at, sizeof out->mounted_at);
    bool is_ours = atomic_load(&device->presence->n_open) > 0;
    if (access(node, R_OK | W_OK) != 0) {
        out->access = USB_ACCESS_DENIED;
    } else if (!is_ours && usb_sysfs_is_claimed(&self->sysfs, out->place)) {
        out->access = USB_ACCESS_CLAIMED;
    } else {
        out->access = is_mounted ? USB_ACCESS_MOUNTED : USB_ACCESS_OK;
    }
}

/* ---- the list ---- */

static void forget(struct attached *device)
{
    libusb_unref_device(device->device);
    usb_presence_drop(device->presence);
}

/* YK_OK also for a device that is left out. */
static enum yk_status note_device(struct libusb_bus *self, libusb_device *device,
                                  struct failure *why)
{
    for (size_t i = 0; i < self->n; i++) {
        if (self->devices[i].device == device) {
            self->devices[i].is_seen = true;
            return YK_OK;
        }
    }
    struct libusb_device_descriptor d = {.bDeviceClass = 0};
    struct usb_listing listing = {.generation = 0};
    name_place(device, &listing);
    bool is_read = list_descriptors(device, &listing, &d);
    if (d.bDeviceClass == LIBUSB_CLASS_HUB) {
        return YK_OK;
    }
    struct usb_presence *presence = usb_presence_new();
    if (presence == NULL || MEM_RESERVE(self->devices, self->n, self->capacity) != 0) {
        usb_presence_drop(presence);
        return failure_set(why, YK_ERR_MEMORY, "out of memory listing USB devices");
    }
    if (is_read) {
        list_strings(self, device, &d, &listing);
    }
    listing.generation = ++self->next_generation;
    self->devices[self->n++] = (struct attached){
        .device = libusb_ref_device(device),
        .listing = listing,
        .presence = presence,
        .bus_number = libusb_get_bus_number(device),
        .address = libusb_get_device_address(device),
        .is_seen = true,
    };
    return YK_OK;
}

static enum yk_status look(struct libusb_bus *self, struct failure *why)
{
    libusb_device **found = NULL;
    ssize_t n = libusb_get_device_list(self->context, &found);
    if (n < 0) {
        return usb_libusb_failure(why, (int)n, "listing USB devices");
    }
    enum yk_status status = YK_OK;
    for (size_t i = 0; i < self->n; i++) {
        self->devices[i].is_seen = false;
    }
    for (ssize_t i = 0; i < n && status == YK_OK; i++) {
        status = note_device(self, found[i], why);
    }
    libusb_free_device_list(found, 1);
    size_t kept = 0;
    for (size_t i = 0; i < self->n && status == YK_OK; i++) {
        if (!self->devices[i].is_seen) {
            forget(&self->devices[i]);
        } else {
            list_access(self, &self->devices[i]);
            self->devices[kept++] = self->devices[i];
        }
    }
    self->n = status == YK_OK ? kept : self->n;
    self->looked_ns = clock_monotonic_ns();
    return status;
}

/* FNV-1a over what a user of the list would act on. */
static uint64_t fingerprint(const struct libusb_bus *self)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < self->n; i++) {
        const struct usb_listing *l = &self->devices[i].listing;
        hash = (hash ^ l->generation) * UINT64_C(1099511628211);
        hash = (hash ^ (uint64_t)l->access) * UINT64_C(1099511628211);
        hash = (hash ^ (l->mounted_at[0] != '\0')) * UINT64_C(1099511628211);
    }
    return hash;
}

/* "1-2" before "1-10": numbers in a place are compared as numbers. */
static int compare_places(const void *a, const void *b)
{
    return strverscmp(((const struct usb_listing *)a)->place,
                      ((const struct usb_listing *)b)->place);
}

static enum yk_status bus_list(struct usb_bus *base, struct usb_listing **out, size_t *n,
                               struct failure *why)
{
    struct libusb_bus *self = (struct libusb_bus *)base;
    struct usb_listing *copy = NULL;
    size_t count = 0;
    pthread_mutex_lock(&self->lock);
    enum yk_status status = look(self, why);
    if (status == YK_OK) {
        copy = mem_alloc(self->n, sizeof *copy);
        count = self->n;
        status = copy != NULL ? YK_OK
                              : failure_set(why, YK_ERR_MEMORY,
                                            "out of memory listing %zu USB devices", self->n);
    }
    if (status == YK_OK) {
        for (size_t i = 0; i < count; i++) {
            copy[i] = self->devices[i].listing;
        }
        self->fingerprint = fingerprint(self);
    }
    pthread_mutex_unlock(&self->lock);
    if (status != YK_OK) {
        return status;
    }
    qsort(copy, count, sizeof *copy, compare_places);
    *out = copy;
    *n = count;
    return YK_OK;
}

/* ---- waiting ---- */

static int on_event(libusb_context *context, libusb_device *device, libusb_hotplug_event event,
                    void *user)
{
    (void)context;
    (void)device;
    (void)event;
    atomic_store(&((struct libusb_bus *)user)->changed, true);
    return 0;
}

/* Whether a new look gives another list than the last one given out. */
static bool is_different(struct libusb_bus *self)
{
    pthread_mutex_lock(&self->lock);
    bool is_new = look(self, NULL) == YK_OK && fingerprint(self) != self->fingerprint;
    pthread_mutex_unlock(&self->lock);
    return is_new;
}

static bool is_look_due(struct libusb_bus *self)
{
    pthread_mutex_lock(&self->lock);
    int64_t since_ms = (clock_monotonic_ns() - self->looked_ns) / 1000000;
    pthread_mutex_unlock(&self->lock);
    return since_ms >= (self->has_events ? ACCESS_LOOK_MS : LOOK_MS);
}

static enum yk_status bus_wait(struct usb_bus *base, unsigned timeout_ms, bool *changed,
                               struct failure *why)
{
    struct libusb_bus *self = (struct libusb_bus *)base;
    int64_t end = clock_monotonic_ns() + (int64_t)timeout_ms * 1000000;
    for (;;) {
        int64_t left_ms = (end - clock_monotonic_ns()) / 1000000;
        long step = left_ms < 0 ? 0 : left_ms < LOOK_MS ? (long)left_ms : LOOK_MS;
        struct timeval tv = {.tv_sec = 0, .tv_usec = step * 1000};
        int code = libusb_handle_events_timeout_completed(self->context, &tv, NULL);
        if (code != 0 && code != LIBUSB_ERROR_INTERRUPTED && code != LIBUSB_ERROR_TIMEOUT) {
            return usb_libusb_failure(why, code, "waiting for USB devices");
        }
        bool is_new = atomic_exchange(&self->changed, false);
        if (!is_new && is_look_due(self)) {
            is_new = is_different(self);
        }
        /* A signal ends the wait early: whoever waits may have been asked to stop. */
        if (is_new || code == LIBUSB_ERROR_INTERRUPTED || clock_monotonic_ns() >= end) {
            *changed = is_new;
            return YK_OK;
        }
    }
}

/* ---- open and close ---- */

static enum yk_status bus_open(struct usb_bus *base, const struct usb_listing *which,
                               struct usb_port **out, struct failure *why)
{
    struct libusb_bus *self = (struct libusb_bus *)base;
    struct usb_presence *presence = NULL;
    uint8_t bus_number = 0, address = 0;
    pthread_mutex_lock(&self->lock);
    enum yk_status status = look(self, why);
    for (size_t i = 0; i < self->n && status == YK_OK; i++) {
        const struct attached *d = &self->devices[i];
        if (d->listing.generation == which->generation) {
            presence = usb_presence_share(d->presence);
            bus_number = d->bus_number;
            address = d->address;
        }
    }
    pthread_mutex_unlock(&self->lock);
    if (status != YK_OK) {
        return status;
    }
    if (presence == NULL) {
        return failure_set(why, YK_ERR_NO_DEVICE,
                           "%s: the device that was listed is gone; plug it in again",
                           which->place);
    }
    status = usb_libusb_port_open(which, bus_number, address, presence, out, why);
    usb_presence_drop(presence);
    return status;
}

static void bus_close(struct usb_bus *base)
{
    struct libusb_bus *self = (struct libusb_bus *)base;
    if (self->has_events) {
        libusb_hotplug_deregister_callback(self->context, self->handle);
    }
    for (size_t i = 0; i < self->n; i++) {
        forget(&self->devices[i]);
    }
    mem_free(self->devices);
    libusb_exit(self->context);
    pthread_mutex_destroy(&self->lock);
    mem_free(self);
}

static const struct usb_bus_ops LIBUSB_OPS = {bus_list, bus_wait, bus_open, bus_close};

enum yk_status usb_libusb_open(struct usb_bus **out, struct failure *why)
{
    struct libusb_bus *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "out of memory opening USB");
    }
    int code = libusb_init(&self->context);
    if (code != 0) {
        mem_free(self);
        return failure_set(why, YK_ERR_UNSUPPORTED,
                           "this system has no USB that can be used (%s); recordings can still "
                           "be read as files",
                           libusb_strerror(code));
    }
    self->base = (struct usb_bus){.ops = &LIBUSB_OPS, .name = "libusb"};
    self->sysfs = usb_sysfs_system();
    atomic_init(&self->changed, false);
    pthread_mutex_init(&self->lock, NULL);
    self->has_events =
        libusb_has_capability(LIBUSB_CAP_HAS_HOTPLUG) != 0 &&
        libusb_hotplug_register_callback(
            self->context,
            LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT, 0,
            LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY,
            on_event, self, &self->handle) == 0;
    *out = &self->base;
    return YK_OK;
}
