/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake devices: which recorders are attached, and how they are.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/translate.h"
#include "src/cli/bus_cli.h"
#include "src/cli/dock_json.h"
#include "src/cli/store_cli.h"
#include "src/dock/checkup.h"

static const struct option_spec option_table[] = {
    {"practice", 0, OPTION_LIST, "FILE.cwa", "そのファイルが入った記録計のまねをする",
     "pretend that a recorder with that file is attached"},
    OPTION_LAST};

/* One recorder, as far as it could be asked. */
struct found_device {
    const char *driver;
    struct usb_listing listing;
    enum dock_match match;
    bool is_asked; /* identity, battery and health are known */
    struct dock_identity identity;
    struct dock_battery battery;
    struct dock_health health;
    struct dock_clock clock;
    bool has_clock;
    double bytes; /* of the recording; NaN unknown, 0 none */
    uint64_t capacity;
    struct failure why;
};

static void ask_content(struct dock_device *device, struct found_device *out)
{
    struct byte_source *source = NULL;
    uint64_t beyond = 0;
    enum yk_status status = device->ops->open_recording(device, &source, &beyond, NULL);
    out->bytes = status == YK_OK               ? (double)source->size
                 : status == YK_ERR_TOO_LITTLE ? 0
                                               : (double)NAN;
    byte_source_close(source);
    if (device->ops->capacity_bytes != NULL) {
        out->capacity = device->ops->capacity_bytes(device);
    }
}

static void ask(struct cli *cli, struct usb_bus *bus, const struct dock_driver *driver,
                const struct zone *zone, struct found_device *out)
{
    struct dock_slot slot = {.bus = bus, .listing = out->listing};
    struct dock_device *device = NULL;
    enum yk_status status = driver->open(&slot, &cli->job, &device, &out->why);
    if (status == YK_OK) {
        status = device->ops->identify(device, &out->identity, &out->battery, &out->health,
                                       &out->why);
    }
    out->is_asked = status == YK_OK;
    if (out->is_asked && device->ops->read_clock != NULL) {
        out->has_clock = device->ops->read_clock(device, zone, &out->clock, NULL) == YK_OK;
    }
    if (out->is_asked) {
        ask_content(device, out);
    }
    dock_device_close(device);
}

/* Why it cannot be used, in words; NULL when it can. */
static const char *trouble(const struct found_device *device)
{
    static const char *const words[] = {[USB_ACCESS_DENIED] = "no permission",
                                        [USB_ACCESS_CLAIMED] = "used by another program",
                                        [USB_ACCESS_MOUNTED] = "mounted as a drive",
                                        [USB_ACCESS_UNREADABLE] = "unreadable (cable, power)"};
    if (device->match == DOCK_MATCH_BOOTLOADER) {
        return "starting";
    }
    if (device->listing.access != USB_ACCESS_OK) {
        return words[device->listing.access];
    }
    return device->is_asked ? NULL : device->why.text;
}

static const char *access_word(const struct found_device *device)
{
    static const char *const words[] = {"ok", "denied", "claimed", "mounted", "unreadable"};
    return device->match == DOCK_MATCH_BOOTLOADER ? "bootloader"
                                                  : words[device->listing.access];
}

static void to_json(struct json_out *json, const struct found_device *device)
{
    const struct dock_identity *identity = &device->identity;
    json_out_object(json, NULL);
    json_out_text(json, "place", device->listing.place);
    json_out_text(json, "driver", device->driver);
    json_out_known_text(json, "usb_serial", device->listing.serial);
    json_out_text(json, "access", access_word(device));
    json_out_known_text(json, "mounted_at", device->listing.mounted_at);
    json_out_text(json, "problem", trouble(device));
    json_out_known_text(json, "model", identity->model);
    json_out_known_text(json, "serial", identity->serial);
    json_out_known_text(json, "firmware", identity->firmware);
    json_out_known_text(json, "disagreement",
                        device->is_asked && !identity->agree ? identity->disagreement : "");
    json_out_rounded(json, "battery_pct", device->battery.percent, 0);
    json_out_rounded(json, "battery_v", device->battery.volt, 3);
    dock_json_clock(json, &device->clock, device->has_clock);
    json_out_rounded(json, "recording_bytes", device->bytes, 0);
    json_out_rounded(json, "capacity_bytes",
                     device->capacity > 0 ? (double)device->capacity : (double)NAN, 0);
    json_out_end(json);
}

static void add_row(const struct cli *cli, struct table *table,
                    const struct found_device *device)
{
    const char *problem = trouble(device);
    const struct dock_identity *identity = &device->identity;
    table_cell(table, device->listing.place);
    table_cell(table, device->is_asked ? identity->model : device->driver);
    table_cell(table, device->is_asked ? identity->serial : device->listing.serial);
    table_cell(table, identity->firmware);
    table_number(table, device->battery.percent, 0);
    if (device->has_clock && device->clock.is_reset) {
        table_cell(table, cli_say(cli, "初期化", "reset"));
    } else {
        table_number(
            table, device->has_clock ? (double)device->clock.offset_ms / 1e3 : (double)NAN, 1);
    }
    table_number(table, device->bytes / 1e6, 1);
    table_number(
        table,
        device->capacity > 0 ? 100 * device->bytes / (double)device->capacity : (double)NAN, 0);
    bool disagrees = device->is_asked && !identity->agree;
    struct text said;
    text_init(&said);
    text_add_translated(&said, cli->language,
                        problem != NULL ? problem
                        : disagrees     ? identity->disagreement
                                        : "");
    table_cell(table, text_string(&said));
    text_release(&said);
}

