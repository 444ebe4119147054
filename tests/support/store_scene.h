/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A store in a scratch folder, and small recordings to put into it.
 */
#ifndef TESTS_SUPPORT_STORE_SCENE_H
#define TESTS_SUPPORT_STORE_SCENE_H

#include "src/model/analysis.h"
#include "src/pipeline/import.h"
#include "src/store/store.h"

struct store_scene {
    char root[2048];   /* the scratch folder; its name is Japanese in part */
    char folder[2200]; /* of the store */
    struct store store;
    const char *subject; /* code for the files' headers, or NULL */
};

/* An empty store, zone Asia/Tokyo, open for writing. Fails the test when that fails. */
void store_scene_make(struct store_scene *self);
void store_scene_remove(struct store_scene *self);
/* The same as cmocka's setup and teardown, *state being the scene: STORE_TEST(name, scene) in a
 * list of tests; STORE_TEST_SETUP where more is set up (by a function that begins with
 * store_scene_setup()). */
int store_scene_setup(void **state);
int store_scene_teardown(void **state);
#define STORE_TEST_SETUP(name, setup, scene)                                                   \
    cmocka_unit_test_prestate_setup_teardown(name, setup, store_scene_teardown, &(scene))
#define STORE_TEST(name, scene) STORE_TEST_SETUP(name, store_scene_setup, scene)
/* A file of 14 simulated minutes at 25 Hz below root, different for each seed; path is valid
 * until the next call. */
const char *store_scene_file(struct store_scene *self, int seed);
/* Imports that file for a participant, who is added when not there. */
void store_scene_import(struct store_scene *self, int seed, const char *person,
                        struct import_result *out);
/* An integer from the store's database. */
int64_t store_scene_number(struct store_scene *self, const char *sql);

#endif
