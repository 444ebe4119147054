/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake dock: the dock station, with real recorders or with pretended ones.
 */
#include <stdio.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/cli/bus_cli.h"
#include "src/cli/dock_json.h"
#include "src/cli/dock_view.h"
#include "src/cli/store_cli.h"
#include "src/dock/station.h"

#define REAL_BYTES_PER_S 333000 /* what an AX3 gives over USB */
#define PRACTICE_CODE "practice"

static const struct option_spec option_table[] = {
    {"once", 0, OPTION_FLAG, NULL, "つながっている記録計がすべて済んだら終わる",
     "end when every recorder that is there is done"},
    {"participant", 'p', OPTION_TEXT, "CODE", "だれの記録か(なければ貸出の台帳が決める)",
     "whose recordings they are (otherwise the ledger of loans decides)"},
    {"practice", 0, OPTION_LIST, "FILE.cwa",
     "そのファイルが入った記録計のまねをする。--store "
     "がなければ練習用の保管場所を使う",
     "pretend that a recorder with that file is docked. Without --store a "
     "store for practice is used"},
    {"speed", 0, OPTION_TEXT, "real|fast", "練習の速さ(ふだんは real、本物と同じ)",
     "of practice: real (as a recorder, the default) or fast"},
    {"folder", 0, OPTION_LIST, "DIR",
     "ドライブやフォルダーとして見える記録計の、どの記録も読む",
     "read every recording on a recorder that appears as a drive, or in a folder"},
    {"unfinished", 0, OPTION_FLAG, NULL, "計測の途中の記録計も読む",
     "also read recorders that are set to go on measuring"},
    {"backup-folder", 0, OPTION_FOLDER, "DIR", "バックアップ先があるか、はじめに確かめる",
     "check first that backups can go there"},
    OPTION_RECIPE,
    OPTION_SET,
    OPTION_LAST};

struct docking_run {
    struct cli *cli;
    struct dock_view view;
    struct station_options options;
    struct recipe recipe;
    struct usb_bus *bus;
    struct zone *zone; /* of pretended clocks */
    struct text practice_store;
    char practice_zone[48];
    const char **folders;
    struct failure write_failure;
    bool is_practice, is_person_new;
};

/* Called by one thread at a time. */
static void on_event(void *user, const struct dock_event *event)
{
    struct docking_run *self = user;
    if (self->cli->is_json) {
        if (self->write_failure.code == YK_OK) {
            dock_json_event(event, &self->write_failure);
        }
        if (self->cli->outcome != NULL) {
            self->cli->outcome->has_json = true;
        }
    } else if (!self->cli->is_quiet || event->kind == DOCK_EVENT_CHECK) {
        dock_view_event(&self->view, event);
    }
}

/* ---- practice ---- */

static enum yk_status need_person(struct docking_run *self, struct store *store,
                                  struct failure *why)
{
    const char *code = self->options.bays.participant;
    enum yk_status status = cli_need_person(store, code, &self->is_person_new, why);
    if (self->is_person_new && !self->is_practice && !self->cli->is_quiet) {
        fprintf(stderr, "%s: %s\n",
                cli_say(self->cli, "新しい参加者を加えました", "new participant added"), code);
    }
    return status;
}

/* Where nothing was saved the code was perhaps a mistyped one, and goes again. */
static void drop_unused_person(struct docking_run *self, const struct station_totals *totals)
{
    struct store store;
    if (self->is_person_new && totals->n_saved == 0 &&
        store_open(self->options.bays.store_folder, STORE_WRITE, &store, NULL) == YK_OK) {
        person_remove(&store, self->options.bays.participant, NULL);
        store_close(&store);
    }
}

/* The zone of --zone, else that of the real store where there is one: what is practised there
 * is what will be done. */
static void find_practice_zone(struct docking_run *self)
{
    cli_store_zone(self->cli, self->practice_zone);
    if (self->cli->zone_name == NULL && self->practice_zone[0] != '\0') {
        self->options.bays.zone_name = self->practice_zone;
    }
}

