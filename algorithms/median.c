/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Running median by a sorted window, see median.h. The value that leaves is skipped and the new
 * one slipped in during a single pass over the window, without a branch, so that sixteen lanes
 * with different data take the same steps.
 */
#include "algorithms/median.h"

#include <math.h>
#include <string.h>

#include "src/base/clones.h"
#include "src/base/mem.h"

struct median {
    size_t width, n, oldest; /* n rows held, up to width */
    double *recent;          /* [width][LANES], a ring */
    double *sorted;          /* [width + 1][LANES]; the last row is +infinity */
};

enum yk_status median_open(size_t width, struct median **out, struct failure *why)
{
    struct median *self = mem_alloc_lines(1, sizeof *self);
    double *recent = mem_alloc_lines(width * LANES, sizeof *recent);
    double *sorted = mem_alloc_lines((width + 1) * LANES, sizeof *sorted);
    if (self == NULL || recent == NULL || sorted == NULL) {
        mem_free(self);
        mem_free(recent);
        mem_free(sorted);
        return failure_set(why, YK_ERR_MEMORY, "median: no memory for a window of %zu", width);
    }
    for (size_t i = 0; i < (width + 1) * LANES; i++) {
        sorted[i] = INFINITY;
    }
    for (size_t i = 0; i < width * LANES; i++) {
        recent[i] = INFINITY;
    }
    self->width = width;
    self->recent = recent;
    self->sorted = sorted;
    *out = self;
    return YK_OK;
}

void median_close(struct median *self)
{
    if (self != NULL) {
        mem_free(self->recent);
        mem_free(self->sorted);
        mem_free(self);
    }
}

size_t median_most(size_t n)
{
    return n;
}

/* Rows still missing count as +infinity, which leaves the window first. */
YK_CLONES
static void replace(double *restrict sorted, size_t width, const double *restrict leaves,
                    const double *restrict comes)
{
    double before[LANES];
    for (size_t l = 0; l < LANES; l++) {
        before[l] = -INFINITY;
    }
    for (size_t k = 0; k < width; k++) {
        double *row = sorted + k * LANES, *next = row + LANES;
        for (size_t l = 0; l < LANES; l++) {
            double kept = row[l] >= leaves[l] ? next[l] : row[l];
            double low = comes[l] < kept ? comes[l] : kept;
            row[l] = before[l] > low ? before[l] : low;
            before[l] = kept;
        }
    }
}

size_t median_add(struct median *self, const double *rows, size_t n, double *out)
{
    size_t made = 0;
    for (size_t i = 0; i < n; i++) {
        double *oldest = self->recent + self->oldest * LANES;
        const double *row = rows + i * LANES;
        replace(self->sorted, self->width, oldest, row);
        memcpy(oldest, row, LANES * sizeof *row);
        self->oldest = self->oldest + 1 == self->width ? 0 : self->oldest + 1;
        self->n += self->n < self->width ? 1 : 0;
        if (self->n == self->width) {
            memcpy(out + made * LANES, self->sorted + self->width / 2 * LANES,
                   LANES * sizeof *out);
            made++;
        }
    }
    return made;
}
