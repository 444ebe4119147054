/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The record commands. Options are named after the columns; each value goes through the same
 * parser as a cell of a CSV.
 */
#include "src/cli/record_cli.h"

#include <stdio.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "src/pipeline/records_csv.h"

const char *const record_cli_verbs[] = {"add", "list", "show", "set", "remove", NULL};

/* ---- columns and options ---- */

static void option_name(const struct record_column *column, char out[static 48])
{
    snprintf(out, 48, "%s", column->option != NULL ? column->option : column->name);
    for (char *c = out; column->option == NULL && *c != '\0'; c++) {
        *c = *c == '_' ? '-' : *c;
    }
}

static bool is_option(const struct record_column *column)
{
    return (column->flags & RECORD_PROGRAM) == 0;
}

static void note_whose(const struct record_cli *how, const char *person)
{
    if (how->whose != NULL && person != NULL) {
        snprintf(how->whose, PERSON_CODE_BYTES, "%s", person);
    }
}

static enum yk_status parse_one(const struct record_kind *kind, size_t k, const char *text,
                                const struct zone *zone, void *row, struct failure *why)
{
    char name[48];
    enum yk_status status = record_parse(kind, k, text, zone, row, why);
    if (status == YK_ERR_ARGUMENT) {
        option_name(&kind->columns[k], name);
        failure_within(why, "--%s", name);
    }
    return status;
}

/* Every option that is given; clock times last, in the zone of the person then known. */
static enum yk_status parse_options(struct cli *cli, struct store *store,
                                    const struct record_kind *kind, void *row,
                                    struct failure *why)
{
    struct zone *zone = NULL;
    enum yk_status status = YK_OK;
    char name[48];
    for (int times = 0; times < 2 && status == YK_OK; times++) {
        if (times == 1) {
            status = records_zone(store, cli->zone_name, record_person(kind, row), &zone, why);
        }
        for (size_t k = 0; k < kind->n_columns && status == YK_OK; k++) {
            bool is_time = kind->columns[k].type == RECORD_TIME;
            option_name(&kind->columns[k], name);
            const char *text =
                is_option(&kind->columns[k]) ? options_text(cli->options, name) : NULL;
            if (text != NULL && is_time == (times == 1)) {
                status = parse_one(kind, k, text, zone, row, why);
            }
        }
    }
    zone_close(zone);
    return status;
}

static enum yk_status clear_options(const struct cli *cli, const struct record_kind *kind,
                                    void *row, struct failure *why)
{
    const char *said;
    for (size_t i = 0; (said = options_list(cli->options, "clear", i)) != NULL; i++) {
        char name[48] = "";
        size_t k = 0;
        for (; k < kind->n_columns; k++) {
            option_name(&kind->columns[k], name);
            if (is_option(&kind->columns[k]) && strcmp(name, said) == 0) {
                break;
            }
        }
        if (k == kind->n_columns) {
            return failure_set(why, YK_ERR_ARGUMENT, "--clear: '%.*s' is no item of a %s",
                               utf8_shown(said, 40), said, kind->word);
        }
        enum yk_status status = record_parse(kind, k, "", NULL, row, why);
        if (status != YK_OK) {
            return status;
        }
    }
    return YK_OK;
}

/* Puts the option's name in front of what a check found wrong. */
static int fail_at(const struct cli *cli, const struct record_kind *kind, size_t column,
                   struct failure *why)
{
    char name[48];
    bool is_cell = why->code == YK_ERR_ARGUMENT || why->code == YK_ERR_CONFLICT ||
                   why->code == YK_ERR_NO_DEVICE;
    if (column < kind->n_columns && is_cell) {
        option_name(&kind->columns[column], name);
        failure_within(why, "--%s", name);
    }
    return cli_fail(cli, why);
}

/* ---- showing ---- */

static int show_json(struct cli *cli, struct store *store, const struct record_kind *kind,
                     const void *rows, size_t n, bool is_array)
{
    struct failure why;
    enum yk_status status = YK_OK;
    struct json_out *json = json_out_new();
    if (is_array) {
        json_out_array(json, NULL);
    }
    for (size_t i = 0; i < n && status == YK_OK; i++) {
        const char *row = (const char *)rows + i * kind->bytes;
        struct zone *zone = NULL;
        status = records_zone(store, cli->zone_name, record_person(kind, row), &zone, &why);
        if (status == YK_OK) {
            record_cli_json(json, NULL, kind, zone, row);
        }
        zone_close(zone);
    }
    if (is_array) {
        json_out_end(json);
    }
    if (status != YK_OK) {
        json_out_free(json);
        return cli_fail(cli, &why);
    }
    return cli_json_done(cli, json, EXIT_DONE);
}

