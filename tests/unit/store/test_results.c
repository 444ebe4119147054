/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

#include "src/store/results.h"
#include "tests/support/alloc.h"
#include "tests/support/fixture.h"
#include "tests/support/store_scene.h"

static struct store_scene scene;
static struct failure why;
static struct import_result imported;
static struct analysis week;

static int setup(void **state)
{
    (void)state;
    struct zone *zone = NULL;
    store_scene_make(&scene);
    store_scene_import(&scene, 1, "P01", &imported);
    fixture_week(&week, &zone);
    assert_int_equal(parameters_of_recipe(RECIPE_DEFAULT, &week.made_by.parameters, &why),
                     YK_OK);
    zone_close(zone);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    analysis_release(&week);
    store_scene_remove(&scene);
    return 0;
}

static enum yk_status add(int64_t version)
{
    struct result_file file = {.bytes = 1};
    snprintf(file.name, sizeof file.name, "%s.%d.h5", imported.row.id, (int)version);
    memset(file.sha256, 'a', 64);
    return results_add(&scene.store, imported.row.id, version, &week, &file, &why);
}

static void nights_days_and_rhythm_become_rows(void **state)
{
    (void)state;
    if (add(2) != YK_OK) {
        fail_msg("%s", why.text);
    }
    int64_t id = store_scene_number(&scene, "SELECT max(id) FROM analysis");
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM night WHERE analysis = %lld",
             (long long)id);
    assert_int_equal(store_scene_number(&scene, sql), week.n_nights);
    /* The sixth night of the printed example is not counted; the first lasted from 23:50 to
     * 7:05, of which 395 minutes asleep. */
    snprintf(sql, sizeof sql,
             "SELECT exclude <> 0 FROM night WHERE analysis = %lld AND number = 6",
             (long long)id);
    assert_int_equal(store_scene_number(&scene, sql), 1);
    snprintf(sql, sizeof sql,
             "SELECT tst_min FROM night WHERE analysis = %lld AND night_date = '2026-05-11'",
             (long long)id);
    assert_int_equal(store_scene_number(&scene, sql), 395);
    snprintf(sql, sizeof sql,
             "SELECT onset_ns = %lld AND wake_ns = %lld FROM night WHERE analysis = %lld AND "
             "number = 1",
             (long long)week.nights[0].onset_ns, (long long)week.nights[0].wake_ns,
             (long long)id);
    assert_int_equal(store_scene_number(&scene, sql), 1);
    snprintf(sql, sizeof sql, "SELECT count(*) FROM day WHERE analysis = %lld", (long long)id);
    assert_int_equal(store_scene_number(&scene, sql), week.n_days);
    snprintf(sql, sizeof sql, "SELECT count(*) FROM rest WHERE analysis = %lld", (long long)id);
    assert_int_equal(store_scene_number(&scene, sql), week.n_rests);
    snprintf(sql, sizeof sql, "SELECT count(*) FROM rhythm WHERE analysis = %lld",
             (long long)id);
    assert_int_equal(store_scene_number(&scene, sql), 1);
}

static void unknown_values_are_null(void **state)
{
    (void)state;
    week.nights[2].onset_ns = TIME_UNKNOWN;
    assert_int_equal(add(2), YK_OK);
    assert_int_equal(store_scene_number(&scene,
                                        "SELECT onset_ns IS NULL AND wake_ns IS NOT NULL "
                                        "FROM night WHERE number = 3 AND analysis = "
                                        "(SELECT max(id) FROM analysis)"),
                     1);
    assert_int_equal(store_scene_number(&scene,
                                        "SELECT count(*) FROM night WHERE number = 6 AND "
                                        "sol_min IS NULL AND analysis = "
                                        "(SELECT max(id) FROM analysis)"),
                     1);
}

static void a_new_analysis_is_current_and_the_old_one_stays(void **state)
{
    (void)state;
    int64_t version = 0;
    char name[96];
    struct recording_row row;
    assert_int_equal(results_next(&scene.store, imported.row.id, &version, name, &why), YK_OK);
    assert_int_equal(version, 2);
    assert_non_null(strstr(name, ".2.h5"));
    assert_int_equal(add(2), YK_OK);
    assert_int_equal(recording_find(&scene.store, imported.row.id, &row, &why), YK_OK);
    assert_int_equal(row.version, 2);
    assert_int_equal(row.n_analyses, 2);
    assert_int_equal(row.n_nights, 7);
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM analysis"), 2);
    assert_int_equal(add(2), YK_ERR_CONFLICT); /* never overwritten */
}

static void refused_memory_adds_nothing(void **state)
{
    (void)state;
    uint64_t k = 1;
    for (bool refused = true; refused; k += 1 + k / 10) {
        alloc_fail_at(k);
        enum yk_status status = add(2);
        refused = alloc_refused();
        alloc_fail_at(0);
        assert_int_equal(status == YK_OK, !refused);
        assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM analysis"),
                         refused ? 1 : 2);
    }
    assert_true(k > 5);
}

static const char *differing_table(int64_t id)
{
    const char *differs = "";
    assert_int_equal(results_compare(&scene.store, id, &week, &differs, &why), YK_OK);
    return differs;
}

static void rows_that_are_not_those_of_the_file_are_found_even_where_it_has_none(void **state)
{
    (void)state;
    assert_int_equal(add(2), YK_OK);
    int64_t id = store_scene_number(&scene, "SELECT max(id) FROM analysis");
    assert_null(differing_table(id));
    const size_t n_days = week.n_days;
    assert_true(n_days > 1);
    week.n_days = 0;
    assert_string_equal(differing_table(id), "day");
    week.n_days = n_days - 1;
    assert_string_equal(differing_table(id), "day");
    week.n_days = n_days;
    week.nights[1].wake_ns += 1;
    assert_string_equal(differing_table(id), "night");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(nights_days_and_rhythm_become_rows),
        T(rows_that_are_not_those_of_the_file_are_found_even_where_it_has_none),
        T(unknown_values_are_null),
        T(a_new_analysis_is_current_and_the_old_one_stays),
        T(refused_memory_adds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
