/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ActiGraph counts of three axes in sixteen lanes: the steps of counts.c, each over a whole
 * block. A block is whole seconds, so that it holds whole 10-Hz values.
 */
#include "algorithms/counts.h"

#include <string.h>

#include "algorithms/counts_256.h"
#include "algorithms/counts_chain.h"
#include "src/base/clones.h"
#include "src/base/mem.h"

/* A lane's state differs from the stream's by less than this, times a thousand. */
#define COUNTS_DOUBT 1e-9

struct counts_stage {
    struct lane_stage stage;
    const struct lane_setup *setup;
    struct counts_stream plan; /* up, down, gains, rounding */
    bool begun;
    bool begins_anew; /* lane 0, with the next block */
    int phase;
    double low_pass[3][LANES];
    double z[3][COUNTS_ORDER][LANES];
    size_t n_thirty;        /* 30-Hz values a block */
    double *thirty[3];      /* one block of them */
    double count[3][LANES]; /* in the epoch so far */
    double in_doubt[LANES]; /* 1: a value of this epoch lies at a threshold */
    /* An Insight Watch's rate: the values of a block come with the block after it. */
    bool is_late;
    struct counts_256 from_256[3];
    struct lane_sink *sink;
    int64_t n_counted; /* blocks, when late */
};

static const enum epoch_column COUNTS_COLUMNS[3] = {EPOCH_COUNTS_X, EPOCH_COUNTS_Y,
                                                    EPOCH_COUNTS_Z};

/* Step 1 where the rate is no multiple of 30 Hz: `up` steps of the low pass a sample, of which
 * the first two are fed, and every down-th of all of them kept. */
YK_INLINE void low_pass_and_keep(struct counts_stage *self, const struct lane_block *block,
                                 int up)
{
    const double gain = self->plan.input_gain, decay = self->plan.decay;
    const int down = self->plan.down;
    double x[LANES], y[LANES], z[LANES]; /* the filter's state, an axis each */
    memcpy(x, self->low_pass[0], sizeof x);
    memcpy(y, self->low_pass[1], sizeof y);
    memcpy(z, self->low_pass[2], sizeof z);
    int left = self->phase; /* steps before the next one that is kept */
    size_t j = 0;
    for (size_t t = 0; t < block->n; t++) {
        const double *in_x = block->acc[0] + t * LANES, *in_y = block->acc[1] + t * LANES,
                     *in_z = block->acc[2] + t * LANES;
        for (int s = 0; s < up; s++) {
            const double fed = s <= 1 ? gain : 0.0;
            for (size_t l = 0; l < LANES; l++) {
                x[l] = fed * in_x[l] + decay * x[l];
                y[l] = fed * in_y[l] + decay * y[l];
                z[l] = fed * in_z[l] + decay * z[l];
            }
            if (left == 0 && j < self->n_thirty) {
                memcpy(self->thirty[0] + j * LANES, x, sizeof x);
                memcpy(self->thirty[1] + j * LANES, y, sizeof y);
                memcpy(self->thirty[2] + j * LANES, z, sizeof z);
                j++;
                left = down;
            }
            left--;
        }
    }
    self->phase = left;
    memcpy(self->low_pass[0], x, sizeof x);
    memcpy(self->low_pass[1], y, sizeof y);
    memcpy(self->low_pass[2], z, sizeof z);
}

/* Step 1 at 30, 60, 90 Hz: plain decimation. */
static void keep_every(struct counts_stage *self, const struct lane_block *block)
{
    for (size_t j = 0; j < self->n_thirty; j++) {
        for (int a = 0; a < 3; a++) {
            memcpy(self->thirty[a] + j * LANES,
                   block->acc[a] + j * (size_t)self->plan.down * LANES, LANES * sizeof(double));
        }
    }
}

/* Step 2. */
YK_CLONES
static void round_rows(double *restrict d, size_t n, enum counts_rounding rounding)
{
    if (rounding == COUNTS_HALF_AWAY) {
        for (size_t i = 0; i < n * LANES; i++) {
            d[i] = counts_round_away(d[i]);
        }
    } else {
        for (size_t i = 0; i < n * LANES; i++) {
            d[i] = counts_round_even(d[i]);
        }
    }
}

