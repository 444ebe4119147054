/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ENMO, MAD and the plain norm, see enmo.h.
 */
#include "algorithms/enmo.h"

#include <math.h>
#include <string.h>

#include "src/base/clones.h"
#include "src/base/mem.h"

struct enmo_stage {
    struct lane_stage stage;
    double *norm; /* one block */
    /* over the epoch so far: points observed, norm, ENMO, absolute deviation */
    double n[LANES], norm_sum[LANES], enmo_sum[LANES], mad_sum[LANES];
};

YK_INLINE void sum_norms(const struct lane_block *block, bool masked, double *restrict norm,
                         double *restrict n, double *restrict norm_sum,
                         double *restrict enmo_sum)
{
    const double *restrict x = block->acc[0], *restrict y = block->acc[1],
                           *restrict z = block->acc[2], *restrict seen = block->seen;
    double norms[LANES] = {0}, enmos[LANES] = {0}, count[LANES] = {0};
    for (size_t t = 0; t < block->n; t++) {
        const size_t at = t * LANES;
        for (size_t l = 0; l < LANES; l++) {
            double square =
                (x[at + l] * x[at + l] + y[at + l] * y[at + l]) + z[at + l] * z[at + l];
            double en = sqrt(square);
            double over = en - 1.0;
            over = over > 0.0 ? over : 0.0;
            norm[at + l] = en;
            norms[l] += masked ? en * seen[at + l] : en;
            enmos[l] += masked ? over * seen[at + l] : over;
            count[l] += masked ? seen[at + l] : 1.0;
        }
    }
    memcpy(norm_sum, norms, sizeof norms);
    memcpy(enmo_sum, enmos, sizeof enmos);
    memcpy(n, count, sizeof count);
}

YK_INLINE void sum_deviations(const struct lane_block *block, bool masked,
                              const double *restrict norm, const double *restrict mean,
                              double *restrict mad_sum)
{
    const double *restrict seen = block->seen;
    double sum[LANES] = {0};
    for (size_t t = 0; t < block->n; t++) {
        const size_t at = t * LANES;
        for (size_t l = 0; l < LANES; l++) {
            double off = fabs(norm[at + l] - mean[l]);
            sum[l] += masked ? off * seen[at + l] : off;
        }
    }
    memcpy(mad_sum, sum, sizeof sum);
}

YK_CLONES
static void enmo_add(struct enmo_stage *self, const struct lane_block *block)
{
    double n[LANES], norms[LANES], enmos[LANES], mads[LANES], mean[LANES];
    const bool masked = block->seen != NULL;
    if (masked) {
        sum_norms(block, true, self->norm, n, norms, enmos);
    } else {
        sum_norms(block, false, self->norm, n, norms, enmos);
    }
    for (size_t l = 0; l < LANES; l++) {
        mean[l] = n[l] > 0.0 ? norms[l] / n[l] : 0.0;
    }
    if (masked) {
        sum_deviations(block, true, self->norm, mean, mads);
    } else {
        sum_deviations(block, false, self->norm, mean, mads);
    }
    for (size_t l = 0; l < LANES; l++) {
        self->n[l] += n[l];
        self->norm_sum[l] += norms[l];
        self->enmo_sum[l] += enmos[l];
        self->mad_sum[l] += mads[l];
    }
}

static void enmo_block(struct lane_stage *stage, const struct lane_block *block)
{
    enmo_add((struct enmo_stage *)stage, block);
}

static void put_mean(struct lane_sink *sink, enum epoch_column column, int64_t step,
                     double sum[LANES], const double n[LANES])
{
    double mean[LANES];
    for (size_t l = 0; l < LANES; l++) {
        mean[l] = sum[l] / n[l]; /* NaN when nothing was observed */
        sum[l] = 0.0;
    }
    lane_sink_put(sink, column, step, mean);
}

static void enmo_epoch_end(struct lane_stage *stage, int64_t step, struct lane_sink *sink)
{
    struct enmo_stage *self = (struct enmo_stage *)stage;
    put_mean(sink, EPOCH_EN_MG, step, self->norm_sum, self->n);
    put_mean(sink, EPOCH_ENMO_MG, step, self->enmo_sum, self->n);
    put_mean(sink, EPOCH_MAD_MG, step, self->mad_sum, self->n);
    memset(self->n, 0, sizeof self->n);
}

static void enmo_close(struct lane_stage *stage)
{
    struct enmo_stage *self = (struct enmo_stage *)stage;
    mem_free(self->norm);
    mem_free(self);
}

enum yk_status enmo_open(const struct lane_setup *setup, struct lane_sink *sink,
                         struct lane_stage **out, struct failure *why)
{
    static const struct lane_stage_ops ops = {enmo_block, enmo_epoch_end, NULL, enmo_close};
    static const enum epoch_column makes[] = {EPOCH_EN_MG, EPOCH_ENMO_MG, EPOCH_MAD_MG};
    enum yk_status status = lane_sink_need(sink, makes, 3, why);
    if (status != YK_OK) {
        return status;
    }
    struct enmo_stage *self = mem_alloc_lines(1, sizeof *self);
    double *norm = mem_alloc_lines(setup->block_points * LANES, sizeof *norm);
    if (self == NULL || norm == NULL) {
        mem_free(self);
        mem_free(norm);
        return failure_set(why, YK_ERR_MEMORY, "enmo: no memory for a block");
    }
    self->stage.ops = &ops;
    self->norm = norm;
    *out = &self->stage;
    return YK_OK;
}
