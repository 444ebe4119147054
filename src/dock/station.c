/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One loop on the caller's thread: list, compare with the bays, start and settle them, wait for
 * the bus. A recorder is one attachment (place and generation); the same place keeps its bay
 * over re-plugging, and so does a recorder that moved.
 */
#include "src/dock/station.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/base/pool.h"
#include "src/dock/known_file.h"
#include "src/dock/part_file.h"
#include "src/store/store.h"

#define LOOP_MS 250u
#define LIST_NS (2 * NS_PER_S)
#define STUCK_NS (15 * NS_PER_S)   /* a bootloader takes a few seconds */
#define BETWEEN_NS (10 * NS_PER_S) /* from bootloader to application */

enum { UNLISTED_MAX = 30 }; /* half a minute at least */

struct station {
    const struct station_options *options;
    struct bay_shared shared;
    atomic_bool stop, preview_taken;
    atomic_uint reviews_free;
    pthread_mutex_t emit_lock;
    struct bay **bays;
    size_t n_bays, capacity;
    pthread_mutex_t *turns; /* one for each folder */
    size_t n_turns;
    struct usb_listing *listings; /* of the last list() */
    size_t n_listings;
    int64_t started_ns, listed_ns;
    int n_unlisted; /* times in a row that the bus could not be listed */
};

/* ---- events ---- */

const char *dock_event_word(enum dock_event_kind kind)
{
    static const char *const words[] = {"check", "ready",   "state", "progress",
                                        "look",  "battery", "end"};
    return words[kind];
}

static void emit(struct station *self, struct dock_event event)
{
    event.at_ns = clock_now_utc_ns();
    pthread_mutex_lock(&self->emit_lock);
    self->options->on_event(self->options->user, &event);
    pthread_mutex_unlock(&self->emit_lock);
}

static void on_change(void *user, enum bay_event_kind kind, const struct bay_view *view)
{
    static const enum dock_event_kind kinds[] = {DOCK_EVENT_STATE, DOCK_EVENT_PROGRESS,
                                                 DOCK_EVENT_LOOK, DOCK_EVENT_BATTERY};
    emit(user, (struct dock_event){.kind = kinds[kind], .bay = view});
}

static void on_check(void *user, const struct checkup_item *item)
{
    emit(user, (struct dock_event){.kind = DOCK_EVENT_CHECK, .check = item});
}

/* ---- bays ---- */

static bool is_free(struct bay *bay)
{
    struct bay_view view;
    bay_look(bay, &view);
    return !view.is_present && bay_settle(bay);
}

static enum yk_status new_bay(struct station *self, struct bay **out, struct failure *why)
{
    struct bay *bay = mem_alloc(1, sizeof *bay);
    if (bay == NULL || MEM_RESERVE(self->bays, self->n_bays, self->capacity) != 0) {
        mem_free(bay);
        return failure_set(why, YK_ERR_MEMORY, "no memory for another bay");
    }
    enum yk_status status = bay_init(bay, &self->shared, self->n_bays + 1, why);
    if (status != YK_OK) {
        mem_free(bay);
        return status;
    }
    self->bays[self->n_bays++] = bay;
    *out = bay;
    return YK_OK;
}

/* The bay for something new at a place: the one of that place, else the one this recorder was
 * in, else a new one. *out stays NULL when that bay is not through with the one before. */
static enum yk_status bay_for(struct station *self, const char *place, const char *usb_serial,
                              struct bay **out, struct failure *why)
{
    struct bay *moved = NULL;
    for (size_t i = 0; i < self->n_bays; i++) {
        struct bay_view view;
        bay_look(self->bays[i], &view);
        if (strcmp(view.place, place) == 0) {
            *out = is_free(self->bays[i]) ? self->bays[i] : NULL;
            return YK_OK;
        }
        if (!view.is_present && usb_serial[0] != '\0' &&
            strcmp(view.usb_serial, usb_serial) == 0) {
            moved = self->bays[i];
        }
    }
    if (moved != NULL) {
        *out = is_free(moved) ? moved : NULL;
        return YK_OK;
    }
    return new_bay(self, out, why);
}

static struct bay *bay_of_listing(struct station *self, const struct usb_listing *listing)
{
    for (size_t i = 0; i < self->n_bays; i++) {
        struct bay *bay = self->bays[i];
        struct bay_view view;
        bay_look(bay, &view);
        if (view.is_present && bay->slot.listing.generation == listing->generation &&
            strcmp(bay->slot.listing.place, listing->place) == 0) {
            return bay;
        }
    }
    return NULL;
}

