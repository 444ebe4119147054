/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Imports that are killed, or whose writes fail, at every step. After each: what was
 * acknowledged is still there, `check` finds nothing broken, importing the same file again
 * succeeds, and the store is then the same as if nothing had happened.
 *
 * Default: a sample of the steps. YOAKE_CRASH=full (make test-long): every one.
 */
#include "tests/support/check.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "src/base/clock.h"
#include "src/base/disk.h"
#include "src/cli/cli.h"
#include "src/cli/command.h"
#include "src/store/archive.h"
#include "src/store/store.h"
#include "tests/support/alloc.h"
#include "tests/support/faulty_io.h"
#include "tests/support/store_dump.h"

static char root[2000];
static char before_path[2100]; /* a store that holds file A */
static char store_path_now[2100];
static char file_a[2100], file_b[2100];
static char *expected; /* dump of the store with A and B */
static int n_calls;    /* writing calls of an unbroken import of B */
static bool is_full;

enum { SHARE = CHECK_IS_SLOW ? 5 : 1 }; /* of the steps of each kind, one in so many */

/* ---- running the program in a process of its own ---- */

static pid_t start(enum faulty_mode mode, int at, int errno_value, char **argv)
{
    int argc = 0;
    while (argv[argc] != NULL) {
        argc++;
    }
    fflush(NULL);
    pid_t child = fork();
    if (child != 0) {
        return child;
    }
    char out[2200];
    snprintf(out, sizeof out, "%s/out.txt", root);
    int fd = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(fd, STDOUT_FILENO);
    dup2(fd, STDERR_FILENO);
    faulty_plan(mode, at, errno_value);
    int code = cli_main(argc, argv);
    int calls = faulty_calls();
    faulty_plan(FAULTY_OFF, 0, 0);
    fflush(NULL);
    if (mode == FAULTY_COUNT) {
        snprintf(out, sizeof out, "%s/calls.txt", root);
        FILE *count = fopen(out, "w");
        if (count != NULL) {
            fprintf(count, "%d\n", calls);
            fclose(count);
        }
    }
    _exit(code);
}

/* Exit code; -1 when it was killed. */
static int finish(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static char *said(void)
{
    char out[2200];
    snprintf(out, sizeof out, "%s/out.txt", root);
    return check_read_file(out, NULL);
}

static char **import_of(const char *store, const char *file)
{
    static char *argv[10];
    static char texts[10][2200];
    const char *const words[] = {"yoake",         "import", file,     "--store", store,
                                 "--participant", "P01",    "--lang", "en",      NULL};
    for (size_t i = 0; i < 10; i++) {
        argv[i] = NULL;
        if (words[i] != NULL) {
            snprintf(texts[i], sizeof texts[i], "%s", words[i]);
            argv[i] = texts[i];
        }
    }
    return argv;
}

static int run_import(const char *store, const char *file)
{
    return finish(start(FAULTY_OFF, 0, 0, import_of(store, file)));
}

/* yoake WORDS... --store STORE --lang en */
static char **command_of(const char *store, const char *first, const char *second,
                         const char *third)
{
    static char texts[8][2300];
    static char yes[] = "--yes", *argv[10];
    const char *const words[] = {"yoake", "--store", store,  "--lang",
                                 "en",    first,     second, third};
    int n = 0;
    for (size_t i = 0; i < 8; i++) {
        /* the command comes first */
        const char *word = words[i == 0 ? 0 : i <= 3 ? i + 4 : i - 3];
        if (word != NULL) {
            snprintf(texts[i], sizeof texts[i], "%s", word);
            argv[n++] = texts[i];
        }
    }
    if (second != NULL && strcmp(second, "delete") == 0) {
        argv[n++] = yes; /* nobody is there to be asked */
    }
    argv[n] = NULL;
    return argv;
}

static int run_check(const char *store)
{
    return finish(start(FAULTY_OFF, 0, 0, command_of(store, "check", NULL, NULL)));
}

/* ---- stores ---- */

static void copy_file(const char *from, const char *to)
{
    static char buffer[1 << 16];
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(in >= 0 && out >= 0);
    ssize_t n;
    while ((n = read(in, buffer, sizeof buffer)) > 0) {
        assert_int_equal(syscall(SYS_write, out, buffer, (size_t)n), n);
    }
    close(in);
    close(out);
}

static void copy_store(const char *from, const char *to)
{
    static const char *const parts[] = {"", "/archive", "/recordings"};
    check_remove(to);
    for (size_t i = 0; i < 3; i++) {
        char in[2200], out[2200];
        snprintf(in, sizeof in, "%s%s", from, parts[i]);
        snprintf(out, sizeof out, "%s%s", to, parts[i]);
        assert_int_equal(mkdir(out, 0700), 0);
        DIR *dir = opendir(in);
        assert_non_null(dir);
        for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
            char a[2600], b[2600];
            snprintf(a, sizeof a, "%s/%s", in, entry->d_name);
            snprintf(b, sizeof b, "%s/%s", out, entry->d_name);
            if (disk_is_file(a)) {
                copy_file(a, b);
            }
        }
        closedir(dir);
    }
}

