/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/fixture.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/base/mem.h"

enum { EPOCH_S = 60 };

static int64_t at(const struct zone *zone, struct civil_date evening, double hour)
{
    /* hour counts from the midnight before the evening; negative: unknown */
    if (hour < 0) {
        return TIME_UNKNOWN;
    }
    int day = (int)(hour / 24);
    return zone_instant_of_day(zone, civil_add_days(evening, day),
                               (int32_t)((hour - 24 * day) * 3600 + 0.5));
}

/* Movement by the clock, with a bump after getting up, at noon and in the evening; the same on
 * every run. */
static float movement(double hour, size_t k)
{
    double day = 20 + 25 * exp(-(hour - 8) * (hour - 8) / 2) +
                 18 * exp(-(hour - 12.5) * (hour - 12.5) / 3) +
                 30 * exp(-(hour - 18) * (hour - 18) / 4);
    double ripple = 0.6 + 0.4 * sin((double)(k % 97) * 0.7) + 0.3 * sin((double)(k % 31));
    return (float)(day * (ripple > 0.1 ? ripple : 0.1));
}

static void make_epochs(struct analysis *out, const struct zone *zone, int64_t start,
                        int64_t end)
{
    struct epoch_series *epochs = &out->epochs;
    epochs->t0_ns = start;
    epochs->epoch_s = EPOCH_S;
    size_t n = (size_t)((end - start) / (EPOCH_S * NS_PER_S));
    enum yk_status status = epoch_series_resize(epochs, n, NULL);
    assert(status == YK_OK);
    status = epoch_series_need(epochs, EPOCH_ENMO_MG, NULL);
    assert(status == YK_OK);
    (void)status;
    for (size_t k = 0; k < n; k++) {
        double hour = zone_civil(zone, epoch_start_ns(epochs, k)).second_of_day / 3600.0;
        epochs->column[EPOCH_ENMO_MG][k] = movement(hour, k);
    }
    out->info.start_ns = start;
    out->info.end_ns = end;
}

static void make_days(struct analysis *out, size_t n, size_t n_valid)
{
    out->days = mem_alloc(n, sizeof *out->days);
    assert(out->days != NULL);
    out->n_days = out->days_capacity = n;
    for (size_t i = 0; i < n; i++) {
        day_summary_init(&out->days[i]);
    }
    out->n_days_valid = n_valid;
}

static void mark(struct analysis *out, int64_t from, int64_t to, uint16_t bits)
{
    struct epoch_series *epochs = &out->epochs;
    for (size_t k = 0; k < epochs->n; k++) {
        int64_t ns = epoch_start_ns(epochs, k);
        if (ns >= from && ns < to) {
            epochs->state[k] = (uint16_t)(epochs->state[k] | bits);
            bool stirs = (bits & STATE_IN_SPT) != 0 && k % 83 < 3;
            epochs->column[EPOCH_ENMO_MG][k] = stirs ? 15.0f : 0.4f;
        }
    }
}

static void describe(struct analysis *out, const char *zone_name)
{
    struct recording_info *info = &out->info;
    snprintf(info->device_model, sizeof info->device_model, "AX3");
    snprintf(info->device_serial, sizeof info->device_serial, "12345");
    snprintf(info->zone, sizeof info->zone, "%s", zone_name);
    info->rate_hz = 100;
    info->range_g = 8;
    out->calibration.outcome = CALIBRATION_DONE;
    out->calibration.error_before_mg = 24.31;
    out->calibration.error_after_mg = 2.08;
    snprintf(out->made_by.program_version, sizeof out->made_by.program_version, "0.1.0");
    snprintf(out->made_by.recipe, sizeof out->made_by.recipe, "default");
    snprintf(out->rhythm.input, sizeof out->rhythm.input, "enmo");
    snprintf(out->rhythm.unit, sizeof out->rhythm.unit, "mg");
    out->rhythm.is = 0.6234;
    out->rhythm.iv = 0.8121;
    out->rhythm.ra = 0.8876;
    out->rhythm.sri = 74.2;
    out->rhythm.l5 = 1.93;
    out->rhythm.l5_h = 25.5;
    out->rhythm.m10 = 32.4;
    out->rhythm.m10_h = 9.1667;
}

