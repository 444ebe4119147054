/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drivers/pretend/pretend.h"
#include "src/dock/checkup.h"
#include "tests/support/recorder_bus.h"
#include "tests/support/store_scene.h"

struct findings {
    struct checkup checkup;
    struct checkup_item items[40];
    size_t n;
};

static void found(void *user, const struct checkup_item *item)
{
    struct findings *self = user;
    assert_true(self->n < 40);
    assert_true(item->says_ja[0] != '\0' && item->says_en[0] != '\0');
    /* what is a problem has a command that mends it, and what is good has none */
    assert_int_equal(item->level != CHECKUP_GOOD, item->command[0] != '\0');
    self->items[self->n++] = *item;
}

static void begin(struct findings *self, const char *store)
{
    memset(self, 0, sizeof *self);
    self->checkup = (struct checkup){.store_folder = store, .found = found, .user = self};
}

static const struct checkup_item *item_of(const struct findings *self, const char *word)
{
    for (size_t i = 0; i < self->n; i++) {
        if (strcmp(self->items[i].word, word) == 0) {
            return &self->items[i];
        }
    }
    fail_msg("nothing was said about %s", word);
    return &self->items[0];
}

static void checkup_finds_a_usable_store_good(void **state)
{
    struct store_scene scene;
    struct findings findings;
    (void)state;
    store_scene_make(&scene);
    begin(&findings, scene.folder);
    checkup_surroundings(&findings.checkup);
    assert_int_equal(item_of(&findings, "store")->level, CHECKUP_GOOD);
    assert_int_equal(item_of(&findings, "clock")->level, CHECKUP_GOOD);
    assert_int_equal(item_of(&findings, "zone")->level, CHECKUP_GOOD);
    assert_string_equal(item_of(&findings, "zone")->says_en, "Asia/Tokyo");
    assert_int_equal(findings.checkup.n_problems, 0);
    store_scene_remove(&scene);
}

static void checkup_says_how_a_store_is_made(void **state)
{
    struct findings findings;
    const char *folder = check_scratch("checkup");
    char missing[2200];
    (void)state;
    snprintf(missing, sizeof missing, "%s/it's not there", folder);
    begin(&findings, missing);
    checkup_surroundings(&findings.checkup);
    const struct checkup_item *item = item_of(&findings, "store");
    assert_int_equal(item->level, CHECKUP_PROBLEM);
    assert_non_null(strstr(item->command, "yoake init --zone Asia/Tokyo --store '"));
    assert_non_null(strstr(item->command, "it'\\''s not there'"));
    check_remove(folder);
}

static void checkup_notices_a_clock_behind_the_newest_entry(void **state)
{
    struct store_scene scene;
    struct findings findings;
    struct import_result result;
    (void)state;
    store_scene_make(&scene);
    store_scene_import(&scene, 1, "P01", &result);
    assert_int_equal(db_run(scene.store.db,
                            "UPDATE recording SET archived_ns = archived_ns + 86400000000000",
                            NULL),
                     YK_OK);
    begin(&findings, scene.folder);
    checkup_surroundings(&findings.checkup);
    assert_int_equal(item_of(&findings, "clock")->level, CHECKUP_PROBLEM);
    store_scene_remove(&scene);
}

/* The clock in both languages, at an instant that this computer's clock does not decide. */
static void assert_clock(const char *folder, const char *zone, int64_t now_ns,
                         enum checkup_level level, const char *en, const char *ja)
{
    struct findings findings;
    begin(&findings, folder);
    findings.checkup.zone_name = zone;
    findings.checkup.now_ns = now_ns;
    checkup_surroundings(&findings.checkup);
    const struct checkup_item *item = item_of(&findings, "clock");
    assert_string_equal(item->says_en, en);
    assert_string_equal(item->says_ja, ja);
    assert_int_equal(item->level, level);
}

