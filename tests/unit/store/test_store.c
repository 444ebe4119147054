/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/disk.h"
#include "src/store/schema.h"
#include "src/store/store.h"
#include "tests/support/alloc.h"

static char root[2048], folder[2200], db[2300];
static struct failure why;

static int setup(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "%s", check_scratch("store"));
    snprintf(folder, sizeof folder, "%s/一階/保管", root);
    snprintf(db, sizeof db, "%s/" STORE_DB, folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    check_remove(root);
    return 0;
}

static void a_store_is_made_with_the_folders_above_it_and_only_its_owner_enters(void **state)
{
    (void)state;
    bool was_there = true;
    struct store store;
    struct stat s;
    assert_int_equal(store_create(folder, "Asia/Tokyo", &was_there, &why), YK_OK);
    assert_false(was_there);
    assert_int_equal(stat(folder, &s), 0);
    assert_int_equal(s.st_mode & 0777, 0700);
    assert_int_equal(store_open(folder, STORE_READ, &store, &why), YK_OK);
    assert_string_equal(store.zone, "Asia/Tokyo");
    store_close(&store);
    store_close(&store); /* safe twice */
}

static void made_again_it_keeps_what_it_has(void **state)
{
    (void)state;
    bool was_there = false;
    struct store store;
    assert_int_equal(store_create(folder, "Asia/Tokyo", &was_there, &why), YK_OK);
    assert_int_equal(store_create(folder, NULL, &was_there, &why), YK_OK);
    assert_true(was_there);
    assert_int_equal(store_open(folder, STORE_READ, &store, &why), YK_OK);
    assert_string_equal(store.zone, "Asia/Tokyo");
    store_close(&store);
    assert_int_equal(store_create(folder, "Nowhere/City", &was_there, &why), YK_ERR_ARGUMENT);
    assert_int_equal(store_create(folder, "Europe/London", &was_there, &why), YK_OK);
    assert_int_equal(store_open(folder, STORE_READ, &store, &why), YK_OK);
    assert_string_equal(store.zone, "Europe/London");
    store_close(&store);
}

static void a_store_that_was_begun_is_completed(void **state)
{
    (void)state;
    bool was_there = false;
    struct store store;
    char archive[2300];
    snprintf(archive, sizeof archive, "%s/" STORE_ARCHIVE, folder);
    assert_int_equal(disk_make_folders(archive, &why), YK_OK);
    check_write_text(db, ""); /* an empty file is an empty database */
    assert_int_equal(store_open(folder, STORE_READ, &store, &why), YK_ERR_STORE);
    assert_int_equal(store_create(folder, NULL, &was_there, &why), YK_OK);
    assert_int_equal(store_open(folder, STORE_READ, &store, &why), YK_OK);
    store_close(&store);
    /* with originals beside it, it is a lost one, and nothing begins anew over them */
    char original[2400];
    snprintf(original, sizeof original, "%s/%064d.cwa", archive, 7);
    assert_int_equal(truncate(db, 0), 0);
    check_write_text(original, "");
    assert_int_equal(store_open(folder, STORE_WRITE, &store, &why), YK_ERR_STORE);
    assert_non_null(strstr(why.text, "restore a backup"));
    assert_int_equal(store_create(folder, NULL, &was_there, &why), YK_ERR_STORE);
}

static void a_folder_with_other_things_is_refused(void **state)
{
    (void)state;
    bool was_there = false;
    char file[2300];
    assert_int_equal(disk_make_folders(folder, &why), YK_OK);
    snprintf(file, sizeof file, "%s/letter.txt", folder);
    check_write_text(file, "");
    assert_int_equal(store_create(folder, NULL, &was_there, &why), YK_ERR_CONFLICT);
    assert_non_null(strstr(why.text, "letter.txt"));
    assert_false(disk_is_file(db));
}

static void where_there_is_none_the_sentence_says_how_to_make_one(void **state)
{
    (void)state;
    struct store store;
    assert_int_equal(store_open(folder, STORE_WRITE, &store, &why), YK_ERR_NO_DEVICE);
    assert_non_null(strstr(why.text, "yoake init"));
    assert_false(disk_is_folder(folder));
}

static void a_newer_store_is_refused_for_reading_and_writing(void **state)
{
    (void)state;
    bool was_there = false;
    struct store store;
    assert_int_equal(store_create(folder, NULL, &was_there, &why), YK_OK);
    assert_int_equal(store_open(folder, STORE_WRITE, &store, &why), YK_OK);
    assert_int_equal(db_run(store.db, "PRAGMA user_version = 42", &why), YK_OK);
    store_close(&store);
    assert_int_equal(store_open(folder, STORE_READ, &store, &why), YK_ERR_STORE);
    assert_int_equal(store_open(folder, STORE_WRITE, &store, &why), YK_ERR_STORE);
    assert_non_null(strstr(why.text, "42"));
    assert_int_equal(store_create(folder, NULL, &was_there, &why), YK_ERR_STORE);
}

static void a_damaged_database_is_refused(void **state)
{
    (void)state;
    bool was_there = false;
    struct store store;
    assert_int_equal(store_create(folder, NULL, &was_there, &why), YK_OK);
    FILE *out = fopen(db, "wb");
    assert_non_null(out);
    for (int i = 0; i < 3000; i++) {
        fputs("no database ", out);
    }
    fclose(out);
    assert_int_equal(store_open(folder, STORE_READ, &store, &why), YK_ERR_STORE);
    assert_int_equal(store_open(folder, STORE_WRITE, &store, &why), YK_ERR_STORE);
}

static void refused_memory_can_be_repeated(void **state)
{
    (void)state;
    uint64_t k = 1;
    bool was_there = false;
    struct store store;
    for (bool refused = true; refused; k++) {
        alloc_fail_at(k);
        enum yk_status status = store_create(folder, "Asia/Tokyo", &was_there, &why);
        refused = alloc_refused();
        alloc_fail_at(0);
        assert_int_equal(status, refused ? YK_ERR_MEMORY : YK_OK);
    }
    assert_true(k > 5);
    assert_int_equal(store_open(folder, STORE_READ, &store, &why), YK_OK);
    store_close(&store);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_store_is_made_with_the_folders_above_it_and_only_its_owner_enters),
        T(made_again_it_keeps_what_it_has),
        T(a_store_that_was_begun_is_completed),
        T(a_folder_with_other_things_is_refused),
        T(where_there_is_none_the_sentence_says_how_to_make_one),
        T(a_newer_store_is_refused_for_reading_and_writing),
        T(a_damaged_database_is_refused),
        T(refused_memory_can_be_repeated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
