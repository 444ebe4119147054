/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The default recipe against the truth of the reference recording, and on invented nights.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/sleep.h"
#include "tests/support/alloc.h"
#include "tests/support/made_life.h"
#include "tests/support/short25_epochs.h"

static int64_t instant(const struct zone *zone, const char *text)
{
    int64_t ns = TIME_UNKNOWN;
    assert_true(zone_parse_iso(zone, text, &ns));
    return ns;
}

static double minutes_off(const struct zone *zone, int64_t ns, const char *text)
{
    return (double)(ns - instant(zone, text)) / (double)NS_PER_MIN;
}

static void assert_night(const struct zone *zone, const struct night *night, const char *onset,
                         const char *wake, double tolerance_min)
{
    assert_close(minutes_off(zone, night->onset_ns, onset), 0, tolerance_min);
    assert_close(minutes_off(zone, night->wake_ns, wake), 0, tolerance_min);
}

static void default_recipe_meets_the_truth_of_short25(void **context)
{
    (void)context;
    struct analysis life;
    struct zone *zone = NULL;
    if (!short25_open(&life, &zone, RECIPE_DEFAULT)) {
        skip();
    }
    assert_int_equal(sleep_detect(&life, zone, NULL, NULL, NULL), YK_OK);
    assert_int_equal(life.n_nights, 3);
    /* From truth.json. */
    assert_night(zone, &life.nights[0], "2024-06-17T23:08:24", "2024-06-18T06:58:26", 0.5);
    assert_night(zone, &life.nights[1], "2024-06-18T23:24:26", "2024-06-19T07:19:17", 0.5);
    assert_night(zone, &life.nights[2], "2024-06-19T22:39:51", "2024-06-20T06:51:20", 0.5);
    for (size_t j = 0; j < 3; j++) {
        assert_int_equal(life.nights[j].exclude, 0);
    }
    assert_close(life.nights[0].waso_min, 0.32 * 60, 10);
    assert_close(life.nights[1].waso_min, 0.7069 * 60, 10);
    assert_close(life.nights[2].waso_min, 0.6678 * 60, 10);
    assert_int_equal(life.n_rests, 4); /* and the nap */
    assert_int_equal(life.rests[1].kind, REST_KIND_NAP);
    assert_close(minutes_off(zone, life.rests[1].start_ns, "2024-06-18T14:05:00"), 0, 1);
    assert_close(minutes_off(zone, life.rests[1].end_ns, "2024-06-18T14:53:20"), 0, 1);
    assert_int_equal(life.n_nonwear, 1);
    assert_close(minutes_off(zone, life.nonwear[0].start_ns, "2024-06-19T12:52:00"), 0, 1);
    assert_close(minutes_off(zone, life.nonwear[0].end_ns, "2024-06-19T15:52:00"), 0, 1);
    analysis_release(&life);
    zone_close(zone);
}

static void no_night_of_a_doubtful_clock_is_counted(void **context)
{
    (void)context;
    static const char *const recipe[] = {RECIPE_DEFAULT, RECIPE_GGIR};
    for (int i = 0; i < 2; i++) {
        for (int is_in_doubt = 0; is_in_doubt < 2; is_in_doubt++) {
            struct analysis life;
            struct zone *zone = NULL;
            made_life_open(&life, &zone, "Asia/Tokyo", recipe[i], "2024-06-16T00:00",
                           "2024-06-19T12:00");
            made_life_set(&life, zone, "2024-06-16T23:00", "2024-06-17T07:00", MADE_ASLEEP);
            made_life_set(&life, zone, "2024-06-17T23:00", "2024-06-18T07:00", MADE_ASLEEP);
            made_life_set(&life, zone, "2024-06-18T23:00", "2024-06-19T07:00", MADE_ASLEEP);
            life.info.clock_is_in_doubt = is_in_doubt != 0;
            assert_int_equal(sleep_detect(&life, zone, NULL, NULL, NULL), YK_OK);
            assert_true(life.n_nights >= 3);
            for (size_t j = 0; j < life.n_nights; j++) {
                bool says_so = (life.nights[j].exclude & EXCLUDE_CLOCK) != 0;
                assert_int_equal(says_so, is_in_doubt);
            }
            analysis_release(&life);
            zone_close(zone);
        }
    }
}

