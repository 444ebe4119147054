/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake participant: people by code.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "src/cli/participant_csv.h"
#include "src/cli/record_cli.h"
#include "src/pipeline/records_csv.h"
#include "src/store/issued.h"

static const char *const verb_table[] = {"add",    "list",   "show", "set",
                                         "remove", "delete", NULL};

static const struct option_spec option_table[] = {
    {"code", 0, OPTION_TEXT, "NEW", "新しいコードに変える(set)", "give another code (set)"},
    {"group", 0, OPTION_TEXT, "TEXT", "組・グループ(add、set)", "group (add, set)"},
    OPTION_CSV,
    OPTION_KEEP_GOOD,
    {"yes", 0, OPTION_FLAG, NULL, "たずねずに削除する(delete)",
     "delete without asking (delete)"},
    OPTION_LAST};

struct verb {
    const char *name;
    enum store_mode mode;
    bool needs_code;
    int (*run)(struct cli *cli, struct store *store, const char *code);
};

static void person_json(struct json_out *json, const char *key, const struct person *person)
{
    json_out_object(json, key);
    json_out_text(json, "person_id", person->code);
    json_out_known_text(json, "group", person->group);
    json_out_known_text(json, "zone", person->zone);
    json_out_integer(json, "recordings", person->n_recordings);
    json_out_end(json);
}

static int show_one(const struct cli *cli, struct store *store, const char *code,
                    const char *ja, const char *en)
{
    struct person person;
    struct failure why;
    if (person_find(store, code, &person, &why) != YK_OK) {
        return cli_fail(cli, &why);
    }
    if (cli->is_json) {
        struct json_out *json = json_out_new();
        person_json(json, NULL, &person);
        return cli_json_done(cli, json, EXIT_DONE);
    }
    if (!cli->is_quiet) {
        printf("%s: %s\n", cli_say(cli, ja, en), code);
    }
    return EXIT_DONE;
}

static int run_add(struct cli *cli, struct store *store, const char *code)
{
    struct failure why;
    if (options_has(cli->options, "csv")) {
        const char *loose = options_has(cli->options, "group") ? "group"
                            : cli->zone_name != NULL           ? "zone"
                                                               : NULL;
        return loose == NULL ? participant_csv_add(cli, store, code)
                             : cli_usage(cli,
                                         "--%s does not go with --csv: write it into the "
                                         "table's column %s",
                                         loose, loose);
    }
    if (person_add(store, code, cli->zone_name, options_text(cli->options, "group"), &why) !=
        YK_OK) {
        return cli_fail(cli, &why);
    }
    return show_one(cli, store, code, "参加者を加えました", "participant added");
}

static int run_set(struct cli *cli, struct store *store, const char *code)
{
    struct failure why;
    const char *new_code = options_text(cli->options, "code"),
               *group = options_text(cli->options, "group");
    if (new_code == NULL && group == NULL && cli->zone_name == NULL) {
        return cli_usage(cli, "nothing to change is named");
    }
    if (person_set(store, code, new_code, cli->zone_name, group, &why) != YK_OK) {
        return cli_fail(cli, &why);
    }
    return show_one(cli, store, new_code != NULL ? new_code : code, "変更しました", "changed");
}

