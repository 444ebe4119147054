/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Kinds of invented people: when they sleep, how they move in their sleep, what their days
 * hold.
 */
#ifndef SRC_SIMULATE_PERSON_H
#define SRC_SIMULATE_PERSON_H

#include <stdbool.h>
#include <stddef.h>

/* Clock hours count from the midnight before the evening (25.5 is half past one). Gaps are
 * medians of log-normal waiting times. Sources of the figures: docs/simulate.md. */
struct person_kind {
    const char *id, *en, *ja;
    double bed_h, bed_sd_h;             /* lights out on a weekday evening */
    double wake_h, wake_sd_h;           /* final awakening, hours from the same midnight */
    double weekend_h;                   /* how much later on Friday and Saturday evenings */
    double least_sleep_h, most_sleep_h; /* onset to final awakening */
    double latency_min, latency_sigma;  /* lights out to onset */
    double reading_chance;              /* book or telephone in bed before lights out */
    double wake_bouts_per_h, wake_bout_min;
    double lie_in_min;                                  /* awake in bed in the morning */
    double turn_gap_min, small_gap_min, twitch_gap_min; /* in sleep: see enum movement */
    double nap_chance, nap_h, nap_min;                  /* per day; clock hour; length */
    int work_days;                                      /* of Monday to Friday */
    double rest_share;      /* of free daytime, spent lying still awake */
    double vigorous_chance; /* of a bout of sport on a day */
    double calm;            /* factor on waiting times while awake */
    bool has_shifts;        /* bed and wake come from the rota instead */
};

size_t person_kind_count(void);
const struct person_kind *person_kind_at(size_t i);
const struct person_kind *person_kind_find(const char *id); /* NULL when unknown */

#endif
