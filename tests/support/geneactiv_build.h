/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GENEActiv recordings made by tests: the header's lines, then pages with the measurements
 * asked for, as the device's software writes them.
 */
#ifndef TESTS_SUPPORT_GENEACTIV_BUILD_H
#define TESTS_SUPPORT_GENEACTIV_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GENEACTIV_BUILD_PAGE 4096 /* room for one page's text, header too */

struct geneactiv_build_header {
    const char *model;     /* "1.1" */
    const char *frequency; /* "100" */
    const char *zone;      /* "GMT +01:00" */
    const char *notes;     /* extract notes; NULL: none */
    int pages;
};

struct geneactiv_build_page {
    int64_t wall_ns; /* page time, cut to milliseconds */
    int sequence;
    const char *frequency;
    int16_t axis[3][300]; /* -2048 .. 2047 */
    uint16_t light[300];  /* 10 bits */
    bool button[300];
    int n; /* <= 300 */
};

/* Both write at most GENEACTIV_BUILD_PAGE bytes to out and return how many. Gains are 25600 and
 * offsets 0: g = raw / 256; Volts 40, Lux 800. */
size_t geneactiv_build_header(const struct geneactiv_build_header *header, char *out);
size_t geneactiv_build_page(const struct geneactiv_build_page *page, char *out);

#endif
