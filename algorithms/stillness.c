/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Stillness in lanes, see stillness.h. Every block gives the moments (count, mean, squared
 * deviations, smallest, largest) of each axis; they are joined to epochs, to half quarters (the
 * 2013 rule looks at hours that begin at an odd half quarter) and, from every n-th sample, to
 * quarters (the 2023 rule looks at 5 samples a second).
 *
 * "Every n-th" starts anew in each block of 5 s, not in each hour: the same samples wherever 5
 * s hold a whole number of them, which is so at every rate that is a multiple of 5 Hz.
 */
#include "algorithms/stillness.h"

#include <math.h>
#include <string.h>

#include "src/base/clones.h"
#include "src/base/mem.h"

#define HALF_QUARTER_S (QUARTER_S / 2)
#define QUARTERS_AN_HOUR 4
#define CLIP_MARGIN_G 0.5 /* below the end of the range */
#define CLIP_ALL 1.5      /* one value this many times the limit spoils the quarter */
#define RANGE_WHEN_UNKNOWN_G 8.0

struct moments {
    double n, mean, squares, min, max;
};

struct rows { /* moments of one axis of one block, all lanes */
    double n[LANES], mean[LANES], squares[LANES], min[LANES], max[LANES];
};

struct clipping {
    double n, beyond[3];
    bool all;
};

struct stillness_stage {
    struct lane_stage stage;
    const struct lane_setup *setup;
    size_t thin; /* every how many-th sample the 2023 rule takes */
    double clip_g;
    struct moments epoch[3][LANES];
    struct moments (*half)[3];    /* [2 * n_quarters], every sample */
    struct moments (*quarter)[3]; /* [n_quarters], thinned */
    struct clipping *clip;        /* [n_quarters] */
    float *score;                 /* [n_quarters], while a rule is applied */
};

static void join(struct moments *into, const struct moments *more)
{
    if (more->n <= 0.0) {
        return;
    }
    if (into->n <= 0.0) {
        *into = *more;
        return;
    }
    double n = into->n + more->n, apart = more->mean - into->mean;
    into->squares += more->squares + apart * apart * (into->n * more->n / n);
    into->mean += apart * (more->n / n);
    into->n = n;
    into->min = more->min < into->min ? more->min : into->min;
    into->max = more->max > into->max ? more->max : into->max;
}

static double deviation(const struct moments *m)
{
    return sqrt(m->squares / (m->n - 1.0)); /* sample SD; NaN for fewer than two */
}

YK_INLINE void sum_rows(const double *restrict x, const double *restrict seen, size_t n,
                        size_t step, bool masked, struct rows *restrict out)
{
    double count[LANES] = {0}, sum[LANES] = {0}, squares[LANES] = {0}, min[LANES], max[LANES];
    for (size_t l = 0; l < LANES; l++) {
        min[l] = INFINITY;
        max[l] = -INFINITY;
    }
    for (size_t t = 0; t < n; t += step) {
        const size_t at = t * LANES;
        for (size_t l = 0; l < LANES; l++) {
            double v = x[at + l], w = masked ? seen[at + l] : 1.0;
            double off = (v - x[l]) * w; /* from the first value: no cancellation */
            count[l] += w;
            sum[l] += off;
            squares[l] += off * off;
            double low = masked && w <= 0.0 ? INFINITY : v;
            double high = masked && w <= 0.0 ? -INFINITY : v;
            min[l] = low < min[l] ? low : min[l];
            max[l] = high > max[l] ? high : max[l];
        }
    }
    for (size_t l = 0; l < LANES; l++) {
        double mean = count[l] > 0.0 ? sum[l] / count[l] : 0.0;
        double rest = squares[l] - sum[l] * mean;
        out->n[l] = count[l];
        out->mean[l] = x[l] + mean;
        out->squares[l] = rest > 0.0 ? rest : 0.0;
        out->min[l] = min[l];
        out->max[l] = max[l];
    }
}

YK_CLONES
static void rows_of(const double *x, const double *seen, size_t n, size_t step,
                    struct rows *out)
{
    if (seen != NULL) {
        sum_rows(x, seen, n, step, true, out);
    } else {
        sum_rows(x, seen, n, step, false, out);
    }
}

