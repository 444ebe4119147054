/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rhythm over a whole recording, and means over its nights.
 *
 * What speaks of the time of day (IS, IV, L5, M10, cosinor) is computed on the wall clock; what
 * speaks of the passing of time (periods, DFA, transitions) on the series as it was recorded.
 * A night belongs to the weekday of its morning: the nights before Saturday and Sunday are
 * those of the weekend, because it is the morning's plans that wake people. Nights and days
 * that are not counted enter nothing.
 */
#include "algorithms/activity_series.h"
#include "algorithms/chi_square_periodogram.h"
#include "algorithms/cosinor.h"
#include "algorithms/daily_activity.h"
#include "algorithms/dfa.h"
#include "algorithms/fragmentation.h"
#include "algorithms/intensity_gradient.h"
#include "algorithms/l5_m10.h"
#include "algorithms/minute_frames.h"
#include "algorithms/nonparametric.h"
#include "algorithms/phi.h"
#include "algorithms/rhythm_days.h"
#include "algorithms/sleep_lists.h"
#include "algorithms/social_jetlag.h"
#include "algorithms/spectrum.h"
#include "algorithms/sri.h"
#include "src/base/mem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MIN_DAYS_RHYTHM 2 /* IS of one day is 1 whatever it was */
#define MIN_DAYS_PERIOD 3
#define PERIOD_FROM_H 20.0
#define PERIOD_TO_H 28.0
#define CHI_SQUARE_P 0.05
#define SRI_PAIR_SHARE (2.0 / 3) /* of a day, below which a pair of days says nothing */

struct work { /* what the parts share */
    struct analysis *a;
    const struct zone *zone;
    const struct parameters *p;
    struct activity_series activity, wall;
    double known_days;
};

/* ---- activity ---- */

static void sum_activity(struct work *w)
{
    double sum = 0, known = 0;
    for (size_t i = 0; i < w->activity.n; i++) {
        if (!isnan(w->activity.x[i])) {
            sum += w->activity.x[i];
            known++;
        }
    }
    struct rhythm_summary *r = &w->a->rhythm;
    if (known > 0) {
        r->activity_mean = sum / known;
        r->activity_sum = sum * w->activity.step_s / 60;
    }
    w->known_days = known * w->activity.step_s / 86400;
    snprintf(r->input, sizeof r->input, "%s", w->activity.is_counts ? "counts" : "enmo");
    snprintf(r->unit, sizeof r->unit, "%s", w->activity.is_counts ? "counts/min" : "mg");
}

static int32_t wall_start_s(const struct work *w)
{
    return (int32_t)(floor_mod(w->wall.t0_ns, 24 * NS_PER_H) / NS_PER_S);
}

static enum yk_status add_is_iv(struct work *w, struct failure *why)
{
    struct rhythm_summary *r = &w->a->rhythm;
    struct is_iv one, mean;
    int32_t step_s = w->wall.step_s, start_s = wall_start_s(w);
    if (3600 % step_s != 0 || w->known_days < MIN_DAYS_RHYTHM) {
        return YK_OK;
    }
    enum yk_status status =
        nonparametric_is_iv(w->wall.x, w->wall.n, step_s, start_s, 3600, 1, &one, why);
    if (status == YK_OK) {
        status = nonparametric_is_iv_mean(w->wall.x, w->wall.n, step_s, start_s, 1, &mean, why);
    }
    if (status == YK_OK && one.n_bins >= 24 * MIN_DAYS_RHYTHM) {
        r->is = one.is;
        r->iv = one.iv;
        r->is_mean = mean.is;
        r->iv_mean = mean.iv;
    }
    return status;
}

/* GGIR prints means of its days; ours are of the average day. */
static void l5_m10_of_days(struct analysis *a)
{
    struct rhythm_summary *r = &a->rhythm;
    double n = 0, l5 = 0, l5_h = 0, m10 = 0, m10_h = 0;
    for (size_t i = 0; i < a->n_days; i++) {
        const struct day_summary *d = &a->days[i];
        if (d->exclude == 0 && !isnan(d->l5) && !isnan(d->m10)) {
            l5 += d->l5;
            l5_h += d->l5_h;
            m10 += d->m10;
            m10_h += d->m10_h;
            n++;
        }
    }
    if (n > 0) {
        r->l5 = l5 / n;
        r->l5_h = l5_h / n;
        r->m10 = m10 / n;
        r->m10_h = m10_h / n;
        r->ra = relative_amplitude(r->l5, r->m10);
    }
}

