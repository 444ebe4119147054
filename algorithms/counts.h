/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ActiGraph activity counts (Neishabouri et al. 2022, Sci Rep 12:11958): what ActiLife 6
 * computes from raw acceleration, integer for integer. docs/algorithms/counts.md.
 *
 * Two forms with the same arithmetic: a plain stream for one axis, which is the definition, and
 * a stage for sixteen lanes. Lanes start after a warm-up, so their band-pass state differs from
 * the stream's by some 1e-13; a value so near to a threshold that this could matter is flagged,
 * and the recording's counts are then made once more in sequence (signal.c).
 *
 * Rates other than ActiGraph's (30, 40, ... 100 Hz): the same chain with up = lcm(rate, 30) /
 * rate. No ActiLife exists to compare with there.
 */
#ifndef ALGORITHMS_COUNTS_H
#define ALGORITHMS_COUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "algorithms/lanes.h"

#define COUNTS_ORDER 7
#define COUNTS_RATE_MIN 5
/* 10-Hz values that one sample can complete, at the lowest rate. */
#define COUNTS_MAX_A_SAMPLE 3

enum counts_rounding {
    COUNTS_HALF_AWAY, /* ActiLife */
    COUNTS_HALF_EVEN  /* R's round() to 3 decimals, as GGIR does it */
};

struct counts_stream {        /* one axis */
    int up, down;             /* to 30 Hz: `up` values a sample, every `down`-th is kept */
    double input_gain, decay; /* of the one-pole low pass; not used when up is 1 */
    bool low_frequency_extension;
    enum counts_rounding rounding;
    bool begun;
    int phase;
    double low_pass;
    double z[COUNTS_ORDER];
    int n_third;
    uint32_t third;
};

/* rate   whole Hz, at least COUNTS_RATE_MIN */
void counts_stream_init(struct counts_stream *self, int32_t rate, bool low_frequency_extension,
                        enum counts_rounding rounding);
/* Takes one sample in g and gives the 10-Hz values (0..128) that it completes. An epoch's count
 * is the sum of its 10-Hz values. */
int counts_stream_add(struct counts_stream *self, double g,
                      uint32_t ten_hz[static COUNTS_MAX_A_SAMPLE]);

enum yk_status counts_open(const struct lane_setup *setup, struct lane_sink *sink,
                           struct lane_stage **out, struct failure *why);

#endif
