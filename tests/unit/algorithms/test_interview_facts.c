/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The worked week gives exactly its expected values; thin data gives none.
 */
#include "tests/support/check.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "algorithms/interview_facts.h"
#include "src/base/mem.h"
#include "tests/support/worked_week.h"

static const struct interview_range all = {.n_most = 0};

static int minute_of(double hours)
{
    return (int)lround(hours * 60) % 1440;
}

static void the_worked_week_gives_its_expected_values(void **state)
{
    (void)state;
    struct participant_record record;
    struct interview_facts facts;
    worked_week_open(&record);
    interview_facts_init(&facts);
    assert_int_equal(interview_facts_of(&record, &all, &facts, NULL), YK_OK);
    const struct interview_set *every = &facts.now.set[INTERVIEW_ALL];
    const struct interview_set *attend = &facts.now.set[INTERVIEW_PROGRAMME];
    const struct interview_set *off = &facts.now.set[INTERVIEW_OFF];
    assert_int_equal(facts.now.n_nights, 7);
    assert_int_equal(facts.now.n_counted, 6);
    assert_int_equal(attend->n, 4);
    assert_int_equal(off->n, 2);
    assert_int_equal(lround(every->tst_min.mean), 400);
    assert_int_equal(lround(attend->tst_min.mean), 389);
    assert_int_equal(lround(off->tst_min.mean), 423);
    assert_int_equal(minute_of(attend->wake_h.mean), 7 * 60 + 8);
    assert_int_equal(lround(attend->wake_h.sd * 60), 11);
    assert_int_equal(minute_of(off->wake_h.mean), 8 * 60 + 38);
    assert_int_equal(minute_of(every->wake_h.mean), 7 * 60 + 38);
    assert_int_equal(minute_of(attend->onset_h.mean), 1);
    assert_int_equal(minute_of(off->onset_h.mean), 48);
    assert_int_equal(minute_of(attend->midsleep_h.mean), 3 * 60 + 35);
    assert_int_equal(minute_of(off->midsleep_h.mean), 4 * 60 + 43);
    assert_close(every->efficiency_pct.mean, 82.0, 0.05);
    assert_int_equal(facts.now.mornings.n, 4);
    assert_int_equal(facts.now.mornings.n_in_time, 4);
    assert_int_equal(facts.now.mornings.n_next, 4);
    assert_int_equal(facts.now.mornings.n_in_time_next, 3);
    assert_int_equal(minute_of(facts.nights[0].latest_wake_h), 8 * 60 + 10);
    assert_int_equal(minute_of(facts.nights[0].latest_wake_next_h), 7 * 60 + 10);
    assert_close(facts.nights[0].margin_min, 175, 1e-6);
    assert_true(isnan(off->wake_h.sd)); /* two nights have a mean, and no spread */
    assert_true(isnan(facts.nights[5].wake_h));
    assert_close(facts.nonwear_h, 4.5, 1e-9);
    assert_int_equal(facts.week, 3);
    assert_int_equal(facts.next->start_min, 540);
    assert_int_equal(facts.before.n_nights, 0);
    interview_facts_release(&facts);
    participant_record_release(&record);
}

static void what_is_too_thin_is_not_averaged(void **state)
{
    (void)state;
    struct participant_record record;
    struct interview_facts facts;
    worked_week_open(&record);
    struct night *nights = record.recordings[0].analysis.nights;
    for (size_t i = 2; i < 7; i++) {
        nights[i].exclude = EXCLUDE_CUT;
    }
    interview_facts_init(&facts);
    assert_int_equal(interview_facts_of(&record, &all, &facts, NULL), YK_OK);
    assert_int_equal(facts.now.n_counted, 2);
    assert_true(isnan(facts.now.set[INTERVIEW_ALL].tst_min.mean));
    assert_true(isnan(facts.now.set[INTERVIEW_OFF].wake_h.mean));
    assert_int_equal(facts.now.mornings.n, 1);
    interview_facts_release(&facts);
    participant_record_release(&record);
}

static void last_time_is_the_recording_before_and_weeks_between_stay_empty(void **state)
{
    (void)state;
    struct participant_record record;
    struct interview_facts facts;
    worked_week_open(&record);
    worked_week_add_before(&record, 25);
    interview_facts_init(&facts);
    assert_int_equal(interview_facts_of(&record, &all, &facts, NULL), YK_OK);
    assert_int_equal(facts.now.n_nights, 7);
    assert_int_equal(facts.before.n_nights, 7);
    assert_close(facts.before.set[INTERVIEW_ALL].wake_h.mean -
                     facts.now.set[INTERVIEW_ALL].wake_h.mean,
                 25.0 / 60, 1e-9);
    assert_int_equal(facts.first.n_nights, 7);
    assert_int_equal(civil_compare(facts.first.first, (struct civil_date){2026, 4, 13}), 0);
    /* Before the programme there are no programme days. */
    assert_int_equal(facts.before.set[INTERVIEW_PROGRAMME].n, 0);
    assert_int_equal(facts.before.mornings.n, 0);
    /* 13 April to 18 May, in weeks of the programme that began on 4 May. */
    assert_int_equal(facts.n_weeks, 6);
    assert_int_equal(facts.weeks[0].week, -2);
    assert_int_equal(facts.weeks[5].week, 3);
    assert_int_equal(facts.weeks[2].n_counted, 0);
    assert_true(isnan(facts.weeks[2].wake_mean_h));
    interview_facts_release(&facts);
    /* Looked at before the second recording ended, it is not there yet. */
    struct interview_range early = {.date = {2026, 5, 1}};
    assert_int_equal(interview_facts_of(&record, &early, &facts, NULL), YK_OK);
    assert_int_equal(civil_compare(facts.now.last, (struct civil_date){2026, 4, 19}), 0);
    assert_int_equal(facts.before.n_nights, 0);
    interview_facts_release(&facts);
    struct interview_range none = {.from = {2027, 1, 1}};
    struct failure why = {0};
    assert_int_equal(interview_facts_of(&record, &none, &facts, &why), YK_ERR_TOO_LITTLE);
    assert_non_null(strstr(why.text, "P-07"));
    participant_record_release(&record);
}

