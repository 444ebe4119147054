/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/model/analysis.h"
#include "src/model/diary.h"
#include "tests/support/alloc.h"

/* A number that is forgotten in an _init() would read 0 and pass for a measurement. */
static void a_new_analysis_knows_nothing(void **state)
{
    (void)state;
    struct analysis a;
    analysis_init(&a);
    const struct rhythm_summary *r = &a.rhythm;
    for (const double *p = &r->activity_sum; p <= &r->composite_phase_deviation_h; p++) {
        assert_true(isnan(*p));
    }
    assert_string_equal(r->input, "");
    assert_true(isnan(a.night_means[NIGHTS_WEEKEND].waso_min.sd));
    assert_int_equal(a.night_means[NIGHTS_ALL].onset_h.n, 0);
    assert_true(a.info.start_ns == TIME_UNKNOWN && a.info.configured_stop_ns == TIME_UNKNOWN);
    assert_true(isnan(a.info.rate_hz) && isnan(a.info.gyro_range_dps));
    assert_int_equal(a.info.n_samples, -1);
    assert_true(isnan(a.report.observed_rate_hz) && isnan(a.report.battery_v.max));
    assert_close(a.calibration.scale[2], 1, 0);
    assert_true(isnan(a.calibration.error_before_mg));
    struct day_summary d;
    day_summary_init(&d);
    for (const double *p = &d.day_h; p <= &d.temperature_mean_c; p++) {
        assert_true(isnan(*p));
    }
    struct night n;
    night_init(&n);
    for (const double *p = &n.spt_min; p <= &n.confidence; p++) {
        assert_true(isnan(*p));
    }
    for (const int64_t *p = &n.window_start_ns; p <= &n.out_of_bed_ns; p++) {
        assert_true(*p == TIME_UNKNOWN);
    }
    assert_true(n.second_candidate_ns == TIME_UNKNOWN);
    assert_string_equal(n.sleep_method, "");
    analysis_release(&a);
    analysis_release(&a);
    analysis_release(NULL);
}

static void events_stop_at_their_limit_and_survive_refusal(void **state)
{
    (void)state;
    struct read_report r;
    read_report_init(&r);
    alloc_fail_at(1);
    read_report_add(&r, READ_EVENT_GAP, 1, 2, 3, "dropped");
    alloc_fail_at(0);
    assert_int_equal(r.n_events, 0);
    for (int i = 0; i < READ_EVENTS_MAX + 50; i++) {
        read_report_add(&r, READ_EVENT_GAP, i, i + 1, i,
                        i % 2 == 0 ? NULL
                                   : "a text longer than "
                                     "the sixty-four bytes there are, which is cut at its end");
    }
    assert_int_equal(r.n_events, READ_EVENTS_MAX);
    assert_string_equal(r.events[0].detail, "");
    assert_int_equal(strlen(r.events[1].detail), 63);
    read_report_release(&r);
    assert_null(r.events);
}

static void ranges_ignore_nan(void **state)
{
    (void)state;
    struct summary_range r = {NAN, NAN, NAN, NAN};
    static const double values[] = {NAN, 3, NAN, 1, 5, 4, NAN};
    for (size_t i = 0; i < 7; i++) {
        summary_range_add(&r, values[i]);
    }
    assert_close(r.first, 3, 0);
    assert_close(r.last, 4, 0);
    assert_close(r.min, 1, 0);
    assert_close(r.max, 5, 0);
}

static void words_are_stable(void **state)
{
    (void)state;
    assert_string_equal(night_exclude_word(0), "");
    assert_string_equal(night_exclude_word(EXCLUDE_CUT | EXCLUDE_NONWEAR), "nonwear");
    assert_string_equal(night_exclude_word(EXCLUDE_PERSON), "person");
    assert_string_equal(day_exclude_word(0), "");
    assert_string_equal(day_exclude_word(DAY_FEW_HOURS), "few_hours");
    assert_string_equal(rest_source_word(REST_AVERAGE), "average");
    assert_string_equal(rest_source_word(REST_NONE), "none");
    assert_string_equal(rest_kind_word(REST_KIND_BED), "bed");
    assert_string_equal(calibration_outcome_word(CALIBRATION_WORSE), "worse");
    assert_string_equal(read_event_word(READ_EVENT_CLOCK_JUMP), "clock_jump");
    assert_string_equal(read_event_word(READ_EVENT_REPAIR), "repair");
    assert_string_equal(read_event_word(READ_EVENT_NOTE), "note");
}

static void diaries_are_searched_by_person_and_night(void **state)
{
    (void)state;
    struct diary d;
    diary_init(&d);
    static const char *const persons[] = {"A", "B", "C"};
    for (int p = 0; p < 3; p++) {
        for (int i = 0; i < 5; i++) {
            assert_int_equal(MEM_RESERVE(d.nights, d.n, d.capacity), 0);
            struct diary_night *n = &d.nights[d.n++];
            diary_night_init(n);
            assert_true(n->wake_ns == TIME_UNKNOWN && n->off[7].end_ns == TIME_UNKNOWN);
            memcpy(n->person_id, persons[p], 2);
            n->night = (struct civil_date){2024, 6, (int8_t)(10 + 2 * i)};
            n->rested = p * 5 + i;
        }
    }
    for (int i = 0; i < 15; i++) {
        const struct diary_night *n = diary_find(&d, d.nights[i].person_id, d.nights[i].night);
        assert_int_equal(n->rested, i);
    }
    assert_null(diary_find(&d, "B", (struct civil_date){2024, 6, 11}));
    assert_null(diary_find(&d, "D", (struct civil_date){2024, 6, 10}));
    diary_release(&d);
    diary_release(&d);
    assert_null(diary_find(&d, "A", (struct civil_date){2024, 6, 10}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_analysis_knows_nothing),
        cmocka_unit_test(events_stop_at_their_limit_and_survive_refusal),
        cmocka_unit_test(ranges_ignore_nan),
        cmocka_unit_test(words_are_stable),
        cmocka_unit_test(diaries_are_searched_by_person_and_night),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
