/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a bay shows, changed and read under its lock, and its sleep.
 */
#include <stdio.h>
#include <time.h>

#include "src/dock/bay.h"

void bay_look(struct bay *self, struct bay_view *out)
{
    pthread_mutex_lock(&self->lock);
    *out = self->view;
    pthread_mutex_unlock(&self->lock);
}

void bay_tell(struct bay *self, enum bay_event_kind kind)
{
    struct bay_view view;
    bay_look(self, &view);
    self->shared->on_change(self->shared->user, kind, &view);
}

void bay_say(struct bay *self, enum bay_state state, enum dock_message message, const char *a,
             const char *b, const char *c)
{
    const char *const values[] = {a, b, c};
    pthread_mutex_lock(&self->lock);
    self->view.state = state;
    self->view.message = message;
    for (size_t i = 0; i < 3; i++) {
        snprintf(self->view.arg[i], BAY_ARG_BYTES, "%s", values[i] != NULL ? values[i] : "");
    }
    pthread_mutex_unlock(&self->lock);
    bay_tell(self, BAY_EVENT_STATE);
}

bool bay_sleep(struct bay *self, int64_t ns)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t at = until.tv_nsec + ns;
    until.tv_sec += (time_t)(at / NS_PER_S);
    until.tv_nsec = (long)(at % NS_PER_S);
    bool goes_on = true;
    pthread_mutex_lock(&self->lock);
    int woken = 0;
    do {
        goes_on = !atomic_load(&self->is_gone) && !atomic_load(self->shared->stop);
    } while (goes_on &&
             (woken = pthread_cond_timedwait(&self->wake, &self->lock, &until)) == 0);
    pthread_mutex_unlock(&self->lock);
    return goes_on;
}
