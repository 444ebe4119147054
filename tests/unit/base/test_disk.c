/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/disk.h"

static struct scratch scratch = {.file = "表.csv"};
static char part[4300];
static struct failure why;

static int setup(void **state)
{
    scratch_setup(state);
    snprintf(part, sizeof part, "%s.part", scratch.path);
    return 0;
}

static void put(const char *file, const char *text)
{
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(disk_write(fd, text, strlen(text), file, &why), YK_OK);
    close(fd);
}

static off_t size_of(const char *file)
{
    struct stat s;
    return stat(file, &s) == 0 ? s.st_size : -1;
}

static void a_published_file_replaces_the_old_one(void **state)
{
    (void)state;
    put(scratch.path, "old");
    put(part, "newer");
    assert_int_equal(disk_publish(part, scratch.path, &why), YK_OK);
    assert_int_equal(size_of(scratch.path), 5);
    assert_false(disk_is_file(part));
}

static void a_folder_goes_with_its_files_but_not_with_folders_in_it(void **state)
{
    (void)state;
    char below[2100], file[2200];
    snprintf(below, sizeof below, "%s/下", scratch.folder);
    snprintf(file, sizeof file, "%s/表.csv", below);
    assert_int_equal(disk_make_folder(below, &why), YK_OK);
    put(scratch.path, "x");
    put(file, "x");
    disk_remove_folder(scratch.folder);
    assert_false(disk_is_file(scratch.path));
    assert_true(disk_is_file(file));
    disk_remove_folder(below);
    assert_false(disk_is_folder(below));
    disk_remove_folder(below); /* is not there */
}

static void a_new_file_never_replaces(void **state)
{
    (void)state;
    put(part, "first");
    assert_int_equal(disk_publish_new(part, scratch.path, &why), YK_OK);
    put(part, "second one");
    assert_int_equal(disk_publish_new(part, scratch.path, &why), YK_ERR_CONFLICT);
    assert_int_equal(size_of(scratch.path), 5);
    assert_false(disk_is_file(part));
}

static void a_whole_file_replaces_only_where_it_may(void **state)
{
    (void)state;
    struct text content;
    text_init(&content);
    text_add(&content, "whole");
    assert_int_equal(disk_write_file(scratch.path, &content, false, &why), YK_OK);
    text_add(&content, ", and more");
    assert_int_equal(disk_write_file(scratch.path, &content, false, &why), YK_ERR_CONFLICT);
    assert_int_equal(size_of(scratch.path), 5);
    assert_false(disk_is_file(part));
    assert_int_equal(disk_write_file(scratch.path, &content, true, &why), YK_OK);
    assert_int_equal(size_of(scratch.path), 15);
    assert_false(disk_is_file(part));
    snprintf(part, sizeof part, "%s/none/x", scratch.folder);
    assert_int_equal(disk_write_file(part, &content, true, &why), YK_ERR_NO_DEVICE);
    text_release(&content);
}

static void a_name_that_cannot_be_given_leaves_nothing(void **state)
{
    (void)state;
    char nowhere[2200];
    snprintf(nowhere, sizeof nowhere, "%s/none/x", scratch.folder);
    put(part, "x");
    assert_int_equal(disk_publish(part, nowhere, &why), YK_ERR_NO_DEVICE);
    assert_non_null(strstr(why.text, "none/x"));
    assert_false(disk_is_file(part));
    put(part, "x");
    assert_int_equal(disk_publish_new(part, nowhere, &why), YK_ERR_NO_DEVICE);
    assert_false(disk_is_file(part));
}

static void folders_are_made_with_those_above_them_and_for_the_owner_alone(void **state)
{
    (void)state;
    char deep[2200];
    struct stat s;
    snprintf(deep, sizeof deep, "%s/一/二/三", scratch.folder);
    assert_int_equal(disk_make_folders(deep, &why), YK_OK);
    assert_int_equal(disk_make_folders(deep, &why), YK_OK);
    assert_int_equal(stat(deep, &s), 0);
    assert_int_equal(s.st_mode & 0777, 0700);
    put(scratch.path, "x");
    assert_int_equal(disk_make_folder(scratch.path, &why), YK_ERR_ARGUMENT);
    assert_non_null(strstr(why.text, "is a file, not a folder"));
    assert_int_equal(disk_make_folders("", &why), YK_ERR_NO_DEVICE);
}

static void joining_puts_one_slash_between(void **state)
{
    (void)state;
    struct text out;
    text_init(&out);
    assert_int_equal(disk_join("a", "b", &out, &why), YK_OK);
    assert_string_equal(text_string(&out), "a/b");
    assert_int_equal(disk_join("/", "b", &out, &why), YK_OK);
    assert_string_equal(text_string(&out), "/b");
    text_release(&out);
}

static void syncing_and_removing_say_what_is_missing(void **state)
{
    (void)state;
    assert_int_equal(disk_sync_folder(scratch.folder, &why), YK_OK);
    assert_int_equal(disk_sync_parent(scratch.path, &why), YK_OK);
    assert_int_equal(disk_sync_parent("name-alone", &why), YK_OK);
    assert_int_equal(disk_sync_file(scratch.path, &why), YK_ERR_NO_DEVICE);
    assert_int_equal(disk_remove(scratch.path, &why), YK_OK); /* not there: fine */
    assert_true(disk_remove(scratch.folder, &why) != YK_OK);
    assert_int_equal(disk_write(-1, "x", 1, "somewhere", &why), YK_ERR_IO);
    assert_non_null(strstr(why.text, "somewhere"));
}

static void two_names_of_one_file_are_the_same(void **state)
{
    (void)state;
    char again[5000], none[5000];
    snprintf(again, sizeof again, "%s/.", scratch.folder);
    snprintf(none, sizeof none, "%s/none", scratch.folder);
    assert_true(disk_is_same(scratch.folder, again));
    assert_false(disk_is_same(scratch.folder, "/"));
    assert_false(disk_is_same(none, none));
}

static void a_folder_tells_what_it_is(void **state)
{
    (void)state;
    assert_true(disk_is_empty_folder(scratch.folder));
    put(scratch.path, "x");
    assert_false(disk_is_empty_folder(scratch.folder));
    assert_false(disk_is_empty_folder(scratch.path));
    assert_false(disk_is_mount(scratch.folder));
    assert_false(disk_is_mount(part)); /* not there */
    assert_int_equal(disk_is_mount("/proc"), check_is_mount("/proc"));
}

int main(void)
{
#define T(name)                                                                                \
    cmocka_unit_test_prestate_setup_teardown(name, setup, scratch_teardown, &scratch)
    const struct CMUnitTest tests[] = {
        T(a_published_file_replaces_the_old_one),
        T(a_folder_goes_with_its_files_but_not_with_folders_in_it),
        T(a_new_file_never_replaces),
        T(a_whole_file_replaces_only_where_it_may),
        T(a_name_that_cannot_be_given_leaves_nothing),
        T(folders_are_made_with_those_above_them_and_for_the_owner_alone),
        T(joining_puts_one_slash_between),
        T(syncing_and_removing_say_what_is_missing),
        T(two_names_of_one_file_are_the_same),
        T(a_folder_tells_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
