/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fills the lanes with GGIR's chunks, or parts of them.
 */
#ifndef ALGORITHMS_GGIR_LANES_H
#define ALGORITHMS_GGIR_LANES_H

#include "algorithms/ggir_grid.h"
#include "algorithms/grid_stream.h"
#include "algorithms/lanes.h"

/* What a chunk works on: n_points from point `first` of chunk `chunk` on, and on into the next
 * chunk's grid when `chunk` ends. */
struct ggir_share {
    int64_t chunk, first, n_points, first_epoch;
};

struct ggir_plan {
    int32_t rate, epoch_s;
    int64_t chunk_blocks;
    double utc_minus_wall_s;
    struct ggir_chunk *chunk; /* owned */
    size_t n_chunks, capacity;
    struct ggir_share *share; /* owned */
    size_t n_shares, share_capacity;
    int64_t n_epochs;
};

struct ggir_lanes {
    const struct lane_setup *setup;
    const struct calibration *calibration;
    struct recording_source *cursor[LANES];
    struct ggir_stream stream[LANES];
    int64_t left[LANES]; /* points */
    double *side[3], *acc[3];
    struct grid_tally tally[LANES];
    int64_t step;
};

/* share   n_shares (up to LANES), one for each lane */
enum yk_status ggir_lanes_open(struct ggir_lanes *self, struct recording_source *source,
                               const struct lane_setup *setup, const struct ggir_plan *plan,
                               const struct ggir_share *share, size_t n_shares,
                               const struct calibration *calibration, struct failure *why);
void ggir_lanes_close(struct ggir_lanes *self);
enum yk_status ggir_lanes_next(void *user, struct lane_block *out, struct failure *why);

#endif
