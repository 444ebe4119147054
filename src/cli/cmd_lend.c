/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * yoake lend: a docked recorder is set up for its next wearer.
 */
#include <stdio.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/utf8.h"
#include "src/cli/bus_cli.h"
#include "src/cli/store_cli.h"
#include "src/dock/lend.h"
#include "src/pipeline/records_csv.h"
#include "src/store/audit.h"

static const struct option_spec option_table[] = {
    {"participant", 'p', OPTION_TEXT, "CODE", "だれに貸すか(必要)", "to whom (needed)"},
    {"from", 0, OPTION_TEXT, "TS", "いつから記録するか(なければ今から)",
     "when recording begins (without it: now)"},
    {"to", 0, OPTION_TEXT, "TS", "いつまで記録するか(必要)。日付だけならその日の終わりまで",
     "when it ends (needed); a date alone is the end of that day"},
    {"rate", 0, OPTION_NUMBER, "HZ:12.5..200", "1秒あたりの回数(100)",
     "samples a second (100)"},
    {"range", 0, OPTION_INTEGER, "G:2..16", "測る範囲 ±g(8)", "range of +-g (8)"},
    {"gyro", 0, OPTION_INTEGER, "DPS:0..2000", "ジャイロの範囲(AX6。0 = 使わない)",
     "range of the gyroscope (AX6; 0: off)"},
    {"site", 0, OPTION_TEXT, "TEXT", "どこに着けるか(left wrist など)",
     "where it is worn, such as: left wrist"},
    {"wiped", 0, OPTION_FLAG, NULL, "清拭した(監査記録に残る)",
     "it was wiped clean (kept in the audit)"},
    {"practice", 0, OPTION_FILE, "FILE.cwa", "練習: このファイルを入れた見せかけの記録計を使う",
     "practise with a pretend recorder that holds this file"},
    OPTION_LAST};

struct lending_run {
    struct cli *cli;
    struct store store;
    struct text store_path;
    struct zone *zone;
    struct usb_bus *bus;
    struct dock_device *device;
    struct lend_request request;
    struct lend_result result;
};

/* ---- the plan ---- */

static bool is_range(long long g)
{
    return g == 2 || g == 4 || g == 8 || g == 16;
}

/* A bare date is the beginning of the day, or its end. */
static enum yk_status read_time(const struct lending_run *self, const char *option, bool is_end,
                                int64_t *out, struct failure *why)
{
    const char *text = options_text(self->cli->options, option);
    struct civil_date date;
    if (text == NULL) {
        return YK_OK;
    }
    if (civil_parse(text, &date)) {
        *out = zone_instant_of_day(self->zone, is_end ? civil_add_days(date, 1) : date, 0);
        return YK_OK;
    }
    return zone_parse_iso(self->zone, text, out)
               ? YK_OK
               : failure_set(why, YK_ERR_ARGUMENT,
                             "--%s: '%.*s' is not a time: write 2026-05-11T10:00", option,
                             utf8_shown(text, 40), text);
}

static enum yk_status read_request(struct lending_run *self, struct failure *why)
{
    const struct options *options = self->cli->options;
    struct lend_request *r = &self->request;
    long long range = options_integer(options, "range", 8);
    *r = (struct lend_request){.person = options_text(options, "participant"),
                               .from_ns = TIME_UNKNOWN,
                               .to_ns = TIME_UNKNOWN,
                               .zone = self->zone,
                               .rate_hz = options_number(options, "rate", 100),
                               .range_g = (int)range,
                               .gyro_dps = (int)options_integer(options, "gyro", 0),
                               .site = options_text(options, "site"),
                               .now_ns = clock_now_utc_ns()};
    if (!is_range(range)) {
        return failure_set(why, YK_ERR_ARGUMENT, "--range: %lld is none of 2, 4, 8, 16", range);
    }
    enum yk_status status = read_time(self, "from", false, &r->from_ns, why);
    return status == YK_OK ? read_time(self, "to", true, &r->to_ns, why) : status;
}

/* ---- the recorder ---- */

/* By the number on it, the whole USB serial, or the place where it is plugged in. USB fills the
 * number up with zeros (CWA17_02001), people and the table of bays do not. */
