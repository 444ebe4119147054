/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The signal part of an analysis, see signal.h and docs/algorithms/signal.md: pass 1, the
 * calibration, pass 2 on the UTC grid. GGIR's own grid is in ggir_signal.c.
 */
#include "algorithms/signal.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "algorithms/angle.h"
#include "algorithms/calibrate.h"
#include "algorithms/counts.h"
#include "algorithms/ggir_signal.h"
#include "algorithms/lane_reader.h"
#include "algorithms/lane_run.h"
#include "src/base/mem.h"

#define RATE_MOST 6400
#define WARM_UP_S 60
#define BLOCK_S_MOST 5
#define LONGEST_DAYS 366
#define STILL_WINDOWS_MOST 65536 /* a week holds 60 480 windows */
#define BLOCKS_BETWEEN_CHECKS 256
#define VALID_LEAST 0.5F

struct extent { /* what pass 1 found */
    int64_t start_ns, end_ns;
    uint64_t n_blocks;
};

static enum yk_status read_everything(struct recording_source *source,
                                      const struct parameters *parameters,
                                      struct window_sums *sums, struct still_windows *windows,
                                      struct sample_block *block, struct extent *extent,
                                      struct job *job, struct failure *why)
{
    for (;; extent->n_blocks++) {
        if (extent->n_blocks % BLOCKS_BETWEEN_CHECKS == 0) {
            if (job_is_cancelled(job)) {
                return failure_set(why, YK_ERR_CANCELLED, "stopped while reading");
            }
            int64_t total = source->info.n_samples;
            job_progress(job, "reading", (uint64_t)source->report.n_samples,
                         total > 0 ? (uint64_t)total : 0, "samples");
        }
        enum yk_status status = source->ops->next_samples(source, block, why);
        if (status != YK_OK) {
            return status == YK_END ? YK_OK : status;
        }
        double length_s = block->period_s * block->n;
        if (block->n == 0 || !(length_s >= 0.0 && length_s < 86400.0)) {
            continue;
        }
        int64_t end = block->t0_ns + (int64_t)(length_s * (double)NS_PER_S);
        if (extent->start_ns == TIME_UNKNOWN || block->t0_ns < extent->start_ns) {
            extent->start_ns = block->t0_ns;
        }
        if (extent->end_ns == TIME_UNKNOWN || end > extent->end_ns) {
            extent->end_ns = end;
        }
        status = windows == NULL
                     ? YK_OK
                     : window_sums_add(sums, block, parameters->calibration_still_sd_g, windows,
                                       why);
        if (status != YK_OK) {
            return status;
        }
    }
}

/* GGIR's own way needs the blocks as the device stored them. */
static bool can_go_ggirs_way(const struct recording_source *source)
{
    return source->ops->next_device_block != NULL && source->ops->open_at != NULL;
}

static enum yk_status check_rate(const struct recording_info *info, struct failure *why)
{
    double rate = rint(info->rate_hz);
    if (!(rate >= COUNTS_RATE_MIN && rate <= RATE_MOST)) {
        return failure_set(why, YK_ERR_UNSUPPORTED,
                           "sampling rate %g Hz: epochs can be made at %d to %d Hz",
                           info->rate_hz, COUNTS_RATE_MIN, RATE_MOST);
    }
    return YK_OK;
}

/* Pass 1: the extent, the source's report and, unless it is made GGIR's way later, the
 * calibration. */
static enum yk_status first_pass(struct recording_source *source,
                                 const struct parameters *parameters, struct extent *extent,
                                 struct calibration *calibration, struct job *job,
                                 struct failure *why)
{
    struct window_sums sums;
    struct still_windows windows;
    struct sample_block block;
    const bool converges = parameters->calibrate == CALIBRATE_converge;
    const bool calibrates =
        converges || (parameters->calibrate == CALIBRATE_ggir && !can_go_ggirs_way(source));
    *extent = (struct extent){TIME_UNKNOWN, TIME_UNKNOWN, 0};
    calibration_init(calibration);
    window_sums_init(&sums, source->info.rate_hz);
    still_windows_init(&windows, STILL_WINDOWS_MOST);
    enum yk_status status = check_rate(&source->info, why);
    if (status == YK_OK) {
        status = sample_block_init(&block, false, why);
    }
    if (status == YK_OK) {
        status = read_everything(source, parameters, &sums, calibrates ? &windows : NULL,
                                 &block, extent, job, why);
        sample_block_release(&block);
    }
    if (status == YK_OK && calibrates) {
        (converges ? calibration_fit_converged : calibration_fit_ggir)(
            &windows, parameters->calibration_sphere_g, calibration);
    }
    still_windows_release(&windows);
    return status;
}

