/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tables of samples that ActiLife exports (raw CSV, IMU CSV).
 */
#ifndef FIRMWARE_FORMATS_ACTIGRAPH_SAMPLES_H
#define FIRMWARE_FORMATS_ACTIGRAPH_SAMPLES_H

#include "firmware-formats/actigraph_csv_header.h"

/* Reads the header's lines; *table_at is where the line after them begins. */
enum yk_status actigraph_samples_header(struct byte_source *bytes,
                                        struct actigraph_csv_header *header, uint64_t *table_at,
                                        struct failure *why);

/* As format.open(). */
enum yk_status actigraph_samples_open(struct byte_source *bytes, const struct open_options *opt,
                                      const struct actigraph_csv_header *header,
                                      uint64_t table_at, struct recording_source **out,
                                      struct failure *why);

#endif
