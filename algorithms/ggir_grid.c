/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GGIR's grid, see ggir_grid.h. Quirk kept: a point between the last sample of one block and
 * the first of the next is interpolated from the point given before, not from that last sample.
 */
#include "algorithms/ggir_grid.h"

#include <math.h>
#include <string.h>

#include "src/base/clones.h"

#define SECONDS_A_CHUNK 86400.0
#define SAMPLES_A_BLOCK 80.0 /* GGIR's assumption; packed files hold 120 */
#define BEFORE_FIRST_S 0.00001
#define RATE_OFF_MOST 0.1
#define LONGEST_FILL_S (366 * 86400.0)
#define HOLD_LOWEST_G 0.8
#define HOLD_HIGHEST_G 1.2
#define SEQ_FUZZ 1e-10 /* of R's seq() */

int64_t ggir_chunk_blocks(double rate_hz)
{
    return (int64_t)rint(SECONDS_A_CHUNK * rate_hz / SAMPLES_A_BLOCK);
}

enum yk_status ggir_blocks_open(struct ggir_blocks *self, struct recording_source *source,
                                struct failure *why)
{
    memset(self, 0, sizeof *self);
    self->source = source;
    enum yk_status status = sample_block_init(&self->block[0], false, why);
    if (status == YK_OK) {
        status = sample_block_init(&self->block[1], false, why);
        if (status != YK_OK) {
            sample_block_release(&self->block[0]);
        }
    }
    return status;
}

void ggir_blocks_close(struct ggir_blocks *self)
{
    sample_block_release(&self->block[0]);
    sample_block_release(&self->block[1]);
}

static enum yk_status read_good(struct ggir_blocks *self, int into, struct failure *why)
{
    for (;;) {
        enum yk_status status = self->source->ops->next_device_block(
            self->source, &self->block[into], &self->stored[into], why);
        if (status != YK_OK || (self->stored[into].is_good && self->block[into].n > 0)) {
            return status;
        }
    }
}

enum yk_status ggir_blocks_next(struct ggir_blocks *self, struct failure *why)
{
    if (!self->began) {
        enum yk_status status = read_good(self, 1, why);
        if (status != YK_OK) {
            return status;
        }
        self->began = true;
        self->has_next = true;
    } else if (!self->has_next) {
        return YK_END;
    } else {
        double apart = self->stored[1 - self->now].wall_s - self->stored[self->now].wall_s;
        self->last_period_s = apart / self->block[self->now].n;
    }
    self->now = 1 - self->now;
    enum yk_status status = read_good(self, 1 - self->now, why);
    self->has_next = status == YK_OK;
    return status == YK_END ? YK_OK : status;
}

const struct sample_block *ggir_stream_block(const struct ggir_stream *self)
{
    return &self->blocks.block[self->blocks.now];
}

enum yk_status ggir_stream_open(struct ggir_stream *self, struct recording_source *source,
                                double rate_hz, int64_t chunk_blocks,
                                const struct ggir_chunk *chunks, struct failure *why)
{
    memset(self, 0, sizeof *self);
    self->rate_hz = rate_hz;
    self->chunk_blocks = chunk_blocks;
    self->chunks = chunks;
    self->chunk = -1;
    self->is_last_block = true; /* nothing yet */
    return ggir_blocks_open(&self->blocks, source, why);
}

void ggir_stream_close(struct ggir_stream *self)
{
    ggir_blocks_close(&self->blocks);
}

static double point_s(const struct ggir_stream *self, int64_t j)
{
    return self->start_s + (double)j * (1.0 / self->rate_hz);
}

/* Number of points at or before a time (`inclusive`), or before it. */
static int64_t points_until(const struct ggir_stream *self, double s, bool inclusive)
{
    int64_t j = (int64_t)floor((s - self->start_s) * self->rate_hz) - 1;
    j = j > 0 ? j : 0;
    while (inclusive ? point_s(self, j) <= s : point_s(self, j) < s) {
        j++;
    }
    return j;
}

