/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GGIR's calibration pass and its epochs, see ggir_signal.h.
 *
 * GGIR reads a chunk, puts the samples that were left over in front, cuts at a whole number of
 * quarters and computes everything anew. Chunks know nothing of each other, so each is a lane;
 * what each begins with is known from a pass over the blocks' times.
 */
#include "algorithms/ggir_signal.h"

#include <math.h>
#include <string.h>

#include "algorithms/angle.h"
#include "algorithms/calibrate.h"
#include "algorithms/ggir_grid.h"
#include "algorithms/ggir_lanes.h"
#include "algorithms/lane_run.h"
#include "src/base/mem.h"

#define POINTS_AT_ONCE 1024
#define BLOCKS_BETWEEN_CHECKS 256
#define LEAST_CHUNK_S 3600
#define WARM_UP_S 120
#define LOOK_AHEAD_S 10

/* A reader of all stored blocks, from the first. */
static enum yk_status open_all(struct recording_source *source, struct recording_source **out,
                               struct failure *why)
{
    return source->ops->open_at(source, INT64_MIN, out, why);
}

static enum yk_status add_points(struct ggir_stream *stream, struct ggir_windows *windows,
                                 double sphere_g, struct calibration *found, bool *is_enough,
                                 struct job *job, struct failure *why)
{
    double x[POINTS_AT_ONCE], y[POINTS_AT_ONCE], z[POINTS_AT_ONCE];
    double *const out[3] = {x, y, z};
    for (uint64_t turn = 0; !*is_enough; turn++) {
        if (turn % BLOCKS_BETWEEN_CHECKS == 0) {
            if (job_is_cancelled(job)) {
                return failure_set(why, YK_ERR_CANCELLED, "stopped while calibrating");
            }
            job_progress(job, "calibrating", turn, 0, "blocks");
        }
        int64_t got;
        bool ends_chunk;
        enum yk_status status =
            ggir_stream_take(stream, POINTS_AT_ONCE, out, &got, &ends_chunk, why);
        if (status != YK_OK) {
            return status;
        }
        double temperature = (double)ggir_stream_block(stream)->temperature_c;
        status = ggir_windows_add(windows, out, (size_t)got, temperature, why);
        if (status == YK_OK && ends_chunk) {
            status = ggir_windows_fit(windows, sphere_g, found, is_enough, why);
        }
        if (status != YK_OK) {
            return status;
        }
    }
    return YK_END;
}

enum yk_status ggir_calibrate(struct recording_source *source,
                              const struct parameters *parameters,
                              struct calibration *calibration, struct job *job,
                              struct failure *why)
{
    const double rate = rint(source->info.rate_hz);
    struct recording_source *cursor;
    struct ggir_windows windows;
    struct ggir_stream stream;
    struct calibration found;
    bool is_enough = false;
    calibration_init(&found);
    enum yk_status status =
        ggir_windows_init(&windows, rate, parameters->calibration_still_sd_g, why);
    if (status != YK_OK) {
        return status;
    }
    status = open_all(source, &cursor, why);
    if (status == YK_OK) {
        status =
            ggir_stream_open(&stream, cursor, rate, ggir_chunk_blocks(rate) / 2, NULL, why);
        if (status == YK_OK) {
            status = add_points(&stream, &windows, parameters->calibration_sphere_g, &found,
                                &is_enough, job, why);
            ggir_stream_close(&stream);
        }
        recording_source_close(cursor);
    }
    if (status == YK_END) { /* the fit of the last chunk counts */
        status = is_enough ? YK_OK
                           : ggir_windows_fit(&windows, parameters->calibration_sphere_g,
                                              &found, &is_enough, why);
    }
    ggir_windows_release(&windows);
    if (status == YK_OK) {
        *calibration = found;
    }
    return status;
}

