/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A recording of an invented person, with the truth. The same simulation gives the same bytes
 * whatever the compiler or the machine.
 */
#ifndef SRC_SIMULATE_SIMULATE_H
#define SRC_SIMULATE_SIMULATE_H

#include "src/base/job.h"
#include "src/base/zone.h"
#include "src/simulate/truth.h"

struct simulation {
    struct recorder_options recorder;
    const struct person_kind *kind;
    const struct zone *zone; /* the person lives by it; borrowed */
    int64_t start_ns;        /* first sample */
    double days;             /* up to 366, fractions allowed */
    uint64_t seed;
    int nonwear, nonwear_in_bed, restarts, gaps, bad_sectors;
    double clock_ppm;      /* the recorder's clock gains this much */
    bool has_two_sessions; /* configured anew, without erasing, at the last restart */
    bool is_header_only;
};

/* A regular sleeper with an AX3 at 100 Hz, 8 g, for a week from 2026-05-11 10:00 in the zone,
 * seed 1. */
void simulation_init(struct simulation *self, const struct zone *zone);
/* Device id and session of this seed, when the caller named none (0). */
void simulation_name(struct simulation *self);

/* out: initialised by the caller; released by the caller also after a failure.
 * errors  YK_ERR_ARGUMENT, YK_ERR_MEMORY, YK_ERR_CANCELLED, the sink's */
enum yk_status simulate(const struct simulation *self, struct recorder_sink sink,
                        struct truth *out, struct job *job, struct failure *why);

/* Writes path and path with .cwa replaced by .truth.json, under temporary names until whole.
 * errors  as simulate(); YK_ERR_CONFLICT when a file is there and overwrite is not set;
 * YK_ERR_IO */
enum yk_status simulate_file(const struct simulation *self, const char *path, bool overwrite,
                             struct truth *out, struct job *job, struct failure *why);
/* "week1.cwa" -> "week1.truth.json" */
void simulate_truth_path(const char *path, struct text *out);

#endif