static enum yk_status add_l5_m10(struct work *w, struct failure *why)
{
    struct rhythm_summary *r = &w->a->rhythm;
    struct l5_m10 v;
    if (w->p->days == DAYS_ggir && !w->activity.is_counts) {
        l5_m10_of_days(w->a);
        return YK_OK;
    }
    if (3600 % w->wall.step_s != 0 || w->known_days < 1) {
        return YK_OK;
    }
    enum yk_status status =
        l5_m10_average_day(w->wall.x, w->wall.n, w->wall.step_s, wall_start_s(w), &v, why);
    if (status == YK_OK) {
        r->l5 = v.l5.mean;
        r->l5_h = v.l5.start_h;
        r->m10 = v.m10.mean;
        r->m10_h = v.m10.start_h;
        r->ra = v.ra;
    }
    return status;
}

/* Of single days, beside those of the average day. */
static enum yk_status add_day_by_day(struct work *w, struct failure *why)
{
    struct rhythm_summary *r = &w->a->rhythm;
    struct l5_m10_days d;
    int32_t step_s = w->wall.step_s, start_s = wall_start_s(w);
    if (3600 % step_s != 0 || w->known_days < 1) {
        return YK_OK;
    }
    enum yk_status status = l5_m10_per_day(w->wall.x, w->wall.n, step_s, start_s, &d, why);
    if (status == YK_OK) {
        r->l5_day = d.mean.l5.mean;
        r->m10_day = d.mean.m10.mean;
        r->ra_day = d.mean.ra;
        r->adat = daily_activity(w->wall.x, w->wall.n, step_s, start_s, w->p->day_min_h, NULL) *
                  step_s / 60;
        r->cfi = circadian_function_index(r->is, r->iv, r->ra);
    }
    return status;
}

static void add_cosinor(struct work *w)
{
    struct rhythm_summary *r = &w->a->rhythm;
    struct cosinor c;
    if (w->known_days < 1) {
        return;
    }
    double step_h = w->wall.step_s / 3600.0;
    cosinor_fit(w->wall.x, w->wall.n, wall_start_s(w) / 3600.0, step_h, 24, &c);
    r->mesor = c.mesor;
    r->amplitude = c.amplitude;
    r->acrophase_h = c.acrophase_h;
    r->cosinor_r2 = c.r2;
    r->cosinor_f = c.f;
    r->cosinor_p_value = c.p_value;
}

/* Periods, fluctuations and transitions: the series as recorded. */
static enum yk_status add_periods(struct work *w, struct failure *why)
{
    struct rhythm_summary *r = &w->a->rhythm;
    const struct activity_series *s = &w->activity;
    if (w->known_days < MIN_DAYS_PERIOD || s->step_s > 3600) {
        return YK_OK;
    }
    enum yk_status status =
        spectrum_strongest_period(s->x, s->n, s->step_s / 3600.0, PERIOD_FROM_H, PERIOD_TO_H,
                                  &r->periodogram_period_h, &r->periodogram_power, why);
    struct chi_square_peak peak = {0, NAN, NAN};
    if (status == YK_OK) {
        status = chi_square_search(
            s->x, s->n, (size_t)(PERIOD_FROM_H * 3600) / (size_t)s->step_s,
            (size_t)(PERIOD_TO_H * 3600) / (size_t)s->step_s, CHI_SQUARE_P, &peak, why);
    }
    if (status == YK_OK && peak.period > 0) {
        r->chi2_period_h = (double)peak.period * s->step_s / 3600;
        r->chi2_q = peak.q;
    }
    return status;
}

