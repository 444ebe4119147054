/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Actiwatch 4, 7, L, L-Plus, S, T, Mini and Insomnia (CamNtech, Mini-Mitter): .AWD.
 *
 *     1  name (not looked at: it can be a person's)
 *     2  dd-Mon-yyyy, English month
 *     3  HH:MM[:SS][ AM| PM]
 *     4  code of the epoch
 *     5  age
 *     6  serial number; its first letter is the model
 *     7  sex: M F X
 *     then one line an epoch: count[ , second channel][ M], M: the button was pressed
 *
 * Layout from sample files and the descriptions of their readers; docs/formats/awd.md. Times
 * are the computer's wall clock when the recorder was set up, without a zone.
 */
#include <stdio.h>
#include <string.h>

#include "firmware-formats/epoch_csv_plan.h"
#include "firmware-formats/format.h"
#include "firmware-formats/timestamp.h"
#include "src/base/utf8.h"

static const struct {
    const char *code;
    int32_t epoch_s;
} epoch_codes[] = {{"1", 15},   {"2", 30}, {"4", 60}, {"8", 120},
                   {"20", 300}, {"81", 2}, {"C1", 5}, {"C2", 10}};

static const struct {
    char letter;
    const char *model;
    enum epoch_column second; /* EPOCH_COLUMN_COUNT: not known what it is */
} models[] = {
    {'V', "Actiwatch-4", EPOCH_COLUMN_COUNT},    {'D', "Actiwatch-7", EPOCH_LIGHT},
    {'L', "Actiwatch-L", EPOCH_LIGHT},           {'P', "Actiwatch-L-Plus", EPOCH_LIGHT},
    {'I', "Actiwatch-Insomnia", EPOCH_PRESSURE}, {'S', "Actiwatch-S", EPOCH_SOUND},
    {'T', "Actiwatch-T", EPOCH_TEMPERATURE_C},   {'M', "Actiwatch-Mini", EPOCH_COLUMN_COUNT},
};

static const struct table_name names[] = {
    {"count", TABLE_VALUE, EPOCH_COUNTS, 1},
    {"light", TABLE_VALUE, EPOCH_LIGHT, 1},
    {"pressure", TABLE_VALUE, EPOCH_PRESSURE, 1},
    {"sound", TABLE_VALUE, EPOCH_SOUND, 1},
    {"temperature_c", TABLE_VALUE, EPOCH_TEMPERATURE_C, 1},
    {NULL, TABLE_VALUE, EPOCH_COUNTS, 1},
};

/* The date and time of lines 2 and 3. */
static bool read_start(const char *date, const char *time, struct timestamp *out)
{
    static const char *const patterns[] = {"%d-%b-%Y %H:%M", "%d-%b-%Y %H:%M:%S",
                                           "%d-%b-%Y %I:%M %p", "%d-%b-%Y %I:%M:%S %p"};
    char text[64];
    snprintf(text, sizeof text, "%.24s %.24s", date, time);
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        if (timestamp_parse(text, patterns[i], out)) {
            return true;
        }
    }
    return false;
}

static void set_model(struct epoch_csv_plan *plan, const char *serial,
                      enum epoch_column *second)
{
    *second = EPOCH_COLUMN_COUNT;
    snprintf(plan->device_serial, sizeof plan->device_serial, "%.31s", serial);
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        if (*serial == models[i].letter) {
            snprintf(plan->device_model, sizeof plan->device_model, "%s", models[i].model);
            *second = models[i].second;
            return;
        }
    }
    epoch_csv_plan_remark(plan, "no model is known whose serial begins with '%.1s'", serial);
}

#define HEADER_LINES 7

struct header {
    char line[HEADER_LINES][48]; /* "" where a line is blank */
    uint64_t first_at, first_line;
    size_t columns; /* of the first row; 0: there is none */
};

