/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Published figures beside ours, see figures.h.
 */
#include "tests/evaluate/figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    size_t equal, differ, missing, wrong;
} seen;

/* Is ours, printed with as many decimals, the number at `text`? Moves text behind it. */
static bool is_same(double ours, const char **text)
{
    const char *at = *text + strcspn(*text, "0123456789.+-");
    char *end = NULL;
    double theirs = strtod(at, &end);
    const char *point = memchr(at, '.', (size_t)(end - at));
    double scale = pow(10, point != NULL ? (double)(end - point - 1) : 0);
    *text = end;
    /* 2.685 and 2.695 both are a printed 2.69: a tie may go either way. */
    return end != at && fabs(ours * scale - theirs * scale) <= 0.5 + 1e-6;
}

void figures_compare(const double *ours, size_t n, const struct published *row)
{
    const char *at = row->figures;
    bool is_equal = true;
    if (at == NULL) {
        printf("\n");
        return;
    }
    for (size_t k = 0; k < n; k++) {
        is_equal = is_same(ours[k], &at) && is_equal;
    }
    bool is_wrong = is_equal != (*row->because == '\0');
    seen.equal += is_equal;
    seen.differ += !is_equal;
    seen.wrong += is_wrong;
    printf("   table: %s  %s%s%s\n", row->figures,
           is_equal ? "equal" : "differs: ", is_equal ? "" : row->because,
           is_wrong ? " (NOT WHAT WAS EXPECTED)" : "");
}

void figures_missing(const char *name, const struct published *row)
{
    seen.missing++;
    printf("  %s   table: %s  not made here: %s\n", name, row->figures, row->because);
}

bool figures_summary(void)
{
    printf("\nPublished rows: %zu equal to the last digit, %zu differ for the reason given, "
           "%zu not made here, "
           "%zu not as expected\n",
           seen.equal, seen.differ, seen.missing, seen.wrong);
    return seen.wrong == 0;
}
