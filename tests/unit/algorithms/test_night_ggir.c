/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recipe ggir-3.3 against what GGIR 3.3-7 computed from the reference recording.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/sleep.h"
#include "algorithms/nonwear_ggir.h"
#include "algorithms/sri.h"
#include "src/base/mem.h"
#include "tests/support/made_life.h"
#include "tests/support/reference.h"
#include "tests/support/short25_epochs.h"

static struct analysis reference;
static struct zone *london;

static int setup(void **context)
{
    (void)context;
    return 0;
}

/* Once for all tests; false when the data are missing. */
static bool detected(void)
{
    static bool is_tried, is_there;
    if (!is_tried) {
        is_tried = true;
        is_there = short25_open(&reference, &london, RECIPE_GGIR);
        if (is_there) {
            struct failure why;
            assert_int_equal(sleep_detect(&reference, london, NULL, NULL, &why), YK_OK);
        }
    }
    return is_there;
}

static int teardown(void **context)
{
    (void)context;
    analysis_release(&reference);
    zone_close(london);
    return 0;
}

static void wear_decision_equals_r1_to_r3(void **context)
{
    (void)context;
    if (!detected()) {
        skip();
    }
    struct reference table;
    reference_open(&table, check_shared(SHORT25 "epoch15min_nonwear.csv.gz"));
    uint8_t wear[400];
    nonwear_ggir_decide(reference.quarters.score_2023, reference.quarters.clipped, table.rows,
                        0.3, wear);
    for (size_t q = 0; q < table.rows; q++) {
        assert_int_equal((wear[q] & GGIR_R1_NONWEAR) != 0,
                         (int)reference_number(&table, q, "r1"));
        assert_int_equal((wear[q] & GGIR_R2_CLIPPED) != 0,
                         (int)reference_number(&table, q, "r2"));
        assert_int_equal((wear[q] & GGIR_R3_IMPLAUSIBLE) != 0,
                         (int)reference_number(&table, q, "r3"));
        assert_int_equal(wear[q] != 0, (int)reference_number(&table, q, "r5"));
        assert_int_equal((reference.epochs.state[180 * q] & STATE_INVALID) != 0, wear[q] != 0);
    }
    reference_close(&table);
}

static void imputed_series_equals_ggirs(void **context)
{
    (void)context;
    if (!detected()) {
        skip();
    }
    struct reference table;
    reference_open(&table, check_shared(SHORT25 "epoch5s_imputed.csv.gz"));
    assert_int_equal(table.rows, reference.epochs.n);
    float *enmo = reference_floats(&table, "ENMO", 1000);
    float *angle = reference_floats(&table, "anglez", 1);
    for (size_t i = 0; i < table.rows; i++) {
        assert_close(reference.epochs.column[EPOCH_ENMO_MG][i], enmo[i], 1e-5);
        assert_close(reference.epochs.column[EPOCH_ANGLE_Z_DEG][i], angle[i], 0);
    }
    free(enmo);
    free(angle);
    reference_close(&table);
}

static size_t epoch_of_text(const char *iso)
{
    int64_t at_ns = TIME_UNKNOWN;
    assert_true(zone_parse_iso(london, iso, &at_ns));
    return (size_t)((at_ns - SHORT25_T0_NS) / (5 * NS_PER_S));
}

static void bouts_equal_part3(void **context)
{
    (void)context;
    if (!detected()) {
        skip();
    }
    struct reference table;
    reference_open(&table, check_shared(SHORT25 "part3_sib.csv"));
    const uint16_t *state = reference.epochs.state;
    size_t noon_first = epoch_of_text("2024-06-17T12:00:05+0100");
    size_t noon_end = epoch_of_text("2024-06-20T12:00:05+0100"), marked = 0, listed = 0;
    for (size_t i = noon_first; i < noon_end; i++) {
        marked += (state[i] & STATE_STILL) != 0;
    }
    for (size_t r = 0; r < table.rows; r++) {
        size_t first = epoch_of_text(reference_text(&table, r, "sib.onset.time"));
        size_t last = epoch_of_text(reference_text(&table, r, "sib.end.time"));
        assert_true((state[first - 1] & STATE_STILL) == 0);
        assert_true((state[last + 1] & STATE_STILL) == 0);
        for (size_t i = first; i <= last; i++) {
            assert_true((state[i] & STATE_STILL) != 0);
        }
        listed += last - first + 1;
    }
    assert_int_equal(marked, listed);
    reference_close(&table);
}

