/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>

#include "src/report/review_facts.h"
#include "tests/support/fixture.h"

static const struct civil_date open_end = {0};

static double clock_h(double h, double min)
{
    return h + min / 60;
}

/* The expected figures are those of the printed sheet's example, found by hand there. */
static void the_example_week_gives_the_figures_of_the_sheet(void **state)
{
    (void)state;
    struct analysis week;
    struct zone *zone;
    struct review_facts facts;
    fixture_week(&week, &zone);
    review_facts_of(&week, zone, open_end, open_end, &facts);
    const struct review_set *all = &facts.set[NIGHTS_ALL];
    assert_int_equal(facts.n_nights, 7);
    assert_int_equal(facts.n_counted, 6);
    assert_close(all->tst_min.mean, 400.17, 0.01);
    assert_close(all->wake_h.mean, clock_h(31, 38), 0.01);
    assert_close(all->efficiency_pct.mean, 82.0, 0.1);
    assert_close(facts.nonwear_h, 4.5, 1e-9);
    assert_close(facts.recorded_h, 168, 1e-9);
    assert_true(facts.has_bed_times);
    assert_false(facts.is_part);
    analysis_release(&week);
    zone_close(zone);
}

static void means_around_midnight_do_not_wrap(void **state)
{
    (void)state;
    struct analysis week;
    struct zone *zone;
    struct review_facts facts;
    fixture_week(&week, &zone);
    review_facts_of(&week, zone, open_end, open_end, &facts);
    /* 23:50 0:16 23:35 0:35 1:20 0:05 */
    assert_close(facts.set[NIGHTS_ALL].onset_h.mean, 24 + (-10 + 16 - 25 + 35 + 80 + 5) / 360.0,
                 1e-9);
    analysis_release(&week);
    zone_close(zone);
}

static void thin_data_is_not_averaged(void **state)
{
    (void)state;
    struct analysis week;
    struct zone *zone;
    struct review_facts facts;
    fixture_week(&week, &zone);
    review_facts_of(&week, zone, open_end, open_end, &facts);
    /* one counted night before a weekend morning: no mean of that kind */
    assert_int_equal(facts.set[NIGHTS_WEEKEND].n, 1);
    assert_true(isnan(facts.set[NIGHTS_WEEKEND].wake_h.mean));
    assert_int_equal(facts.set[NIGHTS_WEEKDAY].n, 5);
    assert_true(!isnan(facts.set[NIGHTS_WEEKDAY].wake_h.sd));
    /* three nights: a mean, no spread; two nights: neither, but a mean of their kind */
    const struct civil_date from = {2026, 5, 11}, third = {2026, 5, 13}, second = {2026, 5, 12};
    review_facts_of(&week, zone, from, third, &facts);
    assert_true(facts.is_part);
    assert_true(!isnan(facts.set[NIGHTS_ALL].wake_h.mean));
    assert_true(isnan(facts.set[NIGHTS_ALL].wake_h.sd));
    review_facts_of(&week, zone, from, second, &facts);
    assert_true(isnan(facts.set[NIGHTS_ALL].wake_h.mean));
    assert_true(!isnan(facts.set[NIGHTS_WEEKDAY].wake_h.mean));
    analysis_release(&week);
    zone_close(zone);
}

static void spread_is_that_of_a_sample(void **state)
{
    (void)state;
    struct analysis week;
    struct zone *zone;
    struct review_facts facts;
    fixture_week(&week, &zone);
    const struct civil_date from = {2026, 5, 11}, to = {2026, 5, 14};
    review_facts_of(&week, zone, from, to, &facts);
    /* waking 7:05 8:10 6:55 7:22: mean 7:23, deviations -18 47 -28 -1 minutes */
    double sd = sqrt((18.0 * 18 + 47 * 47 + 28 * 28 + 1) / 3);
    assert_close(facts.set[NIGHTS_ALL].wake_h.sd * 60, sd, 1e-6);
    analysis_release(&week);
    zone_close(zone);
}

static void rhythm_needs_seven_days(void **state)
{
    (void)state;
    for (size_t n = 6; n <= 7; n++) {
        struct analysis plain;
        struct zone *zone;
        struct review_facts facts;
        fixture_plain(&plain, &zone, "Asia/Tokyo", (struct civil_date){2026, 5, 11}, n);
        review_facts_of(&plain, zone, open_end, open_end, &facts);
        assert_int_equal(facts.has_rhythm, n == 7);
        analysis_release(&plain);
        zone_close(zone);
    }
}

static void a_night_belongs_to_its_morning(void **state)
{
    (void)state;
    struct night night;
    night_init(&night);
    static const bool expected[] = {false, false, false, false, true, true, false};
    for (int i = 0; i < 7; i++) {
        night.evening = civil_add_days((struct civil_date){2026, 5, 11}, i); /* a Monday */
        assert_int_equal(night_is_weekend(&night), expected[i]);
    }
}

static void no_night_gives_no_figures(void **state)
{
    (void)state;
    struct analysis plain;
    struct zone *zone;
    struct review_facts facts;
    fixture_plain(&plain, &zone, "Asia/Tokyo", (struct civil_date){2026, 5, 11}, 0);
    review_facts_of(&plain, zone, open_end, open_end, &facts);
    assert_int_equal(facts.n_nights, 0);
    assert_int_equal(facts.first.month, 0);
    assert_true(isnan(facts.set[NIGHTS_ALL].tst_min.mean));
    analysis_release(&plain);
    zone_close(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_week_gives_the_figures_of_the_sheet),
        cmocka_unit_test(means_around_midnight_do_not_wrap),
        cmocka_unit_test(thin_data_is_not_averaged),
        cmocka_unit_test(spread_is_that_of_a_sample),
        cmocka_unit_test(rhythm_needs_seven_days),
        cmocka_unit_test(a_night_belongs_to_its_morning),
        cmocka_unit_test(no_night_gives_no_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