static struct moments moments_of(const struct rows *rows, size_t l)
{
    return (struct moments){rows->n[l], rows->mean[l], rows->squares[l], rows->min[l],
                            rows->max[l]};
}

/* Samples near the end of the range are few: they are counted only where there are some. */
static void count_clipped(struct stillness_stage *self, const struct lane_block *block,
                          int axis, size_t l, struct clipping *clip)
{
    for (size_t t = 0; t < block->n; t++) {
        double size = fabs(block->acc[axis][t * LANES + l]);
        if (size > self->clip_g && (block->seen == NULL || block->seen[t * LANES + l] > 0.0)) {
            clip->beyond[axis] += 1.0;
            clip->all = clip->all || size > CLIP_ALL * self->clip_g;
        }
    }
}

/* Puts a lane's moments of this block where they belong in time. */
static void add_lane(struct stillness_stage *self, const struct lane_block *block, int axis,
                     size_t l, const struct rows *every, const struct rows *thinned)
{
    const struct lane_setup *setup = self->setup;
    struct moments all = moments_of(every, l), few = moments_of(thinned, l);
    join(&self->epoch[axis][l], &all);
    int64_t second = setup->first_epoch[l] * setup->epoch_s + block->step * setup->block_s;
    if (second < setup->from[l] * setup->epoch_s || second >= setup->to[l] * setup->epoch_s) {
        return;
    }
    size_t half = (size_t)(second / HALF_QUARTER_S), quarter = half / 2;
    if (quarter >= setup->n_quarters) {
        return;
    }
    join(&self->half[half][axis], &all);
    join(&self->quarter[quarter][axis], &few);
    struct clipping *clip = &self->clip[quarter];
    clip->n += axis == 0 ? all.n : 0.0;
    if (all.max > self->clip_g || all.min < -self->clip_g) {
        count_clipped(self, block, axis, l, clip);
    }
}

static void stillness_block(struct lane_stage *stage, const struct lane_block *block)
{
    struct stillness_stage *self = (struct stillness_stage *)stage;
    for (int a = 0; a < 3; a++) {
        struct rows every, thinned;
        rows_of(block->acc[a], block->seen, block->n, 1, &every);
        rows_of(block->acc[a], block->seen, block->n, self->thin, &thinned);
        for (size_t l = 0; l < LANES; l++) {
            add_lane(self, block, a, l, &every, &thinned);
        }
    }
}

static void stillness_epoch_end(struct lane_stage *stage, int64_t step, struct lane_sink *sink)
{
    struct stillness_stage *self = (struct stillness_stage *)stage;
    double spread[LANES], range[LANES];
    for (size_t l = 0; l < LANES; l++) {
        double sd = NAN, largest = -INFINITY, second = -INFINITY;
        for (int a = 0; a < 3; a++) {
            const struct moments *m = &self->epoch[a][l];
            sd = fmax(sd, deviation(m));
            double width = m->n > 0.0 ? m->max - m->min : -INFINITY;
            second = width > largest ? largest : fmax(second, width);
            largest = fmax(largest, width);
        }
        spread[l] = sd;
        range[l] = second >= 0.0 ? second : NAN;
    }
    lane_sink_put(sink, EPOCH_STD_MG, step, spread);
    lane_sink_put(sink, EPOCH_RANGE_MG, step, range);
    memset(self->epoch, 0, sizeof self->epoch);
}

static bool is_still(const struct stillness_stage *self, const struct moments *m)
{
    return m->max - m->min < self->setup->still_range_g &&
           deviation(m) < self->setup->still_sd_g;
}

/* A score of 1 between two above 1 becomes 2. */
static void smooth(float *score, size_t n)
{
    for (size_t q = 1; q + 1 < n; q++) {
        if (score[q] == 1.0F && score[q - 1] > 1.0F && score[q + 1] > 1.0F) {
            score[q] = 2.0F;
        }
    }
}

/* The hour from each quarter on, cut at the end; a still axis marks every quarter of it, and a
 * quarter's score is taken when its own hour was looked at: marks reach forward only. */
