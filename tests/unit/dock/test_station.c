/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/store/dockings.h"
#include "tests/support/alloc.h"
#include "tests/support/station_scene.h"

/* ---- the ordinary way ---- */

static void station_saves_what_the_ledger_knows_and_writes_the_return(void **state)
{
    struct station_scene scene;
    struct loan loan;
    struct docking *dockings = NULL;
    size_t n = 0;
    (void)state;
    station_scene_make(&scene);
    station_scene_add(&scene, 39434, 5);
    loan = station_scene_lend(&scene, "39434", "P01", 5);
    station_scene_run(&scene);
    assert_int_equal(scene.totals.n_saved, 1);
    assert_int_equal(scene.totals.n_attention, 0);
    assert_string_equal(scene.last[0].person, "P01");
    assert_int_equal(scene.last[0].state, BAY_SAFE);
    assert_true(scene.last[0].is_verified);
    assert_non_null(strstr(scene.said[0], "connected:identifying reading:reading"));
    assert_non_null(strstr(scene.said[0], "safe_to_unplug:saved"));
    station_scene_check_original(&scene, 0);
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
    station_scene_release(&scene);
}

static void station_keeps_what_nobody_knows_until_it_is_assigned(void **state)
{
    struct station_scene scene;
    struct recording_row row;
    (void)state;
    station_scene_make(&scene);
    station_scene_add(&scene, 39434, 5);
    station_scene_run(&scene);
    assert_int_equal(scene.last[0].state, BAY_ATTENTION_SAFE);
    assert_int_equal(scene.last[0].message, DOCK_SAYS_nobody);
    assert_string_equal(scene.last[0].person, PERSON_UNASSIGNED);
    station_scene_check_original(&scene, 0);
    assert_int_equal(recording_assign(&scene.store.store, scene.last[0].recording, "P02",
                                      "label", &scene.why),
                     YK_OK);
    assert_int_equal(
        recording_find(&scene.store.store, scene.last[0].recording, &row, &scene.why), YK_OK);
    assert_string_equal(row.person, "P02");
    /* docked again: it is known now */
    recorder_bus_plug(&scene.bus, 0);
    station_scene_run(&scene);
    assert_int_equal(scene.last[0].state, BAY_SAFE);
    assert_int_equal(scene.last[0].message, DOCK_SAYS_saved_before);
    assert_string_equal(scene.last[0].person, "P02");
    station_scene_release(&scene);
}

static void station_records_what_comes_from_a_recorder_without_a_number(void **state)
{
    struct station_scene scene;
    (void)state;
    station_scene_make(&scene);
    struct recorder_place *a = station_scene_add(&scene, 39434, 5);
    a->model.identity.serial[0] = '\0';
    station_scene_run(&scene);
    assert_int_equal(scene.last[0].state, BAY_ATTENTION_SAFE);
    assert_int_not_equal(scene.last[0].message, DOCK_SAYS_not_recorded);
    assert_string_equal(scene.last[0].person, PERSON_UNASSIGNED);
    station_scene_check_original(&scene, 0);
    station_scene_release(&scene);
}

static void station_keeps_the_data_of_sources_that_disagree(void **state)
{
    struct station_scene scene;
    (void)state;
    station_scene_make(&scene);
    struct recorder_place *a = station_scene_add(&scene, 1001, 5);
    a->model.identity.agree = false;
    snprintf(a->model.identity.disagreement, sizeof a->model.identity.disagreement,
             "USB says 1001, ID says 1002");
    station_scene_lend(&scene, "1001", "P01", 5);
    station_scene_add(&scene, 1003, 9); /* lent with another session */
    station_scene_lend(&scene, "1003", "P01", 8);
    station_scene_run(&scene);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(scene.last[i].state, BAY_ATTENTION_SAFE);
        assert_int_equal(scene.last[i].message, DOCK_SAYS_disagrees);
        assert_string_equal(scene.last[i].person, PERSON_UNASSIGNED);
        station_scene_check_original(&scene, i);
    }
    assert_string_equal(scene.last[0].arg[2], "USB says 1001, ID says 1002");
    station_scene_release(&scene);
}

static void station_flags_a_clock_that_was_reset_and_sectors_that_do_not_settle(void **state)
{
    struct station_scene scene;
    (void)state;
    station_scene_make(&scene);
    struct recorder_place *a = station_scene_add(&scene, 1001, 5);
    a->model.clock.is_reset = true;
    struct recorder_place *b = station_scene_add(&scene, 1002, 5);
    fake_recorder_fault(&b->model, FAKE_NOISE, 50, 0);
    struct recorder_place *c = station_scene_add(&scene, 1003, 5);
    fake_recorder_fault(&c->model, FAKE_FLIP, 50, 2);
    scene.options.bays.participant = "P01";
    station_scene_run(&scene);
    assert_int_equal(scene.last[0].message, DOCK_SAYS_clock_reset);
    assert_int_equal(scene.last[1].message, DOCK_SAYS_doubtful);
    assert_int_equal(scene.last[1].state, BAY_ATTENTION_SAFE);
    assert_false(scene.last[1].is_verified);
    assert_int_equal(scene.last[2].message, DOCK_SAYS_saved);
    assert_int_equal(scene.last[2].counts.n_healed, 1);
    station_scene_release(&scene);
}

