/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Dates like 04/07/2015 or 24/03/05: which of the numbers is the day, which the year? Never
 * guessed: it is shown by a number above 12, or by how one date follows another.
 */
#ifndef FIRMWARE_FORMATS_DATE_ORDER_H
#define FIRMWARE_FORMATS_DATE_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/clock.h"
#include "src/base/csv.h"

enum date_order { DATE_OF_YEAR_FIRST, DATE_OF_DAY_FIRST, DATE_OF_MONTH_FIRST, DATE_UNDECIDED };
enum { DATE_ORDERS = DATE_UNDECIDED };

struct date_evidence {
    bool is_year_first;       /* a year of four digits stood first */
    bool is_out[DATE_ORDERS]; /* readings that cannot be */
    bool is_same;             /* all dates so far read the same every way (05/05/2015) */
    struct civil_date last[DATE_ORDERS]; /* the last date, read every way; month 0: none */
    bool has_last;
};

void date_evidence_init(struct date_evidence *self);
/* The next date of an ascending series ("4/7/2015", "04.07.15", "2015-07-04", with or without a
 * time behind it). false: no such date. */
bool date_evidence_add(struct date_evidence *self, const char *text);
/* DATE_UNDECIDED while several readings are possible and differ. */
enum date_order date_evidence_order(const struct date_evidence *self);

#define DATE_READINGS_BYTES 48
/* The last date in all ways that are still possible, `first` before the others:
 * "2024-04-03 or 2024-03-04". */
void date_evidence_readings(const struct date_evidence *self, enum date_order first,
                            char out[static DATE_READINGS_BYTES]);

#define DATE_SAMPLE_BYTES 64
/* Adds the dates of the rows that follow in csv until they decide, or to the end; sample gets
 * the first row's date and time ("04/07/2015 09:45:00"). time CSV_NONE: date holds both.
 * errors: YK_ERR_TOO_LITTLE when no row has a date, YK_ERR_MEMORY, YK_ERR_IO */
enum yk_status date_evidence_scan(struct date_evidence *self, struct csv *csv, size_t date,
                                  size_t time, char sample[static DATE_SAMPLE_BYTES],
                                  struct failure *why);

/* The pattern for timestamp_parse() of texts that look like this, e.g. "%d/%m/%Y %H:%M:%S":
 * text is a date in that order and a time with or without seconds, a fraction, AM or PM. false:
 * it is not. */
bool date_order_pattern(const char *text, enum date_order order, char *out, size_t room);

/* The date that three numbers are in that order; years below 100 are of this century. false:
 * none of 1990 to 2199. */
bool date_order_date(const int32_t number[static 3], enum date_order order,
                     struct civil_date *out);

#endif
