/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Axivity driver with everything going wrong, one thing at a time, at every place: each run
 * ends, with a status and a sentence, and what it calls read or set up is so.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/mem.h"
#include "src/base/zone.h"
#include "tests/support/alloc.h"
#include "tests/support/cwa_open.h"
#include "tests/support/docked.h"
#include "tests/support/fake_port.h"

#define SECTORS 700

static const char *folder;
static struct recorded recording;
static struct zone *tokyo;

static int group_setup(void **state)
{
    (void)state;
    folder = check_scratch("axivity");
    recorded_make(&recording, folder, "a.cwa", SECTORS, 39434, 26);
    tokyo = open_zone("Asia/Tokyo");
    return 0;
}

static int group_teardown(void **state)
{
    (void)state;
    recorded_release(&recording);
    zone_close(tokyo);
    check_remove(folder);
    return 0;
}

static struct pretend_recorder a_recorder(const char *faults)
{
    return (struct pretend_recorder){
        .file = recording.path, .skips_waits = true, .zone = tokyo, .faults = faults};
}

static struct dock_setup a_setup(void)
{
    int64_t now = clock_now_utc_ns();
    int64_t start = now - floor_mod(now, NS_PER_H) + 24 * NS_PER_H;
    struct dock_setup setup = {.session = 4711,
                               .annotation = "_sc=P0042&_p=left+wrist",
                               .start_ns = start,
                               .stop_ns = start + 8 * 24 * NS_PER_H,
                               .zone = tokyo,
                               .rate_hz = 100,
                               .range_g = 8,
                               .erase = true};
    return setup;
}

/* What a run must say when it fails: something, and that the plug is out when it is. */
static void expect_sentence(enum yk_status status, const struct failure *why,
                            const char *faults)
{
    if (status != YK_OK && strlen(why->text) < 12) {
        fail_msg("%s: %s with \"%s\"", faults, status_word(status), why->text);
    }
}

/* Reads with whatever comes. True: it was read, and is right. */
static bool read_is_right(struct dock_device *device, const char *faults)
{
    struct failure why = {.text = ""};
    size_t n = 0;
    uint64_t beyond = 0;
    uint8_t *all = docked_read(device, &n, &beyond, &why);
    if (all == NULL) {
        expect_sentence(YK_ERR_IO, &why, faults);
        return false;
    }
    if (n != recording.n || memcmp(all, recording.at, n) != 0) {
        fail_msg("%s: %zu bytes of %zu, not the same", faults, n, recording.n);
    }
    free(all);
    return true;
}

struct tally {
    size_t n, read, refused;
};

/* One whole visit: open, identify, read, lamp, close. */
static void visit(const char *faults, struct tally *tally, uint64_t *n_transfers)
{
    struct pretend_recorder r = a_recorder(faults);
    struct usb_bus *bus = docked_bus(&r);
    struct dock_device *device = NULL;
    struct failure why = {.text = ""};
    enum yk_status status = docked_try(bus, NULL, NULL, &device, &why);
    expect_sentence(status, &why, faults);
    tally->n++;
    if (status == YK_OK) {
        struct dock_identity id = {.agree = false};
        struct dock_battery battery;
        struct dock_health health;
        why.text[0] = '\0';
        status = device->ops->identify(device, &id, &battery, &health, &why);
        expect_sentence(status, &why, faults);
        assert_true(status != YK_OK || strcmp(id.serial, "39434") == 0);
        bool is_read = read_is_right(device, faults);
        tally->read += is_read;
        tally->refused += !is_read;
        why.text[0] = '\0';
        status = device->ops->led(device, 2, &why);
        expect_sentence(status, &why, faults);
    } else {
        tally->refused++;
    }
    dock_device_close(device);
    struct pretend_stats stats;
    pretend_stats(bus, 0, &stats);
    *n_transfers = stats.transfers;
    assert_int_equal(stats.formats + stats.commits, 0);
    usb_bus_close(bus);
}

