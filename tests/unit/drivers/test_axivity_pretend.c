/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Axivity driver, as it is, against pretend recorders: identity from three sources, the
 * recording byte for byte, clock, set-up read back, many at once, speed.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/mem.h"
#include "src/base/zone.h"
#include "tests/support/cwa_open.h"
#include "tests/support/docked.h"

struct scene {
    const char *folder;
    struct recorded recording;
    struct usb_bus *bus;
    struct dock_device *device;
};

static void scene_open(struct scene *self, uint32_t sectors, struct pretend_recorder *recorder)
{
    self->folder = check_scratch("axivity_pretend");
    recorded_make(&self->recording, self->folder, "a.cwa", sectors, 39434, 26);
    recorder->file = self->recording.path;
    self->bus = docked_bus(recorder);
    self->device = docked_open(self->bus);
}

static void scene_close(struct scene *self)
{
    dock_device_close(self->device);
    usb_bus_close(self->bus);
    recorded_release(&self->recording);
    check_remove(self->folder);
}

static void three_sources_name_the_recorder(void **state)
{
    (void)state;
    struct scene s;
    struct pretend_recorder r = {.skips_waits = true, .battery_pct = 85};
    struct dock_battery battery;
    struct dock_health health;
    scene_open(&s, 200, &r);
    struct dock_identity id = docked_identify(s.device, &battery, &health);
    assert_string_equal(id.model, "AX3");
    assert_string_equal(id.serial, "39434");
    assert_string_equal(id.usb_serial, "CWA17_39434");
    assert_string_equal(id.firmware, "44");
    assert_int_equal(id.id_by_usb, 39434);
    assert_int_equal(id.id_by_command, 39434);
    assert_int_equal(id.id_by_file, 39434);
    assert_int_equal(id.session_by_command, 26);
    assert_int_equal(id.session_by_file, 26);
    assert_true(id.agree);
    assert_close(battery.percent, 85, 1);
    assert_int_equal(health.self_test, 0);
    assert_false(health.ecc_off);
    assert_string_equal(health.stop_reason, "STOP_USB");
    scene_close(&s);
}

static void disagreement_is_told(void **state)
{
    (void)state;
    static const char *const faults[] = {"device:*:id=39435", "device:*:usbid=39435",
                                         "volume:*:otherid"};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct scene s;
        struct pretend_recorder r = {.skips_waits = true, .faults = faults[i]};
        scene_open(&s, 50, &r);
        struct dock_identity id = docked_identify(s.device, NULL, NULL);
        assert_false(id.agree);
        assert_non_null(strstr(id.disagreement, "39435"));
        scene_close(&s);
    }
}

static void reads_back(struct scene *s, uint64_t beyond)
{
    struct failure why = {0};
    size_t n = 0;
    uint64_t found = 0;
    uint8_t *all = docked_read(s->device, &n, &found, &why);
    if (all == NULL) {
        fail_msg("%s", why.text);
    }
    assert_int_equal(n, s->recording.n);
    assert_memory_equal(all, s->recording.at, n);
    assert_int_equal(found, beyond);
    free(all);
}

