/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GGIR's parts 2 to 4 for one recording, see night_ggir.h. Times of bouts are clock hours from
 * the midnight before the evening (12..36), a bout ends at the start of its last epoch, and a
 * guider passes through a clock string of whole seconds: that is how GGIR's numbers come about.
 *
 * Left out: guiders other than HDCZA and a diary's clock times, and GGIR's arithmetic for day
 * sleepers past noon of the second day, which loses bouts that end exactly at noon; here their
 * hours simply run on past 36.
 */
#include "algorithms/night_ggir.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "algorithms/impute.h"
#include "algorithms/round.h"
#include "algorithms/sib_vanhees.h"
#include "algorithms/sleep_lists.h"
#include "src/base/mem.h"

enum { CODE_DIARY = 0, CODE_ALGORITHM = 1, CODE_FEW_HOURS = 2, CODE_GUIDER_ONLY = 5 };

struct ggir_bout {
    double start_h, end_h;
    size_t first, last; /* epochs, both inside */
    bool is_in;
};

struct ggir_night {
    const struct ggir_series *series;
    struct civil_date evening;
    struct ggir_guider guider;
    double start_h, end_h; /* guider after its clock string */
    bool is_daysleeper;
    struct ggir_bout *bouts; /* room for every bout of two windows */
    size_t n;
};

/* ---- the guider on the clock ---- */

static double through_clock_string(double hours)
{
    double x = hours > 24 ? hours - 24 : hours;
    double hour = floor(x), minute = floor((x - hour) * 60);
    double second = rint(((x - hour) - minute / 60) * 3600);
    if (second >= 60) {
        minute += 1;
        second = 0;
    }
    if (minute >= 60) {
        hour += 1;
        minute = 0;
    }
    return (hour >= 24 ? hour - 24 : hour) + minute / 60 + second / 3600;
}

/* Onset and wake of the guider on a running scale, and whether the person sleeps by day. */
static void place_guider(struct ggir_night *self, double start_h, double end_h, bool is_last)
{
    double start = through_clock_string(start_h >= 24 ? start_h - 24 : start_h);
    double end = through_clock_string(end_h >= 24 ? end_h - 24 : end_h);
    self->is_daysleeper = (end > 12 && start < 12) || (end > 12 && start > end);
    if (start < 12) {
        start += 24;
    }
    if (end <= 12) {
        end += 24;
    }
    if (end > 12 && end < 18 && self->is_daysleeper) {
        end += 24;
    }
    if (self->is_daysleeper && is_last) {
        self->is_daysleeper = false;
        end = end > 36 ? 36 : end;
    }
    self->start_h = start;
    self->end_h = end;
}

/* ---- bouts ---- */

static double clock_h(const struct ggir_series *series, size_t epoch)
{
    int64_t at_ns = epoch_start_ns(series->epochs, epoch);
    int32_t s = zone_civil(series->zone, at_ns).second_of_day;
    return s / 3600 + (s / 60 % 60) / 60.0 + s % 60 / 3600.0;
}

static void add_bout(struct ggir_night *self, size_t first, size_t last)
{
    struct ggir_bout bout = {.first = first, .last = last};
    bout.start_h = clock_h(self->series, first);
    bout.end_h = clock_h(self->series, last);
    if (first != last) {
        bout.start_h += bout.start_h < 12 ? 24 : 0;
        bout.end_h += bout.end_h <= 12 ? 24 : 0;
    }
    self->bouts[self->n++] = bout;
}

/* Bouts of a window, cut at its ends. A window that only begins in a bout lists none (GGIR). */
static void list_bouts(struct ggir_night *self, size_t first, size_t last)
{
    const uint8_t *still = self->series->still;
    bool has_rise = false;
    for (size_t i = first; i < last && !has_rise; i++) {
        has_rise = still[i] == 0 && still[i + 1] != 0;
    }
    for (size_t i = first, end; has_rise && i <= last; i = end) {
        end = i + 1;
        if (still[i] != 0) {
            while (end <= last && still[end] != 0) {
                end++;
            }
            add_bout(self, i, end - 1);
        }
    }
}

/* A day sleeper's night runs from 18 to 18: the evening's bouts of this window and those before
 * 18 of the next one. */