static enum yk_status add_fluctuations(struct work *w, struct failure *why)
{
    struct rhythm_summary *r = &w->a->rhythm;
    const struct activity_series *s = &w->activity;
    struct dfa dfa;
    struct fragmentation k;
    if (w->known_days < 1) {
        return YK_OK;
    }
    double threshold = s->is_counts ? w->p->active_counts : w->p->rest_threshold_mg;
    enum yk_status status = dfa_ggir(s->x, s->n, s->step_s, &dfa, why);
    if (status == YK_OK) {
        status = fragmentation_of(s->x, s->n, threshold, &k, why);
    }
    if (status == YK_OK) {
        r->dfa_ssp = dfa.alpha;
        r->dfa_abi = dfa.abi;
        r->kra = k.kra;
        r->kar = k.kar;
    }
    return status;
}

static void take_log_cosinor(struct rhythm_summary *r, const struct cosinor *c,
                             const struct cosinor_extended *e)
{
    r->log_mesor = c->mesor;
    r->log_amplitude = c->amplitude;
    r->log_acrophase_h = c->acrophase_h;
    r->log_r2 = c->r2;
    r->ext_min = e->min;
    r->ext_amplitude = e->amplitude;
    r->ext_alpha = e->alpha;
    r->ext_beta = e->beta;
    r->ext_acrophase_h = e->acrophase_h;
    r->ext_up_h = e->up_h;
    r->ext_down_h = e->down_h;
    r->ext_mesor = e->mesor;
    r->ext_f = e->f;
    r->ext_r2 = e->r2;
}

/* GGIR's models: minutes of valid ENMO (or counts) in frames from the first valid epoch. */
static enum yk_status add_ggir_models(struct work *w, struct failure *why)
{
    struct rhythm_summary *r = &w->a->rhythm;
    struct minute_frames f;
    minute_frames_init(&f);
    if (w->known_days < 1) {
        return YK_OK; /* hours within days of gaps: as for the plain cosinor */
    }
    bool is_counts = w->activity.is_counts && w->activity.step_s == 60;
    enum yk_status status =
        is_counts
            ? minute_frames_of_series(&f, w->activity.x, w->activity.n, w->activity.t0_ns, why)
            : minute_frames_make(&f, &w->a->epochs, why);
    if (status != YK_OK || f.n == 0) {
        return status;
    }
    struct cosinor c;
    struct cosinor_extended e;
    struct is_iv v;
    double first_clock_h = zone_civil(w->zone, f.t0_ns).second_of_day / 3600.0;
    double *hours = mem_alloc(f.n / 60, sizeof *hours);
    status = hours == NULL ? failure_set(why, YK_ERR_MEMORY, "rhythm: no memory")
                           : cosinor_fit_log(f.minute, f.n, first_clock_h, &c, &e, why);
    if (status == YK_OK) {
        take_log_cosinor(r, &c, &e);
        /* What GGIR calls rest is a limit of ENMO; for counts it is that of kRA and kAR. */
        double rest = is_counts ? w->p->active_counts : w->p->rest_threshold_mg;
        status = nonparametric_rest_share(f.minute, f.n, rest, &v, hours, why);
    }
    if (status == YK_OK && f.n >= 1440 * MIN_DAYS_RHYTHM) {
        r->is_rest = v.is;
        r->iv_rest = v.iv;
        status = phi_of(hours, f.n / 60, &r->phi, why);
    }
    mem_free(hours);
    minute_frames_release(&f);
    return status;
}

static void add_intensity(struct work *w)
{
    double minutes[INTENSITY_BINS];
    struct rhythm_summary *r = &w->a->rhythm;
    if (w->activity.is_counts || !(w->known_days > 0)) {
        return;
    }
    intensity_bins(&w->a->epochs, minutes);
    for (size_t b = 0; b < INTENSITY_BINS; b++) {
        minutes[b] /= w->known_days;
    }
    struct intensity_gradient g = intensity_gradient_of(minutes);
    r->intensity_gradient = g.gradient;
    r->intensity_intercept = g.intercept;
    r->intensity_r2 = g.r2;
}

