/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A table for a terminal: columns aligned by what characters take on the screen (Japanese ones
 * take two columns), not by bytes.
 */
#ifndef SRC_BASE_TABLE_H
#define SRC_BASE_TABLE_H

#include "src/base/text.h"

#define TABLE_COLUMNS_MAX 32

enum table_align { TABLE_LEFT, TABLE_RIGHT };

struct table {
    struct text cells; /* each ended by \0 */
    size_t n_columns, n_cells;
    size_t n_header_rows; /* 1; they do not keep a column from being dropped */
    enum table_align align[TABLE_COLUMNS_MAX];
};

/* n_columns 1..TABLE_COLUMNS_MAX; all aligned left until said otherwise. */
void table_init(struct table *self, size_t n_columns);
void table_release(struct table *self);
void table_align(struct table *self, size_t column, enum table_align align);
/* The next cell, row by row; NULL or "" is an empty one. A header row is
 * written like the others. */
void table_cell(struct table *self, const char *value);
void table_cellf(struct table *self, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Number with decimals; NaN becomes "–". */
void table_number(struct table *self, double value, int decimals);
/* Appends the rows to out, columns `gap` blanks apart, after `indent` blanks; no blanks at line
 * ends. A column that is empty below the header disappears when drop_empty.
 * errors: YK_ERR_MEMORY */
enum yk_status table_write(const struct table *self, int indent, int gap, bool drop_empty,
                           struct text *out, struct failure *why);

#endif
