/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake info: what a recording is. Reads the whole file, so that damage is counted and not
 * guessed.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "firmware-formats/format.h"
#include "src/base/disk.h"
#include "src/base/names.h"
#include "src/base/table.h"
#include "src/base/translate.h"
#include "src/cli/command.h"
#include "src/cli/inspect.h"
#include "src/cli/json_out.h"

static const struct option_spec option_table[] = {
    OPTION_SESSION,
    {"all-sessions", 0, OPTION_FLAG, NULL, "すべてのセッションを続けて読む",
     "read all sessions one after the other"},
    OPTION_COLUMNS,
    {"write-ini", 0, OPTION_FLAG, NULL,
     "推測した表の読み方を、表の隣の .ini に書く(確かめてから使う)",
     "write how a table was read by a guess into a .ini beside it, to be checked"},
    OPTION_LAST};

/* One line: what it is, and its value when there is one. */
struct line {
    const struct cli *cli;
    struct table *table;
};

static void say(const struct line *line, const char *ja, const char *en,
                const struct text *value)
{
    if (value->length > 0) {
        table_cell(line->table, cli_say(line->cli, ja, en));
        table_cell(line->table, text_string(value));
    }
}

static void say_text(const struct line *line, const char *ja, const char *en, const char *value)
{
    struct text text;
    text_init(&text);
    text_add(&text, value);
    say(line, ja, en, &text);
    text_release(&text);
}

/* A number with at most `decimals` decimals, without needless zeros. */
static void add_short(struct text *out, double value, int decimals)
{
    double scale = pow(10, decimals);
    text_add_exact(out, nearbyint(value * scale) / scale);
}

/* "±8 g", behind what is there. */
static void add_range(const struct line *line, double range, const char *unit, struct text *out)
{
    if (!isnan(range)) {
        text_add(out, out->length > 0 ? cli_say(line->cli, "、", ", ") : "");
        text_add(out, "±");
        add_short(out, range, 1);
        text_add(out, unit);
    }
}

static void say_device(const struct line *line, const struct inspection *file)
{
    const struct recording_info *info = &file->info;
    const struct format *format = format_find(info->format);
    say_text(line, "形式", "format", format != NULL ? format->name : info->format);
    struct text value;
    text_init(&value);
    text_addf(&value, "%s%s%s", info->device_model, info->device_serial[0] != '\0' ? " " : "",
              info->device_serial);
    if (info->firmware[0] != '\0') {
        text_addf(&value, cli_say(line->cli, "、ファームウェア %s", ", firmware %s"),
                  info->firmware);
    }
    say(line, "記録計", "device", &value);
    say_text(line, "セッション", "session", info->session_id);
    say_text(line, "参加者", "participant", info->person_id);
    text_clear(&value);
    text_add_translated(&value, line->cli->language, info->body_site);
    say_text(line, "装着部位", "worn on", text_string(&value));
    text_clear(&value);
    if (!isnan(info->rate_hz)) {
        add_short(&value, info->rate_hz, 2);
        text_add(&value, " Hz");
        if (!isnan(file->report.observed_rate_hz)) {
            text_add(&value, cli_say(line->cli, "(実測 ", " (really "));
            text_add_double(&value, file->report.observed_rate_hz, 3);
            text_add(&value, cli_say(line->cli, " Hz)", " Hz)"));
        }
    }
    add_range(line, info->range_g, " g", &value);
    add_range(line, info->gyro_range_dps, " deg/s", &value);
    say(line, "加速度", "sensors", &value);
    text_release(&value);
}

