/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pretend recorder as a whole (device.h): being made, plugged in and started, and its
 * clock.
 */
#include "drivers/pretend/device.h"

#include <string.h>

#include "drivers/pretend/parts.h"
#include "drivers/pretend/worn.h"
#include "src/base/mem.h"
#include "src/base/zone.h"

enum { TICK_US = 1000000, RESTART_BOOTLOADER_US = 5000000 };

/* ---- time ---- */

static void start_clock(struct pretend_device *self)
{
    static const struct civil_time reset = {{2000, 1, 1}, 0, 0};
    bool is_reset = self->recorder.clock_offset_ms == INT64_MIN && !self->clock_started;
    if (is_reset || device_condition(self, WHAT_CLOCK2000) != NULL) {
        device_set_wall(self, civil_time_as_utc_ns(reset));
    } else if (!self->clock_started) {
        int64_t utc_ns = pretend_device_utc_ns(self);
        int64_t zone_s =
            self->recorder.zone != NULL ? zone_offset_s(self->recorder.zone, utc_ns) : 0;
        device_set_wall(self, utc_ns + zone_s * NS_PER_S +
                                  self->recorder.clock_offset_ms * INT64_C(1000000));
    }
    self->clock_started = true;
}

/* ---- life ---- */

static void init_endpoints(struct pretend_device *self)
{
    static const uint8_t address[EP_N] = {0x01, 0x81, 0x82, 0x03, 0x83};
    for (int i = 0; i < EP_N; i++) {
        self->endpoint[i].address = address[i];
    }
}

static enum yk_status init(struct pretend_device *self, const struct pretend_recorder *recorder,
                           struct failure *why)
{
    struct byte_source *source = NULL;
    struct cwa_header header;
    uint8_t at[CWA_HEADER_BYTES];
    bool has_header = false;
    enum yk_status status = pretend_faults_add(&self->faults, recorder->faults, why);
    if (status == YK_OK && recorder->file != NULL) {
        status = file_source_open(recorder->file, &source, why);
    }
    if (status != YK_OK) {
        return status;
    }
    if (source != NULL) {
        has_header = byte_source_read_exactly(source, 0, at, sizeof at, NULL) == YK_OK &&
                     cwa_header_get(at, &header);
    }
    if (source != NULL && !has_header) {
        status = failure_set(why, YK_ERR_UNSUPPORTED,
                             "%s is no recording of an AX3 or AX6: a pretend recorder can only "
                             "hold a .cwa file",
                             source->name);
        byte_source_close(source);
        return status;
    }
    identity_init(&self->identity, recorder, has_header ? &header : NULL, &self->faults);
    status = volume_open(&self->volume, self->identity.is_ax6, self->identity.device_id,
                         self->identity.label, source, &self->faults, why);
    if (status != YK_OK) {
        byte_source_close(source);
        return status;
    }
    return disk_model_open(&self->disk, why);
}

enum yk_status pretend_device_new(const struct pretend_recorder *recorder, pretend_done on_done,
                                  void *user, struct pretend_device **out, struct failure *why)
{
    struct pretend_device *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for a pretend recorder");
    }
    self->recorder = *recorder;
    self->on_done = on_done;
    self->user = user;
    self->change_us = INT64_MAX;
    self->fractional = 1;
    self->restarts = 3;
    text_init(&self->serial.out);
    init_endpoints(self);
    enum yk_status status = init(self, recorder, why);
    if (status != YK_OK) {
        pretend_device_free(self);
        return status;
    }
    /* These belong to the caller and are not looked at again. */
    self->recorder.file = self->recorder.model = self->recorder.faults = NULL;
    self->ecc = device_condition(self, WHAT_NOECC) == NULL;
    settings_init(&self->settings, self->identity.is_ax6, self->identity.device_id);
    if (!self->volume.has_file && self->volume.source == NULL) {
        /* Configured once, never started: a header and nothing else. */
        struct cwa_header blank;
        bool made = false;
        settings_to_header(&self->settings, self->identity.is_ax6, self->identity.device_id,
                           self->identity.firmware, 0, &blank);
        blank.session_id = 0;
        memset(blank.annotation, ' ', sizeof blank.annotation);
        volume_commit(&self->volume, &blank, 0, &made);
    }
    if (device_condition(self, WHAT_LOCKED) != NULL) {
        self->lock_code = 1234;
        self->is_locked = true;
    }
    *out = self;
    return YK_OK;
}

void pretend_device_free(struct pretend_device *self)
{
    if (self == NULL) {
        return;
    }
    volume_close(&self->volume);
    disk_model_close(&self->disk);
    serial_close(self);
    mem_free(self);
}