static void score_2023(struct stillness_stage *self, size_t from, size_t to)
{
    size_t marked_until[3] = {0, 0, 0};
    for (size_t q = from; q < to; q++) {
        int still = 0;
        for (int a = 0; a < 3; a++) {
            struct moments hour = {0};
            for (size_t i = q; i < to && i < q + QUARTERS_AN_HOUR; i++) {
                join(&hour, &self->quarter[i][a]);
            }
            if (hour.n > 0.0 && is_still(self, &hour)) {
                marked_until[a] = q + QUARTERS_AN_HOUR;
            }
            still += q < marked_until[a];
        }
        self->score[q] = self->quarter[q][0].n > 0.0 ? (float)still : NAN;
    }
    smooth(self->score + from, to - from);
}

/* The hour centred on each quarter; the quarters at the ends share the first and last hour. */
static void score_2013(struct stillness_stage *self, size_t from, size_t to)
{
    const size_t halves = 2 * QUARTERS_AN_HOUR, before = QUARTERS_AN_HOUR - 1;
    for (size_t q = from; q < to; q++) {
        size_t begin = 2 * q >= 2 * from + before ? 2 * q - before : 2 * from;
        if (begin + halves > 2 * to) {
            begin = 2 * to >= 2 * from + halves ? 2 * to - halves : 2 * from;
        }
        int still = 0;
        for (int a = 0; a < 3; a++) {
            struct moments hour = {0};
            for (size_t i = begin; i < begin + halves && i < 2 * to; i++) {
                join(&hour, &self->half[i][a]);
            }
            still += hour.n > 0.0 && is_still(self, &hour);
        }
        self->score[q] = self->quarter[q][0].n > 0.0 ? (float)still : NAN;
    }
    smooth(self->score + from, to - from);
}

static void stillness_finish(struct lane_stage *stage, struct lane_sink *sink)
{
    struct stillness_stage *self = (struct stillness_stage *)stage;
    const struct lane_setup *setup = self->setup;
    struct quarter_series *out = sink->quarters;
    for (size_t i = 0; i < setup->n_parts; i++) {
        const size_t from = setup->part_from[i], to = setup->part_to[i];
        score_2013(self, from, to);
        memcpy(out->score_2013 + from, self->score + from, (to - from) * sizeof(float));
        score_2023(self, from, to);
        memcpy(out->score_2023 + from, self->score + from, (to - from) * sizeof(float));
        for (size_t q = from; q < to; q++) {
            const struct clipping *c = &self->clip[q];
            double most = fmax(fmax(c->beyond[0], c->beyond[1]), c->beyond[2]);
            out->clipped[q] = c->all ? 1.0F : (float)(most / c->n);
        }
    }
}

static void stillness_close(struct lane_stage *stage)
{
    struct stillness_stage *self = (struct stillness_stage *)stage;
    mem_free(self->half);
    mem_free(self->quarter);
    mem_free(self->clip);
    mem_free(self->score);
    mem_free(self);
}

enum yk_status stillness_open(const struct lane_setup *setup, struct lane_sink *sink,
                              struct lane_stage **out, struct failure *why)
{
    static const struct lane_stage_ops ops = {stillness_block, stillness_epoch_end,
                                              stillness_finish, stillness_close};
    static const enum epoch_column makes[] = {EPOCH_STD_MG, EPOCH_RANGE_MG};
    enum yk_status status = lane_sink_need(sink, makes, 2, why);
    if (status != YK_OK) {
        return status;
    }
    struct stillness_stage *self = mem_alloc_lines(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "stillness: no memory");
    }
    self->stage.ops = &ops;
    self->setup = setup;
    self->thin = (size_t)(setup->rate + 4) / 5;
    double range = setup->range_g > 0.0 ? setup->range_g : RANGE_WHEN_UNKNOWN_G;
    self->clip_g = range - CLIP_MARGIN_G;
    self->half = mem_alloc(2 * setup->n_quarters, sizeof *self->half);
    self->quarter = mem_alloc(setup->n_quarters, sizeof *self->quarter);
    self->clip = mem_alloc(setup->n_quarters, sizeof *self->clip);
    self->score = mem_alloc(setup->n_quarters, sizeof *self->score);
    if (self->half == NULL || self->quarter == NULL || self->clip == NULL ||
        self->score == NULL) {
        stillness_close(&self->stage);
        return failure_set(why, YK_ERR_MEMORY, "stillness: no memory for %zu quarters",
                           setup->n_quarters);
    }
    *out = &self->stage;
    return YK_OK;
}
