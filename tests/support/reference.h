/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reference tables as tests need them: columns of numbers and of text from (packed) CSV files.
 */
#ifndef TESTS_SUPPORT_REFERENCE_H
#define TESTS_SUPPORT_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A plain CSV file without quoted separators. */
struct reference {
    char *bytes;
    char **cell; /* rows * columns, the header not among them */
    char **header;
    size_t rows, columns;
};

/* NULL-safe; fails the test when the file is not there. */
void reference_open(struct reference *self, const char *path);
void reference_close(struct reference *self);
/* Fails the test when there is no such column. */
size_t reference_column(const struct reference *self, const char *name);
const char *reference_text(const struct reference *self, size_t row, const char *column);
/* NaN when the cell is empty or "NA". */
double reference_number(const struct reference *self, size_t row, const char *column);
/* Whether a number is that of the table, to a relative tolerance (of 0.001 at least); two NaN
 * agree. Says which is not: `name` is the row's. */
bool reference_agrees(const struct reference *self, size_t row, const char *column,
                      const char *name, double got, double tolerance);
/* Factor times every value of a column, as floats; caller frees with free(). */
float *reference_floats(const struct reference *self, const char *column, double factor);

#endif
