/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One pass, no cancellation (Welford 1962, Technometrics 4:419).
 */
#include "src/model/mean_sd.h"

#include <math.h>

void mean_sd_add(struct mean_sd *self, double value)
{
    if (isnan(value)) {
        return;
    }
    self->n++;
    double step = value - self->mean;
    self->mean += step / (double)self->n;
    self->sd += step * (value - self->mean);
}

void mean_sd_settle(struct mean_sd *self, size_t mean_needs, size_t sd_needs)
{
    self->sd = self->n >= sd_needs ? sqrt(self->sd / (double)(self->n - 1)) : NAN;
    self->mean = self->n >= mean_needs ? self->mean : NAN;
}