static void the_recording_comes_byte_for_byte(void **state)
{
    (void)state;
    static const struct {
        int firmware;
        const char *faults;
        uint64_t beyond;
    } cases[] = {
        {40, NULL, 0},
        {44, NULL, 0},
        {47, NULL, 0},
        {50, NULL, 0},
        {44, "volume:*:fragmented", 0},
        {44, "volume:*:nombr", 0},
        {44, "volume:*:fatzero", 0},
        {44, "volume:*:short=524288", 524288},
        {44, "device:*:modem", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scene s;
        struct pretend_recorder r = {
            .skips_waits = true, .firmware = cases[i].firmware, .faults = cases[i].faults};
        scene_open(&s, 2500, &r);
        (void)docked_identify(s.device, NULL, NULL);
        reads_back(&s, cases[i].beyond);
        scene_close(&s);
    }
}

static void the_clock_is_measured_and_set(void **state)
{
    (void)state;
    struct scene s;
    struct zone *zone = open_zone("Asia/Tokyo");
    struct pretend_recorder r = {
        .skips_waits = true, .clock_offset_ms = -61234, .zone = zone, .clock_ppm = 20};
    struct dock_clock clock;
    struct failure why = {0};
    scene_open(&s, 50, &r);
    assert_int_equal(s.device->ops->read_clock(s.device, zone, &clock, &why), YK_OK);
    assert_close((double)clock.offset_ms, -61234, (double)clock.uncertainty_ms + 1);
    assert_true(clock.uncertainty_ms < 500);
    assert_false(clock.is_reset);
    assert_int_equal(s.device->ops->set_clock(s.device, zone, &clock, &why), YK_OK);
    assert_close((double)clock.offset_ms, 0, 400); /* as busy as the machine is */
    scene_close(&s);
    zone_close(zone);
}

static void a_clock_in_2000_is_told(void **state)
{
    (void)state;
    struct scene s;
    struct zone *zone = open_zone("Asia/Tokyo");
    struct pretend_recorder r = {
        .skips_waits = true, .clock_offset_ms = INT64_MIN, .zone = zone};
    struct dock_clock clock;
    scene_open(&s, 50, &r);
    assert_int_equal(s.device->ops->read_clock(s.device, zone, &clock, NULL), YK_OK);
    assert_true(clock.is_reset);
    assert_int_equal(clock.device_time.date.year, 2000);
    scene_close(&s);
    zone_close(zone);
}

static struct dock_setup a_setup(const struct zone *zone, bool erase)
{
    int64_t now = clock_now_utc_ns();
    int64_t start = now - floor_mod(now, NS_PER_H) + 24 * NS_PER_H;
    struct dock_setup setup = {.session = 4711,
                               .start_ns = start,
                               .stop_ns = start + 8 * 24 * NS_PER_H,
                               .zone = zone,
                               .rate_hz = 50,
                               .range_g = 8,
                               .erase = erase};
    snprintf(setup.annotation, sizeof setup.annotation,
             "_c=Kyoto&_s=S12&_i=&_x=&_so=op&_n=left+wrist+only&_p=left+wrist&_sc=P0042");
    return setup;
}

static void set_up_is_read_back(void **state)
{
    (void)state;
    static const int firmwares[] = {40, 44, 47, 50};
    for (size_t i = 0; i < sizeof firmwares / sizeof *firmwares; i++) {
        struct scene s;
        struct zone *zone = open_zone("Asia/Tokyo");
        struct pretend_recorder r = {
            .skips_waits = true, .firmware = firmwares[i], .zone = zone};
        struct failure why = {0};
        struct pretend_stats stats;
        scene_open(&s, 50, &r);
        struct dock_setup setup = a_setup(zone, true);
        if (s.device->ops->configure(s.device, &setup, NULL, &why) != YK_OK) {
            fail_msg("firmware %d: %s", firmwares[i], why.text);
        }
        pretend_stats(s.bus, 0, &stats);
        assert_int_equal(stats.formats, 1);
        assert_int_equal(stats.commits, 1);
        assert_false(stats.holds_recording);
        /* What it says of itself after a re-plug comes from the header alone. */
        dock_device_close(s.device);
        pretend_unplug(s.bus, 0);
        pretend_plug(s.bus, 0);
        s.device = docked_open(s.bus);
        struct dock_health health;
        struct dock_identity id = docked_identify(s.device, NULL, &health);
        assert_int_equal(id.session_by_command, 4711);
        assert_int_equal(id.session_by_file, 4711);
        assert_true(id.agree);
        assert_close(health.rate_hz, 50, 0);
        struct byte_source *source = NULL;
        uint64_t beyond = 0;
        enum yk_status status = s.device->ops->open_recording(s.device, &source, &beyond, &why);
        if (status == YK_OK) { /* nothing but a header */
            assert_int_equal(source->size, 1024);
            byte_source_close(source);
        } else {
            assert_int_equal(status, YK_ERR_TOO_LITTLE);
        }
        scene_close(&s);
        zone_close(zone);
    }
}

static void what_was_not_kept_is_noticed(void **state)
{
    (void)state;
    static const char *const faults[] = {"cdc/session:*:forget",   "cdc/hibernate:*:forget",
                                         "cdc/annotate:3+:forget", "cdc/format:1:refuse",
                                         "cdc/rate:*:locked",      "cdc/format:1:drop",
                                         "cdc/commit:*:refuse"};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct scene s;
        struct zone *zone = open_zone("Asia/Tokyo");
        bool erase = strcmp(faults[i], "cdc/commit:*:refuse") != 0;
        struct pretend_recorder r = {.skips_waits = true, .zone = zone, .faults = faults[i]};
        struct failure why = {0};
        scene_open(&s, 50, &r);
        struct dock_setup setup = a_setup(zone, erase);
        enum yk_status status = s.device->ops->configure(s.device, &setup, NULL, &why);
        if (status == YK_OK) { /* then it must be so */
            struct dock_health health;
            (void)docked_identify(s.device, NULL, &health);
            assert_int_equal(health.plan_start_ns == TIME_UNKNOWN, 0);
            assert_string_equal(faults[i], "cdc/format:1:drop");
        } else {
            assert_true(strlen(why.text) > 20);
        }
        scene_close(&s);
        zone_close(zone);
    }
}

