/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The inside of a bay, step by step: who is it, how does its clock stand, is it still
 * measuring, copy, whose, record, analyse, charge. Nothing in the recorder is changed but the
 * colour of its light.
 *
 * The order at the end matters: the return is written in the ledger before the analysis, which
 * takes the clock's drift from there.
 */
#include <math.h>
#include <stdio.h>
#include <sys/statvfs.h>

#include "firmware-formats/cwa_layout.h"
#include "src/base/disk.h"
#include "src/dock/bay_parts.h"

#define PREVIEW_SHARE 0.25
#define PREVIEW_LEFT_S 20.0
#define ROOM_BYTES 64000000 /* on the disk beside the recording: series, rows */
enum { OPEN_TRIES = 4, HELD_TIMES = 3 };
enum { LED_AUTOMATIC = -1, LED_GREEN = 2, LED_CYAN = 3, LED_RED = 4 };

/* ---- saying what went wrong ---- */

/* "12.3 GB" more than there is. */
static bool is_disk_full(const struct work *self, uint64_t need, char out[static 32])
{
    struct statvfs disk;
    if (statvfs(self->shared->store_folder, &disk) != 0) {
        return false;
    }
    double free_bytes = (double)disk.f_bavail * (double)disk.f_frsize;
    double missing = (double)need + ROOM_BYTES - free_bytes;
    snprintf(out, 32, "%.1f GB", missing > 1e8 ? missing / 1e9 : 0.1);
    return missing > 0;
}

static void say_failure(struct work *self, enum yk_status status)
{
    static const struct {
        enum yk_status status;
        enum dock_message message;
    } table[] = {
        {YK_ERR_NO_DEVICE, DOCK_SAYS_unplugged}, {YK_ERR_ACCESS, DOCK_SAYS_no_access},
        {YK_ERR_BUSY, DOCK_SAYS_claimed},        {YK_ERR_TIMEOUT, DOCK_SAYS_no_answer},
        {YK_ERR_PROTOCOL, DOCK_SAYS_no_answer},  {YK_ERR_CANCELLED, DOCK_SAYS_stopped},
    };
    struct bay *bay = self->bay;
    struct bay_view view;
    char room[32];
    enum dock_message message = DOCK_SAYS_failed;
    const char *value = self->why.text;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        message = table[i].status == status ? table[i].message : message;
    }
    bay_look(bay, &view);
    if (status == YK_ERR_IO && is_disk_full(self, view.total - view.done, room)) {
        message = DOCK_SAYS_full_disk;
        value = room;
    } else if (status == YK_ERR_STORE) {
        message = DOCK_SAYS_disk_trouble;
    } else if (status == YK_ERR_BUSY && view.serial[0] != '\0') {
        message = DOCK_SAYS_twin;
    }
    if (status != YK_ERR_CANCELLED) {
        log_warn(self->shared->log, "dock: bay %zu (%s): %s", view.number,
                 view.serial[0] != '\0' ? view.serial : view.place, self->why.text);
    }
    pthread_mutex_lock(&bay->lock);
    snprintf(bay->view.detail, sizeof bay->view.detail, "%s", self->why.text);
    pthread_mutex_unlock(&bay->lock);
    bay_say(bay, BAY_ATTENTION_UNSAVED, message, value, NULL, NULL);
}

static void light(struct work *self, int colour)
{
    if (self->device != NULL && self->device->ops->led != NULL) {
        self->device->ops->led(self->device, colour, NULL);
    }
}

/* ---- who is it ---- */

static enum yk_status open_store(struct work *self)
{
    enum yk_status status =
        store_open(self->shared->store_folder, STORE_WRITE, &self->store, &self->why);
    return status == YK_OK || status == YK_ERR_MEMORY ? status : YK_ERR_STORE;
}

/* A device that has just come is not always ready at once: its node gets its permissions late,
 * a modem program tries it, its firmware still starts. One that another program holds is waited
 * for. */