static int run_list(struct cli *cli, struct store *store, const char *code)
{
    (void)code;
    struct person *list = NULL;
    size_t n = 0;
    struct failure why;
    enum yk_status status = person_list(store, &list, &n, &why);
    int exit_code = EXIT_DONE;
    if (status == YK_OK && options_has(cli->options, "csv")) {
        status = participant_csv_write(list, n, &why);
    } else if (status == YK_OK && cli->is_json) {
        struct json_out *json = json_out_new();
        json_out_array(json, NULL);
        for (size_t i = 0; i < n; i++) {
            person_json(json, NULL, &list[i]);
        }
        json_out_end(json);
        exit_code = cli_json_done(cli, json, EXIT_DONE);
    } else if (status == YK_OK && n > 0) {
        struct table table;
        table_init(&table, 4);
        table_align(&table, 3, TABLE_RIGHT);
        table_cell(&table, cli_say(cli, "参加者", "participant"));
        table_cell(&table, cli_say(cli, "組", "group"));
        table_cell(&table, cli_say(cli, "時間帯", "zone"));
        table_cell(&table, cli_say(cli, "記録", "recordings"));
        for (size_t i = 0; i < n; i++) {
            table_cell(&table, list[i].code);
            table_cell(&table, list[i].group);
            table_cell(&table, list[i].zone);
            table_number(&table, (double)list[i].n_recordings, 0);
        }
        status = cli_table_done(&table, &why);
    } else if (status == YK_OK && !cli->is_quiet) {
        puts(cli_say(cli, "参加者はまだいません。", "There are no participants yet."));
    }
    mem_free(list);
    return status == YK_OK ? exit_code : cli_fail(cli, &why);
}

/* What was handed out of this participant's sheets. */
static void issued_json(struct json_out *json, const struct cli *cli, struct store *store,
                        const char *code, const struct issued_copy *issued, size_t n)
{
    struct zone *zone = NULL;
    bool has_zone = records_zone(store, cli->zone_name, code, &zone, NULL) == YK_OK;
    json_out_array(json, "issued");
    for (size_t i = 0; i < n && has_zone; i++) {
        record_cli_json(json, NULL, &record_kind_issued, zone, &issued[i]);
    }
    json_out_end(json);
    zone_close(zone);
}

static int run_show(struct cli *cli, struct store *store, const char *code)
{
    struct person person;
    struct recording_row *rows = NULL;
    struct issued_copy *issued = NULL;
    size_t n = 0, n_issued = 0;
    struct failure why;
    enum yk_status status = person_find(store, code, &person, &why);
    int exit_code = EXIT_DONE;
    if (status == YK_OK) {
        status = recording_list(store, code, &rows, &n, &why);
    }
    if (status == YK_OK) {
        status = issued_list(store, code, &issued, &n_issued, &why);
    }
    if (status == YK_OK && cli->is_json) {
        struct json_out *json = json_out_new();
        json_out_object(json, NULL);
        json_out_text(json, "person_id", person.code);
        json_out_known_text(json, "group", person.group);
        json_out_known_text(json, "zone", person.zone);
        json_out_array(json, "recordings");
        for (size_t i = 0; i < n; i++) {
            cli_recording_json(json, NULL, &rows[i]);
        }
        json_out_end(json);
        issued_json(json, cli, store, code, issued, n_issued);
        json_out_end(json);
        exit_code = cli_json_done(cli, json, EXIT_DONE);
    } else if (status == YK_OK) {
        printf("%s: %s", cli_say(cli, "参加者", "participant"), person.code);
        printf(person.group[0] != '\0' ? "  %s: %s\n" : "\n", cli_say(cli, "組", "group"),
               person.group);
        status = n > 0 ? cli_recording_table(cli, rows, n, &why) : YK_OK;
        if (status == YK_OK && n_issued > 0) {
            puts(cli_say(cli, "渡した写し", "copies handed out"));
            status = record_cli_table(cli, store, &record_kind_issued, issued, n_issued, &why);
        }
    }
    mem_free(issued);
    mem_free(rows);
    return status == YK_OK ? exit_code : cli_fail(cli, &why);
}

static int run_remove(struct cli *cli, struct store *store, const char *code)
{
    struct failure why;
    if (person_remove(store, code, &why) != YK_OK) {
        return cli_fail(cli, &why);
    }
    if (cli->is_json) {
        struct json_out *json = json_out_new();
        json_out_object(json, NULL);
        json_out_text(json, "removed", code);
        json_out_end(json);
        return cli_json_done(cli, json, EXIT_DONE);
    }
    if (!cli->is_quiet) {
        printf("%s: %s\n", cli_say(cli, "参加者を除きました", "participant removed"), code);
    }
    return EXIT_DONE;
}

