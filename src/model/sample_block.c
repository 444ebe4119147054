/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Buffers of a sample block: one allocation, cut into aligned channels.
 */
#include "src/model/sample_block.h"
#include "src/base/clones.h"
#include "src/base/mem.h"

#include <math.h>
#include <stddef.h>

enum yk_status sample_block_init(struct sample_block *self, bool with_gyro, struct failure *why)
{
    *self = (struct sample_block){.light = NAN, .temperature_c = NAN, .battery_v = NAN};
    size_t channels = with_gyro ? 6 : 3;
    float *at = mem_alloc_lines(channels * SAMPLE_BLOCK_CAPACITY, sizeof *at);
    if (at == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "out of memory for a block of samples");
    }
    for (size_t i = 0; i < 3; i++) {
        self->acc_g[i] = at + i * SAMPLE_BLOCK_CAPACITY;
        self->gyro_dps[i] = with_gyro ? at + (3 + i) * SAMPLE_BLOCK_CAPACITY : NULL;
    }
    self->capacity = SAMPLE_BLOCK_CAPACITY;
    return YK_OK;
}

void sample_block_release(struct sample_block *self)
{
    if (self != NULL) {
        mem_free(self->acc_g[0]);
        *self = (struct sample_block){.light = NAN, .temperature_c = NAN, .battery_v = NAN};
    }
}

YK_CLONES static uint32_t count_beyond(const float *restrict x, const float *restrict y,
                                       const float *restrict z, uint32_t n, float low,
                                       float high)
{
    uint32_t beyond = 0;
    for (uint32_t i = 0; i < n; i++) {
        beyond += (uint32_t)((x[i] <= low) | (x[i] >= high) | (y[i] <= low) | (y[i] >= high) |
                             (z[i] <= low) | (z[i] >= high));
    }
    return beyond;
}

uint32_t sample_block_count_clipped(const struct sample_block *self, float low_g, float high_g)
{
    return count_beyond(self->acc_g[0], self->acc_g[1], self->acc_g[2], self->n, low_g, high_g);
}
