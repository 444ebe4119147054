/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From an ideal wrist to the bytes of a .cwa file; see recorder.h.
 */
#include "src/simulate/recorder.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/simulate/exact_math.h"

#define EXCHANGE_OLD 128   /* firmware up to 53 */
#define EXCHANGE_LATE 1024 /* 54, 55 */

static void draw_errors(struct recorder *self, uint64_t seed)
{
    struct random random;
    random_seed(&random, seed, STREAM_DEVICE);
    struct recorder_errors *e = &self->errors;
    for (int i = 0; i < 3; i++) {
        e->scale[i] = 1 + clamp(0.011 * random_normal(&random), -0.03, 0.03);
        e->offset_g[i] = clamp(0.018 * random_normal(&random), -0.05, 0.05);
        e->per_c_g[i] = clamp(0.0004 * random_normal(&random), -0.001, 0.001);
    }
    e->reference_c = 30;
    e->rate_error = -0.010 + clamp(0.006 * random_normal(&random), -0.015, 0.015);
    e->rate_per_c = 2e-5 * random_normal(&random);
    if (!self->options.has_calibration_error) {
        for (int i = 0; i < 3; i++) {
            e->scale[i] = 1;
            e->offset_g[i] = 0;
            e->per_c_g[i] = 0;
        }
    }
}

static int power_below(int range, int top)
{
    int n = 0;
    while (n < 8 && (top >> n) != range) {
        n++;
    }
    return n; /* 8: no such range */
}

static enum yk_status check_options(const struct recorder_options *o, struct failure *why)
{
    if (cwa_rate_code(o->rate_hz, o->range_g) == 0) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "no recorder has a rate of %g Hz with a range of %d g; rates are "
                           "6.25 12.5 25 50 100 200 400 800 1600, ranges 2 4 8 16",
                           o->rate_hz, o->range_g);
    }
    if (o->rate_hz > 1600) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "a rate of %g Hz is not simulated; the highest is 1600", o->rate_hz);
    }
    bool has_gyro = o->gyro_dps != 0;
    if (has_gyro && !o->is_ax6) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "an AX3 has no gyroscope; choose --device ax6 or leave --gyro out");
    }
    int n = has_gyro ? power_below(o->gyro_dps, 8000) : 2;
    if (n < 2 || n > 6) {
        return failure_set(
            why, YK_ERR_ARGUMENT,
            "%d deg/s is no range of the gyroscope; it has 125 250 500 1000 2000", o->gyro_dps);
    }
    if (has_gyro && o->rate_hz < 25) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "an AX6 with gyroscope records at 25 Hz or more, not at %g Hz",
                           o->rate_hz);
    }
    return YK_OK;
}

enum yk_status recorder_init(struct recorder *self, const struct recorder_options *options,
                             struct recorder_sink sink, int64_t wall_ns, double clock_ppm,
                             uint64_t seed, struct failure *why)
{
    enum yk_status status = check_options(options, why);
    if (status != YK_OK) {
        return status;
    }
    memset(self, 0, sizeof *self);
    self->options = *options;
    self->sink = sink;
    self->wall_ns = wall_ns;
    self->clock_rate = 1 + clock_ppm * 1e-6;
    self->session_id = options->session_id;
    self->rate_code = cwa_rate_code(options->rate_hz, options->range_g);
    random_seed(&self->noise, seed, STREAM_SENSOR);
    draw_errors(self, seed);
    bool has_gyro = options->gyro_dps != 0;
    uint32_t aaa = options->is_ax6 ? 3 + (uint32_t)power_below(options->range_g, 16) : 0;
    uint32_t ggg = has_gyro ? (uint32_t)power_below(options->gyro_dps, 8000) : 0;
    self->light_scale = cwa_light_word(0, aaa, ggg);
    self->layout = has_gyro                                  ? CWA_6_AXES
                   : options->is_ax6 || options->is_unpacked ? CWA_3_AXES
                                                             : CWA_PACKED;
    self->capacity = cwa_layout_capacity(self->layout);
    self->watermark = options->is_ax6 ? 1 : 25;
    self->unit_g = cwa_acc_unit_g(self->light_scale);
    self->gyro_unit_dps = has_gyro ? cwa_gyro_unit_dps(self->light_scale) : 1;
    int32_t top = (int32_t)((double)options->range_g / self->unit_g + 0.5);
    self->clip_low = -top;
    self->clip_high = top - 1;
    /* white noise of the sensor: its density times the root of the band */
    self->noise_g = (options->is_ax6 ? 0.0022 : 0.0046) * sqrt(options->rate_hz / 100);
    self->noise_g = clamp(self->noise_g, 0.0008, 0.010);
    self->gyro_noise_dps = 0.07 * sqrt(options->rate_hz / 100);
    self->temperature_c = 25;
    recorder_settle(self);
    return YK_OK;
}

