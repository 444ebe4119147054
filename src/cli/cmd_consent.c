/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake consent: who may be given what.
 */
#include "src/cli/record_cli.h"
#include "src/store/consents.h"

static const struct option_spec option_table[] = {
    OPTION_WHOSE,
    {"scope", 0, OPTION_TEXT, "WORD",
     "どの写しか: participant staff physician employer research",
     "which copy: participant, staff, physician, employer or research"},
    {"items", 0, OPTION_TEXT, "LIST",
     "内容: attendance wake_range nights averages actogram days_off "
     "rhythm(なければその写しの標準)",
     "what it may hold: attendance wake_range nights averages actogram days_off rhythm "
     "(without it: that copy's default)"},
    {"recipient", 0, OPTION_TEXT, "TEXT", "渡す先の役割か機関(氏名は書かない)",
     "a role or an institution, never a name"},
    {"form", 0, OPTION_TEXT, "TEXT", "同意書の版", "version of the consent form"},
    {"from", 0, OPTION_TEXT, "DATE", "いつから", "from when"},
    {"until", 0, OPTION_TEXT, "DATE", "いつまで", "until when"},
    {"withdrawn", 0, OPTION_TEXT, "DATE", "撤回した日", "day of withdrawal"},
    OPTIONS_RECORD_LAST};

static int run(struct cli *cli)
{
    static const struct record_cli how = {.kind = &record_kind_consent, .operand = "person_id"};
    return record_cli_run(cli, &how);
}

const struct command command_consent = {
    .name = "consent",
    .operands = "[CODE|ID] [FILE]",
    .ja = "同意: だれに何を渡してよいか",
    .en = "who may be given what",
    .details_ja =
        "会社への写しは、多くても出席と目覚めの時刻の範囲だけです。同じ相手への同意は同じ時にひ"
        "とつです。" RECORD_CSV_JA(
            "person_id scope items recipient version from_date until_date withdrawn_date"),
    .details_en =
        "An employer's copy holds attendance and a range of waking times at most. There is one "
        "consent for a reader at a time." RECORD_CSV_EN(
            "person_id scope items recipient version from_date until_date withdrawn_date"),
    .examples = "yoake consent add P01 --scope physician --form v2 --from 2026-05-01\nyoake "
                "consent set 3 --withdrawn 2026-06-10",
    RECORD_COMMAND,
};
