/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/disk.h"
#include "src/store/backup.h"
#include "src/store/check.h"
#include "src/store/identity.h"
#include "src/store/schema.h"
#include "tests/support/alloc.h"
#include "tests/support/store_scene.h"

static struct store_scene scene;
static struct failure why;
static struct import_result one, two;
static char tar[2300], other[2300];

static int setup(void **state)
{
    store_scene_setup(state);
    store_scene_import(&scene, 1, "P01", &one);
    store_scene_import(&scene, 2, "参加者2", &two);
    snprintf(tar, sizeof tar, "%s/控え.tar", scene.root);
    snprintf(other, sizeof other, "%s/別の/場所", scene.root);
    return 0;
}

static void write_backup(void)
{
    struct backup_totals totals;
    if (backup_write(&scene.store, tar, &totals, NULL, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
}

static uint64_t broken_in(const char *folder)
{
    struct store store;
    struct check_totals totals;
    if (store_open(folder, STORE_READ, &store, &why) != YK_OK ||
        check_store(&store, NULL, NULL, NULL, &totals, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    store_close(&store);
    return totals.broken + totals.leftovers + (totals.recordings != 2);
}

static void a_store_comes_back_as_it_was(void **state)
{
    (void)state;
    struct backup_totals totals;
    write_backup();
    if (backup_restore(tar, other, &totals, NULL, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    assert_int_equal(totals.persons, 2);
    assert_int_equal(totals.recordings, 2);
    assert_int_equal(totals.files, 5);
    assert_int_equal(broken_in(other), 0);
    struct store store;
    struct recording_row row;
    assert_int_equal(store_open(other, STORE_READ, &store, &why), YK_OK);
    assert_string_equal(store.zone, "Asia/Tokyo");
    assert_int_equal(recording_find(&store, two.row.id, &row, &why), YK_OK);
    assert_string_equal(row.person, "参加者2");
    store_close(&store);
}

/* The names are in it, sealed; with the key they can be read on another PC, and nowhere in the
 * file do they stand in clear. */
static void sealed_names_come_back_and_their_key_is_not_in_the_backup(void **state)
{
    (void)state;
    char key[2400], base64[128] = "";
    struct backup_totals totals;
    struct identities *names = NULL;
    struct identity name = {.code = "P01", .name = "架空 一号"}, back;
    snprintf(key, sizeof key, "%s/鍵", scene.root);
    assert_int_equal(identity_create(scene.folder, key, &why), YK_OK);
    assert_int_equal(identity_open(scene.folder, key, &names, &why), YK_OK);
    assert_int_equal(identity_put(names, &name, &why), YK_OK);
    write_backup(); /* while the names are open elsewhere */
    identity_close(names);
    size_t n = 0, n_key = 0;
    char *at = check_read_file(tar, &n), *line = check_read_file(key, &n_key);
    assert_non_null(at);
    assert_non_null(line);
    assert_null(memmem(at, n, name.name, strlen(name.name)));
    assert_int_equal(sscanf(line, "%*s %127s", base64), 1);
    assert_null(memmem(at, n, base64, strlen(base64)));
    free(at);
    free(line);
    if (backup_restore(tar, other, &totals, NULL, &why) != YK_OK)
        fail_msg("%s", why.text);
    assert_true(totals.has_names);
    assert_int_equal(totals.files, 6);
    assert_int_equal(broken_in(other), 0);
    names = NULL;
    if (identity_open(other, key, &names, &why) != YK_OK)
        fail_msg("%s", why.text);
    assert_int_equal(identity_find(names, "P01", &back, &why), YK_OK);
    assert_string_equal(back.name, name.name);
    identity_close(names);
}

static void a_damaged_table_of_names_is_not_backed_up_and_is_found(void **state)
{
    (void)state;
    char key[2400], path[2400];
    struct backup_totals totals;
    struct check_totals found;
    snprintf(key, sizeof key, "%s/鍵", scene.root);
    snprintf(path, sizeof path, "%s/identity.db", scene.folder);
    assert_int_equal(identity_create(scene.folder, key, &why), YK_OK);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    fseek(file, 4096, SEEK_SET);
    for (int i = 0; i < 4096; i++) {
        fputc(0x5A, file);
    }
    fclose(file);
    assert_int_equal(backup_write(&scene.store, tar, &totals, NULL, &why), YK_ERR_STORE);
    assert_non_null(strstr(why.text, "table of names"));
    assert_false(disk_is_file(tar));
    assert_int_equal(check_store(&scene.store, NULL, NULL, NULL, &found, &why), YK_OK);
    assert_int_equal(found.broken, 1);
}

static void a_name_of_nobody_is_found(void **state)
{
    (void)state;
    char key[2400];
    struct identities *names = NULL;
    struct identity name = {.code = "P77", .name = "架空"};
    struct check_totals found;
    snprintf(key, sizeof key, "%s/鍵", scene.root);
    assert_int_equal(identity_create(scene.folder, key, &why), YK_OK);
    assert_int_equal(identity_open(scene.folder, key, &names, &why), YK_OK);
    assert_int_equal(identity_put(names, &name, &why), YK_OK);
    identity_close(names);
    assert_int_equal(check_store(&scene.store, NULL, NULL, NULL, &found, &why), YK_OK);
    assert_int_equal(found.broken, 0);
    assert_int_equal(found.leftovers, 1);
}

static void other_programs_can_open_and_verify_it(void **state)
{
    (void)state;
    write_backup();
    setenv("TAR", tar, 1);
    assert_int_equal(system("set -e; d=$(mktemp -d); tar xf \"$TAR\" -C \"$d\"; cd \"$d\"; "
                            "sha256sum --status -c manifest.sha256; "
                            "test $(wc -l <manifest.sha256) -eq 5; rm -rf \"$d\""),
                     0);
}

static void a_file_that_is_there_is_not_replaced(void **state)
{
    (void)state;
    struct backup_totals totals;
    write_backup();
    assert_int_equal(backup_write(&scene.store, tar, &totals, NULL, &why), YK_ERR_CONFLICT);
}

static void a_part_that_another_program_writes_is_left_alone(void **state)
{
    (void)state;
    struct backup_totals totals;
    char part[2400], copy[2400];
    snprintf(part, sizeof part, "%s.part", tar);
    snprintf(copy, sizeof copy, "%s.db.part", tar);
    check_write_text(part, "begun");
    check_write_text(copy, "its copy");
    int fd = open(part, O_RDONLY);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
    assert_int_equal(backup_write(&scene.store, tar, &totals, NULL, &why), YK_ERR_BUSY);
    struct stat s;
    assert_int_equal(fstat(fd, &s), 0);
    assert_int_equal(s.st_size, strlen("begun"));
    assert_true(disk_is_file(part) && disk_is_file(copy));
    close(fd);
    write_backup(); /* it was killed: nobody holds it any more */
    assert_false(disk_is_file(part) || disk_is_file(copy));
}

static void put_a_file_there(void *user, const struct progress *now)
{
    (void)user;
    (void)now;
    check_write_text(tar, "a letter");
}

static void a_file_that_comes_meanwhile_is_not_replaced(void **state)
{
    (void)state;
    struct backup_totals totals;
    struct job job = {.on_progress = put_a_file_there};
    size_t n = 0;
    assert_int_equal(backup_write(&scene.store, tar, &totals, &job, &why), YK_ERR_CONFLICT);
    char *at = check_read_file(tar, &n);
    assert_int_equal(n, strlen("a letter"));
    free(at);
}

static void never(void *user, const struct progress *now)
{
    (void)user;
    fail_msg("%s", now->stage);
}

static void a_store_with_people_in_it_is_never_overwritten(void **state)
{
    (void)state;
    struct backup_totals totals;
    bool was_there = false;
    write_backup();
    assert_int_equal(backup_restore(tar, scene.folder, &totals, NULL, &why), YK_ERR_CONFLICT);
    assert_non_null(strstr(why.text, "participants: 2"));
    assert_int_equal(broken_in(scene.folder), 0);
    /* a folder with other things in it */
    char file[2400];
    assert_int_equal(disk_make_folders(other, &why), YK_OK);
    snprintf(file, sizeof file, "%s/letter.txt", other);
    check_write_text(file, "");
    struct job job = {.on_progress = never};
    assert_int_equal(backup_restore(tar, other, &totals, &job, &why), YK_ERR_CONFLICT);
    assert_true(disk_is_file(file));
    /* a store without anybody */
    unlink(file);
    assert_int_equal(store_create(other, NULL, &was_there, &why), YK_OK);
    assert_int_equal(backup_restore(tar, other, &totals, NULL, &why), YK_OK);
    assert_int_equal(broken_in(other), 0);
}

static void add_somebody(void *user, const struct progress *now)
{
    struct store store;
    (void)user;
    (void)now;
    if (store_open(other, STORE_WRITE, &store, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    (void)person_add(&store, "P05", NULL, NULL, &why);
    store_close(&store);
}

static void a_store_that_somebody_comes_into_meanwhile_stays(void **state)
{
    (void)state;
    struct backup_totals totals;
    struct job job = {.on_progress = add_somebody};
    struct store store;
    struct person person;
    bool was_there = false;
    write_backup();
    assert_int_equal(store_create(other, NULL, &was_there, &why), YK_OK);
    assert_int_equal(backup_restore(tar, other, &totals, &job, &why), YK_ERR_CONFLICT);
    assert_non_null(strstr(why.text, "was written to"));
    assert_int_equal(store_open(other, STORE_READ, &store, &why), YK_OK);
    assert_int_equal(person_find(&store, "P05", &person, &why), YK_OK);
    store_close(&store);
}

/* A store that looks empty by its rows may hold what an ended import or reading left. */
static void what_an_empty_store_still_keeps_is_not_taken_away(void **state)
{
    (void)state;
    static const char *const kept[] = {
        "archive/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.cwa",
        "dock/AX3-12345-0123456789ab.part",
        "identity.db",
        "名簿.csv",
        ".hidden",
        "yoake.db.bak"};
    struct backup_totals totals;
    bool was_there = false;
    char file[2600], dock[2400];
    write_backup();
    assert_int_equal(store_create(other, NULL, &was_there, &why), YK_OK);
    snprintf(dock, sizeof dock, "%s/dock", other);
    assert_int_equal(disk_make_folder(dock, &why), YK_OK);
    static const char *const ours[] = {"lock", "AX3-12345-0123456789ab.resume"};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) { /* they are nobody's data */
        snprintf(file, sizeof file, "%s/%s", dock, ours[i]);
        FILE *out = fopen(file, "w");
        assert_non_null(out);
        fclose(out);
    }
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        snprintf(file, sizeof file, "%s/%s", other, kept[i]);
        check_write_text(file, "something");
        assert_int_equal(backup_restore(tar, other, &totals, NULL, &why), YK_ERR_CONFLICT);
        assert_non_null(strstr(why.text, strrchr(file, '/') + 1));
        assert_true(disk_is_file(file));
        unlink(file);
    }
    assert_int_equal(backup_restore(tar, other, &totals, NULL, &why), YK_OK);
    assert_int_equal(broken_in(other), 0);
}

static enum yk_status run_in(const char *file, const char *sql)
{
    struct db *db = NULL;
    enum yk_status status = db_open(file, DB_CREATE, &db, &why);
    status = status == YK_OK ? db_run(db, sql, &why) : status;
    db_close(db);
    return status;
}

/* Begun and never filled, or made for a key and without a name: the store is empty. */
static void a_table_of_names_without_a_name_is_replaced_and_no_other(void **state)
{
    (void)state;
    struct backup_totals totals;
    char key[2400], file[2600];
    struct identities *names = NULL;
    struct identity name = {.code = "P01", .name = "架空 一号"};
    snprintf(key, sizeof key, "%s/鍵", scene.root);
    snprintf(file, sizeof file, "%s/identity.db", other);
    write_backup();
    for (int i = 0; i < 6; i++) {
        bool was_there = false, is_kept = i >= 3;
        assert_int_equal(store_create(other, NULL, &was_there, &why), YK_OK);
        if (i == 0) {
            check_write_text(file, "");
        } else if (i == 1) { /* of one that was ended before it wrote a table */
            assert_int_equal(run_in(file, "PRAGMA user_version = 0"), YK_OK);
        } else if (i == 4) {
            assert_int_equal(run_in(file, "CREATE TABLE of_something_else (a)"), YK_OK);
        } else {
            assert_int_equal(identity_create(other, key, &why), YK_OK);
        }
        if (i == 3) {
            assert_int_equal(identity_open(other, key, &names, &why), YK_OK);
            assert_int_equal(identity_put(names, &name, &why), YK_OK);
            identity_close(names);
        } else if (i == 5) { /* of a version to come */
            assert_int_equal(run_in(file, "PRAGMA user_version = 2"), YK_OK);
        }
        enum yk_status status = backup_restore(tar, other, &totals, NULL, &why);
        assert_int_equal(status, is_kept ? YK_ERR_CONFLICT : YK_OK);
        assert_int_equal(disk_is_file(file), is_kept);
        if (is_kept) {
            assert_non_null(strstr(why.text, "identity.db"));
        } else {
            assert_int_equal(broken_in(other), 0);
        }
        check_remove(other);
    }
}

/* A backup is long: what the last step would refuse is refused before anything is unpacked. */
static void a_folder_that_cannot_be_replaced_is_refused_first(void **state)
{
    (void)state;
    struct backup_totals totals;
    struct job job = {.on_progress = never};
    bool was_there = false;
    write_backup();
    assert_int_equal(disk_make_folders(other, &why), YK_OK);
    int home = open(".", O_RDONLY | O_DIRECTORY);
    assert_true(home >= 0);
    static const char *const here[] = {".", "./", "../場所"};
    for (size_t i = 0; i < 2 * (sizeof here / sizeof *here); i++) {
        assert_int_equal(chdir(other), 0);
        enum yk_status status = backup_restore(tar, here[i / 2], &totals, &job, &why);
        assert_int_equal(fchdir(home), 0);
        assert_int_equal(status, YK_ERR_ARGUMENT);
        assert_non_null(strstr(why.text, "cd .."));
        if (i % 2 == 0) { /* the same for a store without anybody */
            assert_true(disk_is_empty_folder(other));
            assert_int_equal(store_create(other, NULL, &was_there, &why), YK_OK);
        } else {
            check_remove(other);
            assert_int_equal(disk_make_folders(other, &why), YK_OK);
        }
    }
    close(home);
    if (check_is_mount("/proc")) {
        assert_int_equal(backup_restore(tar, "/proc", &totals, &job, &why), YK_ERR_ARGUMENT);
        assert_non_null(strstr(why.text, "mounted at /proc"));
    }
}

static void a_folder_may_be_named_in_any_way(void **state)
{
    (void)state;
    static const char *const after[] = {"", "/", "/.", "/./"};
    struct backup_totals totals;
    char name[2400], link[2400];
    write_backup();
    for (size_t i = 0; i < 2 * (sizeof after / sizeof *after); i++) {
        snprintf(name, sizeof name, "%s%s", other, after[i / 2]);
        if (i % 2 == 1) {
            assert_int_equal(disk_make_folders(other, &why), YK_OK);
        }
        if (backup_restore(tar, name, &totals, NULL, &why) != YK_OK) {
            fail_msg("%s", why.text);
        }
        assert_int_equal(broken_in(other), 0);
        check_remove(other);
    }
    snprintf(link, sizeof link, "%s/つなぎ", scene.root);
    assert_int_equal(disk_make_folders(other, &why), YK_OK);
    assert_int_equal(symlink(other, link), 0);
    assert_int_equal(backup_restore(tar, link, &totals, NULL, &why), YK_OK);
    assert_int_equal(broken_in(other), 0);
    assert_int_equal(broken_in(link), 0);
}

static void a_file_or_a_link_to_nowhere_is_refused_first(void **state)
{
    (void)state;
    struct backup_totals totals;
    struct job job = {.on_progress = never};
    char slash[2400], link[2400];
    write_backup();
    snprintf(slash, sizeof slash, "%s/つなぎ/", scene.root);
    snprintf(link, sizeof link, "%s/つなぎ", scene.root);
    for (int i = 0; i < 2; i++) {
        if (i == 0) {
            check_write_text(link, "something");
        } else {
            assert_int_equal(symlink("nowhere", link), 0);
        }
        assert_int_equal(backup_restore(tar, link, &totals, &job, &why), YK_ERR_ARGUMENT);
        assert_int_equal(backup_restore(tar, slash, &totals, &job, &why), YK_ERR_ARGUMENT);
        assert_non_null(strstr(why.text, "not a folder"));
        assert_int_equal(unlink(link), 0);
    }
}

static void any_changed_byte_of_a_backup_is_noticed(void **state)
{
    (void)state;
    struct backup_totals totals;
    struct stat s;
    write_backup();
    assert_int_equal(stat(tar, &s), 0);
    chmod(tar, 0600);
    int fd = open(tar, O_RDWR);
    assert_true(fd >= 0);
    for (off_t at = 0; at < s.st_size - 1024; at += s.st_size / 40 + 13) {
        uint8_t byte = 0;
        assert_int_equal(pread(fd, &byte, 1, at), 1);
        uint8_t changed = byte ^ 0x10;
        assert_int_equal(pwrite(fd, &changed, 1, at), 1);
        enum yk_status status = backup_restore(tar, other, &totals, NULL, &why);
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        if (status != YK_ERR_CORRUPT) { /* padding between members carries nothing */
            uint8_t block[512];
            assert_int_equal(pread(fd, block, 512, at / 512 * 512), 512);
            assert_true(status == YK_OK && byte == 0);
            check_remove(other);
        }
        assert_false(disk_is_folder(other));
    }
    close(fd);
}

static void a_backup_cut_short_is_refused_and_leaves_nothing(void **state)
{
    (void)state;
    struct backup_totals totals;
    struct stat s;
    write_backup();
    assert_int_equal(stat(tar, &s), 0);
    chmod(tar, 0600);
    for (off_t size = s.st_size - 512; size > 0; size = size * 2 / 3) {
        assert_int_equal(truncate(tar, size), 0);
        enum yk_status status = backup_restore(tar, other, &totals, NULL, &why);
        if (size == s.st_size - 512) { /* one of the two end blocks is enough */
            assert_int_equal(status, YK_OK);
            check_remove(other);
        } else {
            assert_int_equal(status, YK_ERR_CORRUPT);
        }
        assert_false(disk_is_folder(other));
    }
}

static void a_damaged_store_is_not_backed_up_silently(void **state)
{
    (void)state;
    struct backup_totals totals;
    struct text path;
    text_init(&path);
    store_path(&scene.store, STORE_RECORDINGS, one.row.h5_name, &path, &why);
    assert_int_equal(truncate(text_string(&path), 1000), 0);
    text_release(&path);
    assert_int_equal(backup_write(&scene.store, tar, &totals, NULL, &why), YK_ERR_CORRUPT);
    assert_non_null(strstr(why.text, one.row.h5_name));
    assert_false(disk_is_file(tar));
}

static void a_damaged_database_is_not_backed_up(void **state)
{
    (void)state;
    struct backup_totals totals;
    /* an index that no longer fits its table: every query still works, the check does not */
    assert_int_equal(db_run(scene.store.db, "PRAGMA writable_schema = ON", &why), YK_OK);
    assert_int_equal(db_run(scene.store.db,
                            "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM "
                            "sqlite_schema WHERE name = 'rhythm') WHERE name = "
                            "'recording_person'",
                            &why),
                     YK_OK);
    assert_int_equal(backup_write(&scene.store, tar, &totals, NULL, &why), YK_ERR_STORE);
    assert_non_null(strstr(why.text, "no backup was written"));
    assert_false(disk_is_file(tar));
}

static void a_backup_of_a_newer_version_is_refused(void **state)
{
    (void)state;
    struct backup_totals totals;
    assert_int_equal(db_run(scene.store.db, "PRAGMA user_version = 999", &why), YK_OK);
    write_backup();
    assert_int_equal(backup_restore(tar, other, &totals, NULL, &why), YK_ERR_STORE);
    assert_non_null(strstr(why.text, "999"));
    assert_false(disk_is_folder(other));
}

static void a_disk_that_refuses_leaves_no_backup(void **state)
{
    (void)state;
    struct rlimit before, tight;
    char part[2400];
    snprintf(part, sizeof part, "%s.part", tar);
    getrlimit(RLIMIT_FSIZE, &before);
    void (*old)(int) = signal(SIGXFSZ, SIG_IGN);
    for (rlim_t limit = 0; limit < 400000; limit += 70000) {
        struct backup_totals totals;
        tight = (struct rlimit){limit, before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &tight);
        enum yk_status status = backup_write(&scene.store, tar, &totals, NULL, &why);
        setrlimit(RLIMIT_FSIZE, &before);
        assert_true(status != YK_OK);
        assert_true(why.text[0] != '\0');
        assert_false(disk_is_file(tar) || disk_is_file(part));
    }
    signal(SIGXFSZ, old);
}

static void refused_memory_leaves_nothing(void **state)
{
    (void)state;
    uint64_t k = 1;
    struct backup_totals totals;
    for (bool refused = true; refused; k++) {
        alloc_fail_at(k);
        enum yk_status status = backup_write(&scene.store, tar, &totals, NULL, &why);
        refused = alloc_refused();
        alloc_fail_at(0);
        assert_int_equal(status == YK_OK, !refused);
        assert_int_equal(disk_is_file(tar), !refused);
    }
    k = 1;
    for (bool refused = true; refused; k++) {
        alloc_fail_at(k);
        enum yk_status status = backup_restore(tar, other, &totals, NULL, &why);
        refused = alloc_refused();
        alloc_fail_at(0);
        assert_int_equal(status == YK_OK, !refused);
        assert_int_equal(disk_is_folder(other), !refused);
    }
    assert_true(k > 5);
}

int main(void)
{
#define T(name) STORE_TEST_SETUP(name, setup, scene)
    const struct CMUnitTest tests[] = {
        T(a_store_comes_back_as_it_was),
        T(sealed_names_come_back_and_their_key_is_not_in_the_backup),
        T(a_damaged_table_of_names_is_not_backed_up_and_is_found),
        T(a_name_of_nobody_is_found),
        T(other_programs_can_open_and_verify_it),
        T(a_file_that_is_there_is_not_replaced),
        T(a_part_that_another_program_writes_is_left_alone),
        T(a_file_that_comes_meanwhile_is_not_replaced),
        T(a_store_with_people_in_it_is_never_overwritten),
        T(a_store_that_somebody_comes_into_meanwhile_stays),
        T(what_an_empty_store_still_keeps_is_not_taken_away),
        T(a_table_of_names_without_a_name_is_replaced_and_no_other),
        T(a_folder_that_cannot_be_replaced_is_refused_first),
        T(a_folder_may_be_named_in_any_way),
        T(a_file_or_a_link_to_nowhere_is_refused_first),
        T(any_changed_byte_of_a_backup_is_noticed),
        T(a_backup_cut_short_is_refused_and_leaves_nothing),
        T(a_damaged_store_is_not_backed_up_silently),
        T(a_damaged_database_is_not_backed_up),
        T(a_backup_of_a_newer_version_is_refused),
        T(a_disk_that_refuses_leaves_no_backup),
        T(refused_memory_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
