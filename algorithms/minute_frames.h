/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Minutes as GGIR's circadian models count them: from the first valid epoch, in whole days.
 */
#ifndef ALGORITHMS_MINUTE_FRAMES_H
#define ALGORITHMS_MINUTE_FRAMES_H

#include "src/model/epochs.h"

struct minute_frames {
    double *minute; /* owned: ENMO in mg or counts, mean of valid epochs; NaN = none */
    size_t n; /* whole days: a multiple of 1440; days without data at the end are dropped */
    int64_t t0_ns; /* start of the first valid epoch */
};

void minute_frames_init(struct minute_frames *self);
void minute_frames_release(struct minute_frames *self);
/* Empty (n == 0) without ENMO, with less than a day, or when epochs do not divide a minute.
 * errors: YK_ERR_MEMORY */
enum yk_status minute_frames_make(struct minute_frames *self, const struct epoch_series *epochs,
                                  struct failure *why);

/* The same of a series of minutes that begins at t0_ns; NaN = none. */
enum yk_status minute_frames_of_series(struct minute_frames *self, const double *x, size_t n,
                                       int64_t t0_ns, struct failure *why);

#endif
