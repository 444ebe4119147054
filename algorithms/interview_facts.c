/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a participant's record to the numbers of the sheet. Nights of all recordings are laid on
 * one calendar first; periods, means and mornings are then counted on that calendar, so that a
 * person who wears the recorder throughout is treated like one who wears it one week in four.
 *
 * A period is at most a week of evenings of one recording (the sheet has eight rows). "Last
 * time" is the week that ends most lately before the period, the baseline is the first week
 * there is.
 *
 * Leaves out: rounding (the page's), wording (src/report/).
 */
#include "algorithms/interview_facts.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"

enum { WEEK_NIGHTS = 7 };

/* The counted rows of one calendar, and the period looked at within it. */
struct calendar {
    const struct participant_record *record;
    struct interview_night *rows;
    size_t n, capacity;
};

static double minute_as_hour(int minute)
{
    /* The morning is the day after the evening whose midnight the hours count from. */
    return minute == INT_MIN || minute < 0 ? NAN : 24.0 + minute / 60.0;
}

static int by_then(double wake_h, double latest_h)
{
    /* Nanosecond times become hours: a millisecond of room keeps 7:10:00 in time for 7:10. */
    return isnan(wake_h) || isnan(latest_h) ? -1 : wake_h <= latest_h + 1e-6;
}

static void compare_diary(struct interview_night *row, const struct diary_night *written,
                          const struct zone *zone)
{
    if (written == NULL) {
        return;
    }
    row->diary_in_bed_h = zone_clock_h(zone, row->evening, written->in_bed_ns);
    row->diary_wake_h = zone_clock_h(zone, row->evening, written->wake_ns);
    int64_t tried =
        written->lights_out_ns != TIME_UNKNOWN ? written->lights_out_ns : written->in_bed_ns;
    if (row->is_counted) {
        row->onset_less_diary_min = minutes_between(tried, row->night->onset_ns);
        row->wake_less_diary_min = minutes_between(written->wake_ns, row->night->wake_ns);
    }
}

/* Whether most of the sleep lies within the written bed times. Where it does not (a night
 * shift, a date mistaken by a day) neither latency nor efficiency can be told from the two. */
static bool is_of_this_bed(const struct night *night, const struct diary_night *written)
{
    int64_t from = night->onset_ns, to = night->wake_ns;
    if (written->in_bed_ns != TIME_UNKNOWN && written->in_bed_ns > from) {
        from = written->in_bed_ns;
    }
    if (written->out_of_bed_ns != TIME_UNKNOWN && written->out_of_bed_ns < to) {
        to = written->out_of_bed_ns;
    }
    return night->onset_ns != TIME_UNKNOWN && night->wake_ns != TIME_UNKNOWN &&
           to - from > (night->wake_ns - night->onset_ns) / 2;
}

/* A diary that came after the analysis still knows the bed times. */
static void take_bed_times(struct interview_night *row, const struct diary_night *written,
                           const struct zone *zone)
{
    const struct night *night = row->night;
    row->in_bed_ns = night->in_bed_ns;
    row->out_of_bed_ns = night->out_of_bed_ns;
    row->sol_min = night->sol_min;
    row->tib_min = night->tib_min;
    row->efficiency_pct = night->efficiency_pct;
    if (written != NULL && row->in_bed_ns == TIME_UNKNOWN &&
        row->out_of_bed_ns == TIME_UNKNOWN) {
        row->in_bed_ns = written->in_bed_ns;
        row->out_of_bed_ns = written->out_of_bed_ns;
        int64_t tried = written->lights_out_ns != TIME_UNKNOWN ? written->lights_out_ns
                                                               : written->in_bed_ns;
        bool is_meant = is_of_this_bed(night, written);
        if (tried != TIME_UNKNOWN && night->onset_ns >= tried && is_meant) {
            row->sol_min = minutes_between(tried, night->onset_ns);
        }
        if (row->in_bed_ns != TIME_UNKNOWN && row->out_of_bed_ns > row->in_bed_ns) {
            row->tib_min = minutes_between(row->in_bed_ns, row->out_of_bed_ns);
            double share = 100 * night->tst_min / row->tib_min;
            row->efficiency_pct = is_meant && share <= 100 ? share : NAN;
        }
    }
    if (row->is_counted) {
        row->in_bed_h = zone_clock_h(zone, row->evening, row->in_bed_ns);
        row->out_of_bed_h = zone_clock_h(zone, row->evening, row->out_of_bed_ns);
    }
}

static void fit_morning(const struct participant_record *record, struct interview_night *row)
{
    const struct programme *programme = &record->programme;
    row->step = programme_on(programme, row->morning);
    row->type = row->step == NULL                           ? DAY_TYPE_UNKNOWN
                : programme_is_day(row->step, row->morning) ? DAY_TYPE_PROGRAMME
                                                            : DAY_TYPE_OFF;
    row->attended = attendance_on(&record->attendance, row->morning);
    row->target_h = minute_as_hour(record_target_min(record, row->morning));
    row->on_target = by_then(row->wake_h, row->target_h);
    /* A sleep that ended before midnight, by day, is no waking of that morning. */
    if (row->type != DAY_TYPE_PROGRAMME || row->wake_h < 24) {
        return;
    }
    row->latest_wake_h = minute_as_hour(programme_latest_wake_min(row->step));
    row->latest_wake_next_h =
        minute_as_hour(programme_latest_wake_min(programme_next(programme, row->morning)));
    row->margin_min =
        row->step->start_min >= 0 ? (24 - row->wake_h) * 60 + row->step->start_min : NAN;
    row->in_time = by_then(row->wake_h, row->latest_wake_h);
    row->in_time_next = by_then(row->wake_h, row->latest_wake_next_h);
}

static struct interview_night row_of(const struct participant_record *record, size_t recording,
                                     size_t index)
{
    const struct record_recording *r = &record->recordings[recording];
    const struct night *night = &r->analysis.nights[index];
    struct interview_night row = {
        .evening = night->evening,
        .morning = civil_add_days(night->evening, 1),
        .recording = recording,
        .index = index,
        .night = night,
        .is_counted = night->exclude == 0,
        .in_bed_h = NAN,
        .onset_h = NAN,
        .wake_h = NAN,
        .out_of_bed_h = NAN,
        .diary_in_bed_h = NAN,
        .diary_wake_h = NAN,
        .onset_less_diary_min = NAN,
        .wake_less_diary_min = NAN,
        .latest_wake_h = NAN,
        .latest_wake_next_h = NAN,
        .margin_min = NAN,
        .target_h = NAN,
        .in_time = -1,
        .in_time_next = -1,
        .on_target = -1,
    };
    if (row.is_counted) {
        row.onset_h = zone_clock_h(r->zone, row.evening, night->onset_ns);
        row.wake_h = zone_clock_h(r->zone, row.evening, night->wake_ns);
    }
    const struct diary_night *written =
        diary_find(&record->diary, record->code, night->evening);
    take_bed_times(&row, written, r->zone);
    compare_diary(&row, written, r->zone);
    fit_morning(record, &row);
    return row;
}

/* By evening; of one evening a counted night comes first and is kept, of two the newer
 * recording's: a recorder that already runs on the desk must not hide the one on the wrist. */
static int by_evening(const void *a, const void *b)
{
    const struct interview_night *left = a, *right = b;
    int order = civil_compare(left->evening, right->evening);
    if (order != 0) {
        return order;
    }
    if (left->is_counted != right->is_counted) {
        return left->is_counted ? -1 : 1;
    }
    return left->recording > right->recording ? -1 : left->recording < right->recording;
}

static enum yk_status lay_calendar(const struct participant_record *record,
                                   struct civil_date date, struct calendar *out,
                                   struct failure *why)
{
    *out = (struct calendar){.record = record};
    for (size_t r = 0; r < record->n_recordings; r++) {
        const struct analysis *analysis = &record->recordings[r].analysis;
        for (size_t i = 0; i < analysis->n_nights; i++) {
            if (MEM_RESERVE(out->rows, out->n, out->capacity) != 0) {
                return failure_set(why, YK_ERR_MEMORY, "no memory for the calendar of nights");
            }
            struct interview_night row = row_of(record, r, i);
            if (date.month == 0 || civil_compare(row.morning, date) <= 0) {
                out->rows[out->n++] = row;
            }
        }
    }
    if (out->n == 0) {
        return YK_OK;
    }
    qsort(out->rows, out->n, sizeof *out->rows, by_evening);
    size_t kept = 1;
    for (size_t i = 1; i < out->n; i++) {
        if (civil_compare(out->rows[i].evening, out->rows[kept - 1].evening) != 0) {
            out->rows[kept++] = out->rows[i];
        }
    }
    out->n = kept;
    return YK_OK;
}

static int64_t days_between(struct civil_date a, struct civil_date b)
{
    return civil_to_days(b) - civil_to_days(a);
}

/* The week of one recording that ends with row `last`: [first, last]. */
static size_t week_before(const struct calendar *calendar, size_t last)
{
    size_t first = last;
    while (first > 0 && calendar->rows[first - 1].recording == calendar->rows[last].recording &&
           days_between(calendar->rows[first - 1].evening, calendar->rows[last].evening) <
               WEEK_NIGHTS) {
        first--;
    }
    return first;
}

/* The last row of "last time", of those before row `from`. One or two nights that a recording
 * has more than a week are not the last time when there is an earlier recording. */
static size_t end_of_last_time(const struct calendar *calendar, size_t from)
{
    size_t end = from - 1, recording = calendar->rows[from].recording, first = from;
    while (first > 0 && calendar->rows[first - 1].recording == recording) {
        first--;
    }
    return from - first < INTERVIEW_MEAN_N && first > 0 ? first - 1 : end;
}

static void add_night(struct interview_set *set, const struct interview_night *row)
{
    set->n++;
    mean_sd_add(&set->onset_h, row->onset_h);
    mean_sd_add(&set->wake_h, row->wake_h);
    mean_sd_add(&set->midsleep_h, (row->onset_h + row->wake_h) / 2);
    mean_sd_add(&set->tst_min, row->night->tst_min);
    mean_sd_add(&set->waso_min, row->night->waso_min);
    mean_sd_add(&set->sol_min, row->sol_min);
    mean_sd_add(&set->tib_min, row->tib_min);
    mean_sd_add(&set->efficiency_pct, row->efficiency_pct);
    set->wake_first_h = fmin(set->wake_first_h, row->wake_h);
    set->wake_last_h = fmax(set->wake_last_h, row->wake_h);
}

static void settle_set(struct interview_set *set, size_t mean_needs)
{
    struct mean_sd *const all[] = {&set->onset_h, &set->wake_h,         &set->midsleep_h,
                                   &set->tst_min, &set->waso_min,       &set->sol_min,
                                   &set->tib_min, &set->efficiency_pct, &set->movement};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        mean_sd_settle(all[i], mean_needs, INTERVIEW_SPREAD_N);
    }
}

