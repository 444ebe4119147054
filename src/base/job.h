/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is passed to everything that can be slow: settings, log, progress and the way to stop
 * it.
 */
#ifndef SRC_BASE_JOB_H
#define SRC_BASE_JOB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "src/base/log.h"

struct progress {
    const char
        *stage; /* "reading", "calibrating", "epochs", ...: an i18n key, not a sentence */
    uint64_t done, total; /* total 0: unknown */
    const char *unit;     /* "bytes", "epochs", "files" */
};

struct job {
    struct log *log; /* may be NULL: silent */
    const atomic_bool
        *cancel; /* may be NULL; checked often, set from a signal handler or thread */
    void (*on_progress)(void *user,
                        const struct progress *now); /* may be NULL; <= 10 a second */
    void *user;
    int64_t last_report_ns; /* kept by job_progress() */
};

/* True when the job should stop; the caller then returns YK_ERR_CANCELLED. job may be NULL. */
bool job_is_cancelled(const struct job *job);

/* Reports progress, at most ten times a second. job may be NULL. */
void job_progress(struct job *job, const char *stage, uint64_t done, uint64_t total,
                  const char *unit);

#endif
