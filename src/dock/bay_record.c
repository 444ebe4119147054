/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a verified copy to a recorded one: whose it is, its row, the return in the ledger, the
 * line of the dock, then the analysis. The order matters: the return is written before the
 * analysis, which takes the clock's drift from there.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "src/dock/bay_parts.h"
#include "src/store/dockings.h"

#define TURN_NS 10000000 /* between two looks whether a review may begin */

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

/* Of the sectors, else of the file as a whole. */
static void find_times(const struct work *self, struct whose_question *question)
{
    const struct dock_file *file = self->bay->slot.file;
    int64_t first = self->result.first_ns_of_clock, last = self->result.last_ns_of_clock;
    if (first == TIME_UNKNOWN && file != NULL) {
        first = file->first_ns;
        last = file->last_ns;
    }
    question->first_ns = bay_instant(self, first);
    question->last_ns = bay_instant(self, last);
}

static enum yk_status find_whose(struct work *self)
{
    struct whose_question question = {.identity = &self->identity,
                                      .counts = &self->result.counts,
                                      .session = self->result.session,
                                      .now_ns = clock_now_utc_ns(),
                                      .is_clock_reset = self->has_clock && self->clock.is_reset,
                                      .named = self->shared->participant,
                                      .sha256 = self->result.archived.sha256};
    find_times(self, &question);
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

enum yk_status bay_add_docking(struct work *self, const char *recording, enum bay_state outcome)
{
    struct docking docking;
    if (self->identity.serial[0] == '\0') { /* nothing that the line could be found by */
        return YK_OK;
    }
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
    } else if (self->whose.means[0] != '\0') {
        *message = DOCK_SAYS_waits;
        value[2] = self->whose.means;
    } else if (self->whose.reason[0] != '\0') {
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

enum yk_status bay_record(struct work *self)
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
    status = bay_add_docking(self, is_new ? self->row.id : "", state);
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

/* When the recording should have begun and ended: as set in the recorder, else as in the ledger
 * (the beginning only where a recorder was set up for it: a date written by hand is no hour),
 * but not after this moment. */
static void find_plan(struct work *self)
{
    struct loan loan;
    int64_t now = clock_now_utc_ns(), end = self->health.plan_stop_ns;
    self->expected_start_ns = self->health.plan_start_ns;
    if (self->whose.loan != 0 &&
        loan_find(&self->store, self->whose.loan, &loan, NULL) == YK_OK) {
        end = end != TIME_UNKNOWN ? end : loan.to_ns;
        if (self->expected_start_ns == TIME_UNKNOWN && loan.session > 0) {
            self->expected_start_ns = loan.from_ns;
        }
    }
    self->expected_end_ns = end != TIME_UNKNOWN && end > now ? now : end;
}

static void on_analysis(void *user, const struct analysis *analysis)
{
    struct work *self = user;
    struct quick_look look;
    quick_look_of(analysis, &self->result, self->expected_start_ns, self->expected_end_ns,
                  &look);
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
        snprintf(reason, sizeof reason, "the ledger says %s, the recorder %s", person, code);
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

/* Waits for a turn; false: the dock ends. The recording is safe by now, and waits for nobody.
 */
static bool take_turn(const struct work *self)
{
    atomic_uint *turns = self->shared->reviews_free;
    while (turns != NULL && !job_is_cancelled(&self->bay->job)) {
        unsigned n = atomic_load(turns);
        while (n > 0 && !atomic_compare_exchange_weak(turns, &n, n - 1)) {
        }
        if (n > 0) {
            return true;
        }
        nanosleep(&(struct timespec){0, TURN_NS}, NULL);
    }
    return false;
}

void bay_analyse(struct work *self)
{
    struct import_options options = {.person = self->whose.person,
                                     .zone_name = self->shared->zone_name,
                                     .recipe = self->shared->recipe,
                                     .parameters = self->shared->parameters,
                                     .on_analysis = on_analysis,
                                     .user = self};
    struct import_result result = {.failure = {.text = ""}};
    struct bay *bay = self->bay;
    find_plan(self);
    bool has_turn = take_turn(self);
    enum yk_status status = import_archived(&self->store, &self->result.archived, &options,
                                            &result, &bay->job, &self->why);
    if (has_turn) {
        atomic_fetch_add(self->shared->reviews_free, 1);
    }
    if (status != YK_OK || result.outcome == IMPORT_ARCHIVED) {
        const char *reason = status != YK_OK ? self->why.text : result.failure.text;
        log_warn(self->shared->log, "dock: %s: %s", self->row.id, reason);
        bay_say(bay, BAY_ATTENTION_SAFE, DOCK_SAYS_not_analysed, reason, self->whose.person,
                NULL);
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
