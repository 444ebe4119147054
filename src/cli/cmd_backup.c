/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake backup: the whole store in one verified file.
 */
#include <inttypes.h>
#include <stdio.h>

#include "src/cli/store_cli.h"
#include "src/store/backup.h"

static const struct option_spec option_table[] = {
    {"output", 'o', OPTION_FILE, "FILE", "書き出すファイル(必要)", "file to write (needed)"},
    OPTION_LAST};

static int run(struct cli *cli)
{
    const char *path = options_text(cli->options, "output");
    struct store store;
    struct failure why;
    struct backup_totals totals;
    if (path == NULL) {
        return cli_usage(cli, "-o FILE is needed");
    }
    enum yk_status status = store_open(cli->store_path, STORE_READ, &store, &why);
    if (status == YK_OK) {
        status = backup_write(&store, path, &totals, &cli->job, &why);
        store_close(&store);
    }
    cli_progress_end(cli);
    if (status != YK_OK) {
        return cli_fail(cli, &why);
    }
    if (cli->is_json) {
        struct json_out *json = json_out_new();
        json_out_object(json, NULL);
        json_out_text(json, "backup", path);
        json_out_integer(json, "files", (int64_t)totals.files);
        json_out_integer(json, "bytes", (int64_t)totals.bytes);
        json_out_integer(json, "participants", totals.persons);
        json_out_integer(json, "recordings", totals.recordings);
        json_out_bool(json, "names", totals.has_names);
        json_out_end(json);
        return cli_json_done(cli, json, EXIT_DONE);
    }
    if (!cli->is_quiet) {
        printf(cli_say(cli,
                       "バックアップを書き、読み返して確かめました: %s\n参加者 %" PRId64
                       " 人%.0s、記録 %" PRId64 " 本%.0s、%" PRIu64 " ファイル%.0s、%" PRIu64
                       " バイト\n",
                       "backup written, read back and verified: %s\n%" PRId64 " %s, %" PRId64
                       " %s, %" PRIu64 " %s, %" PRIu64 " bytes\n"),
               path, totals.persons,
               text_many((uint64_t)totals.persons, "participant", "participants"),
               totals.recordings,
               text_many((uint64_t)totals.recordings, "recording", "recordings"), totals.files,
               text_many(totals.files, "file", "files"), totals.bytes);
        if (totals.has_names) {
            puts(cli_say(cli,
                         "氏名の表は封をしたまま入っています。鍵は入っていません。別の場所に"
                         "写しを置いてください。",
                         "The table of names is in it, sealed. Its key is not: keep a copy of "
                         "that in another place."));
        }
    }
    return EXIT_DONE;
}

const struct command command_backup = {
    .name = "backup",
    .operands = "",
    .ja = "保管場所の全体をひとつのファイルに書き、読み返して確かめる",
    .en = "write the whole store into one file, and verify it",
    .details_ja =
        "ほかの人が使っている間でも書けます。書いたファイルは読み返し、すべてのSHA-256を"
        "確かめてから名前を付けます。同じ名前のファイルは置き換えません。中身は tar 形式で、"
        "tar と sha256sum -c manifest.sha256 "
        "でも確かめられます。氏名の表(identity.db)は封をした"
        "まま入り、鍵は入りません。"
        "要配慮個人情報です。暗号化したディスクに置いてください。",
    .details_en =
        "Others may go on working. What was written is read back and every SHA-256 compared "
        "before the file gets its name; an existing file is not replaced. It is a tar "
        "file: tar and `sha256sum -c manifest.sha256` can open and verify it, too. The table "
        "of "
        "names (identity.db) is in it as it is, sealed; its key is not. It holds sensitive "
        "data: keep it on an encrypted disk, and the key in another place.",
    .examples = "yoake backup -o /media/backup/yoake-2026-05-18.tar",
    .options = option_table,
    .min_operands = 0,
    .max_operands = 0,
    .run = run,
};
