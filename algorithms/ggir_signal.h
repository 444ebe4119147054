/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The signal part as GGIR 3.3 does it, for recordings with stored blocks: its calibration and
 * its epochs, chunk by chunk. docs/algorithms/signal.md, "As GGIR does it".
 */
#ifndef ALGORITHMS_GGIR_SIGNAL_H
#define ALGORITHMS_GGIR_SIGNAL_H

#include "algorithms/lanes.h"
#include "src/base/job.h"
#include "src/base/zone.h"
#include "src/model/calibration.h"
#include "src/model/parameters.h"
#include "src/model/recording_source.h"

/* source  read to its end once, with open_at() and next_device_block() */
enum yk_status ggir_calibrate(struct recording_source *source,
                              const struct parameters *parameters,
                              struct calibration *calibration, struct job *job,
                              struct failure *why);

/* setup   rate, epoch and limits set; changed here */
enum yk_status ggir_epochs(struct recording_source *source, const struct zone *zone,
                           struct lane_setup *setup, const struct calibration *calibration,
                           struct epoch_series *epochs, struct quarter_series *quarters,
                           struct job *job, struct failure *why);

/* Points to leave out so that epochs begin at the next quarter of an hour by the wall clock. */
int64_t ggir_points_to_drop(double wall_s, int32_t rate);

#endif
