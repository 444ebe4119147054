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
#include "firmware-formats/epoch_csv_reader.h"
#include "firmware-formats/table_guess.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_COLUMNS 64 /* of a table without a header */

static void note_plan(struct epoch_csv *self, bool epoch_is_guess)
{
    for (size_t i = 0; i < self->plan.n_values; i++) {
        const struct epoch_csv_value *v = &self->plan.value[i];
        if (v->is_by_alias) {
            const char *name = csv_header_name(self->csv, v->field);
            epoch_csv_note(self, READ_EVENT_NOTE, -1, "column %.*s read as %s",
                           utf8_shown(name, 24), name, epoch_column_name(v->column));
        }
    }
    for (size_t i = 0; i < self->plan.n_remarks; i++) {
        epoch_csv_note(self, READ_EVENT_NOTE, -1, "%s", self->plan.remark[i]);
    }
    if (epoch_is_guess) {
        epoch_csv_note(self, READ_EVENT_NOTE, -1,
                       "epoch of %" PRId64 " s taken from the time stamps",
                       self->epoch_ns / NS_PER_S);
    }
}

/* ---- opening ---- */

/* A first row that is alone with its time does not tell when the recording starts. */
static void drop_lone_first(struct epoch_csv_peek *peek, const struct timestamp *second)
{
    const int64_t *ns = peek->local_ns;
    const int64_t far_ns = EPOCH_CSV_FAR_NS + epoch_step_usual_s(ns, peek->n) * NS_PER_S;
    if (peek->n > 2 && llabs(ns[1] - ns[0]) > far_ns && llabs(ns[2] - ns[1]) <= far_ns) {
        peek->first = *second;
        peek->n--;
        memmove(peek->local_ns, peek->local_ns + 1, peek->n * sizeof *peek->local_ns);
    }
}

static enum yk_status peek_rows(struct epoch_csv *self, struct epoch_csv_peek *peek,
                                struct failure *why)
{
    const struct csv_row *row = NULL;
    struct timestamp second = {.has_offset = false};
    enum yk_status status = YK_OK;
    for (int i = 0; i < EPOCH_CSV_PEEK; i++) {
        status = csv_next(self->csv, &row, why);
        if (status != YK_OK) {
            break;
        }
        struct timestamp t;
        if (row->problem != NULL || !epoch_csv_is_ours(self, row)) {
            continue;
        }
        peek->n_rows++;
        if (epoch_csv_has_times(self)) {
            if (!epoch_csv_row_time(self, row, &t)) {
                continue;
            }
            peek->local_ns[peek->n++] =
                timestamp_local_ns(&t) - (t.has_offset ? t.offset_s * NS_PER_S : 0);
            peek->first = peek->has_first ? peek->first : t;
            second = peek->n == 2 ? t : second;
            peek->has_first = true;
        } else if (self->plan.step != CSV_NONE && !peek->has_first) {
            const char *text = csv_field(row, self->plan.step);
            peek->has_first = text_parse_int64(text, strlen(text), &peek->first_step) &&
                              peek->first_step >= 0 && peek->first_step <= INT32_MAX;
        } else {
            peek->has_first = true;
        }
    }
    drop_lone_first(peek, &second);
    return status == YK_END ? YK_OK : status;
}

/* The declared start: a time, or, where rows give times of day, a date alone. */
static enum yk_status parse_start(const struct epoch_csv *self, struct timestamp *out,
                                  struct failure *why)
{
    char text[sizeof self->plan.start + 8];
    snprintf(text, sizeof text, "%s%s", self->plan.start,
             strchr(self->plan.start, ':') == NULL ? " 00:00" : "");
    bool has_days = self->plan.day != CSV_NONE;
    return timestamp_parse(has_days ? text : self->plan.start, NULL, out)
               ? YK_OK
               : failure_set(why, YK_ERR_ARGUMENT,
                             "start = '%s' is no time; 2018-08-14T15:30:00 or "
                             "2018-08-14T15:30:00-04:00 is right",
                             self->plan.start);
}

/* Needed before the first row where rows count days or seconds from it. */
static enum yk_status read_start(struct epoch_csv *self, struct failure *why)
{
    bool is_elapsed = strcmp(self->plan.time_format, EPOCH_CSV_ELAPSED) == 0;
    if (!is_elapsed && self->plan.day == CSV_NONE) {
        return YK_OK;
    }
    if (self->plan.start[0] == '\0' || !epoch_csv_has_times(self)) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "time_format = elapsed_s needs 'start = 2018-08-14T15:30:00' and a "
                           "column 'timestamp = NAME' in the .ini");
    }
    return parse_start(self, &self->start, why);
}