static void the_diary_is_compared_night_by_night(void **state)
{
    (void)state;
    struct participant_record record;
    struct interview_facts facts;
    worked_week_open(&record);
    record.diary.nights[0].wake_ns =
        record.recordings[0].analysis.nights[0].wake_ns + 10 * NS_PER_MIN;
    interview_facts_init(&facts);
    assert_int_equal(interview_facts_of(&record, &all, &facts, NULL), YK_OK);
    assert_close(facts.nights[0].onset_less_diary_min, 30, 1e-9);
    assert_close(facts.nights[0].wake_less_diary_min, -10, 1e-9);
    assert_true(isnan(facts.nights[1].wake_less_diary_min));
    assert_true(isnan(facts.nights[5].onset_less_diary_min));
    interview_facts_release(&facts);
    /* A diary that came after the analysis gives the bed times and what rests on them. */
    struct night *night = &record.recordings[0].analysis.nights[0];
    night->in_bed_ns = night->out_of_bed_ns = TIME_UNKNOWN;
    night->sol_min = night->tib_min = night->efficiency_pct = NAN;
    assert_int_equal(interview_facts_of(&record, &all, &facts, NULL), YK_OK);
    assert_close(facts.nights[0].in_bed_h, 23 + 20.0 / 60, 1e-9);
    assert_close(facts.nights[0].out_of_bed_h, 31 + 20.0 / 60, 1e-9);
    assert_close(facts.nights[0].sol_min, 30, 1e-9);
    assert_close(facts.nights[0].efficiency_pct, 100 * 395.0 / 480, 1e-9);
    interview_facts_release(&facts);
    participant_record_release(&record);
}

static void targets_are_counted_from_the_day_they_were_agreed(void **state)
{
    (void)state;
    struct participant_record record;
    struct interview_facts facts;
    worked_week_open(&record);
    record.targets = mem_alloc(1, sizeof *record.targets);
    assert_non_null(record.targets);
    record.n_targets = record.targets_capacity = 1;
    record.targets[0] = (struct target){{2026, 5, 14}, 7 * 60};
    interview_facts_init(&facts);
    assert_int_equal(interview_facts_of(&record, &all, &facts, NULL), YK_OK);
    /* Mornings of 14 (6:55), 15, 16 and 18 May; the 17th is not counted. */
    assert_int_equal(facts.now.mornings.n_target, 4);
    assert_int_equal(facts.now.mornings.n_on_target, 1);
    interview_facts_release(&facts);
    participant_record_release(&record);
}

static void somebody_who_wears_it_throughout_has_a_week_and_the_week_before(void **state)
{
    (void)state;
    struct participant_record record;
    struct interview_facts facts;
    worked_week_open(&record);
    worked_week_add_after(&record, 9);
    interview_facts_init(&facts);
    assert_int_equal(interview_facts_of(&record, &all, &facts, NULL), YK_OK);
    assert_int_equal(facts.n_nights, 7);
    assert_int_equal(civil_compare(facts.now.first, (struct civil_date){2026, 7, 13}), 0);
    assert_int_equal(civil_compare(facts.before.last, (struct civil_date){2026, 7, 12}), 0);
    assert_int_equal(facts.n_weeks, 11); /* the last morning is a Monday */
    interview_facts_release(&facts);
    struct interview_range wide = {.from = {2026, 5, 11}};
    assert_int_equal(interview_facts_of(&record, &wide, &facts, NULL), YK_OK);
    assert_int_equal(facts.n_nights, INTERVIEW_ROWS_MAX);
    interview_facts_release(&facts);
    wide.n_most = 1000;
    assert_int_equal(interview_facts_of(&record, &wide, &facts, NULL), YK_OK);
    assert_int_equal(facts.n_nights, 70);
    interview_facts_release(&facts);
    participant_record_release(&record);
}

