/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"
#include "tests/support/alloc.h"
#include "tests/support/epoch_table.h"
#include "tests/support/reference.h"
#include "tests/support/short25_epochs.h"

#include <math.h>
#include <stdlib.h>

#include "algorithms/day_ggir.h"
#include "algorithms/impute.h"
#include "algorithms/rhythm_days.h"

/* ---- GGIR's part 2 ---- */

/* The reference's own nonwear decision, so that nothing else can make a difference. */
static bool open_with_r5(struct analysis *a, struct zone **zone)
{
    if (!short25_open(a, zone, RECIPE_GGIR)) {
        return false;
    }
    struct reference table;
    reference_open(&table, check_shared(SHORT25 "epoch15min_nonwear.csv.gz"));
    for (size_t q = 0; q < table.rows; q++) {
        for (size_t k = 180 * q; k < 180 * (q + 1) && k < a->epochs.n; k++) {
            a->epochs.state[k] = reference_number(&table, q, "r5") > 0 ? STATE_NONWEAR : 0;
        }
    }
    reference_close(&table);
    return true;
}

static void compare_day(const struct reference *table, size_t row, const struct day_ggir *d)
{
#define COLUMN(name) reference_number(table, row, name "_ENMO_mg_0-24hr")
    /* §20: means 1e-3 mg, hours equal; the reference prints 12 digits */
    assert_close(d->l5.mean, COLUMN("L5"), 1e-6);
    assert_close(d->l5.start_h, COLUMN("L5hr"), 1e-9);
    assert_close(d->m5.mean, COLUMN("M5"), 1e-6);
    assert_close(d->m5.start_h, COLUMN("M5hr"), 1e-9);
    assert_close(d->l10.mean, COLUMN("L10"), 1e-6);
    assert_close(d->l10.start_h, COLUMN("L10hr"), 1e-9);
    assert_close(d->m10.mean, COLUMN("M10"), 1e-6);
    assert_close(d->m10.start_h, COLUMN("M10hr"), 1e-9);
    assert_close(d->mean_mg, COLUMN("mean"), 1e-6);
#undef COLUMN
#define MVPA(name) reference_number(table, row, "MVPA_E5S" name "_T100_ENMO_0-24hr")
    assert_close(d->mvpa_5s_min, MVPA(""), 1e-8);
    assert_close(d->mvpa_bout_min[1], MVPA("_B5M80%"), 1e-8);
    assert_close(d->mvpa_bout_min[2], MVPA("_B10M80%"), 1e-8);
    /* four epochs more than GGIR on one day, whose end search uses the wrong windows (D9) */
    assert_close(d->mvpa_bout_min[0], MVPA("_B1M80%"), 0.334);
#undef MVPA
    assert_close(d->mvpa_1min_min, reference_number(table, row, "MVPA_E1M_T100_ENMO_0-24hr"),
                 1e-9);
    assert_close(d->mvpa_5min_min, reference_number(table, row, "MVPA_E5M_T100_ENMO_0-24hr"),
                 1e-9);
}

static void ggir_days_equal_part_2(void **state)
{
    (void)state;
    struct analysis a;
    struct zone *zone = NULL;
    if (!open_with_r5(&a, &zone)) {
        skip();
    }
    impute_average_day(&a.epochs);
    double *average = NULL;
    assert_int_equal(day_ggir_average(&a.epochs, EPOCH_ENMO_MG, &average, NULL), YK_OK);
    struct reference table;
    reference_open(&table, check_shared(SHORT25 "part2_daysummary_fullprecision.csv"));
    struct civil_date date = {2024, 6, 17};
    double filled = 0, l5 = 0, mean_1to6 = 0;
    for (size_t row = 0; row < table.rows; row++) {
        struct day_ggir d;
        assert_int_equal(day_ggir_make(&a.epochs, average, zone, civil_add_days(date, (int)row),
                                       &a.made_by.parameters, &d, NULL),
                         YK_OK);
        assert_close(d.valid_h, reference_number(&table, row, "N valid hours"), 1e-9);
        assert_close(d.recorded_h, reference_number(&table, row, "N hours"), 1e-9);
        if (isnan(reference_number(&table, row, "mean_ENMO_mg_0-24hr"))) {
            assert_true(isnan(d.mean_mg));
            continue;
        }
        compare_day(&table, row, &d);
        filled++;
        l5 += d.l5.mean;
        mean_1to6 += d.mean_1to6_mg;
    }
    reference_close(&table);
    assert_int_equal(filled, 2);
    const char *summary = check_shared(SHORT25 "part2_summary_fullprecision.csv");
    assert_close(l5 / filled, summary_number(summary, "AD_L5_ENMO_mg_0-24hr"), 1e-6);
    assert_close(mean_1to6 / filled, summary_number(summary, "AD_mean_ENMO_mg_1-6am"), 1e-6);
    free(average);
    analysis_release(&a);
    zone_close(zone);
}

