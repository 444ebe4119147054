/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From epochs to nights: nonwear, rest intervals, onset, wake, awakenings.
 */
#ifndef ALGORITHMS_SLEEP_H
#define ALGORITHMS_SLEEP_H

#include "src/base/job.h"
#include "src/base/zone.h"
#include "src/model/analysis.h"
#include "src/model/diary.h"

/* Works on analysis->epochs, ->quarters and ->made_by.parameters; fills the state bits, nights,
 * rests and nonwear bouts.
 *
 * diary   may be NULL; entries for analysis->person_id guide the nights they speak of
 * input   angle-z and, where present, ENMO, temperature, SD and range columns; recordings with
 *         counts only (EPOCH_COUNTS or EPOCH_COUNTS_Y) take a count-based rest rule
 * errors  YK_ERR_MEMORY, YK_ERR_CANCELLED; YK_ERR_ARGUMENT when a rule that the recipe names
 * was not made for what the recording holds; too little data is no error: nights say why
 */
enum yk_status sleep_detect(struct analysis *analysis, const struct zone *zone,
                            const struct diary *diary, struct job *job, struct failure *why);

#endif
