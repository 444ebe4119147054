/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which members of the model's structs a recording's HDF5 file holds. A new member of a struct
 * needs one line in h5_tables.c.
 */
#ifndef SRC_H5_H5_TABLES_H
#define SRC_H5_H5_TABLES_H

#include "src/h5/h5_rows.h"

extern const struct h5_table h5_table_recording;   /* one row: struct recording_info */
extern const struct h5_table h5_table_report;      /* one row: struct read_report */
extern const struct h5_table h5_table_event;       /* struct read_event */
extern const struct h5_table h5_table_calibration; /* one row: struct calibration */
extern const struct h5_table h5_table_night;       /* struct night */
extern const struct h5_table h5_table_rest;        /* struct rest */
extern const struct h5_table h5_table_day;         /* struct day_summary */
extern const struct h5_table h5_table_nonwear;     /* struct nonwear_bout */
extern const struct h5_table h5_table_person;      /* one row: struct analysis */
extern const struct h5_table h5_table_means;       /* struct night_means, enum night_set rows */
extern const struct h5_table h5_table_parameters;  /* one row: struct parameters */

#endif
