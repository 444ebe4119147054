/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GGIR's circadian columns of part 2 (part2CR), from the reference's own epochs and nonwear.
 */
#include "tests/support/check.h"
#include "tests/support/epoch_table.h"
#include "tests/support/reference.h"
#include "tests/support/short25_epochs.h"

#include <math.h>
#include <stdlib.h>

#include "algorithms/cosinor.h"
#include "algorithms/minute_frames.h"
#include "algorithms/nonparametric.h"
#include "algorithms/phi.h"
#include "algorithms/rhythm_days.h"

#define SUMMARY SHORT25 "part2_summary_fullprecision.csv"

struct fixture {
    struct minute_frames frames;
    double first_clock_h;
};

static double expected(const char *column)
{
    return summary_number(check_shared(SUMMARY), column);
}

/* The reference's own nonwear decision. */
static void take_r5(struct epoch_series *epochs)
{
    struct reference table;
    reference_open(&table, check_shared(SHORT25 "epoch15min_nonwear.csv.gz"));
    for (size_t q = 0; q < table.rows; q++) {
        for (size_t k = 180 * q; k < 180 * (q + 1) && k < epochs->n; k++) {
            epochs->state[k] = reference_number(&table, q, "r5") > 0 ? STATE_NONWEAR : 0;
        }
    }
    reference_close(&table);
}

static bool open_frames(struct fixture *f)
{
    struct analysis a;
    struct zone *zone = NULL;
    if (!short25_open(&a, &zone, RECIPE_GGIR)) {
        return false;
    }
    take_r5(&a.epochs);
    minute_frames_init(&f->frames);
    assert_int_equal(minute_frames_make(&f->frames, &a.epochs, NULL), YK_OK);
    assert_int_equal(f->frames.n, 3 * 1440);
    f->first_clock_h = zone_civil(zone, f->frames.t0_ns).second_of_day / 3600.0;
    analysis_release(&a);
    zone_close(zone);
    return true;
}

static void the_log_cosinor_equals_ggir(void **state)
{
    (void)state;
    struct fixture f;
    struct cosinor c;
    if (!open_frames(&f)) {
        skip();
    }
    assert_int_equal(
        cosinor_fit_log(f.frames.minute, f.frames.n, f.first_clock_h, &c, NULL, NULL), YK_OK);
    assert_close(24 - f.first_clock_h, expected("cosinor_timeOffsetHours"), 1e-9);
    assert_close(c.mesor, expected("cosinor_mes"), 1e-6);
    assert_close(c.amplitude, expected("cosinor_amp"), 1e-6);
    assert_close(c.acrophase_h, expected("cosinor_acrotime"), 1e-6);
    assert_close(c.r2, expected("cosinor_R2"), 1e-6);
    minute_frames_release(&f.frames);
}

static void the_extended_cosinor_equals_ggir_to_three_digits(void **state)
{
    (void)state;
    struct fixture f;
    struct cosinor c;
    struct cosinor_extended e;
    if (!open_frames(&f)) {
        skip();
    }
    assert_int_equal(
        cosinor_fit_log(f.frames.minute, f.frames.n, f.first_clock_h, &c, &e, NULL), YK_OK);
    assert_close(e.min, expected("cosinorExt_minimum"), 1e-3);
    assert_close(e.amplitude, expected("cosinorExt_amp"), 1e-3);
    assert_close(e.alpha, expected("cosinorExt_alpha"), 1e-3);
    assert_close(e.acrophase_h, expected("cosinorExt_acrotime"), 1e-2);
    assert_close(e.up_h, expected("cosinorExt_UpMesor"), 1e-2);
    assert_close(e.down_h, expected("cosinorExt_DownMesor"), 1e-2);
    assert_close(e.mesor, expected("cosinorExt_MESOR"), 1e-3);
    /* no worse a fit than GGIR's */
    assert_true(e.f >= expected("cosinorExt_F_pseudo") - 1e-3);
    assert_true(e.r2 >= expected("cosinorExt_R2") - 1e-6);
    assert_close(e.beta, expected("cosinorExt_beta"), 0.5);
    minute_frames_release(&f.frames);
}

static void is_iv_and_phi_of_the_rest_share_equal_ggir(void **state)
{
    (void)state;
    struct fixture f;
    struct is_iv v;
    if (!open_frames(&f)) {
        skip();
    }
    double *hours = calloc(f.frames.n / 60, sizeof *hours), phi = NAN;
    assert_int_equal(nonparametric_rest_share(f.frames.minute, f.frames.n, 40, &v, hours, NULL),
                     YK_OK);
    assert_int_equal(phi_of(hours, f.frames.n / 60, &phi, NULL), YK_OK);
    assert_close(v.is, expected("IS"), 1e-6);
    assert_close(v.iv, expected("IV"), 1e-6);
    assert_close(phi, expected("phi"), 1e-4);
    free(hours);
    minute_frames_release(&f.frames);
}

/* The whole recipe on the reference's epochs prints the reference's person row. */
static void the_ggir_recipe_s_rhythm_is_part_2_s_person_row(void **state)
{
    (void)state;
    struct analysis a;
    struct zone *zone = NULL;
    if (!short25_open(&a, &zone, RECIPE_GGIR)) {
        skip();
    }
    take_r5(&a.epochs);
    assert_int_equal(days_summarize(&a, zone, NULL, NULL), YK_OK);
    assert_int_equal(rhythm_summarize(&a, zone, NULL, NULL), YK_OK);
    const struct rhythm_summary *r = &a.rhythm;
    assert_close(r->l5, expected("AD_L5_ENMO_mg_0-24hr"), 1e-3);
    assert_close(r->l5_h, expected("AD_L5hr_ENMO_mg_0-24hr"), 1e-9);
    assert_close(r->m10, expected("AD_M10_ENMO_mg_0-24hr"), 1e-3);
    assert_close(r->m10_h, expected("AD_M10hr_ENMO_mg_0-24hr"), 1e-9);
    assert_close(r->is_rest, expected("IS"), 1e-6);
    assert_close(r->iv_rest, expected("IV"), 1e-6);
    assert_close(r->phi, expected("phi"), 1e-4);
    assert_close(r->log_mesor, expected("cosinor_mes"), 1e-6);
    assert_close(r->log_acrophase_h, expected("cosinor_acrotime"), 1e-6);
    assert_close(r->ext_up_h, expected("cosinorExt_UpMesor"), 1e-2);
    assert_close(r->ext_f, expected("cosinorExt_F_pseudo"), 0.1);
    analysis_release(&a);
    zone_close(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_log_cosinor_equals_ggir),
        cmocka_unit_test(the_extended_cosinor_equals_ggir_to_three_digits),
        cmocka_unit_test(the_ggir_recipe_s_rhythm_is_part_2_s_person_row),
        cmocka_unit_test(is_iv_and_phi_of_the_rest_share_equal_ggir),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
