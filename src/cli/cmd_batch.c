/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake batch: many recordings into tables.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/pool.h"
#include "src/base/utf8.h"
#include "src/cli/batch_notes.h"
#include "src/cli/store_cli.h"
#include "src/pipeline/batch.h"
#include "src/pipeline/shard.h"

static const struct option_spec option_table[] = {
    OPTION_TABLES,
    OPTION_RECIPE,
    OPTION_SET,
    {"jobs", 'j', OPTION_INTEGER, "N:1..256", "同時に処理する数(既定はプロセッサーの数)",
     "recordings at a time (as many as there are processors)"},
    {"participants", 0, OPTION_FILE, "CSV", "ファイルと参加者の表",
     "table of files and participants: file person_id zone diary_id group"},
    {"diary", 0, OPTION_FILE, "CSV", "睡眠日誌", "diary of bed times and naps"},
    {"keep-good", 0, OPTION_FLAG, NULL, "二つの表の正しい行だけを取り込む",
     "take the rows of both tables that are right, leave the others"},
    {"manifest", 0, OPTION_FILE, "FILE", "yoake manifest が作った一覧(PATHの代わり)",
     "list made by yoake manifest, in place of PATH"},
    {"shard", 0, OPTION_TEXT, "I/N", "一覧のうちN分のIだけ(0/40 から 39/40、または auto/40)",
     "only share I of N of the list (0/40 to 39/40, or auto/40)"},
    OPTION_SESSION,
    {"epochs", 0, OPTION_TEXT, "csv", "エポックごとの表も書く",
     "write every epoch as a table too: csv"},
    {"min-nights", 0, OPTION_INTEGER, "N:0..366",
     "対象に含めるのに要る夜の数(is_included の印。行は除かない)",
     "counted nights that is_included asks for; no row is dropped"},
    {"min-day-hours", 0, OPTION_NUMBER, "H:0..24", "数える日に要る有効時間(既定 16)",
     "valid hours that a counted day needs (16)"},
    {"dry-run", 0, OPTION_FLAG, NULL, "何をするかを示し、何も書かない",
     "list what would be done, write nothing"},
    {"max-failures", 0, OPTION_INTEGER, "N:0..", "失敗がこの数を超えたら止める(既定は止めない)",
     "stop when more files than this failed (never)"},
    OPTION_LAST};

/* Processors that are not busy waited for the disk: to read (MB/s), or to keep (fsync/s). */
static void say_speed(const struct batch_totals *t, unsigned jobs, bool ja)
{
    double seconds = t->seconds > 0 ? t->seconds : 1e-9;
    double busy = 100 * t->cpu_seconds / seconds / jobs;
    fprintf(stderr,
            ja ? "%.1f秒(処理装置の使用 %.0f%%)、読み込み %.1f MB/s、fsync %.0f 回/秒\n"
               : "%.1f s (processors %.0f %% busy), %.1f MB/s read, %.0f fsyncs/s\n",
            t->seconds, busy < 100 ? busy : 100, (double)t->bytes / 1e6 / seconds,
            (double)t->n_syncs / seconds);
}

/* What deserves a look, and where it stands. */
static void say_notes(const struct batch_totals *t, const struct batch_options *options,
                      bool ja)
{
    const bool is_shard = options->n_shards > 0; /* its tables are made by merge */
    const char *folder = options->folder;
    const char *of_merge = ja ? "yoake merge が書く " : "what `yoake merge` writes: ";
    const char *place = is_shard ? of_merge : folder, *slash = is_shard ? "" : "/";
    if (t->zone_is_guess) {
        fprintf(
            stderr,
            ja ? "時間帯の指定がないため、この機械の時間帯を使いました。--zone で指定できます\n"
               : "no time zone was named: this machine's was taken; name it with --zone\n");
    }
    batch_notes_say(t, place, slash, ja);
    if (t->n_left > 0) {
        fprintf(stderr,
                ja ? "フォルダーの中の%zu件%.0sは、名前と中身からは記録と分からないため読んで"
                     "いません(%s/run.log。名指しすれば読みます)\n"
                   : "left alone: %zu %s in the folders, no recordings by name and content "
                     "(%s/run.log; name one to have it read)\n",
                t->n_left, text_many(t->n_left, "file", "files"), folder);
    }
    if (t->n_failed > 0) {
        fprintf(stderr, ja ? "失敗の理由は %s/%s\n" : "why files failed: %s/%s\n", folder,
                is_shard ? "run.log" : "quality.csv");
    }
}