static void guiders_equal_part3(void **context)
{
    (void)context;
    if (!detected()) {
        skip();
    }
    /* Guider windows and thresholds of part1_part3.json. */
    static const double onset_h[] = {23.1291666666667, 23.3847222222222, 22.6486111111111};
    static const double wake_h[] = {31.0027777777778, 31.3527777777778, 30.8611111111111};
    assert_int_equal(reference.n_nights, 3);
    for (size_t j = 0; j < 3; j++) {
        assert_close(reference.nights[j].guider_onset_h, onset_h[j], 1e-9);
        assert_close(reference.nights[j].guider_wake_h, wake_h[j], 1e-9);
    }
}

static void nights_equal_part4(void **context)
{
    (void)context;
    if (!detected()) {
        skip();
    }
    struct reference table;
    reference_open(&table, check_shared(SHORT25 "part4_nightsummary_fullprecision.csv"));
    assert_int_equal(table.rows, reference.n_nights);
    for (size_t j = 0; j < table.rows; j++) {
        const struct night *night = &reference.nights[j];
        double onset_h = zone_clock_h(london, night->evening, night->onset_ns);
        double wake_h = zone_clock_h(london, night->evening, night->wake_ns);
        assert_int_equal(night->evening.day, 17 + (int)j);
        assert_close(onset_h, reference_number(&table, j, "sleeponset"), 1e-9);
        assert_close(wake_h, reference_number(&table, j, "wakeup"), 1e-9);
        assert_close(night->spt_min / 60, reference_number(&table, j, "SptDuration"), 1e-6);
        assert_close(night->tst_min / 60, reference_number(&table, j, "SleepDurationInSpt"),
                     1e-6);
        assert_close(night->waso_min / 60, reference_number(&table, j, "WASO"), 1e-6);
        assert_close(night->invalid_pct / 100,
                     reference_number(&table, j, "fraction_night_invalid"), 1e-9);
        assert_close(night->sib_in_n, reference_number(&table, j, "number_sib_sleepperiod"), 0);
        assert_close(night->awakenings_n, reference_number(&table, j, "number_of_awakenings"),
                     0);
        assert_close(night->sib_out_n, reference_number(&table, j, "number_sib_wakinghours"),
                     0);
        assert_close(night->sib_out_min / 60,
                     reference_number(&table, j, "duration_sib_wakinghours"), 1e-6);
        assert_close(night->sib_out_15_min / 60,
                     reference_number(&table, j, "duration_sib_wakinghours_atleast15min"),
                     1e-6);
        assert_int_equal(night->cleaning_code,
                         (int)reference_number(&table, j, "cleaningcode"));
        assert_int_equal(night->exclude, 0);
    }
    reference_close(&table);
}

static void regularity_equals_part3(void **context)
{
    (void)context;
    if (!detected()) {
        skip();
    }
    const struct epoch_series *epochs = &reference.epochs;
    uint8_t *state = mem_alloc(epochs->n, 1);
    for (size_t i = 0; i < epochs->n; i++) {
        state[i] = (epochs->state[i] & STATE_INVALID) != 0 ? SRI_UNKNOWN
                   : (epochs->state[i] & STATE_STILL) != 0 ? SRI_ASLEEP
                                                           : SRI_AWAKE;
    }
    struct sri_bins bins;
    struct sri_pair *pairs = NULL;
    size_t n = 0;
    sri_bins_init(&bins);
    assert_int_equal(sri_bins_make(&bins, state, epochs->n, epochs->t0_ns, 5, NULL), YK_OK);
    assert_int_equal(sri_pairs_of_days(&bins, london, &pairs, &n, NULL), YK_OK);
    struct reference table;
    reference_open(&table, check_shared(SHORT25 "part3_sri.csv"));
    assert_int_equal(n, table.rows);
    for (size_t r = 0; r < n; r++) {
        assert_close(pairs[r].sri, reference_number(&table, r, "SleepRegularityIndex"), 1e-3);
        assert_close(pairs[r].compared_share, reference_number(&table, r, "frac_valid"), 1e-4);
    }
    reference_close(&table);
    mem_free(pairs);
    mem_free(state);
    sri_bins_release(&bins);
}

