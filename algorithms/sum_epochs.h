/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Shorter epochs summed to longer ones, as ActiLife collapses them: by the clock's minutes,
 * with what there is of the first and the last.
 */
#ifndef ALGORITHMS_SUM_EPOCHS_H
#define ALGORITHMS_SUM_EPOCHS_H

#include "src/model/epochs.h"

/* Counts, crossings and button presses are summed, everything else is averaged; a missing epoch
 * makes the sum it belongs to missing. A state bit is kept when at least half of the epochs
 * have it. Epochs as long as epoch_s or longer stay as they are.
 *
 * errors  YK_ERR_MEMORY; YK_ERR_ARGUMENT when epoch_s is no multiple of the epochs' length */
enum yk_status sum_epochs(struct epoch_series *self, int32_t epoch_s, struct failure *why);

#endif
