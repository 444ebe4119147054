/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Analyses filled by hand, for tests of what is shown.
 */
#ifndef TESTS_SUPPORT_FIXTURE_H
#define TESTS_SUPPORT_FIXTURE_H

#include "src/base/zone.h"
#include "src/model/analysis.h"

/* One week from 2026-05-11, noon, seven nights, the sixth of which is not counted because the
 * device was off from 1:30 to 6:00: the printed sheet's example (docs/report.md). Minute epochs
 * with ENMO. Mean time asleep 400 min, mean waking 7:38, mean efficiency 82.0 %. */
void fixture_week(struct analysis *out, struct zone **zone);

/* n_nights nights like each other (asleep 23:30 to 7:00 by the wall clock) from this noon in
 * this zone; n_nights 0: only an afternoon. */
void fixture_plain(struct analysis *out, struct zone **zone, const char *zone_name,
                   struct civil_date first, size_t n_nights);

#endif
