/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/base/mem.h"
#include "src/dock/station.h"
#include "src/store/dockings.h"
#include "src/store/loans.h"
#include "tests/support/alloc.h"
#include "tests/support/cwa_build.h"
#include "tests/support/recorder_bus.h"
#include "tests/support/store_scene.h"

enum { MAX = 16, SECTORS = 400 };

/* A store, a bus, recordings, and what was said about each bay. */
struct scene {
    struct store_scene store;
    struct recorder_bus bus;
    struct cwa_build builds[MAX];
    size_t n;
    struct parameters parameters;
    struct station_options options;
    struct station_totals totals;
    struct bay_view last[MAX];
    char said[MAX][2000]; /* "connected:identifying reading:reading ..." */
    atomic_bool cancel;
    struct failure why;
    void (*react)(struct scene *self, const struct dock_event *event);
    int n_reactions;
};

static void on_event(void *user, const struct dock_event *event)
{
    struct scene *self = user;
    if (event->bay != NULL) {
        size_t i = event->bay->number - 1;
        assert_true(i < MAX);
        self->last[i] = *event->bay;
        if (event->kind == DOCK_EVENT_STATE) {
            char word[80];
            snprintf(word, sizeof word, "%s:%s ", bay_state_words(event->bay->state)->word,
                     dock_message_word(event->bay->message));
            strncat(self->said[i], word, sizeof self->said[i] - strlen(self->said[i]) - 1);
        }
    }
    if (self->react != NULL) {
        self->react(self, event);
    }
}

static struct recorder_place *add_recorder(struct scene *self, uint32_t id, uint32_t session)
{
    struct cwa_build *build = &self->builds[self->n++];
    struct cwa_header header;
    cwa_build_init(build, CWA_PACKED, 0x4A, 0, 0);
    assert_true(cwa_header_get(build->at, &header));
    header.device_id = id;
    header.session_id = session;
    cwa_header_put(build->at, &header);
    build->next.session_id = session;
    cwa_build_sectors(build, SECTORS);
    return recorder_bus_add(&self->bus, build->at, build->n);
}

static void make(struct scene *self)
{
    memset(self, 0, sizeof *self);
    store_scene_make(&self->store);
    recorder_bus_init(&self->bus);
    assert_int_equal(parameters_of_recipe(RECIPE_DEFAULT, &self->parameters, &self->why),
                     YK_OK);
    assert_int_equal(person_add(&self->store.store, "P01", NULL, NULL, &self->why), YK_OK);
    assert_int_equal(person_add(&self->store.store, "P02", NULL, NULL, &self->why), YK_OK);
    atomic_init(&self->cancel, false);
    self->options = (struct station_options){.bus = &self->bus.bus,
                                             .bays = {.store_folder = self->store.folder,
                                                      .recipe = RECIPE_DEFAULT,
                                                      .parameters = &self->parameters,
                                                      .is_once = true,
                                                      .retry_ns = NS_PER_S / 20},
                                             .first_wait_ns = NS_PER_S,
                                             .cancel = &self->cancel,
                                             .find_driver = recorder_bus_find_driver,
                                             .on_event = on_event,
                                             .user = self};
}

static void destroy(struct scene *self)
{
    recorder_bus_release(&self->bus);
    for (size_t i = 0; i < self->n; i++) {
        cwa_build_release(&self->builds[i]);
    }
    store_scene_remove(&self->store);
}

static void run(struct scene *self)
{
    if (station_run(&self->options, &self->totals, &self->why) != YK_OK) {
        fail_msg("%s", self->why.text);
    }
}

static struct loan lend(struct scene *self, const char *serial, const char *person,
                        double session)
{
    struct loan loan;
    loan_init(&loan);
    snprintf(loan.device_serial, sizeof loan.device_serial, "%s", serial);
    snprintf(loan.person, sizeof loan.person, "%s", person);
    loan.from_ns = (CWA_BUILD_START - 86400 * 2) * NS_PER_S;
    loan.to_ns = (CWA_BUILD_START + 86400 * 7) * NS_PER_S;
    loan.session = session;
    if (loan_add(&self->store.store, &loan, &self->why) != YK_OK) {
        fail_msg("%s", self->why.text);
    }
    return loan;
}

