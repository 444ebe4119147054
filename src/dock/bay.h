/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One bay: what happens to one recorder from being plugged in to being taken out, on a thread
 * and with a store connexion of its own. Whatever goes wrong in it ends in a state and a
 * sentence, and nowhere else.
 */
#ifndef SRC_DOCK_BAY_H
#define SRC_DOCK_BAY_H

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>

#include "drivers/dock_device.h"
#include "src/dock/quick_look.h"
#include "src/dock/whose.h"
#include "src/dock/wording.h"
#include "src/model/parameters.h"

#define BAY_ARG_BYTES 256 /* a failure's sentence */

/* What is known of a bay now. Plain values, copied freely. */
struct bay_view {
    size_t number; /* 1 ... */
    char place[64];
    char file[256]; /* its name on the volume: to show, not to keep; "" no volume */
    int64_t file_changed_ns;
    char model[16], serial[32], firmware[16], usb_serial[64];
    bool is_present;
    enum bay_state state;
    enum dock_message message;
    char arg[3][BAY_ARG_BYTES]; /* of the message */
    char detail[256];           /* the exact failure, for logs; "" */
    uint64_t done, total;       /* bytes, while reading */
    double bytes_per_s, left_s; /* NaN unknown */
    double battery_pct;         /* NaN unknown */
    bool is_battery_full;
    bool has_health;
    struct dock_health health;
    struct dock_clock clock; /* measured before anything else; at_ns 0: not measured */
    char person[PERSON_CODE_BYTES];
    char recording[72]; /* id; "" none yet */
    uint64_t bytes, resumed_from;
    double seconds; /* the download took; NaN: none */
    struct download_counts counts;
    bool is_verified, was_there;
    struct quick_look look;
    double review_after_s; /* from the last byte to the recorded analysis; NaN: none */
    bool is_done;          /* nothing more will happen by itself but charging */
};

enum bay_event_kind { BAY_EVENT_STATE, BAY_EVENT_PROGRESS, BAY_EVENT_LOOK, BAY_EVENT_BATTERY };

/* What all bays of a station share. */
struct bay_shared {
    const char *store_folder;
    const char *participant; /* NULL: the ledger decides */
    const char *zone_name;   /* of the device's clock; NULL: participant's, store's, system's */
    const char *recipe;
    const struct parameters *parameters;
    bool reads_unfinished; /* also what is set to go on recording */
    bool is_once;          /* ends after the recording is safe and analysed: no charging */
    /* While bytes arrive, a look at what is there so far: one at a time for all bays; NULL:
     * none. preview_left_s: only where so much is left to wait; 0: 20 s. */
    atomic_bool *preview_taken;
    double preview_left_s;
    /* Reviews that may begin now: as many at a time as there are processors, so that the first
     * of many are there soon and memory is that of a few; NULL: any number. */
    atomic_uint *reviews_free;
    int64_t retry_ns; /* between two tries to open a recorder; 0: a second */
    int64_t poll_ns;  /* between two looks at the battery; 0: a minute */
    struct log *log;  /* may be NULL */
    const atomic_bool *stop;
    /* Called on the bay's thread; the callee takes care that calls do not mix. */
    void (*on_change)(void *user, enum bay_event_kind kind, const struct bay_view *view);
    void *user;
};

struct bay {
    const struct bay_shared *shared;
    const struct dock_driver *driver; /* NULL: nothing to run (bootloader, no access) */
    struct dock_slot slot;
    char folder[PATH_MAX]; /* slot.folder points here when it is one */
    struct dock_file file; /* and slot.file here */
    /* Held while it reads, by one bay of a volume at a time; NULL: nobody shares its device. */
    pthread_mutex_t *turn;
    struct job job;
    pthread_t thread;
    bool has_thread, is_told; /* is_told: what being unplugged means was said */
    atomic_bool is_gone, has_ended;
    pthread_mutex_t lock; /* of view */
    pthread_cond_t wake;
    struct bay_view view;
    int64_t attached_ns; /* monotonic */
    char set_up[32];     /* when it was taken out: another one that is set up and there; "" */
};

/* errors: YK_ERR_MEMORY when a lock cannot be made */
enum yk_status bay_init(struct bay *self, const struct bay_shared *shared, size_t number,
                        struct failure *why);
void bay_release(struct bay *self); /* its thread was joined */
/* Whether what a folder held is still there. */
bool bay_has_file(const struct bay *self);
/* Takes a slot and begins. A failure shows as the bay's state. */
void bay_start(struct bay *self, const struct dock_slot *slot,
               const struct dock_driver *driver);
/* The recorder is not there any more; returns at once. */
void bay_unplugged(struct bay *self);
/* True when nothing of the bay runs any more; after bay_unplugged() the state then says what
 * that means for the data, and the bay may be used again. */
bool bay_settle(struct bay *self);
/* Waits for the thread, once shared->stop is set or it ended by itself. */
void bay_join(struct bay *self);
/* Sleeps; ends early when the bay is to stop or its recorder is gone: then false. For the
 * bay's own thread. */
bool bay_sleep(struct bay *self, int64_t ns);

/* bay_view.c */
void bay_look(struct bay *self, struct bay_view *out);
/* Sets state and message (values NULL or up to three) and tells. */
void bay_say(struct bay *self, enum bay_state state, enum dock_message message, const char *a,
             const char *b, const char *c);
void bay_tell(struct bay *self, enum bay_event_kind kind);

/* The work of the thread (bay_work.c). */
void bay_work(struct bay *self);

#endif
