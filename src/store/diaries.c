/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Diary rows and the nights they make.
 */
#include "src/store/diaries.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"

#define LONGEST_IN_BED_NS (20 * NS_PER_H)
#define LONGEST_NAP_NS (12 * NS_PER_H)

enum {
    IN_BED = 2,
    LIGHTS_OUT,
    WAKE,
    OUT_OF_BED,
    NAP_START,
    NAP_END,
    OFF_START,
    OFF_END,
    RESTED
};

static const struct record_column columns[] = {
    RECORD_WHOSE(diary_row),
    RECORD_WHICH_NIGHT(diary_row),
    {.name = "inbed_ts",
     .sql = "in_bed_ns",
     .type = RECORD_TIME,
     .flags = RECORD_KEY | RECORD_NIGHT,
     RECORD_AT(diary_row, in_bed_ns),
     .option = "inbed",
     .ja = "布団に入った",
     .en = "into bed"},
    {.name = "lights_out_ts",
     .sql = "lights_out_ns",
     .type = RECORD_TIME,
     .flags = RECORD_KEY | RECORD_NIGHT | RECORD_AFTER,
     RECORD_AT(diary_row, lights_out_ns),
     .option = "lights-out",
     .ja = "寝ようとした",
     .en = "lights out"},
    {.name = "wake_ts",
     .sql = "wake_ns",
     .type = RECORD_TIME,
     .flags = RECORD_KEY | RECORD_NIGHT | RECORD_AFTER,
     RECORD_AT(diary_row, wake_ns),
     .option = "wake",
     .ja = "目覚め",
     .en = "awake"},
    {.name = "outbed_ts",
     .sql = "out_of_bed_ns",
     .type = RECORD_TIME,
     .flags = RECORD_KEY | RECORD_NIGHT | RECORD_AFTER,
     RECORD_AT(diary_row, out_of_bed_ns),
     .option = "outbed",
     .ja = "布団から出た",
     .en = "out of bed"},
    {.name = "nap_start_ts",
     .sql = "nap_start_ns",
     .type = RECORD_TIME,
     .flags = RECORD_KEY | RECORD_NIGHT,
     RECORD_AT(diary_row, nap.start_ns),
     .option = "nap-start",
     .ja = "昼寝から",
     .en = "nap from"},
    {.name = "nap_end_ts",
     .sql = "nap_end_ns",
     .type = RECORD_TIME,
     .flags = RECORD_NIGHT | RECORD_AFTER,
     RECORD_AT(diary_row, nap.end_ns),
     .option = "nap-end",
     .ja = "昼寝まで",
     .en = "nap to"},
    {.name = "off_start_ts",
     .sql = "off_start_ns",
     .type = RECORD_TIME,
     .flags = RECORD_KEY | RECORD_NIGHT,
     RECORD_AT(diary_row, off.start_ns),
     .option = "off-start",
     .ja = "外したのは",
     .en = "off from"},
    {.name = "off_end_ts",
     .sql = "off_end_ns",
     .type = RECORD_TIME,
     .flags = RECORD_NIGHT | RECORD_AFTER,
     RECORD_AT(diary_row, off.end_ns),
     .option = "off-end",
     .ja = "着けたのは",
     .en = "off to"},
    {.name = "rested",
     .type = RECORD_NUMBER,
     RECORD_AT(diary_row, rested),
     .min = 1,
     .max = 3,
     .ja = "休めた感じ",
     .en = "rested"},
    {.name = "note",
     .type = RECORD_TEXT,
     .flags = RECORD_KEY,
     RECORD_AT(diary_row, note),
     .ja = "メモ",
     .en = "note"},
};

static void init(void *row)
{
    *(struct diary_row *)row = (struct diary_row){.in_bed_ns = TIME_UNKNOWN,
                                                  .lights_out_ns = TIME_UNKNOWN,
                                                  .wake_ns = TIME_UNKNOWN,
                                                  .out_of_bed_ns = TIME_UNKNOWN,
                                                  .nap = {TIME_UNKNOWN, TIME_UNKNOWN},
                                                  .off = {TIME_UNKNOWN, TIME_UNKNOWN},
                                                  .rested = NAN};
}

/* ---- one row ---- */

