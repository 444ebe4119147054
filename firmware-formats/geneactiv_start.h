/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * When a GENEActiv recording begins, and at which rate: what its first pages, as witnesses of
 * each other, say about the first. Pure functions on bytes.
 */
#ifndef FIRMWARE_FORMATS_GENEACTIV_START_H
#define FIRMWARE_FORMATS_GENEACTIV_START_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The title of the first page in a file's first n bytes: a line of its own, where there is one.
 * A note of the header may hold the same words. NULL: there is none. */
const uint8_t *geneactiv_start_find(const uint8_t *at, size_t n);

/* The first page and those behind it that are asked. */
#define GENEACTIV_START_PAGES 7u

/* The measurement frequency that most of them and the header say, the first page's or else the
 * nearest one's where that is undecided; NaN: none says one.
 *
 * at, n      from the first title, or before it, on
 * stated_hz  the header's; NaN: none
 */
double geneactiv_start_rate(const uint8_t *at, size_t n, double stated_hz);

/* Whether pages of these two frequencies have the same length. */
bool geneactiv_is_same_rate(double a_hz, double b_hz);

/* When the first page must begin, as wall clock, where its own time cannot be read or is alone
 * against the pages that follow it; TIME_UNKNOWN: its own time holds.
 *
 * at, n      from the first title, or before it, on
 * page_ns    length of a page
 * stated_ns  the header's start, as wall clock; TIME_UNKNOWN: none
 */
int64_t geneactiv_start_agreed(const uint8_t *at, size_t n, int64_t page_ns, int64_t stated_ns);

#endif
