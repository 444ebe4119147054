/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is known per 15 minutes: stillness scores and clipping, from the calibrated samples.
 */
#ifndef SRC_MODEL_QUARTERS_H
#define SRC_MODEL_QUARTERS_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/status.h"

#define QUARTER_S 900

struct quarter_series {
    int64_t t0_ns; /* start of the first one; the epochs' t0 */
    size_t n;
    float *score_2013; /* 0..3 still axes; NaN = no data */
    float *score_2023;
    float *clipped; /* largest of the axes' shares */
};

void quarter_series_init(struct quarter_series *self);
void quarter_series_release(struct quarter_series *self);
enum yk_status quarter_series_resize(struct quarter_series *self, size_t n,
                                     struct failure *why);

#endif
