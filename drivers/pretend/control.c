/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Requests on the control endpoint: the standard ones, those of the two classes, and generation
 * C's description for Windows. What the firmware does not know stalls.
 */
#include <string.h>

#include "drivers/pretend/parts.h"
#include "src/base/bytes.h"

#define REQUEST(type, request) ((type) << 8 | (request))

static bool is_halted(const struct pretend_device *self, unsigned address)
{
    for (int i = 0; i < EP_N; i++) {
        if (self->endpoint[i].address == address) {
            return self->endpoint[i].is_halted;
        }
    }
    return false;
}

static int get_descriptor(struct pretend_device *self, unsigned value, uint8_t *at, size_t room)
{
    size_t n = 0;
    switch (value >> 8) {
    case 1:
        n = identity_device_descriptor(&self->identity, at);
        break;
    case 2:
        n = (value & 0xff) == 0 ? identity_configuration(&self->identity, at, room) : 0;
        break;
    case 3:
        n = identity_string(&self->identity, value & 0xff, at);
        break;
    default: /* no device qualifier, no BOS: full speed only */
        break;
    }
    return n > 0 ? (int)n : CONTROL_STALL;
}

/* "Interface 3 wants WINUSB" */
static int windows_descriptor(const struct pretend_device *self, unsigned index, uint8_t *at)
{
    static const uint8_t compatible[40] = {40, 0, 0, 0, 0, 1, 4,   0,   1,   0,   0,   0,
                                           0,  0, 0, 0, 3, 1, 'W', 'I', 'N', 'U', 'S', 'B'};
    if (self->identity.generation != 'C' || index != 4) {
        return CONTROL_STALL;
    }
    memcpy(at, compatible, sizeof compatible);
    return sizeof compatible;
}

/* A fault of this request: what to return, or 0. */
static int spoiled(struct pretend_device *self, uint8_t request)
{
    const struct pretend_fault *fault =
        pretend_fault_due(&self->faults, PLACE_CONTROL, request, NULL);
    if (fault == NULL) {
        return 0;
    }
    if (fault->what == WHAT_UNPLUG) {
        device_vanish(self);
        return CONTROL_GONE;
    }
    return fault->what == WHAT_HANG ? CONTROL_HANG : CONTROL_STALL;
}

/* Requests that read: writes at most 255 bytes. */
static int read_request(struct pretend_device *self, const uint8_t *setup, uint8_t *at)
{
    unsigned value = get_u16le(setup + 2);
    unsigned index = get_u16le(setup + 4);
    switch (REQUEST(setup[0], setup[1])) {
    case REQUEST(0x80, 0x00): /* status of the device: self-powered */
        at[0] = 1;
        return 2;
    case REQUEST(0x81, 0x00):
        return 2;
    case REQUEST(0x82, 0x00):
        at[0] = is_halted(self, index);
        return 2;
    case REQUEST(0x80, 0x06):
        return get_descriptor(self, value, at, 255);
    case REQUEST(0x80, 0x08):
        at[0] = self->configuration;
        return 1;
    case REQUEST(0x81, 0x0a): /* alternate setting */
    case REQUEST(0xa1, 0xfe): /* highest logical unit */
        return 1;
    case REQUEST(0xa1, 0x21):
        memcpy(at, self->line_coding, sizeof self->line_coding);
        return sizeof self->line_coding;
    case REQUEST(0xc0, 0xee):
    case REQUEST(0xc1, 0xee):
        return windows_descriptor(self, index, at);
    default:
        return CONTROL_STALL;
    }
}

static int write_request(struct pretend_device *self, const uint8_t *setup, const uint8_t *data,
                         size_t length)
{
    unsigned value = get_u16le(setup + 2);
    switch (REQUEST(setup[0], setup[1])) {
    case REQUEST(0x00, 0x05): /* address */
    case REQUEST(0x21, 0x22): /* DTR, RTS: ignored */
        return 0;
    case REQUEST(0x00, 0x09):
        self->configuration = (uint8_t)value;
        return 0;
    case REQUEST(0x01, 0x0b): /* only alternate setting 0 */
        return value == 0 ? 0 : CONTROL_STALL;
    case REQUEST(0x02, 0x01): /* CLEAR_FEATURE(HALT) */
        self->has_cleared = value == 0 && device_clear_halt(self, setup[4]);
        return self->has_cleared ? 0 : CONTROL_STALL;
    case REQUEST(0x21, 0xff):
        self->stats.resets++;
        disk_model_reset(self);
        self->has_cleared = true;
        return 0;
    case REQUEST(0x21, 0x20):
        memcpy(self->line_coding, data,
               length < sizeof self->line_coding ? length : sizeof self->line_coding);
        return (int)length;
    default: /* SEND_BREAK among them */
        return CONTROL_STALL;
    }
}

int control_request(struct pretend_device *self, const uint8_t *setup, uint8_t *data,
                    size_t length)
{
    uint8_t at[256] = {0};
    int fault = spoiled(self, setup[1]);
    if (fault != 0) {
        return fault;
    }
    if ((setup[0] & 0x80) == 0) {
        return write_request(self, setup, data, length);
    }
    int n = read_request(self, setup, at);
    if (n > 0) {
        n = (size_t)n < length ? n : (int)length;
        memcpy(data, at, (size_t)n);
    }
    return n;
}
