/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/disk.h"
#include "src/store/archive.h"
#include "tests/support/alloc.h"

static char root[4096], folder[4200], source[4200];

static int setup(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "%s", check_scratch("archive"));
    snprintf(folder, sizeof folder, "%s/保管", root);
    snprintf(source, sizeof source, "%s/五月 第1週.CWA", root);
    mkdir(folder, 0700);
    check_write_file(source, "abc", 3);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    check_remove(root);
    return 0;
}

static size_t files_in(const char *path)
{
    size_t n = 0;
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        n += entry->d_name[0] != '.';
    }
    closedir(dir);
    return n;
}

/* FIPS 180-4, example "abc". */
#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void an_original_is_named_by_its_content_and_keeps_only_its_suffix(void **state)
{
    (void)state;
    struct archived a;
    struct failure why;
    struct stat s;
    char path[5000];
    assert_int_equal(archive_add(folder, source, &a, NULL, &why), YK_OK);
    assert_string_equal(a.sha256, ABC);
    assert_string_equal(a.name, ABC ".cwa");
    assert_int_equal(a.bytes, 3);
    assert_false(a.was_there);
    snprintf(path, sizeof path, "%s/%s", folder, a.name);
    assert_int_equal(stat(path, &s), 0);
    assert_int_equal(s.st_mode & 07777, 0400);
    assert_int_equal(files_in(folder), 1);
}

static void the_same_content_again_changes_nothing(void **state)
{
    (void)state;
    struct archived a;
    struct failure why;
    struct stat before, after;
    char path[5000], other[5000];
    assert_int_equal(archive_add(folder, source, &a, NULL, &why), YK_OK);
    snprintf(path, sizeof path, "%s/%s", folder, a.name);
    stat(path, &before);
    snprintf(other, sizeof other, "%s/copy.bin", root);
    check_write_file(other, "abc", 3);
    assert_int_equal(archive_add(folder, other, &a, NULL, &why), YK_OK);
    assert_true(a.was_there);
    assert_string_equal(a.name, ABC ".cwa");
    stat(path, &after);
    assert_true(before.st_ino == after.st_ino && before.st_mtime == after.st_mtime);
    assert_int_equal(files_in(folder), 1);
}

static void a_damaged_original_is_replaced_by_the_good_one(void **state)
{
    (void)state;
    struct archived a;
    struct failure why;
    char path[5000], hash[DIGEST_HEX];
    uint64_t bytes = 0;
    assert_int_equal(archive_add(folder, source, &a, NULL, &why), YK_OK);
    snprintf(path, sizeof path, "%s/%s", folder, a.name);
    chmod(path, 0600);
    check_write_file(path, "abd", 3);
    assert_int_equal(archive_add(folder, source, &a, NULL, &why), YK_OK);
    assert_true(a.was_repaired);
    assert_false(a.was_there);
    assert_int_equal(archive_hash(path, hash, &bytes, NULL, &why), YK_OK);
    assert_string_equal(hash, ABC);
}

static void suffixes_are_lower_case_and_short_or_bin(void **state)
{
    (void)state;
    const struct {
        const char *name, *suffix;
    } all[] = {{"a.csv.gz", "csv.gz"}, {"a.CSV", "csv"},        {"plain", "bin"},
               {".hidden", "bin"},     {"x.ありがとう", "bin"}, {"x.toolongsuffix", "bin"},
               {"x.y.GZ", "y.gz"},     {"x.", "bin"},           {"a b.gz", "gz"},
               {"w.cwa.part", "bin"},  {"w.PART", "bin"},       {"w.part.gz", "gz"}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct archived a;
        struct failure why;
        char path[5000], content[32];
        snprintf(path, sizeof path, "%s/%s", root, all[i].name);
        int n = snprintf(content, sizeof content, "content %zu", i);
        check_write_file(path, content, (size_t)n);
        assert_int_equal(archive_add(folder, path, &a, NULL, &why), YK_OK);
        assert_string_equal(a.suffix, all[i].suffix);
    }
}

/* An original that was named so before stays one. */
static void no_original_is_swept_away_whatever_its_file_was_called(void **state)
{
    (void)state;
    struct archived a;
    struct failure why;
    char path[5000], old[5000];
    size_t n = 1;
    snprintf(path, sizeof path, "%s/download.cwa.part", root);
    snprintf(old, sizeof old, "%s/%064d.part", folder, 7);
    check_write_file(path, "content", 7);
    check_write_file(old, "content", 7);
    assert_int_equal(archive_add(folder, path, &a, NULL, &why), YK_OK);
    assert_int_equal(archive_sweep(folder, &n, &why), YK_OK);
    assert_int_equal(n, 0);
    snprintf(path, sizeof path, "%s/%s", folder, a.name);
    assert_true(disk_is_file(path));
    assert_true(disk_is_file(old));
}

