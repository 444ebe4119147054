/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One line on standard error that says how far a job is.
 */
#ifndef SRC_CLI_PROGRESS_BAR_H
#define SRC_CLI_PROGRESS_BAR_H

#include <pthread.h>

#include "src/base/i18n.h"
#include "src/base/job.h"
#include "src/base/text.h"

struct progress_bar {
    pthread_mutex_t lock;
    enum language language;
    int columns;
    bool is_drawn;
    const char *stage; /* the one being timed */
    int64_t stage_start_ns;
    uint64_t stage_start_done;
};

void progress_bar_init(struct progress_bar *self, enum language language);
/* Wipes the line, if one is drawn. */
void progress_bar_wipe(struct progress_bar *self);
/* For job.on_progress; user is the bar. Safe to call from several threads. */
void progress_bar_draw(void *user, const struct progress *now);

/* The line itself, at most columns wide: stage, bar, share, speed, time left. elapsed_s since
 * the stage began, with from already done then. */
void progress_line(const struct progress *now, uint64_t from, double elapsed_s,
                   enum language language, int columns, struct text *out);

#endif