/* The firmware starts: settings from ROM, then from the recording's header. */
static void boot(struct pretend_device *self)
{
    struct cwa_header header;
    serial_reset(self);
    disk_model_reset(self);
    self->disk.unit_attention = false;
    self->action = (struct pretend_action){0};
    self->busy_us = 0;
    self->mounts = true;
    self->led = -1;
    self->configuration = 1;
    self->line_coding[0] = 0x00;
    self->line_coding[1] = 0xc2; /* 115200 */
    self->line_coding[2] = 0x01;
    self->line_coding[6] = 8;
    for (int i = 0; i < EP_N; i++) {
        self->endpoint[i].is_halted = false;
    }
    settings_init(&self->settings, self->identity.is_ax6, self->identity.device_id);
    if (volume_header(&self->volume, &header)) {
        settings_from_header(&self->settings, &header);
    }
    if (device_condition(self, WHAT_MODEM) != NULL) {
        static const char probe[] = "~x\xf0~AT+GCAP"; /* without its line end */
        memcpy(self->serial.line, probe, sizeof probe - 1);
        self->serial.n_line = sizeof probe - 1;
    }
    self->tick_us = pretend_device_now_us(self) + TICK_US;
}

static void appear(struct pretend_device *self, enum pretend_state state, int64_t change_us)
{
    self->state = state;
    self->change_us = change_us;
    self->generation++;
    if (state == PRETEND_READY) {
        boot(self);
    }
}

static void start(struct pretend_device *self, int64_t bootloader_us)
{
    start_clock(self);
    if (device_condition(self, WHAT_BOOTLOADER) != NULL) {
        appear(self, PRETEND_BOOTLOADER, INT64_MAX);
    } else if (bootloader_us > 0) {
        appear(self, PRETEND_BOOTLOADER, pretend_device_now_us(self) + bootloader_us);
    } else {
        appear(self, PRETEND_READY, INT64_MAX);
    }
}

/* A moment of the header: when the recorder was left for "always", the far end for "never". */
static int64_t planned_s(uint32_t packed, int64_t always_s)
{
    int64_t seconds = always_s;
    if (packed == CWA_TIME_NEVER) {
        return INT64_MAX;
    }
    return packed == CWA_TIME_ALWAYS || cwa_time_seconds(packed, &seconds) ? seconds
                                                                           : INT64_MAX;
}

/* What it recorded since it was unplugged, as it was set up. Without memory: nothing. */
static void record(struct pretend_device *self)
{
    struct worn_life life = {.bytes_max = volume_room(&self->volume)};
    struct byte_source *source = NULL;
    if (!self->is_worn || !volume_is_blank(&self->volume) ||
        !volume_header(&self->volume, &life.header)) {
        return;
    }
    int64_t left_s = self->left_wall_ns / NS_PER_S, now_s = device_wall_ns(self) / NS_PER_S;
    int64_t start_s = planned_s(life.header.start, left_s);
    int64_t stop_s = planned_s(life.header.stop, 0); /* "always" has stopped already */
    life.from_s = start_s > left_s ? start_s : left_s;
    life.to_s = stop_s < now_s ? stop_s : now_s;
    cwa_header_put(life.at, &life.header);
    if (worn_open(&life, &source, NULL) == YK_OK && source != NULL) {
        volume_record(&self->volume, source, device_packed_now(self));
    }
}

void pretend_device_plug(struct pretend_device *self)
{
    if (self->state == PRETEND_ABSENT) {
        record(self);
        self->is_worn = false;
        start(self, (int64_t)self->recorder.bootloader_ms * 1000);
    }
}

void pretend_device_unplug(struct pretend_device *self)
{
    self->is_worn = self->state == PRETEND_READY;
    self->left_wall_ns = device_wall_ns(self);
    device_vanish(self);
}

enum pretend_state pretend_device_state(struct pretend_device *self)
{
    while (self->change_us <= pretend_device_now_us(self)) {
        if (self->state == PRETEND_READY) { /* RESET */
            device_vanish(self);
            start(self, self->recorder.bootloader_ms > 0
                            ? (int64_t)self->recorder.bootloader_ms * 1000
                            : RESTART_BOOTLOADER_US);
        } else {
            appear(self, PRETEND_READY, INT64_MAX);
        }
    }
    return self->state;
}

uint64_t pretend_device_generation(const struct pretend_device *self)
{
    return self->generation;
}

/* ---- outside view ---- */

size_t pretend_device_descriptors(const struct pretend_device *self, uint8_t *at, size_t room)
{
    if (room < 18) {
        return 0;
    }
    size_t n = identity_device_descriptor(&self->identity, at);
    return n + identity_configuration(&self->identity, at + n, room - n);
}

enum yk_status pretend_device_fault(struct pretend_device *self, const char *faults,
                                    struct failure *why)
{
    struct pretend_faults fresh = {.hit = self->faults.hit};
    enum yk_status status = pretend_faults_add(&fresh, faults, why);
    if (status == YK_OK) {
        self->faults = fresh;
        self->serial.is_hung = false;
    }
    return status;
}

void pretend_device_stats(const struct pretend_device *self, struct pretend_stats *out)
{
    *out = self->stats;
    out->skipped_us = self->skipped_us;
    out->faults_hit = self->faults.hit;
    out->holds_recording = volume_holds_recording(&self->volume);
}
