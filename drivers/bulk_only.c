/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bulk-only transport: see bulk_only.h. Section numbers are those of the specification.
 *
 * What real devices do wrong and is lived with: a status glued to short data (some stacks do
 * not end short data with a stall), an empty packet before the status, a stall where the status
 * should be (6.7.2: read it once more). What is not: a wrong signature, tag or length, a
 * residue that is more than was asked for, a phase error; these end in a reset (5.3.4).
 */
#include "drivers/bulk_only.h"

#include <string.h>

#include "src/base/bytes.h"

#define BLOCK_BYTES 31
#define STATUS_BYTES 13
#define STALL_AT 1 /* failure.offset of a halted endpoint */
#define CONTROL_MS 3000
#define TAG_FIRST UINT32_C(0x59414B00)

enum { CSW_PASSED, CSW_FAILED, CSW_PHASE_ERROR };

enum yk_status bulk_only_init(struct bulk_only *self, struct usb_port *port,
                              struct failure *why)
{
    const struct usb_listing *l = &port->listing;
    for (size_t i = 0; i < l->n_interfaces; i++) {
        const struct usb_interface *f = &l->interfaces[i];
        struct bulk_only found = {
            .port = port, .interface_number = f->number, .tag = TAG_FIRST};
        if (f->class_code != 0x08 || f->subclass != 0x06 || f->protocol != 0x50) {
            continue;
        }
        for (size_t k = 0; k < l->n_endpoints; k++) {
            const struct usb_endpoint *e = &l->endpoints[k];
            if (e->interface_number == f->number && e->type == 2) {
                *((e->address & 0x80) != 0 ? &found.in : &found.out) = e->address;
            }
        }
        if (found.in != 0 && found.out != 0) {
            *self = found;
            return YK_OK;
        }
    }
    return failure_set(why, YK_ERR_UNSUPPORTED, "USB device %s has no disk (%zu interfaces)",
                       l->place, l->n_interfaces);
}

/* ---- stages: in flight where the port can, else done when waited for ---- */

static bool can_fly(const struct bulk_only *self)
{
    return self->port->ops->start != NULL && self->port->ops->finish != NULL;
}

static enum yk_status begin(struct bulk_only *self, enum bulk_only_stage stage,
                            struct failure *why)
{
    uint8_t *const data[STAGES] = {self->block, self->data, self->status};
    const size_t length[STAGES] = {BLOCK_BYTES, self->length, sizeof self->status};
    if (!can_fly(self)) {
        return YK_OK;
    }
    enum yk_status status = self->port->ops->start(
        self->port, stage == STAGE_COMMAND ? self->out : self->in, data[stage],
        stage == STAGE_STATUS ? STATUS_BYTES : length[stage], &self->ticket[stage], why);
    self->is_started[stage] = status == YK_OK;
    return status;
}

static enum yk_status end(struct bulk_only *self, enum bulk_only_stage stage,
                          unsigned timeout_ms, size_t *got, struct failure *why)
{
    const struct usb_port_ops *ops = self->port->ops;
    *got = 0;
    if (self->is_started[stage]) {
        self->is_started[stage] = false;
        return ops->finish(self->port, self->ticket[stage], timeout_ms, got, why);
    }
    if (stage == STAGE_COMMAND) {
        return ops->bulk_out(self->port, self->out, self->block, BLOCK_BYTES, timeout_ms, got,
                             why);
    }
    return ops->bulk_in(self->port, self->in, stage == STAGE_DATA ? self->data : self->status,
                        stage == STAGE_DATA ? self->length : STATUS_BYTES, timeout_ms, got,
                        why);
}

/* Takes back what is still in flight. */
static void recall(struct bulk_only *self)
{
    for (int stage = STAGE_COMMAND; stage < STAGES; stage++) {
        size_t got;
        if (self->is_started[stage]) {
            self->is_started[stage] = false;
            self->port->ops->finish(self->port, self->ticket[stage], 0, &got, NULL);
        }
    }
}

/* ---- recovery ---- */

/* Reset recovery (5.3.4): class request, then both endpoints. */
static enum yk_status recover(struct bulk_only *self, struct failure *why)
{
    const struct usb_port_ops *ops = self->port->ops;
    struct failure inner = {.text = ""};
    enum yk_status status = YK_OK;
    for (int try = 0; try < 2; try++) {
        status = ops->control(self->port, 0x21, 0xFF, 0, self->interface_number, NULL, 0,
                              CONTROL_MS, NULL, &inner);
        if (status == YK_OK) {
            status = ops->clear_halt(self->port, self->in, &inner);
        }
        if (status == YK_OK) {
            status = ops->clear_halt(self->port, self->out, &inner);
        }
        if (status == YK_OK || status == YK_ERR_NO_DEVICE) {
            break;
        }
    }
    self->n_resets++;
    self->needs_reset = status != YK_OK;
    if (status != YK_OK && why != NULL) {
        *why = inner;
    }
    return status;
}

/* Ends a command that went wrong: nothing stays in flight, and the device is brought back to
 * where a command can be sent. Returns what was wrong. */
static enum yk_status give_up(struct bulk_only *self, enum yk_status status)
{
    recall(self);
    self->needs_reset = true;
    if (status != YK_ERR_NO_DEVICE) {
        recover(self, NULL); /* when that fails, the next command tries again and says so */
    }
    return status;
}

static enum yk_status confused(struct bulk_only *self, struct failure *why, const char *what)
{
    return give_up(self, failure_set(why, YK_ERR_PROTOCOL, "disk of USB device %s: %s",
                                     self->port->listing.place, what));
}

/* ---- start ---- */

