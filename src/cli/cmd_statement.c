/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake statement: the sentences of a sheet, and staff's own words for one of them. The
 * automatic sentence stays in the record; what staff wrote is marked as theirs on the sheet.
 */
#include <stdio.h>
#include <string.h>

#include "algorithms/interview_facts.h"
#include "src/base/byte_source.h"
#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "src/cli/record_cli.h"
#include "src/cli/report_cli.h"
#include "src/pipeline/record_read.h"
#include "src/pipeline/records_csv.h"
#include "src/report/sheet.h"
#include "src/store/rewordings.h"

static const char *const verb_table[] = {"list", "show", "set", "remove", NULL};

static const struct option_spec option_table[] = {
    {"text", 0, OPTION_TEXT, "TEXT", "職員の文(set)", "the words of staff (set)"},
    {"file", 0, OPTION_FILE, "FILE", "職員の文を書いたファイル(1行、UTF-8。set)",
     "a file that holds them (one line, UTF-8; set)"},
    {"who", 0, OPTION_TEXT, "TEXT", "だれが(役割か頭文字。氏名は書かない)",
     "who: a role or initials, never a name"},
    {"reason", 0, OPTION_TEXT, "TEXT", "なぜ", "why"},
    {"copy", 0, OPTION_TEXT, "KIND", "控え: participant(既定)、staff",
     "copy: participant (default) or staff"},
    {"date", 0, OPTION_TEXT, "DATE", "面談の日(既定は今日)。report と同じ",
     "date of the interview (today), as of report"},
    OPTION_FIRST_NIGHT,
    OPTION_LAST_NIGHT,
    OPTION_LAST};

/* The sheet that is spoken of. */
struct speaking {
    struct cli *cli;
    struct store store;
    struct participant_record record;
    struct interview_facts facts;
    struct sheet sheet;
    struct statements automatic, said;
};

static void release(struct speaking *self)
{
    statements_release(&self->automatic);
    statements_release(&self->said);
    interview_facts_release(&self->facts);
    participant_record_release(&self->record);
    store_close(&self->store);
}

static enum yk_status read_copy(const struct cli *cli, enum copy_kind *out, struct failure *why)
{
    const char *said = options_text(cli->options, "copy");
    if (said == NULL || strcmp(said, "participant") == 0) {
        *out = COPY_PARTICIPANT;
    } else if (strcmp(said, "staff") == 0) {
        *out = COPY_STAFF;
    } else {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "--copy %.*s: participant or staff; other copies hold no "
                           "sentences",
                           utf8_shown(said, 40), said);
    }
    return YK_OK;
}

static enum yk_status read_sheet(struct speaking *self, const char *code, struct failure *why)
{
    const struct record_read_options options = {.n_with_epochs = 0};
    struct interview_range range = {.n_most = 0};
    struct sheet *sheet = &self->sheet;
    *sheet = (struct sheet){
        .record = &self->record, .facts = &self->facts, .language = self->cli->language};
    enum yk_status status = read_copy(self->cli, &sheet->copy, why);
    status = status == YK_OK ? cli_date(self->cli, "date", &range.date, why) : status;
    status = status == YK_OK ? cli_period(self->cli, &range.from, &range.to, why) : status;
    status = status == YK_OK ? record_read(&self->store, code, &options, &self->record, why)
                             : status;
    if (status == YK_OK && range.date.month == 0) {
        range.date = zone_civil(self->record.zone, clock_now_utc_ns()).date;
    }
    sheet->date = range.date;
    status =
        status == YK_OK ? interview_facts_of(&self->record, &range, &self->facts, why) : status;
    if (status == YK_OK) {
        status = statements_choose(&self->facts, sheet->copy == COPY_STAFF ? 1 : 5,
                                   sheet->language, &self->automatic, why);
    }
    return status == YK_OK ? sheet_statements(sheet, &self->said, why) : status;
}

/* ---- list ---- */

/* What the program itself says at that place; "" nothing any more. */
static const char *automatic_at(const struct speaking *self, enum statement_group part)
{
    for (size_t i = 0; i < self->automatic.n; i++) {
        if (self->automatic.group[i] == part) {
            return text_string(&self->automatic.line[i]);
        }
    }
    return "";
}

