/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"
#include "tests/support/alloc.h"

#include <math.h>
#include "src/base/mem.h"

#include "algorithms/rhythm_days.h"

/* `days` days from a local midnight: value() of the clock hour, every epoch_s. */
static void invent(struct analysis *a, struct zone **zone, const char *start, int days,
                   int32_t epoch_s, enum epoch_column column, double (*value)(double clock_h))
{
    analysis_init(a);
    assert_int_equal(parameters_of_recipe(RECIPE_DEFAULT, &a->made_by.parameters, NULL), YK_OK);
    assert_int_equal(zone_open("Europe/London", zone, NULL), YK_OK);
    a->epochs.epoch_s = epoch_s;
    assert_int_equal(epoch_series_need(&a->epochs, column, NULL), YK_OK);
    assert_int_equal(
        epoch_series_resize(&a->epochs, (size_t)days * 86400 / (size_t)epoch_s, NULL), YK_OK);
    assert_true(zone_parse_iso(*zone, start, &a->epochs.t0_ns));
    for (size_t k = 0; k < a->epochs.n; k++) {
        struct civil_time t = zone_civil(*zone, epoch_start_ns(&a->epochs, k));
        a->epochs.column[column][k] = (float)value(t.second_of_day / 3600.0);
    }
}

static double day_and_night(double h)
{
    return h >= 7 && h < 23 ? 30 : 2;
}

static double cosine(double h)
{
    return 50 + 20 * cos(2 * M_PI * (h - 15) / 24);
}

static void add_night(struct analysis *a, const struct zone *zone, struct civil_date evening,
                      double onset_h, double wake_h)
{
    assert_int_equal(MEM_RESERVE(a->nights, a->n_nights, a->nights_capacity), 0);
    struct night *night = &a->nights[a->n_nights++];
    night_init(night);
    night->evening = evening;
    int64_t midnight = zone_instant_of_day(zone, evening, 0);
    night->onset_ns = midnight + (int64_t)(onset_h * 3600) * NS_PER_S;
    night->wake_ns = midnight + (int64_t)(wake_h * 3600) * NS_PER_S;
    night->spt_min = (wake_h - onset_h) * 60;
    night->tst_min = night->spt_min - 30;
    night->waso_min = 30;
    for (size_t k = 0; k < a->epochs.n; k++) {
        int64_t ns = epoch_start_ns(&a->epochs, k);
        if (ns >= night->onset_ns && ns < night->wake_ns) {
            a->epochs.state[k] |= STATE_ASLEEP | STATE_IN_SPT;
        }
    }
}

static void regular_days_have_the_numbers_they_were_made_of(void **state)
{
    (void)state;
    struct analysis a;
    struct zone *zone = NULL;
    invent(&a, &zone, "2024-06-03T00:00", 7, 5, EPOCH_ENMO_MG, day_and_night);
    assert_int_equal(rhythm_summarize(&a, zone, NULL, NULL), YK_OK);
    const struct rhythm_summary *r = &a.rhythm;
    assert_string_equal(r->input, "enmo");
    assert_string_equal(r->unit, "mg");
    assert_close(r->is, 1, 1e-9);
    assert_close(r->l5, 2, 1e-9);
    assert_close(r->l5_h, 0, 1e-9); /* all starts from 23:00 to 2:00 are equal: the first */
    assert_close(r->m10, 30, 1e-9);
    assert_close(r->m10_h, 7, 1e-9);
    assert_close(r->ra, 28.0 / 32, 1e-9);
    assert_close(r->activity_mean, (16 * 30 + 8 * 2) / 24.0, 1e-9);
    assert_close(r->acrophase_h, 15 - 0.5 / 60, 1e-9); /* of the minutes' starts */
    assert_close(r->periodogram_period_h, 24, 0.1);    /* 7 days: harmonics leak */
    assert_close(r->chi2_period_h, 24, 1e-9);
    assert_close(r->is_rest, NAN, 0); /* everything is below 40 mg: rest never changes */
    assert_true(r->ext_r2 > r->log_r2);
    assert_true(isnan(r->sri)); /* nobody slept */
    assert_true(isnan(r->social_jetlag_h));
    analysis_release(&a);
    zone_close(zone);
}

static void a_cosine_is_found_on_the_wall_clock_over_a_clock_change(void **state)
{
    (void)state;
    struct analysis a;
    struct zone *zone = NULL;
    invent(&a, &zone, "2024-03-28T00:00", 7, 60, EPOCH_ENMO_MG, cosine);
    assert_int_equal(rhythm_summarize(&a, zone, NULL, NULL), YK_OK);
    assert_close(a.rhythm.mesor, 50, 1e-3);
    assert_close(a.rhythm.amplitude, 20, 1e-3);
    assert_close(a.rhythm.acrophase_h, 15, 1e-4);
    assert_close(a.rhythm.is, 1, 0.005); /* an hour is missing: its days weigh less */
    assert_true(a.rhythm.cosinor_p_value < 1e-6);
    analysis_release(&a);
    zone_close(zone);
}

