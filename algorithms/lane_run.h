/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Drives every stage over the blocks of the lanes.
 */
#ifndef ALGORITHMS_LANE_RUN_H
#define ALGORITHMS_LANE_RUN_H

#include "algorithms/lanes.h"
#include "algorithms/readings.h"
#include "src/base/job.h"

/* Where blocks come from: lane_reader_next() or GGIR's chunks. tally is that of the last block.
 */
struct lane_supply {
    enum yk_status (*next)(void *user, struct lane_block *out, struct failure *why);
    void *user;
    const struct grid_tally *tally; /* [LANES] */
};

/* Runs n_blocks blocks and, for the stages that look ahead, the seconds they need beyond.
 * errors: YK_ERR_MEMORY, YK_ERR_IO, YK_ERR_CANCELLED */
enum yk_status lane_run(const struct lane_setup *setup, const struct recording_source *source,
                        const struct lane_supply *supply, int64_t n_blocks,
                        struct lane_sink *sink, struct job *job, struct failure *why);

#endif
