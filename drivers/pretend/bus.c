/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A bus of pretend recorders in this process (pretend.h): listing, hot-plug, opening. What an
 * opened one does is in port.c.
 */
#include "drivers/pretend/bus.h"

#include <stdio.h>
#include <string.h>

#include "src/base/mem.h"

/* Ends of transfers: whoever waits for one looks at its own. */
static void on_done(void *user, struct pretend_transfer *transfer)
{
    struct pretend_slot *slot = user;
    bool *is_done = transfer->user;
    *is_done = true;
    (void)pthread_cond_broadcast(&slot->moved);
}

/* ---- operations ---- */

static struct pretend_bus *bus_of(struct usb_bus *bus)
{
    return (struct pretend_bus *)bus;
}

static enum yk_status bus_list(struct usb_bus *base, struct usb_listing **out, size_t *n,
                               struct failure *why)
{
    struct pretend_bus *self = bus_of(base);
    struct usb_listing *list = mem_alloc(self->n, sizeof *list);
    size_t found = 0;
    if (list == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for a list of %zu recorders",
                           self->n);
    }
    for (size_t i = 0; i < self->n; i++) {
        struct pretend_slot *slot = &self->slots[i];
        (void)pthread_mutex_lock(&slot->lock);
        if (pretend_device_state(slot->device) != PRETEND_ABSENT) {
            struct usb_listing *one = &list[found++];
            pretend_device_listing(slot->device, one);
            (void)snprintf(one->place, sizeof one->place, "0-%zu", i + 1);
        }
        pretend_slot_announce(slot);
        (void)pthread_mutex_unlock(&slot->lock);
    }
    *out = list;
    *n = found;
    return YK_OK;
}

/* Lets every recorder notice what its time brought; when the next one changes by itself. */
static int64_t look_at_slots(struct pretend_bus *self)
{
    int64_t soonest_us = INT64_MAX;
    for (size_t i = 0; i < self->n; i++) {
        struct pretend_slot *slot = &self->slots[i];
        (void)pthread_mutex_lock(&slot->lock);
        pretend_slot_announce(slot);
        int64_t due = pretend_device_due_us(slot->device);
        bool changes_itself = slot->state_seen != PRETEND_READY && due != INT64_MAX;
        if (changes_itself && slot->skips_waits) {
            pretend_device_skip(slot->device, due - pretend_device_now_us(slot->device));
            pretend_slot_announce(slot);
        } else if (due != INT64_MAX) {
            int64_t us = due - pretend_device_now_us(slot->device);
            us = us > 1000 ? us : 1000;
            soonest_us = us < soonest_us ? us : soonest_us;
        }
        (void)pthread_mutex_unlock(&slot->lock);
    }
    return soonest_us;
}

static enum yk_status bus_wait(struct usb_bus *base, unsigned timeout_ms, bool *changed,
                               struct failure *why)
{
    struct pretend_bus *self = bus_of(base);
    int64_t until_us = clock_monotonic_ns() / 1000 + (int64_t)timeout_ms * 1000;
    (void)why;
    for (;;) {
        int64_t soonest_us = look_at_slots(self);
        (void)pthread_mutex_lock(&self->lock);
        bool is_changed = self->changes != self->told;
        int64_t left_us = until_us - clock_monotonic_ns() / 1000;
        if (!is_changed && left_us > 0) {
            pretend_cond_wait(&self->changed, &self->lock,
                              left_us < soonest_us ? left_us : soonest_us);
            is_changed = self->changes != self->told;
        }
        self->told = self->changes;
        (void)pthread_mutex_unlock(&self->lock);
        if (is_changed || left_us <= 0) {
            *changed = is_changed;
            return YK_OK;
        }
    }
}

static enum yk_status bus_open(struct usb_bus *base, const struct usb_listing *which,
                               struct usb_port **out, struct failure *why)
{
    struct pretend_bus *self = bus_of(base);
    for (size_t i = 0; i < self->n; i++) {
        char place[sizeof which->place];
        (void)snprintf(place, sizeof place, "0-%zu", i + 1);
        if (strcmp(place, which->place) == 0) {
            struct pretend_slot *slot = &self->slots[i];
            (void)pthread_mutex_lock(&slot->lock);
            enum yk_status status = pretend_port_open(slot, which, out, why);
            (void)pthread_mutex_unlock(&slot->lock);
            return status;
        }
    }
    return failure_set(why, YK_ERR_NO_DEVICE, "there is no place %s on this bus", which->place);
}

