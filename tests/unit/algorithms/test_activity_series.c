/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <string.h>

#include "algorithms/activity_series.h"
#include "algorithms/bouts.h"
#include "algorithms/intensity_gradient.h"

static void make(struct epoch_series *e, const struct zone *zone, const char *start,
                 int32_t epoch_s, size_t n, enum epoch_column column)
{
    epoch_series_init(e);
    e->epoch_s = epoch_s;
    assert_int_equal(epoch_series_need(e, column, NULL), YK_OK);
    assert_int_equal(epoch_series_resize(e, n, NULL), YK_OK);
    assert_true(zone_parse_iso(zone, start, &e->t0_ns));
    for (size_t k = 0; k < n; k++) {
        e->column[column][k] = (float)k;
    }
}

static void minutes_lie_on_the_clock_and_need_half_their_epochs(void **state)
{
    (void)state;
    struct zone *utc = NULL;
    struct epoch_series e;
    struct activity_series a;
    assert_int_equal(zone_open("UTC", &utc, NULL), YK_OK);
    make(&e, utc, "2024-06-01T10:00:40", 10, 17, EPOCH_ENMO_MG);
    for (size_t k = 8; k < 12; k++) {
        e.state[k] = STATE_NONWEAR;
    }
    activity_series_init(&a);
    assert_int_equal(activity_series_make(&a, &e, RHYTHM_auto, NULL), YK_OK);
    assert_int_equal(a.n, 4);
    assert_int_equal(a.t0_ns % NS_PER_MIN, 0);
    assert_true(isnan(a.x[0])); /* two of six epochs */
    assert_close(a.x[1], (2 + 3 + 4 + 5 + 6 + 7) / 6.0, 1e-9);
    assert_true(isnan(a.x[2]));     /* only 12 and 13 are valid */
    assert_close(a.x[3], 15, 1e-9); /* the last three: exactly half */
    assert_false(a.is_counts);
    activity_series_release(&a);
    epoch_series_release(&e);
    zone_close(utc);
}

static void counts_become_counts_per_minute(void **state)
{
    (void)state;
    struct zone *utc = NULL;
    struct epoch_series e;
    struct activity_series a;
    assert_int_equal(zone_open("UTC", &utc, NULL), YK_OK);
    make(&e, utc, "2024-06-01T10:00", 120, 3, EPOCH_COUNTS_Y);
    activity_series_init(&a);
    assert_int_equal(activity_series_make(&a, &e, RHYTHM_auto, NULL), YK_OK);
    assert_int_equal(a.n, 3);
    assert_int_equal(a.step_s, 120);
    assert_true(a.is_counts);
    assert_close(a.x[2], 1, 1e-9);
    assert_int_equal(epoch_series_need(&e, EPOCH_COUNTS_X, NULL), YK_OK);
    assert_int_equal(epoch_series_need(&e, EPOCH_COUNTS_Z, NULL), YK_OK);
    e.column[EPOCH_COUNTS_X][2] = 2;
    e.column[EPOCH_COUNTS_Z][2] = 1;
    assert_close(activity_counts_at(&e, 2), 3, 1e-9); /* the vector magnitude of 2 2 1 */
    assert_true(isnan(activity_counts_at(&e, 1)));
    activity_series_release(&a);
    epoch_series_release(&e);
    zone_close(utc);
}

static void the_wall_clock_has_a_hole_in_spring_and_a_mean_in_autumn(void **state)
{
    (void)state;
    struct zone *london = NULL;
    struct epoch_series e;
    struct activity_series a, wall;
    assert_int_equal(zone_open("Europe/London", &london, NULL), YK_OK);
    activity_series_init(&a);
    activity_series_init(&wall);
    make(&e, london, "2024-03-31T00:30", 1800, 6, EPOCH_COUNTS);
    assert_int_equal(activity_series_make(&a, &e, RHYTHM_auto, NULL), YK_OK);
    assert_int_equal(activity_series_on_wall_clock(&a, london, &wall, NULL), YK_OK);
    /* 0:30, then 2:00 2:30 3:00 3:30 4:00 */
    assert_int_equal(wall.n, 9);
    assert_int_equal(floor_mod(wall.t0_ns, 24 * NS_PER_H), 0);
    static const double spring[] = {NAN, 0, NAN, NAN, 1, 2, 3, 4, 5};
    for (size_t i = 0; i < 9; i++) {
        assert_close(wall.x[i], spring[i] / 30, 1e-9);
    }
    epoch_series_release(&e);
    make(&e, london, "2024-10-27T00:30", 1800, 6, EPOCH_COUNTS);
    assert_int_equal(activity_series_make(&a, &e, RHYTHM_auto, NULL), YK_OK);
    assert_int_equal(activity_series_on_wall_clock(&a, london, &wall, NULL), YK_OK);
    /* 0:30, 1:00 1:30, again 1:00 1:30, 2:00 */
    assert_int_equal(wall.n, 5);
    static const double autumn[] = {NAN, 0, 2, 3, 5};
    for (size_t i = 0; i < 5; i++) {
        assert_close(wall.x[i], autumn[i] / 30, 1e-9);
    }
    activity_series_release(&wall);
    activity_series_release(&a);
    epoch_series_release(&e);
    zone_close(london);
}

