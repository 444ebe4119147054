/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/made_recording.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/clock.h"

struct made_recording {
    struct recording_source source;
    struct made_plan plan;
    int64_t next; /* sample */
    int64_t n_blocks;
    bool is_cursor;
};

void made_plan_init(struct made_plan *self)
{
    memset(self, 0, sizeof *self);
    self->rate_hz = 25;
    self->true_rate_hz = 25;
    self->start_ns = INT64_C(1718613080) * NS_PER_S;
    self->n_samples = 3 * 3600 * 25;
    self->block_n = 120;
    self->range_g = 8;
    self->lsb_g = 1.0 / 256;
    for (int a = 0; a < 3; a++) {
        self->scale[a] = 1;
    }
    self->has_temperature = true;
    self->fail_at_block = -1;
}

static double noise(uint64_t k)
{
    k += UINT64_C(0x9e3779b97f4a7c15);
    k = (k ^ (k >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    k = (k ^ (k >> 27)) * UINT64_C(0x94d049bb133111eb);
    k ^= k >> 31;
    return (double)(k >> 11) / 4503599627370496.0 - 1.0;
}

static double temperature_at(double s)
{
    return 30.0 + 3.0 * sin(s / 5000.0);
}

void made_sample(const struct made_plan *plan, int64_t i, float out[3])
{
    const double s = (double)i / plan->rate_hz;
    const uint64_t posture = (uint64_t)(s / 70.0);
    double v[3], norm = 0.0;
    for (int a = 0; a < 3; a++) {
        v[a] = noise(posture * 3 + (uint64_t)a);
        norm += v[a] * v[a];
    }
    norm = sqrt(norm);
    const bool moves = posture % 4 == 3;
    /* one reading a block, as devices do */
    const double block_s = (double)(i / plan->block_n * plan->block_n) / plan->rate_hz;
    for (int a = 0; a < 3; a++) {
        double g = v[a] / norm + 0.002 * noise((uint64_t)i * 3 + (uint64_t)a + 77777);
        if (moves) {
            g += 0.4 * sin(2.0 * M_PI * (0.7 + 0.3 * a) * s) +
                 0.1 * noise((uint64_t)i * 3 + (uint64_t)a);
        }
        double off = plan->has_temperature ? temperature_at(block_s) - 30.0 : 0.0;
        g = (g - plan->temperature_g_per_c[a] * off) / plan->scale[a] - plan->offset_g[a];
        out[a] = (float)(plan->lsb_g > 0 ? rint(g / plan->lsb_g) * plan->lsb_g : g);
    }
}

double made_sample_s(const struct made_plan *plan, int64_t i)
{
    double s = (double)i / plan->true_rate_hz;
    for (size_t g = 0; g < plan->n_gaps; g++) {
        s += i >= plan->gaps[g].after_sample ? plan->gaps[g].length_s : 0.0;
    }
    return s;
}

static int64_t sample_ns(const struct made_plan *plan, int64_t i)
{
    return plan->start_ns + (int64_t)llround(made_sample_s(plan, i) * 1e9);
}

static enum yk_status made_next(struct recording_source *source, struct sample_block *block,
                                struct failure *why)
{
    struct made_recording *self = (struct made_recording *)source;
    const struct made_plan *plan = &self->plan;
    if (self->next >= plan->n_samples) {
        source->report.observed_rate_hz = plan->true_rate_hz;
        source->info.n_samples = plan->n_samples;
        source->info.end_ns = sample_ns(plan, plan->n_samples - 1);
        return YK_END;
    }
    if (self->n_blocks++ == plan->fail_at_block) {
        return failure_set(why, YK_ERR_IO, "made to fail at block %lld",
                           (long long)plan->fail_at_block);
    }
    int64_t left = plan->n_samples - self->next;
    block->n = left < plan->block_n ? (uint32_t)left : plan->block_n;
    block->t0_ns = sample_ns(plan, self->next);
    block->period_s = 1.0 / plan->true_rate_hz;
    block->flags = 0;
    for (size_t g = 0; g < plan->n_gaps; g++) {
        if (plan->gaps[g].after_sample == self->next) {
            block->flags |= BLOCK_AFTER_GAP;
            block->flags |= plan->gaps[g].is_restart ? BLOCK_RESTART : 0u;
        }
    }
    block->temperature_c =
        plan->has_temperature ? (float)temperature_at((double)self->next / plan->rate_hz) : NAN;
    block->light = 5.0F;
    block->battery_v = NAN;
    for (uint32_t k = 0; k < block->n; k++) {
        float v[3];
        made_sample(plan, self->next + k, v);
        for (int a = 0; a < 3; a++) {
            block->acc_g[a][k] = v[a];
            block->flags |= fabsf(v[a]) >= plan->range_g * 0.995 ? BLOCK_CLIPPED : 0u;
        }
    }
    self->next += block->n;
    if (!self->is_cursor) {
        source->report.n_samples += block->n;
        summary_range_add(&source->report.temperature_c, (double)block->temperature_c);
        summary_range_add(&source->report.light, (double)block->light);
    }
    return YK_OK;
}

static enum yk_status made_rewind(struct recording_source *source, struct failure *why)
{
    (void)why;
    struct made_recording *self = (struct made_recording *)source;
    self->next = 0;
    self->n_blocks = 0;
    source->report.n_samples = 0;
    return YK_OK;
}

static void made_close(struct recording_source *source)
{
    read_report_release(&source->report);
    free(source);
}

static enum yk_status made_open_at(struct recording_source *source, int64_t from_ns,
                                   struct recording_source **out, struct failure *why);

static const struct recording_source_ops MADE_OPS = {.next_samples = made_next,
                                                     .rewind = made_rewind,
                                                     .open_at = made_open_at,
                                                     .close = made_close};
static const struct recording_source_ops MADE_OPS_IN_SEQUENCE = {
    .next_samples = made_next, .rewind = made_rewind, .close = made_close};

struct recording_source *made_recording_open(const struct made_plan *plan)
{
    struct made_recording *self = calloc(1, sizeof *self);
    recording_info_init(&self->source.info);
    read_report_init(&self->source.report);
    self->source.ops = plan->cannot_open_at ? &MADE_OPS_IN_SEQUENCE : &MADE_OPS;
    self->plan = *plan;
    self->source.info.rate_hz = plan->rate_hz;
    self->source.info.range_g = plan->range_g;
    self->source.info.start_ns = plan->start_ns;
    self->source.info.n_samples = plan->n_samples;
    return &self->source;
}

static enum yk_status made_open_at(struct recording_source *source, int64_t from_ns,
                                   struct recording_source **out, struct failure *why)
{
    (void)why;
    const struct made_recording *origin = (const struct made_recording *)source;
    struct recording_source *opened = made_recording_open(&origin->plan);
    struct made_recording *self = (struct made_recording *)opened;
    const int64_t n = self->plan.block_n;
    self->is_cursor = true;
    self->plan.fail_at_block = -1;
    while (self->next < self->plan.n_samples) {
        int64_t last = self->next + n - 1;
        last = last < self->plan.n_samples ? last : self->plan.n_samples - 1;
        if (sample_ns(&self->plan, last) + (int64_t)(1e9 / self->plan.true_rate_hz) > from_ns) {
            break;
        }
        self->next += n;
    }
    *out = opened;
    return YK_OK;
}
