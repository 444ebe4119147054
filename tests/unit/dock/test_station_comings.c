/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recorders that come and go while the station runs.
 */
#include "tests/support/check.h"

#include <string.h>

#include "tests/support/station_scene.h"

static void unplug_and_plug(struct station_scene *self, const struct dock_event *event)
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
    } else if (strstr(self->said[0], "charging:charging ") != NULL &&
               strstr(self->said[1], "charging:charging ") != NULL) {
        atomic_store(&self->cancel, true);
    }
}

static void station_says_that_it_was_unplugged_and_goes_on_when_it_is_back(void **state)
{
    struct station_scene scene;
    (void)state;
    station_scene_make(&scene);
    scene.builds[0] = (struct cwa_build){.at = NULL};
    struct recorder_place *place = station_scene_add(&scene, 39434, 5);
    cwa_build_sectors(&scene.builds[0], 6000);
    place->model.at = scene.builds[0].at;
    place->model.n = scene.builds[0].n;
    place->model.sleep_us = 60000;       /* so that progress is told between the chunks */
    station_scene_add(&scene, 39435, 5); /* the other does not touch it */
    scene.options.bays.participant = "P01";
    scene.options.bays.is_once = false;
    scene.react = unplug_and_plug;
    station_scene_run(&scene);
    assert_int_equal(scene.n_reactions, 2);
    assert_int_equal(scene.totals.n_bays, 2);
    assert_int_equal(scene.totals.n_saved, 2);
    assert_non_null(strstr(scene.said[0], "attention_not_saved:unplugged connected:"));
    assert_non_null(strstr(scene.said[0], "safe_to_unplug:saved charging:charging "));
    assert_true(scene.last[0].resumed_from > 0);
    station_scene_check_original(&scene, 0);
    station_scene_check_original(&scene, 1);
    station_scene_release(&scene);
}

static void take_out_when_safe(struct station_scene *self, const struct dock_event *event)
{
    if (event->kind == DOCK_EVENT_STATE && event->bay->state == BAY_CHARGING) {
        recorder_bus_unplug(&self->bus, 0);
    } else if (event->kind == DOCK_EVENT_STATE && event->bay->state == BAY_EMPTY) {
        atomic_store(&self->cancel, true);
    }
}

static void station_charges_and_lets_go(void **state)
{
    struct station_scene scene;
    (void)state;
    station_scene_make(&scene);
    station_scene_add(&scene, 39434, 5);
    scene.options.bays.participant = "P01";
    scene.options.bays.is_once = false;
    scene.react = take_out_when_safe;
    station_scene_run(&scene);
    assert_non_null(strstr(scene.said[0], "safe_to_unplug:saved charging:charging "));
    assert_non_null(strstr(scene.said[0], "empty:taken_out "));
    station_scene_release(&scene);
}

/* While it charges somebody else has it for four seconds and sets it up. */
static void lend_while_charging(struct station_scene *self, const struct dock_event *event)
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

/* A station for P01 that stays open until react() ends it. */
static void stay_open(struct station_scene *scene, int64_t poll_ns,
                      void (*react)(struct station_scene *self, const struct dock_event *event))
{
    scene->options.bays.participant = "P01";
    scene->options.bays.is_once = false;
    scene->options.bays.poll_ns = poll_ns;
    scene->react = react;
    station_scene_run(scene);
}

static void
station_lets_others_set_a_charging_recorder_up_and_says_when_it_is_done(void **state)
{
    struct station_scene scene;
    (void)state;
    station_scene_make(&scene);
    station_scene_add(&scene, 39434, 5);
    stay_open(&scene, NS_PER_S / 10, lend_while_charging);
    assert_non_null(strstr(scene.said[0], "charging:charging setting_up:setting_up "
                                          "hand_over:hand_over "));
    station_scene_release(&scene);
}

/* Two charge; the first is set up, then the second is taken out instead, then the first. */
static void take_the_wrong_one(struct station_scene *self, const struct dock_event *event)
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
    struct station_scene scene;
    (void)state;
    station_scene_make(&scene);
    station_scene_add(&scene, 39434, 5);
    station_scene_add(&scene, 39435, 6);
    stay_open(&scene, NS_PER_S / 10, take_the_wrong_one);
    assert_non_null(strstr(scene.said[1], "attention_data_safe:wrong_one "));
    assert_string_equal(scene.last[1].arg[0], "39434");
    assert_non_null(strstr(scene.said[0], "hand_over:hand_over empty:handed_over "));
    station_scene_release(&scene);
}

