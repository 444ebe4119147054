/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drivers/dock_device.h"
#include "tests/support/alloc.h"
#include "tests/support/docked.h"

static char folder[2048];
static struct recorded recording;

static int setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%s/取り込み AX3", check_scratch("mounted"));
    mkdir(folder, 0700);
    recorded_make(&recording, folder, "cwa-data.CWA", 100, 39434, 26);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    recorded_release(&recording);
    *strrchr(folder, '/') = '\0';
    check_remove(folder);
    return 0;
}

static struct dock_device *open_it(void)
{
    struct dock_device *device = NULL;
    struct failure why = {.text = ""};
    const struct dock_driver *driver = dock_driver_for_folder(folder);
    assert_non_null(driver);
    assert_string_equal(driver->id, "mounted");
    struct dock_slot slot = {.folder = folder};
    assert_int_equal(driver->open(&slot, NULL, &device, &why), YK_OK);
    return device;
}

static void a_folder_with_the_recorders_file_is_known_whatever_its_case(void **state)
{
    (void)state;
    struct dock_device *device = open_it();
    struct dock_identity id;
    struct dock_battery battery;
    struct dock_health health;
    assert_int_equal(device->ops->identify(device, &id, &battery, &health, NULL), YK_OK);
    assert_string_equal(id.model, "AX3");
    assert_string_equal(id.serial, "39434");
    assert_int_equal(id.id_by_file, 39434);
    assert_int_equal(id.session_by_file, 26);
    assert_true(id.agree);
    assert_true(id.id_by_usb == UINT64_MAX);
    assert_true(isnan(battery.percent));
    assert_int_equal(health.self_test, -1);
    assert_null(device->ops->configure);
    assert_true(device->ops->capacity_bytes(device) > 0);
    dock_device_close(device);
    assert_null(dock_driver_for_folder("/nowhere"));
    assert_null(dock_driver_for_folder("/"));
}

static void its_recording_is_read_and_read_again(void **state)
{
    (void)state;
    struct dock_device *device = open_it();
    struct failure why = {.text = ""};
    size_t n = 0;
    uint64_t beyond = 9;
    uint8_t data[700];
    uint8_t *all = docked_read(device, &n, &beyond, &why);
    assert_non_null(all);
    assert_int_equal(n, recording.n);
    assert_int_equal(beyond, 0);
    assert_memory_equal(all, recording.at, n);
    free(all);
    assert_int_equal(device->ops->reread(device, 1000, data, sizeof data, &why), YK_OK);
    assert_memory_equal(data, recording.at + 1000, sizeof data);
    assert_int_equal(device->ops->reread(device, recording.n, data, 1, &why), YK_ERR_CORRUPT);
    dock_device_close(device);
}

static void a_drive_that_is_pulled_out_is_a_missing_device(void **state)
{
    (void)state;
    struct dock_device *device = open_it();
    struct failure why = {.text = ""};
    struct byte_source *source = NULL;
    struct dock_identity id;
    struct dock_battery battery;
    struct dock_health health;
    uint64_t beyond;
    uint8_t byte;
    unlink(recording.path);
    assert_int_equal(device->ops->identify(device, &id, &battery, &health, &why),
                     YK_ERR_NO_DEVICE);
    assert_int_equal(device->ops->open_recording(device, &source, &beyond, &why),
                     YK_ERR_NO_DEVICE);
    assert_int_equal(device->ops->reread(device, 0, &byte, 1, &why), YK_ERR_NO_DEVICE);
    assert_non_null(strstr(why.text, "plug it in again"));
    dock_device_close(device);
    struct dock_slot slot = {.folder = folder};
    for (size_t i = 0; i < dock_driver_count(); i++) {
        assert_int_not_equal(dock_driver_at(i)->open(&slot, NULL, &device, &why), YK_OK);
    }
    assert_null(dock_driver_at(dock_driver_count()));
}

static void a_file_without_data_or_header_is_no_recording_of_anybody(void **state)
{
    (void)state;
    struct dock_device *device = open_it();
    struct failure why = {.text = ""};
    struct byte_source *source = NULL;
    struct dock_identity id;
    struct dock_battery battery;
    struct dock_health health;
    uint64_t beyond;
    assert_int_equal(truncate(recording.path, 1024), 0);
    assert_int_equal(device->ops->open_recording(device, &source, &beyond, &why),
                     YK_ERR_TOO_LITTLE);
    assert_int_equal(truncate(recording.path, 10), 0);
    assert_int_equal(device->ops->identify(device, &id, &battery, &health, &why), YK_OK);
    assert_string_equal(id.serial, "");
    assert_true(id.id_by_file == UINT64_MAX);
    dock_device_close(device);
}

static void refused_memory_is_a_failure_and_leaks_nothing(void **state)
{
    (void)state;
    const struct dock_driver *driver = dock_driver_for_folder(folder);
    struct dock_slot slot = {.folder = folder};
    for (uint64_t k = 1;; k++) {
        struct dock_device *device = NULL;
        struct byte_source *source = NULL;
        uint64_t beyond;
        alloc_fail_at(k);
        enum yk_status status = driver->open(&slot, NULL, &device, NULL);
        if (status == YK_OK) {
            status = device->ops->open_recording(device, &source, &beyond, NULL);
        }
        bool refused = alloc_refused();
        alloc_fail_at(0);
        byte_source_close(source);
        dock_device_close(device);
        if (!refused) {
            assert_int_equal(status, YK_OK);
            break;
        }
        assert_int_equal(status, YK_ERR_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_folder_with_the_recorders_file_is_known_whatever_its_case, setup, teardown),
        cmocka_unit_test_setup_teardown(its_recording_is_read_and_read_again, setup, teardown),
        cmocka_unit_test_setup_teardown(a_drive_that_is_pulled_out_is_a_missing_device, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            a_file_without_data_or_header_is_no_recording_of_anybody, setup, teardown),
        cmocka_unit_test_setup_teardown(refused_memory_is_a_failure_and_leaks_nothing, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
