/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A dock station on a store of its own, for tests: recorders on a scripted bus, and what is
 * said about each bay.
 */
#ifndef TESTS_SUPPORT_STATION_SCENE_H
#define TESTS_SUPPORT_STATION_SCENE_H

#include "src/dock/station.h"
#include "src/store/loans.h"
#include "tests/support/cwa_build.h"
#include "tests/support/recorder_bus.h"
#include "tests/support/store_scene.h"

enum { STATION_SCENE_MAX = 16, STATION_SCENE_SECTORS = 400 };

/* A store, a bus, recordings, and what was said about each bay. */
struct station_scene {
    struct store_scene store;
    struct recorder_bus bus;
    struct cwa_build builds[STATION_SCENE_MAX];
    size_t n;
    struct parameters parameters;
    struct station_options options;
    struct station_totals totals;
    struct bay_view last[STATION_SCENE_MAX];
    char said[STATION_SCENE_MAX][2000]; /* "connected:identifying reading:reading ..." */
    atomic_bool cancel;
    struct failure why;
    void (*react)(struct station_scene *self, const struct dock_event *event);
    int n_reactions;
};

/* With participants P01 and P02, and no recorder. */
void station_scene_make(struct station_scene *self);
void station_scene_release(struct station_scene *self);
/* Plugs in a recorder with this device id and session, and a recording of
 * STATION_SCENE_SECTORS. */
struct recorder_place *station_scene_add(struct station_scene *self, uint32_t id,
                                         uint32_t session);
/* Runs the station until it ends; fails the test when it fails. */
void station_scene_run(struct station_scene *self);
/* A loan over the days of the recordings. */
struct loan station_scene_lend(struct station_scene *self, const char *serial,
                               const char *person, double session);
/* The archive holds the i-th recorder's recording, byte for byte. */
void station_scene_check_original(struct station_scene *self, size_t i);

#endif