/* The first is set up while both charge; the second goes on telling its battery. */
static void look_on_for_a_while(struct station_scene *self, const struct dock_event *event)
{
    struct recorder_place *place = &self->bus.places[0];
    bool is_state = event->kind == DOCK_EVENT_STATE;
    if (is_state && event->bay->number == 1 && event->bay->state == BAY_CHARGING) {
        pthread_mutex_lock(&self->bus.lock);
        place->model.open_status = YK_ERR_TOO_LITTLE;
        place->model.health.plan_start_ns = clock_now_utc_ns() + 48 * NS_PER_H;
        pthread_mutex_unlock(&self->bus.lock);
    } else if (event->kind == DOCK_EVENT_BATTERY && event->bay->number == 2 &&
               self->last[0].state == BAY_HAND_OVER && ++self->n_reactions == 4) {
        atomic_store(&self->cancel, true);
    }
}

static void station_says_once_that_a_recorder_is_set_up(void **state)
{
    struct station_scene scene;
    (void)state;
    station_scene_make(&scene);
    station_scene_add(&scene, 39434, 5);
    station_scene_add(&scene, 39435, 6);
    stay_open(&scene, NS_PER_S / 20, look_on_for_a_while);
    const char *said = strstr(scene.said[0], "hand_over:hand_over ");
    assert_non_null(said);
    assert_null(strstr(said + 1, "hand_over:hand_over "));
    station_scene_release(&scene);
}

static void release_when_told(struct station_scene *self, const struct dock_event *event)
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
    struct station_scene scene;
    (void)state;
    station_scene_make(&scene);
    station_scene_add(&scene, 39434, 5)->open_status = YK_ERR_BUSY;
    scene.options.bays.participant = "P01";
    scene.options.bays.is_once = false;
    scene.react = release_when_told;
    station_scene_run(&scene);
    assert_non_null(strstr(scene.said[0], "attention_not_saved:claimed connected:identifying"));
    assert_non_null(strstr(scene.said[0], "safe_to_unplug:saved charging:charging "));
    station_scene_release(&scene);
}

static void boot_when_told(struct station_scene *self, const struct dock_event *event)
{
    if (event->kind == DOCK_EVENT_STATE && event->bay->state == BAY_STARTING) {
        recorder_bus_boot(&self->bus, 0);
    }
}

static void station_waits_for_a_recorder_that_is_starting(void **state)
{
    struct station_scene scene;
    (void)state;
    station_scene_make(&scene);
    struct recorder_place *place = station_scene_add(&scene, 39434, 5);
    place->listing.product_id = 0x003C;
    place->opens_fail = 1;
    scene.options.bays.participant = "P01";
    scene.react = boot_when_told;
    station_scene_run(&scene);
    assert_int_equal(scene.totals.n_bays, 1);
    assert_non_null(strstr(scene.said[0], "starting:starting connected:identifying"));
    assert_int_equal(scene.last[0].state, BAY_SAFE);
    station_scene_release(&scene);
}

static void station_says_when_a_recorder_does_not_start(void **state)
{
    struct station_scene scene;
    (void)state;
    station_scene_make(&scene);
    station_scene_add(&scene, 39434, 5)->listing.product_id = 0x003C;
    scene.options.stuck_ns = NS_PER_S / 4;
    station_scene_run(&scene);
    assert_int_equal(scene.last[0].state, BAY_ATTENTION_UNSAVED);
    assert_int_equal(scene.last[0].message, DOCK_SAYS_stuck);
    station_scene_release(&scene);
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
    struct station_scene scene;
    (void)state;
    station_scene_make(&scene);
    for (size_t i = 0; i < 4; i++) {
        station_scene_add(&scene, 1001 + (uint32_t)i, 5)->listing.access = cases[i].access;
    }
    station_scene_add(&scene, 1005, 5); /* the others do not touch it */
    scene.options.bays.participant = "P01";
    station_scene_run(&scene);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(scene.last[i].state, BAY_ATTENTION_UNSAVED);
        assert_int_equal(scene.last[i].message, cases[i].message);
    }
    assert_int_equal(scene.last[4].state, BAY_SAFE);
    assert_int_equal(scene.totals.n_unsaved, 4);
    station_scene_release(&scene);
}