static int show_one(struct cli *cli, struct store *store, const struct record_kind *kind,
                    const void *row, const char *said)
{
    struct failure why;
    if (cli->is_json) {
        return show_json(cli, store, kind, row, 1, false);
    }
    if (cli->is_quiet) {
        return EXIT_DONE;
    }
    if (said != NULL) {
        puts(said);
    }
    return record_cli_table(cli, store, kind, row, 1, &why) == YK_OK ? EXIT_DONE
                                                                     : cli_fail(cli, &why);
}

/* ---- verbs ---- */

int record_cli_added(const struct cli *cli, const struct record_kind *kind, uint64_t n_new,
                     uint64_t n_same)
{
    if (cli->is_json) {
        struct json_out *json = json_out_new();
        json_out_object(json, NULL);
        json_out_text(json, "kind", kind->word);
        json_out_integer(json, "added", (int64_t)n_new);
        json_out_integer(json, "already", (int64_t)n_same);
        json_out_end(json);
        return cli_json_done(cli, json, EXIT_DONE);
    }
    if (!cli->is_quiet) {
        printf(cli_say(cli, "加えた行 %llu、すでにあった行 %llu\n",
                       "%llu added, %llu already there\n"),
               (unsigned long long)n_new, (unsigned long long)n_same);
    }
    return EXIT_DONE;
}

static int add_file(struct cli *cli, struct store *store, const struct record_cli *how,
                    const char *person, const char *path)
{
    const struct record_kind *kind = how->kind;
    struct failure why;
    struct records_csv_counts counts;
    struct records_csv_options options = {.zone_name = cli->zone_name,
                                          .person = person,
                                          .keep_good = options_has(cli->options, "keep-good")};
    if (records_csv_read_file(store, kind, path, &options, &counts, &why) != YK_OK) {
        return cli_fail(cli, &why);
    }
    note_whose(how, counts.n_new == 0 ? NULL : person != NULL ? person : "CODE");
    int code = record_cli_added(cli, kind, counts.n_new, counts.n_same);
    if (code == EXIT_DONE && counts.n_wrong > 0) {
        fprintf(stderr,
                cli_say(cli, "yoake: 取り込まなかった行 %llu%.0s。最初のもの:\n",
                        "yoake: %llu %s not taken; the first:\n"),
                (unsigned long long)counts.n_wrong,
                text_many(counts.n_wrong, "row was", "rows were"));
        cli_put_failure(stderr, cli, "  ", counts.first_wrong.text);
        code = EXIT_SOME_FAILED;
    }
    return code;
}

static int add_row(struct cli *cli, struct store *store, const struct record_cli *how,
                   const char *operand, void *row)
{
    struct failure why;
    const struct record_kind *kind = how->kind;
    bool is_new = false;
    char name[48];
    size_t column = record_column(kind, how->operand);
    option_name(&kind->columns[column], name);
    const char *again = options_text(cli->options, name);
    if (again != NULL && strcmp(again, operand) != 0) {
        return cli_usage(cli, "%s and --%s %s: leave one of them out", operand, name, again);
    }
    kind->init(row);
    enum yk_status status = record_parse(kind, column, operand, NULL, row, &why);
    if (status == YK_OK) {
        status = parse_options(cli, store, kind, row, &why);
    }
    if (status != YK_OK) {
        return cli_fail(cli, &why);
    }
    if (record_add(store, kind, row, &is_new, &column, &why) != YK_OK) {
        return fail_at(cli, kind, column, &why);
    }
    note_whose(how, is_new ? record_person(kind, row) : NULL);
    return show_one(cli, store, kind, row,
                    is_new ? cli_say(cli, "加えました", "added")
                           : cli_say(cli, "すでにあります。何も変えていません",
                                     "there already; nothing changed"));
}

