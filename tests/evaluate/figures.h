/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Our figures beside those that others printed: equal when they are the same to the last digit
 * that was printed.
 */
#ifndef TESTS_EVALUATE_FIGURES_H
#define TESTS_EVALUATE_FIGURES_H

#include <stdbool.h>
#include <stddef.h>

struct published {
    const char *figures; /* as printed, numbers with anything between them; NULL: no such row */
    const char *because; /* why ours differ, when they do; "" where they are equal */
};

/* Ends the line: "table: ...  equal", or "table: ...  differs: because". ours: as many numbers
 * as the row has, in its order. A row that says why but is equal, or the other way round, is a
 * mistake in the report and says so. */
void figures_compare(const double *ours, size_t n, const struct published *row);
/* A row of a published table that is not made here: printed with the reason. */
void figures_missing(const char *name, const struct published *row);
/* Prints how many rows were equal, differed, were not made, and told the wrong story; false
 * when any did. */
bool figures_summary(void);

#endif
