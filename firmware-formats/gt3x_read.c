/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Samples of a .gt3x with log.bin: one block a record, gaps with their causes, readings held
 * until the next one. gt3x_cursor.c starts in the middle.
 *
 * A gap is one of: idle sleep (events 8 and 9: the device slept because nothing moved; its
 * maker repeats the last sample), docked (a record of one byte; its maker writes zeros from
 * there on), or lost. Nothing is filled here; flags of the block after the gap say what its
 * maker would have.
 */
#include "firmware-formats/gt3x_reader.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/base/bytes.h"
#include "src/base/clones.h"

#define ZEROS_MOST 64 /* between records; more are damage */

/* ---- readings and events ---- */

static void add_reading(struct gt3x_reader *self, struct summary_range *range, float *to,
                        double value)
{
    *to = (float)value;
    if (!self->is_cursor) {
        summary_range_add(range, value);
    }
}

static void take_battery(struct gt3x_reader *self, const struct gt3x_record *record)
{
    if (record->size >= 2) {
        add_reading(self, &self->base.report.battery_v, &self->now.battery_v,
                    get_u16le(record->payload) / 1000.0);
    }
}

static void take_lux(struct gt3x_reader *self, const struct gt3x_record *record)
{
    if (record->size >= 2) {
        add_reading(self, &self->base.report.light, &self->now.light,
                    get_u16le(record->payload));
    }
}

static void take_event(struct gt3x_reader *self, const struct gt3x_record *record)
{
    if (record->size == 1 &&
        (record->payload[0] == GT3X_EVENT_SLEEP || record->payload[0] == GT3X_EVENT_WAKE)) {
        self->now.was_idle = true;
    }
}

/* Read when the file is opened, or where samples need them. */
static void take_elsewhere(struct gt3x_reader *self, const struct gt3x_record *record)
{
    (void)self;
    (void)record;
}

static void take_temperature(struct gt3x_reader *self, const struct gt3x_record *record)
{
    const struct gt3x_thermometer *t = &self->facts.thermometer;
    for (size_t i = 0; i + 3 <= record->size && t->is_known; i += 3) {
        const uint8_t *at = record->payload + i;
        if (at[0] == t->sensor) {
            double raw = t->sensor == 0 ? (double)get_u16le(at + 1) : (double)get_i16le(at + 1);
            double c = (raw - t->low) * (t->high_c - t->low_c) / (t->high - t->low) + t->low_c;
            add_reading(self, &self->base.report.temperature_c, &self->now.temperature_c, c);
        }
    }
}

static void take_imu(struct gt3x_reader *self, const struct gt3x_record *record)
{
    double c = gt3x_imu_temperature(&self->facts.imu, record->payload, record->size);
    if (c > -100 && c < 200) {
        add_reading(self, &self->base.report.temperature_c, &self->now.temperature_c, c);
    }
}

static void (*const TAKE[GT3X_TYPES])(struct gt3x_reader *, const struct gt3x_record *) = {
    [GT3X_BATTERY] = take_battery,
    [GT3X_EVENT] = take_event,
    [GT3X_LUX] = take_lux,
    [GT3X_METADATA] = take_elsewhere,
    [GT3X_PARAMETERS] = take_elsewhere,
    [GT3X_SENSOR_SCHEMA] = take_elsewhere,
    [GT3X_SENSOR_DATA] = take_imu,
    [GT3X_TEMPERATURE] = take_temperature,
};

/* ---- damage ---- */

static void note_damage(struct gt3x_reader *self, uint64_t pos)
{
    struct read_report *report = &self->base.report;
    const uint64_t damaged = self->stream.damaged, zeros = self->stream.zeros;
    if (damaged == 0 && zeros == 0) {
        return;
    }
    bool is_padding = damaged == 0 && zeros <= ZEROS_MOST;
    self->now.is_damaged = self->now.is_damaged || !is_padding;
    if (self->is_cursor) {
        return;
    }
    report->skipped_bytes += damaged + zeros;
    if (!is_padding) {
        char detail[64];
        report->bad_blocks++;
        snprintf(detail, sizeof detail, "%" PRIu64 " bytes at byte %" PRIu64 " of log.bin",
                 damaged + zeros, pos - damaged - zeros);
        read_report_add(report, READ_EVENT_BAD_BLOCK, TIME_UNKNOWN, TIME_UNKNOWN,
                        (int64_t)report->blocks, detail);
    }
}

