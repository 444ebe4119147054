/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The serial port of a pretend recorder: rings, line buffer, echo, and what is lost when nobody
 * reads. What the firmware prints waits in `out` until the transmit ring has room; when the
 * host takes nothing for 5.5 ms the firmware overwrites the ring, and all of it is lost. While
 * it prints it reads no further line, so that commands sent in a heap overflow the receive
 * ring.
 */
#include <string.h>

#include "drivers/pretend/parts.h"

enum { OVERWRITE_US = 5500, STREAM_US = 10000 };

void serial_reset(struct pretend_device *self)
{
    struct pretend_serial *serial = &self->serial;
    struct text out = serial->out;
    *serial = (struct pretend_serial){.out = out};
    text_clear(&serial->out);
}

void serial_close(struct pretend_device *self)
{
    text_release(&self->serial.out);
}

/* ---- faults ---- */

/* Changes what was printed for this line, from byte `from` on. False: run no command. */
static void spoil_reply(struct pretend_device *self, const struct pretend_fault *fault,
                        size_t from)
{
    struct pretend_serial *serial = &self->serial;
    size_t n = serial->out.length - from;
    switch ((int)fault->what) {
    case WHAT_DROP:
        n = 0;
        break;
    case WHAT_HANG:
        serial->is_hung = true;
        break;
    case WHAT_PART:
    case WHAT_UNPLUG:
        n /= 2;
        serial->has_unplug = fault->what == WHAT_UNPLUG;
        break;
    case WHAT_DELAY:
        serial->ready_us =
            pretend_device_now_us(self) + pretend_fault_number(fault, 100) * 1000;
        break;
    case WHAT_SPLIT:
        serial->split = (size_t)pretend_fault_number(fault, 1);
        break;
    case WHAT_GARBLE:
        if (n > 0) {
            serial->out.at[from + n / 2] ^= 0x10;
        }
        break;
    case WHAT_STALL:
        serial->has_stall = true;
        break;
    default:
        break;
    }
    if (serial->out.at != NULL && n < serial->out.length - from) {
        serial->out.length = from + n;
        serial->out.at[serial->out.length] = '\0';
    }
}

/* What comes before the reply, or in place of the command. True: in place. */
static bool spoil_command(struct pretend_device *self, const struct pretend_fault *fault,
                          const char *line)
{
    switch ((int)fault->what) {
    case WHAT_NOISE:
        serial_print(self, "$BATT=700,4101,mV,90,0\r\n");
        return false;
    case WHAT_LOCKED:
        serial_print(self, "ERROR: Locked.\r\n");
        return false;
    case WHAT_UNKNOWN:
        serial_print(self, "ERROR: Unknown command: %s\r\n", line);
        return true;
    case WHAT_LONG: {
        int64_t n = pretend_fault_number(fault, 4096);
        for (int64_t i = 0; i < n; i++) {
            text_add_char(&self->serial.out, 'X');
        }
        return true;
    }
    default:
        return false;
    }
}

static void run_line(struct pretend_device *self, const char *line)
{
    struct pretend_settings before = self->settings;
    size_t from = self->serial.out.length;
    const struct pretend_fault *fault =
        pretend_fault_due(&self->faults, PLACE_SERIAL, PRETEND_ANY, commands_name(line));
    self->stats.lines++;
    self->stats.commands += commands_name(line) != NULL ? 1 : 0;
    if (fault == NULL) {
        commands_run(self, line);
        return;
    }
    if (spoil_command(self, fault, line)) {
        return;
    }
    self->refuses_next = fault->what == WHAT_REFUSE;
    commands_run(self, line);
    self->refuses_next = false;
    if (fault->what == WHAT_FORGET) {
        self->settings = before;
    }
    spoil_reply(self, fault, from);
}

/* ---- from the host ---- */

static void take_character(struct pretend_device *self, uint8_t c)
{
    struct pretend_serial *serial = &self->serial;
    serial->is_streaming = false; /* any input ends it */
    if (serial->echo && c != '\0') {
        text_add_char(&serial->out, (char)c);
    }
    if (c == '\b' || c == 0x7f) {
        serial->n_line -= serial->n_line > 0 ? 1 : 0;
    } else if (c == '\r') {
        serial->line[serial->n_line] = '\0';
        serial->n_line = 0;
        if (serial->line[0] != '\0') {
            char line[LINE_ROOM + 1];
            memcpy(line, serial->line, sizeof line);
            run_line(self, line);
        }
    } else if (c != '\n' && c != '\0' && serial->n_line < LINE_ROOM) {
        serial->line[serial->n_line++] = (char)c;
    }
}

