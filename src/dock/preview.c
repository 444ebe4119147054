/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The part only grows while it is read here, and a file that only grows is read up to where it
 * ended when it was opened (file_source.c). So the preview is the ordinary analysis of a
 * recording that ends earlier.
 */
#include "src/dock/preview.h"

#include <stdio.h>
#include <string.h>

#include "src/pipeline/analyze.h"

static void analyse(struct preview *self)
{
    struct analysis analysis;
    struct zone *zone = NULL;
    struct failure why;
    struct job job = {.cancel = &self->stop};
    struct analyze_options options = {
        .recipe = self->recipe, .parameters = self->parameters, .input_sha256 = "preview"};
    analysis_init(&analysis);
    if (analyze_file(self->path, self->zone, NULL, &options, &analysis, &zone, &job, &why) ==
            YK_OK &&
        !atomic_load(&self->stop)) {
        const struct download_result nothing = {.flat_axes = 0};
        struct quick_look look;
        quick_look_of(&analysis, &nothing, TIME_UNKNOWN, TIME_UNKNOWN, &look);
        look.is_preview = true;
        self->on_look(self->user, &look);
    }
    zone_close(zone);
    analysis_release(&analysis);
}

static void *run(void *user)
{
    struct preview *self = user;
    analyse(self);
    atomic_store(self->is_taken, false);
    atomic_store(&self->has_ended, true);
    return NULL;
}

bool preview_start(struct preview *self, const char *part)
{
    if (self->has_thread && !atomic_load(&self->has_ended)) {
        return false;
    }
    preview_stop(self);
    if (strlen(part) >= sizeof self->path || atomic_exchange(self->is_taken, true)) {
        return false;
    }
    snprintf(self->path, sizeof self->path, "%s", part);
    atomic_store(&self->stop, false);
    atomic_store(&self->has_ended, false);
    self->has_thread = pthread_create(&self->thread, NULL, run, self) == 0;
    if (!self->has_thread) {
        atomic_store(self->is_taken, false);
    }
    return self->has_thread;
}

void preview_stop(struct preview *self)
{
    if (self->has_thread) {
        atomic_store(&self->stop, true);
        pthread_join(self->thread, NULL);
        self->has_thread = false;
    }
}