static enum yk_status open_device(struct work *self)
{
    struct bay *bay = self->bay;
    int64_t retry_ns = self->shared->retry_ns > 0 ? self->shared->retry_ns : NS_PER_S;
    for (int i = 1;; i++) {
        enum yk_status status =
            bay->driver->open(&bay->slot, &bay->job, &self->device, &self->why);
        bool is_held =
            (status == YK_ERR_BUSY || status == YK_ERR_ACCESS) && !self->shared->is_once;
        if (status == YK_OK && i > OPEN_TRIES) {
            bay_say(bay, BAY_CONNECTED, DOCK_SAYS_identifying, NULL, NULL, NULL);
        }
        if (status == YK_OK || status == YK_ERR_NO_DEVICE || status == YK_ERR_CANCELLED ||
            status == YK_ERR_MEMORY || (i >= OPEN_TRIES && !is_held)) {
            return status;
        }
        if (i == OPEN_TRIES) {
            say_failure(self, status);
        }
        if (!bay_sleep(bay, i < OPEN_TRIES ? retry_ns : HELD_TIMES * retry_ns)) {
            bool is_gone = atomic_load(&bay->is_gone);
            return failure_set(&self->why, is_gone ? YK_ERR_NO_DEVICE : YK_ERR_CANCELLED,
                               "%s while it was being opened",
                               is_gone ? "unplugged" : "stopped");
        }
    }
}

static enum yk_status identify(struct work *self)
{
    struct bay *bay = self->bay;
    enum yk_status status = bay_ask_who(self);
    /* measured before anything is changed */
    if (status == YK_OK && self->device->ops->read_clock != NULL) {
        struct failure why;
        enum yk_status clock =
            self->device->ops->read_clock(self->device, self->zone, &self->clock, &why);
        self->has_clock = clock == YK_OK;
        if (clock == YK_ERR_NO_DEVICE) {
            self->why = why;
            return clock;
        }
    }
    if (status == YK_OK) {
        pthread_mutex_lock(&bay->lock);
        struct bay_view *view = &bay->view;
        snprintf(view->model, sizeof view->model, "%s", self->identity.model);
        snprintf(view->serial, sizeof view->serial, "%s", self->identity.serial);
        snprintf(view->firmware, sizeof view->firmware, "%s", self->identity.firmware);
        view->battery_pct = self->battery.percent;
        view->is_battery_full = self->battery.is_full;
        view->health = self->health;
        view->has_health = true;
        view->clock = self->has_clock ? self->clock : (struct dock_clock){.at_ns = 0};
        pthread_mutex_unlock(&bay->lock);
        bay_tell(bay, BAY_EVENT_STATE);
    }
    return status;
}

/* ---- still measuring, or not begun ---- */

/* UTC of the last sector's time stamp; TIME_UNKNOWN when it cannot be had. */
static int64_t last_stamp(struct work *self)
{
    struct byte_source *source = NULL;
    uint8_t at[CWA_SECTOR_BYTES];
    struct cwa_sector sector;
    struct civil_time time;
    uint64_t beyond = 0;
    int64_t last = TIME_UNKNOWN;
    if (self->device->ops->open_recording(self->device, &source, &beyond, NULL) != YK_OK) {
        return last;
    }
    uint64_t n = source->size / CWA_SECTOR_BYTES;
    if (n > 2 &&
        byte_source_read_exactly(source, (n - 1) * CWA_SECTOR_BYTES, at, sizeof at, NULL) ==
            YK_OK &&
        cwa_sector_check(at, &sector) == CWA_GOOD && cwa_time_get(sector.time, &time)) {
        last = zone_instant(self->zone, time);
    }
    byte_source_close(source);
    return last;
}

