/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads a diary table row by row: every cell is checked before the row is taken, and a refused
 * table leaves nothing behind.
 */
#include "src/pipeline/diary_csv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/csv.h"
#include "src/base/mem.h"
#include "src/base/row_index.h"
#include "src/base/utf8.h"

enum { YEAR_FIRST = 1900, YEAR_LAST = 2200 };

/* The columns of the table. NIGHT_TIME cells belong to the night; the span columns come in
 * pairs and may be filled in several rows. */
enum column {
    PERSON,
    NIGHT_DATE,
    IN_BED,
    LIGHTS_OUT,
    WAKE,
    OUT_OF_BED,
    NAP_START,
    NAP_END,
    OFF_START,
    OFF_END,
    RESTED,
    NOTE,
    N_COLUMNS
};

static const char *const COLUMN_NAMES[N_COLUMNS] = {
    "person_id",    "night_date", "inbed_ts",     "lights_out_ts", "wake_ts", "outbed_ts",
    "nap_start_ts", "nap_end_ts", "off_start_ts", "off_end_ts",    "rested",  "note"};

struct reader {
    struct csv *csv;
    const struct diary_read_options *options;
    size_t column[N_COLUMNS]; /* CSV_NONE: not in this table */
    const struct csv_row *row;
    struct row_index by_night;
};

static const char *cell(const struct reader *self, enum column c)
{
    return csv_field(self->row, self->column[c]);
}

static enum yk_status wrong(const struct reader *self, enum column c, struct failure *why,
                            const char *right)
{
    const char *said = cell(self, c);
    return csv_failure(self->csv, self->row, self->column[c], why, YK_ERR_ARGUMENT,
                       "'%.*s' is not %s", utf8_shown(said, 40), said, right);
}

/* A time cell: TIME_UNKNOWN when empty. */
static enum yk_status read_time(const struct reader *self, enum column c,
                                struct civil_date night, int64_t *out, struct failure *why)
{
    const char *text = cell(self, c);
    if (*text == '\0') {
        *out = TIME_UNKNOWN;
        return YK_OK;
    }
    int32_t second = diary_clock_s(text);
    if (second >= 0) {
        *out = diary_instant(self->options->zone, night, second);
        return YK_OK;
    }
    int64_t ns;
    if (!zone_parse_iso(self->options->zone, text, &ns)) {
        return wrong(self, c, why, "a time: write 23:10, 2026-05-12T23:10 or leave it empty");
    }
    int64_t noon = zone_instant_of_day(self->options->zone, night, 43200);
    if (ns < noon - 12 * NS_PER_H || ns > noon + 36 * NS_PER_H) {
        return wrong(self, c, why, "within a day of night_date: check both dates");
    }
    *out = ns;
    return YK_OK;
}

static enum yk_status read_who_and_when(const struct reader *self, struct diary_night *night,
                                        struct failure *why)
{
    const char *person =
        self->column[PERSON] != CSV_NONE ? cell(self, PERSON) : self->options->person_id;
    if (person == NULL || *person == '\0') {
        return csv_failure(self->csv, self->row, self->column[PERSON], why, YK_ERR_ARGUMENT,
                           "the participant's code is missing");
    }
    if (strlen(person) >= sizeof night->person_id) {
        return wrong(self, PERSON, why, "a code of at most 63 bytes");
    }
    memcpy(night->person_id, person, strlen(person) + 1);
    /* Years far outside the program's range of instants cannot be meant. */
    if (!civil_parse(cell(self, NIGHT_DATE), &night->night) || night->night.year < YEAR_FIRST ||
        night->night.year > YEAR_LAST) {
        return wrong(self, NIGHT_DATE, why,
                     "a date: write the evening as 2026-05-12 or 2026/5/12");
    }
    return YK_OK;
}

static enum yk_status read_span(const struct reader *self, enum column start,
                                struct civil_date night, struct diary_span *span, size_t *n,
                                struct failure *why)
{
    enum column end = start + 1;
    enum yk_status status = read_time(self, start, night, &span->start_ns, why);
    if (status == YK_OK) {
        status = read_time(self, end, night, &span->end_ns, why);
    }
    if (status != YK_OK) {
        return status;
    }
    bool has_start = span->start_ns != TIME_UNKNOWN, has_end = span->end_ns != TIME_UNKNOWN;
    if (has_start != has_end) {
        enum column missing = has_start ? end : start;
        return csv_failure(self->csv, self->row, self->column[missing], why, YK_ERR_ARGUMENT,
                           "%s is empty though %s is not: give both or neither",
                           COLUMN_NAMES[missing], COLUMN_NAMES[has_start ? start : end]);
    }
    if (has_start && span->end_ns <= span->start_ns) {
        return wrong(self, end, why, "later than its start");
    }
    *n = has_start ? 1 : 0;
    return YK_OK;
}

