/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Records and CSV. A row is taken through the same checks as one that is typed; what is wrong
 * is named by file, line and column.
 */
#include "src/pipeline/records_csv.h"

#include <string.h>

#include "src/base/csv.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "src/store/persons.h"

/* ---- zones ---- */

enum yk_status records_zone(struct store *store, const char *named, const char *person,
                            struct zone **out, struct failure *why)
{
    struct person found = {.zone = ""};
    if (named != NULL && *named != '\0') {
        return zone_open(named, out, why);
    }
    enum yk_status status = person != NULL && *person != '\0'
                                ? person_find(store, person, &found, why)
                                : YK_ERR_NO_DEVICE;
    if (status != YK_OK && status != YK_ERR_NO_DEVICE) {
        return status;
    }
    bool has_own = status == YK_OK && found.zone[0] != '\0';
    return zone_open_or_system(has_own ? found.zone : store->zone, out, why);
}

/* The zone of the person last seen is kept: rows of one person mostly follow each other. */
struct zone_keeper {
    struct store *store;
    const char *named;
    char person[64];
    struct zone *zone;
};

static enum yk_status keep_zone(struct zone_keeper *self, const char *person,
                                struct failure *why)
{
    struct zone *zone = NULL;
    if (self->zone != NULL && strcmp(self->person, person) == 0) {
        return YK_OK;
    }
    enum yk_status status = records_zone(self->store, self->named, person, &zone, why);
    if (status == YK_OK) {
        zone_close(self->zone);
        self->zone = zone;
        memcpy(self->person, person, strlen(person) + 1);
    }
    return status;
}

/* ---- reading ---- */

struct reader {
    struct store *store;
    const struct record_kind *kind;
    const struct records_csv_options *options;
    struct csv *csv;
    size_t column[RECORD_COLUMNS_MAX]; /* CSV_NONE: not in this table */
    struct zone_keeper zone;
    char *row;
};

static bool is_in_csv(const struct record_column *column)
{
    return (column->flags & (RECORD_PROGRAM | RECORD_EXTRA)) == 0;
}

static void list_columns(const struct record_kind *kind, struct text *out)
{
    for (size_t k = 0; k < kind->n_columns; k++) {
        if (is_in_csv(&kind->columns[k])) {
            text_addf(out, "%s%s", k > 0 ? " " : "", kind->columns[k].name);
        }
    }
}

/* A column nobody knows is a mistyped one: what stands in it would be lost without a word. */
static enum yk_status refuse_unknown(const struct reader *self, struct failure *why)
{
    struct text list;
    text_init(&list);
    list_columns(self->kind, &list);
    enum yk_status status = YK_OK;
    for (size_t c = 0; c < csv_header_n(self->csv) && status == YK_OK; c++) {
        const char *name = csv_header_name(self->csv, c);
        bool is_known = *name == '\0';
        for (size_t k = 0; k < self->kind->n_columns; k++) {
            is_known = is_known || self->column[k] == c;
        }
        if (!is_known) {
            status = failure_set(why, YK_ERR_ARGUMENT,
                                 "line 1, column %zu: '%.*s' is no column of this table; its "
                                 "columns are: %s",
                                 c + 1, utf8_shown(name, 40), name, text_string(&list));
        }
    }
    text_release(&list);
    return status;
}

static enum yk_status find_columns(struct reader *self, struct failure *why)
{
    enum yk_status status = csv_read_header(self->csv, why);
    struct text list;
    text_init(&list);
    list_columns(self->kind, &list);
    for (size_t k = 0; k < self->kind->n_columns && status == YK_OK; k++) {
        const struct record_column *column = &self->kind->columns[k];
        self->column[k] = is_in_csv(column) ? csv_find(self->csv, column->name) : CSV_NONE;
        bool is_given = column->type == RECORD_PERSON && self->options->person != NULL;
        if ((column->flags & RECORD_MUST) != 0 && is_in_csv(column) && !is_given) {
            status = csv_require(self->csv, column->name, text_string(&list), why);
        }
    }
    text_release(&list);
    return status == YK_OK ? refuse_unknown(self, why) : status;
}

