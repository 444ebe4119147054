/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of an epoch table to epochs: where each belongs on the grid, gaps, damage, values.
 */
#include "firmware-formats/epoch_csv_reader.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HALF_DAY_S (INT64_C(12) * 3600)
#define DAYS_MOST 36525 /* a number of a day beyond a hundred years is none */
#define ELAPSED_MOST_S 3155760000.0
#define EPOCHS_PER_CALL ((size_t)8192)
#define GAP_MAX_S (INT64_C(31) * 86400) /* a longer jump is taken for a wrong date */

/* ---- what the report says ---- */

void epoch_csv_note(struct epoch_csv *self, enum read_event_kind kind, int64_t at,
                    const char *fmt, ...)
{
    char detail[64];
    va_list args;
    va_start(args, fmt);
    vsnprintf(detail, sizeof detail, fmt, args);
    va_end(args);
    read_report_add(&self->base.report, kind, TIME_UNKNOWN, TIME_UNKNOWN, at, detail);
}

void epoch_csv_bad_row(struct epoch_csv *self, const struct csv_row *row, const char *what)
{
    self->base.report.bad_blocks++;
    epoch_csv_note(self, READ_EVENT_BAD_BLOCK, (int64_t)row->line, "line %" PRIu64 ": %s",
                   row->line, what);
}

/* ---- times ---- */

bool epoch_csv_has_times(const struct epoch_csv *self)
{
    return self->plan.timestamp != CSV_NONE ||
           ((self->plan.date != CSV_NONE || self->plan.day != CSV_NONE) &&
            self->plan.time != CSV_NONE);
}

/* The date of a row by the number of its day; "" when it is none. */
static void day_text(const struct epoch_csv *self, const struct csv_row *row,
                     char out[static 16])
{
    const char *text = csv_field(row, self->plan.day);
    int64_t day = 0;
    *out = '\0';
    if (text_parse_int64(text, strlen(text), &day) && day > -DAYS_MOST && day < DAYS_MOST) {
        civil_format(civil_add_days(self->start.local.date, day - 1), out);
    }
}

/* The text of the row's time; date and time columns are joined in room. */
static const char *time_text(const struct epoch_csv *self, const struct csv_row *row,
                             char *room, size_t n)
{
    if (self->plan.timestamp != CSV_NONE) {
        return csv_field(row, self->plan.timestamp);
    }
    char day[16];
    if (self->plan.day != CSV_NONE) {
        day_text(self, row, day);
    }
    snprintf(room, n, "%.40s %.40s",
             self->plan.day != CSV_NONE ? day : csv_field(row, self->plan.date),
             csv_field(row, self->plan.time));
    return room;
}

/* Seconds since the start, which were counted by a clock that goes on evenly. */
static bool parse_elapsed(const struct epoch_csv *self, const char *text, struct timestamp *out)
{
    double seconds = 0;
    if (!text_parse_double(text, strlen(text), &seconds) || !(fabs(seconds) < ELAPSED_MOST_S)) {
        return false;
    }
    int64_t local_ns = 0;
    if (__builtin_add_overflow(timestamp_local_ns(&self->start),
                               (int64_t)nearbyint(seconds * (double)NS_PER_S), &local_ns)) {
        return false;
    }
    *out = self->start;
    out->local = civil_time_of_utc_ns(local_ns);
    return true;
}

static bool parse_time(const struct epoch_csv *self, const char *text, struct timestamp *out)
{
    if (strcmp(self->plan.time_format, EPOCH_CSV_ELAPSED) == 0) {
        return parse_elapsed(self, text, out);
    }
    const char *format = self->plan.timestamp_is_unix_ns     ? "unix_ns"
                         : self->plan.time_format[0] != '\0' ? self->plan.time_format
                                                             : NULL;
    return timestamp_parse(text, format, out);
}

bool epoch_csv_row_time(const struct epoch_csv *self, const struct csv_row *row,
                        struct timestamp *out)
{
    char room[96];
    return parse_time(self, time_text(self, row, room, sizeof room), out);
}

bool epoch_csv_is_ours(const struct epoch_csv *self, const struct csv_row *row)
{
    return self->plan.series == CSV_NONE || strncmp(csv_field(row, self->plan.series),
                                                    self->series, sizeof self->series - 1) == 0;
}

