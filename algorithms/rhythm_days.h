/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From epochs and nights to days, rhythm and means.
 */
#ifndef ALGORITHMS_RHYTHM_DAYS_H
#define ALGORITHMS_RHYTHM_DAYS_H

#include "src/base/job.h"
#include "src/base/zone.h"
#include "src/model/analysis.h"

/* Fills analysis->days (one per calendar day touched), n_days_valid and the days' L5/M10.
 * Needs the state bits of sleep_detect(). errors: YK_ERR_MEMORY */
enum yk_status days_summarize(struct analysis *analysis, const struct zone *zone,
                              struct job *job, struct failure *why);

/* Fills analysis->rhythm, ->night_means, n_nights_valid and the nights' sri_pair.
 * errors: YK_ERR_MEMORY */
enum yk_status rhythm_summarize(struct analysis *analysis, const struct zone *zone,
                                struct job *job, struct failure *why);

/* ->night_means and n_nights_valid alone, from the nights as they stand. */
void night_means_summarize(struct analysis *analysis, const struct zone *zone);

#endif