enum yk_status epoch_csv_first_time(const struct epoch_csv *self,
                                    const struct epoch_csv_peek *peek, struct timestamp *out,
                                    struct failure *why)
{
    struct timestamp start = peek->first;
    if (!epoch_csv_has_times(self)) {
        if (self->plan.start[0] == '\0') {
            return failure_set(
                why, YK_ERR_UNSUPPORTED,
                "the rows carry no time; write 'start = 2018-08-14T15:30:00' (and "
                "'epoch_s = 5') in a .ini of the same name beside the file");
        }
        enum yk_status status = parse_start(self, &start, why);
        if (status != YK_OK) {
            return status;
        }
    }
    *out = start;
    return YK_OK;
}

int32_t epoch_csv_offset_s(struct epoch_csv *self, const struct timestamp *start)
{
    char note[WALL_CLOCK_NOTE_BYTES] = "";
    int32_t offset_s = start->has_offset ? start->offset_s
                                         : wall_clock_offset_s(self->zone, start->local, note);
    if (*note != '\0') {
        epoch_csv_plan_remark(&self->plan, "%s", note);
    }
    return offset_s;
}

/* What to add to the first row's time where rows can be stamped late: the first may be such a
 * row, and the two behind it show where epochs begin. */
static int64_t late_by(const struct epoch_csv *self, const struct epoch_csv_peek *peek)
{
    if (!self->plan.rows_are_stamped_late || peek->n < 3) {
        return 0;
    }
    int64_t first = peek->local_ns[1] - peek->local_ns[0];
    int64_t second = peek->local_ns[2] - peek->local_ns[1];
    bool is_late = first > 0 && first < self->epoch_ns && second == self->epoch_ns;
    return is_late ? first - self->epoch_ns : 0;
}

/* The length that a person declares holds; a maker's header yields to rows that agree on
 * another. Rows that are not so far apart lie on the nearest grid, with an empty epoch now and
 * then. Either is said. */
static int32_t choose_epoch_s(struct epoch_csv *self, const struct epoch_csv_peek *peek)
{
    int32_t agreed = epoch_step_agreed_s(peek->local_ns, peek->n),
            declared = self->plan.epoch_s;
    bool is_makers = declared != 0 && self->plan.kind != NULL && !self->has_ini;
    if (is_makers && agreed != declared && agreed > 0) {
        epoch_csv_plan_remark(&self->plan, "epochs of %d s as the rows have it; the header: %d",
                              (int)agreed, (int)declared);
        return agreed;
    }
    int32_t epoch_s = declared != 0 ? declared : epoch_step_usual_s(peek->local_ns, peek->n);
    int64_t step_ns = epoch_step_median_ns(peek->local_ns, peek->n);
    /* A guess that is far from the usual step is one of rows with many gaps. */
    int64_t off_ns = step_ns > 0 ? llabs(step_ns - epoch_s * NS_PER_S) : 0;
    int64_t most_ns = declared != 0 ? INT64_MAX : epoch_s * NS_PER_S / 4;
    if (epoch_s > 0 && off_ns >= NS_PER_S / 1000 && off_ns < most_ns) {
        epoch_csv_plan_remark(&self->plan, "rows are %.3f s apart, on a grid of %d s",
                              (double)step_ns / (double)NS_PER_S, (int)epoch_s);
    }
    return epoch_s;
}

/* A start that was declared beside rows that carry their own times: the rows win. */
static enum yk_status remark_start(struct epoch_csv *self, const struct timestamp *first,
                                   struct failure *why)
{
    bool is_read = !epoch_csv_has_times(self) || self->plan.day != CSV_NONE ||
                   strcmp(self->plan.time_format, EPOCH_CSV_ELAPSED) == 0;
    struct timestamp start;
    if (is_read || self->plan.kind != NULL || self->plan.start[0] == '\0') {
        return YK_OK;
    }
    enum yk_status status = parse_start(self, &start, why);
    if (status == YK_OK &&
        llabs(timestamp_local_ns(&start) - timestamp_local_ns(first)) >= self->epoch_ns) {
        epoch_csv_plan_remark(&self->plan, "start = %.*s is not used: the rows carry times",
                              utf8_shown(self->plan.start, 40), self->plan.start);
    }
    return status;
}

