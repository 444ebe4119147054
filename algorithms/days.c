/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Calendar days of a recording, local midnight to local midnight (docs/algorithms/days.md).
 *
 * Means and sums are over valid epochs only; nothing is filled in. Intensity minutes leave the
 * main sleep period out. M10 lies in the civil day; L5 in the 24 hours from noon to noon that
 * begin on it, so that a night is not cut in two. With days=ggir the numbers are those of
 * GGIR's part 2, which imputes (algorithms/day_ggir.h).
 */
#include "algorithms/activity_series.h"
#include "algorithms/bouts.h"
#include "algorithms/day_ggir.h"
#include "algorithms/impute.h"
#include "algorithms/l5_m10.h"
#include "algorithms/rhythm_days.h"
#include "src/base/mem.h"

#include <math.h>
#include <string.h>

#define HALF_DAY_S 43200

struct span { /* epochs [first, end) of one day */
    size_t first, end;
};

struct run { /* what all days share */
    const struct epoch_series *epochs;
    const struct parameters *parameters;
    const struct zone *zone;
    struct activity_series activity;
    struct epoch_series imputed; /* days=ggir: ENMO and states, else empty */
    double *average;             /* days=ggir */
    bool knows_nonwear;
};

static size_t epoch_at(const struct epoch_series *epochs, int64_t ns)
{
    int64_t e_ns = epochs->epoch_s * NS_PER_S;
    int64_t k = floor_div(ns - epochs->t0_ns + e_ns - 1, e_ns);
    return k < 0 ? 0 : k > (int64_t)epochs->n ? epochs->n : (size_t)k;
}

struct tally {
    double sum, n;
};

static double mean_of(struct tally t)
{
    return t.n > 0 ? t.sum / t.n : NAN;
}

static void add(struct tally *t, const float *column, size_t k)
{
    if (column != NULL && !isnan(column[k])) {
        t->sum += (double)column[k];
        t->n++;
    }
}

static double sum_of(struct tally t)
{
    return t.n > 0 ? t.sum : NAN;
}

static void count_times(const struct run *run, struct span span, struct day_summary *day)
{
    double recorded = 0, valid = 0, nonwear = 0;
    for (size_t k = span.first; k < span.end; k++) {
        uint16_t state = run->epochs->state[k];
        recorded += (state & STATE_UNKNOWN) == 0 || (state & STATE_OFF_WRIST) != 0;
        valid += (state & STATE_INVALID) == 0;
        nonwear += (state & STATE_NONWEAR) != 0;
    }
    double e = run->epochs->epoch_s;
    day->day_h = recorded * e / 3600;
    day->valid_h = valid * e / 3600;
    day->nonwear_min = run->knows_nonwear ? nonwear * e / 60 : NAN;
}

static void add_up(const struct run *run, struct span span, struct day_summary *day)
{
    float *const *column = run->epochs->column;
    struct tally enmo = {0}, mad = {0}, x = {0}, y = {0}, z = {0}, light = {0}, warmth = {0};
    struct tally counts = {0};
    for (size_t k = span.first; k < span.end; k++) {
        if ((run->epochs->state[k] & STATE_INVALID) != 0) {
            continue;
        }
        add(&enmo, column[EPOCH_ENMO_MG], k);
        add(&mad, column[EPOCH_MAD_MG], k);
        add(&x, column[EPOCH_COUNTS_X], k);
        add(&y, column[EPOCH_COUNTS_Y], k);
        add(&z, column[EPOCH_COUNTS_Z], k);
        add(&light, column[EPOCH_LIGHT], k);
        add(&warmth, column[EPOCH_TEMPERATURE_C], k);
        double vm = activity_counts_at(run->epochs, k);
        counts.sum += isnan(vm) ? 0 : vm;
        counts.n += !isnan(vm);
    }
    day->enmo_mean_mg = mean_of(enmo);
    day->mad_mean_mg = mean_of(mad);
    day->counts_x_sum = sum_of(x);
    day->counts_y_sum = sum_of(y);
    day->counts_z_sum = sum_of(z);
    day->counts_sum = sum_of(counts);
    day->light_mean = mean_of(light);
    day->temperature_mean_c = mean_of(warmth);
}

