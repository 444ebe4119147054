/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Mean and sample standard deviation of values that come one after the other.
 */
#ifndef SRC_MODEL_MEAN_SD_H
#define SRC_MODEL_MEAN_SD_H

#include <stddef.h>

/* Begins as zeros. Until it is settled, sd is the sum of squared differences from the mean. */
struct mean_sd {
    double mean, sd;
    size_t n;
};

void mean_sd_add(struct mean_sd *self, double value); /* NaN is passed over */
/* After the last value: a mean of fewer than mean_needs values and an SD of fewer than sd_needs
 * become NaN. mean_needs >= 1, sd_needs >= 2. */
void mean_sd_settle(struct mean_sd *self, size_t mean_needs, size_t sd_needs);

#endif