/* Start and number of points of every chunk, by running over the blocks. */
static enum yk_status list_chunks(struct ggir_stream *stream, struct ggir_plan *plan,
                                  struct job *job, struct failure *why)
{
    for (uint64_t turn = 0;; turn++) {
        if (turn % BLOCKS_BETWEEN_CHECKS == 0 && job_is_cancelled(job)) {
            return failure_set(why, YK_ERR_CANCELLED, "stopped while reading times");
        }
        enum yk_status status = ggir_stream_pass(stream, why);
        if (status != YK_OK) {
            return status == YK_END ? YK_OK : status;
        }
        if (plan->n_chunks == 0) {
            const struct device_block *stored = &stream->blocks.stored[stream->blocks.now];
            plan->utc_minus_wall_s =
                (double)(ggir_stream_block(stream)->t0_ns) * 1e-9 - stored->wall_s;
        }
        while ((int64_t)plan->n_chunks <= stream->chunk) {
            if (MEM_RESERVE(plan->chunk, plan->n_chunks, plan->capacity) != 0) {
                return failure_set(why, YK_ERR_MEMORY, "ggir: no memory for the chunks");
            }
            plan->chunk[plan->n_chunks++] = (struct ggir_chunk){stream->start_s, 0};
        }
        plan->chunk[stream->chunk].n_points = stream->next;
    }
}

static enum yk_status plan_chunks(struct recording_source *source, struct ggir_plan *plan,
                                  struct job *job, struct failure *why)
{
    struct recording_source *cursor;
    struct ggir_stream stream;
    plan->chunk_blocks = ggir_chunk_blocks(plan->rate);
    enum yk_status status = open_all(source, &cursor, why);
    if (status != YK_OK) {
        return status;
    }
    status = ggir_stream_open(&stream, cursor, plan->rate, plan->chunk_blocks, NULL, why);
    if (status == YK_OK) {
        status = list_chunks(&stream, plan, job, why);
        ggir_stream_close(&stream);
    }
    recording_source_close(cursor);
    return status;
}

int64_t ggir_points_to_drop(double wall_s, int32_t rate)
{
    const int64_t whole = (int64_t)rint(wall_s);
    const int64_t s = floor_mod(whole, 60), m = floor_mod(floor_div(whole, 60), 60);
    if (s == 0) {
        return rate * 60 * floor_mod(-m, 15);
    }
    return rate * (60 * floor_mod(-(m + 1), 15) + 60 - s);
}

/* What each chunk works on: what was left over, and its own points, cut at a whole quarter. */
static enum yk_status share_out(struct ggir_plan *plan, int64_t drop, struct failure *why)
{
    const int64_t quarter = (int64_t)QUARTER_S * plan->rate;
    int64_t left = 0, epoch = 0;
    for (size_t c = 0; c < plan->n_chunks; c++) {
        int64_t all = plan->chunk[c].n_points + left - (c == 0 ? drop : 0);
        if (all < LEAST_CHUNK_S * (int64_t)plan->rate) {
            break; /* GGIR leaves out what is shorter than an hour */
        }
        if (MEM_RESERVE(plan->share, plan->n_shares, plan->share_capacity) != 0) {
            return failure_set(why, YK_ERR_MEMORY, "ggir: no memory for the chunks");
        }
        int64_t use = all / quarter * quarter;
        plan->share[plan->n_shares++] =
            (struct ggir_share){.chunk = left > 0 ? (int64_t)c - 1 : (int64_t)c,
                                .first = left > 0 ? plan->chunk[c - 1].n_points - left
                                         : c == 0 ? drop
                                                  : 0,
                                .n_points = use,
                                .first_epoch = epoch};
        left = all - use;
        epoch += use / ((int64_t)plan->rate * plan->epoch_s);
    }
    plan->n_epochs = epoch;
    return YK_OK;
}

/* Part of a chunk's share, in points from its start. */
struct piece {
    size_t share;
    int64_t from, to;
};