static void shape_for_daysleeper(struct ggir_night *self, size_t n_first_window)
{
    size_t kept = 0;
    for (size_t i = 0; i < self->n; i++) {
        struct ggir_bout bout = self->bouts[i];
        if (i < n_first_window) {
            bout.start_h = bout.start_h < 18 ? 18 : bout.start_h;
        } else {
            bout.end_h = bout.end_h > 18 ? 18 : bout.end_h;
        }
        if (i < n_first_window ? bout.end_h < 18 : bout.start_h >= 18) {
            continue;
        }
        bout.start_h += i < n_first_window ? 0 : 24;
        bout.end_h += i < n_first_window ? 0 : 24;
        self->bouts[kept++] = bout;
    }
    self->n = kept;
}

static size_t mark_in_window(const struct ggir_night *self)
{
    size_t n_in = 0;
    for (size_t i = 0; i < self->n; i++) {
        struct ggir_bout *bout = &self->bouts[i];
        bout->is_in = bout->start_h < self->end_h && bout->end_h > self->start_h;
        n_in += bout->is_in;
    }
    return n_in;
}

/* ---- the summary ---- */

static int64_t instant_of_hours(const struct ggir_night *self, double hours)
{
    int64_t days = (int64_t)floor(hours / 24);
    int32_t second = (int32_t)lrint((hours - 24 * (double)days) * 3600);
    return zone_instant_of_day(self->series->zone, civil_add_days(self->evening, days), second);
}

/* Hours the clock is moved during this night: 1 in spring, -1 in autumn, else 0. *at_h: the
 * clock hour at which it happens. */
static double clock_change_h(const struct ggir_night *self, double *at_h)
{
    int64_t noon = zone_instant_of_day(self->series->zone, self->evening, 12 * 3600);
    int64_t change = zone_next_change_ns(self->series->zone, noon);
    *at_h = NAN;
    if (change == INT64_MAX || change > noon + 24 * NS_PER_H) {
        return 0;
    }
    double moved = (zone_offset_s(self->series->zone, change) -
                    zone_offset_s(self->series->zone, change - NS_PER_S)) /
                   3600.0;
    *at_h = floor(zone_clock_h(self->series->zone, self->evening, change - NS_PER_S)) + 1;
    if (moved < 0) {
        *at_h += moved;
    }
    return moved;
}

/* GGIR's corrections after a change of the clock: in spring when a bout lies over the missing
 * hour, in autumn when the period spans the double one. Bouts over the double hour stay short.
 */
static void correct_for_clock(const struct ggir_night *self, double onset_h, double wake_h,
                              double *spt_h, double *sleep_h)
{
    double at_h = NAN, moved = clock_change_h(self, &at_h);
    if (moved > 0) {
        for (size_t i = 0; i < self->n; i++) {
            const struct ggir_bout *bout = &self->bouts[i];
            if (bout->is_in && bout->start_h <= at_h && bout->end_h >= at_h + moved) {
                *sleep_h -= moved;
                *spt_h -= moved;
                return;
            }
        }
    } else if (moved < 0 && onset_h <= at_h - moved && wake_h >= at_h) {
        *spt_h -= moved;
    }
}

static double invalid_share(const struct ggir_night *self)
{
    const struct ggir_series *series = self->series;
    size_t day = 24 * series->per_h, valid = 0;
    for (size_t i = self->guider.first; i <= self->guider.last; i++) {
        valid += (series->epochs->state[i] & STATE_INVALID) == 0;
    }
    return valid < day ? (double)(day - valid) / (double)day : 0;
}

static void sum_bouts(const struct ggir_night *self, struct night *out, double *sleep_h)
{
    out->sib_in_n = out->sib_out_n = out->sib_out_min = out->sib_out_15_min = 0;
    *sleep_h = 0;
    for (size_t i = 0; i < self->n; i++) {
        const struct ggir_bout *bout = &self->bouts[i];
        double hours = bout->end_h - bout->start_h;
        if (hours < 0) {
            hours += 1; /* from before the autumn change into the hour that comes twice */
        }
        if (bout->is_in) {
            out->sib_in_n += 1;
            *sleep_h += hours;
        } else {
            out->sib_out_n += 1;
            out->sib_out_min += hours * 60;
            out->sib_out_15_min += hours >= 0.25 ? hours * 60 : 0;
        }
    }
}

/* Epochs [first, end) of the sleep period, for the state bits. */
struct period {
    size_t first, end;
};

