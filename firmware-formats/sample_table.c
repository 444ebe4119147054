/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Samples from a table: one row a sample, three axes known by name or declared beside the file,
 * a time in each row or a declared start. docs/formats/sample-csv.md describes it for users.
 *
 * Rows follow each other at the rate; a step that is more than half a sample too long is a gap,
 * one that goes back a jump of the clock. A block goes from its first row's time to the next
 * block's, so that times rounded to milliseconds add up to the recorder's own clock. Where
 * times are whole seconds, the rows of a second are spread over it evenly.
 *
 * Left out: gyroscopes and magnetometers.
 */
#include "firmware-formats/epoch_csv_reader.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RATE_LEAST_HZ 1.0
#define RATE_MOST_HZ 10000.0
#define ROUNDED_NS 2000000 /* a time may be rounded by a millisecond, the next one as well */
#define G_MOST 100.0       /* no recorder measures more; a table in mg is soon above it */

/* ---- opening ---- */

/* Rows a second, from times with fractions: 1 / the median step. */
static double rate_of_steps(const struct epoch_csv_peek *peek)
{
    int64_t step[EPOCH_CSV_PEEK];
    size_t n = 0;
    for (size_t i = 1; i < peek->n; i++) {
        int64_t ns = peek->local_ns[i] - peek->local_ns[i - 1];
        if (ns > 0) {
            step[n++] = ns;
        }
    }
    if (n == 0) {
        return 0;
    }
    qsort(step, n, sizeof *step, compare_ns);
    /* Steps of rounded times are one of two values: their mean near the median is the step. */
    double sum = 0;
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        if (llabs(step[i] - step[n / 2]) <= ROUNDED_NS) {
            sum += (double)step[i];
            used++;
        }
    }
    return 1e9 * (double)used / sum;
}

/* Rows a second, from times in whole seconds: the most rows that share one. */
static double rate_of_seconds(const struct epoch_csv_peek *peek)
{
    size_t most = 0, run = 0;
    for (size_t i = 0; i < peek->n; i++) {
        run = i > 0 && peek->local_ns[i] == peek->local_ns[i - 1] ? run + 1 : 1;
        most = run > most ? run : most;
    }
    return (double)most;
}

/* Recorders' rates, within 2 %; otherwise what was found, to a thousandth. */
static double usual_rate(double rate)
{
    static const double known[] = {10, 12.5, 20,   25,  30,  31.25, 32,  40,
                                   50, 60,   62.5, 64,  70,  75,    80,  85.7,
                                   90, 100,  125,  128, 200, 250,   256, 400};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (fabs(rate - known[i]) <= 0.02 * known[i]) {
            return known[i];
        }
    }
    return nearbyint(rate * 1000) / 1000;
}

static enum yk_status set_rate(struct epoch_csv *self, const struct epoch_csv_peek *peek,
                               struct failure *why)
{
    self->has_whole_seconds = peek->n > 1;
    for (size_t i = 0; i < peek->n; i++) {
        self->has_whole_seconds = self->has_whole_seconds && peek->local_ns[i] % NS_PER_S == 0;
    }
    if (self->plan.rate_hz > 0) {
        return YK_OK;
    }
    double rate = !epoch_csv_has_times(self) ? 0
                  : self->has_whole_seconds  ? rate_of_seconds(peek)
                                             : rate_of_steps(peek);
    if (!(rate > RATE_LEAST_HZ && rate <= RATE_MOST_HZ)) {
        return failure_set(
            why, YK_ERR_UNSUPPORTED,
            "samples x, y, z, but how many a second is not known; write 'rate_hz "
            "= 50' (or, for epochs, 'epoch_s = 60' and what the columns are) in "
            "a .ini of the same name beside the file");
    }
    self->plan.rate_hz = usual_rate(rate);
    epoch_csv_plan_remark(&self->plan, "rate of %g Hz taken from the times",
                          self->plan.rate_hz);
    return YK_OK;
}

enum yk_status sample_table_begin(struct epoch_csv *self, const struct epoch_csv_peek *peek,
                                  struct failure *why)
{
    struct timestamp start;
    enum yk_status status = epoch_csv_first_time(self, peek, &start, why);
    if (status == YK_OK) {
        status = set_rate(self, peek, why);
    }
    if (status != YK_OK) {
        return status;
    }
    int64_t local = timestamp_local_ns(&start);
    self->t0_ns = local - epoch_csv_offset_s(self, &start) * NS_PER_S;
    self->first_offset_s = (int32_t)((local - self->t0_ns) / NS_PER_S);
    self->epoch_ns = (int64_t)(1e9 / self->plan.rate_hz);
    if (self->plan.n_declared == 0) {
        epoch_csv_plan_remark(&self->plan, "columns x, y, z read as acceleration in g");
    }
    return YK_OK;
}

