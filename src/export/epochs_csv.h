/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every epoch of a recording as a table: time, the columns that were made, states.
 */
#ifndef SRC_EXPORT_EPOCHS_CSV_H
#define SRC_EXPORT_EPOCHS_CSV_H

#include "src/base/text.h"
#include "src/base/zone.h"
#include "src/model/epochs.h"

/* Header and one row an epoch: time_ts, columns (4 decimals), then the flags
 * unknown nonwear in_rest in_spt asleep, 0 or 1. */
void epochs_csv_add(const struct epoch_series *epochs, const struct zone *zone,
                    struct text *out);

/* Rows of codebook.csv for all columns such a table can have, as table "epochs". */
void epochs_csv_add_codebook(struct text *out);

#endif