/* A bootloader makes way for the application at the same place, as a new attachment. */
static struct bay *starting_at(struct station *self, const char *place)
{
    for (size_t i = 0; i < self->n_bays; i++) {
        struct bay *bay = self->bays[i];
        struct bay_view view;
        bay_look(bay, &view);
        if (view.is_present && bay->driver == NULL && strcmp(view.place, place) == 0) {
            return bay;
        }
    }
    return NULL;
}

/* The recording of a recorder that the desktop mounted. False: no driver can read it there. */
static bool find_mounted(const char *folder, const struct dock_driver **driver,
                         struct dock_file *out)
{
    struct dock_file *files = NULL;
    size_t n = 0, chosen = 0;
    if (dock_driver_for_folder(folder, known_file_read, driver, &files, &n, NULL) != YK_OK) {
        return false;
    }
    for (size_t i = n; i-- > 0;) { /* not a table that somebody put beside it */
        chosen = strcmp(files[i].format, "cwa") == 0 ? i : chosen;
    }
    if (n > 0) {
        *out = files[chosen];
    }
    mem_free(files);
    return n > 0;
}

/* What is mounted is read as a folder, where a driver can do that. */
static void start_at(struct station *self, struct bay *bay, const struct usb_listing *listing,
                     const struct dock_driver *driver)
{
    struct dock_slot slot = {.bus = self->options->bus, .listing = *listing};
    const struct dock_driver *folder = NULL;
    struct dock_file file;
    if (driver != NULL && listing->access == USB_ACCESS_MOUNTED &&
        listing->mounted_at[0] != '\0' && find_mounted(listing->mounted_at, &folder, &file)) {
        slot.bus = NULL;
        slot.folder = listing->mounted_at;
        slot.file = &file;
        driver = folder;
    }
    bay_start(bay, &slot, driver);
}

/* It is one of the folders that were named, and is read as such. */
static bool is_named_folder(const struct station *self, const struct usb_listing *listing)
{
    struct stat mounted, named;
    bool is_named = false;
    if (listing->access != USB_ACCESS_MOUNTED || stat(listing->mounted_at, &mounted) != 0) {
        return false;
    }
    for (size_t i = 0; i < self->options->n_folders; i++) {
        is_named = is_named || (stat(self->options->folders[i], &named) == 0 &&
                                named.st_dev == mounted.st_dev);
    }
    return is_named;
}

static enum yk_status see_listing(struct station *self, const struct usb_listing *listing,
                                  struct failure *why)
{
    enum dock_match match = DOCK_MATCH_NO;
    const struct dock_driver *driver = self->options->find_driver(listing, &match);
    struct bay *bay = bay_of_listing(self, listing);
    enum yk_status status = YK_OK;
    if (match == DOCK_MATCH_NO || driver == NULL || is_named_folder(self, listing)) {
        return YK_OK;
    }
    driver = match == DOCK_MATCH_BOOTLOADER ? NULL : driver;
    bool is_usable_now = bay != NULL && !bay->has_thread && driver != NULL &&
                         bay->slot.listing.access != USB_ACCESS_OK &&
                         bay->slot.folder == NULL &&
                         bay->slot.listing.access != listing->access;
    if (bay == NULL) {
        bay = starting_at(self, listing->place);
        is_usable_now = bay != NULL;
    }
    if (bay == NULL) {
        status = bay_for(self, listing->place, listing->serial, &bay, why);
        is_usable_now = bay != NULL;
    }
    if (status == YK_OK && is_usable_now) {
        start_at(self, bay, listing, driver);
    }
    return status;
}

static bool is_listed(const struct station *self, const struct usb_listing *wanted)
{
    for (size_t i = 0; i < self->n_listings; i++) {
        if (self->listings[i].generation == wanted->generation &&
            strcmp(self->listings[i].place, wanted->place) == 0) {
            return true;
        }
    }
    return false;
}

/* One is set up and waits to be handed over: is it this one that was taken out? */
static void note_set_up(const struct station *self, struct bay *taken)
{
    for (size_t i = 0; i < self->n_bays; i++) {
        struct bay_view view;
        bay_look(self->bays[i], &view);
        if (self->bays[i] != taken && view.is_present && view.state == BAY_HAND_OVER) {
            snprintf(taken->set_up, sizeof taken->set_up, "%s", view.serial);
        }
    }
}

