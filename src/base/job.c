/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Stopping and reporting.
 */
#include "src/base/job.h"

#include <stddef.h>

#include "src/base/clock.h"

bool job_is_cancelled(const struct job *job)
{
    return job != NULL && job->cancel != NULL &&
           atomic_load_explicit(job->cancel, memory_order_relaxed);
}

void job_progress(struct job *job, const char *stage, uint64_t done, uint64_t total,
                  const char *unit)
{
    if (job == NULL || job->on_progress == NULL) {
        return;
    }
    int64_t now = clock_monotonic_ns();
    if (job->last_report_ns != 0 && now - job->last_report_ns < NS_PER_S / 10) {
        return;
    }
    job->last_report_ns = now;
    struct progress progress = {stage, done, total, unit};
    job->on_progress(job->user, &progress);
}
