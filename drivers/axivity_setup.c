/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Setting a recorder up for its next wearer: the settings one by one, each compared with what
 * the recorder says it stored; then FORMAT QC or COMMIT, waited for to its real end; then every
 * setting asked again, and the header on the disk read and compared. Order and commands:
 * section "Setting up" of docs/devices/axivity.md.
 */
#include "drivers/axivity.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "src/base/utf8.h"
#include "src/base/zone.h"

#define LINES 14
#define LINE_BYTES 32
#define COMMIT_MS 15000
#define FORMAT_MS 60000
#define REMOUNT_MS 15000
#define SETTINGS (LINES + 6)

/* One setting: how it is sent, asked for and answered. */
struct setting {
    char send[64], ask[16], prefix[16];
    char expected[64];  /* the whole reply */
    bool is_only_start; /* the reply goes on with what the recorder adds (RATE: the Hz) */
};

struct plan {
    struct setting settings[SETTINGS];
    size_t n;
    uint32_t start, stop; /* packed */
    uint8_t rate_code;
    uint8_t annotation[CWA_ANNOTATION_BYTES];
};

/* ---- what is to be set ---- */

static enum yk_status senseless(struct failure *why, const char *what)
{
    return failure_set(why, YK_ERR_ARGUMENT, "the recorder cannot be set up: %s", what);
}

static struct setting *add(struct plan *self, const char *name, const char *value)
{
    struct setting *s = &self->settings[self->n++];
    snprintf(s->send, sizeof s->send, "%.12s %.40s", name, value);
    snprintf(s->ask, sizeof s->ask, "%.12s", name);
    snprintf(s->prefix, sizeof s->prefix, "%.12s=", name);
    snprintf(s->expected, sizeof s->expected, "%.12s=%.40s", name, value);
    return s;
}

static void add_number(struct plan *self, const char *name, uint32_t value)
{
    char text[16];
    snprintf(text, sizeof text, "%" PRIu32, value);
    add(self, name, text);
}

/* All 32 characters, padded: an empty value might be taken for a question. */
static enum yk_status add_annotation(struct plan *self, const char *text, struct failure *why)
{
    size_t n = strlen(text);
    for (size_t i = 0; i < n; i++) {
        if (text[i] < ' ' || text[i] > '~') {
            return senseless(why, "its note holds a character that is not plain ASCII");
        }
    }
    memset(self->annotation, ' ', sizeof self->annotation);
    memcpy(self->annotation, text, n < sizeof self->annotation ? n : sizeof self->annotation);
    for (int i = 0; i < LINES; i++) {
        const char *line = (const char *)self->annotation + (size_t)i * LINE_BYTES;
        struct setting *s = &self->settings[self->n++];
        snprintf(s->ask, sizeof s->ask, "ANNOTATE%02d", i);
        snprintf(s->prefix, sizeof s->prefix, "ANNOTATE%02d=", i);
        snprintf(s->send, sizeof s->send, "ANNOTATE%02d=%.32s", i, line);
        snprintf(s->expected, sizeof s->expected, "ANNOTATE%02d=%.32s", i, line);
    }
    return YK_OK;
}

/* A start or stop, in the wall clock of the recorder's zone. */
static enum yk_status add_time(struct plan *self, const char *name, int64_t utc_ns,
                               const struct zone *zone, uint32_t *packed, struct failure *why)
{
    char time[40];
    if (utc_ns == TIME_UNKNOWN) { /* start at once; never stop */
        bool is_start = strcmp(name, "HIBERNATE") == 0;
        *packed = is_start ? CWA_TIME_ALWAYS : CWA_TIME_NEVER;
        add(self, name, is_start ? "0" : "-1");
        return YK_OK;
    }
    struct civil_time civil = zone_civil(zone, utc_ns);
    *packed = cwa_time_put(civil);
    if (*packed == 0) {
        return senseless(why, "its clock knows the years 2000 to 2063 only");
    }
    axivity_format_time(civil, time);
    struct setting *s = add(self, name, time);
    /* What comes back is "2024/05/13,09:55:37". */
    char *value = s->expected + strlen(name) + 1;
    value[4] = value[7] = '/';
    value[10] = ',';
    return YK_OK;
}

/* AX3: "RATE 74", never with a second number, which its firmware would append to the first.
 * AX6: always with one, or its gyroscope would be switched off or left on unasked. */
