/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A recording's samples on a regular grid of UTC: point j lies at j / rate seconds after 1970.
 * Linear interpolation on the times of the device's blocks, calibration folded in. A stream may
 * begin anywhere; the value of a point does not depend on where.
 *
 * Gaps: their points hold the last value scaled to 1 g, so that filters have something to run
 * on, but count as not observed. docs/algorithms/signal.md.
 */
#ifndef ALGORITHMS_GRID_STREAM_H
#define ALGORITHMS_GRID_STREAM_H

#include "src/model/calibration.h"
#include "src/model/recording_source.h"

/* What the points of a stretch were taken from; sums over points. */
struct grid_tally {
    double observed, clipped;
    double light, temperature, battery;       /* sums of readings */
    double n_light, n_temperature, n_battery; /* points that had one */
};

struct grid_stream {
    struct recording_source *source;
    bool owns_source;
    bool ended;
    int32_t rate;
    int64_t next; /* grid point to give next */
    const struct calibration *calibration;
    double clip_g; /* recorded values from here on are at the end of the range */
    /* Set after opening: where an ActiGraph slept or was docked, points are taken as observed,
     * with the values its maker's software writes there. */
    bool fills_gaps;
    double
        steps; /* recorded values are whole numbers of 1/steps g; 0: floats hold them exactly */
    struct sample_block block;
    /* the current block's place on the grid: point first + k lies at sample base + k * step */
    int64_t first, n_points;
    double base, step;
    bool touches_previous; /* no gap before the block */
    double factor[3], term[3];
    double temperature_c; /* last one known; NaN before */
    bool has_previous;
    int64_t previous_t0_ns;
    double previous_s;    /* time of the last sample of the block before, from previous_t0_ns */
    double previous_g[3]; /* its recorded value */
    double hold[3];       /* last calibrated value given, for gaps */
    bool has_hold;
};

/* The grid point at or after a time. */
int64_t grid_point_at(int64_t ns, int32_t rate);

/* source  positioned so that its next block is the one that holds point `from`, or an earlier
 * one (an earlier one is needed to hold a value over a gap); owned when owns_source
 */
enum yk_status grid_stream_open(struct grid_stream *self, struct recording_source *source,
                                bool owns_source, int32_t rate, int64_t from,
                                const struct calibration *calibration, struct failure *why);
/* Reads the first block (once, before any take). *is_early tells whether it begins at or before
 * the first point; otherwise that point lies in a gap and what to hold is not known. */
enum yk_status grid_stream_begin(struct grid_stream *self, bool *is_early, struct failure *why);
void grid_stream_close(struct grid_stream *self);

/* The next n points: values to out[axis][0..n-1], observed ones to seen (1, else 0). */
enum yk_status grid_stream_take(struct grid_stream *self, size_t n, double *const out[3],
                                uint8_t *seen, struct grid_tally *tally, struct failure *why);

/* Adds a block's light, temperature and battery, as far as it has them, for so many points. */
void grid_tally_readings(struct grid_tally *self, const struct sample_block *block,
                         double points);

#endif
