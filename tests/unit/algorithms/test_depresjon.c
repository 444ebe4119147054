/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every rhythm column of the reference table for 27 real recordings, read through epoch_csv.
 */
#include "tests/support/check.h"
#include "tests/support/epoch_table.h"
#include "tests/support/reference.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "algorithms/chi_square_periodogram.h"
#include "algorithms/cosinor.h"
#include "algorithms/dfa.h"
#include "algorithms/fragmentation.h"
#include "algorithms/l5_m10.h"
#include "algorithms/lomb_scargle.h"
#include "algorithms/nonparametric.h"
#include "algorithms/rest_roenneberg.h"
#include "algorithms/social_jetlag.h"
#include "algorithms/spectrum.h"
#include "algorithms/sri.h"

struct recording {
    const struct reference *table;
    size_t row;
    const char *id;
    double *x;
    size_t n;
    int32_t start_s;
    size_t wrong;
};

/* Counts what is wrong, so that one run shows everything. */
static void compare(struct recording *r, const char *column, double got, double tolerance)
{
    r->wrong += !reference_agrees(r->table, r->row, column, r->id, got, tolerance);
}

/* Clock times "23:02:00" must be equal. */
static void compare_clock(struct recording *r, const char *column, double hours)
{
    int h = 0, m = 0, s = 0;
    const char *text = reference_text(r->table, r->row, column);
    assert_int_equal(sscanf(text, "%d:%d:%d", &h, &m, &s), 3);
    if (lround(hours * 3600) != h * 3600 + m * 60 + s) {
        print_error("%s %s: %.6f h, expected %s\n", r->id, column, hours, text);
        r->wrong++;
    }
}

/* The reference has 12 digits: nothing finer can be asked. */
#define EXACT 1e-9

static void check_grid(struct recording *r)
{
    double total = 0, missing = 0;
    for (size_t i = 0; i < r->n; i++) {
        missing += isnan(r->x[i]);
        total += isnan(r->x[i]) ? 0 : r->x[i];
    }
    compare(r, "n_grid", (double)r->n, 0);
    compare(r, "n_missing", missing, 0);
    compare(r, "total", total, 0);
}

static void check_is_iv(struct recording *r)
{
    struct is_iv v;
    assert_int_equal(nonparametric_is_iv(r->x, r->n, 60, r->start_s, 3600, 1, &v, NULL), YK_OK);
    compare(r, "y_IS", v.is, EXACT);
    compare(r, "y_IV", v.iv, EXACT);
    assert_int_equal(nonparametric_is_iv(r->x, r->n, 60, 0, 3600, 1, &v, NULL), YK_OK);
    compare(r, "y_IS_start", v.is, EXACT);
    compare(r, "y_IV_start", v.iv, EXACT);
    assert_int_equal(nonparametric_is_iv_mean(r->x, r->n, 60, r->start_s, 1, &v, NULL), YK_OK);
    compare(r, "y_ISm", v.is, EXACT);
    compare(r, "y_IVm", v.iv, EXACT);
}

static void check_l5_m10(struct recording *r)
{
    struct l5_m10 v;
    assert_int_equal(l5_m10_average_day(r->x, r->n, 60, r->start_s, &v, NULL), YK_OK);
    compare(r, "y_L5", v.l5.mean, EXACT);
    compare(r, "y_M10", v.m10.mean, EXACT);
    compare(r, "y_RA", v.ra, EXACT);
    compare_clock(r, "y_L5_onset", v.l5.start_h);
    compare_clock(r, "y_M10_onset", v.m10.start_h);
    struct l5_m10_days d;
    assert_int_equal(l5_m10_per_day(r->x, r->n, 60, r->start_s, &d, NULL), YK_OK);
    compare(r, "y_L5_day_mean", d.mean.l5.mean, EXACT);
    compare(r, "y_L5_day_n", (double)d.n_l5, 0);
    compare(r, "y_M10_day_mean", d.mean.m10.mean, EXACT);
    compare(r, "y_M10_day_n", (double)d.n_m10, 0);
    compare(r, "y_RA_day", d.mean.ra, EXACT);
}

static void check_cosinor(struct recording *r)
{
    struct cosinor v;
    cosinor_fit(r->x, r->n, r->start_s / 3600.0, 1.0 / 60, 24, &v);
    compare(r, "y_cos_mesor", v.mesor, EXACT);
    compare(r, "y_cos_amplitude", v.amplitude, EXACT);
    compare(r, "y_cos_acrophase_h", v.acrophase_h, EXACT);
    compare(r, "y_cos_r2", v.r2, EXACT);
    compare(r, "y_cos_F", v.f, EXACT);
    compare(r, "y_cos_p", v.p_value, EXACT);
}

/* chi-square, Lomb-Scargle and DFA: the reference promises six digits */
#define CLOSE 1e-6