/* Prints into the ring as far as it has room; whether all is printed. */
static bool fill_ring(struct pretend_device *self)
{
    struct pretend_serial *serial = &self->serial;
    size_t left = serial->out.length - serial->out_at;
    size_t room = TRANSMIT_ROOM - serial->n_transmit;
    size_t n = left < room ? left : room;
    if (n > 0) {
        memcpy(serial->transmit + serial->n_transmit, serial->out.at + serial->out_at, n);
        serial->n_transmit += n;
        serial->out_at += n;
    }
    if (serial->out_at < serial->out.length) {
        return false;
    }
    text_clear(&serial->out);
    serial->out_at = 0;
    return true;
}

/* One round of the firmware's main loop: prints what it can, then reads on. */
void serial_poll(struct pretend_device *self)
{
    struct pretend_serial *serial = &self->serial;
    int64_t now = pretend_device_now_us(self);
    for (;;) {
        bool is_printed = fill_ring(self);
        if (!is_printed && serial->ready_us <= now && !serial->is_hung) {
            if (serial->full_us == 0) {
                serial->full_us = now;
            } else if (now - serial->full_us >= OVERWRITE_US) {
                serial->n_transmit = 0;
                serial->full_us = 0;
                self->stats.lost_replies++;
                continue;
            }
        }
        if (!is_printed) {
            return;
        }
        serial->full_us = 0;
        if (serial->n_receive == 0 || self->state != PRETEND_READY) {
            break;
        }
        uint8_t c = serial->receive[0];
        memmove(serial->receive, serial->receive + 1, --serial->n_receive);
        take_character(self, c);
    }
    if (serial->is_streaming && now >= serial->stream_us) {
        serial->stream_us = now + STREAM_US;
        measure_stream_line(self);
        (void)fill_ring(self);
    }
}

int64_t serial_due_us(const struct pretend_device *self)
{
    const struct pretend_serial *serial = &self->serial;
    int64_t due = INT64_MAX;
    if (serial->ready_us > pretend_device_now_us(self)) {
        due = serial->ready_us;
    } else if (serial->full_us != 0) {
        due = serial->full_us + OVERWRITE_US;
    }
    return serial->is_streaming && serial->stream_us < due ? serial->stream_us : due;
}

enum packet serial_out(struct pretend_device *self, const uint8_t *at, size_t n)
{
    struct pretend_serial *serial = &self->serial;
    for (size_t i = 0; i < n && serial->n_receive < RECEIVE_ROOM; i++) {
        serial->receive[serial->n_receive++] = at[i];
    }
    serial_poll(self);
    return PACKET_OK;
}

/* ---- to the host ---- */

enum packet serial_in(struct pretend_device *self, uint8_t *at, size_t *n)
{
    struct pretend_serial *serial = &self->serial;
    if (serial->is_hung || serial->ready_us > pretend_device_now_us(self)) {
        return PACKET_NAK;
    }
    serial->ready_us = 0;
    if (serial->has_stall) {
        serial->has_stall = false;
        return PACKET_STALL;
    }
    if (serial->n_transmit == 0) {
        if (serial->has_unplug) {
            device_vanish(self);
            return PACKET_NAK;
        }
        if (!serial->needs_empty) {
            return PACKET_NAK;
        }
        serial->needs_empty = false;
        *n = 0;
        return PACKET_OK;
    }
    size_t most = serial->split > 0 && serial->split < PACKET ? serial->split : PACKET;
    *n = serial->n_transmit < most ? serial->n_transmit : most;
    memcpy(at, serial->transmit, *n);
    serial->n_transmit -= *n;
    memmove(serial->transmit, serial->transmit + *n, serial->n_transmit);
    serial->full_us = 0;
    serial_poll(self);
    serial->needs_empty = *n == PACKET && serial->n_transmit == 0;
    if (serial->n_transmit == 0) {
        serial->split = 0;
    }
    return PACKET_OK;
}