static void spring_night_is_an_hour_shorter(void **context)
{
    (void)context;
    struct analysis life;
    struct zone *zone = NULL;
    made_life_open(&life, &zone, "Europe/London", RECIPE_DEFAULT, "2024-03-30T12:00",
                   "2024-03-31T12:00");
    made_life_set(&life, zone, "2024-03-30T23:00", "2024-03-31T07:00", MADE_ASLEEP);
    assert_int_equal(sleep_detect(&life, zone, NULL, NULL, NULL), YK_OK);
    assert_int_equal(life.n_nights, 1);
    const struct night *night = &life.nights[0];
    assert_int_equal(night->window_end_ns - night->window_start_ns, 23 * NS_PER_H);
    assert_night(zone, night, "2024-03-30T23:00", "2024-03-31T07:00", 1);
    assert_close(night->spt_min, 420, 1);
    assert_close(zone_clock_h(zone, night->evening, night->wake_ns), 31, 0.02);
    assert_close(night->invalid_pct, 0, 0.1);
    analysis_release(&life);
    zone_close(zone);
}

static void autumn_night_is_an_hour_longer(void **context)
{
    (void)context;
    struct analysis life;
    struct zone *zone = NULL;
    made_life_open(&life, &zone, "Europe/London", RECIPE_DEFAULT, "2024-10-26T12:00",
                   "2024-10-28T12:00");
    made_life_set(&life, zone, "2024-10-26T23:00", "2024-10-27T07:00", MADE_ASLEEP);
    made_life_set(&life, zone, "2024-10-27T23:00", "2024-10-28T07:00", MADE_ASLEEP);
    assert_int_equal(sleep_detect(&life, zone, NULL, NULL, NULL), YK_OK);
    assert_int_equal(life.n_nights, 2);
    assert_night(zone, &life.nights[0], "2024-10-26T23:00", "2024-10-27T07:00", 1);
    assert_night(zone, &life.nights[1], "2024-10-27T23:00", "2024-10-28T07:00", 1);
    assert_close(life.nights[0].spt_min, 540, 1);
    assert_close(life.nights[1].spt_min, 480, 1);
    assert_int_equal(life.nights[1].evening.day, 27);
    analysis_release(&life);
    zone_close(zone);
}

static void day_sleeper_keeps_one_whole_rest_a_day(void **context)
{
    (void)context;
    struct analysis life;
    struct zone *zone = NULL;
    made_life_open(&life, &zone, "Asia/Tokyo", RECIPE_DEFAULT, "2026-05-11T18:00",
                   "2026-05-14T18:00");
    made_life_set(&life, zone, "2026-05-12T09:00", "2026-05-12T16:00", MADE_ASLEEP);
    made_life_set(&life, zone, "2026-05-13T09:30", "2026-05-13T16:30", MADE_ASLEEP);
    made_life_set(&life, zone, "2026-05-14T01:00", "2026-05-14T08:00", MADE_ASLEEP);
    assert_int_equal(sleep_detect(&life, zone, NULL, NULL, NULL), YK_OK);
    assert_int_equal(life.n_nights, 3);
    assert_night(zone, &life.nights[0], "2026-05-12T09:00", "2026-05-12T16:00", 1);
    assert_night(zone, &life.nights[1], "2026-05-13T09:30", "2026-05-13T16:30", 1);
    assert_night(zone, &life.nights[2], "2026-05-14T01:00", "2026-05-14T08:00", 1);
    assert_int_equal(life.nights[0].evening.day, 11);
    analysis_release(&life);
    zone_close(zone);
}