static bool is_meant(const struct usb_listing *listing, const char *said)
{
    const char *tail = strrchr(listing->serial, '_');
    int64_t number = -1, wanted = -2;
    if (tail != NULL && text_parse_int64(tail + 1, strlen(tail + 1), &number) &&
        text_parse_int64(said, strlen(said), &wanted) && number == wanted) {
        return true;
    }
    return strcmp(listing->serial, said) == 0 || strcmp(listing->place, said) == 0;
}

static enum yk_status not_docked(const struct usb_listing *list, size_t n, const char *said,
                                 struct failure *why)
{
    struct text docked;
    text_init(&docked);
    for (size_t i = 0; i < n; i++) {
        if (dock_driver_for_usb(&list[i], NULL) != NULL) {
            text_addf(&docked, "%s%s", docked.length > 0 ? ", " : "", list[i].serial);
        }
    }
    enum yk_status status =
        docked.length > 0
            ? failure_set(why, YK_ERR_NO_DEVICE, "no recorder %s is docked; there is %s", said,
                          text_string(&docked))
            : failure_set(why, YK_ERR_NO_DEVICE,
                          "no recorder is docked; plug %s in, or see: yoake doctor", said);
    text_release(&docked);
    return status;
}

static enum yk_status open_device(struct lending_run *self, struct failure *why)
{
    const char *said = options_operand(self->cli->options, 0);
    struct usb_listing *list = NULL;
    size_t n = 0, found = 0, n_found = 0;
    enum yk_status status = self->bus->ops->list(self->bus, &list, &n, why);
    for (size_t i = 0; i < n && status == YK_OK; i++) {
        if (is_meant(&list[i], said) && dock_driver_for_usb(&list[i], NULL) != NULL) {
            found = i;
            n_found++;
        }
    }
    if (status == YK_OK && n_found == 0) {
        status = not_docked(list, n, said, why);
    } else if (status == YK_OK && n_found > 1) {
        status = failure_set(why, YK_ERR_CONFLICT,
                             "%zu recorders say that they are %s; name one by its place: yoake "
                             "devices",
                             n_found, said);
    }
    if (status == YK_OK) {
        struct dock_slot slot = {.bus = self->bus, .listing = list[found]};
        const struct dock_driver *driver = dock_driver_for_usb(&list[found], NULL);
        status = driver->open(&slot, &self->cli->job, &self->device, why);
    }
    mem_free(list);
    return status;
}

/* ---- the store ---- */

/* The store for practice has the zone that the real one has by now: what is practised there is
 * what will be done. */
static enum yk_status take_real_zone(struct lending_run *self, struct failure *why)
{
    char zone[48];
    cli_store_zone(self->cli, zone);
    return zone[0] == '\0' || strcmp(zone, self->store.zone) == 0
               ? YK_OK
               : store_set_zone(&self->store, zone, why);
}

/* Practice stays apart from real recordings, as in `yoake dock --practice`. */
static enum yk_status open_store(struct lending_run *self, struct failure *why)
{
    const struct cli *cli = self->cli;
    bool is_practice =
        options_has(cli->options, "practice") && options_text(cli->options, "store") == NULL;
    text_addf(&self->store_path, is_practice ? "%s-practice" : "%s", cli->store_path);
    enum yk_status status = text_status(&self->store_path, why);
    if (status == YK_OK) {
        status = store_open(text_string(&self->store_path), STORE_WRITE, &self->store, why);
    }
    if (status == YK_OK && is_practice) {
        status = take_real_zone(self, why);
    }
    return status == YK_OK
               ? records_zone(&self->store, cli->zone_name,
                              options_text(cli->options, "participant"), &self->zone, why)
               : status;
}

/* ---- what is said ---- */

static void on_step(void *user, enum lend_step step)
{
    const struct lending_run *self = user;
    static const char *const words[][2] = {
        {"どの機器かを確かめています", "asking which recorder it is"},
        {"保管した写しをさがしています", "looking for its copy in the archive"},
        {"機器の記録を、保管した写しと1バイトずつくらべています("
         "読み込みと同じくらいかかります)",
         "comparing every byte it holds with the archive (it takes as long as reading it did)"},
        {"設定し、読み返しています。抜かないでください",
         "setting it up and reading back; do not unplug it"}};
    cli_progress_end(self->cli);
    if (!self->cli->is_quiet && !self->cli->is_json) {
        fprintf(stderr, "%s\n", cli_say(self->cli, words[step][0], words[step][1]));
    }
}

