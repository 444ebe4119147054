/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake report: the sheet for the interview, and its copies, from a participant's record. A
 * copy for somebody outside is made within a recorded consent only, and every copy is noted as
 * issued.
 */
#include <stdio.h>
#include <string.h>

#include "algorithms/interview_facts.h"
#include "src/base/digest.h"
#include "src/base/utf8.h"
#include "src/cli/report_cli.h"
#include "src/pipeline/record_read.h"
#include "src/report/outside.h"
#include "src/report/sheet.h"
#include "src/report/statements.h"
#include "src/store/issued.h"

static const struct option_spec option_table[] = {
    OPTION_PAGE,
    {"copy", 0, OPTION_TEXT, "KIND", "控え: participant(既定)、staff、physician、employer",
     "copy: participant (default), staff, physician, employer"},
    {"date", 0, OPTION_TEXT, "DATE", "面談の日(既定は今日)。それより後は見ない",
     "date of the interview (today); nothing later is looked at"},
    OPTION_FIRST_NIGHT,
    OPTION_LAST_NIGHT,
    {"recipient", 0, OPTION_TEXT, "CODE", "あて先(同意の記録にある番号)",
     "recipient, as in the consent"},
    {"density", 0, OPTION_TEXT, "WORD", "picture(図が先、既定)、table(表が先)",
     "picture or table: which of them comes first"},
    {"axis", 0, OPTION_INTEGER, "H", "図の左端の時刻: 12(既定)、18、0、3",
     "hour the picture begins at: 12 (default), 18, 0 or 3"},
    OPTION_DPI,
    OPTION_LAST};

/* What the options say. */
struct request {
    const char *code, *recipient;
    struct cli_page page;
    enum copy_kind copy;
    struct interview_range range;
    enum sheet_density density;
    int axis_start_h;
};

static enum yk_status read_words(const struct cli *cli, struct request *out,
                                 struct failure *why)
{
    const char *copy = options_text(cli->options, "copy");
    const char *density = options_text(cli->options, "density");
    if (copy != NULL && (!copy_kind_parse(copy, &out->copy) || out->copy == COPY_RESEARCH)) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "--copy %.*s: one of participant, staff, physician, "
                           "employer",
                           utf8_shown(copy, 40), copy);
    }
    if (density != NULL && strcmp(density, "table") != 0 && strcmp(density, "picture") != 0) {
        return failure_set(why, YK_ERR_ARGUMENT, "--density %.*s: picture or table",
                           utf8_shown(density, 40), density);
    }
    out->density = density != NULL && strcmp(density, "table") == 0 ? SHEET_TABLE_FIRST
                                                                    : SHEET_PICTURE_FIRST;
    return cli_page_axis(cli, &out->axis_start_h, why);
}

static enum yk_status read_request(const struct cli *cli, struct request *out,
                                   struct failure *why)
{
    *out = (struct request){.code = options_operand(cli->options, 0),
                            .recipient = options_text(cli->options, "recipient")};
    enum yk_status status = cli_page_path(cli, &out->page, why);
    status = status == YK_OK ? cli_date(cli, "date", &out->range.date, why) : status;
    status = status == YK_OK ? cli_period(cli, &out->range.from, &out->range.to, why) : status;
    return status == YK_OK ? read_words(cli, out, why) : status;
}

/* Two readers with a consent each: whose copy is meant must be said, or one would get what was
 * agreed for the other. */
static enum yk_status refuse_ambiguous(const struct request *request,
                                       const struct participant_record *record,
                                       struct failure *why)
{
    const struct consent *first = NULL;
    for (size_t i = 0; i < record->consents.n; i++) {
        const struct consent *one = &record->consents.list[i];
        if (one->scope != request->copy ||
            consent_in_force(&record->consents, request->copy, one->recipient,
                             request->range.date) != one) {
            continue;
        }
        if (first != NULL && strcmp(first->recipient, one->recipient) != 0) {
            return failure_set(why, YK_ERR_CONFLICT,
                               "%s: consents for the %s copy are in force for several readers; "
                               "say which: --recipient CODE (yoake consent list %s)",
                               record->code, copy_kind_word(request->copy), record->code);
        }
        first = one;
    }
    return YK_OK;
}

