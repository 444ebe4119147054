/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/store/identity.h"
#include "src/store/persons.h"
#include "tests/support/store_scene.h"

/* Not a person's name. */
#define NAME "架空テスト名"

static struct store_scene scene;
static struct failure why;
static char key[2200];

static int setup(void **state)
{
    store_scene_setup(state);
    snprintf(key, sizeof key, "%s/鍵", scene.root);
    assert_int_equal(person_add(&scene.store, "P01", NULL, NULL, &why), YK_OK);
    return 0;
}

static struct identities *open_names(void)
{
    struct identities *names = NULL;
    if (identity_open(scene.folder, key, &names, &why) != YK_OK)
        fail_msg("%s", why.text);
    return names;
}

static void put(struct identities *names, const char *code, const char *name)
{
    struct identity one = {.code = ""};
    snprintf(one.code, sizeof one.code, "%s", code);
    snprintf(one.name, sizeof one.name, "%s", name);
    if (identity_put(names, &one, &why) != YK_OK)
        fail_msg("%s", why.text);
}

/* Any file directly in the store's folder that holds these bytes. */
static bool is_anywhere(const char *text)
{
    bool is_found = false;
    DIR *dir = opendir(scene.folder);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[4400];
        size_t n = 0;
        snprintf(path, sizeof path, "%s/%s", scene.folder, entry->d_name);
        char *at = entry->d_type == DT_REG ? check_read_file(path, &n) : NULL;
        is_found = is_found || (at != NULL && memmem(at, n, text, strlen(text)) != NULL);
        free(at);
    }
    closedir(dir);
    return is_found;
}

/* The disk of the key is full: what was begun is in nobody's way. */
static void names_that_were_begun_and_not_kept_are_none(void **state)
{
    (void)state;
    char damage[128], copy[2400];
    bool was_there = true;
    struct person_receipt receipt;
    struct identities *names = NULL;
    person_receipt_init(&receipt);
    snprintf(copy, sizeof copy, "%s/copy.db", scene.root);
    assert_true(identity_create(scene.folder, "/dev/full", &why) != YK_OK);
    assert_true(is_anywhere("SQLite format 3")); /* begun */
    assert_int_equal(identity_open(scene.folder, key, &names, &why), YK_ERR_NO_DEVICE);
    assert_non_null(strstr(why.text, "identity init"));
    assert_int_equal(identity_check(scene.folder, damage, NULL, NULL, &why), YK_OK);
    assert_string_equal(damage, "");
    assert_int_equal(identity_copy_to(scene.folder, copy, &was_there, &why), YK_OK);
    assert_false(was_there);
    assert_int_equal(person_delete(&scene.store, "P01", &receipt, &why), YK_OK);
    assert_false(receipt.had_name);
    assert_int_equal(identity_create(scene.folder, key, &why), YK_OK);
    names = open_names();
    put(names, "P01", NAME);
    identity_close(names);
    person_receipt_release(&receipt);
}

static void names_come_back_with_the_key_and_stand_in_no_file_in_clear(void **state)
{
    (void)state;
    struct identity found;
    assert_int_equal(identity_create(scene.folder, key, &why), YK_OK);
    struct identities *names = open_names();
    put(names, "P01", NAME);
    identity_close(names);
    names = open_names();
    assert_int_equal(identity_find(names, "P01", &found, &why), YK_OK);
    assert_string_equal(found.name, NAME);
    assert_string_equal(found.kana, "");
    assert_int_equal(identity_find(names, "P02", &found, &why), YK_ERR_NO_DEVICE);
    put(names, "P01", "別の名");
    assert_int_equal(identity_find(names, "P01", &found, &why), YK_OK);
    assert_string_equal(found.name, "別の名");
    identity_close(names);
    assert_false(is_anywhere(NAME));
    assert_false(is_anywhere("別の名"));
    assert_true(is_anywhere("P01"));
}