static void clock_changes_follow_ggirs_arithmetic(void **context)
{
    (void)context;
    struct analysis life;
    struct zone *zone = NULL;
    made_life_open(&life, &zone, "Europe/London", RECIPE_GGIR, "2024-03-30T09:00",
                   "2024-04-01T13:00");
    made_life_set(&life, zone, "2024-03-30T23:00", "2024-03-31T07:00", MADE_MOTIONLESS);
    made_life_set(&life, zone, "2024-03-31T23:00", "2024-04-01T07:00", MADE_MOTIONLESS);
    assert_int_equal(sleep_detect(&life, zone, NULL, NULL, NULL), YK_OK);
    assert_int_equal(life.n_nights, 2);
    assert_close(life.nights[0].spt_min, 420, 1); /* a bout lies over the missing hour */
    assert_close(life.nights[0].tst_min, 420, 1);
    assert_close(life.nights[0].guider_wake_h, 31, 0.2);
    assert_close(life.nights[1].spt_min, 480, 1);
    analysis_release(&life);
    zone_close(zone);
    made_life_open(&life, &zone, "Europe/London", RECIPE_GGIR, "2024-10-26T09:00",
                   "2024-10-27T13:00");
    made_life_set(&life, zone, "2024-10-26T23:00", "2024-10-27T07:00", MADE_ASLEEP);
    assert_int_equal(sleep_detect(&life, zone, NULL, NULL, NULL), YK_OK);
    assert_int_equal(life.n_nights, 1);
    assert_close(life.nights[0].spt_min, 540, 1);
    analysis_release(&life);
    zone_close(zone);
}

static void first_night_after_noon_takes_the_mean_of_the_others(void **context)
{
    (void)context;
    struct analysis life;
    struct zone *zone = NULL;
    made_life_open(&life, &zone, "Asia/Tokyo", RECIPE_GGIR, "2026-05-11T15:00",
                   "2026-05-14T13:00");
    made_life_set(&life, zone, "2026-05-11T21:00", "2026-05-12T05:00", MADE_ASLEEP);
    made_life_set(&life, zone, "2026-05-12T23:00", "2026-05-13T07:00", MADE_ASLEEP);
    made_life_set(&life, zone, "2026-05-14T00:00", "2026-05-14T08:00", MADE_ASLEEP);
    assert_int_equal(sleep_detect(&life, zone, NULL, NULL, NULL), YK_OK);
    assert_int_equal(life.n_nights, 3);
    assert_int_equal(life.nights[0].rest_source, REST_AVERAGE);
    assert_close(life.nights[0].guider_onset_h, 23.5, 0.1);
    assert_close(life.nights[0].guider_wake_h, 31.5, 0.1);
    assert_int_equal(life.nights[1].rest_source, REST_ALGORITHM);
    analysis_release(&life);
    zone_close(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wear_decision_equals_r1_to_r3),
        cmocka_unit_test(imputed_series_equals_ggirs),
        cmocka_unit_test(bouts_equal_part3),
        cmocka_unit_test(guiders_equal_part3),
        cmocka_unit_test(nights_equal_part4),
        cmocka_unit_test(regularity_equals_part3),
        cmocka_unit_test(clock_changes_follow_ggirs_arithmetic),
        cmocka_unit_test(first_night_after_noon_takes_the_mean_of_the_others),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
