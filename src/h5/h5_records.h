/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A table as one dataset of records (HDF5's compound type). h5py, R and HDFView show it as a
 * table with named columns; a hundred columns cost one object instead of a hundred.
 */
#ifndef SRC_H5_H5_RECORDS_H
#define SRC_H5_H5_RECORDS_H

#include "src/h5/h5_file.h"

/* One column: where it lies in a record in memory, without gaps between members. */
struct h5_member {
    const char *name;
    enum h5_kind kind;
    size_t bytes;  /* h5_kind_bytes() */
    size_t at;     /* offset in the record */
    bool is_there; /* set by h5_records_read() */
};

/* Whether there is a dataset of records at path (a group of columns is none). */
bool h5_is_records(struct h5_file *self, const char *path);

/* Makes the dataset at path, whose group must be there, of n records of row_bytes each. */
enum yk_status h5_records_write(struct h5_file *self, const char *path,
                                const struct h5_member *members, size_t n_members,
                                size_t row_bytes, const void *rows, size_t n,
                                struct failure *why);

/* errors: YK_ERR_CORRUPT (not one-dimensional) */
enum yk_status h5_records_count(struct h5_file *self, const char *path, size_t *n,
                                struct failure *why);

/* Reads exactly n records into rows, zeroed by the caller; members that the file does not have
 * are left alone. Texts that would not end in a zero are refused.
 * errors: YK_ERR_CORRUPT (another number of records, a member of another type) */
enum yk_status h5_records_read(struct h5_file *self, const char *path,
                               struct h5_member *members, size_t n_members, size_t row_bytes,
                               void *rows, size_t n, struct failure *why);

#endif