/* The first column of which an option says something; NULL: none. */
static const struct record_column *find_given(const struct cli *cli,
                                              const struct record_kind *kind)
{
    char name[48];
    for (size_t k = 0; k < kind->n_columns; k++) {
        option_name(&kind->columns[k], name);
        if (is_option(&kind->columns[k]) && options_has(cli->options, name)) {
            return &kind->columns[k];
        }
    }
    return NULL;
}

static int run_add(struct cli *cli, struct store *store, const struct record_cli *how)
{
    const char *first = options_operand(cli->options, 1),
               *second = options_operand(cli->options, 2);
    if (options_has(cli->options, "csv")) {
        bool is_person =
            second != NULL &&
            how->kind->columns[record_column(how->kind, how->operand)].type == RECORD_PERSON;
        if (first == NULL || (second != NULL && !is_person)) {
            return cli_usage(cli, "add --csv needs one file");
        }
        const struct record_column *loose = find_given(cli, how->kind);
        if (loose != NULL) { /* else it would be left out without a word */
            char name[48];
            option_name(loose, name);
            return cli_usage(cli,
                             "--%s does not go with --csv: write it into the table's column %s",
                             name, loose->name);
        }
        return add_file(cli, store, how, is_person ? first : NULL, is_person ? second : first);
    }
    if (first == NULL || second != NULL) {
        size_t k = record_column(how->kind, how->operand);
        return cli_usage(cli, "add needs one %s",
                         how->kind->columns[k].type == RECORD_PERSON ? "CODE" : "DEVICE");
    }
    int code = EXIT_DONE;
    if (how->add != NULL && how->add(cli, store, first, &code)) {
        return code;
    }
    void *row = mem_alloc(1, how->kind->bytes);
    if (row == NULL) {
        struct failure why;
        failure_set(&why, YK_ERR_MEMORY, "no memory for a %s", how->kind->word);
        return cli_fail(cli, &why);
    }
    code = add_row(cli, store, how, first, row);
    mem_free(row);
    return code;
}

static enum yk_status select_rows(struct store *store, const struct record_cli *how,
                                  const char *operand, const char *person, void **rows,
                                  size_t *n, struct failure *why)
{
    struct person there;
    size_t k = record_column(how->kind, how->operand);
    const struct record_column *column = &how->kind->columns[k];
    if (column->type == RECORD_PERSON) {
        person = operand != NULL ? operand : person;
        operand = NULL;
    }
    enum yk_status status = person != NULL ? person_find(store, person, &there, why) : YK_OK;
    char condition[256];
    snprintf(condition, sizeof condition,
             "(?1 IS NULL OR r.%s = ?1) AND (?2 IS NULL OR r.person = "
             "(SELECT id FROM person WHERE code = ?2))",
             column->sql != NULL ? column->sql : column->name);
    return status == YK_OK
               ? record_select(store, how->kind, rows, n, why, condition, "tt", operand, person)
               : status;
}

static int run_list(struct cli *cli, struct store *store, const struct record_cli *how)
{
    void *rows = NULL;
    size_t n = 0;
    struct failure why;
    int code = EXIT_DONE;
    const char *person = options_text(cli->options, "participant");
    enum yk_status status =
        select_rows(store, how, options_operand(cli->options, 1), person, &rows, &n, &why);
    if (status == YK_OK && cli->is_json) {
        code = show_json(cli, store, how->kind, rows, n, true);
    } else if (status == YK_OK && options_has(cli->options, "csv")) {
        struct text out;
        text_init(&out);
        status = records_csv_write(store, how->kind, cli->zone_name, rows, n, &out, &why);
        status = status == YK_OK ? cli_put_text(&out, &why) : status;
        text_release(&out);
    } else if (status == YK_OK && n > 0) {
        status = record_cli_table(cli, store, how->kind, rows, n, &why);
    } else if (status == YK_OK && !cli->is_quiet) {
        puts(cli_say(cli, "まだ何もありません。", "There is nothing yet."));
    }
    mem_free(rows);
    return status == YK_OK ? code : cli_fail(cli, &why);
}