/* ---- delete ---- */

/* At a keyboard the code is typed once more. Where nobody can be asked (cron, ssh, a loop that
 * reads a list from standard input) only --yes deletes. */
static enum yk_status confirm(const struct cli *cli, const struct person *person,
                              struct failure *why)
{
    char line[128] = "";
    if (options_has(cli->options, "yes")) {
        return YK_OK;
    }
    if (isatty(STDIN_FILENO) == 0) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "nothing deleted of %s (recordings: %lld): there is no "
                           "terminal to ask on; to delete, say --yes",
                           person->code, (long long)person->n_recordings);
    }
    fprintf(stderr,
            cli_say(cli,
                    "%s の記録 %lld 本%.0sをすべて削除します。元に戻せません。\n続けるには "
                    "コードをもう一度: ",
                    "This deletes %s with %lld %s for good.\nType the code again to go on: "),
            person->code, (long long)person->n_recordings,
            text_many((uint64_t)person->n_recordings, "recording", "recordings"));
    bool is_said = fgets(line, sizeof line, stdin) != NULL;
    line[strcspn(line, "\n")] = '\0';
    return is_said && strcmp(line, person->code) == 0
               ? YK_OK
               : failure_set(why, YK_ERR_CANCELLED, "not confirmed");
}

static void print_receipt(const struct cli *cli, const char *code,
                          const struct person_receipt *receipt)
{
    printf("%s: %s\n", cli_say(cli, "削除の控え", "receipt of deletion"), code);
    printf(cli_say(cli,
                   "記録 %lld 本%.0s、計算結果 %lld 件%.0s、夜 %lld 晩%.0s、原本 %llu バイト\n",
                   "%lld %s, %lld %s, %lld %s, %llu bytes of originals\n"),
           (long long)receipt->n_recordings,
           text_many((uint64_t)receipt->n_recordings, "recording", "recordings"),
           (long long)receipt->n_analyses,
           text_many((uint64_t)receipt->n_analyses, "analysis", "analyses"),
           (long long)receipt->n_nights,
           text_many((uint64_t)receipt->n_nights, "night", "nights"),
           (unsigned long long)receipt->bytes);
    printf(cli_say(cli,
                   "予定・出欠・日誌・めあて・メモ・同意・手直し・貸出・写しの行 %lld%.0s\n",
                   "%lld %s of plan, attendance, diary, targets, notes, consents, edits, loans "
                   "and copies\n"),
           (long long)receipt->n_records,
           text_many((uint64_t)receipt->n_records, "entry", "entries"));
    if (receipt->had_name) {
        puts(cli_say(cli, "封をした氏名も削除しました。", "The sealed name was deleted, too."));
    }
    printf("%s\n%s", cli_say(cli, "削除した原本のSHA-256:", "SHA-256 of deleted originals:"),
           text_string(&receipt->files));
    printf("%s: %s\n", cli_say(cli, "監査記録", "audit line"), receipt->audit_hash);
    puts(cli_say(
        cli, "監査記録には、コードだけが残ります。以前に作ったバックアップからは消えません。",
        "Only the code stays, in the audit. Backups made earlier still hold the data."));
}

static void receipt_json(struct json_out *json, const char *code,
                         const struct person_receipt *receipt)
{
    json_out_object(json, NULL);
    json_out_text(json, "deleted", code);
    json_out_integer(json, "recordings", receipt->n_recordings);
    json_out_integer(json, "analyses", receipt->n_analyses);
    json_out_integer(json, "nights", receipt->n_nights);
    json_out_integer(json, "records", receipt->n_records);
    json_out_bool(json, "name", receipt->had_name);
    json_out_integer(json, "bytes", (int64_t)receipt->bytes);
    json_out_array(json, "sha256");
    const char *at = text_string(&receipt->files);
    for (; *at != '\0'; at += 65) { /* 64 digits and a line end each */
        char hash[65];
        memcpy(hash, at, 64);
        hash[64] = '\0';
        json_out_text(json, NULL, hash);
    }
    json_out_end(json);
    json_out_text(json, "audit_hash", receipt->audit_hash);
    json_out_end(json);
}

