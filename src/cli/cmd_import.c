/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake import: recorders' files into the store.
 */
#include <stdio.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/cli/store_cli.h"
#include "src/pipeline/import.h"
#include "src/store/loans.h"

static const struct option_spec option_table[] = {
    {"participant", 'p', OPTION_TEXT, "CODE", "だれの記録か(必要)", "whose recording (needed)"},
    OPTION_RECIPE,
    OPTION_SET,
    OPTION_LAST};

struct importing {
    struct cli *cli;
    struct store store;
    struct recipe recipe;
    struct import_options options;
    struct json_out *json;
    size_t n_done, n_failed, n_attention;
    bool is_cancelled, is_person_new;
};

static const char *outcome_word(enum import_outcome outcome)
{
    static const char *const words[] = {"new", "completed", "already", "archived_only"};
    return words[outcome];
}

/* Two sources that disagree about whose recording it is. What was said on the command line
 * counts; the other is mentioned. */
static bool is_code_strange(const struct import_result *result)
{
    return result->code_in_file[0] != '\0' &&
           strcmp(result->code_in_file, result->row.person) != 0;
}

/* Configured and never started, or not charged: nothing to analyse, and nobody would notice. */
static bool is_empty(const struct import_result *result)
{
    return result->outcome != IMPORT_ARCHIVED && result->row.start_ns == TIME_UNKNOWN;
}

/* Who had the recorder halfway through the recording, by the ledger, if that was somebody else:
 * two recorders that were mixed up. out[0] is 0 when nothing speaks against the import. */
static void find_borrower(struct store *store, const struct recording_row *row,
                          char out[static PERSON_CODE_BYTES])
{
    struct loan loan;
    out[0] = '\0';
    if (row->start_ns == TIME_UNKNOWN || row->end_ns == TIME_UNKNOWN) {
        return;
    }
    int64_t middle = row->start_ns + (row->end_ns - row->start_ns) / 2;
    if (loan_at(store, row->device_serial, middle, &loan, NULL) == YK_OK &&
        strcmp(loan.person, row->person) != 0) {
        snprintf(out, PERSON_CODE_BYTES, "%s", loan.person);
    }
}

static void say_borrower(const struct cli *cli, const struct recording_row *row,
                         const char *borrower)
{
    if (borrower[0] != '\0') {
        printf(
            cli_say(cli,
                    "  貸出台帳では、この期間の記録計 %s は %s に貸し出しています。%s "
                    "の記録として保管しました。違うときは: "
                    "yoake recording assign %s %s --reason TEXT\n",
                    "  by the ledger recorder %s was with %s then; it was recorded for %s. If "
                    "that is wrong: yoake recording assign %s %s --reason TEXT\n"),
            row->device_serial, borrower, row->person, row->id, borrower);
    }
}

/* Nobody wears two recorders for half a day by accident. */
#define SAME_DAYS_NS (12 * NS_PER_H)

/* Another recording of the same participant that covers the same days: one of the two is
 * perhaps somebody else's. out->id is "" when there is none. */
static void find_same_days(struct store *store, const struct recording_row *row,
                           struct recording_row *out)
{
    struct recording_row *list = NULL;
    size_t n = 0;
    out->id[0] = '\0';
    if (row->start_ns == TIME_UNKNOWN || row->end_ns == TIME_UNKNOWN ||
        strcmp(row->person, PERSON_UNASSIGNED) == 0 ||
        recording_list(store, row->person, &list, &n, NULL) != YK_OK) {
        return;
    }
    for (size_t i = 0; i < n && out->id[0] == '\0'; i++) {
        const struct recording_row *other = &list[i];
        if (strcmp(other->id, row->id) == 0 || other->is_excluded ||
            other->start_ns == TIME_UNKNOWN || other->end_ns == TIME_UNKNOWN) {
            continue;
        }
        int64_t start = other->start_ns > row->start_ns ? other->start_ns : row->start_ns;
        int64_t end = other->end_ns < row->end_ns ? other->end_ns : row->end_ns;
        if (end - start >= SAME_DAYS_NS) {
            *out = *other;
        }
    }
    mem_free(list);
}

static void say_same_days(const struct cli *cli, const struct recording_row *row,
                          const struct recording_row *other)
{
    if (other->id[0] != '\0') {
        printf(cli_say(cli,
                       "  %s には、同じ期間の記録 %s(記録計 "
                       "%s)がもうあります。どちらかがほかの人の記録なら: "
                       "yoake recording assign ID CODE --reason TEXT\n",
                       "  %s has recording %s (recorder %s) of the same days, too. If one of "
                       "the two is somebody else's: yoake recording assign ID CODE --reason "
                       "TEXT\n"),
               row->person, other->id, other->device_serial);
    }
}

