/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/recorder_bus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/base/mem.h"

static struct recorder_bus *self_of(struct usb_bus *bus)
{
    return (struct recorder_bus *)(void *)bus;
}

static enum yk_status bus_list(struct usb_bus *bus, struct usb_listing **out, size_t *n,
                               struct failure *why)
{
    struct recorder_bus *self = self_of(bus);
    struct usb_listing *list = mem_alloc(RECORDER_BUS_MAX, sizeof *list);
    size_t count = 0;
    if (list == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for a list");
    }
    pthread_mutex_lock(&self->lock);
    for (size_t i = 0; i < self->n; i++) {
        if (self->places[i].is_present) {
            list[count++] = self->places[i].listing;
        }
    }
    pthread_mutex_unlock(&self->lock);
    *out = list;
    *n = count;
    return YK_OK;
}

static enum yk_status bus_wait(struct usb_bus *bus, unsigned timeout_ms, bool *changed,
                               struct failure *why)
{
    struct recorder_bus *self = self_of(bus);
    struct timespec until;
    (void)why;
    clock_gettime(CLOCK_REALTIME, &until);
    long ns = until.tv_nsec + (long)(timeout_ms < 20 ? timeout_ms : 20) * 1000000L;
    until.tv_sec += ns / 1000000000L;
    until.tv_nsec = ns % 1000000000L;
    pthread_mutex_lock(&self->lock);
    if (!self->has_changed) {
        pthread_cond_timedwait(&self->wake, &self->lock, &until);
    }
    *changed = true; /* list again each time: what a bay is through with can be used again */
    self->has_changed = false;
    pthread_mutex_unlock(&self->lock);
    return YK_OK;
}

static enum yk_status bus_open(struct usb_bus *bus, const struct usb_listing *which,
                               struct usb_port **out, struct failure *why)
{
    (void)bus;
    (void)which;
    (void)out;
    return failure_set(why, YK_ERR_UNSUPPORTED, "fake recorders have no ports");
}

static void bus_close(struct usb_bus *bus)
{
    (void)bus;
}

static const struct usb_bus_ops bus_ops = {bus_list, bus_wait, bus_open, bus_close};

/* ---- the driver ---- */

static void on_close(struct fake_recorder *recorder, void *user)
{
    struct recorder_bus *self = user;
    pthread_mutex_lock(&self->lock);
    for (size_t i = 0; i < self->n; i++) {
        if (self->places[i].opened == recorder) {
            self->places[i].model.led = recorder->led;
            self->places[i].opened = NULL;
        }
    }
    pthread_mutex_unlock(&self->lock);
}

static enum yk_status open_place(struct recorder_bus *self, struct recorder_place *place,
                                 uint64_t generation, struct dock_device **out,
                                 struct failure *why)
{
    place->n_opened++;
    if (!place->is_present || place->listing.generation != generation) {
        return failure_set(why, YK_ERR_NO_DEVICE, "it is gone");
    }
    if (place->n_opened <= place->opens_fail) {
        return failure_set(why, YK_ERR_TIMEOUT, "no answer yet");
    }
    if (place->open_status != YK_OK) {
        return failure_set(why, place->open_status, "it cannot be opened");
    }
    struct fake_recorder *copy = calloc(1, sizeof *copy);
    if (copy == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory");
    }
    memcpy(copy, &place->model, sizeof *copy);
    copy->is_heap = true;
    copy->on_close = on_close;
    copy->user = self;
    place->opened = copy;
    *out = &copy->device;
    return YK_OK;
}

static enum yk_status driver_open(const struct dock_slot *slot, struct job *job,
                                  struct dock_device **out, struct failure *why)
{
    struct recorder_bus *self = self_of(slot->bus);
    enum yk_status status = failure_set(why, YK_ERR_NO_DEVICE, "no such place");
    (void)job;
    pthread_mutex_lock(&self->lock);
    for (size_t i = 0; i < self->n; i++) {
        if (strcmp(self->places[i].listing.place, slot->listing.place) == 0) {
            status = open_place(self, &self->places[i], slot->listing.generation, out, why);
        }
    }
    pthread_mutex_unlock(&self->lock);
    return status;
}

static const struct dock_driver driver = {
    .id = "fake", .name = "fake recorder", .open = driver_open};

const struct dock_driver *recorder_bus_find_driver(const struct usb_listing *listing,
                                                   enum dock_match *match)
{
    *match = listing->product_id == 0x003C ? DOCK_MATCH_BOOTLOADER : DOCK_MATCH_YES;
    return &driver;
}

/* ---- the test's side ---- */

void recorder_bus_init(struct recorder_bus *self)
{
    memset(self, 0, sizeof *self);
    self->bus.ops = &bus_ops;
    self->bus.name = "fake";
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->wake, NULL);
}

void recorder_bus_release(struct recorder_bus *self)
{
    pthread_cond_destroy(&self->wake);
    pthread_mutex_destroy(&self->lock);
}

struct recorder_place *recorder_bus_add(struct recorder_bus *self, const void *at, size_t n)
{
    struct recorder_place *place = &self->places[self->n];
    fake_recorder_init(&place->model, at, n);
    snprintf(place->listing.place, sizeof place->listing.place, "1-%zu", ++self->n);
    memcpy(place->listing.serial, place->model.identity.usb_serial,
           sizeof place->model.identity.usb_serial);
    place->listing.vendor_id = 0x04D8;
    place->listing.product_id = 0x0057;
    place->listing.generation = ++self->generation;
    place->is_present = true;
    return place;
}

static void change(struct recorder_bus *self)
{
    self->has_changed = true;
    pthread_cond_broadcast(&self->wake);
}

void recorder_bus_unplug(struct recorder_bus *self, size_t i)
{
    pthread_mutex_lock(&self->lock);
    self->places[i].is_present = false;
    if (self->places[i].opened != NULL) {
        atomic_store(&self->places[i].opened->unplug_at, 0);
    }
    change(self);
    pthread_mutex_unlock(&self->lock);
}

void recorder_bus_plug(struct recorder_bus *self, size_t i)
{
    pthread_mutex_lock(&self->lock);
    self->places[i].is_present = true;
    self->places[i].listing.generation = ++self->generation;
    change(self);
    pthread_mutex_unlock(&self->lock);
}

void recorder_bus_boot(struct recorder_bus *self, size_t i)
{
    pthread_mutex_lock(&self->lock);
    self->places[i].listing.product_id = 0x0057;
    self->places[i].listing.generation = ++self->generation;
    change(self);
    pthread_mutex_unlock(&self->lock);
}