static void assert_original_is(struct scene *self, size_t i)
{
    char hash[DIGEST_HEX], path[2400];
    size_t n = 0;
    digest_of_memory(self->builds[i].at, self->builds[i].n, hash);
    snprintf(path, sizeof path, "%s/archive/%s.cwa", self->store.folder, hash);
    char *at = check_read_file(path, &n);
    assert_non_null(at);
    assert_int_equal(n, self->builds[i].n);
    assert_memory_equal(at, self->builds[i].at, n);
    free(at);
}

/* ---- the ordinary way ---- */

static void station_saves_what_the_ledger_knows_and_writes_the_return(void **state)
{
    struct scene scene;
    struct loan loan;
    struct docking *dockings = NULL;
    size_t n = 0;
    (void)state;
    make(&scene);
    add_recorder(&scene, 39434, 5);
    loan = lend(&scene, "39434", "P01", 5);
    run(&scene);
    assert_int_equal(scene.totals.n_saved, 1);
    assert_int_equal(scene.totals.n_attention, 0);
    assert_string_equal(scene.last[0].person, "P01");
    assert_int_equal(scene.last[0].state, BAY_SAFE);
    assert_true(scene.last[0].is_verified);
    assert_non_null(strstr(scene.said[0], "connected:identifying reading:reading"));
    assert_non_null(strstr(scene.said[0], "safe_to_unplug:saved"));
    assert_original_is(&scene, 0);
    assert_int_equal(scene.bus.places[0].model.led, 2);
    /* the return and its clock are in the ledger; nothing in the recorder was changed */
    assert_int_equal(loan_find(&scene.store.store, loan.id, &loan, &scene.why), YK_OK);
    assert_true(loan.returned_ns != TIME_UNKNOWN);
    assert_close(loan.back.offset_ms, 1500, 0);
    assert_int_equal(docking_list(&scene.store.store, "39434", &dockings, &n, &scene.why),
                     YK_OK);
    assert_int_equal(n, 1);
    assert_string_equal(dockings[0].outcome, "safe_to_unplug");
    assert_string_equal(dockings[0].recording, scene.last[0].recording);
    assert_int_equal(dockings[0].is_verified, DOCKING_YES);
    mem_free(dockings);
    destroy(&scene);
}

static void station_keeps_what_nobody_knows_until_it_is_assigned(void **state)
{
    struct scene scene;
    struct recording_row row;
    (void)state;
    make(&scene);
    add_recorder(&scene, 39434, 5);
    run(&scene);
    assert_int_equal(scene.last[0].state, BAY_ATTENTION_SAFE);
    assert_int_equal(scene.last[0].message, DOCK_SAYS_nobody);
    assert_string_equal(scene.last[0].person, PERSON_UNASSIGNED);
    assert_original_is(&scene, 0);
    assert_int_equal(recording_assign(&scene.store.store, scene.last[0].recording, "P02",
                                      "label", &scene.why),
                     YK_OK);
    assert_int_equal(
        recording_find(&scene.store.store, scene.last[0].recording, &row, &scene.why), YK_OK);
    assert_string_equal(row.person, "P02");
    /* docked again: it is known now */
    recorder_bus_plug(&scene.bus, 0);
    run(&scene);
    assert_int_equal(scene.last[0].state, BAY_SAFE);
    assert_int_equal(scene.last[0].message, DOCK_SAYS_saved_before);
    assert_string_equal(scene.last[0].person, "P02");
    destroy(&scene);
}

