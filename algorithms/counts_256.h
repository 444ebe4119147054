/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Resampling of an Insight Watch's 32, 64, 128 or 256 Hz to the 30 Hz that ActiGraph counts
 * begin with, in sixteen lanes: ActiGraph's own way for that device, by way of 256 Hz.
 *
 *     zeros between samples, times 256 / rate -> low pass of 255 taps -> one pole at 15 Hz
 *     -> straight lines between 256-Hz values
 *
 * At 256 Hz the first two steps are left out.
 */
#ifndef ALGORITHMS_COUNTS_256_H
#define ALGORITHMS_COUNTS_256_H

#include <stdbool.h>

#include "algorithms/lanes.h"

#define COUNTS_256_TAPS 127 /* on each side */

/* The filter looks half a second ahead, so the values of a block come when the one after it is
 * there.
 */
struct counts_256 { /* one axis */
    int up;         /* 256 / rate */
    size_t n;       /* samples a block */
    size_t seconds; /* of a block */
    double *in;  /* owned: COUNTS_256_TAPS + 1 samples, a block, and the next, [sample][lane] */
    double *low; /* owned: a block at 256 Hz, [value][lane] */
    double taps[2 * COUNTS_256_TAPS + 1];
    double pole[LANES];
    bool has_block, begun;
};

bool counts_256_is_for(int32_t rate); /* 32, 64, 128, 256 */

/* errors: YK_ERR_MEMORY */
enum yk_status counts_256_init(struct counts_256 *self, int32_t rate, size_t seconds,
                               struct failure *why);
void counts_256_release(struct counts_256 *self);

/* Takes a block of samples, [sample][lane], and gives 30 values a second of the block before
 * it: false, and nothing in thirty, when there was none. */
bool counts_256_block(struct counts_256 *self, const double *samples, double *thirty);

#endif