static void night_that_the_recording_cuts_is_not_counted(void **context)
{
    (void)context;
    struct analysis life;
    struct zone *zone = NULL;
    made_life_open(&life, &zone, "Asia/Tokyo", RECIPE_DEFAULT, "2026-05-11T02:00",
                   "2026-05-13T03:00");
    made_life_set(&life, zone, "2026-05-11T02:00", "2026-05-11T07:00", MADE_ASLEEP);
    made_life_set(&life, zone, "2026-05-11T23:00", "2026-05-12T07:00", MADE_ASLEEP);
    made_life_set(&life, zone, "2026-05-12T23:00", "2026-05-13T03:00", MADE_ASLEEP);
    assert_int_equal(sleep_detect(&life, zone, NULL, NULL, NULL), YK_OK);
    assert_int_equal(life.n_nights, 3);
    assert_true((life.nights[0].exclude & EXCLUDE_CUT) != 0);
    assert_true((life.nights[0].exclude & EXCLUDE_FEW_HOURS) != 0);
    assert_int_equal(life.nights[1].exclude, 0);
    assert_true((life.nights[2].exclude & EXCLUDE_CUT) != 0);
    analysis_release(&life);
    zone_close(zone);
}

static void motionless_sleeper_keeps_the_night_and_a_table_does_not_sleep(void **context)
{
    (void)context;
    struct analysis life;
    struct zone *zone = NULL;
    made_life_open(&life, &zone, "Asia/Tokyo", RECIPE_DEFAULT, "2026-05-11T12:00",
                   "2026-05-14T12:00");
    made_life_set(&life, zone, "2026-05-11T23:00", "2026-05-12T07:00", MADE_ASLEEP);
    made_life_set(&life, zone, "2026-05-12T01:00", "2026-05-12T04:00", MADE_MOTIONLESS);
    made_life_set(&life, zone, "2026-05-12T18:00", "2026-05-12T20:00", MADE_TABLE);
    made_life_set(&life, zone, "2026-05-12T23:30", "2026-05-13T07:30", MADE_ASLEEP);
    made_life_set(&life, zone, "2026-05-13T23:00", "2026-05-14T07:00", MADE_TABLE);
    assert_int_equal(sleep_detect(&life, zone, NULL, NULL, NULL), YK_OK);
    assert_int_equal(life.n_nights, 3);
    assert_night(zone, &life.nights[0], "2026-05-11T23:00", "2026-05-12T07:00", 1);
    assert_close(life.nights[0].nonwear_in_spt_pct, 0, 0);
    assert_night(zone, &life.nights[1], "2026-05-12T23:30", "2026-05-13T07:30", 1);
    assert_true(life.nights[2].onset_ns == TIME_UNKNOWN);
    assert_true((life.nights[2].exclude & EXCLUDE_NO_SLEEP) != 0);
    assert_int_equal(life.n_nonwear, 2);
    assert_close(minutes_off(zone, life.nonwear[0].start_ns, "2026-05-12T18:00"), 0, 1);
    assert_close(minutes_off(zone, life.nonwear[1].end_ns, "2026-05-14T07:00"), 0, 1);
    analysis_release(&life);
    zone_close(zone);
}

/* Taken off at half past one until the morning: the hours that are known are no night. Taken
 * off on getting up: the night is known. */