static void count_morning(struct interview_mornings *m, const struct interview_night *row,
                          struct mean_sd *margin)
{
    m->n += row->in_time >= 0;
    m->n_in_time += row->in_time == 1;
    m->n_next += row->in_time_next >= 0;
    m->n_in_time_next += row->in_time_next == 1;
    if (row->on_target >= 0) {
        m->target_h = m->n_target == 0 || m->target_h == row->target_h ? row->target_h : NAN;
    }
    m->n_target += row->on_target >= 0;
    m->n_on_target += row->on_target == 1;
    mean_sd_add(margin, row->margin_min);
}

static void count_attendance(struct interview_mornings *m, const struct interview_night *row)
{
    m->n_days += row->attended != ATTENDANCE_UNKNOWN;
    m->n_attended += row->attended == ATTENDANCE_ATTENDED;
    m->n_late += row->attended == ATTENDANCE_LATE;
    m->n_early += row->attended == ATTENDANCE_EARLY;
    m->n_absent += row->attended == ATTENDANCE_ABSENT;
    m->n_online += row->attended == ATTENDANCE_ONLINE;
}

static double movement_of(const struct day_summary *day)
{
    if (!isnan(day->enmo_mean_mg)) {
        return day->enmo_mean_mg;
    }
    return day->valid_h > 0 ? day->counts_sum / (day->valid_h * 60) : NAN;
}

