/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Guessing a table. 1 to 3 are table_guess_columns.c.
 *
 * 1. Separator and place: the longest run of lines with the same number of fields, two or more.
 * 2. Header: the run's first line has words where the lines below have numbers or times.
 * 3. Columns: time stamps, dates, times of day, numbers; by all of the first rows.
 * 4. Samples, when a row comes more than once a second: three neighbouring columns whose norm
 * is about 1 g, in g, m/s2 or mg. Otherwise epochs: columns called like something that is
 * known; else the first column of whole numbers that are not all the same is taken for the
 * counts.
 * 5. Day or month first: shown by the dates, or both are written down and none is chosen.
 *
 * Whose counts they are cannot be guessed, nor can a start that no row tells.
 */
#include "firmware-formats/table_guess.h"
#include "firmware-formats/table_guess_columns.h"
#include "firmware-formats/timestamp.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define STEP_MOST_NS (86400 * NS_PER_S)

/* ---- times ---- */

/* Numbers that rise and lie between 2000 and 2100 in one of the units. */
static const char *unix_unit_of(const struct column *column)
{
    static const struct {
        const char *unit;
        double from, to;
    } units[] = {{"unix_s", 946684800.0, 4102444800.0},
                 {"unix_ms", 946684800e3, 4102444800e3},
                 {"unix_ns", 946684800e9, 4102444800e9}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (column->is_rising && column->min >= units[i].from && column->max < units[i].to) {
            return units[i].unit;
        }
    }
    return NULL;
}

/* Whether a line of a .ini can name the column: with a name of its own. */
static bool can_be_said(const struct guess *self, size_t c)
{
    const char *name = self->column[c].name;
    bool is_sayable = name[0] != '\0' && strpbrk(name, "=[#;\r\n") == NULL &&
                      strlen(name) < TABLE_GUESS_NAME_BYTES - 1;
    for (size_t i = 0; i < self->n_columns && is_sayable; i++) {
        is_sayable = i == c || strcasecmp(self->column[i].name, name) != 0;
    }
    return is_sayable;
}

static void find_times(struct guess *self)
{
    self->stamp = self->date = self->time = CSV_NONE;
    for (size_t c = self->n_columns; c-- > 0;) { /* the first of a kind is left */
        enum looks looks =
            can_be_said(self, c) ? table_guess_looks(&self->column[c]) : LOOKS_TEXT;
        const char *unit = looks == LOOKS_NUMBER ? unix_unit_of(&self->column[c]) : NULL;
        if (looks == LOOKS_STAMP || looks == LOOKS_DATED_STAMP || unit != NULL) {
            self->stamp = c;
            self->unix_unit = unit;
        } else if (looks == LOOKS_DATE) {
            self->date = c;
        } else if (looks == LOOKS_TIME) {
            self->time = c;
        }
    }
}

/* The pattern of the times; both, where nothing tells day from month. */
static enum yk_status find_format(struct guess *self, struct failure *why)
{
    if (self->stamp != CSV_NONE && self->unix_unit != NULL) {
        snprintf(self->format, sizeof self->format, "%s", self->unix_unit);
        return YK_OK;
    }
    bool is_stamp = self->stamp != CSV_NONE;
    size_t date = is_stamp ? self->stamp : self->date;
    if (is_stamp && table_guess_looks(&self->column[self->stamp]) == LOOKS_STAMP) {
        return YK_OK;
    }
    struct date_evidence seen;
    char sample[DATE_SAMPLE_BYTES];
    struct timestamp ignored;
    date_evidence_init(&seen);
    csv_seek(self->csv, self->first_at, self->first_line);
    enum yk_status status = date_evidence_scan(&seen, self->csv, date,
                                               is_stamp ? CSV_NONE : self->time, sample, why);
    if (status != YK_OK || timestamp_parse(sample, NULL, &ignored)) {
        return status;
    }
    enum date_order order = date_evidence_order(&seen);
    static const enum date_order orders[] = {DATE_OF_DAY_FIRST, DATE_OF_MONTH_FIRST,
                                             DATE_OF_YEAR_FIRST};
    self->open_date = seen;
    for (size_t i = 0; order == DATE_UNDECIDED && i < DATE_ORDERS; i++) {
        char *format = self->open_format[self->n_open];
        self->n_open +=
            !seen.is_out[orders[i]] &&
            date_order_pattern(sample, orders[i], format, sizeof self->open_format[0]);
    }
    if (self->n_open > 0) {
        memcpy(self->format, self->open_format[0], sizeof self->open_format[0]);
        return YK_OK;
    }
    return date_order_pattern(sample, order, self->format, sizeof self->format)
               ? YK_OK
               : failure_set(why, YK_ERR_UNSUPPORTED, "'%.*s' is no date and time",
                             utf8_shown(sample, 40), sample);
}