static void station_replaces_a_copy_that_could_not_be_verified(void **state)
{
    struct station_scene scene;
    struct recording_row row;
    char first[72];
    (void)state;
    station_scene_make(&scene);
    struct recorder_place *place = station_scene_add(&scene, 1001, 5);
    fake_recorder_fault(&place->model, FAKE_NOISE, 50, 0);
    scene.options.bays.participant = "P01";
    station_scene_run(&scene);
    assert_int_equal(scene.last[0].message, DOCK_SAYS_doubtful);
    snprintf(first, sizeof first, "%s", scene.last[0].recording);
    place->model.n_faults = 0;
    recorder_bus_plug(&scene.bus, 0);
    station_scene_run(&scene);
    assert_int_equal(scene.last[0].state, BAY_SAFE);
    assert_true(scene.last[0].is_verified);
    assert_string_not_equal(scene.last[0].recording, first);
    station_scene_check_original(&scene, 0);
    assert_int_equal(recording_find(&scene.store.store, first, &row, &scene.why), YK_OK);
    assert_true(row.is_excluded);
    station_scene_release(&scene);
}

static void note_preview(struct station_scene *self, const struct dock_event *event)
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
    struct station_scene scene;
    (void)state;
    station_scene_make(&scene);
    struct recorder_place *place = station_scene_add(&scene, 39434, 5);
    cwa_build_sectors(&scene.builds[0], 15000);
    place->model.at = scene.builds[0].at;
    place->model.n = scene.builds[0].n;
    place->model.sleep_us = 60000;
    scene.options.bays.participant = "P01";
    scene.options.bays.preview_left_s = 0.01;
    scene.react = note_preview;
    station_scene_run(&scene);
    assert_true(scene.n_reactions > 0);
    assert_false(scene.last[0].look.is_preview);
    assert_int_equal(scene.last[0].state, BAY_SAFE);
    station_scene_check_original(&scene, 0);
    station_scene_release(&scene);
}

/* ---- ending ---- */

static void stop_while_reading(struct station_scene *self, const struct dock_event *event)
{
    if (event->kind == DOCK_EVENT_STATE && event->bay->state == BAY_READING) {
        atomic_store(&self->cancel, true);
    }
}

static void station_ends_cleanly_when_stopped_and_goes_on_later(void **state)
{
    struct station_scene scene;
    (void)state;
    station_scene_make(&scene);
    struct recorder_place *place = station_scene_add(&scene, 39434, 5);
    cwa_build_sectors(&scene.builds[0], 6000);
    place->model.at = scene.builds[0].at;
    place->model.n = scene.builds[0].n;
    place->model.sleep_us = 50000;
    scene.options.bays.participant = "P01";
    scene.react = stop_while_reading;
    station_scene_run(&scene);
    assert_int_equal(scene.last[0].message, DOCK_SAYS_stopped);
    atomic_store(&scene.cancel, false);
    scene.react = NULL;
    place->model.sleep_us = 0;
    station_scene_run(&scene);
    assert_int_equal(scene.last[0].state, BAY_SAFE);
    assert_true(scene.last[0].resumed_from > 0);
    station_scene_release(&scene);
}

static void station_refuses_a_second_dock_on_the_same_store(void **state)
{
    struct station_scene scene;
    int lock = -1;
    (void)state;
    station_scene_make(&scene);
    assert_int_equal(station_lock(scene.store.folder, &lock, &scene.why), YK_OK);
    assert_int_equal(station_run(&scene.options, NULL, &scene.why), YK_ERR_BUSY);
    assert_non_null(strstr(scene.why.text, "another dock (process "));
    station_unlock(lock);
    station_scene_add(&scene, 39434, 5);
    scene.options.bays.participant = "P01";
    station_scene_run(&scene);
    station_scene_release(&scene);
}

static void station_ends_in_a_state_whatever_allocation_is_refused(void **state)
{
    struct station_scene scene;
    bool refused = true;
    int n_attention = 0;
    (void)state;
    station_scene_make(&scene);
    station_scene_add(&scene, 39434, 5);
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
            station_scene_check_original(&scene, 0);
            assert_string_equal(last->person, "P01");
        } else {
            n_attention++;
            assert_int_equal(bay_state_words(last->state)->kind, BAY_KIND_ATTENTION);
            assert_true(last->message != DOCK_SAYS_none);
        }
    }
    assert_int_equal(scene.last[0].state, BAY_SAFE);
    assert_true(n_attention > 5);
    station_scene_release(&scene);
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
        cmocka_unit_test(station_ends_cleanly_when_stopped_and_goes_on_later),
        cmocka_unit_test(station_refuses_a_second_dock_on_the_same_store),
        cmocka_unit_test(station_ends_in_a_state_whatever_allocation_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
