/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Shared by the commands on the store.
 */
#include "src/cli/store_cli.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/base/mem.h"

enum yk_status cli_recipe(const struct cli *cli, const char *const more[], struct recipe *out,
                          struct failure *why)
{
    size_t n_set = options_list_n(cli->options, "set"), n = n_set;
    while (more != NULL && more[n - n_set] != NULL) {
        n++;
    }
    const char **set = mem_alloc(n, sizeof *set); /* the options keep the strings */
    if (set == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "out of memory for %zu settings", n);
    }
    for (size_t i = 0; i < n; i++) {
        set[i] = i < n_set ? options_list(cli->options, "set", i) : more[i - n_set];
    }
    enum yk_status status = recipe_load(options_text(cli->options, "recipe"), set, n, out, why);
    mem_free(set);
    return status;
}

void cli_store_zone(const struct cli *cli, char out[static 48])
{
    struct store store;
    out[0] = '\0';
    if (store_open(cli->store_path, STORE_READ, &store, NULL) == YK_OK) {
        snprintf(out, 48, "%s", store.zone);
        store_close(&store);
    }
}

enum yk_status cli_need_person(struct store *store, const char *code, bool *is_new,
                               struct failure *why)
{
    struct person person;
    enum yk_status status = person_check_code(code, why);
    if (status == YK_OK) {
        status = person_find(store, code, &person, why);
    }
    if (status == YK_ERR_NO_DEVICE) {
        status = person_add(store, code, NULL, NULL, why);
        *is_new = status == YK_OK;
    }
    return status;
}

enum yk_status cli_recording_zone(const struct recording_row *row, struct zone **out,
                                  struct failure *why)
{
    return zone_open(row->analysis_zone[0] != '\0' ? row->analysis_zone : "UTC", out, why);
}

void cli_recording_span(const struct recording_row *row, char out[static 64])
{
    struct zone *zone = NULL;
    char from[16] = "", to[16] = "";
    snprintf(out, 64, "–");
    if (row->start_ns == TIME_UNKNOWN || row->end_ns == TIME_UNKNOWN ||
        cli_recording_zone(row, &zone, NULL) != YK_OK) {
        return;
    }
    civil_format(zone_civil(zone, row->start_ns).date, from);
    civil_format(zone_civil(zone, row->end_ns).date, to);
    snprintf(out, 64, "%s – %s", from, to);
    zone_close(zone);
}

void cli_recording_json(struct json_out *json, const char *key, const struct recording_row *row)
{
    struct zone *zone = NULL;
    bool is_known = row->analysis != 0 && cli_recording_zone(row, &zone, NULL) == YK_OK;
    json_out_object(json, key);
    json_out_text(json, "recording_id", row->id);
    json_out_text(json, "person_id", row->person);
    json_out_text(json, "sha256", row->sha256);
    json_out_integer(json, "bytes", (int64_t)row->bytes);
    json_out_known_text(json, "format", row->format);
    json_out_known_text(json, "device_model", row->device_model);
    json_out_known_text(json, "device_serial", row->device_serial);
    json_out_known_text(json, "zone", row->analysis_zone);
    json_out_time(json, "start", zone, is_known ? row->start_ns : TIME_UNKNOWN, 0);
    json_out_time(json, "end", zone, is_known ? row->end_ns : TIME_UNKNOWN, 0);
    json_out_integer(json, "analyses", row->n_analyses);
    json_out_known_text(json, "recipe", row->recipe);
    json_out_known_text(json, "h5", row->h5_name);
    json_out_known_integer(json, "nights", row->n_nights, row->analysis != 0);
    json_out_known_integer(json, "valid_nights", row->n_nights_valid, row->analysis != 0);
    json_out_bool(json, "excluded", row->is_excluded);
    json_out_known_text(json, "exclude_reason", row->is_excluded ? row->exclude_reason : "");
    json_out_end(json);
    zone_close(zone);
}

enum yk_status cli_table_done(struct table *table, struct failure *why)
{
    struct text out;
    text_init(&out);
    enum yk_status status = table_write(table, 0, 2, true, &out, why);
    status = status == YK_OK ? cli_put_text(&out, why) : status;
    text_release(&out);
    table_release(table);
    return status;
}

enum yk_status cli_recording_table(const struct cli *cli, const struct recording_row *rows,
                                   size_t n, struct failure *why)
{
    static const char *const header[][2] = {{"記録", "recording"}, {"参加者", "participant"},
                                            {"機器", "device"},    {"期間", "period"},
                                            {"晩", "nights"},      {"数えた晩", "counted"},
                                            {"手順", "recipe"},    {"備考", "note"}};
    struct table table;
    char text[64];
    table_init(&table, 8);
    table_align(&table, 4, TABLE_RIGHT);
    table_align(&table, 5, TABLE_RIGHT);
    for (size_t i = 0; i < 8; i++) {
        table_cell(&table, cli_say(cli, header[i][0], header[i][1]));
    }
    for (size_t i = 0; i < n; i++) {
        const struct recording_row *row = &rows[i];
        bool has = row->analysis != 0;
        table_cell(&table, row->id);
        table_cell(&table, row->person);
        table_cellf(&table, "%s %s", row->device_model, row->device_serial);
        cli_recording_span(row, text);
        table_cell(&table, text);
        table_number(&table, has ? (double)row->n_nights : (double)NAN, 0);
        table_number(&table, has ? (double)row->n_nights_valid : (double)NAN, 0);
        table_cell(&table, row->recipe);
        table_cell(&table, row->is_excluded ? row->exclude_reason
                           : has            ? ""
                                            : cli_say(cli, "未計算", "not analysed"));
    }
    return cli_table_done(&table, why);
}

int cli_json_done(const struct cli *cli, struct json_out *json, int code)
{
    struct failure why;
    return cli_json_write(cli, json, true, &why) == YK_OK ? code : cli_fail(cli, &why);
}
