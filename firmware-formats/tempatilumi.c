/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tempatilumi (CE Brasil): .txt, UTF-8 or Latin text.
 *
 *     free lines
 *     N° de Série: 00000
 *     Data; Hora; Evento; Luminosidade; Atividade         (perhaps Temperatura)
 *     2000/1/1; 00:00:00; 1; 0; 0;
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "firmware-formats/epoch_csv_plan.h"
#include "firmware-formats/format.h"

#define HEADER_ROWS 64 /* more lines above the table are no Tempatilumi file */

static const struct table_name names[] = {
    {"Data", TABLE_DATE, EPOCH_COUNTS, 1},
    {"Hora", TABLE_TIME, EPOCH_COUNTS, 1},
    {"Evento", TABLE_VALUE, EPOCH_MARKER, 1},
    {"Luminosidade", TABLE_VALUE, EPOCH_LIGHT, 1},
    {"Atividade", TABLE_VALUE, EPOCH_COUNTS, 1},
    {"Temperatura", TABLE_VALUE, EPOCH_TEMPERATURE_C, 1},
    {NULL, TABLE_VALUE, EPOCH_COUNTS, 1},
};

static bool is_table(const struct csv_row *row)
{
    bool has_activity = false;
    for (size_t i = 2; i < row->n; i++) {
        has_activity = has_activity || table_name_is(row->field[i], "Atividade");
    }
    return has_activity && table_name_is(csv_field(row, 0), "Data") &&
           table_name_is(csv_field(row, 1), "Hora");
}

static enum yk_status find_table(struct csv *csv, struct epoch_csv_plan *plan,
                                 struct failure *why)
{
    csv_prefer_latin(csv);
    for (int i = 0; i < HEADER_ROWS; i++) {
        const struct csv_row *row = NULL;
        enum yk_status status = csv_next(csv, &row, why);
        if (status != YK_OK && status != YK_END) {
            return status;
        }
        if (status == YK_END) {
            break;
        }
        if (is_table(row)) {
            plan->table_at = row->offset;
            plan->table_line = row->line;
            return YK_OK;
        }
        const char *colon = strchr(csv_field(row, 0), ':');
        if (colon != NULL && strcasestr(csv_field(row, 0), "rie:") == colon - 3) {
            snprintf(plan->device_serial, sizeof plan->device_serial, "%.31s",
                     colon + 1 + strspn(colon + 1, " "));
        }
    }
    return failure_set(why, YK_ERR_UNSUPPORTED, "no row 'Data; Hora; ...; Atividade' in it");
}

static enum yk_status tempatilumi_describe(struct epoch_csv_plan *plan, struct csv *csv,
                                           struct failure *why)
{
    snprintf(plan->device_model, sizeof plan->device_model, "Tempatilumi");
    return find_table(csv, plan, why);
}

static const struct table_kind tempatilumi_table = {
    .id = "tempatilumi",
    .counts = COUNT_KIND_TEMPATILUMI,
    .separator = ';',
    .names = names,
    .describe = tempatilumi_describe,
};

static int tempatilumi_probe(struct byte_source *bytes)
{
    char head[4096];
    size_t n = 0;
    struct csv *csv = NULL;
    if (byte_source_read_at(bytes, 0, head, sizeof head, &n, NULL) != YK_OK ||
        memmem(head, n, "Atividade", 9) == NULL || csv_open(bytes, ';', &csv, NULL) != YK_OK) {
        return 0;
    }
    struct epoch_csv_plan plan;
    epoch_csv_plan_init(&plan);
    int sure = find_table(csv, &plan, NULL) == YK_OK ? 95 : 0;
    csv_close(csv);
    return sure;
}

static enum yk_status tempatilumi_open(struct byte_source *bytes,
                                       const struct open_options *opt,
                                       struct recording_source **out, struct failure *why)
{
    return table_open(&tempatilumi_table, bytes, opt, out, why);
}

static const char *const suffixes[] = {"txt", NULL};
const struct format format_tempatilumi = {
    .id = "tempatilumi",
    .name = "Tempatilumi (.txt)",
    .maker = "CE Brasil",
    .suffix = suffixes,
    .probe = tempatilumi_probe,
    .open = tempatilumi_open,
};