static bool row_time(const struct guess *self, const struct csv_row *row, int64_t *ns)
{
    char text[96];
    struct timestamp t;
    const char *format = *self->format != '\0' ? self->format : NULL;
    if (self->stamp != CSV_NONE) {
        snprintf(text, sizeof text, "%.90s", csv_field(row, self->stamp));
    } else {
        snprintf(text, sizeof text, "%.40s %.40s", csv_field(row, self->date),
                 csv_field(row, self->time));
    }
    if (!timestamp_parse(text, format, &t)) {
        return false;
    }
    *ns = timestamp_local_ns(&t) - (t.has_offset ? t.offset_s * NS_PER_S : 0);
    return true;
}

/* Nanoseconds a row: the median step; where times are in whole seconds and most rows share
 * theirs with the one before, the mean. */
static enum yk_status find_step(struct guess *self, struct failure *why)
{
    const struct csv_row *row = NULL;
    int64_t first = 0, last = 0, step[TABLE_GUESS_ROWS];
    size_t n = 0;
    csv_seek(self->csv, self->first_at, self->first_line);
    enum yk_status status = YK_OK;
    for (size_t i = 0;
         i < TABLE_GUESS_ROWS && (status = csv_next(self->csv, &row, why)) == YK_OK; i++) {
        int64_t ns = 0;
        if (row->problem == NULL && row_time(self, row, &ns) && (n == 0 || ns >= last)) {
            first = n == 0 ? ns : first;
            step[n] = n == 0 ? 0 : ns - last;
            last = ns;
            n++;
        }
    }
    self->step_ns = -1;
    if (n > 1 && last > first) {
        qsort(step + 1, n - 1, sizeof *step, compare_ns);
        int64_t median = step[1 + (n - 1) / 2];
        self->step_ns = median > 0 ? median : (last - first) / (int64_t)(n - 1);
    }
    return status == YK_END ? YK_OK : status;
}

/* ---- values ---- */

static bool is_value(const struct guess *self, size_t c)
{
    const struct column *column = &self->column[c];
    return table_guess_looks(column) == LOOKS_NUMBER && c != self->stamp && c != self->date &&
           c != self->time && can_be_said(self, c);
}

/* Three neighbouring columns whose mean norm is that of gravity. */
static enum yk_status find_axes(struct guess *self, const char **unit, struct failure *why)
{
    static const struct {
        const char *unit;
        double g;
    } units[] = {{"g", 1}, {"m/s2", 9.80665}, {"mg", 1000}};
    for (size_t c = 0; c + 2 < self->n_columns; c++) {
        if (!is_value(self, c) || !is_value(self, c + 1) || !is_value(self, c + 2)) {
            continue;
        }
        const struct csv_row *row = NULL;
        double sum = 0;
        size_t n = 0;
        csv_seek(self->csv, self->first_at, self->first_line);
        for (size_t i = 0; i < TABLE_GUESS_ROWS && csv_next(self->csv, &row, why) == YK_OK;
             i++) {
            double x = 0, y = 0, z = 0;
            if (table_guess_number(self, csv_field(row, c), &x) &&
                table_guess_number(self, csv_field(row, c + 1), &y) &&
                table_guess_number(self, csv_field(row, c + 2), &z)) {
                sum += sqrt(x * x + y * y + z * z);
                n++;
            }
        }
        for (size_t u = 0; u < sizeof units / sizeof *units && n > 0; u++) {
            double norm = sum / (double)n / units[u].g;
            if (norm > 0.7 && norm < 1.4) {
                self->axis = c;
                self->norm = sum / (double)n;
                *unit = units[u].unit;
                return YK_OK;
            }
        }
    }
    return failure_set(why, YK_ERR_UNSUPPORTED,
                       "rows come more than once a second, but no three neighbouring columns "
                       "with names of their own have the size of gravity in g, m/s2 or mg");
}

