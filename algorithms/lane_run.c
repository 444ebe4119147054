/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The loop over blocks and the list of stages, see lane_run.h. A new measure is a new stage and
 * a line in STAGES.
 */
#include "algorithms/lane_run.h"

#include "algorithms/actiwatch_counts.h"
#include "algorithms/angle.h"
#include "algorithms/counts.h"
#include "algorithms/enmo.h"
#include "algorithms/filtered_norms.h"
#include "algorithms/stillness.h"
#include "algorithms/zero_crossings.h"

/* The angle's median looks 2.5 s ahead and works in groups of 1.6 s. */
#define LOOK_AHEAD_S 10
#define BLOCKS_BETWEEN_CHECKS 16

static const lane_stage_open STAGES[] = {
    enmo_open,           filtered_norms_open, angle_open,           counts_open,
    zero_crossings_open, stillness_open,      actiwatch_counts_open};
#define STAGE_COUNT (sizeof STAGES / sizeof *STAGES)

struct stages {
    struct lane_stage *stage[STAGE_COUNT];
    size_t n;
};

static void close_stages(struct stages *self)
{
    for (size_t i = 0; i < self->n; i++) {
        self->stage[i]->ops->close(self->stage[i]);
    }
    self->n = 0;
}

static enum yk_status open_stages(struct stages *self, const struct lane_setup *setup,
                                  struct lane_sink *sink, struct failure *why)
{
    self->n = 0;
    for (size_t i = 0; i < STAGE_COUNT; i++) {
        bool is_asked_for = STAGES[i] != actiwatch_counts_open || setup->makes_actiwatch;
        if ((setup->only_counts && STAGES[i] != counts_open) || !is_asked_for) {
            continue;
        }
        enum yk_status status = STAGES[i](setup, sink, &self->stage[self->n], why);
        if (status != YK_OK) {
            close_stages(self);
            return status;
        }
        self->n++;
    }
    return YK_OK;
}

static void end_epoch(struct stages *stages, struct readings *readings, int64_t step,
                      struct lane_sink *sink)
{
    for (size_t i = 0; i < stages->n; i++) {
        if (stages->stage[i]->ops->epoch_end != NULL) {
            stages->stage[i]->ops->epoch_end(stages->stage[i], step, sink);
        }
    }
    if (!sink->setup->only_counts) {
        readings_epoch_end(readings, step, sink);
    }
}

static enum yk_status run_blocks(struct stages *stages, struct readings *readings,
                                 const struct lane_supply *supply, int64_t n_blocks,
                                 struct lane_sink *sink, struct job *job, struct failure *why)
{
    const int64_t per_epoch = (int64_t)sink->setup->blocks_per_epoch;
    for (int64_t b = 0; b < n_blocks; b++) {
        if (b % BLOCKS_BETWEEN_CHECKS == 0) {
            if (job_is_cancelled(job)) {
                return failure_set(why, YK_ERR_CANCELLED, "stopped while making epochs");
            }
            job_progress(job, "epochs", (uint64_t)b, (uint64_t)n_blocks, "blocks");
        }
        struct lane_block block;
        enum yk_status status = supply->next(supply->user, &block, why);
        if (status != YK_OK) {
            return status;
        }
        for (size_t i = 0; i < stages->n; i++) {
            stages->stage[i]->ops->block(stages->stage[i], &block);
        }
        readings_add(readings, supply->tally);
        if ((b + 1) % per_epoch == 0) {
            end_epoch(stages, readings, b / per_epoch, sink);
        }
    }
    return YK_OK;
}

enum yk_status lane_run(const struct lane_setup *setup, const struct recording_source *source,
                        const struct lane_supply *supply, int64_t n_blocks,
                        struct lane_sink *sink, struct job *job, struct failure *why)
{
    struct stages stages;
    struct readings readings = {0};
    enum yk_status status = open_stages(&stages, setup, sink, why);
    if (status == YK_OK && !setup->only_counts) {
        status = readings_open(&readings, source, sink, why);
    }
    if (status == YK_OK) {
        int64_t beyond = (LOOK_AHEAD_S + setup->block_s - 1) / setup->block_s;
        status = run_blocks(&stages, &readings, supply, n_blocks + beyond, sink, job, why);
    }
    for (size_t i = 0; status == YK_OK && i < stages.n; i++) {
        if (stages.stage[i]->ops->finish != NULL) {
            stages.stage[i]->ops->finish(stages.stage[i], sink);
        }
    }
    close_stages(&stages);
    return status;
}