static void bus_close(struct usb_bus *base)
{
    struct pretend_bus *self = bus_of(base);
    for (size_t i = 0; i < self->n; i++) {
        struct pretend_slot *slot = &self->slots[i];
        pretend_device_free(slot->device);
        (void)pthread_mutex_destroy(&slot->lock);
        (void)pthread_cond_destroy(&slot->moved);
    }
    (void)pthread_mutex_destroy(&self->lock);
    (void)pthread_cond_destroy(&self->changed);
    mem_free(self->slots);
    mem_free(self);
}

static const struct usb_bus_ops bus_ops = {
    .list = bus_list, .wait = bus_wait, .open = bus_open, .close = bus_close};

/* ---- making one ---- */

static enum yk_status check(const struct pretend_recorder *recorder, struct failure *why)
{
    const char *model = recorder->model;
    if (model != NULL && strcmp(model, "AX3") != 0 && strcmp(model, "AX6") != 0) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "there is no pretend recorder of model '%s': AX3 and AX6 exist",
                           model);
    }
    if (recorder->device_id > UINT32_MAX || recorder->firmware < 0 ||
        recorder->firmware > 255) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "device id %llu or firmware %d is not one of an AX3 or AX6",
                           (unsigned long long)recorder->device_id, recorder->firmware);
    }
    return YK_OK;
}

enum yk_status pretend_bus_open(const struct pretend_recorder *recorders, size_t n,
                                struct usb_bus **out, struct failure *why)
{
    struct pretend_bus *self = mem_alloc(1, sizeof *self);
    struct pretend_slot *slots = mem_alloc(n, sizeof *slots);
    if (self == NULL || slots == NULL) {
        mem_free(self);
        mem_free(slots);
        return failure_set(why, YK_ERR_MEMORY, "no memory for %zu pretend recorders", n);
    }
    self->base = (struct usb_bus){&bus_ops, "pretend"};
    self->slots = slots;
    (void)pthread_mutex_init(&self->lock, NULL);
    pretend_cond_init(&self->changed);
    for (size_t i = 0; i < n; i++) {
        struct pretend_slot *slot = &slots[i];
        enum yk_status status = check(&recorders[i], why);
        if (status == YK_OK) {
            status = pretend_device_new(&recorders[i], on_done, slot, &slot->device, why);
        }
        if (status != YK_OK) {
            bus_close(&self->base);
            return status;
        }
        slot->bus = self;
        slot->skips_waits = recorders[i].skips_waits;
        (void)pthread_mutex_init(&slot->lock, NULL);
        pretend_cond_init(&slot->moved);
        self->n = i + 1;
        pretend_device_plug(slot->device);
    }
    *out = &self->base;
    return YK_OK;
}

static struct pretend_slot *lock_slot(struct usb_bus *bus, size_t i)
{
    struct pretend_slot *slot = &bus_of(bus)->slots[i];
    (void)pthread_mutex_lock(&slot->lock);
    return slot;
}

static void unlock_slot(struct pretend_slot *slot)
{
    pretend_slot_announce(slot);
    (void)pthread_cond_broadcast(&slot->moved);
    (void)pthread_mutex_unlock(&slot->lock);
}

void pretend_unplug(struct usb_bus *bus, size_t i)
{
    struct pretend_slot *slot = lock_slot(bus, i);
    pretend_device_unplug(slot->device);
    unlock_slot(slot);
}

void pretend_plug(struct usb_bus *bus, size_t i)
{
    struct pretend_slot *slot = lock_slot(bus, i);
    pretend_device_plug(slot->device);
    unlock_slot(slot);
}

void pretend_pass(struct usb_bus *bus, size_t i, int64_t ns)
{
    struct pretend_slot *slot = lock_slot(bus, i);
    pretend_device_skip(slot->device, ns / 1000);
    unlock_slot(slot);
}

enum yk_status pretend_fault(struct usb_bus *bus, size_t i, const char *faults,
                             struct failure *why)
{
    struct pretend_slot *slot = lock_slot(bus, i);
    enum yk_status status = pretend_device_fault(slot->device, faults, why);
    unlock_slot(slot);
    return status;
}

void pretend_stats(struct usb_bus *bus, size_t i, struct pretend_stats *out)
{
    struct pretend_slot *slot = lock_slot(bus, i);
    pretend_device_stats(slot->device, out);
    unlock_slot(slot);
}
