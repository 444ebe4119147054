/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Nights, naps and their measures by the default recipe, see night_default.h.
 *
 * Every evening has a window from noon to noon by the clock. Its main rest is the best-sum
 * window of what the evening before has not taken; when that ends after eleven, 18 to 18 is
 * looked at too, so that a day sleeper's rest is not cut at noon. A diary's bed times take the
 * place of the window. What remains outside the main rests is searched for naps.
 */
#include "algorithms/night_default.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "algorithms/best_sum.h"
#include "algorithms/night_measures.h"
#include "algorithms/sleep_default.h"
#include "algorithms/sleep_lists.h"
#include "src/base/mem.h"

#define MAIN_REST_MIN 60.0    /* weights, in minutes, that a main rest needs */
#define LISTED_MIN_H 8.0      /* recorded hours, or a rest of ... */
#define LISTED_REST_MIN 180.0 /* ... so many minutes, that an evening is listed for */
#define CUT_MIN 10.0          /* a rest this near to an end of the recording is cut by it */
#define SECOND_SHARE 0.5      /* of the main rest, that a second candidate needs */
#define NAPS_MAX 24           /* per gap between main rests */

struct evening {
    struct civil_date date;
    int64_t start_ns, end_ns; /* the window that was searched */
    size_t first, end;        /* its epochs, without what the evening before took */
    struct rest_span rest;
    double second_sum;
    size_t second_first;
    const struct diary_night *diary;  /* NULL: not guided */
    enum rest_source given;           /* window by the clock or from the file; else REST_NONE */
    int64_t bed_start_ns, bed_end_ns; /* REST_RECORDER: the file's rest interval */
};

struct detection {
    struct analysis *analysis;
    const struct diary *diary;
    struct rest_series series;
    size_t taken; /* end of the main rest of the evening before */
};

static int64_t instant_of(const struct detection *self, struct civil_date date, int32_t hour)
{
    return zone_instant_of_day(self->series.zone, date, hour * 3600);
}

/* ---- the main rest ---- */

static struct rest_span best_between(const struct detection *self, int64_t start_ns,
                                     int64_t end_ns)
{
    size_t first = sleep_epoch_of(self->series.epochs, start_ns);
    size_t end = sleep_epoch_of(self->series.epochs, end_ns);
    first = first > self->taken ? first : self->taken;
    return rest_series_best(&self->series, first, end > first ? end : first);
}

static void find_main(struct detection *self, struct evening *evening)
{
    enum choice_rest rule = self->series.parameters->rest;
    struct civil_date next = civil_add_days(evening->date, 1);
    evening->start_ns = instant_of(self, evening->date, 12);
    evening->end_ns = instant_of(self, next, 12);
    if (rule == REST_RULE_fixed || rule == REST_RULE_diary || rule == REST_RULE_recorder) {
        return; /* nothing is searched */
    }
    evening->rest = best_between(self, evening->start_ns, evening->end_ns);
    size_t noon = sleep_epoch_of(self->series.epochs, evening->end_ns);
    size_t eleven = sleep_epoch_of(self->series.epochs, instant_of(self, next, 11));
    bool ends_late = evening->rest.end > evening->rest.first && evening->rest.end > eleven;
    if (!ends_late || noon >= self->series.n) {
        return;
    }
    int64_t start_ns = instant_of(self, evening->date, 18), end_ns = instant_of(self, next, 18);
    struct rest_span later = best_between(self, start_ns, end_ns);
    if (later.end > noon && later.end > later.first) {
        evening->start_ns = start_ns;
        evening->end_ns = end_ns;
        evening->rest = later;
    }
}

/* The best rest of the window beside the main one. */
static void find_second(const struct detection *self, struct evening *evening)
{
    size_t end = sleep_epoch_of(self->series.epochs, evening->end_ns);
    struct rest_span before =
        rest_series_best(&self->series, evening->first, evening->rest.first);
    struct rest_span after = rest_series_best(
        &self->series, evening->rest.end, end > evening->rest.end ? end : evening->rest.end);
    struct rest_span second = after.sum > before.sum ? after : before;
    evening->second_sum = second.sum;
    evening->second_first = second.first;
}

/* First to last stillness between two instants, as far as no earlier night has it; false when
 * nothing lies between them. */
