/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Means and standard deviations per person. Rows arrive sorted by recording and time, so sums
 * are made in a fixed order and the result does not depend on who computed what first. No night
 * and no day of a person counts twice.
 */
#include "src/export/person_summary.h"
#include "src/base/clock.h"
#include "src/base/csv.h"
#include "src/base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void person_summaries_init(struct person_summaries *self)
{
    *self = (struct person_summaries){0};
}

void person_summaries_release(struct person_summaries *self)
{
    mem_free(self->persons);
    mem_free(self->order);
    person_summaries_init(self);
}

/* The person, made when new; NULL when memory is refused. Only numbers are moved to keep codes
 * in order while rows arrive in any. */
static struct person_summary *find(struct person_summaries *self, const char *person_id)
{
    size_t low = 0, high = self->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        struct person_summary *person = &self->persons[self->order[middle]];
        int order = strcmp(person->person_id, person_id);
        if (order == 0) {
            return person;
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    if (MEM_RESERVE(self->persons, self->n, self->capacity) != 0 ||
        MEM_RESERVE(self->order, self->n, self->order_capacity) != 0) {
        return NULL;
    }
    memmove(self->order + low + 1, self->order + low, (self->n - low) * sizeof *self->order);
    self->order[low] = self->n;
    struct person_summary *place = &self->persons[self->n++];
    *place = (struct person_summary){.social_jetlag_h = NAN, .first_midsleep_h = NAN};
    size_t length = strnlen(person_id, sizeof place->person_id - 1);
    memcpy(place->person_id, person_id, length);
    return place;
}

static int by_code(const void *a, const void *b)
{
    return strcmp(((const struct person_summary *)a)->person_id,
                  ((const struct person_summary *)b)->person_id);
}

struct table_reader {
    struct csv *csv;
    const struct csv_row *row;
};

static double number(const struct table_reader *at, const char *name)
{
    const char *text = csv_field(at->row, csv_find(at->csv, name));
    double value = NAN;
    return text_parse_double(text, strlen(text), &value) ? value : NAN;
}

static const char *word(const struct table_reader *at, const char *name)
{
    return csv_field(at->row, csv_find(at->csv, name));
}

/* As algorithms/social_jetlag.h has it for one recording: 11:00 and 13:00 are two hours apart,
 * although the one belongs to the night before and the other to the night after. */
static void take_midsleep(struct person_summary *person, double midsleep_h, bool is_free)
{
    if (isnan(person->first_midsleep_h)) {
        person->first_midsleep_h = midsleep_h;
    }
    double first = person->first_midsleep_h;
    mean_sd_add(is_free ? &person->free_midsleep_h : &person->work_midsleep_h,
                first + clock_difference_h(midsleep_h, first));
}

static void take_night(struct person_summary *person, const struct table_reader *at,
                       bool is_counted)
{
    static const struct {
        const char *name;
        size_t offset;
    } value[] = {
        {"sleep_onset_h", offsetof(struct night_means, onset_h)},
        {"wake_h", offsetof(struct night_means, wake_h)},
        {"midsleep_h", offsetof(struct night_means, midsleep_h)},
        {"spt_min", offsetof(struct night_means, spt_min)},
        {"tst_min", offsetof(struct night_means, tst_min)},
        {"waso_min", offsetof(struct night_means, waso_min)},
    };
    person->n_nights++;
    if (!is_counted) {
        return;
    }
    person->n_nights_valid++;
    /* A night belongs to the day that it leads into. */
    const char *morning = word(at, "weekday_morning");
    bool is_weekend = strcmp(morning, "Sat") == 0 || strcmp(morning, "Sun") == 0;
    enum night_set set = is_weekend ? NIGHTS_WEEKEND : NIGHTS_WEEKDAY;
    for (size_t i = 0; i < sizeof value / sizeof *value; i++) {
        double x = number(at, value[i].name);
        char *all = (char *)&person->nights[NIGHTS_ALL], *part = (char *)&person->nights[set];
        mean_sd_add((struct mean_sd *)(void *)(all + value[i].offset), x);
        mean_sd_add((struct mean_sd *)(void *)(part + value[i].offset), x);
    }
    take_midsleep(person, number(at, "midsleep_h"), is_weekend);
}

/* Columns of day.csv that have a mean. */
#define DAILY(name)                                                                            \
    {                                                                                          \
#name, offsetof(struct person_summary, name)                                           \
    }

static const struct {
    const char *name;
    size_t offset;
} daily[] = {DAILY(enmo_mean_mg), DAILY(mad_mean_mg),  DAILY(inactive_min),  DAILY(light_min),
             DAILY(moderate_min), DAILY(vigorous_min), DAILY(mvpa_bout_min), DAILY(counts_sum)};
#define N_DAILY (sizeof daily / sizeof *daily)

static struct mean_sd *daily_at(struct person_summary *person, size_t i)
{
    return (struct mean_sd *)(void *)((char *)person + daily[i].offset);
}

static void take_day(struct person_summary *person, const struct table_reader *at,
                     bool is_counted)
{
    const char *date = word(at, "date");
    size_t n = strnlen(date, sizeof person->first_date - 1);
    if (person->first_date[0] == '\0' || strcmp(date, person->first_date) < 0) {
        memcpy(person->first_date, date, n);
    }
    if (person->last_date[0] == '\0' || strcmp(date, person->last_date) > 0) {
        memcpy(person->last_date, date, n);
    }
    person->n_days++;
    if (!is_counted) {
        return;
    }
    person->n_days_valid++;
    for (size_t i = 0; i < N_DAILY; i++) {
        mean_sd_add(daily_at(person, i), number(at, daily[i].name));
    }
}

static void finish(struct person_summary *person)
{
    for (size_t s = 0; s < NIGHT_SET_COUNT; s++) {
        struct night_means *m = &person->nights[s];
        struct mean_sd *all[] = {&m->onset_h, &m->wake_h,  &m->midsleep_h,
                                 &m->spt_min, &m->tst_min, &m->waso_min};
        for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
            mean_sd_settle(all[i], 1, 2);
        }
    }
    mean_sd_settle(&person->free_midsleep_h, 1, 2);
    mean_sd_settle(&person->work_midsleep_h, 1, 2);
    person->social_jetlag_h =
        clock_difference_h(person->free_midsleep_h.mean, person->work_midsleep_h.mean);
    for (size_t i = 0; i < N_DAILY; i++) {
        mean_sd_settle(daily_at(person, i), 1, 2);
    }
}

