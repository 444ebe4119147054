/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake edit: corrections by hand, beside the automatic values.
 */
#include "src/cli/record_cli.h"
#include "src/store/edits.h"

static const struct option_spec option_table[] = {
    OPTION_WHOSE,
    OPTION_NIGHT,
    {"field", 0, OPTION_TEXT, "WORD", "sleep_onset wake in_bed out_of_bed exclude include",
     "sleep_onset, wake, in_bed, out_of_bed, exclude or include"},
    {"to", 0, OPTION_TEXT, "TIME", "直した時刻(7:05)", "the corrected time (7:05)"},
    {"who", 0, OPTION_TEXT, "TEXT", "だれが(役割か頭文字。氏名は書かない)",
     "who: a role or initials, never a name"},
    {"reason", 0, OPTION_TEXT, "TEXT", "なぜ", "why"},
    {"withdrawn", 0, OPTION_TEXT, "yes|no", "取り消したか(set)", "taken back or not (set)"},
    OPTIONS_RECORD_LAST};

static int run(struct cli *cli)
{
    static const struct record_cli how = {.kind = &record_kind_edit, .operand = "person_id"};
    return record_cli_run(cli, &how);
}

const struct command command_edit = {
    .name = "edit",
    .operands = "[CODE|ID] [FILE]",
    .ja = "手で直した値(自動の値は残る)",
    .en = "corrections by hand; automatic values stay",
    .details_ja = "自動の値は書きかえません。だれが、いつ、なぜ直したかと、両方の値を残します。"
                  "remove は取り消しで、行は残ります。まとめと review "
                  "は直した値を使い、印をつけます。" RECORD_CSV_JA(
                      "person_id night_date field edited_ts editor reason"),
    .details_en = "Automatic values are never overwritten: who, when, why and both values are "
                  "kept. remove takes an edit back; its row stays. The review and the sheet "
                  "use the corrected value, and mark it." RECORD_CSV_EN(
                      "person_id night_date field edited_ts editor reason"),
    .examples = "yoake edit add P01 --night 2026-05-11 --field wake --to 7:05 --who OT "
                "--reason \"alarm clock, by the diary\"\nyoake edit remove 4",
    RECORD_COMMAND,
};
