/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/store/dockings.h"
#include "tests/support/store_scene.h"

static struct store_scene scene;
static struct failure why;

static struct docking line(int64_t at_ns)
{
    struct docking docking;
    docking_init(&docking);
    docking.at_ns = at_ns;
    docking.is_verified = DOCKING_YES;
    snprintf(docking.device_serial, sizeof docking.device_serial, "39434");
    snprintf(docking.outcome, sizeof docking.outcome, "safe_to_unplug");
    return docking;
}

static void a_line_comes_back_as_it_was_written_unknown_values_too(void **state)
{
    (void)state;
    struct docking first = line(1000), second = line(2000), *list = NULL;
    size_t n = 0;
    second.session = 4294967295.0;
    second.clock = (struct clock_reading){2000, -1234.5, 3};
    second.clock_is_reset = DOCKING_NO;
    second.bytes = 268435456;
    assert_int_equal(docking_add(&scene.store, &second, &why), YK_OK);
    assert_int_equal(docking_add(&scene.store, &first, &why), YK_OK);
    assert_int_equal(docking_list(&scene.store, "39434", &list, &n, &why), YK_OK);
    assert_int_equal(n, 2);
    assert_true(list[0].at_ns == 1000 && isnan(list[0].session) && isnan(list[0].loan) &&
                list[0].clock.at_ns == TIME_UNKNOWN &&
                list[0].clock_is_reset == DOCKING_UNKNOWN);
    assert_close(list[1].session, 4294967295.0, 0);
    assert_close(list[1].clock.offset_ms, -1234.5, 0);
    assert_close(list[1].bytes, 268435456, 0);
    assert_int_equal(list[1].clock_is_reset, DOCKING_NO);
    mem_free(list);
}

static void a_recording_takes_its_docking_along_when_deleted(void **state)
{
    (void)state;
    struct import_result result;
    struct person_receipt receipt;
    struct docking docking = line(1000);
    store_scene_import(&scene, 1, "P01", &result);
    snprintf(docking.recording, sizeof docking.recording, "%s", result.row.id);
    assert_int_equal(docking_add(&scene.store, &docking, &why), YK_OK);
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM docking"), 1);
    person_receipt_init(&receipt);
    if (person_delete(&scene.store, "P01", &receipt, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    person_receipt_release(&receipt);
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM docking"), 0);
}

static void what_names_no_recording_or_nothing_at_all_is_refused(void **state)
{
    (void)state;
    struct docking docking = line(1000);
    snprintf(docking.recording, sizeof docking.recording, "nothing");
    assert_int_equal(docking_add(&scene.store, &docking, &why), YK_ERR_CONFLICT);
    docking = line(TIME_UNKNOWN);
    assert_int_equal(docking_add(&scene.store, &docking, &why), YK_ERR_ARGUMENT);
    docking = line(1);
    docking.is_verified = DOCKING_UNKNOWN;
    assert_int_equal(docking_add(&scene.store, &docking, &why), YK_ERR_ARGUMENT);
}

int main(void)
{
#define T(name) STORE_TEST(name, scene)
    const struct CMUnitTest tests[] = {
        T(a_line_comes_back_as_it_was_written_unknown_values_too),
        T(a_recording_takes_its_docking_along_when_deleted),
        T(what_names_no_recording_or_nothing_at_all_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
