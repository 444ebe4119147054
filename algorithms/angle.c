/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Angles in lanes, see angle.h. The median looks half a window ahead, so this stage runs behind
 * the others and ends its epochs by its own count. The first half window takes the first full
 * median. In the ggir recipe the last half window of a lane (a chunk) takes the median 1501
 * rows before the end: GGIR looks for the first one that is known among that many last rows.
 */
#include "algorithms/angle.h"

#include <math.h>
#include <string.h>

#include "algorithms/median.h"
#include "src/base/clones.h"
#include "src/base/mem.h"

#define GGIR_TAIL_ROWS 1501

struct angle_stage {
    struct lane_stage stage;
    const struct lane_setup *setup;
    struct lane_sink *sink;
    size_t step, width;
    int n_angles; /* 1: z; 3: x, y, z */
    struct median *median[3];
    double *thin;       /* every step-th row of one axis of one block */
    double *medians[3]; /* those that a block completes */
    double *angles[3];
    double *seen; /* ring of thinned rows of `seen`, one window and one block */
    size_t seen_rows;
    int64_t n_thin;           /* thinned rows taken so far */
    int64_t n_done;           /* thinned rows whose angle was added */
    int64_t phase;            /* of the next block's first point, modulo step */
    double last[3][LANES];    /* angle of the row */
    double tail[3][LANES];    /* what the rows after the last full window take */
    int64_t last_full[LANES]; /* row of that window */
    int64_t tail_row[LANES];  /* row that they take it from */
    int64_t epoch;            /* the one being summed, from the lane's first block */
    size_t epoch_left;        /* points missing in it */
    double sum[3][LANES], n[LANES];
};

static const enum epoch_column ANGLE_COLUMNS[3] = {EPOCH_ANGLE_Z_DEG, EPOCH_ANGLE_X_DEG,
                                                   EPOCH_ANGLE_Y_DEG};

size_t angle_step(int32_t rate)
{
    return rate < 20 ? 1 : (size_t)rate / 10;
}

size_t angle_width(int32_t rate)
{
    return rate < 10 ? (size_t)(5 * rate) | 1u : 51;
}

/* The ratio of the smaller to the larger is at most 1; above tan(pi/8) it is turned by 45
 * degrees, and below that the series of the arc tangent ends after 17 terms. */
YK_INLINE double arc_deg(double up, double side)
{
    double size = fabs(up);
    double small = size < side ? size : side, large = size < side ? side : size;
    double turned = small > 0.41421356237309503 * large ? 1.0 : 0.0;
    double t = (small - turned * large) / (large + turned * small), q = t * t;
    double s = 1.0 / 29 - q * (1.0 / 31 - q * (1.0 / 33 - q * (1.0 / 35)));
    s = 1.0 / 21 - q * (1.0 / 23 - q * (1.0 / 25 - q * (1.0 / 27 - q * s)));
    s = 1.0 / 13 - q * (1.0 / 15 - q * (1.0 / 17 - q * (1.0 / 19 - q * s)));
    s = 1.0 / 5 - q * (1.0 / 7 - q * (1.0 / 9 - q * (1.0 / 11 - q * s)));
    s = 1.0 - q * (1.0 / 3 - q * s);
    double arc = t * s + turned * (M_PI / 4.0);
    double rest = M_PI / 2.0 - arc;
    arc = (size < side ? arc : rest) * (180.0 / M_PI);
    return up < 0.0 ? -arc : arc;
}

double angle_deg(double up, double side)
{
    return arc_deg(up, side);
}

YK_CLONES
static void angles_of(const double *restrict up, const double *restrict a,
                      const double *restrict b, size_t n, double *restrict out)
{
    for (size_t i = 0; i < n * LANES; i++) {
        out[i] = arc_deg(up[i], sqrt(a[i] * a[i] + b[i] * b[i]));
    }
}

static void end_epoch(struct angle_stage *self)
{
    for (int i = 0; i < self->n_angles; i++) {
        double mean[LANES];
        for (size_t l = 0; l < LANES; l++) {
            mean[l] = self->sum[i][l] / self->n[l];
        }
        lane_sink_put(self->sink, ANGLE_COLUMNS[i], self->epoch, mean);
    }
    memset(self->sum, 0, sizeof self->sum);
    memset(self->n, 0, sizeof self->n);
    self->epoch++;
    self->epoch_left = self->setup->epoch_points;
}

/* Adds one thinned row's angle for each of the step points that it stands for. */
static void add_row(struct angle_stage *self, const double *const angle[3])
{
    const double *seen = self->seen + (size_t)(self->n_done % (int64_t)self->seen_rows) * LANES;
    for (size_t left = self->step; left > 0;) {
        size_t now = left < self->epoch_left ? left : self->epoch_left;
        for (size_t l = 0; l < LANES; l++) {
            double weight = (double)now * seen[l];
            for (int i = 0; i < self->n_angles; i++) {
                self->sum[i][l] += weight * angle[i][l];
            }
            self->n[l] += weight;
        }
        left -= now;
        self->epoch_left -= now;
        if (self->epoch_left == 0) {
            end_epoch(self);
        }
    }
    self->n_done++;
}