/* Copies that stay in the house need no consent of their own: *out is NULL, else room. */
static enum yk_status find_consent(const struct request *request,
                                   const struct participant_record *record,
                                   struct consent *room, const struct consent **out,
                                   struct failure *why)
{
    *out = NULL;
    if (request->copy == COPY_PARTICIPANT || request->copy == COPY_STAFF) {
        return YK_OK;
    }
    if (request->recipient == NULL) {
        enum yk_status status = refuse_ambiguous(request, record, why);
        if (status != YK_OK) {
            return status;
        }
    }
    struct civil_date today = zone_civil(record->zone, clock_now_utc_ns()).date;
    if (!consent_for_copy(&record->consents, request->copy, request->recipient,
                          request->range.date, today, room)) {
        char date[16];
        civil_format(request->range.date, date);
        return failure_set(
            why, YK_ERR_CONFLICT,
            "%s: no consent for the %s copy%s%s is in force on %s and today; "
            "nothing was written. `yoake consent add` records one, `yoake consent list %s` "
            "shows them",
            record->code, copy_kind_word(request->copy),
            request->recipient != NULL ? " of " : "",
            request->recipient != NULL ? request->recipient : "", date, record->code);
    }
    *out = room;
    return YK_OK;
}

static enum yk_status draw(const struct cli *cli, const struct request *request,
                           const struct sheet *sheet, struct failure *why)
{
    struct canvas *canvas = NULL;
    char title[128];
    snprintf(title, sizeof title, "yoake %s %s", sheet->record->code, sheet->report_id);
    struct cli_page page = request->page;
    page.date = request->range.date;
    double height_mm = sheet->consent != NULL ? outside_height_mm(sheet->consent) : 297;
    enum yk_status status = cli_page_open(cli, &page, title, 210, height_mm, &canvas, why);
    if (status == YK_OK) {
        status = sheet->consent != NULL ? outside_draw(sheet, canvas, why)
                                        : sheet_draw(sheet, canvas, why);
    }
    if (status == YK_OK) {
        status = canvas_finish(canvas, why);
    }
    canvas_close(canvas);
    return status;
}

/* The copy's line in the record, with the hash of what was written. */
static enum yk_status note_issued(const struct cli *cli, struct store *store,
                                  const struct request *request, const struct sheet *sheet,
                                  char sha256[static DIGEST_HEX], struct failure *why)
{
    struct issued_copy copy;
    issued_init(&copy);
    enum yk_status status = digest_of_file(request->page.path, sha256, why);
    if (status != YK_OK) {
        return status;
    }
    snprintf(copy.person, sizeof copy.person, "%s", sheet->record->code);
    copy.copy = (int)request->copy + 1;
    snprintf(copy.recipient, sizeof copy.recipient, "%s",
             request->recipient != NULL ? request->recipient
             : sheet->consent != NULL   ? sheet->consent->recipient
                                        : "");
    snprintf(copy.language, sizeof copy.language, "%s",
             cli->language == LANGUAGE_JA ? "ja" : "en");
    copy.first = sheet->facts->now.first;
    copy.last = sheet->facts->now.last;
    copy.made_ns = clock_now_utc_ns();
    snprintf(copy.report_id, sizeof copy.report_id, "%s", sheet->report_id);
    snprintf(copy.sha256, sizeof copy.sha256, "%s", sha256);
    if (sheet->consent != NULL) {
        copy.consent = (double)sheet->consent->id;
    }
    return issued_add(store, &copy, why);
}

static enum yk_status say_json(const struct cli *cli, const struct request *request,
                               const struct sheet *sheet, const char *sha256,
                               struct failure *why)
{
    struct statements said;
    statements_init(&said);
    enum yk_status status =
        sheet->consent == NULL ? sheet_statements(sheet, &said, why) : YK_OK;
    struct json_out *json = json_out_new();
    json_out_object(json, NULL);
    json_out_text(json, "file", request->page.path);
    json_out_text(json, "sha256", sha256);
    json_out_text(json, "report_id", sheet->report_id);
    json_out_text(json, "person_id", sheet->record->code);
    json_out_text(json, "copy", copy_kind_word(request->copy));
    json_out_date(json, "first_night", sheet->facts->now.first);
    json_out_date(json, "last_night", sheet->facts->now.last);
    json_out_integer(json, "nights_n", (int64_t)sheet->facts->now.n_nights);
    json_out_integer(json, "nights_valid_n", (int64_t)sheet->facts->now.n_counted);
    json_out_array(json, "statements");
    for (size_t i = 0; i < said.n; i++) {
        json_out_object(json, NULL);
        json_out_known_text(json, "rule", said.rule[i]);
        json_out_known_text(json, "text", text_string(&said.line[i]));
        json_out_text(json, "source", statements_origin_word(said.origin[i]));
        json_out_end(json);
    }
    json_out_end(json);
    json_out_end(json);
    statements_release(&said);
    if (status != YK_OK) {
        json_out_free(json);
        return status;
    }
    return cli_json_write(cli, json, true, why);
}

/* A sentence of staff that the numbers have left behind is not printed; who prints the sheet
 * is to know. */