/* Zeros behind the last record are padding, whatever their number. */
static void note_end(struct gt3x_reader *self)
{
    struct read_report *report = &self->base.report;
    const uint64_t damaged = self->stream.damaged, zeros = self->stream.zeros;
    if (self->is_cursor) {
        return;
    }
    report->skipped_bytes += damaged + zeros;
    if (damaged > 0) {
        report->trailing_bytes = damaged + zeros;
    }
}

/* At the time of the samples before it: its own may be what is wrong. */
static void bad_record(struct gt3x_reader *self, const struct gt3x_record *record,
                       const char *what)
{
    self->now.is_damaged = true;
    if (!self->is_cursor) {
        struct read_report *report = &self->base.report;
        report->bad_blocks++;
        report->skipped_bytes += (uint64_t)GT3X_HEAD_BYTES + record->size + 1;
        read_report_add(report, READ_EVENT_BAD_BLOCK, self->now.end_ns, self->now.end_ns,
                        (int64_t)report->blocks, what);
    }
}

/* ---- gaps ---- */

static void report_gap(struct gt3x_reader *self, int64_t start_ns, int64_t end_ns,
                       const char *cause)
{
    struct read_report *report = &self->base.report;
    report->gaps++;
    report->gap_s += (double)(end_ns - start_ns) / (double)NS_PER_S;
    read_report_add(report, READ_EVENT_GAP, start_ns, end_ns, -1, cause);
}

/* What lies between the samples so far and the next ones, which begin at t0_ns. */
static void find_gap(struct gt3x_reader *self, int64_t t0_ns, struct sample_block *block)
{
    const struct gt3x_state *now = &self->now;
    block->flags = 0;
    block->zeros_from_ns = TIME_UNKNOWN;
    if (now->end_ns == TIME_UNKNOWN || t0_ns == now->end_ns) {
        return;
    }
    if (t0_ns < now->end_ns) {
        block->flags |= BLOCK_CLOCK_JUMP | BLOCK_AFTER_GAP;
        if (!self->is_cursor) {
            self->base.report.clock_jumps++;
            self->base.info.clock_is_in_doubt = true;
            read_report_add(&self->base.report, READ_EVENT_CLOCK_JUMP, now->end_ns, t0_ns, -1,
                            "time goes back");
        }
        return;
    }
    block->flags |= BLOCK_AFTER_GAP;
    bool was_docked = now->docked_s != TIME_UNKNOWN;
    if ((now->was_idle || was_docked) && !now->is_damaged) {
        block->flags |= BLOCK_HELD;
        block->zeros_from_ns = was_docked
                                   ? now->docked_s * NS_PER_S - self->facts.wall_minus_utc_ns
                                   : TIME_UNKNOWN;
    }
    if (!self->is_cursor) {
        report_gap(self, now->end_ns, t0_ns,
                   was_docked        ? "docked"
                   : now->is_damaged ? "lost to damage"
                   : now->was_idle   ? "idle sleep: nothing moved"
                                     : "records are missing");
        if (now->was_idle && !was_docked && !now->is_damaged) {
            self->idle_sleeps++;
            self->idle_s += (double)(t0_ns - now->end_ns) / (double)NS_PER_S;
        }
        self->dockings += was_docked;
    }
}

/* ---- samples ---- */

YK_CLONES
static void to_g(const int16_t *restrict raw, size_t n, float factor, float *restrict out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = (float)raw[i] * factor;
    }
}

/* A scale that is no power of 2: the float nearest to the quotient. */
YK_CLONES
static void to_g_divided(const int16_t *restrict raw, size_t n, double scale,
                         float *restrict out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = (float)((double)raw[i] / scale);
    }
}

static void to_g_by_matrix(const struct gt3x_matrix *matrix, const struct gt3x_raw *raw,
                           size_t n, float *const out[3])
{
    for (size_t i = 0; i < n; i++) {
        double v[3];
        for (int a = 0; a < 3; a++) {
            v[a] = raw->axis[a][i] - matrix->offset[a];
        }
        for (int a = 0; a < 3; a++) {
            const double *m = matrix->m[a];
            out[a][i] = (float)(m[0] * v[0] + m[1] * v[1] + m[2] * v[2]);
        }
    }
}

