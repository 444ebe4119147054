/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Running medians, see median.h, in two ways that give the same values.
 *
 * Of 51: sixteen windows at once by a network of minima and maxima (median_network.def), about
 * 45 of them a median. Every block of sixteen rows is sorted once and used by two groups of
 * windows.
 *
 * Of other widths: a sorted window. The value that leaves is skipped and the new one slipped in
 * during a single pass, without a branch, so that lanes with different data take the same
 * steps.
 */
#include "algorithms/median.h"

#include <math.h>
#include <string.h>

#include "src/base/clones.h"
#include "src/base/mem.h"

#define NETWORK_WIDTH 51
#define GROUP 16
#define NETWORK_ROWS (NETWORK_WIDTH - 1 + GROUP)
#define SORTED_FROM                                                                            \
    16 /* first row of the block that a group takes over from the one before                   \
        */

struct median {
    size_t width, n; /* rows held */
    /* sorted window */
    size_t oldest;
    double *recent; /* [width][LANES], a ring */
    double *sorted; /* [width + 1][LANES]; the last row is +infinity */
    /* network */
    bool is_begun;
    double *held;     /* [NETWORK_ROWS][LANES] */
    double *block[2]; /* [GROUP][LANES] each, sorted: the older and the newer */
};

static bool make_rooms(struct median *self)
{
    const size_t width = self->width;
    if (width == NETWORK_WIDTH) {
        self->held = mem_alloc_lines(NETWORK_ROWS * LANES, sizeof(double));
        self->block[0] = mem_alloc_lines(GROUP * LANES, sizeof(double));
        self->block[1] = mem_alloc_lines(GROUP * LANES, sizeof(double));
        return self->held != NULL && self->block[0] != NULL && self->block[1] != NULL;
    }
    self->recent = mem_alloc_lines(width * LANES, sizeof(double));
    self->sorted = mem_alloc_lines((width + 1) * LANES, sizeof(double));
    for (size_t i = 0; self->sorted != NULL && i < (width + 1) * LANES; i++) {
        self->sorted[i] = INFINITY;
    }
    for (size_t i = 0; self->recent != NULL && i < width * LANES; i++) {
        self->recent[i] = INFINITY;
    }
    return self->recent != NULL && self->sorted != NULL;
}

enum yk_status median_open(size_t width, struct median **out, struct failure *why)
{
    struct median *self = mem_alloc(1, sizeof *self);
    if (self != NULL) {
        self->width = width;
    }
    if (self == NULL || !make_rooms(self)) {
        median_close(self);
        return failure_set(why, YK_ERR_MEMORY, "median: no memory for a window of %zu", width);
    }
    *out = self;
    return YK_OK;
}

void median_close(struct median *self)
{
    if (self != NULL) {
        mem_free(self->recent);
        mem_free(self->sorted);
        mem_free(self->held);
        mem_free(self->block[0]);
        mem_free(self->block[1]);
        mem_free(self);
    }
}

size_t median_most(size_t n)
{
    return n + GROUP - 1;
}

#define MEDIAN_MIN(t, a, b) const double t = a < b ? a : b;
#define MEDIAN_MAX(t, a, b) const double t = a < b ? b : a;
#define ROW(name, rows, i) const double name = (rows)[(i)*LANES + l];
#define ROWS8(n0, n1, n2, n3, n4, n5, n6, n7, rows, i)                                         \
    ROW(n0, rows, i)                                                                           \
    ROW(n1, rows, (i) + 1)                                                                     \
    ROW(n2, rows, (i) + 2)                                                                     \
    ROW(n3, rows, (i) + 3)                                                                     \
    ROW(n4, rows, (i) + 4)                                                                     \
    ROW(n5, rows, (i) + 5)                                                                     \
    ROW(n6, rows, (i) + 6)                                                                     \
    ROW(n7, rows, (i) + 7)
#define MEDIAN_RESULT(i, t) out[(i)*LANES + l] = t;

YK_CLONES
static void sort_block(const double *restrict x, double *restrict out)
{
    for (size_t l = 0; l < LANES; l++) {
        ROWS8(v0, v1, v2, v3, v4, v5, v6, v7, x, 0)
        ROWS8(v8, v9, v10, v11, v12, v13, v14, v15, x, 8)
#define MEDIAN_SORT
#include "algorithms/median_network.def"
#undef MEDIAN_SORT
    }
}

YK_CLONES
static void group_medians(const double *restrict x, const double *restrict a,
                          const double *restrict b, double *restrict out)
{
    for (size_t l = 0; l < LANES; l++) {
        ROWS8(v0, v1, v2, v3, v4, v5, v6, v7, x, 0)
        ROWS8(v8, v9, v10, v11, v12, v13, v14, v15, x, 8)
        ROWS8(a0, a1, a2, a3, a4, a5, a6, a7, a, 0)
        ROWS8(a8, a9, a10, a11, a12, a13, a14, a15, a, 8)
        ROWS8(b0, b1, b2, b3, b4, b5, b6, b7, b, 0)
        ROWS8(b8, b9, b10, b11, b12, b13, b14, b15, b, 8)
        ROWS8(v48, v49, v50, v51, v52, v53, v54, v55, x, 48)
        ROWS8(v56, v57, v58, v59, v60, v61, v62, v63, x, 56)
        ROW(v64, x, 64)
        ROW(v65, x, 65)
#include "algorithms/median_network.def"
    }
}

/* Takes rows until a group of windows is complete. */
static size_t add_to_network(struct median *self, const double *rows, size_t n, double *out)
{
    size_t made = 0;
    for (size_t i = 0; i < n;) {
        size_t now = NETWORK_ROWS - self->n;
        now = now < n - i ? now : n - i;
        memcpy(self->held + self->n * LANES, rows + i * LANES, now * LANES * sizeof *rows);
        self->n += now;
        i += now;
        if (self->n < NETWORK_ROWS) {
            break;
        }
        if (!self->is_begun) {
            sort_block(self->held + SORTED_FROM * LANES, self->block[0]);
            self->is_begun = true;
        }
        sort_block(self->held + (SORTED_FROM + GROUP) * LANES, self->block[1]);
        group_medians(self->held, self->block[0], self->block[1], out + made * LANES);
        made += GROUP;
        double *older = self->block[0];
        self->block[0] = self->block[1];
        self->block[1] = older;
        self->n = NETWORK_ROWS - GROUP;
        memmove(self->held, self->held + GROUP * LANES, self->n * LANES * sizeof *rows);
    }
    return made;
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

static size_t add_to_window(struct median *self, const double *rows, size_t n, double *out)
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

size_t median_add(struct median *self, const double *rows, size_t n, double *out)
{
    return self->width == NETWORK_WIDTH ? add_to_network(self, rows, n, out)
                                        : add_to_window(self, rows, n, out);
}
