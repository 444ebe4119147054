/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake manifest: the list of a cohort, for shards.
 */
#include "src/base/pool.h"
#include "src/cli/command.h"
#include "src/base/text.h"
#include "src/cli/json_out.h"
#include "src/pipeline/manifest.h"

static const struct option_spec option_table[] = {
    {"output", 'o', OPTION_FILE, "FILE", "書き出す一覧(必要。DIR/manifest.csv など)",
     "the list to write, such as DIR/manifest.csv (needed)"},
    {"jobs", 'j', OPTION_INTEGER, "N:1..256", "同時に読む数(既定はプロセッサーの数)",
     "files read at a time (as many as there are processors)"},
    OPTION_LAST};

static enum yk_status say_json(const struct cli *cli, const char *path,
                               const struct manifest_totals *totals, struct failure *why)
{
    struct json_out *json = json_out_new();
    json_out_object(json, NULL);
    json_out_text(json, "manifest", path);
    json_out_integer(json, "recordings", (int64_t)totals->n_recordings);
    json_out_integer(json, "duplicates", (int64_t)totals->n_duplicates);
    json_out_integer(json, "unreadable", (int64_t)totals->n_unreadable);
    json_out_integer(json, "left_alone", (int64_t)totals->n_left);
    json_out_integer(json, "bytes", (int64_t)totals->bytes);
    json_out_end(json);
    return cli_json_write(cli, json, true, why);
}

static int run(struct cli *cli)
{
    const struct options *given = cli->options;
    const char *path = options_text(given, "output");
    if (path == NULL) {
        return cli_usage(cli, "the list to write is missing: -o DIR/manifest.csv");
    }
    struct failure why;
    struct manifest_totals totals;
    struct batch_options options = {
        .paths = options_operand_list(given),
        .n_paths = options_operands(given),
        .folder = "",
        .n_jobs = (unsigned)options_integer(given, "jobs", (long long)pool_processors())};
    enum yk_status status = manifest_make(&options, path, &totals, &cli->job, &why);
    cli_progress_end(cli);
    if (status == YK_OK && cli->is_json) {
        status = say_json(cli, path, &totals, &why);
    } else if (status == YK_OK && !cli->is_quiet) {
        fprintf(stderr,
                cli_say(cli, "%s: 記録 %zu%.0s、重複 %zu%.0s、読めないもの %zu、%.1f MB\n",
                        "%s: %zu %s, %zu %s, %zu unreadable, %.1f MB\n"),
                path, totals.n_recordings,
                text_many(totals.n_recordings, "recording", "recordings"), totals.n_duplicates,
                text_many(totals.n_duplicates, "duplicate", "duplicates"), totals.n_unreadable,
                (double)totals.bytes / 1e6);
        if (totals.n_unreadable > 0) {
            fprintf(stderr,
                    cli_say(cli, "読めないわけは %s の reason の列にあります\n",
                            "why they cannot be read: %s, column reason\n"),
                    path);
        }
        if (totals.n_left > 0) {
            fprintf(stderr,
                    cli_say(cli,
                            "フォルダーの中の%zu件%.0sは、名前と中身からは記録と分からないため"
                            "一覧に入れていません\n",
                            "left alone: %zu %s in the folders, no recordings by name and "
                            "content\n"),
                    totals.n_left, text_many(totals.n_left, "file", "files"));
        }
    }
    if (status != YK_OK) {
        return cli_fail(cli, &why);
    }
    return totals.n_unreadable > 0 ? EXIT_SOME_FAILED : EXIT_DONE;
}

const struct command command_manifest = {
    .name = "manifest",
    .operands = "PATH...",
    .ja = "たくさんの機械で分けて処理するための一覧を作る",
    .en = "list a cohort, to work on it on many machines",
    .details_ja =
        "すべての記録に名前をつけ、中身のハッシュを計算して一覧にします。batch "
        "--manifest と --shard "
        "がそれを読み、merge が結果をまとめます。一覧は一度だけ作ります。\n\n終了コード3: "
        "読めない入力があります。一覧には残り、分担の中で失敗になります。",
    .details_en =
        "Names every recording and computes its hash. batch --manifest with --shard "
        "reads the list, "
        "merge puts the results together. It is made once.\n\nExit code 3: some inputs "
        "cannot be read; they stay in the list, and fail in their shard.",
    .examples = "yoake manifest /data/cohort -o run/manifest.csv\n"
                "yoake batch --manifest run/manifest.csv --shard 3/40 -o run\n"
                "yoake merge run -o tables",
    .options = option_table,
    .min_operands = 1,
    .max_operands = -1,
    .run = run,
};
