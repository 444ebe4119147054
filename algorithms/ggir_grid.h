/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GGIR's grid for recordings of stored blocks (.cwa): block times by the device's own rule,
 * read in chunks of a fixed number of blocks, and in each chunk a new grid from its first
 * block's time. docs/algorithms/signal.md, "As GGIR does it".
 *
 * Differences on purpose: wall time runs on over a clock change ([D1] is not copied), and
 * damage at which GGIR gives up (20 bad blocks on end, a gap of three days) is filled like a
 * shorter one.
 */
#ifndef ALGORITHMS_GGIR_GRID_H
#define ALGORITHMS_GGIR_GRID_H

#include "src/model/recording_source.h"

/* Blocks a chunk for the metrics; half of it for the calibration. */
int64_t ggir_chunk_blocks(double rate_hz);

struct ggir_chunk {
    double start_s;   /* wall time of its first block */
    int64_t n_points; /* on its grid */
};

/* Good blocks in pairs: a block's samples are spread up to the next one's time. */
struct ggir_blocks {
    struct recording_source *source;
    struct sample_block block[2];
    struct device_block stored[2];
    int now; /* which of the two is the current one; the other is the next */
    bool has_next, began;
    double last_period_s;
};

enum yk_status ggir_blocks_open(struct ggir_blocks *self, struct recording_source *source,
                                struct failure *why);
void ggir_blocks_close(struct ggir_blocks *self); /* not the source */
/* Moves on by one good block; YK_END after the last. */
enum yk_status ggir_blocks_next(struct ggir_blocks *self, struct failure *why);

struct ggir_stream {
    struct ggir_blocks blocks;
    int64_t chunk_blocks;
    double rate_hz;
    const struct ggir_chunk *chunks; /* NULL: from the start of the recording */
    int64_t chunk;                   /* number of the current one; -1 before the first */
    double start_s;                  /* where its grid begins */
    int64_t next, limit; /* point to give next, and those the current block reaches to */
    bool is_last_block;  /* of the chunk */
    bool is_filled;      /* the block's stretch is one constant */
    double from_s, until_s,
        spacing_s;              /* the block's first sample, the next one's, and between */
    double before_s, before[3]; /* the last point given */
};

/* source  its next device block is the first one (chunks NULL), or any block with two more
 * before the first point wanted (chunks: those of the whole recording)
 */
enum yk_status ggir_stream_open(struct ggir_stream *self, struct recording_source *source,
                                double rate_hz, int64_t chunk_blocks,
                                const struct ggir_chunk *chunks, struct failure *why);
void ggir_stream_close(struct ggir_stream *self);

/* Up to n points (recorded, not calibrated) of the current block to out[axis]; *got may be 0
 * when the block reaches no point. A call never crosses a block; *ends_chunk tells that the
 * chunk's last point was given (or that there is none more). YK_END after the last. */
enum yk_status ggir_stream_take(struct ggir_stream *self, int64_t n, double *const out[3],
                                int64_t *got, bool *ends_chunk, struct failure *why);
/* Goes on by one block without making its points. YK_END after the last. */
enum yk_status ggir_stream_pass(struct ggir_stream *self, struct failure *why);
/* The current block, for its readings. */
const struct sample_block *ggir_stream_block(const struct ggir_stream *self);

#endif