static void the_ggir_recipe_gives_part_2_numbers(void **state)
{
    (void)state;
    struct analysis a;
    struct zone *zone = NULL;
    if (!open_with_r5(&a, &zone)) {
        skip();
    }
    assert_int_equal(days_summarize(&a, zone, NULL, NULL), YK_OK);
    assert_int_equal(a.n_days, 4);
    assert_int_equal(a.n_days_valid, 2);
    assert_int_equal(a.days[0].exclude, DAY_FEW_HOURS);
    assert_true(isnan(a.days[0].l5));
    assert_close(a.days[1].l5, 2.19902777778, 1e-6);
    assert_close(a.days[1].l5_h, 26, 1e-9);
    assert_close(a.days[1].m10, 55.4842916667, 1e-6);
    assert_close(a.days[1].enmo_mean_mg, 30.7674305556, 1e-6);
    assert_close(a.days[1].mvpa_bout_min, 95, 1e-9);
    assert_close(a.days[2].valid_h, 21.25, 1e-9);
    assert_close(a.days[2].nonwear_min, 165, 1e-9);
    analysis_release(&a);
    zone_close(zone);
}

/* ---- ours, on an invented recording ---- */

static void invent(struct analysis *a, struct zone **zone, const char *start, int days,
                   int32_t epoch_s)
{
    analysis_init(a);
    assert_int_equal(parameters_of_recipe(RECIPE_DEFAULT, &a->made_by.parameters, NULL), YK_OK);
    assert_int_equal(zone_open("Europe/London", zone, NULL), YK_OK);
    a->epochs.epoch_s = epoch_s;
    assert_int_equal(epoch_series_need(&a->epochs, EPOCH_ENMO_MG, NULL), YK_OK);
    assert_int_equal(
        epoch_series_resize(&a->epochs, (size_t)days * 86400 / (size_t)epoch_s, NULL), YK_OK);
    assert_true(zone_parse_iso(*zone, start, &a->epochs.t0_ns));
    for (size_t k = 0; k < a->epochs.n; k++) {
        a->epochs.column[EPOCH_ENMO_MG][k] = 10;
    }
}

/* Sets [from, to) on the clock of a date to a value and state bits. */
static void paint(struct analysis *a, const struct zone *zone, const char *from, const char *to,
                  float mg, uint16_t bits)
{
    int64_t start = 0, end = 0;
    assert_true(zone_parse_iso(zone, from, &start));
    assert_true(zone_parse_iso(zone, to, &end));
    for (size_t k = 0; k < a->epochs.n; k++) {
        int64_t ns = epoch_start_ns(&a->epochs, k);
        if (ns >= start && ns < end) {
            a->epochs.column[EPOCH_ENMO_MG][k] = mg;
            a->epochs.state[k] |= bits;
        }
    }
}

static void days_of_23_and_25_hours_have_their_own_length(void **state)
{
    (void)state;
    struct analysis a;
    struct zone *zone = NULL;
    invent(&a, &zone, "2024-03-30T00:00", 3, 60);
    assert_int_equal(days_summarize(&a, zone, NULL, NULL), YK_OK);
    assert_int_equal(a.n_days, 4);
    assert_close(a.days[0].day_h, 24, 0);
    assert_close(a.days[1].day_h, 23, 0);
    assert_close(a.days[2].day_h, 24, 0);
    assert_close(a.days[3].day_h, 1, 0);
    assert_int_equal(a.n_days_valid, 3);
    analysis_release(&a);
    zone_close(zone);
    invent(&a, &zone, "2024-10-27T00:00", 1, 60);
    assert_int_equal(days_summarize(&a, zone, NULL, NULL), YK_OK);
    assert_close(a.days[0].day_h, 24, 0); /* the recording ends at 23:00 on the clock */
    assert_int_equal(a.n_days, 1);
    analysis_release(&a);
    zone_close(zone);
}