static void checkup_says_what_the_clock_was_compared_with(void **state)
{
    struct store_scene scene;
    struct import_result result;
    const int64_t at = (int64_t)2000000000 * NS_PER_S; /* 2033-05-18T03:33:20Z */
    (void)state;
    store_scene_make(&scene);
    static const char none_en[] = "2033-05-18 12:33; there is no recording to compare it "
                                  "with: see whether it is right",
                      none_ja[] = "2033-05-18 "
                                  "12:33。比べられる記録がないので、合っているか見てください";
    assert_clock("/no/such/store", "Asia/Tokyo", at, CHECKUP_GOOD, none_en, none_ja);
    assert_clock(scene.folder, NULL, at, CHECKUP_GOOD, none_en, none_ja);
    assert_clock("/no/such/store", "UTC", NS_PER_S, CHECKUP_PROBLEM,
                 "shows 1970-01-01 00:00, which cannot be before 2024: set it right",
                 "1970-01-01 00:00 "
                 "を指しています。2024年より前のはずはありません。時計を合わせてください");
    store_scene_import(&scene, 1, "P01", &result);
    char sql[128];
    snprintf(sql, sizeof sql, "UPDATE recording SET archived_ns = %lld", (long long)at);
    assert_int_equal(db_run(scene.store.db, sql, NULL), YK_OK);
    assert_clock(scene.folder, NULL, at + NS_PER_H, CHECKUP_GOOD, "2033-05-18 13:33, plausible",
                 "2033-05-18 13:33、おかしくありません");
    assert_clock(scene.folder, "America/New_York", at - 2 * NS_PER_H, CHECKUP_PROBLEM,
                 "shows 2033-05-17 21:33, but the store has an entry of 2033-05-17 23:33: set "
                 "it right",
                 "2033-05-17 21:33 を指していますが、保管場所には 2033-05-17 23:33 "
                 "に書かれたものがあります。時計を合わせてください");
    store_scene_remove(&scene);
}

static void checkup_looks_for_the_backup_folder(void **state)
{
    struct store_scene scene;
    struct findings findings;
    (void)state;
    store_scene_make(&scene);
    begin(&findings, scene.folder);
    findings.checkup.backup_folder = "/no/such/disk";
    checkup_surroundings(&findings.checkup);
    assert_int_equal(item_of(&findings, "backup")->level, CHECKUP_PROBLEM);
    assert_int_equal(findings.checkup.n_problems, 1);
    begin(&findings, scene.folder);
    findings.checkup.backup_folder = scene.root;
    checkup_surroundings(&findings.checkup);
    assert_int_equal(item_of(&findings, "backup")->level, CHECKUP_GOOD);
    store_scene_remove(&scene);
}

static void checkup_sees_a_second_dock(void **state)
{
    struct store_scene scene;
    struct findings findings;
    char path[2400];
    int lock = -1;
    (void)state;
    store_scene_make(&scene);
    begin(&findings, scene.folder);
    checkup_second_dock(&findings.checkup, true);
    assert_int_equal(findings.items[0].level, CHECKUP_GOOD);
    snprintf(path, sizeof path, "%s/dock", scene.folder);
    assert_int_equal(access(path, F_OK), -1); /* looking makes nothing */
    assert_int_equal(station_lock(scene.folder, &lock, NULL), YK_OK);
    begin(&findings, scene.folder);
    checkup_second_dock(&findings.checkup, true);
    assert_int_equal(findings.items[0].level, CHECKUP_PROBLEM);
    char command[64];
    snprintf(command, sizeof command, "kill -INT %ld", (long)getpid());
    assert_string_equal(findings.items[0].command, command);
    station_unlock(lock);
    store_scene_remove(&scene);
}