/* ---- header ---- */

static uint32_t packed_time(const struct recorder *self, double t_s)
{
    int64_t ns = self->wall_ns + (int64_t)floor(t_s * self->clock_rate + 0.5) * NS_PER_S;
    return cwa_time_put(civil_time_of_utc_ns(ns));
}

/* Percent-encoding of the vendor's annotation: letters, digits and ~_.- stay. */
static size_t add_encoded(uint8_t *at, size_t n, size_t room, const char *text)
{
    static const char HEX[] = "0123456789ABCDEF";
    for (; *text != '\0' && n + 3 <= room; text++) {
        unsigned char c = (unsigned char)*text;
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || strchr("~_.-", c) != NULL;
        if (is_plain) {
            at[n++] = c;
        } else if (c == ' ') {
            at[n++] = '+';
        } else {
            at[n++] = '%';
            at[n++] = (uint8_t)HEX[c >> 4];
            at[n++] = (uint8_t)HEX[c & 15];
        }
    }
    return n;
}

static size_t add_raw(uint8_t *at, size_t n, const char *text)
{
    size_t length = strlen(text);
    memcpy(at + n, text, length);
    return n + length;
}

static void annotate(const struct recorder *self, uint8_t at[static CWA_ANNOTATION_BYTES])
{
    memset(at, ' ', CWA_ANNOTATION_BYTES);
    size_t n = add_raw(at, 0, "_p=left+wrist&_sn=simulated");
    if (self->options.subject != NULL) {
        n = add_raw(at, n, "&_sc=");
        add_encoded(at, n, CWA_ANNOTATION_BYTES, self->options.subject);
    }
}

static enum yk_status put_bytes(struct recorder *self, const void *at, size_t n,
                                struct failure *why)
{
    if (self->n_buffer + n > sizeof self->buffer) {
        enum yk_status status = recorder_flush(self, why);
        if (status != YK_OK) {
            return status;
        }
    }
    memcpy(self->buffer + self->n_buffer, at, n);
    self->n_buffer += n;
    return YK_OK;
}

enum yk_status recorder_flush(struct recorder *self, struct failure *why)
{
    size_t n = self->n_buffer;
    self->n_buffer = 0;
    return n == 0 ? YK_OK : self->sink.write(self->sink.user, self->buffer, n, why);
}

enum yk_status recorder_write_header(struct recorder *self, double start_s, double stop_s,
                                     struct failure *why)
{
    const struct recorder_options *o = &self->options;
    struct cwa_header header;
    cwa_header_init(&header);
    header.hardware = o->is_ax6 ? CWA_HARDWARE_AX6 : CWA_HARDWARE_AX3;
    header.device_id = o->device_id;
    header.session_id = o->session_id;
    header.start = packed_time(self, start_s);
    header.stop = packed_time(self, stop_s);
    header.rate_code = self->rate_code;
    header.sensor_config =
        o->gyro_dps != 0 ? (uint8_t)power_below(o->gyro_dps, 8000) : (uint8_t)0;
    header.firmware = (uint8_t)o->firmware;
    header.last_change = packed_time(self, start_s - 1500);
    annotate(self, header.annotation);
    uint8_t bytes[CWA_HEADER_BYTES];
    cwa_header_put(bytes, &header);
    return put_bytes(self, bytes, sizeof bytes, why);
}

/* ---- sectors ---- */

void recorder_start(struct recorder *self)
{
    self->sequence = 0;
    self->since_start = 0;
    self->has_pending = false;
    self->n_queue = 0;
}

double recorder_settle(struct recorder *self)
{
    const struct recorder_errors *e = &self->errors;
    for (int i = 0; i < 3; i++) {
        /* value in units = gain * true + shift */
        self->gain[i] = 1 / (e->scale[i] * self->unit_g);
        self->shift[i] =
            (-e->per_c_g[i] * (self->temperature_c - e->reference_c) / e->scale[i] -
             e->offset_g[i]) /
            self->unit_g;
    }
    double faster = e->rate_error + e->rate_per_c * (self->temperature_c - 28);
    return 1 / (self->options.rate_hz * (1 + faster));
}

static void put_samples(const struct recorder *self, uint8_t at[static CWA_SECTOR_BYTES])
{
    for (uint32_t i = 0; i < self->capacity; i++) {
        const int32_t *v = self->queue[i];
        if (self->layout == CWA_PACKED) {
            cwa_put_packed(at, i, v + 3);
            continue;
        }
        uint32_t first = self->layout == CWA_6_AXES ? 0 : 3;
        for (uint32_t k = first; k < 6; k++) {
            cwa_put_value(at, i, k - first, (int16_t)v[k]);
        }
    }
}