static void turn(struct gt3x_raw *raw, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int16_t x = raw->axis[0][i];
        raw->axis[0][i] = raw->axis[1][i];
        raw->axis[1][i] = (int16_t)(x == INT16_MIN ? INT16_MAX : -x);
    }
}

/* How many of n samples lie at the end of the range, and the sums of the axes. */
YK_CLONES
static void sum_up(const struct gt3x_raw *raw, size_t n, int16_t limit, int32_t sum[3],
                   int32_t *clipped)
{
    const int16_t *restrict x = raw->axis[0], *restrict y = raw->axis[1],
                            *restrict z = raw->axis[2];
    int32_t sx = 0, sy = 0, sz = 0, over = 0;
    for (size_t i = 0; i < n; i++) {
        sx += x[i];
        sy += y[i];
        sz += z[i];
        over += (x[i] >= limit) | (x[i] <= -limit) | (y[i] >= limit) | (y[i] <= -limit) |
                (z[i] >= limit) | (z[i] <= -limit);
    }
    sum[0] = sx;
    sum[1] = sy;
    sum[2] = sz;
    *clipped = over;
}

static void add_to_report(struct gt3x_reader *self, const struct sample_block *block,
                          const int32_t sum[3], int32_t clipped)
{
    struct read_report *report = &self->base.report;
    const uint32_t n = block->n;
    for (int a = 0; a < 3; a++) {
        if (report->n_samples == 0) {
            report->sum_g[a] = 0;
            report->first_sample_g[a] = (double)block->acc_g[a][0];
        }
        report->last_sample_g[a] = (double)block->acc_g[a][n - 1];
        if (self->facts.matrix.is_used) {
            for (uint32_t i = 0; i < n; i++) {
                report->sum_g[a] += (double)block->acc_g[a][i];
            }
        } else {
            report->sum_g[a] += sum[a] / self->facts.scale;
        }
    }
    report->n_samples += n;
    report->clipped_samples += (uint64_t)clipped;
}

/* The range's end in raw numbers: 12 bits, or 8 g at 256 per g. */
static int16_t clip_limit(const struct gt3x_reader *self)
{
    double range = self->base.info.range_g;
    double limit = range > 0 ? range * self->facts.scale - 1 : 2047;
    return limit > 0 && limit < INT16_MAX ? (int16_t)limit : INT16_MAX;
}

static void unpack(struct gt3x_reader *self, const struct gt3x_record *record, size_t n)
{
    if (record->type == GT3X_ACTIVITY2) {
        gt3x_unpack16(record->payload, n, self->raw);
    } else {
        gt3x_unpack12(record->payload, 0, n,
                      record->type == GT3X_ACTIVITY ? GT3X_YXZ : GT3X_XYZ, self->raw);
    }
    if (self->facts.turned) {
        turn(self->raw, n);
    }
}

static void give_gyro(struct gt3x_reader *self, const struct gt3x_record *record,
                      struct sample_block *block)
{
    struct gt3x_record next;
    if (block->gyro_dps[0] == NULL) {
        return;
    }
    bool is_there = self->facts.with_gyro && gt3x_stream_peek(&self->stream, &next) &&
                    next.type == GT3X_SENSOR_DATA && next.second == record->second;
    gt3x_imu_gyro(&self->facts.imu, is_there ? next.payload : NULL, is_there ? next.size : 0,
                  block->n, block->gyro_dps);
}

static void give_samples(struct gt3x_reader *self, const struct gt3x_record *record, size_t n,
                         struct sample_block *block)
{
    const struct gt3x_facts *facts = &self->facts;
    unpack(self, record, n);
    int32_t sum[3] = {0, 0, 0}, clipped = 0;
    sum_up(self->raw, n, clip_limit(self), sum, &clipped);
    if (facts->matrix.is_used) {
        to_g_by_matrix(&facts->matrix, self->raw, n, block->acc_g);
    } else {
        int exponent;
        bool is_exact = frexp(facts->scale, &exponent) == 0.5;
        for (int a = 0; a < 3; a++) {
            if (is_exact) {
                to_g(self->raw->axis[a], n, (float)(1 / facts->scale), block->acc_g[a]);
            } else {
                to_g_divided(self->raw->axis[a], n, facts->scale, block->acc_g[a]);
            }
        }
    }
    block->n = (uint32_t)n;
    block->light = self->now.light;
    block->temperature_c = self->now.temperature_c;
    block->battery_v = self->now.battery_v;
    block->flags |= clipped > 0 ? BLOCK_CLIPPED : 0;
    give_gyro(self, record, block);
    if (!self->is_cursor) {
        add_to_report(self, block, sum, clipped);
    }
}