static void say(const struct cli *cli, const struct batch_totals *t,
                const struct batch_options *options)
{
    if (cli->is_quiet) {
        return;
    }
    bool ja = cli->language == LANGUAGE_JA;
    fprintf(
        stderr,
        ja ? "%zu件%.0s: 完了 %zu(うち前回まで %zu)、空 %zu、重複 %zu%.0s、失敗 %zu、未処理 "
             "%zu。数えた晩 %zu%.0s\n"
           : "%zu %s: %zu done (%zu of them before), %zu empty, %zu %s, %zu failed, %zu "
             "skipped; %zu %s counted\n",
        t->n_inputs, text_many(t->n_inputs, "file", "files"), t->n_done, t->n_resumed,
        t->n_empty, t->n_duplicates, text_many(t->n_duplicates, "duplicate", "duplicates"),
        t->n_failed, t->n_skipped, t->n_nights_valid,
        text_many(t->n_nights_valid, "night", "nights"));
    say_speed(t, options->n_jobs, ja);
    if (options->n_shards > 0) {
        fprintf(stderr,
                ja ? "結果: %s(表は yoake merge が書きます)\n"
                   : "results: %s (`yoake merge` makes the tables)\n",
                options->folder);
    } else {
        fprintf(stderr, ja ? "表: %s\n" : "tables: %s\n", options->folder);
    }
    say_notes(t, options, ja);
}

static enum yk_status say_json(const struct cli *cli, const struct batch_totals *t,
                               const char *folder, struct failure *why)
{
    struct json_out *json = json_out_new();
    json_out_object(json, NULL);
    json_out_text(json, "folder", folder);
    json_out_integer(json, "files", (int64_t)t->n_inputs);
    json_out_integer(json, "done", (int64_t)t->n_done);
    json_out_integer(json, "resumed", (int64_t)t->n_resumed);
    json_out_integer(json, "partial", (int64_t)t->n_partial);
    json_out_integer(json, "overlapping", (int64_t)t->n_overlapping);
    json_out_integer(json, "empty", (int64_t)t->n_empty);
    json_out_integer(json, "duplicates", (int64_t)t->n_duplicates);
    json_out_integer(json, "failed", (int64_t)t->n_failed);
    json_out_integer(json, "left_alone", (int64_t)t->n_left);
    json_out_integer(json, "skipped", (int64_t)t->n_skipped);
    json_out_integer(json, "rows_not_taken", (int64_t)t->n_rows_skipped);
    json_out_integer(json, "nights_valid", (int64_t)t->n_nights_valid);
    json_out_integer(json, "bytes", (int64_t)t->bytes);
    json_out_rounded(json, "seconds", t->seconds, 3);
    json_out_rounded(json, "cpu_seconds", t->cpu_seconds, 3);
    json_out_integer(json, "fsyncs", (int64_t)t->n_syncs);
    json_out_bool(json, "zone_is_guess", t->zone_is_guess);
    json_out_end(json);
    return cli_json_write(cli, json, true, why);
}

static int exit_code(const struct batch_totals *totals)
{
    if (totals->n_skipped > 0) {
        return EXIT_FAILED;
    }
    if (totals->n_failed > 0 || totals->n_rows_skipped > 0) {
        return EXIT_SOME_FAILED;
    }
    return totals->n_empty + totals->n_partial + totals->n_overlapping > 0 ? EXIT_ATTENTION
                                                                           : EXIT_DONE;
}

static int plan(struct cli *cli, const struct batch_options *options)
{
    struct text out;
    struct failure why;
    text_init(&out);
    enum yk_status status = batch_plan(options, &out, &why);
    status = status == YK_OK ? cli_put_text(&out, &why) : status;
    text_release(&out);
    return status == YK_OK ? EXIT_DONE : cli_fail(cli, &why);
}

static int work(struct cli *cli, const struct batch_options *options)
{
    struct batch_totals totals;
    struct failure why;
    enum yk_status status = batch_run(options, &totals, &cli->job, &why);
    cli_progress_end(cli);
    if (status != YK_OK) {
        return cli_fail(cli, &why);
    }
    say(cli, &totals, options);
    if (cli->is_json && say_json(cli, &totals, options->folder, &why) != YK_OK) {
        return cli_fail(cli, &why);
    }
    return exit_code(&totals);
}

static enum yk_status load_recipe(const struct cli *cli, struct recipe *out,
                                  struct failure *why)
{
    /* The two rules of inclusion are parameters under names of their own. */
    static const char *const rules[][2] = {{"min-nights", "min_nights"},
                                           {"min-day-hours", "day_min_h"}};
    enum { RULES = sizeof rules / sizeof *rules };
    char room[RULES][64];
    const char *more[RULES + 1] = {NULL};
    size_t n = 0;
    for (size_t i = 0; i < RULES; i++) {
        const char *value = options_text(cli->options, rules[i][0]);
        if (value != NULL) {
            snprintf(room[i], sizeof room[i], "%s=%.*s", rules[i][1], utf8_shown(value, 40),
                     value);
            more[n++] = room[i];
        }
    }
    return cli_recipe(cli, more, out, why);
}

static const char *environment(const char *name)
{
    return getenv(name);
}

