/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of a table of samples: lines to numbers. Nothing else includes it but the reader of
 * ActiGraph's tables.
 */
#ifndef FIRMWARE_FORMATS_ACTIGRAPH_ROWS_H
#define FIRMWARE_FORMATS_ACTIGRAPH_ROWS_H

#include "firmware-formats/byte_window.h"
#include "firmware-formats/date_order.h"

#define ACTIGRAPH_FIELDS 24
#define ACTIGRAPH_LINE_MOST 4096

struct actigraph_field {
    const char *at;
    size_t n;
    bool is_quoted;
};

/* Where the columns are; -1: not there. */
struct actigraph_columns {
    char separator;
    int acc[3], gyro[3], temperature, stamp, date, time;
    enum date_order order; /* of the dates in the rows */
};

struct actigraph_row {
    float g[3], gyro_dps[3], temperature_c; /* NaN: not there */
    bool is_bad;                            /* fields are missing or no numbers */
    uint64_t offset;                        /* of its line */
    int64_t wall_ns; /* time in the row, read as if it were UTC; TIME_UNKNOWN */
};

/* The line at pos (its end not included); *next is where the one after begins. *line NULL: the
 * bytes end here. Longer lines are cut. errors: those of reading */
enum yk_status actigraph_line(struct byte_window *window, uint64_t pos, const char **line,
                              size_t *n, uint64_t *next, struct failure *why);

/* Fields of a line; at most ACTIGRAPH_FIELDS. */
size_t actigraph_fields(const char *line, size_t n, char separator,
                        struct actigraph_field out[static ACTIGRAPH_FIELDS]);

/* The separator of a line of names or values. */
char actigraph_separator(const char *line, size_t n);

/* Columns by a line of names; or, names NULL, x, y, z in the order of rows with `columns`
 * fields. false: there are no three axes. */
bool actigraph_columns_find(struct actigraph_columns *self, const char *names, size_t n);

/* decimals: raised to the most decimals of an acceleration. */
void actigraph_row_read(const struct actigraph_columns *columns, const char *line, size_t n,
                        struct actigraph_row *out, int *decimals);

/* Text of the row's date, "" when it has none. */
void actigraph_row_date(const struct actigraph_columns *columns, const char *line, size_t n,
                        char out[static 64]);

#endif