/* A bus that holds listings; no driver is asked. */
static struct usb_listing listing_of(const char *place, uint16_t product)
{
    struct usb_listing listing = {.vendor_id = 0x04D8, .product_id = product, .generation = 1};
    snprintf(listing.place, sizeof listing.place, "%s", place);
    snprintf(listing.serial, sizeof listing.serial, "CWA17_39434");
    snprintf(listing.product, sizeof listing.product, "AX3 Composite Device 1.7");
    snprintf(listing.maker, sizeof listing.maker, "Newcastle University");
    return listing;
}

static void checkup_names_the_command_for_every_way_a_recorder_can_be_unusable(void **state)
{
    static const struct {
        enum usb_access access;
        enum checkup_level level;
        const char *command;
    } cases[] = {{USB_ACCESS_OK, CHECKUP_GOOD, ""},
                 {USB_ACCESS_DENIED, CHECKUP_PROBLEM, "udevadm control --reload"},
                 {USB_ACCESS_CLAIMED, CHECKUP_PROBLEM, "fuser -v"},
                 {USB_ACCESS_MOUNTED, CHECKUP_PROBLEM, "umount '/media/o'\\''neill/AX3'"},
                 {USB_ACCESS_UNREADABLE, CHECKUP_PROBLEM, "dmesg"}};
    struct recorder_bus bus;
    struct findings findings;
    (void)state;
    recorder_bus_init(&bus);
    bus.n = 5;
    for (size_t i = 0; i < 5; i++) {
        char place[16];
        snprintf(place, sizeof place, "1-%zu", i + 1);
        bus.places[i].listing = listing_of(place, 0x0057);
        bus.places[i].listing.access = cases[i].access;
        bus.places[i].is_present = true;
    }
    snprintf(bus.places[3].listing.mounted_at, sizeof bus.places[3].listing.mounted_at,
             "/media/o'neill/AX3");
    begin(&findings, "/nowhere");
    checkup_devices(&findings.checkup, &bus.bus, NULL);
    assert_int_equal(findings.n, 6); /* USB itself, and five recorders */
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(findings.items[i + 1].level, cases[i].level);
        assert_non_null(strstr(findings.items[i + 1].command, cases[i].command));
    }
    recorder_bus_release(&bus);
}

static void checkup_says_that_nothing_is_attached_and_that_hubs_are_crowded(void **state)
{
    struct recorder_bus bus;
    struct findings findings;
    const struct failure no_bus = {.code = YK_ERR_UNSUPPORTED, .text = "no USB here"};
    (void)state;
    recorder_bus_init(&bus);
    begin(&findings, "/nowhere");
    checkup_devices(&findings.checkup, &bus.bus, NULL);
    assert_int_equal(item_of(&findings, "device")->level, CHECKUP_NOTE);
    bus.n = 20;
    for (size_t i = 0; i < 20; i++) {
        char place[16];
        snprintf(place, sizeof place, "3-%zu", i + 1);
        bus.places[i].listing = listing_of(place, 0x0057);
        bus.places[i].is_present = true;
    }
    begin(&findings, "/nowhere");
    checkup_devices(&findings.checkup, &bus.bus, NULL);
    assert_non_null(strstr(item_of(&findings, "hub_power")->says_en, "controller 3"));
    begin(&findings, "/nowhere");
    checkup_devices(&findings.checkup, NULL, &no_bus);
    assert_int_equal(item_of(&findings, "usb")->level, CHECKUP_PROBLEM);
    recorder_bus_release(&bus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checkup_finds_a_usable_store_good),
        cmocka_unit_test(checkup_says_how_a_store_is_made),
        cmocka_unit_test(checkup_notices_a_clock_behind_the_newest_entry),
        cmocka_unit_test(checkup_says_what_the_clock_was_compared_with),
        cmocka_unit_test(checkup_looks_for_the_backup_folder),
        cmocka_unit_test(checkup_sees_a_second_dock),
        cmocka_unit_test(checkup_names_the_command_for_every_way_a_recorder_can_be_unusable),
        cmocka_unit_test(checkup_says_that_nothing_is_attached_and_that_hubs_are_crowded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