/* What the first pass left to do. */
static enum yk_status calibrate_ggirs_way(struct recording_source *source,
                                          const struct parameters *parameters,
                                          struct calibration *calibration, struct job *job,
                                          struct failure *why)
{
    return parameters->calibrate == CALIBRATE_ggir && can_go_ggirs_way(source)
               ? ggir_calibrate(source, parameters, calibration, job, why)
               : YK_OK;
}

/* The longest block of whole seconds that fits into an epoch and into half a quarter. */
static int32_t block_seconds(int32_t epoch_s)
{
    int32_t s = BLOCK_S_MOST;
    while (epoch_s % s != 0 || QUARTER_S / 2 % s != 0) {
        s--;
    }
    return s;
}

/* Points a second. Counts are made at 30 Hz from zeros between the points; what a weak low pass
 * leaves of their images falls on multiples of the greatest divisor of both rates. Below 5 Hz
 * that is gravity in the middle of the band pass: 1,600 counts a minute of a recorder at rest
 * at 13 Hz, 2,100 at 67 Hz. Such rates are interpolated to the next multiple of 10. */
static int32_t grid_rate(const struct recording_info *info, bool as_maker)
{
    int32_t rate = (int32_t)llround(info->rate_hz);
    bool has_images = rate % 5 != 0 && rate % 6 != 0;
    return has_images && !as_maker ? (rate + 9) / 10 * 10 : rate;
}

static void make_setup(const struct recording_info *info, const struct parameters *parameters,
                       struct lane_setup *out)
{
    memset(out, 0, sizeof *out);
    bool is_actigraph = info->count_kind == COUNT_KIND_ACTIGRAPH;
    out->rate = grid_rate(info, is_actigraph || parameters->grid == GRID_ggir);
    out->epoch_s = (int32_t)llround(parameters->epoch_s);
    out->block_s = block_seconds(out->epoch_s);
    out->block_points = (size_t)out->rate * (size_t)out->block_s;
    out->epoch_points = (size_t)out->rate * (size_t)out->epoch_s;
    out->blocks_per_epoch = (size_t)(out->epoch_s / out->block_s);
    out->range_g = info->range_g;
    out->still_range_g = parameters->nonwear_range_mg / 1000.0;
    out->still_sd_g = parameters->nonwear_sd_mg / 1000.0;
    out->fills_gaps = parameters->actigraph_gaps == ACTIGRAPH_GAPS_filled;
    out->makes_actiwatch = parameters->actiwatch_counts == ACTIWATCH_COUNTS_made;
    out->counts_insight = is_actigraph;
    out->counts_lfe = parameters->counts_filter == COUNTS_FILTER_extended;
}

/* Epochs with too little in them say nothing but how little it was. */
static void blank_unobserved(struct epoch_series *epochs)
{
    const float *valid = epochs->column[EPOCH_VALID];
    for (size_t k = 0; k < epochs->n; k++) {
        if (valid[k] >= VALID_LEAST) {
            continue;
        }
        epochs->state[k] |= STATE_UNKNOWN;
        for (int c = 0; c < EPOCH_COLUMN_COUNT; c++) {
            if (c != EPOCH_VALID && epochs->column[c] != NULL) {
                epochs->column[c][k] = NAN;
            }
        }
    }
}

static enum yk_status next_of_reader(void *user, struct lane_block *out, struct failure *why)
{
    return lane_reader_next((struct lane_reader *)user, out, why);
}

static enum yk_status run_lanes(struct recording_source *source, struct lane_setup *setup,
                                int64_t first_point, bool in_sequence,
                                const struct calibration *calibration, struct lane_sink *sink,
                                struct job *job, struct failure *why)
{
    const int64_t n_epochs = (int64_t)sink->epochs->n;
    const int64_t warm = (WARM_UP_S + setup->epoch_s - 1) / setup->epoch_s;
    int64_t n_blocks = lanes_cut(setup, n_epochs, warm, (int64_t)angle_step(setup->rate),
                                 in_sequence || source->ops->open_at == NULL);
    struct lane_reader *reader = mem_alloc(1, sizeof *reader);
    if (reader == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "signal: no memory for the lanes");
    }
    enum yk_status status =
        lane_reader_open(reader, source, setup, first_point, calibration, why);
    if (status == YK_OK) {
        struct lane_supply supply = {next_of_reader, reader, reader->tally};
        status = lane_run(setup, source, &supply, n_blocks, sink, job, why);
        lane_reader_close(reader);
    }
    mem_free(reader);
    return status;
}

/* Where epochs begin: whole multiples of their length since 1970; in the ggir recipe the first
 * quarter of an hour by the wall clock. Less than one sample of an epoch does not make it one.
 */
