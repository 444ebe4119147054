/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One gap-free run of equally spaced samples. Buffers belong to the caller and are reused.
 */
#ifndef SRC_MODEL_SAMPLE_BLOCK_H
#define SRC_MODEL_SAMPLE_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/status.h"

enum sample_block_flag {
    BLOCK_AFTER_GAP = 1u << 0, /* samples are missing between the previous block and this one */
    BLOCK_CLOCK_JUMP = 1u << 1, /* time moved without samples missing; t0 may lie before */
    BLOCK_RESTART = 1u << 2,    /* first block of a new start of logging */
    BLOCK_CLIPPED = 1u << 3,    /* at least one sample at the end of the range */
    BLOCK_BUTTON = 1u << 4,
    BLOCK_OVERFLOW = 1u << 5,    /* device lost samples before this block */
    BLOCK_CLOCK_DOUBT = 1u << 6, /* time stamps cannot be trusted (2000-01-01, ...) */
    BLOCK_REPAIRED = 1u << 7,
    /* With BLOCK_AFTER_GAP: in the gap the device slept because nothing moved, or was docked.
     * Its maker's own software repeats the last sample there, and writes zeros from
     * zeros_from_ns on; nobody else should. */
    BLOCK_HELD = 1u << 8
};

struct sample_block {
    int64_t t0_ns;     /* UTC of sample 0 */
    double period_s;   /* spacing inside this block, from the device's time stamps */
    uint32_t n;        /* samples present, 1..capacity after a successful read */
    uint32_t capacity; /* room (SAMPLE_BLOCK_CAPACITY) */
    float *acc_g[3];   /* device axes, n each; exactly the recorded value, before calibration */
    float *gyro_dps[3]; /* or NULL when the caller does not want them; NaN when not recorded */
    float light, temperature_c, battery_v; /* one reading per block; NaN when absent */
    uint32_t flags;                        /* enum sample_block_flag */
    int64_t zeros_from_ns; /* only with BLOCK_HELD; TIME_UNKNOWN: the last sample all the way */
};

#define SAMPLE_BLOCK_CAPACITY 4096

enum yk_status sample_block_init(struct sample_block *self, bool with_gyro,
                                 struct failure *why);
void sample_block_release(struct sample_block *self);

/* How many samples have an axis at or beyond the range's ends; NaN: an end that is not known.
 */
uint32_t sample_block_count_clipped(const struct sample_block *self, float low_g, float high_g);

#endif