#define LONGEST_IN_BED_NS (20 * NS_PER_H)

/* Bed times in the order of the night; unknown ones are left out. A clock time before the one
 * to its left was taken for the next day: more than 20 hours in bed then means that the two
 * were written in the wrong order. */
static enum yk_status check_order(const struct reader *self, const struct diary_night *night,
                                  struct failure *why)
{
    const int64_t time[] = {night->in_bed_ns, night->lights_out_ns, night->wake_ns,
                            night->out_of_bed_ns};
    int64_t before = TIME_UNKNOWN, first = TIME_UNKNOWN;
    for (int k = 0; k < 4; k++) {
        if (time[k] == TIME_UNKNOWN) {
            continue;
        }
        if (before != TIME_UNKNOWN && time[k] < before) {
            return wrong(
                self, IN_BED + (enum column)k, why,
                "after the times to its left (into bed, lights out, awake, out of bed)");
        }
        if (first == TIME_UNKNOWN) {
            first = time[k];
        }
        if (time[k] - first > LONGEST_IN_BED_NS) {
            return wrong(self, IN_BED + (enum column)k, why,
                         "within 20 hours of going to bed: check both times and night_date");
        }
        before = time[k];
    }
    return YK_OK;
}

static enum yk_status read_night(const struct reader *self, struct diary_night *night,
                                 struct failure *why)
{
    diary_night_init(night);
    if (self->row->problem != NULL) {
        return csv_failure(self->csv, self->row, CSV_NONE, why, YK_ERR_ARGUMENT, "%s",
                           self->row->problem);
    }
    int64_t *const time[] = {&night->in_bed_ns, &night->lights_out_ns, &night->wake_ns,
                             &night->out_of_bed_ns};
    enum yk_status status = read_who_and_when(self, night, why);
    int64_t before = TIME_UNKNOWN;
    for (int k = 0; k < 4 && status == YK_OK; k++) {
        enum column c = IN_BED + (enum column)k;
        status = read_time(self, c, night->night, time[k], why);
        bool is_early = *time[k] != TIME_UNKNOWN && before != TIME_UNKNOWN && *time[k] < before;
        if (status == YK_OK && is_early && diary_clock_s(cell(self, c)) >= 0) {
            /* Awake at 12:40 after a night: the noon after, not the noon before. */
            status = read_time(self, c, civil_add_days(night->night, 1), time[k], why);
        }
        before = *time[k] != TIME_UNKNOWN ? *time[k] : before;
    }
    if (status == YK_OK) {
        status = check_order(self, night, why);
    }
    if (status == YK_OK) {
        status = read_span(self, NAP_START, night->night, &night->nap[0], &night->n_nap, why);
    }
    if (status == YK_OK) {
        status = read_span(self, OFF_START, night->night, &night->off[0], &night->n_off, why);
    }
    const char *rested = status == YK_OK ? cell(self, RESTED) : "";
    if (*rested != '\0') {
        if (rested[0] < '1' || rested[0] > '3' || rested[1] != '\0') {
            return wrong(self, RESTED, why, "1, 2 or 3 (3 = rested)");
        }
        night->rested = rested[0] - '0';
    }
    return status;
}

struct sought {
    const struct diary *in;
    const struct diary_night *like;
};

static bool is_night(const void *user, size_t row)
{
    const struct sought *sought = user;
    return diary_compare(&sought->in->nights[row], sought->like) == 0;
}

static uint64_t hash_of(const struct diary_night *night)
{
    char date[16];
    civil_format(night->night, date);
    return row_hash(row_hash(ROW_HASH_START, night->person_id), date);
}

