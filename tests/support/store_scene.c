/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/store_scene.h"

#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/simulated.h"

void store_scene_make(struct store_scene *self)
{
    struct failure why = {.text = ""};
    bool was_there = true;
    *self = (struct store_scene){.store = {.db = NULL}};
    /* Many small synced files: on a disk the waiting would be most of the test. */
    if (getenv("TMPDIR") == NULL && access("/dev/shm", W_OK) == 0) {
        setenv("TMPDIR", "/dev/shm", 1);
    }
    snprintf(self->root, sizeof self->root, "%s", check_scratch("store"));
    snprintf(self->folder, sizeof self->folder, "%s/保管 場所", self->root);
    if (store_create(self->folder, "Asia/Tokyo", &was_there, &why) != YK_OK ||
        store_open(self->folder, STORE_WRITE, &self->store, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    assert_false(was_there);
}

void store_scene_remove(struct store_scene *self)
{
    store_close(&self->store);
    check_remove(self->root);
}

int store_scene_setup(void **state)
{
    store_scene_make(*state);
    return 0;
}

int store_scene_teardown(void **state)
{
    store_scene_remove(*state);
    return 0;
}

const char *store_scene_file(struct store_scene *self, int seed)
{
    static char path[2300];
    struct simulation simulation;
    struct simulated made;
    struct failure why = {.text = ""};
    struct zone *zone = NULL;
    assert_int_equal(zone_open("Asia/Tokyo", &zone, &why), YK_OK);
    simulation_init(&simulation, zone);
    simulation.days = 0.01;
    simulation.recorder.rate_hz = 25;
    simulation.seed = (uint64_t)seed;
    simulation.recorder.subject = self->subject;
    if (simulated_make(&made, &simulation, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    snprintf(path, sizeof path, "%s/week%d.cwa", self->root, seed);
    check_write_file(path, made.at, made.n);
    simulated_release(&made);
    zone_close(zone);
    return path;
}

void store_scene_import(struct store_scene *self, int seed, const char *person,
                        struct import_result *out)
{
    struct person there;
    struct parameters parameters;
    struct failure why = {.text = ""};
    if (person_find(&self->store, person, &there, NULL) != YK_OK) {
        assert_int_equal(person_add(&self->store, person, NULL, NULL, &why), YK_OK);
    }
    assert_int_equal(parameters_of_recipe(RECIPE_DEFAULT, &parameters, &why), YK_OK);
    struct import_options options = {
        .person = person, .recipe = RECIPE_DEFAULT, .parameters = &parameters};
    if (import_file(&self->store, store_scene_file(self, seed), &options, out, NULL, &why) !=
        YK_OK) {
        fail_msg("%s", why.text);
    }
}

int64_t store_scene_number(struct store_scene *self, const char *sql)
{
    int64_t out = -1;
    struct failure why = {.text = ""};
    if (db_integer(self->store.db, sql, -2, &out, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    return out;
}
