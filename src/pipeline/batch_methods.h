/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * methods.txt of a cohort.
 */
#ifndef SRC_PIPELINE_BATCH_METHODS_H
#define SRC_PIPELINE_BATCH_METHODS_H

#include "algorithms/methods.h"
#include "src/base/byte_source.h"
#include "src/export/methods_text.h"
#include "src/export/tables.h"
#include "src/pipeline/batch.h"

/* Appends the whole text. tables: what batch printed, by enum export_table, headers included;
 * recording, person, night and day are read.
 * errors: YK_ERR_MEMORY */
enum yk_status batch_methods_add(const struct recipe *recipe, const struct batch_totals *totals,
                                 struct byte_source *const *tables, struct text *out,
                                 struct failure *why);

#endif