static void recorder_that_comes_off_in_the_night_costs_the_night(void **context)
{
    (void)context;
    struct analysis life;
    struct zone *zone = NULL;
    made_life_open(&life, &zone, "Asia/Tokyo", RECIPE_DEFAULT, "2026-05-11T12:00",
                   "2026-05-14T12:00");
    made_life_set(&life, zone, "2026-05-11T23:15", "2026-05-12T01:30", MADE_ASLEEP);
    made_life_set(&life, zone, "2026-05-12T01:30", "2026-05-12T08:40", MADE_TABLE);
    made_life_set(&life, zone, "2026-05-12T23:30", "2026-05-13T06:00", MADE_ASLEEP);
    made_life_set(&life, zone, "2026-05-13T06:05", "2026-05-13T09:00", MADE_TABLE);
    made_life_set(&life, zone, "2026-05-13T20:00", "2026-05-14T03:00", MADE_TABLE);
    made_life_set(&life, zone, "2026-05-14T03:00", "2026-05-14T06:30", MADE_ASLEEP);
    assert_int_equal(sleep_detect(&life, zone, NULL, NULL, NULL), YK_OK);
    assert_int_equal(life.n_nights, 3);
    assert_true((life.nights[0].exclude & EXCLUDE_NONWEAR) != 0);
    assert_int_equal(life.nights[1].exclude, 0);
    assert_true((life.nights[2].exclude & EXCLUDE_NONWEAR) != 0);
    analysis_release(&life);
    zone_close(zone);
}

static void gap_inside_a_night_is_unknown_not_sleep(void **context)
{
    (void)context;
    struct analysis life;
    struct zone *zone = NULL;
    made_life_open(&life, &zone, "Asia/Tokyo", RECIPE_DEFAULT, "2026-05-11T12:00",
                   "2026-05-12T12:00");
    made_life_set(&life, zone, "2026-05-11T23:00", "2026-05-12T07:00", MADE_ASLEEP);
    made_life_set(&life, zone, "2026-05-12T02:00", "2026-05-12T03:00", MADE_MISSING);
    assert_int_equal(sleep_detect(&life, zone, NULL, NULL, NULL), YK_OK);
    assert_int_equal(life.n_nights, 1);
    assert_night(zone, &life.nights[0], "2026-05-11T23:00", "2026-05-12T07:00", 1);
    assert_close(life.nights[0].spt_min, 480, 1);
    assert_close(life.nights[0].tst_min, 420, 5);
    assert_close(life.nights[0].tst_min + life.nights[0].waso_min, 420, 1);
    assert_close(life.nights[0].awakenings_n, 0, 0);
    assert_close(life.nights[0].invalid_pct, 100.0 / 24, 0.1);
    analysis_release(&life);
    zone_close(zone);
}

static void wake_in_the_night_is_measured(void **context)
{
    (void)context;
    struct analysis life;
    struct zone *zone = NULL;
    made_life_open(&life, &zone, "Asia/Tokyo", RECIPE_DEFAULT, "2026-05-11T12:00",
                   "2026-05-12T12:00");
    made_life_set(&life, zone, "2026-05-11T23:00", "2026-05-12T07:00", MADE_ASLEEP);
    made_life_set(&life, zone, "2026-05-12T02:00", "2026-05-12T02:20", MADE_AWAKE);
    made_life_set(&life, zone, "2026-05-12T05:00", "2026-05-12T05:08", MADE_AWAKE);
    assert_int_equal(sleep_detect(&life, zone, NULL, NULL, NULL), YK_OK);
    assert_int_equal(life.n_nights, 1);
    assert_night(zone, &life.nights[0], "2026-05-11T23:00", "2026-05-12T07:00", 1);
    assert_close(life.nights[0].waso_min, 28, 3);
    assert_close(life.nights[0].awakenings_n, 2, 0);
    analysis_release(&life);
    zone_close(zone);
}

