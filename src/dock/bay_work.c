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
#include <string.h>
#include <sys/statvfs.h>

#include "firmware-formats/cwa_layout.h"
#include "src/base/disk.h"
#include "src/dock/bay.h"
#include "src/pipeline/import.h"
#include "src/store/dockings.h"

#define BATTERY_POLL_NS (60 * NS_PER_S)
#define BUSY_POLL_NS (3 * NS_PER_S)
#define FULL_PCT 90.0       /* below it the maker's software warns at set-up */
#define ROOM_BYTES 64000000 /* on the disk beside the recording: series, rows */
enum { OPEN_TRIES = 4 };
enum { LED_AUTOMATIC = -1, LED_GREEN = 2, LED_CYAN = 3, LED_RED = 4 };

struct work {
    struct bay *bay;
    const struct bay_shared *shared;
    struct store store;
    struct zone *zone; /* of the device's clock */
    struct dock_device *device;
    struct dock_identity identity;
    struct dock_battery battery;
    struct dock_health health;
    struct dock_clock clock;
    bool has_clock;
    struct download_result result;
    struct whose whose;
    struct recording_row row;
    int64_t last_byte_ns; /* monotonic */
    struct failure why;
};

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
    } else if (status == YK_ERR_BUSY && view.total > 0) {
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
 * a modem program tries it, its firmware still starts. */
static enum yk_status open_device(struct work *self)
{
    struct bay *bay = self->bay;
    enum yk_status status = YK_OK;
    for (int i = 0; i < OPEN_TRIES; i++) {
        status = bay->driver->open(&bay->slot, &bay->job, &self->device, &self->why);
        if (status == YK_OK || status == YK_ERR_NO_DEVICE || status == YK_ERR_CANCELLED ||
            status == YK_ERR_MEMORY) {
            return status;
        }
        if (i + 1 < OPEN_TRIES && !bay_sleep(bay, NS_PER_S)) {
            return failure_set(&self->why, YK_ERR_CANCELLED,
                               "stopped while opening a recorder");
        }
    }
    return status;
}

static enum yk_status open_zone(struct work *self)
{
    const char *name = self->shared->zone_name;
    struct person person = {.zone = ""};
    struct loan loan;
    bool is_guess = false;
    if (name == NULL && self->shared->participant != NULL) {
        person_find(&self->store, self->shared->participant, &person, NULL);
    } else if (name == NULL && loan_at(&self->store, self->identity.serial, clock_now_utc_ns(),
                                       &loan, NULL) == YK_OK) {
        person_find(&self->store, loan.person, &person, NULL);
    }
    name = name != NULL                  ? name
           : person.zone[0] != '\0'      ? person.zone
           : self->store.zone[0] != '\0' ? self->store.zone
                                         : NULL;
    return name != NULL ? zone_open(name, &self->zone, &self->why)
                        : zone_open_system(&self->zone, &is_guess, &self->why);
}

/* What the device's clock showed, as UTC. */
static int64_t instant_of(const struct work *self, int64_t ns_of_clock)
{
    return ns_of_clock == TIME_UNKNOWN
               ? TIME_UNKNOWN
               : zone_instant(self->zone, civil_time_of_utc_ns(ns_of_clock));
}

static enum yk_status ask_who(struct work *self)
{
    enum yk_status status = self->device->ops->identify(
        self->device, &self->identity, &self->battery, &self->health, &self->why);
    if (status == YK_OK && self->zone == NULL) {
        status = open_zone(self);
    }
    if (status == YK_OK) { /* the device's clock shows civil time */
        self->health.plan_start_ns = instant_of(self, self->health.plan_start_ns);
        self->health.plan_stop_ns = instant_of(self, self->health.plan_stop_ns);
    }
    return status;
}

static enum yk_status identify(struct work *self)
{
    struct bay *bay = self->bay;
    enum yk_status status = ask_who(self);
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
        view->clock = self->has_clock ? self->clock : (struct dock_clock){.at_ns = 0};
        pthread_mutex_unlock(&bay->lock);
        bay_tell(bay, BAY_EVENT_STATE);
    }
    return status;
}