static void station_records_what_comes_from_a_recorder_without_a_number(void **state)
{
    struct scene scene;
    (void)state;
    make(&scene);
    struct recorder_place *a = add_recorder(&scene, 39434, 5);
    a->model.identity.serial[0] = '\0';
    run(&scene);
    assert_int_equal(scene.last[0].state, BAY_ATTENTION_SAFE);
    assert_int_not_equal(scene.last[0].message, DOCK_SAYS_not_recorded);
    assert_string_equal(scene.last[0].person, PERSON_UNASSIGNED);
    assert_original_is(&scene, 0);
    destroy(&scene);
}

static void station_keeps_the_data_of_sources_that_disagree(void **state)
{
    struct scene scene;
    (void)state;
    make(&scene);
    struct recorder_place *a = add_recorder(&scene, 1001, 5);
    a->model.identity.agree = false;
    snprintf(a->model.identity.disagreement, sizeof a->model.identity.disagreement,
             "USB says 1001, ID says 1002");
    lend(&scene, "1001", "P01", 5);
    add_recorder(&scene, 1003, 9); /* lent with another session */
    lend(&scene, "1003", "P01", 8);
    run(&scene);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(scene.last[i].state, BAY_ATTENTION_SAFE);
        assert_int_equal(scene.last[i].message, DOCK_SAYS_disagrees);
        assert_string_equal(scene.last[i].person, PERSON_UNASSIGNED);
        assert_original_is(&scene, i);
    }
    assert_string_equal(scene.last[0].arg[2], "USB says 1001, ID says 1002");
    destroy(&scene);
}

static void station_flags_a_clock_that_was_reset_and_sectors_that_do_not_settle(void **state)
{
    struct scene scene;
    (void)state;
    make(&scene);
    struct recorder_place *a = add_recorder(&scene, 1001, 5);
    a->model.clock.is_reset = true;
    struct recorder_place *b = add_recorder(&scene, 1002, 5);
    fake_recorder_fault(&b->model, FAKE_NOISE, 50, 0);
    struct recorder_place *c = add_recorder(&scene, 1003, 5);
    fake_recorder_fault(&c->model, FAKE_FLIP, 50, 2);
    scene.options.bays.participant = "P01";
    run(&scene);
    assert_int_equal(scene.last[0].message, DOCK_SAYS_clock_reset);
    assert_int_equal(scene.last[1].message, DOCK_SAYS_doubtful);
    assert_int_equal(scene.last[1].state, BAY_ATTENTION_SAFE);
    assert_false(scene.last[1].is_verified);
    assert_int_equal(scene.last[2].message, DOCK_SAYS_saved);
    assert_int_equal(scene.last[2].counts.n_healed, 1);
    destroy(&scene);
}

static void station_replaces_a_copy_that_could_not_be_verified(void **state)
{
    struct scene scene;
    struct recording_row row;
    char first[72];
    (void)state;
    make(&scene);
    struct recorder_place *place = add_recorder(&scene, 1001, 5);
    fake_recorder_fault(&place->model, FAKE_NOISE, 50, 0);
    scene.options.bays.participant = "P01";
    run(&scene);
    assert_int_equal(scene.last[0].message, DOCK_SAYS_doubtful);
    snprintf(first, sizeof first, "%s", scene.last[0].recording);
    place->model.n_faults = 0;
    recorder_bus_plug(&scene.bus, 0);
    run(&scene);
    assert_int_equal(scene.last[0].state, BAY_SAFE);
    assert_true(scene.last[0].is_verified);
    assert_string_not_equal(scene.last[0].recording, first);
    assert_original_is(&scene, 0);
    assert_int_equal(recording_find(&scene.store.store, first, &row, &scene.why), YK_OK);
    assert_true(row.is_excluded);
    destroy(&scene);
}

