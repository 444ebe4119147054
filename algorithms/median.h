/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Running medians of an odd number of values, in sixteen lanes.
 */
#ifndef ALGORITHMS_MEDIAN_H
#define ALGORITHMS_MEDIAN_H

#include "algorithms/lanes.h"

struct median;

/* width   odd, 3 or more */
enum yk_status median_open(size_t width, struct median **out, struct failure *why);
void median_close(struct median *self); /* accepts NULL */

/* The most rows that median_add() may give for n rows. */
size_t median_most(size_t n);

/* Takes n rows of LANES values and gives the medians of the windows that are complete, oldest
 * first: row k of all output is the median of input rows k .. k + width - 1. May hold back up
 * to 15 rows. Returns the number of rows written. */
size_t median_add(struct median *self, const double *rows, size_t n, double *out);

#endif
