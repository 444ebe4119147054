/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Buffers of a sample block: one allocation, cut into aligned channels.
 */
#include "src/model/sample_block.h"
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
