/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tier 2 of the device tests: the driver as it is, through the real libusb, to pretend
 * recorders that libusb and udev find in a umockdev testbed. Needs neither root nor
 * /dev/bus/usb.
 */
#include "tests/support/check.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/mem.h"
#include "src/base/zone.h"
#include "tests/device/umock_polite.h"
#include "tests/device/umock_usbfs.h"
#include "tests/support/cwa_open.h"
#include "tests/support/docked.h"

struct scene {
    const char *folder;
    UMockdevTestbed *testbed;
    struct recorded recording;
    struct umock_device *recorder;
    struct usb_bus *bus;
};

static void scene_open(struct scene *self, uint32_t sectors, struct pretend_recorder *recorder)
{
    struct failure why = {0};
    self->folder = check_scratch("umock");
    recorded_make(&self->recording, self->folder, "a.cwa", sectors, 39434, 26);
    recorder->file = self->recording.path;
    self->testbed = umockdev_testbed_new();
    assert_true(umockdev_in_mock_environment());
    self->recorder = umock_new(self->testbed, recorder, 1);
    umock_plug(self->recorder);
    if (usb_libusb_open(&self->bus, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
}

static void scene_close(struct scene *self)
{
    struct umock_stats stats;
    usb_bus_close(self->bus);
    umock_stats(self->recorder, &stats, NULL);
    assert_int_equal(stats.unclaimed, 0);
    assert_int_equal(stats.configured, 0);
    umock_free(self->recorder);
    g_object_unref(self->testbed);
    recorded_release(&self->recording);
    check_remove(self->folder);
}

static void reads_back(struct dock_device *device, const struct recorded *recording)
{
    struct failure why = {0};
    size_t n = 0;
    uint8_t *all = docked_read(device, &n, NULL, &why);
    if (all == NULL) {
        fail_msg("%s", why.text);
    }
    assert_int_equal(n, recording->n);
    assert_memory_equal(all, recording->at, n);
    free(all);
}

static void libusb_lists_what_the_model_says(void **state)
{
    (void)state;
    struct scene s;
    struct pretend_recorder r = {0};
    struct usb_listing *list = NULL;
    size_t n = 0;
    scene_open(&s, 100, &r);
    assert_int_equal(s.bus->ops->list(s.bus, &list, &n, NULL), YK_OK);
    assert_int_equal(n, 1);
    assert_int_equal(list[0].vendor_id, 0x04d8);
    assert_int_equal(list[0].product_id, 0x0057);
    assert_string_equal(list[0].serial, "CWA17_39434");
    assert_string_equal(list[0].product, "AX3 Composite Device 1.7");
    assert_string_equal(list[0].place, "1-1");
    assert_int_equal(list[0].n_interfaces, 2);
    assert_int_equal(list[0].n_endpoints, 5);
    assert_int_equal(list[0].access, USB_ACCESS_OK);
    mem_free(list);
    scene_close(&s);
}

static void every_generation_is_identified_and_read(void **state)
{
    (void)state;
    static const int firmwares[] = {44, 47, 50};
    for (size_t i = 0; i < sizeof firmwares / sizeof *firmwares; i++) {
        struct scene s;
        struct pretend_recorder r = {.firmware = firmwares[i]};
        struct umock_stats stats;
        scene_open(&s, 4000, &r);
        struct dock_device *device = docked_open(s.bus);
        struct dock_identity id = docked_identify(device, NULL, NULL);
        assert_string_equal(id.serial, "39434");
        assert_true(id.agree);
        reads_back(device, &s.recording);
        dock_device_close(device);
        umock_stats(s.recorder, &stats, NULL);
        assert_true(stats.detached >= 2); /* usb-storage, cdc_acm */
        assert_int_equal(stats.attached, stats.detached);
        scene_close(&s);
    }
}

static void set_up_is_read_back(void **state)
{
    (void)state;
    struct scene s;
    struct zone *zone = open_zone("Asia/Tokyo");
    struct pretend_recorder r = {.zone = zone, .clock_offset_ms = 4321};
    struct failure why = {0};
    struct pretend_stats stats;
    scene_open(&s, 100, &r);
    struct dock_device *device = docked_open(s.bus);
    int64_t start = clock_now_utc_ns() + 24 * NS_PER_H;
    start -= floor_mod(start, NS_PER_H);
    struct dock_setup setup = {.session = 99,
                               .annotation = "_sc=P0001&_p=left+wrist",
                               .start_ns = start,
                               .stop_ns = start + 7 * 24 * NS_PER_H,
                               .zone = zone,
                               .rate_hz = 100,
                               .range_g = 8,
                               .erase = true};
    if (device->ops->configure(device, &setup, NULL, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    struct dock_health health;
    struct dock_clock clock;
    struct dock_identity id = docked_identify(device, NULL, &health);
    assert_int_equal(id.session_by_file, 99);
    assert_int_equal(device->ops->read_clock(device, zone, &clock, &why), YK_OK);
    /* what the driver promises, however busy the machine is */
    assert_true(llabs(clock.offset_ms) <= 1500 + clock.uncertainty_ms);
    umock_stats(s.recorder, NULL, &stats);
    assert_int_equal(stats.formats, 1);
    dock_device_close(device);
    scene_close(&s);
    zone_close(zone);
}

/* ---- coming and going ---- */

static bool wait_for(struct usb_bus *bus, size_t wanted, double *took_s)
{
    int64_t before = clock_monotonic_ns();
    for (;;) {
        struct usb_listing *list = NULL;
        size_t n = 0;
        bool changed = false;
        assert_int_equal(bus->ops->list(bus, &list, &n, NULL), YK_OK);
        mem_free(list);
        *took_s = (double)(clock_monotonic_ns() - before) / 1e9;
        if (n == wanted || *took_s > 5) {
            return n == wanted;
        }
        assert_int_equal(bus->ops->wait(bus, 1000, &changed, NULL), YK_OK);
    }
}

static void comings_and_goings_are_noticed(void **state)
{
    (void)state;
    struct scene s;
    struct pretend_recorder r = {0};
    double took_s = 0;
    uint64_t last = 0;
    scene_open(&s, 100, &r);
    for (int i = 0; i < 5; i++) {
        struct usb_listing *list = NULL;
        size_t n = 0;
        umock_unplug(s.recorder);
        assert_true(wait_for(s.bus, 0, &took_s));
        umock_plug(s.recorder);
        assert_true(wait_for(s.bus, 1, &took_s));
        assert_true(took_s < 3); /* by the event, not by looking; a busy machine is slow */
        assert_int_equal(s.bus->ops->list(s.bus, &list, &n, NULL), YK_OK);
        assert_true(list[0].generation > last);
        last = list[0].generation;
        mem_free(list);
    }
    scene_close(&s);
}

static void *pull(void *user)
{
    g_usleep(50000);
    umock_unplug(user);
    return NULL;
}

static void pulling_the_plug_ends_a_waiting_read(void **state)
{
    (void)state;
    struct scene s;
    struct pretend_recorder r = {0};
    pthread_t thread;
    struct failure why = {0};
    scene_open(&s, 100, &r);
    struct dock_device *device = docked_open(s.bus);
    umock_fault(s.recorder, "read10:*:hang");
    assert_int_equal(pthread_create(&thread, NULL, pull, s.recorder), 0);
    int64_t before = clock_monotonic_ns();
    size_t n = 0;
    uint8_t *all = docked_read(device, &n, NULL, &why);
    assert_null(all);
    assert_int_equal(why.code, YK_ERR_NO_DEVICE);
    assert_true(clock_monotonic_ns() - before < 5 * NS_PER_S); /* the time limit is longer */
    pthread_join(thread, NULL);
    dock_device_close(device);
    umock_fault(s.recorder, NULL);
    umock_plug(s.recorder);
    device = docked_open(s.bus);
    reads_back(device, &s.recording);
    dock_device_close(device);
    scene_close(&s);
}

/* ---- many ---- */

#define MANY 14

static void fourteen_at_once(void **state)
{
    (void)state;
    const char *folder = check_scratch("umock14");
    UMockdevTestbed *testbed = umockdev_testbed_new();
    struct recorded recording[MANY];
    struct umock_device *recorder[MANY];
    for (uint32_t i = 0; i < MANY; i++) {
        char name[32];
        snprintf(name, sizeof name, "%u.cwa", i);
        recorded_make(&recording[i], folder, name, 1000 + i, 10000 + i, i + 1);
        struct pretend_recorder r = {.file = recording[i].path, .firmware = i % 2 ? 47 : 44};
        recorder[i] = umock_new(testbed, &r, i + 1);
        umock_plug(recorder[i]);
    }
    struct usb_bus *bus = umock_polite_open();
    docked_read_at_once(bus, recording, MANY, 10000);
    usb_bus_close(bus);
    for (uint32_t i = 0; i < MANY; i++) {
        umock_free(recorder[i]);
        recorded_release(&recording[i]);
    }
    g_object_unref(testbed);
    check_remove(folder);
}

static void nobody_waits_for_driver_and_library(void **state)
{
    (void)state;
    struct scene s;
    struct pretend_recorder r = {0};
    scene_open(&s, 40000, &r);
    struct dock_device *device = docked_open(s.bus);
    int64_t before = clock_monotonic_ns();
    reads_back(device, &s.recording);
    double mb_s = (double)s.recording.n * 1e3 / (double)(clock_monotonic_ns() - before);
    printf("%.0f MB/s through libusb\n", mb_s);
    assert_true(mb_s > 5); /* the testbed's own sockets are the slow part */
    dock_device_close(device);
    scene_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(libusb_lists_what_the_model_says),
        cmocka_unit_test(every_generation_is_identified_and_read),
        cmocka_unit_test(set_up_is_read_back),
        cmocka_unit_test(comings_and_goings_are_noticed),
        cmocka_unit_test(pulling_the_plug_ends_a_waiting_read),
        cmocka_unit_test(fourteen_at_once),
        cmocka_unit_test(nobody_waits_for_driver_and_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