/* ---- rows ---- */

static bool read_axes(struct epoch_csv *self, const struct csv_row *row, float out[static 3])
{
    for (int a = 0; a < 3; a++) {
        const struct epoch_csv_axis *axis = &self->plan.axis[a];
        const char *text = csv_field(row, axis->field);
        double value = 0;
        char what[64];
        if (!epoch_csv_read_number(self, text, &value) ||
            !(fabs(value * axis->factor) <= G_MOST)) {
            snprintf(what, sizeof what, "column %zu: '%.*s' is no acceleration in g",
                     axis->field + 1, utf8_shown(text, 20), text);
            epoch_csv_bad_row(self, row, what);
            return false;
        }
        out[a] = (float)(value * axis->factor);
    }
    return true;
}

/* Light and temperature, where the table has them. */
static void read_beside(struct epoch_csv *self, const struct csv_row *row)
{
    self->held_light = self->held_temperature_c = NAN;
    for (size_t i = 0; i < self->plan.n_values; i++) {
        const struct epoch_csv_value *v = &self->plan.value[i];
        float *out = v->column == EPOCH_LIGHT           ? &self->held_light
                     : v->column == EPOCH_TEMPERATURE_C ? &self->held_temperature_c
                                                        : NULL;
        const char *text = csv_field(row, v->field);
        double value = 0;
        if (out != NULL && !epoch_csv_is_missing(self, text) &&
            epoch_csv_read_number(self, text, &value) && fabs(value * v->factor) < 1e30) {
            *out = (float)(value * v->factor);
        }
    }
}

static bool row_time(struct epoch_csv *self, const struct csv_row *row, int64_t expected_ns,
                     int64_t *out)
{
    struct timestamp t;
    if (!epoch_csv_has_times(self)) {
        /* In order alone: a row that cannot be read still has its place. */
        double ahead_ns = (double)(self->rows - 1) * 1e9 / self->plan.rate_hz;
        bool is_late = ahead_ns >= (double)(EPOCH_CSV_LATEST_NS - self->t0_ns);
        *out = is_late ? EPOCH_CSV_LATEST_NS : self->t0_ns + (int64_t)ahead_ns;
    } else if (!epoch_csv_row_time(self, row, &t)) {
        epoch_csv_bad_row(self, row, "no time that can be read");
        return false;
    } else {
        *out = epoch_csv_follow(self, &t, expected_ns, 2 * NS_PER_S);
    }
    if (*out >= EPOCH_CSV_LATEST_NS) {
        epoch_csv_bad_row(self, row, "later than the year 2200");
        return false;
    }
    return true;
}

/* The next sound row becomes the held one. YK_END: there is none. */
static enum yk_status hold_next(struct epoch_csv *self, int64_t expected_ns,
                                struct failure *why)
{
    const struct csv_row *row = NULL;
    enum yk_status status = YK_OK;
    self->has_held = false;
    while (!self->has_held && (status = csv_next(self->csv, &row, why)) == YK_OK) {
        self->base.report.blocks++;
        self->rows++;
        if (row->problem != NULL) {
            epoch_csv_bad_row(self, row, row->problem);
            continue;
        }
        bool is_lone = false;
        if (!row_time(self, row, expected_ns, &self->held_ns)) {
            continue;
        }
        if (llabs(self->held_ns - expected_ns) > EPOCH_CSV_FAR_NS) {
            status = epoch_csv_is_lone(self, &row, &is_lone, why);
        }
        if (status != YK_OK) {
            return status;
        }
        if (is_lone) {
            epoch_csv_bad_row(self, row, EPOCH_CSV_LONE);
            continue;
        }
        if (!read_axes(self, row, self->held_g)) {
            continue;
        }
        read_beside(self, row);
        self->has_held = true;
        if (row->is_open) {
            epoch_csv_note_end(self, true);
        }
    }
    if (status == YK_END) {
        epoch_csv_note_end(self, false);
    }
    return status;
}