/* Hands every row that is of a person to take(), which is false when memory is refused. */
static enum yk_status each_row(struct byte_source *bytes, struct person_summaries *out,
                               bool (*take)(void *user, struct person_summary *person,
                                            const struct table_reader *at),
                               void *user, struct failure *why)
{
    struct table_reader at = {NULL, NULL};
    enum yk_status status = csv_open(bytes, ',', &at.csv, why);
    if (status == YK_OK) {
        status = csv_read_header(at.csv, why);
    }
    while (status == YK_OK && (status = csv_next(at.csv, &at.row, why)) == YK_OK) {
        const char *code = word(&at, "person_id");
        struct person_summary *person = *code != '\0' ? find(out, code) : NULL;
        if (*code != '\0' && (person == NULL || !take(user, person, &at))) {
            status = failure_set(why, YK_ERR_MEMORY, "out of memory for %zu persons", out->n);
        }
    }
    csv_close(at.csv);
    return status == YK_END ? YK_OK : status;
}

static bool take_recording(void *user, struct person_summary *person,
                           const struct table_reader *at)
{
    (void)user;
    double least = number(at, "min_nights");
    const char *group = word(at, "group");
    if (person->n_recordings++ == 0) {
        memcpy(person->group, group, strnlen(group, sizeof person->group - 1));
    } else if (strcmp(person->group, group) != 0) {
        person->group[0] = '\0';
    }
    person->min_nights = isnan(least) ? 0 : least;
    return true;
}

/* ---- one date in several recordings of a person ---- */

/* A table with a row for each date of a recording. */
struct dated_table {
    const char *date, *usable; /* columns: of what date, and how much of it there is */
    double sign;               /* of usable: +1 the more the better, -1 the less */
    void (*take)(struct person_summary *person, const struct table_reader *at, bool is_counted);
};

static const struct dated_table NIGHT = {"night_date", "night_invalid_pct", -1, take_night};
static const struct dated_table DAY = {"date", "valid_h", 1, take_day};

/* A row that is counted in its recording. */
struct counted_row {
    size_t person;
    int64_t day;
    double usable;
    uint64_t line;
};

struct dated_rows {
    const struct dated_table *table;
    struct person_summaries *out;
    struct counted_row *rows; /* first all counted ones, then those that another outdoes */
    size_t n, capacity, next;
    size_t n_dates; /* that several recordings of one person have */
    struct counted_row first;
};

