/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The serial commands of AX3 and AX6: one table in the firmware's order, matched by prefix
 * without regard to case, so that IDLE answers as ID does. Left out are those that no host may
 * send (READRAW, WRITEL, ERASERAW, BADBLOCK ...): they are unknown here.
 */
#include <ctype.h>
#include <string.h>

#include "drivers/pretend/parts.h"

typedef void (*command_run)(struct pretend_device *self, const char *argument);

/* What a locked device does with a command. */
enum when_locked { ALLOWED, REFUSED, KEEPS_VALUE };

struct command {
    const char *name;
    command_run run;
    enum when_locked locked; /* KEEPS_VALUE: error line, then the reply with the old value */
};

static uint32_t number_of(const struct pretend_device *self, const char *argument)
{
    return settings_number(argument, self->identity.is_ax6);
}

static void run_help(struct pretend_device *self, const char *argument)
{
    (void)argument;
    serial_print(self, "HELP: help|echo|reset\r\n");
}

static void run_echo(struct pretend_device *self, const char *argument)
{
    if (*argument != '\0') {
        self->serial.echo = number_of(self, argument) == 1;
    }
    serial_print(self, "ECHO=%d\r\n", self->serial.echo);
}

static void run_id(struct pretend_device *self, const char *argument)
{
    (void)argument;
    const struct pretend_fault *other = device_condition(self, WHAT_ID);
    uint32_t id =
        other != NULL ? (uint32_t)pretend_fault_number(other, 1) : self->identity.device_id;
    serial_print(self, "ID=%s,%s,%u,%u,%u\r\n", self->identity.is_ax6 ? "AX6" : "CWA",
                 self->identity.is_ax6 ? "64" : "17", (unsigned)self->identity.firmware, id,
                 self->settings.session);
}

static void run_test_results(struct pretend_device *self, const char *argument)
{
    (void)argument;
    serial_print(self, "Results not found\r\n");
}

static void run_time(struct pretend_device *self, const char *argument)
{
    char text[SETTINGS_TIME_BYTES];
    if (*argument != '\0') {
        int64_t wall_ns = 0;
        if (!settings_wall(settings_time(argument), &wall_ns)) {
            serial_print(self, "ERROR: Problem parsing time.\r\n");
            return;
        }
        device_set_wall(self, wall_ns);
    }
    settings_time_text(device_packed_now(self), text);
    serial_print(self, "$TIME=%s\r\n", text);
}

static void run_zone(struct pretend_device *self, const char *argument)
{
    if (*argument != '\0') {
        self->settings.zone_min = (int16_t)number_of(self, argument);
    }
    int minutes = self->settings.zone_min;
    if (minutes == CWA_ZONE_UNKNOWN) {
        serial_print(self, "TZONE=\r\n");
        return;
    }
    int size = minutes < 0 ? -minutes : minutes;
    serial_print(self, "TZONE=%d,%c%02d:%02d\r\n", minutes, minutes < 0 ? '-' : '+', size / 60,
                 size % 60);
}

static void say_time(struct pretend_device *self, const char *name, uint32_t packed)
{
    char text[SETTINGS_TIME_BYTES];
    settings_time_text(packed, text);
    serial_print(self, "%s=%s\r\n", name, text);
}

static void run_hibernate(struct pretend_device *self, const char *argument)
{
    if (*argument != '\0') {
        self->settings.start = settings_time(argument);
    }
    say_time(self, "HIBERNATE", self->settings.start);
}

static void run_stop(struct pretend_device *self, const char *argument)
{
    if (*argument != '\0') {
        self->settings.stop = settings_time(argument);
    }
    say_time(self, "STOP", self->settings.stop);
}

static void run_last_changed(struct pretend_device *self, const char *argument)
{
    (void)argument;
    say_time(self, "LASTCHANGED", self->settings.last_change);
}

static void run_max_samples(struct pretend_device *self, const char *argument)
{
    if (*argument != '\0') {
        self->settings.max_samples = number_of(self, argument);
    }
    serial_print(self, "MAXSAMPLES=%u\r\n", self->settings.max_samples);
}

static void run_debug(struct pretend_device *self, const char *argument)
{
    if (*argument != '\0') {
        self->settings.debug_led = (uint8_t)number_of(self, argument);
    }
    serial_print(self, "DEBUG=%u\r\n", (unsigned)self->settings.debug_led);
}

static void run_session(struct pretend_device *self, const char *argument)
{
    if (*argument != '\0') {
        self->settings.session = number_of(self, argument);
    }
    serial_print(self, "SESSION=%u\r\n", self->settings.session);
}

/* The AX6 takes a gyroscope range behind a comma, and none when there is none; the AX3 makes
 * one number of both and keeps its low byte. */
