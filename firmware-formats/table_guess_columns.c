/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where a table is and what its columns look like, see table_guess_columns.h.
 */
#include "firmware-formats/table_guess_columns.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "firmware-formats/epoch_csv_plan.h"
#include "firmware-formats/timestamp.h"
#include "src/base/text.h"

/* ---- where the table is ---- */

enum yk_status table_guess_find(struct byte_source *bytes, char separator, struct guess *best,
                                struct failure *why)
{
    struct csv *csv = NULL;
    const struct csv_row *row = NULL;
    uint64_t run = 0, at = 0, line = 0;
    size_t fields = 0;
    enum yk_status status = csv_open(bytes, separator, &csv, why);
    for (size_t i = 0; i < TABLE_GUESS_ROWS && status == YK_OK; i++) {
        status = csv_next(csv, &row, why);
        if (status != YK_OK) {
            break;
        }
        if (row->problem != NULL || row->n != fields) {
            run = 0;
            fields = row->n;
            at = row->offset;
            line = row->line;
        }
        run++;
        bool is_longer = run > best->run || (run == best->run && fields > best->n_columns);
        if (fields >= 2 && run >= 3 && is_longer) {
            best->run = run;
            best->first_at = at;
            best->first_line = line;
            best->n_columns = fields < TABLE_GUESS_COLUMNS ? fields : TABLE_GUESS_COLUMNS;
            best->separator = separator;
        }
    }
    csv_close(csv);
    return status == YK_END ? YK_OK : status;
}

/* ---- what is in the columns ---- */

bool table_guess_number(const struct guess *self, const char *text, double *out)
{
    char local[64];
    size_t n = strlen(text), comma = strcspn(text, ",");
    if (self->separator == ',' || comma == n || n >= sizeof local) {
        return text_parse_double(text, n, out);
    }
    memcpy(local, text, n);
    local[comma] = '.';
    return text_parse_double(local, n, out);
}

static bool is_time_of_day(const char *text)
{
    char whole[64];
    struct timestamp ignored;
    int n = snprintf(whole, sizeof whole, "2000-01-01 %.40s", text);
    return n > 11 && strchr(text, ':') != NULL &&
           (timestamp_parse(whole, NULL, &ignored) ||
            timestamp_parse(whole, "%Y-%m-%d %I:%M:%S %p", &ignored) ||
            timestamp_parse(whole, "%Y-%m-%d %I:%M %p", &ignored));
}

static void look_at(const struct guess *self, struct column *column, const char *text)
{
    struct timestamp ignored;
    struct date_evidence date;
    double value = 0;
    if (table_is_missing(text)) {
        return;
    }
    date_evidence_init(&date);
    bool has_clock = strchr(text, ':') != NULL;
    bool is_date = date_evidence_add(&date, text);
    column->n_iso += timestamp_parse(text, NULL, &ignored) ? 1 : 0;
    column->n_dated += is_date && has_clock ? 1 : 0;
    column->n_date += is_date && !has_clock ? 1 : 0;
    column->n_time += is_time_of_day(text) ? 1 : 0;
    if (table_guess_number(self, text, &value)) {
        column->is_rising =
            column->n_number == 0 || (column->is_rising && value > column->last);
        column->min = column->n_number == 0 ? value : fmin(column->min, value);
        column->max = column->n_number == 0 ? value : fmax(column->max, value);
        column->last = value;
        column->n_number++;
        column->n_whole += value == nearbyint(value) ? 1 : 0;
    }
    column->n++;
}

enum looks table_guess_looks(const struct column *column)
{
    return column->n == 0                  ? LOOKS_TEXT
           : column->n_iso == column->n    ? LOOKS_STAMP
           : column->n_dated == column->n  ? LOOKS_DATED_STAMP
           : column->n_date == column->n   ? LOOKS_DATE
           : column->n_time == column->n   ? LOOKS_TIME
           : column->n_number == column->n ? LOOKS_NUMBER
                                           : LOOKS_TEXT;
}

enum yk_status table_guess_look(struct guess *self, struct failure *why)
{
    const struct csv_row *row = NULL;
    csv_seek(self->csv, self->first_at, self->first_line);
    enum yk_status status = csv_next(self->csv, &row, why);
    for (size_t c = 0; c < self->n_columns && status == YK_OK; c++) {
        struct column first;
        memset(&first, 0, sizeof first);
        look_at(self, &first, csv_field(row, c));
        self->column[c].is_first_text = first.n > 0 && table_guess_looks(&first) == LOOKS_TEXT;
        snprintf(self->column[c].name, TABLE_GUESS_NAME_BYTES, "%.63s", csv_field(row, c));
    }
    while (status == YK_OK && self->n_rows < TABLE_GUESS_ROWS) {
        status = csv_next(self->csv, &row, why);
        if (status == YK_OK && row->problem == NULL) {
            for (size_t c = 0; c < self->n_columns; c++) {
                look_at(self, &self->column[c], csv_field(row, c));
            }
            self->n_rows++;
        }
    }
    for (size_t c = 0; c < self->n_columns; c++) {
        bool is_data = table_guess_looks(&self->column[c]) != LOOKS_TEXT;
        self->has_header = self->has_header || (is_data && self->column[c].is_first_text);
    }
    for (size_t c = 0; c < self->n_columns && !self->has_header; c++) {
        snprintf(self->column[c].name, TABLE_GUESS_NAME_BYTES, "%zu", c + 1);
    }
    return status == YK_END ? YK_OK : status;
}