/* A store of its own, so that nobody's practice lies among real recordings. */
static enum yk_status open_practice_store(struct docking_run *self, struct failure *why)
{
    struct cli *cli = self->cli;
    bool was_there = false;
    text_addf(&self->practice_store, "%s-practice", cli->store_path);
    enum yk_status status = text_status(&self->practice_store, why);
    if (status == YK_OK) {
        self->options.bays.store_folder = text_string(&self->practice_store);
        find_practice_zone(self);
        status = store_create(self->options.bays.store_folder, self->options.bays.zone_name,
                              &was_there, why);
    }
    if (status == YK_OK && self->options.bays.participant == NULL) {
        self->options.bays.participant = PRACTICE_CODE;
    }
    if (status == YK_OK && !cli->is_quiet) {
        fprintf(stderr, "%s: %s\n", cli_say(cli, "練習用の保管場所", "store for practice"),
                self->options.bays.store_folder);
    }
    return status;
}

/* ---- beginning ---- */

static enum yk_status prepare_store(struct docking_run *self, struct failure *why)
{
    struct store store = {.db = NULL};
    enum yk_status status = YK_OK;
    if (self->is_practice && options_text(self->cli->options, "store") == NULL) {
        status = open_practice_store(self, why);
    }
    if (status == YK_OK) {
        status = store_open(self->options.bays.store_folder, STORE_WRITE, &store, why);
    }
    if (status == YK_OK && self->options.bays.participant != NULL) {
        status = need_person(self, &store, why);
    }
    if (status == YK_OK) {
        const char *name = self->options.bays.zone_name;
        status = zone_open_or_system(name != NULL ? name : store.zone, &self->zone, why);
    }
    store_close(&store);
    return status;
}

static enum yk_status take_folders(struct docking_run *self, struct failure *why)
{
    size_t n = options_list_n(self->cli->options, "folder");
    self->folders = mem_alloc(n + 1, sizeof *self->folders);
    if (self->folders == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for folders");
    }
    for (size_t i = 0; i < n; i++) {
        self->folders[i] = options_list(self->cli->options, "folder", i);
    }
    self->options.folders = self->folders;
    self->options.n_folders = n;
    return YK_OK;
}

/* Without USB a dock can still read folders. */
static enum yk_status open_bus(struct docking_run *self, struct failure *why)
{
    const char *speed = options_text(self->cli->options, "speed");
    bool is_fast = speed != NULL && strcmp(speed, "fast") == 0;
    enum yk_status status =
        cli_bus_open(self->cli, self->zone, is_fast ? 0 : REAL_BYTES_PER_S, &self->bus, why);
    if (status != YK_OK && !self->is_practice && self->options.n_folders > 0) {
        log_warn(&self->cli->log, "dock: %s", why->text);
        self->bus = NULL;
        return YK_OK;
    }
    return status;
}

static enum yk_status prepare(struct docking_run *self, struct failure *why)
{
    const struct cli *cli = self->cli;
    self->options = (struct station_options){
        .bays = {.store_folder = cli->store_path,
                 .participant = options_text(cli->options, "participant"),
                 .zone_name = cli->zone_name,
                 .recipe = self->recipe.name,
                 .parameters = &self->recipe.parameters,
                 .reads_unfinished = options_has(cli->options, "unfinished"),
                 .is_once = options_has(cli->options, "once"),
                 .log = cli->job.log},
        .backup_folder = options_text(cli->options, "backup-folder"),
        .first_wait_ns = self->is_practice ? 20 * NS_PER_S : 3 * NS_PER_S,
        .cancel = cli->job.cancel,
        .find_driver = dock_driver_for_usb,
        .on_event = on_event,
        .user = self};
    enum yk_status status = cli_recipe(cli, NULL, &self->recipe, why);
    if (status == YK_OK) {
        status = prepare_store(self, why);
    }
    if (status == YK_OK) {
        status = take_folders(self, why);
    }
    if (status == YK_OK) {
        status = open_bus(self, why);
    }
    self->options.bus = self->bus;
    if (self->view.is_table && !cli->is_verbose) {
        self->options.bays.log = NULL; /* it would be written into the table, which says it */
    }
    return status;
}

