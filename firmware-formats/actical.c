/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Actical list exports (Mini-Mitter, Philips Respironics): .csv.
 *
 *     Actical List Export File  (Version 03.00)
 *     Identity:,A1        Device Serial Number:,B1        Start Date:,13-May-21,(Thu)
 *     ---------- Epoch-by-Epoch Data ----------
 *     Epoch#,Day#,Elapsed,Date,Time,Activity,Steps,...    several lines: the names, from top
 *     ,,Seconds,,,Counts,,...                             to bottom
 *     0,1,60,13-May-21,00:00,250,12,NaN,NaN,0
 *
 * Some exports pad lines with commas or put quotes around whole lines. The first row is the
 * first whose first field is a whole number. The epoch is the difference of Elapsed. Energy and
 * intensity, which the software derives from the counts, are left out.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "firmware-formats/epoch_csv_plan.h"
#include "firmware-formats/format.h"
#include "firmware-formats/timestamp.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

#define COLUMNS 24
#define NAME_BYTES 96

static const struct table_name names[] = {
    {"epoch", TABLE_STEP, EPOCH_COUNTS, 1}, {"date", TABLE_DATE, EPOCH_COUNTS, 1},
    {"time", TABLE_TIME, EPOCH_COUNTS, 1},  {"counts", TABLE_VALUE, EPOCH_COUNTS, 1},
    {"steps", TABLE_VALUE, EPOCH_STEPS, 1}, {"marker", TABLE_VALUE, EPOCH_MARKER, 1},
    {NULL, TABLE_VALUE, EPOCH_COUNTS, 1},
};

struct export
{
    bool in_names;                  /* below the line that begins the names */
    char name[COLUMNS][NAME_BYTES]; /* joined from top to bottom */
    char date[24], time[16];        /* of the first row */
    int64_t elapsed[2];
    size_t n_elapsed;
    uint64_t first_at, first_line;
};

static bool is_whole(const char *text, int64_t *value)
{
    return text_parse_int64(text, strlen(text), value);
}

static void read_label(struct epoch_csv_plan *plan, const struct csv_row *row)
{
    const struct {
        const char *label;
        char *out;
        size_t room;
    } known[] = {
        {"Identity", plan->person_id, sizeof plan->person_id},
        {"Device Serial Number", plan->device_serial, sizeof plan->device_serial},
        {"Device Location", plan->body_site, sizeof plan->body_site},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (table_name_is(csv_field(row, 0), known[i].label)) {
            snprintf(known[i].out, known[i].room, "%.60s", csv_field(row, 1));
        }
    }
}

static void add_names(struct export *self, const struct csv_row *row)
{
    for (size_t i = 0; i < COLUMNS && i < row->n; i++) {
        size_t used = strlen(self->name[i]);
        snprintf(self->name[i] + used, NAME_BYTES - used, " %.40s", row->field[i]);
    }
}

/* Our name of a column of the export. */
static const char *column_of(const char *name)
{
    static const struct {
        const char *first, *second, *ours;
    } known[] = {
        {"Epoch", "", "epoch"},     {"Date", "", "date"},   {"Event", "Marker", "marker"},
        {"Elapsed", "", "elapsed"}, {"Steps", "", "steps"}, {"Activity", "Counts", "counts"},
        {"Time", "", "time"},
    };
    name += strspn(name, " ");
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strncasecmp(name, known[i].first, strlen(known[i].first)) == 0 &&
            strcasestr(name, known[i].second) != NULL) {
            return known[i].ours;
        }
    }
    return "";
}

static size_t find(const char *const *column, const char *name)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        if (strcmp(column[i], name) == 0) {
            return i;
        }
    }
    return CSV_NONE;
}

/* Up to the second row of the table. */
static enum yk_status read_export(struct export *self, struct epoch_csv_plan *plan,
                                  struct csv *csv, const char *column[static COLUMNS],
                                  struct failure *why)
{
    const struct csv_row *row = NULL;
    enum yk_status status = YK_OK;
    while (self->n_elapsed < 2 && (status = csv_next(csv, &row, why)) == YK_OK) {
        int64_t number = 0;
        self->in_names = self->in_names || table_name_is(csv_field(row, 0), "Epoch#");
        if (!self->in_names) {
            read_label(plan, row);
        } else if (!is_whole(csv_field(row, 0), &number)) {
            if (self->n_elapsed == 0) {
                add_names(self, row);
            }
        } else {
            for (size_t i = 0; i < COLUMNS; i++) {
                column[i] = column_of(self->name[i]);
            }
            if (self->n_elapsed == 0) {
                self->first_at = row->offset;
                self->first_line = row->line;
                snprintf(self->date, sizeof self->date, "%.23s",
                         csv_field(row, find(column, "date")));
                snprintf(self->time, sizeof self->time, "%.15s",
                         csv_field(row, find(column, "time")));
            }
            self->elapsed[self->n_elapsed] = 0;
            is_whole(csv_field(row, find(column, "elapsed")), &self->elapsed[self->n_elapsed]);
            self->n_elapsed++;
        }
    }
    return status == YK_END ? YK_OK : status;
}