static void note_preview(struct scene *self, const struct dock_event *event)
{
    if (event->kind == DOCK_EVENT_LOOK && event->bay->look.is_preview) {
        assert_int_equal(event->bay->state, BAY_READING);
        assert_true(event->bay->look.is_known);
        assert_true(event->bay->look.end_ns > event->bay->look.start_ns);
        self->n_reactions++;
    } else if (event->kind == DOCK_EVENT_PROGRESS && self->n_reactions == 0 &&
               event->bay->done > event->bay->total / 4) {
        const struct timespec pause = {0, 300000000L}; /* reading is slower than looking */
        nanosleep(&pause, NULL);
    }
}

static void station_shows_what_is_there_so_far_and_throws_it_away(void **state)
{
    struct scene scene;
    (void)state;
    make(&scene);
    struct recorder_place *place = add_recorder(&scene, 39434, 5);
    cwa_build_sectors(&scene.builds[0], 15000);
    place->model.at = scene.builds[0].at;
    place->model.n = scene.builds[0].n;
    place->model.sleep_us = 60000;
    scene.options.bays.participant = "P01";
    scene.options.bays.preview_left_s = 0.01;
    scene.react = note_preview;
    run(&scene);
    assert_true(scene.n_reactions > 0);
    assert_false(scene.last[0].look.is_preview);
    assert_int_equal(scene.last[0].state, BAY_SAFE);
    assert_original_is(&scene, 0);
    destroy(&scene);
}

/* ---- coming and going ---- */

static void unplug_and_plug(struct scene *self, const struct dock_event *event)
{
    if (event->kind == DOCK_EVENT_PROGRESS && self->n_reactions == 0 &&
        event->bay->done > 50000) {
        self->n_reactions = 1;
        recorder_bus_unplug(&self->bus, 0);
    } else if (event->kind == DOCK_EVENT_STATE && self->n_reactions == 1 &&
               event->bay->state == BAY_ATTENTION_UNSAVED) {
        assert_int_equal(event->bay->message, DOCK_SAYS_unplugged);
        self->n_reactions = 2;
        recorder_bus_plug(&self->bus, 0);
    }
}

static void station_says_that_it_was_unplugged_and_goes_on_when_it_is_back(void **state)
{
    struct scene scene;
    (void)state;
    make(&scene);
    scene.builds[0] = (struct cwa_build){.at = NULL};
    struct recorder_place *place = add_recorder(&scene, 39434, 5);
    cwa_build_sectors(&scene.builds[0], 6000);
    place->model.at = scene.builds[0].at;
    place->model.n = scene.builds[0].n;
    place->model.sleep_us = 60000; /* so that progress is told between the chunks */
    /* a second recorder keeps the station waiting */
    struct recorder_place *other = add_recorder(&scene, 39435, 5);
    cwa_build_sectors(&scene.builds[1], 6000);
    other->model.at = scene.builds[1].at;
    other->model.n = scene.builds[1].n;
    other->model.sleep_us = 120000;
    scene.options.bays.participant = "P01";
    scene.react = unplug_and_plug;
    run(&scene);
    assert_int_equal(scene.n_reactions, 2);
    assert_int_equal(scene.totals.n_bays, 2);
    assert_int_equal(scene.totals.n_saved, 2);
    assert_int_equal(scene.last[0].state, BAY_SAFE);
    assert_true(scene.last[0].resumed_from > 0);
    assert_original_is(&scene, 0);
    assert_original_is(&scene, 1);
    destroy(&scene);
}

static void take_out_when_safe(struct scene *self, const struct dock_event *event)
{
    if (event->kind == DOCK_EVENT_STATE && event->bay->state == BAY_CHARGING) {
        recorder_bus_unplug(&self->bus, 0);
    } else if (event->kind == DOCK_EVENT_STATE && event->bay->state == BAY_EMPTY) {
        atomic_store(&self->cancel, true);
    }
}

