/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake convert: samples with their times, as HDF5 for tools or CSV for eyes.
 */
#include <inttypes.h>

#include "src/cli/command.h"
#include "src/cli/json_out.h"
#include "src/model/parameters.h"
#include "src/pipeline/convert.h"

static const struct option_spec option_table[] = {
    {"output", 'o', OPTION_FILE, "OUT", "書き出すファイル(.h5 か .csv)",
     "file to write; .h5 or .csv decides its format"},
    {"calibrated", 0, OPTION_FLAG, NULL, "自動校正した加速度にする",
     "apply autocalibration to the acceleration"},
    {"from", 0, OPTION_TEXT, "TIME", "この時刻から(2026-05-12T23:10)",
     "leave out what lies before (2026-05-12T23:10)"},
    {"to", 0, OPTION_TEXT, "TIME", "この時刻の前まで",
     "leave out this moment and what follows"},
    OPTION_SESSION,
    OPTION_COLUMNS,
    {"force", 0, OPTION_FLAG, NULL, "すでにあるファイルを置き換える",
     "replace a file that is there"},
    OPTION_LAST};

static enum yk_status say_json(const struct cli *cli, const char *out_path,
                               const struct convert_result *result, const struct zone *zone,
                               struct failure *why)
{
    struct json_out *json = json_out_new();
    json_out_object(json, NULL);
    json_out_text(json, "file", out_path);
    json_out_integer(json, "samples", result->n_samples);
    json_out_time(json, "start", zone, result->start_ns, 3);
    json_out_time(json, "end", zone, result->end_ns, 3);
    json_out_text(json, "zone", result->zone);
    json_out_text(json, "calibration", calibration_outcome_word(result->calibration.outcome));
    json_out_number(json, "calibration_error_before_mg", result->calibration.error_before_mg);
    json_out_number(json, "calibration_error_after_mg", result->calibration.error_after_mg);
    json_out_end(json);
    return cli_json_write(cli, json, false, why);
}

static void say_text(const struct cli *cli, const char *out_path,
                     const struct convert_result *result, const struct zone *zone)
{
    char start[40], end[40];
    zone_format_iso(zone, result->start_ns, 0, start);
    zone_format_iso(zone, result->end_ns, 0, end);
    printf(cli_say(cli, "%s: 標本 %" PRId64 " 個", "%s: %" PRId64 " samples"), out_path,
           result->n_samples);
    if (result->n_samples > 0) {
        printf(cli_say(cli, "、%s から %s まで", ", %s to %s"), start, end);
    }
    printf("\n");
}

/* What was not as it was asked for; the exit code. */
static int say_doubts(const struct cli *cli, const struct convert_options *options,
                      const struct convert_result *result)
{
    const enum calibration_outcome outcome = result->calibration.outcome;
    bool is_in_vain = options->parameters != NULL && outcome != CALIBRATION_DONE;
    bool is_empty = result->n_samples == 0;
    if (result->zone_is_guess && !cli->is_quiet) {
        fprintf(
            stderr, "yoake convert: %s\n",
            cli_say(cli,
                    "時間帯の指定がないため、この機械の時間帯を使いました。--zone "
                    "で指定できます",
                    "no time zone was named: this machine's was taken; name it with --zone"));
    }
    if (is_in_vain && !cli->is_quiet) {
        fprintf(stderr, "yoake convert: %s (%s)\n",
                cli_say(cli, "校正できなかったため、記録されたままの値です",
                        "could not be calibrated: the values are as recorded"),
                i18n(cli->language, calibration_outcome_text(outcome)));
    }
    if (is_empty && !cli->is_quiet) {
        fprintf(stderr, "yoake convert: %s\n",
                cli_say(cli, "この範囲に標本はありません。yoake info で期間を確かめてください",
                        "no sample lies there; yoake info says what the file spans"));
    }
    return is_in_vain || is_empty ? EXIT_ATTENTION : EXIT_DONE;
}

static enum yk_status work(struct cli *cli, const char *out_path, int *code,
                           struct failure *why)
{
    struct parameters parameters;
    struct convert_result result;
    struct convert_options options = {
        .zone_name = cli->zone_name,
        .from = options_text(cli->options, "from"),
        .to = options_text(cli->options, "to"),
        .session = (int)options_integer(cli->options, "session", 0),
        .columns = options_text(cli->options, "columns"),
        .replaces = options_has(cli->options, "force"),
    };
    enum yk_status status = YK_OK;
    if (options_has(cli->options, "calibrated")) {
        status = parameters_of_recipe(RECIPE_DEFAULT, &parameters, why);
        options.parameters = &parameters;
    }
    if (status == YK_OK) {
        status = convert_recording(options_operand(cli->options, 0), out_path, &options,
                                   &result, &cli->job, why);
    }
    cli_progress_end(cli);
    if (status != YK_OK) {
        return status;
    }
    struct zone *zone = NULL;
    status = zone_open(result.zone, &zone, why);
    if (status == YK_OK && cli->is_json) {
        status = say_json(cli, out_path, &result, zone, why);
    } else if (status == YK_OK && !cli->is_quiet) {
        say_text(cli, out_path, &result, zone);
    }
    zone_close(zone);
    if (status == YK_OK) {
        *code = say_doubts(cli, &options, &result);
    }
    return status;
}

static int run(struct cli *cli)
{
    const char *out_path = options_text(cli->options, "output");
    if (out_path == NULL) {
        return cli_usage(cli, "say where to write, with -o OUT.h5 or -o OUT.csv");
    }
    struct failure why;
    int code = EXIT_DONE;
    return work(cli, out_path, &code, &why) == YK_OK ? code : cli_fail(cli, &why);
}

const struct command command_convert = {
    .name = "convert",
    .operands = "FILE",
    .ja = "標本を時刻つきで HDF5 か CSV に書き出す",
    .en = "write samples with their times as HDF5 or CSV",
    .details_ja = "加速度は g、時刻は記録計の時計から求めたものです。途切れは埋めません。"
                  "HDF5 では /samples に標本、/readings に温度・光・電池が入ります。",
    .details_en =
        "Acceleration is in g, times come from the recorder's clock, gaps are not "
        "filled. HDF5 holds samples in /samples and temperature, light and battery in "
        "/readings (docs/formats/samples.md).",
    .examples = "yoake convert week1.cwa -o week1.h5 --calibrated\n"
                "yoake convert week1.cwa -o night.csv --from 2026-05-12T23:00 "
                "--to 2026-05-13T07:00\n",
    .options = option_table,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