/* ---- records ---- */

static void note_rate(struct gt3x_reader *self, size_t n)
{
    if (!self->rate_noted && !self->is_cursor) {
        char detail[64];
        snprintf(detail, sizeof detail, "a record of %zu samples at %u Hz", n,
                 (unsigned)self->facts.rate);
        read_report_add(&self->base.report, READ_EVENT_NOTE, TIME_UNKNOWN, TIME_UNKNOWN, -1,
                        detail);
        self->rate_noted = true;
    }
}

static bool is_stray(const struct gt3x_reader *self, const struct gt3x_record *record)
{
    const struct gt3x_state *now = &self->now;
    const int64_t before_s = now->last_s != TIME_UNKNOWN ? now->last_s : self->facts.planned_s;
    return gt3x_stream_is_stray(&self->stream, record, before_s, self->facts.last_s);
}

/* Samples of an activity record; 0: it has none, and why was counted. */
static size_t check_activity(struct gt3x_reader *self, const struct gt3x_record *record)
{
    if (is_stray(self, record)) {
        char what[64];
        snprintf(what, sizeof what, "second %" PRIu32 ", far from those on both sides",
                 record->second);
        bad_record(self, record, what);
        return 0;
    }
    size_t n = record->type == GT3X_ACTIVITY2 ? gt3x_count16(record->size)
                                              : gt3x_count12(record->size);
    if (record->size == 1) {
        self->now.docked_s =
            self->now.docked_s == TIME_UNKNOWN ? (int64_t)record->second : self->now.docked_s;
        return 0;
    }
    if (n == 0) {
        bad_record(self, record, "an activity record without samples");
        return 0;
    }
    if (n > GT3X_SAMPLES_MOST) {
        bad_record(self, record, "an activity record of many seconds");
        return 0;
    }
    if ((int64_t)record->second == self->now.last_s) {
        bad_record(self, record, "the same second again");
        return 0;
    }
    if (n != self->facts.rate) {
        note_rate(self, n);
    }
    return n;
}

static enum yk_status take_activity(struct gt3x_reader *self, const struct gt3x_record *record,
                                    const struct gt3x_state *before, struct sample_block *block,
                                    bool *is_block, struct failure *why)
{
    const size_t n = check_activity(self, record);
    if (n == 0) {
        return YK_OK;
    }
    /* More than fit into a second at the nominal rate, but no more than some device can do: a
     * rate of their own. Fewer: a second that was cut short. */
    const uint32_t rate =
        n > self->facts.rate && n <= GT3X_RATE_MOST ? (uint32_t)n : self->facts.rate;
    const int64_t t0_ns = (int64_t)record->second * NS_PER_S - self->facts.wall_minus_utc_ns;
    const int64_t end_ns = t0_ns + (int64_t)n * NS_PER_S / rate;
    enum yk_status status = gt3x_keep_place(self, before, t0_ns, why);
    if (status != YK_OK) {
        return status;
    }
    find_gap(self, t0_ns, block);
    block->t0_ns = t0_ns;
    block->period_s = 1.0 / rate;
    give_samples(self, record, n, block);
    gt3x_extend_place(self, t0_ns, end_ns);
    struct gt3x_state *now = &self->now;
    now->last_s = record->second;
    now->end_ns = end_ns;
    now->docked_s = TIME_UNKNOWN;
    now->was_idle = false;
    now->is_damaged = false;
    *is_block = true;
    return YK_OK;
}