static void add_json(const struct speaking *self, size_t i, struct json_out *json)
{
    const struct statements *said = &self->said;
    const struct rewording *by = said->by[i];
    bool has_words = by != NULL;
    json_out_object(json, NULL);
    json_out_text(json, "id", statements_part_word(said->group[i]));
    json_out_known_text(json, "rule", said->rule[i]);
    json_out_known_text(json, "text", text_string(&said->line[i]));
    json_out_text(json, "source", statements_origin_word(said->origin[i]));
    json_out_known_text(json, "automatic_text", automatic_at(self, said->group[i]));
    json_out_known_text(json, "staff_text", has_words ? by->text : "");
    json_out_known_text(json, "automatic_text_then", has_words ? by->automatic : "");
    json_out_known_text(json, "editor", has_words ? by->editor : "");
    json_out_known_text(json, "reason", has_words ? by->reason : "");
    json_out_time(json, "made_ts", self->record.zone, has_words ? by->made_ns : TIME_UNKNOWN,
                  0);
    json_out_end(json);
}

static int list_json(const struct speaking *self)
{
    struct json_out *json = json_out_new();
    json_out_object(json, NULL);
    json_out_text(json, "person_id", self->record.code);
    json_out_date(json, "first_night", self->facts.now.first);
    json_out_date(json, "last_night", self->facts.now.last);
    json_out_text(json, "language", self->cli->language == LANGUAGE_JA ? "ja" : "en");
    json_out_array(json, "statements");
    for (size_t i = 0; i < self->said.n; i++) {
        add_json(self, i, json);
    }
    json_out_end(json);
    json_out_end(json);
    return cli_json_done(self->cli, json, EXIT_DONE);
}

/* "  held   On all 4 ...", and under it whose words they are. */
static void print_one(const struct speaking *self, size_t i)
{
    const struct cli *cli = self->cli;
    const struct statements *said = &self->said;
    char id[16];
    snprintf(id, sizeof id, "%-6s", statements_part_word(said->group[i]));
    cli_put_line(stdout, id,
                 said->line[i].length > 0 ? text_string(&said->line[i])
                                          : cli_say(cli, "–(自動の文はありません)",
                                                    "– (nothing automatic is said)"));
    const struct rewording *by = said->by[i];
    const char *const notes[] = {
        [STATEMENT_BY_STAFF] = cli_say(cli, "職員の文", "by staff"),
        [STATEMENT_OUTDATED] = cli_say(cli, "もとの数値が変わったので外した職員の文",
                                       "by staff, left out because the numbers changed"),
        [STATEMENT_ELSEWHERE] =
            cli_say(cli, "もう一方の言語にだけある職員の文", "by staff, in the other language"),
    };
    if (by != NULL) {
        struct text more;
        text_init(&more);
        text_addf(&more, "%s: %s [%s; %s]", notes[said->origin[i]], by->text, by->editor,
                  by->reason);
        cli_put_line(stdout, "      ", text_string(&more));
        text_clear(&more);
        text_addf(&more, "%s: %s",
                  said->origin[i] != STATEMENT_BY_STAFF
                      ? cli_say(cli, "そのときの自動の文", "automatic then")
                      : cli_say(cli, "自動の文", "automatic"),
                  by->automatic);
        cli_put_line(stdout, "      ", text_string(&more));
        text_release(&more);
    }
}

static int run_list(struct speaking *self)
{
    struct failure why;
    bool is_outdated = false;
    if (read_sheet(self, options_operand(self->cli->options, 1), &why) != YK_OK) {
        return cli_fail(self->cli, &why);
    }
    for (size_t i = 0; i < self->said.n; i++) {
        is_outdated = is_outdated || self->said.origin[i] == STATEMENT_OUTDATED;
    }
    if (self->cli->is_json) {
        int code = list_json(self);
        return code == EXIT_DONE && is_outdated ? EXIT_ATTENTION : code;
    }
    for (size_t i = 0; i < self->said.n && !self->cli->is_quiet; i++) {
        print_one(self, i);
    }
    return is_outdated ? EXIT_ATTENTION : EXIT_DONE;
}

/* ---- show ---- */

/* Everything that was ever written of a participant, taken back or not. */
static int run_show(struct speaking *self)
{
    struct cli *cli = self->cli;
    struct failure why;
    struct person person;
    struct zone *zone = NULL;
    void *rows = NULL;
    size_t n = 0;
    int code = EXIT_DONE;
    const char *who = options_operand(cli->options, 1);
    const struct record_kind *kind = &record_kind_rewording;
    enum yk_status status = person_find(&self->store, who, &person, &why);
    status = status == YK_OK ? record_list(&self->store, kind, who, &rows, &n, &why) : status;
    status =
        status == YK_OK ? records_zone(&self->store, cli->zone_name, who, &zone, &why) : status;
    if (status == YK_OK && cli->is_json) {
        struct json_out *json = json_out_new();
        json_out_array(json, NULL);
        for (size_t i = 0; i < n; i++) {
            record_cli_json(json, NULL, kind, zone, (const char *)rows + i * kind->bytes);
        }
        json_out_end(json);
        code = cli_json_done(cli, json, EXIT_DONE);
    } else if (status == YK_OK && n > 0) {
        status = record_cli_table(cli, &self->store, kind, rows, n, &why);
    } else if (status == YK_OK && !cli->is_quiet) {
        puts(cli_say(cli, "まだ何もありません。", "There is nothing yet."));
    }
    zone_close(zone);
    mem_free(rows);
    return status == YK_OK ? code : cli_fail(cli, &why);
}