YK_CLONES
static void to_thirty(struct counts_stage *self, const struct lane_block *block)
{
    if (self->plan.up == 3) {
        low_pass_and_keep(self, block, 3);
    } else {
        low_pass_and_keep(self, block, self->plan.up);
    }
}

static void resample(struct counts_stage *self, const struct lane_block *block)
{
    if (self->plan.up == 1) {
        keep_every(self, block);
    } else {
        to_thirty(self, block);
    }
    for (int a = 0; a < 3; a++) {
        round_rows(self->thirty[a], self->n_thirty, self->plan.rounding);
    }
}

static void begin_lane(struct counts_stage *self, size_t l)
{
    double steady[COUNTS_ORDER];
    counts_steady(steady);
    for (int a = 0; a < 3; a++) {
        for (int k = 0; k < COUNTS_ORDER; k++) {
            self->z[a][k][l] = steady[k] * self->thirty[a][l];
        }
    }
}

static void begin(struct counts_stage *self)
{
    for (size_t l = 0; l < LANES; l++) {
        begin_lane(self, l);
    }
    self->begun = true;
}

/* Steps 3 to 7 of one axis. */
YK_CLONES
static void band_pass_and_count(const double *restrict d, size_t n, double dead_band,
                                double cut, double z[COUNTS_ORDER][LANES],
                                double count[restrict LANES], double in_doubt[restrict LANES])
{
    double state[COUNTS_ORDER][LANES], sum[LANES], doubt[LANES], third[LANES] = {0};
    memcpy(state, z, sizeof state);
    memcpy(sum, count, sizeof sum);
    memcpy(doubt, in_doubt, sizeof doubt);
    for (size_t j = 0; j < n; j += 3) {
        for (size_t i = 0; i < 3; i++) {
            const double *restrict in = d + (j + i) * LANES;
            for (size_t l = 0; l < LANES; l++) {
                double y = COUNTS_B[0] * in[l] + state[0][l];
                for (int k = 0; k < COUNTS_ORDER - 1; k++) {
                    state[k][l] =
                        (COUNTS_B[k + 1] * in[l] + state[k + 1][l]) - COUNTS_A[k + 1] * y;
                }
                state[COUNTS_ORDER - 1][l] =
                    COUNTS_B[COUNTS_ORDER] * in[l] - COUNTS_A[COUNTS_ORDER] * y;
                double v = fabs(COUNTS_GAIN * y);
                v = v > COUNTS_CAP + 1.0 ? COUNTS_CAP + 0.5 : v;
                double whole =
                    counts_floor(v + 0.5); /* nearest: thresholds are whole numbers */
                double near = fabs(v - whole) < COUNTS_DOUBT ? 1.0 : 0.0;
                doubt[l] = v > dead_band - 0.5 && near > 0.0 ? 1.0 : doubt[l];
                double level = whole > v ? whole - 1.0 : whole;
                level = level > COUNTS_CAP ? COUNTS_CAP : level;
                level -= v < COUNTS_DEAD_BAND ? cut : 0.0;
                third[l] += v < dead_band ? 0.0 : level;
            }
        }
        for (size_t l = 0; l < LANES; l++) {
            /* sums up to 384: the quotient of a whole number is never rounded up to one */
            sum[l] += counts_floor(third[l] / 3.0);
            third[l] = 0.0;
        }
    }
    memcpy(z, state, sizeof state);
    memcpy(count, sum, sizeof sum);
    memcpy(in_doubt, doubt, sizeof doubt);
}

static void count(struct counts_stage *self)
{
    const bool lfe = self->plan.low_frequency_extension;
    if (!self->begun) {
        begin(self);
    } else if (self->begins_anew) {
        begin_lane(self, 0);
        self->begins_anew = false;
    }
    for (int a = 0; a < 3; a++) {
        band_pass_and_count(self->thirty[a], self->n_thirty,
                            lfe ? COUNTS_DEAD_BAND_LFE : COUNTS_DEAD_BAND, lfe ? 1.0 : 0.0,
                            self->z[a], self->count[a], self->in_doubt);
    }
}

