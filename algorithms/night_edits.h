/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Nights with the corrections that people made: the corrected edge, and what follows from it.
 */
#ifndef ALGORITHMS_NIGHT_EDITS_H
#define ALGORITHMS_NIGHT_EDITS_H

#include "src/base/zone.h"
#include "src/model/analysis.h"
#include "src/model/target.h"

/* Applies the edits that are not withdrawn and belong to a night of this recording, in the
 * order they were made: the last one of a field counts. Durations, shares, bed times and the
 * means over nights are computed again; without epochs (tables alone were read) sleep and wake
 * within a changed period become unknown. The night says that it was edited, and why.
 * Automatic values stay in the edits. */
void night_edits_apply(const struct manual_edit *edits, size_t n, const struct zone *zone,
                       struct analysis *analysis);

#endif