static void whichever_transfer_fails_the_bytes_are_right_or_the_reason_is_told(void **state)
{
    (void)state;
    static const char *const kinds[] = {"unplug", "stall", "hang", "proto", "crc", "over"};
    struct tally tally = {0};
    uint64_t n_transfers = 0;
    visit(NULL, &tally, &n_transfers);
    assert_int_equal(tally.read, 1);
    assert_true(n_transfers > 60);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        struct tally of_kind = {0};
        for (uint64_t at = 1; at <= n_transfers; at++) {
            char faults[64];
            uint64_t unused;
            snprintf(faults, sizeof faults, "transfer:%llu:%s", (unsigned long long)at,
                     kinds[k]);
            visit(faults, &of_kind, &unused);
        }
        print_message("%-6s at each of %zu transfers: %zu read, %zu refused\n", kinds[k],
                      of_kind.n, of_kind.read, of_kind.refused);
        /* All but a plug that is out is mended. */
        assert_true(k == 0 || of_kind.refused == 0);
    }
}

static void whatever_the_disk_does_the_bytes_are_right_or_the_reason_is_told(void **state)
{
    (void)state;
    static const char *const kinds[] = {"stall", "stallcbw", "stallcsw", "hang",  "hangcsw",
                                        "short", "lie",      "over",     "proto", "tag",
                                        "sig",   "csw12",    "phase",    "fail",  "notready"};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        struct tally of_kind = {0};
        for (unsigned at = 1; at <= 14; at++) {
            char faults[64];
            uint64_t unused;
            snprintf(faults, sizeof faults, "scsi:%u:%s", at, kinds[k]);
            visit(faults, &of_kind, &unused);
            snprintf(faults, sizeof faults, "read10:%u+:%s", at, kinds[k]);
            visit(faults, &of_kind, &unused);
        }
        assert_true(of_kind.read > 0);
    }
}

static void whatever_the_serial_port_does_the_recording_is_read(void **state)
{
    (void)state;
    static const char *const kinds[] = {"drop",      "delay=2500", "part",   "split=1",
                                        "long=4096", "noise",      "locked", "unknown",
                                        "stall",     "hang"};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        for (unsigned at = 1; at <= 16; at++) {
            struct tally tally = {0};
            char faults[64];
            uint64_t unused;
            snprintf(faults, sizeof faults, "cdc:%u%s:%s", at, at % 4 == 0 ? "+" : "",
                     kinds[k]);
            visit(faults, &tally, &unused);
            if (tally.read != 1) {
                fail_msg("%s: not read", faults);
            }
        }
    }
}

