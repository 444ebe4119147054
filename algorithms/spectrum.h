/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Spectra through fast Fourier transforms (FFTW behind this one door).
 */
#ifndef ALGORITHMS_SPECTRUM_H
#define ALGORITHMS_SPECTRUM_H

#include <stddef.h>

#include "src/base/status.h"

struct spectrum {
    double *power; /* owned: Lomb-Scargle power at frequency k * step_per_h; [0] is NaN */
    size_t n;
    double step_per_h; /* cycles per hour between neighbours */
};

void spectrum_release(struct spectrum *self);

/* The Lomb-Scargle powers of all frequencies up to half of the Nyquist frequency from two
 * transforms: holes are zeros in the values and in a second series that says where values are.
 *
 * x           n values every step_h hours, NaN missing
 * oversample  how much finer than 1 / (n * step_h) the frequencies lie (4..16)
 * self        out; empty when fewer than 3 values are known or they do not vary
 * errors      YK_ERR_MEMORY
 * source      Press & Rybicki 1989, Astrophys J 338:277 (here the grid is regular, so
 *             nothing is interpolated)
 */
enum yk_status spectrum_lomb_scargle(const double *x, size_t n, double step_h,
                                     size_t oversample, struct spectrum *self,
                                     struct failure *why);

/* The period of most power between two periods: the spectrum's peak, then refined on the exact
 * power between its neighbours. Both NaN when there is none. errors: YK_ERR_MEMORY */
enum yk_status spectrum_strongest_period(const double *x, size_t n, double step_h,
                                         double from_h, double to_h, double *period_h,
                                         double *power, struct failure *why);

#endif
