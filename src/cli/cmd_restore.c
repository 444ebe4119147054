/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake restore: the store as it was.
 */
#include <inttypes.h>
#include <stdio.h>

#include "src/cli/store_cli.h"
#include "src/store/backup.h"

static const struct option_spec option_table[] = {OPTION_LAST};

static int run(struct cli *cli)
{
    const char *path = options_operand(cli->options, 0);
    struct failure why;
    struct backup_totals totals;
    enum yk_status status = backup_restore(path, cli->store_path, &totals, &cli->job, &why);
    cli_progress_end(cli);
    if (status != YK_OK) {
        return cli_fail(cli, &why);
    }
    if (cli->is_json) {
        struct json_out *json = json_out_new();
        json_out_object(json, NULL);
        json_out_text(json, "store", cli->store_path);
        json_out_integer(json, "files", (int64_t)totals.files);
        json_out_integer(json, "participants", totals.persons);
        json_out_integer(json, "recordings", totals.recordings);
        json_out_bool(json, "names", totals.has_names);
        json_out_end(json);
        return cli_json_done(cli, json, EXIT_DONE);
    }
    if (!cli->is_quiet) {
        printf(cli_say(cli,
                       "保管場所を元に戻しました: %s\n参加者 %" PRId64 " 人%.0s、記録 %" PRId64
                       " 本%.0s、%" PRIu64 " ファイル%.0s\n",
                       "store restored: %s\n%" PRId64 " %s, %" PRId64 " %s, %" PRIu64 " %s\n"),
               cli->store_path, totals.persons,
               text_many((uint64_t)totals.persons, "participant", "participants"),
               totals.recordings,
               text_many((uint64_t)totals.recordings, "recording", "recordings"), totals.files,
               text_many(totals.files, "file", "files"));
        if (totals.has_names) {
            puts(cli_say(
                cli,
                "氏名の表も戻しました。読むには、バックアップした保管場所の鍵が要ります: "
                "yoake identity list --key FILE",
                "The sealed names are back as well; reading them needs the key of the "
                "store that was backed up: yoake identity list --key FILE"));
        }
    }
    return EXIT_DONE;
}

const struct command command_restore = {
    .name = "restore",
    .operands = "FILE",
    .ja = "バックアップから保管場所を元に戻す",
    .en = "make the store as it was, from a backup",
    .details_ja =
        "すべてのSHA-256を確かめてから、--store の場所に一度に置きます。途中で止まっても"
        "半端な保管場所は残りません。参加者や記録のある保管場所には上書きしません。",
    .details_en =
        "Every SHA-256 is compared before the store appears, in one step, in the place "
        "--store names. A store that has participants or recordings is never "
        "overwritten.",
    .examples = "yoake restore /media/backup/yoake-2026-05-18.tar --store ~/yoake-2",
    .options = option_table,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