static void station_charges_and_lets_go(void **state)
{
    struct scene scene;
    (void)state;
    make(&scene);
    add_recorder(&scene, 39434, 5);
    scene.options.bays.participant = "P01";
    scene.options.bays.is_once = false;
    scene.react = take_out_when_safe;
    run(&scene);
    assert_non_null(strstr(scene.said[0], "safe_to_unplug:saved charging:charging "));
    assert_non_null(strstr(scene.said[0], "empty:taken_out "));
    destroy(&scene);
}

/* While it charges somebody else has it for four seconds and sets it up. */
static void lend_while_charging(struct scene *self, const struct dock_event *event)
{
    struct recorder_place *place = &self->bus.places[0];
    if (event->kind != DOCK_EVENT_STATE) {
        return;
    }
    pthread_mutex_lock(&self->bus.lock);
    if (event->bay->state == BAY_CHARGING) {
        place->open_status = YK_ERR_BUSY;
    } else if (event->bay->state == BAY_SETTING_UP) {
        place->open_status = YK_OK;
        place->model.open_status = YK_ERR_TOO_LITTLE;
        place->model.health.plan_start_ns = clock_now_utc_ns() + 48 * NS_PER_H;
    } else if (event->bay->state == BAY_HAND_OVER) {
        atomic_store(&self->cancel, true);
    }
    pthread_mutex_unlock(&self->bus.lock);
}

static void
station_lets_others_set_a_charging_recorder_up_and_says_when_it_is_done(void **state)
{
    struct scene scene;
    (void)state;
    make(&scene);
    add_recorder(&scene, 39434, 5);
    scene.options.bays.participant = "P01";
    scene.options.bays.is_once = false;
    scene.options.bays.poll_ns = NS_PER_S / 10;
    scene.react = lend_while_charging;
    run(&scene);
    assert_non_null(strstr(scene.said[0], "charging:charging setting_up:setting_up "
                                          "hand_over:hand_over "));
    destroy(&scene);
}

/* Two charge; the first is set up, then the second is taken out instead, then the first. */
static void take_the_wrong_one(struct scene *self, const struct dock_event *event)
{
    struct recorder_place *place = &self->bus.places[0];
    if (event->kind != DOCK_EVENT_STATE) {
        return;
    }
    enum bay_state first = self->last[0].state;
    if (first == BAY_CHARGING && self->last[1].state == BAY_CHARGING) {
        pthread_mutex_lock(&self->bus.lock);
        place->model.open_status = YK_ERR_TOO_LITTLE;
        place->model.health.plan_start_ns = clock_now_utc_ns() + 48 * NS_PER_H;
        pthread_mutex_unlock(&self->bus.lock);
    } else if (first == BAY_HAND_OVER && self->n_reactions == 0) {
        self->n_reactions = 1;
        recorder_bus_unplug(&self->bus, 1);
    } else if (event->bay->message == DOCK_SAYS_wrong_one) {
        recorder_bus_unplug(&self->bus, 0);
    } else if (event->bay->message == DOCK_SAYS_handed_over) {
        atomic_store(&self->cancel, true);
    }
}

static void station_says_when_another_recorder_is_taken_out_than_was_set_up(void **state)
{
    struct scene scene;
    (void)state;
    make(&scene);
    add_recorder(&scene, 39434, 5);
    add_recorder(&scene, 39435, 6);
    scene.options.bays.participant = "P01";
    scene.options.bays.is_once = false;
    scene.options.bays.poll_ns = NS_PER_S / 10;
    scene.react = take_the_wrong_one;
    run(&scene);
    assert_non_null(strstr(scene.said[1], "attention_data_safe:wrong_one "));
    assert_string_equal(scene.last[1].arg[0], "39434");
    assert_non_null(strstr(scene.said[0], "hand_over:hand_over empty:handed_over "));
    destroy(&scene);
}

static void release_when_told(struct scene *self, const struct dock_event *event)
{
    if (event->kind != DOCK_EVENT_STATE) {
        return;
    }
    if (event->bay->message == DOCK_SAYS_claimed) {
        pthread_mutex_lock(&self->bus.lock);
        self->bus.places[0].open_status = YK_OK;
        pthread_mutex_unlock(&self->bus.lock);
    } else if (event->bay->state == BAY_CHARGING) {
        atomic_store(&self->cancel, true);
    }
}