/* ---- still measuring, or not begun ---- */

static void format_time(const struct work *self, int64_t ns, char out[static 40])
{
    zone_format_iso(self->zone, ns, 0, out);
    if (strlen(out) > 16) {
        out[10] = ' ';
        out[16] = '\0'; /* minutes are enough for people */
    }
}

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
    format_time(self, self->health.plan_stop_ns, until);
    bay_say(self->bay, BAY_MEASURING, DOCK_SAYS_measuring, until, NULL, NULL);
}

static void say_nothing_in_it(struct work *self)
{
    char from[40];
    int64_t start = self->health.plan_start_ns;
    if (start != TIME_UNKNOWN && start > clock_now_utc_ns()) {
        format_time(self, start, from);
        bay_say(self->bay, BAY_HAND_OVER, DOCK_SAYS_hand_over, from, NULL, NULL);
    } else {
        bay_say(self->bay, BAY_SAFE, DOCK_SAYS_nothing, NULL, NULL, NULL);
    }
}

/* ---- copying ---- */

static void on_progress(void *user, const struct download_progress *now)
{
    struct work *self = user;
    struct bay *bay = self->bay;
    enum bay_state state = now->stage == DOWNLOAD_CHECKING ? BAY_CHECKING : BAY_READING;
    bool is_new = false;
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
        struct download_plan plan = {.device = self->device,
                                     .identity = &self->identity,
                                     .health = &self->health,
                                     .parts = text_string(&parts),
                                     .archive = text_string(&archive),
                                     .on_progress = on_progress,
                                     .user = self};
        light(self, LED_CYAN);
        self->last_byte_ns = clock_monotonic_ns();
        status = download_run(&plan, &self->result, &self->bay->job, &self->why);
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

/* ---- whose ---- */

static enum yk_status need_person(struct work *self, const char *code)
{
    struct person person;
    enum yk_status status = person_find(&self->store, code, &person, &self->why);
    if (status == YK_ERR_NO_DEVICE) {
        status = person_add(&self->store, code, NULL, NULL, &self->why);
        if (status == YK_ERR_CONFLICT) { /* another bay was quicker */
            status = YK_OK;
        }
    }
    return status;
}

static enum yk_status find_whose(struct work *self)
{
    struct whose_question question = {
        .identity = &self->identity,
        .counts = &self->result.counts,
        .session = self->result.session,
        .first_ns = instant_of(self, self->result.first_ns_of_clock),
        .last_ns = instant_of(self, self->result.last_ns_of_clock),
        .now_ns = clock_now_utc_ns(),
        .is_clock_reset = self->has_clock && self->clock.is_reset,
        .named = self->shared->participant,
        .sha256 = self->result.archived.sha256};
    enum yk_status status = whose_find(&self->store, &question, &self->whose, &self->why);
    return status == YK_OK ? need_person(self, self->whose.person) : status;
}

static struct clock_reading clock_reading_of(const struct work *self)
{
    struct clock_reading reading;
    clock_reading_init(&reading);
    if (self->has_clock && !self->clock.is_reset) {
        reading.at_ns = self->clock.at_ns;
        reading.offset_ms = (double)self->clock.offset_ms;
        reading.uncertainty_ms = (double)self->clock.uncertainty_ms;
    }
    return reading;
}

static enum yk_status add_docking(struct work *self, const char *recording,
                                  enum bay_state outcome)
{
    struct docking docking;
    docking_init(&docking);
    docking.at_ns = clock_now_utc_ns();
    snprintf(docking.device_serial, sizeof docking.device_serial, "%s", self->identity.serial);
    snprintf(docking.device_model, sizeof docking.device_model, "%s", self->identity.model);
    snprintf(docking.firmware, sizeof docking.firmware, "%s", self->identity.firmware);
    docking.clock = clock_reading_of(self);
    docking.clock_is_reset = !self->has_clock       ? DOCKING_UNKNOWN
                             : self->clock.is_reset ? DOCKING_YES
                                                    : DOCKING_NO;
    docking.battery_pct = self->battery.percent;
    if (self->result.bytes > 0) {
        const struct download_counts *counts = &self->result.counts;
        docking.session = (double)self->result.session;
        docking.bytes = (double)self->result.bytes;
        snprintf(docking.sha256, sizeof docking.sha256, "%s", self->result.archived.sha256);
        docking.bad_sectors =
            (double)(counts->n_not_healed + counts->n_unstable + counts->n_unreadable);
        docking.is_verified = self->result.is_verified ? DOCKING_YES : DOCKING_NO;
    }
    snprintf(docking.recording, sizeof docking.recording, "%s", recording);
    docking.loan = self->whose.loan != 0 ? (double)self->whose.loan : (double)NAN;
    snprintf(docking.outcome, sizeof docking.outcome, "%s", bay_state_words(outcome)->word);
    return docking_add(&self->store, &docking, &self->why);
}

/* An earlier copy of the same recording, with places that could not be read right: it stays,
 * out of the summaries. */
static enum yk_status exclude_replaced(struct work *self)
{
    struct recording_row old;
    char reason[120];
    const char *replaces = self->result.replaces;
    if (replaces[0] == '\0' || !self->result.is_verified ||
        strcmp(replaces, self->result.archived.sha256) == 0 ||
        recording_find_hash(&self->store, replaces, &old, NULL) != YK_OK) {
        return YK_OK;
    }
    snprintf(reason, sizeof reason, "recording %s is a better copy of it", self->row.id);
    return recording_exclude(&self->store, old.id, true, reason, &self->why);
}

/* What the copy is worth, in one state and one sentence. */
static enum bay_state judge(struct work *self, enum dock_message *message, const char *value[3],
                            char number[static 24])
{
    const struct download_counts *counts = &self->result.counts;
    uint64_t doubtful = counts->n_unstable + counts->n_unreadable;
    uint64_t bad = counts->n_not_healed - counts->n_blank;
    value[0] = self->row.id;
    value[1] = self->whose.person;
    value[2] = self->whose.reason;
    snprintf(number, 24, "%llu", (unsigned long long)(doubtful > 0 ? doubtful : bad));
    *message = self->result.archived.was_there ? DOCK_SAYS_saved_before : DOCK_SAYS_saved;
    if (!self->result.is_verified) {
        *message = DOCK_SAYS_doubtful;
        value[0] = number;
    } else if (self->whose.kind == WHOSE_DISAGREES) {
        *message = DOCK_SAYS_disagrees;
    } else if (strcmp(self->whose.person, PERSON_UNASSIGNED) == 0) {
        *message = DOCK_SAYS_nobody;
    } else if (self->has_clock && self->clock.is_reset) {
        *message = DOCK_SAYS_clock_reset;
    } else if (bad * 1000 > counts->n_sectors) {
        *message = DOCK_SAYS_many_bad;
        value[0] = number;
    } else {
        return BAY_SAFE;
    }
    return BAY_ATTENTION_SAFE;
}

static enum yk_status record(struct work *self)
{
    struct import_options options = {.zone_name = self->shared->zone_name,
                                     .recipe = self->shared->recipe,
                                     .parameters = self->shared->parameters};
    enum dock_message message;
    const char *value[3];
    char number[24];
    enum yk_status status = find_whose(self);
    bool is_new = self->whose.kind != WHOSE_KNOWN;
    if (status == YK_OK) {
        options.person = self->whose.person;
        status = import_record(&self->store, &self->result.archived, &options, &self->row,
                               &self->why);
    }
    if (status == YK_OK) {
        status = exclude_replaced(self);
    }
    if (status == YK_OK && self->whose.loan != 0) {
        struct clock_reading clock = clock_reading_of(self);
        status =
            loan_return(&self->store, self->whose.loan, clock_now_utc_ns(), &clock, &self->why);
    }
    if (status != YK_OK) {
        return status;
    }
    enum bay_state state = judge(self, &message, value, number);
    status = add_docking(self, is_new ? self->row.id : "", state);
    if (status == YK_OK) {
        struct bay *bay = self->bay;
        pthread_mutex_lock(&bay->lock);
        snprintf(bay->view.person, sizeof bay->view.person, "%s", self->whose.person);
        snprintf(bay->view.recording, sizeof bay->view.recording, "%s", self->row.id);
        pthread_mutex_unlock(&bay->lock);
        bay_say(bay, state, message, value[0], value[1], value[2]);
    }
    return status;
}

/* ---- analysing ---- */

static void on_analysis(void *user, const struct analysis *analysis)
{
    struct work *self = user;
    struct quick_look look;
    quick_look_of(analysis, &self->result, self->health.plan_stop_ns, &look);
    pthread_mutex_lock(&self->bay->lock);
    self->bay->view.look = look;
    pthread_mutex_unlock(&self->bay->lock);
}

/* The code in the recorder's memory is one more source. Against the ledger it means that two
 * recorders, or two lines, were mixed up. */
static void weigh_code(struct work *self, const struct import_result *result)
{
    const char *code = result->code_in_file, *person = self->whose.person;
    if (code[0] == '\0' || strcmp(code, person) == 0 ||
        strcmp(person, PERSON_UNASSIGNED) == 0 || self->whose.kind == WHOSE_KNOWN) {
        return;
    }
    if (self->whose.kind == WHOSE_LOAN) {
        char reason[160];
        snprintf(reason, sizeof reason, "the ledger says %.60s, the recorder %.60s", person,
                 code);
        if (need_person(self, PERSON_UNASSIGNED) != YK_OK ||
            recording_assign(&self->store, self->row.id, PERSON_UNASSIGNED, reason,
                             &self->why) != YK_OK) {
            return;
        }
        pthread_mutex_lock(&self->bay->lock);
        snprintf(self->bay->view.person, sizeof self->bay->view.person, PERSON_UNASSIGNED);
        pthread_mutex_unlock(&self->bay->lock);
        person = PERSON_UNASSIGNED;
    }
    bay_say(self->bay, BAY_ATTENTION_SAFE, DOCK_SAYS_other_code, self->row.id, person, code);
}

static void analyse(struct work *self)
{
    struct import_options options = {.person = self->whose.person,
                                     .zone_name = self->shared->zone_name,
                                     .recipe = self->shared->recipe,
                                     .parameters = self->shared->parameters,
                                     .on_analysis = on_analysis,
                                     .user = self};
    struct import_result result = {.failure = {.text = ""}};
    struct bay *bay = self->bay;
    enum yk_status status = import_archived(&self->store, &self->result.archived, &options,
                                            &result, &bay->job, &self->why);
    if (status != YK_OK || result.outcome == IMPORT_ARCHIVED) {
        const char *reason = status != YK_OK ? self->why.text : result.failure.text;
        log_warn(self->shared->log, "dock: %s: %s", self->row.id, reason);
        bay_say(bay, BAY_ATTENTION_SAFE, DOCK_SAYS_not_analysed, reason, NULL, NULL);
        return;
    }
    pthread_mutex_lock(&bay->lock);
    bay->view.review_after_s = (double)(clock_monotonic_ns() - self->last_byte_ns) / 1e9;
    pthread_mutex_unlock(&bay->lock);
    if (result.row.start_ns == TIME_UNKNOWN) {
        bay_say(bay, BAY_ATTENTION_SAFE, DOCK_SAYS_empty_recording, NULL, NULL, NULL);
    } else {
        weigh_code(self, &result);
    }
    bay_tell(bay, BAY_EVENT_LOOK);
}

/* ---- charging ---- */

/* What the battery says, in view and state. */
static void show_battery(struct work *self, bool may_say)
{
    struct bay *bay = self->bay;
    bool is_ready = self->battery.is_full || self->battery.percent >= FULL_PCT;
    enum bay_state state = is_ready ? BAY_READY : BAY_CHARGING;
    pthread_mutex_lock(&bay->lock);
    bay->view.battery_pct = self->battery.percent;
    bay->view.is_battery_full = self->battery.is_full;
    bay->view.is_done = true;
    bool is_new = bay->view.state != state;
    pthread_mutex_unlock(&bay->lock);
    if (may_say && is_new) {
        bay_say(bay, state, is_ready ? DOCK_SAYS_ready : DOCK_SAYS_charging,
                self->identity.serial, NULL, NULL);
    } else {
        bay_tell(bay, BAY_EVENT_BATTERY);
    }
}

/* Somebody erased it meanwhile, and set it up for its next wearer. */
static bool is_set_up_anew(struct work *self)
{
    struct byte_source *source = NULL;
    uint64_t beyond = 0;
    enum yk_status status =
        self->device->ops->open_recording(self->device, &source, &beyond, NULL);
    byte_source_close(source);
    return status == YK_ERR_TOO_LITTLE && self->health.plan_start_ns != TIME_UNKNOWN &&
           self->health.plan_start_ns > clock_now_utc_ns();
}

/* Opens it for a moment. errors: YK_ERR_BUSY, YK_ERR_ACCESS (in use), YK_ERR_NO_DEVICE */
static enum yk_status look_again(struct work *self, bool *is_new)
{
    struct bay *bay = self->bay;
    enum yk_status status = bay->driver->open(&bay->slot, &bay->job, &self->device, &self->why);
    if (status == YK_OK) {
        status = ask_who(self);
    }
    *is_new = status == YK_OK && is_set_up_anew(self);
    dock_device_close(self->device);
    self->device = NULL;
    return status;
}

/* The recorder is closed between the looks, so that `yoake lend` can have it. */
static void charge(struct work *self)
{
    struct bay *bay = self->bay;
    struct bay_view view;
    bay_look(bay, &view);
    bool may_say = view.state == BAY_SAFE;
    int64_t poll_ns = self->shared->poll_ns > 0 ? self->shared->poll_ns : BATTERY_POLL_NS;
    int64_t pause_ns = poll_ns;
    dock_device_close(self->device);
    self->device = NULL;
    if (self->shared->is_once) {
        return;
    }
    show_battery(self, may_say);
    while (bay_sleep(bay, pause_ns)) {
        bool is_new = false;
        enum yk_status status = look_again(self, &is_new);
        pause_ns = poll_ns;
        if (status == YK_ERR_NO_DEVICE) {
            return;
        }
        if (status == YK_ERR_BUSY || status == YK_ERR_ACCESS) {
            pause_ns = poll_ns < BUSY_POLL_NS ? poll_ns : BUSY_POLL_NS;
            bay_look(bay, &view);
            if (may_say && view.state != BAY_SETTING_UP) {
                bay_say(bay, BAY_SETTING_UP, DOCK_SAYS_setting_up, NULL, NULL, NULL);
            }
        } else if (is_new) {
            may_say = false;
            say_nothing_in_it(self);
        } else if (status == YK_OK) {
            show_battery(self, may_say);
        }
    }
}

/* ---- all of it ---- */

static enum yk_status copy_and_record(struct work *self)
{
    enum yk_status status = download(self);
    if (status == YK_ERR_TOO_LITTLE) {
        light(self, LED_AUTOMATIC);
        say_nothing_in_it(self);
        add_docking(self, "", BAY_SAFE);
        return YK_OK;
    }
    if (status != YK_OK) {
        say_failure(self, status);
        add_docking(self, "", BAY_ATTENTION_UNSAVED);
        return status;
    }
    status = record(self);
    if (status != YK_OK) {
        log_warn(self->shared->log, "dock: %s: %s", self->identity.serial, self->why.text);
        bay_say(self->bay, BAY_ATTENTION_SAFE, DOCK_SAYS_not_recorded, self->why.text, NULL,
                NULL);
        return status;
    }
    light(self, LED_GREEN);
    analyse(self);
    return YK_OK;
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
    } else if (copy_and_record(self) == YK_OK) {
        charge(self);
    } else {
        light(self, LED_RED);
    }
}

void bay_work(struct bay *bay)
{
    struct work self = {.bay = bay,
                        .shared = bay->shared,
                        .store = {.db = NULL},
                        .why = {.text = ""},
                        .battery = {.percent = (double)NAN, .volt = (double)NAN}};
    all_steps(&self);
    dock_device_close(self.device);
    zone_close(self.zone);
    store_close(&self.store);
}