static int run_delete(struct cli *cli, struct store *store, const char *code)
{
    struct person person;
    struct person_receipt receipt;
    struct failure why;
    person_receipt_init(&receipt);
    enum yk_status status = person_find(store, code, &person, &why);
    status = status == YK_OK ? confirm(cli, &person, &why) : status;
    if (status == YK_OK) {
        status = person_delete(store, code, &receipt, &why);
    }
    int exit_code = EXIT_DONE;
    if (status != YK_OK) {
        exit_code = cli_fail(cli, &why);
    } else if (cli->is_json) {
        struct json_out *json = json_out_new();
        receipt_json(json, code, &receipt);
        exit_code = cli_json_done(cli, json, EXIT_DONE);
    } else {
        print_receipt(cli, code, &receipt);
    }
    person_receipt_release(&receipt);
    return exit_code;
}

static const struct verb verbs[] = {
    {"add", STORE_WRITE, true, run_add},       {"list", STORE_READ, false, run_list},
    {"show", STORE_READ, true, run_show},      {"set", STORE_WRITE, true, run_set},
    {"remove", STORE_WRITE, true, run_remove}, {"delete", STORE_WRITE, true, run_delete},
};

static int run(struct cli *cli)
{
    const char *said = options_operand(cli->options, 0),
               *code = options_operand(cli->options, 1);
    const struct verb *verb = verbs;
    while (strcmp(verb->name, said) != 0) {
        verb++;
    }
    if (verb->needs_code != (code != NULL)) {
        return cli_usage(cli, verb->needs_code ? "%s: which participant?" : "%s: takes no code",
                         said);
    }
    struct store store;
    struct failure why;
    if (store_open(cli->store_path, verb->mode, &store, &why) != YK_OK) {
        return cli_fail(cli, &why);
    }
    int exit_code = verb->run(cli, &store, code);
    store_close(&store);
    return exit_code;
}

const struct command command_participant = {
    .name = "participant",
    .operands = "[CODE|FILE]",
    .ja = "参加者(コードだけ)を加える、見る、変える、削除する",
    .en = "add, list, change and delete participants, by code only",
    .details_ja =
        "コードは63バイトまでの文字(日本語も可)です。氏名は書かないでください。\n\nadd、set "
        "では --zone でその人の記録計の時間帯、--group で組を決めます。remove "
        "は記録のない参加者だけを除きます。delete "
        "はその人の記録・計算結果・原本をすべて削除し、控えを出します(端末がないときは --yes "
        "が要ります)。貸出台帳によればその人のものである記録が、持ち主未定(unassigned)"
        "のまま残っているときは、削除しません。\n\nadd --csv の表に zone や group "
        "の列がなければ、すでにいる参加者のその値はそのままです。空のセルは「ない」の意味です"
        "。" RECORD_CSV_JA("person_id zone group"),
    .details_en =
        "A code has up to 63 bytes (Japanese is fine). Do not use names.\n\nadd and set take "
        "--zone, the zone of this person's recorders, and --group. remove takes a participant "
        "without recordings. delete removes everything of a person, originals included, and "
        "prints a receipt; without a terminal to ask on it needs --yes. While a recording that "
        "by the ledger of loans is theirs still waits as unassigned, it refuses.\n\nadd --csv: "
        "where the table has no column zone or group, those who are there already keep "
        "theirs; an empty cell says that there is none." RECORD_CSV_EN("person_id zone group"),
    .examples = "yoake participant add P01 --group A\nyoake participant list --json\n"
                "yoake participant add people.csv --csv\n"
                "yoake participant delete P01 --yes",
    .options = option_table,
    .min_operands = 1,
    .max_operands = 2,
    .verbs = verb_table,
    .run = run,
};
