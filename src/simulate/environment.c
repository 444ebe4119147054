/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * First-order warming and cooling towards skin, bed or room; light by time of day and doing.
 * Time constants and temperatures: docs/simulate.md.
 */
#include "src/simulate/environment.h"

#include <math.h>

#include "src/simulate/exact_math.h"

#define FULL_V 4.17
#define EMPTY_V 3.55

void environment_init(struct environment *self, uint64_t seed, double drain_days)
{
    *self = (struct environment){.temperature_c = 27.0, .glow = 200.0};
    random_seed(&self->random, seed, STREAM_ENVIRONMENT);
    self->battery_v = FULL_V - random_between(&self->random, 0, 0.03);
    self->drain_v_per_s = (FULL_V - EMPTY_V) / (drain_days * 86400);
}

/* An Ornstein-Uhlenbeck step. */
static double wander(struct random *random, double x, double sd, double tau_s, double dt_s)
{
    double keep = tau_s / (tau_s + dt_s);
    return keep * x + sd * sqrt(1 - keep * keep) * random_noise(random);
}

static double target_temperature(const struct environment *self, double hour,
                                 enum activity activity, double *tau_s)
{
    double room = 21.5 + 1.8 * exact_sin((hour - 9) * (EXACT_PI / 12)) + self->room_drift_c;
    if (activity == ACTIVITY_OFF) {
        *tau_s = 14 * 60;
        return room;
    }
    if (activity_is_in_bed(activity)) {
        *tau_s = 22 * 60;
        return 33.4 + 0.5 * self->skin_drift_c;
    }
    *tau_s = 10 * 60;
    double cool = activity == ACTIVITY_WALK || activity == ACTIVITY_TRAVEL ? 1.2 : 0.0;
    return 30.2 + 0.15 * (room - 21.5) + self->skin_drift_c - cool;
}

static double target_light(double hour, enum activity activity)
{
    double sun = exact_sin((hour - 6) * (EXACT_PI / 12)); /* up from 6 to 18 */
    sun = sun > 0 ? sqrt(sun) : 0;
    switch (activity) {
    case ACTIVITY_SLEEP:
    case ACTIVITY_BED_TRYING:
    case ACTIVITY_BED_AWAKE:
        return 12 + 90 * sun;
    case ACTIVITY_BED_READING:
        return 160 + 60 * sun;
    case ACTIVITY_STILL_REST:
    case ACTIVITY_SOFA:
        return 190 + 130 * sun;
    case ACTIVITY_OFF:
        return hour > 7 && hour < 23.5 ? 200 + 180 * sun : 5;
    case ACTIVITY_WALK:
    case ACTIVITY_TRAVEL:
    case ACTIVITY_VIGOROUS:
        return 230 + 330 * sun;
    case ACTIVITY_DESK:
    case ACTIVITY_LIGHT:
    case ACTIVITY_HOUSEHOLD:
    case ACTIVITY_HANDLING:
    case ACTIVITY_COUNT:
        break;
    }
    return 250 + 130 * sun;
}

void environment_step(struct environment *self, double dt_s, double hour,
                      enum activity activity)
{
    struct random *random = &self->random;
    self->skin_drift_c = wander(random, self->skin_drift_c, 0.9, 45 * 60, dt_s);
    self->room_drift_c = wander(random, self->room_drift_c, 1.0, 6 * 3600, dt_s);
    self->light_drift = wander(random, self->light_drift, 35, 120, dt_s);
    double tau_s;
    double target_c = target_temperature(self, hour, activity, &tau_s);
    self->temperature_c += (target_c - self->temperature_c) * dt_s / (tau_s + dt_s);
    double lit = target_light(hour, activity);
    self->glow += (lit - self->glow) * dt_s / (4 + dt_s);
    double seen = self->glow + self->light_drift * (lit > 100 ? 1.0 : 0.15);
    self->light = seen < 0 ? 0 : seen > 1000 ? 1000 : seen;
    self->battery_v -= self->drain_v_per_s * dt_s;
    if (self->battery_v < EMPTY_V) {
        self->battery_v = EMPTY_V;
    }
}

void environment_charge(struct environment *self, double seconds)
{
    self->battery_v += 0.6 * seconds / 7200;
    if (self->battery_v > FULL_V) {
        self->battery_v = FULL_V;
    }
    self->temperature_c = 25.0;
}
