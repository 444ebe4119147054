/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who the recorder is and how it feels: the ID command, the USB serial and the header on its
 * disk must name the same device. Everything else is asked once; an answer that does not come
 * leaves its field unknown, and after two such silences nothing more is asked.
 */
#include "drivers/axivity.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "drivers/usb_sysfs.h"

#define OPTIONAL_MS 700
#define SILENCES_MAX 2
#define DISK_WAIT_MS 1500

/* ---- health ---- */

static void health_init(struct dock_health *self)
{
    *self = (struct dock_health){
        .self_test = -1,
        .memory_spare = -1,
        .restarts = -1,
        .battery_cycles = -1,
        .last_changed_ns = TIME_UNKNOWN,
        .plan_start_ns = TIME_UNKNOWN,
        .plan_stop_ns = TIME_UNKNOWN,
        .rate_hz = NAN,
    };
}

static void take_test(struct dock_health *out, const char *line)
{
    uint32_t v;
    if (axivity_parse_numbers(line, 16, &v, 1) == 1) {
        out->self_test = (int)(v & 0xFFFF);
    }
}

static void take_cycles(struct dock_health *out, const char *line)
{
    uint32_t v;
    if (axivity_parse_numbers(line, 10, &v, 1) == 1 && v <= INT32_MAX) {
        out->battery_cycles = (int)v;
    }
}

/* FTL=<warn>,<err>,<spare>,<planes>,<bad>...: what libomapi calls the memory's health. */
static void take_memory(struct dock_health *out, const char *line)
{
    uint32_t v[8] = {0}, worst = 0;
    size_t n = axivity_parse_numbers(line, 10, v, 8);
    for (size_t i = 4; i < n && i < 8; i++) {
        worst = v[i] > worst ? v[i] : worst;
    }
    if (n >= 5 && v[2] < 1u << 20 && worst < 1u << 20) {
        int spare = (int)v[2] - (int)worst - 6;
        out->memory_spare = spare > 0 ? spare : 0;
    }
}

static void take_restarts(struct dock_health *out, const char *line)
{
    uint32_t v;
    if (axivity_parse_numbers(line, 10, &v, 1) == 1 && v <= INT32_MAX) {
        out->restarts = (int)v;
    }
}

static void take_lock(struct dock_health *out, const char *line)
{
    uint32_t v;
    out->is_locked = axivity_parse_numbers(line, 10, &v, 1) == 1 && (v & 1) != 0;
}

static void take_ecc(struct dock_health *out, const char *line)
{
    uint32_t v;
    out->ecc_off = axivity_parse_numbers(line, 10, &v, 1) == 1 && v == 0;
}

static const char *value_of(const char *line)
{
    const char *at = strchr(line, '=');
    return at != NULL ? at + 1 : "";
}

static void take_changed(struct dock_health *out, const char *line)
{
    struct civil_time t;
    if (axivity_parse_time(value_of(line), &t)) {
        out->last_changed_ns = civil_time_as_utc_ns(t);
    }
}

static void take_start(struct dock_health *out, const char *line)
{
    struct civil_time t;
    enum axivity_when kind;
    if (axivity_parse_when(value_of(line), &kind, &t)) {
        out->plan_start_always = kind == AXIVITY_WHEN_ZERO;
        out->plan_start_ns =
            kind == AXIVITY_WHEN_TIME ? civil_time_as_utc_ns(t) : out->plan_start_ns;
    }
}

static void take_stop(struct dock_health *out, const char *line)
{
    struct civil_time t;
    enum axivity_when kind;
    if (axivity_parse_when(value_of(line), &kind, &t)) {
        out->plan_stop_never = kind == AXIVITY_WHEN_NEVER;
        out->plan_stop_ns =
            kind == AXIVITY_WHEN_TIME ? civil_time_as_utc_ns(t) : out->plan_stop_ns;
    }
}

static void take_rate(struct dock_health *out, const char *line)
{
    uint32_t v[3];
    if (axivity_parse_numbers(line, 10, v, 3) >= 2 && v[0] <= 255 &&
        cwa_rate_hz((uint8_t)v[0]) > 0) {
        out->rate_hz = cwa_rate_hz((uint8_t)v[0]);
    }
}

static const struct question {
    const char *command, *prefix;
    void (*take)(struct dock_health *out, const char *line);
} QUESTIONS[] = {
    {"LOCK", "LOCK=", take_lock},
    {"HIBERNATE", "HIBERNATE=", take_start},
    {"STOP", "STOP=", take_stop},
    {"RATE", "RATE=", take_rate},
    {"LASTCHANGED", "LASTCHANGED=", take_changed},
    {"STATUS 1", "TEST=", take_test},
    {"STATUS 2", "BATTHEALTH=", take_cycles},
    {"STATUS 3", "FTL=", take_memory},
    {"STATUS 5", "RESTART=", take_restarts},
    {"ECC", "ECC=", take_ecc},
};

/* The newest line of the device's own diary. All fifteen come, oldest first, and OK at the end:
 * they are taken until then, so that none is left for the next question. */
static void ask_diary(struct axivity *self, struct dock_health *out)
{
    char reply[LINE_MAX_BYTES];
    struct cdc_acm *serial = &self->serial;
    if (axivity_ask(self, "LOG", "LOG,", OPTIONAL_MS, reply, NULL) != YK_OK) {
        return;
    }
    const char *line = reply;
    int64_t end = self->port->ops->now_ms(self->port) + OPTIONAL_MS;
    for (int i = 0; i < 64 && strcmp(line, "OK") != 0; i++) {
        const char *text = axivity_log_text(line);
        if (text != NULL) {
            usb_text_trim(out->stop_reason, sizeof out->stop_reason, text, strlen(text));
        }
        if (cdc_acm_line(serial, end, &line, NULL) != YK_OK) {
            serial->in_step = false;
            return;
        }
    }
}