static enum yk_status add_rate(struct plan *self, const struct dock_setup *setup, bool is_ax6,
                               struct failure *why)
{
    static const int dps[] = {0, 125, 250, 500, 1000, 2000};
    char value[24];
    bool is_known = false;
    for (size_t i = 0; i < sizeof dps / sizeof *dps; i++) {
        is_known = is_known || dps[i] == setup->gyro_dps;
    }
    self->rate_code = cwa_rate_code(setup->rate_hz, setup->range_g);
    if (self->rate_code == 0 || setup->rate_hz > 1600.0) {
        return senseless(why, "it has no such rate or range");
    }
    if (!is_known || (setup->gyro_dps != 0 && (!is_ax6 || setup->rate_hz < 25.0))) {
        return senseless(why, "it has no such gyroscope setting");
    }
    snprintf(value, sizeof value, is_ax6 ? "%u,%d" : "%u", (unsigned)self->rate_code,
             setup->gyro_dps);
    struct setting *s = add(self, "RATE", value);
    snprintf(s->expected, sizeof s->expected, "RATE=%u,", (unsigned)self->rate_code);
    s->is_only_start = true;
    return YK_OK;
}

static enum yk_status make_plan(const struct dock_setup *setup, bool is_ax6, struct plan *out,
                                struct failure *why)
{
    memset(out, 0, sizeof *out);
    bool has_both = setup->start_ns != TIME_UNKNOWN && setup->stop_ns != TIME_UNKNOWN;
    if (setup->zone == NULL || (has_both && setup->start_ns >= setup->stop_ns)) {
        return senseless(why, "its start is not before its stop");
    }
    add_number(out, "SESSION", setup->session);
    enum yk_status status = add_annotation(out, setup->annotation, why);
    if (status == YK_OK) {
        add_number(out, "MAXSAMPLES", 0);
        status = add_rate(out, setup, is_ax6, why);
    }
    if (status == YK_OK) {
        add_number(out, "DEBUG", 0);
        status = add_time(out, "HIBERNATE", setup->start_ns, setup->zone, &out->start, why);
    }
    if (status == YK_OK) {
        status = add_time(out, "STOP", setup->stop_ns, setup->zone, &out->stop, why);
    }
    return status;
}

/* ---- setting and comparing ---- */

static bool is_as_expected(const struct setting *s, const char *reply)
{
    return s->is_only_start ? strncmp(reply, s->expected, strlen(s->expected)) == 0
                            : strcmp(reply, s->expected) == 0;
}

static enum yk_status differs(struct failure *why, const char *when, const char *what,
                              const char *expected)
{
    return failure_set(why, YK_ERR_CONFLICT,
                       "%s the recorder says \"%.*s\" instead of \"%.*s\"; set it up again, "
                       "and put it aside when that happens twice",
                       when, utf8_shown(what, 60), what, utf8_shown(expected, 60), expected);
}

/* Sends a setting, or asks for it; the reply must be what is wanted. A wrong one may be a late
 * answer to something else: the next two tries tell. */
static enum yk_status settle(struct axivity *self, const struct setting *s, const char *command,
                             const char *when, struct failure *why)
{
    char reply[LINE_MAX_BYTES];
    enum yk_status status = YK_OK;
    for (int i = 0; i < AXIVITY_TRIES; i++) {
        status = axivity_ask_surely(self, command, s->prefix, reply, why);
        if (status != YK_OK || is_as_expected(s, reply)) {
            return status;
        }
        self->serial.in_step = false;
        status = differs(why, when, reply, s->expected);
    }
    return status;
}

static enum yk_status send_all(struct axivity *self, const struct plan *plan,
                               const struct job *job, struct failure *why)
{
    for (size_t i = 0; i < plan->n; i++) {
        if (job_is_cancelled(job)) {
            return failure_set(why, YK_ERR_CANCELLED,
                               "setting up was stopped; the recorder holds nothing new");
        }
        enum yk_status status =
            settle(self, &plan->settings[i], plan->settings[i].send, "when set,", why);
        if (status != YK_OK) {
            return status;
        }
    }
    return YK_OK;
}

static enum yk_status ask_all(struct axivity *self, const struct plan *plan,
                              struct failure *why)
{
    for (size_t i = 0; i < plan->n; i++) {
        enum yk_status status =
            settle(self, &plan->settings[i], plan->settings[i].ask, "read back,", why);
        if (status != YK_OK) {
            return status;
        }
    }
    return YK_OK;
}