static bool look_between(const struct detection *self, struct evening *evening,
                         int64_t start_ns, int64_t end_ns)
{
    size_t first = sleep_epoch_of(self->series.epochs, start_ns);
    size_t end = sleep_epoch_of(self->series.epochs, end_ns);
    first = first > self->taken ? first : self->taken;
    if (end <= first) {
        return false;
    }
    evening->rest = rest_series_refine(&self->series, first, end, first, end);
    for (size_t i = evening->rest.first; i < evening->rest.end; i++) {
        evening->rest.sum += (double)self->series.weight[i];
    }
    return true;
}

/* ---- guided by a diary ---- */

static int64_t known_or(int64_t ns, int64_t otherwise_ns)
{
    return ns != TIME_UNKNOWN ? ns : otherwise_ns;
}

/* The bed time that the diary gives: [lights out or into bed, out of bed or wake). */
static bool bed_of(const struct diary_night *entry, int64_t *start_ns, int64_t *end_ns)
{
    *start_ns = known_or(entry->lights_out_ns, entry->in_bed_ns);
    *end_ns = known_or(entry->out_of_bed_ns, entry->wake_ns);
    return *start_ns != TIME_UNKNOWN && *end_ns != TIME_UNKNOWN && *end_ns > *start_ns &&
           *end_ns - *start_ns < 24 * NS_PER_H;
}

/* The rest of the time in bed; false when there is none. */
static bool find_guided(struct detection *self, struct evening *evening)
{
    const struct diary_night *entry =
        self->diary != NULL ? diary_find(self->diary, self->analysis->person_id, evening->date)
                            : NULL;
    int64_t start_ns = 0, end_ns = 0;
    if (entry == NULL || !bed_of(entry, &start_ns, &end_ns) ||
        !look_between(self, evening, start_ns, end_ns)) {
        return false;
    }
    evening->diary = entry;
    return evening->rest.end > evening->rest.first;
}

/* Sleep is looked for between two instants that something else has set. */
static bool take_given(struct detection *self, struct evening *evening, int64_t start_ns,
                       int64_t end_ns, enum rest_source source)
{
    if (!look_between(self, evening, start_ns, end_ns)) {
        return false;
    }
    evening->given = evening->rest.end > evening->rest.first ? source : REST_NONE;
    return evening->given != REST_NONE;
}

/* The clock times of rest=fixed, the same every night. */
static bool find_fixed(struct detection *self, struct evening *evening)
{
    const struct parameters *p = self->series.parameters;
    if (p->rest != REST_RULE_fixed || evening->diary != NULL) {
        return false;
    }
    int64_t edge_ns[2];
    const double hour[2] = {p->rest_from_h, p->rest_to_h};
    for (int k = 0; k < 2; k++) {
        int32_t second = (int32_t)lround(hour[k] * 3600);
        struct civil_date date = civil_add_days(evening->date, second / 86400);
        edge_ns[k] = zone_instant_of_day(self->series.zone, date, second % 86400);
    }
    return take_given(self, evening, edge_ns[0], edge_ns[1], REST_FIXED);
}

/* The longest rest interval of the evening's window that the maker's software or a person put
 * into the file. */
static bool find_recorded(struct detection *self, struct evening *evening)
{
    const struct read_report *report = &self->analysis->report;
    const struct read_event *longest = NULL;
    bool is_wanted = self->series.parameters->rest == REST_RULE_recorder;
    for (size_t k = 0; k < report->n_events && is_wanted && evening->diary == NULL; k++) {
        const struct read_event *event = &report->events[k];
        bool is_rest = event->kind == READ_EVENT_INTERVAL && strcmp(event->detail, "rest") == 0;
        if (is_rest && event->start_ns >= evening->start_ns &&
            event->start_ns < evening->end_ns &&
            (longest == NULL ||
             event->end_ns - event->start_ns > longest->end_ns - longest->start_ns)) {
            longest = event;
        }
    }
    if (longest == NULL ||
        !take_given(self, evening, longest->start_ns, longest->end_ns, REST_RECORDER)) {
        return false;
    }
    evening->bed_start_ns = longest->start_ns;
    evening->bed_end_ns = longest->end_ns;
    return true;
}