/* Cuts a sector out of the queue; t_s is the moment of the sample that comes next. */
static enum yk_status cut(struct recorder *self, double t_s, struct failure *why)
{
    double device_s = t_s * self->clock_rate;
    double whole = floor(device_s);
    int64_t start_s = floor_div(self->wall_ns, NS_PER_S);
    double fraction = device_s - whole + (double)floor_mod(self->wall_ns, NS_PER_S) / 1e9;
    double carry = floor(fraction);
    fraction -= carry;
    struct cwa_sector sector = {
        .session_id = self->session_id,
        .sequence = self->sequence,
        .light_word = (uint16_t)(self->light_scale | (uint16_t)(self->light + 0.5)),
        .temperature_word = cwa_temperature_word(self->temperature_c),
        .events = self->sequence == 0 ? CWA_EVENT_RESUME : 0,
        .battery = cwa_battery_raw(self->battery_v),
        .rate_code = self->rate_code,
        .layout = self->layout,
        .count = (uint16_t)self->capacity};
    if (!cwa_sector_set_time(&sector, start_s + (int64_t)whole + (int64_t)carry,
                             (uint32_t)(fraction * 65536), (int32_t)self->n_queue)) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "the recorder's clock reaches only from 2000 to 2063");
    }
    uint8_t bytes[CWA_SECTOR_BYTES] = {0};
    cwa_sector_put(bytes, &sector);
    put_samples(self, bytes);
    cwa_sector_seal(bytes);
    memmove(self->queue[0], self->queue[self->capacity],
            (self->n_queue - self->capacity) * sizeof self->queue[0]);
    self->n_queue -= self->capacity;
    self->sequence++;
    self->last_sector_s = t_s;
    if (self->loses_next) {
        return YK_OK;
    }
    if (self->spoils_next) { /* one bit of flash gone */
        bytes[CWA_SAMPLES_AT + 100] ^= 0x10;
        self->spoils_next = false;
        self->last_spoilt = self->n_sectors;
    } else {
        self->n_samples += self->capacity;
    }
    self->n_sectors++;
    return put_bytes(self, bytes, sizeof bytes, why);
}

/* How many samples from the start have accelerometer and gyroscope exchanged. */
static uint64_t exchanged(const struct recorder *self)
{
    if (self->layout != CWA_6_AXES || self->options.firmware > 55) {
        return 0;
    }
    return self->options.firmware > 53 ? EXCHANGE_LATE : EXCHANGE_OLD;
}

/* The pending sample is complete now that the next one is known. */
static enum yk_status push(struct recorder *self, const int32_t next[6], double t_s,
                           struct failure *why)
{
    int32_t *slot = self->queue[self->n_queue++];
    memcpy(slot, self->pending, sizeof self->pending);
    if (self->since_start < exchanged(self)) {
        memcpy(slot, self->pending + 3, 3 * sizeof *slot); /* A(k) in front */
        memcpy(slot + 3, next, 3 * sizeof *slot);          /* G(k+1) behind */
    }
    self->since_start++;
    bool is_fetched = self->since_start % self->watermark == 0;
    if (self->watermark == 1 && self->n_queue == self->capacity) { /* busy now and then */
        is_fetched = random_next(&self->noise) % 12 != 0;
    }
    if (is_fetched && self->n_queue >= self->capacity) {
        return cut(self, t_s, why);
    }
    return YK_OK;
}

static int32_t quantised(double units, int32_t low, int32_t high)
{
    if (units <= low) {
        return low;
    }
    if (units >= high) {
        return high;
    }
    return (int32_t)(units + 65536.5) - 65536;
}

enum yk_status recorder_sample(struct recorder *self, double t_s, const struct wrist *wrist,
                               struct failure *why)
{
    int32_t now[6] = {0};
    double noise = self->noise_g / self->unit_g;
    for (int i = 0; i < 3; i++) {
        double units = self->gain[i] * wrist->acc_g[i] + self->shift[i] +
                       noise * random_noise(&self->noise);
        now[3 + i] = quantised(units, self->clip_low, self->clip_high);
    }
    if (self->layout == CWA_6_AXES) {
        for (int i = 0; i < 3; i++) {
            double dps = wrist->gyro_dps[i] + self->gyro_noise_dps * random_noise(&self->noise);
            now[i] = quantised(dps / self->gyro_unit_dps, -32768, 32767);
        }
    }
    enum yk_status status = YK_OK;
    if (self->has_pending) {
        status = push(self, now, t_s, why);
    }
    memcpy(self->pending, now, sizeof now);
    self->has_pending = true;
    return status;
}
