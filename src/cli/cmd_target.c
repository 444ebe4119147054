/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake target: waking times that were agreed on.
 */
#include "src/cli/record_cli.h"
#include "src/store/notes.h"

static const struct option_spec option_table[] = {
    OPTION_WHOSE,
    {"from", 0, OPTION_TEXT, "DATE", "いつから", "from when"},
    {"wake", 0, OPTION_TEXT, "TIME", "めあての目覚め(7:00)。なければ、以後めあてなし",
     "the waking time aimed at (7:00); without it: no target from then on"},
    OPTIONS_RECORD_LAST};

static int run(struct cli *cli)
{
    static const struct record_cli how = {.kind = &record_kind_target, .operand = "person_id"};
    return record_cli_run(cli, &how);
}

const struct command command_target = {
    .name = "target",
    .operands = "[CODE|ID] [FILE]",
    .ja = "めあての目覚め",
    .en = "target wake times",
    .details_ja = "本人と決めた目覚めの時刻です。次のめあてまで続きます。" RECORD_CSV_JA(
        "person_id from_date target_wake"),
    .details_en = "A waking time agreed on with the participant; it holds until the next "
                  "one." RECORD_CSV_EN("person_id from_date target_wake"),
    .examples = "yoake target add P01 --from 2026-05-18 --wake 7:00\nyoake target list P01",
    RECORD_COMMAND,
};