static void begin_chunk(struct ggir_stream *self, int64_t chunk)
{
    const struct sample_block *block = ggir_stream_block(self);
    const double start = self->blocks.stored[self->blocks.now].wall_s;
    self->chunk = chunk;
    self->start_s = self->chunks != NULL ? self->chunks[chunk].start_s : start;
    self->before_s = start - BEFORE_FIRST_S;
    for (int a = 0; a < 3; a++) {
        self->before[a] = (double)block->acc_g[a][0];
    }
    /* a stream that begins in the middle of a chunk finds its place on the grid */
    self->next = points_until(self, start, false);
}

/* Time of the current block's samples, and the points they reach to. */
static void place_block(struct ggir_stream *self)
{
    const struct ggir_blocks *b = &self->blocks;
    const struct device_block *now = &b->stored[b->now], *next = &b->stored[1 - b->now];
    const double n = ggir_stream_block(self)->n;
    double period = b->last_period_s > 0.0 ? b->last_period_s : 1.0 / self->rate_hz;
    double until = b->has_next ? next->wall_s : now->wall_s + period * n;
    double chunk_until = b->has_next ? until : now->wall_s + n / self->rate_hz;
    bool is_next = b->has_next && (next->sequence == now->sequence + 1 || next->sequence == 0);
    if (until - now->wall_s > LONGEST_FILL_S) { /* a clock that was set, not a gap */
        until = now->wall_s + period * n;
    }
    double observed = n / (until - now->wall_s);
    self->from_s = now->wall_s;
    self->until_s = until;
    self->spacing_s = (until - now->wall_s) / n;
    self->is_filled =
        b->has_next && (!is_next || !(until > now->wall_s) ||
                        fabs(observed - self->rate_hz) / self->rate_hz > RATE_OFF_MOST);
    self->is_last_block =
        !b->has_next || (int64_t)next->number / self->chunk_blocks != self->chunk;
    if (self->is_filled) {
        self->limit = points_until(self, until, false);
    } else {
        self->limit = points_until(self, self->from_s + self->spacing_s * (n - 1.0), true);
    }
    if (self->is_last_block) {
        double room = (chunk_until - self->start_s) / (1.0 / self->rate_hz);
        int64_t most = (int64_t)(room + SEQ_FUZZ);
        self->limit = self->limit < most ? self->limit : most;
    }
}

/* One constant over the stretch: the last point at 1 g. */
static void fill(const struct ggir_stream *self, int64_t n, double *const out[3])
{
    double v[3] = {0.0, 0.0, 1.0};
    double norm = sqrt((self->before[0] * self->before[0] + self->before[1] * self->before[1]) +
                       self->before[2] * self->before[2]);
    for (int a = 0; norm > HOLD_LOWEST_G && norm < HOLD_HIGHEST_G && a < 3; a++) {
        v[a] = self->before[a] / norm;
    }
    for (int a = 0; a < 3; a++) {
        for (int64_t i = 0; i < n; i++) {
            out[a][i] = v[a];
        }
    }
}

/* Time of sample k of the current block, rounded as R's seq() rounds it: seconds since 1970
 * leave only 2e-7 s, which shows in the fourth decimal of some results. */
static double sample_s(const struct ggir_stream *self, int64_t k)
{
    return k == (int64_t)ggir_stream_block(self)->n
               ? self->until_s
               : self->from_s + (double)k * self->spacing_s;
}

/* Before the block's first sample: from the point before. */
static void interpolate_first(const struct ggir_stream *self, double t, double *const out[3],
                              int64_t i)
{
    const struct sample_block *block = ggir_stream_block(self);
    double f = self->from_s > self->before_s
                   ? (t - self->before_s) / (self->from_s - self->before_s)
                   : 1.0;
    f = f < 1.0 ? f : 1.0;
    for (int a = 0; a < 3; a++) {
        out[a][i] = f * ((double)block->acc_g[a][0] - self->before[a]) + self->before[a];
    }
}

/* The last sample before t: sample_s(k) < t <= sample_s(k + 1), as far as there is one. */
static int64_t sample_before(const struct ggir_stream *self, double t)
{
    const int64_t last = (int64_t)ggir_stream_block(self)->n - 2;
    int64_t k = (int64_t)((t - self->from_s) / self->spacing_s);
    k = k < last ? k : last;
    while (k > 0 && sample_s(self, k) >= t) {
        k--;
    }
    while (k < last && sample_s(self, k + 1) < t) {
        k++;
    }
    return k;
}