static void station_leaves_a_recorder_alone_that_is_still_measuring(void **state)
{
    struct station_scene scene;
    (void)state;
    station_scene_make(&scene);
    struct recorder_place *place = station_scene_add(&scene, 39434, 5);
    int64_t now = clock_now_utc_ns() + 9 * NS_PER_H; /* as its clock in Tokyo shows */
    place->model.health.plan_start_ns = now - 3 * 24 * NS_PER_H;
    place->model.health.plan_stop_ns = now + 4 * 24 * NS_PER_H;
    place->model.health.plan_stop_never = false;
    /* its newest sector is of this moment */
    uint8_t *last = cwa_build_sector(&scene.builds[0], STATION_SCENE_SECTORS - 1);
    struct cwa_sector sector;
    cwa_sector_get(last, &sector);
    sector.time = cwa_time_put(civil_time_of_utc_ns(now));
    cwa_sector_put(last, &sector);
    cwa_sector_seal(last);
    scene.options.bays.participant = "P01";
    station_scene_run(&scene);
    assert_int_equal(scene.last[0].state, BAY_MEASURING);
    assert_int_equal(scene.totals.n_saved, 0);
    recorder_bus_plug(&scene.bus, 0);
    scene.options.bays.reads_unfinished = true;
    station_scene_run(&scene);
    assert_int_equal(scene.totals.n_saved, 1);
    station_scene_release(&scene);
}

static void station_says_when_there_is_nothing_in_it_and_when_it_is_ready_to_go(void **state)
{
    struct station_scene scene;
    (void)state;
    station_scene_make(&scene);
    station_scene_add(&scene, 1001, 5)->model.open_status = YK_ERR_TOO_LITTLE;
    struct recorder_place *b = station_scene_add(&scene, 1002, 5);
    b->model.open_status = YK_ERR_TOO_LITTLE;
    b->model.health.plan_start_ns = clock_now_utc_ns() + 24 * NS_PER_H;
    station_scene_run(&scene);
    assert_int_equal(scene.last[0].message, DOCK_SAYS_nothing);
    assert_int_equal(scene.last[1].state, BAY_HAND_OVER);
    assert_int_equal(scene.totals.n_attention, 0);
    station_scene_release(&scene);
}

static void station_takes_fourteen_at_once_and_two_with_one_number(void **state)
{
    struct station_scene scene;
    (void)state;
    station_scene_make(&scene);
    for (uint32_t i = 0; i < 14; i++) {
        struct recorder_place *place = station_scene_add(&scene, 2000 + i, 5);
        place->model.sleep_us = 200;
        if (i % 3 == 0) {
            fake_recorder_fault(&place->model, FAKE_FLIP, 30 + i, 1);
        }
    }
    station_scene_add(&scene, 2000, 6);                /* the same number, another recording */
    scene.bus.places[5].open_status = YK_ERR_PROTOCOL; /* one that fails harms none */
    scene.bus.places[7].model.unplug_at = 90000;
    scene.options.bays.participant = "P01";
    station_scene_run(&scene);
    assert_int_equal(scene.totals.n_bays, 15);
    assert_int_equal(scene.totals.n_saved, 13);
    assert_int_equal(scene.totals.n_unsaved, 2);
    for (size_t i = 0; i < 15; i++) {
        if (i == 5 || i == 7) {
            assert_int_equal(scene.last[i].state, BAY_ATTENTION_UNSAVED);
        } else {
            assert_int_equal(scene.last[i].state, BAY_SAFE);
            station_scene_check_original(&scene, i);
        }
    }
    station_scene_release(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(station_says_that_it_was_unplugged_and_goes_on_when_it_is_back),
        cmocka_unit_test(station_charges_and_lets_go),
        cmocka_unit_test(
            station_lets_others_set_a_charging_recorder_up_and_says_when_it_is_done),
        cmocka_unit_test(station_says_when_another_recorder_is_taken_out_than_was_set_up),
        cmocka_unit_test(station_says_once_that_a_recorder_is_set_up),
        cmocka_unit_test(station_waits_for_a_recorder_that_another_program_holds),
        cmocka_unit_test(station_waits_for_a_recorder_that_is_starting),
        cmocka_unit_test(station_says_when_a_recorder_does_not_start),
        cmocka_unit_test(station_says_why_a_recorder_cannot_be_used),
        cmocka_unit_test(station_leaves_a_recorder_alone_that_is_still_measuring),
        cmocka_unit_test(station_says_when_there_is_nothing_in_it_and_when_it_is_ready_to_go),
        cmocka_unit_test(station_takes_fourteen_at_once_and_two_with_one_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
