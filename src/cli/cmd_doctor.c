/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake doctor: what keeps recorders from being docked, and the one command that mends it.
 */
#include "src/cli/dock_json.h"
#include "src/cli/dock_view.h"
#include "src/cli/store_cli.h"
#include "src/dock/checkup.h"

static const struct option_spec option_table[] = {{"backup-folder", 0, OPTION_FOLDER, "DIR",
                                                   "バックアップ先も確かめる",
                                                   "check also that backups can go there"},
                                                  OPTION_LAST};

struct doctor {
    struct cli *cli;
    struct json_out *json; /* NULL: words */
};

static void found(void *user, const struct checkup_item *item)
{
    struct doctor *self = user;
    if (self->cli->is_json) {
        dock_json_check(self->json, NULL, item);
    } else if (!self->cli->is_quiet || item->level == CHECKUP_PROBLEM) {
        checkup_print(self->cli, item, stdout);
    }
}

static int run(struct cli *cli)
{
    struct doctor self = {.cli = cli};
    struct usb_bus *bus = NULL;
    struct failure why = {.text = ""};
    struct checkup checkup = {.store_folder = cli->store_path,
                              .zone_name = cli->zone_name,
                              .backup_folder = options_text(cli->options, "backup-folder"),
                              .found = found,
                              .user = &self};
    if (cli->is_json) {
        self.json = json_out_new();
        json_out_array(self.json, NULL);
    }
    checkup_surroundings(&checkup);
    checkup_second_dock(&checkup, false);
    if (usb_libusb_open(&bus, &why) != YK_OK) {
        bus = NULL;
    }
    checkup_devices(&checkup, bus, &why);
    usb_bus_close(bus);
    int code = checkup.n_problems > 0 ? EXIT_ATTENTION : EXIT_DONE;
    if (cli->is_json) {
        json_out_end(self.json);
        return cli_json_done(cli, self.json, code);
    }
    return code;
}

const struct command command_doctor = {
    .name = "doctor",
    .operands = "",
    .ja = "記録計が使えないわけと、それを直すひとつのコマンドを示す",
    .en = "say why a recorder cannot be used, and the one command that mends it",
    .details_ja = "時計、時間帯、保管場所、ディスクの空き、ほかの dock、USB、"
                  "つながっている記録計を順に確かめます。直すもの(■)があれば終了コードは 4 "
                  "です。起動中の記録計は15秒待ちます。",
    .details_en = "Looks at clock, time zone, store, disk space, a second dock, USB and every "
                  "recorder that is attached. The exit code is 4 when there is something to "
                  "mend (■). A recorder that is starting is given 15 seconds.",
    .examples = "yoake doctor\n"
                "yoake doctor --json",
    .options = option_table,
    .min_operands = 0,
    .max_operands = 0,
    .run = run,
};
