/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The text header of a GENEActiv recording: lines of "Key:value" that are found by their key,
 * because notes may hold line ends and their number varies.
 */
#ifndef FIRMWARE_FORMATS_GENEACTIV_HEADER_H
#define FIRMWARE_FORMATS_GENEACTIV_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct geneactiv_header { /* texts: "" unknown; numbers: NaN unknown */
    char serial[32], type[24], model[8], firmware[24], location[24], subject[64];
    char time_zone[24], config_time[32], start_time[32], accelerometer_range[24];
    char extract_notes[128];
    double rate_hz, period_h, gain[3], offset[3], volts, lux, pages;
};

/* Takes the header from the n bytes before the first page. Of a key that is there twice the
 * first counts. */
void geneactiv_header_parse(const char *at, size_t n, struct geneactiv_header *out);

/* "GMT -04:00": -14400. false when it says nothing of the kind. */
bool geneactiv_header_zone(const struct geneactiv_header *self, int32_t *offset_s);
/* "(device clock drift -1.459s)": -1.459, NaN when the notes do not say. */
double geneactiv_header_drift_s(const struct geneactiv_header *self);
/* "-8 to 8": 8; NaN when it cannot be read. */
double geneactiv_header_range_g(const struct geneactiv_header *self);
/* The clock was never set since the device's memory was cleared: it stands at the date that
 * firmware falls back to, and what the header says of the subject is lost. */
bool geneactiv_header_was_reset(const struct geneactiv_header *self);

#endif