static size_t cut_at(const struct ggir_plan *plan, int64_t length, struct piece *out)
{
    size_t n = 0;
    for (size_t s = 0; s < plan->n_shares; s++) {
        for (int64_t from = 0; from < plan->share[s].n_points; from += length) {
            int64_t to = from + length;
            to = to < plan->share[s].n_points ? to : plan->share[s].n_points;
            if (n < LANES) {
                out[n] = (struct piece){s, from, to};
            }
            n++;
        }
    }
    return n;
}

/* Few chunks leave most lanes idle: they are cut further, into pieces of equal length, as many
 * as there are lanes. Those inside a chunk warm up like the lanes of the default recipe. */
static size_t cut_chunks(const struct ggir_plan *plan, int64_t unit, struct piece out[LANES])
{
    int64_t length = unit;
    while (cut_at(plan, length, out) > LANES) {
        length += unit;
    }
    return cut_at(plan, length, out);
}

/* Where a share's point lies: in the chunk it begins in, or in the next. */
static struct ggir_share share_from(const struct ggir_plan *plan,
                                    const struct ggir_share *share, int64_t point,
                                    int64_t n_points)
{
    struct ggir_share out = *share;
    const int64_t here = plan->chunk[share->chunk].n_points - share->first;
    out.chunk += point < here ? 0 : 1;
    out.first = point < here ? share->first + point : point - here;
    out.n_points = n_points;
    return out;
}

/* One lane's piece: its warm-up in front, and what the medians look ahead behind. */
static struct ggir_share set_lane(struct lane_setup *setup, const struct ggir_plan *plan,
                                  const struct piece *piece, size_t l)
{
    const struct ggir_share *share = &plan->share[piece->share];
    const int64_t epoch = (int64_t)setup->epoch_points, rate = plan->rate;
    const int64_t step = lanes_common_multiple(epoch, (int64_t)angle_step(plan->rate));
    const int64_t warm = piece->from > 0 ? (WARM_UP_S * rate + step - 1) / step * step : 0;
    const int64_t begin = piece->from > warm ? piece->from - warm : 0;
    const bool is_last = piece->to == share->n_points;
    int64_t end = piece->to + LOOK_AHEAD_S * rate;
    end = end < share->n_points ? end : share->n_points;
    setup->end[l] = is_last ? share->n_points - begin : INT64_MAX / 2;
    setup->first_epoch[l] = share->first_epoch + begin / epoch;
    setup->from[l] = share->first_epoch + piece->from / epoch;
    setup->to[l] = share->first_epoch + piece->to / epoch;
    return share_from(plan, share, begin, end - begin);
}

static enum yk_status run_lanes(struct recording_source *source, struct lane_setup *setup,
                                const struct ggir_plan *plan,
                                const struct calibration *calibration, struct lane_sink *sink,
                                struct job *job, struct failure *why)
{
    struct piece piece[LANES];
    struct ggir_share share[LANES];
    const int64_t quarter = (int64_t)QUARTER_S * plan->rate;
    const int64_t per_quarter = QUARTER_S / plan->epoch_s;
    const size_t n = cut_chunks(
        plan, lanes_common_multiple(quarter, (int64_t)angle_step(plan->rate)), piece);
    int64_t n_blocks = 0;
    for (size_t l = 0; l < LANES; l++) {
        setup->from[l] = setup->to[l] = setup->first_epoch[l] = setup->end[l] = 0;
    }
    for (size_t l = 0; l < n; l++) {
        share[l] = set_lane(setup, plan, &piece[l], l);
        int64_t blocks =
            (setup->to[l] - setup->first_epoch[l]) * (int64_t)setup->blocks_per_epoch;
        n_blocks = blocks > n_blocks ? blocks : n_blocks;
    }
    setup->n_parts = plan->n_shares;
    for (size_t s = 0; s < plan->n_shares; s++) {
        setup->part_from[s] = (size_t)(plan->share[s].first_epoch / per_quarter);
        setup->part_to[s] = setup->part_from[s] + (size_t)(plan->share[s].n_points / quarter);
    }
    struct ggir_lanes *lanes = mem_alloc(1, sizeof *lanes);
    if (lanes == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "ggir: no memory for the lanes");
    }
    enum yk_status status =
        ggir_lanes_open(lanes, source, setup, plan, share, n, calibration, why);
    if (status == YK_OK) {
        struct lane_supply supply = {ggir_lanes_next, lanes, lanes->tally};
        status = lane_run(setup, source, &supply, n_blocks, sink, job, why);
        ggir_lanes_close(lanes);
    }
    mem_free(lanes);
    return status;
}

