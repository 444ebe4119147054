/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An array of structs as a table, and back. A list of fields says which members there are;
 * writing and reading use the same list, so they cannot disagree. What results are, and people
 * plot, is a group of columns; the rest is one dataset of records (h5_records.h), and a file of
 * 0.1.0, which had columns everywhere, is read as well.
 */
#ifndef SRC_H5_H5_ROWS_H
#define SRC_H5_H5_ROWS_H

#include "src/base/clock.h"
#include "src/h5/h5_file.h"

enum h5_field_kind {
    H5_FIELD_DOUBLE,
    H5_FIELD_FLOAT,
    H5_FIELD_INT64,
    H5_FIELD_UINT64,
    H5_FIELD_INT32,
    H5_FIELD_UINT32,
    H5_FIELD_BOOL, /* 0 or 1 */
    H5_FIELD_TEXT, /* char[bytes] */
    H5_FIELD_DATE, /* struct civil_date, in the file "2026-05-12", "" unknown */
    H5_FIELD_WORD  /* an enum, in the file one of its words */
};

struct h5_field {
    const char *name;
    size_t offset, bytes;
    enum h5_field_kind kind;
    const char *unit, *description;
    const char *words;                 /* WORD: "none converge ggir", in the enum's order, or */
    const char *(*word_of)(int value); /* WORD: the word of a value; NULL past the last one */
};

struct h5_table {
    const char *group; /* "/nights"; the group, or the dataset of records */
    const char *description;
    size_t row_bytes;
    const struct h5_field *fields;
    size_t n_fields;
    bool is_records; /* one dataset of records instead of a group of columns */
};

/* The kind that a member's type asks for. */
#define H5_FIELD_KIND(s, member)                                                               \
    _Generic(((struct s *)0)->member, double : H5_FIELD_DOUBLE, float : H5_FIELD_FLOAT,        \
             int64_t : H5_FIELD_INT64, uint64_t : H5_FIELD_UINT64, int32_t : H5_FIELD_INT32,   \
             uint32_t : H5_FIELD_UINT32, bool : H5_FIELD_BOOL, char * : H5_FIELD_TEXT,         \
             struct civil_date : H5_FIELD_DATE)
/* One line of a table: column `column` holds member `member` of struct s. */
#define H5_FIELD_AS(column, s, member, unit, description)                                      \
    {                                                                                          \
        column, offsetof(struct s, member), sizeof(((struct s *)0)->member),                   \
            H5_FIELD_KIND(s, member), unit, description, NULL, NULL                            \
    }
#define H5_FIELD_ENUM(column, s, member, words, word_of, description)                          \
    {                                                                                          \
        column, offsetof(struct s, member), sizeof(((struct s *)0)->member), H5_FIELD_WORD,    \
            NULL, description, words, word_of                                                  \
    }

#define H5_WORD_BYTES 32
/* The word of a WORD field's member; false when the value has none. */
bool h5_field_word(const struct h5_field *field, const void *member,
                   char out[static H5_WORD_BYTES]);
/* NULL when the table has no such column. */
const struct h5_field *h5_table_find(const struct h5_table *table, const char *name);

/* Makes the table and writes n rows, table->row_bytes apart. */
enum yk_status h5_rows_write(struct h5_file *file, const struct h5_table *table,
                             const void *rows, size_t n, struct failure *why);
/* Rows of a table in the file; 0 when the table is not there. */
enum yk_status h5_rows_count(struct h5_file *file, const struct h5_table *table, size_t *n,
                             struct failure *why);
/* Fills n rows that the caller has initialised: members whose column the file (of an older
 * version) does not have keep their value. */
enum yk_status h5_rows_read(struct h5_file *file, const struct h5_table *table, void *rows,
                            size_t n, struct failure *why);

#endif
