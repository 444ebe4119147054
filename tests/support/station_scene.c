/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/station_scene.h"
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void on_event(void *user, const struct dock_event *event)
{
    struct station_scene *self = user;
    if (event->bay != NULL) {
        size_t i = event->bay->number - 1;
        assert_true(i < STATION_SCENE_MAX);
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

struct recorder_place *station_scene_add(struct station_scene *self, uint32_t id,
                                         uint32_t session)
{
    struct cwa_build *build = &self->builds[self->n++];
    struct cwa_header header;
    cwa_build_init(build, CWA_PACKED, 0x4A, 0, 0);
    assert_true(cwa_header_get(build->at, &header));
    header.device_id = id;
    header.session_id = session;
    cwa_header_put(build->at, &header);
    build->next.session_id = session;
    cwa_build_sectors(build, STATION_SCENE_SECTORS);
    return recorder_bus_add(&self->bus, build->at, build->n);
}

void station_scene_make(struct station_scene *self)
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

void station_scene_release(struct station_scene *self)
{
    recorder_bus_release(&self->bus);
    for (size_t i = 0; i < self->n; i++) {
        cwa_build_release(&self->builds[i]);
    }
    store_scene_remove(&self->store);
}

void station_scene_run(struct station_scene *self)
{
    if (station_run(&self->options, &self->totals, &self->why) != YK_OK) {
        fail_msg("%s", self->why.text);
    }
}

struct loan station_scene_lend(struct station_scene *self, const char *serial,
                               const char *person, double session)
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

void station_scene_check_original(struct station_scene *self, size_t i)
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
