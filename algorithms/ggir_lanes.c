/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GGIR's chunks as lanes, see ggir_lanes.h. Gaps are filled as GGIR fills them and its metrics
 * are made from the filled points; only the share of observed points tells of them.
 */
#include "algorithms/ggir_lanes.h"

#include <math.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/mem.h"

/* A stream must begin two blocks before its first point (the quirk of the point before). */
#define LEAD_S 60.0
#define LEAD_SAMPLES 500.0
#define LEAD_GROWS 60.0

/* Runs a stream up to point `first` of chunk `chunk`. *is_early: it began early enough. */
static enum yk_status run_up(struct ggir_stream *stream, const struct ggir_share *share,
                             bool *is_early, struct failure *why)
{
    bool began = false;
    *is_early = false;
    for (;;) {
        double x, y, z;
        double *const out[3] = {&x, &y, &z};
        int64_t got;
        bool ends_chunk;
        if (began && stream->chunk == share->chunk && stream->next == share->first) {
            return YK_OK;
        }
        enum yk_status status =
            ggir_stream_take(stream, began ? 1 : 0, out, &got, &ends_chunk, why);
        if (status != YK_OK) {
            return status;
        }
        if (!began) {
            *is_early = stream->chunk < share->chunk ||
                        (stream->chunk == share->chunk && stream->next <= share->first);
            began = true;
            if (!*is_early) {
                return YK_OK;
            }
        }
    }
}

static enum yk_status open_lane(struct ggir_lanes *self, size_t l,
                                struct recording_source *source, const struct ggir_plan *plan,
                                const struct ggir_share *share, struct failure *why)
{
    const double first_s =
        plan->chunk[share->chunk].start_s + (double)share->first / plan->rate;
    const double begin_s = plan->chunk[0].start_s;
    for (double lead = LEAD_S + LEAD_SAMPLES / plan->rate;; lead *= LEAD_GROWS) {
        const bool is_all = first_s - lead <= begin_s;
        const double from_s = first_s - lead + plan->utc_minus_wall_s;
        int64_t from_ns = is_all ? INT64_MIN : (int64_t)(from_s * (double)NS_PER_S);
        enum yk_status status = source->ops->open_at(source, from_ns, &self->cursor[l], why);
        if (status != YK_OK) {
            return status;
        }
        status = ggir_stream_open(&self->stream[l], self->cursor[l], plan->rate,
                                  plan->chunk_blocks, plan->chunk, why);
        bool is_early = false;
        if (status == YK_OK) {
            status = run_up(&self->stream[l], share, &is_early, why);
            if (status == YK_OK && (is_early || is_all)) {
                self->left[l] = share->n_points;
                return YK_OK;
            }
            ggir_stream_close(&self->stream[l]);
        }
        recording_source_close(self->cursor[l]);
        self->cursor[l] = NULL;
        if (status != YK_OK && status != YK_END) {
            return status;
        }
        if (is_all) { /* the recording changed under our hands */
            return failure_set(why, YK_ERR_CORRUPT, "ggir: a chunk's first point is not found");
        }
    }
}

enum yk_status ggir_lanes_open(struct ggir_lanes *self, struct recording_source *source,
                               const struct lane_setup *setup, const struct ggir_plan *plan,
                               const struct ggir_share *share, size_t n_shares,
                               const struct calibration *calibration, struct failure *why)
{
    memset(self, 0, sizeof *self);
    self->setup = setup;
    self->calibration = calibration;
    const size_t n = setup->block_points * LANES;
    bool got = true;
    for (int a = 0; a < 3; a++) {
        self->side[a] = mem_alloc_lines(n, sizeof(double));
        self->acc[a] = mem_alloc_lines(n, sizeof(double));
        got = got && self->side[a] != NULL && self->acc[a] != NULL;
    }
    enum yk_status status =
        got ? YK_OK : failure_set(why, YK_ERR_MEMORY, "ggir: no memory for a block of lanes");
    for (size_t l = 0; status == YK_OK && l < n_shares; l++) {
        status = open_lane(self, l, source, plan, &share[l], why);
    }
    if (status != YK_OK) {
        ggir_lanes_close(self);
    }
    return status;
}

void ggir_lanes_close(struct ggir_lanes *self)
{
    for (size_t l = 0; l < LANES; l++) {
        if (self->cursor[l] != NULL) {
            ggir_stream_close(&self->stream[l]);
            recording_source_close(self->cursor[l]);
            self->cursor[l] = NULL;
        }
    }
    for (int a = 0; a < 3; a++) {
        mem_free(self->side[a]);
        mem_free(self->acc[a]);
        self->side[a] = NULL;
        self->acc[a] = NULL;
    }
}

static void calibrate(const struct calibration *c, double temperature_c, double *const out[3],
                      int64_t n)
{
    double off = c->uses_temperature ? temperature_c - c->mean_temperature_c : 0.0;
    for (int a = 0; a < 3; a++) {
        double slope = c->temperature_g_per_c[a] * off;
        for (int64_t i = 0; i < n; i++) {
            out[a][i] = c->scale[a] * (out[a][i] + c->offset_g[a]) + slope;
        }
    }
}

static void tally_points(struct ggir_lanes *self, size_t l, int64_t n)
{
    struct grid_tally *tally = &self->tally[l];
    const struct sample_block *block = ggir_stream_block(&self->stream[l]);
    tally->observed += self->stream[l].is_filled ? 0.0 : (double)n;
    grid_tally_readings(tally, block, (double)n);
}

static enum yk_status fill_lane(struct ggir_lanes *self, size_t l, struct failure *why)
{
    const int64_t n = (int64_t)self->setup->block_points;
    double *side[3];
    memset(&self->tally[l], 0, sizeof self->tally[l]);
    for (int a = 0; a < 3; a++) {
        side[a] = self->side[a] + (int64_t)l * n;
    }
    int64_t done = 0;
    while (done < n && self->left[l] > 0) {
        double *at[3] = {side[0] + done, side[1] + done, side[2] + done};
        int64_t got, want = n - done < self->left[l] ? n - done : self->left[l];
        bool ends_chunk;
        enum yk_status status =
            ggir_stream_take(&self->stream[l], want, at, &got, &ends_chunk, why);
        if (status == YK_END) {
            self->left[l] = 0;
            break;
        }
        if (status != YK_OK) {
            return status;
        }
        const struct sample_block *block = ggir_stream_block(&self->stream[l]);
        calibrate(self->calibration, (double)block->temperature_c, at, got);
        tally_points(self, l, got);
        done += got;
        self->left[l] -= got;
    }
    for (; done < n; done++) { /* beyond the chunk: anything finite */
        side[0][done] = 0.0;
        side[1][done] = 0.0;
        side[2][done] = 1.0;
    }
    return YK_OK;
}

enum yk_status ggir_lanes_next(void *user, struct lane_block *out, struct failure *why)
{
    struct ggir_lanes *self = user;
    const size_t n = self->setup->block_points;
    for (size_t l = 0; l < LANES; l++) {
        enum yk_status status = fill_lane(self, l, why);
        if (status != YK_OK) {
            return status;
        }
    }
    for (int a = 0; a < 3; a++) {
        lanes_interleave(self->side[a], n, n, self->acc[a]);
        out->acc[a] = self->acc[a];
    }
    out->seen = NULL;
    out->n = n;
    out->step = self->step++;
    return YK_OK;
}
