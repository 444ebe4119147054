/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ActiGraph counts of one axis, sample by sample: the definition, see counts.h. Steps are
 * numbered as in docs/algorithms/counts.md. The Insight Watch's way to 30 Hz
 * is in counts_256.c.
 */
#include "algorithms/counts.h"

#include <string.h>

#include "algorithms/counts_chain.h"

static int32_t greatest_divisor(int32_t a, int32_t b)
{
    while (b != 0) {
        int32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

void counts_stream_init(struct counts_stream *self, int32_t rate, bool low_frequency_extension,
                        enum counts_rounding rounding)
{
    const int32_t common = greatest_divisor(rate, 30);
    memset(self, 0, sizeof *self);
    self->up = 30 / common;
    self->down = rate / common;
    double twice = 2.0 * self->up;
    self->input_gain = M_PI / (M_PI + twice) * self->up;
    self->decay = -((M_PI - twice) / (M_PI + twice));
    self->low_frequency_extension = low_frequency_extension;
    self->rounding = rounding;
}

/* Steps 3 to 5: band pass, gain, cap, dead band. */
static uint32_t band_pass_and_quantise(struct counts_stream *self, double d)
{
    if (!self->begun) {
        counts_steady(self->z);
        for (int k = 0; k < COUNTS_ORDER; k++) {
            self->z[k] *= d;
        }
        self->begun = true;
    }
    double *z = self->z;
    double y = COUNTS_B[0] * d + z[0];
    for (int k = 0; k < COUNTS_ORDER - 1; k++) {
        z[k] = (COUNTS_B[k + 1] * d + z[k + 1]) - COUNTS_A[k + 1] * y;
    }
    z[COUNTS_ORDER - 1] = COUNTS_B[COUNTS_ORDER] * d - COUNTS_A[COUNTS_ORDER] * y;

    double v = fabs(COUNTS_GAIN * y);
    if (v > COUNTS_CAP) {
        return (uint32_t)COUNTS_CAP;
    }
    if (self->low_frequency_extension) {
        double cut = v < COUNTS_DEAD_BAND ? 1.0 : 0.0;
        return v < COUNTS_DEAD_BAND_LFE ? 0 : (uint32_t)(floor(v) - cut);
    }
    return v < COUNTS_DEAD_BAND ? 0 : (uint32_t)floor(v);
}

int counts_stream_add(struct counts_stream *self, double g,
                      uint32_t ten_hz[static COUNTS_MAX_A_SAMPLE])
{
    int n = 0;
    for (int s = 0; s < self->up; s++) {
        double value = g; /* step 1 */
        if (self->up > 1) {
            double fed = s <= 1 ? self->input_gain * g : 0.0;
            self->low_pass = fed + self->decay * self->low_pass;
            value = self->low_pass;
        }
        bool keep = self->phase == 0;
        self->phase = self->phase + 1 == self->down ? 0 : self->phase + 1;
        if (!keep) {
            continue;
        }
        double d = self->rounding == COUNTS_HALF_AWAY ? counts_round_away(value) /* step 2 */
                                                      : counts_round_even(value);
        self->third += band_pass_and_quantise(self, d);
        if (++self->n_third == 3) { /* step 6 */
            ten_hz[n++] = self->third / 3;
            self->n_third = 0;
            self->third = 0;
        }
    }
    return n;
}