/* ---- a night ---- */

/* Share of the night, in percent, that may have been slept with the recorder on the table: time
 * off that begins within BESIDE_MIN of the end of sleep, or ends within it of its beginning, up
 * to what would make a sleep of USUAL_SLEEP_MIN. Somebody who takes it off on getting up after
 * a usual night loses nothing; sleep that ends two hours after midnight because the recorder
 * came off does. */
static double off_beside_pct(const struct detection *self, const struct evening *evening)
{
    enum { BESIDE_MIN = 15, USUAL_SLEEP_MIN = 7 * 60 };
    const struct epoch_series *epochs = self->series.epochs;
    double per_min = self->series.per_min, beside = BESIDE_MIN * per_min;
    size_t first = evening->rest.first, end = evening->rest.end, n = self->series.n;
    size_t off = 0, gap = 0;
    for (size_t i = end; i < n && (double)gap <= beside; i++) {
        bool is_off = (epochs->state[i] & STATE_NONWEAR) != 0;
        off += is_off;
        gap = is_off ? 0 : gap + 1;
    }
    gap = 0;
    for (size_t i = first; i > 0 && (double)gap <= beside; i--) {
        bool is_off = (epochs->state[i - 1] & STATE_NONWEAR) != 0;
        off += is_off;
        gap = is_off ? 0 : gap + 1;
    }
    double slept_min = (double)(end - first) / per_min;
    double room_min = fmax(USUAL_SLEEP_MIN - slept_min, 0);
    double off_min = fmin((double)off / per_min, room_min);
    return 100 * off_min / (slept_min + off_min);
}

static uint32_t exclusions(const struct detection *self, const struct evening *evening,
                           const struct night *night)
{
    const struct parameters *p = self->series.parameters;
    double hours = (double)(evening->end_ns - evening->start_ns) / (double)NS_PER_H;
    double valid_h = hours * (1 - night->invalid_pct / 100);
    size_t margin = (size_t)(CUT_MIN * self->series.per_min);
    uint32_t exclude = valid_h < p->night_min_h ? EXCLUDE_FEW_HOURS : 0;
    exclude |= valid_h <= 0 ? EXCLUDE_NO_DATA : 0;
    if (night->onset_ns == TIME_UNKNOWN) {
        return exclude | EXCLUDE_NO_SLEEP;
    }
    if (evening->rest.first <= margin || evening->rest.end + margin >= self->series.n) {
        exclude |= EXCLUDE_CUT;
    }
    if (night->nonwear_in_spt_pct > p->night_max_nonwear_pct ||
        off_beside_pct(self, evening) > p->night_max_nonwear_pct) {
        exclude |= EXCLUDE_NONWEAR;
    }
    return exclude;
}

/* Minutes of sustained stillness of the window outside the main rest. */
static double daytime_rest(const struct detection *self, const struct evening *evening)
{
    size_t end = sleep_epoch_of(self->series.epochs, evening->end_ns), still = 0;
    for (size_t i = evening->first; i < end; i++) {
        bool is_outside = i < evening->rest.first || i >= evening->rest.end;
        still +=
            is_outside && self->series.still[i] != 0 && rest_series_is_known(&self->series, i);
    }
    return (double)still / self->series.per_min;
}

static enum yk_status add_rest(struct detection *self, struct rest_span span,
                               enum rest_kind kind, enum rest_source source, double confidence,
                               struct failure *why)
{
    struct rest rest = {.start_ns = epoch_start_ns(self->series.epochs, span.first),
                        .end_ns = epoch_start_ns(self->series.epochs, span.end),
                        .kind = kind,
                        .is_main = kind == REST_KIND_MAIN,
                        .sleep_min = night_sleep_min(&self->series, span.first, span.end),
                        .source = source,
                        .confidence = confidence};
    struct epoch_series *epochs = &self->analysis->epochs;
    for (size_t i = span.first; i < span.end; i++) {
        epochs->state[i] |=
            kind == REST_KIND_MAIN ? STATE_IN_REST | STATE_IN_SPT : STATE_IN_REST;
        if (self->series.asleep[i] != 0 && rest_series_is_scored(&self->series, i)) {
            epochs->state[i] |= STATE_ASLEEP;
        }
    }
    return sleep_add_rest(self->analysis, &rest, why);
}

