/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake attendance: who came when.
 */
#include "src/cli/record_cli.h"
#include "src/store/plans.h"

static const struct option_spec option_table[] = {
    OPTION_WHOSE,
    {"date", 0, OPTION_TEXT, "DATE", "日付", "the date"},
    {"status", 0, OPTION_TEXT, "WORD",
     "attended late early absent online(出席 遅刻 早退 欠席 オンライン)",
     "attended, late, early, absent or online"},
    OPTIONS_RECORD_LAST};

static int run(struct cli *cli)
{
    static const struct record_cli how = {.kind = &record_kind_attendance,
                                          .operand = "person_id"};
    return record_cli_run(cli, &how);
}

const struct command command_attendance = {
    .name = "attendance",
    .operands = "[CODE|ID] [FILE]",
    .ja = "出欠: いつ来たか",
    .en = "who came, and when",
    .details_ja =
        "通所日でない日の欠席は受け付けません。" RECORD_CSV_JA("person_id date status"),
    .details_en = "Absent on a day that the plan gives off is refused." RECORD_CSV_EN(
        "person_id date status"),
    .examples = "yoake attendance add P01 --date 2026-05-11 --status attended\nyoake "
                "attendance add --csv 出欠_五月.csv\nyoake attendance list P01",
    RECORD_COMMAND,
};