static void damage_of_the_volume_is_mended_or_told(void **state)
{
    (void)state;
    static const struct {
        const char *faults;
        bool is_read;
    } cases[] = {
        {"volume:*:fatloop", true}, {"volume:*:fatfree", true},   {"volume:*:fatbad", true},
        {"volume:*:fatcut", true},  {"volume:*:fatloop=1", true}, {"volume:*:fatzero", true},
        {"volume:*:fatgone", true}, {"volume:*:nombr", true},     {"volume:*:fragmented", true},
        {"volume:*:noboot", false}, {"volume:*:nofile", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tally tally = {0};
        uint64_t unused;
        visit(cases[i].faults, &tally, &unused);
        if (tally.read != cases[i].is_read) {
            fail_msg("%s: read %zu", cases[i].faults, tally.read);
        }
    }
}

/* ---- setting up ---- */

/* Sets up; when it says that it did, what the recorder then shows on its own must be so. */
static enum yk_status set_up(const char *faults, uint64_t *n_transfers)
{
    struct pretend_recorder r = a_recorder(faults);
    struct usb_bus *bus = docked_bus(&r);
    struct dock_device *device = NULL;
    struct failure why = {.text = ""};
    struct dock_setup setup = a_setup();
    struct pretend_stats stats;
    enum yk_status status = docked_try(bus, NULL, NULL, &device, &why);
    if (status == YK_OK) {
        status = device->ops->configure(device, &setup, NULL, &why);
    }
    expect_sentence(status, &why, faults);
    dock_device_close(device);
    pretend_stats(bus, 0, &stats);
    *n_transfers = stats.transfers;
    if (status == YK_OK) {
        struct dock_health health;
        struct dock_clock clock;
        assert_int_equal(pretend_fault(bus, 0, NULL, &why), YK_OK);
        pretend_unplug(bus, 0);
        pretend_plug(bus, 0);
        device = docked_open(bus);
        struct dock_identity id = docked_identify(device, NULL, &health);
        assert_int_equal(id.session_by_file, 4711);
        assert_int_equal(id.session_by_command, 4711);
        assert_close(health.rate_hz, 100, 0);
        assert_int_equal(zone_instant(tokyo, civil_time_of_utc_ns(health.plan_start_ns)),
                         setup.start_ns);
        assert_int_equal(zone_instant(tokyo, civil_time_of_utc_ns(health.plan_stop_ns)),
                         setup.stop_ns);
        assert_int_equal(device->ops->read_clock(device, tokyo, &clock, &why), YK_OK);
        if (llabs(clock.offset_ms) > 1600) {
            fail_msg("%s: clock off by %lld ms", faults, (long long)clock.offset_ms);
        }
        assert_false(stats.holds_recording);
        dock_device_close(device);
    }
    usb_bus_close(bus);
    return status;
}

static void whatever_fails_while_setting_up_done_means_done(void **state)
{
    (void)state;
    static const char *const kinds[] = {"drop",   "delay=2500", "part",   "garble", "noise",
                                        "locked", "unknown",    "forget", "stall",  "unplug",
                                        "hang",   "split=3",    "refuse"};
    size_t n_done = 0, n_refused = 0;
    uint64_t unused;
    assert_int_equal(set_up(NULL, &unused), YK_OK);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        for (unsigned at = 1; at <= 66; at += 1 + (unsigned)k % 3) {
            char faults[64];
            snprintf(faults, sizeof faults, "cdc:%u:%s", at, kinds[k]);
            enum yk_status status = set_up(faults, &unused);
            n_done += status == YK_OK;
            n_refused += status != YK_OK;
        }
    }
    print_message("set up: %zu done, %zu refused\n", n_done, n_refused);
    assert_true(n_done > 200 && n_refused > 20);
}

static void a_transfer_that_fails_while_setting_up_is_mended(void **state)
{
    (void)state;
    static const char *const kinds[] = {"stall", "proto", "unplug"};
    uint64_t n = 0, unused;
    assert_int_equal(set_up(NULL, &n), YK_OK);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        for (uint64_t at = 1; at <= n; at += 7) {
            char faults[64];
            snprintf(faults, sizeof faults, "transfer:%llu:%s", (unsigned long long)at,
                     kinds[k]);
            enum yk_status status = set_up(faults, &unused);
            assert_true(k != 2 || status == YK_ERR_NO_DEVICE);
        }
    }
}

static void what_has_no_meaning_is_refused_before_anything_is_sent(void **state)
{
    (void)state;
    struct pretend_recorder r = a_recorder(NULL);
    struct usb_bus *bus = docked_bus(&r);
    struct dock_device *device = docked_open(bus);
    struct pretend_stats stats;
    for (int i = 0; i < 7; i++) {
        struct dock_setup setup = a_setup();
        struct failure why = {.text = ""};
        setup.rate_hz = i == 0 ? 60 : setup.rate_hz;
        setup.range_g = i == 1 ? 3 : setup.range_g;
        setup.gyro_dps = i == 2 ? 250 : 0; /* an AX3 has none */
        setup.stop_ns = i == 3 ? setup.start_ns : setup.stop_ns;
        setup.annotation[3] = i == 4 ? '\n' : setup.annotation[3];
        setup.start_ns = i == 5 ? INT64_C(-3600) * NS_PER_S : setup.start_ns;
        setup.zone = i == 6 ? NULL : tokyo;
        assert_int_equal(device->ops->configure(device, &setup, NULL, &why), YK_ERR_ARGUMENT);
        assert_true(strlen(why.text) > 20);
    }
    pretend_stats(bus, 0, &stats);
    assert_int_equal(stats.formats + stats.commits, 0);
    assert_true(stats.holds_recording);
    dock_device_close(device);
    usb_bus_close(bus);
}

