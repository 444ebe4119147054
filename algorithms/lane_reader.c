/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sixteen readers side by side, see lane_reader.h.
 */
#include "algorithms/lane_reader.h"

#include <string.h>

#include "src/base/clock.h"
#include "src/base/mem.h"

/* How far before a lane's start its reader begins, and how much farther it goes back each time
 * it finds itself in a gap: the value before the gap is wanted. */
#define LEAD_NS NS_PER_S
#define LEAD_GROWS 60

static int64_t time_of_point(int64_t point, int32_t rate)
{
    int64_t second = floor_div(point, rate);
    return second * NS_PER_S + floor_mod(point, rate) * NS_PER_S / rate;
}

static enum yk_status open_lane(struct lane_reader *self, size_t l,
                                struct recording_source *source, int64_t from,
                                const struct calibration *calibration, struct failure *why)
{
    const int32_t rate = self->setup->rate;
    const int64_t start_ns = time_of_point(from, rate);
    for (int64_t lead = LEAD_NS;; lead *= LEAD_GROWS) {
        struct recording_source *cursor = NULL;
        enum yk_status status = source->ops->open_at(source, start_ns - lead, &cursor, why);
        if (status != YK_OK) {
            return status;
        }
        status = grid_stream_open(&self->stream[l], cursor, true, rate, from, calibration, why);
        if (status != YK_OK) {
            recording_source_close(cursor);
            return status;
        }
        self->stream[l].fills_gaps = self->setup->fills_gaps;
        bool is_early;
        status = grid_stream_begin(&self->stream[l], &is_early, why);
        if (status != YK_OK || is_early || l == 0 || start_ns - lead <= source->info.start_ns) {
            self->is_open[l] = true;
            return status;
        }
        grid_stream_close(&self->stream[l]);
    }
}

static enum yk_status open_in_sequence(struct lane_reader *self,
                                       struct recording_source *source, int64_t from,
                                       const struct calibration *calibration,
                                       struct failure *why)
{
    enum yk_status status = source->ops->rewind(source, why);
    if (status == YK_OK) {
        status = grid_stream_open(&self->stream[0], source, false, self->setup->rate, from,
                                  calibration, why);
        self->is_open[0] = status == YK_OK;
        self->stream[0].fills_gaps = self->setup->fills_gaps;
    }
    return status;
}

static bool make_room(struct lane_reader *self)
{
    const size_t n = self->setup->block_points * LANES;
    for (int a = 0; a < 3; a++) {
        self->side[a] = mem_alloc_lines(n, sizeof(double));
        self->acc[a] = mem_alloc_lines(n, sizeof(double));
    }
    self->seen = mem_alloc_lines(n, sizeof(double));
    self->seen_points = mem_alloc(n, 1);
    return self->side[0] != NULL && self->side[1] != NULL && self->side[2] != NULL &&
           self->acc[0] != NULL && self->acc[1] != NULL && self->acc[2] != NULL &&
           self->seen != NULL && self->seen_points != NULL;
}

enum yk_status lane_reader_open(struct lane_reader *self, struct recording_source *source,
                                const struct lane_setup *setup, int64_t first_point,
                                const struct calibration *calibration, struct failure *why)
{
    memset(self, 0, sizeof *self);
    self->setup = setup;
    if (!make_room(self)) {
        lane_reader_close(self);
        return failure_set(why, YK_ERR_MEMORY, "signal: no memory for %d lanes of %zu points",
                           LANES, setup->block_points);
    }
    enum yk_status status = YK_OK;
    for (size_t l = 0; l < LANES && status == YK_OK; l++) {
        if (setup->from[l] >= setup->to[l]) {
            continue;
        }
        if (source->ops->open_at == NULL) {
            status = open_in_sequence(self, source, first_point, calibration, why);
        } else {
            int64_t from = first_point + setup->first_epoch[l] * (int64_t)setup->epoch_points;
            status = open_lane(self, l, source, from, calibration, why);
        }
    }
    if (status != YK_OK) {
        lane_reader_close(self);
    }
    return status;
}

void lane_reader_close(struct lane_reader *self)
{
    for (size_t l = 0; l < LANES; l++) {
        if (self->is_open[l]) {
            grid_stream_close(&self->stream[l]);
        }
        self->is_open[l] = false;
    }
    for (int a = 0; a < 3; a++) {
        mem_free(self->side[a]);
        mem_free(self->acc[a]);
        self->side[a] = NULL;
        self->acc[a] = NULL;
    }
    mem_free(self->seen);
    mem_free(self->seen_points);
    self->seen = NULL;
    self->seen_points = NULL;
}

/* A lane without data lies flat: finite numbers for the filters to run on. */
static void lie_flat(double *const out[3], uint8_t *seen, size_t n)
{
    for (size_t t = 0; t < n; t++) {
        out[0][t] = 0.0;
        out[1][t] = 0.0;
        out[2][t] = 1.0;
    }
    memset(seen, 0, n);
}

static enum yk_status fill_lane(struct lane_reader *self, size_t l, struct failure *why)
{
    const size_t n = self->setup->block_points;
    double *out[3] = {self->side[0] + l * n, self->side[1] + l * n, self->side[2] + l * n};
    memset(&self->tally[l], 0, sizeof self->tally[l]);
    if (!self->is_open[l]) {
        lie_flat(out, self->seen_points + l * n, n);
        return YK_OK;
    }
    return grid_stream_take(&self->stream[l], n, out, self->seen_points + l * n,
                            &self->tally[l], why);
}

enum yk_status lane_reader_next(struct lane_reader *self, struct lane_block *out,
                                struct failure *why)
{
    const size_t n = self->setup->block_points;
    bool all_seen = true;
    for (size_t l = 0; l < LANES; l++) {
        enum yk_status status = fill_lane(self, l, why);
        if (status != YK_OK) {
            return status;
        }
        all_seen = all_seen && (!self->is_open[l] || self->tally[l].observed >= (double)n);
    }
    for (int a = 0; a < 3; a++) {
        lanes_interleave(self->side[a], n, n, self->acc[a]);
        out->acc[a] = self->acc[a];
    }
    if (!all_seen) {
        for (size_t t = 0; t < n; t++) {
            for (size_t l = 0; l < LANES; l++) {
                self->seen[t * LANES + l] = self->seen_points[l * n + t];
            }
        }
    }
    out->seen = all_seen ? NULL : self->seen;
    out->n = n;
    out->step = self->step++;
    return YK_OK;
}
