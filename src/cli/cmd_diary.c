/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake diary: what people write about their nights.
 */
#include "src/cli/record_cli.h"
#include "src/store/diaries.h"

static const struct option_spec option_table[] = {
    OPTION_WHOSE,
    OPTION_NIGHT,
    {"inbed", 0, OPTION_TEXT, "TIME", "布団に入った(23:10)", "into bed (23:10)"},
    {"lights-out", 0, OPTION_TEXT, "TIME", "寝ようとした", "lights out"},
    {"wake", 0, OPTION_TEXT, "TIME", "目が覚めた(7:05)", "awake (7:05)"},
    {"outbed", 0, OPTION_TEXT, "TIME", "布団から出た", "out of bed"},
    {"nap-start", 0, OPTION_TEXT, "TIME", "昼寝の始まり", "a nap begins"},
    {"nap-end", 0, OPTION_TEXT, "TIME", "昼寝の終わり", "a nap ends"},
    {"off-start", 0, OPTION_TEXT, "TIME", "記録計を外した", "the recorder is taken off"},
    {"off-end", 0, OPTION_TEXT, "TIME", "記録計を着けた", "the recorder is put on"},
    {"rested", 0, OPTION_TEXT, "1..3", "休めた感じ(3 = よく休めた)",
     "felt rested (3 = rested)"},
    {"note", 0, OPTION_TEXT, "TEXT", "メモ", "a note"},
    OPTIONS_RECORD_LAST};

static int run(struct cli *cli)
{
    char whose[PERSON_CODE_BYTES] = "";
    const struct record_cli how = {
        .kind = &record_kind_diary, .operand = "person_id", .whose = whose};
    int code = record_cli_run(cli, &how);
    if (whose[0] != '\0' && !cli->is_quiet && !cli->is_json) {
        fprintf(stderr,
                cli_say(cli,
                        "取り込みずみの記録には、計算しなおすと使われます: yoake analyze %s\n",
                        "recordings imported before will use it once computed again: yoake "
                        "analyze %s\n"),
                whose);
    }
    return code;
}

const struct command command_diary = {
    .name = "diary",
    .operands = "[CODE|ID] [FILE]",
    .ja = "睡眠の記録(日誌)",
    .en = "sleep diary",
    .details_ja =
        "時刻だけ書けば、晩の日付から日がきまります(正午より後はその晩、前は翌朝)"
        "。記録した日誌は、取り込みと計算しなおしで自動的に使われます。" RECORD_CSV_JA(
            "person_id night_date inbed_ts lights_out_ts wake_ts outbed_ts nap_start_ts "
            "nap_end_ts off_start_ts off_end_ts rested note"),
    .details_en = "A clock time alone is enough: the date of the evening decides the day (from "
                  "noon on the evening itself, before noon the morning after). What is written "
                  "here is used by import and analyze." RECORD_CSV_EN(
                      "person_id night_date inbed_ts lights_out_ts wake_ts outbed_ts "
                      "nap_start_ts nap_end_ts off_start_ts off_end_ts rested note"),
    .examples = "yoake diary add P01 --night 2026-05-11 --inbed 23:20 --wake 7:05 --outbed "
                "7:20\nyoake diary add P01 --csv 日誌.csv\nyoake diary list P01 --csv",
    RECORD_COMMAND,
};
