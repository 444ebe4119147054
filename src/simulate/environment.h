/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a recorder feels besides movement: warmth, light, its battery.
 */
#ifndef SRC_SIMULATE_ENVIRONMENT_H
#define SRC_SIMULATE_ENVIRONMENT_H

#include "src/simulate/plan.h"
#include "src/simulate/random.h"

struct environment {
    struct random random;
    double temperature_c; /* of the recorder */
    double skin_drift_c, room_drift_c, light_drift;
    double battery_v, drain_v_per_s;
    double glow;  /* what shines on it, without shadows of the sleeve */
    double light; /* 0..1023, logarithmic sensor */
};

/* drain_days: how long a full battery lasts at this rate. */
void environment_init(struct environment *self, uint64_t seed, double drain_days);
/* dt_s later, at this local hour (0..24), while the wearer does this. */
void environment_step(struct environment *self, double dt_s, double hour,
                      enum activity activity);
/* Some minutes on a charger. */
void environment_charge(struct environment *self, double seconds);

#endif