static void fill_from_bouts(const struct ggir_night *self, struct night *out,
                            struct period *period)
{
    const struct ggir_bout *first = NULL, *last = NULL;
    double sleep_h = 0;
    for (size_t i = 0; i < self->n; i++) {
        if (self->bouts[i].is_in) {
            first = first == NULL ? &self->bouts[i] : first;
            last = &self->bouts[i];
        }
    }
    sum_bouts(self, out, &sleep_h);
    double spt_h = last->end_h - first->start_h;
    correct_for_clock(self, first->start_h, last->end_h, &spt_h, &sleep_h);
    out->onset_ns = epoch_start_ns(self->series->epochs, first->first);
    out->wake_ns = epoch_start_ns(self->series->epochs, last->last);
    out->spt_min = spt_h * 60;
    out->tst_min = sleep_h * 60;
    out->awakenings_n = out->sib_in_n - 1;
    *period = (struct period){first->first, last->last};
}

/* No bout in the window: GGIR puts one minute at each of its edges. */
static void fill_from_guider(const struct ggir_night *self, struct night *out,
                             struct period *period)
{
    double sleep_h = 0, spt_h = self->end_h - self->start_h;
    sum_bouts(self, out, &sleep_h);
    out->sib_in_n = 2;
    sleep_h = 2.0 / 60;
    out->onset_ns = instant_of_hours(self, self->start_h);
    out->wake_ns = instant_of_hours(self, self->end_h);
    out->spt_min = spt_h * 60;
    out->tst_min = sleep_h * 60;
    out->awakenings_n = 1;
    out->cleaning_code = CODE_GUIDER_ONLY;
    out->exclude |= EXCLUDE_NO_SLEEP;
    period->first = sleep_epoch_of(self->series->epochs, out->onset_ns);
    period->end = sleep_epoch_of(self->series->epochs, out->wake_ns);
}

static void fill_shares(const struct ggir_series *series, struct night *out,
                        struct period period)
{
    size_t nonwear = 0, still = 0,
           n = period.end > period.first ? period.end - period.first : 0;
    for (size_t i = period.first; i < period.end; i++) {
        uint16_t state = series->epochs->state[i];
        nonwear += (state & (STATE_NONWEAR | STATE_IMPLAUSIBLE)) != 0;
        still += (state & STATE_NONWEAR_STILL) != 0;
    }
    if (n > 0) {
        out->nonwear_in_spt_pct = 100.0 * (double)nonwear / (double)n;
        out->nonwear_stillness_in_spt_pct = 100.0 * (double)still / (double)n;
    }
}

static void summarize(const struct ggir_night *self, bool has_diary, struct night *out,
                      struct period *period)
{
    const struct ggir_series *series = self->series;
    night_init(out);
    out->evening = self->evening;
    out->window_start_ns = epoch_start_ns(series->epochs, self->guider.first);
    out->window_end_ns = epoch_start_ns(series->epochs, self->guider.last + 1);
    out->rest_source = has_diary                 ? REST_DIARY
                       : self->guider.is_average ? REST_AVERAGE
                                                 : REST_ALGORITHM;
    snprintf(out->sleep_method, sizeof out->sleep_method, "%s",
             has_diary ? "ggir-diary+sib" : "ggir-hdcza+sib");
    out->cleaning_code = has_diary ? CODE_DIARY : CODE_ALGORITHM;
    if (mark_in_window(self) > 0) {
        fill_from_bouts(self, out, period);
    } else {
        fill_from_guider(self, out, period);
    }
    out->waso_min = out->spt_min - out->tst_min;
    out->maintenance_pct = out->spt_min > 0 ? 100 * out->tst_min / out->spt_min : NAN;
    out->daytime_rest_min = out->sib_out_min;
    out->guider_onset_h = self->start_h;
    out->guider_wake_h =
        self->end_h > 36 && !self->is_daysleeper ? self->end_h - 24 : self->end_h;
    double invalid = invalid_share(self);
    out->invalid_pct = 100 * invalid;
    if (invalid > (24 - series->parameters->night_min_h) / 24) {
        out->cleaning_code = CODE_FEW_HOURS;
        out->exclude |= EXCLUDE_FEW_HOURS;
    }
    fill_shares(series, out, *period);
}

/* ---- one recording ---- */

static void series_release(struct ggir_series *self)
{
    mem_free(self->angle_deg);
    mem_free(self->still);
    mem_free(self->scratch[0]);
    mem_free(self->scratch[1]);
    mem_free(self->scratch_is);
}

