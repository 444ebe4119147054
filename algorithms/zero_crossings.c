/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Zero crossings in lanes, see zero_crossings.h. After the dead band, 0 counts as positive, so
 * a value is negative exactly when it is -0.01 g or less: one comparison instead of three.
 */
#include "algorithms/zero_crossings.h"

#include <math.h>
#include <string.h>

#include "algorithms/filter.h"
#include "src/base/clones.h"
#include "src/base/mem.h"

#define ZC_LOW_HZ 0.25
#define ZC_HIGH_HZ 3.0
#define ZC_DEAD_BAND_G 0.01

struct zc_stage {
    struct lane_stage stage;
    bool works; /* false: the rate is too low for the filter */
    bool as_ggir;
    struct filter filter;
    struct filter_state state;
    double negative[3][LANES]; /* 1: the sample before was negative */
    double count[3][LANES];    /* in the epoch so far */
};

static const enum epoch_column ZC_COLUMNS[3] = {EPOCH_ZC_X, EPOCH_ZC_Y, EPOCH_ZC_Z};

YK_INLINE void count_crossings(struct zc_stage *self, const struct lane_block *block,
                               size_t from, size_t to, bool masked)
{
    struct filter_state state = self->state;
    double negative[3][LANES], count[3][LANES];
    memcpy(negative, self->negative, sizeof negative);
    memcpy(count, self->count, sizeof count);
    for (size_t t = from; t < to; t++) {
        for (int a = 0; a < 3; a++) {
            const double *in = block->acc[a] + t * LANES;
            double u[LANES];
            for (size_t l = 0; l < LANES; l++) {
                u[l] = in[l] * self->filter.gain;
            }
            filter_step(&self->filter, FILTER_BAND_PASS, 2, state.z[a], u);
            for (size_t l = 0; l < LANES; l++) {
                double now = u[l] <= -ZC_DEAD_BAND_G ? 1.0 : 0.0;
                double change = fabs(now - negative[a][l]);
                count[a][l] += masked ? change * block->seen[t * LANES + l] : change;
                negative[a][l] = now;
            }
        }
    }
    self->state = state;
    memcpy(self->negative, negative, sizeof negative);
    memcpy(self->count, count, sizeof count);
}

YK_CLONES
static void zc_add(struct zc_stage *self, const struct lane_block *block, size_t from,
                   size_t to)
{
    if (block->seen != NULL && !self->as_ggir) {
        count_crossings(self, block, from, to, true);
    } else {
        count_crossings(self, block, from, to, false);
    }
}

/* The first sample has no sample before it: no crossing, or, in GGIR, the second sample's. */
static size_t zc_begin(struct zc_stage *self, const struct lane_block *block)
{
    if (!self->as_ggir) {
        filter_settle(&self->filter, (const double *const *)block->acc, &self->state);
    }
    zc_add(self, block, 0, 1);
    memset(self->count, 0, sizeof self->count);
    if (!self->as_ggir || block->n < 2) {
        return 1;
    }
    zc_add(self, block, 1, 2);
    for (int a = 0; a < 3; a++) {
        for (size_t l = 0; l < LANES; l++) {
            self->count[a][l] *= 2.0;
        }
    }
    return 2;
}

static void zc_block(struct lane_stage *stage, const struct lane_block *block)
{
    struct zc_stage *self = (struct zc_stage *)stage;
    if (self->works) {
        size_t from = block->step == 0 ? zc_begin(self, block) : 0;
        zc_add(self, block, from, block->n);
    }
}

static void zc_epoch_end(struct lane_stage *stage, int64_t step, struct lane_sink *sink)
{
    struct zc_stage *self = (struct zc_stage *)stage;
    for (int a = 0; self->works && a < 3; a++) {
        lane_sink_put(sink, ZC_COLUMNS[a], step, self->count[a]);
    }
    memset(self->count, 0, sizeof self->count);
}

static void zc_close(struct lane_stage *stage)
{
    mem_free(stage);
}

enum yk_status zero_crossings_open(const struct lane_setup *setup, struct lane_sink *sink,
                                   struct lane_stage **out, struct failure *why)
{
    static const struct lane_stage_ops ops = {zc_block, zc_epoch_end, NULL, zc_close};
    enum yk_status status = lane_sink_need(sink, ZC_COLUMNS, 3, why);
    if (status != YK_OK) {
        return status;
    }
    struct zc_stage *self = mem_alloc_lines(1, sizeof *self);
    if (self == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "zero crossings: no memory for the filter");
    }
    self->stage.ops = &ops;
    self->as_ggir = setup->as_ggir;
    self->works = filter_butterworth(FILTER_BAND_PASS, 2, ZC_LOW_HZ, ZC_HIGH_HZ, setup->rate,
                                     &self->filter);
    *out = &self->stage;
    return YK_OK;
}