/* Adds a further row of a night that is already there. */
static enum yk_status join(const struct reader *self, struct diary_night *into,
                           const struct diary_night *more, struct failure *why)
{
    struct diary_night whole = *into;
    int64_t *const to[] = {&whole.in_bed_ns, &whole.lights_out_ns, &whole.wake_ns,
                           &whole.out_of_bed_ns};
    const int64_t from[] = {more->in_bed_ns, more->lights_out_ns, more->wake_ns,
                            more->out_of_bed_ns};
    for (int k = 0; k < 4; k++) {
        if (*to[k] != TIME_UNKNOWN && from[k] != TIME_UNKNOWN && *to[k] != from[k]) {
            const char *said = cell(self, IN_BED + (enum column)k);
            return csv_failure(
                self->csv, self->row, self->column[IN_BED + k], why, YK_ERR_CONFLICT,
                "'%.*s' contradicts an earlier row of this night", utf8_shown(said, 40), said);
        }
        *to[k] = *to[k] == TIME_UNKNOWN ? from[k] : *to[k];
    }
    if (whole.n_nap + more->n_nap > DIARY_SPANS_MAX ||
        whole.n_off + more->n_off > DIARY_SPANS_MAX) {
        return csv_failure(self->csv, self->row, CSV_NONE, why, YK_ERR_ARGUMENT,
                           "more than %d naps or off-times in one night", DIARY_SPANS_MAX);
    }
    if (more->n_nap > 0) {
        whole.nap[whole.n_nap++] = more->nap[0];
    }
    if (more->n_off > 0) {
        whole.off[whole.n_off++] = more->off[0];
    }
    whole.rested = whole.rested == 0 ? more->rested : whole.rested;
    enum yk_status status = check_order(self, &whole, why);
    if (status == YK_OK) {
        *into = whole;
    }
    return status;
}

static enum yk_status take_row(struct reader *self, struct diary *diary, struct failure *why)
{
    struct diary_night night;
    enum yk_status status = read_night(self, &night, why);
    if (status != YK_OK) {
        return status;
    }
    const struct sought sought = {diary, &night};
    uint64_t hash = hash_of(&night);
    size_t there = row_index_find(&self->by_night, hash, is_night, &sought);
    if (there != ROW_NONE) {
        return join(self, &diary->nights[there], &night, why);
    }
    if (MEM_RESERVE(diary->nights, diary->n, diary->capacity) != 0 ||
        row_index_add(&self->by_night, hash, diary->n) != 0) {
        return failure_set(why, YK_ERR_MEMORY, "no memory for %zu diary nights", diary->n + 1);
    }
    diary->nights[diary->n++] = night;
    return YK_OK;
}

static enum yk_status find_columns(struct reader *self, struct failure *why)
{
    enum yk_status status = csv_read_header(self->csv, why);
    if (status != YK_OK) {
        return status;
    }
    for (int c = 0; c < N_COLUMNS; c++) {
        self->column[c] = csv_find(self->csv, COLUMN_NAMES[c]);
    }
    static const char known[] = "person_id, night_date, inbed_ts, lights_out_ts, wake_ts, "
                                "outbed_ts, ...";
    status = csv_require(self->csv, COLUMN_NAMES[NIGHT_DATE], known, why);
    return status == YK_OK && self->options->person_id == NULL
               ? csv_require(self->csv, COLUMN_NAMES[PERSON], known, why)
               : status;
}

static enum yk_status read_rows(struct reader *self, struct diary *diary, uint64_t *skipped,
                                struct failure *why)
{
    enum yk_status status;
    while ((status = csv_next(self->csv, &self->row, why)) == YK_OK) {
        status = take_row(self, diary, why);
        bool is_wrong_cell = status == YK_ERR_ARGUMENT || status == YK_ERR_CONFLICT;
        if (is_wrong_cell && self->options->keep_good) {
            if ((*skipped)++ == 0 && self->options->first_wrong != NULL && why != NULL) {
                *self->options->first_wrong = *why;
            }
        } else if (status != YK_OK) {
            return status;
        }
    }
    return status == YK_END ? YK_OK : status;
}

enum yk_status diary_read(struct byte_source *bytes, const struct diary_read_options *options,
                          struct diary *out, uint64_t *n_skipped, struct failure *why)
{
    struct reader reader = {.options = options};
    struct diary diary;
    uint64_t skipped = 0;
    diary_init(&diary);
    row_index_init(&reader.by_night);
    enum yk_status status = csv_open(bytes, 0, &reader.csv, why);
    if (status == YK_OK) {
        status = find_columns(&reader, why);
    }
    if (status == YK_OK) {
        status = read_rows(&reader, &diary, &skipped, why);
    }
    csv_close(reader.csv);
    row_index_release(&reader.by_night);
    if (status != YK_OK) {
        diary_release(&diary);
        return status;
    }
    if (diary.n > 1) {
        qsort(diary.nights, diary.n, sizeof *diary.nights, diary_compare);
    }
    diary_release(out);
    *out = diary;
    if (n_skipped != NULL) {
        *n_skipped = skipped;
    }
    return YK_OK;
}

enum yk_status diary_read_file(const char *path, const struct diary_read_options *options,
                               struct diary *out, uint64_t *n_skipped, struct failure *why)
{
    struct byte_source *bytes = NULL;
    enum yk_status status = file_source_open(path, &bytes, why);
    if (status == YK_OK) {
        status = diary_read(bytes, options, out, n_skipped, why);
    }
    byte_source_close(bytes);
    return status;
}
