/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Epochs from a table: one row per epoch, a time (or a step, or nothing but the order), columns
 * known by name or declared beside the file. docs/formats/epoch-csv.md describes it for users.
 *
 * The time stamps decide the grid: epoch k is the row whose time is nearest to start + k
 * epochs; a jump ahead leaves unknown epochs, a step back is a damaged row. Local times are
 * converted once: the offset of the first row is kept (a recorder's clock does not change over
 * at night) until the rows themselves show the hour that a clock change drops or repeats.
 *
 * Left out: epochs that are not whole seconds, and tables of one row per sample.
 */
#include "firmware-formats/epoch_csv_plan.h"
#include "firmware-formats/format.h"
#include "firmware-formats/timestamp.h"
#include "src/base/mem.h"
#include "src/base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define EPOCHS_PER_CALL ((size_t)8192)
#define PEEK_ROWS 256
#define GAP_MAX_S (INT64_C(31) * 86400) /* a longer jump is taken for a wrong date */

struct epoch_csv {
    struct recording_source base;
    struct byte_source *bytes;
    struct csv *csv;
    const struct zone *zone;
    struct zone *own_zone; /* of the .ini; closed with us */
    struct job *job;
    struct epoch_csv_plan plan;
    int64_t t0_ns, epoch_ns;
    int64_t first_step;
    int32_t first_offset_s;

    int32_t offset_s;   /* local minus UTC that the rows follow now */
    int64_t next;       /* index of the next epoch to deliver */
    int64_t gap_epochs; /* filled so far */
    uint64_t rows;      /* data rows seen */
    bool is_going_back; /* the last row was before its time */
};

static struct epoch_csv *of(struct recording_source *base)
{
    return (struct epoch_csv *)base;
}

/* ---- what the report says ---- */

static void note(struct epoch_csv *self, enum read_event_kind kind, int64_t at, const char *fmt,
                 ...) __attribute__((format(printf, 4, 5)));

static void note(struct epoch_csv *self, enum read_event_kind kind, int64_t at, const char *fmt,
                 ...)
{
    char detail[64];
    va_list args;
    va_start(args, fmt);
    vsnprintf(detail, sizeof detail, fmt, args);
    va_end(args);
    read_report_add(&self->base.report, kind, TIME_UNKNOWN, TIME_UNKNOWN, at, detail);
}

static void bad_row(struct epoch_csv *self, const struct csv_row *row, const char *what)
{
    self->base.report.bad_blocks++;
    note(self, READ_EVENT_BAD_BLOCK, (int64_t)row->line, "line %" PRIu64 ": %s", row->line,
         what);
}

static void note_plan(struct epoch_csv *self, bool epoch_is_guess)
{
    for (size_t i = 0; i < self->plan.n_values; i++) {
        const struct epoch_csv_value *v = &self->plan.value[i];
        if (v->is_by_alias) {
            note(self, READ_EVENT_NOTE, -1, "column %.24s read as %s",
                 csv_header_name(self->csv, v->field), epoch_column_name(v->column));
        }
    }
    if (epoch_is_guess) {
        note(self, READ_EVENT_NOTE, -1, "epoch of %" PRId64 " s taken from the time stamps",
             self->epoch_ns / NS_PER_S);
    }
}

/* ---- times ---- */

/* The text of the row's time; date and time columns are joined in room. */
static const char *time_text(const struct epoch_csv *self, const struct csv_row *row,
                             char *room, size_t n)
{
    if (self->plan.timestamp != CSV_NONE) {
        return csv_field(row, self->plan.timestamp);
    }
    snprintf(room, n, "%.40s %.40s", csv_field(row, self->plan.date),
             csv_field(row, self->plan.time));
    return room;
}

static bool has_times(const struct epoch_csv *self)
{
    return self->plan.timestamp != CSV_NONE ||
           (self->plan.date != CSV_NONE && self->plan.time != CSV_NONE);
}

