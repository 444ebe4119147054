/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One page of a GENEActiv recording as text: its lines, and its measurements from hexadecimal
 * digits. Pure functions on bytes.
 */
#ifndef FIRMWARE_FORMATS_GENEACTIV_PAGE_H
#define FIRMWARE_FORMATS_GENEACTIV_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GENEACTIV_PAGE_SAMPLES 300u
#define GENEACTIV_DIGITS 12u /* of one measurement */
#define GENEACTIV_PAGE_TITLE "Recorded Data"
#define GENEACTIV_LINES_MOST 1024u /* bytes of a page's lines before its digits */

struct geneactiv_page {
    int64_t wall_ns;  /* Page Time read as if it were UTC; TIME_UNKNOWN: cannot be read */
    int64_t sequence; /* -1: none */
    double temperature_c, battery_v, rate_hz; /* NaN: none */
    size_t digits_at;                         /* offset of the first digit */
};

enum geneactiv_found {
    GENEACTIV_PAGE,     /* digits begin at digits_at */
    GENEACTIV_CUT,      /* the bytes end before the digits */
    GENEACTIV_NO_DIGITS /* another page begins, or nothing like a page follows, at digits_at */
};

/* Takes the lines of the page whose title is at `at`. */
enum geneactiv_found geneactiv_page_parse(const uint8_t *at, size_t n,
                                          struct geneactiv_page *out);

/* The next title in n bytes; NULL: none. */
const uint8_t *geneactiv_page_find(const uint8_t *at, size_t n);

/* A page with sound lines and a measurement but no title in n bytes that hold no title: where
 * its title should be; NULL: there is none. */
const uint8_t *geneactiv_page_find_untitled(const uint8_t *at, size_t n);

/* Whether two page times, which are cut to whole or half seconds, say the same. */
bool geneactiv_is_near(int64_t a_ns, int64_t b_ns);

/* "2019-05-21 16:16:43:500", one or two digits each but for year (1970 to 2199) and
 * milliseconds; false when it is no time. */
bool geneactiv_time(const char *text, size_t n, int64_t *wall_ns);

/* A decimal number with point or comma; false when it is none. */
bool geneactiv_number(const char *text, size_t n, double *out);

struct geneactiv_raw {
    int16_t axis[3][GENEACTIV_PAGE_SAMPLES];
    uint16_t light[GENEACTIV_PAGE_SAMPLES]; /* 10 bits, then the button, then 0 */
};

/* Takes at most 300 measurements from n bytes and returns how many there are: up to the first
 * byte that is no hexadecimal digit. *digits: how many digits there are up to there. */
uint32_t geneactiv_decode(const uint8_t *at, size_t n, struct geneactiv_raw *out,
                          size_t *digits);

#endif