static void counts_are_per_minute_whatever_the_epoch(void **state)
{
    (void)state;
    struct analysis a;
    struct zone *zone = NULL;
    invent(&a, &zone, "2024-06-03T00:00", 4, 15, EPOCH_COUNTS, day_and_night);
    assert_int_equal(rhythm_summarize(&a, zone, NULL, NULL), YK_OK);
    assert_string_equal(a.rhythm.input, "counts");
    assert_string_equal(a.rhythm.unit, "counts/min");
    assert_close(a.rhythm.m10, 120, 1e-9);
    assert_close(a.rhythm.activity_sum, 4 * 5760 * (16 * 30 + 8 * 2) / 24.0, 1e-6);
    assert_close(a.rhythm.log_mesor, (16 * log(121) + 8 * log(9)) / 24, 1e-6);
    assert_close(a.rhythm.ext_min, log(9), 0.05);
    assert_close(a.rhythm.adat, 1440 * (16 * 120 + 8 * 8) / 24.0, 1e-6);
    assert_close(a.rhythm.m10_day, 120, 1e-9);
    assert_close(a.rhythm.cfi, (a.rhythm.is + (2 - a.rhythm.iv) / 2 + a.rhythm.ra) / 3, 1e-12);
    assert_true(isnan(a.rhythm.intensity_gradient));
    analysis_release(&a);
    zone_close(zone);
}

/* Five hours within three days: no model of a day. */
static void hours_between_gaps_have_no_rhythm(void **state)
{
    (void)state;
    static const enum epoch_column input[] = {EPOCH_COUNTS, EPOCH_ENMO_MG};
    for (int c = 0; c < 2; c++) {
        struct analysis a;
        struct zone *zone = NULL;
        invent(&a, &zone, "2024-06-03T00:00", 3, 60, input[c], day_and_night);
        for (size_t k = 100; k < a.epochs.n - 200; k++) {
            a.epochs.column[input[c]][k] = NAN;
        }
        assert_int_equal(rhythm_summarize(&a, zone, NULL, NULL), YK_OK);
        const double none[] = {a.rhythm.mesor,   a.rhythm.is,      a.rhythm.log_mesor,
                               a.rhythm.ext_min, a.rhythm.is_rest, a.rhythm.phi};
        for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
            assert_true(isnan(none[i]));
        }
        analysis_release(&a);
        zone_close(zone);
    }
}

static void nights_belong_to_the_weekday_of_their_morning(void **state)
{
    (void)state;
    struct analysis a;
    struct zone *zone = NULL;
    invent(&a, &zone, "2024-06-03T00:00", 8, 60, EPOCH_ENMO_MG, day_and_night);
    /* Monday to Thursday evening: 23 to 7; Friday and Saturday evening: 1 to 10 */
    for (int i = 0; i < 6; i++) {
        struct civil_date evening = {2024, 6, (int8_t)(3 + i)};
        add_night(&a, zone, evening, i < 4 ? 23 : 25, i < 4 ? 31 : 34);
    }
    a.nights[1].exclude = EXCLUDE_NONWEAR; /* one Tuesday is not counted */
    assert_int_equal(rhythm_summarize(&a, zone, NULL, NULL), YK_OK);
    assert_int_equal(a.n_nights_valid, 5);
    const struct night_means *m = a.night_means;
    assert_int_equal(m[NIGHTS_ALL].onset_h.n, 5);
    assert_int_equal(m[NIGHTS_WEEKDAY].onset_h.n, 3);
    assert_int_equal(m[NIGHTS_WEEKEND].onset_h.n, 2);
    assert_close(m[NIGHTS_WEEKDAY].onset_h.mean, 23, 1e-9);
    assert_close(m[NIGHTS_WEEKDAY].onset_h.sd, 0, 1e-9);
    assert_close(m[NIGHTS_WEEKEND].wake_h.mean, 34, 1e-9);
    assert_close(m[NIGHTS_ALL].midsleep_h.mean, (3 * 27 + 2 * 29.5) / 5, 1e-9);
    assert_close(m[NIGHTS_ALL].spt_min.sd, sqrt((3 * 24.0 * 24 + 2 * 36 * 36) / 4), 1e-9);
    assert_close(m[NIGHTS_ALL].tst_min.mean, (3 * 450 + 2 * 510) / 5.0, 1e-9);
    assert_close(a.rhythm.social_jetlag_h, 2.5, 1e-9);
    analysis_release(&a);
    zone_close(zone);
}