/* What sound records hold that nothing here uses, by name. */
static void note_passed_over(struct gt3x_reader *self)
{
    static const char *const names[GT3X_TYPES] = {
        [GT3X_HEART_RATE] = "heart rates",
        [GT3X_TAG] = "proximity tags",
        [GT3X_EPOCH] = "epochs counted by the device",
        [GT3X_HEART_RATE_ANT] = "heart rates by ANT+",
        [GT3X_EPOCH2] = "epochs counted by the device (2)",
        [GT3X_CAPSENSE] = "wear sensor readings",
        [GT3X_HEART_RATE_BLE] = "heart rates by Bluetooth",
        [GT3X_EPOCH3] = "epochs counted by the device (3)",
        [GT3X_EPOCH4] = "epochs counted by the device (4)",
        [GT3X_FIFO_ERROR] = "errors of the sample buffer",
        [GT3X_FIFO_DUMP] = "dumps of the sample buffer",
        [GT3X_BUTTON] = "button records",
        [GT3X_BUTTON2] = "button records (2)"};
    for (size_t type = 0; type < 256; type++) {
        char detail[64];
        const char *name = type < GT3X_TYPES ? names[type] : NULL;
        if (self->passed_over[type] > 0) {
            char unknown[32];
            snprintf(unknown, sizeof unknown, "records of unknown type %u", (unsigned)type);
            snprintf(detail, sizeof detail, "%" PRIu64 " %.34s: not used",
                     self->passed_over[type], name != NULL ? name : unknown);
            read_report_add(&self->base.report, READ_EVENT_NOTE, TIME_UNKNOWN, TIME_UNKNOWN, -1,
                            detail);
        }
    }
}

/* Kept over the whole file, so said only at its end. */
static void finish(struct gt3x_reader *self)
{
    struct recording_source *base = &self->base;
    char detail[64];
    if (self->is_cursor || self->is_at_end) {
        return;
    }
    self->places_are_complete = self->is_at_end = true;
    base->info.n_samples = base->report.n_samples;
    base->info.end_ns = self->now.end_ns;
    if (self->idle_sleeps > 0) {
        snprintf(detail, sizeof detail, "idle sleep: %" PRIu64 " gaps, %.0f s",
                 self->idle_sleeps, self->idle_s);
        read_report_add(&base->report, READ_EVENT_NOTE, TIME_UNKNOWN, TIME_UNKNOWN, -1, detail);
        read_report_add(&base->report, READ_EVENT_NOTE, TIME_UNKNOWN, TIME_UNKNOWN, -1,
                        "idle sleep is missing; actigraph_gaps=filled: still");
    }
    note_passed_over(self);
}

enum yk_status gt3x_next_samples(struct recording_source *source, struct sample_block *block,
                                 struct failure *why)
{
    struct gt3x_reader *self = (struct gt3x_reader *)source; /* its first member */
    for (bool is_block = false; !is_block;) {
        struct gt3x_record record;
        struct gt3x_state before = self->now;
        enum yk_status status = gt3x_stream_next(&self->stream, &record, why);
        if (status == YK_END) {
            note_end(self);
            self->stream.damaged = self->stream.zeros = 0;
            finish(self);
            return YK_END;
        }
        if (status != YK_OK) {
            return status;
        }
        note_damage(self, record.pos);
        self->now.pos = self->stream.pos;
        self->base.report.blocks += !self->is_cursor;
        if (record.type == GT3X_ACTIVITY || record.type == GT3X_ACTIVITY2 ||
            record.type == GT3X_ACTIVITY3) {
            status = take_activity(self, &record, &before, block, &is_block, why);
            if (status != YK_OK) {
                return status;
            }
        } else if (record.type < GT3X_TYPES && TAKE[record.type] != NULL) {
            TAKE[record.type](self, &record);
        } else {
            self->passed_over[record.type] += !self->is_cursor;
        }
    }
    return YK_OK;
}

enum yk_status gt3x_rewind(struct recording_source *source, struct failure *why)
{
    struct gt3x_reader *self = (struct gt3x_reader *)source;
    (void)why;
    opening_report(source, self->packed, &self->clock);
    self->rate_noted = false;
    self->idle_sleeps = self->dockings = 0;
    memset(self->passed_over, 0, sizeof self->passed_over);
    self->idle_s = 0;
    self->is_at_end = false;
    self->n_places = self->places_are_complete ? self->n_places : 0;
    gt3x_note_opening(self);
    gt3x_start(self);
    return YK_OK;
}
