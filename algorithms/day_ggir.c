/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GGIR's daily summary (its part 2), for recipe ggir-3.3. What differs from our own days:
 * invalid time is imputed, partial days are filled with the average day, L5 and M10 wrap inside
 * the day.
 */
#include "algorithms/day_ggir.h"
#include "algorithms/bouts.h"
#include "src/base/mem.h"

#include <math.h>

#define DAY_S 86400

enum yk_status day_ggir_average(const struct epoch_series *epochs, enum epoch_column column,
                                double **average, struct failure *why)
{
    size_t slots = (size_t)(DAY_S / epochs->epoch_s);
    double *mean = mem_alloc(slots, sizeof *mean);
    if (mean == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "days: no memory");
    }
    const float *x = epochs->column[column];
    for (size_t s = 0; s < slots; s++) {
        double sum = 0, known = 0;
        for (size_t k = s; k < epochs->n; k += slots) {
            if ((epochs->state[k] & STATE_INVALID) == 0 && !isnan(x[k])) {
                sum += (double)x[k];
                known++;
            }
        }
        mean[s] = known > 0 ? sum / known : 0;
    }
    *average = mean;
    return YK_OK;
}

/* ENMO of the 24 clock hours of a day. */
static void fill_day(const struct epoch_series *epochs, const double *average,
                     const struct zone *zone, struct civil_date date, double *day, size_t slots,
                     struct day_ggir *out)
{
    const float *x = epochs->column[EPOCH_ENMO_MG];
    int64_t e_ns = epochs->epoch_s * NS_PER_S;
    double valid = 0, recorded = 0;
    int64_t until = INT64_MIN; /* look the zone up once an hour: no day has more changes */
    int64_t base = 0;
    bool is_dropped = false; /* an hour that the clock skipped in spring */
    for (size_t s = 0; s < slots; s++) {
        int32_t second = (int32_t)s * epochs->epoch_s;
        if ((int64_t)s * e_ns >= until) {
            base = zone_instant_of_day(zone, date, second) - (int64_t)s * e_ns;
            until = ((int64_t)second / 3600 + 1) * NS_PER_H;
            int64_t at = base + (int64_t)s * e_ns;
            is_dropped = zone_civil(zone, at).second_of_day != second;
        }
        int64_t k = floor_div(base + (int64_t)s * e_ns - epochs->t0_ns + e_ns / 2, e_ns);
        bool is_inside = !is_dropped && k >= 0 && k < (int64_t)epochs->n;
        if (is_inside) {
            recorded++;
            valid += (epochs->state[k] & STATE_INVALID) == 0;
        }
        day[s] =
            is_inside && !isnan(x[k]) ? (double)x[k] : average[floor_mod(k, (int64_t)slots)];
    }
    out->valid_h = valid * epochs->epoch_s / 3600;
    out->recorded_h = recorded * epochs->epoch_s / 3600;
}

/* Minutes in blocks of block_s whose mean is at least the threshold. */
static double minutes_above(const double *day, size_t n, int32_t epoch_s, int32_t block_s,
                            double threshold)
{
    size_t w = (size_t)(block_s / epoch_s), count = 0;
    for (size_t i = 0; w > 0 && i + w <= n; i += w) {
        double sum = 0;
        for (size_t k = 0; k < w; k++) {
            sum += day[i + k];
        }
        count += sum / (double)w >= threshold;
    }
    return w > 0 ? (double)count * block_s / 60 : NAN;
}

static enum yk_status fill_bouts(const double *day, size_t n, int32_t epoch_s,
                                 const struct parameters *p, struct day_ggir *out,
                                 struct failure *why)
{
    static const double length_min[3] = {1, 5, 10};
    uint8_t *above = mem_alloc(n, sizeof *above);
    if (above == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "days: no memory");
    }
    for (size_t i = 0; i < n; i++) {
        above[i] = day[i] >= p->moderate_mg;
    }
    enum yk_status status = YK_OK;
    for (int i = 0; i < 3 && status == YK_OK; i++) {
        status = bouts_minutes(above, n, epoch_s, length_min[i], p->mvpa_bout_pct / 100,
                               &out->mvpa_bout_min[i], why);
    }
    mem_free(above);
    return status;
}

static double mean_of(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += x[i];
    }
    return sum / (double)n;
}

static enum yk_status summarize(const double *day, size_t n, int32_t epoch_s,
                                const struct parameters *p, struct day_ggir *out,
                                struct failure *why)
{
    size_t hour = (size_t)(3600 / epoch_s);
    int32_t step = (int32_t)p->lm_step_min;
    enum yk_status status = l5_m10_ggir_day(day, n, epoch_s, 5, step, &out->l5, &out->m5, why);
    if (status == YK_OK) {
        status = l5_m10_ggir_day(day, n, epoch_s, 10, step, &out->l10, &out->m10, why);
    }
    if (status == YK_OK) {
        status = fill_bouts(day, n, epoch_s, p, out, why);
    }
    out->mean_mg = mean_of(day, n);
    out->mean_1to6_mg = mean_of(day + hour, 5 * hour);
    out->mvpa_5s_min = minutes_above(day, n, epoch_s, epoch_s, p->moderate_mg);
    out->mvpa_1min_min = minutes_above(day, n, epoch_s, 60, p->moderate_mg);
    out->mvpa_5min_min = minutes_above(day, n, epoch_s, 300, p->moderate_mg);
    return status;
}

enum yk_status day_ggir_make(const struct epoch_series *epochs, const double *average,
                             const struct zone *zone, struct civil_date date,
                             const struct parameters *parameters, struct day_ggir *out,
                             struct failure *why)
{
    static const struct active_window unknown = {NAN, NAN};
    size_t slots = (size_t)(DAY_S / epochs->epoch_s);
    double *day = mem_alloc(slots, sizeof *day);
    if (day == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "days: no memory");
    }
    struct day_ggir found = {date, NAN, NAN, unknown, unknown, unknown,        unknown,
                             NAN,  NAN, NAN, NAN,     NAN,     {NAN, NAN, NAN}};
    fill_day(epochs, average, zone, date, day, slots, &found);
    enum yk_status status = YK_OK;
    if (found.valid_h >= parameters->day_min_h) {
        status = summarize(day, slots, epochs->epoch_s, parameters, &found, why);
    }
    mem_free(day);
    if (status == YK_OK) {
        *out = found;
    }
    return status;
}