static enum yk_status read_header(struct csv *csv, struct header *out, struct failure *why)
{
    const struct csv_row *row = NULL;
    enum yk_status status = YK_OK;
    memset(out, 0, sizeof *out);
    while (out->columns == 0 && (status = csv_next(csv, &row, why)) == YK_OK) {
        if (row->line > HEADER_LINES) {
            out->first_at = row->offset;
            out->first_line = row->line;
            out->columns = row->n > 1 ? 2 : 1;
        } else {
            char *line = out->line[row->line - 1];
            snprintf(line, sizeof out->line[0], "%.47s", csv_field(row, 0));
        }
    }
    return status == YK_END ? YK_OK : status;
}

static enum yk_status awd_describe(struct epoch_csv_plan *plan, struct csv *csv,
                                   struct failure *why)
{
    struct header header;
    struct timestamp start;
    enum yk_status status = read_header(csv, &header, why);
    if (status != YK_OK) {
        return status;
    }
    if (!read_start(header.line[1], header.line[2], &start)) {
        return failure_set(why, YK_ERR_CORRUPT,
                           "lines 2 and 3: '%.*s', '%.*s' are no date and time like "
                           "23-Jan-2018, 13:58",
                           utf8_shown(header.line[1], 20), header.line[1],
                           utf8_shown(header.line[2], 20), header.line[2]);
    }
    epoch_csv_plan_start(plan, start.local);
    for (size_t i = 0; i < sizeof epoch_codes / sizeof *epoch_codes; i++) {
        plan->epoch_s = strcmp(epoch_codes[i].code, header.line[3]) == 0
                            ? epoch_codes[i].epoch_s
                            : plan->epoch_s;
    }
    if (plan->epoch_s == 0) {
        epoch_csv_plan_remark(plan, "line 4: no epoch has the code '%.8s'", header.line[3]);
    }
    enum epoch_column second;
    set_model(plan, header.line[5], &second);
    const char *const columns[] = {
        "count", second != EPOCH_COLUMN_COUNT ? epoch_column_name(second) : "second"};
    if (header.columns > 1 && second == EPOCH_COLUMN_COUNT) {
        epoch_csv_plan_remark(plan, "second channel left out: not known what it is");
    }
    plan->marker_letter = 'M';
    plan->has_no_header = true;
    if (header.columns == 0) {
        return failure_set(why, YK_ERR_TOO_LITTLE, "an .AWD header and not a single epoch");
    }
    plan->table_at = header.first_at;
    plan->table_line = header.first_line;
    return csv_set_header(csv, columns, header.columns, why);
}

static const struct table_kind awd_table = {
    .id = "awd",
    .counts = COUNT_KIND_ACTIWATCH,
    .separator = ',',
    .names = names,
    .describe = awd_describe,
};

/* Certain when lines 2, 3 and 7 are a date, a time and a sex. */
static int awd_probe(struct byte_source *bytes)
{
    char head[64];
    size_t n = 0;
    if (byte_source_read_at(bytes, 0, head, sizeof head, &n, NULL) != YK_OK ||
        memchr(head, '\0', n) != NULL || memchr(head, '\n', n) == NULL) {
        return 0;
    }
    struct csv *csv = NULL;
    struct header header;
    struct timestamp start;
    int sure = 0;
    if (csv_open(bytes, ',', &csv, NULL) == YK_OK && read_header(csv, &header, NULL) == YK_OK) {
        bool has_start = read_start(header.line[1], header.line[2], &start);
        bool has_sex = strlen(header.line[6]) == 1 && strchr("MFXmfx", *header.line[6]);
        sure = !has_start ? 0 : has_sex ? 95 : 60;
    }
    csv_close(csv);
    return sure;
}

static enum yk_status awd_open(struct byte_source *bytes, const struct open_options *opt,
                               struct recording_source **out, struct failure *why)
{
    return table_open(&awd_table, bytes, opt, out, why);
}

static const char *const suffixes[] = {"awd", NULL};
const struct format format_awd = {
    .id = "awd",
    .name = "Actiwatch 4/7/L/S/T/Mini (.AWD)",
    .maker = "CamNtech, Mini-Mitter",
    .suffix = suffixes,
    .probe = awd_probe,
    .open = awd_open,
};