static void run_rate(struct pretend_device *self, const char *argument)
{
    struct pretend_settings *settings = &self->settings;
    if (*argument != '\0') {
        settings->rate_code = (uint8_t)number_of(self, argument);
        if (self->identity.is_ax6) {
            const char *comma = strchr(argument, ',');
            uint32_t dps = comma != NULL ? number_of(self, comma + 1) : 0;
            settings->gyro_dps = dps <= 2000 ? (uint16_t)dps : 0;
            if ((settings->rate_code & 0x10) != 0) {
                settings->rate_code = 0;
            }
        }
    }
    unsigned code = settings->rate_code;
    unsigned hz = 3200u >> (15 - (code & 15u));
    if (self->identity.is_ax6) {
        serial_print(self, "RATE=%u,%u,%u\r\n", code, hz, (unsigned)settings->gyro_dps);
    } else {
        serial_print(self, "RATE=%u,%u\r\n", code, hz);
    }
}

static void run_device(struct pretend_device *self, const char *argument)
{
    (void)argument; /* rewriting the identity: no host may */
    serial_print(self, "DEVICE=%u,%u\r\n", self->identity.device_id, self->identity.device_id);
}

static void say_annotation(struct pretend_device *self, unsigned i)
{
    char text[33];
    for (unsigned k = 0; k < 32; k++) {
        uint8_t c = self->settings.annotation[32 * i + k];
        text[k] = c < 32 || c == 0xff ? ' ' : (char)c;
    }
    text[32] = '\0';
    serial_print(self, "ANNOTATE%02u=%s\r\n", i, text);
}

static void run_annotate(struct pretend_device *self, const char *argument)
{
    if (!isdigit((unsigned char)argument[0]) || !isdigit((unsigned char)argument[1])) {
        serial_print(self, "ERROR: Usage is ANNOTATE##=\r\n");
        return;
    }
    unsigned i = (unsigned)(argument[0] - '0') * 10u + (unsigned)(argument[1] - '0');
    if (i > 13) {
        serial_print(self, "ERROR: Invalid annotation id %u\r\n", i);
        return;
    }
    if (argument[2] == '=' || argument[2] == ' ') {
        const char *text = argument + 3;
        size_t n = strlen(text);
        uint8_t *at = self->settings.annotation + (size_t)32 * i;
        memset(at, ' ', 32);
        memcpy(at, text, n < 32 ? n : 32);
    }
    say_annotation(self, i);
}

static void run_standby(struct pretend_device *self, const char *argument)
{
    (void)argument;
    serial_print(self, "STANDBY=0\r\n");
}

static void run_stream(struct pretend_device *self, const char *argument)
{
    (void)argument;
    self->serial.is_streaming = true;
    self->serial.stream_us = pretend_device_now_us(self);
}

static void run_data_mode(struct pretend_device *self, const char *argument)
{
    if (*argument != '\0') {
        self->settings.data_mode = (uint8_t)number_of(self, argument);
    }
    unsigned mode = self->settings.data_mode;
    serial_print(self, "DATAMODE=%u,%s,%s\r\n", mode,
                 (mode & 0x10) != 0 ? "single-file" : "auto-number",
                 (mode & 1) != 0   ? "CSV"
                 : (mode & 2) != 0 ? "CWA/packed"
                 : (mode & 4) != 0 ? "CWA/unpacked"
                                   : "None");
}

static void run_mount(struct pretend_device *self, const char *argument)
{
    if (*argument != '\0') {
        bool mounts = number_of(self, argument) != 0;
        self->disk.unit_attention = mounts && !self->mounts;
        self->mounts = mounts;
    }
    serial_print(self, "MOUNT=%d\r\n", self->mounts);
}

static void run_led(struct pretend_device *self, const char *argument)
{
    if (*argument != '\0') {
        self->led = (int)number_of(self, argument);
    }
    serial_print(self, "LED=%d\r\n", self->led);
}

static void run_logfile(struct pretend_device *self, const char *argument)
{
    (void)argument;
    serial_print(self, "ERROR: Cannot while attached and mounted.\r\n");
}

static unsigned lock_bits(const struct pretend_device *self)
{
    return (self->is_locked ? 1u : 0u) | (self->initial_lock != 0 ? 2u : 0u);
}

static void run_lock(struct pretend_device *self, const char *argument)
{
    if (*argument != '\0') {
        uint32_t code = number_of(self, argument);
        if (self->is_locked && code != 0) {
            serial_print(self, "ERROR: Locked.\r\n");
            return;
        }
        if (!self->is_locked) {
            self->lock_code = code;
            self->is_locked = code != 0;
        }
    }
    serial_print(self, "LOCK=%u\r\n", lock_bits(self));
}

