/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Makes the worked week.
 */
#include "tests/support/check.h"

#include "tests/support/worked_week.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/base/mem.h"

struct row { /* minutes after the midnight before the evening; 0: unknown */
    int in_bed, asleep, woke, out_of_bed, tst_min, waso_min;
};

#define AT(h, m) ((h)*60 + (m))

static const struct row rows[7] = {
    {AT(23, 20), AT(23, 50), AT(31, 5), AT(31, 20), 395, 40},
    {AT(23, 40), AT(24, 16), AT(32, 10), AT(32, 30), 430, 44},
    {AT(23, 10), AT(23, 35), AT(30, 55), AT(31, 10), 410, 30},
    {AT(24, 0), AT(24, 35), AT(31, 22), AT(31, 30), 365, 42},
    {AT(24, 50), AT(25, 20), AT(33, 6), AT(33, 30), 416, 50},
    {0, 0, 0, 0, 0, 0},
    {AT(23, 30), AT(24, 5), AT(31, 10), AT(31, 20), 385, 40},
};

static int64_t instant(const struct zone *zone, struct civil_date evening, int minute)
{
    if (minute == 0) {
        return TIME_UNKNOWN;
    }
    return zone_instant_of_day(zone, civil_add_days(evening, minute / 1440),
                               minute % 1440 * 60);
}

static void make_night(struct night *night, const struct zone *zone, struct civil_date evening,
                       const struct row *row)
{
    night_init(night);
    night->evening = evening;
    night->window_start_ns = zone_instant_of_day(zone, evening, 12 * 3600);
    night->window_end_ns = zone_instant_of_day(zone, civil_add_days(evening, 1), 12 * 3600);
    if (row->asleep == 0) {
        night->exclude = EXCLUDE_NONWEAR;
        night->invalid_pct = 60;
        return;
    }
    night->in_bed_ns = night->lights_out_ns = instant(zone, evening, row->in_bed);
    night->onset_ns = instant(zone, evening, row->asleep);
    night->wake_ns = instant(zone, evening, row->woke);
    night->out_of_bed_ns = instant(zone, evening, row->out_of_bed);
    night->rest_source = REST_DIARY;
    night->spt_min = row->woke - row->asleep;
    night->tst_min = row->tst_min;
    night->waso_min = row->waso_min;
    night->sol_min = row->asleep - row->in_bed;
    night->tib_min = row->out_of_bed - row->in_bed;
    night->efficiency_pct = 100 * night->tst_min / night->tib_min;
    night->maintenance_pct = 100 * night->tst_min / night->spt_min;
    night->confidence = 1;
}

static void add_recording(struct participant_record *record, struct civil_date first,
                          int later_min)
{
    assert_int_equal(
        MEM_RESERVE(record->recordings, record->n_recordings + 1, record->recordings_capacity),
        0);
    struct record_recording *r = &record->recordings[record->n_recordings++];
    *r = (struct record_recording){.clock_offset_issue_s = 0.2, .clock_offset_return_s = 3.4};
    struct analysis *a = &r->analysis;
    analysis_init(a);
    assert_int_equal(zone_open("Asia/Tokyo", &r->zone, NULL), YK_OK);
    a->nights = mem_alloc(7, sizeof *a->nights);
    a->days = mem_alloc(7, sizeof *a->days);
    assert_non_null(a->nights);
    assert_non_null(a->days);
    a->n_nights = a->nights_capacity = a->n_days = a->days_capacity = 7;
    for (size_t i = 0; i < 7; i++) {
        struct row row = rows[i];
        if (row.asleep != 0) {
            row.woke += later_min;
            row.out_of_bed += later_min;
        }
        struct civil_date evening = civil_add_days(first, (int64_t)i);
        make_night(&a->nights[i], r->zone, evening, &row);
        day_summary_init(&a->days[i]);
        a->days[i].date = civil_add_days(evening, 1);
        a->days[i].valid_h = i == 5 ? 19.5 : 24;
        a->days[i].enmo_mean_mg = 20 + (double)i;
    }
    a->n_nights_valid = 6;
    a->n_days_valid = 7;
    a->info.start_ns = a->nights[0].window_start_ns;
    a->info.end_ns = a->nights[6].window_end_ns;
    snprintf(a->recording_id, sizeof a->recording_id, "P-07_%04d%02d%02d", (int)first.year,
             first.month, first.day);
    snprintf(a->info.device_model, sizeof a->info.device_model, "AX3");
    snprintf(a->info.device_serial, sizeof a->info.device_serial, "39434");
    snprintf(a->rhythm.unit, sizeof a->rhythm.unit, "mg");
    snprintf(a->rhythm.input, sizeof a->rhythm.input, "enmo");
    snprintf(a->made_by.recipe, sizeof a->made_by.recipe, "default");
    snprintf(a->made_by.program_version, sizeof a->made_by.program_version, "0.1.0");
    a->rhythm.is = 0.52;
    a->rhythm.iv = 0.81;
    a->rhythm.sri = 74.6;
    a->rhythm.ra = 0.86;
    a->nonwear = mem_alloc(1, sizeof *a->nonwear);
    assert_non_null(a->nonwear);
    a->n_nonwear = a->nonwear_capacity = 1;
    /* Off from 1:30 to 6:00 in the sixth night. */
    a->nonwear[0].start_ns = instant(r->zone, a->nights[5].evening, AT(25, 30));
    a->nonwear[0].end_ns = instant(r->zone, a->nights[5].evening, AT(30, 0));
}

