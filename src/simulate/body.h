/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A wrist: what a spell of the plan looks like to an ideal accelerometer and gyroscope strapped
 * to it. The forearm holds postures, moves between them along smooth paths, sways, trembles,
 * swings in walking; asleep it turns and twitches at random times. The model and the papers its
 * figures come from: docs/simulate.md.
 */
#ifndef SRC_SIMULATE_BODY_H
#define SRC_SIMULATE_BODY_H

#include <stdbool.h>

#include "src/simulate/plan.h"
#include "src/simulate/random.h"

enum movement {
    MOVE_TURN,   /* the body turns, the arm finds a new place: several movements in a row */
    MOVE_ARM,    /* the forearm goes elsewhere */
    MOVE_SMALL,  /* a few degrees */
    MOVE_TWITCH, /* a jerk that comes back */
    MOVE_COUNT
};

struct reach { /* one movement along a minimum-jerk path (Flash and Hogan 1985) */
    bool is_moving;
    double start_s, length_s;
    double from[2], by[2]; /* pitch and roll, rad */
    double push_g[3];      /* peak-free scale of the linear acceleration, device axes */
    double twist_rad;      /* turn about the vertical: only a gyroscope sees it */
};

struct body {
    struct random random; /* movements */
    struct random fine;   /* sway, stride, tremor, shaking: drawn per tick or per sample */
    const struct person_kind *kind;
    enum activity activity;
    double begun_s, ends_s, onset_s; /* of this spell; start of the present sleep */
    double next_s[MOVE_COUNT];
    double next_any_s; /* earliest thing to do */
    double home[2];    /* posture of this activity */
    double pose[2];    /* where the forearm is without sway and swing */
    struct reach reach;
    int parts_left; /* movements still to come in a turn */
    double next_part_s;
    double turn_to[2];
    double tick_s, sway[2][2]; /* sway at this tick and the next */
    double pace, stride_gain, step_phase, swing_rad, forward[3];
    double tremor_phase, tremor_g;
    double breath_rad;
    double shake[3];
    double gravity[3]; /* what a resting accelerometer would show */
    double edge[2][3]; /* gravity at both ends of the tick, while no movement is going on */
    bool has_edges;
};

struct wrist {
    double acc_g[3];    /* device axes; +1 g up at rest */
    double gyro_dps[3]; /* angular velocity */
};

/* Times are seconds since an origin of the caller's choice. */
void body_init(struct body *self, const struct person_kind *kind, uint64_t seed);
/* A spell begins. previous is the activity before it (the same one at the very start). */
void body_begin(struct body *self, enum activity activity, enum activity previous,
                double start_s, double end_s);
/* The wrist at t_s, dt_s after the last call. Times must not go back; after a pause (the
 * recorder was off) dt_s is still the sampling interval. */
void body_step(struct body *self, double t_s, double dt_s, struct wrist *out);

#endif