/* Whether the held row follows a row of that time without a break; counts what breaks it. */
static bool continues(struct epoch_csv *self, int64_t last_ns)
{
    struct read_report *report = &self->base.report;
    int64_t period = self->epoch_ns, step = self->held_ns - last_ns;
    int64_t least = self->has_whole_seconds ? 0 : 1;
    int64_t most =
        self->has_whole_seconds ? NS_PER_S + period / 2 : period + period / 2 + ROUNDED_NS;
    self->held_flags = 0;
    if (step >= least && step <= most) {
        return true;
    }
    if (step < least) {
        report->clock_jumps++;
        read_report_add(report, READ_EVENT_CLOCK_JUMP, self->held_ns, self->held_ns, -1,
                        "a row is not later than the one before");
        self->held_flags = BLOCK_CLOCK_JUMP;
        return false;
    }
    int64_t usual = self->has_whole_seconds ? NS_PER_S : period;
    report->gaps++;
    report->gap_s += (double)(step - usual) * 1e-9;
    read_report_add(report, READ_EVENT_GAP, last_ns + usual, self->held_ns, -1, "");
    self->held_flags = BLOCK_AFTER_GAP;
    return false;
}

static void take_held(struct epoch_csv *self, struct sample_block *block)
{
    uint32_t i = block->n++;
    struct read_report *report = &self->base.report;
    for (int a = 0; a < 3; a++) {
        block->acc_g[a][i] = self->held_g[a];
        if (report->n_samples == 0) {
            report->first_sample_g[a] = (double)self->held_g[a];
            report->sum_g[a] = 0;
        }
        report->last_sample_g[a] = (double)self->held_g[a];
        report->sum_g[a] += (double)self->held_g[a];
    }
    report->n_samples++;
    summary_range_add(&report->light, (double)self->held_light);
    summary_range_add(&report->temperature_c, (double)self->held_temperature_c);
    block->light = isnan(block->light) ? self->held_light : block->light;
    block->temperature_c =
        isnan(block->temperature_c) ? self->held_temperature_c : block->temperature_c;
}

/* Start and spacing of a block whose rows are all read. end_ns: the next row's time when it
 * follows without a break, else TIME_UNKNOWN. */
static void place(const struct epoch_csv *self, struct sample_block *block, int64_t last_ns,
                  int64_t end_ns)
{
    double period_s = 1 / self->plan.rate_hz;
    bool is_whole = (double)block->n * period_s >= 0.9;
    block->period_s = period_s;
    if (!epoch_csv_has_times(self)) {
        return;
    }
    if (self->has_whole_seconds) {
        if (end_ns != TIME_UNKNOWN && is_whole) {
            block->period_s = (double)(end_ns - block->t0_ns) * 1e-9 / block->n;
        } else if (end_ns != TIME_UNKNOWN) { /* the rest of the second in which it began */
            block->t0_ns = end_ns - (int64_t)((double)block->n * period_s * 1e9);
        }
        return;
    }
    if (end_ns != TIME_UNKNOWN) {
        block->period_s = (double)(end_ns - block->t0_ns) * 1e-9 / block->n;
    } else if (block->n > 1) {
        block->period_s = (double)(last_ns - block->t0_ns) * 1e-9 / (block->n - 1);
    }
}

static enum yk_status sample_table_next(struct recording_source *base,
                                        struct sample_block *block, struct failure *why)
{
    struct epoch_csv *self = (struct epoch_csv *)base;
    if (job_is_cancelled(self->job)) {
        return failure_set(why, YK_ERR_CANCELLED, "sample_csv: cancelled");
    }
    enum yk_status status = YK_OK;
    if (!self->has_held) {
        status = hold_next(self, self->t0_ns, why);
    }
    if (status != YK_OK) {
        return status;
    }
    block->n = 0;
    block->flags = self->held_flags;
    block->light = block->temperature_c = block->battery_v = NAN;
    block->t0_ns = self->held_ns;
    int64_t last_ns = self->held_ns, end_ns = TIME_UNKNOWN;
    bool goes_on = true;
    while (goes_on) {
        take_held(self, block);
        last_ns = self->held_ns;
        status = hold_next(self, last_ns + self->epoch_ns, why);
        if (status != YK_OK && status != YK_END) {
            return status;
        }
        bool follows = status == YK_OK && continues(self, last_ns);
        bool is_second = self->has_whole_seconds && self->held_ns != block->t0_ns;
        end_ns = follows ? self->held_ns : TIME_UNKNOWN;
        goes_on = follows && !is_second && block->n < block->capacity;
    }
    place(self, block, last_ns, end_ns);
    for (int a = 0; a < 3 && block->gyro_dps[a] != NULL; a++) {
        for (uint32_t i = 0; i < block->n; i++) {
            block->gyro_dps[a][i] = NAN;
        }
    }
    base->info.end_ns = block->t0_ns + (int64_t)((double)block->n * block->period_s * 1e9);
    base->info.n_samples = base->report.n_samples;
    return YK_OK;
}

const struct recording_source_ops sample_table_ops = {
    .next_samples = sample_table_next,
    .rewind = epoch_csv_rewind,
    .close = epoch_csv_close,
};
