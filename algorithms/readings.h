/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Epoch columns that come with the blocks, not from the samples' values: light, temperature,
 * battery, the share of samples observed and of samples at the end of the range.
 */
#ifndef ALGORITHMS_READINGS_H
#define ALGORITHMS_READINGS_H

#include "algorithms/grid_stream.h"
#include "algorithms/lanes.h"

struct readings {
    struct grid_tally epoch[LANES]; /* of the epoch so far */
};

/* Makes the columns. Light, temperature and battery are left out when the recording has none.
 */
enum yk_status readings_open(struct readings *self, const struct recording_source *source,
                             struct lane_sink *sink, struct failure *why);
void readings_add(struct readings *self, const struct grid_tally tally[LANES]);
void readings_epoch_end(struct readings *self, int64_t step, struct lane_sink *sink);

#endif
