/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writes HDF5 files: groups, 1-D columns with unit and description, attributes. The bytes are
 * our own (h5_layout.h), because the HDF5 library takes ten times as long as the analysis of a
 * day for a file of three hundred columns; it reads them (h5_file.h), and so does every other
 * program.
 *
 * A file is written front to back in pieces of a megabyte, so that its size does not show in
 * memory; the names come last. No state is shared: each thread may write its own file. The same
 * calls in the same order give the same bytes: no times are stored. Left out: links, types and
 * dimensions that we have no use for; changing what is written. Groups are made before
 * what is in them, and names within a group are the caller's to keep apart.
 */
#ifndef SRC_H5_H5_WRITER_H
#define SRC_H5_H5_WRITER_H

#include "src/h5/h5_file.h"

struct h5_writer;
struct h5_stream;

/* Makes an empty file, replacing one of that name. Write to a ".part" and publish it when
 * h5_finish() succeeded (src/base/disk.h). */
enum yk_status h5_create(const char *path, struct h5_writer **out, struct failure *why);
/* Writes what is left, adds the seal (h5_seal.h), and says whether everything reached the disk;
 * what failed earlier is said here at the latest. Removes the file when it is not whole. self
 * is gone in either case. */
enum yk_status h5_finish(struct h5_writer *self, struct failure *why);
/* Closes and removes the file. Accepts NULL. */
void h5_discard(struct h5_writer *self);

/* The root, "/", is there. */
enum yk_status h5_group(struct h5_writer *self, const char *path, struct failure *why);
/* Writes n values as the column `group`/column->name. */
enum yk_status h5_write(struct h5_writer *self, const char *group,
                        const struct h5_column *column, const void *values, size_t n,
                        struct failure *why);
/* Attributes of a group. */
enum yk_status h5_put_text(struct h5_writer *self, const char *group, const char *name,
                           const char *value, struct failure *why);
enum yk_status h5_put_int64(struct h5_writer *self, const char *group, const char *name,
                            int64_t value, struct failure *why);
enum yk_status h5_put_double(struct h5_writer *self, const char *group, const char *name,
                             double value, struct failure *why);

/* A column that grows: append as often as needed, then close, before the file is finished.
 * chunk is the number of values written at once (16384 is good). */
enum yk_status h5_stream_open(struct h5_writer *file, const char *group,
                              const struct h5_column *column, size_t chunk,
                              struct h5_stream **out, struct failure *why);
enum yk_status h5_stream_append(struct h5_stream *self, const void *values, size_t n,
                                struct failure *why);
void h5_stream_close(struct h5_stream *self); /* accepts NULL */

/* Whether at least half of the values equal the one before, and there are enough: such a column
 * shrinks by more than it costs. */
bool h5_is_worth_compressing(const void *values, size_t n, size_t value_bytes);

#endif
