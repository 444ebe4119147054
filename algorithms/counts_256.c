/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From 32 ... 256 Hz to 30 Hz, see counts_256.h and docs/algorithms/counts.md. Before the
 * recording there are zeros; the pole starts at the first low-passed value. The taps follow
 * from their design: sin(pi m / 8) / (pi m) under a Kaiser window (beta 8.95926), rounded to 6
 * decimals.
 */
#include "algorithms/counts_256.h"

#include <math.h>
#include <string.h>

#include "src/base/clones.h"
#include "src/base/mem.h"

#define BETA (0.1102 * (90.0 - 8.7))
#define POLE 0.307990357416655 /* 1 - exp(-2 pi 15 / 256) */
#define BEFORE ((size_t)COUNTS_256_TAPS + 1)
#define RATE 256
#define OUT_RATE 30

bool counts_256_is_for(int32_t rate)
{
    return rate == 32 || rate == 64 || rate == 128 || rate == 256;
}

/* Modified Bessel function of the first kind, order 0. */
static double bessel_0(double x)
{
    double sum = 1.0, term = 1.0;
    for (int k = 1; k < 60; k++) {
        term *= x / (2.0 * k) * (x / (2.0 * k));
        sum += term;
    }
    return sum;
}

static double tap(int m)
{
    const double r = m / (double)COUNTS_256_TAPS;
    const double window = bessel_0(BETA * sqrt(1.0 - r * r)) / bessel_0(BETA);
    const double sinc = m == 0 ? 0.125 : sin(M_PI * m / 8.0) / (M_PI * m);
    return rint(sinc * window * 1e6) / 1e6;
}

static size_t rows(const struct counts_256 *self)
{
    return BEFORE + 2 * self->n;
}

enum yk_status counts_256_init(struct counts_256 *self, int32_t rate, size_t seconds,
                               struct failure *why)
{
    *self =
        (struct counts_256){.up = RATE / rate, .n = (size_t)rate * seconds, .seconds = seconds};
    self->in = mem_alloc_lines(rows(self) * LANES, sizeof *self->in);
    self->low = mem_alloc_lines(RATE * seconds * LANES, sizeof *self->low);
    if (self->in == NULL || self->low == NULL) {
        counts_256_release(self);
        return failure_set(why, YK_ERR_MEMORY, "counts: no memory for a block");
    }
    for (int m = -COUNTS_256_TAPS; m <= COUNTS_256_TAPS; m++) {
        self->taps[m + COUNTS_256_TAPS] = tap(m);
    }
    return YK_OK;
}

void counts_256_release(struct counts_256 *self)
{
    mem_free(self->in);
    mem_free(self->low);
    *self = (struct counts_256){.in = NULL};
}

/* The block in the middle of `in` at 256 Hz, low-passed. Of the stuffed signal only every up-th
 * value is no zero. */
YK_CLONES
static void low_pass(const double *restrict in, size_t n_out, int up, const double *taps,
                     double *restrict out)
{
    for (size_t n = 0; n < n_out; n++) {
        double sum[LANES] = {0};
        /* sample i of the block lies at 256-Hz place i * up */
        int first = (int)n - COUNTS_256_TAPS;
        int i = first >= 0 ? (first + up - 1) / up : -(-first / up);
        for (; i * up <= (int)n + COUNTS_256_TAPS; i++) {
            const double h = taps[i * up - (int)n + COUNTS_256_TAPS];
            const double *row = in + ((ptrdiff_t)BEFORE + i) * LANES;
            for (size_t l = 0; l < LANES; l++) {
                sum[l] += h * row[l];
            }
        }
        for (size_t l = 0; l < LANES; l++) {
            out[n * LANES + l] = sum[l] * up;
        }
    }
}

YK_CLONES
static void run_pole(double *restrict x, size_t n, double *restrict state)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t l = 0; l < LANES; l++) {
            state[l] = POLE * x[i * LANES + l] + (1.0 - POLE) * state[l];
            x[i * LANES + l] = state[l];
        }
    }
}

/* Value j (from 1) lies at place 256 j / 30, counted from 1. */
static void to_thirty(const double *y, size_t n_out, double *out)
{
    for (size_t j = 1; j <= n_out; j++) {
        const size_t place = RATE * j / OUT_RATE, rest = RATE * j % OUT_RATE;
        const double f = (double)rest / OUT_RATE;
        const double *at = y + (place - 1) * LANES;
        for (size_t l = 0; l < LANES; l++) {
            out[(j - 1) * LANES + l] = rest == 0 ? at[l] : at[l] + f * (at[LANES + l] - at[l]);
        }
    }
}

bool counts_256_block(struct counts_256 *self, const double *samples, double *thirty)
{
    const size_t n = self->n, block = n * LANES;
    double *middle = self->in + BEFORE * LANES, *newest = middle + block;
    bool is_given = self->has_block;
    memcpy(newest, samples, block * sizeof *samples);
    if (is_given) {
        if (self->up == 1) {
            memcpy(self->low, middle, block * sizeof *self->low);
        } else {
            low_pass(self->in, RATE * self->seconds, self->up, self->taps, self->low);
        }
        if (!self->begun) {
            memcpy(self->pole, self->low, sizeof self->pole);
            self->begun = true;
        }
        run_pole(self->low, RATE * self->seconds, self->pole);
        to_thirty(self->low, OUT_RATE * self->seconds, thirty);
    }
    /* what lies before the next block: the end of this one, and of the one before when it is
     * short */
    memmove(self->in, self->in + block, (BEFORE + n) * LANES * sizeof *self->in);
    self->has_block = true;
    return is_given;
}
