/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake check: is everything still true? Of the store, or of a folder that batch wrote.
 */
#include <inttypes.h>
#include <stdio.h>

#include "src/cli/store_cli.h"
#include "src/pipeline/check_batch.h"
#include "src/store/check.h"

static const struct option_spec option_table[] = {OPTION_LAST};

struct checking {
    const struct cli *cli;
    struct json_out *json;
};

static void on_found(void *user, const struct check_finding *finding)
{
    const struct checking *self = user;
    if (self->json != NULL) {
        json_out_object(self->json, NULL);
        json_out_text(self->json, "kind", check_kind_word(finding->kind));
        json_out_bool(self->json, "leftover", check_is_leftover(finding->kind));
        json_out_text(self->json, "subject", finding->subject);
        json_out_known_text(self->json, "detail", finding->detail);
        json_out_end(self->json);
        return;
    }
    const char *sentence =
        cli_say(self->cli, check_sentence_ja(finding->kind), check_sentence_en(finding->kind));
    printf("%s: %s\n", finding->subject, sentence);
    if (finding->detail[0] != '\0') {
        cli_put_failure(stdout, self->cli, "  ", finding->detail);
    }
}

static void say_totals(const struct cli *cli, const struct check_totals *totals)
{
    if (totals->tables > 0) {
        printf(cli_say(cli, "記録 %" PRIu64 " 本%.0sと表 %" PRIu64 " 枚を確かめました。\n",
                       "Checked %" PRIu64 " %s and %" PRIu64 " tables.\n"),
               totals->recordings, text_many(totals->recordings, "recording", "recordings"),
               totals->tables);
    } else if (totals->shards > 0) {
        printf(cli_say(cli,
                       "分担 %" PRIu64 " 件%.0sの記録 %" PRIu64 " 本%.0sを確かめました。\n",
                       "Checked %" PRIu64 " %s with %" PRIu64 " %s.\n"),
               totals->shards, text_many(totals->shards, "shard", "shards"), totals->recordings,
               text_many(totals->recordings, "recording", "recordings"));
    } else {
        printf(cli_say(cli,
                       "参加者 %" PRIu64 " 人%.0s、記録 %" PRIu64 " 本%.0s、原本 %" PRIu64
                       " バイト、計算結果 %" PRIu64 " 件%.0s、監査記録 %" PRIu64
                       " 行%.0sを確かめました。\n",
                       "Checked %" PRIu64 " %s, %" PRIu64 " %s, %" PRIu64
                       " bytes of originals, %" PRIu64 " %s, %" PRIu64 " audit %s.\n"),
               totals->persons, text_many(totals->persons, "participant", "participants"),
               totals->recordings, text_many(totals->recordings, "recording", "recordings"),
               totals->bytes, totals->analyses,
               text_many(totals->analyses, "analysis", "analyses"), totals->audit_lines,
               text_many(totals->audit_lines, "line", "lines"));
    }
    if (totals->in_use > 0) {
        printf(cli_say(cli, "いま使われている %" PRIu64 " 件は見ていません。\n",
                       "%" PRIu64 " in use at this moment were not judged.\n"),
               totals->in_use);
    }
    if (totals->broken > 0) {
        printf(cli_say(cli, "確かでないもの %" PRIu64 " 件。\n",
                       "%" PRIu64 " not as they should be.\n"),
               totals->broken);
    }
    if (totals->leftovers > 0) {
        printf(cli_say(cli, "中断の名残 %" PRIu64 " 件(害はありません)。\n",
                       "%" PRIu64 " left by interruptions (harmless).\n"),
               totals->leftovers);
    }
    if (totals->broken + totals->leftovers == 0) {
        puts(cli_say(cli, "すべて確かです。", "All is well."));
    }
}

static void json_totals(struct json_out *json, const struct check_totals *totals)
{
    json_out_integer(json, "participants", (int64_t)totals->persons);
    json_out_integer(json, "recordings", (int64_t)totals->recordings);
    json_out_integer(json, "bytes", (int64_t)totals->bytes);
    json_out_integer(json, "analyses", (int64_t)totals->analyses);
    json_out_integer(json, "audit_lines", (int64_t)totals->audit_lines);
    json_out_known_text(json, "audit_hash", totals->audit_hash);
    json_out_integer(json, "in_use", (int64_t)totals->in_use);
    json_out_integer(json, "broken", (int64_t)totals->broken);
    json_out_integer(json, "leftovers", (int64_t)totals->leftovers);
}

/* The folder named, of tables or of shards, or the store: whichever it is. */
static enum yk_status check_place(struct cli *cli, const char *folder, struct checking *self,
                                  struct check_totals *totals, struct failure *why)
{
    struct store store;
    if (options_operand(cli->options, 0) != NULL && check_is_batch(folder)) {
        return check_batch(folder, &cli->job, on_found, self, totals, why);
    }
    if (options_operand(cli->options, 0) != NULL && check_is_shards(folder)) {
        return check_shards(folder, &cli->job, on_found, self, totals, why);
    }
    enum yk_status status = store_open(folder, STORE_READ, &store, why);
    if (status == YK_ERR_NO_DEVICE && options_operand(cli->options, 0) != NULL) {
        return failure_set(why, YK_ERR_NO_DEVICE,
                           "%s is neither a store nor a folder that batch or a shard wrote to",
                           folder);
    }
    if (status == YK_OK) {
        status = check_store(&store, &cli->job, on_found, self, totals, why);
        store_close(&store);
    }
    return status;
}

static int run(struct cli *cli)
{
    const char *named = options_operand(cli->options, 0);
    const char *folder = named != NULL ? named : cli->store_path;
    struct checking self = {.cli = cli, .json = cli->is_json ? json_out_new() : NULL};
    struct check_totals totals;
    struct failure why;
    json_out_object(self.json, NULL);
    json_out_text(self.json, "folder", folder);
    json_out_array(self.json, "findings");
    enum yk_status status = check_place(cli, folder, &self, &totals, &why);
    cli_progress_end(cli);
    if (status != YK_OK) {
        json_out_free(self.json);
        return cli_fail(cli, &why);
    }
    int code = totals.broken > 0      ? EXIT_FAILED
               : totals.leftovers > 0 ? EXIT_ATTENTION
                                      : EXIT_DONE;
    if (cli->is_json) {
        json_out_end(self.json);
        json_totals(self.json, &totals);
        json_out_end(self.json);
        return cli_json_done(cli, self.json, code);
    }
    if (!cli->is_quiet) {
        say_totals(cli, &totals);
    }
    return code;
}

const struct command command_check = {
    .name = "check",
    .operands = "[FOLDER]",
    .ja = "保管場所や一括処理の結果の、すべてのファイル・ハッシュ・行がいまも正しいか確かめる",
    .en = "is every file, hash and row of the store or of a batch folder still true?",
    .details_ja =
        "何も変えません。中断の名残(書きかけの写しなど)には害がなく、何をすれば片づくかを"
        "言います。終了コードは、すべて確かなら0、名残だけなら4、確かでないものがあれば1です。",
    .details_en =
        "Changes nothing. What interruptions left (an unfinished copy, ...) is harmless and "
        "comes with what mends it. Exit code 0: all is well, 4: leftovers only, 1: "
        "something is not as it should be.",
    .examples = "yoake check\nyoake check --store ~/yoake-2 --json\nyoake check tables\nyoake "
                "check run",
    .options = option_table,
    .min_operands = 0,
    .max_operands = 1,
    .run = run,
};