/* Rows that go straight through a change of the zone's offset show that nobody set the clock:
 * its offset is kept, and that is said once. Where no row is near the change there was a gap,
 * which has a note of its own. */
static void watch_change(struct epoch_csv *self, int64_t row_ns, int64_t near_ns)
{
    char note[WALL_CLOCK_NOTE_BYTES];
    if (row_ns < self->change_ns) {
        return;
    }
    if (row_ns - self->change_ns <= near_ns &&
        wall_clock_ran_on(self->zone, self->change_ns, self->offset_s, note) &&
        strcmp(self->plan.time_format, EPOCH_CSV_ELAPSED) != 0) {
        epoch_csv_note(self, READ_EVENT_NOTE, -1, "%s", note);
    }
    self->change_ns = zone_next_change_ns(self->zone, row_ns);
}

int64_t epoch_csv_follow(struct epoch_csv *self, const struct timestamp *t, int64_t expected_ns,
                         int64_t tolerance_ns)
{
    int64_t local = timestamp_local_ns(t);
    self->is_local = !t->has_offset;
    if (t->has_offset) {
        return local - t->offset_s * NS_PER_S;
    }
    int64_t kept = local - self->offset_s * NS_PER_S;
    if (llabs(kept - expected_ns) <= tolerance_ns) {
        watch_change(self, kept, 3 * tolerance_ns);
        return kept;
    }
    int32_t offset = zone_offset_s(self->zone, expected_ns);
    int64_t changed = local - offset * NS_PER_S;
    if (llabs(changed - expected_ns) <= tolerance_ns) {
        self->offset_s = offset;
        return changed;
    }
    return kept;
}

static bool read_step(const struct epoch_csv *self, const struct csv_row *row, int64_t *step)
{
    const char *text = csv_field(row, self->plan.step);
    return text_parse_int64(text, strlen(text), step) && *step >= 0 && *step <= INT32_MAX;
}

/* Index of the row on the grid; false, with the reason in *problem, when it has none. */
static bool row_index(struct epoch_csv *self, const struct csv_row *row, int64_t *index,
                      char problem[static 64])
{
    if (self->plan.step != CSV_NONE && !epoch_csv_has_times(self)) {
        int64_t step = 0;
        if (!read_step(self, row, &step)) {
            const char *said = csv_field(row, self->plan.step);
            snprintf(problem, 64, "'%.*s' is no step", utf8_shown(said, 24), said);
            return false;
        }
        *index = step - self->first_step;
        return true;
    }
    if (!epoch_csv_has_times(self)) {
        *index = (int64_t)self->rows - 1;
        return true;
    }
    char room[96];
    struct timestamp t;
    const char *text = time_text(self, row, room, sizeof room);
    if (!parse_time(self, text, &t)) {
        snprintf(problem, 64, "'%.*s' is no time", utf8_shown(text, 24), text);
        return false;
    }
    int64_t ns = epoch_csv_follow(self, &t, self->t0_ns + self->next * self->epoch_ns,
                                  self->epoch_ns / 2);
    int64_t into = self->plan.rows_are_stamped_late ? 0 : self->epoch_ns / 2;
    *index = floor_div(ns - self->t0_ns + into, self->epoch_ns);
    return true;
}

/* Where a row lies by what is written in it, to be compared with another row's. */
static bool place_of(const struct epoch_csv *self, const struct csv_row *row, int64_t *ns)
{
    struct timestamp t;
    int64_t step = 0;
    if (row->problem != NULL || !epoch_csv_is_ours(self, row)) {
        return false;
    }
    if (!epoch_csv_has_times(self)) {
        bool is_step = read_step(self, row, &step);
        *ns = is_step ? step * self->epoch_ns : 0;
        return is_step;
    }
    if (!epoch_csv_row_time(self, row, &t)) {
        return false;
    }
    *ns = timestamp_local_ns(&t) - (t.has_offset ? t.offset_s * NS_PER_S : 0);
    return true;
}

