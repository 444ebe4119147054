/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Values per quarter of an hour.
 */
#include "src/model/quarters.h"
#include "src/base/clock.h"
#include "src/base/mem.h"

#include <math.h>

void quarter_series_init(struct quarter_series *self)
{
    *self = (struct quarter_series){.t0_ns = TIME_UNKNOWN};
}

void quarter_series_release(struct quarter_series *self)
{
    if (self != NULL) {
        mem_free(self->score_2013);
        mem_free(self->score_2023);
        mem_free(self->clipped);
        quarter_series_init(self);
    }
}

enum yk_status quarter_series_resize(struct quarter_series *self, size_t n, struct failure *why)
{
    float **column[] = {&self->score_2013, &self->score_2023, &self->clipped};
    /* All three get their room before n changes; shrinking keeps it. */
    for (size_t i = 0; i < 3; i++) {
        size_t old = *column[i] != NULL ? self->n : 0;
        if (n <= old) {
            continue;
        }
        float *grown = mem_resize(*column[i], old, n, sizeof *grown);
        if (grown == NULL) {
            return failure_set(why, YK_ERR_MEMORY, "out of memory for %zu quarter hours", n);
        }
        *column[i] = grown;
        for (size_t k = old; k < n; k++) {
            grown[k] = NAN;
        }
    }
    self->n = n;
    return YK_OK;
}
