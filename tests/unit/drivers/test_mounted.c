/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drivers/dock_device.h"
#include "src/base/mem.h"
#include "src/dock/known_file.h"
#include "tests/support/alloc.h"
#include "tests/support/docked.h"

extern const struct dock_driver driver_mounted;

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

/* The recordings in a folder, at most DOCK_FILES_MAX of them; how many. */
static size_t list_it(const char *where, struct dock_file *out)
{
    const struct dock_driver *driver = NULL;
    struct dock_file *files = NULL;
    size_t n = 0;
    assert_int_equal(dock_driver_for_folder(where, known_file_read, &driver, &files, &n, NULL),
                     YK_OK);
    assert_true((driver != NULL) == (n > 0));
    if (n > 0) {
        assert_string_equal(driver->id, "mounted");
        memcpy(out, files, n * sizeof *files);
    }
    mem_free(files);
    return n;
}

static struct dock_file only_file; /* of open_it() */

static struct dock_device *open_it(void)
{
    struct dock_device *device = NULL;
    struct failure why = {.text = ""};
    struct dock_file files[DOCK_FILES_MAX];
    assert_int_equal(list_it(folder, files), 1);
    only_file = files[0];
    struct dock_slot slot = {.folder = folder, .file = &only_file};
    assert_int_equal(driver_mounted.open(&slot, NULL, &device, &why), YK_OK);
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
    struct dock_file files[DOCK_FILES_MAX];
    assert_int_equal(list_it("/", files), 0);
}

static void a_folder_that_is_not_there_is_said_to_be_missing(void **state)
{
    (void)state;
    const struct dock_driver *driver = NULL;
    struct dock_file *files = NULL;
    struct failure why;
    size_t n = 0;
    assert_int_equal(
        dock_driver_for_folder("/nowhere", known_file_read, &driver, &files, &n, &why),
        YK_ERR_NO_DEVICE);
    assert_non_null(strstr(why.text, "/nowhere"));
    assert_null(files);
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
    struct dock_slot slot = {.folder = folder, .file = &only_file};
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
    const struct dock_driver *driver = &driver_mounted;
    struct dock_file files[DOCK_FILES_MAX];
    assert_int_equal(list_it(folder, files), 1);
    struct dock_slot slot = {.folder = folder, .file = &files[0]};
    for (uint64_t k = 1;; k++) {
        struct dock_device *device = NULL;
        struct byte_source *source = NULL;
        uint64_t beyond;
        alloc_fail_at(k);
        enum yk_status status = driver->open(&slot, NULL, &device, NULL);
        if (status == YK_OK) {
            status = device->ops->open_recording(device, &source, &beyond, NULL);
        }
        bool refused = alloc_end(status, YK_OK);
        byte_source_close(source);
        dock_device_close(device);
        if (!refused) {
            break;
        }
    }
}

/* Puts a copy of a file into the folder, under a name, with a date of its own. */
static void put(const char *from, const char *name, time_t changed)
{
    char path[2600];
    size_t n = 0;
    char *at = check_read_file(from, &n);
    assert_non_null(at);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    check_write_file(path, at, n);
    free(at);
    /* read for the last time two days before: any reading would be written down */
    struct timespec times[2] = {{.tv_sec = changed - 172800}, {.tv_sec = changed}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void every_recording_that_a_format_knows_is_found_and_nothing_is_written(void **state)
{
    (void)state;
    static const time_t CHANGED = 1778461201;
    struct dock_file files[DOCK_FILES_MAX];
    struct stat before, after;
    char path[2600];
    SHARED_OR_SKIP(geneactiv, "data/geneactiv/gnactv_sample.bin");
    put(geneactiv, "A wearer_left wrist.bin", CHANGED);
    put(geneactiv, ".hidden.bin", CHANGED);
    snprintf(path, sizeof path, "%s/readme.txt", folder);
    check_write_text(path, "No recording.\n");
    snprintf(path, sizeof path, "%s/folder", folder);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/A wearer_left wrist.bin", folder);
    assert_int_equal(stat(path, &before), 0);
    assert_int_equal(list_it(folder, files), 2);
    assert_string_equal(files[0].name, "A wearer_left wrist.bin");
    assert_string_equal(files[0].format, "geneactiv");
    assert_string_equal(files[0].serial, "051386");
    assert_true(files[0].changed_ns == CHANGED * NS_PER_S);
    assert_true(files[0].first_ns != TIME_UNKNOWN && files[0].first_ns < files[0].last_ns);
    assert_string_equal(files[1].name, "cwa-data.CWA");
    assert_string_equal(files[1].serial, "39434");
    struct dock_device *device = NULL;
    struct dock_slot slot = {.folder = folder, .file = &files[0]};
    struct dock_identity id;
    struct dock_battery battery;
    struct dock_health health;
    size_t n = 0;
    uint64_t beyond = 9;
    uint8_t byte;
    assert_int_equal(driver_mounted.open(&slot, NULL, &device, NULL), YK_OK);
    assert_int_equal(device->ops->identify(device, &id, &battery, &health, NULL), YK_OK);
    assert_string_equal(id.format, "geneactiv");
    assert_string_equal(id.serial, "051386");
    assert_true(id.id_by_file == UINT64_MAX && id.session_by_file == UINT64_MAX && id.agree);
    assert_true(health.last_changed_ns == CHANGED * NS_PER_S);
    uint8_t *all = docked_read(device, &n, &beyond, NULL);
    assert_non_null(all);
    assert_int_equal(n, before.st_size);
    free(all);
    assert_int_equal(device->ops->reread(device, 7, &byte, 1, NULL), YK_OK);
    dock_device_close(device);
    assert_int_equal(stat(path, &after), 0);
    assert_true(after.st_atim.tv_sec == before.st_atim.tv_sec);
    assert_true(after.st_mtim.tv_sec == before.st_mtim.tv_sec);
    assert_true(after.st_ctim.tv_sec == before.st_ctim.tv_sec &&
                after.st_ctim.tv_nsec == before.st_ctim.tv_nsec);
}

static void a_collection_of_recordings_is_no_recorder(void **state)
{
    (void)state;
    const struct dock_driver *driver = NULL;
    struct dock_file *files = NULL;
    struct failure why = {.text = ""};
    char name[40];
    size_t n = 0;
    for (int i = 0; i < DOCK_FILES_MAX; i++) {
        snprintf(name, sizeof name, "%d.cwa", i);
        put(recording.path, name, 1778461201);
    }
    assert_int_equal(dock_driver_for_folder(folder, known_file_read, &driver, &files, &n, &why),
                     YK_ERR_CONFLICT);
    assert_null(driver);
    assert_non_null(strstr(why.text, "yoake import"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_folder_with_the_recorders_file_is_known_whatever_its_case, setup, teardown),
        cmocka_unit_test(a_folder_that_is_not_there_is_said_to_be_missing),
        cmocka_unit_test_setup_teardown(its_recording_is_read_and_read_again, setup, teardown),
        cmocka_unit_test_setup_teardown(a_drive_that_is_pulled_out_is_a_missing_device, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            a_file_without_data_or_header_is_no_recording_of_anybody, setup, teardown),
        cmocka_unit_test_setup_teardown(
            every_recording_that_a_format_knows_is_found_and_nothing_is_written, setup,
            teardown),
        cmocka_unit_test_setup_teardown(a_collection_of_recordings_is_no_recorder, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(refused_memory_is_a_failure_and_leaks_nothing, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