static int64_t first_epoch_ns(const struct extent *extent, const struct parameters *parameters,
                              const struct zone *zone, int64_t epoch_ns, int64_t sample_ns)
{
    if (parameters->grid == GRID_utc) {
        return floor_div(extent->start_ns + sample_ns, epoch_ns) * epoch_ns;
    }
    int64_t offset = zone != NULL ? zone_offset_s(zone, extent->start_ns) * NS_PER_S : 0;
    int64_t quarter = QUARTER_S * NS_PER_S;
    return -floor_div(-(extent->start_ns + offset - sample_ns), quarter) * quarter - offset;
}

/* Pass 2 on one continuous grid. */
static enum yk_status second_pass(struct recording_source *source, const struct zone *zone,
                                  const struct parameters *parameters,
                                  const struct extent *extent,
                                  const struct calibration *calibration,
                                  struct epoch_series *epochs, struct quarter_series *quarters,
                                  struct job *job, struct failure *why)
{
    struct lane_setup setup;
    make_setup(&source->info, parameters, &setup);
    setup.has_ggir_columns = parameters->grid == GRID_ggir;
    const int64_t epoch_ns = setup.epoch_s * NS_PER_S, sample_ns = NS_PER_S / setup.rate - 1;
    const int64_t first_ns = first_epoch_ns(extent, parameters, zone, epoch_ns, sample_ns);
    const int64_t last = floor_div(extent->end_ns - sample_ns - first_ns, epoch_ns);
    if (last < 0 && setup.has_ggir_columns) {
        return YK_OK; /* over before the first quarter begins */
    }
    const size_t n = last >= 0 ? (size_t)last + 1 : 1;
    epochs->t0_ns = first_ns;
    epochs->epoch_s = setup.epoch_s;
    quarters->t0_ns = epochs->t0_ns;
    setup.n_quarters = (n * (size_t)setup.epoch_s + QUARTER_S - 1) / QUARTER_S;
    setup.n_parts = 1;
    setup.part_to[0] = setup.n_quarters;
    enum yk_status status = epoch_series_resize(epochs, n, why);
    if (status == YK_OK) {
        status = quarter_series_resize(quarters, setup.n_quarters, why);
    }
    struct lane_sink sink = {&setup, epochs, quarters, false};
    setup.counts_begin_late =
        source->info.count_kind == COUNT_KIND_ACTIGRAPH && extent->start_ns > first_ns;
    const int64_t first_point = first_ns / NS_PER_S * setup.rate;
    if (status == YK_OK) {
        status = run_lanes(source, &setup, first_point, false, calibration, &sink, job, why);
    }
    if (status == YK_OK && sink.counts_in_doubt) {
        setup.only_counts = true;
        status = run_lanes(source, &setup, first_point, true, calibration, &sink, job, why);
    }
    if (status == YK_OK) {
        blank_unobserved(epochs);
    }
    return status;
}

static enum yk_status check_extent(const struct extent *extent, struct failure *why)
{
    int64_t days = (extent->end_ns - extent->start_ns) / (24 * NS_PER_H);
    if (days > LONGEST_DAYS) {
        return failure_set(
            why, YK_ERR_UNSUPPORTED,
            "the recording's time stamps span %" PRId64
            " days, more than %d: its clock was set while recording; cut it there",
            days, LONGEST_DAYS);
    }
    return YK_OK;
}

enum yk_status signal_analyze(struct recording_source *source, const struct zone *zone,
                              const struct parameters *parameters,
                              struct calibration *calibration, struct epoch_series *epochs,
                              struct quarter_series *quarters, struct job *job,
                              struct failure *why)
{
    struct extent extent;
    struct calibration found;
    enum yk_status status = first_pass(source, parameters, &extent, &found, job, why);
    if (status != YK_OK || extent.start_ns == TIME_UNKNOWN) {
        return status;
    }
    status = check_extent(&extent, why);
    if (status == YK_OK) {
        status = calibrate_ggirs_way(source, parameters, &found, job, why);
    }
    if (status == YK_OK && parameters->grid == GRID_ggir && can_go_ggirs_way(source)) {
        struct lane_setup setup;
        make_setup(&source->info, parameters, &setup);
        status = ggir_epochs(source, zone, &setup, &found, epochs, quarters, job, why);
    } else if (status == YK_OK) {
        status =
            second_pass(source, zone, parameters, &extent, &found, epochs, quarters, job, why);
    }
    if (status == YK_OK) {
        *calibration = found;
    }
    return status;
}

enum yk_status signal_calibrate(struct recording_source *source,
                                const struct parameters *parameters,
                                struct calibration *calibration, struct job *job,
                                struct failure *why)
{
    struct extent extent;
    struct calibration found;
    enum yk_status status = first_pass(source, parameters, &extent, &found, job, why);
    if (status == YK_OK) {
        status = calibrate_ggirs_way(source, parameters, &found, job, why);
    }
    if (status == YK_OK) {
        *calibration = found;
    }
    return status;
}