static enum yk_status set_start(struct epoch_csv *self, struct epoch_csv_peek *peek,
                                struct failure *why)
{
    struct timestamp start;
    enum yk_status status = epoch_csv_first_time(self, peek, &start, why);
    if (status != YK_OK) {
        return status;
    }
    int32_t epoch_s = choose_epoch_s(self, peek);
    if (epoch_s == 0) {
        return failure_set(why, YK_ERR_UNSUPPORTED,
                           "the epoch length is not known; write 'epoch_s = 60' in a .ini of "
                           "the same name beside the file");
    }
    self->epoch_ns = epoch_s * NS_PER_S;
    status = remark_start(self, &start, why);
    if (status != YK_OK) {
        return status;
    }
    int64_t local = timestamp_local_ns(&start);
    int64_t utc = local - epoch_csv_offset_s(self, &start) * NS_PER_S;
    self->first_offset_s = (int32_t)((local - utc) / NS_PER_S);
    self->first_step = peek->first_step;
    bool is_ahead = !epoch_csv_has_times(self) && !self->plan.start_is_first_row;
    int64_t ahead = is_ahead ? peek->first_step : 0;
    if (__builtin_mul_overflow(ahead, self->epoch_ns, &ahead) ||
        __builtin_add_overflow(utc, ahead, &self->t0_ns) || self->t0_ns > EPOCH_CSV_LATEST_NS) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "the first row, step %" PRId64
                           " of %d s, lies behind the year 2200: "
                           "check the step column, start and epoch_s",
                           peek->first_step, (int)epoch_s);
    }
    self->t0_ns += late_by(self, peek);
    return YK_OK;
}

static enum yk_status read_ini(struct epoch_csv *self, const struct open_options *opt,
                               const struct text *guess, struct failure *why)
{
    struct byte_source *ini = NULL;
    enum yk_status status = YK_OK;
    if (guess != NULL) {
        status = memory_source_open(text_string(guess), guess->length, "the guess", &ini, why);
    } else if (opt->columns != NULL) {
        status = file_source_open(opt->columns, &ini, why);
    } else if (opt->sibling != NULL) {
        status = opt->sibling(opt, "ini", &ini, why);
        status = status == YK_ERR_NO_DEVICE ? YK_END : status;
    } else {
        status = YK_END;
    }
    if (status == YK_END) {
        return YK_OK; /* nothing lies beside the file */
    }
    if (status != YK_OK) {
        return status;
    }
    self->has_ini = true;
    status = epoch_csv_plan_read_ini(&self->plan, ini, why);
    byte_source_close(ini);
    return status;
}

static enum yk_status choose_zone(struct epoch_csv *self, const struct open_options *opt,
                                  struct failure *why)
{
    if (self->plan.zone[0] == '\0') {
        return YK_OK;
    }
    if (!opt->file_zone_wins) {
        if (strcmp(self->plan.zone, zone_name(self->zone)) != 0) {
            epoch_csv_plan_remark(&self->plan, "the file's own zone %.*s is not used",
                                  utf8_shown(self->plan.zone, 30), self->plan.zone);
        }
        return YK_OK;
    }
    enum yk_status status = zone_open(self->plan.zone, &self->own_zone, why);
    self->zone = status == YK_OK ? self->own_zone : self->zone;
    return status;
}

/* The recording asked for, where a table holds several: its first row begins the table. */
static enum yk_status find_series(struct epoch_csv *self, int session, struct failure *why)
{
    int64_t wanted = session > 1 ? session : 1, seen = 0;
    const struct csv_row *row = NULL;
    enum yk_status status = YK_OK;
    while (self->plan.series != CSV_NONE && status == YK_OK) {
        status = csv_next(self->csv, &row, why);
        if (status != YK_OK || row->problem != NULL) {
            continue;
        }
        const char *name = csv_field(row, self->plan.series);
        if (seen == 0 || strncmp(name, self->series, sizeof self->series - 1) != 0) {
            snprintf(self->series, sizeof self->series, "%s", name);
            seen++;
        }
        if (seen == wanted) {
            return YK_OK;
        }
    }
    return status == YK_END
               ? failure_set(why, YK_ERR_ARGUMENT,
                             "the table holds %" PRId64 " %s, not %" PRId64, seen,
                             text_many((uint64_t)seen, "recording", "recordings"), wanted)
               : status;
}

