/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows from model structs, through the getters of columns.def.
 */
#include "src/export/tables.h"
#include "src/export/epochs_csv.h"
#include "src/export/events.h"

#include <inttypes.h>
#include <math.h>

/* What a row is made from; getters use what their table has. */
struct export_row {
    const struct analysis *analysis;
    const struct zone *zone;
    const struct night *night;
    const struct rest *rest;
    const struct day_summary *day;
    const struct export_event *event;
    const struct person_summary *person;
    const struct quality_row *quality;
};

/* ---- the words of columns.def ---- */

static void add_date(struct text *o, struct civil_date date)
{
    char text[16];
    civil_format(date, text);
    text_add(o, text);
}

static void add_weekday(struct text *o, struct civil_date date)
{
    if (date.month != 0) {
        text_add(o, weekday_name_en(civil_weekday(date)));
    }
}

static void add_time(struct text *o, const struct zone *zone, int64_t utc_ns)
{
    char text[40];
    zone_format_iso(zone, utc_ns, 0, text);
    text_add(o, text);
}

static int64_t middle_ns(const struct night *night)
{
    if (night->onset_ns == TIME_UNKNOWN || night->wake_ns == TIME_UNKNOWN) {
        return TIME_UNKNOWN;
    }
    return night->onset_ns + (night->wake_ns - night->onset_ns) / 2;
}

#define TEXT(value) text_add_csv(o, value)
#define REAL(value, decimals) text_add_double(o, value, decimals)
#define COUNT(value) text_addf(o, "%" PRIu64, (uint64_t)(value))
#define FLAG(value) text_add_char(o, (value) ? '1' : '0')
#define DATE(value) add_date(o, value)
#define WEEKDAY(value) add_weekday(o, value)
#define TIME(value) add_time(o, r->zone, value)
#define CLOCK(evening, value) text_add_double(o, zone_clock_h(r->zone, evening, value), 4)

#define COLUMN(table, name, type, unit, en, ja, ggir, source, getter)                          \
    static void get_##table##_##name(struct text *o, const struct export_row *r)               \
    {                                                                                          \
        getter;                                                                                \
    }
#include "src/export/columns.def"
#undef COLUMN

static const struct {
    struct export_column column;
    void (*get)(struct text *out, const struct export_row *row);
} COLUMNS[] = {
#define COLUMN(table, name, type, unit, en, ja, ggir, source, getter)                          \
    {{TABLE_##table, #name, #type, unit, en, ja, ggir, source}, get_##table##_##name},
#include "src/export/columns.def"
#undef COLUMN
};
enum { COLUMN_COUNT = sizeof COLUMNS / sizeof *COLUMNS };

const char *export_table_name(enum export_table table)
{
    static const char *const name[] = {"night",  "rest",  "day",    "recording",
                                       "person", "event", "quality"};
    return name[table];
}

size_t export_column_count(void)
{
    return COLUMN_COUNT;
}

const struct export_column *export_column_at(size_t i)
{
    return &COLUMNS[i].column;
}

/* ---- rows ---- */

void export_add_header(enum export_table table, struct text *out)
{
    bool is_first = true;
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (COLUMNS[i].column.table == table) {
            text_add(out, is_first ? "" : ",");
            text_add(out, COLUMNS[i].column.name);
            is_first = false;
        }
    }
    text_add_char(out, '\n');
}

static void add_row(enum export_table table, const struct export_row *row, struct text *out)
{
    bool is_first = true;
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (COLUMNS[i].column.table == table) {
            text_add(out, is_first ? "" : ",");
            COLUMNS[i].get(out, row);
            is_first = false;
        }
    }
    text_add_char(out, '\n');
}

static void add_events(struct export_row *row, struct text *out)
{
    struct export_events events;
    export_events_init(&events);
    if (export_events_collect(row->analysis, &events) != 0) {
        out->is_short = true;
    }
    for (size_t i = 0; i < events.n; i++) {
        row->event = &events.events[i];
        add_row(TABLE_event, row, out);
    }
    row->event = NULL;
    export_events_release(&events);
}

void export_add_rows(enum export_table table, const struct analysis *analysis,
                     const struct zone *zone, struct text *out)
{
    struct export_row row = {.analysis = analysis, .zone = zone};
    for (size_t i = 0; table == TABLE_night && i < analysis->n_nights; i++) {
        row.night = &analysis->nights[i];
        add_row(table, &row, out);
    }
    for (size_t i = 0; table == TABLE_rest && i < analysis->n_rests; i++) {
        row.rest = &analysis->rests[i];
        add_row(table, &row, out);
    }
    for (size_t i = 0; table == TABLE_day && i < analysis->n_days; i++) {
        row.day = &analysis->days[i];
        add_row(table, &row, out);
    }
    if (table == TABLE_recording) {
        add_row(table, &row, out);
    }
    if (table == TABLE_event) {
        add_events(&row, out);
    }
}

void export_add_person(const struct person_summary *person, struct text *out)
{
    add_row(TABLE_person, &(struct export_row){.person = person}, out);
}

void export_add_quality(const struct quality_row *row, struct text *out)
{
    add_row(TABLE_quality, &(struct export_row){.quality = row}, out);
}

/* What explains itself, too. */
static const char *const codebook_columns[][3] = {
    {"table", "table: the file's name", "表(ファイルの名前)"},
    {"column", "column", "列"},
    {"type", "text, real, integer, date, time (ISO 8601 with offset) or flag (0 or 1)", "型"},
    {"unit", "unit; rhythm_unit: as that column says", "単位"},
    {"meaning_en", "what it is, in English", "意味(英語)"},
    {"meaning_ja", "what it is, in Japanese", "意味(日本語)"},
    {"ggir_name", "what GGIR calls it", "GGIRでの名前"},
    {"source", "rule, parameter, paper or columns it is made from", "もとになる規則・文献・列"},
};

void export_add_codebook(struct text *out)
{
    text_add(out, "table,column,type,unit,meaning_en,meaning_ja,ggir_name,source\n");
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        const struct export_column *c = &COLUMNS[i].column;
        const char *const row[] = {export_table_name(c->table),
                                   c->name,
                                   c->type,
                                   c->unit,
                                   c->en,
                                   c->ja,
                                   c->ggir,
                                   c->source};
        text_add_csv_row(out, row, sizeof row / sizeof *row);
    }
    for (size_t i = 0; i < sizeof codebook_columns / sizeof *codebook_columns; i++) {
        const char *const *c = codebook_columns[i];
        const char *const row[] = {"codebook", c[0], "text", "", c[1], c[2], "", "yoake batch"};
        text_add_csv_row(out, row, sizeof row / sizeof *row);
    }
    epochs_csv_add_codebook(out);
}
