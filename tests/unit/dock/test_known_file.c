/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A volume with recordings of several makers, docked as a folder.
 */
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/mem.h"
#include "src/dock/known_file.h"
#include "src/dock/station.h"
#include "src/store/dockings.h"
#include "src/store/loans.h"
#include "src/store/persons.h"
#include "tests/support/docked.h"
#include "tests/support/store_scene.h"

enum { MAX = 4 };

static struct store_scene scene;
static char folder[2300];
static struct bay_view last[MAX];
static struct failure why;

static int setup(void **state)
{
    store_scene_setup(state);
    memset(last, 0, sizeof last);
    snprintf(folder, sizeof folder, "%s/drive", scene.root);
    return mkdir(folder, 0700);
}

static void put(const char *from, const char *name)
{
    char path[2600];
    size_t n = 0;
    char *at = check_read_file(from, &n);
    assert_non_null(at);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    check_write_file(path, at, n);
    free(at);
}

static void on_event(void *user, const struct dock_event *event)
{
    (void)user;
    if (event->bay != NULL) {
        assert_true(event->bay->number <= MAX);
        last[event->bay->number - 1] = *event->bay;
    }
}

static struct station_totals dock_it(const char *participant)
{
    struct parameters parameters;
    struct station_totals totals;
    const char *const folders[] = {folder};
    assert_int_equal(parameters_of_recipe(RECIPE_DEFAULT, &parameters, &why), YK_OK);
    const struct station_options options = {.bays = {.store_folder = scene.folder,
                                                     .participant = participant,
                                                     .recipe = RECIPE_DEFAULT,
                                                     .parameters = &parameters,
                                                     .is_once = true},
                                            .folders = folders,
                                            .n_folders = 1,
                                            .on_event = on_event};
    if (station_run(&options, &totals, &why) != YK_OK)
        fail_msg("%s", why.text);
    return totals;
}

static void every_recording_of_a_volume_gets_a_bay_and_the_ledger_says_whose_it_is(void **state)
{
    (void)state;
    struct recorded axivity;
    struct docking *dockings = NULL;
    struct loan loan;
    size_t n = 0;
    char name[40], path[2300];
    snprintf(path, sizeof path, "%s", check_shared("data/geneactiv/gnactv_sample.bin"));
    SHARED_OR_SKIP(matrix, "data/matrix/mtx_12.5Hz_acc.BIN");
    put(path, "b wearer.bin");
    put(matrix, "c.BIN");
    recorded_make(&axivity, folder, "a.cwa", 400, 39434, 26);
    assert_int_equal(person_add(&scene.store, "0001", NULL, NULL, &why), YK_OK);
    loan_init(&loan);
    snprintf(loan.device_serial, sizeof loan.device_serial, "051386");
    snprintf(loan.person, sizeof loan.person, "0001");
    loan.from_ns = INT64_C(1558300000) * NS_PER_S; /* 2019-05-19 */
    loan.to_ns = INT64_C(1558900000) * NS_PER_S;
    if (loan_add(&scene.store, &loan, &why) != YK_OK)
        fail_msg("%s", why.text);

    struct station_totals totals = dock_it(NULL);
    assert_int_equal(totals.n_bays, 3);
    assert_int_equal(totals.n_saved, 3);
    assert_int_equal(totals.n_unsaved, 0);
    assert_string_equal(last[0].serial, "39434");
    assert_string_equal(last[1].file, "b wearer.bin");
    assert_string_equal(last[1].serial, "051386");
    assert_string_equal(last[1].person, "0001");
    for (int i = 0; i < 3; i++) {
        assert_true(last[i].is_verified);
        assert_false(last[i].was_there);
    }
    assert_string_equal(last[2].person,
                        PERSON_UNASSIGNED); /* it does not say which one it is */
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM recording WHERE suffix = "
                                                "'bin'"),
                     2);
    assert_int_equal(docking_list(&scene.store, "051386", &dockings, &n, &why), YK_OK);
    assert_int_equal(n, 1);
    assert_true(dockings[0].is_verified == DOCKING_YES);
    mem_free(dockings);
    /* no name from the volume is anywhere in the store */
    snprintf(name, sizeof name, "%s", "wearer");
    snprintf(path, sizeof path, "! grep -rq %s '%s'", name, scene.folder);
    assert_int_equal(system(path), 0);

    totals = dock_it(NULL); /* the same volume again */
    assert_int_equal(totals.n_saved, 3);
    assert_true(last[0].was_there && last[1].was_there && last[2].was_there);
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM recording"), 3);
    recorded_release(&axivity);
}

static void two_recordings_that_begin_alike_are_read_one_after_the_other(void **state)
{
    (void)state;
    struct recorded one, other;
    recorded_make(&one, folder, "one.cwa", 400, 39434, 26);
    recorded_make(&other, folder, "other.cwa", 300, 39434, 26);
    assert_memory_equal(one.at, other.at, 1024);
    assert_int_equal(person_add(&scene.store, "P01", NULL, NULL, &why), YK_OK);
    struct station_totals totals = dock_it("P01");
    assert_int_equal(totals.n_saved, 2);
    assert_int_equal(totals.n_attention, 0);
    assert_true(last[0].is_verified && last[1].is_verified);
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM recording"), 2);
    recorded_release(&one);
    recorded_release(&other);
}

static void a_folder_that_lies_deep_is_read_too(void **state)
{
    (void)state;
    struct recorded one;
    size_t n = strlen(folder);
    for (int i = 0; i < 4; i++) {
        int more = snprintf(folder + n, sizeof folder - n, "/%060d", i);
        n += (size_t)more;
        assert_int_equal(mkdir(folder, 0700), 0);
    }
    recorded_make(&one, folder, "one.cwa", 400, 39434, 26);
    assert_int_equal(person_add(&scene.store, "P01", NULL, NULL, &why), YK_OK);
    assert_int_equal(dock_it("P01").n_saved, 1);
    recorded_release(&one);
}

static void
a_file_that_no_format_knows_or_that_needs_a_description_is_no_recording(void **state)
{
    (void)state;
    struct dock_file file;
    char path[2600];
    static const char *const files[][2] = {
        {"note.txt", "Nothing to see.\n"},
        {"table.csv", "when,value\n2026-05-11 10:00:00,1\n2026-05-11 10:01:00,2\n"},
        {"table.ini", "[epochs]\ntime = when\nactivity = value\n"}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, files[i][0]);
        check_write_text(path, files[i][1]);
    }
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, files[i][0]);
        assert_false(known_file_read(path, &file));
    }
    assert_false(known_file_read("/nowhere", &file));
}

int main(void)
{
#define T(name) STORE_TEST_SETUP(name, setup, scene)
    const struct CMUnitTest tests[] = {
        T(every_recording_of_a_volume_gets_a_bay_and_the_ledger_says_whose_it_is),
        T(two_recordings_that_begin_alike_are_read_one_after_the_other),
        T(a_folder_that_lies_deep_is_read_too),
        T(a_file_that_no_format_knows_or_that_needs_a_description_is_no_recording),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
