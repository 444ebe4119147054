/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Condor ActTrust reports: .txt.
 *
 *     +-------------+ Condor Instruments Report +-------------+
 *     KEY : VALUE
 *     +-------------------------------------------------------+
 *     DATE/TIME;MS;EVENT;TEMPERATURE;...;PIM;PIMn;TAT;TATn;ZCM;ZCMn;LIGHT;...;STATE
 *     01/01/1918 09:00:00;0;0;29.38;...
 *
 * Columns are known by name: which there are varies. The main count is PIM (proportional
 * integration); TAT and ZCM come beside it. PIMn, TATn, ZCMn are the same by second, and STATE
 * is not documented: left out. Pressing the button stamps a row with the second it happened in.
 */
#include <stdio.h>
#include <string.h>

#include "firmware-formats/date_order.h"
#include "firmware-formats/epoch_csv_plan.h"
#include "firmware-formats/format.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

static const struct table_name names[] = {
    {"DATE/TIME", TABLE_TIMESTAMP, EPOCH_COUNTS, 1},
    {"EVENT", TABLE_VALUE, EPOCH_MARKER, 1},
    {"TEMPERATURE", TABLE_VALUE, EPOCH_TEMPERATURE_C, 1},
    {"EXT TEMPERATURE", TABLE_VALUE, EPOCH_TEMPERATURE_EXT_C, 1},
    {"PIM", TABLE_VALUE, EPOCH_COUNTS, 1},
    {"TAT", TABLE_VALUE, EPOCH_TAT, 1},
    {"ZCM", TABLE_VALUE, EPOCH_ZCM, 1},
    {"LIGHT", TABLE_VALUE, EPOCH_LIGHT, 1},
    {"AMB LIGHT", TABLE_VALUE, EPOCH_LIGHT_AMBIENT, 1},
    {"RED LIGHT", TABLE_VALUE, EPOCH_LIGHT_RED, 1},
    {"GREEN LIGHT", TABLE_VALUE, EPOCH_LIGHT_GREEN, 1},
    {"BLUE LIGHT", TABLE_VALUE, EPOCH_LIGHT_BLUE, 1},
    {"IR LIGHT", TABLE_VALUE, EPOCH_LIGHT_IR, 1},
    {"UVA LIGHT", TABLE_VALUE, EPOCH_LIGHT_UVA, 1},
    {"UVB LIGHT", TABLE_VALUE, EPOCH_LIGHT_UVB, 1},
    {NULL, TABLE_VALUE, EPOCH_COUNTS, 1},
};

/* The subject's name, sex, date of birth and description are not looked at. */
static const struct plan_text keys[] = {
    PLAN_TEXT("DEVICE_ID", device_serial),
    PLAN_TEXT("DEVICE_MODEL", device_model),
    PLAN_TEXT("FIRMWARE_VERSION", firmware),
};

static void read_line(struct epoch_csv_plan *plan, const char *line)
{
    const char *sign = strstr(line, " :");
    if (sign == NULL) {
        return;
    }
    size_t n = (size_t)(sign - line);
    const char *value = sign + 2 + strspn(sign + 2, " ");
    int64_t seconds = 0;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (strlen(keys[i].name) == n && strncmp(line, keys[i].name, n) == 0) {
            snprintf((char *)plan + keys[i].offset, keys[i].room, "%s", value);
        }
    }
    if (n == 8 && strncmp(line, "INTERVAL", n) == 0 &&
        text_parse_int64(value, strlen(value), &seconds) && seconds >= 1 && seconds <= 86400) {
        plan->epoch_s = (int32_t)seconds;
    }
}

static enum yk_status acttrust_describe(struct epoch_csv_plan *plan, struct csv *csv,
                                        struct failure *why)
{
    const struct csv_row *row = NULL;
    enum yk_status status = YK_OK;
    bool is_table = false;
    while (!is_table && (status = csv_next(csv, &row, why)) == YK_OK) {
        is_table = row->n > 1 && table_name_is(csv_field(row, 0), "DATE/TIME");
        if (!is_table) {
            read_line(plan, csv_field(row, 0));
        }
    }
    if (status != YK_OK) {
        return status == YK_END ? failure_set(why, YK_ERR_CORRUPT,
                                              "an ActTrust report without its table: cut off")
                                : status;
    }
    plan->table_at = row->offset;
    plan->table_line = row->line;
    plan->rows_are_stamped_late = true;
    struct date_evidence seen;
    char sample[DATE_SAMPLE_BYTES];
    date_evidence_init(&seen);
    status = date_evidence_scan(&seen, csv, 0, CSV_NONE, sample, why);
    if (status != YK_OK) {
        return status;
    }
    enum date_order order = date_evidence_order(&seen);
    if (order == DATE_UNDECIDED) { /* as all reports that are known have it */
        char readings[DATE_READINGS_BYTES];
        order = DATE_OF_DAY_FIRST;
        date_evidence_readings(&seen, order, readings);
        epoch_csv_plan_remark(plan, "day first: %s", readings);
    }
    if (!date_order_pattern(sample, order, plan->time_format, sizeof plan->time_format)) {
        return failure_set(why, YK_ERR_UNSUPPORTED, "'%.*s' is no date and time",
                           utf8_shown(sample, 40), sample);
    }
    return YK_OK;
}

static const struct table_kind acttrust_table = {
    .id = "acttrust",
    .counts = COUNT_KIND_ACTTRUST,
    .separator = ';',
    .names = names,
    .describe = acttrust_describe,
};

static int acttrust_probe(struct byte_source *bytes)
{
    char head[257];
    size_t n = 0;
    if (byte_source_read_at(bytes, 0, head, sizeof head - 1, &n, NULL) != YK_OK) {
        return 0;
    }
    head[n] = '\0';
    head[strcspn(head, "\n")] = '\0';
    return strstr(head, "Condor Instruments Report") != NULL ? 100 : 0;
}

static enum yk_status acttrust_open(struct byte_source *bytes, const struct open_options *opt,
                                    struct recording_source **out, struct failure *why)
{
    return table_open(&acttrust_table, bytes, opt, out, why);
}

static const char *const suffixes[] = {"txt", NULL};
const struct format format_acttrust = {
    .id = "acttrust",
    .name = "ActTrust report (.txt)",
    .maker = "Condor Instruments",
    .suffix = suffixes,
    .probe = acttrust_probe,
    .open = acttrust_open,
};