static void say_length(const struct line *line, const struct inspection *file)
{
    const struct recording_info *info = &file->info;
    struct text value;
    text_init(&value);
    if (info->start_ns != TIME_UNKNOWN && info->end_ns != TIME_UNKNOWN && file->zone != NULL) {
        char start[40], end[40];
        zone_format_iso(file->zone, info->start_ns, 0, start);
        zone_format_iso(file->zone, info->end_ns, 0, end);
        say_text(line, "始まり", "start", start);
        say_text(line, "終わり", "end", end);
        int64_t minutes = (info->end_ns - info->start_ns + NS_PER_MIN / 2) / NS_PER_MIN;
        int64_t days = minutes / 1440;
        if (days != 0) {
            text_addf(&value, cli_say(line->cli, "%" PRId64 "日", "%" PRId64 " d "), days);
        }
        text_addf(&value, cli_say(line->cli, "%d時間%d分", "%d h %d min"),
                  (int)(minutes / 60 % 24), (int)(minutes % 60));
        say(line, "長さ", "length", &value);
    }
    say_text(line, "時間帯", "zone", info->zone);
    text_clear(&value);
    if (file->n_epochs >= 0) {
        text_addf(&value,
                  cli_say(line->cli, "%" PRId64 " 個、%d 秒ごと", "%" PRId64 " of %d s"),
                  file->n_epochs, info->epoch_s);
        say(line, "エポック", "epochs", &value);
        say_text(line, "列", "channels", info->channels);
    } else {
        text_addf(&value, "%" PRId64, file->report.n_samples);
        say(line, "標本数", "samples", &value);
    }
    text_release(&value);
}

static void say_range(const struct line *line, const char *ja, const char *en,
                      const struct summary_range *range, const char *unit, int decimals)
{
    struct text value;
    text_init(&value);
    if (!isnan(range->first)) {
        text_add_double(&value, range->min, decimals);
        text_add(&value, " … ");
        text_add_double(&value, range->max, decimals);
        text_add(&value, unit);
    }
    say(line, ja, en, &value);
    text_release(&value);
}

static void say_damage(const struct line *line, const struct inspection *file)
{
    const struct read_report *r = &file->report;
    struct text value;
    text_init(&value);
    text_addf(&value, cli_say(line->cli, "途切れ %" PRIu64 " 回%.0s(計 ", "%" PRIu64 " %s ("),
              r->gaps, text_many(r->gaps, "gap", "gaps"));
    add_short(&value, r->gap_s, 1);
    text_addf(&value,
              cli_say(line->cli,
                      " 秒)、壊れたブロック %" PRIu64 "%.0s、時刻のとび %" PRIu64 "%.0s",
                      " s), %" PRIu64 " bad %s, %" PRIu64 " clock %s"),
              r->bad_blocks, text_many(r->bad_blocks, "block", "blocks"), r->clock_jumps,
              text_many(r->clock_jumps, "jump", "jumps"));
    say(line, "損傷", "damage", &value);
    text_release(&value);
}

static void show(struct cli *cli, const struct inspection *file, struct text *out)
{
    struct table table;
    table_init(&table, 2);
    struct line line = {cli, &table};
    say_device(&line, file);
    say_length(&line, file);
    say_range(&line, "温度", "temperature", &file->report.temperature_c, " °C", 1);
    say_range(&line, "電池", "battery", &file->report.battery_v, " V", 2);
    say_range(&line, "光(生の値)", "light (raw)", &file->report.light, "", 0);
    say_damage(&line, file);
    say_text(&line, "SHA-256", "SHA-256", file->sha256);
    text_add_plain(out, file->file);
    text_add(out, "\n");
    struct failure ignored; /* text_status() of out tells */
    if (table_write(&table, 2, 2, false, out, &ignored) != YK_OK) {
        out->is_short = true;
    }
    table_release(&table);
    struct text sentence;
    text_init(&sentence);
    for (size_t i = 0; inspection_warning(file, i, cli->language == LANGUAGE_JA, &sentence);
         i++) {
        text_addf(out, "  ! %s\n", text_string(&sentence));
        text_clear(&sentence);
    }
    text_release(&sentence);
}

/* The guess becomes the table's .ini; an old one is never touched. */
static enum yk_status write_ini(struct cli *cli, const struct inspection *file,
                                struct failure *why)
{
    bool ja = cli->language == LANGUAGE_JA;
    if (file->guess.length == 0) {
        fprintf(stderr,
                ja ? "%s: 推測したものはありません。.ini は要りません\n"
                   : "%s: nothing was guessed, no .ini is needed\n",
                file->file);
        return YK_OK;
    }
    struct text path;
    text_init(&path);
    text_add_n(&path, file->file, name_stem(file->file));
    text_add(&path, ".ini");
    enum yk_status status = text_status(&path, why);
    if (status == YK_OK) {
        status = disk_write_file(text_string(&path), &file->guess, false, why);
    }
    if (status == YK_OK && !cli->is_quiet) {
        fprintf(stderr,
                ja ? "%s を書きました。一行ずつ確かめてください\n"
                   : "%s written: check every line of it\n",
                text_string(&path));
    }
    text_release(&path);
    return status;
}