static void run_initial_lock(struct pretend_device *self, const char *argument)
{
    if (*argument != '\0') {
        if (self->is_locked) {
            serial_print(self, "ERROR: Locked.\r\n");
            return;
        }
        self->initial_lock = number_of(self, argument);
    }
    serial_print(self, "ILOCK=%d\r\n", self->initial_lock != 0);
}

static void run_unlock(struct pretend_device *self, const char *argument)
{
    if (*argument == '\0') {
        return;
    }
    if (self->is_locked && number_of(self, argument) != self->lock_code) {
        self->serial.ready_us = pretend_device_now_us(self) + 1000000;
        serial_print(self, "ERROR: Locked.\r\n");
        return;
    }
    self->is_locked = false;
    if (self->initial_lock != 0 && !self->mounts) {
        self->mounts = self->disk.unit_attention = true;
    }
    serial_print(self, "LOCK=0\r\n");
}

static void run_ecc(struct pretend_device *self, const char *argument)
{
    if (*argument != '\0') {
        self->ecc = number_of(self, argument) != 0;
    }
    serial_print(self, "ECC=%u\r\n", self->ecc);
}

static void run_fractional(struct pretend_device *self, const char *argument)
{
    if (*argument != '\0' && !self->identity.is_ax6) {
        self->fractional = number_of(self, argument) != 0;
    }
    serial_print(self, "FRACTIONAL=%u\r\n", self->fractional);
}

static void run_reset(struct pretend_device *self, const char *argument)
{
    (void)argument;
    serial_print(self, "RESET\r\nOK\r\n");
    device_restart(self);
}

static void run_exit(struct pretend_device *self, const char *argument)
{
    (void)argument;
    serial_print(self, "INFO: Not exiting\r\n");
}

static void run_at(struct pretend_device *self, const char *argument)
{
    (void)argument;
    serial_print(self, "OK\r\n");
}

static const struct command table[] = {
    {"help", run_help, ALLOWED},
    {"echo", run_echo, ALLOWED},
    {"id", run_id, ALLOWED},
    {"sample", measure_sample, ALLOWED},
    {"status", measure_status, ALLOWED},
    {"test_results", run_test_results, ALLOWED},
    {"time", run_time, KEEPS_VALUE},
    {"tzone", run_zone, KEEPS_VALUE},
    {"hibernate", run_hibernate, KEEPS_VALUE},
    {"stop", run_stop, KEEPS_VALUE},
    {"lastchanged", run_last_changed, ALLOWED},
    {"maxsamples", run_max_samples, KEEPS_VALUE},
    {"debug", run_debug, KEEPS_VALUE},
    {"session", run_session, KEEPS_VALUE},
    {"rate", run_rate, KEEPS_VALUE},
    {"clear", actions_clear, REFUSED},
    {"commit", actions_commit, REFUSED},
    {"device", run_device, KEEPS_VALUE},
    {"annotate", run_annotate, REFUSED},
    {"standby", run_standby, ALLOWED},
    {"stream", run_stream, REFUSED},
    {"datamode", run_data_mode, KEEPS_VALUE},
    {"mount", run_mount, KEEPS_VALUE},
    {"led", run_led, ALLOWED},
    {"format", actions_format, REFUSED},
    {"logfile", run_logfile, REFUSED},
    {"log", measure_log, REFUSED},
    {"lock", run_lock, ALLOWED},
    {"ilock", run_initial_lock, ALLOWED},
    {"unlock", run_unlock, ALLOWED},
    {"ecc", run_ecc, KEEPS_VALUE},
    {"fractional", run_fractional, KEEPS_VALUE},
    {"reset", run_reset, ALLOWED},
    {"exit", run_exit, ALLOWED},
    {"at", run_at, ALLOWED},
};

static const struct command *find(const char *line)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        size_t n = strlen(table[i].name);
        size_t k = 0;
        while (k < n && tolower((unsigned char)line[k]) == table[i].name[k]) {
            k++;
        }
        if (k == n) {
            return &table[i];
        }
    }
    return NULL;
}

const char *commands_name(const char *line)
{
    const struct command *command = find(line);
    return command != NULL ? command->name : NULL;
}

void commands_run(struct pretend_device *self, const char *line)
{
    const struct command *command = find(line);
    if (command == NULL) {
        serial_print(self, "ERROR: Unknown command: %s\r\n", line);
        return;
    }
    /* The argument follows after one character; ANNOTATE's number follows at once. */
    const char *argument = line + strlen(command->name);
    if (command->run != run_annotate && *argument != '\0') {
        argument++;
    }
    if (self->is_locked && command->locked == REFUSED) {
        serial_print(self, "ERROR: Locked.\r\n");
        return;
    }
    if (self->is_locked && command->locked == KEEPS_VALUE && *argument != '\0') {
        serial_print(self, "ERROR: Locked.\r\n");
        argument = "";
    }
    command->run(self, argument);
}