/* ---- set, remove ---- */

/* The words of a file: one line, its end left off. */
static enum yk_status read_words(const char *path, char out[static REWORDING_BYTES],
                                 struct failure *why)
{
    struct byte_source *bytes = NULL;
    char words[REWORDING_BYTES + 4];
    size_t n = 0;
    enum yk_status status = file_source_open(path, &bytes, why);
    if (status == YK_OK) {
        status = byte_source_read_at(bytes, 0, words, sizeof words - 1, &n, why);
    }
    byte_source_close(bytes);
    if (status != YK_OK) {
        return status;
    }
    const char *from = n >= 3 && memcmp(words, "\xEF\xBB\xBF", 3) == 0 ? words + 3 : words;
    words[n] = '\0';
    if (memchr(words, '\0', n) != NULL) {
        return failure_set(why, YK_ERR_ARGUMENT, "%s is no text", path);
    }
    for (; n > 0 && (words[n - 1] == '\n' || words[n - 1] == '\r'); n--) {
        words[n - 1] = '\0';
    }
    if (strlen(from) >= REWORDING_BYTES) {
        return failure_set(why, YK_ERR_ARGUMENT, "%s holds more than one sentence of a sheet",
                           path);
    }
    memcpy(out, from, strlen(from) + 1);
    return YK_OK;
}

static enum yk_status take_words(const struct cli *cli, char out[static REWORDING_BYTES],
                                 struct failure *why)
{
    const char *text = options_text(cli->options, "text"),
               *file = options_text(cli->options, "file");
    if ((text == NULL) == (file == NULL)) {
        return failure_set(why, YK_ERR_ARGUMENT, "either --text TEXT or --file FILE is needed");
    }
    if (text != NULL && strlen(text) >= REWORDING_BYTES) {
        return rewording_check(text, why);
    }
    if (text != NULL) {
        memcpy(out, text, strlen(text) + 1);
    }
    enum yk_status status = file != NULL ? read_words(file, out, why) : YK_OK;
    return status == YK_OK ? rewording_check(out, why) : status;
}

/* --who and --reason, which both must be there and fit. */
static enum yk_status take_signature(const struct cli *cli, struct rewording *out,
                                     struct failure *why)
{
    const struct {
        const char *name;
        char *to;
        size_t room;
    } fields[] = {{"who", out->editor, sizeof out->editor},
                  {"reason", out->reason, sizeof out->reason}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const char *said = options_text(cli->options, fields[i].name);
        if (said == NULL || said[strspn(said, " ")] == '\0' || strlen(said) >= fields[i].room) {
            return failure_set(why, YK_ERR_ARGUMENT, "--%s TEXT is needed (up to %zu bytes)",
                               fields[i].name, fields[i].room - 1);
        }
        memcpy(fields[i].to, said, strlen(said) + 1);
    }
    return YK_OK;
}

/* The place of an id on this sheet. */
static enum yk_status find_line(const struct speaking *self, const char *id, size_t *out,
                                struct failure *why)
{
    for (size_t i = 0; i < self->said.n; i++) {
        if (strcmp(statements_part_word(self->said.group[i]), id) == 0) {
            *out = i;
            return YK_OK;
        }
    }
    return failure_set(why, YK_ERR_ARGUMENT,
                       "'%.*s' is no sentence of this sheet; see: yoake statement "
                       "list %s",
                       utf8_shown(id, 40), id, self->record.code);
}

