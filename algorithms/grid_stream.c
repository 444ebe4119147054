/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Resampling to the UTC grid, see grid_stream.h.
 *
 * Inside a block the sample before a grid point is a fixed number of samples ahead of the
 * point's own number for hundreds of points on end (clocks are off by 0.1 % at most), so the
 * work is one or two runs a block of A * (r[i] + f * (r[i+1] - r[i])) + B with contiguous
 * loads.
 */
#include "algorithms/grid_stream.h"

#include <math.h>
#include <string.h>

#include "src/base/clones.h"
#include "src/base/clock.h"

#define ON_GRID 1e-6       /* samples: nearer than this, a point takes the sample itself */
#define GAP_PERIODS 2.0    /* farther apart than this, samples are missing in between */
#define CLIP_SHARE 0.995   /* of the range */
#define HOLD_LOWEST_G 0.8  /* a held vector is scaled to 1 g when its norm lies between, */
#define HOLD_HIGHEST_G 1.2 /* and replaced by (0, 0, 1) otherwise, as in GGIR */
#define SLOWEST 4.0        /* nominal periods between samples; slower is a wrong time stamp */
#define SENSIBLE_G 1e4F    /* beyond: not a measurement */

int64_t grid_point_at(int64_t ns, int32_t rate)
{
    int64_t second = floor_div(ns, NS_PER_S), rest = floor_mod(ns, NS_PER_S);
    return second * rate + (rest * rate + NS_PER_S - 1) / NS_PER_S;
}

enum yk_status grid_stream_open(struct grid_stream *self, struct recording_source *source,
                                bool owns_source, int32_t rate, int64_t from,
                                const struct calibration *calibration, struct failure *why)
{
    memset(self, 0, sizeof *self);
    enum yk_status status = sample_block_init(&self->block, false, why);
    if (status != YK_OK) {
        return status;
    }
    self->source = source;
    self->owns_source = owns_source;
    self->rate = rate;
    self->next = from;
    self->calibration = calibration;
    double range = source->info.range_g;
    self->clip_g = range > 0.0 ? range * CLIP_SHARE : INFINITY;
    int exponent;
    double steps = source->info.steps_per_g;
    self->steps = steps >= 1.0 && frexp(steps, &exponent) != 0.5 ? steps : 0.0;
    self->temperature_c = NAN;
    self->first = INT64_MIN / 2; /* no block yet: everything lies before `next` */
    return YK_OK;
}

void grid_stream_close(struct grid_stream *self)
{
    if (self->owns_source) {
        recording_source_close(self->source);
    }
    self->source = NULL;
    sample_block_release(&self->block);
}

static double block_s(const struct grid_stream *self, double sample)
{
    return sample * self->block.period_s;
}

/* A, B of x = A * recorded + B for the block's temperature. */
static void fold_calibration(struct grid_stream *self)
{
    const struct calibration *c = self->calibration;
    if (!isnan(self->block.temperature_c)) {
        self->temperature_c = (double)self->block.temperature_c;
    }
    double off = c->uses_temperature && !isnan(self->temperature_c)
                     ? self->temperature_c - c->mean_temperature_c
                     : 0.0;
    for (int a = 0; a < 3; a++) {
        self->factor[a] = c->scale[a];
        self->term[a] = c->scale[a] * c->offset_g[a] + c->temperature_g_per_c[a] * off;
    }
}

/* Which grid points lie between the block's first and last sample. */
static void place_block(struct grid_stream *self)
{
    const struct sample_block *b = &self->block;
    const int64_t second = floor_div(b->t0_ns, NS_PER_S);
    const int64_t rest = floor_mod(b->t0_ns, NS_PER_S) * self->rate; /* in 1/rate ns */
    const int64_t early = (int64_t)(ON_GRID * (double)NS_PER_S);
    int64_t ahead = (rest - early + NS_PER_S - 1) / NS_PER_S;
    ahead = ahead > 0 ? ahead : 0;
    self->first = second * self->rate + ahead;
    const double rate_period = self->rate * b->period_s;
    double base = (double)(ahead * NS_PER_S - rest) / ((double)NS_PER_S * rate_period);
    double step = 1.0 / rate_period, last = (double)b->n - 1.0;
    if (fabs(step - 1.0) * (double)b->n < ON_GRID && fabs(base - rint(base)) < ON_GRID) {
        base = rint(base);
        step = 1.0;
    }
    base = base > 0.0 ? base : 0.0;
    double most = floor((last + ON_GRID - base) / step);
    self->base = base;
    self->step = step;
    self->n_points = most >= 0.0 ? (int64_t)most + 1 : 0;
}

