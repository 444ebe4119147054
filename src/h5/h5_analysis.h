/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * recordings/<id>.h5: everything one run of one recipe found in one recording, and back.
 */
#ifndef SRC_H5_H5_ANALYSIS_H
#define SRC_H5_H5_ANALYSIS_H

#include "src/model/analysis.h"

/* 1: version 0.1.0, every table a group of columns. 2: some are datasets of records. */
#define H5_SCHEMA_VERSION 2

/* Writes path whole or not at all: `<path>.part` first, synced, then renamed, and the folder
 * synced. A file that was there is replaced. The same analysis gives the same bytes:
 * made_by.made_ns and capacities are left out. errors: YK_ERR_IO and others of the system. */
enum yk_status h5_analysis_write(const char *path, const struct analysis *analysis,
                                 struct failure *why);

/* Reads it back. out is initialised by the caller; on failure it may hold a part and must still
 * be released. made_by.made_ns becomes 0.
 * errors: YK_ERR_NO_DEVICE (no such file), YK_ERR_CORRUPT, YK_ERR_UNSUPPORTED (written by a
 * newer version) */
enum yk_status h5_analysis_read(const char *path, struct analysis *out, struct failure *why);

/* The same without /epochs and /quarters: nights, rests, days and all that is one row. */
enum yk_status h5_analysis_read_tables(const char *path, struct analysis *out,
                                       struct failure *why);

struct h5_file;
/* Epochs, and what the recording is, of an open file of that kind. Both are initialised by the
 * caller. errors: YK_ERR_NO_DEVICE (the file holds none), YK_ERR_CORRUPT */
enum yk_status h5_epochs_read(struct h5_file *file, struct epoch_series *epochs,
                              struct failure *why);
enum yk_status h5_recording_read(struct h5_file *file, struct recording_info *info,
                                 struct failure *why);

/* Only what decides whether a file can be used again; a few reads instead of all columns. */
struct h5_identity {
    char recording_id[128];
    char input_sha256[65];
    char program_version[32];
    char recipe[32];
    struct parameters parameters;
};
enum yk_status h5_analysis_identify(const char *path, struct h5_identity *out,
                                    struct failure *why);

#endif
