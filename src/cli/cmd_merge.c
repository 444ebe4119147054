/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake merge: the tables of all shards.
 */
#include <stdio.h>

#include "src/cli/batch_notes.h"
#include "src/cli/command.h"
#include "src/cli/json_out.h"
#include "src/pipeline/merge.h"

static const struct option_spec option_table[] = {
    OPTION_TABLES,
    {"manifest", 0, OPTION_FILE, "FILE", "一覧(既定 DIR/manifest.csv)",
     "the list (DIR/manifest.csv)"},
    {"partial", 0, OPTION_FLAG, NULL, "まだ足りない記録があっても、あるものだけで作る",
     "make tables of what is there although recordings are missing"},
    OPTION_LAST};

static enum yk_status say_json(const struct cli *cli, const char *folder,
                               const struct batch_totals *t, struct failure *why)
{
    struct json_out *json = json_out_new();
    json_out_object(json, NULL);
    json_out_text(json, "folder", folder);
    json_out_integer(json, "files", (int64_t)t->n_inputs);
    json_out_integer(json, "done", (int64_t)t->n_done);
    json_out_integer(json, "partial", (int64_t)t->n_partial);
    json_out_integer(json, "overlapping", (int64_t)t->n_overlapping);
    json_out_integer(json, "empty", (int64_t)t->n_empty);
    json_out_integer(json, "duplicates", (int64_t)t->n_duplicates);
    json_out_integer(json, "failed", (int64_t)t->n_failed);
    json_out_integer(json, "missing", (int64_t)t->n_skipped);
    json_out_end(json);
    return cli_json_write(cli, json, true, why);
}

static int run(struct cli *cli)
{
    const char *output = options_text(cli->options, "output");
    struct merge_options options = {.folder = options_operand(cli->options, 0),
                                    .manifest = options_text(cli->options, "manifest"),
                                    .output = output,
                                    .is_partial = options_has(cli->options, "partial")};
    struct batch_totals totals;
    struct failure why;
    if (output == NULL) {
        return cli_usage(cli, "the folder for the tables is missing: -o DIR");
    }
    enum yk_status status = merge_run(&options, &totals, &cli->job, &why);
    cli_progress_end(cli);
    if (status == YK_OK && cli->is_json) {
        status = say_json(cli, output, &totals, &why);
    } else if (status == YK_OK && !cli->is_quiet) {
        fprintf(stderr,
                cli_say(cli, "%s: 完了 %zu、空 %zu、重複 %zu%.0s、失敗 %zu、まだない %zu\n",
                        "%s: %zu done, %zu empty, %zu %s, %zu failed, %zu missing\n"),
                output, totals.n_done, totals.n_empty, totals.n_duplicates,
                text_many(totals.n_duplicates, "duplicate", "duplicates"), totals.n_failed,
                totals.n_skipped);
        batch_notes_say(&totals, output, "/", cli->language == LANGUAGE_JA);
    }
    if (status != YK_OK) {
        return cli_fail(cli, &why);
    }
    return totals.n_failed > 0 ? EXIT_SOME_FAILED
           : totals.n_skipped + totals.n_empty + totals.n_partial + totals.n_overlapping > 0
               ? EXIT_ATTENTION
               : EXIT_DONE;
}

const struct command command_merge = {
    .name = "merge",
    .operands = "DIR",
    .ja = "分けて処理した結果をひとつにまとめる",
    .en = "put the results of all shards together",
    .details_ja = "DIR/manifest.csv の記録すべての結果を DIR/shards "
                  "から集め、一度に処理したときと同じ表を書きます。"
                  "まだない記録があれば何も書かずにそう言います(--partial "
                  "で、あるものだけ)。違う手順の結果や、食い違う結果は"
                  "まとめません。何度行っても同じです。",
    .details_en =
        "Collects the results of all recordings of DIR/manifest.csv from DIR/shards and writes "
        "the "
        "tables that one process would have written. When recordings are missing it says so "
        "and "
        "writes nothing (--partial: what there is). Results of different recipes, or that "
        "contradict each other, are refused. Doing it again changes nothing.",
    .examples = "yoake merge run -o tables",
    .options = option_table,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
