/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>

#include "src/report/actogram.h"
#include "tests/support/alloc.h"
#include "tests/support/fixture.h"

static const struct civil_date whole = {0};

static size_t count(const struct actogram_row *row, size_t n_bins, enum actogram_kind kind)
{
    size_t n = 0;
    for (size_t b = 0; b < n_bins; b++) {
        n += row->kind[b] == kind;
    }
    return n;
}

static void rows_run_from_noon_to_noon(void **state)
{
    (void)state;
    struct analysis week;
    struct zone *zone;
    struct actogram actogram;
    fixture_week(&week, &zone);
    assert_int_equal(actogram_make(&week, zone, whole, whole, 72, &actogram, NULL), YK_OK);
    assert_int_equal(actogram.n_rows, 7);
    assert_int_equal(actogram.rows[0].evening.day, 11);
    /* 23:50 is 35.5 bins of 20 minutes after noon, 7:05 is 57.25 */
    assert_int_equal(actogram.rows[0].onset_bin, 35);
    assert_int_equal(actogram.rows[0].wake_bin, 57);
    assert_int_equal(count(&actogram.rows[0], 72, ACTOGRAM_ASLEEP), 22);
    assert_int_equal(count(&actogram.rows[0], 72, ACTOGRAM_UNKNOWN), 0);
    /* off from 1:30 to 6:00: the bin from 1:20 is half off */
    assert_int_equal(count(&actogram.rows[5], 72, ACTOGRAM_NONWEAR), 14);
    assert_int_equal(actogram.rows[5].onset_bin, -1);
    assert_true(isnan((double)actogram.rows[5].movement[41]));
    assert_string_equal(actogram.unit, "mg");
    actogram_release(&actogram);
    analysis_release(&week);
    zone_close(zone);
}

static void scale_is_that_of_the_whole_recording_whatever_is_looked_at(void **state)
{
    (void)state;
    struct analysis week;
    struct zone *zone;
    struct actogram all, part;
    fixture_week(&week, &zone);
    const struct civil_date from = {2026, 5, 13}, to = {2026, 5, 14};
    assert_int_equal(actogram_make(&week, zone, whole, whole, 96, &all, NULL), YK_OK);
    assert_int_equal(actogram_make(&week, zone, from, to, 96, &part, NULL), YK_OK);
    assert_int_equal(part.n_rows, 2);
    assert_int_equal(part.rows[0].evening.day, 13);
    assert_close(part.scale, all.scale, 0);
    assert_close((double)part.rows[1].movement[5], (double)all.rows[3].movement[5], 0);
    assert_int_equal(part.rows[0].onset_bin, all.rows[2].onset_bin);
    actogram_release(&all);
    actogram_release(&part);
    analysis_release(&week);
    zone_close(zone);
}

static void scale_is_the_98th_percentile_of_waking_bins(void **state)
{
    (void)state;
    struct analysis day;
    struct zone *zone;
    struct actogram actogram;
    fixture_plain(&day, &zone, "UTC", (struct civil_date){2026, 5, 11}, 1);
    /* 24 hourly bins: 7.5 asleep; the waking ones get 1, 2, 3 ... */
    for (size_t k = 0; k < day.epochs.n; k++) {
        day.epochs.state[k] = k / 60 < 4 ? STATE_IN_SPT : 0;
        day.epochs.column[EPOCH_ENMO_MG][k] = k / 60 < 4 ? 1000.0f : (float)(k / 60) - 3;
    }
    assert_int_equal(actogram_make(&day, zone, whole, whole, 24, &actogram, NULL), YK_OK);
    assert_close(actogram.scale, 1 + 0.98 * 19, 1e-5);
    actogram_release(&actogram);
    analysis_release(&day);
    zone_close(zone);
}

/* Berlin: on 2026-03-29 the hour from 2 does not exist, on 2026-10-25 it exists twice. */
static void wall_clock_rules_days_of_23_and_25_hours(void **state)
{
    (void)state;
    static const struct {
        struct civil_date noon;
        size_t unknown, epochs;
    } days[] = {{{2026, 3, 28}, 1, 23 * 60}, {{2026, 10, 24}, 0, 25 * 60}};
    for (size_t i = 0; i < 2; i++) {
        struct analysis day;
        struct zone *zone;
        struct actogram actogram;
        fixture_plain(&day, &zone, "Europe/Berlin", days[i].noon, 1);
        assert_int_equal(day.epochs.n, days[i].epochs);
        assert_int_equal(actogram_make(&day, zone, whole, whole, 24, &actogram, NULL), YK_OK);
        assert_int_equal(actogram.n_rows, 1);
        assert_int_equal(count(&actogram.rows[0], 24, ACTOGRAM_UNKNOWN), days[i].unknown);
        assert_int_equal(actogram.rows[0].onset_bin, 11); /* 23:30 */
        assert_int_equal(actogram.rows[0].wake_bin, 19);  /* 7:00, not 6:00 or 8:00 */
        actogram_release(&actogram);
        analysis_release(&day);
        zone_close(zone);
    }
}

static void nothing_recorded_gives_no_rows(void **state)
{
    (void)state;
    struct analysis empty;
    struct zone *zone;
    struct actogram actogram;
    analysis_init(&empty);
    assert_int_equal(zone_open("UTC", &zone, NULL), YK_OK);
    assert_int_equal(actogram_make(&empty, zone, whole, whole, 72, &actogram, NULL), YK_OK);
    assert_int_equal(actogram.n_rows, 0);
    assert_true(isnan(actogram.scale));
    assert_int_equal(actogram_make(&empty, zone, whole, whole, 7, &actogram, NULL),
                     YK_ERR_ARGUMENT);
    actogram_release(&actogram);
    analysis_release(&empty);
    zone_close(zone);
}

static void refused_memory_is_said_and_nothing_leaks(void **state)
{
    (void)state;
    struct analysis week;
    struct zone *zone;
    fixture_week(&week, &zone);
    for (uint64_t k = 1;; k++) {
        struct actogram actogram;
        alloc_fail_at(k);
        enum yk_status status = actogram_make(&week, zone, whole, whole, 72, &actogram, NULL);
        bool refused = alloc_end(status, YK_OK);
        if (!refused) {
            actogram_release(&actogram);
            break;
        }
    }
    analysis_release(&week);
    zone_close(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_run_from_noon_to_noon),
        cmocka_unit_test(scale_is_that_of_the_whole_recording_whatever_is_looked_at),
        cmocka_unit_test(scale_is_the_98th_percentile_of_waking_bins),
        cmocka_unit_test(wall_clock_rules_days_of_23_and_25_hours),
        cmocka_unit_test(nothing_recorded_gives_no_rows),
        cmocka_unit_test(refused_memory_is_said_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
