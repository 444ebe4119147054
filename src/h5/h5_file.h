/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HDF5 files as yoake uses them: groups, 1-D columns with unit and description, attributes.
 *
 * No HDF5 type crosses this header. HDF5 is not safe for threads: every function here takes one
 * lock for as long as it runs. A caller that makes many calls in a row may hold the lock over
 * all of them (h5_enter/h5_leave nest). The same calls in the same order give the same bytes:
 * no times are stored.
 */
#ifndef SRC_H5_H5_FILE_H
#define SRC_H5_H5_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/status.h"
#include "src/base/text.h"

struct h5_file;
struct h5_stream;
struct h5_part;
struct byte_source;

/* What a column's values are in memory; in the file they are little-endian of the same width.
 */
enum h5_kind {
    H5_KIND_FLOAT,
    H5_KIND_DOUBLE,
    H5_KIND_INT64,
    H5_KIND_UINT64,
    H5_KIND_INT32,
    H5_KIND_UINT32,
    H5_KIND_UINT16,
    H5_KIND_UINT8,
    H5_KIND_TEXT /* UTF-8 in text_bytes each, filled up with zeros */
};

struct h5_column {
    const char *name; /* below the group */
    enum h5_kind kind;
    size_t text_bytes;              /* H5_KIND_TEXT only, >= 1 */
    const char *unit, *description; /* attributes; NULL: none */
    bool is_compressed;             /* shuffle + deflate 1; pays where neighbours are alike */
};

void h5_enter(void);
void h5_leave(void);

/* Bytes of one value. */
size_t h5_kind_bytes(enum h5_kind kind, size_t text_bytes);
/* Whether at least half of the values equal the one before: such a column shrinks by more than
 * it costs. */
bool h5_is_worth_compressing(const void *values, size_t n, size_t value_bytes);

/* Makes an empty file, replacing one of that name. Write to a ".part" and publish it when
 * h5_close() succeeded (src/base/disk.h). */
enum yk_status h5_create(const char *path, struct h5_file **out, struct failure *why);
/* Opens for reading, after a look at the seal (h5_seal.h), which reads all bytes: call it
 * without holding the lock. errors: YK_ERR_CORRUPT when it is not HDF5, cut short, or not what
 * was written. */
enum yk_status h5_open(const char *path, struct h5_file **out, struct failure *why);
/* The same for the bytes of a source, which stays the caller's and must outlive the file. */
enum yk_status h5_open_source(struct byte_source *bytes, struct h5_file **out,
                              struct failure *why);
/* Closes; of a new file it says whether everything reached the disk (write errors of the whole
 * life of the file are reported here at the latest), and removes the file when not. self is
 * gone in either case; accepts NULL. */
enum yk_status h5_close(struct h5_file *self, struct failure *why);
/* Closes without syncing, and removes the file when it was being written. Accepts NULL. */
void h5_abandon(struct h5_file *self);

enum yk_status h5_group(struct h5_file *self, const char *path, struct failure *why);
/* Whether there is something at path; false as well where nobody could look: whoever takes a
 * thing that is not there for one that is missing asks h5_read_status() before the end. */
bool h5_has(struct h5_file *self, const char *path);
/* YK_OK unless a read of this file failed since it was opened.
 * errors: that of the operating system, or of the source */
enum yk_status h5_read_status(const struct h5_file *self, struct failure *why);

/* Writes n values as the column `group`/column->name. */
enum yk_status h5_write(struct h5_file *self, const char *group, const struct h5_column *column,
                        const void *values, size_t n, struct failure *why);
/* Values in a column; errors: YK_ERR_NO_DEVICE when there is none, YK_ERR_CORRUPT when there
 * are more than the file's bytes can hold: a caller may reserve as many. */
enum yk_status h5_count(struct h5_file *self, const char *group, const char *name, size_t *n,
                        struct failure *why);
/* Reads a column of exactly n values into `values`, converting numbers of another width; texts
 * longer than text_bytes - 1 are refused, so that every value ends in a zero. */
enum yk_status h5_read(struct h5_file *self, const char *group, const char *name,
                       enum h5_kind kind, size_t text_bytes, void *values, size_t n,
                       struct failure *why);

/* A column that is read piece by piece. *n: its values. The file must stay open.
 * errors: YK_ERR_NO_DEVICE (there is none), YK_ERR_CORRUPT (of another kind) */
enum yk_status h5_part_open(struct h5_file *self, const char *group, const char *name,
                            enum h5_kind kind, struct h5_part **out, uint64_t *n,
                            struct failure *why);
enum yk_status h5_part_read(struct h5_part *self, uint64_t from, void *values, size_t n,
                            struct failure *why);
void h5_part_close(struct h5_part *self); /* accepts NULL */

/* Attributes of the object at path ("/" for the root). */
enum yk_status h5_put_text(struct h5_file *self, const char *path, const char *name,
                           const char *value, struct failure *why);
enum yk_status h5_put_int64(struct h5_file *self, const char *path, const char *name,
                            int64_t value, struct failure *why);
enum yk_status h5_put_double(struct h5_file *self, const char *path, const char *name,
                             double value, struct failure *why);
enum yk_status h5_get_text(struct h5_file *self, const char *path, const char *name,
                           struct text *out, struct failure *why);
enum yk_status h5_get_int64(struct h5_file *self, const char *path, const char *name,
                            int64_t *out, struct failure *why);
enum yk_status h5_get_double(struct h5_file *self, const char *path, const char *name,
                             double *out, struct failure *why);

/* A column that grows: append as often as needed, then close. chunk is the number of values
 * written at once (a power of two about 16384 is good). The file must stay open; what fails
 * when the last of them are written is said by h5_close(). */
enum yk_status h5_stream_open(struct h5_file *file, const char *group,
                              const struct h5_column *column, size_t chunk,
                              struct h5_stream **out, struct failure *why);
enum yk_status h5_stream_append(struct h5_stream *self, const void *values, size_t n,
                                struct failure *why);
void h5_stream_close(struct h5_stream *self); /* accepts NULL */

#endif