static void invalid_time_enters_no_mean(void **state)
{
    (void)state;
    struct analysis a;
    struct zone *zone = NULL;
    invent(&a, &zone, "2024-06-01T00:00", 1, 5);
    paint(&a, zone, "2024-06-01T10:00", "2024-06-01T12:00", 900, STATE_NONWEAR);
    paint(&a, zone, "2024-06-01T12:00", "2024-06-01T13:00", 900, STATE_UNKNOWN);
    assert_int_equal(days_summarize(&a, zone, NULL, NULL), YK_OK);
    const struct day_summary *d = &a.days[0];
    assert_close(d->enmo_mean_mg, 10, 1e-9);
    assert_close(d->day_h, 23, 1e-9);
    assert_close(d->valid_h, 21, 1e-9);
    assert_close(d->nonwear_min, 120, 1e-9);
    assert_true(isnan(d->counts_sum));
    assert_true(isnan(d->light_mean));
    analysis_release(&a);
    zone_close(zone);
}

static void a_table_without_a_single_value_gives_empty_days(void **state)
{
    (void)state;
    struct analysis a;
    struct zone *zone = NULL;
    invent(&a, &zone, "2024-06-01T00:00", 2, 5);
    for (size_t k = 0; k < a.epochs.n; k++) {
        a.epochs.column[EPOCH_ENMO_MG][k] = NAN;
    }
    assert_int_equal(days_summarize(&a, zone, NULL, NULL), YK_OK);
    assert_true(a.n_days >= 2);
    assert_true(isnan(a.days[0].m10));
    assert_true(isnan(a.days[0].l5));
    assert_true(isnan(a.days[0].enmo_mean_mg));
    analysis_release(&a);
    zone_close(zone);
}

static void classes_leave_the_sleep_period_out(void **state)
{
    (void)state;
    struct analysis a;
    struct zone *zone = NULL;
    invent(&a, &zone, "2024-06-01T00:00", 1, 5);
    paint(&a, zone, "2024-06-01T00:00", "2024-06-01T07:00", 1, STATE_IN_SPT);
    paint(&a, zone, "2024-06-01T08:00", "2024-06-01T09:00", 40, 0);
    paint(&a, zone, "2024-06-01T09:00", "2024-06-01T09:30", 100, 0);
    paint(&a, zone, "2024-06-01T12:00", "2024-06-01T12:05", 400, 0);
    assert_int_equal(days_summarize(&a, zone, NULL, NULL), YK_OK);
    const struct day_summary *d = &a.days[0];
    assert_close(d->light_min, 60, 1e-9);
    assert_close(d->moderate_min, 30, 1e-9);
    assert_close(d->vigorous_min, 5, 1e-9);
    assert_close(d->inactive_min, 17 * 60 - 95, 1e-9);
    assert_close(d->mvpa_bout_min, 30, 1e-9); /* the 5 minutes at noon are no bout */
    analysis_release(&a);
    zone_close(zone);
}

static void l5_is_of_the_night_that_begins_on_the_day(void **state)
{
    (void)state;
    struct analysis a;
    struct zone *zone = NULL;
    invent(&a, &zone, "2024-06-01T00:00", 2, 60);
    paint(&a, zone, "2024-06-01T23:00", "2024-06-02T05:00", 2, 0);
    paint(&a, zone, "2024-06-01T08:00", "2024-06-01T20:00", 50, 0);
    assert_int_equal(days_summarize(&a, zone, NULL, NULL), YK_OK);
    assert_close(a.days[0].l5, 2, 1e-9);
    assert_close(a.days[0].l5_h, 23, 1e-9);
    assert_close(a.days[0].m10, 50, 1e-9);
    assert_close(a.days[0].m10_h, 8, 1e-9);
    assert_close(a.days[0].ra, 48.0 / 52, 1e-9);
    assert_true(isnan(a.days[1].l5)); /* only half of its noon-to-noon day was recorded */
    assert_close(a.days[1].m10_h, 5, 1e-9);
    analysis_release(&a);
    zone_close(zone);
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    for (uint64_t k = 1;; k++) {
        struct analysis a;
        struct zone *zone = NULL;
        invent(&a, &zone, "2024-06-01T00:00", 2, 60);
        a.made_by.parameters.days = DAYS_ggir;
        alloc_fail_at(k);
        enum yk_status status = days_summarize(&a, zone, NULL, NULL);
        bool refused = alloc_end(status, YK_OK);
        analysis_release(&a);
        zone_close(zone);
        if (!refused) {
            break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ggir_days_equal_part_2),
        cmocka_unit_test(the_ggir_recipe_gives_part_2_numbers),
        cmocka_unit_test(days_of_23_and_25_hours_have_their_own_length),
        cmocka_unit_test(invalid_time_enters_no_mean),
        cmocka_unit_test(a_table_without_a_single_value_gives_empty_days),
        cmocka_unit_test(classes_leave_the_sleep_period_out),
        cmocka_unit_test(l5_is_of_the_night_that_begins_on_the_day),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