enum yk_status epoch_csv_is_lone(struct epoch_csv *self, const struct csv_row **row, bool *out,
                                 struct failure *why)
{
    const uint64_t offset = (*row)->offset, line = (*row)->line;
    int64_t ns = 0, next_ns = 0;
    bool is_placed = place_of(self, *row, &ns);
    enum yk_status status = csv_next(self->csv, row, why);
    if (status != YK_OK && status != YK_END) {
        return status;
    }
    *out = is_placed && (status == YK_END || !place_of(self, *row, &next_ns) ||
                         llabs(next_ns - ns) > EPOCH_CSV_FAR_NS + self->epoch_ns);
    csv_seek(self->csv, offset, line);
    return csv_next(self->csv, row, why);
}

/* ---- rows to epochs ---- */

bool epoch_csv_is_missing(const struct epoch_csv *self, const char *text)
{
    if (*self->plan.missing != '\0' && strcasecmp(text, self->plan.missing) == 0) {
        return true;
    }
    return table_is_missing(text);
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

/* Length of a cell without the letter of a button press behind it. */
static size_t without_marker(const struct epoch_csv *self, const char *text)
{
    size_t n = strlen(text);
    if (self->plan.marker_letter != '\0' && n > 1 && text[n - 1] == self->plan.marker_letter) {
        n--;
        while (n > 0 && text[n - 1] == ' ') {
            n--;
        }
    }
    return n;
}

/* 1,234 can be a little more than one, or a thousand and some: what other numbers of the table
 * look like tells, at its end (epoch_csv_note_end). */
static void watch_comma(struct epoch_csv *self, const char *text, size_t n, size_t comma)
{
    size_t first = strspn(text, "+-");
    bool is_thousands =
        n - comma == 4 && comma > first && comma - first <= 3 && text[first] != '0';
    self->has_fraction = self->has_fraction || !is_thousands;
    if (is_thousands && *self->thousands == '\0') {
        snprintf(self->thousands, sizeof self->thousands, "%.*s", (int)n, text);
    }
}

/* Where no comma divides the columns, a spreadsheet writes numbers with a decimal comma. */
bool epoch_csv_read_number(struct epoch_csv *self, const char *text, double *out)
{
    char local[64];
    size_t n = without_marker(self, text), comma = strcspn(text, ",");
    bool has_comma = csv_separator(self->csv) != ',' || self->plan.has_decimal_comma;
    if (!has_comma || comma >= n || n >= sizeof local ||
        strchr(text + comma + 1, ',') != NULL || strchr(text, '.') != NULL) {
        return text_parse_double(text, n, out);
    }
    memcpy(local, text, n);
    local[comma] = '.';
    if (!text_parse_double(local, n, out)) {
        return false;
    }
    watch_comma(self, text, n, comma);
    return true;
}

static void note_thousands(struct epoch_csv *self)
{
    if (*self->thousands != '\0' && !self->has_fraction) {
        size_t comma = strcspn(self->thousands, ",");
        epoch_csv_note(self, READ_EVENT_NOTE, -1, "%.12s read as %.*s.%.3s, could be %.*s%.3s",
                       self->thousands, (int)comma, self->thousands,
                       self->thousands + comma + 1, (int)comma, self->thousands,
                       self->thousands + comma + 1);
    }
}

/* Values that no wrist gives: most columns are amounts, angles have an end. Amounts a trifle
 * below 0 come from tables that were scaled to and fro. */
static bool is_possible(enum epoch_column column, double value)
{
    static const double TRIFLE = -1, ANGLE_END_DEG = 90.01;
    switch ((int)column) {
    case EPOCH_ANGLE_X_DEG:
    case EPOCH_ANGLE_Y_DEG:
    case EPOCH_ANGLE_Z_DEG:
        return fabs(value) <= ANGLE_END_DEG;
    case EPOCH_TEMPERATURE_C:
        return fabs(value) <= 200;
    default:
        return value >= TRIFLE;
    }
}

static void put_marker_letter(struct epoch_csv *self, const struct csv_row *row,
                              struct epoch_series *to, size_t k)
{
    if (self->plan.marker_letter == '\0' || row->n == 0) {
        return;
    }
    const char *last = csv_field(row, row->n - 1);
    bool is_marked = without_marker(self, last) < strlen(last);
    to->column[EPOCH_MARKER][k] = is_marked ? 1 : 0;
    if (is_marked) {
        note_button(self, row);
    }
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
        if (epoch_csv_is_missing(self, text)) {
            continue;
        }
        if (!epoch_csv_read_number(self, text, &value) || fabs(value * v->factor) > 1e30) {
            char what[64];
            snprintf(what, sizeof what, "column %zu: '%.*s' is no number", v->field + 1,
                     utf8_shown(text, 20), text);
            epoch_csv_bad_row(self, row, what);
            continue;
        }
        value *= v->factor;
        if (!is_possible(v->column, value)) {
            char what[64];
            snprintf(what, sizeof what, "column %zu: '%.*s' is impossible", v->field + 1,
                     utf8_shown(text, 20), text);
            epoch_csv_bad_row(self, row, what);
            continue;
        }
        to->column[v->column][k] = (float)value;
        watch_range(&self->base.report, v->column, value);
        if (v->column == EPOCH_MARKER && value > 0) {
            note_button(self, row);
        }
        is_known = is_known || (v->column != EPOCH_MARKER && v->column != EPOCH_MAKER_WAKE);
    }
    put_marker_letter(self, row, to, k);
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

/* Rows that follow the wall clock cannot be told from rows that do not where the clock changed
 * while none were written: the offset before the gap is kept. */
static void note_change_in_gap(struct epoch_csv *self, int64_t start_ns, int64_t end_ns)
{
    int32_t before = zone_offset_s(self->zone, start_ns),
            after = zone_offset_s(self->zone, end_ns);
    if (before != after && self->offset_s == before && self->is_local) {
        epoch_csv_note(self, READ_EVENT_NOTE, -1,
                       "clock change in a gap: times behind could be %+d min",
                       (int)((self->offset_s - after) / 60));
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
    note_change_in_gap(self, start, end);
    char detail[64];
    snprintf(detail, sizeof detail, "%" PRId64 " epochs missing before line %" PRIu64, n,
             row->line);
    read_report_add(report, READ_EVENT_GAP, start, end, (int64_t)row->line, detail);
    self->gap_epochs += n;
    self->next += n;
    return YK_OK;
}

static void row_before_its_time(struct epoch_csv *self, const struct csv_row *row,
                                int64_t index)
{
    if (!self->is_going_back) {
        bool is_half_a_day = self->next - index == HALF_DAY_S * NS_PER_S / self->epoch_ns;
        self->base.report.clock_jumps++;
        epoch_csv_note(self, READ_EVENT_CLOCK_JUMP, (int64_t)row->line,
                       is_half_a_day ? "line %" PRIu64
                                       ": 12 h back: a 12-hour clock without AM, PM?"
                                     : "line %" PRIu64 ": not later than the row before",
                       row->line);
    }
    self->is_going_back = true;
    self->base.report.bad_blocks++;
}

/* A row that lies before the last one: alone there, or the first of a clock that was set. */
static enum yk_status take_row_back(struct epoch_csv *self, const struct csv_row *row,
                                    int64_t index, struct failure *why)
{
    bool is_far = self->next - index > EPOCH_CSV_FAR_NS / self->epoch_ns, is_lone = false;
    enum yk_status status =
        is_far && !self->is_going_back ? epoch_csv_is_lone(self, &row, &is_lone, why) : YK_OK;
    if (status == YK_OK && is_lone) {
        epoch_csv_bad_row(self, row, EPOCH_CSV_LONE);
    } else if (status == YK_OK) {
        row_before_its_time(self, row, index);
    }
    return status;
}

/* Leaves the other recordings of the table out, and counts them. */
static bool is_next_of_ours(struct epoch_csv *self, const struct csv_row *row)
{
    if (self->plan.series == CSV_NONE || row->problem != NULL) {
        return true;
    }
    const char *name = csv_field(row, self->plan.series);
    if (self->base.report.sessions == 0 ||
        strncmp(name, self->last_series, sizeof self->last_series - 1) != 0) {
        snprintf(self->last_series, sizeof self->last_series, "%s", name);
        self->base.report.sessions++;
        epoch_csv_note(self, READ_EVENT_SESSION, (int64_t)row->line, "recording %.*s",
                       utf8_shown(name, 40), name);
    }
    return epoch_csv_is_ours(self, row);
}

static enum yk_status take_row(struct epoch_csv *self, const struct csv_row *row,
                               struct epoch_series *to, struct failure *why)
{
    char problem[64];
    int64_t index = 0;
    if (!is_next_of_ours(self, row)) {
        return YK_OK;
    }
    self->base.report.blocks++;
    self->rows++;
    if (row->problem != NULL) {
        epoch_csv_bad_row(self, row, row->problem);
        return YK_OK;
    }
    if (!row_index(self, row, &index, problem)) {
        epoch_csv_bad_row(self, row, problem);
        return YK_OK;
    }
    if (index > (EPOCH_CSV_LATEST_NS - self->t0_ns) / self->epoch_ns) {
        epoch_csv_bad_row(self, row, "later than the year 2200");
        return YK_OK;
    }
    if (index < self->next) {
        return take_row_back(self, row, index, why);
    }
    self->is_going_back = false;
    int64_t gap = index - self->next;
    int64_t gap_max = GAP_MAX_S * NS_PER_S / self->epoch_ns;
    if (gap > gap_max || self->gap_epochs + gap > gap_max + 16 * (int64_t)self->rows) {
        epoch_csv_bad_row(self, row, "time jumps ahead too far");
        return YK_OK;
    }
    bool is_lone = false;
    enum yk_status status = gap * self->epoch_ns > EPOCH_CSV_FAR_NS
                                ? epoch_csv_is_lone(self, &row, &is_lone, why)
                                : YK_OK;
    if (is_lone && status == YK_OK) {
        epoch_csv_bad_row(self, row, EPOCH_CSV_LONE);
        return YK_OK;
    }
    if (status == YK_OK && gap > 0) {
        epoch_csv_intervals(self, NULL, self->next);
        status = fill_gap(self, row, gap, to, why);
    }
    if (status == YK_OK) {
        status = epoch_series_resize(to, to->n + 1, why);
    }
    if (status == YK_OK) {
        put_row(self, row, to, to->n - 1);
        if (self->plan.interval != CSV_NONE) {
            epoch_csv_intervals(self, csv_field(row, self->plan.interval), self->next);
        }
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
    return status == YK_OK && self->plan.marker_letter != '\0'
               ? epoch_series_need(to, EPOCH_MARKER, why)
               : status;
}

void epoch_csv_note_end(struct epoch_csv *self, bool is_open)
{
    if (self->end_is_noted) {
        return;
    }
    self->end_is_noted = true;
    epoch_csv_intervals(self, NULL, self->next);
    note_thousands(self);
    if (is_open) {
        epoch_csv_note(self, READ_EVENT_NOTE, -1, "no line end behind the last row: cut off?");
    }
    if (self->plan.epochs_declared > 0 && self->plan.epochs_declared != self->next) {
        epoch_csv_note(self, READ_EVENT_NOTE, -1,
                       "the header says %" PRId64 " epochs, there are %" PRId64,
                       self->plan.epochs_declared, self->next);
    }
}

enum yk_status epoch_csv_next_epochs(struct recording_source *base, struct epoch_series *to,
                                     struct failure *why)
{
    struct epoch_csv *self = (struct epoch_csv *)base; /* its first member */
    size_t first = to->n;
    if (job_is_cancelled(self->job)) {
        return failure_set(why, YK_ERR_CANCELLED, "epoch_csv: cancelled");
    }
    enum yk_status status = need_columns(self, to, why);
    bool is_open = false;
    while (status == YK_OK && to->n - first < EPOCHS_PER_CALL) {
        const struct csv_row *row = NULL;
        status = csv_next(self->csv, &row, why);
        if (status == YK_OK) {
            is_open = row->is_open;
            status = take_row(self, row, to, why);
        }
    }
    if (status == YK_END || is_open) {
        epoch_csv_note_end(self, is_open);
    }
    base->info.end_ns = self->t0_ns + self->next * self->epoch_ns;
    if (status == YK_END && to->n > first) {
        return YK_OK; /* the next call says YK_END */
    }
    return status;
}
