/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The transfers that wait on a pretend recorder: how they end, one by one or all together when
 * the recorder goes.
 */
#include "drivers/pretend/parts.h"

struct endpoint *device_endpoint(struct pretend_device *self, uint8_t address)
{
    for (int i = 0; i < EP_N; i++) {
        if (self->endpoint[i].address == address) {
            return &self->endpoint[i];
        }
    }
    return NULL;
}

static bool unlink_from(struct pretend_transfer **first, struct pretend_transfer *transfer,
                        struct pretend_transfer **last)
{
    struct pretend_transfer *before = NULL;
    for (struct pretend_transfer **at = first; *at != NULL; at = &(*at)->next) {
        if (*at == transfer) {
            *at = transfer->next;
            if (last != NULL && *last == transfer) {
                *last = before;
            }
            transfer->next = NULL;
            return true;
        }
        before = *at;
    }
    return false;
}

static bool unlink_transfer(struct pretend_device *self, struct pretend_transfer *transfer)
{
    if (transfer->type == TRANSFER_CONTROL) {
        return unlink_from(&self->control_first, transfer, NULL);
    }
    struct endpoint *endpoint = device_endpoint(self, transfer->endpoint);
    return endpoint != NULL && unlink_from(&endpoint->first, transfer, &endpoint->last);
}

void device_finish(struct pretend_device *self, struct pretend_transfer *transfer,
                   enum pretend_result result)
{
    (void)unlink_transfer(self, transfer);
    transfer->result = result;
    if ((transfer->endpoint & 0x80) != 0) {
        self->stats.bytes_in += transfer->actual;
    } else {
        self->stats.bytes_out += transfer->actual;
    }
    self->serve_again = true;
    self->on_done(self->user, transfer);
}

bool device_clear_halt(struct pretend_device *self, uint8_t address)
{
    struct endpoint *endpoint = device_endpoint(self, address);
    self->stats.clear_halts++;
    if (endpoint == NULL) {
        return false;
    }
    bool is_disk = address == 0x01 || address == 0x81;
    if (!is_disk || self->disk.stage != DISK_DEAD) {
        endpoint->is_halted = false;
    }
    return true;
}

/* Everything that waits ends with this result. */
static void end_transfers(struct pretend_device *self, enum pretend_result result)
{
    for (int i = 0; i < EP_N; i++) {
        while (self->endpoint[i].first != NULL) {
            device_finish(self, self->endpoint[i].first, result);
        }
    }
    while (self->control_first != NULL) {
        device_finish(self, self->control_first, result);
    }
}

void device_vanish(struct pretend_device *self)
{
    self->state = PRETEND_ABSENT;
    self->change_us = INT64_MAX;
    end_transfers(self, RESULT_GONE);
}