static bool parse_time(const struct epoch_csv *self, const char *text, struct timestamp *out)
{
    const char *format = self->plan.timestamp_is_unix_ns     ? "unix_ns"
                         : self->plan.time_format[0] != '\0' ? self->plan.time_format
                                                             : NULL;
    return timestamp_parse(text, format, out);
}

/* UTC of a row's time. Without an offset in the text the rows' own offset decides (see above);
 * expected is the instant the next row should have. */
static int64_t follow(struct epoch_csv *self, const struct timestamp *t, int64_t expected_ns)
{
    int64_t local = timestamp_local_ns(t);
    if (t->has_offset) {
        return local - t->offset_s * NS_PER_S;
    }
    int64_t half = self->epoch_ns / 2;
    int64_t kept = local - self->offset_s * NS_PER_S;
    if (llabs(kept - expected_ns) <= half) {
        return kept;
    }
    int32_t offset = zone_offset_s(self->zone, expected_ns);
    int64_t changed = local - offset * NS_PER_S;
    if (llabs(changed - expected_ns) <= half) {
        self->offset_s = offset;
        return changed;
    }
    return kept;
}

/* Index of the row on the grid; false, with the reason in *problem, when it has none. */
static bool row_index(struct epoch_csv *self, const struct csv_row *row, int64_t *index,
                      char problem[static 64])
{
    if (self->plan.step != CSV_NONE && !has_times(self)) {
        const char *text = csv_field(row, self->plan.step);
        int64_t step = 0;
        if (!text_parse_int64(text, strlen(text), &step) || step < 0 || step > INT32_MAX) {
            snprintf(problem, 64, "'%.24s' is no step", text);
            return false;
        }
        *index = step - self->first_step;
        return true;
    }
    if (!has_times(self)) {
        *index = (int64_t)self->rows - 1;
        return true;
    }
    char room[96];
    struct timestamp t;
    const char *text = time_text(self, row, room, sizeof room);
    if (!parse_time(self, text, &t)) {
        snprintf(problem, 64, "'%.24s' is no time", text);
        return false;
    }
    int64_t ns = follow(self, &t, self->t0_ns + self->next * self->epoch_ns);
    *index = floor_div(ns - self->t0_ns + self->epoch_ns / 2, self->epoch_ns);
    return true;
}

/* ---- opening ---- */

struct peek { /* what the first rows say */
    int64_t local_ns[PEEK_ROWS];
    struct timestamp first;
    int64_t first_step;
    size_t n;
    bool has_first;
};

static enum yk_status peek_rows(struct epoch_csv *self, struct peek *peek, struct failure *why)
{
    const struct csv_row *row = NULL;
    enum yk_status status = YK_OK;
    for (int i = 0; i < PEEK_ROWS; i++) {
        status = csv_next(self->csv, &row, why);
        if (status != YK_OK) {
            break;
        }
        char room[96];
        struct timestamp t;
        if (row->problem != NULL) {
            continue;
        }
        if (has_times(self)) {
            if (!parse_time(self, time_text(self, row, room, sizeof room), &t)) {
                continue;
            }
            peek->local_ns[peek->n++] =
                timestamp_local_ns(&t) - (t.has_offset ? t.offset_s * NS_PER_S : 0);
            peek->first = peek->has_first ? peek->first : t;
            peek->has_first = true;
        } else if (self->plan.step != CSV_NONE && !peek->has_first) {
            const char *text = csv_field(row, self->plan.step);
            peek->has_first = text_parse_int64(text, strlen(text), &peek->first_step) &&
                              peek->first_step >= 0 && peek->first_step <= INT32_MAX;
        } else {
            peek->has_first = true;
        }
    }
    return status == YK_END ? YK_OK : status;
}