static void check_periodograms(struct recording *r)
{
    double q = 0;
    struct chi_square_peak peak;
    assert_int_equal(chi_square_q(r->x, r->n, 1440, &q, NULL), YK_OK);
    compare(r, "y_chi2_Q1440", q, CLOSE);
    assert_int_equal(chi_square_search(r->x, r->n, 1200, 1680, 0.05, &peak, NULL), YK_OK);
    compare(r, "y_chi2_peak_min", (double)peak.period, 0);
    compare(r, "y_chi2_peak_Q", peak.q, CLOSE);
    double period[161], power[161];
    for (int i = 0; i < 161; i++) {
        period[i] = 20 + 0.05 * i;
    }
    assert_int_equal(lomb_scargle(r->x, r->n, 1.0 / 60, period, 161, power, NULL), YK_OK);
    size_t best = 0;
    for (size_t i = 0; i < 161; i++) {
        best = power[i] > power[best] ? i : best;
    }
    compare(r, "y_ls_peak_h", period[best], 1e-9);
    compare(r, "y_ls_peak_power", power[best], CLOSE);
    compare(r, "y_ls_power_24h", power[80], CLOSE);
    double strongest = NAN, strongest_power = NAN;
    assert_int_equal(spectrum_strongest_period(r->x, r->n, 1.0 / 60, 20, 28, &strongest,
                                               &strongest_power, NULL),
                     YK_OK);
    /* the spectrum finds the same peak, between the grid's points */
    if (!(strongest_power >= power[best] && fabs(strongest - period[best]) <= 0.0501)) {
        print_error("%s: spectrum says %g h (%g), grid %g h (%g)\n", r->id, strongest,
                    strongest_power, period[best], power[best]);
        r->wrong++;
    }
}

static void check_fluctuations(struct recording *r)
{
    struct dfa dfa;
    assert_int_equal(dfa_of(r->x, r->n, 60, &dfa, NULL), YK_OK);
    compare(r, "y_dfa_alpha_all", dfa.alpha, CLOSE);
    compare(r, "y_dfa_alpha_1", dfa.alpha_short, CLOSE);
    compare(r, "y_dfa_alpha_2", dfa.alpha_long, CLOSE);
    struct fragmentation k;
    assert_int_equal(fragmentation_of(r->x, r->n, 4, &k, NULL), YK_OK);
    compare(r, "y_kRA", k.kra, EXACT);
    compare(r, "y_kAR", k.kar, EXACT);
}

static void check_sleep_midpoints(struct recording *r)
{
    float *counts = malloc(r->n * sizeof *counts);
    uint8_t *asleep = malloc(r->n);
    assert_true(counts != NULL && asleep != NULL);
    for (size_t i = 0; i < r->n; i++) {
        counts[i] = (float)r->x[i];
    }
    assert_int_equal(rest_roenneberg(counts, r->n, 60, asleep, NULL), YK_OK);
    compare(r, "y_SRI_Roenneberg", sri_pooled(asleep, r->n, 1440, 0, NULL), EXACT);
    compare(r, "y_midsleep_Roenneberg_min", midsleep_of_states(asleep, r->n, 60, r->start_s),
            EXACT);
    free(asleep);
    free(counts);
}

static void for_each_recording(void (*check)(struct recording *r))
{
    SHARED_OR_SKIP(path, "data/depresjon/reference_even.csv");
    struct reference table;
    reference_open(&table, path);
    size_t n = 0, wrong = 0;
    for (size_t row = 0; row < table.rows; row++) {
        struct recording r = {.table = &table, .row = row};
        char name[128];
        r.id = reference_text(&table, row, "id");
        snprintf(name, sizeof name, "data/depresjon/%s.csv.gz", r.id);
        struct epoch_series epochs;
        const char *file = check_shared(name);
        assert_non_null(file);
        epoch_table_read(file, "UTC", NULL, &epochs);
        assert_int_equal(epochs.epoch_s, 60);
        r.n = epochs.n;
        r.x = malloc(r.n * sizeof *r.x);
        assert_non_null(r.x);
        for (size_t i = 0; i < r.n; i++) {
            r.x[i] = (double)epochs.column[EPOCH_COUNTS][i];
        }
        r.start_s = civil_time_of_utc_ns(epochs.t0_ns).second_of_day;
        check(&r);
        wrong += r.wrong;
        n++;
        free(r.x);
        epoch_series_release(&epochs);
    }
    reference_close(&table);
    assert_int_equal(wrong, 0);
    assert_int_equal(n, 27);
}

static void the_grid_of_27_recordings_is_the_reference_grid(void **state)
{
    (void)state;
    for_each_recording(check_grid);
}

static void is_and_iv_equal_the_reference(void **state)
{
    (void)state;
    for_each_recording(check_is_iv);
}

static void l5_and_m10_equal_the_reference(void **state)
{
    (void)state;
    for_each_recording(check_l5_m10);
}

static void cosinor_equals_the_reference(void **state)
{
    (void)state;
    for_each_recording(check_cosinor);
}

static void periodograms_equal_the_reference(void **state)
{
    (void)state;
    for_each_recording(check_periodograms);
}

static void dfa_and_fragmentation_equal_the_reference(void **state)
{
    (void)state;
    for_each_recording(check_fluctuations);
}

static void sri_and_midsleep_of_consolidated_rest_equal_the_reference(void **state)
{
    (void)state;
    for_each_recording(check_sleep_midpoints);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_grid_of_27_recordings_is_the_reference_grid),
        cmocka_unit_test(is_and_iv_equal_the_reference),
        cmocka_unit_test(l5_and_m10_equal_the_reference),
        cmocka_unit_test(cosinor_equals_the_reference),
        cmocka_unit_test(periodograms_equal_the_reference),
        cmocka_unit_test(dfa_and_fragmentation_equal_the_reference),
        cmocka_unit_test(sri_and_midsleep_of_consolidated_rest_equal_the_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