static void say_outcome(const struct cli *cli, const char *path,
                        const struct import_result *result)
{
    static const char *const sentences[][2] = {
        {"保管し、計算しました", "archived and analysed"},
        {"前に保管された原本を計算しました", "had been archived; analysed now"},
        {"同じファイルはすでにあります。何も変えていません",
         "the same file is there already; nothing changed"},
        {"原本は保管しましたが、計算できませんでした",
         "the original is archived, but could not be analysed"},
    };
    static const char *const recorded[] = {"この記録はすでにあります",
                                           "the recording is there already"};
    bool is_mended = result->was_repaired || result->was_lost;
    const char *const *sentence =
        is_mended && result->outcome == IMPORT_ALREADY ? recorded : sentences[result->outcome];
    struct text plain;
    text_init(&plain);
    text_add_plain(&plain, path);
    printf("%s: %s\n", text_string(&plain), cli_say(cli, sentence[0], sentence[1]));
    text_release(&plain);
    if (result->was_repaired) {
        printf("  %s\n", cli_say(cli, "傷んでいた原本を、このファイルで置き換えました",
                                 "a damaged original was replaced by this file"));
    }
    if (result->was_lost) {
        printf("  %s\n",
               cli_say(cli, "保管場所からなくなっていた原本を、このファイルから戻しました",
                       "its original was missing from the store and has been put back from "
                       "this file"));
    }
    if (result->outcome == IMPORT_ARCHIVED) {
        cli_put_failure(stdout, cli, "  ", result->failure.text);
        return;
    }
    char span[64];
    cli_recording_span(&result->row, span);
    printf(cli_say(cli, "  記録 %s  参加者 %s  %s  %lld 晩%.0s(うち数えた晩 %lld)\n",
                   "  recording %s  participant %s  %s  %lld %s (%lld counted)\n"),
           result->row.id, result->row.person, span, (long long)result->row.n_nights,
           text_many((uint64_t)result->row.n_nights, "night", "nights"),
           (long long)result->row.n_nights_valid);
    if (is_empty(result)) {
        printf(
            "  %s\n",
            cli_say(cli, "記録は空です。記録計が充電され、始まっていたか確かめてください",
                    "the recording is empty: check that the recorder was charged and started"));
    }
    if (is_code_strange(result)) {
        printf(
            cli_say(
                cli,
                "  ファイルに書かれたコードは %s です。%s "
                "の記録として保管しました。違うときは: "
                "yoake recording assign %s CODE --reason TEXT\n",
                "  the code in the file is %s; it was recorded for %s. If that is wrong: yoake "
                "recording assign %s CODE --reason TEXT\n"),
            result->code_in_file, result->row.person, result->row.id);
    }
}

static void json_outcome(struct json_out *json, const char *path, enum yk_status status,
                         const struct import_result *result, const char *borrower,
                         const char *same_days, const struct failure *why)
{
    json_out_object(json, NULL);
    json_out_text(json, "file", path);
    if (status != YK_OK) {
        json_out_text(json, "status", status_word(status));
        json_out_text(json, "reason", why->text);
    } else {
        json_out_text(json, "status", outcome_word(result->outcome));
        json_out_known_text(json, "reason", result->failure.text);
        json_out_bool(json, "repaired", result->was_repaired || result->was_lost);
        json_out_known_text(json, "code_in_file", result->code_in_file);
        json_out_known_text(json, "ledger_person", borrower);
        json_out_known_text(json, "same_days_as", same_days);
        cli_recording_json(json, "recording", &result->row);
    }
    json_out_end(json);
}

static void import_one(struct importing *self, const char *path)
{
    struct failure why;
    struct import_result result = {.failure = {.text = ""}};
    struct recording_row same_days = {.id = ""};
    char borrower[PERSON_CODE_BYTES] = "";
    enum yk_status status =
        import_file(&self->store, path, &self->options, &result, &self->cli->job, &why);
    cli_progress_end(self->cli);
    if (status != YK_OK) {
        self->n_failed++;
        self->is_cancelled = status == YK_ERR_CANCELLED;
        cli_fail(self->cli, &why);
    } else {
        self->n_done++;
        if (result.outcome != IMPORT_ARCHIVED) {
            find_borrower(&self->store, &result.row, borrower);
            find_same_days(&self->store, &result.row, &same_days);
        }
        self->n_attention += result.outcome == IMPORT_ARCHIVED || is_empty(&result) ||
                             borrower[0] != '\0' || same_days.id[0] != '\0';
    }
    if (self->cli->is_json) {
        json_outcome(self->json, path, status, &result, borrower, same_days.id, &why);
    } else if (status == YK_OK && !self->cli->is_quiet) {
        say_outcome(self->cli, path, &result);
        say_borrower(self->cli, &result.row, borrower);
        say_same_days(self->cli, &result.row, &same_days);
    }
}