static void write_diary(struct participant_record *record)
{
    const struct analysis *a = &record->recordings[0].analysis;
    record->diary.nights = mem_alloc(7, sizeof *record->diary.nights);
    assert_non_null(record->diary.nights);
    record->diary.n = record->diary.capacity = 7;
    for (size_t i = 0; i < 7; i++) {
        struct diary_night *d = &record->diary.nights[i];
        diary_night_init(d);
        memcpy(d->person_id, record->code, sizeof d->person_id);
        d->night = a->nights[i].evening;
        d->in_bed_ns = d->lights_out_ns = a->nights[i].in_bed_ns;
        d->out_of_bed_ns = a->nights[i].out_of_bed_ns;
    }
}

void worked_week_open(struct participant_record *out)
{
    static const struct programme_step now = {.from = {2026, 5, 4},
                                              .stage = "導入期",
                                              .days = 0x1b,
                                              .start_min = AT(10, 0),
                                              .end_min = AT(15, 0),
                                              .commute_min = 50,
                                              .ready_min = 60};
    static const struct programme_step next = {.from = {2026, 6, 1},
                                               .stage = "応用期",
                                               .days = 0x1f,
                                               .start_min = AT(9, 0),
                                               .end_min = AT(16, 0),
                                               .commute_min = 50,
                                               .ready_min = 60};
    participant_record_init(out);
    snprintf(out->code, sizeof out->code, "P-07");
    assert_int_equal(zone_open("Asia/Tokyo", &out->zone, NULL), YK_OK);
    assert_int_equal(programme_put(&out->programme, &now, NULL), YK_OK);
    assert_int_equal(programme_put(&out->programme, &next, NULL), YK_OK);
    add_recording(out, (struct civil_date){2026, 5, 11}, 0);
    write_diary(out);
}

void worked_week_add_before(struct participant_record *record, int later_min)
{
    add_recording(record, (struct civil_date){2026, 4, 13}, later_min);
    struct record_recording moved = record->recordings[record->n_recordings - 1];
    memmove(&record->recordings[1], &record->recordings[0],
            (record->n_recordings - 1) * sizeof moved);
    record->recordings[0] = moved;
}

void worked_week_add_after(struct participant_record *record, size_t weeks)
{
    for (size_t w = 1; w <= weeks; w++) {
        struct civil_date first = {2026, 5, 11};
        add_recording(record, civil_add_days(first, (int64_t)w * 7), 0);
    }
}

void worked_week_add_epochs(struct participant_record *record)
{
    struct analysis *a = &record->recordings[record->n_recordings - 1].analysis;
    uint32_t n = (uint32_t)((a->info.end_ns - a->info.start_ns) / (int64_t)(60 * NS_PER_S));
    a->epochs.t0_ns = a->info.start_ns;
    a->epochs.epoch_s = 60;
    assert_int_equal(epoch_series_need(&a->epochs, EPOCH_ENMO_MG, NULL), YK_OK);
    assert_int_equal(epoch_series_resize(&a->epochs, n, NULL), YK_OK);
    for (uint32_t k = 0; k < n; k++) {
        int64_t at = a->epochs.t0_ns + (int64_t)k * 60 * NS_PER_S;
        size_t i = (size_t)((at - a->info.start_ns) / (24 * NS_PER_H));
        const struct night *night = &a->nights[i < 7 ? i : 6];
        bool is_off = at >= a->nonwear[0].start_ns && at < a->nonwear[0].end_ns;
        bool is_asleep = night->exclude == 0 && at >= night->onset_ns && at < night->wake_ns;
        double wave = 30 + 20 * sin((double)k / 37.0) + 15 * sin((double)k / 7.3);
        a->epochs.column[EPOCH_ENMO_MG][k] =
            is_off ? NAN : (float)(is_asleep ? (k % 97 == 0 ? 6 : 0.5) : wave);
        a->epochs.state[k] = (uint16_t)(is_off      ? STATE_NONWEAR
                                        : is_asleep ? STATE_ASLEEP | STATE_IN_SPT
                                                    : 0);
    }
}