/* Minutes per class outside the main sleep period, and bouts over the whole day. */
static enum yk_status add_intensity(const struct run *run, struct span span,
                                    struct day_summary *day, struct failure *why)
{
    const float *enmo = run->epochs->column[EPOCH_ENMO_MG];
    const struct parameters *p = run->parameters;
    if (enmo == NULL || !(day->valid_h > 0)) {
        return YK_OK;
    }
    size_t n = span.end - span.first;
    uint8_t *above = mem_alloc(n, sizeof *above);
    if (above == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "days: no memory");
    }
    double in_class[4] = {0};
    for (size_t i = 0; i < n; i++) {
        size_t k = span.first + i;
        uint16_t state = run->epochs->state[k];
        if ((state & STATE_INVALID) != 0 || isnan(enmo[k])) {
            continue;
        }
        double mg = (double)enmo[k];
        above[i] = mg >= p->moderate_mg;
        if ((state & STATE_IN_SPT) == 0) {
            in_class[(mg >= p->inactive_mg) + (mg >= p->moderate_mg) +
                     (mg >= p->vigorous_mg)]++;
        }
    }
    double to_min = run->epochs->epoch_s / 60.0;
    day->inactive_min = in_class[0] * to_min;
    day->light_min = in_class[1] * to_min;
    day->moderate_min = in_class[2] * to_min;
    day->vigorous_min = in_class[3] * to_min;
    enum yk_status status = bouts_minutes(above, n, run->epochs->epoch_s, p->mvpa_bout_min,
                                          p->mvpa_bout_pct / 100, &day->mvpa_bout_min, why);
    mem_free(above);
    return status;
}

/* Best window of the activity series between two instants, if enough of them is known. */
static enum yk_status best_window(const struct run *run, int64_t from_ns, int64_t to_ns,
                                  double hours, bool is_max, struct civil_date date,
                                  struct active_window *out, struct failure *why)
{
    const struct activity_series *a = &run->activity;
    if (a->n == 0) { /* not a single known value: no step either */
        return YK_OK;
    }
    int64_t step_ns = a->step_s * NS_PER_S;
    int64_t first = floor_div(from_ns - a->t0_ns + step_ns - 1, step_ns);
    int64_t end = floor_div(to_ns - a->t0_ns + step_ns - 1, step_ns);
    first = first < 0 ? 0 : first;
    end = end > (int64_t)a->n ? (int64_t)a->n : end;
    double known_h = 0;
    for (int64_t i = first; i < end; i++) {
        known_h += isnan(a->x[i]) ? 0 : a->step_s / 3600.0;
    }
    if (first >= end || known_h < run->parameters->day_min_h) {
        return YK_OK;
    }
    double every = run->parameters->lm_step_min * 60 / a->step_s;
    size_t step = every < 1 ? 1 : (size_t)every, place = SIZE_MAX;
    size_t w = (size_t)(hours * 3600 / a->step_s);
    double mean = NAN;
    enum yk_status status = active_window_find(a->x + first, (size_t)(end - first), w, step,
                                               is_max, &mean, &place, why);
    if (status == YK_OK && place != SIZE_MAX) {
        int64_t start = a->t0_ns + (first + (int64_t)place) * step_ns;
        *out = (struct active_window){mean, zone_clock_h(run->zone, date, start)};
    }
    return status;
}

static enum yk_status add_l5_m10(const struct run *run, struct day_summary *day,
                                 struct failure *why)
{
    struct active_window l5 = {NAN, NAN}, m10 = {NAN, NAN};
    struct civil_date next = civil_add_days(day->date, 1);
    int64_t midnight = zone_instant_of_day(run->zone, day->date, 0);
    int64_t noon = zone_instant_of_day(run->zone, day->date, HALF_DAY_S);
    int64_t next_midnight = zone_instant_of_day(run->zone, next, 0);
    int64_t next_noon = zone_instant_of_day(run->zone, next, HALF_DAY_S);
    enum yk_status status =
        best_window(run, midnight, next_midnight, 10, true, day->date, &m10, why);
    if (status == YK_OK) {
        status = best_window(run, noon, next_noon, 5, false, day->date, &l5, why);
    }
    day->m10 = m10.mean;
    day->m10_h = m10.start_h;
    day->l5 = l5.mean;
    day->l5_h = l5.start_h;
    day->ra = relative_amplitude(l5.mean, m10.mean);
    return status;
}

/* Puts GGIR's numbers in place of ours. */
static enum yk_status add_ggir(const struct run *run, struct day_summary *day,
                               struct failure *why)
{
    struct day_ggir g;
    enum yk_status status = day_ggir_make(&run->imputed, run->average, run->zone, day->date,
                                          run->parameters, &g, why);
    if (status != YK_OK) {
        return status;
    }
    day->enmo_mean_mg = g.mean_mg;
    day->mvpa_bout_min = g.mvpa_bout_min[2];
    day->l5 = g.l5.mean;
    day->l5_h = g.l5.start_h;
    day->m10 = g.m10.mean;
    day->m10_h = g.m10.start_h;
    day->ra = relative_amplitude(g.l5.mean, g.m10.mean);
    return YK_OK;
}

