/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Filtered norms in lanes, see filtered_norms.h.
 */
#include "algorithms/filtered_norms.h"

#include <math.h>
#include <string.h>

#include "algorithms/filter.h"
#include "src/base/clones.h"
#include "src/base/mem.h"

#define NORM_LOW_HZ 0.2
#define NORM_HIGH_HZ 15.0
#define NORM_ORDER 4

/* Which filter an output looks through. HFEN+ needs two: the high and the low pass. */
enum { LOW_PASS, BAND_PASS, HIGH_PASS, NORM_FILTERS };
enum { LFENMO, BFEN, HFEN, HFENPLUS, NORM_OUTPUTS };

struct norm_stage {
    struct lane_stage stage;
    bool as_ggir;
    int n_filters; /* 1, or all */
    bool works[NORM_FILTERS];
    struct filter filter[NORM_FILTERS];
    struct filter_state state[NORM_FILTERS];
    double *filtered[3]; /* one block */
    double *norm[NORM_FILTERS];
    /* over the epoch so far */
    double n[LANES], sum[NORM_OUTPUTS][LANES];
};

static const enum epoch_column NORM_COLUMNS[NORM_OUTPUTS] = {EPOCH_LFENMO_MG, EPOCH_BFEN_MG,
                                                             EPOCH_HFEN_MG, EPOCH_HFENPLUS_MG};

YK_CLONES
static void norms_of(double *const axes[3], double *restrict norm, size_t n)
{
    const double *restrict x = axes[0], *restrict y = axes[1], *restrict z = axes[2];
    for (size_t i = 0; i < n * LANES; i++) {
        norm[i] = sqrt((x[i] * x[i] + y[i] * y[i]) + z[i] * z[i]);
    }
}

/* sum += max(value + other - cut, 0) over the points observed; other may be NULL */
YK_CLONES
static void sum_over(const double *restrict value, const double *restrict other, double cut,
                     const double *restrict seen, size_t n, double sum[restrict LANES])
{
    for (size_t t = 0; t < n; t++) {
        for (size_t l = 0; l < LANES; l++) {
            const size_t at = t * LANES + l;
            double v = value[at] + ((other != NULL ? other[at] : 0.0) - cut);
            v = v > 0.0 ? v : 0.0;
            sum[l] += seen != NULL ? v * seen[at] : v;
        }
    }
}

/* LFENMO alone, without keeping what is filtered: it is made in every recipe. */
YK_INLINE void sum_lfenmo(struct norm_stage *self, const struct lane_block *block, bool masked)
{
    const struct filter *filter = &self->filter[LOW_PASS];
    struct filter_state state = self->state[LOW_PASS];
    double sum[LANES];
    memcpy(sum, self->sum[LFENMO], sizeof sum);
    for (size_t t = 0; t < block->n; t++) {
        double square[LANES] = {0};
        for (int a = 0; a < 3; a++) {
            const double *in = block->acc[a] + t * LANES;
            double u[LANES];
            for (size_t l = 0; l < LANES; l++) {
                u[l] = in[l] * filter->gain;
            }
            filter_step(filter, FILTER_LOW_PASS, 2, state.z[a], u);
            for (size_t l = 0; l < LANES; l++) {
                square[l] += u[l] * u[l];
            }
        }
        for (size_t l = 0; l < LANES; l++) {
            double over = sqrt(square[l]) - 1.0;
            over = over > 0.0 ? over : 0.0;
            sum[l] += masked ? over * block->seen[t * LANES + l] : over;
        }
    }
    self->state[LOW_PASS] = state;
    memcpy(self->sum[LFENMO], sum, sizeof sum);
}

YK_CLONES
static void add_lfenmo(struct norm_stage *self, const struct lane_block *block)
{
    if (block->seen != NULL) {
        sum_lfenmo(self, block, true);
    } else {
        sum_lfenmo(self, block, false);
    }
}

static void add_all(struct norm_stage *self, const struct lane_block *block)
{
    const double *seen = block->seen;
    for (int f = 0; f < NORM_FILTERS; f++) {
        if (self->works[f]) {
            filter_run(&self->filter[f], &self->state[f], block->acc, self->filtered, block->n);
            norms_of(self->filtered, self->norm[f], block->n);
        }
    }
    sum_over(self->norm[LOW_PASS], NULL, 1.0, seen, block->n, self->sum[LFENMO]);
    sum_over(self->norm[BAND_PASS], NULL, 0.0, seen, block->n, self->sum[BFEN]);
    sum_over(self->norm[HIGH_PASS], NULL, 0.0, seen, block->n, self->sum[HFEN]);
    sum_over(self->norm[HIGH_PASS], self->norm[LOW_PASS], 1.0, seen, block->n,
             self->sum[HFENPLUS]);
}