static void a_recorder_on_the_desk_does_not_hide_the_one_on_the_wrist(void **state)
{
    (void)state;
    struct participant_record record;
    struct interview_facts facts;
    worked_week_open(&record);
    worked_week_add_after(&record, 1);
    struct night *early = &record.recordings[1].analysis.nights[0];
    early->evening = (struct civil_date){2026, 5, 17};
    early->exclude = EXCLUDE_NONWEAR;
    interview_facts_init(&facts);
    struct interview_range week = {.from = {2026, 5, 17}, .to = {2026, 5, 17}};
    assert_int_equal(interview_facts_of(&record, &week, &facts, NULL), YK_OK);
    assert_int_equal(facts.n_nights, 1);
    assert_int_equal(facts.nights[0].recording, 0);
    assert_int_equal(facts.now.n_counted, 1);
    interview_facts_release(&facts);
    early->exclude = 0; /* both counted: the newer one's */
    assert_int_equal(interview_facts_of(&record, &week, &facts, NULL), YK_OK);
    assert_int_equal(facts.nights[0].recording, 1);
    interview_facts_release(&facts);
    participant_record_release(&record);
}

static void an_eighth_night_is_not_last_time(void **state)
{
    (void)state;
    struct participant_record record;
    struct interview_facts facts;
    worked_week_open(&record);
    worked_week_add_before(&record, 25);
    struct analysis *now = &record.recordings[1].analysis;
    now->nights[0].evening = (struct civil_date){2026, 5, 10};
    interview_facts_init(&facts);
    assert_int_equal(interview_facts_of(&record, &all, &facts, NULL), YK_OK);
    assert_int_equal(facts.n_nights, 6); /* of 7 days: the 11th has none now */
    assert_int_equal(civil_compare(facts.before.last, (struct civil_date){2026, 4, 19}), 0);
    assert_int_equal(facts.before.n_nights, 7);
    interview_facts_release(&facts);
    participant_record_release(&record);
}

static void a_sleep_outside_the_written_bed_has_no_latency_or_efficiency(void **state)
{
    (void)state;
    struct participant_record record;
    struct interview_facts facts;
    worked_week_open(&record);
    struct night *night = &record.recordings[0].analysis.nights[0];
    struct diary_night *written = &record.diary.nights[0];
    assert_int_equal(civil_compare(written->night, night->evening), 0);
    night->in_bed_ns = night->out_of_bed_ns = TIME_UNKNOWN;
    night->sol_min = night->tib_min = night->efficiency_pct = NAN;
    written->in_bed_ns = night->onset_ns - 30 * NS_PER_MIN;
    written->lights_out_ns = TIME_UNKNOWN;
    written->out_of_bed_ns = night->wake_ns + 15 * NS_PER_MIN;
    interview_facts_init(&facts);
    assert_int_equal(interview_facts_of(&record, &all, &facts, NULL), YK_OK);
    assert_close(facts.nights[0].sol_min, 30, 1e-9);
    assert_close(facts.nights[0].efficiency_pct, 100 * night->tst_min / facts.nights[0].tib_min,
                 1e-9);
    interview_facts_release(&facts);
    written->in_bed_ns -= 8 * NS_PER_H; /* in bed by night, asleep by day */
    written->out_of_bed_ns = night->onset_ns + NS_PER_H;
    assert_int_equal(interview_facts_of(&record, &all, &facts, NULL), YK_OK);
    assert_true(isnan(facts.nights[0].sol_min));
    assert_true(isnan(facts.nights[0].efficiency_pct));
    assert_true(facts.nights[0].tib_min > 0);
    interview_facts_release(&facts);
    participant_record_release(&record);
}

static void a_sleep_that_ends_before_midnight_is_no_waking_in_the_morning(void **state)
{
    (void)state;
    struct participant_record record;
    struct interview_facts facts;
    worked_week_open(&record);
    struct night *night = &record.recordings[0].analysis.nights[0];
    night->onset_ns -= 8 * NS_PER_H;
    night->wake_ns -= 12 * NS_PER_H; /* 19:05 of the evening before */
    interview_facts_init(&facts);
    assert_int_equal(interview_facts_of(&record, &all, &facts, NULL), YK_OK);
    assert_int_equal(facts.nights[0].in_time, -1);
    assert_true(isnan(facts.nights[0].margin_min));
    assert_int_equal(facts.now.mornings.n, 3);
    assert_int_equal(facts.now.set[INTERVIEW_PROGRAMME].n, 4);
    interview_facts_release(&facts);
    participant_record_release(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worked_week_gives_its_expected_values),
        cmocka_unit_test(what_is_too_thin_is_not_averaged),
        cmocka_unit_test(last_time_is_the_recording_before_and_weeks_between_stay_empty),
        cmocka_unit_test(the_diary_is_compared_night_by_night),
        cmocka_unit_test(somebody_who_wears_it_throughout_has_a_week_and_the_week_before),
        cmocka_unit_test(a_recorder_on_the_desk_does_not_hide_the_one_on_the_wrist),
        cmocka_unit_test(a_sleep_outside_the_written_bed_has_no_latency_or_efficiency),
        cmocka_unit_test(a_sleep_that_ends_before_midnight_is_no_waking_in_the_morning),
        cmocka_unit_test(an_eighth_night_is_not_last_time),
        cmocka_unit_test(targets_are_counted_from_the_day_they_were_agreed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