static struct night *new_night(struct analysis *out, struct civil_date evening)
{
    int refused = MEM_RESERVE(out->nights, out->n_nights, out->nights_capacity);
    assert(refused == 0);
    (void)refused;
    struct night *night = &out->nights[out->n_nights++];
    night_init(night);
    night->evening = evening;
    return night;
}

struct row {
    double in_bed_h, onset_h, wake_h, out_h, tst_min, waso_min;
};

static void fill_night(struct analysis *out, const struct zone *zone, struct civil_date evening,
                       const struct row *row)
{
    struct night *night = new_night(out, evening);
    night->in_bed_ns = at(zone, evening, row->in_bed_h);
    night->onset_ns = at(zone, evening, row->onset_h);
    night->wake_ns = at(zone, evening, row->wake_h);
    night->out_of_bed_ns = at(zone, evening, row->out_h);
    night->tst_min = row->tst_min;
    night->waso_min = row->waso_min;
    night->spt_min = row->tst_min + row->waso_min;
    if (row->in_bed_h >= 0) {
        night->tib_min = (row->out_h - row->in_bed_h) * 60;
        night->efficiency_pct = 100 * row->tst_min / night->tib_min;
        night->rest_source = REST_DIARY;
    }
    night->nonwear_in_spt_pct = night->nonwear_stillness_in_spt_pct = 0;
    mark(out, night->onset_ns, night->wake_ns, STATE_IN_SPT | STATE_ASLEEP | STATE_IN_REST);
    out->n_nights_valid++;
}

#define HM(h, m) ((h) + (m) / 60.0)

void fixture_week(struct analysis *out, struct zone **zone)
{
    static const struct row rows[7] = {
        {HM(23, 20), HM(23, 50), HM(31, 5), HM(31, 20), 395, 40},
        {HM(23, 40), HM(24, 16), HM(32, 10), HM(32, 30), 430, 44},
        {HM(23, 10), HM(23, 35), HM(30, 55), HM(31, 10), 410, 30},
        {HM(24, 0), HM(24, 35), HM(31, 22), HM(31, 30), 365, 42},
        {HM(24, 50), HM(25, 20), HM(33, 6), HM(33, 30), 416, 50},
        {-1, -1, -1, -1, NAN, NAN},
        {HM(23, 30), HM(24, 5), HM(31, 10), HM(31, 20), 385, 40},
    };
    const struct civil_date first = {2026, 5, 11};
    analysis_init(out);
    enum yk_status status = zone_open("Asia/Tokyo", zone, NULL);
    assert(status == YK_OK);
    (void)status;
    make_epochs(out, *zone, at(*zone, first, 12), at(*zone, first, 7 * 24 + 12));
    describe(out, "Asia/Tokyo");
    for (int i = 0; i < 7; i++) {
        struct civil_date evening = civil_add_days(first, i);
        if (rows[i].onset_h < 0) {
            struct night *night = new_night(out, evening);
            night->exclude = EXCLUDE_NONWEAR;
            night->nonwear_in_spt_pct = 60;
            night->nonwear_stillness_in_spt_pct = 64;
            mark(out, at(*zone, evening, 25.5), at(*zone, evening, 30),
                 STATE_NONWEAR | STATE_NONWEAR_STILL);
        } else {
            fill_night(out, *zone, evening, &rows[i]);
        }
    }
    make_days(out, 8, 6);
}

void fixture_plain(struct analysis *out, struct zone **zone, const char *zone_name,
                   struct civil_date first, size_t n_nights)
{
    static const struct row row = {-1, HM(23, 30), HM(31, 0), -1, 420, 30};
    analysis_init(out);
    enum yk_status status = zone_open(zone_name, zone, NULL);
    assert(status == YK_OK);
    (void)status;
    double end = n_nights > 0 ? 24 * (double)n_nights + 12 : 17;
    make_epochs(out, *zone, at(*zone, first, 12), at(*zone, first, end));
    describe(out, zone_name);
    for (size_t i = 0; i < n_nights; i++) {
        fill_night(out, *zone, civil_add_days(first, (int64_t)i), &row);
    }
    make_days(out, n_nights + 1, n_nights);
}
