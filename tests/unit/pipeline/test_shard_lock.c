/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who may work in a shard, and whose lock is nobody's any more.
 */
#include "tests/support/check.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <fcntl.h>
#include <unistd.h>

#include "src/pipeline/shard.h"
#include "tests/support/alloc.h"
#include "tests/support/faulty_io.h"

static struct scratch scratch = {.file = "lock"};

static void leave(const char *line, time_t age_s)
{
    check_write_text(scratch.path, line);
    struct timespec times[2] = {{.tv_sec = time(NULL) - age_s}, {.tv_sec = time(NULL) - age_s}};
    assert_int_equal(utimensat(AT_FDCWD, scratch.path, times, 0), 0);
}

static enum yk_status take_and_release(struct failure *why)
{
    struct shard_lock *lock = NULL;
    enum yk_status status = shard_lock_take(scratch.folder, &lock, why);
    shard_lock_release(lock);
    return status;
}

static void one_at_a_time_works_in_a_shard(void **state)
{
    (void)state;
    struct shard_lock *lock = NULL;
    struct failure why = {0};
    assert_int_equal(shard_lock_take(scratch.folder, &lock, NULL), YK_OK);
    assert_int_equal(take_and_release(&why), YK_ERR_BUSY);
    char pid[32];
    snprintf(pid, sizeof pid, " %ld ", (long)getpid());
    assert_non_null(strstr(why.text, pid));
    assert_int_equal(access(scratch.path, F_OK), 0); /* the refused one took nothing away */
    shard_lock_beat(lock);
    shard_lock_release(lock);
    assert_int_not_equal(access(scratch.path, F_OK), 0);
    assert_int_equal(take_and_release(NULL), YK_OK);
    shard_lock_beat(NULL);
    shard_lock_release(NULL);
}

static void a_lock_of_a_process_that_is_gone_is_taken_over(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct shard_lock *lock = NULL;
        _exit(shard_lock_take(scratch.folder, &lock, NULL) == YK_OK
                  ? 0
                  : 1); /* without releasing */
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_int_equal(how, 0);
    assert_int_equal(access(scratch.path, F_OK), 0);
    assert_int_equal(take_and_release(NULL), YK_OK);
}

static void a_number_given_to_another_process_since_frees_the_lock(void **state)
{
    (void)state;
    struct shard_lock *lock = NULL;
    assert_int_equal(shard_lock_take(scratch.folder, &lock, NULL), YK_OK);
    char *mine = check_read_file(scratch.path, NULL), host[160] = "", line[320];
    assert_non_null(mine);
    assert_int_equal(sscanf(mine, "%159s", host), 1);
    free(mine);
    snprintf(line, sizeof line, "%s %ld 1\n", host, (long)getpid()); /* began at boot */
    leave(line, 0);
    struct shard_lock *other = NULL;
    assert_int_equal(shard_lock_take(scratch.folder, &other, NULL), YK_OK);
    shard_lock_release(lock); /* has the same line: it is this process's in any case */
    shard_lock_release(other);
}

static void of_another_host_only_the_age_counts(void **state)
{
    (void)state;
    struct failure why = {0};
    leave("another.host.example 1 1\n", 14 * 60);
    assert_int_equal(take_and_release(&why), YK_ERR_BUSY);
    assert_non_null(strstr(why.text, "another.host.example"));
    leave("another.host.example 1 1\n", 16 * 60);
    assert_int_equal(take_and_release(NULL), YK_OK);
    leave("\xff no lock at all", 16 * 60);
    assert_int_equal(take_and_release(NULL), YK_OK);
}

/* The batch that asks holds an advisory lock of the shard's folder itself. */
static void a_task_that_was_killed_keeps_nobody_out_of_its_folder(void **state)
{
    (void)state;
    int fd = open(scratch.folder, O_RDONLY | O_DIRECTORY);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    leave("another.host.example 1 1\n", 16 * 60);
    assert_int_equal(take_and_release(NULL), YK_OK);
    close(fd);
}

/* What a kill between making and writing left, or a power cut. */
static void an_empty_lock_is_nobodys_after_a_minute(void **state)
{
    (void)state;
    leave("", 0); /* made in place where there are no hard links, and not yet written */
    assert_int_equal(take_and_release(NULL), YK_ERR_BUSY);
    leave("", 61);
    assert_int_equal(take_and_release(NULL), YK_OK);
    leave("another.ho", 61); /* half-written */
    assert_int_equal(take_and_release(NULL), YK_OK);
}

static int n_files(void)
{
    int n = 0;
    DIR *dir = opendir(scratch.folder);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        n += entry->d_name[0] != '.';
    }
    closedir(dir);
    return n;
}

