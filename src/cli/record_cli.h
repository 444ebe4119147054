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

/* Options every such command has. */
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

/* Reads the verb and does it; returns an exit code. */
int record_cli_run(struct cli *cli, const struct record_cli *how);
/* Tells that n records were added (and n_same were there already). */
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