static enum yk_status check_span(const struct diary_span *span, size_t start, size_t *column,
                                 struct failure *why)
{
    bool has_start = span->start_ns != TIME_UNKNOWN, has_end = span->end_ns != TIME_UNKNOWN;
    if (has_start != has_end) {
        *column = has_start ? start + 1 : start;
        return failure_set(why, YK_ERR_ARGUMENT,
                           "\"%s\" is empty though \"%s\" is not: give both or "
                           "neither",
                           columns[*column].en, columns[has_start ? start : start + 1].en);
    }
    if (has_start && span->end_ns <= span->start_ns) {
        *column = start + 1;
        return failure_set(why, YK_ERR_ARGUMENT, "the end is not later than its start");
    }
    return YK_OK;
}

static enum yk_status check_date(const struct diary_row *self, size_t *column,
                                 struct failure *why)
{
    const int64_t times[] = {self->in_bed_ns,     self->lights_out_ns, self->wake_ns,
                             self->out_of_bed_ns, self->nap.start_ns,  self->nap.end_ns,
                             self->off.start_ns,  self->off.end_ns};
    enum yk_status status = YK_OK;
    for (size_t i = 0; i < sizeof times / sizeof *times && status == YK_OK; i++) {
        *column = IN_BED + i;
        status = record_check_night(self->night, times[i], why);
    }
    return status;
}

/* Bed times in the order of the night; unknown ones are left out. */
static enum yk_status check_order(const int64_t time[static 4], size_t *column,
                                  struct failure *why)
{
    int64_t before = TIME_UNKNOWN, first = TIME_UNKNOWN;
    for (size_t k = 0; k < 4; k++) {
        if (time[k] == TIME_UNKNOWN) {
            continue;
        }
        *column = IN_BED + k;
        if (before != TIME_UNKNOWN && time[k] < before) {
            return failure_set(why, YK_ERR_ARGUMENT,
                               "it is not after the times to its left (into bed, lights out, "
                               "awake, out of bed)");
        }
        first = first == TIME_UNKNOWN ? time[k] : first;
        if (time[k] - first > LONGEST_IN_BED_NS) {
            return failure_set(why, YK_ERR_ARGUMENT,
                               "it is more than 20 hours after going to bed: check both times "
                               "and the date of the night");
        }
        before = time[k];
    }
    return YK_OK;
}

/* ---- several rows of a night ---- */

static void put(int64_t *to, int64_t from)
{
    *to = *to == TIME_UNKNOWN ? from : *to;
}

/* Adds a row to its night. *column: the cell that contradicts. */
static enum yk_status join(struct diary_night *night, const struct diary_row *row,
                           size_t *column, struct failure *why)
{
    const int64_t from[] = {row->in_bed_ns, row->lights_out_ns, row->wake_ns,
                            row->out_of_bed_ns};
    int64_t whole[] = {night->in_bed_ns, night->lights_out_ns, night->wake_ns,
                       night->out_of_bed_ns};
    for (size_t k = 0; k < 4; k++) {
        if (whole[k] != TIME_UNKNOWN && from[k] != TIME_UNKNOWN && whole[k] != from[k]) {
            *column = IN_BED + k;
            return failure_set(why, YK_ERR_CONFLICT,
                               "another row of this night has a different time for \"%s\"",
                               columns[*column].en);
        }
        put(&whole[k], from[k]);
    }
    enum yk_status status = check_order(whole, column, why);
    if (status != YK_OK) {
        return status;
    }
    bool has_nap = row->nap.start_ns != TIME_UNKNOWN,
         has_off = row->off.start_ns != TIME_UNKNOWN;
    if ((has_nap && night->n_nap == DIARY_SPANS_MAX) ||
        (has_off && night->n_off == DIARY_SPANS_MAX)) {
        *column = has_nap ? NAP_START : OFF_START;
        return failure_set(why, YK_ERR_ARGUMENT, "more than %d naps or off-times in one night",
                           DIARY_SPANS_MAX);
    }
    night->in_bed_ns = whole[0];
    night->lights_out_ns = whole[1];
    night->wake_ns = whole[2];
    night->out_of_bed_ns = whole[3];
    if (has_nap) {
        night->nap[night->n_nap++] = row->nap;
    }
    if (has_off) {
        night->off[night->n_off++] = row->off;
    }
    if (night->rested == 0 && !isnan(row->rested)) {
        night->rested = (int)row->rested;
    }
    return YK_OK;
}

