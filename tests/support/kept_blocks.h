/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All blocks of a recording, kept so that another reading can be compared with them bit for
 * bit.
 */
#ifndef TESTS_SUPPORT_KEPT_BLOCKS_H
#define TESTS_SUPPORT_KEPT_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

#include "src/model/recording_source.h"

struct kept_block {
    int64_t t0_ns, end_ns;
    double period_s;
    uint32_t n, flags;
    float light, temperature_c, battery_v;
    size_t at; /* of its first sample */
};

struct kept_blocks {
    struct kept_block *block;
    size_t n, capacity;
    float *sample[3]; /* all samples */
    size_t n_samples, samples_capacity;
};

/* Reads source from where it stands to its end; kept_blocks_release() it. */
void kept_blocks_read(struct kept_blocks *self, struct recording_source *source);
void kept_blocks_release(struct kept_blocks *self);
/* Same samples, times, flags and readings in [from, from + n) of self as in the whole of
 * other. */
void kept_blocks_check(const struct kept_blocks *self, size_t from,
                       const struct kept_blocks *other);
/* open_at() at every border of blocks, in their middles and around them gives the same blocks
 * (at most `most_places` places, spread evenly; a
 * quarter of them under a sanitizer). source was read to its end. */
void kept_blocks_check_cursors(const struct kept_blocks *self, struct recording_source *source,
                               size_t most_places);

#endif