static enum yk_status wrong_cell(const struct reader *self, const struct csv_row *row, size_t k,
                                 const struct failure *inner, struct failure *why)
{
    size_t column = k < self->kind->n_columns ? self->column[k] : CSV_NONE;
    return csv_failure(
        self->csv, row, column, why, inner->code, "%s%s",
        inner->text[0] == '\'' || column == CSV_NONE ? "" : "does not fit: ", inner->text);
}

/* The cell of a column in this row, or the person said on the command line. */
static enum yk_status cell_of(const struct reader *self, const struct csv_row *row, size_t k,
                              const char **out, struct failure *why)
{
    const char *cell = csv_field(row, self->column[k]), *person = self->options->person;
    bool is_person = self->kind->columns[k].type == RECORD_PERSON && person != NULL;
    if (is_person && *cell != '\0' && strcmp(cell, person) != 0) {
        return failure_set(why, YK_ERR_CONFLICT,
                           "'%.*s' is not %s, the participant named on the command line",
                           utf8_shown(cell, 40), cell, person);
    }
    *out = is_person ? person : cell;
    return YK_OK;
}

/* Columns of one type, in their order; a person's zone must be known before clock times, and a
 * night's date before times of the night. */
static enum yk_status parse_cells(struct reader *self, const struct csv_row *row, bool times,
                                  struct failure *why)
{
    struct failure inner;
    for (size_t k = 0; k < self->kind->n_columns; k++) {
        const char *cell = "";
        bool is_time = self->kind->columns[k].type == RECORD_TIME;
        if (is_time != times || !is_in_csv(&self->kind->columns[k])) {
            continue;
        }
        enum yk_status status = cell_of(self, row, k, &cell, &inner);
        if (status == YK_OK) {
            status = record_parse(self->kind, k, cell, self->zone.zone, self->row, &inner);
        }
        if (status == YK_OK && self->kind->columns[k].type == RECORD_PERSON && *cell != '\0') {
            status = keep_zone(&self->zone, cell, &inner);
        }
        if (status != YK_OK) {
            return wrong_cell(self, row, k, &inner, why);
        }
    }
    return YK_OK;
}

static enum yk_status take_row(struct reader *self, const struct csv_row *row,
                               struct records_csv_counts *counts, struct failure *why)
{
    struct failure inner;
    bool is_new = false;
    size_t column = self->kind->n_columns;
    if (row->problem != NULL) {
        return csv_failure(self->csv, row, CSV_NONE, why, YK_ERR_ARGUMENT, "%s", row->problem);
    }
    /* A comma within a text that is not quoted moves everything behind it. */
    for (size_t c = csv_header_n(self->csv); c < row->n; c++) {
        if (row->length[c] > 0) {
            return csv_failure(
                self->csv, row, c, why, YK_ERR_ARGUMENT,
                "has no column above it: the table has %zu columns; a text with a "
                "comma goes in quotes",
                csv_header_n(self->csv));
        }
    }
    self->kind->init(self->row);
    enum yk_status status = parse_cells(self, row, false, why);
    if (status == YK_OK) {
        status = parse_cells(self, row, true, why);
    }
    if (status != YK_OK) {
        return status;
    }
    status = record_insert(self->store, self->kind, self->row, &is_new, &column, &inner);
    if (status != YK_OK) {
        return wrong_cell(self, row, column, &inner, why);
    }
    counts->n_new += is_new;
    counts->n_same += !is_new;
    return YK_OK;
}

static bool is_wrong_cell(enum yk_status status)
{
    return status == YK_ERR_ARGUMENT || status == YK_ERR_CONFLICT ||
           status == YK_ERR_NO_DEVICE || status == YK_ERR_TOO_LITTLE;
}

