/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From epochs to minutes, and from UTC to the wall clock.
 */
#include "algorithms/activity_series.h"
#include "src/base/mem.h"

#include <math.h>

void activity_series_init(struct activity_series *self)
{
    *self = (struct activity_series){.t0_ns = TIME_UNKNOWN};
}

void activity_series_release(struct activity_series *self)
{
    mem_free(self->x);
    activity_series_init(self);
}

static bool has_values(const struct epoch_series *epochs, enum epoch_column column)
{
    const float *x = epochs->column[column];
    for (size_t k = 0; x != NULL && k < epochs->n; k++) {
        if (!isnan(x[k])) {
            return true;
        }
    }
    return false;
}

double activity_counts_at(const struct epoch_series *epochs, size_t k)
{
    float *const *column = epochs->column;
    if (column[EPOCH_COUNTS] != NULL) {
        return (double)column[EPOCH_COUNTS][k];
    }
    if (column[EPOCH_COUNTS_Y] == NULL) {
        return NAN;
    }
    double y = (double)column[EPOCH_COUNTS_Y][k];
    if (column[EPOCH_COUNTS_X] == NULL || column[EPOCH_COUNTS_Z] == NULL) {
        return y;
    }
    double x = (double)column[EPOCH_COUNTS_X][k], z = (double)column[EPOCH_COUNTS_Z][k];
    return sqrt(x * x + y * y + z * z);
}

enum yk_status activity_series_make(struct activity_series *self,
                                    const struct epoch_series *epochs, enum choice_rhythm input,
                                    struct failure *why)
{
    activity_series_release(self);
    bool is_enmo = input != RHYTHM_counts && has_values(epochs, EPOCH_ENMO_MG);
    const float *enmo = is_enmo ? epochs->column[EPOCH_ENMO_MG] : NULL;
    bool has_counts = input != RHYTHM_enmo && (epochs->column[EPOCH_COUNTS] != NULL ||
                                               epochs->column[EPOCH_COUNTS_Y] != NULL);
    if (epochs->n == 0 || (enmo == NULL && !has_counts)) {
        return YK_OK;
    }
    int32_t e = epochs->epoch_s;
    bool is_minutes = e < 60 && 60 % e == 0;
    int64_t step_ns = (is_minutes ? 60 : e) * NS_PER_S;
    int64_t t0 = is_minutes ? floor_div(epochs->t0_ns, step_ns) * step_ns : epochs->t0_ns;
    size_t n = (size_t)((epoch_start_ns(epochs, epochs->n - 1) - t0) / step_ns) + 1;
    double *x = mem_alloc(n, sizeof *x);
    if (x == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "activity: no memory");
    }
    double need = is_minutes ? 30.0 / e : 1;
    double factor = enmo != NULL ? 1 : 60.0 / e;
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t end = t0 + ((int64_t)i + 1) * step_ns;
        double sum = 0, known = 0;
        for (; k < epochs->n && epoch_start_ns(epochs, k) < end; k++) {
            double value = enmo != NULL ? (double)enmo[k] : activity_counts_at(epochs, k);
            if ((epochs->state[k] & STATE_INVALID) == 0 && !isnan(value)) {
                sum += value;
                known++;
            }
        }
        x[i] = known >= need ? sum / known * factor : NAN;
    }
    *self = (struct activity_series){x, n, t0, (int32_t)(step_ns / NS_PER_S), enmo == NULL};
    return YK_OK;
}

enum yk_status activity_series_on_wall_clock(const struct activity_series *self,
                                             const struct zone *zone,
                                             struct activity_series *out, struct failure *why)
{
    activity_series_release(out);
    if (self->n == 0) {
        return YK_OK;
    }
    int64_t step_ns = self->step_s * NS_PER_S, day_ns = 24 * NS_PER_H;
    int64_t last_ns = self->t0_ns + (int64_t)(self->n - 1) * step_ns;
    int64_t first_local = self->t0_ns + zone_offset_s(zone, self->t0_ns) * NS_PER_S;
    int64_t last_local = last_ns + zone_offset_s(zone, last_ns) * NS_PER_S;
    int64_t midnight = floor_div(first_local, day_ns) * day_ns;
    int64_t phase = floor_mod(first_local - midnight, step_ns);
    /* an autumn change may leave the last epoch earlier on the clock than one before it */
    size_t n = (size_t)((last_local - midnight) / step_ns) + 1 + (size_t)(NS_PER_H / step_ns);
    double *x = mem_alloc(n, sizeof *x);
    uint8_t *count = mem_alloc(n, sizeof *count);
    if (x == NULL || count == NULL) {
        mem_free(x);
        mem_free(count);
        return failure_set(why, YK_ERR_MEMORY, "activity: no memory");
    }
    int64_t change = INT64_MIN, offset = 0;
    size_t used = 0;
    for (size_t i = 0; i < self->n; i++) {
        int64_t ns = self->t0_ns + (int64_t)i * step_ns;
        if (ns >= change) {
            offset = zone_offset_s(zone, ns) * NS_PER_S;
            change = zone_next_change_ns(zone, ns);
        }
        size_t at = (size_t)((ns + offset - midnight) / step_ns);
        if (at < n && !isnan(self->x[i])) {
            x[at] = (x[at] * count[at] + self->x[i]) / (count[at] + 1);
            count[at]++;
        }
        used = at < n && at + 1 > used ? at + 1 : used;
    }
    for (size_t i = 0; i < used; i++) {
        x[i] = count[i] > 0 ? x[i] : NAN;
    }
    mem_free(count);
    *out = (struct activity_series){x, used, midnight + phase, self->step_s, self->is_counts};
    return YK_OK;
}