/* Movement belongs to calendar days: those of the period's mornings. */
static void add_movement(const struct calendar *calendar, struct interview_period *out,
                         size_t from, size_t to)
{
    for (size_t i = from; i <= to; i++) {
        const struct interview_night *row = &calendar->rows[i];
        const struct analysis *a = &calendar->record->recordings[row->recording].analysis;
        for (size_t d = 0; d < a->n_days; d++) {
            const struct day_summary *day = &a->days[d];
            if (day->exclude != 0 || civil_compare(day->date, row->morning) != 0) {
                continue;
            }
            double movement = movement_of(day);
            mean_sd_add(&out->set[INTERVIEW_ALL].movement, movement);
            if (row->type != DAY_TYPE_UNKNOWN) {
                enum interview_kind kind =
                    row->type == DAY_TYPE_PROGRAMME ? INTERVIEW_PROGRAMME : INTERVIEW_OFF;
                mean_sd_add(&out->set[kind].movement, movement);
            }
            out->n_days++;
        }
    }
}

static struct interview_period period_of(const struct calendar *calendar, size_t from,
                                         size_t to)
{
    struct interview_period out = {.first = calendar->rows[from].evening,
                                   .last = calendar->rows[to].evening,
                                   .midsleep_off_less_programme_h = NAN};
    struct mean_sd margin = {0};
    out.mornings.target_h = NAN;
    for (size_t k = 0; k < INTERVIEW_KIND_COUNT; k++) {
        out.set[k].wake_first_h = out.set[k].wake_last_h = NAN;
    }
    for (size_t i = from; i <= to; i++) {
        const struct interview_night *row = &calendar->rows[i];
        out.n_nights++;
        count_attendance(&out.mornings, row);
        if (!row->is_counted) {
            continue;
        }
        out.n_counted++;
        add_night(&out.set[INTERVIEW_ALL], row);
        if (row->type != DAY_TYPE_UNKNOWN) {
            add_night(
                &out.set[row->type == DAY_TYPE_PROGRAMME ? INTERVIEW_PROGRAMME : INTERVIEW_OFF],
                row);
        }
        count_morning(&out.mornings, row, &margin);
    }
    add_movement(calendar, &out, from, to);
    for (size_t k = 0; k < INTERVIEW_KIND_COUNT; k++) {
        settle_set(&out.set[k], k == INTERVIEW_ALL ? INTERVIEW_MEAN_N : INTERVIEW_MEAN_KIND_N);
    }
    mean_sd_settle(&margin, INTERVIEW_MEAN_KIND_N, INTERVIEW_SPREAD_N);
    out.mornings.margin_min = margin.mean;
    out.midsleep_off_less_programme_h =
        out.set[INTERVIEW_OFF].midsleep_h.mean - out.set[INTERVIEW_PROGRAMME].midsleep_h.mean;
    return out;
}