static void regular_sleep_has_an_sri_of_100_and_pairs_per_night(void **state)
{
    (void)state;
    struct analysis a;
    struct zone *zone = NULL;
    invent(&a, &zone, "2024-06-03T00:00", 8, 60, EPOCH_ENMO_MG, day_and_night);
    assert_int_equal(epoch_series_need(&a.epochs, EPOCH_ANGLE_Z_DEG, NULL), YK_OK);
    for (int i = 0; i < 7; i++) {
        struct civil_date evening = {2024, 6, (int8_t)(3 + i)};
        add_night(&a, zone, evening, 23, 31);
    }
    assert_int_equal(rhythm_summarize(&a, zone, NULL, NULL), YK_OK);
    /* all pairs agree but those of the first, sleepless night and of the last one's evening */
    assert_close(a.rhythm.sri, -100 + 200 * (1 - 8.0 / (7 * 24)), 1e-9);
    assert_close(a.nights[1].sri_pair, 100, 1e-9);
    assert_close(a.nights[0].sri_pair, -100 + 200 * 17.0 / 24, 1e-9);
    analysis_release(&a);
    zone_close(zone);
}

/* Nonwear from noon of 6 June, for so many hours. */
static void take_off(struct analysis *a, const struct zone *zone, int32_t hours)
{
    int64_t from = zone_instant_of_day(zone, (struct civil_date){2024, 6, 6}, 12 * 3600);
    for (size_t k = 0; k < a->epochs.n; k++) {
        int64_t ns = epoch_start_ns(&a->epochs, k);
        bool is_off = ns >= from && ns < from + hours * NS_PER_H;
        a->epochs.state[k] |= is_off ? STATE_NONWEAR : 0;
    }
}

/* The first and the last half day alone know of a sleepless night and evening (above). */
static void days_of_which_too_much_is_unknown_can_be_left_out_of_the_sri(void **state)
{
    (void)state;
    struct analysis a;
    struct zone *zone = NULL;
    invent(&a, &zone, "2024-06-03T00:00", 8, 60, EPOCH_ENMO_MG, day_and_night);
    assert_int_equal(epoch_series_need(&a.epochs, EPOCH_ANGLE_Z_DEG, NULL), YK_OK);
    for (int i = 0; i < 7; i++) {
        add_night(&a, zone, (struct civil_date){2024, 6, (int8_t)(3 + i)}, 23, 31);
    }
    take_off(&a, zone, 6);
    assert_int_equal(rhythm_summarize(&a, zone, NULL, NULL), YK_OK);
    assert_true(a.rhythm.sri < 99);
    assert_int_equal(parameters_set(&a.made_by.parameters, "sri_unknown_h=6", NULL), YK_OK);
    assert_int_equal(rhythm_summarize(&a, zone, NULL, NULL), YK_OK);
    assert_close(a.rhythm.sri, 100, 0);
    take_off(&a, zone, 7); /* of the seven whole days six are left, and four pairs of them */
    assert_int_equal(rhythm_summarize(&a, zone, NULL, NULL), YK_OK);
    assert_true(isnan(a.rhythm.sri));
    assert_int_equal(parameters_set(&a.made_by.parameters, "sri_min_days=4", NULL), YK_OK);
    assert_int_equal(rhythm_summarize(&a, zone, NULL, NULL), YK_OK);
    assert_close(a.rhythm.sri, 100, 0);
    analysis_release(&a);
    zone_close(zone);
}

/* 12 hours before 11:30 it was 00:30 of the same day. */
static void the_day_before_noon_is_left_out_where_clocks_were_set_back_too(void **state)
{
    (void)state;
    struct analysis a;
    struct zone *zone = NULL;
    invent(&a, &zone, "2024-10-27T11:30", 5, 60, EPOCH_ENMO_MG, day_and_night);
    assert_int_equal(epoch_series_need(&a.epochs, EPOCH_ANGLE_Z_DEG, NULL), YK_OK);
    for (int i = 0; i < 5; i++) {
        double onset_h = i == 0 ? 24 : 23; /* hours since midnight: 23:00 */
        add_night(&a, zone, civil_add_days((struct civil_date){2024, 10, 27}, i), onset_h,
                  onset_h + 8);
    }
    for (size_t k = 0; k < 30; k++) {
        a.epochs.state[k] |= STATE_ASLEEP;
    }
    assert_int_equal(parameters_set(&a.made_by.parameters, "sri_unknown_h=6", NULL), YK_OK);
    assert_int_equal(parameters_set(&a.made_by.parameters, "sri_min_days=3", NULL), YK_OK);
    assert_int_equal(rhythm_summarize(&a, zone, NULL, NULL), YK_OK);
    assert_close(a.rhythm.sri, 100, 0);
    analysis_release(&a);
    zone_close(zone);
}