static void rest_in_a_lit_room_before_the_dark_is_the_evening(void **context)
{
    (void)context;
    for (int has_light = 0; has_light < 2; has_light++) {
        struct analysis life;
        struct zone *zone = NULL;
        made_life_open(&life, &zone, "Asia/Tokyo", RECIPE_DEFAULT, "2026-05-11T12:00",
                       "2026-05-12T12:00");
        made_life_set(&life, zone, "2026-05-11T20:30", "2026-05-12T07:00", MADE_ASLEEP);
        made_life_set(&life, zone, "2026-05-11T22:30", "2026-05-11T22:42", MADE_AWAKE);
        size_t dark =
            (size_t)((instant(zone, "2026-05-11T22:42") - life.epochs.t0_ns) / (5 * NS_PER_S));
        assert_int_equal(epoch_series_need(&life.epochs, EPOCH_LIGHT, NULL), YK_OK);
        for (size_t i = 0; i < life.epochs.n; i++) {
            life.epochs.column[EPOCH_LIGHT][i] = has_light == 0 ? NAN : i < dark ? 200 : 5;
        }
        assert_int_equal(sleep_detect(&life, zone, NULL, NULL, NULL), YK_OK);
        assert_int_equal(life.n_nights, 1);
        assert_night(zone, &life.nights[0],
                     has_light == 0 ? "2026-05-11T20:30" : "2026-05-11T22:42",
                     "2026-05-12T07:00", 1);
        assert_int_equal(life.n_rests,
                         1 + has_light); /* the evening's rest is one of its own */
        analysis_release(&life);
        zone_close(zone);
    }
}

static void diary_guides_the_night(void **context)
{
    (void)context;
    struct analysis life;
    struct zone *zone = NULL;
    made_life_open(&life, &zone, "Asia/Tokyo", RECIPE_DEFAULT, "2026-05-11T12:00",
                   "2026-05-12T12:00");
    made_life_set(&life, zone, "2026-05-11T21:00", "2026-05-11T22:30", MADE_ASLEEP);
    made_life_set(&life, zone, "2026-05-11T23:20", "2026-05-12T07:00", MADE_ASLEEP);
    memcpy(life.person_id, "P01", 4);
    struct diary_night entry;
    diary_night_init(&entry);
    memcpy(entry.person_id, "P01", 4);
    entry.night = (struct civil_date){2026, 5, 11};
    entry.in_bed_ns = instant(zone, "2026-05-11T22:50");
    entry.lights_out_ns = instant(zone, "2026-05-11T23:00");
    entry.out_of_bed_ns = instant(zone, "2026-05-12T07:30");
    struct diary diary = {.nights = &entry, .n = 1, .capacity = 1};
    assert_int_equal(sleep_detect(&life, zone, &diary, NULL, NULL), YK_OK);
    assert_int_equal(life.n_nights, 1);
    const struct night *night = &life.nights[0];
    assert_int_equal(night->rest_source, REST_DIARY);
    assert_night(zone, night, "2026-05-11T23:20", "2026-05-12T07:00", 1);
    assert_close(night->sol_min, 20, 1);
    assert_close(night->tib_min, 520, 0.01);
    assert_close(night->efficiency_pct, 100 * night->tst_min / 520, 0.01);
    assert_int_equal(life.n_rests, 3); /* evening rest, time in bed, sleep */
    assert_int_equal(life.rests[0].kind, REST_KIND_NAP);
    assert_int_equal(life.rests[1].kind, REST_KIND_BED);
    assert_true(life.rests[2].is_main);
    analysis_release(&life);
    zone_close(zone);
}

static void minute_means_of_angle_and_enmo_give_nights(void **context)
{
    (void)context;
    struct analysis life;
    struct zone *zone = NULL;
    made_life_open(&life, &zone, "Asia/Tokyo", RECIPE_DEFAULT, "2026-05-11T12:00",
                   "2026-05-13T12:00");
    made_life_set(&life, zone, "2026-05-11T23:00", "2026-05-12T07:00", MADE_ASLEEP);
    made_life_set(&life, zone, "2026-05-12T23:30", "2026-05-13T06:00", MADE_ASLEEP);
    made_life_set(&life, zone, "2026-05-13T02:00", "2026-05-13T02:20", MADE_AWAKE);
    made_life_as_minutes(&life);
    assert_int_equal(sleep_detect(&life, zone, NULL, NULL, NULL), YK_OK);
    assert_int_equal(life.n_nights, 2);
    assert_night(zone, &life.nights[0], "2026-05-11T23:00", "2026-05-12T07:00", 3);
    assert_night(zone, &life.nights[1], "2026-05-12T23:30", "2026-05-13T06:00", 3);
    assert_close(life.nights[1].waso_min, 20, 4);
    analysis_release(&life);
    zone_close(zone);
}

