/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake export: research tables of consenting participants, without direct identifiers.
 */
#include <stdio.h>
#include <string.h>

#include "src/base/utf8.h"
#include "src/cli/report_cli.h"
#include "src/pipeline/export_research.h"

static const struct option_spec option_table[] = {
    OPTION_TABLES,
    {"date", 0, OPTION_TEXT, "DATE", "同意が有効であるべき日(既定は今日)",
     "day on which consents must be in force (today)"},
    {"recipient", 0, OPTION_TEXT, "CODE", "あて先(同意の記録にある番号)",
     "recipient, as in the consent"},
    {"shift-weeks", 0, OPTION_TEXT, "N|each",
     "日付を週単位でずらす(N週、または each で人ごとに)",
     "shift dates by N whole weeks, or by a number of each person's own"},
    {"originals", 0, OPTION_FLAG, NULL,
     "記録計のファイルも入れる(.cwa は本人欄を消し、ほかは標本をHDF5で)",
     "add the recorders' files: .cwa with its subject fields blanked, of others the samples as "
     "HDF5"},
    OPTION_LAST};

static enum yk_status read_shift(const struct cli *cli, struct export_options *out,
                                 struct failure *why)
{
    const char *said = options_text(cli->options, "shift-weeks");
    int64_t weeks = 0;
    if (said == NULL) {
        return YK_OK;
    }
    if (strcmp(said, "each") == 0) {
        out->shift = EXPORT_SHIFT_EACH;
        return YK_OK;
    }
    if (!text_parse_int64(said, strlen(said), &weeks) || weeks < -2600 || weeks > 2600) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "--shift-weeks %.*s: a number of weeks from -2600 to 2600, or each",
                           utf8_shown(said, 40), said);
    }
    out->shift = weeks != 0 ? EXPORT_SHIFT_ALL : EXPORT_AS_IS;
    out->weeks = (int)weeks;
    return YK_OK;
}

static enum yk_status say(const struct cli *cli, const struct export_options *options,
                          const struct export_totals *t, struct failure *why)
{
    if (cli->is_json) {
        struct json_out *json = json_out_new();
        json_out_object(json, NULL);
        json_out_text(json, "folder", options->folder);
        json_out_integer(json, "people", (int64_t)t->n_people);
        json_out_integer(json, "without_consent", (int64_t)t->n_without_consent);
        json_out_integer(json, "recordings", (int64_t)t->n_recordings);
        json_out_integer(json, "nights", (int64_t)t->n_nights);
        json_out_integer(json, "originals", (int64_t)t->n_originals);
        json_out_integer(json, "originals_as_samples", (int64_t)t->n_as_samples);
        json_out_integer(json, "originals_as_epochs", (int64_t)t->n_as_epochs);
        json_out_end(json);
        return cli_json_write(cli, json, true, why);
    }
    if (!cli->is_quiet) {
        printf(
            cli_say(cli,
                    "%s: %zu人%.0s、記録 %zu%.0s、晩 %zu%.0s。研究への同意がない人 %zu%.0s\n",
                    "%s: %zu %s, %zu %s, %zu %s; %zu %s without consent to "
                    "research\n"),
            options->folder, t->n_people, text_many(t->n_people, "person", "people"),
            t->n_recordings, text_many(t->n_recordings, "recording", "recordings"), t->n_nights,
            text_many(t->n_nights, "night", "nights"), t->n_without_consent,
            text_many(t->n_without_consent, "person", "people"));
        if (options->with_originals) {
            printf(cli_say(cli,
                           "原本: 本人欄を消したもの %zu、標本(HDF5)にしたもの "
                           "%zu。エポックだけのもの "
                           "%zu は recordings/ にあります\n",
                           "originals: %zu blanked, %zu as samples in HDF5; %zu hold epochs, "
                           "which are in recordings/\n"),
                   t->n_originals, t->n_as_samples, t->n_as_epochs);
        }
    }
    return YK_OK;
}

static int run(struct cli *cli)
{
    struct export_options options = {.folder = options_text(cli->options, "output"),
                                     .recipient = options_text(cli->options, "recipient"),
                                     .with_originals = options_has(cli->options, "originals")};
    struct export_totals totals;
    struct store store;
    struct failure why;
    if (options.folder == NULL) {
        return cli_usage(cli, "the folder for the tables is missing: -o DIR");
    }
    enum yk_status status = cli_date(cli, "date", &options.date, &why);
    status = status == YK_OK ? read_shift(cli, &options, &why) : status;
    if (status != YK_OK || store_open(cli->store_path, STORE_WRITE, &store, &why) != YK_OK) {
        return cli_fail(cli, &why);
    }
    if (options.date.month == 0) {
        status = cli_today(cli, &store, &options.date, &why);
    }
    status =
        status == YK_OK ? export_research(&store, &options, &totals, &cli->job, &why) : status;
    cli_progress_end(cli);
    store_close(&store);
    status = status == YK_OK ? say(cli, &options, &totals, &why) : status;
    return status == YK_OK ? EXIT_DONE : cli_fail(cli, &why);
}

const struct command command_export = {
    .name = "export",
    .operands = "",
    .ja = "氏名などを除いて書き出す(研究)",
    .en = "export without direct identifiers, for research",
    .details_ja = "研究への同意が有効な参加者の記録だけを、表(CSV)"
                  "とHDF5に書き出します。人、記録、機器の番号は別の番号に"
                  "なり、自由記述と原本のハッシュは入りません。何をだれの分、どの同意で渡したか"
                  "は記録に残ります。匿名化では"
                  "ありません。",
    .details_en = "Writes tables and HDF5 files of the participants whose consent to research "
                  "is in force. "
                  "People, recordings and devices get other codes; free text and hashes of "
                  "originals are left "
                  "out. What was given, of whom and under which consent, is kept in the store. "
                  "This is not "
                  "anonymisation: whoever has the store can tell who is who.",
    .examples = "yoake export -o for-study\nyoake export -o for-study --shift-weeks each",
    .options = option_table,
    .min_operands = 0,
    .max_operands = 0,
    .run = run,
};