static void say_compared(const struct lending_run *self)
{
    const struct lend_result *r = &self->result;
    const struct cli *cli = self->cli;
    if (r->recording[0] == '\0') {
        puts(cli_say(cli, "機器に記録はありませんでした。", "There was no recording in it."));
        return;
    }
    printf(cli_say(cli,
                   "消した記録は %s として保管ずみです(%llu / %llu バイトと、原本のSHA-256が"
                   "一致しました)。\n",
                   "What was erased is archived as %s (%llu of %llu bytes are equal, and the "
                   "original's SHA-256 is right).\n"),
           r->recording, (unsigned long long)r->bytes_compared, (unsigned long long)r->bytes);
}

static void say_clock(const struct lending_run *self)
{
    const struct lend_result *r = &self->result;
    printf(cli_say(self->cli, "時計: 合わせる前 %+.3f 秒、後 %+.3f 秒(±%.3f)\n",
                   "clock: %+.3f s before it was set, %+.3f s after (+-%.3f)\n"),
           r->before.offset_ms / 1000, r->after.offset_ms / 1000,
           r->after.uncertainty_ms / 1000);
}

/* Wiped clean, or a reminder. */
static enum yk_status note_wiped(struct lending_run *self, struct failure *why)
{
    char detail[64];
    if (!options_has(self->cli->options, "wiped")) {
        return YK_OK;
    }
    snprintf(detail, sizeof detail, "device %s", self->result.identity.serial);
    enum yk_status status = db_begin(self->store.db, why);
    if (status == YK_OK) {
        status = audit_add(self->store.db, "lend wiped", self->request.person, detail, why);
    }
    return db_finish(self->store.db, status, why);
}

static int show_json(const struct lending_run *self, enum yk_status status,
                     const struct failure *why, int code)
{
    const struct lend_result *r = &self->result;
    struct json_out *json = json_out_new();
    struct text text;
    text_init(&text);
    lend_message_add(&text, r, LANGUAGE_EN);
    json_out_object(json, NULL);
    json_out_bool(json, "lent", status == YK_OK);
    json_out_text(json, "message", lend_message_word(r->message));
    json_out_text(json, "says", text_string(&text));
    json_out_known_text(json, "reason", status == YK_OK ? "" : why->text);
    json_out_known_text(json, "device_serial", r->identity.serial);
    json_out_known_text(json, "device_model", r->identity.model);
    json_out_text(json, "person_id", self->request.person);
    json_out_rounded(json, "battery_pct", r->battery.percent, 1);
    json_out_integer(json, "bytes", (int64_t)r->bytes);
    json_out_integer(json, "bytes_compared", (int64_t)r->bytes_compared);
    json_out_known_text(json, "recording_id", r->recording);
    json_out_rounded(json, "clock_before_ms", r->before.offset_ms, 1);
    json_out_rounded(json, "clock_after_ms", r->after.offset_ms, 1);
    json_out_date(json, "first_night",
                  status == YK_OK ? r->first_evening : (struct civil_date){0});
    json_out_integer(json, "nights", r->n_nights);
    if (status == YK_OK) {
        json_out_integer(json, "loan", r->loan.id);
        json_out_integer(json, "session", (int64_t)r->loan.session);
        json_out_time(json, "from_ts", self->zone, r->loan.from_ns, 0);
        json_out_time(json, "to_ts", self->zone, r->loan.to_ns, 0);
    }
    json_out_end(json);
    text_release(&text);
    return cli_json_done(self->cli, json, code);
}

