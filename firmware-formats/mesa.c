/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Actiwatch Spectrum epochs of the Multi-Ethnic Study of Atherosclerosis and other cohorts at
 * the National Sleep Research Resource: .csv.
 *
 *     mesaid,line,linetime,offwrist,activity,marker,whitelight,redlight,greenlight,bluelight,
 *     wake,interval,dayofweek,daybymidnight,daybynoon
 *
 * There are no dates. The rows are placed by their line numbers, from the first row's time on a
 * day of January 2000 that is the weekday it says (1 = Sunday): 2000-01-02 is a Sunday. That
 * the date is invented is said.
 */
#include <stdio.h>
#include <string.h>

#include "firmware-formats/epoch_csv_plan.h"
#include "firmware-formats/format.h"
#include "firmware-formats/timestamp.h"
#include "src/base/text.h"

static const struct table_name names[] = {
    {"line", TABLE_STEP, EPOCH_COUNTS, 1},
    {"offwrist", TABLE_OFF_WRIST, EPOCH_COUNTS, 1},
    {"activity", TABLE_VALUE, EPOCH_COUNTS, 1},
    {"marker", TABLE_VALUE, EPOCH_MARKER, 1},
    {"whitelight", TABLE_VALUE, EPOCH_LIGHT, 1},
    {"redlight", TABLE_VALUE, EPOCH_LIGHT_RED, 1},
    {"greenlight", TABLE_VALUE, EPOCH_LIGHT_GREEN, 1},
    {"bluelight", TABLE_VALUE, EPOCH_LIGHT_BLUE, 1},
    {"wake", TABLE_VALUE, EPOCH_MAKER_WAKE, 1},
    {"interval", TABLE_INTERVAL, EPOCH_COUNTS, 1},
    {NULL, TABLE_VALUE, EPOCH_COUNTS, 1},
};

static const struct table_word intervals[] = {
    {"REST", INTERVAL_REST},
    {"REST-S", INTERVAL_REST | INTERVAL_SLEEP},
    {"EXCLUDED", INTERVAL_EXCLUDED},
    {NULL, 0},
};

#define TIMES 2

struct first_rows {
    int32_t second_of_day[TIMES];
    int64_t line[TIMES], weekday; /* 1 Sunday ... 7; 0 unknown */
    char id[64];
    size_t n;
};

static bool read_time(const char *text, int32_t *second)
{
    char whole[48];
    struct timestamp t;
    snprintf(whole, sizeof whole, "2000-01-01 %.16s", text);
    if (!timestamp_parse(whole, NULL, &t)) {
        return false;
    }
    *second = t.local.second_of_day;
    return true;
}

static enum yk_status read_first_rows(struct csv *csv, struct first_rows *out,
                                      struct failure *why)
{
    const struct csv_row *row = NULL;
    enum yk_status status = YK_OK;
    size_t time = csv_find(csv, "linetime"), line = csv_find(csv, "line");
    size_t weekday = csv_find(csv, "dayofweek");
    memset(out, 0, sizeof *out);
    while (out->n < TIMES && (status = csv_next(csv, &row, why)) == YK_OK) {
        const char *number = csv_field(row, line), *day = csv_field(row, weekday);
        if (!read_time(csv_field(row, time), &out->second_of_day[out->n]) ||
            !text_parse_int64(number, strlen(number), &out->line[out->n])) {
            continue;
        }
        if (out->n == 0) {
            text_parse_int64(day, strlen(day), &out->weekday);
            snprintf(out->id, sizeof out->id, "%.63s", csv_field(row, 0));
        }
        out->n++;
    }
    return status == YK_END ? YK_OK : status;
}

static enum yk_status mesa_describe(struct epoch_csv_plan *plan, struct csv *csv,
                                    struct failure *why)
{
    struct first_rows first;
    enum yk_status status = csv_read_header(csv, why);
    if (status == YK_OK) {
        status = read_first_rows(csv, &first, why);
    }
    if (status != YK_OK) {
        return status;
    }
    if (first.n == 0) {
        return failure_set(why, YK_ERR_TOO_LITTLE, "no row has a line number and a time");
    }
    bool has_weekday = first.weekday >= 1 && first.weekday <= 7;
    int day = has_weekday ? (int)first.weekday + 1 : 1; /* 2 January 2000 was a Sunday */
    int32_t second = first.second_of_day[0];
    epoch_csv_plan_start(plan, (struct civil_time){{2000, 1, (int8_t)day}, second, 0});
    plan->start_is_first_row = true;
    epoch_csv_plan_remark(plan, "no dates: begins on an invented 2000-01-%02d, %s", day,
                          has_weekday ? "by the weekday" : "any weekday");
    int64_t lines = first.line[1] - first.line[0];
    int64_t seconds = floor_mod(first.second_of_day[1] - second, 86400);
    if (first.n == TIMES && lines > 0 && lines <= seconds && seconds % lines == 0) {
        plan->epoch_s = (int32_t)(seconds / lines);
    }
    snprintf(plan->device_model, sizeof plan->device_model, "Actiwatch Spectrum");
    snprintf(plan->person_id, sizeof plan->person_id, "%s", first.id);
    return YK_OK;
}

static const struct table_kind mesa_table = {
    .id = "mesa",
    .counts = COUNT_KIND_ACTIWATCH,
    .separator = ',',
    .names = names,
    .intervals = intervals,
    .describe = mesa_describe,
};

static int mesa_probe(struct byte_source *bytes)
{
    char head[512];
    size_t n = 0;
    struct csv *csv = NULL;
    if (byte_source_read_at(bytes, 0, head, sizeof head, &n, NULL) != YK_OK ||
        memmem(head, n, "linetime", 8) == NULL || csv_open(bytes, ',', &csv, NULL) != YK_OK) {
        return 0;
    }
    static const char *const wanted[] = {"line", "linetime", "offwrist", "activity"};
    int sure = csv_read_header(csv, NULL) == YK_OK ? 95 : 0;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        sure = csv_find(csv, wanted[i]) != CSV_NONE ? sure : 0;
    }
    csv_close(csv);
    return sure;
}

static enum yk_status mesa_open(struct byte_source *bytes, const struct open_options *opt,
                                struct recording_source **out, struct failure *why)
{
    return table_open(&mesa_table, bytes, opt, out, why);
}

static const char *const suffixes[] = {"csv", NULL};
const struct format format_mesa = {
    .id = "mesa",
    .name = "MESA actigraphy epochs (.csv)",
    .maker = "National Sleep Research Resource",
    .suffix = suffixes,
    .probe = mesa_probe,
    .open = mesa_open,
};