/* Parts of names. The first that fits decides. */
static const struct {
    const char *part, *target;
} hints[] = {
    {"anglez", "angle_z_deg"}, {"angle_z", "angle_z_deg"}, {"enmo_mg", "enmo_mg"},
    {"enmo", "enmo_mg"},       {"off_wrist", NULL},        {"offwrist", NULL},
    {"lux", "light"},          {"light", "light"},         {"licht", "light"},
    {"lumi", "light"},         {"照度", "light"},          {"temp", "temperature_c"},
    {"温度", "temperature_c"}, {"marker", "marker"},       {"event", "marker"},
    {"button", "marker"},      {"step", "steps"},          {"歩数", "steps"},
    {"count", "counts"},       {"activ", "counts"},        {"aktiv", "counts"},
    {"ativid", "counts"},      {"bewegung", "counts"},     {"活動", "counts"},
    {"pim", "counts"},         {"motion", "counts"},
};

static bool is_taken(const struct guess *self, const char *target)
{
    for (size_t c = 0; c < self->n_columns; c++) {
        if (self->column[c].target != NULL && strcmp(self->column[c].target, target) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_main(const char *target)
{
    return strcmp(target, "counts") == 0 || strcmp(target, "enmo_mg") == 0 ||
           strcmp(target, "angle_z_deg") == 0;
}

static void name_columns(struct guess *self, bool *has_main)
{
    for (size_t c = 0; c < self->n_columns && self->has_header; c++) {
        struct column *column = &self->column[c];
        for (size_t i = 0; i < sizeof hints / sizeof *hints && is_value(self, c); i++) {
            if (strcasestr(column->name, hints[i].part) == NULL) {
                continue;
            }
            bool is_number_of_rows = column->is_rising && column->n_whole == column->n &&
                                     column->max - column->min + 1 == (double)column->n;
            if (hints[i].target != NULL && !is_taken(self, hints[i].target) &&
                !is_number_of_rows) {
                column->target = hints[i].target;
                column->unit =
                    strcmp(column->target, "enmo_mg") == 0 && column->max < 10 ? "g" : NULL;
                *has_main = *has_main || is_main(column->target);
            }
            break;
        }
    }
}

/* The first column of whole numbers that could be amounts. */
static bool take_first_whole(struct guess *self)
{
    for (size_t c = 0; c < self->n_columns; c++) {
        struct column *column = &self->column[c];
        if (is_value(self, c) && column->target == NULL && column->n_whole == column->n &&
            column->min >= 0 && column->max > column->min && !column->is_rising) {
            column->target = "counts";
            return true;
        }
    }
    return false;
}

/* ---- the .ini ---- */

static void write_times(const struct guess *self, struct text *ini)
{
    if (self->separator != ',') {
        text_addf(ini, "separator = %s\n", self->separator == ';' ? ";" : "tab");
    }
    if (self->first_line > 1) {
        text_addf(ini, "first_line = %" PRIu64 "\n", self->first_line);
    }
    text_add(ini, self->has_header ? "" : "header = no\n");
    if (self->stamp != CSV_NONE) {
        text_addf(ini, "timestamp = %s\n", self->column[self->stamp].name);
    } else {
        text_addf(ini, "date = %s\ntime = %s\n", self->column[self->date].name,
                  self->column[self->time].name);
    }
    if (self->n_open > 0) {
        text_add(ini, "# nothing tells the day from the month: take the # off one of these\n");
        for (size_t i = 0; i < self->n_open; i++) {
            text_addf(ini, "# time_format = %s\n", self->open_format[i]);
        }
    } else if (*self->format != '\0') {
        text_addf(ini, "time_format = %s\n", self->format);
    }
}

static enum yk_status write_samples(struct guess *self, struct text *ini, struct failure *why)
{
    const char *unit = NULL;
    enum yk_status status = find_axes(self, &unit, why);
    if (status != YK_OK) {
        return status;
    }
    text_add(ini, "[samples]\n");
    write_times(self, ini);
    text_addf(ini, "# about %.0f a second; the exact rate:\n# rate_hz = \n# range_g = \n",
              1e9 / (double)self->step_ns);
    text_addf(ini, "[columns]\n# their norm is %.3g on average\n", self->norm);
    for (size_t a = 0; a < 3; a++) {
        text_addf(ini, "%s = %c %s\n", self->column[self->axis + a].name, "xyz"[a], unit);
    }
    return YK_OK;
}

static enum yk_status write_epochs(struct guess *self, struct text *ini, struct failure *why)
{
    bool has_main = false, is_blind = false;
    name_columns(self, &has_main);
    if (!has_main) {
        is_blind = take_first_whole(self);
    }
    if (!has_main && !is_blind) {
        return failure_set(why, YK_ERR_UNSUPPORTED,
                           "no column is called like activity counts or holds whole numbers "
                           "that could be counts");
    }
    text_add(ini, "[epochs]\n");
    write_times(self, ini);
    text_addf(ini, "epoch_s = %" PRId64 "\n", (self->step_ns + NS_PER_S / 2) / NS_PER_S);
    text_add(ini,
             "# whose counts they are cannot be guessed: actigraph actiwatch motionwatch ...\n"
             "# counts = \n[columns]\n");
    text_add(ini, is_blind ? "# the first column of whole numbers\n" : "");
    for (size_t c = 0; c < self->n_columns; c++) {
        const struct column *column = &self->column[c];
        if (column->target != NULL) {
            text_addf(ini, "%s = %s%s%s\n", column->name, column->target,
                      column->unit != NULL ? " " : "",
                      column->unit != NULL ? column->unit : "");
        }
    }
    return YK_OK;
}

static enum yk_status refuse_open_date(const struct guess *self, struct failure *why)
{
    char readings[DATE_READINGS_BYTES];
    date_evidence_readings(&self->open_date, DATE_OF_DAY_FIRST, readings);
    return failure_set(why, YK_ERR_UNSUPPORTED,
                       "the last date is %s: nothing tells; `yoake info --write-ini` writes "
                       "every reading into a .ini beside the file, take one",
                       readings);
}

static enum yk_status guess(struct guess *self, struct byte_source *bytes, struct text *ini,
                            struct failure *why)
{
    enum yk_status status = YK_OK;
    for (const char *c = ",;\t"; *c != '\0' && status == YK_OK; c++) {
        status = table_guess_find(bytes, *c, self, why);
    }
    if (status == YK_OK && self->run == 0) {
        return failure_set(why, YK_ERR_UNSUPPORTED, "no table in it");
    }
    if (status == YK_OK) {
        status = csv_open(bytes, self->separator, &self->csv, why);
    }
    if (status == YK_OK) {
        status = table_guess_look(self, why);
    }
    if (status != YK_OK) {
        return status;
    }
    find_times(self);
    if (self->stamp == CSV_NONE && (self->date == CSV_NONE || self->time == CSV_NONE)) {
        return failure_set(
            why, YK_ERR_UNSUPPORTED,
            "no column holds times, and a start cannot be guessed: write 'start "
            "=' and 'epoch_s =' or 'rate_hz =' in a .ini of the same name beside "
            "the file");
    }
    status = find_format(self, why);
    if (status == YK_OK) {
        status = find_step(self, why);
    }
    if (status == YK_OK && (self->step_ns < 0 || self->step_ns > STEP_MOST_NS)) {
        status = failure_set(why, YK_ERR_UNSUPPORTED,
                             "the rows' times do not go on, or by more than a day each");
    }
    if (status == YK_OK) {
        text_add(ini,
                 "# What yoake guesses. Check every line: the table is read as it says.\n");
        status = self->step_ns < NS_PER_S * 9 / 10 ? write_samples(self, ini, why)
                                                   : write_epochs(self, ini, why);
    }
    return status == YK_OK && self->n_open > 0 ? refuse_open_date(self, why) : status;
}

enum yk_status table_guess(struct byte_source *bytes, struct text *ini, struct failure *why)
{
    struct guess *self = mem_alloc(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory to guess a table");
    }
    struct text made;
    text_init(&made);
    enum yk_status status = guess(self, bytes, &made, why);
    if (text_status(&made, NULL) != YK_OK) {
        status = text_status(&made, why);
    } else if (status == YK_OK || self->n_open > 0) {
        text_add(ini, text_string(&made));
        status = text_status(ini, NULL) == YK_OK ? status : text_status(ini, why);
    }
    text_release(&made);
    csv_close(self->csv);
    mem_free(self);
    return status;
}
