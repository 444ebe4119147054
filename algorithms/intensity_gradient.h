/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The intensity gradient: how fast time thins out towards higher intensities.
 */
#ifndef ALGORITHMS_INTENSITY_GRADIENT_H
#define ALGORITHMS_INTENSITY_GRADIENT_H

#include <stddef.h>

#include "src/model/epochs.h"

struct intensity_gradient { /* NaN = fewer than two bins hold anything */
    double gradient, intercept, r2;
};

#define INTENSITY_BINS 161

/* Minutes per bin [0,25), [25,50) ... [3975,4000), [4000,8000) mg of valid epochs. */
void intensity_bins(const struct epoch_series *epochs, double minutes[static INTENSITY_BINS]);

/* Straight line of ln(minutes) on ln(middle of the bin), bins that hold anything. minutes may
 * have been divided by the number of days: that moves the intercept only. source  Rowlands et
 * al. 2018, Med Sci Sports Exerc 50:1323 */
struct intensity_gradient intensity_gradient_of(const double minutes[static INTENSITY_BINS]);

#endif