static void too_little_gives_nothing_instead_of_something(void **state)
{
    (void)state;
    struct analysis a;
    struct zone *zone = NULL;
    invent(&a, &zone, "2024-06-03T00:00", 1, 60, EPOCH_ENMO_MG, day_and_night);
    assert_int_equal(rhythm_summarize(&a, zone, NULL, NULL), YK_OK);
    assert_true(isnan(a.rhythm.is));
    assert_true(isnan(a.rhythm.periodogram_period_h));
    assert_close(a.rhythm.m10, 30, 1e-9);
    analysis_release(&a);
    zone_close(zone);
    analysis_init(&a);
    assert_int_equal(zone_open("UTC", &zone, NULL), YK_OK);
    assert_int_equal(rhythm_summarize(&a, zone, NULL, NULL), YK_OK);
    assert_true(isnan(a.rhythm.m10));
    assert_int_equal(a.night_means[NIGHTS_ALL].onset_h.n, 0);
    analysis_release(&a);
    zone_close(zone);
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    for (uint64_t k = 1;; k++) {
        struct analysis a;
        struct zone *zone = NULL;
        invent(&a, &zone, "2024-06-03T00:00", 3, 300, EPOCH_COUNTS, day_and_night);
        assert_int_equal(epoch_series_need(&a.epochs, EPOCH_ENMO_MG, NULL), YK_OK);
        for (size_t i = 0; i < a.epochs.n; i++) {
            a.epochs.column[EPOCH_ENMO_MG][i] = (float)(i % 17);
        }
        add_night(&a, zone, (struct civil_date){2024, 6, 3}, 23, 31);
        alloc_fail_at(k);
        enum yk_status status = rhythm_summarize(&a, zone, NULL, NULL);
        bool refused = alloc_end(status, YK_OK);
        analysis_release(&a);
        zone_close(zone);
        if (!refused) {
            break;
        }
    }
}

/* Whatever the epoch, the length and the recipe: numbers or nothing, never a failure. */
static void odd_epochs_and_lengths_do_no_harm(void **state)
{
    (void)state;
    static const int32_t epoch[] = {1, 2, 7, 25, 60, 90, 120, 300, 3600, 7200, 86400};
    static const char *const recipe[] = {RECIPE_DEFAULT, RECIPE_GGIR};
    for (size_t i = 0; i < 4 * (sizeof epoch / sizeof *epoch); i++) {
        int32_t epoch_s = epoch[i / 4];
        struct analysis a;
        struct zone *zone = NULL;
        int days = epoch_s < 25 ? 1 : epoch_s > 3600 ? 12 : 4;
        invent(&a, &zone, "2024-03-29T10:07", days, epoch_s,
               i % 2 == 0 ? EPOCH_ENMO_MG : EPOCH_COUNTS_Y, day_and_night);
        assert_int_equal(parameters_of_recipe(recipe[i / 2 % 2], &a.made_by.parameters, NULL),
                         YK_OK);
        struct failure why = {0};
        size_t n = a.epochs.n;
        for (int part = 0; part < 3; part++) { /* all of it, then three epochs, then one */
            a.epochs.n = part == 0 ? n : part == 1 ? 3 : 1;
            if (days_summarize(&a, zone, NULL, &why) != YK_OK ||
                rhythm_summarize(&a, zone, NULL, &why) != YK_OK) {
                fail_msg("%d s, %zu epochs: %s", epoch_s, a.epochs.n, why.text);
            }
            assert_true(a.n_days > 0);
        }
        a.epochs.n = n;
        analysis_release(&a);
        zone_close(zone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(regular_days_have_the_numbers_they_were_made_of),
        cmocka_unit_test(a_cosine_is_found_on_the_wall_clock_over_a_clock_change),
        cmocka_unit_test(counts_are_per_minute_whatever_the_epoch),
        cmocka_unit_test(hours_between_gaps_have_no_rhythm),
        cmocka_unit_test(nights_belong_to_the_weekday_of_their_morning),
        cmocka_unit_test(regular_sleep_has_an_sri_of_100_and_pairs_per_night),
        cmocka_unit_test(days_of_which_too_much_is_unknown_can_be_left_out_of_the_sri),
        cmocka_unit_test(the_day_before_noon_is_left_out_where_clocks_were_set_back_too),
        cmocka_unit_test(too_little_gives_nothing_instead_of_something),
        cmocka_unit_test(odd_epochs_and_lengths_do_no_harm),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
