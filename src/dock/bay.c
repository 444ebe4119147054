/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The outside of a bay: its view, its thread, coming and going.
 */
#include "src/dock/bay.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "src/base/disk.h"
#include "src/base/utf8.h"

static void view_init(struct bay_view *view, size_t number)
{
    *view = (struct bay_view){.number = number,
                              .state = BAY_EMPTY,
                              .bytes_per_s = (double)NAN,
                              .left_s = (double)NAN,
                              .battery_pct = (double)NAN,
                              .seconds = (double)NAN,
                              .review_after_s = (double)NAN};
    quick_look_init(&view->look);
}

enum yk_status bay_init(struct bay *self, const struct bay_shared *shared, size_t number,
                        struct failure *why)
{
    memset(self, 0, sizeof *self);
    self->shared = shared;
    view_init(&self->view, number);
    if (pthread_mutex_init(&self->lock, NULL) != 0) {
        return failure_set(why, YK_ERR_MEMORY, "no lock for a bay");
    }
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    int failed = pthread_cond_init(&self->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (failed != 0) {
        pthread_mutex_destroy(&self->lock);
        return failure_set(why, YK_ERR_MEMORY, "no signal for a bay");
    }
    return YK_OK;
}

void bay_release(struct bay *self)
{
    pthread_cond_destroy(&self->wake);
    pthread_mutex_destroy(&self->lock);
}

static void *run(void *user)
{
    struct bay *self = user;
    bay_work(self);
    pthread_mutex_lock(&self->lock);
    self->view.is_done = true;
    pthread_mutex_unlock(&self->lock);
    atomic_store(&self->has_ended, true);
    return NULL;
}

/* A recorder that cannot be used now, and why. */
static void say_access(struct bay *self, const struct usb_listing *listing)
{
    static const enum dock_message messages[] = {[USB_ACCESS_OK] = DOCK_SAYS_none,
                                                 [USB_ACCESS_DENIED] = DOCK_SAYS_no_access,
                                                 [USB_ACCESS_CLAIMED] = DOCK_SAYS_claimed,
                                                 [USB_ACCESS_MOUNTED] = DOCK_SAYS_mounted,
                                                 [USB_ACCESS_UNREADABLE] =
                                                     DOCK_SAYS_unreadable};
    pthread_mutex_lock(&self->lock);
    self->view.is_done = true;
    pthread_mutex_unlock(&self->lock);
    bay_say(self, BAY_ATTENTION_UNSAVED, messages[listing->access], listing->mounted_at, NULL,
            NULL);
}

bool bay_has_file(const struct bay *self)
{
    struct text path;
    text_init(&path);
    bool has = disk_join(self->folder, self->file.name, &path, NULL) == YK_OK &&
               disk_is_file(text_string(&path));
    text_release(&path);
    return has;
}

void bay_start(struct bay *self, const struct dock_slot *slot, const struct dock_driver *driver)
{
    const struct usb_listing *listing = &slot->listing;
    pthread_mutex_lock(&self->lock);
    view_init(&self->view, self->view.number);
    self->view.is_present = true;
    self->slot = *slot;
    if (slot->folder != NULL) {
        snprintf(self->folder, sizeof self->folder, "%s", slot->folder);
        self->slot.folder = self->folder;
        self->file = *slot->file;
        self->slot.file = &self->file;
        self->view.file_changed_ns = self->file.changed_ns;
        snprintf(self->view.file, sizeof self->view.file, "%s", self->file.name);
        snprintf(self->view.place, sizeof self->view.place, "%.*s",
                 utf8_shown(slot->folder, 63), slot->folder);
    } else {
        snprintf(self->view.place, sizeof self->view.place, "%s", listing->place);
        snprintf(self->view.usb_serial, sizeof self->view.usb_serial, "%.63s", listing->serial);
    }
    self->driver = driver;
    self->job = (struct job){.log = self->shared->log, .cancel = self->shared->stop};
    self->attached_ns = clock_monotonic_ns();
    pthread_mutex_unlock(&self->lock);
    self->is_told = false;
    self->set_up[0] = '\0';
    atomic_store(&self->is_gone, false);
    atomic_store(&self->has_ended, false);
    if (driver == NULL) {
        bay_say(self, BAY_STARTING, DOCK_SAYS_starting, NULL, NULL, NULL);
        return;
    }
    if (slot->folder == NULL && listing->access != USB_ACCESS_OK) {
        say_access(self, listing);
        return;
    }
    bay_say(self, BAY_CONNECTED, DOCK_SAYS_identifying, NULL, NULL, NULL);
    if (pthread_create(&self->thread, NULL, run, self) == 0) {
        self->has_thread = true;
        return;
    }
    pthread_mutex_lock(&self->lock);
    self->view.is_done = true;
    pthread_mutex_unlock(&self->lock);
    bay_say(self, BAY_ATTENTION_UNSAVED, DOCK_SAYS_failed, "no thread for it", NULL, NULL);
}

void bay_join(struct bay *self)
{
    pthread_mutex_lock(&self->lock);
    pthread_cond_broadcast(&self->wake);
    pthread_mutex_unlock(&self->lock);
    if (self->has_thread) {
        pthread_join(self->thread, NULL);
        self->has_thread = false;
    }
}

void bay_unplugged(struct bay *self)
{
    atomic_store(&self->is_gone, true);
    pthread_mutex_lock(&self->lock);
    self->view.is_present = false;
    pthread_cond_broadcast(&self->wake);
    pthread_mutex_unlock(&self->lock);
}

static void say_what_it_means(struct bay *self)
{
    struct bay_view view;
    bay_look(self, &view);
    enum bay_kind kind = bay_state_words(view.state)->kind;
    pthread_mutex_lock(&self->lock);
    self->view.is_done = true;
    pthread_mutex_unlock(&self->lock);
    if (kind == BAY_KIND_ATTENTION) {
        bay_tell(self, BAY_EVENT_STATE); /* what wants attention still does */
    } else if (view.state == BAY_HAND_OVER) {
        bay_say(self, BAY_EMPTY, DOCK_SAYS_handed_over, NULL, NULL, NULL);
    } else if (kind == BAY_KIND_SAFE && view.recording[0] != '\0' && self->set_up[0] != '\0') {
        bay_say(self, BAY_ATTENTION_SAFE, DOCK_SAYS_wrong_one, self->set_up, NULL, NULL);
    } else if (view.recording[0] != '\0') {
        bay_say(self, BAY_EMPTY, DOCK_SAYS_taken_out, NULL, NULL, NULL);
    } else if (kind == BAY_KIND_BUSY && self->driver != NULL) {
        bay_say(self, BAY_ATTENTION_UNSAVED, DOCK_SAYS_unplugged, NULL, NULL, NULL);
    } else {
        bay_say(self, BAY_EMPTY, DOCK_SAYS_taken_out_unread, NULL, NULL, NULL);
    }
}

bool bay_settle(struct bay *self)
{
    if (self->has_thread && !atomic_load(&self->has_ended)) {
        return false;
    }
    bay_join(self);
    if (atomic_load(&self->is_gone) && !self->is_told) {
        self->is_told = true;
        say_what_it_means(self);
    }
    return true;
}
