/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A place on the bus of pretend recorders: waiting there, and telling the bus who came or went.
 */
#include <time.h>

#include "drivers/pretend/bus.h"

void pretend_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attributes;
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(cond, &attributes);
    (void)pthread_condattr_destroy(&attributes);
}

void pretend_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t us)
{
    /* An hour is for ever here, and does not overflow. */
    int64_t until = clock_monotonic_ns() + (us < INT64_C(3600000000) ? us : 3600000000) * 1000;
    struct timespec at = {until / NS_PER_S, until % NS_PER_S};
    (void)pthread_cond_timedwait(cond, lock, &at);
}

void pretend_slot_announce(struct pretend_slot *slot)
{
    enum pretend_state state = pretend_device_state(slot->device);
    uint64_t generation = pretend_device_generation(slot->device);
    if (state == slot->state_seen && generation == slot->generation_seen) {
        return;
    }
    slot->state_seen = state;
    slot->generation_seen = generation;
    (void)pthread_cond_broadcast(&slot->moved);
    (void)pthread_mutex_lock(&slot->bus->lock);
    slot->bus->changes++;
    (void)pthread_cond_broadcast(&slot->bus->changed);
    (void)pthread_mutex_unlock(&slot->bus->lock);
}

void pretend_slot_wait(struct pretend_slot *slot, int64_t until_us)
{
    int64_t now = pretend_device_now_us(slot->device);
    int64_t due = pretend_device_due_us(slot->device);
    int64_t until = due < until_us ? due : until_us;
    int64_t us = until - now > 50 ? until - now : 50; /* never a busy loop */
    if (slot->skips_waits && until != INT64_MAX) {
        pretend_device_skip(slot->device, us);
    } else {
        pretend_cond_wait(&slot->moved, &slot->lock, us);
    }
}
