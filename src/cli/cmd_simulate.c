/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake simulate: a recorder file of an invented person, and the truth about it.
 */
#include <inttypes.h>
#include <string.h>

#include "src/cli/json_out.h"
#include "src/simulate/simulate.h"

/* Without --zone: a fixed zone, so that the same command gives the same bytes everywhere. */
#define ZONE_DEFAULT "Asia/Tokyo"
#define START_DEFAULT "2026-05-11 10:00"

static const struct option_spec option_table[] = {
    {"output", 'o', OPTION_FILE, "FILE.cwa", "書き出すファイル", "file to write"},
    {"device", 0, OPTION_TEXT, "ax3|ax6", "記録計の種類(既定 ax3)", "kind of recorder (ax3)"},
    {"days", 0, OPTION_NUMBER, "N:0..366", "日数(小数も可、既定 7)",
     "days to record, fractions allowed (7)"},
    {"rate", 0, OPTION_NUMBER, "HZ:6..1600", "サンプリング周波数(既定 100)",
     "samples a second: 6.25 12.5 25 50 100 200 ... (100)"},
    {"range", 0, OPTION_INTEGER, "G:2..16", "測定範囲 2 4 8 16 g(既定 8)",
     "range in g: 2 4 8 16 (8)"},
    {"gyro", 0, OPTION_INTEGER, "DPS:0..2000", "AX6の角速度の範囲、0で切る(既定 2000)",
     "range of the AX6's gyroscope in deg/s, 0 switches it off (2000)"},
    {"unpacked", 0, OPTION_FLAG, NULL, "AX3を詰めない形式で書く",
     "AX3: write 16-bit samples instead of packed ones"},
    {"firmware", 0, OPTION_INTEGER, "N:36..99",
     "ファームウェアの版(AX6は55以下で軸の入れ替わりが起きる)",
     "firmware version; an AX6 up to 55 exchanges its first samples (50, AX6 56)"},
    {"seed", 0, OPTION_INTEGER, "N:0..", "乱数の種(既定 1)",
     "seed; the same seed and options give the same bytes (1)"},
    {"person", 0, OPTION_TEXT, "KIND",
     "人の型: regular irregular late shift depressed napper still",
     "kind of person: regular irregular late shift depressed napper still"},
    {"start", 0, OPTION_TEXT, "\"YYYY-MM-DD HH:MM\"", "記録の始まり(既定 " START_DEFAULT ")",
     "first sample, by the wall clock (" START_DEFAULT ")"},
    {"nonwear", 0, OPTION_INTEGER, "N:0..1000", "昼間に外す回数", "times off the wrist by day"},
    {"nonwear-in-bed", 0, OPTION_INTEGER, "N:0..1000", "就床中に外す回数",
     "nights with the recorder off for a part"},
    {"restarts", 0, OPTION_INTEGER, "N:0..1000", "途中で止まって再開する回数",
     "times logging stops and starts again"},
    {"gaps", 0, OPTION_INTEGER, "N:0..1000", "失われる区間の数", "stretches of lost sectors"},
    {"bad-sectors", 0, OPTION_INTEGER, "N:0..1000", "壊れたセクターの数",
     "sectors with a wrong checksum"},
    {"clock-drift", 0, OPTION_NUMBER, "PPM:-1000..1000", "時計の進み",
     "how fast the recorder's clock is, in millionths (0)"},
    {"calibration-error", 0, OPTION_TEXT, "on|off", "軸ごとの較正誤差(既定 on)",
     "errors of scale, offset and temperature per axis (on)"},
    {"device-id", 0, OPTION_INTEGER, "N:1..4294967294", "記録計の番号",
     "number of the recorder"},
    {"session", 0, OPTION_INTEGER, "N:1..4294967294", "セッション番号", "session number"},
    {"subject", 0, OPTION_TEXT, "CODE", "ヘッダーに書く参加者コード",
     "participant's code for the header"},
    {"two-sessions", 0, OPTION_FLAG, NULL, "消さずに再設定された2セッションのファイル",
     "configured again without erasing: two sessions in one file"},
    {"header-only", 0, OPTION_FLAG, NULL, "一度も始まらなかった記録",
     "configured, never started"},
    {"force", 0, OPTION_FLAG, NULL, "すでにあるファイルを置き換える",
     "replace files that are there"},
    OPTION_LAST};

/* Takes one of two words; usage error otherwise. */
static bool take_word(const struct cli *cli, const char *name, const char *no, const char *yes,
                      bool *out, int *code)
{
    const char *text = options_text(cli->options, name);
    if (text == NULL) {
        return true;
    }
    if (strcmp(text, no) != 0 && strcmp(text, yes) != 0) {
        *code = cli_usage(cli, "--%s is %s or %s, not %s", name, no, yes, text);
        return false;
    }
    *out = strcmp(text, yes) == 0;
    return true;
}

static bool take_person(const struct cli *cli, struct simulation *s, int *code)
{
    const char *id = options_text(cli->options, "person");
    const struct person_kind *kind = id == NULL ? s->kind : person_kind_find(id);
    if (kind != NULL) {
        s->kind = kind;
        return true;
    }
    struct text kinds;
    text_init(&kinds);
    for (size_t i = 0; i < person_kind_count(); i++) {
        text_addf(&kinds, " %s", person_kind_at(i)->id);
    }
    *code = cli_usage(cli, "there is no kind of person called %s; there are:%s", id,
                      text_string(&kinds));
    text_release(&kinds);
    return false;
}