static int compare_ns(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The most frequent whole number of seconds between neighbouring rows; 0 when there is none. */
static int32_t usual_step_s(struct peek *peek)
{
    int64_t step[PEEK_ROWS];
    size_t n = 0;
    for (size_t i = 1; i < peek->n; i++) {
        int64_t s =
            floor_div(peek->local_ns[i] - peek->local_ns[i - 1] + NS_PER_S / 2, NS_PER_S);
        if (s >= 1 && s <= 86400) {
            step[n++] = s;
        }
    }
    qsort(step, n, sizeof *step, compare_ns);
    size_t best = 0;
    int32_t usual = 0;
    for (size_t i = 0, run = 0; i < n; i++) {
        run = i > 0 && step[i] == step[i - 1] ? run + 1 : 1;
        if (run > best) {
            best = run;
            usual = (int32_t)step[i];
        }
    }
    return usual;
}

static enum yk_status set_start(struct epoch_csv *self, struct peek *peek, struct failure *why)
{
    struct timestamp start = peek->first;
    if (!has_times(self)) {
        if (self->plan.start[0] == '\0') {
            return failure_set(
                why, YK_ERR_UNSUPPORTED,
                "the rows carry no time; write 'start = 2018-08-14T15:30:00' (and "
                "'epoch_s = 5') in a .ini of the same name beside the file");
        }
        if (!timestamp_parse(self->plan.start, NULL, &start)) {
            return failure_set(why, YK_ERR_ARGUMENT,
                               "start = '%s' is no time; 2018-08-14T15:30:00 or "
                               "2018-08-14T15:30:00-04:00 is right",
                               self->plan.start);
        }
    }
    int32_t epoch_s = self->plan.epoch_s != 0 ? self->plan.epoch_s : usual_step_s(peek);
    if (epoch_s == 0) {
        return failure_set(why, YK_ERR_UNSUPPORTED,
                           "the epoch length is not known; write 'epoch_s = 60' in a .ini of "
                           "the same name beside the file");
    }
    self->epoch_ns = epoch_s * NS_PER_S;
    int64_t local = timestamp_local_ns(&start);
    int64_t utc = start.has_offset ? local - start.offset_s * NS_PER_S
                                   : zone_instant(self->zone, start.local);
    self->first_offset_s = (int32_t)((local - utc) / NS_PER_S);
    self->first_step = peek->first_step;
    self->t0_ns = utc + (has_times(self) ? 0 : peek->first_step * self->epoch_ns);
    return YK_OK;
}

static enum yk_status read_ini(struct epoch_csv *self, const struct open_options *opt,
                               struct failure *why)
{
    if (opt->sibling == NULL) {
        return YK_OK;
    }
    struct byte_source *ini = NULL;
    enum yk_status status = opt->sibling(opt, "ini", &ini, why);
    if (status == YK_ERR_NO_DEVICE) {
        return YK_OK; /* nothing lies beside the file */
    }
    if (status != YK_OK) {
        return status;
    }
    status = epoch_csv_plan_read_ini(&self->plan, ini, why);
    byte_source_close(ini);
    if (status == YK_OK && self->plan.zone[0] != '\0' && opt->file_zone_wins) {
        status = zone_open(self->plan.zone, &self->own_zone, why);
        self->zone = status == YK_OK ? self->own_zone : self->zone;
    }
    return status;
}

static void fill_info(struct epoch_csv *self, const struct open_options *opt)
{
    struct recording_info *info = &self->base.info;
    recording_info_init(info);
    snprintf(info->format, sizeof info->format, "epoch_csv");
    snprintf(info->device_model, sizeof info->device_model, "%s", self->plan.device_model);
    snprintf(info->device_serial, sizeof info->device_serial, "%s", self->plan.device_serial);
    snprintf(info->person_id, sizeof info->person_id, "%s", self->plan.person_id);
    snprintf(info->zone, sizeof info->zone, "%s", zone_name(self->zone));
    info->zone_is_guess = self->own_zone == NULL && opt->zone_is_guess;
    info->start_ns = self->t0_ns;
    info->epoch_s = (int32_t)(self->epoch_ns / NS_PER_S);
    size_t used = 0;
    for (size_t i = 0; i < self->plan.n_values; i++) {
        const char *name = epoch_column_name(self->plan.value[i].column);
        size_t n = strlen(name);
        if (used + n + 2 < sizeof info->channels) {
            used += (size_t)snprintf(info->channels + used, sizeof info->channels - used,
                                     "%s%s", used > 0 ? "," : "", name);
        }
    }
}

static enum yk_status restart(struct epoch_csv *self, struct failure *why)
{
    self->offset_s = self->first_offset_s;
    self->next = self->gap_epochs = 0;
    self->rows = 0;
    self->is_going_back = false;
    read_report_release(&self->base.report);
    read_report_init(&self->base.report);
    note_plan(self, self->plan.epoch_s == 0);
    enum yk_status status = csv_rewind(self->csv, why);
    return status == YK_OK ? csv_read_header(self->csv, why) : status;
}

static enum yk_status open_table(struct epoch_csv *self, const struct open_options *opt,
                                 struct failure *why)
{
    epoch_csv_plan_init(&self->plan);
    enum yk_status status = read_ini(self, opt, why);
    if (status == YK_OK) {
        status = csv_open(self->bytes, self->plan.separator, &self->csv, why);
    }
    if (status == YK_OK) {
        status = csv_read_header(self->csv, why);
    }
    if (status == YK_OK) {
        status = epoch_csv_plan_columns(&self->plan, self->csv, why);
    }
    struct peek *peek = status == YK_OK ? mem_alloc(1, sizeof *peek) : NULL;
    if (status == YK_OK && peek == NULL) {
        status = failure_set(why, YK_ERR_MEMORY, "epoch_csv: no memory");
    }
    if (status == YK_OK) {
        status = peek_rows(self, peek, why);
    }
    if (status == YK_OK && !peek->has_first) {
        status = failure_set(why, YK_ERR_UNSUPPORTED,
                             "none of the first %d rows has a time that can be read; say "
                             "'time_format = ...' in a .ini of the same name beside the file",
                             PEEK_ROWS);
    }
    if (status == YK_OK) {
        status = set_start(self, peek, why);
    }
    mem_free(peek);
    if (status == YK_OK) {
        fill_info(self, opt);
        status = restart(self, why);
    }
    return status;
}

/* ---- rows to epochs ---- */

static bool is_missing(const char *text)
{
    static const char *const word[] = {"", "na", "nan", "n/a", "null", "none", "."};
    for (size_t i = 0; i < sizeof word / sizeof *word; i++) {
        if (strcasecmp(text, word[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void watch_range(struct read_report *report, enum epoch_column column, double value)
{
    struct summary_range *range = column == EPOCH_TEMPERATURE_C ? &report->temperature_c
                                  : column == EPOCH_LIGHT       ? &report->light
                                  : column == EPOCH_BATTERY_V   ? &report->battery_v
                                                                : NULL;
    if (range != NULL) {
        summary_range_add(range, value);
    }
}

static void note_button(struct epoch_csv *self, const struct csv_row *row)
{
    int64_t start = self->t0_ns + self->next * self->epoch_ns;
    self->base.report.buttons++;
    read_report_add(&self->base.report, READ_EVENT_BUTTON, start, start, (int64_t)row->line,
                    "");
}

/* Writes the row's values into epoch k. A cell that is no number leaves NaN and is counted. */
static void put_row(struct epoch_csv *self, const struct csv_row *row, struct epoch_series *to,
                    size_t k)
{
    bool is_known = false;
    for (size_t i = 0; i < self->plan.n_values; i++) {
        const struct epoch_csv_value *v = &self->plan.value[i];
        const char *text = csv_field(row, v->field);
        double value = 0;
        if (is_missing(text)) {
            continue;
        }
        if (!text_parse_double(text, strlen(text), &value) || fabs(value * v->factor) > 1e30) {
            char what[64];
            snprintf(what, sizeof what, "column %zu: '%.20s' is no number", v->field + 1, text);
            bad_row(self, row, what);
            continue;
        }
        value *= v->factor;
        to->column[v->column][k] = (float)value;
        watch_range(&self->base.report, v->column, value);
        if (v->column == EPOCH_MARKER && value > 0) {
            note_button(self, row);
        }
        is_known = true;
    }
    const char *state = csv_field(row, self->plan.state);
    int64_t bits = 0;
    if (text_parse_int64(state, strlen(state), &bits) && bits >= 0 && bits <= UINT16_MAX) {
        to->state[k] = (uint16_t)bits;
    }
    for (size_t i = 0; i < EPOCH_CSV_FLAGS; i++) {
        const struct epoch_csv_flag *flag = &self->plan.flag[i];
        to->state[k] |= strcmp(csv_field(row, flag->field), "1") == 0 ? flag->bits : 0;
    }
    if (!is_known) {
        to->state[k] |= STATE_UNKNOWN;
    }
}

/* Leaves n unknown epochs where rows are missing. */
static enum yk_status fill_gap(struct epoch_csv *self, const struct csv_row *row, int64_t n,
                               struct epoch_series *to, struct failure *why)
{
    struct read_report *report = &self->base.report;
    size_t first = to->n;
    enum yk_status status = epoch_series_resize(to, to->n + (size_t)n, why);
    if (status != YK_OK) {
        return status;
    }
    for (size_t k = first; k < to->n; k++) {
        to->state[k] = STATE_UNKNOWN;
    }
    int64_t start = self->t0_ns + self->next * self->epoch_ns;
    int64_t end = start + n * self->epoch_ns;
    report->gaps++;
    report->gap_s += (double)n * (double)(self->epoch_ns / NS_PER_S);
    char detail[64];
    snprintf(detail, sizeof detail, "%" PRId64 " epochs missing before line %" PRIu64, n,
             row->line);
    read_report_add(report, READ_EVENT_GAP, start, end, (int64_t)row->line, detail);
    self->gap_epochs += n;
    self->next += n;
    return YK_OK;
}

static void row_before_its_time(struct epoch_csv *self, const struct csv_row *row)
{
    if (!self->is_going_back) {
        self->base.report.clock_jumps++;
        note(self, READ_EVENT_CLOCK_JUMP, (int64_t)row->line,
             "line %" PRIu64 ": not later than the row before", row->line);
    }
    self->is_going_back = true;
    self->base.report.bad_blocks++;
}

static enum yk_status take_row(struct epoch_csv *self, const struct csv_row *row,
                               struct epoch_series *to, struct failure *why)
{
    char problem[64];
    int64_t index = 0;
    self->base.report.blocks++;
    self->rows++;
    if (row->problem != NULL) {
        bad_row(self, row, row->problem);
        return YK_OK;
    }
    if (!row_index(self, row, &index, problem)) {
        bad_row(self, row, problem);
        return YK_OK;
    }
    if (index < self->next) {
        row_before_its_time(self, row);
        return YK_OK;
    }
    self->is_going_back = false;
    int64_t gap = index - self->next;
    int64_t gap_max = GAP_MAX_S * NS_PER_S / self->epoch_ns;
    if (gap > gap_max || self->gap_epochs + gap > gap_max + 16 * (int64_t)self->rows) {
        bad_row(self, row, "time jumps ahead too far");
        return YK_OK;
    }
    enum yk_status status = gap > 0 ? fill_gap(self, row, gap, to, why) : YK_OK;
    if (status == YK_OK) {
        status = epoch_series_resize(to, to->n + 1, why);
    }
    if (status == YK_OK) {
        put_row(self, row, to, to->n - 1);
        self->next++;
    }
    return status;
}

static enum yk_status need_columns(struct epoch_csv *self, struct epoch_series *to,
                                   struct failure *why)
{
    if (to->n == 0) {
        to->t0_ns = self->t0_ns;
        to->epoch_s = self->base.info.epoch_s;
    }
    enum yk_status status = YK_OK;
    for (size_t i = 0; i < self->plan.n_values && status == YK_OK; i++) {
        status = epoch_series_need(to, self->plan.value[i].column, why);
    }
    return status;
}

static enum yk_status epoch_csv_next_epochs(struct recording_source *base,
                                            struct epoch_series *to, struct failure *why)
{
    struct epoch_csv *self = of(base);
    size_t first = to->n;
    if (job_is_cancelled(self->job)) {
        return failure_set(why, YK_ERR_CANCELLED, "epoch_csv: cancelled");
    }
    enum yk_status status = need_columns(self, to, why);
    while (status == YK_OK && to->n - first < EPOCHS_PER_CALL) {
        const struct csv_row *row = NULL;
        status = csv_next(self->csv, &row, why);
        if (status == YK_OK) {
            status = take_row(self, row, to, why);
        }
    }
    base->info.end_ns = self->t0_ns + self->next * self->epoch_ns;
    if (status == YK_END && to->n > first) {
        return YK_OK; /* the next call says YK_END */
    }
    return status;
}

static enum yk_status epoch_csv_rewind(struct recording_source *base, struct failure *why)
{
    return restart(of(base), why);
}

static void epoch_csv_close(struct recording_source *base)
{
    struct epoch_csv *self = of(base);
    csv_close(self->csv);
    byte_source_close(self->bytes);
    zone_close(self->own_zone);
    read_report_release(&base->report);
    mem_free(self);
}

static const struct recording_source_ops epoch_csv_ops = {
    .next_epochs = epoch_csv_next_epochs,
    .rewind = epoch_csv_rewind,
    .close = epoch_csv_close,
};

static enum yk_status epoch_csv_open(struct byte_source *bytes, const struct open_options *opt,
                                     struct recording_source **out, struct failure *why)
{
    struct epoch_csv *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "epoch_csv: no memory");
    }
    self->base.ops = &epoch_csv_ops;
    self->bytes = bytes;
    self->zone = opt->zone;
    self->job = opt->job;
    read_report_init(&self->base.report);
    enum yk_status status = open_table(self, opt, why);
    if (status != YK_OK) {
        self->bytes = NULL; /* stays the caller's */
        epoch_csv_close(&self->base);
        return status;
    }
    *out = &self->base;
    return YK_OK;
}

/* ---- recognising ---- */

/* Text with a line end and a separator before it? Cheap, so that binary files cost nothing. */
static bool looks_like_a_table(struct byte_source *bytes)
{
    char head[1024];
    size_t n = 0;
    if (byte_source_read_at(bytes, 0, head, sizeof head, &n, NULL) != YK_OK || n == 0) {
        return false;
    }
    bool has_separator = false, has_line_end = false;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)head[i];
        if (c == '\n') {
            has_line_end = true;
        } else if (c < 0x20 && c != '\r' && c != '\t') {
            return false;
        } else if (!has_line_end) {
            has_separator = has_separator || c == ',' || c == ';' || c == '\t';
        }
    }
    return has_separator && (has_line_end || n == sizeof head);
}

/* 85: known columns with times or steps. 30: known columns alone. 5: some table, which a .ini
 * may explain. */
static int epoch_csv_probe(struct byte_source *bytes)
{
    struct csv *csv = NULL;
    struct epoch_csv_plan *plan = NULL;
    int score = 0;
    if (!looks_like_a_table(bytes) || csv_open(bytes, 0, &csv, NULL) != YK_OK) {
        return 0;
    }
    plan = mem_alloc(1, sizeof *plan);
    if (plan != NULL && csv_read_header(csv, NULL) == YK_OK) {
        epoch_csv_plan_init(plan);
        bool is_known = epoch_csv_plan_columns(plan, csv, NULL) == YK_OK;
        bool is_placed = plan->timestamp != CSV_NONE || plan->step != CSV_NONE;
        score = is_known && is_placed ? 85 : is_known ? 30 : 5;
    }
    mem_free(plan);
    csv_close(csv);
    return score;
}

static const char *const suffixes[] = {"csv", "tsv", "txt", NULL};
const struct format format_epoch_csv = {
    .id = "epoch_csv",
    .name = "epoch table (.csv)",
    .maker = "any",
    .suffix = suffixes,
    .probe = epoch_csv_probe,
    .open = epoch_csv_open,
};