/* Set to go on after now, and not at its end already (clock, sample limit). */
static bool is_measuring(struct work *self)
{
    int64_t now = clock_now_utc_ns(), stop = self->health.plan_stop_ns;
    bool has_begun =
        self->health.plan_start_always ||
        (self->health.plan_start_ns != TIME_UNKNOWN && self->health.plan_start_ns <= now);
    if (self->shared->reads_unfinished || !has_begun || stop == TIME_UNKNOWN || now >= stop) {
        return false;
    }
    int64_t last = last_stamp(self);
    return last != TIME_UNKNOWN && last < stop - NS_PER_H && last > now - 48 * NS_PER_H;
}

static void say_measuring(struct work *self)
{
    char until[40];
    bay_format_time(self, self->health.plan_stop_ns, until);
    bay_say(self->bay, BAY_MEASURING, DOCK_SAYS_measuring, until, NULL, NULL);
}

/* ---- copying ---- */

static void on_preview(void *user, const struct quick_look *look)
{
    struct bay *bay = user;
    pthread_mutex_lock(&bay->lock);
    bool is_wanted = bay->view.state == BAY_READING;
    if (is_wanted) {
        bay->view.look = *look;
    }
    pthread_mutex_unlock(&bay->lock);
    if (is_wanted) {
        bay_tell(bay, BAY_EVENT_LOOK);
    }
}

static void prepare_preview(struct work *self)
{
    struct preview *preview = &self->preview;
    preview->recipe = self->shared->recipe;
    preview->parameters = self->shared->parameters;
    preview->is_taken = self->shared->preview_taken;
    preview->on_look = on_preview;
    preview->user = self->bay;
    snprintf(preview->zone, sizeof preview->zone, "%s", zone_name(self->zone));
    self->next_preview = PREVIEW_SHARE;
}

/* At a quarter, half and three quarters, where there is time to look at it. */
static void preview(struct work *self, const struct download_progress *now)
{
    double share = now->total > 0 ? (double)now->done / (double)now->total : 0;
    double enough_s =
        self->shared->preview_left_s > 0 ? self->shared->preview_left_s : PREVIEW_LEFT_S;
    if (self->shared->preview_taken == NULL || now->stage != DOWNLOAD_READING ||
        share < self->next_preview || !(now->left_s > enough_s)) {
        return;
    }
    if (preview_start(&self->preview, now->part)) {
        self->next_preview += PREVIEW_SHARE;
    }
}

/* It was for the time of waiting only. */
static void throw_preview_away(struct work *self)
{
    preview_stop(&self->preview);
    pthread_mutex_lock(&self->bay->lock);
    quick_look_init(&self->bay->view.look);
    pthread_mutex_unlock(&self->bay->lock);
}

static void on_progress(void *user, const struct download_progress *now)
{
    struct work *self = user;
    struct bay *bay = self->bay;
    enum bay_state state = now->stage == DOWNLOAD_CHECKING ? BAY_CHECKING : BAY_READING;
    bool is_new = false;
    preview(self, now);
    if (now->stage == DOWNLOAD_CHECKING) {
        self->last_byte_ns = clock_monotonic_ns();
    }
    pthread_mutex_lock(&bay->lock);
    is_new = bay->view.state != state;
    bay->view.done = now->done;
    bay->view.total = now->total;
    bay->view.bytes_per_s = now->bytes_per_s;
    bay->view.left_s = now->left_s;
    pthread_mutex_unlock(&bay->lock);
    if (is_new) {
        bay_say(bay, state, state == BAY_CHECKING ? DOCK_SAYS_checking : DOCK_SAYS_reading,
                NULL, NULL, NULL);
    } else {
        bay_tell(bay, BAY_EVENT_PROGRESS);
    }
}

