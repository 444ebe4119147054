/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Epochs of the biobank accelerometer tool, as published by UK Biobank: .csv. Two layouts:
 *
 *     time,acc,light,...,sleep,MET
 *     2014-05-07 13:29:50.439000+0100 [Europe/London],63.146,...
 *
 *     acceleration (mg) - START - END - sampleRate = 5 seconds,imputed
 *     63.146,0                         START, END: 2014-05-07 13:29:50
 *
 * acc is the mean of max(|a| - 1 g, 0) in mg after the tool's own filter. An epoch that the
 * tool imputed was not worn: its value is another day's, so it is marked as off the wrist. The
 * tool's classes and METs are left out.
 */
#include <stdio.h>
#include <string.h>

#include "firmware-formats/epoch_csv_plan.h"
#include "firmware-formats/format.h"
#include "firmware-formats/timestamp.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

#define OLD_NAME "acceleration (mg)"

static const struct table_name names[] = {
    {"time", TABLE_TIMESTAMP, EPOCH_ENMO_MG, 1},
    {"acc", TABLE_VALUE, EPOCH_ENMO_MG, 1},
    {"imputed", TABLE_OFF_WRIST, EPOCH_ENMO_MG, 1},
    {NULL, TABLE_VALUE, EPOCH_ENMO_MG, 1},
};

/* " - START - END - sampleRate = N seconds" */
static enum yk_status read_old_header(struct epoch_csv_plan *plan, const char *name,
                                      struct failure *why)
{
    char start[20], end[20];
    struct timestamp from, to;
    int64_t seconds = 0;
    const char *at = name + strlen(OLD_NAME), *rate = strstr(at, "sampleRate = ");
    const char *word = rate != NULL ? rate + 13 : "";
    if (strlen(at) > 44) {
        snprintf(start, sizeof start, "%.19s", at + 3);
        snprintf(end, sizeof end, "%.19s", at + 25);
    }
    if (strlen(at) <= 44 || !timestamp_parse(start, NULL, &from) ||
        !timestamp_parse(end, NULL, &to) ||
        !text_parse_int64(word, strcspn(word, " "), &seconds) || seconds < 1 ||
        seconds > 86400) {
        return failure_set(why, YK_ERR_CORRUPT, "'%.*s' does not say start, end and sampleRate",
                           utf8_shown(name, 100), name);
    }
    snprintf(plan->start, sizeof plan->start, "%s", start);
    plan->start[10] = 'T';
    plan->epoch_s = (int32_t)seconds;
    int64_t span = timestamp_local_ns(&to) - timestamp_local_ns(&from);
    plan->epochs_declared = span >= 0 ? span / (seconds * NS_PER_S) + 1 : 0;
    return YK_OK;
}

/* "... [Europe/London]" */
static void read_zone(struct epoch_csv_plan *plan, const char *time)
{
    const char *open = strchr(time, '['), *close = open != NULL ? strchr(open, ']') : NULL;
    size_t n = close != NULL ? (size_t)(close - open) - 1 : 0;
    struct zone *zone = NULL;
    if (n > 0 && n < sizeof plan->zone) {
        memcpy(plan->zone, open + 1, n);
        plan->zone[n] = '\0';
        if (zone_open(plan->zone, &zone, NULL) != YK_OK) {
            epoch_csv_plan_remark(plan, "no zone is called %.*s", utf8_shown(plan->zone, 30),
                                  plan->zone);
            plan->zone[0] = '\0';
        }
        zone_close(zone);
    }
}

static enum yk_status ukb_describe(struct epoch_csv_plan *plan, struct csv *csv,
                                   struct failure *why)
{
    enum yk_status status = csv_read_header(csv, why);
    if (status != YK_OK) {
        return status;
    }
    char first[160];
    snprintf(first, sizeof first, "%.159s", csv_header_name(csv, 0));
    const struct csv_row *row = NULL;
    status = csv_next(csv, &row, why);
    if (status != YK_OK) {
        return status == YK_END ? failure_set(why, YK_ERR_TOO_LITTLE, "the table has no rows")
                                : status;
    }
    snprintf(plan->device_model, sizeof plan->device_model, "biobank accelerometer tool");
    if (strncmp(first, OLD_NAME, strlen(OLD_NAME)) != 0) {
        read_zone(plan, csv_field(row, 0));
        return YK_OK;
    }
    static const char *const columns[] = {"acc", "imputed"};
    plan->table_at = row->offset;
    plan->table_line = row->line;
    plan->has_no_header = true;
    status = read_old_header(plan, first, why);
    return status == YK_OK ? csv_set_header(csv, columns, 2, why) : status;
}

static const struct table_kind ukb_table = {
    .id = "ukb",
    .counts = COUNT_KIND_UNKNOWN,
    .separator = ',',
    .names = names,
    .describe = ukb_describe,
};

static int ukb_probe(struct byte_source *bytes)
{
    char head[32];
    size_t n = 0;
    if (byte_source_read_at(bytes, 0, head, sizeof head, &n, NULL) != YK_OK) {
        return 0;
    }
    const char *at = head + (n >= 3 && memcmp(head, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0);
    n -= (size_t)(at - head);
    size_t old = strlen(OLD_NAME);
    if (n >= 9 && memcmp(at, "time,acc", 8) == 0 && strchr(",\r\n", at[8]) != NULL) {
        return 95;
    }
    return n > old && memcmp(at, OLD_NAME, old) == 0 ? 95 : 0;
}

static enum yk_status ukb_open(struct byte_source *bytes, const struct open_options *opt,
                               struct recording_source **out, struct failure *why)
{
    return table_open(&ukb_table, bytes, opt, out, why);
}

static const char *const suffixes[] = {"csv", NULL};
const struct format format_ukb = {
    .id = "ukb",
    .name = "UK Biobank epochs (.csv)",
    .maker = "biobank accelerometer tool",
    .suffix = suffixes,
    .probe = ukb_probe,
    .open = ukb_open,
};
