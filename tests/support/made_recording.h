/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A recording made up on the spot, for tests of what works on samples: postures, movement and
 * noise as a function of the sample's number, with a clock that runs fast or slow, gaps,
 * restarts and temperature. Any length, no memory; several readers at once.
 */
#ifndef TESTS_SUPPORT_MADE_RECORDING_H
#define TESTS_SUPPORT_MADE_RECORDING_H

#include "src/model/recording_source.h"

struct made_gap {
    int64_t after_sample; /* samples before it; must be a multiple of block_n */
    double length_s;
    bool is_restart;
};

struct made_plan {
    double rate_hz, true_rate_hz; /* nominal; samples a second that are really there */
    int64_t start_ns, n_samples;
    uint32_t block_n;
    double range_g, lsb_g;                                /* lsb_g 0: not rounded */
    double scale[3], offset_g[3], temperature_g_per_c[3]; /* of the sensor's error */
    bool has_temperature;
    const struct made_gap *gaps;
    size_t n_gaps;
    bool cannot_open_at;
    int64_t fail_at_block; /* next_samples() fails there with YK_ERR_IO; -1 never */
};

void made_plan_init(struct made_plan *self); /* 25 Hz, three hours, no faults */
struct recording_source *made_recording_open(const struct made_plan *plan);
/* The value that the sensor records for sample i. */
void made_sample(const struct made_plan *plan, int64_t i, float out[3]);
/* Time of sample i, in ns since 1970 (as double seconds from the start, exact enough). */
double made_sample_s(const struct made_plan *plan, int64_t i);

#endif