static enum yk_status add_activity(struct work *w, struct failure *why)
{
    static enum yk_status (*const parts[])(struct work * w, struct failure * why) = {
        add_is_iv, add_l5_m10, add_day_by_day, add_periods, add_fluctuations, add_ggir_models};
    enum yk_status status =
        activity_series_make(&w->activity, &w->a->epochs, w->p->rhythm, why);
    if (status == YK_OK) {
        status = activity_series_on_wall_clock(&w->activity, w->zone, &w->wall, why);
    }
    if (status != YK_OK || w->activity.n == 0) {
        return status;
    }
    sum_activity(w);
    add_cosinor(w);
    add_intensity(w);
    for (size_t i = 0; i < sizeof parts / sizeof *parts && status == YK_OK; i++) {
        status = parts[i](w, why);
    }
    return status;
}

/* ---- sleep ---- */

/* sleepreg's rule, when asked for: days from noon to noon of which too much is unknown, hours
 * outside the recording among it, say nothing. */
static void forget_thin_days(const struct work *w, uint8_t *state)
{
    const struct epoch_series *e = &w->a->epochs;
    struct civil_time at = zone_civil(w->zone, e->t0_ns);
    struct civil_date date = civil_add_days(at.date, at.second_of_day < 12 * 3600 ? -1 : 0);
    size_t first = w->p->sri_unknown_h < 24 ? 0 : e->n;
    while (first < e->n) {
        int64_t noon_ns = zone_instant_of_day(w->zone, date, 12 * 3600), known_s = 0;
        date = civil_add_days(date, 1);
        int64_t end_ns = zone_instant_of_day(w->zone, date, 12 * 3600);
        size_t end = sleep_epoch_of(e, end_ns);
        for (size_t k = first; k < end; k++) {
            known_s += state[k] != SRI_UNKNOWN ? e->epoch_s : 0;
        }
        double unknown_s = (double)(end_ns - noon_ns) / (double)NS_PER_S - (double)known_s;
        if (unknown_s > w->p->sri_unknown_h * 3600) {
            memset(state + first, SRI_UNKNOWN, end - first);
        }
        first = end;
    }
}

/* With GGIR's sleep every sustained inactivity counts as sleep, day and night (its SRI1); with
 * counts alone Roenneberg's consolidated rest does. */
static enum yk_status add_sri(struct work *w, struct failure *why)
{
    const struct epoch_series *e = &w->a->epochs;
    bool is_still = w->p->sleep == SLEEP_ggir || e->column[EPOCH_ANGLE_Z_DEG] == NULL;
    uint16_t asleep = is_still ? STATE_STILL : STATE_ASLEEP;
    uint8_t *state = mem_alloc(e->n, sizeof *state);
    struct sri_pair *pairs = NULL;
    struct sri_bins bins;
    size_t n_pairs = 0, n_asleep = 0;
    if (state == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "rhythm: no memory");
    }
    for (size_t k = 0; k < e->n; k++) {
        bool is_unknown = (e->state[k] & STATE_INVALID) != 0;
        state[k] = is_unknown ? SRI_UNKNOWN : (e->state[k] & asleep) != 0;
        n_asleep += state[k] == SRI_ASLEEP;
    }
    sri_bins_init(&bins);
    enum yk_status status = YK_OK;
    if (n_asleep > 0 && 86400 % e->epoch_s == 0) {
        size_t day = (size_t)(86400 / e->epoch_s);
        size_t need = (size_t)(w->p->sri_min_days * (double)day);
        status = sri_bins_make(&bins, state, e->n, e->t0_ns, e->epoch_s, why);
        forget_thin_days(w, state);
        w->a->rhythm.sri = sri_pooled(state, e->n, day, need, NULL);
        if (status == YK_OK) {
            status = sri_pairs_of_days(&bins, w->zone, &pairs, &n_pairs, why);
        }
    }
    for (size_t i = 0; status == YK_OK && i < w->a->n_nights; i++) {
        struct night *night = &w->a->nights[i];
        night->sri_pair = NAN;
        for (size_t k = 0; k < n_pairs; k++) {
            if (civil_compare(pairs[k].date, night->evening) == 0 &&
                pairs[k].compared_share >= SRI_PAIR_SHARE) {
                night->sri_pair = pairs[k].sri;
            }
        }
    }
    mem_free(pairs);
    sri_bins_release(&bins);
    mem_free(state);
    return status;
}