static enum yk_status header_differs(struct failure *why, const char *field, uint64_t is,
                                     uint64_t wanted)
{
    return failure_set(why, YK_ERR_CONFLICT,
                       "the header on the recorder differs in its %s: %" PRIu64
                       " instead of %" PRIu64
                       "; set it up again, and put it aside when that happens twice",
                       field, is, wanted);
}

static enum yk_status compare_header(const struct axivity *self, const struct cwa_header *h,
                                     const struct plan *plan, const struct dock_setup *setup,
                                     uint32_t size, struct failure *why)
{
    const struct {
        const char *field;
        uint64_t is, wanted;
    } fields[] = {
        {"device number", h->device_id, self->id.device},
        {"session", h->session_id, setup->session},
        {"start", h->start, plan->start},
        {"stop", h->stop, plan->stop},
        {"limit of samples", h->max_samples, 0},
        {"rate and range", h->rate_code, plan->rate_code},
        {"gyroscope", (uint64_t)cwa_config_gyro_dps(h->sensor_config),
         (uint64_t)setup->gyro_dps},
        {"size of the file", setup->erase ? size : CWA_HEADER_BYTES, CWA_HEADER_BYTES},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (fields[i].is != fields[i].wanted) {
            return header_differs(why, fields[i].field, fields[i].is, fields[i].wanted);
        }
    }
    for (size_t i = 0; i < CWA_ANNOTATION_BYTES; i++) {
        if (h->annotation[i] != plan->annotation[i]) {
            return header_differs(why, "note, at one character", h->annotation[i],
                                  plan->annotation[i]);
        }
    }
    return YK_OK;
}

static enum yk_status check_header(struct axivity *self, const struct plan *plan,
                                   const struct dock_setup *setup, struct failure *why)
{
    struct cwa_header header;
    uint32_t size = 0;
    enum yk_status status = axivity_mount(self, REMOUNT_MS, why);
    if (status == YK_OK) {
        status = axivity_read_header(self, &header, &size, why);
    }
    return status == YK_OK ? compare_header(self, &header, plan, setup, size, why) : status;
}

/* From here on nothing is cancelled: half a format is worse. A confirmation that is lost is no
 * failure when everything reads back as it was set. */
static enum yk_status commit(struct axivity *self, const struct plan *plan,
                             const struct dock_setup *setup, struct failure *why)
{
    log_info(axivity_log(self), "axivity: %s: %s", self->port->listing.place,
             setup->erase ? "FORMAT QC" : "COMMIT");
    enum yk_status acted = setup->erase ? axivity_act(self, "FORMAT QC", FORMAT_MS, why)
                                        : axivity_act(self, "COMMIT", COMMIT_MS, why);
    if (acted != YK_OK && acted != YK_ERR_TIMEOUT) {
        return acted;
    }
    struct failure inner = {.text = ""};
    enum yk_status status = ask_all(self, plan, &inner);
    if (status == YK_OK) {
        status = check_header(self, plan, setup, &inner);
    }
    if (status != YK_OK && acted == YK_OK && why != NULL) {
        *why = inner;
    }
    return status == YK_OK || acted == YK_OK ? status : acted;
}

enum yk_status axivity_can_configure(const struct axivity *self, const struct dock_setup *setup,
                                     struct failure *why)
{
    struct plan plan;
    return make_plan(setup, self->id.is_ax6, &plan, why);
}

enum yk_status axivity_configure(struct axivity *self, const struct dock_setup *setup,
                                 struct job *job, struct failure *why)
{
    struct plan plan;
    struct dock_clock clock;
    axivity_settle(self);
    if (self->source != NULL) {
        return failure_set(why, YK_ERR_BUSY,
                           "the recording is being read; the recorder is not set up meanwhile");
    }
    if (self->is_end_unread) {
        return failure_set(
            why, YK_ERR_CONFLICT,
            "sectors right behind the recording cannot be read, and there may be "
            "more of it in them: the recorder is not set up again; take it out "
            "of use");
    }
    enum yk_status status = axivity_meet(self, why);
    if (status == YK_OK) {
        status = make_plan(setup, self->id.is_ax6, &plan, why);
    }
    if (status == YK_OK) {
        status = send_all(self, &plan, job, why);
    }
    if (status == YK_OK) {
        status = axivity_set_clock(self, setup->zone, &clock, why);
    }
    if (status == YK_OK && job_is_cancelled(job)) {
        status = failure_set(why, YK_ERR_CANCELLED,
                             "setting up was stopped; the recorder holds nothing new");
    }
    return status == YK_OK ? commit(self, &plan, setup, why) : status;
}