static enum yk_status download(struct work *self)
{
    struct text parts, archive;
    text_init(&parts);
    text_init(&archive);
    enum yk_status status = store_path(&self->store, STORE_DOCK, NULL, &parts, &self->why);
    if (status == YK_OK) {
        status = disk_make_folder(text_string(&parts), &self->why);
    }
    if (status == YK_OK) {
        status = store_path(&self->store, STORE_ARCHIVE, NULL, &archive, &self->why);
    }
    if (status == YK_OK) {
        char suffix[ARCHIVE_SUFFIX_BYTES] = "cwa";
        if (self->bay->slot.file != NULL) {
            archive_suffix_of(self->bay->slot.file->name, suffix);
        }
        struct download_plan plan = {.device = self->device,
                                     .suffix = suffix,
                                     .identity = &self->identity,
                                     .health = &self->health,
                                     .parts = text_string(&parts),
                                     .archive = text_string(&archive),
                                     .on_progress = on_progress,
                                     .user = self};
        light(self, LED_CYAN);
        self->last_byte_ns = clock_monotonic_ns();
        prepare_preview(self);
        status = download_run(&plan, &self->result, &self->bay->job, &self->why);
        throw_preview_away(self);
    }
    if (status == YK_OK) {
        struct bay_view *view = &self->bay->view;
        pthread_mutex_lock(&self->bay->lock);
        view->bytes = self->result.bytes;
        view->resumed_from = self->result.resumed_from;
        view->seconds = self->result.seconds;
        view->counts = self->result.counts;
        view->is_verified = self->result.is_verified;
        view->was_there = self->result.archived.was_there;
        pthread_mutex_unlock(&self->bay->lock);
    }
    text_release(&parts);
    text_release(&archive);
    return status;
}

/* ---- all of it ---- */

static enum yk_status copy_and_record(struct work *self)
{
    enum yk_status status = download(self);
    if (status == YK_ERR_TOO_LITTLE) {
        light(self, LED_AUTOMATIC);
        bay_say_nothing_in_it(self);
        bay_add_docking(self, "", BAY_SAFE);
        return YK_OK;
    }
    if (status != YK_OK) {
        say_failure(self, status);
        bay_add_docking(self, "", BAY_ATTENTION_UNSAVED);
        return status;
    }
    status = bay_record(self);
    if (status != YK_OK) {
        log_warn(self->shared->log, "dock: %s: %s", self->identity.serial, self->why.text);
        bay_say(self->bay, BAY_ATTENTION_SAFE, DOCK_SAYS_not_recorded, self->why.text, NULL,
                NULL);
        return status;
    }
    light(self, LED_GREEN);
    bay_analyse(self);
    return YK_OK;
}

/* Recordings on one volume are read one after the other: it has one head, and two of one
 * recorder may begin alike. */
static enum yk_status in_turn(struct work *self)
{
    struct bay *bay = self->bay;
    if (bay->turn != NULL && pthread_mutex_trylock(bay->turn) != 0) {
        bay_say(bay, BAY_CONNECTED, DOCK_SAYS_waits_turn, NULL, NULL, NULL);
        pthread_mutex_lock(bay->turn);
    }
    enum yk_status status = copy_and_record(self);
    if (bay->turn != NULL) {
        pthread_mutex_unlock(bay->turn);
    }
    return status;
}

static void all_steps(struct work *self)
{
    enum yk_status status = open_store(self);
    if (status == YK_OK) {
        status = open_device(self);
    }
    if (status == YK_OK) {
        status = identify(self);
    }
    if (status != YK_OK) {
        say_failure(self, status);
    } else if (is_measuring(self)) {
        say_measuring(self);
    } else if (in_turn(self) == YK_OK) {
        bay_charge(self);
    } else {
        light(self, LED_RED);
    }
}

void bay_work(struct bay *self)
{
    struct work work = {.bay = self,
                        .shared = self->shared,
                        .store = {.db = NULL},
                        .why = {.text = ""},
                        .battery = {.percent = (double)NAN, .volt = (double)NAN}};
    all_steps(&work);
    dock_device_close(work.device);
    zone_close(work.zone);
    store_close(&work.store);
}