/* The time in bed as the diary has it, as a rest of its own. */
static enum yk_status add_bed(struct detection *self, const struct diary_night *entry,
                              struct failure *why)
{
    struct rest rest = {.start_ns = known_or(entry->in_bed_ns, entry->lights_out_ns),
                        .end_ns = known_or(entry->out_of_bed_ns, entry->wake_ns),
                        .kind = REST_KIND_BED,
                        .sleep_min = NAN,
                        .source = REST_DIARY,
                        .confidence = NAN};
    return sleep_add_rest(self->analysis, &rest, why);
}

static void fill_night(const struct detection *self, const struct evening *evening,
                       struct night *night)
{
    bool has_rest = evening->rest.end > evening->rest.first;
    night_init(night);
    night->evening = evening->date;
    night->window_start_ns = evening->start_ns;
    night->window_end_ns = evening->end_ns;
    night->rest_source = !has_rest                     ? REST_NONE
                         : evening->diary != NULL      ? REST_DIARY
                         : evening->given != REST_NONE ? evening->given
                                                       : REST_ALGORITHM;
    snprintf(night->sleep_method, sizeof night->sleep_method, "%s", self->series.method);
    if (evening->diary != NULL) {
        night->in_bed_ns = evening->diary->in_bed_ns;
        night->lights_out_ns = evening->diary->lights_out_ns;
        night->out_of_bed_ns = known_or(evening->diary->out_of_bed_ns, evening->diary->wake_ns);
    }
    if (evening->given == REST_RECORDER) {
        night->in_bed_ns = night->lights_out_ns = evening->bed_start_ns;
        night->out_of_bed_ns = evening->bed_end_ns;
    }
    night->invalid_pct =
        100 * night_invalid_share(&self->series, evening->start_ns, evening->end_ns);
    night->daytime_rest_min = daytime_rest(self, evening);
    if (has_rest) {
        night_measure(&self->series, evening->rest, night);
        night->confidence = night_confidence(&self->series, evening->rest, evening->second_sum);
        if (evening->second_sum >= SECOND_SHARE * evening->rest.sum) {
            night->second_candidate_ns =
                epoch_start_ns(self->series.epochs, evening->second_first);
        }
    }
    night->exclude = exclusions(self, evening, night);
}

static enum yk_status detect_evening(struct detection *self, struct civil_date date,
                                     struct failure *why)
{
    struct evening evening = {.date = date};
    find_main(self, &evening);
    size_t end = sleep_epoch_of(self->series.epochs, evening.end_ns);
    evening.first = sleep_epoch_of(self->series.epochs, evening.start_ns);
    evening.first = evening.first > self->taken ? evening.first : self->taken;
    find_guided(self, &evening);
    if (!find_fixed(self, &evening)) {
        find_recorded(self, &evening);
    }
    double rest_min = (double)(evening.rest.end - evening.rest.first) / self->series.per_min;
    bool is_rest = evening.diary != NULL || evening.given != REST_NONE ||
                   evening.rest.sum / self->series.per_min >= MAIN_REST_MIN;
    double hours =
        end > evening.first ? (double)(end - evening.first) / self->series.per_min / 60 : 0;
    if (hours < LISTED_MIN_H && !(is_rest && rest_min >= LISTED_REST_MIN)) {
        return YK_OK;
    }
    if (is_rest) {
        find_second(self, &evening);
    } else {
        evening.rest = (struct rest_span){0};
    }
    struct night night;
    fill_night(self, &evening, &night);
    enum yk_status status = sleep_add_night(self->analysis, &night, why);
    if (status == YK_OK && evening.diary != NULL) {
        status = add_bed(self, evening.diary, why);
    }
    if (status == YK_OK && evening.rest.end > evening.rest.first) {
        self->taken = evening.rest.end;
        status = add_rest(self, evening.rest, REST_KIND_MAIN, night.rest_source,
                          night.confidence, why);
    }
    return status;
}

/* ---- naps ---- */

