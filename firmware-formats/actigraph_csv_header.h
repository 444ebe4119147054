/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The ten lines above an ActiGraph table: what they say, and which day a date like 4/7/2016 is.
 */
#ifndef FIRMWARE_FORMATS_ACTIGRAPH_CSV_HEADER_H
#define FIRMWARE_FORMATS_ACTIGRAPH_CSV_HEADER_H

#include "firmware-formats/actigraph_header.h"
#include "firmware-formats/date_order.h"

struct actigraph_csv_header {
    struct actigraph_header about; /* serial, device, firmware, rate, battery */
    char date_format[16];          /* as stated, "M/d/yyyy" */
    char start_time[24], start_date[24], download_date[24];
    int32_t epoch_s; /* 0: raw; -1: not said */
    int mode;        /* bits of columns; -1: not said */
    bool has_more_inclines, is_extended, is_raw, is_over;
    size_t n_lines;
};

void actigraph_csv_header_init(struct actigraph_csv_header *self);
/* Takes the next line, without its end; false when the first one is no ActiGraph header.
 * is_over once the header's last line was taken. */
bool actigraph_csv_header_line(struct actigraph_csv_header *self, const char *line, size_t n);

/* Whether a line holds names and not values. */
bool actigraph_csv_is_names(const char *line, size_t n);

/* The order of day, month and year in the header's dates. */
enum date_order actigraph_csv_order(const struct actigraph_csv_header *self);

/* When the recording starts by its header: as stated, unless the first row's date or the
 * download contradict it.
 *
 * row_date  of the first row, or NULL when rows carry none
 * note      "" or what was decided against the header, or stays open, with the other reading
 * false     there is no start that could be one
 */
bool actigraph_csv_start(const struct actigraph_csv_header *self,
                         const struct civil_date *row_date, struct civil_time *out,
                         char note[static 64]);

#endif
