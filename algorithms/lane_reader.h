/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fills the lanes with a recording: one stream a lane, each with its own reader, and blocks of
 * all of them side by side.
 */
#ifndef ALGORITHMS_LANE_READER_H
#define ALGORITHMS_LANE_READER_H

#include "algorithms/grid_stream.h"
#include "algorithms/lanes.h"

struct lane_reader {
    const struct lane_setup *setup;
    struct grid_stream stream[LANES];
    bool is_open[LANES];
    double *side[3]; /* a block, [axis][lane][point] */
    uint8_t *seen_points;
    double *acc[3], *seen;
    struct grid_tally tally[LANES]; /* of the last block */
    int64_t step;
};

/* source       read to its end once; rewound here when it cannot open further readers, in which
 *              case only lane 0 may hold epochs (lanes_cut() in sequence)
 * first_point  grid point where epoch 0 begins
 */
enum yk_status lane_reader_open(struct lane_reader *self, struct recording_source *source,
                                const struct lane_setup *setup, int64_t first_point,
                                const struct calibration *calibration, struct failure *why);
void lane_reader_close(struct lane_reader *self); /* accepts one that is all zero */

/* The next block; *out is valid until the next call. Lanes whose data have ended hold on. */
enum yk_status lane_reader_next(struct lane_reader *self, struct lane_block *out,
                                struct failure *why);

#endif