/* The rows looked at: as asked for, or the last week there is. false: none. */
static bool find_period(const struct calendar *calendar, const struct interview_range *range,
                        size_t *from, size_t *to)
{
    size_t first = 0, last = calendar->n;
    while (first < last && range->from.month != 0 &&
           civil_compare(calendar->rows[first].evening, range->from) < 0) {
        first++;
    }
    while (last > first && range->to.month != 0 &&
           civil_compare(calendar->rows[last - 1].evening, range->to) > 0) {
        last--;
    }
    if (first == last) {
        return false;
    }
    *to = last - 1;
    *from = range->from.month != 0 ? first : week_before(calendar, *to);
    size_t most = range->n_most > 0 ? range->n_most : INTERVIEW_ROWS_MAX;
    if (*to - *from >= most) {
        *from = *to - (most - 1);
    }
    return true;
}

static double nonwear_of(const struct calendar *calendar, size_t from, size_t to)
{
    const struct interview_night *first = &calendar->rows[from], *last = &calendar->rows[to];
    double sum_h = 0;
    for (size_t r = first->recording; r <= last->recording; r++) {
        const struct analysis *a = &calendar->record->recordings[r].analysis;
        for (size_t i = 0; i < a->n_nonwear; i++) {
            int64_t start = a->nonwear[i].start_ns, end = a->nonwear[i].end_ns;
            start =
                start > first->night->window_start_ns ? start : first->night->window_start_ns;
            end = end < last->night->window_end_ns ? end : last->night->window_end_ns;
            if (!a->nonwear[i].is_stillness_only && end > start) {
                sum_h += (double)(end - start) / (double)NS_PER_H;
            }
        }
    }
    return sum_h;
}

