/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a pretend recorder measures and counts: SAMPLE, STATUS, LOG and STREAM. The sensors lie
 * still on a desk: 1 g on z, 22 degrees, some light.
 */
#include <math.h>

#include "drivers/pretend/parts.h"

/* Percent as the firmware shows it while charging on USB, by integers; v is the reading. */
static int percent_of(int raw, bool is_ax6)
{
    int v = raw;
    if (is_ax6 && raw > 666) {
        v -= (42 - (raw - 666)) >> 2;
    } else {
        v -= 12;
    }
    if (v > 708) {
        return 100;
    }
    if (v < 614) {
        return 0;
    }
    return v > 666 ? (150 * (v - 538)) >> 8 : (375 * (v - 614)) >> 8;
}

/* The reading that shows as this percentage, or nearest to it. */
static int raw_of(double percent, bool is_ax6)
{
    int best = 620;
    double distance = 1e9;
    for (int raw = 600; raw <= 730; raw++) {
        double d = fabs(percent_of(raw, is_ax6) - percent);
        if (d < distance) {
            distance = d;
            best = raw;
        }
    }
    return best;
}

static void say_battery(struct pretend_device *self)
{
    bool is_ax6 = self->identity.is_ax6;
    const struct pretend_fault *given_raw = device_condition(self, WHAT_BATTRAW);
    const struct pretend_fault *given = device_condition(self, WHAT_BATTERY);
    double percent = self->recorder.battery_pct > 0 ? self->recorder.battery_pct : 85;
    if (given != NULL) {
        percent = (double)pretend_fault_number(given, 5);
    }
    int raw =
        given_raw != NULL ? (int)pretend_fault_number(given_raw, 0) : raw_of(percent, is_ax6);
    int shown = percent_of(raw, is_ax6);
    serial_print(self, "$BATT=%d,%d,mV,%d,%d\r\n", raw, raw * 6000 >> 10, shown, shown >= 100);
}

static void say_light(struct pretend_device *self)
{
    int raw = 342;
    serial_print(self, "$LDR=%d,%d\r\n", raw, self->identity.is_ax6 ? raw * 6000 >> 10 : raw);
}

static void say_temperature(struct pretend_device *self)
{
    if (self->identity.is_ax6) {
        int raw = 246;
        serial_print(self, "$TEMP=%d,%d,0.1dC\r\n", raw, (raw * 375 >> 7) - 500);
    } else {
        int raw = 283;
        serial_print(self, "$TEMP=%d,%d,0.1dC\r\n", raw, raw * 3 / 2 - 205);
    }
}

static void say_time(struct pretend_device *self)
{
    char text[SETTINGS_TIME_BYTES];
    int64_t wall = device_wall_ns(self);
    settings_time_text(device_packed_now(self), text);
    serial_print(self, "$TIME=%s.%03d\r\n", text, (int)(floor_mod(wall, NS_PER_S) / 1000000));
}

static void say_acceleration(struct pretend_device *self)
{
    bool is_ax6 = self->identity.is_ax6;
    serial_print(self, "$ACCEL=%d,%d,%d\r\n", is_ax6 ? 12 : 1, is_ax6 ? -20 : -2,
                 is_ax6 ? 4090 : 255);
}

static void say_gyroscope(struct pretend_device *self)
{
    serial_print(self, self->identity.is_ax6 ? "$GYRO=3,-2,1\r\n" : "$GYRO=\r\n");
}

typedef void (*say)(struct pretend_device *self);

/* One line by its number; all of them without one. */
static void say_chosen(struct pretend_device *self, const char *argument, const say *lines,
                       uint32_t n)
{
    uint32_t which = settings_number(argument, self->identity.is_ax6);
    if (which == SETTINGS_NO_NUMBER) {
        which = 0;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (lines[i] != NULL && (which == 0 || which == i + 1)) {
            lines[i](self);
        }
    }
}

void measure_sample(struct pretend_device *self, const char *argument)
{
    static const say lines[] = {say_battery, say_light,        say_temperature,
                                say_time,    say_acceleration, NULL};
    say_chosen(self, argument, lines, 5);
    uint32_t which = settings_number(argument, self->identity.is_ax6);
    if (which == SETTINGS_NO_NUMBER || which == 0 || which == 5) {
        say_gyroscope(self);
    }
}

static void say_self_test(struct pretend_device *self)
{
    const struct pretend_fault *fault = device_condition(self, WHAT_SELFTEST);
    serial_print(self, "TEST=%04x\r\n",
                 (unsigned)(fault != NULL ? pretend_fault_number(fault, 1) : 0));
}

static void say_cycles(struct pretend_device *self)
{
    serial_print(self, "BATTHEALTH=37\r\n");
}

static void say_memory(struct pretend_device *self)
{
    const struct pretend_fault *fault = device_condition(self, WHAT_SPARE);
    int spare = (int)(fault != NULL ? pretend_fault_number(fault, 4) : 40);
    serial_print(self,
                 self->identity.is_ax6 ? "FTL=0,0,%d,4,2,1,0,3\r\n" : "FTL=0,0,%d,2,2,1\r\n",
                 spare);
}

static void say_checksum(struct pretend_device *self)
{
    serial_print(self, "CHECKSUM=0000\r\n");
}

static void say_restarts(struct pretend_device *self)
{
    serial_print(self, "RESTART=%u\r\n", self->restarts);
}

static void say_nand(struct pretend_device *self)
{
    if (self->identity.is_ax6 || self->identity.firmware >= 42) {
        serial_print(self, "NAND=0000\r\n");
    }
}

static void say_nand_id(struct pretend_device *self)
{
    if (self->identity.is_ax6 || self->identity.firmware >= 42) {
        serial_print(self, "NANDID=2c:dc:90:95:54:00,1\r\n");
    }
}

void measure_status(struct pretend_device *self, const char *argument)
{
    static const say lines[] = {say_self_test, say_cycles, say_memory, say_checksum,
                                say_restarts,  say_nand,   say_nand_id};
    say_chosen(self, argument, lines, sizeof lines / sizeof *lines);
}

void measure_log(struct pretend_device *self, const char *argument)
{
    char text[SETTINGS_TIME_BYTES];
    if (*argument != '\0') {
        settings_time_text(device_packed_now(self), text);
        serial_print(self, "LOG,0,0x0100,%s,%.25s\r\n", text, argument);
        return;
    }
    /* Plugging the recorder in ended the recording; before that nothing is known. */
    int64_t plugged_ns =
        device_wall_ns(self) - (pretend_device_now_us(self) - self->clock_base_us) * 1000;
    settings_time_text(settings_packed(plugged_ns), text);
    for (int i = 14; i >= 1; i--) {
        serial_print(self, "LOG,%d,0xffff,-1,\r\n", i);
    }
    serial_print(self, "LOG,0,0x0207,%s,STOP_USB\r\nOK\r\n", text);
}

void measure_stream_line(struct pretend_device *self)
{
    serial_print(self, self->identity.is_ax6 ? "12,-20,4090,3,-2,1\r\n" : "1,-2,255\r\n");
}
