/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake loans: the ledger of recorders.
 */
#include <string.h>

#include "src/base/utf8.h"
#include "src/cli/record_cli.h"
#include "src/pipeline/records_csv.h"
#include "src/store/loans.h"

static const struct option_spec option_table[] = {
    {"participant", 'p', OPTION_TEXT, "CODE", "だれに貸したか", "to whom it is lent"},
    {"device", 0, OPTION_TEXT, "SERIAL", "機器の番号(set)", "the device's number (set)"},
    {"from", 0, OPTION_TEXT, "TS", "いつから(2026-05-11 または 2026-05-11T10:00)",
     "from when (2026-05-11 or 2026-05-11T10:00)"},
    {"to", 0, OPTION_TEXT, "TS", "いつまで。日付だけならその日の終わりまで",
     "until when; a date alone is the end of that day"},
    {"returned", 0, OPTION_TEXT, "TS", "返却された時", "when it came back"},
    {"at", 0, OPTION_TEXT, "TS", "その時にその機器を持っている人だけ(list DEVICE)",
     "only who has the device at that time (list DEVICE)"},
    OPTIONS_RECORD_LAST};

/* Who has the device at one time. */
static int who_has(struct cli *cli, const char *device, const char *at)
{
    struct store store = {.db = NULL};
    struct zone *zone = NULL;
    struct loan loan;
    struct failure why;
    int64_t ns = 0;
    int code = EXIT_DONE;
    enum yk_status status = store_open(cli->store_path, STORE_READ, &store, &why);
    if (status == YK_OK) {
        status = records_zone(&store, cli->zone_name, NULL, &zone, &why);
    }
    if (status == YK_OK && !zone_parse_iso(zone, at, &ns)) {
        status = failure_set(&why, YK_ERR_ARGUMENT,
                             "--at: '%.*s' is not a time: write 2026-05-12T10:00",
                             utf8_shown(at, 40), at);
    }
    if (status == YK_OK) {
        status = loan_at(&store, device, ns, &loan, &why);
    }
    if (status == YK_OK && cli->is_json) {
        struct json_out *json = json_out_new();
        record_cli_json(json, NULL, &record_kind_loan, zone, &loan);
        code = cli_json_done(cli, json, EXIT_DONE);
    } else if (status == YK_OK) {
        status = record_cli_table(cli, &store, &record_kind_loan, &loan, 1, &why);
    }
    zone_close(zone);
    store_close(&store);
    return status == YK_OK ? code : cli_fail(cli, &why);
}

static int run(struct cli *cli)
{
    static const struct record_cli how = {.kind = &record_kind_loan,
                                          .operand = "device_serial"};
    const char *at = options_text(cli->options, "at"),
               *device = options_operand(cli->options, 1);
    if (at == NULL) {
        return record_cli_run(cli, &how);
    }
    return strcmp(options_operand(cli->options, 0), "list") == 0 && device != NULL
               ? who_has(cli, device, at)
               : cli_usage(cli, "--at goes with: list DEVICE");
}

const struct command command_loans = {
    .name = "loans",
    .operands = "[DEVICE|ID|FILE]",
    .ja = "貸出台帳: どの記録計をだれがいつ持っているか",
    .en = "the ledger of recorders: who has which one, when",
    .details_ja =
        "台帳が、戻ってきた記録計の記録がだれのものかを決めます。ひとつの記録計を同じ時に二人に"
        "貸す行は受け付けません。lend で設定した記録計は自動で載ります。" RECORD_CSV_JA(
            "device_serial person_id from_ts to_ts"),
    .details_en =
        "The ledger decides whose recording a returned recorder holds. Lines that lend a "
        "recorder to two people at a time are refused. Recorders set up by `lend` are entered "
        "by themselves." RECORD_CSV_EN("device_serial person_id from_ts to_ts"),
    .examples = "yoake loans add 39434 --participant P01 --from 2026-05-11 --to 2026-05-18\n"
                "yoake loans add --csv loans.csv\nyoake loans list 39434\n"
                "yoake loans list 39434 --at 2026-05-12T10:00\n"
                "yoake loans set 3 --returned 2026-05-18T10:00",
    RECORD_COMMAND,
};