static void station_waits_for_a_recorder_that_another_program_holds(void **state)
{
    struct scene scene;
    (void)state;
    make(&scene);
    add_recorder(&scene, 39434, 5)->open_status = YK_ERR_BUSY;
    scene.options.bays.participant = "P01";
    scene.options.bays.is_once = false;
    scene.react = release_when_told;
    run(&scene);
    assert_non_null(strstr(scene.said[0], "attention_not_saved:claimed connected:identifying"));
    assert_non_null(strstr(scene.said[0], "safe_to_unplug:saved charging:charging "));
    destroy(&scene);
}

static void boot_when_told(struct scene *self, const struct dock_event *event)
{
    if (event->kind == DOCK_EVENT_STATE && event->bay->state == BAY_STARTING) {
        recorder_bus_boot(&self->bus, 0);
    }
}

static void station_waits_for_a_recorder_that_is_starting(void **state)
{
    struct scene scene;
    (void)state;
    make(&scene);
    struct recorder_place *place = add_recorder(&scene, 39434, 5);
    place->listing.product_id = 0x003C;
    place->opens_fail = 1;
    scene.options.bays.participant = "P01";
    scene.react = boot_when_told;
    run(&scene);
    assert_int_equal(scene.totals.n_bays, 1);
    assert_non_null(strstr(scene.said[0], "starting:starting connected:identifying"));
    assert_int_equal(scene.last[0].state, BAY_SAFE);
    destroy(&scene);
}

static void station_says_when_a_recorder_does_not_start(void **state)
{
    struct scene scene;
    (void)state;
    make(&scene);
    add_recorder(&scene, 39434, 5)->listing.product_id = 0x003C;
    scene.options.stuck_ns = NS_PER_S / 4;
    run(&scene);
    assert_int_equal(scene.last[0].state, BAY_ATTENTION_UNSAVED);
    assert_int_equal(scene.last[0].message, DOCK_SAYS_stuck);
    destroy(&scene);
}

static void station_says_why_a_recorder_cannot_be_used(void **state)
{
    static const struct {
        enum usb_access access;
        enum dock_message message;
    } cases[] = {{USB_ACCESS_DENIED, DOCK_SAYS_no_access},
                 {USB_ACCESS_CLAIMED, DOCK_SAYS_claimed},
                 {USB_ACCESS_MOUNTED, DOCK_SAYS_mounted},
                 {USB_ACCESS_UNREADABLE, DOCK_SAYS_unreadable}};
    struct scene scene;
    (void)state;
    make(&scene);
    for (size_t i = 0; i < 4; i++) {
        add_recorder(&scene, 1001 + (uint32_t)i, 5)->listing.access = cases[i].access;
    }
    add_recorder(&scene, 1005, 5); /* the others do not touch it */
    scene.options.bays.participant = "P01";
    run(&scene);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(scene.last[i].state, BAY_ATTENTION_UNSAVED);
        assert_int_equal(scene.last[i].message, cases[i].message);
    }
    assert_int_equal(scene.last[4].state, BAY_SAFE);
    assert_int_equal(scene.totals.n_unsaved, 4);
    destroy(&scene);
}