static enum yk_status change(struct speaking *self, bool is_set, struct failure *why)
{
    struct cli *cli = self->cli;
    struct rewording words = {.made_ns = clock_now_utc_ns(), .language = cli->language};
    size_t i = 0;
    enum yk_status status = is_set ? take_words(cli, words.text, why) : YK_OK;
    status = status == YK_OK ? take_signature(cli, &words, why) : status;
    status = status == YK_OK ? read_sheet(self, options_operand(cli->options, 1), why) : status;
    status =
        status == YK_OK ? find_line(self, options_operand(cli->options, 2), &i, why) : status;
    if (status != YK_OK) {
        return status;
    }
    const char *automatic = automatic_at(self, self->said.group[i]);
    bool has_own = self->said.origin[i] == STATEMENT_BY_STAFF ||
                   self->said.origin[i] == STATEMENT_OUTDATED;
    if (is_set && automatic[0] == '\0') {
        return failure_set(why, YK_ERR_CONFLICT,
                           "nothing is said there any more; only a sentence that the program "
                           "says can be reworded");
    }
    if (!is_set && !has_own) {
        return failure_set(why, YK_ERR_NO_DEVICE,
                           "%s: the sentence in force is not of staff; see: yoake statement "
                           "list %s",
                           options_operand(cli->options, 2), self->record.code);
    }
    words.first = self->facts.now.first;
    words.last = self->facts.now.last;
    words.part = (int)self->said.group[i];
    snprintf(words.automatic, sizeof words.automatic, "%s", automatic);
    status = statements_basis(&self->facts, words.basis, why);
    return status == YK_OK ? rewording_add(&self->store, self->record.code, &words, why)
                           : status;
}

static int run_change(struct speaking *self, bool is_set)
{
    struct cli *cli = self->cli;
    struct failure why;
    if (change(self, is_set, &why) != YK_OK) {
        return cli_fail(cli, &why);
    }
    interview_facts_release(&self->facts);
    participant_record_release(&self->record);
    return run_list(self);
}

static int run(struct cli *cli)
{
    struct speaking self = {.cli = cli, .store = {.db = NULL}};
    struct failure why;
    const char *verb = options_operand(cli->options, 0);
    bool is_set = strcmp(verb, "set") == 0, is_change = is_set || strcmp(verb, "remove") == 0;
    if (options_operands(cli->options) != (is_change ? 3 : 2)) {
        return cli_usage(cli, "list CODE, show CODE, set CODE ID, remove CODE ID");
    }
    if (store_open(cli->store_path, is_change ? STORE_WRITE : STORE_READ, &self.store, &why) !=
        YK_OK) {
        return cli_fail(cli, &why);
    }
    participant_record_init(&self.record);
    interview_facts_init(&self.facts);
    statements_init(&self.automatic);
    statements_init(&self.said);
    int code = is_change                   ? run_change(&self, is_set)
               : strcmp(verb, "list") == 0 ? run_list(&self)
                                           : run_show(&self);
    release(&self);
    return code;
}

const struct command command_statement = {
    .name = "statement",
    .operands = "CODE [ID]",
    .ja = "まとめの文を見る、職員の言葉に書きかえる(自動の文は残る)",
    .en = "the sentences of a sheet, and staff's own words for one of them",
    .details_ja =
        "まとめの文は自動で選ばれます。list はその文をID(held、sleep、talk)とともに示し、"
        "set はひとつを職員の言葉にし、remove は自動の文に戻し、show は書かれたものをすべて"
        "示します。書いた人、時刻、理由と両方の文が残ります。表では「職員が書きかえた文」と"
        "印がつき、端末の review でも同じです。書きかえは、表示の言語(--lang)の文に対する"
        "もので、もう一方の言語の表には、そのことだけが書かれます。\n\n"
        "書きかえた文は、そのときの数値に結びついています。計算のやりなおしや修正で数値が"
        "変わると、自動の文に戻り、職員の文を外したことが表に書かれます(list と report の"
        "終了コードは4)。主治医や職場への控えに文はありません。病名や、健康・就労の判定は"
        "書けません。",
    .details_en =
        "The sentences are chosen by rules. list shows them with their ids (held, sleep, "
        "talk), set puts one into the words of staff, remove goes back to the automatic one, "
        "show lists everything that was written. Who, when, why and both sentences are kept. "
        "The sheet marks it as edited by staff, and so does review. The words are for the "
        "sheet in the language in force (--lang); the sheet in the other language says only "
        "that they exist.\n\n"
        "They are bound to the numbers they were written on: when another analysis or a "
        "correction changes those, the automatic sentence is said again and the sheet says "
        "that staff's was left out (exit code 4 of list and report). Copies for physician and "
        "employer hold no sentences. Illnesses, and judgements about health or work, are "
        "refused.",
    .examples =
        "yoake statement list P01 --date 2026-05-19\n"
        "yoake statement set P01 talk --date 2026-05-19 --who OT-2 --reason \"said together\" "
        "--text \"On days off you like to sleep longer.\"\n"
        "yoake statement remove P01 talk --date 2026-05-19 --who OT-2 --reason \"not needed\"",
    .options = option_table,
    .min_operands = 2,
    .max_operands = 3,
    .verbs = verb_table,
    .run = run,
};