static void ask_health(struct axivity *self, struct dock_health *out)
{
    int n_silences = 0;
    health_init(out);
    for (size_t i = 0; i < sizeof QUESTIONS / sizeof *QUESTIONS; i++) {
        const struct question *q = &QUESTIONS[i];
        char reply[LINE_MAX_BYTES];
        enum yk_status status =
            axivity_ask(self, q->command, q->prefix, OPTIONAL_MS, reply, NULL);
        if (status == YK_OK) {
            q->take(out, reply);
        }
        n_silences += status == YK_ERR_TIMEOUT;
        if (n_silences >= SILENCES_MAX || status == YK_ERR_NO_DEVICE) {
            return;
        }
    }
    if (!out->is_locked) {
        ask_diary(self, out);
    }
}

/* ---- battery ---- */

enum yk_status axivity_read_battery(struct axivity *self, struct dock_battery *out,
                                    struct failure *why)
{
    char reply[LINE_MAX_BYTES];
    struct axivity_battery b;
    for (int i = 0; i < AXIVITY_TRIES; i++) {
        enum yk_status status = axivity_ask_surely(self, "SAMPLE 1", "$BATT=", reply, why);
        if (status != YK_OK) {
            return status;
        }
        if (axivity_parse_battery(reply, &b)) {
            /* Full only when the device itself says so: its percentage runs ahead while it
             * charges. */
            bool is_full = b.percent > 95 && b.is_full;
            *out = (struct dock_battery){
                .percent = is_full          ? 100.0
                           : b.percent > 99 ? 99.0
                                            : (double)b.percent,
                .volt = b.millivolt / 1000.0,
                .is_full = is_full,
            };
            return YK_OK;
        }
        self->serial.in_step = false;
    }
    return failure_set(why, YK_ERR_PROTOCOL, "the recorder's battery reply makes no sense");
}

/* ---- identity ---- */

struct source_of_id {
    const char *name;
    uint64_t id;
};

static void compare_ids(struct dock_identity *out)
{
    const struct source_of_id sources[3] = {{"its USB serial", out->id_by_usb},
                                            {"its own answer", out->id_by_command},
                                            {"the file on it", out->id_by_file}};
    out->agree = true;
    out->disagreement[0] = '\0';
    for (int i = 0; i < 3; i++) {
        for (int k = i + 1; k < 3 && out->agree; k++) {
            const struct source_of_id *a = &sources[i], *b = &sources[k];
            if (a->id != UINT64_MAX && b->id != UINT64_MAX && a->id != b->id) {
                out->agree = false;
                snprintf(out->disagreement, sizeof out->disagreement,
                         "%s says %" PRIu64 ", %s says %" PRIu64, a->name, a->id, b->name,
                         b->id);
            }
        }
    }
}

static enum yk_status ask_file(struct axivity *self, struct dock_identity *out)
{
    struct cwa_header header;
    uint32_t size = 0;
    struct failure why = {.text = ""};
    enum yk_status status = axivity_mount(self, DISK_WAIT_MS, &why);
    if (status == YK_OK) {
        status = axivity_read_header(self, &header, &size, &why);
    }
    if (status != YK_OK) {
        log_info(axivity_log(self), "axivity: %s: header not read: %s",
                 self->port->listing.place, why.text);
        return status;
    }
    out->id_by_file = header.device_id;
    out->session_by_file = header.session_id;
    return YK_OK;
}

static bool is_ax6(const struct axivity *self)
{
    return self->has_id ? self->id.is_ax6 : strncmp(self->port->listing.product, "AX6", 3) == 0;
}

enum yk_status axivity_identify(struct axivity *self, struct dock_identity *identity,
                                struct dock_battery *battery, struct dock_health *health,
                                struct failure *why)
{
    struct dock_identity id = {.id_by_usb = axivity_id_of_serial(self->port->listing.serial),
                               .id_by_command = UINT64_MAX,
                               .id_by_file = UINT64_MAX,
                               .session_by_command = UINT64_MAX,
                               .session_by_file = UINT64_MAX,
                               .format = "cwa"};
    struct dock_battery power = {.percent = NAN, .volt = NAN};
    struct dock_health state;
    health_init(&state);
    enum yk_status status = axivity_meet(self, why);
    if (status == YK_OK) {
        id.id_by_command = self->id.device;
        id.session_by_command = self->id.session;
        snprintf(id.firmware, sizeof id.firmware, "%" PRIu32, self->id.firmware);
        (void)axivity_read_battery(self, &power, NULL);
        ask_health(self, &state);
    } else if (status == YK_ERR_NO_DEVICE) {
        return status;
    }
    if (ask_file(self, &id) == YK_ERR_NO_DEVICE) {
        return failure_set(why, YK_ERR_NO_DEVICE, "USB device %s was unplugged",
                           self->port->listing.place);
    }
    if (status != YK_OK && id.id_by_file == UINT64_MAX) {
        return status; /* neither its serial port nor its disk speaks */
    }
    snprintf(id.model, sizeof id.model, "%s", is_ax6(self) ? "AX6" : "AX3");
    snprintf(id.usb_serial, sizeof id.usb_serial, "%.*s", (int)sizeof id.usb_serial - 1,
             self->port->listing.serial);
    uint64_t number = id.id_by_command != UINT64_MAX ? id.id_by_command
                      : id.id_by_usb != UINT64_MAX   ? id.id_by_usb
                                                     : id.id_by_file;
    snprintf(id.serial, sizeof id.serial, "%" PRIu64, number);
    compare_ids(&id);
    *identity = id;
    *battery = power;
    *health = state;
    return YK_OK;
}