static void minute_counts_alone_give_nights(void **context)
{
    (void)context;
    struct analysis life;
    struct zone *zone = NULL;
    made_life_open(&life, &zone, "Asia/Tokyo", RECIPE_DEFAULT, "2026-05-11T12:00",
                   "2026-05-14T12:00");
    made_life_set(&life, zone, "2026-05-11T23:00", "2026-05-12T07:00", MADE_ASLEEP);
    made_life_set(&life, zone, "2026-05-12T23:30", "2026-05-13T06:00", MADE_ASLEEP);
    made_life_set(&life, zone, "2026-05-13T15:00", "2026-05-13T18:00", MADE_TABLE);
    made_life_set(&life, zone, "2026-05-14T00:00", "2026-05-14T08:00", MADE_ASLEEP);
    made_life_as_counts(&life);
    assert_int_equal(sleep_detect(&life, zone, NULL, NULL, NULL), YK_OK);
    assert_int_equal(life.n_nights, 3);
    assert_night(zone, &life.nights[0], "2026-05-11T23:00", "2026-05-12T07:00", 2);
    assert_night(zone, &life.nights[1], "2026-05-12T23:30", "2026-05-13T06:00", 2);
    assert_night(zone, &life.nights[2], "2026-05-14T00:00", "2026-05-14T08:00", 2);
    assert_string_equal(life.nights[0].sleep_method, "best-sum+oakley");
    assert_int_equal(life.n_nonwear, 1);
    assert_close(minutes_off(zone, life.nonwear[0].start_ns, "2026-05-13T15:00"), 0, 1);
    life.made_by.parameters.zero_runs_min =
        240; /* the three hours on the table are too short */
    assert_int_equal(sleep_detect(&life, zone, NULL, NULL, NULL), YK_OK);
    assert_int_equal(life.n_nonwear, 0);
    analysis_release(&life);
    zone_close(zone);
}

static void nothing_and_little_are_no_error(void **context)
{
    (void)context;
    static const char *const end[] = {"2026-05-11T12:00", "2026-05-11T12:00:05",
                                      "2026-05-11T12:01", "2026-05-11T14:00",
                                      "2026-05-12T01:00"};
    static const char *const recipe[] = {RECIPE_DEFAULT, RECIPE_GGIR};
    for (size_t k = 0; k < 10; k++) {
        struct analysis life;
        struct zone *zone = NULL;
        made_life_open(&life, &zone, "Asia/Tokyo", recipe[k % 2], "2026-05-11T12:00",
                       end[k / 2]);
        assert_int_equal(sleep_detect(&life, zone, NULL, NULL, NULL), YK_OK);
        for (size_t j = 0; j < life.n_nights && k % 2 == 0; j++) {
            assert_true(life.nights[j].exclude != 0);
        }
        analysis_release(&life);
        zone_close(zone);
    }
}

static void unknown_days_say_so(void **context)
{
    (void)context;
    struct analysis life;
    struct zone *zone = NULL;
    made_life_open(&life, &zone, "Asia/Tokyo", RECIPE_DEFAULT, "2026-05-11T12:00",
                   "2026-05-13T12:00");
    made_life_set(&life, zone, "2026-05-11T12:00", "2026-05-13T12:00", MADE_MISSING);
    assert_int_equal(sleep_detect(&life, zone, NULL, NULL, NULL), YK_OK);
    assert_int_equal(life.n_nights, 2);
    for (size_t j = 0; j < 2; j++) {
        assert_true((life.nights[j].exclude & EXCLUDE_NO_DATA) != 0);
        assert_true((life.nights[j].exclude & EXCLUDE_NO_SLEEP) != 0);
        assert_true(isnan(life.nights[j].tst_min));
        assert_true(life.nights[j].onset_ns == TIME_UNKNOWN);
    }
    analysis_release(&life);
    zone_close(zone);
}

