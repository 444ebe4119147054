/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Butterworth design and the run over lanes. Poles of the analogue prototype are moved to the
 * wanted corners, mapped by the bilinear transform, and each conjugate pair makes one section.
 * Sections instead of one long polynomial: an order-8 band pass from 0.2 Hz at 100 Hz loses
 * seven digits as a polynomial.
 */
#include "algorithms/filter.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#include "src/base/clones.h"

/* z = (1 + s) / (1 - s), with corners already warped to match. */
static double complex bilinear(double complex s)
{
    return (1.0 + s) / (1.0 - s);
}

static struct filter_section section_of(enum filter_kind kind, double complex pole)
{
    /* zeros: low pass both at -1, high pass both at 1, band pass one each */
    double b1 = kind == FILTER_LOW_PASS ? 2.0 : kind == FILTER_HIGH_PASS ? -2.0 : 0.0;
    double b2 = kind == FILTER_BAND_PASS ? -1.0 : 1.0;
    double size = cabs(pole);
    return (struct filter_section){b1, b2, -2.0 * creal(pole), size * size};
}

static double gain_at(const struct filter *filter, double complex z)
{
    double complex h = 1.0;
    for (int i = 0; i < filter->n; i++) {
        const struct filter_section *c = &filter->section[i];
        h *= (1.0 + c->b1 / z + c->b2 / (z * z)) / (1.0 + c->a1 / z + c->a2 / (z * z));
    }
    return cabs(h);
}

bool filter_butterworth(enum filter_kind kind, int order, double low_hz, double high_hz,
                        double rate_hz, struct filter *out)
{
    const double nyquist = rate_hz / 2.0;
    bool uses_low = kind != FILTER_LOW_PASS, uses_high = kind != FILTER_HIGH_PASS;
    if ((uses_low && !(low_hz > 0.0 && low_hz < nyquist)) ||
        (uses_high && !(high_hz > 0.0 && high_hz < nyquist))) {
        return false;
    }
    double low = uses_low ? tan(M_PI * low_hz / rate_hz) : 0.0;
    double high = uses_high ? tan(M_PI * high_hz / rate_hz) : 0.0;
    struct filter made = {kind, 1.0, 0, {{0, 0, 0, 0}}};
    for (int k = 0; k < order / 2; k++) {
        /* upper half of the unit circle's left side */
        double complex p = cexp(I * M_PI * (2.0 * k + order + 1.0) / (2.0 * order));
        if (kind == FILTER_LOW_PASS) {
            made.section[made.n++] = section_of(kind, bilinear(p * high));
        } else if (kind == FILTER_HIGH_PASS) {
            made.section[made.n++] = section_of(kind, bilinear(low / p));
        } else {
            double complex half = p * (high - low) / 2.0;
            double complex root = csqrt(half * half - low * high);
            made.section[made.n++] = section_of(kind, bilinear(half + root));
            made.section[made.n++] = section_of(kind, bilinear(half - root));
        }
    }
    double complex unit = 1.0; /* where the gain is 1 */
    if (kind == FILTER_HIGH_PASS) {
        unit = -1.0;
    } else if (kind == FILTER_BAND_PASS) {
        unit = bilinear(I * sqrt(low * high));
    }
    made.gain = 1.0 / gain_at(&made, unit);
    *out = made;
    return true;
}

void filter_settle(const struct filter *filter, const double *const x[3],
                   struct filter_state *state)
{
    for (int a = 0; a < 3; a++) {
        for (size_t l = 0; l < LANES; l++) {
            double u = x[a][l] * filter->gain;
            for (int s = 0; s < filter->n; s++) {
                const struct filter_section *c = &filter->section[s];
                double y = u * (1.0 + c->b1 + c->b2) / (1.0 + c->a1 + c->a2);
                state->z[a][s][1][l] = c->b2 * u - c->a2 * y;
                state->z[a][s][0][l] = (c->b1 * u - c->a1 * y) + state->z[a][s][1][l];
                u = y;
            }
        }
    }
}

YK_INLINE void run_sections(const struct filter *filter, enum filter_kind kind, int n_sections,
                            struct filter_state *state, double *const x[3], double *const y[3],
                            size_t n)
{
    struct filter_state now = *state;
    const double gain = filter->gain;
    for (size_t t = 0; t < n; t++) {
        for (int a = 0; a < 3; a++) {
            const double *in = x[a] + t * LANES;
            double *out = y[a] + t * LANES;
            double u[LANES];
            for (size_t l = 0; l < LANES; l++) {
                u[l] = in[l] * gain;
            }
            filter_step(filter, kind, n_sections, now.z[a], u);
            for (size_t l = 0; l < LANES; l++) {
                out[l] = u[l];
            }
        }
    }
    *state = now;
}

YK_CLONES
void filter_run(const struct filter *filter, struct filter_state *state, double *const x[3],
                double *const y[3], size_t n)
{
    if (filter->kind == FILTER_BAND_PASS && filter->n == 4) {
        run_sections(filter, FILTER_BAND_PASS, 4, state, x, y, n);
    } else if (filter->kind == FILTER_HIGH_PASS && filter->n == 2) {
        run_sections(filter, FILTER_HIGH_PASS, 2, state, x, y, n);
    } else if (filter->kind == FILTER_LOW_PASS && filter->n == 2) {
        run_sections(filter, FILTER_LOW_PASS, 2, state, x, y, n);
    } else {
        run_sections(filter, filter->kind, filter->n, state, x, y, n);
    }
}
