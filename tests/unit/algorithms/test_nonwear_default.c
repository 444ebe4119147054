/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>

#include "algorithms/nonwear_default.h"
#include "src/base/mem.h"
#include "tests/support/alloc.h"
#include "tests/support/made_life.h"

static double hours_off(const struct analysis *life)
{
    size_t n = 0;
    for (size_t i = 0; i < life->epochs.n; i++) {
        n += (life->epochs.state[i] & STATE_NONWEAR) != 0;
    }
    return (double)n / 720;
}

static void mark(struct analysis *life)
{
    for (size_t i = 0; i < life->epochs.n; i++) {
        if (isnan(life->epochs.column[EPOCH_ANGLE_Z_DEG][i])) {
            life->epochs.state[i] |= STATE_UNKNOWN;
        }
    }
    assert_int_equal(nonwear_default_mark(&life->epochs, &life->made_by.parameters, NULL),
                     YK_OK);
}

static void open_day(struct analysis *life, struct zone **zone)
{
    made_life_open(life, zone, "Asia/Tokyo", RECIPE_DEFAULT, "2026-05-11T12:00",
                   "2026-05-12T12:00");
}

static void drop_column(struct analysis *life, enum epoch_column column)
{
    mem_free(life->epochs.column[column]);
    life->epochs.column[column] = NULL;
}

static void evidence_for_the_table_and_for_the_wrist(void **context)
{
    (void)context;
    struct nonwear_evidence table = {.hours = 0.6,
                                     .fall_c = 6,
                                     .rise_c = 5,
                                     .below_c = 6,
                                     .stirs_per_h = 0,
                                     .drift_deg = 0.1,
                                     .has_noise = true};
    assert_true(nonwear_weigh(&table) >= NONWEAR_POINTS);
    struct nonwear_evidence sleeper = {.hours = 3,
                                       .fall_c = 0.2,
                                       .rise_c = 0,
                                       .below_c = -1,
                                       .stirs_per_h = 0,
                                       .drift_deg = 0.2,
                                       .has_noise = true};
    assert_true(nonwear_weigh(&sleeper) < NONWEAR_POINTS);
    sleeper.fall_c = sleeper.rise_c = sleeper.below_c = NAN; /* nothing known of warmth */
    assert_true(nonwear_weigh(&sleeper) < NONWEAR_POINTS);
    sleeper.hours = 6; /* but nobody lies without a stir for so long */
    assert_true(nonwear_weigh(&sleeper) >= NONWEAR_POINTS);
    sleeper.stirs_per_h = 4;
    assert_true(nonwear_weigh(&sleeper) < NONWEAR_POINTS);
}

static void half_an_hour_on_a_table_is_found_by_its_cooling(void **context)
{
    (void)context;
    struct analysis life;
    struct zone *zone = NULL;
    open_day(&life, &zone);
    made_life_set(&life, zone, "2026-05-11T18:00", "2026-05-11T18:30", MADE_TABLE);
    mark(&life);
    assert_close(hours_off(&life), 0.5, 0.01);
    analysis_release(&life);
    zone_close(zone);
}

static void motionless_sleep_of_five_hours_stays_worn_while_it_is_warm(void **context)
{
    (void)context;
    struct analysis life;
    struct zone *zone = NULL;
    open_day(&life, &zone);
    made_life_set(&life, zone, "2026-05-11T23:00", "2026-05-12T04:00", MADE_MOTIONLESS);
    mark(&life);
    assert_close(hours_off(&life), 0, 0);
    analysis_release(&life);
    zone_close(zone);
}

static void without_temperature_length_must_speak(void **context)
{
    (void)context;
    struct analysis life;
    struct zone *zone = NULL;
    open_day(&life, &zone);
    made_life_set(&life, zone, "2026-05-11T14:00", "2026-05-11T17:00", MADE_MOTIONLESS);
    made_life_set(&life, zone, "2026-05-11T23:00", "2026-05-12T05:00", MADE_MOTIONLESS);
    drop_column(&life, EPOCH_TEMPERATURE_C);
    mark(&life);
    assert_close(hours_off(&life), 6, 0.01);
    analysis_release(&life);
    zone_close(zone);
}

static void angle_and_enmo_alone_need_still_more(void **context)
{
    (void)context;
    struct analysis life;
    struct zone *zone = NULL;
    open_day(&life, &zone);
    made_life_set(&life, zone, "2026-05-11T14:00", "2026-05-11T18:00", MADE_MOTIONLESS);
    made_life_set(&life, zone, "2026-05-11T23:00", "2026-05-12T06:00", MADE_MOTIONLESS);
    drop_column(&life, EPOCH_TEMPERATURE_C);
    drop_column(&life, EPOCH_STD_MG);
    mark(&life);
    assert_close(hours_off(&life), 7, 0.01);
    analysis_release(&life);
    zone_close(zone);
}

static void recorder_laid_down_twice_stays_off_while_it_is_moved(void **context)
{
    (void)context;
    struct analysis life;
    struct zone *zone = NULL;
    open_day(&life, &zone);
    made_life_set(&life, zone, "2026-05-11T14:00", "2026-05-11T17:00", MADE_TABLE);
    float *sd = life.epochs.column[EPOCH_STD_MG];
    float *angle = life.epochs.column[EPOCH_ANGLE_Z_DEG];
    for (size_t i = 2160; i < 2220; i++) { /* 15:00, five minutes */
        sd[i] = 150;
        angle[i] = (float)(i % 40);
    }
    mark(&life);
    assert_close(hours_off(&life), 3, 0.02);
    analysis_release(&life);
    zone_close(zone);
}

static void unknown_time_is_not_nonwear(void **context)
{
    (void)context;
    struct analysis life;
    struct zone *zone = NULL;
    open_day(&life, &zone);
    made_life_set(&life, zone, "2026-05-11T14:00", "2026-05-12T02:00", MADE_MISSING);
    mark(&life);
    assert_close(hours_off(&life), 0, 0);
    drop_column(&life, EPOCH_ANGLE_Z_DEG);
    assert_int_equal(nonwear_default_mark(&life.epochs, &life.made_by.parameters, NULL), YK_OK);
    analysis_release(&life);
    zone_close(zone);
}

static void nonwear_says_when_memory_is_refused(void **context)
{
    (void)context;
    struct analysis life;
    struct zone *zone = NULL;
    open_day(&life, &zone);
    alloc_fail_at(1);
    assert_int_equal(nonwear_default_mark(&life.epochs, &life.made_by.parameters, NULL),
                     YK_ERR_MEMORY);
    alloc_fail_at(0);
    analysis_release(&life);
    zone_close(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(evidence_for_the_table_and_for_the_wrist),
        cmocka_unit_test(half_an_hour_on_a_table_is_found_by_its_cooling),
        cmocka_unit_test(motionless_sleep_of_five_hours_stays_worn_while_it_is_warm),
        cmocka_unit_test(without_temperature_length_must_speak),
        cmocka_unit_test(angle_and_enmo_alone_need_still_more),
        cmocka_unit_test(recorder_laid_down_twice_stays_off_while_it_is_moved),
        cmocka_unit_test(unknown_time_is_not_nonwear),
        cmocka_unit_test(nonwear_says_when_memory_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