static enum yk_status series_init(struct ggir_series *self, const struct analysis *analysis,
                                  const struct zone *zone, struct failure *why)
{
    const struct epoch_series *epochs = &analysis->epochs;
    const struct parameters *p = &analysis->made_by.parameters;
    memset(self, 0, sizeof *self);
    self->epochs = epochs;
    self->zone = zone;
    self->parameters = p;
    self->n = epochs->n;
    self->per_h = (size_t)(3600 / epochs->epoch_s);
    self->angle_deg = mem_alloc(self->n, sizeof *self->angle_deg);
    self->still = mem_alloc(self->n, 1);
    for (int k = 0; k < 2; k++) {
        self->scratch[k] = mem_alloc(26 * self->per_h, sizeof *self->scratch[k]);
    }
    self->scratch_is = mem_alloc(26 * self->per_h, 1);
    if (self->angle_deg == NULL || self->still == NULL || self->scratch[0] == NULL ||
        self->scratch[1] == NULL || self->scratch_is == NULL) {
        series_release(self);
        return failure_set(why, YK_ERR_MEMORY, "no memory for the nights of %zu epochs",
                           epochs->n);
    }
    const float *angle = epochs->column[EPOCH_ANGLE_Z_DEG];
    for (size_t i = 0; i < self->n; i++) {
        self->angle_deg[i] = isnan(angle[i]) ? 0 : round_decimals((double)angle[i], 4);
    }
    sib_mark(self->angle_deg, self->n, p->sib_angle_deg,
             (size_t)(p->sib_min * (double)self->per_h / 60), SIB_GGIR, self->still);
    for (size_t i = 0; i < self->n; i++) {
        self->still[i] &= (epochs->state[i] & STATE_INVALID) == 0;
    }
    return YK_OK;
}

/* Epochs that begin at a local midnight, after the first four hours of a night that was running
 * when the recording began. errors: YK_ERR_MEMORY */
static enum yk_status find_midnights(const struct ggir_series *series, size_t **out,
                                     size_t *n_out, struct failure *why)
{
    size_t room = series->n / (23 * series->per_h) + 2, n = 0;
    size_t *list = mem_alloc(room, sizeof *list);
    if (list == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for %zu midnights", room);
    }
    int64_t epoch_ns = series->epochs->epoch_s * NS_PER_S;
    struct civil_date date = zone_civil(series->zone, series->epochs->t0_ns).date;
    for (int64_t day = 0; n < room; day++) {
        int64_t at_ns = zone_instant_of_day(series->zone, civil_add_days(date, day), 0);
        int64_t i = -floor_div(series->epochs->t0_ns - at_ns, epoch_ns); /* rounded up */
        if (i >= 0 && (uint64_t)i >= series->n) {
            break;
        }
        if (i >= 0) {
            list[n++] = (size_t)i;
        }
    }
    *out = list;
    *n_out = n;
    return YK_OK;
}

static const struct diary_night *diary_of(const struct analysis *analysis,
                                          const struct diary *diary, struct civil_date evening)
{
    const struct diary_night *entry =
        diary != NULL ? diary_find(diary, analysis->person_id, evening) : NULL;
    bool is_usable = entry != NULL && entry->wake_ns != TIME_UNKNOWN &&
                     (entry->lights_out_ns != TIME_UNKNOWN || entry->in_bed_ns != TIME_UNKNOWN);
    return is_usable ? entry : NULL;
}

static void fill_diary(const struct diary_night *entry, struct night *night)
{
    night->in_bed_ns = entry->in_bed_ns;
    night->lights_out_ns = entry->lights_out_ns;
    night->out_of_bed_ns = entry->out_of_bed_ns;
    if (entry->lights_out_ns != TIME_UNKNOWN) {
        night->sol_min = minutes_between(entry->lights_out_ns, night->onset_ns);
    }
    if (entry->in_bed_ns != TIME_UNKNOWN && entry->out_of_bed_ns != TIME_UNKNOWN) {
        night->tib_min = minutes_between(entry->in_bed_ns, entry->out_of_bed_ns);
        night->efficiency_pct =
            night->tib_min > 0 ? 100 * night->tst_min / night->tib_min : NAN;
    }
}

