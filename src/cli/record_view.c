/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A record for eyes (a table on the terminal, Japanese words in Japanese) and as JSON.
 */
#include <math.h>
#include <string.h>

#include "src/cli/record_cli.h"
#include "src/pipeline/records_csv.h"

static void json_cell(struct json_out *json, const struct record_kind *kind, size_t k,
                      const struct zone *zone, const void *row)
{
    const struct record_column *column = &kind->columns[k];
    struct text text;
    double number = 0;
    text_init(&text);
    record_format(kind, k, zone, row, &text);
    bool is_list = column->type == RECORD_DAYS || column->type == RECORD_WORDS;
    if (is_list) {
        json_out_array(json, column->name);
        char item[64];
        for (const char *at = text_string(&text); *at != '\0';) {
            size_t n = strcspn(at, ",");
            snprintf(item, sizeof item, "%.*s", (int)n, at);
            if (strcmp(item, "none") != 0) {
                json_out_text(json, NULL, item);
            }
            at += n + (at[n] == ',');
        }
        json_out_end(json);
    } else if (column->type == RECORD_NUMBER) {
        memcpy(&number, (const char *)row + column->offset, sizeof number);
        if (column->decimals == 0 && isfinite(number)) {
            json_out_integer(json, column->name, (int64_t)number);
        } else {
            json_out_rounded(json, column->name, number, column->decimals);
        }
    } else {
        json_out_known_text(json, column->name, text_string(&text));
    }
    text_release(&text);
}

void record_cli_json(struct json_out *json, const char *key, const struct record_kind *kind,
                     const struct zone *zone, const void *row)
{
    int64_t id;
    memcpy(&id, row, sizeof id);
    json_out_object(json, key);
    json_out_integer(json, "id", id);
    for (size_t k = 0; k < kind->n_columns; k++) {
        json_cell(json, kind, k, zone, row);
    }
    json_out_end(json);
}

/* Words and days in Japanese: 月・水・金. */
static void add_japanese(const struct record_column *column, const char *member,
                         struct text *out)
{
    uint32_t set = 0;
    const char *separator = "";
    memcpy(&set, member, sizeof set);
    if (column->type == RECORD_WORD) {
        text_add(out, column->aliases[set]);
        return;
    }
    bool is_days = column->type == RECORD_DAYS;
    for (uint32_t i = 0; is_days ? i <= SUNDAY : column->aliases[i] != NULL; i++) {
        if ((set & 1u << i) != 0) {
            text_addf(out, "%s%s", separator,
                      is_days ? weekday_name_ja((enum weekday)i) : column->aliases[i]);
            separator = "・";
        }
    }
    if (is_days && set == 0) {
        text_add(out, "なし");
    }
}

/* For eyes: 2026-05-11 23:20. */
static void add_minute(const struct zone *zone, const char *member, struct text *out)
{
    int64_t ns = 0;
    char date[16];
    memcpy(&ns, member, sizeof ns);
    if (ns != TIME_UNKNOWN) {
        struct civil_time civil = zone_civil(zone, ns);
        civil_format(civil.date, date);
        text_addf(out, "%s %02d:%02d", date, (int)(civil.second_of_day / 3600),
                  (int)(civil.second_of_day / 60 % 60));
    }
}

static void add_cells(const struct cli *cli, struct table *table,
                      const struct record_kind *kind, const struct zone *zone, const void *row)
{
    int64_t id;
    struct text text;
    text_init(&text);
    memcpy(&id, row, sizeof id);
    table_number(table, (double)id, 0);
    for (size_t k = 0; k < kind->n_columns; k++) {
        const struct record_column *column = &kind->columns[k];
        text_clear(&text);
        bool has_words = column->aliases != NULL || column->type == RECORD_DAYS;
        const char *member = (const char *)row + column->offset;
        if (has_words && cli->language == LANGUAGE_JA) {
            add_japanese(column, member, &text);
        } else if (column->type == RECORD_TIME) {
            add_minute(zone, member, &text);
        } else {
            record_format(kind, k, zone, row, &text);
        }
        table_cell(table, text_string(&text));
    }
    text_release(&text);
}

enum yk_status record_cli_table(const struct cli *cli, struct store *store,
                                const struct record_kind *kind, const void *rows, size_t n,
                                struct failure *why)
{
    struct table table;
    enum yk_status status = YK_OK;
    table_init(&table, kind->n_columns + 1);
    table_align(&table, 0, TABLE_RIGHT);
    table_cell(&table, cli_say(cli, "番号", "number"));
    for (size_t k = 0; k < kind->n_columns; k++) {
        table_cell(&table, cli_say(cli, kind->columns[k].ja, kind->columns[k].en));
        if (kind->columns[k].type == RECORD_NUMBER || kind->columns[k].type == RECORD_CLOCK) {
            table_align(&table, k + 1, TABLE_RIGHT);
        }
    }
    for (size_t i = 0; i < n && status == YK_OK; i++) {
        const char *row = (const char *)rows + i * kind->bytes;
        struct zone *zone = NULL;
        status = records_zone(store, cli->zone_name, record_person(kind, row), &zone, why);
        if (status == YK_OK) {
            add_cells(cli, &table, kind, zone, row);
        }
        zone_close(zone);
    }
    if (status != YK_OK) {
        table_release(&table);
        return status;
    }
    return cli_table_done(&table, why);
}
