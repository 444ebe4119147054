/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From samples to epochs: the whole signal part, two passes over a recording in constant
 * memory.
 *
 * Pass 1 reads everything once in file order: what the recording is, what is damaged, and the
 * still windows for autocalibration. Pass 2 works on sixteen stretches of the recording side by
 * side (docs/algorithms/signal.md) and makes every epoch column.
 */
#ifndef ALGORITHMS_SIGNAL_H
#define ALGORITHMS_SIGNAL_H

#include "src/base/job.h"
#include "src/base/zone.h"
#include "src/model/calibration.h"
#include "src/model/epochs.h"
#include "src/model/parameters.h"
#include "src/model/quarters.h"
#include "src/model/recording_source.h"

/* source       a sample source, at its start; is read twice. Its report and info are complete
 *              afterwards. Sources without open_at() are worked through as one stretch.
 * zone         for the ggir grid, which starts at a quarter hour of local time
 * calibration  out
 * epochs       out, initialised by the caller; empty when the recording holds less than one
 * quarters     out, initialised by the caller
 * errors       YK_ERR_MEMORY, YK_ERR_IO, YK_ERR_CANCELLED, YK_ERR_UNSUPPORTED (a rate below 5
 *              or above 6400 Hz, time stamps that span more than a year)
 */
enum yk_status signal_analyze(struct recording_source *source, const struct zone *zone,
                              const struct parameters *parameters,
                              struct calibration *calibration, struct epoch_series *epochs,
                              struct quarter_series *quarters, struct job *job,
                              struct failure *why);

/* The calibration alone, as signal_analyze() finds it; parameters->calibrate says how. source
 * is read to its end once; rewind it to read its samples. errors: as above */
enum yk_status signal_calibrate(struct recording_source *source,
                                const struct parameters *parameters,
                                struct calibration *calibration, struct job *job,
                                struct failure *why);

#endif
