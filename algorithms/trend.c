/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A running mean, see trend.h.
 */
#include "algorithms/trend.h"

#include <math.h>

double trend_at(struct trend *self, const float *x, size_t n, size_t i, size_t half)
{
    size_t from = i > half ? i - half : 0, to = n - i > half ? i + half : n;
    for (; self->high < to; self->high++) {
        if (!isnan(x[self->high])) {
            self->sum += (double)x[self->high];
            self->known++;
        }
    }
    for (; self->low < from; self->low++) {
        if (!isnan(x[self->low])) {
            self->sum -= (double)x[self->low];
            self->known--;
        }
    }
    return self->known > 0 ? self->sum / (double)self->known : (double)NAN;
}