static void an_ax6_with_gyroscope_is_read_and_set_up(void **state)
{
    (void)state;
    const char *folder = check_scratch("axivity_pretend6");
    struct zone *zone = open_zone("Europe/London");
    struct recorded recording;
    struct failure why = {0};
    recorded_make_ax6(&recording, folder, "six.cwa", 900, 6011834, 7);
    struct pretend_recorder r = {.file = recording.path, .skips_waits = true, .zone = zone};
    struct scene s = {folder, recording, docked_bus(&r), NULL};
    s.device = docked_open(s.bus);
    struct dock_identity id = docked_identify(s.device, NULL, NULL);
    assert_string_equal(id.model, "AX6");
    assert_string_equal(id.serial, "6011834");
    assert_true(id.agree);
    reads_back(&s, 0);
    struct dock_setup setup = a_setup(zone, true);
    setup.gyro_dps = 500;
    setup.rate_hz = 100;
    if (s.device->ops->configure(s.device, &setup, NULL, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    scene_close(&s);
    zone_close(zone);
}

/* ---- many, and fast ---- */

#define MANY 14

static void fourteen_at_once(void **state)
{
    (void)state;
    const char *folder = check_scratch("fourteen");
    struct recorded recording[MANY];
    struct pretend_recorder r[MANY] = {0};
    struct usb_bus *bus = NULL;
    for (uint32_t i = 0; i < MANY; i++) {
        char name[32];
        snprintf(name, sizeof name, "%u.cwa", i);
        recorded_make(&recording[i], folder, name, 1000 + i, 10000 + i, i + 1);
        r[i].file = recording[i].path;
    }
    assert_int_equal(pretend_bus_open(r, MANY, &bus, NULL), YK_OK);
    docked_read_at_once(bus, recording, MANY, 10000);
    for (uint32_t i = 0; i < MANY; i++) {
        recorded_release(&recording[i]);
    }
    usb_bus_close(bus);
    check_remove(folder);
}

static void nobody_waits_for_the_driver(void **state)
{
    (void)state;
    struct scene s;
    struct pretend_recorder r = {0};
    scene_open(&s, 65536, &r); /* 32 MiB */
    (void)docked_identify(s.device, NULL, NULL);
    int64_t before = clock_monotonic_ns();
    reads_back(&s, 0);
    double mb_s = (double)s.recording.n * 1e3 / (double)(clock_monotonic_ns() - before);
    printf("%.0f MB/s\n", mb_s);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__)
    assert_true(mb_s > 1);
#else
    assert_true(mb_s >= 20);
#endif
    scene_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_sources_name_the_recorder),
        cmocka_unit_test(disagreement_is_told),
        cmocka_unit_test(the_recording_comes_byte_for_byte),
        cmocka_unit_test(the_clock_is_measured_and_set),
        cmocka_unit_test(a_clock_in_2000_is_told),
        cmocka_unit_test(set_up_is_read_back),
        cmocka_unit_test(what_was_not_kept_is_noticed),
        cmocka_unit_test(an_ax6_with_gyroscope_is_read_and_set_up),
        cmocka_unit_test(fourteen_at_once),
        cmocka_unit_test(nobody_waits_for_the_driver),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