/* --manifest and --shard. room holds the shard's folder. */
static int read_shard(struct cli *cli, struct batch_options *options, struct text *room)
{
    const char *shard = options_text(cli->options, "shard");
    struct failure why;
    options->manifest = options_text(cli->options, "manifest");
    if (options->manifest != NULL && options->n_paths > 0) {
        return cli_usage(cli, "--manifest does not go with PATH");
    }
    if (options->manifest == NULL && (shard != NULL || options->n_paths == 0)) {
        return cli_usage(cli, shard != NULL ? "--shard needs --manifest"
                                            : "name a PATH or a --manifest");
    }
    if (shard == NULL) {
        return EXIT_DONE;
    }
    options->shards = options->folder;
    if (shard_parse(shard, environment, &options->shard, &options->n_shards, &why) != YK_OK ||
        shard_folder(options->shards, options->shard, options->n_shards, room, &why) != YK_OK) {
        return cli_fail(cli, &why);
    }
    options->folder = text_string(room);
    return EXIT_DONE;
}

static int run(struct cli *cli)
{
    const struct options *given = cli->options;
    const char *epochs = options_text(given, "epochs");
    const char *folder = options_text(given, "output");
    if (folder == NULL && !options_has(given, "dry-run")) {
        return cli_usage(cli, "the folder for the tables is missing: -o DIR");
    }
    if (epochs != NULL && strcmp(epochs, "csv") != 0) {
        return cli_usage(cli, "--epochs knows only csv");
    }
    if (options_has(given, "dry-run") && cli->is_json) {
        return cli_usage(cli, "--dry-run does not go with --json");
    }
    long long most = options_integer(given, "max-failures", -1);
    struct batch_options options = {
        .paths = options_operand_list(given),
        .n_paths = options_operands(given),
        .folder = folder != NULL ? folder : "",
        .zone_name = cli->zone_name,
        .n_jobs = (unsigned)options_integer(given, "jobs", (long long)pool_processors()),
        .participants = options_text(given, "participants"),
        .store = options_text(given, "store"),
        .diary = options_text(given, "diary"),
        .keep_good = options_has(cli->options, "keep-good"),
        .session = (int)options_integer(given, "session", 0),
        .with_epochs_csv = epochs != NULL,
        .max_failures = most < 0 ? SIZE_MAX : (size_t)most,
    };
    struct failure why;
    struct text shard;
    text_init(&shard);
    int code = read_shard(cli, &options, &shard);
    if (code == EXIT_DONE) {
        code = load_recipe(cli, &options.recipe, &why) != YK_OK ? cli_fail(cli, &why)
               : options_has(given, "dry-run")                  ? plan(cli, &options)
                                                                : work(cli, &options);
    }
    text_release(&shard);
    return code;
}

const struct command command_batch = {
    .name = "batch",
    .operands = "[PATH...]",
    .ja = "たくさんの記録をまとめて表にする",
    .en = "turn many recordings into tables",
    .details_ja =
        "ファイルやフォルダーを読み、夜・休息・日・記録・人ごとのCSVと、説明(codebook.csv)、"
        "記録ごとのHDF5、cohort.sqliteを書きます。途中で止まっても、同じコマンドで続きから"
        "始まります。読めないファイルがあっても止まらず、理由はquality.csvに残ります。\n\n"
        "保管場所は --store "
        "で名指ししたときだけ見ます。中身で見つかった記録はその参加者のコードで"
        "扱い、この機械の時間帯より保管場所の時間帯を先に使います。\n\n"
        "終了コード: 0 完了、3 失敗したファイルか取り込まなかった行がある、4 "
        "空の記録、一部だけが表に入った記録、同じ記録計の別の記録と"
        "時間が重なる記録がある、1 --max-failures で止めた。",
    .details_en =
        "Reads files and folders and writes tables of nights, rests, days, recordings and "
        "persons, a codebook that explains every column, one HDF5 file a recording, and "
        "cohort.sqlite. When it is interrupted, the same command goes on where it stopped. A "
        "file that cannot be read does not stop it; quality.csv says why.\n\n"
        "A store is looked at only when --store names one: a recording that it knows by its "
        "content then goes by its participant's code, and the store's zone comes before this "
        "machine's.\n\n"
        "Exit codes: 0 done, 3 some files failed or rows of a table were not taken, 4 some "
        "recordings are empty, only partly in the tables, or overlap another of their recorder "
        "in time, 1 stopped after "
        "--max-failures.",
    .examples = "yoake batch week1/ week2/ -o tables --zone Asia/Tokyo\n"
                "yoake batch cohort/ -o tables --recipe ggir-3.3 --participants people.csv\n"
                "yoake batch cohort/ -o tables --set nonwear=none --epochs csv",
    .options = option_table,
    .min_operands = 0,
    .max_operands = -1,
    .run = run,
};
