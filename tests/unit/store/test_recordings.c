/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <string.h>

#include "src/base/mem.h"
#include "src/store/recordings.h"
#include "tests/support/store_scene.h"

static struct store_scene scene;
static struct failure why;

static void add(const char *sha256, char id[static RECORDING_ID_BYTES])
{
    struct archived archived = {.suffix = "cwa", .bytes = 3};
    memcpy(archived.sha256, sha256, sizeof archived.sha256);
    assert_int_equal(db_begin(scene.store.db, &why), YK_OK);
    if (recording_add(&scene.store, &archived, "P01", NULL, id, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    assert_int_equal(db_commit(scene.store.db, &why), YK_OK);
}

static void an_id_is_as_long_as_it_must_be(void **state)
{
    (void)state;
    char hash[65], id[RECORDING_ID_BYTES];
    assert_int_equal(person_add(&scene.store, "P01", NULL, NULL, &why), YK_OK);
    memset(hash, 'a', 64);
    hash[64] = '\0';
    add(hash, id);
    assert_string_equal(id, "aaaaaaaaaaaa");
    hash[63] = 'b';
    add(hash, id);
    assert_string_equal(id, "aaaaaaaaaaaaa");
}

static void a_recording_is_found_by_the_beginning_of_its_id(void **state)
{
    (void)state;
    struct import_result one, two;
    struct recording_row row;
    char start[5] = "";
    store_scene_import(&scene, 1, "P01", &one);
    store_scene_import(&scene, 2, "P01", &two);
    memcpy(start, one.row.sha256, 4);
    assert_int_equal(recording_find(&scene.store, start, &row, &why), YK_OK);
    assert_string_equal(row.sha256, one.row.sha256);
    assert_int_equal(recording_find(&scene.store, one.row.sha256, &row, &why), YK_OK);
    assert_int_equal(recording_find(&scene.store, "abc", &row, &why), YK_ERR_NO_DEVICE);
    assert_int_equal(recording_find(&scene.store, "*?[a", &row, &why), YK_ERR_NO_DEVICE);
    assert_int_equal(recording_find(&scene.store, "ffffffffffffffff", &row, &why),
                     YK_ERR_NO_DEVICE);
}

static void a_beginning_that_fits_several_is_refused(void **state)
{
    (void)state;
    char hash[65], id[RECORDING_ID_BYTES];
    struct recording_row row;
    assert_int_equal(person_add(&scene.store, "P01", NULL, NULL, &why), YK_OK);
    memset(hash, 'a', 64);
    hash[64] = '\0';
    add(hash, id);
    hash[30] = 'b';
    add(hash, id);
    assert_int_equal(recording_find(&scene.store, "aaaa", &row, &why), YK_ERR_ARGUMENT);
    assert_non_null(strstr(why.text, "several"));
}

static void a_recording_changes_hands_only_with_a_reason_that_is_kept(void **state)
{
    (void)state;
    struct import_result one;
    struct recording_row row;
    store_scene_import(&scene, 1, "P01", &one);
    assert_int_equal(person_add(&scene.store, "P02", NULL, NULL, &why), YK_OK);
    assert_int_equal(recording_assign(&scene.store, one.row.id, "P02", "", &why),
                     YK_ERR_ARGUMENT);
    assert_int_equal(recording_assign(&scene.store, one.row.id, "P03", "x", &why),
                     YK_ERR_NO_DEVICE);
    assert_int_equal(recording_assign(&scene.store, one.row.id, "P02", "取り違え", &why),
                     YK_OK);
    assert_int_equal(recording_find(&scene.store, one.row.id, &row, &why), YK_OK);
    assert_string_equal(row.person, "P02");
    assert_int_equal(store_scene_number(&scene,
                                        "SELECT count(*) FROM audit JOIN reason ON detail = "
                                        "'P01 -> P02, reason ' || reason.id "
                                        "WHERE audit.action = 'assign' AND text = '取り違え'"),
                     1);
}

static void exclusion_needs_a_reason_and_can_be_taken_back(void **state)
{
    (void)state;
    struct import_result one;
    struct recording_row row;
    store_scene_import(&scene, 1, "P01", &one);
    assert_int_equal(recording_exclude(&scene.store, one.row.id, true, NULL, &why),
                     YK_ERR_ARGUMENT);
    assert_int_equal(recording_exclude(&scene.store, one.row.id, true, "worn by another", &why),
                     YK_OK);
    assert_int_equal(recording_find(&scene.store, one.row.id, &row, &why), YK_OK);
    assert_true(row.is_excluded);
    assert_string_equal(row.exclude_reason, "worn by another");
    assert_int_equal(recording_exclude(&scene.store, one.row.id, false, "it was not", &why),
                     YK_OK);
    assert_int_equal(recording_find(&scene.store, one.row.id, &row, &why), YK_OK);
    assert_false(row.is_excluded);
}

static void the_list_is_by_person_and_can_be_one_persons(void **state)
{
    (void)state;
    struct import_result result;
    struct recording_row *rows = NULL;
    size_t n = 0;
    store_scene_import(&scene, 1, "P02", &result);
    store_scene_import(&scene, 2, "P01", &result);
    store_scene_import(&scene, 3, "P02", &result);
    assert_int_equal(recording_list(&scene.store, NULL, &rows, &n, &why), YK_OK);
    assert_int_equal(n, 3);
    assert_string_equal(rows[0].person, "P01");
    assert_string_equal(rows[2].person, "P02");
    mem_free(rows);
    assert_int_equal(recording_list(&scene.store, "P02", &rows, &n, &why), YK_OK);
    assert_int_equal(n, 2);
    mem_free(rows);
}

int main(void)
{
#define T(name) STORE_TEST(name, scene)
    const struct CMUnitTest tests[] = {
        T(an_id_is_as_long_as_it_must_be),
        T(a_recording_is_found_by_the_beginning_of_its_id),
        T(a_beginning_that_fits_several_is_refused),
        T(a_recording_changes_hands_only_with_a_reason_that_is_kept),
        T(exclusion_needs_a_reason_and_can_be_taken_back),
        T(the_list_is_by_person_and_can_be_one_persons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
