/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading whole epoch tables of the reference data.
 */
#ifndef TESTS_SUPPORT_EPOCH_TABLE_H
#define TESTS_SUPPORT_EPOCH_TABLE_H

#include "firmware-formats/format.h"

/* The whole table (.gz or not) through the epoch_csv format, in the named zone. ini is what
 * would lie beside the file, or NULL. Fails the test when it cannot be read. */
void epoch_table_read(const char *path, const char *zone, const char *ini,
                      struct epoch_series *out);

/* One number of a table with a header and one row, quoted fields and all. Fails the test when
 * there is no such column; NaN when the cell holds no number. */
double summary_number(const char *path, const char *column);

#endif