enum yk_status bulk_only_start(struct bulk_only *self, const uint8_t *command,
                               size_t command_length, uint8_t *data, size_t length,
                               struct failure *why)
{
    if (self->is_flying || command_length > BULK_ONLY_COMMAND_MAX || length > UINT32_MAX) {
        return failure_set(why, YK_ERR_ARGUMENT, "disk command cannot be sent now");
    }
    enum yk_status status = self->needs_reset ? recover(self, why) : YK_OK;
    if (status != YK_OK) {
        return status;
    }
    memset(self->block, 0, sizeof self->block);
    memcpy(self->block, "USBC", 4);
    put_u32le(self->block + 4, ++self->tag);
    put_u32le(self->block + 8, (uint32_t)length);
    self->block[12] = length > 0 ? 0x80 : 0;
    self->block[14] = (uint8_t)command_length;
    memcpy(self->block + 15, command, command_length);
    self->data = data;
    self->length = length;
    status = begin(self, STAGE_COMMAND, why);
    if (status == YK_OK && length > 0) {
        status = begin(self, STAGE_DATA, why);
    }
    if (status == YK_OK) {
        status = begin(self, STAGE_STATUS, why);
    }
    if (status != YK_OK) {
        return give_up(self, status);
    }
    self->is_flying = true;
    return YK_OK;
}

/* ---- finish ---- */

static bool is_stall(enum yk_status status, const struct failure *inner)
{
    return status == YK_ERR_PROTOCOL && inner->offset == STALL_AT;
}

static bool is_status_of(const struct bulk_only *self, const uint8_t *at)
{
    return memcmp(at, "USBS", 4) == 0 && get_u32le(at + 4) == self->tag;
}

/* The data. *got of them came; *is_glued: the status came at their end and is in self->status.
 */
static enum yk_status finish_data(struct bulk_only *self, unsigned timeout_ms, size_t *got,
                                  bool *is_glued, struct failure *inner)
{
    enum yk_status status = end(self, STAGE_DATA, timeout_ms, got, inner);
    if (is_stall(status, inner)) {
        /* Data ended early (6.7.2). The read of the status waits on a halted endpoint: take it
         * back, or some host controllers never give it. */
        recall(self);
        status = self->port->ops->clear_halt(self->port, self->in, inner);
        return status == YK_OK ? begin(self, STAGE_STATUS, inner) : status;
    }
    if (status == YK_OK && *got < self->length && *got >= STATUS_BYTES &&
        is_status_of(self, self->data + *got - STATUS_BYTES)) {
        *got -= STATUS_BYTES;
        memcpy(self->status, self->data + *got, STATUS_BYTES);
        *is_glued = true;
        recall(self);
    }
    return status;
}

/* The status, however the device brings it. */
static enum yk_status finish_status(struct bulk_only *self, unsigned timeout_ms, size_t *got,
                                    struct failure *inner)
{
    enum yk_status status = end(self, STAGE_STATUS, timeout_ms, got, inner);
    if (is_stall(status, inner)) {
        status = self->port->ops->clear_halt(self->port, self->in, inner);
    } else if (status != YK_OK || *got > 0) {
        return status;
    } /* else an empty packet that ended the data */
    if (status == YK_OK) {
        status = begin(self, STAGE_STATUS, inner);
    }
    return status == YK_OK ? end(self, STAGE_STATUS, timeout_ms, got, inner) : status;
}

/* What is wrong with a status of n bytes; NULL: nothing. */
static const char *fault_of_status(const struct bulk_only *self, size_t n)
{
    if (n != STATUS_BYTES) {
        return "a status of the wrong length came";
    }
    if (memcmp(self->status, "USBS", 4) != 0) {
        return "something that is no status came in its place";
    }
    if (get_u32le(self->status + 4) != self->tag) {
        return "the status of another command came";
    }
    if (self->status[12] == CSW_PHASE_ERROR) {
        return "it reported a phase error";
    }
    if (self->status[12] > CSW_PHASE_ERROR || get_u32le(self->status + 8) > self->length) {
        return "a status without meaning came";
    }
    return NULL;
}

enum yk_status bulk_only_finish(struct bulk_only *self, unsigned timeout_ms,
                                struct bulk_only_result *out, struct failure *why)
{
    struct failure inner = {.offset = -1};
    size_t got = 0, n = 0;
    bool is_glued = false;
    if (!self->is_flying) {
        return failure_set(why, YK_ERR_ARGUMENT, "no disk command in flight");
    }
    self->is_flying = false;
    enum yk_status status = end(self, STAGE_COMMAND, timeout_ms, &n, &inner);
    if (status == YK_OK && n != BLOCK_BYTES) {
        return confused(self, why, "it took only a part of a command");
    }
    if (status == YK_OK && self->length > 0) {
        status = finish_data(self, timeout_ms, &got, &is_glued, &inner);
    }
    n = STATUS_BYTES;
    if (status == YK_OK && !is_glued) {
        status = finish_status(self, timeout_ms, &n, &inner);
    }
    if (status != YK_OK) {
        if (why != NULL) {
            *why = inner;
        }
        return give_up(self, status);
    }
    const char *fault = fault_of_status(self, n);
    if (fault != NULL) {
        return confused(self, why, fault);
    }
    size_t most = self->length - get_u32le(self->status + 8);
    *out = (struct bulk_only_result){
        .got = got < most ? got : most,
        .has_failed = self->status[12] == CSW_FAILED,
    };
    return YK_OK;
}

void bulk_only_abandon(struct bulk_only *self, unsigned timeout_ms)
{
    struct bulk_only_result unused;
    if (self->is_flying) {
        (void)bulk_only_finish(self, timeout_ms, &unused, NULL);
    }
}