/* Bays whose recorder is not there any more. */
static void see_gone(struct station *self)
{
    int64_t now = clock_monotonic_ns();
    for (size_t i = 0; i < self->n_bays; i++) {
        struct bay *bay = self->bays[i];
        struct bay_view view;
        bay_look(bay, &view);
        bool is_usb = bay->slot.listing.place[0] != '\0';
        bool is_there = is_usb ? is_listed(self, &bay->slot.listing) : bay_has_file(bay);
        if (!view.is_present || is_there) {
            continue;
        }
        if (bay->driver == NULL && now - bay->attached_ns < BETWEEN_NS) {
            continue; /* on its way to being the application */
        }
        note_set_up(self, bay);
        bay_unplugged(bay);
    }
}

static void settle_all(struct station *self)
{
    int64_t now = clock_monotonic_ns();
    int64_t stuck_ns = self->options->stuck_ns > 0 ? self->options->stuck_ns : STUCK_NS;
    for (size_t i = 0; i < self->n_bays; i++) {
        struct bay *bay = self->bays[i];
        struct bay_view view;
        bay_settle(bay);
        bay_look(bay, &view);
        if (view.state == BAY_STARTING && view.is_present && !view.is_done &&
            now - bay->attached_ns > stuck_ns) {
            pthread_mutex_lock(&bay->lock);
            bay->view.is_done = true;
            pthread_mutex_unlock(&bay->lock);
            bay_say(bay, BAY_ATTENTION_UNSAVED, DOCK_SAYS_stuck, NULL, NULL, NULL);
        }
    }
}

/* A bus that cannot be listed for a moment ends nobody's download. */
static enum yk_status bear(struct station *self, enum yk_status status, struct failure *why)
{
    self->listed_ns = clock_monotonic_ns();
    if (++self->n_unlisted > UNLISTED_MAX) {
        return status;
    }
    log_warn(self->shared.log, "dock: %s", why != NULL ? why->text : "the bus is not listed");
    const struct timespec pause = {1, 0};
    nanosleep(&pause, NULL);
    return YK_OK;
}

static enum yk_status see_all(struct station *self, struct failure *why)
{
    struct usb_bus *bus = self->options->bus;
    enum yk_status status = YK_OK;
    if (bus != NULL) {
        struct usb_listing *listings = NULL;
        size_t n = 0;
        status = bus->ops->list(bus, &listings, &n, why);
        if (status != YK_OK) {
            return bear(self, status, why);
        }
        self->n_unlisted = 0;
        mem_free(self->listings);
        self->listings = listings;
        self->n_listings = n;
    }
    see_gone(self);
    for (size_t i = 0; i < self->n_listings && status == YK_OK; i++) {
        status = see_listing(self, &self->listings[i], why);
    }
    self->listed_ns = clock_monotonic_ns();
    return status;
}

/* A bay for each recording in the folder. */
static enum yk_status start_folder(struct station *self, const char *folder,
                                   pthread_mutex_t *turn, struct failure *why)
{
    const struct dock_driver *driver = NULL;
    struct dock_file *files = NULL;
    size_t n = 0;
    enum yk_status status =
        dock_driver_for_folder(folder, known_file_read, &driver, &files, &n, why);
    if (status == YK_OK && driver == NULL) {
        status =
            failure_set(why, YK_ERR_UNSUPPORTED,
                        "%s holds no file that a recorder writes (see: yoake formats)", folder);
    }
    for (size_t i = 0; i < n && status == YK_OK; i++) {
        const struct dock_slot slot = {.folder = folder, .file = &files[i]};
        struct bay *bay = NULL;
        status = new_bay(self, &bay, why);
        if (status == YK_OK && bay != NULL) {
            bay->turn = turn;
            bay_start(bay, &slot, driver);
        }
    }
    mem_free(files);
    return status;
}

static enum yk_status start_folders(struct station *self, struct failure *why)
{
    enum yk_status status = YK_OK;
    size_t n = self->options->n_folders;
    self->turns = mem_alloc(n + 1, sizeof *self->turns);
    if (self->turns == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for folders");
    }
    for (size_t i = 0; i < n && status == YK_OK; i++) {
        if (pthread_mutex_init(&self->turns[i], NULL) != 0) {
            return failure_set(why, YK_ERR_MEMORY, "no lock for a folder");
        }
        self->n_turns++;
        status = start_folder(self, self->options->folders[i], &self->turns[i], why);
    }
    return status;
}

/* ---- the loop ---- */

static bool all_done(struct station *self)
{
    if (self->n_bays == 0) {
        return self->n_unlisted == 0 &&
               clock_monotonic_ns() - self->started_ns > self->options->first_wait_ns;
    }
    for (size_t i = 0; i < self->n_bays; i++) {
        struct bay_view view;
        bay_look(self->bays[i], &view);
        if (!view.is_done || !bay_settle(self->bays[i])) {
            return false;
        }
    }
    return true;
}

