/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/base/pool.h"
#include "tests/support/alloc.h"

enum { TASKS = 1000 };

struct seen {
    atomic_int times[TASKS];
    atomic_size_t total;
    atomic_bool cancel;
    unsigned n_workers;
    pthread_t main_thread;
    atomic_bool is_wrong;
};

static void note(void *user, size_t index, unsigned worker)
{
    struct seen *seen = user;
    atomic_fetch_add(&seen->times[index], 1);
    size_t total = atomic_fetch_add(&seen->total, 1) + 1;
    bool is_main = pthread_equal(pthread_self(), seen->main_thread) != 0;
    if (worker >= seen->n_workers || is_main != (worker == 0)) {
        seen->is_wrong = true;
    }
    if (total == 500 && seen->n_workers == 3) {
        seen->cancel = true;
    }
}

static void check_run(unsigned n_workers)
{
    struct seen *seen = calloc(1, sizeof *seen);
    seen->n_workers = n_workers;
    seen->main_thread = pthread_self();
    assert_int_equal(pool_run(TASKS, n_workers, &seen->cancel, note, seen, NULL), YK_OK);
    assert_false(seen->is_wrong);
    if (n_workers == 3) {
        assert_in_range(seen->total, 500, 503); /* those already started end */
    } else {
        assert_int_equal(seen->total, TASKS);
        for (int i = 0; i < TASKS; i++) {
            assert_int_equal(seen->times[i], 1);
        }
    }
    free(seen);
}

static void every_task_runs_once(void **state)
{
    (void)state;
    check_run(1);
    check_run(2);
    check_run(8);
}

static void no_task_starts_after_cancelling(void **state)
{
    (void)state;
    check_run(3);
}

static void impossible_numbers_of_workers_are_refused(void **state)
{
    (void)state;
    struct failure why;
    assert_int_equal(pool_run(5, 0, NULL, note, NULL, &why), YK_ERR_ARGUMENT);
    assert_int_equal(pool_run(5, 257, NULL, note, NULL, &why), YK_ERR_ARGUMENT);
    assert_string_equal(why.text, "257 workers; 1 to 256 are possible");
    assert_int_equal(pool_run(0, 4, NULL, note, NULL, &why), YK_OK);
    alloc_fail_at(1);
    assert_int_equal(pool_run(5, 4, NULL, note, NULL, &why), YK_ERR_MEMORY);
    alloc_fail_at(0);
}

static void processors_are_counted(void **state)
{
    (void)state;
    unsigned n = pool_processors();
    assert_in_range(n, 1, 256);
    assert_true(n <= (unsigned)sysconf(_SC_NPROCESSORS_CONF));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_task_runs_once),
        cmocka_unit_test(no_task_starts_after_cancelling),
        cmocka_unit_test(impossible_numbers_of_workers_are_refused),
        cmocka_unit_test(processors_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