static void fill_info(struct epoch_csv *self, const struct open_options *opt)
{
    struct recording_info *info = &self->base.info;
    recording_info_init(info);
    const struct table_kind *kind = self->plan.kind;
    snprintf(info->format, sizeof info->format, "%s",
             kind != NULL            ? kind->id
             : self->plan.is_samples ? "sample_csv"
                                     : "epoch_csv");
    info->count_kind = kind != NULL ? kind->counts : COUNT_KIND_UNKNOWN;
    if (self->plan.counts_name[0] != '\0') {
        count_kind_find(self->plan.counts_name, &info->count_kind);
    }
    snprintf(info->firmware, sizeof info->firmware, "%s", self->plan.firmware);
    snprintf(info->body_site, sizeof info->body_site, "%s", self->plan.body_site);
    snprintf(info->session_id, sizeof info->session_id, "%.20s", self->series);
    snprintf(info->device_model, sizeof info->device_model, "%s", self->plan.device_model);
    snprintf(info->device_serial, sizeof info->device_serial, "%s", self->plan.device_serial);
    snprintf(info->person_id, sizeof info->person_id, "%s", self->plan.person_id);
    snprintf(info->zone, sizeof info->zone, "%s", zone_name(self->zone));
    info->zone_is_guess = self->own_zone == NULL && opt->zone_is_guess;
    info->is_described = self->has_ini;
    info->start_ns = info->end_ns = self->t0_ns;
    if (self->plan.is_samples) {
        info->rate_hz = self->plan.rate_hz;
        info->range_g = self->plan.range_g > 0 ? self->plan.range_g : (double)NAN;
        snprintf(info->sensor_axes, sizeof info->sensor_axes, "3");
        return;
    }
    info->epoch_s = (int32_t)(self->epoch_ns / NS_PER_S);
    for (size_t i = 0; i < self->plan.n_values; i++) {
        opening_add_channel(info, self->plan.value[i].column);
    }
    if (self->plan.marker_letter != '\0') {
        opening_add_channel(info, EPOCH_MARKER);
    }
}

static enum yk_status go_to_table(struct epoch_csv *self, struct failure *why)
{
    csv_rewind(self->csv);
    if (self->plan.table_line > 1) {
        csv_seek(self->csv, self->plan.table_at, self->plan.table_line);
    }
    return self->plan.has_no_header ? YK_OK : csv_read_header(self->csv, why);
}

static enum yk_status restart(struct epoch_csv *self, struct failure *why)
{
    self->offset_s = self->first_offset_s;
    self->change_ns = zone_next_change_ns(self->zone, self->t0_ns - 1);
    self->next = self->gap_epochs = 0;
    self->rows = 0;
    self->is_going_back = self->end_is_noted = self->has_fraction = false;
    self->thousands[0] = '\0';
    self->has_held = false;
    self->held_flags = 0;
    self->intervals = 0;
    self->last_series[0] = '\0';
    opening_report(&self->base, self->bytes, NULL);
    note_plan(self, self->plan.epoch_s == 0 && !self->plan.is_samples);
    return go_to_table(self, why);
}

/* Where the generic table begins, by the .ini, and names for its columns where it has none. */
static enum yk_status find_generic_table(struct epoch_csv *self, struct failure *why)
{
    const struct csv_row *row = NULL;
    struct epoch_csv_plan *plan = &self->plan;
    enum yk_status status = YK_OK;
    if (plan->first_line <= 1 && !plan->has_no_header) {
        return YK_OK;
    }
    do {
        status = csv_next(self->csv, &row, why);
    } while (status == YK_OK && row->line < plan->first_line);
    if (status != YK_OK) {
        return status == YK_END ? failure_set(why, YK_ERR_ARGUMENT,
                                              "the file has no line %" PRIu64, plan->first_line)
                                : status;
    }
    plan->table_at = row->offset;
    plan->table_line = row->line;
    if (!plan->has_no_header) {
        return YK_OK;
    }
    char name[MOST_COLUMNS][8];
    const char *names[MOST_COLUMNS];
    size_t n = row->n < MOST_COLUMNS ? row->n : MOST_COLUMNS;
    for (size_t i = 0; i < n; i++) {
        snprintf(name[i], sizeof name[i], "%d", (int)i + 1);
        names[i] = name[i];
    }
    return csv_set_header(self->csv, names, n, why);
}

/* What is said about the table: by the maker's header, then by the .ini, then by its columns.
 */
static enum yk_status describe(struct epoch_csv *self, const struct open_options *opt,
                               const struct text *guess, struct failure *why)
{
    const struct table_kind *kind = self->plan.kind;
    enum yk_status status = YK_OK;
    if (kind != NULL) {
        status = csv_open(self->bytes, kind->separator, &self->csv, why);
        status = status == YK_OK ? kind->describe(&self->plan, self->csv, why) : status;
    }
    if (status == YK_OK) {
        status = read_ini(self, opt, guess, why);
    }
    if (status == YK_OK && kind == NULL) {
        status = csv_open(self->bytes, self->plan.separator, &self->csv, why);
        status = status == YK_OK ? find_generic_table(self, why) : status;
    }
    if (status == YK_OK) {
        status = go_to_table(self, why);
    }
    if (status == YK_OK) {
        status = epoch_csv_plan_columns(&self->plan, self->csv, why);
    }
    if (status == YK_OK) {
        status = choose_zone(self, opt, why);
    }
    if (status == YK_OK) {
        status = read_start(self, why);
    }
    if (status == YK_OK) {
        status = find_series(self, opt->session, why);
    }
    return status == YK_OK ? go_to_table(self, why) : status;
}