/* ---- the scene: a store with A, and what it looks like with B as well ---- */

static void simulate(const char *path, const char *seed)
{
    char file[2200], number[8];
    snprintf(file, sizeof file, "%s", path);
    snprintf(number, sizeof number, "%s", seed);
    char words[][16] = {"yoake", "simulate", "-o", "--days", "0.01", "--rate", "25", "--seed"};
    char *argv[] = {words[0], words[1], words[2], file,   words[3], words[4],
                    words[5], words[6], words[7], number, NULL};
    assert_int_equal(finish(start(FAULTY_OFF, 0, 0, argv)), 0);
}

static int setup(void **state)
{
    (void)state;
    const char *full = getenv("YOAKE_CRASH");
    is_full = full != NULL && strcmp(full, "full") == 0;
    /* What is killed here keeps the machine running, so memory is as good as a disk, and its
     * fsync() does not wait. */
    if (getenv("TMPDIR") == NULL && access("/dev/shm", W_OK) == 0) {
        setenv("TMPDIR", "/dev/shm", 1);
    }
    snprintf(root, sizeof root, "%s", check_scratch("crash"));
    snprintf(before_path, sizeof before_path, "%s/保管-前", root);
    snprintf(store_path_now, sizeof store_path_now, "%s/保管", root);
    snprintf(file_a, sizeof file_a, "%s/a.cwa", root);
    snprintf(file_b, sizeof file_b, "%s/第2週.cwa", root);
    simulate(file_a, "1");
    simulate(file_b, "2");
    bool was_there = false;
    struct failure why;
    if (store_create(before_path, "Asia/Tokyo", &was_there, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    assert_int_equal(run_import(before_path, file_a), 0);
    copy_store(before_path, store_path_now);
    assert_int_equal(finish(start(FAULTY_COUNT, 0, 0, import_of(store_path_now, file_b))), 0);
    expected = store_dump(store_path_now);
    char path[2200];
    snprintf(path, sizeof path, "%s/calls.txt", root);
    char *calls = check_read_file(path, NULL);
    assert_non_null(calls);
    n_calls = (int)strtol(calls, NULL, 10);
    free(calls);
    assert_true(n_calls > 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free(expected);
    check_remove(root);
    return 0;
}

/* After whatever happened to an import of B into store_path_now. */
static void assert_mends(const char *what, int step)
{
    int code = run_check(store_path_now);
    if (code != EXIT_DONE && code != EXIT_ATTENTION) {
        char *text = said();
        fail_msg("%s %d: check says %d: %s", what, step, code, text);
    }
    code = run_import(store_path_now, file_b);
    if (code != EXIT_DONE) {
        char *text = said();
        fail_msg("%s %d: importing again says %d: %s", what, step, code, text);
    }
    code = run_check(store_path_now);
    if (code != EXIT_DONE) {
        char *text = said();
        fail_msg("%s %d: check after importing again says %d: %s", what, step, code, text);
    }
    char *now = store_dump(store_path_now);
    if (strcmp(now, expected) != 0) {
        fail_msg("%s %d: the store is\n%s\ninstead of\n%s", what, step, now, expected);
    }
    free(now);
}

/* Steps 1..n_calls, every one or a spread of about `quick`. */
static int stride(int quick)
{
    quick /= SHARE;
    return is_full || n_calls <= quick ? 1 : (n_calls + quick - 1) / quick;
}

static void killed_at_any_writing_call_an_import_can_be_repeated(void **state)
{
    (void)state;
    int n = 0;
    for (int at = 1; at <= n_calls; at += stride(30)) {
        copy_store(before_path, store_path_now);
        int code = finish(start(FAULTY_KILL, at, 0, import_of(store_path_now, file_b)));
        assert_int_equal(code, -1);
        assert_mends("killed at call", at);
        n++;
    }
    print_message("killed at %d of %d writing calls\n", n, n_calls);
}

static void killed_at_any_moment_an_import_can_be_repeated(void **state)
{
    (void)state;
    int64_t from = clock_monotonic_ns();
    copy_store(before_path, store_path_now);
    int64_t begin = clock_monotonic_ns();
    assert_int_equal(run_import(store_path_now, file_b), 0);
    int64_t whole = clock_monotonic_ns() - begin;
    uint64_t seed = (uint64_t)from;
    int n_killed = 0, n = is_full ? 200 : 25 / SHARE;
    for (int i = 0; i < n; i++) {
        copy_store(before_path, store_path_now);
        seed = seed * UINT64_C(6364136223846793005) + 1;
        int64_t wait = (int64_t)((seed >> 33) % (uint64_t)(whole + whole / 8));
        pid_t child = start(FAULTY_OFF, 0, 0, import_of(store_path_now, file_b));
        struct timespec pause_for = {wait / NS_PER_S, wait % NS_PER_S};
        nanosleep(&pause_for, NULL);
        kill(child, SIGKILL);
        int code = finish(child);
        n_killed += code == -1;
        if (code != -1) {
            assert_int_equal(code, EXIT_DONE);
        }
        assert_mends("killed after microseconds", (int)(wait / 1000));
    }
    print_message("%d of %d imports were killed before they ended\n", n_killed, n);
}

/* An import whose n-th writing call fails must say so (or have done its work all the same), and
 * must not leave anything broken. */
static void assert_fails_well(enum faulty_mode mode, int at, int errno_value)
{
    copy_store(before_path, store_path_now);
    int code = finish(start(mode, at, errno_value, import_of(store_path_now, file_b)));
    if (code != EXIT_DONE && code != EXIT_FAILED) {
        fail_msg("call %d fails with %d: import says %d", at, errno_value, code);
    }
    char *text = said();
    if (code == EXIT_FAILED && strstr(text, "\n  ") == NULL) {
        fail_msg("call %d fails: no sentence: %s", at, text);
    }
    if (code == EXIT_DONE) { /* acknowledged: then it is there, without importing again */
        char *now = store_dump(store_path_now);
        if (strcmp(now, expected) != 0) {
            fail_msg("call %d fails: acknowledged, but the store is\n%s", at, now);
        }
        free(now);
    }
    free(text);
    assert_mends("failing call", at);
}

static void a_failing_write_sync_or_rename_is_said_and_mended(void **state)
{
    (void)state;
    for (int at = 1; at <= n_calls; at += stride(40)) {
        assert_fails_well(FAULTY_FAIL, at, at % 2 == 0 ? EIO : ENOSPC);
    }
}

static void a_disk_that_stays_full_is_said_and_mended(void **state)
{
    (void)state;
    for (int at = 1; at <= n_calls; at += stride(12)) {
        assert_fails_well(FAULTY_FAIL_ON, at, ENOSPC);
    }
}

/* Writing calls of a command on a copy of the store with A. */
static int calls_of(const char *first, const char *second, const char *third)
{
    char path[2200];
    copy_store(before_path, store_path_now);
    assert_int_equal(
        finish(start(FAULTY_COUNT, 0, 0, command_of(store_path_now, first, second, third))), 0);
    snprintf(path, sizeof path, "%s/calls.txt", root);
    char *calls = check_read_file(path, NULL);
    assert_non_null(calls);
    int n = (int)strtol(calls, NULL, 10);
    free(calls);
    assert_true(n > 5);
    return n;
}

static void assert_sound(const char *what, int at, bool may_have_leftovers)
{
    int code = run_check(store_path_now);
    if (code != EXIT_DONE && !(may_have_leftovers && code == EXIT_ATTENTION)) {
        fail_msg("%s %d: check says %d: %s", what, at, code, said());
    }
}

static void a_killed_deletion_is_finished_by_the_next_import(void **state)
{
    (void)state;
    int n = calls_of("participant", "delete", "P01");
    for (int at = 1; at <= n; at += is_full ? 1 : 1 + n * SHARE / 12) {
        copy_store(before_path, store_path_now);
        finish(start(FAULTY_KILL, at, 0,
                     command_of(store_path_now, "participant", "delete", "P01")));
        assert_sound("deletion killed at call", at, true);
        assert_int_equal(run_import(store_path_now, file_b), 0);
        assert_sound("import after a deletion killed at call", at, false);
    }
}

static void a_killed_analysis_leaves_the_old_one_and_can_be_repeated(void **state)
{
    (void)state;
    int n = calls_of("analyze", "all", NULL);
    for (int at = 1; at <= n; at += is_full ? 1 : 1 + n * SHARE / 12) {
        copy_store(before_path, store_path_now);
        finish(start(FAULTY_KILL, at, 0, command_of(store_path_now, "analyze", "all", NULL)));
        assert_sound("analysis killed at call", at, true);
        assert_int_equal(
            finish(start(FAULTY_OFF, 0, 0, command_of(store_path_now, "analyze", "all", NULL))),
            0);
        assert_sound("analysis after one killed at call", at, false);
    }
}

static void a_killed_backup_leaves_nothing_of_that_name(void **state)
{
    (void)state;
    char option[2300], file[2200], part[2400];
    snprintf(file, sizeof file, "%s/backup.tar", root);
    snprintf(part, sizeof part, "%s.part", file);
    snprintf(option, sizeof option, "--output=%s", file);
    int n = calls_of("backup", option, NULL);
    unlink(file);
    for (int at = 1; at <= n; at += is_full ? 1 : 1 + n * SHARE / 12) {
        copy_store(before_path, store_path_now);
        int code = finish(
            start(FAULTY_KILL, at, 0, command_of(store_path_now, "backup", option, NULL)));
        assert_sound("backup killed at call", at, false);
        if (disk_is_file(file)) { /* named: then it is whole */
            char other[2200];
            snprintf(other, sizeof other, "%s/restored", root);
            assert_int_equal(
                finish(start(FAULTY_OFF, 0, 0, command_of(other, "restore", file, NULL))), 0);
            assert_int_equal(run_check(other), 0);
            check_remove(other);
        } else {
            assert_int_equal(code, -1);
            assert_int_equal(finish(start(FAULTY_OFF, 0, 0,
                                          command_of(store_path_now, "backup", option, NULL))),
                             0);
        }
        unlink(file);
        unlink(part);
    }
}

static void on_a_disk_that_cannot_be_written_the_store_can_be_checked(void **state)
{
    (void)state;
    char disk[2080], store[2100];
    snprintf(disk, sizeof disk, "%s/readonly", root);
    mkdir(disk, 0700);
    if (mount("none", disk, "tmpfs", 0, "size=4m") != 0) {
        print_message("SKIPPED: a read-only disk needs root\n");
        skip();
    }
    snprintf(store, sizeof store, "%s/s", disk);
    copy_store(before_path, store);
    assert_int_equal(mount("none", disk, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
    int imported = run_import(store, file_b);
    char *sentence = said();
    int checked = run_check(store);
    umount(disk);
    assert_int_equal(imported, EXIT_FAILED);
    assert_non_null(strstr(sentence, "cannot be written"));
    free(sentence);
    assert_int_equal(checked, EXIT_DONE);
}

static void two_imports_of_the_same_file_at_once_are_one(void **state)
{
    (void)state;
    for (int i = 0; i < (is_full ? 50 : 5); i++) {
        copy_store(before_path, store_path_now);
        pid_t first = start(FAULTY_OFF, 0, 0, import_of(store_path_now, file_b));
        pid_t second = start(FAULTY_OFF, 0, 0, import_of(store_path_now, file_b));
        int codes[2] = {finish(first), finish(second)};
        if (codes[0] != 0 || codes[1] != 0) {
            fail_msg("the two end with %d and %d: %s", codes[0], codes[1], said());
        }
        assert_mends("two at once", i);
    }
}

static void imports_of_different_files_run_side_by_side(void **state)
{
    (void)state;
    enum { N = 4 };
    char files[N][2200];
    pid_t child[N];
    copy_store(before_path, store_path_now);
    for (int i = 0; i < N; i++) {
        char seed[8];
        snprintf(files[i], sizeof files[i], "%s/many-%d.cwa", root, i);
        snprintf(seed, sizeof seed, "%d", 10 + i);
        simulate(files[i], seed);
    }
    for (int i = 0; i < N; i++) {
        child[i] = start(FAULTY_OFF, 0, 0, import_of(store_path_now, files[i]));
    }
    for (int i = 0; i < N; i++) {
        assert_int_equal(finish(child[i]), 0);
    }
    assert_int_equal(run_check(store_path_now), 0);
    struct store store;
    struct failure why;
    int64_t n = 0;
    assert_int_equal(store_open(store_path_now, STORE_READ, &store, &why), YK_OK);
    assert_int_equal(db_integer(store.db, "SELECT count(*) FROM current_analysis", 0, &n, &why),
                     YK_OK);
    store_close(&store);
    assert_int_equal(n, 1 + N);
}

static void on_a_small_disk_an_import_says_so_and_the_store_stays_whole(void **state)
{
    (void)state;
    char disk[2080], store[2100];
    snprintf(disk, sizeof disk, "%s/disk", root); /* root is short */
    mkdir(disk, 0700);
    int n_failed = 0, n_done = 0;
    for (int kib = 560; kib <= 1325; kib += is_full ? 20 : 85) {
        char size[32];
        snprintf(size, sizeof size, "size=%dk", kib);
        if (mount("none", disk, "tmpfs", 0, size) != 0) {
            print_message("SKIPPED: a small disk needs root\n");
            skip();
        }
        snprintf(store, sizeof store, "%s/s", disk);
        copy_store(before_path, store);
        int code = run_import(store, file_b);
        int checked = run_check(store);
        umount(disk);
        n_failed += code == EXIT_FAILED;
        n_done += code == EXIT_DONE;
        assert_true(code == EXIT_FAILED || code == EXIT_DONE);
        assert_true(checked == EXIT_DONE || checked == EXIT_ATTENTION);
    }
    assert_true(n_failed > 0 && n_done > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_at_any_writing_call_an_import_can_be_repeated),
        cmocka_unit_test(killed_at_any_moment_an_import_can_be_repeated),
        cmocka_unit_test(a_failing_write_sync_or_rename_is_said_and_mended),
        cmocka_unit_test(a_disk_that_stays_full_is_said_and_mended),
        cmocka_unit_test(a_killed_deletion_is_finished_by_the_next_import),
        cmocka_unit_test(a_killed_analysis_leaves_the_old_one_and_can_be_repeated),
        cmocka_unit_test(a_killed_backup_leaves_nothing_of_that_name),
        cmocka_unit_test(on_a_disk_that_cannot_be_written_the_store_can_be_checked),
        cmocka_unit_test(two_imports_of_the_same_file_at_once_are_one),
        cmocka_unit_test(imports_of_different_files_run_side_by_side),
        cmocka_unit_test(on_a_small_disk_an_import_says_so_and_the_store_stays_whole),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