/* Where the message holds the exact sentence it is enough; else it comes after what failed. */
static int say_failed(struct lending_run *self, const struct failure *why)
{
    struct text exact, said;
    text_init(&exact);
    text_init(&said);
    lend_message_add(&exact, &self->result, LANGUAGE_EN);
    lend_message_add(&said, &self->result, self->cli->language);
    bool is_exact = strstr(text_string(&exact), why->text) != NULL ||
                    strncmp(text_string(&exact), why->text, sizeof why->text - 4) == 0;
    int code =
        is_exact ? cli_fail_as(self->cli, why, text_string(&said)) : cli_fail(self->cli, why);
    if (!is_exact && !self->cli->is_json) {
        cli_put_line(stderr, "  ", text_string(&said));
    }
    text_release(&exact);
    text_release(&said);
    return code;
}

static int tell(struct lending_run *self, enum yk_status status, const struct failure *why)
{
    int code = status == YK_OK ? EXIT_DONE : say_failed(self, why);
    if (self->cli->is_json) {
        return show_json(self, status, why, code);
    }
    if (status == YK_OK) {
        struct text text;
        text_init(&text);
        lend_message_add(&text, &self->result, self->cli->language);
        puts(text_string(&text));
        text_release(&text);
    }
    if (status == YK_OK && !self->cli->is_quiet) {
        say_compared(self);
        say_clock(self);
        if (!options_has(self->cli->options, "wiped")) {
            puts(cli_say(
                self->cli, "清拭の記録がありません。拭いてからお渡しください。",
                "Nobody said that it was wiped clean: do that before handing it over."));
        }
    }
    return code;
}

static int run(struct cli *cli)
{
    struct lending_run self = {.cli = cli, .store = {.db = NULL}};
    struct failure why;
    int code;
    if (options_text(cli->options, "participant") == NULL ||
        options_text(cli->options, "to") == NULL) {
        return cli_usage(cli, "--participant CODE and --to TS are needed");
    }
    text_init(&self.store_path);
    enum yk_status status = open_store(&self, &why);
    if (status == YK_OK) {
        status = read_request(&self, &why);
    }
    if (status == YK_OK) {
        status = cli_bus_open(cli, self.zone, 0, &self.bus, &why);
    }
    if (status == YK_OK) {
        status = open_device(&self, &why);
    }
    if (status == YK_OK) {
        self.request.on_step = on_step;
        self.request.user = &self;
        status =
            lend_run(&self.store, self.device, &self.request, &self.result, &cli->job, &why);
        cli_progress_end(cli);
        status = status == YK_OK ? note_wiped(&self, &why) : status;
        code = tell(&self, status, &why);
    } else {
        code = cli_fail(cli, &why);
    }
    dock_device_close(self.device);
    usb_bus_close(self.bus);
    store_close(&self.store);
    zone_close(self.zone);
    text_release(&self.store_path);
    return code;
}

const struct command command_lend = {
    .name = "lend",
    .operands = "DEVICE",
    .ja = "差してある記録計を、次の人のために設定する",
    .en = "set a docked recorder up for its next wearer",
    .details_ja =
        "DEVICE は機器の番号(39434)か、差した場所です。機器の記録は、同じものが保管場所にあると"
        "確かめてから消します(機器をもう一度読み、全バイトと原本のSHA-"
        "256をくらべます。読み込みと"
        "同じくらいかかるので、充電のあいだにどうぞ)"
        "。電池とメモリが予定の2割増しに足りることを確かめ、番号、期間、"
        "回数、範囲、時計を書き、読み返し、台帳に載せます。最初に記録される晩を言葉で示します。"
        "途中で止まっても、もう一度すれば済みます。",
    .details_en =
        "DEVICE is its number (39434) or its place. What it holds is erased only after a copy "
        "in "
        "the archive was found equal: every byte is read from the device again, and the "
        "original "
        "must have its SHA-256. That takes as long as reading it did; do it while it charges. "
        "Battery and memory must last "
        "for "
        "the plan and a fifth more. Code, period, rate, range and clock are written and read "
        "back, and the ledger gets its line. The first night that will be recorded is said in "
        "words. After an interruption, simply repeat it.",
    .examples =
        "yoake lend 39434 --participant P02 --from 2026-05-18T12:00 --to 2026-05-25T10:00\n"
        "yoake lend 39434 --participant P02 --to 2026-05-25 --practice week1.cwa",
    .options = option_table,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