YK_CLONES
static bool is_sensible(const float *restrict x, const float *restrict y,
                        const float *restrict z, size_t n)
{
    int bad = 0;
    for (size_t i = 0; i < n; i++) {
        bad |= !(fabsf(x[i]) < SENSIBLE_G) | !(fabsf(y[i]) < SENSIBLE_G) |
               !(fabsf(z[i]) < SENSIBLE_G);
    }
    return bad == 0;
}

/* Adding and taking away 1.5 * 2^52 rounds to a whole number. */
YK_INLINE double nearest_step(float g, double steps)
{
    const double big = 6755399441055744.0;
    return (((double)g * steps + big) - big) / steps;
}

/* The recorded value that this float stands for. */
static double recorded(const struct grid_stream *self, float g)
{
    return self->steps > 0.0 ? nearest_step(g, self->steps) : (double)g;
}

/* The next block that can be used; self->ended after the last. */
static enum yk_status next_block(struct grid_stream *self, struct failure *why)
{
    struct sample_block *b = &self->block;
    if (b->n > 0) {
        self->has_previous = true;
        self->previous_t0_ns = b->t0_ns;
        self->previous_s = block_s(self, (double)b->n - 1.0);
        for (int a = 0; a < 3; a++) {
            self->previous_g[a] = recorded(self, b->acc_g[a][b->n - 1]);
        }
    }
    bool skipped = false;
    for (;;) {
        enum yk_status status = self->source->ops->next_samples(self->source, b, why);
        if (status == YK_END) {
            self->ended = true;
            b->n = 0;
            return YK_OK;
        }
        if (status != YK_OK) {
            return status;
        }
        if (b->n > 0 && b->period_s > 0.0 && b->period_s * self->rate < SLOWEST &&
            is_sensible(b->acc_g[0], b->acc_g[1], b->acc_g[2], b->n)) {
            break;
        }
        skipped = true;
    }
    double apart = self->has_previous
                       ? (double)(b->t0_ns - self->previous_t0_ns) * 1e-9 - self->previous_s
                       : INFINITY;
    self->touches_previous = !skipped && apart > 0.0 && apart < GAP_PERIODS * b->period_s &&
                             (b->flags & (BLOCK_AFTER_GAP | BLOCK_RESTART)) == 0;
    fold_calibration(self);
    place_block(self);
    return YK_OK;
}

/* As run(), below, where a float is only near the recorded value. */
YK_CLONES
static void run_in_steps(const struct grid_stream *self, int32_t from, int32_t to,
                         int32_t ahead, double *const out[3])
{
    const double base = self->base, step = self->step, steps = self->steps;
    for (int a = 0; a < 3; a++) {
        const float *restrict x = self->block.acc_g[a];
        double *restrict to_x = out[a];
        const double factor = self->factor[a], term = self->term[a];
        for (int32_t k = from; k < to; k++) {
            const int32_t i = k + ahead;
            double f = (base + (double)k * step) - (double)i;
            double x0 = nearest_step(x[i], steps), x1 = nearest_step(x[i + 1], steps);
            to_x[k - from] = factor * (x0 + f * (x1 - x0)) + term;
        }
    }
}

/* Points first + from ... first + to - 1 of the current block. k - (sample before point k)
 * stays `ahead` all the way. */
YK_CLONES
static void run(const struct grid_stream *self, int32_t from, int32_t to, int32_t ahead,
                double *const out[3])
{
    const double base = self->base, step = self->step;
    const float *restrict x = self->block.acc_g[0], *restrict y = self->block.acc_g[1],
                          *restrict z = self->block.acc_g[2];
    double *restrict to_x = out[0], *restrict to_y = out[1], *restrict to_z = out[2];
    const double ax = self->factor[0], ay = self->factor[1], az = self->factor[2];
    const double bx = self->term[0], by = self->term[1], bz = self->term[2];
    for (int32_t k = from; k < to; k++) {
        const int32_t i = k + ahead;
        double f = (base + (double)k * step) - (double)i;
        double x0 = (double)x[i], y0 = (double)y[i], z0 = (double)z[i];
        to_x[k - from] = ax * (x0 + f * ((double)x[i + 1] - x0)) + bx;
        to_y[k - from] = ay * (y0 + f * ((double)y[i + 1] - y0)) + by;
        to_z[k - from] = az * (z0 + f * ((double)z[i + 1] - z0)) + bz;
    }
}