/* Times of the rows where they tell all epochs apart, else the first one and the numbers. */
static enum yk_status set_times(const struct export *self, struct epoch_csv_plan *plan,
                                const char *column[static COLUMNS], struct failure *why)
{
    static const char *const patterns[] = {"%d-%b-%y %H:%M:%S",    "%d-%b-%y %H:%M",
                                           "%d-%b-%Y %H:%M:%S",    "%d-%b-%Y %H:%M",
                                           "%d-%b-%y %I:%M:%S %p", "%d-%b-%y %I:%M %p"};
    char text[64];
    struct timestamp t;
    snprintf(text, sizeof text, "%s %s", self->date, self->time);
    size_t i = 0, n = sizeof patterns / sizeof *patterns;
    while (i < n && !timestamp_parse(text, patterns[i], &t)) {
        i++;
    }
    if (i == n) {
        return failure_set(why, YK_ERR_UNSUPPORTED,
                           "'%.*s' is no date and time like 13-May-21 00:00",
                           utf8_shown(text, 40), text);
    }
    int64_t step = self->n_elapsed == 2 ? self->elapsed[1] - self->elapsed[0] : 0;
    plan->epoch_s = step >= 1 && step <= 86400 ? (int32_t)step : 0;
    snprintf(plan->time_format, sizeof plan->time_format, "%s", patterns[i]);
    size_t date = find(column, "date");
    if (strstr(patterns[i], "%S") == NULL && plan->epoch_s % 60 != 0 && date != CSV_NONE) {
        column[date] = "";
        plan->start_is_first_row = true;
        epoch_csv_plan_start(plan, t.local);
    }
    return YK_OK;
}

static enum yk_status actical_describe(struct epoch_csv_plan *plan, struct csv *csv,
                                       struct failure *why)
{
    struct export export;
    const char *column[COLUMNS];
    memset(&export, 0, sizeof export);
    for (size_t i = 0; i < COLUMNS; i++) {
        column[i] = "";
    }
    csv_ignore_quotes(csv);
    enum yk_status status = read_export(&export, plan, csv, column, why);
    if (status != YK_OK) {
        return status;
    }
    if (export.n_elapsed == 0) {
        return failure_set(why, YK_ERR_TOO_LITTLE,
                           "an Actical export without a single epoch: cut off?");
    }
    if (strchr(plan->person_id, ' ') != NULL) {
        plan->person_id[0] = '\0'; /* a name */
    }
    plan->table_at = export.first_at;
    plan->table_line = export.first_line;
    plan->has_no_header = true;
    snprintf(plan->device_model, sizeof plan->device_model, "Actical");
    status = set_times(&export, plan, column, why);
    return status == YK_OK ? csv_set_header(csv, column, COLUMNS, why) : status;
}

static const struct table_kind actical_table = {
    .id = "actical",
    .counts = COUNT_KIND_ACTICAL,
    .separator = ',',
    .names = names,
    .describe = actical_describe,
};

static int actical_probe(struct byte_source *bytes)
{
    char head[65];
    size_t n = 0;
    if (byte_source_read_at(bytes, 0, head, sizeof head - 1, &n, NULL) != YK_OK) {
        return 0;
    }
    head[n] = '\0';
    return strstr(head, "Actical List Export File") != NULL ? 100 : 0;
}

static enum yk_status actical_open(struct byte_source *bytes, const struct open_options *opt,
                                   struct recording_source **out, struct failure *why)
{
    return table_open(&actical_table, bytes, opt, out, why);
}

static const char *const suffixes[] = {"csv", NULL};
const struct format format_actical = {
    .id = "actical",
    .name = "Actical list export (.csv)",
    .maker = "Philips Respironics, Mini-Mitter",
    .suffix = suffixes,
    .probe = actical_probe,
    .open = actical_open,
};