static void setting_up_stops_when_asked_and_only_before_the_format(void **state)
{
    (void)state;
    struct pretend_recorder r = a_recorder(NULL);
    struct usb_bus *bus = docked_bus(&r);
    struct dock_device *device = docked_open(bus);
    struct dock_setup setup = a_setup();
    struct pretend_stats stats;
    struct failure why = {.text = ""};
    atomic_bool cancel = true;
    struct job job = {.cancel = &cancel};
    assert_int_equal(device->ops->configure(device, &setup, &job, &why), YK_ERR_CANCELLED);
    pretend_stats(bus, 0, &stats);
    assert_int_equal(stats.formats + stats.commits, 0);
    dock_device_close(device);
    usb_bus_close(bus);
}

/* ---- the rest ---- */

static void a_listing_is_matched_by_more_than_its_numbers(void **state)
{
    (void)state;
    struct fake_port port;
    enum dock_match match;
    fake_port_init(&port, 2);
    struct usb_listing l = port.base.listing;
    fake_port_release(&port);
    assert_string_equal(dock_driver_for_usb(&l, &match)->id, "axivity");
    assert_int_equal(match, DOCK_MATCH_YES);
    snprintf(l.serial, sizeof l.serial, "12345");
    snprintf(l.product, sizeof l.product, "Microchip CDC Demo");
    assert_null(dock_driver_for_usb(&l, &match));
    assert_int_equal(match, DOCK_MATCH_NO);
    l.product_id = 0x003C;
    assert_non_null(dock_driver_for_usb(&l, &match));
    assert_int_equal(match, DOCK_MATCH_BOOTLOADER);
    l.vendor_id = 0x1234;
    assert_null(dock_driver_for_usb(&l, &match));
}

static void the_capacity_is_that_of_the_volume(void **state)
{
    (void)state;
    struct pretend_recorder r = a_recorder(NULL);
    struct usb_bus *bus = docked_bus(&r);
    struct dock_device *device = docked_open(bus);
    assert_int_equal(device->ops->capacity_bytes(device), 0); /* not looked at yet */
    (void)docked_identify(device, NULL, NULL);
    uint64_t bytes = device->ops->capacity_bytes(device);
    assert_true(bytes >= 507772928 && bytes < 510000000); /* documented: the largest file */
    dock_device_close(device);
    usb_bus_close(bus);
}

static void memory_refused_at_any_place_is_a_failure_and_leaks_nothing(void **state)
{
    (void)state;
    for (uint64_t k = 1;; k++) {
        struct pretend_recorder r = a_recorder(NULL);
        struct usb_bus *bus = docked_bus(&r);
        struct usb_listing *list = NULL;
        struct dock_device *device = NULL;
        struct byte_source *source = NULL;
        size_t n = 0;
        uint64_t beyond = 0;
        assert_int_equal(bus->ops->list(bus, &list, &n, NULL), YK_OK);
        struct dock_slot slot = {.bus = bus, .listing = list[0]};
        alloc_fail_at(k);
        enum yk_status status =
            dock_driver_for_usb(&list[0], NULL)->open(&slot, NULL, &device, NULL);
        if (status == YK_OK) {
            status = device->ops->open_recording(device, &source, &beyond, NULL);
        }
        bool refused = alloc_refused();
        alloc_fail_at(0);
        byte_source_close(source);
        dock_device_close(device);
        mem_free(list);
        usb_bus_close(bus);
        if (!refused) {
            assert_int_equal(status, YK_OK);
            assert_true(k > 5);
            break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whichever_transfer_fails_the_bytes_are_right_or_the_reason_is_told),
        cmocka_unit_test(whatever_the_disk_does_the_bytes_are_right_or_the_reason_is_told),
        cmocka_unit_test(whatever_the_serial_port_does_the_recording_is_read),
        cmocka_unit_test(damage_of_the_volume_is_mended_or_told),
        cmocka_unit_test(whatever_fails_while_setting_up_done_means_done),
        cmocka_unit_test(a_transfer_that_fails_while_setting_up_is_mended),
        cmocka_unit_test(what_has_no_meaning_is_refused_before_anything_is_sent),
        cmocka_unit_test(setting_up_stops_when_asked_and_only_before_the_format),
        cmocka_unit_test(a_listing_is_matched_by_more_than_its_numbers),
        cmocka_unit_test(the_capacity_is_that_of_the_volume),
        cmocka_unit_test(memory_refused_at_any_place_is_a_failure_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
