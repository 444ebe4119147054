/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The dock station: watches the bus, gives every recorder that comes a bay of its own, and
 * tells what happens as a stream of events.
 */
#ifndef SRC_DOCK_STATION_H
#define SRC_DOCK_STATION_H

#include "src/dock/bay.h"
#include "src/dock/checkup.h"

enum dock_event_kind {
    DOCK_EVENT_CHECK,    /* one finding of the check-up before the first recorder */
    DOCK_EVENT_READY,    /* recorders may be plugged in */
    DOCK_EVENT_STATE,    /* a bay changed its state or sentence */
    DOCK_EVENT_PROGRESS, /* a bay reads */
    DOCK_EVENT_LOOK,     /* a bay's recording is analysed: the quick look */
    DOCK_EVENT_BATTERY,  /* a bay read the battery again */
    DOCK_EVENT_END
};

struct station_totals {
    size_t n_bays; /* recorders seen */
    size_t n_saved,
        n_attention;  /* recordings that are safe; bays that somebody should look at */
    size_t n_unsaved; /* recorders whose data was not copied although it should be */
};

struct dock_event {
    enum dock_event_kind kind;
    int64_t at_ns;                       /* PC, UTC */
    const struct bay_view *bay;          /* STATE ... BATTERY */
    const struct checkup_item *check;    /* CHECK */
    const struct station_totals *totals; /* END */
};

struct station_options {
    struct usb_bus *bus;        /* borrowed; NULL: no USB, folders only */
    const char *const *folders; /* recorders that appear as folders */
    size_t n_folders;
    struct bay_shared bays; /* on_change, user and stop are filled in */
    const char *backup_folder;
    int64_t first_wait_ns;     /* with bays.is_once: how long to wait for the first one */
    int64_t stuck_ns;          /* a bootloader that stays longer is stuck; 0: 15 s */
    const atomic_bool *cancel; /* set to end; may be NULL */
    /* dock_driver_for_usb() unless a test says otherwise. */
    const struct dock_driver *(*find_driver)(const struct usb_listing *listing,
                                             enum dock_match *match);
    /* One call at a time, from several threads. */
    void (*on_event)(void *user, const struct dock_event *event);
    void *user;
};

/* Runs until cancelled, or, with bays.is_once, until every recorder that is there is done.
 * errors: YK_ERR_BUSY (another dock on this store), YK_ERR_STORE and others of the store, of
 * the bus; a bay's trouble is no error. */
enum yk_status station_run(const struct station_options *options, struct station_totals *out,
                           struct failure *why);

const char *dock_event_word(enum dock_event_kind kind); /* "state" */

#endif
