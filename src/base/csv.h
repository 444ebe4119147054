/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Comma-separated tables as people and programs write them: UTF-8 (with or without byte order
 * mark), CP932 or CP1252; comma, semicolon or tab; LF or CR LF; quoted fields (RFC 4180). Rows
 * stream through a bounded buffer. Nothing in a file is an error here: a row that is damaged
 * comes with a problem, and the caller decides whether to count it or to refuse the file.
 */
#ifndef SRC_BASE_CSV_H
#define SRC_BASE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/byte_source.h"
#include "src/base/status.h"

#define CSV_RECORD_MAX ((size_t)1 << 18) /* bytes of one row, all fields together */
#define CSV_NONE SIZE_MAX                /* no such column */

struct csv; /* opaque */

/* One row. Everything is valid until the next csv_next(), csv_rewind() or csv_close(). */
struct csv_row {
    uint64_t line;        /* the first line is 1 */
    uint64_t offset;      /* of its first byte */
    size_t n;             /* fields */
    const char **field;   /* UTF-8, terminated, quotes and surrounding blanks removed */
    const size_t *length; /* of each field */
    const char *problem;  /* NULL: sound; else what is wrong ("a quote is not closed") */
    bool is_open;         /* the file ends without a line end behind this row */
};

/* bytes      borrowed: must outlive the reader
 * separator  ',' ';' '\t' or 0: whichever is most frequent in the first line
 * errors     YK_ERR_MEMORY, YK_ERR_IO, YK_ERR_UNSUPPORTED (UTF-16)
 */
enum yk_status csv_open(struct byte_source *bytes, char separator, struct csv **out,
                        struct failure *why);
void csv_close(struct csv *self); /* accepts NULL */

const char *csv_name(const struct csv *self); /* of the file */
char csv_separator(const struct csv *self);
/* For tables whose language says more than their bytes: Latin text can look like CP932. Does
 * nothing to a table in UTF-8, and no more than that when it was not taken for CP932. */
void csv_prefer_latin(struct csv *self);
/* For exports that put quotes around whole lines: from now on quotes are only taken off the
 * ends of fields and hide no separator. */
void csv_ignore_quotes(struct csv *self);

/* The next row that is not blank; YK_END after the last one. *row belongs to the reader.
 * errors: YK_ERR_MEMORY, YK_ERR_IO */
enum yk_status csv_next(struct csv *self, const struct csv_row **row, struct failure *why);
void csv_rewind(struct csv *self);

/* Goes on with the row that begins at offset, which is that line of the file: both as a row of
 * this table said. */
void csv_seek(struct csv *self, uint64_t offset, uint64_t line);

/* Names for the columns of a table that has no header row. */
enum yk_status csv_set_header(struct csv *self, const char *const *name, size_t n,
                              struct failure *why);
/* Reads the next row as the header and keeps its names. A file without any row, or with a
 * damaged first one, gives YK_ERR_CORRUPT. */
enum yk_status csv_read_header(struct csv *self, struct failure *why);
size_t csv_header_n(const struct csv *self);
const char *csv_header_name(const struct csv *self, size_t column); /* "" past the end */
/* Column of this name, letters' case aside; CSV_NONE when there is none. */
size_t csv_find(const struct csv *self, const char *name);

/* YK_ERR_ARGUMENT when the header does not name the column; known: those it may name. */
enum yk_status csv_require(const struct csv *self, const char *name, const char *known,
                           struct failure *why);

/* The field, or "" when the row is too short or column is CSV_NONE. */
const char *csv_field(const struct csv_row *row, size_t column);

/* Fills *why with "FILE, line 12, column 3 (wake_ts): '25:99' ..." and returns code. column may
 * be CSV_NONE: then the row is meant. The sentence's end comes from fmt; where that begins with
 * a quoted value or quotes the cell's itself, and where the cell is empty, it is not said. */
enum yk_status csv_failure(const struct csv *self, const struct csv_row *row, size_t column,
                           struct failure *why, enum yk_status code, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));

#endif
