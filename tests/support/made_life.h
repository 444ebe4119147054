/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Epochs of a very plain life, for tests: awake the arm moves all the time, asleep it turns
 * three times an hour, on a table it does nothing.
 */
#ifndef TESTS_SUPPORT_MADE_LIFE_H
#define TESTS_SUPPORT_MADE_LIFE_H

#include "src/base/zone.h"
#include "src/model/analysis.h"

enum made_state { MADE_AWAKE, MADE_ASLEEP, MADE_MOTIONLESS, MADE_TABLE, MADE_MISSING };

/* 5-s epochs of angle z, ENMO, SD and temperature from start to end ("2024-03-30T12:00" in the
 * zone), all awake. The recipe's parameters are in force. */
void made_life_open(struct analysis *out, struct zone **zone, const char *zone_name,
                    const char *recipe, const char *start, const char *end);
/* Changes what happens between two times. */
void made_life_set(struct analysis *self, const struct zone *zone, const char *start,
                   const char *end, enum made_state state);
/* The same life as 60-s means of angle and ENMO, and nothing else. */
void made_life_as_minutes(struct analysis *self);
/* The same life as 60-s counts of a one-channel recorder, and nothing else. */
void made_life_as_counts(struct analysis *self);

#endif