static enum yk_status open_table(struct epoch_csv *self, const struct open_options *opt,
                                 const struct text *guess, struct failure *why)
{
    enum yk_status status = describe(self, opt, guess, why);
    struct epoch_csv_peek *peek = status == YK_OK ? mem_alloc(1, sizeof *peek) : NULL;
    if (status == YK_OK && peek == NULL) {
        status = failure_set(why, YK_ERR_MEMORY, "epoch_csv: no memory");
    }
    if (status == YK_OK) {
        status = peek_rows(self, peek, why);
    }
    if (status == YK_OK && peek->n_rows == 0) {
        status = failure_set(why, YK_ERR_TOO_LITTLE, "the table has no rows");
    } else if (status == YK_OK && !peek->has_first) {
        status = failure_set(why, YK_ERR_UNSUPPORTED,
                             "%s%snone of the first %d rows has a time that can be read; say "
                             "'time_format = ...' in a .ini of the same name beside the file",
                             self->plan.n_remarks > 0 ? self->plan.remark[0] : "",
                             self->plan.n_remarks > 0 ? "; " : "", EPOCH_CSV_PEEK);
    }
    if (status == YK_OK && self->plan.is_samples) {
        self->base.ops = &sample_table_ops;
        status = sample_table_begin(self, peek, why);
    } else if (status == YK_OK) {
        status = set_start(self, peek, why);
    }
    mem_free(peek);
    if (status == YK_OK) {
        fill_info(self, opt);
        status = restart(self, why);
    }
    return status;
}

enum yk_status epoch_csv_rewind(struct recording_source *base, struct failure *why)
{
    return restart((struct epoch_csv *)base, why);
}

void epoch_csv_close(struct recording_source *base)
{
    struct epoch_csv *self = (struct epoch_csv *)base;
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

/* The guess's lines are said, one by one, as every other reading that nothing states. */
static void remark_guess(struct epoch_csv_plan *plan, const struct text *ini)
{
    const char *at = text_string(ini);
    while (*at != '\0') {
        size_t n = strcspn(at, "\n");
        if (*at != '#' && *at != '[' && n > 0) {
            epoch_csv_plan_remark(plan, "guessed: %.*s", (int)n, at);
        }
        at += n + (at[n] == '\n' ? 1 : 0);
    }
    epoch_csv_plan_remark(plan, "`yoake info --write-ini` writes this beside the file");
}

/* Opens a table that could not be read for want of a description, by a guess. */
static enum yk_status open_guessed(struct epoch_csv *self, const struct open_options *opt,
                                   struct failure *why)
{
    struct text ini;
    text_init(&ini);
    enum yk_status status = table_guess(self->bytes, &ini, why);
    text_add(opt->guess, text_string(&ini));
    if (status == YK_OK) {
        status = text_status(opt->guess, why);
    }
    if (status == YK_OK) {
        csv_close(self->csv);
        self->csv = NULL;
        zone_close(self->own_zone);
        self->own_zone = NULL;
        epoch_csv_plan_init(&self->plan);
        remark_guess(&self->plan, &ini);
        self->base.ops = &epoch_csv_ops;
        status = open_table(self, opt, &ini, why);
    }
    text_release(&ini);
    return status;
}

enum yk_status table_open(const struct table_kind *kind, struct byte_source *bytes,
                          const struct open_options *opt, struct recording_source **out,
                          struct failure *why)
{
    struct epoch_csv *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "epoch_csv: no memory");
    }
    epoch_csv_plan_init(&self->plan);
    self->plan.kind = kind;
    self->base.ops = &epoch_csv_ops;
    self->bytes = bytes;
    self->zone = opt->zone;
    self->job = opt->job;
    read_report_init(&self->base.report);
    enum yk_status status = open_table(self, opt, NULL, why);
    if (status == YK_ERR_UNSUPPORTED && kind == NULL && !self->has_ini && opt->guess != NULL) {
        status = open_guessed(self, opt, why);
    }
    if (status != YK_OK) {
        self->bytes = NULL; /* stays the caller's */
        epoch_csv_close(&self->base);
        return status;
    }
    *out = &self->base;
    return YK_OK;
}