/* The chunks in groups of as many as there are lanes; a week is one group. */
static enum yk_status run_groups(struct recording_source *source, struct lane_setup *setup,
                                 const struct ggir_plan *plan,
                                 const struct calibration *calibration, struct lane_sink *sink,
                                 struct job *job, struct failure *why)
{
    enum yk_status status = YK_OK;
    for (size_t from = 0; status == YK_OK && from < plan->n_shares; from += LANES) {
        struct ggir_plan group = *plan;
        group.share = plan->share + from;
        group.n_shares = plan->n_shares - from < LANES ? plan->n_shares - from : LANES;
        status = run_lanes(source, setup, &group, calibration, sink, job, why);
    }
    return status;
}

/* The epochs' first instant: a wall clock time, so the zone must say which. */
static int64_t first_instant(const struct ggir_plan *plan, const struct zone *zone,
                             int64_t drop)
{
    double wall = rint(plan->chunk[0].start_s) + (double)(drop / plan->rate);
    int64_t wall_ns = (int64_t)wall * NS_PER_S;
    if (zone == NULL) {
        return wall_ns + (int64_t)llround(plan->utc_minus_wall_s) * NS_PER_S;
    }
    return zone_instant(zone, civil_time_of_utc_ns(wall_ns));
}

static enum yk_status run_plan(struct recording_source *source, const struct zone *zone,
                               struct lane_setup *setup, struct ggir_plan *plan,
                               const struct calibration *calibration,
                               struct epoch_series *epochs, struct quarter_series *quarters,
                               struct job *job, struct failure *why)
{
    enum yk_status status = plan_chunks(source, plan, job, why);
    if (status != YK_OK || plan->n_chunks == 0) {
        return status;
    }
    const int64_t drop = ggir_points_to_drop(plan->chunk[0].start_s, plan->rate);
    status = share_out(plan, drop, why);
    if (status != YK_OK || plan->n_epochs == 0) {
        return status;
    }
    setup->n_quarters = (size_t)(plan->n_epochs * plan->epoch_s / QUARTER_S);
    status = epoch_series_resize(epochs, (size_t)plan->n_epochs, why);
    if (status == YK_OK) {
        status = quarter_series_resize(quarters, setup->n_quarters, why);
    }
    epochs->t0_ns = first_instant(plan, zone, drop);
    epochs->epoch_s = setup->epoch_s;
    quarters->t0_ns = epochs->t0_ns;
    struct lane_sink sink = {setup, epochs, quarters, false};
    if (status == YK_OK) {
        status = run_groups(source, setup, plan, calibration, &sink, job, why);
    }
    return status;
}

enum yk_status ggir_epochs(struct recording_source *source, const struct zone *zone,
                           struct lane_setup *setup, const struct calibration *calibration,
                           struct epoch_series *epochs, struct quarter_series *quarters,
                           struct job *job, struct failure *why)
{
    if (QUARTER_S % setup->epoch_s != 0) {
        return failure_set(why, YK_ERR_ARGUMENT,
                           "epoch_s %d: the ggir grid needs a length that divides 15 minutes",
                           (int)setup->epoch_s);
    }
    struct ggir_plan plan = {.rate = setup->rate, .epoch_s = setup->epoch_s};
    setup->as_ggir = true;
    setup->has_ggir_columns = true;
    enum yk_status status =
        run_plan(source, zone, setup, &plan, calibration, epochs, quarters, job, why);
    mem_free(plan.chunk);
    mem_free(plan.share);
    return status;
}
