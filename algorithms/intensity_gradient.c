/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Intensity gradient (Rowlands et al. 2018).
 */
#include "algorithms/intensity_gradient.h"
#include "algorithms/fit.h"

#include <math.h>
#include <stdbool.h>

#define BIN_MG 25.0
#define LAST_MG 4000.0
#define END_MG 8000.0

void intensity_bins(const struct epoch_series *epochs, double minutes[static INTENSITY_BINS])
{
    for (size_t b = 0; b < INTENSITY_BINS; b++) {
        minutes[b] = 0;
    }
    const float *enmo = epochs->column[EPOCH_ENMO_MG];
    for (size_t k = 0; enmo != NULL && k < epochs->n; k++) {
        double mg = (double)enmo[k];
        if ((epochs->state[k] & STATE_INVALID) == 0 && mg >= 0 && mg < END_MG) {
            size_t bin = mg >= LAST_MG ? INTENSITY_BINS - 1 : (size_t)(mg / BIN_MG);
            minutes[bin] += epochs->epoch_s / 60.0;
        }
    }
}

struct intensity_gradient intensity_gradient_of(const double minutes[static INTENSITY_BINS])
{
    double x[INTENSITY_BINS], y[INTENSITY_BINS];
    size_t n = 0;
    for (size_t b = 0; b < INTENSITY_BINS; b++) {
        if (minutes[b] > 0) {
            bool is_last = b == INTENSITY_BINS - 1;
            x[n] = log(is_last ? (LAST_MG + END_MG) / 2 : ((double)b + 0.5) * BIN_MG);
            y[n++] = log(minutes[b]);
        }
    }
    struct fit_line line = fit_line(x, y, n);
    return (struct intensity_gradient){line.slope, line.intercept, line.r2};
}