static bool is_cancelled(const struct station *self)
{
    return self->options->cancel != NULL && atomic_load(self->options->cancel);
}

static enum yk_status watch(struct station *self, struct failure *why)
{
    struct usb_bus *bus = self->options->bus;
    enum yk_status status = start_folders(self, why);
    bool changed = true;
    while (status == YK_OK && !is_cancelled(self)) {
        if (changed || clock_monotonic_ns() - self->listed_ns > LIST_NS) {
            status = see_all(self, why);
        }
        settle_all(self);
        if (status != YK_OK || (self->shared.is_once && all_done(self))) {
            break;
        }
        if (self->n_unlisted > 0) {
            changed = true; /* what could not be listed is asked for again */
            continue;
        }
        changed = false;
        if (bus != NULL) {
            status = bus->ops->wait(bus, LOOP_MS, &changed, why);
            status = status != YK_OK ? bear(self, status, why) : status;
        } else {
            const struct timespec pause = {0, LOOP_MS * 1000000L};
            nanosleep(&pause, NULL);
        }
    }
    return status;
}

static void count(struct station *self, struct station_totals *out)
{
    *out = (struct station_totals){.n_bays = self->n_bays};
    for (size_t i = 0; i < self->n_bays; i++) {
        struct bay_view view;
        bay_look(self->bays[i], &view);
        out->n_saved += view.recording[0] != '\0';
        out->n_attention += bay_state_words(view.state)->kind == BAY_KIND_ATTENTION;
        out->n_unsaved += view.state == BAY_ATTENTION_UNSAVED;
    }
}

static enum yk_status open_store_once(struct station *self, struct failure *why)
{
    /* also brings an older store up to date, before any bay needs it */
    struct store store;
    enum yk_status status =
        store_open(self->options->bays.store_folder, STORE_WRITE, &store, why);
    if (status == YK_OK) {
        store_close(&store);
    }
    return status;
}

static void sweep(const char *store_folder)
{
    struct text parts;
    text_init(&parts);
    text_addf(&parts, "%s/" STORE_DOCK, store_folder);
    if (text_status(&parts, NULL) == YK_OK) {
        part_file_sweep(text_string(&parts));
    }
    text_release(&parts);
}

static void end(struct station *self)
{
    atomic_store(&self->stop, true);
    for (size_t i = 0; i < self->n_bays; i++) {
        bay_join(self->bays[i]);
        bay_settle(self->bays[i]);
    }
}

static void release(struct station *self)
{
    for (size_t i = 0; i < self->n_bays; i++) {
        bay_release(self->bays[i]);
        mem_free(self->bays[i]);
    }
    for (size_t i = 0; i < self->n_turns; i++) {
        pthread_mutex_destroy(&self->turns[i]);
    }
    mem_free(self->turns);
    mem_free(self->bays);
    mem_free(self->listings);
    pthread_mutex_destroy(&self->emit_lock);
}

enum yk_status station_run(const struct station_options *options, struct station_totals *out,
                           struct failure *why)
{
    struct station self = {.options = options, .shared = options->bays};
    struct station_totals totals = {.n_bays = 0};
    struct checkup checkup = {.store_folder = options->bays.store_folder,
                              .zone_name = options->bays.zone_name,
                              .backup_folder = options->backup_folder,
                              .found = on_check,
                              .user = &self};
    int lock = -1;
    if (pthread_mutex_init(&self.emit_lock, NULL) != 0) {
        return failure_set(why, YK_ERR_MEMORY, "no lock for the dock");
    }
    atomic_init(&self.stop, false);
    atomic_init(&self.preview_taken, false);
    self.shared.preview_taken = &self.preview_taken;
    atomic_init(&self.reviews_free, pool_processors());
    self.shared.reviews_free = &self.reviews_free;
    self.shared.on_change = on_change;
    self.shared.user = &self;
    self.shared.stop = &self.stop;
    enum yk_status status = open_store_once(&self, why);
    if (status == YK_OK) {
        status = station_lock(options->bays.store_folder, &lock, why);
    }
    if (status == YK_OK) {
        sweep(options->bays.store_folder);
        checkup_surroundings(&checkup);
        emit(&self, (struct dock_event){.kind = DOCK_EVENT_READY});
        self.started_ns = clock_monotonic_ns();
        status = watch(&self, why);
        end(&self);
        count(&self, &totals);
        emit(&self, (struct dock_event){.kind = DOCK_EVENT_END, .totals = &totals});
    }
    station_unlock(lock);
    release(&self);
    if (status == YK_OK && out != NULL) {
        *out = totals;
    }
    return status;
}
