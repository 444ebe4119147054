/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the commands on the store share: opening it, recipes, and how a recording is shown.
 */
#ifndef SRC_CLI_STORE_CLI_H
#define SRC_CLI_STORE_CLI_H

#include "src/base/table.h"
#include "src/cli/command.h"
#include "src/cli/json_out.h"
#include "src/pipeline/recipe.h"
#include "src/store/recordings.h"

/* The two options that choose a recipe, for a command's option table. */
#define OPTION_RECIPE                                                                          \
    {                                                                                          \
        "recipe", 0, OPTION_TEXT, "NAME",                                                      \
            "計算の手順(default、ggir-3.3、actilife、actiware、またはFILE.ini)",               \
            "recipe: default, ggir-3.3, actilife, actiware, or a FILE.ini"                     \
    }
#define OPTION_SET                                                                             \
    {                                                                                          \
        "set", 0, OPTION_LIST, "NAME=VALUE", "手順の値をひとつ変える(yoake rules に一覧)",     \
            "change one value of the recipe (yoake rules lists them)"                          \
    }

/* Reads --recipe and --set, then more: a list NAME=VALUE that ends in NULL, or NULL. */
enum yk_status cli_recipe(const struct cli *cli, const char *const more[], struct recipe *out,
                          struct failure *why);

/* The zone of the store that the command line names; "" when it has none, or is not there. */
void cli_store_zone(const struct cli *cli, char out[static 48]);

/* Finds a participant, or adds one of that code: *is_new, said aloud by the caller, so that a
 * mistyped code is noticed. errors: YK_ERR_ARGUMENT, those of the store */
enum yk_status cli_need_person(struct store *store, const char *code, bool *is_new,
                               struct failure *why);

/* The zone to show a recording's times in: its own, else UTC. *out is closed by zone_close().
 */
enum yk_status cli_recording_zone(const struct recording_row *row, struct zone **out,
                                  struct failure *why);
/* "2026-05-11 – 05-18", or "–" when unknown. */
void cli_recording_span(const struct recording_row *row, char out[static 64]);

/* One recording as a JSON object. */
void cli_recording_json(struct json_out *json, const char *key,
                        const struct recording_row *row);
/* Several as a table. errors: YK_ERR_MEMORY */
enum yk_status cli_recording_table(const struct cli *cli, const struct recording_row *rows,
                                   size_t n, struct failure *why);
/* Writes a document to standard output and frees it; returns the exit code. */
int cli_json_done(const struct cli *cli, struct json_out *json, int code);
/* Prints a finished table and releases it. */
enum yk_status cli_table_done(struct table *table, struct failure *why);

#endif
