/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake analyze: computes recordings of the store again; older results stay.
 */
#include <stdio.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/cli/store_cli.h"
#include "src/pipeline/import.h"

static const struct option_spec option_table[] = {OPTION_RECIPE, OPTION_SET, OPTION_LAST};

struct analyzing {
    struct cli *cli;
    struct store store;
    struct recipe recipe;
    struct json_out *json;
    size_t n_done, n_failed;
    bool is_cancelled;
};

static void analyze_one(struct analyzing *self, struct recording_row *row)
{
    struct cli *cli = self->cli;
    struct failure why;
    struct import_options options = {.person = row->person,
                                     .zone_name = cli->zone_name,
                                     .recipe = self->recipe.name,
                                     .parameters = &self->recipe.parameters};
    enum yk_status status = import_analyze(&self->store, row, &options, &cli->job, &why);
    cli_progress_end(cli);
    if (status != YK_OK) {
        self->n_failed++;
        self->is_cancelled = status == YK_ERR_CANCELLED;
        failure_within(&why, "%s", row->id);
        cli_fail(cli, &why);
        return;
    }
    self->n_done++;
    if (cli->is_json) {
        cli_recording_json(self->json, NULL, row);
    } else if (!cli->is_quiet) {
        printf(cli_say(cli,
                       "%s  参加者 %s  手順 %s  第%lld版  %lld 晩%.0s(うち数えた晩 %lld)\n",
                       "%s  participant %s  recipe %s  version %lld  %lld %s (%lld "
                       "counted)\n"),
               row->id, row->person, row->recipe, (long long)row->version,
               (long long)row->n_nights, text_many((uint64_t)row->n_nights, "night", "nights"),
               (long long)row->n_nights_valid);
    }
}

/* A participant's code, "all", or one recording's id. */
static enum yk_status choose(struct analyzing *self, const char *what,
                             struct recording_row **rows, size_t *n, struct failure *why)
{
    struct person person;
    if (strcmp(what, "all") == 0) {
        return recording_list(&self->store, NULL, rows, n, why);
    }
    enum yk_status status = person_find(&self->store, what, &person, why);
    if (status == YK_OK) {
        return recording_list(&self->store, what, rows, n, why);
    }
    struct recording_row one;
    if (status != YK_ERR_NO_DEVICE) {
        return status;
    }
    if (recording_find(&self->store, what, &one, NULL) != YK_OK) {
        return failure_set(why, YK_ERR_NO_DEVICE,
                           "%s is no participant and no recording; see: yoake recording list",
                           what);
    }
    *rows = mem_alloc(1, sizeof one);
    if (*rows == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory");
    }
    **rows = one;
    *n = 1;
    return YK_OK;
}

static int finish(struct analyzing *self)
{
    int code = self->is_cancelled    ? EXIT_CANCELLED
               : self->n_failed == 0 ? EXIT_DONE
               : self->n_done > 0    ? EXIT_SOME_FAILED
                                     : EXIT_FAILED;
    json_out_end(self->json);
    return self->cli->is_json ? cli_json_done(self->cli, self->json, code) : code;
}

static int run(struct cli *cli)
{
    struct analyzing self = {.cli = cli, .store = {.db = NULL}};
    struct recording_row *rows = NULL;
    size_t n = 0, n_swept = 0;
    struct failure why;
    int code;
    enum yk_status status = cli_recipe(cli, NULL, &self.recipe, &why);
    if (status == YK_OK) {
        status = store_open(cli->store_path, STORE_WRITE, &self.store, &why);
    }
    if (status == YK_OK) {
        status = import_sweep(&self.store, &n_swept, &why);
    }
    if (status == YK_OK) {
        status = choose(&self, options_operand(cli->options, 0), &rows, &n, &why);
    }
    if (status == YK_OK) {
        self.json = cli->is_json ? json_out_new() : NULL;
        json_out_array(self.json, NULL);
        for (size_t i = 0; i < n && !self.is_cancelled; i++) {
            analyze_one(&self, &rows[i]);
        }
        if (n == 0 && !cli->is_json && !cli->is_quiet) {
            puts(cli_say(cli, "計算する記録がありません。", "There is nothing to analyse."));
        }
        code = finish(&self);
    } else {
        code = cli_fail(cli, &why);
    }
    mem_free(rows);
    store_close(&self.store);
    return code;
}

const struct command command_analyze = {
    .name = "analyze",
    .operands = "CODE|ID|all",
    .ja = "保管している記録を計算しなおす(前の結果は残る)",
    .en = "compute archived recordings again; old results stay",
    .details_ja =
        "原本から計算しなおし、新しい版として加えます。もっとも新しい版が以後使われ、前の版は"
        "比べるために残ります。",
    .details_en =
        "Computes from the originals and adds a new version. The newest version is the one "
        "in use; older ones stay for comparison.",
    .examples = "yoake analyze P01\nyoake analyze all --recipe ggir-3.3\n"
                "yoake analyze 602c --set sib_angle_deg=6",
    .options = option_table,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