static void count_points(struct norm_stage *self, const struct lane_block *block)
{
    for (size_t l = 0; l < LANES; l++) {
        self->n[l] += block->seen == NULL ? (double)block->n : 0.0;
    }
    for (size_t i = 0; block->seen != NULL && i < block->n * LANES; i++) {
        self->n[i % LANES] += block->seen[i];
    }
}

static void norm_block(struct lane_stage *stage, const struct lane_block *block)
{
    struct norm_stage *self = (struct norm_stage *)stage;
    if (block->step == 0 && !self->as_ggir) {
        for (int f = 0; f < self->n_filters; f++) {
            filter_settle(&self->filter[f], (const double *const *)block->acc, &self->state[f]);
        }
    }
    count_points(self, block);
    if (self->n_filters > 1) {
        add_all(self, block);
    } else if (self->works[LOW_PASS]) {
        add_lfenmo(self, block);
    }
}

static void norm_epoch_end(struct lane_stage *stage, int64_t step, struct lane_sink *sink)
{
    struct norm_stage *self = (struct norm_stage *)stage;
    const int n_outputs = self->n_filters > 1 ? NORM_OUTPUTS : 1;
    for (int i = 0; i < n_outputs; i++) {
        double mean[LANES];
        for (size_t l = 0; l < LANES; l++) {
            mean[l] = self->sum[i][l] / self->n[l];
        }
        if (self->works[i == HFENPLUS ? HIGH_PASS : i]) {
            lane_sink_put(sink, NORM_COLUMNS[i], step, mean);
        }
    }
    memset(self->sum, 0, sizeof self->sum);
    memset(self->n, 0, sizeof self->n);
}

static void norm_close(struct lane_stage *stage)
{
    struct norm_stage *self = (struct norm_stage *)stage;
    for (int i = 0; i < 3; i++) {
        mem_free(self->filtered[i]);
        mem_free(self->norm[i]);
    }
    mem_free(self);
}

static bool norm_blocks(struct norm_stage *self, size_t n)
{
    bool got = true;
    for (int i = 0; i < 3; i++) {
        self->filtered[i] = mem_alloc_lines(n, sizeof(double));
        self->norm[i] = mem_alloc_lines(n, sizeof(double));
        got = got && self->filtered[i] != NULL && self->norm[i] != NULL;
    }
    return got;
}

enum yk_status filtered_norms_open(const struct lane_setup *setup, struct lane_sink *sink,
                                   struct lane_stage **out, struct failure *why)
{
    static const struct lane_stage_ops ops = {norm_block, norm_epoch_end, NULL, norm_close};
    static const enum filter_kind kinds[NORM_FILTERS] = {FILTER_LOW_PASS, FILTER_BAND_PASS,
                                                         FILTER_HIGH_PASS};
    const int n_filters = setup->has_ggir_columns ? NORM_FILTERS : 1;
    const size_t n_outputs = setup->has_ggir_columns ? NORM_OUTPUTS : 1;
    enum yk_status status = lane_sink_need(sink, NORM_COLUMNS, n_outputs, why);
    if (status != YK_OK) {
        return status;
    }
    struct norm_stage *self = mem_alloc_lines(1, sizeof *self);
    if (self == NULL || (n_filters > 1 && !norm_blocks(self, setup->block_points * LANES))) {
        if (self != NULL) {
            norm_close(&self->stage);
        }
        return failure_set(why, YK_ERR_MEMORY, "filtered norms: no memory for a block");
    }
    self->stage.ops = &ops;
    self->as_ggir = setup->as_ggir;
    self->n_filters = n_filters;
    double high = setup->rate <= 30 ? rint(setup->rate / 2.0) - 1.0 : NORM_HIGH_HZ;
    for (int f = 0; f < n_filters; f++) {
        self->works[f] = filter_butterworth(kinds[f], NORM_ORDER, NORM_LOW_HZ, high,
                                            setup->rate, &self->filter[f]);
    }
    *out = &self->stage;
    return YK_OK;
}