static void what_is_no_file_is_refused_and_leaves_nothing(void **state)
{
    (void)state;
    struct archived a;
    struct failure why;
    assert_int_equal(archive_add(folder, root, &a, NULL, &why), YK_ERR_ARGUMENT);
    assert_int_equal(archive_add(folder, "/dev/null", &a, NULL, &why), YK_ERR_ARGUMENT);
    assert_int_equal(archive_add(folder, "/no/such", &a, NULL, &why), YK_ERR_NO_DEVICE);
    assert_int_equal(archive_add("/no/such", source, &a, NULL, &why), YK_ERR_NO_DEVICE);
    assert_int_equal(files_in(folder), 0);
}

static void a_disk_that_refuses_leaves_nothing(void **state)
{
    (void)state;
    static char big[3 << 20];
    struct rlimit before, tight;
    check_write_file(source, big, sizeof big);
    getrlimit(RLIMIT_FSIZE, &before);
    void (*old)(int) = signal(SIGXFSZ, SIG_IGN);
    for (rlim_t limit = 0; limit < sizeof big; limit += 1 << 20) {
        struct archived a;
        struct failure why;
        tight = (struct rlimit){limit, before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &tight);
        enum yk_status status = archive_add(folder, source, &a, NULL, &why);
        setrlimit(RLIMIT_FSIZE, &before);
        assert_int_equal(status, YK_ERR_IO);
        assert_non_null(strstr(why.text, "File too large"));
        assert_int_equal(files_in(folder), 0);
    }
    signal(SIGXFSZ, old);
}

static void a_full_disk_is_named_in_the_sentence(void **state)
{
    (void)state;
    static char big[3 << 20];
    struct archived a;
    struct failure why;
    char mounted[4300];
    snprintf(mounted, sizeof mounted, "%s/disk", root);
    mkdir(mounted, 0700);
    if (mount("none", mounted, "tmpfs", 0, "size=1m") != 0) {
        print_message("SKIPPED: a small disk needs root\n");
        skip();
    }
    check_write_file(source, big, sizeof big);
    enum yk_status status = archive_add(mounted, source, &a, NULL, &why);
    size_t left = files_in(mounted);
    umount(mounted);
    assert_int_equal(status, YK_ERR_IO);
    assert_non_null(strstr(why.text, "No space left on device"));
    assert_int_equal(left, 0);
}

static void stopping_leaves_nothing(void **state)
{
    (void)state;
    atomic_bool stop = true;
    struct job job = {.cancel = &stop};
    struct archived a;
    struct failure why;
    assert_int_equal(archive_add(folder, source, &a, &job, &why), YK_ERR_CANCELLED);
    assert_int_equal(files_in(folder), 0);
}

static void refused_memory_leaves_nothing(void **state)
{
    (void)state;
    uint64_t k = 1;
    for (bool refused = true; refused; k++) {
        struct archived a;
        struct failure why;
        alloc_fail_at(k);
        enum yk_status status = archive_add(folder, source, &a, NULL, &why);
        refused = alloc_refused();
        alloc_fail_at(0);
        assert_int_equal(status, refused ? YK_ERR_MEMORY : YK_OK);
        assert_int_equal(files_in(folder), refused ? 0 : 1);
    }
    assert_true(k > 3);
}

static void a_sweep_takes_dead_parts_and_leaves_living_ones(void **state)
{
    (void)state;
    char dead[5000], alive[5000];
    struct failure why;
    size_t n = 0;
    snprintf(dead, sizeof dead, "%s/incoming-1-2-3.part", folder);
    snprintf(alive, sizeof alive, "%s/incoming-4-5-6.part", folder);
    check_write_file(dead, "x", 1);
    check_write_file(alive, "y", 1);
    int fd = open(alive, O_RDONLY);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_true(archive_part_is_alive(alive));
    assert_false(archive_part_is_alive(dead));
    assert_int_equal(archive_sweep(folder, &n, &why), YK_OK);
    assert_int_equal(n, 1);
    assert_false(disk_is_file(dead));
    assert_true(disk_is_file(alive));
    close(fd);
}