static enum yk_status add_naps_between(struct detection *self, size_t first, size_t end,
                                       struct failure *why)
{
    double least = self->series.parameters->nap_min * self->series.per_min;
    struct best_sum found[NAPS_MAX];
    size_t n = best_sum_list(self->series.weight, first, end, least / 2, found, NAPS_MAX);
    enum yk_status status = YK_OK;
    for (size_t k = 0; k < n && status == YK_OK; k++) {
        struct rest_span nap = rest_series_refine(&self->series, found[k].first, found[k].end,
                                                  k > 0 ? found[k - 1].end : first,
                                                  k + 1 < n ? found[k + 1].first : end);
        if ((double)(nap.end - nap.first) >= least) {
            nap.sum = found[k].sum;
            status = add_rest(self, nap, REST_KIND_NAP, REST_ALGORITHM,
                              night_confidence(&self->series, nap, 0), why);
        }
    }
    return status;
}

/* Searches the gaps between the main rests, which are listed in the order of time. */
static enum yk_status add_naps(struct detection *self, struct failure *why)
{
    const struct epoch_series *epochs = self->series.epochs;
    size_t n_main = self->analysis->n_rests, from = 0;
    enum yk_status status = YK_OK;
    for (size_t k = 0; k < n_main && status == YK_OK; k++) {
        struct rest rest = self->analysis->rests[k];
        if (rest.is_main) {
            size_t first = sleep_epoch_of(epochs, rest.start_ns);
            status = add_naps_between(self, from, first > from ? first : from, why);
            from = sleep_epoch_of(epochs, rest.end_ns);
        }
    }
    return status == YK_OK ? add_naps_between(self, from, self->series.n, why) : status;
}

/* ---- one recording ---- */

/* What a diary says about the recorder being off is believed. */
static void exclude_off_times(struct analysis *analysis, const struct diary *diary)
{
    for (size_t k = 0; diary != NULL && k < diary->n; k++) {
        const struct diary_night *entry = &diary->nights[k];
        if (strcmp(entry->person_id, analysis->person_id) != 0) {
            continue;
        }
        for (size_t s = 0; s < entry->n_off; s++) {
            sleep_mark(&analysis->epochs,
                       sleep_epoch_of(&analysis->epochs, entry->off[s].start_ns),
                       sleep_epoch_of(&analysis->epochs, entry->off[s].end_ns), STATE_EXCLUDED);
        }
    }
}

static enum yk_status detect_nights(struct detection *self, struct job *job,
                                    struct failure *why)
{
    const struct rest_series *series = &self->series;
    struct epoch_series *epochs = &self->analysis->epochs;
    for (size_t i = 0; i < series->n; i++) {
        bool is_still = series->still[i] != 0 && rest_series_is_known(series, i);
        epochs->state[i] |= is_still ? STATE_STILL : 0;
    }
    struct civil_date date = zone_civil(series->zone, epochs->t0_ns - 12 * NS_PER_H).date;
    int64_t end_ns = epoch_start_ns(epochs, epochs->n);
    enum yk_status status = YK_OK;
    while (status == YK_OK && instant_of(self, date, 12) < end_ns) {
        if (job_is_cancelled(job)) {
            return failure_set(why, YK_ERR_CANCELLED, "stopped while looking for nights");
        }
        status = detect_evening(self, date, why);
        date = civil_add_days(date, 1);
    }
    return status == YK_OK ? add_naps(self, why) : status;
}

enum yk_status night_default_detect(struct analysis *analysis, const struct zone *zone,
                                    const struct diary *diary, struct job *job,
                                    struct failure *why)
{
    struct detection self = {.analysis = analysis, .diary = diary};
    rest_series_init(&self.series);
    exclude_off_times(analysis, diary);
    enum yk_status status = rest_series_make(&self.series, analysis, zone, why);
    if (status == YK_OK && self.series.n > 0) {
        status = detect_nights(&self, job, why);
    } else if (status == YK_OK &&
               !read_report_says(&analysis->report, ANALYSIS_NOTE_NO_INPUT)) {
        read_report_add(&analysis->report, READ_EVENT_NOTE, TIME_UNKNOWN, TIME_UNKNOWN, -1,
                        ANALYSIS_NOTE_NO_INPUT);
    }
    if (status == YK_OK) {
        sleep_sort_rests(analysis);
        status = sleep_collect_nonwear(analysis, why);
    }
    rest_series_release(&self.series);
    return status;
}
