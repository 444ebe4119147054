/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sixteen places of a recording side by side.
 *
 * A recording is cut into sixteen equal stretches, the lanes. Samples lie as [axis][time][16]
 * doubles, one short block of time after the other, so that every computation is a loop over
 * time around a loop over lanes: recursions of sixteen filters run at once, and each lane adds
 * in the same order as a plain loop would. The number of lanes never depends on the processor
 * or on the number of threads: the same input gives the same bytes.
 *
 * What is computed is a list of stages. A stage sees each block once, in order, and writes
 * epoch columns through the sink, which knows where each lane's epochs belong and drops those
 * of the warm-up before a stretch.
 */
#ifndef ALGORITHMS_LANES_H
#define ALGORITHMS_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/status.h"
#include "src/model/epochs.h"
#include "src/model/quarters.h"

#define LANES 16

/* How the lanes run: the same for every stage. */
struct lane_setup {
    int32_t rate;        /* grid points a second */
    int32_t block_s;     /* seconds a block; divides epoch_s and 450 */
    int32_t epoch_s;     /* seconds an epoch */
    size_t block_points; /* rate * block_s */
    size_t epoch_points; /* rate * epoch_s */
    size_t blocks_per_epoch;
    double range_g;                   /* NaN: unknown */
    double still_range_g, still_sd_g; /* limits of a still axis */
    int64_t end[LANES]; /* grid points of each lane, from its start to the end of its data */
    int64_t first_epoch[LANES];     /* in the series, of each lane's first block */
    int64_t from[LANES], to[LANES]; /* the epochs that each lane writes */
    size_t n_quarters;              /* of the series */
    /* Parts of the series whose quarters know nothing of each other (GGIR's chunks); by default
     * one, everything. */
    size_t n_parts, part_from[LANES], part_to[LANES]; /* quarters */
    bool as_ggir;          /* filters from zero state, GGIR's borders; else steady state */
    bool has_ggir_columns; /* the ggir recipe's: more columns, rounded to 4 decimals */
    bool only_counts;      /* a second run in sequence, for the counts alone */
    bool fills_gaps;       /* grid_stream.fills_gaps */
    bool counts_lfe;       /* with the low-frequency extension */
    bool counts_insight;   /* an Insight Watch: its maker resamples by way of 256 Hz */
    bool makes_actiwatch;  /* Actiwatch-like counts as well */
    /* The recording begins inside its first epoch: counts begin anew with the second one, as
     * the maker's do with the first sample. */
    bool counts_begin_late;
};

/* One block of every lane. Point t of axis a and lane l is acc[a][t * LANES + l]. */
struct lane_block {
    size_t n;       /* points a lane */
    double *acc[3]; /* calibrated, g; never NaN */
    double *seen;   /* 1: observed, 0: held over a gap; NULL when every point is observed */
    int64_t step;   /* number of this block, 0 = first */
};

struct lane_sink {
    const struct lane_setup *setup;
    struct epoch_series *epochs;
    struct quarter_series *quarters;
    bool counts_in_doubt; /* a count lies so near to a threshold that only the sequence can tell
                           */
};

/* Writes one value per lane: epoch `step` counted from the lane's first block. The value is in
 * g, degrees or a count; columns in mg are scaled here. */
void lane_sink_put(struct lane_sink *sink, enum epoch_column column, int64_t step,
                   const double value[LANES]);

/* Makes the columns that a stage fills. errors: YK_ERR_MEMORY */
enum yk_status lane_sink_need(struct lane_sink *sink, const enum epoch_column *columns,
                              size_t n, struct failure *why);

struct lane_stage;

struct lane_stage_ops {
    void (*block)(struct lane_stage *self, const struct lane_block *block);
    /* After the last block of an epoch; NULL: this stage does not end with epochs. */
    void (*epoch_end)(struct lane_stage *self, int64_t step, struct lane_sink *sink);
    /* After the last block of all; may be NULL. */
    void (*finish)(struct lane_stage *self, struct lane_sink *sink);
    void (*close)(struct lane_stage *self);
};

struct lane_stage { /* first member of each stage's own struct */
    const struct lane_stage_ops *ops;
};

/* Makes a stage and the columns it fills. errors: YK_ERR_MEMORY */
typedef enum yk_status (*lane_stage_open)(const struct lane_setup *setup,
                                          struct lane_sink *sink, struct lane_stage **out,
                                          struct failure *why);

/* dst[t * LANES + l] = src[l * stride + t] for n points. */
void lanes_interleave(const double *src, size_t stride, size_t n, double *dst);

/* After how many seconds, or points, two periods are in phase again. */
int64_t lanes_common_multiple(int64_t a, int64_t b);

/* Cuts n_epochs into lanes of equal length and fills end, first_epoch, from, to of a setup
 * whose other members are set. Lengths are whole quarters and a whole multiple of step_points
 * points, so that no stage can tell which lane it is in; warm_epochs are run before each
 * stretch and not written. With one lane only everything is done in sequence. Returns the
 * blocks each lane runs.
 */
int64_t lanes_cut(struct lane_setup *setup, int64_t n_epochs, int64_t warm_epochs,
                  int64_t step_points, bool in_sequence);

#endif
