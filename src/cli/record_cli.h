/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * add, list, show, set and remove for one kind of record: what `plan`, `attendance`, `target`,
 * `loans`, `consent`, `note` and `edit` share. A command adds its texts, its options, and what
 * only it can do.
 */
#ifndef SRC_CLI_RECORD_CLI_H
#define SRC_CLI_RECORD_CLI_H

#include "src/cli/store_cli.h"
#include "src/store/records.h"

struct record_cli {
    const struct record_kind *kind;
    const char *operand; /* the column that is said without an option: "person_id" */
    /* Instead of the usual `add` (a template), when it returns true; *code is the exit code. */
    bool (*add)(struct cli *cli, struct store *store, const char *operand, int *code);
    /* NULL, or PERSON_CODE_BYTES: whose row was changed, "CODE" where a table changed several
     * people's, "" where nothing was changed. */
    char *whose;
};

extern const char *const record_cli_verbs[];

/* What the tables of such commands share: options, the end of the details, how it is run. */
#define OPTION_WHOSE                                                                           \
    {                                                                                          \
        "participant", 'p', OPTION_TEXT, "CODE", "だれの(list、set)", "whose (list, set)"      \
    }
#define OPTION_NIGHT                                                                           \
    {                                                                                          \
        "night", 0, OPTION_TEXT, "DATE", "晩(夕方の日付)",                                     \
            "the night, by the date of its evening"                                            \
    }
#define OPTION_CSV                                                                             \
    {                                                                                          \
        "csv", 0, OPTION_FLAG, NULL, "CSVを読む(add FILE)、CSVで書く(list)",                   \
            "read a CSV (add FILE), write one (list)"                                          \
    }
#define OPTION_KEEP_GOOD                                                                       \
    {                                                                                          \
        "keep-good", 0, OPTION_FLAG, NULL, "CSVの正しい行だけを取り込む",                      \
            "take the rows of a CSV that are right, leave the others"                          \
    }
#define OPTION_CLEAR                                                                           \
    {                                                                                          \
        "clear", 0, OPTION_LIST, "NAME", "その項目を空にする(set)",                            \
            "make this item empty again (set)"                                                 \
    }
#define OPTIONS_RECORD_LAST OPTION_CSV, OPTION_KEEP_GOOD, OPTION_CLEAR, OPTION_LAST
#define RECORD_CSV_JA(columns)                                                                 \
    "\n\nCSVの列: " columns "。ひとつでも誤ったセルがあれば、どの行の"     \
    "どの列かを示し、何も取り込みません(--keep-good で正しい行だけ)。"
#define RECORD_CSV_EN(columns)                                                                 \
    "\n\nColumns of the CSV: " columns                                                         \
    ". One wrong cell is named by line and column and nothing is taken (--keep-good takes "    \
    "the rows that are right)."
#define RECORD_COMMAND                                                                         \
    .options = option_table, .min_operands = 1, .max_operands = 3, .verbs = record_cli_verbs,  \
    .run = run

/* Reads the verb and does it; returns an exit code. */
int record_cli_run(struct cli *cli, const struct record_cli *how);
/* Tells that n records were added (and n_same were already there). */
int record_cli_added(const struct cli *cli, const struct record_kind *kind, uint64_t n_new,
                     uint64_t n_same);
/* Some records as a table on the terminal. */
enum yk_status record_cli_table(const struct cli *cli, struct store *store,
                                const struct record_kind *kind, const void *rows, size_t n,
                                struct failure *why);
/* One record as an object. */
void record_cli_json(struct json_out *json, const char *key, const struct record_kind *kind,
                     const struct zone *zone, const void *row);

#endif