static bool is_counted(const struct night *night)
{
    return night->exclude == 0 && night->onset_ns != TIME_UNKNOWN &&
           night->wake_ns != TIME_UNKNOWN;
}

static double midsleep_h(const struct zone *zone, const struct night *night)
{
    int64_t middle = night->onset_ns + (night->wake_ns - night->onset_ns) / 2;
    return zone_clock_h(zone, night->evening, middle);
}

static void add_night_means(struct work *w)
{
    enum { ONSET, WAKE, MIDSLEEP, SPT, TST, WASO, N };
    struct mean_sd sums[NIGHT_SET_COUNT][N] = {0};
    w->a->n_nights_valid = 0;
    for (size_t i = 0; i < w->a->n_nights; i++) {
        const struct night *night = &w->a->nights[i];
        w->a->n_nights_valid += night->exclude == 0;
        if (!is_counted(night)) {
            continue;
        }
        enum night_set set = night_is_weekend(night) ? NIGHTS_WEEKEND : NIGHTS_WEEKDAY;
        double value[N] = {zone_clock_h(w->zone, night->evening, night->onset_ns),
                           zone_clock_h(w->zone, night->evening, night->wake_ns),
                           midsleep_h(w->zone, night),
                           night->spt_min,
                           night->tst_min,
                           night->waso_min};
        for (int v = 0; v < N; v++) {
            mean_sd_add(&sums[NIGHTS_ALL][v], value[v]);
            mean_sd_add(&sums[set][v], value[v]);
        }
    }
    for (int s = 0; s < NIGHT_SET_COUNT; s++) {
        for (int v = 0; v < N; v++) {
            mean_sd_settle(&sums[s][v], 1, 2);
        }
        w->a->night_means[s] =
            (struct night_means){sums[s][ONSET], sums[s][WAKE], sums[s][MIDSLEEP],
                                 sums[s][SPT],   sums[s][TST],  sums[s][WASO]};
    }
}

void night_means_summarize(struct analysis *analysis, const struct zone *zone)
{
    struct work w = {.a = analysis, .zone = zone, .p = &analysis->made_by.parameters};
    add_night_means(&w);
}

static enum yk_status add_social_jetlag(struct work *w, struct failure *why)
{
    struct sleep_night *nights = mem_alloc(w->a->n_nights, sizeof *nights);
    if (nights == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "rhythm: no memory");
    }
    size_t n = 0;
    for (size_t i = 0; i < w->a->n_nights; i++) {
        const struct night *night = &w->a->nights[i];
        if (is_counted(night)) {
            nights[n++] = (struct sleep_night){
                .day = civil_to_days(night->evening),
                .midsleep_h = midsleep_h(w->zone, night),
                .duration_h = (double)(night->wake_ns - night->onset_ns) / (double)NS_PER_H,
                .is_free = night_is_weekend(night),
            };
        }
    }
    struct social_jetlag s = social_jetlag_of(nights, n);
    w->a->rhythm.social_jetlag_h = s.difference_h;
    w->a->rhythm.composite_phase_deviation_h = s.composite_phase_deviation_h;
    mem_free(nights);
    return YK_OK;
}

enum yk_status rhythm_summarize(struct analysis *analysis, const struct zone *zone,
                                struct job *job, struct failure *why)
{
    struct work w = {.a = analysis, .zone = zone, .p = &analysis->made_by.parameters};
    rhythm_summary_init(&analysis->rhythm);
    activity_series_init(&w.activity);
    activity_series_init(&w.wall);
    add_night_means(&w);
    enum yk_status status = add_social_jetlag(&w, why);
    if (status == YK_OK && analysis->epochs.n > 0) {
        status = add_sri(&w, why);
    }
    if (status == YK_OK && job_is_cancelled(job)) {
        status = failure_set(why, YK_ERR_CANCELLED, "rhythm: cancelled");
    }
    if (status == YK_OK && analysis->epochs.n > 0) {
        status = add_activity(&w, why);
    }
    activity_series_release(&w.wall);
    activity_series_release(&w.activity);
    return status;
}
