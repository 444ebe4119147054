/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A Unisens signal that is kept as CSV, one row a sample: turned once into the doubles that a
 * binary signal could hold, so that any place in it can be read.
 */
#ifndef FIRMWARE_FORMATS_UNISENS_CSV_H
#define FIRMWARE_FORMATS_UNISENS_CSV_H

#include "firmware-formats/unisens_description.h"
#include "src/base/byte_source.h"
#include "src/base/job.h"

/* entry->n_channels doubles a row, little-endian, NaN where a field is missing or no number;
 * *n_bad counts these fields. text stays the caller's; *out is a temporary file without a name.
 * errors: YK_ERR_MEMORY, YK_ERR_IO, YK_ERR_CANCELLED, YK_ERR_UNSUPPORTED (UTF-16) */
enum yk_status unisens_csv_open(struct byte_source *text, const struct unisens_entry *entry,
                                struct job *job, struct byte_source **out, uint64_t *n_bad,
                                struct failure *why);

#endif
