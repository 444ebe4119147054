/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Butterworth filters as second-order sections, for one signal and for sixteen lanes.
 */
#ifndef ALGORITHMS_FILTER_H
#define ALGORITHMS_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "algorithms/lanes.h"
#include "src/base/clones.h"

#define FILTER_SECTIONS_MAX 4

enum filter_kind { FILTER_LOW_PASS, FILTER_HIGH_PASS, FILTER_BAND_PASS };

/* (1 + b1 z^-1 + b2 z^-2) / (1 + a1 z^-1 + a2 z^-2) */
struct filter_section {
    double b1, b2, a1, a2;
};

struct filter {
    enum filter_kind kind;
    double gain; /* of the whole chain, applied first */
    int n;
    struct filter_section section[FILTER_SECTIONS_MAX];
};

/* order     even; for a band pass the order of each edge (2 or 4), otherwise 2, 4, 6 or 8
 * low_hz    lower corner (-3 dB); not used by a low pass
 * high_hz   upper corner; not used by a high pass
 * returns   false when a corner is not below half the rate
 * source    bilinear transform with prewarped corners: the transfer function that R's
 *           signal::butter and SciPy's butter give
 */
bool filter_butterworth(enum filter_kind kind, int order, double low_hz, double high_hz,
                        double rate_hz, struct filter *out);

/* State of one filter on three axes of sixteen lanes: [axis][section][register][lane]. */
struct filter_state {
    double z[3][FILTER_SECTIONS_MAX][2][LANES];
};

/* The state that a constant input x[axis][lane] leaves behind for ever. */
void filter_settle(const struct filter *filter, const double *const x[3],
                   struct filter_state *state);

/* y[axis] = filtered x[axis], n points of all lanes; y may be x. */
void filter_run(const struct filter *filter, struct filter_state *state, double *const x[3],
                double *const y[3], size_t n);

/* One step of n_sections sections for one axis, for loops that use the value at once. u is
 * replaced. kind must be the filter's and, for speed, a constant: b1 and b2 follow from it. */
YK_INLINE void filter_step(const struct filter *filter, enum filter_kind kind, int n_sections,
                           double z[FILTER_SECTIONS_MAX][2][LANES], double *restrict u)
{
    for (int s = 0; s < n_sections; s++) {
        const struct filter_section *c = &filter->section[s];
        for (size_t l = 0; l < LANES; l++) {
            double in = u[l], y = in + z[s][0][l];
            double twice = kind == FILTER_LOW_PASS ? in + in : -in - in; /* b1 u */
            double rest = z[s][1][l] - c->a1 * y;
            z[s][0][l] = kind == FILTER_BAND_PASS ? rest : rest + twice;
            z[s][1][l] = (kind == FILTER_BAND_PASS ? -in : in) - c->a2 * y;
            u[l] = y;
        }
    }
}

#endif