static enum yk_status make_day(const struct run *run, struct civil_date date,
                               struct day_summary *day, struct failure *why)
{
    struct span span = {
        epoch_at(run->epochs, zone_instant_of_day(run->zone, date, 0)),
        epoch_at(run->epochs, zone_instant_of_day(run->zone, civil_add_days(date, 1), 0))};
    day_summary_init(day);
    day->date = date;
    count_times(run, span, day);
    add_up(run, span, day);
    enum yk_status status = add_intensity(run, span, day, why);
    if (status == YK_OK) {
        status = run->average != NULL ? add_ggir(run, day, why) : add_l5_m10(run, day, why);
    }
    day->exclude = day->valid_h < run->parameters->day_min_h ? DAY_FEW_HOURS : 0;
    return status;
}

/* A copy of ENMO and the states, imputed, and its average day. */
static enum yk_status impute(struct run *run, struct failure *why)
{
    const struct epoch_series *from = run->epochs;
    struct epoch_series *to = &run->imputed;
    to->t0_ns = from->t0_ns;
    to->epoch_s = from->epoch_s;
    enum yk_status status = epoch_series_resize(to, from->n, why);
    if (status == YK_OK) {
        status = epoch_series_need(to, EPOCH_ENMO_MG, why);
    }
    if (status != YK_OK) {
        return status;
    }
    memcpy(to->column[EPOCH_ENMO_MG], from->column[EPOCH_ENMO_MG],
           from->n * sizeof *to->column[EPOCH_ENMO_MG]);
    memcpy(to->state, from->state, from->n * sizeof *to->state);
    impute_average_day(to);
    return day_ggir_average(to, EPOCH_ENMO_MG, &run->average, why);
}

static enum yk_status make_days(struct run *run, struct analysis *analysis, struct job *job,
                                struct failure *why)
{
    const struct epoch_series *epochs = run->epochs;
    int64_t last_ns = epoch_start_ns(epochs, epochs->n - 1);
    struct civil_date date = zone_civil(run->zone, epochs->t0_ns).date;
    struct civil_date last = zone_civil(run->zone, last_ns).date;
    for (; civil_compare(date, last) <= 0; date = civil_add_days(date, 1)) {
        if (job_is_cancelled(job)) {
            return failure_set(why, YK_ERR_CANCELLED, "days: cancelled");
        }
        if (MEM_RESERVE(analysis->days, analysis->n_days, analysis->days_capacity) != 0) {
            return failure_set(why, YK_ERR_MEMORY, "days: no memory");
        }
        struct day_summary *day = &analysis->days[analysis->n_days];
        enum yk_status status = make_day(run, date, day, why);
        if (status != YK_OK) {
            return status;
        }
        analysis->n_days++;
        analysis->n_days_valid += day->exclude == 0;
    }
    return YK_OK;
}

/* GGIR's windows step in whole epochs; with other epochs our own days are made. */
static bool ggir_days_fit(const struct run *run)
{
    int32_t epoch_s = run->epochs->epoch_s;
    int32_t step_s = (int32_t)run->parameters->lm_step_min * 60;
    return run->parameters->days == DAYS_ggir && run->epochs->column[EPOCH_ENMO_MG] != NULL &&
           3600 % epoch_s == 0 && step_s % epoch_s == 0;
}

enum yk_status days_summarize(struct analysis *analysis, const struct zone *zone,
                              struct job *job, struct failure *why)
{
    analysis->n_days = analysis->n_days_valid = 0;
    if (analysis->epochs.n == 0) {
        return YK_OK;
    }
    struct run run = {.epochs = &analysis->epochs,
                      .parameters = &analysis->made_by.parameters,
                      .zone = zone,
                      .knows_nonwear = analysis_knows_nonwear(analysis)};
    activity_series_init(&run.activity);
    epoch_series_init(&run.imputed);
    enum yk_status status =
        activity_series_make(&run.activity, run.epochs, run.parameters->rhythm, why);
    bool is_ggir = ggir_days_fit(&run);
    if (status == YK_OK && is_ggir) {
        status = impute(&run, why);
    }
    if (status == YK_OK) {
        status = make_days(&run, analysis, job, why);
    }
    mem_free(run.average);
    epoch_series_release(&run.imputed);
    activity_series_release(&run.activity);
    return status;
}
