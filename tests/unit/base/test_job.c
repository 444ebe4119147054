/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <string.h>

#include "src/base/clock.h"
#include "src/base/job.h"

static void cancelling_is_seen(void **state)
{
    (void)state;
    atomic_bool cancel = false;
    struct job job = {.cancel = &cancel};
    assert_false(job_is_cancelled(NULL));
    assert_false(job_is_cancelled(&job));
    cancel = true;
    assert_true(job_is_cancelled(&job));
    job.cancel = NULL;
    assert_false(job_is_cancelled(&job));
}

static void count_report(void *user, const struct progress *now)
{
    assert_string_equal(now->stage, "reading");
    assert_string_equal(now->unit, "bytes");
    assert_true(now->done <= now->total);
    ++*(int *)user;
}

static void progress_is_reported_at_most_ten_times_a_second(void **state)
{
    (void)state;
    int reports = 0;
    const int *seen = &reports;
    struct job job = {.on_progress = count_report, .user = &reports};
    int64_t start = clock_monotonic_ns();
    for (uint64_t i = 0; *seen < 4; i++) {
        job_progress(&job, "reading", i, UINT64_MAX, "bytes");
        assert_true(clock_monotonic_ns() - start < 60 * NS_PER_S);
    }
    assert_true(clock_monotonic_ns() - start >= 3 * NS_PER_S / 10);
    job_progress(NULL, "reading", 0, 0, "bytes");
    struct job silent = {0};
    job_progress(&silent, "reading", 0, 0, "bytes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cancelling_is_seen),
        cmocka_unit_test(progress_is_reported_at_most_ten_times_a_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
