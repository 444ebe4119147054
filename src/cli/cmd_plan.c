/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake plan: the programme calendar.
 */
#include "src/cli/record_cli.h"
#include "src/store/plans.h"

static const struct option_spec option_table[] = {
    OPTION_WHOSE,
    {"from", 0, OPTION_TEXT, "DATE", "いつから", "from when"},
    {"stage", 0, OPTION_TEXT, "TEXT", "段階(導入期 など)",
     "the stage, as the facility calls it"},
    {"days", 0, OPTION_TEXT, "LIST", "通所日(月水金、Mon,Wed,Fri、なし)",
     "programme days (Mon,Wed,Fri, 月水金, none)"},
    {"start", 0, OPTION_TEXT, "TIME", "開始(10:00)", "start (10:00)"},
    {"end", 0, OPTION_TEXT, "TIME", "終了", "end"},
    {"commute-min", 0, OPTION_TEXT, "MIN", "通所にかかる分", "minutes of the way"},
    {"ready-min", 0, OPTION_TEXT, "MIN", "したくにかかる分", "minutes of getting ready"},
    {"template", 0, OPTION_TEXT, "NAME", "ひな形: centre12 clinic vocational24",
     "a ready-made plan: centre12, clinic or vocational24"},
    {"months", 0, OPTION_INTEGER, "N:1..60", "ひな形の長さ(clinic)",
     "length of the template (clinic)"},
    OPTIONS_RECORD_LAST};

/* --template NAME: all of its steps at once. */
static bool add_template(struct cli *cli, struct store *store, const char *code, int *exit_code)
{
    const char *name = options_text(cli->options, "template"),
               *from_text = options_text(cli->options, "from");
    struct plan_row row;
    struct failure why;
    size_t n = 0, n_same = 0;
    if (name == NULL) {
        return false;
    }
    static const struct {
        const char *option, *column;
    } values[] = {
        {"from", "from_date"}, {"commute-min", "commute_min"}, {"ready-min", "ready_min"}};
    static const char *const of_template[] = {"stage", "days", "start", "end"};
    record_kind_plan.init(&row);
    enum yk_status status = from_text != NULL ? YK_OK
                                              : failure_set(&why, YK_ERR_ARGUMENT,
                                                            "--from DATE is missing: when does "
                                                            "the programme begin?");
    for (size_t i = 0; i < sizeof of_template / sizeof *of_template && status == YK_OK; i++) {
        if (options_text(cli->options, of_template[i]) != NULL) {
            status = failure_set(&why, YK_ERR_ARGUMENT,
                                 "--%s comes from the template: leave it out, then change the "
                                 "steps with: yoake plan set",
                                 of_template[i]);
        }
    }
    for (size_t i = 0; i < sizeof values / sizeof *values && status == YK_OK; i++) {
        const char *text = options_text(cli->options, values[i].option);
        if (text != NULL) {
            status = record_parse(&record_kind_plan,
                                  record_column(&record_kind_plan, values[i].column), text,
                                  NULL, &row, &why);
            if (status != YK_OK) {
                failure_within(&why, "--%s", values[i].option);
            }
        }
    }
    if (status == YK_OK) {
        status = plan_add_template(store, code, name,
                                   (int)options_integer(cli->options, "months", 0), row.from,
                                   row.commute_min, row.ready_min, &n, &n_same, &why);
    }
    *exit_code = status == YK_OK ? record_cli_added(cli, &record_kind_plan, n, n_same)
                                 : cli_fail(cli, &why);
    return true;
}

static int run(struct cli *cli)
{
    static const struct record_cli how = {
        .kind = &record_kind_plan, .operand = "person_id", .add = add_template};
    return record_cli_run(cli, &how);
}

const struct command command_plan = {
    .name = "plan",
    .operands = "[CODE|ID] [FILE]",
    .ja = "通所の予定: 段階、曜日、時刻",
    .en = "the programme calendar: stages, days, hours",
    .details_ja = "ひとつの行は、その日から次の行までの予定です。--template "
                  "は、標準の12週間(centre12)、医療機関の3〜6か月(clinic --months "
                  "4)、就労支援の24か月(vocational24)のすべての行を加えます。違うところは set "
                  "で直します。曜日が「なし」の行から先は通所日がありません。夜中の0時をすぎて"
                  "終わる日は、終了を 25:00 のように書きます。" RECORD_CSV_JA(
                      "person_id from_date stage days start end commute_min ready_min"),
    .details_en = "A step holds from its date until the next one. --template adds all steps of "
                  "a centre's 12 weeks (centre12), a clinic's 3 to 6 months (clinic --months "
                  "4) or a vocational service's 24 months (vocational24); set changes what is "
                  "different here. From a step with days none on there are no programme days. "
                  "A day that ends after midnight has an end like 25:00." RECORD_CSV_EN(
                      "person_id from_date stage days start end commute_min ready_min"),
    .examples =
        "yoake plan add P01 --template centre12 --from 2026-05-11 --commute-min 50 --ready-min "
        "60\nyoake plan add P01 --from 2026-06-08 --stage 応用期 --days 月火木金 --start 10:00 "
        "--end 15:00\nyoake plan list P01\nyoake plan set 2 --start 9:30",
    RECORD_COMMAND,
};