static void another_key_or_none_opens_nothing(void **state)
{
    (void)state;
    char other[2300];
    struct identities *names = NULL;
    struct stat s;
    assert_int_equal(identity_open(scene.folder, key, &names, &why), YK_ERR_NO_DEVICE);
    assert_non_null(strstr(why.text, "yoake identity init"));
    assert_int_equal(identity_create(scene.folder, key, &why), YK_OK);
    assert_int_equal(stat(key, &s), 0);
    assert_int_equal(s.st_mode & 0777, 0600);
    snprintf(other, sizeof other, "%s/other", scene.root);
    assert_int_equal(identity_open(scene.folder, other, &names, &why), YK_ERR_NO_DEVICE);
    check_write_text(other,
                     "yoake-identity-key-1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
    assert_int_equal(chmod(other, 0644), 0);
    assert_int_equal(identity_open(scene.folder, other, &names, &why), YK_ERR_ACCESS);
    assert_non_null(strstr(why.text, "chmod 600"));
    assert_int_equal(chmod(other, 0600), 0);
    assert_int_equal(identity_open(scene.folder, other, &names, &why), YK_ERR_ACCESS);
    assert_non_null(strstr(why.text, "not the key"));
    check_write_text(other, "something else\n");
    assert_int_equal(identity_open(scene.folder, other, &names, &why), YK_ERR_CORRUPT);
    assert_null(names);
}

static void a_key_inside_the_store_and_a_second_table_are_refused(void **state)
{
    (void)state;
    char inside[2400];
    snprintf(inside, sizeof inside, "%s/archive/key", scene.folder);
    assert_int_equal(identity_create(scene.folder, inside, &why), YK_ERR_CONFLICT);
    assert_int_not_equal(access(inside, F_OK), 0);
    assert_int_equal(identity_create(scene.folder, key, &why), YK_OK);
    assert_int_equal(identity_create(scene.folder, key, &why), YK_ERR_CONFLICT);
}

static void a_field_that_was_moved_or_changed_does_not_open(void **state)
{
    (void)state;
    char path[2400];
    struct db *db = NULL;
    struct identity found;
    assert_int_equal(identity_create(scene.folder, key, &why), YK_OK);
    struct identities *names = open_names();
    put(names, "P01", NAME);
    put(names, "P02", "別の名");
    identity_close(names);
    snprintf(path, sizeof path, "%s/" STORE_IDENTITY, scene.folder);
    static const char *const changes[] = {
        "UPDATE identity SET name = (SELECT name FROM identity WHERE code = 'P02') WHERE code "
        "= "
        "'P01'",
        "UPDATE identity SET name = kana WHERE code = 'P01'",
        "UPDATE identity SET name = 'AAAA' || substr(name, 5) WHERE code = 'P01'",
        "UPDATE identity SET name = '' WHERE code = 'P01'"};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        assert_int_equal(db_open(path, DB_WRITE, &db, &why), YK_OK);
        assert_int_equal(db_run(db, changes[i], &why), YK_OK);
        db_close(db);
        names = open_names();
        assert_int_equal(identity_find(names, "P01", &found, &why), YK_ERR_CORRUPT);
        assert_null(strstr(why.text, "別"));
        assert_int_equal(identity_find(names, "P02", &found, &why), YK_OK);
        put(names, "P01", NAME);
        identity_close(names);
    }
}

static void two_equal_names_are_sealed_differently_and_lengths_are_rounded(void **state)
{
    (void)state;
    char path[2400];
    struct db *db = NULL;
    int64_t n = 0;
    assert_int_equal(identity_create(scene.folder, key, &why), YK_OK);
    struct identities *names = open_names();
    put(names, "P01", "あ");
    put(names, "P02", "あ");
    put(names, "P03", "いろはにほへとちりぬるを");
    identity_close(names);
    snprintf(path, sizeof path, "%s/" STORE_IDENTITY, scene.folder);
    assert_int_equal(db_open(path, DB_READ, &db, &why), YK_OK);
    assert_int_equal(db_integer(db, "SELECT count(DISTINCT name) FROM identity", 0, &n, &why),
                     YK_OK);
    assert_int_equal(n, 3);
    assert_int_equal(
        db_integer(db, "SELECT count(DISTINCT length(name)) FROM identity", 0, &n, &why),
        YK_OK);
    assert_int_equal(n, 1);
    db_close(db);
}

static void renaming_and_deleting_a_participant_need_no_key(void **state)
{
    (void)state;
    struct identity found;
    struct person_receipt receipt;
    assert_int_equal(identity_create(scene.folder, key, &why), YK_OK);
    struct identities *names = open_names();
    put(names, "P01", NAME);
    assert_int_equal(person_set(&scene.store, "P01", "P77", NULL, NULL, &why), YK_OK);
    assert_int_equal(identity_find(names, "P77", &found, &why), YK_OK);
    assert_string_equal(found.name, NAME);
    person_receipt_init(&receipt);
    if (person_delete(&scene.store, "P77", &receipt, &why) != YK_OK)
        fail_msg("%s", why.text);
    assert_true(receipt.had_name);
    person_receipt_release(&receipt);
    assert_int_equal(identity_find(names, "P77", &found, &why), YK_ERR_NO_DEVICE);
    identity_close(names);
    assert_false(is_anywhere("P77/"));
}

/* Whoever got the code next would get the name with it. */
static void a_participant_with_a_name_is_not_removed(void **state)
{
    (void)state;
    bool was_there = false;
    assert_int_equal(identity_create(scene.folder, key, &why), YK_OK);
    struct identities *names = open_names();
    put(names, "P01", NAME);
    identity_close(names);
    assert_int_equal(person_remove(&scene.store, "P01", &why), YK_ERR_CONFLICT);
    assert_non_null(strstr(why.text, "identity remove P01"));
    assert_int_equal(identity_forget(scene.folder, "P01", &was_there, &why), YK_OK);
    assert_true(was_there);
    assert_int_equal(person_remove(&scene.store, "P01", &why), YK_OK);
}

