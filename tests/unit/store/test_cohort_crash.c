/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A batch's database, killed at every writing system call of its making: the next run must be
 * able to open it.
 */
#include "tests/support/faulty_io.h"

#include "tests/support/check.h"

#include <stdio.h>
#include <sys/wait.h>

#include "src/store/cohort_db.h"

static enum yk_status open_and_close(const char *path, struct failure *why)
{
    struct cohort_db *db = NULL;
    enum yk_status status = cohort_db_open(path, COHORT_LOCAL, &db, why);
    cohort_db_close(db);
    return status;
}

/* Opens in a child that dies at its n-th writing call. False when it came to its end. */
static bool dies_at(const char *path, int n)
{
    pid_t child = fork();
    if (child == 0) {
        faulty_plan(FAULTY_KILL, n, 0);
        enum yk_status status = open_and_close(path, NULL);
        _exit(status == YK_OK ? 0 : 1);
    }
    int result = 0;
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_true(WIFSIGNALED(result) || WEXITSTATUS(result) == 0);
    return WIFSIGNALED(result);
}

static void a_database_killed_while_it_is_made_can_be_opened(void **state)
{
    (void)state;
    char folder[4096], path[4200];
    int n = 1;
    for (bool died = true; died; n++) {
        snprintf(folder, sizeof folder, "%s", check_scratch("cohort"));
        snprintf(path, sizeof path, "%.4000s/cohort.sqlite", folder);
        died = dies_at(path, n);
        struct failure why = {0};
        if (open_and_close(path, &why) != YK_OK) {
            fail_msg("killed at call %d: %s", n, why.text);
        }
        check_remove(folder);
    }
    assert_true(n > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_database_killed_while_it_is_made_can_be_opened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