enum { QUIET_FROM_H = 9, QUIET_TO_H = 20, QUIET_LEAST_MIN = 60 };

static void find_quiet(const struct calendar *calendar, size_t from, size_t to,
                       struct interview_facts *out)
{
    const struct interview_night *first = &calendar->rows[from], *last = &calendar->rows[to];
    out->quiet_h = out->quiet_min = NAN;
    for (size_t r = first->recording; r <= last->recording; r++) {
        const struct record_recording *recording = &calendar->record->recordings[r];
        for (size_t i = 0; i < recording->analysis.n_rests; i++) {
            const struct rest *rest = &recording->analysis.rests[i];
            int64_t middle = rest->start_ns + (rest->end_ns - rest->start_ns) / 2;
            struct civil_date date = zone_civil(recording->zone, middle).date;
            double hour = zone_clock_h(recording->zone, date, middle);
            double minutes = minutes_between(rest->start_ns, rest->end_ns);
            bool is_there = middle >= first->night->window_start_ns &&
                            middle < last->night->window_end_ns && hour >= QUIET_FROM_H &&
                            hour <= QUIET_TO_H;
            if (is_there && !rest->is_main && rest->kind == REST_KIND_NAP &&
                minutes >= QUIET_LEAST_MIN && !(minutes <= out->quiet_min)) {
                out->quiet_date = date;
                out->quiet_h = hour;
                out->quiet_min = minutes;
            }
        }
    }
}

/* First day of the week a date is in: of the programme's weeks, else of the calendar's. */
static struct civil_date week_start(const struct programme *programme, struct civil_date date,
                                    int *week)
{
    *week = programme_week(programme, date);
    if (*week == INT_MIN) {
        return civil_add_days(date, -(int64_t)civil_weekday(date));
    }
    for (size_t i = 0; i < programme->n; i++) {
        if (programme->steps[i].days != 0) {
            return civil_add_days(programme->steps[i].from, ((int64_t)*week - 1) * 7);
        }
    }
    return date;
}

static struct interview_week week_at(const struct calendar *calendar, struct civil_date from)
{
    const struct participant_record *record = calendar->record;
    struct civil_date last = civil_add_days(from, WEEK_NIGHTS - 1);
    struct interview_week out = {
        .week = programme_week(&record->programme, from),
        .from = from,
        .wake_first_h = NAN,
        .wake_last_h = NAN,
        .step = programme_on(&record->programme, last),
        .target_h = minute_as_hour(record_target_min(record, last)),
    };
    out.latest_wake_h = minute_as_hour(programme_latest_wake_min(out.step));
    struct mean_sd wake = {0};
    for (size_t i = 0; i < calendar->n; i++) {
        const struct interview_night *row = &calendar->rows[i];
        int64_t day = days_between(from, row->morning);
        if (row->is_counted && day >= 0 && day < WEEK_NIGHTS) {
            mean_sd_add(&wake, row->wake_h);
            out.wake_first_h = fmin(out.wake_first_h, row->wake_h);
            out.wake_last_h = fmax(out.wake_last_h, row->wake_h);
        }
    }
    out.n_counted = wake.n;
    out.wake_mean_h = wake.n > 0 ? wake.mean : NAN;
    return out;
}