static enum yk_status take_rows(struct reader *self, struct records_csv_counts *counts,
                                struct failure *why)
{
    const struct csv_row *row = NULL;
    struct failure wrong = {.text = ""};
    enum yk_status status;
    while ((status = csv_next(self->csv, &row, why)) == YK_OK) {
        status = take_row(self, row, counts, &wrong);
        if (is_wrong_cell(status) && self->options->keep_good) {
            if (counts->n_wrong++ == 0) {
                counts->first_wrong = wrong;
            }
        } else if (status != YK_OK) {
            if (why != NULL) {
                *why = wrong;
            }
            return status;
        }
    }
    return status == YK_END ? YK_OK : status;
}

enum yk_status records_csv_read(struct store *store, const struct record_kind *kind,
                                struct byte_source *bytes,
                                const struct records_csv_options *options,
                                struct records_csv_counts *counts, struct failure *why)
{
    struct reader reader = {.store = store,
                            .kind = kind,
                            .options = options,
                            .zone = {.store = store, .named = options->zone_name}};
    struct records_csv_counts taken = {.n_new = 0};
    reader.row = mem_alloc(1, kind->bytes);
    enum yk_status status = reader.row != NULL
                                ? csv_open(bytes, 0, &reader.csv, why)
                                : failure_set(why, YK_ERR_MEMORY, "no memory to read a table");
    if (status == YK_OK) {
        status = keep_zone(&reader.zone, options->person != NULL ? options->person : "", why);
    }
    if (status == YK_OK) {
        status = find_columns(&reader, why);
    }
    if (status == YK_OK) {
        status = db_begin(store->db, why);
    }
    if (status == YK_OK) {
        status = db_finish(store->db, take_rows(&reader, &taken, why), why);
    }
    csv_close(reader.csv);
    zone_close(reader.zone.zone);
    mem_free(reader.row);
    if (status == YK_OK) {
        *counts = taken;
    }
    return status;
}

enum yk_status records_csv_read_file(struct store *store, const struct record_kind *kind,
                                     const char *path,
                                     const struct records_csv_options *options,
                                     struct records_csv_counts *counts, struct failure *why)
{
    struct byte_source *bytes = NULL;
    enum yk_status status = file_source_open(path, &bytes, why);
    if (status == YK_OK) {
        status = records_csv_read(store, kind, bytes, options, counts, why);
    }
    byte_source_close(bytes);
    return status;
}

/* ---- writing ---- */

static void write_row(const struct record_kind *kind, const struct zone *zone, const void *row,
                      struct text *out)
{
    struct text cell;
    text_init(&cell);
    const char *separator = "";
    for (size_t k = 0; k < kind->n_columns; k++) {
        if (is_in_csv(&kind->columns[k])) {
            text_clear(&cell);
            record_format(kind, k, zone, row, &cell);
            text_add(out, separator);
            text_add_csv(out, text_string(&cell));
            out->is_short = out->is_short || cell.is_short;
            separator = ",";
        }
    }
    text_add(out, "\n");
    text_release(&cell);
}

enum yk_status records_csv_write(struct store *store, const struct record_kind *kind,
                                 const char *zone_name, const void *rows, size_t n,
                                 struct text *out, struct failure *why)
{
    struct zone_keeper zone = {.store = store, .named = zone_name};
    const char *separator = "";
    enum yk_status status = YK_OK;
    for (size_t k = 0; k < kind->n_columns; k++) {
        if (is_in_csv(&kind->columns[k])) {
            text_addf(out, "%s%s", separator, kind->columns[k].name);
            separator = ",";
        }
    }
    text_add(out, "\n");
    for (size_t i = 0; i < n && status == YK_OK; i++) {
        const char *row = (const char *)rows + i * kind->bytes;
        status = keep_zone(&zone, record_person(kind, row), why);
        if (status == YK_OK) {
            write_row(kind, zone.zone, row, out);
        }
    }
    zone_close(zone.zone);
    return status == YK_OK ? text_status(out, why) : status;
}