static void without_activity_there_is_no_series(void **state)
{
    (void)state;
    struct zone *utc = NULL;
    struct epoch_series e;
    struct activity_series a;
    assert_int_equal(zone_open("UTC", &utc, NULL), YK_OK);
    make(&e, utc, "2024-06-01T10:00", 60, 3, EPOCH_LIGHT);
    activity_series_init(&a);
    assert_int_equal(activity_series_make(&a, &e, RHYTHM_auto, NULL), YK_OK);
    assert_int_equal(a.n, 0);
    epoch_series_release(&e);
    zone_close(utc);
}

/* Epochs of 5 s: '1' and '0' as they are written. */
static double minutes_of(const char *text, double bout_min)
{
    uint8_t x[2048] = {0};
    size_t n = strlen(text);
    for (size_t i = 0; i < n; i++) {
        x[i] = text[i] == '1';
    }
    double minutes = -1;
    assert_int_equal(bouts_minutes(x, n, 5, bout_min, 0.8, &minutes, NULL), YK_OK);
    return minutes;
}

static void bouts_begin_and_end_above_the_threshold(void **state)
{
    (void)state;
    assert_close(minutes_of("000011111111110000", 1), 10 * 5 / 60.0, 1e-9);
    assert_close(minutes_of("0000111111111111000011111111111100", 1), 2, 1e-9);
    assert_close(minutes_of("00001111111110000", 1), 0, 1e-9); /* 9 of 12 is not 80 % */
    assert_close(minutes_of("1111", 1), 0, 0);                 /* shorter than a bout */
    assert_close(minutes_of("", 1), 0, 0);
}

static void windows_that_overlap_count_their_epochs_once(void **state)
{
    (void)state;
    /* two stretches a little apart: no epoch can count twice */
    char text[256] = "";
    strcat(text, "111111111100111100111111111111");
    assert_true(minutes_of(text, 1) <= 30 * 5 / 60.0);
}

static void a_break_of_more_than_a_minute_ends_a_bout(void **state)
{
    (void)state;
    char text[512] = "", with_break[512] = "";
    for (int i = 0; i < 120; i++) {
        strcat(text, i >= 60 && i < 72 ? "0" : "1");       /* a break of one minute */
        strcat(with_break, i >= 60 && i < 73 ? "0" : "1"); /* five seconds longer */
    }
    assert_close(minutes_of(text, 10), 10, 1e-9);
    assert_close(minutes_of(with_break, 10), 0, 1e-9);
}

static void the_intensity_gradient_of_a_power_law_is_its_exponent(void **state)
{
    (void)state;
    double minutes[INTENSITY_BINS] = {0};
    for (int b = 0; b < 60; b++) {
        minutes[b] = exp(9 - 2.5 * log((b + 0.5) * 25));
    }
    struct intensity_gradient g = intensity_gradient_of(minutes);
    assert_close(g.gradient, -2.5, 1e-9);
    assert_close(g.intercept, 9, 1e-8);
    assert_close(g.r2, 1, 1e-12);
    struct zone *utc = NULL;
    struct epoch_series e;
    assert_int_equal(zone_open("UTC", &utc, NULL), YK_OK);
    make(&e, utc, "2024-06-01T10:00", 30, 5, EPOCH_ENMO_MG);
    static const float mg[] = {0, 24.9f, 25, 4000, 9000};
    memcpy(e.column[EPOCH_ENMO_MG], mg, sizeof mg);
    intensity_bins(&e, minutes);
    assert_close(minutes[0], 1, 0);
    assert_close(minutes[1], 0.5, 0);
    assert_close(minutes[160], 0.5, 0);
    epoch_series_release(&e);
    zone_close(utc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(minutes_lie_on_the_clock_and_need_half_their_epochs),
        cmocka_unit_test(counts_become_counts_per_minute),
        cmocka_unit_test(the_wall_clock_has_a_hole_in_spring_and_a_mean_in_autumn),
        cmocka_unit_test(without_activity_there_is_no_series),
        cmocka_unit_test(bouts_begin_and_end_above_the_threshold),
        cmocka_unit_test(windows_that_overlap_count_their_epochs_once),
        cmocka_unit_test(a_break_of_more_than_a_minute_ends_a_bout),
        cmocka_unit_test(the_intensity_gradient_of_a_power_law_is_its_exponent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
