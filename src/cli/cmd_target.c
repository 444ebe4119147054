/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake target: waking times that were agreed on.
 */
#include "src/cli/record_cli.h"
#include "src/store/notes.h"

static const struct option_spec option_table[] = {
    {"participant", 'p', OPTION_TEXT, "CODE", "だれの(list、set)", "whose (set)"},
    {"from", 0, OPTION_TEXT, "DATE", "いつから", "from when"},
    {"wake", 0, OPTION_TEXT, "TIME", "めあての目覚め(7:00)。なければ、以後めあてなし",
     "the waking time aimed at (7:00); without it: no target from then on"},
    OPTION_CSV,
    OPTION_KEEP_GOOD,
    OPTION_CLEAR,
    OPTION_LAST};

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
    .details_ja =
        "本人と決めた目覚めの時刻です。次のめあてまで続きます。\n\nCSVの列: person_id "
        "from_date "
        "target_wake。ひとつでも誤ったセルがあれば、どの行のどの列かを示し、何も取り込みません("
        "--keep-good で正しい行だけ)。",
    .details_en =
        "A waking time agreed on with the participant; it holds until the next one.\n\nColumns "
        "of the CSV: person_id from_date target_wake. One wrong cell is named by line and "
        "column and nothing is taken (--keep-good takes the rows that are right).",
    .examples = "yoake target add P01 --from 2026-05-18 --wake 7:00\nyoake target list P01",
    .options = option_table,
    .min_operands = 1,
    .max_operands = 3,
    .verbs = record_cli_verbs,
    .run = run,
};
