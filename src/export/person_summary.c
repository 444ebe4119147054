/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Means and standard deviations per person. Rows arrive sorted by recording and time, so sums
 * are made in a fixed order and the result does not depend on who computed what first.
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

static void take_recording(struct person_summary *person, const struct table_reader *at)
{
    double least = number(at, "min_nights");
    person->n_recordings++;
    person->min_nights = isnan(least) ? 0 : least;
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

static void take_night(struct person_summary *person, const struct table_reader *at)
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
    if (*word(at, "exclude_reason") != '\0') {
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

static void take_day(struct person_summary *person, const struct table_reader *at)
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
    if (*word(at, "exclude_reason") != '\0') {
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

static enum yk_status read_table(struct byte_source *bytes,
                                 void (*take)(struct person_summary *person,
                                              const struct table_reader *at),
                                 struct person_summaries *out, struct failure *why)
{
    struct table_reader at = {NULL, NULL};
    enum yk_status status = csv_open(bytes, ',', &at.csv, why);
    if (status == YK_OK) {
        status = csv_read_header(at.csv, why);
    }
    while (status == YK_OK) {
        status = csv_next(at.csv, &at.row, why);
        const char *code = status == YK_OK ? word(&at, "person_id") : "";
        if (*code == '\0') {
            continue;
        }
        struct person_summary *person = find(out, code);
        if (person == NULL) {
            status = failure_set(why, YK_ERR_MEMORY, "out of memory for %zu persons", out->n);
            break;
        }
        take(person, &at);
    }
    csv_close(at.csv);
    return status == YK_END ? YK_OK : status;
}

struct counted_night {
    size_t person;
    char date[16];
};

static int by_night(const void *a, const void *b)
{
    const struct counted_night *x = a, *y = b;
    return x->person != y->person ? (x->person < y->person ? -1 : 1) : strcmp(x->date, y->date);
}

/* Two recordings of one night (both wrists, a recorder changed too late) give two counted ones.
 */
static enum yk_status find_twice(struct byte_source *night_csv, struct person_summaries *out,
                                 struct failure *why)
{
    struct table_reader at = {NULL, NULL};
    struct counted_night *nights = NULL;
    size_t n = 0, capacity = 0;
    enum yk_status status = csv_open(night_csv, ',', &at.csv, why);
    status = status == YK_OK ? csv_read_header(at.csv, why) : status;
    while (status == YK_OK && (status = csv_next(at.csv, &at.row, why)) == YK_OK) {
        const char *code = word(&at, "person_id"), *date = word(&at, "night_date");
        if (*code == '\0' || *word(&at, "exclude_reason") != '\0') {
            continue;
        }
        struct person_summary *person = find(out, code);
        if (person == NULL || MEM_RESERVE(nights, n, capacity) != 0) {
            status = failure_set(why, YK_ERR_MEMORY, "out of memory for %zu nights", n);
            break;
        }
        nights[n] = (struct counted_night){.person = (size_t)(person - out->persons)};
        memcpy(nights[n].date, date, strnlen(date, sizeof nights[n].date - 1));
        n++;
    }
    csv_close(at.csv);
    if (n > 1) {
        qsort(nights, n, sizeof *nights, by_night);
    }
    for (size_t i = 1; i < n; i++) {
        if (by_night(&nights[i - 1], &nights[i]) == 0 && out->n_twice++ == 0) {
            memcpy(out->twice_person, out->persons[nights[i].person].person_id,
                   sizeof out->twice_person);
            memcpy(out->twice_date, nights[i].date, sizeof out->twice_date);
        }
    }
    mem_free(nights);
    return status == YK_END ? YK_OK : status;
}

enum yk_status person_summaries_make(struct byte_source *recording_csv,
                                     struct byte_source *night_csv, struct byte_source *day_csv,
                                     struct person_summaries *out, struct failure *why)
{
    enum yk_status status = read_table(recording_csv, take_recording, out, why);
    if (status == YK_OK) {
        status = read_table(night_csv, take_night, out, why);
    }
    if (status == YK_OK) {
        status = read_table(day_csv, take_day, out, why);
    }
    status = status == YK_OK ? find_twice(night_csv, out, why) : status;
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