/* Points next + from ... next + to - 1, each one sample after the other from sample k on. */
YK_CLONES
static void run(const struct ggir_stream *self, int32_t from, int32_t to, int32_t k,
                double *const out[3])
{
    const struct sample_block *block = &self->blocks.block[self->blocks.now];
    const double first = self->from_s, spacing = self->spacing_s, start = self->start_s;
    const double step = 1.0 / self->rate_hz, point = (double)(self->next + from);
    const float *restrict x = block->acc_g[0] + k, *restrict y = block->acc_g[1] + k,
                          *restrict z = block->acc_g[2] + k;
    double *restrict to_x = out[0] + from, *restrict to_y = out[1] + from,
                     *restrict to_z = out[2] + from;
    for (int32_t i = 0; i < to - from; i++) {
        const double t = start + (point + (double)i) * step;
        const double left = first + (double)(k + i) * spacing;
        const double right = first + (double)(k + i + 1) * spacing;
        const double f = (t - left) / (right - left);
        const double x0 = (double)x[i], y0 = (double)y[i], z0 = (double)z[i];
        to_x[i] = f * ((double)x[i + 1] - x0) + x0;
        to_y[i] = f * ((double)y[i + 1] - y0) + y0;
        to_z[i] = f * ((double)z[i + 1] - z0) + z0;
    }
}

static void interpolate(struct ggir_stream *self, int64_t n, double *const out[3])
{
    const int64_t last = (int64_t)ggir_stream_block(self)->n - 2;
    for (int64_t i = 0; i < n;) {
        const double t = point_s(self, self->next + i);
        if (t <= self->from_s || last < 0) {
            interpolate_first(self, t, out, i++);
            continue;
        }
        /* from point to point the distance to the sample before changes by `drift` only */
        const int64_t k = sample_before(self, t);
        const double into = t - sample_s(self, k),
                     drift = 1.0 / self->rate_hz - self->spacing_s;
        double many = drift > 0.0 ? (self->spacing_s - into) / drift : into / -drift;
        int64_t end = many - 2.0 < (double)(n - i) ? i + (int64_t)many - 2 : n;
        end = end < i + last - k + 1 ? end : i + last - k + 1;
        end = end > i ? end : i + 1;
        run(self, (int32_t)i, (int32_t)end, (int32_t)k, out);
        i = end;
    }
}

static enum yk_status next_block(struct ggir_stream *self, struct failure *why)
{
    enum yk_status status = ggir_blocks_next(&self->blocks, why);
    if (status != YK_OK) {
        return status;
    }
    int64_t chunk = (int64_t)self->blocks.stored[self->blocks.now].number / self->chunk_blocks;
    if (chunk != self->chunk) {
        begin_chunk(self, chunk);
    }
    place_block(self);
    return YK_OK;
}

enum yk_status ggir_stream_pass(struct ggir_stream *self, struct failure *why)
{
    enum yk_status status = next_block(self, why);
    if (status == YK_OK && self->limit > self->next) {
        self->next = self->limit;
    }
    return status;
}

enum yk_status ggir_stream_take(struct ggir_stream *self, int64_t n, double *const out[3],
                                int64_t *got, bool *ends_chunk, struct failure *why)
{
    *got = 0;
    *ends_chunk = false;
    if (self->next >= self->limit) {
        enum yk_status status = next_block(self, why);
        if (status != YK_OK) {
            return status;
        }
    }
    int64_t here = self->limit - self->next;
    here = here < 0 ? 0 : here < n ? here : n;
    if (here > 0) {
        if (self->is_filled) {
            fill(self, here, out);
        } else {
            interpolate(self, here, out);
        }
        self->next += here;
        self->before_s = point_s(self, self->next - 1);
        for (int a = 0; a < 3; a++) {
            self->before[a] = out[a][here - 1];
        }
    }
    *got = here;
    *ends_chunk = self->is_last_block && self->next >= self->limit;
    return YK_OK;
}