static enum yk_status add_night(struct analysis *analysis, struct ggir_night *night,
                                const struct diary_night *entry, struct failure *why)
{
    struct night result;
    struct period period = {0};
    summarize(night, entry != NULL, &result, &period);
    if (entry != NULL) {
        fill_diary(entry, &result);
    }
    for (size_t i = period.first; i < period.end && i < analysis->epochs.n; i++) {
        analysis->epochs.state[i] |= STATE_IN_SPT | STATE_IN_REST;
        analysis->epochs.state[i] |= night->series->still[i] != 0 ? STATE_ASLEEP : 0;
    }
    struct rest rest = {.start_ns = result.onset_ns,
                        .end_ns = result.wake_ns,
                        .kind = REST_KIND_MAIN,
                        .is_main = true,
                        .sleep_min = result.tst_min,
                        .source = result.rest_source,
                        .confidence = NAN};
    enum yk_status status = sleep_add_night(analysis, &result, why);
    return status == YK_OK ? sleep_add_rest(analysis, &rest, why) : status;
}

static enum yk_status nights_of(struct analysis *analysis, const struct ggir_series *series,
                                const struct ggir_guider *guiders, size_t n,
                                const size_t *midnights, const struct diary *diary,
                                struct failure *why)
{
    struct ggir_night night = {.series = series};
    night.bouts = mem_alloc(60 * series->per_h, sizeof *night.bouts);
    if (night.bouts == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for the bouts of a night");
    }
    enum yk_status status = YK_OK;
    for (size_t j = 0; j < n && status == YK_OK; j++) {
        int64_t midnight_ns = epoch_start_ns(series->epochs, midnights[j]);
        night.evening = civil_add_days(zone_civil(series->zone, midnight_ns).date, -1);
        night.guider = guiders[j];
        const struct diary_night *entry = diary_of(analysis, diary, night.evening);
        double start_h = guiders[j].start_h, end_h = guiders[j].end_h;
        if (entry != NULL) {
            int64_t bed_ns =
                entry->lights_out_ns != TIME_UNKNOWN ? entry->lights_out_ns : entry->in_bed_ns;
            start_h = zone_clock_h(series->zone, night.evening, bed_ns);
            end_h = zone_clock_h(series->zone, night.evening, entry->wake_ns);
        }
        place_guider(&night, start_h, end_h, j + 1 == n);
        night.n = 0;
        list_bouts(&night, guiders[j].first, guiders[j].last);
        if (night.is_daysleeper) {
            size_t n_first = night.n;
            list_bouts(&night, guiders[j + 1].first, guiders[j + 1].last);
            shape_for_daysleeper(&night, n_first);
        }
        status = add_night(analysis, &night, entry, why);
    }
    mem_free(night.bouts);
    return status;
}

static enum yk_status detect_on(struct analysis *analysis, const struct ggir_series *series,
                                const struct diary *diary, struct job *job, struct failure *why)
{
    size_t *midnights = NULL, n = 0;
    enum yk_status status = find_midnights(series, &midnights, &n, why);
    if (status != YK_OK) {
        return status;
    }
    struct ggir_guider *guiders = mem_alloc(n, sizeof *guiders);
    if (guiders == NULL) {
        status = failure_set(why, YK_ERR_MEMORY, "no memory for %zu nights", n);
    }
    for (size_t j = 0; j < n && status == YK_OK; j++) {
        if (job_is_cancelled(job)) {
            status = failure_set(why, YK_ERR_CANCELLED, "stopped at night %zu of %zu", j, n);
        } else {
            status = ggir_guider_find(series, midnights[j], &guiders[j], why);
        }
    }
    if (status == YK_OK) {
        ggir_guiders_complete(series, guiders, n);
        status = nights_of(analysis, series, guiders, n, midnights, diary, why);
    }
    mem_free(guiders);
    mem_free(midnights);
    return status;
}

enum yk_status night_ggir_detect(struct analysis *analysis, const struct zone *zone,
                                 const struct diary *diary, struct job *job,
                                 struct failure *why)
{
    struct epoch_series *epochs = &analysis->epochs;
    impute_average_day(epochs);
    struct ggir_series series;
    enum yk_status status = series_init(&series, analysis, zone, why);
    if (status != YK_OK) {
        return status;
    }
    for (size_t i = 0; i < epochs->n; i++) {
        epochs->state[i] |= series.still[i] != 0 ? STATE_STILL : 0;
    }
    status = detect_on(analysis, &series, diary, job, why);
    if (status == YK_OK) {
        status = sleep_collect_nonwear(analysis, why);
    }
    series_release(&series);
    return status;
}
