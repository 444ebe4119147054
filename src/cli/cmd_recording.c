/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake recording: what is archived, put right by hand with a reason.
 */
#include <stdio.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/cli/store_cli.h"

static const char *const verb_table[] = {"list", "show", "assign", "exclude", "include", NULL};

static const struct option_spec option_table[] = {{"reason", 0, OPTION_TEXT, "TEXT",
                                                   "理由(assign、exclude、include に必要)",
                                                   "why (needed by assign, exclude, include)"},
                                                  OPTION_LAST};

struct verb {
    const char *name;
    enum store_mode mode;
    size_t min, max; /* operands after the verb */
    int (*run)(struct cli *cli, struct store *store);
};

static const char *operand(const struct cli *cli, size_t i)
{
    return options_operand(cli->options, i + 1);
}

static int run_list(struct cli *cli, struct store *store)
{
    struct recording_row *rows = NULL;
    size_t n = 0;
    struct failure why;
    struct person person;
    const char *code = operand(cli, 0);
    enum yk_status status = code != NULL ? person_find(store, code, &person, &why) : YK_OK;
    int exit_code = EXIT_DONE;
    if (status == YK_OK) {
        status = recording_list(store, code, &rows, &n, &why);
    }
    if (status == YK_OK && cli->is_json) {
        struct json_out *json = json_out_new();
        json_out_array(json, NULL);
        for (size_t i = 0; i < n; i++) {
            cli_recording_json(json, NULL, &rows[i]);
        }
        json_out_end(json);
        exit_code = cli_json_done(cli, json, EXIT_DONE);
    } else if (status == YK_OK && n > 0) {
        status = cli_recording_table(cli, rows, n, &why);
    } else if (status == YK_OK && !cli->is_quiet) {
        puts(cli_say(cli, "記録はまだありません。", "There are no recordings yet."));
    }
    mem_free(rows);
    return status == YK_OK ? exit_code : cli_fail(cli, &why);
}

static void print_row(const struct cli *cli, const struct store *store,
                      const struct recording_row *row)
{
    char span[64], nights[64] = "–";
    cli_recording_span(row, span);
    if (row->analysis != 0) {
        snprintf(nights, sizeof nights,
                 cli_say(cli, "%lld 晩、うち数えた晩 %lld", "%lld, %lld counted"),
                 (long long)row->n_nights, (long long)row->n_nights_valid);
    }
    const char *const lines[][3] = {
        {"記録", "recording", row->id},
        {"参加者", "participant", row->person},
        {"機器", "device", row->device_model},
        {"製造番号", "serial", row->device_serial},
        {"期間", "period", span},
        {"時間帯", "zone", row->analysis_zone},
        {"晩", "nights", nights},
        {"手順", "recipe", row->recipe},
        {"集計から除く理由", "excluded because", row->is_excluded ? row->exclude_reason : ""},
        {"SHA-256", "SHA-256", row->sha256},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (lines[i][2][0] != '\0') {
            printf("%s: %s\n", cli_say(cli, lines[i][0], lines[i][1]), lines[i][2]);
        }
    }
    printf("%s: %s/%s/%s.%s\n", cli_say(cli, "原本", "original"), store->folder, STORE_ARCHIVE,
           row->sha256, row->suffix);
    if (row->analysis != 0) {
        printf("%s: %s/%s/%s\n", cli_say(cli, "系列", "series"), store->folder,
               STORE_RECORDINGS, row->h5_name);
    }
}

static int show(struct cli *cli, struct store *store, const char *id)
{
    struct recording_row row;
    struct failure why;
    if (recording_find(store, id, &row, &why) != YK_OK) {
        return cli_fail(cli, &why);
    }
    if (cli->is_json) {
        struct json_out *json = json_out_new();
        cli_recording_json(json, NULL, &row);
        return cli_json_done(cli, json, EXIT_DONE);
    }
    if (!cli->is_quiet) {
        print_row(cli, store, &row);
    }
    return EXIT_DONE;
}

static int run_show(struct cli *cli, struct store *store)
{
    return show(cli, store, operand(cli, 0));
}

static int done(struct cli *cli, struct store *store, enum yk_status status,
                const struct failure *why)
{
    return status == YK_OK ? show(cli, store, operand(cli, 0)) : cli_fail(cli, why);
}

static int run_assign(struct cli *cli, struct store *store)
{
    struct failure why;
    enum yk_status status = recording_assign(store, operand(cli, 0), operand(cli, 1),
                                             options_text(cli->options, "reason"), &why);
    return done(cli, store, status, &why);
}

static int run_exclude(struct cli *cli, struct store *store)
{
    struct failure why;
    enum yk_status status = recording_exclude(store, operand(cli, 0), true,
                                              options_text(cli->options, "reason"), &why);
    return done(cli, store, status, &why);
}

static int run_include(struct cli *cli, struct store *store)
{
    struct failure why;
    enum yk_status status = recording_exclude(store, operand(cli, 0), false,
                                              options_text(cli->options, "reason"), &why);
    return done(cli, store, status, &why);
}

static const struct verb verbs[] = {
    {"list", STORE_READ, 0, 1, run_list},        {"show", STORE_READ, 1, 1, run_show},
    {"assign", STORE_WRITE, 2, 2, run_assign},   {"exclude", STORE_WRITE, 1, 1, run_exclude},
    {"include", STORE_WRITE, 1, 1, run_include},
};

static int run(struct cli *cli)
{
    const char *said = options_operand(cli->options, 0);
    size_t n = options_operands(cli->options) - 1;
    const struct verb *verb = verbs;
    while (strcmp(verb->name, said) != 0) {
        verb++;
    }
    if (n < verb->min || n > verb->max) {
        return cli_usage(cli, "list [CODE], show ID, assign ID CODE, exclude ID, "
                              "include ID");
    }
    struct store store;
    struct failure why;
    if (store_open(cli->store_path, verb->mode, &store, &why) != YK_OK) {
        return cli_fail(cli, &why);
    }
    int exit_code = verb->run(cli, &store);
    store_close(&store);
    return exit_code;
}

const struct command command_recording = {
    .name = "recording",
    .operands = "[ID|CODE] [CODE]",
    .ja = "保管している記録を見る、持ち主を直す、集計から除く(理由を残す)",
    .en = "list what is archived; assign or exclude by hand, with a reason",
    .details_ja =
        "記録のIDは内容から決まり、はじめの4桁以上で指定できます。assign は持ち主を直し、"
        "exclude は集計から除き(記録は残ります)、include は元に戻します。"
        "どれも --reason が要り、監査記録に残ります。",
    .details_en =
        "A recording's id comes from its content; its first 4 digits or more are enough. "
        "assign corrects whose it is, exclude keeps it out of summaries (it stays "
        "archived), include takes that back. Each needs --reason and is kept in the "
        "audit.",
    .examples = "yoake recording list P01\n"
                "yoake recording assign 602c P02 --reason \"recorders were exchanged\"\n"
                "yoake recording exclude 602c --reason \"worn by somebody else\"",
    .options = option_table,
    .min_operands = 1,
    .max_operands = 3,
    .verbs = verb_table,
    .run = run,
};