static int print_table(const struct cli *cli, const struct found_device *devices, size_t n)
{
    static const char *const header[][2] = {
        {"場所", "place"},     {"型", "model"},        {"番号", "serial"},
        {"FW", "firmware"},    {"電池%", "battery %"}, {"時計のずれs", "clock off s"},
        {"記録MB", "data MB"}, {"使用%", "full %"},    {"備考", "problem"}};
    struct table table;
    struct failure why;
    if (n == 0) {
        puts(cli_say(cli, "記録計は見つかりません。確かめるには: yoake doctor",
                     "No recorder is attached. What may help: yoake doctor"));
        return EXIT_DONE;
    }
    table_init(&table, 9);
    for (size_t i = 4; i < 8; i++) {
        table_align(&table, i, TABLE_RIGHT);
    }
    for (size_t i = 0; i < 9; i++) {
        table_cell(&table, cli_say(cli, header[i][0], header[i][1]));
    }
    for (size_t i = 0; i < n; i++) {
        add_row(cli, &table, &devices[i]);
    }
    return cli_table_done(&table, &why) == YK_OK ? EXIT_DONE : cli_fail(cli, &why);
}

static enum yk_status find_all(struct cli *cli, struct usb_bus *bus, const struct zone *zone,
                               struct found_device **out, size_t *n_out, struct failure *why)
{
    struct usb_listing *list = NULL;
    size_t n = 0, found = 0;
    enum yk_status status = bus->ops->list(bus, &list, &n, why);
    struct found_device *devices = NULL;
    if (status == YK_OK && (devices = mem_alloc(n, sizeof *devices)) == NULL) {
        status = failure_set(why, YK_ERR_MEMORY, "no memory for a list of recorders");
    }
    for (size_t i = 0; i < n && status == YK_OK && !atomic_load(&cli->cancel); i++) {
        enum dock_match match = DOCK_MATCH_NO;
        const struct dock_driver *driver = dock_driver_for_usb(&list[i], &match);
        if (driver == NULL || match == DOCK_MATCH_NO) {
            continue;
        }
        struct found_device *device = &devices[found++];
        *device = (struct found_device){.driver = driver->id,
                                        .listing = list[i],
                                        .match = match,
                                        .battery = {(double)NAN, (double)NAN, false},
                                        .bytes = (double)NAN};
        if (match == DOCK_MATCH_YES && list[i].access == USB_ACCESS_OK) {
            ask(cli, bus, driver, zone, device);
        }
    }
    mem_free(list);
    if (status == YK_OK) {
        *out = devices;
        *n_out = found;
    }
    return status;
}

static int run(struct cli *cli)
{
    struct usb_bus *bus = NULL;
    struct zone *zone = NULL;
    struct found_device *devices = NULL;
    struct failure why;
    size_t n = 0;
    char of_store[48] = "";
    if (cli->zone_name == NULL) {
        cli_store_zone(cli, of_store);
    }
    enum yk_status status =
        zone_open_or_system(cli->zone_name != NULL ? cli->zone_name : of_store, &zone, &why);
    if (status == YK_OK) {
        status = cli_bus_open(cli, zone, 0, &bus, &why);
    }
    if (status == YK_OK) {
        status = find_all(cli, bus, zone, &devices, &n, &why);
    }
    int code = EXIT_DONE;
    if (status != YK_OK) {
        code = cli_fail(cli, &why);
    } else if (cli->is_json) {
        struct json_out *json = json_out_new();
        json_out_array(json, NULL);
        for (size_t i = 0; i < n; i++) {
            to_json(json, &devices[i]);
        }
        json_out_end(json);
        code = cli_json_done(cli, json, code);
    } else if (!cli->is_quiet) {
        code = print_table(cli, devices, n);
    }
    for (size_t i = 0; i < n && code == EXIT_DONE; i++) {
        code = trouble(&devices[i]) != NULL ? EXIT_ATTENTION : code;
    }
    mem_free(devices);
    usb_bus_close(bus);
    zone_close(zone);
    return code;
}

const struct command command_devices = {
    .name = "devices",
    .operands = "",
    .ja = "つながっている記録計と、電池、時計のずれ、記録の量を示す",
    .en = "list the recorders that are attached: battery, clock, how full",
    .details_ja = "何も変えません。使えないものは、わけを備考に書きます(終了コード 4)。"
                  "直し方は yoake doctor が示します。",
    .details_en =
        "Changes nothing. What cannot be used is listed with the reason (exit code 4); "
        "yoake doctor tells what mends it. The clock's offset is the recorder's minus "
        "this computer's.",
    .examples = "yoake devices\n"
                "yoake devices --json",
    .options = option_table,
    .min_operands = 0,
    .max_operands = 0,
    .run = run,
};