/* Killed at any writing call of taking it: nobody is kept out, and nothing heaps up. */
static void a_kill_while_it_is_taken_leaves_no_lock_that_holds(void **state)
{
    (void)state;
    bool was_hit = true;
    int at = 0;
    while (was_hit) {
        at++;
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            struct shard_lock *lock = NULL;
            faulty_plan(FAULTY_KILL, at, 0);
            enum yk_status status = shard_lock_take(scratch.folder, &lock, NULL);
            faulty_plan(FAULTY_OFF, 0, 0);
            _exit(status == YK_OK ? 0 : 1);
        }
        int how = 0;
        assert_int_equal(waitpid(child, &how, 0), child);
        was_hit = WIFSIGNALED(how);
        assert_true(was_hit || how == 0);
        assert_int_equal(take_and_release(NULL), YK_OK);
        assert_int_equal(n_files(), 0);
    }
    assert_true(at > 3);
}

static void a_lock_taken_over_meanwhile_is_not_removed(void **state)
{
    (void)state;
    struct shard_lock *lock = NULL;
    assert_int_equal(shard_lock_take(scratch.folder, &lock, NULL), YK_OK);
    leave("another.host.example 1 1\n", 0);
    shard_lock_release(lock);
    assert_int_equal(access(scratch.path, F_OK), 0);
}

/* While somebody else is removing a stale lock nobody does: it may be a new one already. */
static void a_stale_lock_is_removed_by_one_at_a_time(void **state)
{
    (void)state;
    leave("another.host.example 1 1\n", 16 * 60);
    int fd = open(scratch.path, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(take_and_release(NULL), YK_ERR_BUSY);
    assert_int_equal(access(scratch.path, F_OK), 0);
    close(fd);
    assert_int_equal(take_and_release(NULL), YK_OK);
}

static void of_many_that_find_a_stale_lock_one_gets_it(void **state)
{
    (void)state;
    enum { TASKS = 8, ROUNDS = 20 };
    for (int round = 0; round < ROUNDS; round++) {
        pid_t child[TASKS];
        int go[2], done[2], n_got = 0;
        char byte = 0;
        leave("another.host.example 1 1\n", 16 * 60);
        assert_int_equal(pipe(go), 0);
        assert_int_equal(pipe(done), 0);
        for (int i = 0; i < TASKS; i++) {
            child[i] = fork();
            assert_true(child[i] >= 0);
            if (child[i] == 0) {
                struct shard_lock *lock = NULL;
                close(go[1]);
                close(done[0]);
                bool is_mine = shard_lock_take(scratch.folder, &lock, NULL) == YK_OK;
                char said = is_mine ? 'y' : 'n';
                bool is_said = write(done[1], &said, 1) == 1;
                /* Holds it until all have tried. */
                ssize_t got = read(go[0], &said, 1);
                _exit(is_said && got == 0 ? 0 : 1);
            }
        }
        close(go[0]);
        for (int i = 0; i < TASKS; i++) {
            assert_int_equal(read(done[0], &byte, 1), 1);
            n_got += byte == 'y';
        }
        close(go[1]);
        for (int i = 0; i < TASKS; i++) {
            int how = 0;
            assert_int_equal(waitpid(child[i], &how, 0), child[i]);
            assert_int_equal(how, 0);
        }
        close(done[0]);
        close(done[1]);
        assert_true(n_got <= 1);
        unlink(scratch.path);
    }
}

static void refused_memory_and_folders_are_said(void **state)
{
    (void)state;
    struct shard_lock *lock = NULL;
    for (uint64_t k = 1; k < 100; k++) {
        alloc_fail_at(k);
        enum yk_status status = shard_lock_take(scratch.folder, &lock, NULL);
        bool was_refused = alloc_end(status, YK_OK);
        if (!was_refused) {
            shard_lock_release(lock);
            break;
        }
        assert_int_not_equal(access(scratch.path, F_OK), 0);
    }
    struct failure why = {0};
    assert_int_equal(shard_lock_take("/nowhere/at/all", &lock, &why), YK_ERR_NO_DEVICE);
    assert_non_null(strstr(why.text, "/nowhere/at/all/lock"));
}

int main(void)
{
#define T(name) SCRATCH_TEST(name, scratch)
    const struct CMUnitTest tests[] = {
        T(one_at_a_time_works_in_a_shard),
        T(a_lock_of_a_process_that_is_gone_is_taken_over),
        T(a_number_given_to_another_process_since_frees_the_lock),
        T(of_another_host_only_the_age_counts),
        T(a_task_that_was_killed_keeps_nobody_out_of_its_folder),
        T(an_empty_lock_is_nobodys_after_a_minute),
        T(a_kill_while_it_is_taken_leaves_no_lock_that_holds),
        T(a_lock_taken_over_meanwhile_is_not_removed),
        T(a_stale_lock_is_removed_by_one_at_a_time),
        T(of_many_that_find_a_stale_lock_one_gets_it),
        T(refused_memory_and_folders_are_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
