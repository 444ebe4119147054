/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Downloads whose every writing call fails once, or for good, and downloads that are killed in
 * the middle of each of them or at any moment. Afterwards either the archive has the recording
 * whole, or it has nothing; and the same download succeeds.
 */
#include "tests/support/download_scene.h"

#include <sys/wait.h>
#include <time.h>

#include "tests/support/faulty_io.h"

enum { SHARE = CHECK_IS_SLOW ? 4 : 1 };

/* A disk that gives back something else than was written, from byte lying_at of a file on. */
static atomic_long lying_at = -1;

ssize_t lying_pread(int fd, void *at, size_t n, off_t from) __asm__("pread64");

ssize_t lying_pread(int fd, void *at, size_t n, off_t from)
{
    ssize_t got = syscall(SYS_pread64, fd, at, n, from);
    long wrong = lying_at;
    if (wrong >= 0 && got > 0 && wrong >= from && wrong < from + got) {
        ((uint8_t *)at)[wrong - from] ^= 1;
    }
    return got;
}

static int count_calls(struct download_scene *scene)
{
    faulty_plan(FAULTY_COUNT, 0, 0);
    assert_int_equal(scene_run(scene), YK_OK);
    int n = faulty_calls();
    faulty_plan(FAULTY_OFF, 0, 0);
    assert_true(n > 20);
    check_remove(scene->root);
    scene_folders(scene);
    return n;
}

/* Whatever happened before, this must do it. */
static void assert_download_succeeds(struct download_scene *scene)
{
    /* nothing half has the name of a whole one */
    if (scene_count_files(scene->archive, "") > 0) {
        char path[1300];
        size_t n = 0;
        snprintf(path, sizeof path, "%s/%s.cwa", scene->archive, scene->sha256);
        char *at = check_read_file(path, &n);
        assert_non_null(at);
        assert_int_equal(n, scene->build.n);
        assert_memory_equal(at, scene->build.at, n);
        free(at);
    }
    scene_recorder(scene);
    if (scene_run(scene) != YK_OK) {
        fail_msg("%s", scene->why.text);
    }
    assert_true(scene->result.is_verified);
    assert_int_equal(scene->result.counts.n_sectors, 300);
    scene_assert_archived(scene);
    check_remove(scene->root);
    scene_folders(scene);
}

static void download_loses_nothing_when_any_write_fails(void **state)
{
    struct download_scene scene;
    static const struct {
        enum faulty_mode mode;
        int reason;
    } ways[] = {{FAULTY_FAIL, EIO}, {FAULTY_FAIL_ON, ENOSPC}, {FAULTY_FAIL_ON, EIO}};
    (void)state;
    scene_make(&scene, 300);
    int n = count_calls(&scene), failed = 0;
    for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
        for (int at = 1; at <= n; at += SHARE) {
            scene_recorder(&scene);
            faulty_plan(ways[way].mode, at, ways[way].reason);
            enum yk_status status = scene_run(&scene);
            faulty_plan(FAULTY_OFF, 0, 0);
            failed += status != YK_OK;
            if (status != YK_OK) {
                assert_true(scene.why.text[0] != '\0');
            }
            assert_download_succeeds(&scene);
        }
    }
    assert_true(failed > n / SHARE);
    scene_remove(&scene);
}

static int wait_for(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
    }
    return status;
}

static void download_loses_nothing_when_killed_in_any_write(void **state)
{
    struct download_scene scene;
    (void)state;
    scene_make(&scene, 300);
    int n = count_calls(&scene), killed = 0;
    for (int at = 1; at <= n; at += SHARE) {
        fflush(NULL);
        pid_t child = fork();
        if (child == 0) {
            scene_recorder(&scene);
            faulty_plan(FAULTY_KILL, at, 0);
            scene_run(&scene);
            _exit(0);
        }
        killed += WIFSIGNALED(wait_for(child));
        assert_download_succeeds(&scene);
    }
    assert_int_equal(killed, (n + SHARE - 1) / SHARE);
    scene_remove(&scene);
}

static void download_loses_nothing_when_killed_at_any_moment(void **state)
{
    struct download_scene scene;
    (void)state;
    scene_make(&scene, 300);
    for (int i = 0; i < 40 / SHARE; i++) {
        fflush(NULL);
        pid_t child = fork();
        if (child == 0) {
            scene_recorder(&scene);
            scene.recorder.sleep_us = 300;
            scene_run(&scene);
            _exit(0);
        }
        const struct timespec pause = {0, (i * 7919 % 40) * 250000L};
        nanosleep(&pause, NULL);
        kill(child, SIGKILL);
        wait_for(child);
        assert_download_succeeds(&scene);
    }
    scene_remove(&scene);
}

static void download_resumes_after_a_disk_that_was_full(void **state)
{
    struct download_scene scene;
    (void)state;
    scene_make(&scene, 300);
    int n = count_calls(&scene);
    scene_recorder(&scene);
    faulty_plan(FAULTY_FAIL_ON, n / 2, ENOSPC);
    assert_int_equal(scene_run(&scene), YK_ERR_IO);
    faulty_plan(FAULTY_OFF, 0, 0);
    assert_non_null(strstr(scene.why.text, "No space"));
    scene_recorder(&scene);
    assert_int_equal(scene_run(&scene), YK_OK);
    assert_true(scene.result.resumed_from > 0);
    scene_assert_archived(&scene);
    scene_remove(&scene);
}

static void download_notices_a_disk_that_gives_back_something_else(void **state)
{
    struct download_scene scene;
    (void)state;
    scene_make(&scene, 300);
    lying_at = 70000;
    assert_int_equal(scene_run(&scene), YK_ERR_CORRUPT);
    lying_at = -1;
    assert_non_null(strstr(scene.why.text, "check that disk"));
    assert_int_equal(scene_count_files(scene.archive, ""), 0);
    assert_download_succeeds(&scene);
    scene_remove(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(download_loses_nothing_when_any_write_fails),
        cmocka_unit_test(download_loses_nothing_when_killed_in_any_write),
        cmocka_unit_test(download_loses_nothing_when_killed_at_any_moment),
        cmocka_unit_test(download_notices_a_disk_that_gives_back_something_else),
        cmocka_unit_test(download_resumes_after_a_disk_that_was_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