/* The same for a block of one sample, and for the last sample, which has none after it. */
static void copy_sample(const struct grid_stream *self, uint32_t i, size_t n,
                        double *const out[3])
{
    for (int a = 0; a < 3; a++) {
        double v = self->factor[a] * recorded(self, self->block.acc_g[a][i]) + self->term[a];
        for (size_t k = 0; k < n; k++) {
            out[a][k] = v;
        }
    }
}

/* Points first + from ... first + to - 1 of the current block, in runs. */
static void take_block(const struct grid_stream *self, int64_t from, int64_t to,
                       double *const out[3])
{
    const int64_t last = (int64_t)self->block.n - 1;
    for (int64_t k = from; k < to;) {
        double *at[3] = {out[0] + (k - from), out[1] + (k - from), out[2] + (k - from)};
        int64_t i = (int64_t)(self->base + (double)k * self->step); /* never negative */
        if (i >= last) {
            copy_sample(self, (uint32_t)last, (size_t)(to - k), at);
            return;
        }
        /* where the sample number gains or loses on the point number, less one for rounding */
        double drift = self->step - 1.0, until = (double)to;
        if (drift > 0.0) {
            until = ((double)(i - k + 1) - self->base) / drift;
        } else if (drift < 0.0) {
            until = (self->base - (double)(i - k)) / -drift;
        }
        int64_t end = until < (double)to ? (int64_t)until - 1 : to;
        end = end < last - (i - k) ? end : last - (i - k);
        end = end > k + 1 ? end : k + 1;
        while (end < to && end + (i - k) < last &&
               (int64_t)(self->base + (double)end * self->step) - end == i - k) {
            end++;
        }
        (self->steps > 0.0 ? run_in_steps : run)(self, (int32_t)k, (int32_t)end,
                                                 (int32_t)(i - k), at);
        k = end;
    }
}

/* Points between the last sample of the block before and the first of this one. */
static void take_junction(const struct grid_stream *self, int64_t n, double *const out[3])
{
    const struct sample_block *b = &self->block;
    double to_first = (double)(b->t0_ns - self->previous_t0_ns) * 1e-9;
    int64_t second = floor_div(b->t0_ns, NS_PER_S);
    double into = (double)floor_mod(b->t0_ns, NS_PER_S) * 1e-9;
    for (int64_t k = 0; k < n; k++) {
        int64_t from_second = self->next + k - second * self->rate;
        double at = to_first + ((double)from_second / self->rate - into);
        double f = (at - self->previous_s) / (to_first - self->previous_s);
        f = f < 0.0 ? 0.0 : f > 1.0 ? 1.0 : f;
        for (int a = 0; a < 3; a++) {
            double before = self->previous_g[a], after = recorded(self, b->acc_g[a][0]);
            out[a][k] = self->factor[a] * (before + f * (after - before)) + self->term[a];
        }
    }
}

/* Before the first sample: that sample. In a gap and after the end: the last value, at 1 g. */
static void take_held(struct grid_stream *self, size_t n, double *const out[3])
{
    double v[3] = {0.0, 0.0, 1.0};
    if (self->has_hold) {
        double norm = sqrt(self->hold[0] * self->hold[0] + self->hold[1] * self->hold[1] +
                           self->hold[2] * self->hold[2]);
        for (int a = 0; norm > HOLD_LOWEST_G && norm < HOLD_HIGHEST_G && a < 3; a++) {
            v[a] = self->hold[a] / norm;
        }
    } else if (self->block.n > 0) {
        for (int a = 0; a < 3; a++) {
            v[a] = self->factor[a] * recorded(self, self->block.acc_g[a][0]) + self->term[a];
        }
    }
    for (int a = 0; a < 3; a++) {
        for (size_t k = 0; k < n; k++) {
            out[a][k] = v[a];
        }
    }
}

/* In a gap whose cause is known, as the recorder's maker fills it: the last value as it is,
 * from some time on zeros. Returns how many of the n points. */