static void a_lock_keeps_others_out_until_it_is_released(void **state)
{
    (void)state;
    struct archived a;
    struct failure why;
    int first = -1, second = -1;
    atomic_bool stop = true;
    struct job job = {.cancel = &stop};
    assert_int_equal(archive_add(folder, source, &a, NULL, &why), YK_OK);
    assert_int_equal(archive_lock(folder, a.name, NULL, &first, &why), YK_OK);
    assert_int_equal(archive_try_lock(folder, a.name, &second, &why), YK_ERR_BUSY);
    assert_int_equal(archive_lock(folder, a.name, &job, &second, &why), YK_ERR_CANCELLED);
    archive_unlock(first);
    assert_int_equal(archive_try_lock(folder, a.name, &second, &why), YK_OK);
    archive_unlock(second);
    assert_int_equal(archive_try_lock(folder, "none.cwa", &second, &why), YK_ERR_NO_DEVICE);
}

/* A finished part beside the folder, and what is known of it. */
static void make_part(const char *text, char path[static 4300], struct archived *out)
{
    *out = (struct archived){.bytes = strlen(text), .suffix = "cwa"};
    digest_of_memory(text, strlen(text), out->sha256);
    snprintf(path, 4300, "%s/x.part", root);
    check_write_file(path, text, strlen(text));
}

static void a_part_is_adopted_by_renaming_it(void **state)
{
    struct archived a;
    struct failure why;
    struct stat before, after;
    char part[4300], final[4600];
    (void)state;
    make_part("abc", part, &a);
    assert_int_equal(stat(part, &before), 0);
    assert_int_equal(archive_adopt(folder, part, &a, NULL, &why), YK_OK);
    assert_false(a.was_there);
    snprintf(final, sizeof final, "%s/%s", folder, a.name);
    assert_int_equal(stat(final, &after), 0);
    assert_true(before.st_ino == after.st_ino); /* nothing was copied */
    assert_int_equal(access(part, F_OK), -1);
    /* once more: it is there, and the part goes */
    make_part("abc", part, &a);
    assert_int_equal(archive_adopt(folder, part, &a, NULL, &why), YK_OK);
    assert_true(a.was_there);
    assert_int_equal(access(part, F_OK), -1);
    assert_int_equal(files_in(folder), 1);
}

static void an_adopted_part_replaces_a_damaged_original(void **state)
{
    struct archived a;
    struct failure why;
    char part[4300], final[4600];
    int lock = -1;
    (void)state;
    make_part("abc", part, &a);
    snprintf(final, sizeof final, "%s/%s.cwa", folder, a.sha256);
    check_write_file(final, "abX", 3);
    /* not while somebody works on it: the part stays for the next time */
    assert_int_equal(archive_try_lock(folder, strrchr(final, '/') + 1, &lock, &why), YK_OK);
    assert_int_equal(archive_adopt(folder, part, &a, NULL, &why), YK_ERR_BUSY);
    assert_int_equal(access(part, F_OK), 0);
    archive_unlock(lock);
    assert_int_equal(archive_adopt(folder, part, &a, NULL, &why), YK_OK);
    assert_true(a.was_repaired);
    size_t n = 0;
    char *at = check_read_file(final, &n);
    assert_int_equal(n, 3);
    assert_memory_equal(at, "abc", 3);
    free(at);
}

static void a_part_that_cannot_be_adopted_stays(void **state)
{
    struct archived a;
    struct failure why;
    char part[4300], missing[4300];
    (void)state;
    make_part("abc", part, &a);
    snprintf(missing, sizeof missing, "%s/none", root);
    assert_int_equal(archive_adopt(missing, part, &a, NULL, &why), YK_ERR_NO_DEVICE);
    assert_int_equal(access(part, F_OK), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(an_original_is_named_by_its_content_and_keeps_only_its_suffix),
        T(the_same_content_again_changes_nothing),
        T(a_damaged_original_is_replaced_by_the_good_one),
        T(suffixes_are_lower_case_and_short_or_bin),
        T(no_original_is_swept_away_whatever_its_file_was_called),
        T(what_is_no_file_is_refused_and_leaves_nothing),
        T(a_disk_that_refuses_leaves_nothing),
        T(a_full_disk_is_named_in_the_sentence),
        T(stopping_leaves_nothing),
        T(refused_memory_leaves_nothing),
        T(a_sweep_takes_dead_parts_and_leaves_living_ones),
        T(a_lock_keeps_others_out_until_it_is_released),
        T(a_part_is_adopted_by_renaming_it),
        T(an_adopted_part_replaces_a_damaged_original),
        T(a_part_that_cannot_be_adopted_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
