/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GGIR's average day: what stands in for invalid epochs in recipe ggir-3.3, and nowhere else
 * (docs/algorithms/nonwear.md).
 */
#ifndef ALGORITHMS_IMPUTE_H
#define ALGORITHMS_IMPUTE_H

#include "src/model/epochs.h"

/* Replaces every metric of invalid epochs (STATE_INVALID) by the mean of the valid values at
 * the same place of the 24-h frames that begin at epoch 0, or by 0 (EN: 1 g) where there is
 * none, and marks them STATE_IMPUTED. Recordings of a day or less stay as they are. Columns
 * keep their units; the mean and its rounding to 4 decimals are done in g, as GGIR does. */
void impute_average_day(struct epoch_series *epochs);

#endif