static void end_epoch(struct counts_stage *self, int64_t step, struct lane_sink *sink)
{
    for (int a = 0; a < 3; a++) {
        lane_sink_put(sink, COUNTS_COLUMNS[a], step, self->count[a]);
    }
    for (size_t l = 1; l < LANES; l++) { /* lane 0 is in sequence */
        int64_t epoch = self->setup->first_epoch[l] + step;
        if (self->in_doubt[l] > 0.0 && epoch >= self->setup->from[l] &&
            epoch < self->setup->to[l]) {
            sink->counts_in_doubt = true;
        }
    }
    if (self->setup->counts_begin_late && step == 0 && !self->is_late) {
        for (int a = 0; a < 3; a++) {
            self->low_pass[a][0] = 0.0;
        }
        self->begins_anew = true;
    }
    memset(self->count, 0, sizeof self->count);
    memset(self->in_doubt, 0, sizeof self->in_doubt);
}

static void counts_block(struct lane_stage *stage, const struct lane_block *block)
{
    struct counts_stage *self = (struct counts_stage *)stage;
    if (!self->is_late) {
        resample(self, block);
        count(self);
        return;
    }
    bool is_given = true;
    for (int a = 0; a < 3; a++) {
        is_given = counts_256_block(&self->from_256[a], block->acc[a], self->thirty[a]);
    }
    if (is_given) {
        for (int a = 0; a < 3; a++) {
            round_rows(self->thirty[a], self->n_thirty, self->plan.rounding);
        }
        count(self);
        const int64_t per_epoch = (int64_t)self->setup->blocks_per_epoch;
        if (++self->n_counted % per_epoch == 0) {
            end_epoch(self, self->n_counted / per_epoch - 1, self->sink);
        }
    }
}

static void counts_epoch_end(struct lane_stage *stage, int64_t step, struct lane_sink *sink)
{
    struct counts_stage *self = (struct counts_stage *)stage;
    if (!self->is_late) {
        end_epoch(self, step, sink);
    }
}

static void counts_close(struct lane_stage *stage)
{
    struct counts_stage *self = (struct counts_stage *)stage;
    for (int a = 0; a < 3; a++) {
        mem_free(self->thirty[a]);
        counts_256_release(&self->from_256[a]);
    }
    mem_free(self);
}

enum yk_status counts_open(const struct lane_setup *setup, struct lane_sink *sink,
                           struct lane_stage **out, struct failure *why)
{
    static const struct lane_stage_ops ops = {counts_block, counts_epoch_end, NULL,
                                              counts_close};
    enum yk_status status = lane_sink_need(sink, COUNTS_COLUMNS, 3, why);
    if (status != YK_OK) {
        return status;
    }
    struct counts_stage *self = mem_alloc_lines(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "counts: no memory for the filter");
    }
    self->stage.ops = &ops;
    self->setup = setup;
    self->n_thirty = 30 * (size_t)setup->block_s;
    counts_stream_init(&self->plan, setup->rate, setup->counts_lfe,
                       setup->as_ggir ? COUNTS_HALF_EVEN : COUNTS_HALF_AWAY);
    for (int a = 0; a < 3; a++) {
        self->thirty[a] = mem_alloc_lines(self->n_thirty * LANES, sizeof *self->thirty[a]);
        if (self->thirty[a] == NULL) {
            counts_close(&self->stage);
            return failure_set(why, YK_ERR_MEMORY, "counts: no memory for a block");
        }
    }
    self->sink = sink;
    self->is_late = setup->counts_insight && counts_256_is_for(setup->rate);
    for (int a = 0; a < 3 && self->is_late; a++) {
        status = counts_256_init(&self->from_256[a], setup->rate, (size_t)setup->block_s, why);
        if (status != YK_OK) {
            counts_close(&self->stage);
            return status;
        }
    }
    *out = &self->stage;
    return YK_OK;
}