/* Where nothing was imported the code was perhaps a mistyped one, and goes again. */
static void say_new_person(struct importing *self)
{
    bool is_gone = self->is_person_new && self->n_done == 0 &&
                   person_remove(&self->store, self->options.person, NULL) == YK_OK;
    if (self->is_person_new && !is_gone && !self->cli->is_quiet) {
        fprintf(stderr, "%s: %s\n",
                cli_say(self->cli, "新しい参加者を加えました", "new participant added"),
                self->options.person);
    }
}

static enum yk_status prepare(struct importing *self, struct failure *why)
{
    size_t n_swept = 0;
    enum yk_status status = cli_recipe(self->cli, NULL, &self->recipe, why);
    if (status == YK_OK) {
        status = store_open(self->cli->store_path, STORE_WRITE, &self->store, why);
    }
    if (status == YK_OK) {
        status = import_sweep(&self->store, &n_swept, why);
    }
    if (status == YK_OK && n_swept > 0) {
        log_info(&self->cli->log, "import: cleared %zu %s an interrupted program left", n_swept,
                 text_many(n_swept, "file", "files"));
    }
    if (status == YK_OK) {
        status = cli_need_person(&self->store, self->options.person, &self->is_person_new, why);
    }
    return status;
}

static int exit_code_of(const struct importing *self)
{
    if (self->is_cancelled) {
        return EXIT_CANCELLED;
    }
    if (self->n_failed > 0) {
        return self->n_done > 0 ? EXIT_SOME_FAILED : EXIT_FAILED;
    }
    return self->n_attention > 0 ? EXIT_ATTENTION : EXIT_DONE;
}

static int run(struct cli *cli)
{
    struct importing self = {.cli = cli, .store = {.db = NULL}};
    struct failure why;
    self.options = (struct import_options){.person = options_text(cli->options, "participant"),
                                           .zone_name = cli->zone_name,
                                           .recipe = self.recipe.name,
                                           .parameters = &self.recipe.parameters};
    if (self.options.person == NULL) {
        return cli_usage(cli, "--participant CODE is needed (whose recording?)");
    }
    int code = EXIT_FAILED;
    if (prepare(&self, &why) != YK_OK) {
        code = cli_fail(cli, &why);
    } else {
        self.json = cli->is_json ? json_out_new() : NULL;
        json_out_array(self.json, NULL);
        for (size_t i = 0; i < options_operands(cli->options) && !self.is_cancelled; i++) {
            import_one(&self, options_operand(cli->options, i));
        }
        json_out_end(self.json);
        say_new_person(&self);
        code = exit_code_of(&self);
        if (cli->is_json) {
            code = cli_json_done(cli, self.json, code);
        }
    }
    store_close(&self.store);
    return code;
}

const struct command command_import = {
    .name = "import",
    .operands = "FILE...",
    .ja = "記録計のファイルを保管し、照合し、計算して記録する",
    .en = "archive a recorder's file, verify, analyse and record it",
    .details_ja =
        "ファイルは1バイトも変えずに保管場所に写し、書いたものを読み返して確かめてから計算しま"
        "す"
        "。"
        "同じファイルをもう一度取り込んでも何も変わりません(なくなったり傷んだりした原本は、"
        "そのファイルから戻します)。途中で止まっても、同じファイルを"
        "もう一度取り込めば続きから済みます。はじめてのコードなら参加者を加えます。"
        "貸出台帳では別の人が借りていたとき、その人の同じ期間の記録がもうあるときは、"
        "そのことを言います(終了コード 4)。",
    .details_en =
        "The file is copied into the store byte for byte; what was written is read back and "
        "compared before anything is computed. The same file again changes nothing, except "
        "that "
        "an original that was lost or damaged is put back from it. After an "
        "interruption, importing it again goes on from there. A new code adds a participant. "
        "When by the ledger somebody else had the recorder then, or the participant has "
        "another "
        "recording of the same days, it says so (exit code 4).",
    .examples = "yoake import week1.cwa --participant P01\n"
                "yoake import *.cwa --participant P01 --zone Asia/Tokyo --json",
    .options = option_table,
    .min_operands = 1,
    .max_operands = -1,
    .run = run,
};
