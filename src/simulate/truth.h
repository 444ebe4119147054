/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What really happened in a simulated recording: the plan, and what was done to the recorder.
 */
#ifndef SRC_SIMULATE_TRUTH_H
#define SRC_SIMULATE_TRUTH_H

#include "src/base/text.h"
#include "src/simulate/plan.h"
#include "src/simulate/recorder.h"

#define SIMULATE_GENERATOR "yoake simulate"
#define SIMULATE_VERSION 1 /* of the model: another number, other bytes for the same seed */

struct spoilt_sector {
    uint64_t index; /* counted from the first sector after the header */
    int64_t t_ns;
};

struct truth {
    struct plan plan;
    int64_t start_ns, end_ns;  /* first sample; end of the plan of the recording */
    struct stretch *restarts;  /* logging stopped, and began again with sequence 0 */
    struct stretch *gaps;      /* sectors lost */
    struct spoilt_sector *bad; /* sectors whose checksum is wrong */
    size_t n_restarts, n_gaps, n_bad;
    struct recorder_options recorder; /* subject is not owned */
    struct recorder_errors errors;
    double clock_ppm;
    uint64_t seed, n_sectors, n_samples;
};

void truth_init(struct truth *self);
void truth_release(struct truth *self);

/* All of in bed .. out of bed is in the recording. */
bool truth_is_complete(const struct truth *self, const struct sleep *sleep);
/* Complete, worn throughout, no restart in it, no more than 5 minutes lost, asleep within half
 * an hour of lights out. */
bool truth_is_clean(const struct truth *self, const struct sleep *sleep);

/* The contents of FILE.truth.json; times in the zone, with offset. */
void truth_to_json(const struct truth *self, const struct zone *zone, struct text *out);

#endif