/* Row k of this block's medians stands in the middle of its window. */
static void add_median(struct angle_stage *self, size_t k)
{
    const double *angle[3] = {self->last[0], self->last[1], self->last[2]};
    const int64_t half = (int64_t)self->width / 2;
    int64_t middle = self->n_done == 0 ? half : self->n_done;
    for (int i = 0; i < self->n_angles; i++) {
        for (size_t l = 0; l < LANES; l++) {
            double now = self->angles[i][k * LANES + l];
            if (middle == self->tail_row[l]) {
                self->tail[i][l] = now;
            }
            self->last[i][l] = middle <= self->last_full[l] ? now : self->tail[i][l];
        }
    }
    while (self->n_done <= middle) {
        add_row(self, angle);
    }
}

static size_t thin_rows(const struct angle_stage *self, const double *x, size_t n, double *out)
{
    size_t made = 0;
    for (size_t t = (self->step - (size_t)self->phase) % self->step; t < n; t += self->step) {
        memcpy(out + made * LANES, x + t * LANES, LANES * sizeof *x);
        made++;
    }
    return made;
}

static void keep_seen(struct angle_stage *self, const struct lane_block *block)
{
    int64_t row = self->n_thin;
    for (size_t t = (self->step - (size_t)self->phase) % self->step; t < block->n;
         t += self->step) {
        double *to = self->seen + (size_t)(row++ % (int64_t)self->seen_rows) * LANES;
        for (size_t l = 0; l < LANES; l++) {
            to[l] = block->seen != NULL ? block->seen[t * LANES + l] : 1.0;
        }
    }
}

static void angle_block(struct lane_stage *stage, const struct lane_block *block)
{
    struct angle_stage *self = (struct angle_stage *)stage;
    size_t n_thin = 0, n_medians = 0;
    for (int a = 0; a < 3; a++) {
        n_thin = thin_rows(self, block->acc[a], block->n, self->thin);
        n_medians = median_add(self->median[a], self->thin, n_thin, self->medians[a]);
    }
    keep_seen(self, block);
    self->n_thin += (int64_t)n_thin;
    self->phase = (self->phase + (int64_t)block->n) % (int64_t)self->step;
    double *const *m = self->medians;
    angles_of(m[2], m[0], m[1], n_medians, self->angles[0]);
    if (self->n_angles > 1) {
        angles_of(m[0], m[1], m[2], n_medians, self->angles[1]);
        angles_of(m[1], m[0], m[2], n_medians, self->angles[2]);
    }
    for (size_t k = 0; k < n_medians; k++) {
        add_median(self, k);
    }
}

static void angle_close(struct lane_stage *stage)
{
    struct angle_stage *self = (struct angle_stage *)stage;
    for (int a = 0; a < 3; a++) {
        median_close(self->median[a]);
        mem_free(self->medians[a]);
        mem_free(self->angles[a]);
    }
    mem_free(self->thin);
    mem_free(self->seen);
    mem_free(self);
}

static enum yk_status angle_rooms(struct angle_stage *self, struct failure *why)
{
    const size_t thin = self->setup->block_points / self->step + 1, most = median_most(thin);
    self->seen_rows = self->width + most + thin;
    self->thin = mem_alloc_lines(thin * LANES, sizeof *self->thin);
    self->seen = mem_alloc_lines(self->seen_rows * LANES, sizeof *self->seen);
    bool got = self->thin != NULL && self->seen != NULL;
    for (int a = 0; a < 3; a++) {
        self->medians[a] = mem_alloc_lines(most * LANES, sizeof *self->medians[a]);
        self->angles[a] = mem_alloc_lines(most * LANES, sizeof *self->angles[a]);
        got = got && self->medians[a] != NULL && self->angles[a] != NULL;
        if (median_open(self->width, &self->median[a], why) != YK_OK) {
            got = false;
        }
    }
    return got ? YK_OK : failure_set(why, YK_ERR_MEMORY, "angle: no memory for a block");
}

enum yk_status angle_open(const struct lane_setup *setup, struct lane_sink *sink,
                          struct lane_stage **out, struct failure *why)
{
    static const struct lane_stage_ops ops = {angle_block, NULL, NULL, angle_close};
    const int n_angles = setup->has_ggir_columns ? 3 : 1;
    enum yk_status status = lane_sink_need(sink, ANGLE_COLUMNS, (size_t)n_angles, why);
    if (status != YK_OK) {
        return status;
    }
    struct angle_stage *self = mem_alloc_lines(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "angle: no memory");
    }
    self->stage.ops = &ops;
    self->setup = setup;
    self->sink = sink;
    self->n_angles = n_angles;
    self->step = angle_step(setup->rate);
    self->width = angle_width(setup->rate);
    self->epoch_left = setup->epoch_points;
    for (size_t l = 0; l < LANES; l++) {
        int64_t rows = (setup->end[l] + (int64_t)self->step - 1) / (int64_t)self->step;
        self->last_full[l] = setup->as_ggir ? rows - 1 - (int64_t)self->width / 2 : INT64_MAX;
        self->tail_row[l] = setup->as_ggir ? rows - GGIR_TAIL_ROWS : INT64_MAX;
    }
    status = angle_rooms(self, why);
    if (status != YK_OK) {
        angle_close(&self->stage);
        return status;
    }
    *out = &self->stage;
    return YK_OK;
}
