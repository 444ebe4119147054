/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake note: notes, and markers "try and see".
 */
#include "src/cli/record_cli.h"
#include "src/store/notes.h"

static const struct option_spec option_table[] = {
    OPTION_WHOSE,
    {"date", 0, OPTION_TEXT, "DATE", "日付", "the date"},
    {"kind", 0, OPTION_TEXT, "WORD", "note または try(メモ、試してみる)", "note or try"},
    {"audience", 0, OPTION_TEXT, "LIST",
     "見てよい人: participant staff physician employer research",
     "who may read it: participant staff physician employer research"},
    {"text", 0, OPTION_TEXT, "TEXT", "内容", "the text"},
    OPTIONS_RECORD_LAST};

static int run(struct cli *cli)
{
    static const struct record_cli how = {.kind = &record_kind_note, .operand = "person_id"};
    return record_cli_run(cli, &how);
}

const struct command command_note = {
    .name = "note",
    .operands = "[CODE|ID] [FILE]",
    .ja = "メモと「試してみる」の印",
    .en = "notes, and markers \"try and see\"",
    .details_ja = "「試してみる」(try)"
                  "は図にその日の印をつけます。主治医や会社が見るものは、本人も見られるものに限"
                  "ります。" RECORD_CSV_JA("person_id date kind audience text"),
    .details_en = "A marker \"try\" appears on the picture at its day. What a physician or an "
                  "employer may read, the participant may read, too." RECORD_CSV_EN(
                      "person_id date kind audience text"),
    .examples = "yoake note add P01 --date 2026-05-18 --kind try --audience participant,staff "
                "--text \"朝の散歩\"\nyoake note list P01",
    RECORD_COMMAND,
};
