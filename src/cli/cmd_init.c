/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake init: makes the participants' store.
 */
#include "src/cli/store_cli.h"

static const struct option_spec option_table[] = {OPTION_LAST};

/* A store knows its zone from the start, when this machine's is known. */
static enum yk_status choose_zone(const struct cli *cli, struct zone **out, struct failure *why)
{
    bool is_guess = false;
    if (cli->zone_name != NULL) {
        return zone_open(cli->zone_name, out, why);
    }
    enum yk_status status = zone_open_system(out, &is_guess, why);
    if (status == YK_OK && is_guess) {
        zone_close(*out);
        *out = NULL;
    }
    return status;
}

static enum yk_status make(const struct cli *cli, bool *was_there, struct store *store,
                           struct failure *why)
{
    struct zone *zone = NULL;
    enum yk_status status = choose_zone(cli, &zone, why);
    if (status == YK_OK) {
        status = store_create(cli->store_path, cli->zone_name, was_there, why);
    }
    if (status == YK_OK) {
        status = store_open(cli->store_path, STORE_WRITE, store, why);
    }
    if (status == YK_OK && store->zone[0] == '\0' && zone != NULL) {
        status = store_set_zone(store, zone_name(zone), why);
    }
    zone_close(zone);
    return status;
}

static int run(struct cli *cli)
{
    struct failure why;
    struct store store = {.db = NULL};
    bool was_there = false;
    enum yk_status status = make(cli, &was_there, &store, &why);
    if (status != YK_OK) {
        store_close(&store);
        return cli_fail(cli, &why);
    }
    int code = EXIT_DONE;
    if (cli->is_json) {
        struct json_out *json = json_out_new();
        json_out_object(json, NULL);
        json_out_text(json, "store", cli->store_path);
        json_out_bool(json, "created", !was_there);
        json_out_known_text(json, "zone", store.zone);
        json_out_end(json);
        code = cli_json_done(cli, json, code);
    } else if (!cli->is_quiet) {
        printf("%s: %s\n",
               was_there
                   ? cli_say(cli, "保管場所はすでにあります", "the store is there already")
                   : cli_say(cli, "保管場所を作りました", "store made"),
               cli->store_path);
        printf("%s: %s\n", cli_say(cli, "機器の時計の時間帯", "zone of the recorders' clocks"),
               store.zone[0] != '\0'
                   ? store.zone
                   : cli_say(cli, "未設定(--zone で決めます)", "not set (say it with --zone)"));
    }
    store_close(&store);
    return code;
}

const struct command command_init = {
    .name = "init",
    .operands = "",
    .ja = "参加者の記録の保管場所を作る",
    .en = "make the store for participants' recordings",
    .details_ja =
        "保管場所は --store で指定したフォルダー(既定は $YOAKE_STORE、なければ "
        "$XDG_DATA_HOME/yoake か "
        "~/.local/share/yoake)に作ります。すでにある保管場所はそのまま残り、--zone を付けると"
        "時間帯だけを変えます。ほかの物が入っているフォルダーには作りません。",
    .details_en =
        "The store is made in the folder named by --store (default: $YOAKE_STORE, else "
        "$XDG_DATA_HOME/yoake, else ~/.local/share/yoake). One that is there keeps everything; "
        "--zone changes its "
        "zone. A folder with other things in it is refused.",
    .examples = "yoake init --zone Asia/Tokyo\nyoake init --store ~/yoake-2",
    .options = option_table,
    .min_operands = 0,
    .max_operands = 0,
    .run = run,
};