static void station_leaves_a_recorder_alone_that_is_still_measuring(void **state)
{
    struct scene scene;
    (void)state;
    make(&scene);
    struct recorder_place *place = add_recorder(&scene, 39434, 5);
    int64_t now = clock_now_utc_ns() + 9 * NS_PER_H; /* as its clock in Tokyo shows */
    place->model.health.plan_start_ns = now - 3 * 24 * NS_PER_H;
    place->model.health.plan_stop_ns = now + 4 * 24 * NS_PER_H;
    place->model.health.plan_stop_never = false;
    /* its newest sector is of this moment */
    uint8_t *last = cwa_build_sector(&scene.builds[0], SECTORS - 1);
    struct cwa_sector sector;
    cwa_sector_get(last, &sector);
    sector.time = cwa_time_put(civil_time_of_utc_ns(now));
    cwa_sector_put(last, &sector);
    cwa_sector_seal(last);
    scene.options.bays.participant = "P01";
    run(&scene);
    assert_int_equal(scene.last[0].state, BAY_MEASURING);
    assert_int_equal(scene.totals.n_saved, 0);
    recorder_bus_plug(&scene.bus, 0);
    scene.options.bays.reads_unfinished = true;
    run(&scene);
    assert_int_equal(scene.totals.n_saved, 1);
    destroy(&scene);
}

static void station_says_when_there_is_nothing_in_it_and_when_it_is_ready_to_go(void **state)
{
    struct scene scene;
    (void)state;
    make(&scene);
    add_recorder(&scene, 1001, 5)->model.open_status = YK_ERR_TOO_LITTLE;
    struct recorder_place *b = add_recorder(&scene, 1002, 5);
    b->model.open_status = YK_ERR_TOO_LITTLE;
    b->model.health.plan_start_ns = clock_now_utc_ns() + 24 * NS_PER_H;
    run(&scene);
    assert_int_equal(scene.last[0].message, DOCK_SAYS_nothing);
    assert_int_equal(scene.last[1].state, BAY_HAND_OVER);
    assert_int_equal(scene.totals.n_attention, 0);
    destroy(&scene);
}

static void station_takes_fourteen_at_once_and_two_with_one_number(void **state)
{
    struct scene scene;
    (void)state;
    make(&scene);
    for (uint32_t i = 0; i < 14; i++) {
        struct recorder_place *place = add_recorder(&scene, 2000 + i, 5);
        place->model.sleep_us = 200;
        if (i % 3 == 0) {
            fake_recorder_fault(&place->model, FAKE_FLIP, 30 + i, 1);
        }
    }
    add_recorder(&scene, 2000, 6);                     /* the same number, another recording */
    scene.bus.places[5].open_status = YK_ERR_PROTOCOL; /* one that fails harms none */
    scene.bus.places[7].model.unplug_at = 90000;
    scene.options.bays.participant = "P01";
    run(&scene);
    assert_int_equal(scene.totals.n_bays, 15);
    assert_int_equal(scene.totals.n_saved, 13);
    assert_int_equal(scene.totals.n_unsaved, 2);
    for (size_t i = 0; i < 15; i++) {
        if (i == 5 || i == 7) {
            assert_int_equal(scene.last[i].state, BAY_ATTENTION_UNSAVED);
        } else {
            assert_int_equal(scene.last[i].state, BAY_SAFE);
            assert_original_is(&scene, i);
        }
    }
    destroy(&scene);
}

/* ---- ending ---- */

static void stop_while_reading(struct scene *self, const struct dock_event *event)
{
    if (event->kind == DOCK_EVENT_STATE && event->bay->state == BAY_READING) {
        atomic_store(&self->cancel, true);
    }
}

static void station_ends_cleanly_when_stopped_and_goes_on_later(void **state)
{
    struct scene scene;
    (void)state;
    make(&scene);
    struct recorder_place *place = add_recorder(&scene, 39434, 5);
    cwa_build_sectors(&scene.builds[0], 6000);
    place->model.at = scene.builds[0].at;
    place->model.n = scene.builds[0].n;
    place->model.sleep_us = 50000;
    scene.options.bays.participant = "P01";
    scene.react = stop_while_reading;
    run(&scene);
    assert_int_equal(scene.last[0].message, DOCK_SAYS_stopped);
    atomic_store(&scene.cancel, false);
    scene.react = NULL;
    place->model.sleep_us = 0;
    run(&scene);
    assert_int_equal(scene.last[0].state, BAY_SAFE);
    assert_true(scene.last[0].resumed_from > 0);
    destroy(&scene);
}

