/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What reading the program's own HDF5 files as samples and as epochs share; nobody else than
 * yoake_h5.c includes it.
 */
#ifndef FIRMWARE_FORMATS_YOAKE_H5_EPOCHS_H
#define FIRMWARE_FORMATS_YOAKE_H5_EPOCHS_H

#include "firmware-formats/format.h"
#include "src/h5/h5_file.h"

/* Takes file, and bytes on success, as format.open(). */
enum yk_status yoake_h5_epochs_open(struct byte_source *bytes, struct h5_file *file,
                                    const struct open_options *opt,
                                    struct recording_source **out, struct failure *why);

/* The zone of the file, unless another one was named; one that is none is not believed. */
void yoake_h5_zone(struct recording_info *info, const char *stored,
                   const struct open_options *opt);
/* A column or attribute that a file of this program always has is missing: damage. */
enum yk_status yoake_h5_damage(enum yk_status status, struct failure *why);

#endif
