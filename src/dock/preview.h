/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A look at a recording that is still arriving: the part that is on the disk so far is analysed
 * on a thread of its own, and the result is thrown away when the whole is there. Nothing of it
 * is recorded, and nothing waits for it.
 */
#ifndef SRC_DOCK_PREVIEW_H
#define SRC_DOCK_PREVIEW_H

#include <pthread.h>
#include <stdatomic.h>

#include "src/dock/quick_look.h"
#include "src/model/parameters.h"

struct preview {
    char path[1024]; /* of the part */
    char zone[48];   /* of the device's clock */
    const char *recipe;
    const struct parameters *parameters; /* borrowed */
    atomic_bool *is_taken; /* one at a time for all who share it: a PC has other things to do */
    void (*on_look)(void *user, const struct quick_look *look); /* on the preview's thread */
    void *user;
    pthread_t thread;
    bool has_thread;
    atomic_bool stop, has_ended;
};

/* Begins one, unless it runs already, another has its turn, or the system refuses: a preview
 * that is missing is no failure. True when it began. */
bool preview_start(struct preview *self, const char *part);
/* Ends it as soon as it can be ended, and waits for that. */
void preview_stop(struct preview *self);

#endif