static void a_participant_is_not_renamed_without_the_name(void **state)
{
    (void)state;
    struct person person;
    struct identity found;
    assert_int_equal(identity_create(scene.folder, key, &why), YK_OK);
    struct identities *names = open_names();
    put(names, "P01", NAME);
    put(names, "P09", "別の名"); /* of nobody */
    assert_int_equal(person_set(&scene.store, "P01", "P09", NULL, NULL, &why), YK_ERR_CONFLICT);
    assert_non_null(strstr(why.text, "identity remove P09"));
    assert_int_equal(person_find(&scene.store, "P01", &person, &why), YK_OK);
    assert_int_equal(identity_find(names, "P01", &found, &why), YK_OK);
    assert_string_equal(found.name, NAME);
    identity_close(names);
}

static void a_participant_without_a_name_is_not_renamed_to_a_kept_one(void **state)
{
    (void)state;
    struct person person;
    assert_int_equal(identity_create(scene.folder, key, &why), YK_OK);
    struct identities *names = open_names();
    put(names, "P09", NAME); /* of nobody */
    identity_close(names);
    assert_int_equal(person_set(&scene.store, "P01", "P09", NULL, NULL, &why), YK_ERR_CONFLICT);
    assert_non_null(strstr(why.text, "identity remove P09"));
    assert_int_equal(person_find(&scene.store, "P01", &person, &why), YK_OK);
    assert_int_equal(person_set(&scene.store, "P01", "P01", NULL, "g", &why), YK_OK);
}

/* What cannot be deleted whole stays whole, and can be deleted later. */
static void a_participant_is_not_deleted_without_the_name(void **state)
{
    (void)state;
    struct db *db = NULL;
    struct person person;
    struct person_receipt receipt;
    char path[2400];
    snprintf(path, sizeof path, "%s/" STORE_IDENTITY, scene.folder);
    assert_int_equal(identity_create(scene.folder, key, &why), YK_OK);
    struct identities *names = open_names();
    put(names, "P01", NAME);
    identity_close(names);
    assert_int_equal(db_open(path, DB_WRITE, &db, &why), YK_OK);
    assert_int_equal(db_run(db,
                            "CREATE TRIGGER keep BEFORE DELETE ON identity BEGIN SELECT "
                            "RAISE(ABORT, 'kept'); END",
                            &why),
                     YK_OK);
    person_receipt_init(&receipt);
    assert_true(person_delete(&scene.store, "P01", &receipt, &why) != YK_OK);
    assert_int_equal(person_find(&scene.store, "P01", &person, &why), YK_OK);
    person_receipt_release(&receipt);
    assert_int_equal(db_run(db, "DROP TRIGGER keep", &why), YK_OK);
    db_close(db);
    person_receipt_init(&receipt);
    assert_int_equal(person_delete(&scene.store, "P01", &receipt, &why), YK_OK);
    assert_true(receipt.had_name);
    person_receipt_release(&receipt);
}

static void nothing_no_text_and_too_much_are_refused(void **state)
{
    (void)state;
    struct identity one = {.code = "P01"};
    assert_int_equal(identity_create(scene.folder, key, &why), YK_OK);
    struct identities *names = open_names();
    assert_int_equal(identity_put(names, &one, &why), YK_ERR_ARGUMENT);
    memcpy(one.name, "a\nb", 4);
    assert_int_equal(identity_put(names, &one, &why), YK_ERR_ARGUMENT);
    memcpy(one.name, "\xFF", 2);
    assert_int_equal(identity_put(names, &one, &why), YK_ERR_ARGUMENT);
    memset(one.name, 'x', sizeof one.name - 1);
    memset(one.note, 'y', sizeof one.note - 1);
    assert_int_equal(identity_put(names, &one, &why), YK_OK); /* as long as can be */
    struct identity found, *list = NULL;
    size_t n = 0;
    assert_int_equal(identity_find(names, "P01", &found, &why), YK_OK);
    assert_string_equal(found.note, one.note);
    assert_int_equal(identity_list(names, &list, &n, &why), YK_OK);
    assert_int_equal(n, 1);
    identity_list_free(list, n);
    identity_close(names);
}

int main(void)
{
#define T(name) STORE_TEST_SETUP(name, setup, scene)
    const struct CMUnitTest tests[] = {
        T(names_that_were_begun_and_not_kept_are_none),
        T(names_come_back_with_the_key_and_stand_in_no_file_in_clear),
        T(another_key_or_none_opens_nothing),
        T(a_key_inside_the_store_and_a_second_table_are_refused),
        T(a_field_that_was_moved_or_changed_does_not_open),
        T(two_equal_names_are_sealed_differently_and_lengths_are_rounded),
        T(renaming_and_deleting_a_participant_need_no_key),
        T(a_participant_with_a_name_is_not_removed),
        T(a_participant_is_not_renamed_without_the_name),
        T(a_participant_without_a_name_is_not_renamed_to_a_kept_one),
        T(a_participant_is_not_deleted_without_the_name),
        T(nothing_no_text_and_too_much_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