static void second_run_gives_the_same_nights(void **context)
{
    (void)context;
    struct analysis life;
    struct zone *zone = NULL;
    made_life_open(&life, &zone, "Asia/Tokyo", RECIPE_DEFAULT, "2026-05-11T12:00",
                   "2026-05-12T12:00");
    made_life_set(&life, zone, "2026-05-11T23:00", "2026-05-12T07:00", MADE_ASLEEP);
    assert_int_equal(sleep_detect(&life, zone, NULL, NULL, NULL), YK_OK);
    struct night first = life.nights[0];
    assert_int_equal(sleep_detect(&life, zone, NULL, NULL, NULL), YK_OK);
    assert_int_equal(life.n_nights, 1);
    assert_int_equal(life.n_rests, 1);
    assert_int_equal(life.nights[0].onset_ns, first.onset_ns);
    assert_close(life.nights[0].confidence, first.confidence, 0);
    analysis_release(&life);
    zone_close(zone);
}

static void sleep_stops_when_cancelled_and_when_memory_is_refused(void **context)
{
    (void)context;
    static const char *const recipe[] = {RECIPE_DEFAULT, RECIPE_GGIR};
    for (int r = 0; r < 2; r++) {
        atomic_bool cancel = true;
        struct job job = {.cancel = &cancel};
        struct analysis life;
        struct zone *zone = NULL;
        made_life_open(&life, &zone, "Asia/Tokyo", recipe[r], "2026-05-11T12:00",
                       "2026-05-12T12:00");
        made_life_set(&life, zone, "2026-05-11T23:00", "2026-05-12T07:00", MADE_ASLEEP);
        assert_int_equal(sleep_detect(&life, zone, NULL, &job, NULL), YK_ERR_CANCELLED);
        for (uint64_t k = 1;; k++) {
            alloc_fail_at(k);
            enum yk_status status = sleep_detect(&life, zone, NULL, NULL, NULL);
            bool refused = alloc_end(status, YK_OK);
            if (!refused) {
                assert_true(k > 5);
                break;
            }
        }
        analysis_release(&life);
        zone_close(zone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(default_recipe_meets_the_truth_of_short25),
        cmocka_unit_test(no_night_of_a_doubtful_clock_is_counted),
        cmocka_unit_test(spring_night_is_an_hour_shorter),
        cmocka_unit_test(autumn_night_is_an_hour_longer),
        cmocka_unit_test(day_sleeper_keeps_one_whole_rest_a_day),
        cmocka_unit_test(night_that_the_recording_cuts_is_not_counted),
        cmocka_unit_test(motionless_sleeper_keeps_the_night_and_a_table_does_not_sleep),
        cmocka_unit_test(recorder_that_comes_off_in_the_night_costs_the_night),
        cmocka_unit_test(gap_inside_a_night_is_unknown_not_sleep),
        cmocka_unit_test(wake_in_the_night_is_measured),
        cmocka_unit_test(rest_in_a_lit_room_before_the_dark_is_the_evening),
        cmocka_unit_test(diary_guides_the_night),
        cmocka_unit_test(minute_means_of_angle_and_enmo_give_nights),
        cmocka_unit_test(minute_counts_alone_give_nights),
        cmocka_unit_test(nothing_and_little_are_no_error),
        cmocka_unit_test(unknown_days_say_so),
        cmocka_unit_test(second_run_gives_the_same_nights),
        cmocka_unit_test(sleep_stops_when_cancelled_and_when_memory_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