static enum yk_status warn_outdated(const struct cli *cli, const struct sheet *sheet,
                                    bool *needs_attention, struct failure *why)
{
    struct statements said;
    statements_init(&said);
    enum yk_status status =
        sheet->consent == NULL ? sheet_statements(sheet, &said, why) : YK_OK;
    for (size_t i = 0; i < said.n && status == YK_OK; i++) {
        if (said.origin[i] == STATEMENT_OUTDATED) {
            *needs_attention = true;
            fprintf(stderr,
                    cli_say(cli,
                            "yoake: 職員の文(%s)は、もとの数値が変わったので載せていません。"
                            "書きなおすか取り消してください: yoake statement list %s\n",
                            "yoake: staff's own sentence (%s) is left out, because the numbers "
                            "under it have changed; write it anew or take it back: yoake "
                            "statement list %s\n"),
                    statements_part_word(said.group[i]), sheet->record->code);
        }
    }
    statements_release(&said);
    return status;
}

static enum yk_status make(struct cli *cli, struct store *store, struct request *request,
                           struct participant_record *record, struct interview_facts *facts,
                           bool *needs_attention, struct failure *why)
{
    struct record_read_options options = {.n_with_epochs = SIZE_MAX};
    char sha256[DIGEST_HEX] = "";
    enum yk_status status = record_read(store, request->code, &options, record, why);
    if (status == YK_OK && request->range.date.month == 0) {
        request->range.date = zone_civil(record->zone, clock_now_utc_ns()).date;
    }
    struct consent consent;
    struct sheet sheet = {.record = record,
                          .facts = facts,
                          .copy = request->copy,
                          .language = cli->language,
                          .density = request->density,
                          .axis_start_h = request->axis_start_h,
                          .date = request->range.date};
    status =
        status == YK_OK ? find_consent(request, record, &consent, &sheet.consent, why) : status;
    status = status == YK_OK ? interview_facts_of(record, &request->range, facts, why) : status;
    if (status == YK_OK) {
        sheet_make_id(&sheet, sheet.report_id);
        status = draw(cli, request, &sheet, why);
    }
    status = status == YK_OK ? note_issued(cli, store, request, &sheet, sha256, why) : status;
    status = status == YK_OK ? warn_outdated(cli, &sheet, needs_attention, why) : status;
    if (status == YK_OK && cli->is_json) {
        status = say_json(cli, request, &sheet, sha256, why);
    } else if (status == YK_OK && !cli->is_quiet) {
        cli_put_line(stdout, "", request->page.path);
    }
    return status;
}

static int run(struct cli *cli)
{
    struct request request;
    struct store store;
    struct participant_record record;
    struct interview_facts facts;
    struct failure why;
    if (read_request(cli, &request, &why) != YK_OK ||
        store_open(cli->store_path, STORE_WRITE, &store, &why) != YK_OK) {
        return cli_fail(cli, &why);
    }
    participant_record_init(&record);
    interview_facts_init(&facts);
    bool needs_attention = false;
    enum yk_status status =
        make(cli, &store, &request, &record, &facts, &needs_attention, &why);
    interview_facts_release(&facts);
    participant_record_release(&record);
    store_close(&store);
    return status != YK_OK ? cli_fail(cli, &why) : needs_attention ? EXIT_ATTENTION : EXIT_DONE;
}

const struct command command_report = {
    .name = "report",
    .operands = "CODE",
    .ja = "面談のための1枚を作る",
    .en = "make the sheet for the interview",
    .details_ja = "最後の1週間の晩を、本人と職員がいっしょに見る1枚にまとめます。職員用(--copy "
                  "staff)は2ページです。"
                  "主治医と職場への控え(physician、employer)"
                  "は、記録された同意の範囲でだけ作られ、同意がなければ何も"
                  "書き出しません。\n\n本人の控えの時刻と時間は5分に丸め、職員用は1分です。「間"
                  "に合う」かどうかは丸める前の値で"
                  "決めます。同じ記録と同じ --date からは、同じバイトのファイルができます。",
    .details_en =
        "Puts the last week of nights on the one page that participant and staff look at "
        "together; "
        "the staff copy has a second page. Copies for physician and employer are made within a "
        "recorded consent only; without one nothing is written.\n\nTimes and durations of the "
        "participant's copy are rounded to five minutes, the staff's to one; what is \"in "
        "time\" is "
        "decided by exact values. The same record and the same --date give the same bytes.",
    .examples =
        "yoake report P01 -o P01.pdf\nyoake report P01 -o P01.pdf --copy staff --date "
        "2026-05-19\nyoake report P01 -o employer.pdf --copy employer --recipient office-3",
    .options = option_table,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