static enum yk_status lay_weeks(const struct calendar *calendar, size_t last,
                                struct interview_facts *out, struct failure *why)
{
    int week = 0;
    const struct programme *programme = &calendar->record->programme;
    struct civil_date from = week_start(programme, calendar->rows[0].morning, &week);
    struct civil_date to = week_start(programme, calendar->rows[last].morning, &week);
    size_t n = (size_t)(days_between(from, to) / WEEK_NIGHTS) + 1;
    out->weeks = mem_alloc(n, sizeof *out->weeks);
    if (out->weeks == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for %zu weeks", n);
    }
    for (size_t w = 0; w < n; w++) {
        out->weeks[w] = week_at(calendar, civil_add_days(from, (int64_t)w * WEEK_NIGHTS));
    }
    out->n_weeks = n;
    return YK_OK;
}

static size_t count_edits(const struct participant_record *record,
                          const struct interview_period *period)
{
    size_t n = 0;
    for (size_t i = 0; i < record->n_edits; i++) {
        const struct manual_edit *edit = &record->edits[i];
        n += !edit->is_withdrawn && civil_compare(edit->evening, period->first) >= 0 &&
             civil_compare(edit->evening, period->last) <= 0;
    }
    return n;
}

static enum yk_status fill(const struct calendar *calendar, size_t from, size_t to,
                           struct interview_facts *out, struct failure *why)
{
    const struct participant_record *record = calendar->record;
    enum yk_status status = lay_weeks(calendar, to, out, why);
    if (status != YK_OK) {
        return status;
    }
    out->n_nights = to - from + 1;
    out->nights = mem_alloc(out->n_nights, sizeof *out->nights);
    if (out->nights == NULL) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for %zu nights", out->n_nights);
    }
    memcpy(out->nights, &calendar->rows[from], out->n_nights * sizeof *out->nights);
    out->now = period_of(calendar, from, to);
    if (from > 0) {
        size_t last = end_of_last_time(calendar, from), end = 0;
        out->before = period_of(calendar, week_before(calendar, last), last);
        while (end + 1 < from && week_before(calendar, end + 1) == 0) {
            end++;
        }
        out->first = period_of(calendar, 0, end);
    }
    const struct interview_night *last = &calendar->rows[to];
    out->step = last->step;
    out->next = programme_next(&record->programme, last->morning);
    out->next_from = out->next != NULL ? out->next->from : (struct civil_date){0};
    out->week = programme_week(&record->programme, last->morning);
    out->n_edits = count_edits(record, &out->now);
    out->nonwear_h = nonwear_of(calendar, from, to);
    find_quiet(calendar, from, to, out);
    out->movement_unit = record->recordings[last->recording].analysis.rhythm.unit;
    for (size_t i = 0; i < out->n_nights; i++) {
        out->has_bed_times = out->has_bed_times || !isnan(out->nights[i].in_bed_h);
    }
    return YK_OK;
}

enum yk_status interview_facts_of(const struct participant_record *record,
                                  const struct interview_range *range,
                                  struct interview_facts *out, struct failure *why)
{
    struct calendar calendar;
    struct interview_facts found;
    interview_facts_init(&found);
    size_t from = 0, to = 0;
    enum yk_status status = lay_calendar(record, range->date, &calendar, why);
    if (status == YK_OK && !find_period(&calendar, range, &from, &to)) {
        status = failure_set(
            why, YK_ERR_TOO_LITTLE,
            "%s: no night was recorded in the dates looked at; `yoake recording list` shows "
            "what there is",
            record->code);
    }
    if (status == YK_OK) {
        status = fill(&calendar, from, to, &found, why);
    }
    mem_free(calendar.rows);
    if (status != YK_OK) {
        interview_facts_release(&found);
        return status;
    }
    *out = found;
    return YK_OK;
}
