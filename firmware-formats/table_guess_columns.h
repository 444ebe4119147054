/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first rows of a table that nothing explains: where it is, and what its columns look like.
 * Nobody else than table_guess.c includes it.
 */
#ifndef FIRMWARE_FORMATS_TABLE_GUESS_COLUMNS_H
#define FIRMWARE_FORMATS_TABLE_GUESS_COLUMNS_H

#include "firmware-formats/date_order.h"
#include "src/base/csv.h"

#define TABLE_GUESS_ROWS 300   /* looked at */
#define TABLE_GUESS_COLUMNS 64 /* of a table; more are not looked at */
#define TABLE_GUESS_NAME_BYTES 64

enum looks { LOOKS_TEXT, LOOKS_STAMP, LOOKS_DATED_STAMP, LOOKS_DATE, LOOKS_TIME, LOOKS_NUMBER };

struct column {
    char name[TABLE_GUESS_NAME_BYTES];
    size_t n, n_iso, n_dated, n_date, n_time, n_number, n_whole;
    double min, max, last;
    bool is_rising, is_first_text; /* the run's first line holds a word here */
    const char *target;            /* of [columns]; NULL: none */
    const char *unit;
};

struct guess {
    struct csv *csv;
    char separator;
    bool has_header;
    uint64_t first_at, first_line, run; /* of the table: offset, line, lines */
    size_t n_columns, n_rows;
    struct column column[TABLE_GUESS_COLUMNS];
    size_t stamp, date, time;          /* CSV_NONE: there is none */
    const char *unix_unit;             /* of stamp, or NULL */
    char format[48];                   /* time_format; "" none needed */
    char open_format[DATE_ORDERS][48]; /* every reading, where nothing decides */
    size_t n_open;
    struct date_evidence open_date;
    int64_t step_ns; /* median of the rows; -1 unknown */
    double norm;     /* mean of the three axes */
    size_t axis;     /* first of three; CSV_NONE */
};

/* The longest run of lines with one number of fields, at least two, if it is longer than
 * best's so far. */
enum yk_status table_guess_find(struct byte_source *bytes, char separator, struct guess *best,
                                struct failure *why);
/* Looks at the rows below the first line of the run, and whether that line is one of them. */
enum yk_status table_guess_look(struct guess *self, struct failure *why);
/* What all fields of a column are that are not missing. */
enum looks table_guess_looks(const struct column *column);
bool table_guess_number(const struct guess *self, const char *text, double *out);

#endif