static size_t take_as_maker(const struct grid_stream *self, size_t n, double *const out[3])
{
    const int64_t zeros_ns = self->block.zeros_from_ns;
    const int64_t zeros = zeros_ns != TIME_UNKNOWN && self->fills_gaps
                              ? grid_point_at(zeros_ns, self->rate)
                              : INT64_MAX / 2;
    const int64_t held = zeros - self->next; /* points before the zeros */
    const bool is_zero = held <= 0;
    if (held > 0 && (uint64_t)held < n) {
        n = (size_t)held;
    }
    for (int a = 0; a < 3; a++) {
        const double v = is_zero ? self->term[a] : self->hold[a];
        for (size_t k = 0; k < n; k++) {
            out[a][k] = v;
        }
    }
    return n;
}

static void tally_reading(double *sum, double *n, float reading, double points)
{
    if (!isnan(reading)) {
        *sum += (double)reading * points;
        *n += points;
    }
}

void grid_tally_readings(struct grid_tally *self, const struct sample_block *block,
                         double points)
{
    tally_reading(&self->light, &self->n_light, block->light, points);
    tally_reading(&self->temperature, &self->n_temperature, block->temperature_c, points);
    tally_reading(&self->battery, &self->n_battery, block->battery_v, points);
}

static void tally_points(const struct grid_stream *self, size_t n, double *const out[3],
                         struct grid_tally *tally)
{
    const struct sample_block *b = &self->block;
    tally->observed += (double)n;
    grid_tally_readings(tally, b, (double)n);
    if ((b->flags & BLOCK_CLIPPED) == 0) {
        return;
    }
    for (size_t k = 0; k < n; k++) {
        bool clipped = false;
        for (int a = 0; a < 3; a++) {
            double recorded = (out[a][k] - self->term[a]) / self->factor[a];
            clipped = clipped || fabs(recorded) >= self->clip_g;
        }
        tally->clipped += clipped ? 1.0 : 0.0;
    }
}

/* Some points, at most n, from the current block, the junction before it or a gap. */
static size_t take_some(struct grid_stream *self, size_t n, double *const out[3], uint8_t *seen,
                        struct grid_tally *tally)
{
    int64_t into = self->next - self->first, wanted = (int64_t)n;
    bool observed = !self->ended;
    if (self->ended) {
        take_held(self, n, out);
    } else if (into < 0) {
        wanted = -into < wanted ? -into : wanted;
        observed = self->touches_previous;
        if (observed) {
            take_junction(self, wanted, out);
        } else if ((self->block.flags & BLOCK_HELD) != 0 && self->has_hold) {
            wanted = (int64_t)take_as_maker(self, (size_t)wanted, out);
            observed = self->fills_gaps;
        } else {
            take_held(self, (size_t)wanted, out);
        }
    } else {
        wanted = self->n_points - into < wanted ? self->n_points - into : wanted;
        take_block(self, into, into + wanted, out);
    }
    const size_t taken = wanted > 0 ? (size_t)wanted : 0;
    memset(seen, observed ? 1 : 0, taken);
    if (observed && taken > 0) {
        tally_points(self, taken, out, tally);
        for (int a = 0; a < 3; a++) {
            self->hold[a] = out[a][taken - 1];
        }
        self->has_hold = true;
    }
    self->next += wanted;
    return taken;
}

/* A block that lies wholly before the next point still tells the value to hold. */
static void pass_block(struct grid_stream *self)
{
    const struct sample_block *b = &self->block;
    for (int a = 0; b->n > 0 && a < 3; a++) {
        self->hold[a] = self->factor[a] * recorded(self, b->acc_g[a][b->n - 1]) + self->term[a];
        self->has_hold = true;
    }
}

enum yk_status grid_stream_begin(struct grid_stream *self, bool *is_early, struct failure *why)
{
    enum yk_status status = next_block(self, why);
    *is_early = status == YK_OK && !self->ended && self->first <= self->next;
    return status;
}

enum yk_status grid_stream_take(struct grid_stream *self, size_t n, double *const out[3],
                                uint8_t *seen, struct grid_tally *tally, struct failure *why)
{
    for (size_t done = 0; done < n;) {
        while (!self->ended && self->next >= self->first + self->n_points) {
            pass_block(self);
            enum yk_status status = next_block(self, why);
            if (status != YK_OK) {
                return status;
            }
        }
        double *at[3] = {out[0] + done, out[1] + done, out[2] + done};
        done += take_some(self, n - done, at, seen + done, tally);
    }
    return YK_OK;
}