static bool take_recorder(const struct cli *cli, struct recorder_options *r, int *code)
{
    const struct options *o = cli->options;
    if (!take_word(cli, "device", "ax3", "ax6", &r->is_ax6, code) ||
        !take_word(cli, "calibration-error", "off", "on", &r->has_calibration_error, code)) {
        return false;
    }
    r->rate_hz = options_number(o, "rate", r->rate_hz);
    r->range_g = (int)options_integer(o, "range", r->range_g);
    r->gyro_dps = (int)options_integer(o, "gyro", r->is_ax6 ? 2000 : 0);
    r->firmware = (int)options_integer(o, "firmware", r->is_ax6 ? 56 : 50);
    r->is_unpacked = options_has(o, "unpacked");
    r->device_id = (uint32_t)options_integer(o, "device-id", 0);
    r->session_id = (uint32_t)options_integer(o, "session", 0);
    r->subject = options_text(o, "subject");
    return true;
}

static bool take_options(const struct cli *cli, struct simulation *s, int *code)
{
    const struct options *o = cli->options;
    if (!take_person(cli, s, code) || !take_recorder(cli, &s->recorder, code)) {
        return false;
    }
    const char *start = options_text(o, "start");
    if (start != NULL && !zone_parse_iso(s->zone, start, &s->start_ns)) {
        *code = cli_usage(cli, "--start looks like 2026-05-11 10:00, not %s", start);
        return false;
    }
    s->days = options_number(o, "days", s->days);
    s->seed = (uint64_t)options_integer(o, "seed", (long long)s->seed);
    s->nonwear = (int)options_integer(o, "nonwear", 0);
    s->nonwear_in_bed = (int)options_integer(o, "nonwear-in-bed", 0);
    s->restarts = (int)options_integer(o, "restarts", 0);
    s->gaps = (int)options_integer(o, "gaps", 0);
    s->bad_sectors = (int)options_integer(o, "bad-sectors", 0);
    s->clock_ppm = options_number(o, "clock-drift", 0);
    s->has_two_sessions = options_has(o, "two-sessions");
    s->is_header_only = options_has(o, "header-only");
    simulation_name(s);
    return true;
}

static enum yk_status say_json(const struct cli *cli, const struct simulation *s,
                               const struct truth *truth, const char *path,
                               const char *truth_path, struct failure *why)
{
    struct json_out *json = json_out_new();
    json_out_object(json, NULL);
    json_out_text(json, "file", path);
    json_out_text(json, "truth", truth_path);
    json_out_time(json, "start", s->zone, truth->start_ns, 3);
    json_out_time(json, "end", s->zone, truth->end_ns, 3);
    json_out_integer(json, "sectors", (int64_t)truth->n_sectors);
    json_out_integer(json, "samples", (int64_t)truth->n_samples);
    json_out_integer(json, "seed", (int64_t)truth->seed);
    json_out_text(json, "person", s->kind->id);
    json_out_end(json);
    return cli_json_write(cli, json, false, why);
}

static enum yk_status make(struct cli *cli, const struct simulation *s, struct failure *why)
{
    const char *path = options_text(cli->options, "output");
    struct truth truth;
    struct text truth_path;
    truth_init(&truth);
    text_init(&truth_path);
    enum yk_status status =
        simulate_file(s, path, options_has(cli->options, "force"), &truth, &cli->job, why);
    cli_progress_end(cli);
    if (status == YK_OK) {
        simulate_truth_path(path, &truth_path);
        status = text_status(&truth_path, why);
    }
    if (status == YK_OK && cli->is_json) {
        status = say_json(cli, s, &truth, path, text_string(&truth_path), why);
    } else if (status == YK_OK && !cli->is_quiet) {
        printf(cli_say(cli, "%s: %" PRIu64 " セクター。真の値は %s にあります。\n",
                       "%s: %" PRIu64 " sectors; the truth is in %s\n"),
               path, truth.n_sectors, text_string(&truth_path));
    }
    text_release(&truth_path);
    truth_release(&truth);
    return status;
}

static int run(struct cli *cli)
{
    if (options_text(cli->options, "output") == NULL) {
        return cli_usage(cli, "say where to write, with -o FILE.cwa");
    }
    struct zone *zone = NULL;
    struct failure why;
    int code = EXIT_DONE;
    enum yk_status status =
        zone_open(cli->zone_name != NULL ? cli->zone_name : ZONE_DEFAULT, &zone, &why);
    if (status == YK_OK) {
        struct simulation simulation;
        simulation_init(&simulation, zone);
        if (take_options(cli, &simulation, &code)) {
            status = make(cli, &simulation, &why);
        }
    }
    zone_close(zone);
    return status == YK_OK ? code : cli_fail(cli, &why);
}

const struct command command_simulate = {
    .name = "simulate",
    .operands = "",
    .ja = "架空の人の記録計ファイルと、その真の値を作る",
    .en = "make a recorder file of an invented person, and the truth about it",
    .details_ja =
        "睡眠・覚醒・生活の動きを乱数で作り、Axivity AX3/AX6 が書くとおりのファイルにします。"
        "いつ眠り、いつ目が覚め、いつ外したかは FILE.truth.json にあります。"
        "同じ指定と種からは、どの計算機でも同じバイト列ができます。",
    .details_en =
        "Invents sleep, waking and daily movement and writes them as an Axivity AX3 or AX6 "
        "would. When the person slept, woke and took the recorder off is in FILE.truth.json. "
        "The same options and seed give the same bytes on every machine. The model is "
        "described "
        "in docs/simulate.md.",
    .examples = "yoake simulate -o week1.cwa\n"
                "yoake simulate -o night.cwa --device ax6 --days 1.5 --person late --seed 7\n"
                "yoake simulate -o hurt.cwa --rate 25 --restarts 2 --gaps 3 --bad-sectors 5",
    .options = option_table,
    .min_operands = 0,
    .max_operands = 0,
    .run = run,
};