/* One file; returns its exit code. */
static int inform(struct cli *cli, const char *path, int session, struct json_out *json)
{
    struct inspection file;
    struct failure why = {0};
    inspection_init(&file, path);
    file.columns = options_text(cli->options, "columns");
    int code = EXIT_DONE;
    enum yk_status status = inspection_read(&file, cli->zone_name, session, &cli->job, &why);
    cli_progress_end(cli);
    if (options_has(cli->options, "write-ini") && (status == YK_OK || file.guess.length > 0)) {
        struct failure unwritten;
        if (write_ini(cli, &file, &unwritten) != YK_OK) {
            why = status == YK_OK ? unwritten : why;
            status = why.code;
        }
    }
    if (status != YK_OK) {
        code = cli_fail(cli, &why);
    }
    if (cli->is_json) {
        inspection_to_json(&file, json, NULL);
    } else if (status == YK_OK) {
        struct text out;
        text_init(&out);
        show(cli, &file, &out);
        if (cli_put_text(&out, &why) != YK_OK) {
            code = cli_fail(cli, &why);
        }
    }
    inspection_release(&file);
    return code;
}

static int run(struct cli *cli)
{
    size_t n = options_operands(cli->options), failed = 0;
    int session = options_has(cli->options, "all-sessions")
                      ? -1
                      : (int)options_integer(cli->options, "session", 0);
    struct json_out *json = cli->is_json ? json_out_new() : NULL;
    int code = EXIT_DONE;
    if (n > 1) {
        json_out_array(json, NULL);
    }
    for (size_t i = 0; i < n && code != EXIT_CANCELLED; i++) {
        int one = inform(cli, options_operand(cli->options, i), session, json);
        failed += one != EXIT_DONE;
        code = one != EXIT_DONE ? one : code;
        if (!cli->is_json && i + 1 < n) {
            fputs("\n", stdout);
        }
    }
    if (n > 1) {
        json_out_end(json);
    }
    if (code != EXIT_CANCELLED && failed > 0 && failed < n) {
        code = EXIT_SOME_FAILED;
    }
    struct failure why;
    if (cli->is_json && cli_json_write(cli, json, cli->out_is_terminal, &why) != YK_OK) {
        code = cli_fail(cli, &why);
    }
    return code;
}

const struct command command_info = {
    .name = "info",
    .operands = "FILE...",
    .ja = "記録がどんなものかを示す(機器、時刻、標本、損傷)",
    .en = "say what a recording is: device, times, samples, damage",
    .details_ja = "ファイル全体を読み、壊れた部分や途切れを数えます。何も書き換えません。"
                  "--json では、どのキーもあり、不明な値は null "
                  "です。複数のファイルでは配列になります。\n\n"
                  "列の意味が分からない表は推測して読み、推測したことをすべて示します。計算"
                  "(batch、review など)は推測では行いません。--write-ini で表の隣に .ini "
                  "を書き、確かめてください。",
    .details_en =
        "Reads the whole file and counts what is damaged or missing. Changes nothing. "
        "With --json every key is there and what is unknown is null; several files "
        "give an array.\n\n"
        "A table whose columns nothing explains is read by a guess, and all that was guessed "
        "is "
        "shown. No result is computed from a guess: --write-ini writes it into a .ini beside "
        "the table, for you to check; from then on the table is read as that says.",
    .examples = "yoake info week1.cwa\n"
                "yoake info --json week1.cwa week2.cwa.gz\n"
                "yoake info --write-ini counts.csv\n",
    .options = option_table,
    .min_operands = 1,
    .max_operands = -1,
    .run = run,
};