static bool is_counted(const struct table_reader *at)
{
    return *word(at, "exclude_reason") == '\0';
}

static bool note_counted(void *user, struct person_summary *person,
                         const struct table_reader *at)
{
    struct dated_rows *self = user;
    struct civil_date date;
    if (!is_counted(at) || !civil_parse(word(at, self->table->date), &date)) {
        return true;
    }
    if (MEM_RESERVE(self->rows, self->n, self->capacity) != 0) {
        return false;
    }
    double usable = self->table->sign * number(at, self->table->usable);
    self->rows[self->n++] =
        (struct counted_row){.person = (size_t)(person - self->out->persons),
                             .day = civil_to_days(date),
                             .usable = isnan(usable) ? -INFINITY : usable,
                             .line = at->row->line};
    return true;
}

static int by_date(const struct counted_row *x, const struct counted_row *y)
{
    if (x->person != y->person) {
        return x->person < y->person ? -1 : 1;
    }
    return x->day != y->day ? (x->day < y->day ? -1 : 1) : 0;
}

static int by_line(const void *a, const void *b)
{
    const struct counted_row *x = a, *y = b;
    return x->line != y->line ? (x->line < y->line ? -1 : 1) : 0;
}

/* Of one date, the best first. */
static int by_use(const void *a, const void *b)
{
    const struct counted_row *x = a, *y = b;
    int order = by_date(x, y);
    if (order == 0 && x->usable != y->usable) {
        return x->usable > y->usable ? -1 : 1;
    }
    return order != 0 ? order : by_line(a, b);
}

/* Leaves the rows that another of their date outdoes, in the order of the table. */
static void keep_outdone(struct dated_rows *self)
{
    struct counted_row best = {.line = 0};
    bool is_alone = true;
    size_t n = 0;
    if (self->n > 1) {
        qsort(self->rows, self->n, sizeof *self->rows, by_use);
    }
    for (size_t i = 0; i < self->n; i++) {
        struct counted_row row = self->rows[i];
        if (i == 0 || by_date(&best, &row) != 0) {
            best = row;
            is_alone = true;
            continue;
        }
        if (is_alone && self->n_dates++ == 0) {
            self->first = best;
        }
        is_alone = false;
        self->rows[n++] = row;
    }
    self->n = n;
    if (n > 1) {
        qsort(self->rows, n, sizeof *self->rows, by_line);
    }
}

static bool take_row(void *user, struct person_summary *person, const struct table_reader *at)
{
    struct dated_rows *self = user;
    bool is_outdone = self->next < self->n && self->rows[self->next].line == at->row->line;
    self->next += is_outdone;
    self->table->take(person, at, is_counted(at) && !is_outdone);
    return true;
}

/* Sums the rows of a table: of a date that several recordings of a person have (both wrists, a
 * recorder changed too late) the one with the most usable data, the first at a tie. */
static enum yk_status sum_table(const struct dated_table *table, struct byte_source *bytes,
                                struct dated_rows *rows, struct person_summaries *out,
                                struct failure *why)
{
    *rows = (struct dated_rows){.table = table, .out = out};
    enum yk_status status = each_row(bytes, out, note_counted, rows, why);
    keep_outdone(rows);
    status = status == YK_OK ? each_row(bytes, out, take_row, rows, why) : status;
    mem_free(rows->rows);
    rows->rows = NULL;
    return status;
}

enum yk_status person_summaries_make(struct byte_source *recording_csv,
                                     struct byte_source *night_csv, struct byte_source *day_csv,
                                     struct person_summaries *out, struct failure *why)
{
    struct dated_rows nights, days;
    enum yk_status status = each_row(recording_csv, out, take_recording, NULL, why);
    if (status == YK_OK) {
        status = sum_table(&NIGHT, night_csv, &nights, out, why);
    }
    if (status == YK_OK && nights.n_dates > 0) {
        out->n_twice = nights.n_dates;
        memcpy(out->twice_person, out->persons[nights.first.person].person_id,
               sizeof out->twice_person);
        civil_format(civil_from_days(nights.first.day), out->twice_date);
    }
    if (status == YK_OK) {
        status = sum_table(&DAY, day_csv, &days, out, why);
    }
    for (size_t i = 0; i < out->n; i++) {
        finish(&out->persons[i]);
    }
    if (out->n > 1) {
        qsort(out->persons, out->n, sizeof *out->persons, by_code);
    }
    mem_free(out->order);
    out->order = NULL;
    out->order_capacity = 0;
    return status;
}