static void station_refuses_a_second_dock_on_the_same_store(void **state)
{
    struct scene scene;
    int lock = -1;
    (void)state;
    make(&scene);
    assert_int_equal(station_lock(scene.store.folder, &lock, &scene.why), YK_OK);
    assert_int_equal(station_run(&scene.options, NULL, &scene.why), YK_ERR_BUSY);
    assert_non_null(strstr(scene.why.text, "another dock (process "));
    station_unlock(lock);
    add_recorder(&scene, 39434, 5);
    scene.options.bays.participant = "P01";
    run(&scene);
    destroy(&scene);
}

static void station_ends_in_a_state_whatever_allocation_is_refused(void **state)
{
    struct scene scene;
    bool refused = true;
    int n_attention = 0;
    (void)state;
    make(&scene);
    add_recorder(&scene, 39434, 5);
    scene.options.bays.participant = "P01";
    for (uint64_t k = 1; refused; k += 1 + k / 25) {
        recorder_bus_plug(&scene.bus, 0);
        scene.said[0][0] = '\0';
        memset(&scene.last[0], 0, sizeof scene.last[0]);
        alloc_fail_at(k);
        enum yk_status status = station_run(&scene.options, &scene.totals, &scene.why);
        refused = alloc_refused();
        alloc_fail_at(0);
        if (status != YK_OK) {
            assert_true(scene.why.text[0] != '\0');
            continue;
        }
        struct bay_view *last = &scene.last[0];
        if (last->state == BAY_SAFE) {
            assert_original_is(&scene, 0);
            assert_string_equal(last->person, "P01");
        } else {
            n_attention++;
            assert_int_equal(bay_state_words(last->state)->kind, BAY_KIND_ATTENTION);
            assert_true(last->message != DOCK_SAYS_none);
        }
    }
    assert_int_equal(scene.last[0].state, BAY_SAFE);
    assert_true(n_attention > 5);
    destroy(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(station_saves_what_the_ledger_knows_and_writes_the_return),
        cmocka_unit_test(station_keeps_what_nobody_knows_until_it_is_assigned),
        cmocka_unit_test(station_records_what_comes_from_a_recorder_without_a_number),
        cmocka_unit_test(station_keeps_the_data_of_sources_that_disagree),
        cmocka_unit_test(station_flags_a_clock_that_was_reset_and_sectors_that_do_not_settle),
        cmocka_unit_test(station_replaces_a_copy_that_could_not_be_verified),
        cmocka_unit_test(station_shows_what_is_there_so_far_and_throws_it_away),
        cmocka_unit_test(station_says_that_it_was_unplugged_and_goes_on_when_it_is_back),
        cmocka_unit_test(station_charges_and_lets_go),
        cmocka_unit_test(
            station_lets_others_set_a_charging_recorder_up_and_says_when_it_is_done),
        cmocka_unit_test(station_says_when_another_recorder_is_taken_out_than_was_set_up),
        cmocka_unit_test(station_waits_for_a_recorder_that_another_program_holds),
        cmocka_unit_test(station_waits_for_a_recorder_that_is_starting),
        cmocka_unit_test(station_says_when_a_recorder_does_not_start),
        cmocka_unit_test(station_says_why_a_recorder_cannot_be_used),
        cmocka_unit_test(station_leaves_a_recorder_alone_that_is_still_measuring),
        cmocka_unit_test(station_says_when_there_is_nothing_in_it_and_when_it_is_ready_to_go),
        cmocka_unit_test(station_takes_fourteen_at_once_and_two_with_one_number),
        cmocka_unit_test(station_ends_cleanly_when_stopped_and_goes_on_later),
        cmocka_unit_test(station_refuses_a_second_dock_on_the_same_store),
        cmocka_unit_test(station_ends_in_a_state_whatever_allocation_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
