/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The seam between formats, which know bytes, and algorithms, which know samples: a stream of
 * sample blocks or of epochs, whatever the file was.
 */
#ifndef SRC_MODEL_RECORDING_SOURCE_H
#define SRC_MODEL_RECORDING_SOURCE_H

#include "src/model/epochs.h"
#include "src/model/recording.h"
#include "src/model/sample_block.h"

struct recording_source;

/* A block as the device stored it, with the time the device's own rule gives to it: for grids
 * that restart at every stored block (the ggir recipe) instead of following the fitted clock.
 */
struct device_block {
    uint64_t number;   /* position among the stored blocks of the file, from 0 */
    bool is_good;      /* false: skipped by every reader; then nothing below is set */
    uint32_t sequence; /* the device's own number: +1 each block, 0 at each start of logging */
    uint32_t session;
    bool is_restart; /* logging began anew with this block */
    double rate_hz;  /* nominal, as the device calculates with it (a whole number) */
    /* Wall clock time of the first sample in seconds since 1970, read as if it were UTC: time
     * stamp minus the samples before it at the nominal rate, (whole + fraction) + (-samples /
     * rate) in double arithmetic and in this order. sample_block.t0_ns is the same in UTC. */
    double wall_s;
};

struct recording_source_ops {
    /* Exactly one of the first two is set. */

    /* The next block in file order. YK_END after the last one. Damaged parts are skipped and
     * counted in report; they are no error. Never allocates but for report.events. */
    enum yk_status (*next_samples)(struct recording_source *self, struct sample_block *block,
                                   struct failure *why);
    /* Appends a stretch of epochs to *append_to (initialised by the caller; the first call sets
     * t0 and epoch_s) and keeps what it had. YK_END after the last one. */
    enum yk_status (*next_epochs)(struct recording_source *self, struct epoch_series *append_to,
                                  struct failure *why);

    /* Back to the start; report begins anew. */
    enum yk_status (*rewind)(struct recording_source *self, struct failure *why);

    /* Optional (NULL: not supported). A second, independent reader of the same recording whose
     * next_samples() starts with the block that holds from_ns, or, when none does, the first
     * block after it. Blocks and their times are bit for bit those of the sequential reading,
     * so that stretches can be worked on side by side. Allowed only after self was read to
     * YK_END once (that is when the whole time model is known). The cursor borrows self: close
     * it first. Its report counts nothing. */
    enum yk_status (*open_at)(struct recording_source *self, int64_t from_ns,
                              struct recording_source **out, struct failure *why);

    /* Optional (NULL: the format has no stored blocks). The next stored block, good or not, in
     * file order; YK_END after the last one. Samples are as stored (nothing repaired),
     * block->period_s is 1 / rate_hz, block->flags are 0, and block->n is 0 when it is not
     * good. Other sessions than the one asked for are left out. Does not touch report. A reader
     * is used either for this or for next_samples(), not for both: open a cursor with
     * open_at(source, INT64_MIN, ...) to read the same recording both ways. */
    enum yk_status (*next_device_block)(struct recording_source *self,
                                        struct sample_block *block, struct device_block *stored,
                                        struct failure *why);

    /* Frees everything, the byte source included. */
    void (*close)(struct recording_source *self);
};

struct recording_source { /* first member of each format's own struct */
    const struct recording_source_ops *ops;
    struct recording_info info; /* complete after open, but for end_ns and n_samples */
    struct read_report report;
};

void recording_source_close(struct recording_source *self); /* accepts NULL */

#endif