static enum yk_status find_numbered(const struct cli *cli, struct store *store,
                                    const struct record_kind *kind, void *row,
                                    struct failure *why)
{
    int64_t id = 0;
    const char *said = options_operand(cli->options, 1);
    if (said == NULL) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "which %s? Its number is in the first column of: yoake %s list",
                           kind->word, kind->command);
    }
    if (!text_parse_int64(said, strlen(said), &id) || id <= 0) {
        return failure_set(
            why, YK_ERR_ARGUMENT,
            "'%.*s' is not the number of a %s; see the first column of: yoake %s "
            "list",
            utf8_shown(said, 40), said, kind->word, kind->command);
    }
    return record_find(store, kind, id, row, why);
}

static bool has_changes(const struct cli *cli, const struct record_kind *kind)
{
    bool has_any = options_has(cli->options, "clear");
    for (size_t k = 0; k < kind->n_columns && !has_any; k++) {
        char name[48];
        option_name(&kind->columns[k], name);
        has_any = is_option(&kind->columns[k]) && options_has(cli->options, name);
    }
    return has_any;
}

static int set_row(struct cli *cli, struct store *store, const struct record_kind *kind,
                   void *row)
{
    struct failure why;
    size_t column = kind->n_columns;
    enum yk_status status = find_numbered(cli, store, kind, row, &why);
    if (status == YK_OK && !has_changes(cli, kind)) {
        return cli_usage(cli, "nothing to change is named");
    }
    if (status == YK_OK) {
        status = clear_options(cli, kind, row, &why);
    }
    if (status == YK_OK) {
        status = parse_options(cli, store, kind, row, &why);
    }
    if (status != YK_OK) {
        return cli_fail(cli, &why);
    }
    if (record_set(store, kind, row, &column, &why) != YK_OK) {
        return fail_at(cli, kind, column, &why);
    }
    return show_one(cli, store, kind, row, cli_say(cli, "変更しました", "changed"));
}

static int show_row(struct cli *cli, struct store *store, const struct record_kind *kind,
                    void *row)
{
    struct failure why;
    return find_numbered(cli, store, kind, row, &why) == YK_OK
               ? show_one(cli, store, kind, row, NULL)
               : cli_fail(cli, &why);
}

static int remove_row(struct cli *cli, struct store *store, const struct record_kind *kind,
                      void *row)
{
    struct failure why;
    int64_t id = 0;
    enum yk_status status = find_numbered(cli, store, kind, row, &why);
    if (status == YK_OK) {
        memcpy(&id, row, sizeof id);
        status = record_drop(store, kind, id, &why);
    }
    bool stays = kind->remove != NULL; /* taken back, not deleted: shown as it is now */
    if (status == YK_OK && stays) {
        status = record_find(store, kind, id, row, &why);
    }
    if (status != YK_OK) {
        return cli_fail(cli, &why);
    }
    return show_one(
        cli, store, kind, row,
        stays ? cli_say(cli, "取り消しました。行は残ります", "taken back; it stays listed")
              : cli_say(cli, "除きました", "removed"));
}

static int run_numbered(struct cli *cli, struct store *store, const struct record_cli *how,
                        int (*run)(struct cli *cli, struct store *store,
                                   const struct record_kind *kind, void *row))
{
    struct failure why;
    const struct record_kind *kind = how->kind;
    void *row = mem_alloc(1, kind->bytes);
    if (row == NULL) {
        failure_set(&why, YK_ERR_MEMORY, "no memory for a %s", kind->word);
        return cli_fail(cli, &why);
    }
    int code = run(cli, store, kind, row);
    note_whose(how, code == EXIT_DONE && run != show_row ? record_person(kind, row) : NULL);
    mem_free(row);
    return code;
}

int record_cli_run(struct cli *cli, const struct record_cli *how)
{
    const char *verb = options_operand(cli->options, 0);
    bool is_reading = strcmp(verb, "list") == 0 || strcmp(verb, "show") == 0;
    struct store store;
    struct failure why;
    if (store_open(cli->store_path, is_reading ? STORE_READ : STORE_WRITE, &store, &why) !=
        YK_OK) {
        return cli_fail(cli, &why);
    }
    int code = strcmp(verb, "add") == 0    ? run_add(cli, &store, how)
               : strcmp(verb, "list") == 0 ? run_list(cli, &store, how)
               : strcmp(verb, "show") == 0 ? run_numbered(cli, &store, how, show_row)
               : strcmp(verb, "set") == 0  ? run_numbered(cli, &store, how, set_row)
                                           : run_numbered(cli, &store, how, remove_row);
    store_close(&store);
    return code;
}
