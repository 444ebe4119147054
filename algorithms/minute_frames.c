/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Minute means in 24-hour frames that begin with the first valid epoch, wherever on the clock
 * that is (docs/algorithms/cosinor.md).
 */
#include "algorithms/minute_frames.h"
#include "src/base/clock.h"
#include "src/base/mem.h"

#include <math.h>
#include <stdbool.h>

#define DAY_MIN 1440

void minute_frames_init(struct minute_frames *self)
{
    *self = (struct minute_frames){.t0_ns = TIME_UNKNOWN};
}

void minute_frames_release(struct minute_frames *self)
{
    mem_free(self->minute);
    minute_frames_init(self);
}

static bool is_known(const struct epoch_series *epochs, const float *enmo, size_t k)
{
    return (epochs->state[k] & STATE_INVALID) == 0 && !isnan(enmo[k]);
}

enum yk_status minute_frames_make(struct minute_frames *self, const struct epoch_series *epochs,
                                  struct failure *why)
{
    minute_frames_release(self);
    const float *enmo = epochs->column[EPOCH_ENMO_MG];
    if (enmo == NULL || epochs->n == 0 || 60 % epochs->epoch_s != 0) {
        return YK_OK;
    }
    size_t first = 0, per_minute = (size_t)(60 / epochs->epoch_s);
    while (first < epochs->n && !is_known(epochs, enmo, first)) {
        first++;
    }
    size_t n = (epochs->n - first) / per_minute / DAY_MIN * DAY_MIN;
    if (n == 0) {
        return YK_OK;
    }
    double *minute = mem_alloc(n, sizeof *minute);
    if (minute == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "minutes: no memory");
    }
    size_t last = 0; /* behind the last minute with data */
    for (size_t i = 0; i < n; i++) {
        double sum = 0, known = 0;
        for (size_t k = first + i * per_minute; k < first + (i + 1) * per_minute; k++) {
            if (is_known(epochs, enmo, k)) {
                sum += (double)enmo[k];
                known++;
            }
        }
        minute[i] = known > 0 ? sum / known : NAN;
        last = known > 0 ? i + 1 : last;
    }
    self->minute = minute;
    self->n = (last + DAY_MIN - 1) / DAY_MIN * DAY_MIN;
    self->t0_ns = epoch_start_ns(epochs, first);
    return YK_OK;
}

enum yk_status minute_frames_of_series(struct minute_frames *self, const double *x, size_t n,
                                       int64_t t0_ns, struct failure *why)
{
    minute_frames_release(self);
    size_t first = 0, last = 0;
    while (first < n && isnan(x[first])) {
        first++;
    }
    size_t whole = (n - first) / DAY_MIN * DAY_MIN;
    if (whole == 0) {
        return YK_OK;
    }
    double *minute = mem_alloc(whole, sizeof *minute);
    if (minute == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "minutes: no memory");
    }
    for (size_t i = 0; i < whole; i++) {
        minute[i] = x[first + i];
        last = isnan(minute[i]) ? last : i + 1;
    }
    self->minute = minute;
    self->n = (last + DAY_MIN - 1) / DAY_MIN * DAY_MIN;
    self->t0_ns = t0_ns + (int64_t)first * NS_PER_MIN;
    return YK_OK;
}