static enum yk_status check_with_others(struct store *store, const struct diary_row *self,
                                        size_t *column, struct failure *why)
{
    void *list = NULL;
    size_t n = 0, ignored = 0;
    char date[16];
    struct diary_night night;
    civil_format(self->night, date);
    enum yk_status status = record_select(
        store, &record_kind_diary, &list, &n, why,
        "r.person = (SELECT id FROM person WHERE code = ?1) AND r.night_date = ?2 "
        "AND r.id <> ?3",
        "tti", self->person, date, self->id);
    const struct diary_row *rows = list;
    diary_night_init(&night);
    for (size_t i = 0; i < n && status == YK_OK; i++) {
        status = join(&night, &rows[i], &ignored, why);
    }
    if (status == YK_OK) {
        status = join(&night, self, column, why);
    }
    mem_free(list);
    return status;
}

/* "15:00 to 14:00" is two cells exchanged, not a nap of 23 hours. */
static enum yk_status check_nap(const struct diary_span *nap, size_t *column,
                                struct failure *why)
{
    enum yk_status status = check_span(nap, NAP_START, column, why);
    if (status == YK_OK && nap->start_ns != TIME_UNKNOWN &&
        nap->end_ns - nap->start_ns > LONGEST_NAP_NS) {
        *column = NAP_START + 1;
        status = failure_set(why, YK_ERR_ARGUMENT,
                             "the nap would be longer than 12 hours: check its start and end");
    }
    return status;
}

static enum yk_status check(struct store *store, void *row, size_t *column, struct failure *why)
{
    const struct diary_row *self = row;
    bool is_blank = true;
    const int64_t times[] = {self->in_bed_ns,     self->lights_out_ns, self->wake_ns,
                             self->out_of_bed_ns, self->nap.start_ns,  self->off.start_ns};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        is_blank = is_blank && times[i] == TIME_UNKNOWN;
    }
    enum yk_status status = check_nap(&self->nap, column, why);
    if (status == YK_OK) {
        status = check_span(&self->off, OFF_START, column, why);
    }
    if (status == YK_OK && is_blank && isnan(self->rested) && self->note[0] == '\0') {
        *column = IN_BED;
        status = failure_set(why, YK_ERR_ARGUMENT, "the row says nothing about the night");
    }
    if (status == YK_OK) {
        status = check_date(self, column, why);
    }
    return status == YK_OK ? check_with_others(store, self, column, why) : status;
}

const struct record_kind record_kind_diary = {
    .word = "diary row",
    .command = "diary",
    .table = "diary_row",
    .order = "r.person, r.night_date",
    .bytes = sizeof(struct diary_row),
    .init = init,
    .columns = columns,
    .n_columns = sizeof columns / sizeof *columns,
    .check = check,
};

/* ---- nights ---- */

static enum yk_status add_row(struct diary *diary, const struct diary_row *row,
                              struct failure *why)
{
    size_t ignored = 0;
    struct diary_night *last = diary->n > 0 ? &diary->nights[diary->n - 1] : NULL;
    if (last == NULL || strcmp(last->person_id, row->person) != 0 ||
        civil_compare(last->night, row->night) != 0) {
        if (MEM_RESERVE(diary->nights, diary->n, diary->capacity) != 0) {
            return failure_set(why, YK_ERR_MEMORY, "no memory for the diary");
        }
        last = &diary->nights[diary->n++];
        diary_night_init(last);
        memcpy(last->person_id, row->person, sizeof last->person_id);
        last->night = row->night;
    }
    return join(last, row, &ignored, why);
}

enum yk_status diary_load(struct store *store, const char *person, struct diary *out,
                          struct failure *why)
{
    void *list = NULL;
    size_t n = 0;
    struct diary diary;
    diary_init(&diary);
    enum yk_status status = record_list(store, &record_kind_diary, person, &list, &n, why);
    const struct diary_row *rows = list;
    for (size_t i = 0; i < n && status == YK_OK; i++) {
        status = add_row(&diary, &rows[i], why);
    }
    mem_free(list);
    if (status != YK_OK) {
        diary_release(&diary);
        return status;
    }
    if (diary.n > 1) {
        qsort(diary.nights, diary.n, sizeof *diary.nights, diary_compare);
    }
    diary_release(out);
    *out = diary;
    return YK_OK;
}