/* ---- end ---- */

static int exit_code_of(const struct docking_run *self, const struct station_totals *totals)
{
    bool is_once = self->options.bays.is_once;
    if (is_once && atomic_load(&self->cli->cancel)) {
        return EXIT_CANCELLED;
    }
    if (is_once && totals->n_bays == 0) {
        fputs(cli_say(self->cli, "記録計が見つかりません。直し方は: yoake doctor\n",
                      "No recorder is attached. What may help: yoake doctor\n"),
              stderr);
        return EXIT_FAILED;
    }
    if (totals->n_unsaved > 0) {
        return totals->n_saved > 0 ? EXIT_SOME_FAILED : EXIT_FAILED;
    }
    return totals->n_attention > 0 ? EXIT_ATTENTION : EXIT_DONE;
}

static int run_station(struct docking_run *self)
{
    struct failure why;
    struct station_totals totals;
    if (station_run(&self->options, &totals, &why) != YK_OK) {
        return cli_fail(self->cli, &why);
    }
    drop_unused_person(self, &totals);
    if (self->write_failure.code != YK_OK) {
        return cli_fail(self->cli, &self->write_failure);
    }
    return exit_code_of(self, &totals);
}

static int run(struct cli *cli)
{
    struct docking_run self = {.cli = cli,
                               .is_practice = options_has(cli->options, "practice")};
    struct failure why;
    const char *speed = options_text(cli->options, "speed");
    if (speed != NULL && strcmp(speed, "real") != 0 && strcmp(speed, "fast") != 0) {
        return cli_usage(cli, "--speed %s: it is real or fast", speed);
    }
    if (speed != NULL && !self.is_practice) {
        return cli_usage(cli, "--speed goes with --practice FILE.cwa; real recorders are read "
                              "as fast as they can: leave it out");
    }
    dock_view_init(&self.view, cli);
    self.view.is_once = options_has(cli->options, "once");
    text_init(&self.practice_store);
    int code = prepare(&self, &why) != YK_OK ? cli_fail(cli, &why) : run_station(&self);
    usb_bus_close(self.bus);
    zone_close(self.zone);
    mem_free(self.folders);
    text_release(&self.practice_store);
    dock_view_release(&self.view);
    return code;
}

const struct command command_dock = {
    .name = "dock",
    .operands = "",
    .ja = "記録計を差すだけで、読み、確かめ、保管し、計算する",
    .en = "plug recorders in: read, verify, archive and analyse them",
    .details_ja = "差した記録計ごとに、読み込み、確かめ、だれの記録かを台帳で調べ、計算するとこ"
                  "ろまで進みます。"
                  "「抜いてOK」が出れば抜けます。途中で抜けても、データは機器に残り、次は続きか"
                  "ら読みます。"
                  "機器のデータは消しません(消すのは yoake lend だけです)。"
                  "だれの記録かわからないものは「unassigned」に入り、yoake recording assign "
                  "で決められます。"
                  "--json では、できごとを1行ずつ書きます。",
    .details_en =
        "Every recorder that is plugged in is read, verified, linked to its wearer by the "
        "ledger "
        "of loans, and analysed. When it says that it is safe, unplug it. One that comes out "
        "earlier keeps its data, and the next reading goes on from there. Nothing is erased in "
        "a recorder; only yoake lend does that. What the ledger does not know waits as "
        "\"unassigned\" for yoake recording assign. With --json each event is one line "
        "(docs/devices/dock-events.md).",
    .examples = "yoake dock\n"
                "yoake dock --once --participant P01\n"
                "yoake dock --once --practice week1.cwa --speed fast",
    .options = option_table,
    .min_operands = 0,
    .max_operands = 0,
    .run = run,
};
