/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every rule that rest= can name, on the same tidy nights (23:00 to 07:00), through the whole
 * of sleep_detect().
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/sleep.h"

enum { DAYS = 5, DAY = 1440, BED = 1380, UP = 420 };

static struct zone *utc;

/* Days from noon: up and about but for the night. */
static void make(struct analysis *a, enum count_kind kind, const char *const *set, size_t n_set)
{
    size_t n = (size_t)DAYS * DAY;
    analysis_init(a);
    assert_int_equal(parameters_of_recipe(RECIPE_DEFAULT, &a->made_by.parameters, NULL), YK_OK);
    for (size_t k = 0; k < n_set; k++) {
        struct failure why = {0};
        if (parameters_set(&a->made_by.parameters, set[k], &why) != YK_OK) {
            fail_msg("%s", why.text);
        }
    }
    a->info.count_kind = kind;
    a->epochs.epoch_s = 60;
    assert_int_equal(epoch_series_resize(&a->epochs, n, NULL), YK_OK);
    assert_int_equal(epoch_series_need(&a->epochs, EPOCH_COUNTS, NULL), YK_OK);
    assert_true(zone_parse_iso(utc, "2026-05-11T12:00:00", &a->epochs.t0_ns));
    for (size_t i = 0; i < n; i++) {
        size_t clock = (i + 720) % DAY;
        bool is_night = clock >= BED || clock < UP;
        bool stirs = is_night && clock % 61 < 2;
        a->epochs.column[EPOCH_COUNTS][i] =
            is_night ? (stirs ? 30.0F : 0.0F) : (float)(250 + (i * 37) % 300);
    }
}

static double clock_h(const struct night *night, int64_t at_ns)
{
    return zone_clock_h(utc, night->evening, at_ns);
}

static void every_rule_finds_a_tidy_night(void **state)
{
    (void)state;
    static const struct {
        const char *rest, *method;
        enum count_kind kind;
        double tolerance_h;
    } cases[] = {
        {"rest=best_sum", "best-sum+oakley", COUNT_KIND_ACTIWATCH, 0.1},
        {"rest=tudor_locke", "tudor-locke+oakley", COUNT_KIND_ACTIWATCH, 0.1},
        {"rest=roenneberg", "roenneberg+oakley", COUNT_KIND_ACTIWATCH, 0.2},
        {"rest=crespo", "crespo+oakley", COUNT_KIND_ACTIWATCH, 0.2},
        {"rest=logistic", "logistic+oakley", COUNT_KIND_ACTIWATCH, 0.1},
        {"rest=tudor_locke", "tudor-locke+ck_actilife", COUNT_KIND_ACTIGRAPH, 0.1},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct analysis a;
        struct failure why = {0};
        const char *const set[] = {cases[c].rest, "nonwear=none"};
        make(&a, cases[c].kind, set, 2);
        if (sleep_detect(&a, utc, NULL, NULL, &why) != YK_OK) {
            fail_msg("%s: %s", cases[c].rest, why.text);
        }
        size_t seen = 0;
        for (size_t k = 0; k < a.n_nights; k++) {
            const struct night *night = &a.nights[k];
            if (night->onset_ns == TIME_UNKNOWN) {
                continue;
            }
            assert_string_equal(night->sleep_method, cases[c].method);
            assert_close(clock_h(night, night->onset_ns), 23, cases[c].tolerance_h);
            assert_close(clock_h(night, night->wake_ns), 31, cases[c].tolerance_h);
            assert_int_equal(night->rest_source, REST_ALGORITHM);
            seen++;
        }
        assert_in_range(seen, 4, 5);
        analysis_release(&a);
    }
}

static void a_fixed_window_is_not_left(void **state)
{
    (void)state;
    struct analysis a;
    const char *const set[] = {"rest=fixed", "rest_from_h=24.5", "rest_to_h=30",
                               "nonwear=none"};
    make(&a, COUNT_KIND_ACTIWATCH, set, 4);
    assert_int_equal(sleep_detect(&a, utc, NULL, NULL, NULL), YK_OK);
    assert_true(a.n_nights >= 4);
    for (size_t k = 0; k < 4; k++) {
        assert_close(clock_h(&a.nights[k], a.nights[k].onset_ns), 24.5, 0.06);
        assert_close(clock_h(&a.nights[k], a.nights[k].wake_ns), 30, 0.06);
        assert_int_equal(a.nights[k].rest_source, REST_FIXED);
        assert_true(a.nights[k].in_bed_ns == TIME_UNKNOWN); /* a window is no time in bed */
    }
    analysis_release(&a);
}

/* One entry: one night; the others are listed without a window and not counted. */
static void a_diary_rule_knows_the_nights_of_the_diary(void **state)
{
    (void)state;
    struct analysis a;
    struct diary_night entry;
    struct diary diary;
    const char *const set[] = {"rest=diary", "nonwear=none"};
    make(&a, COUNT_KIND_ACTIWATCH, set, 2);
    diary_init(&diary);
    diary_night_init(&entry);
    entry.night = (struct civil_date){2026, 5, 12};
    assert_true(zone_parse_iso(utc, "2026-05-12T22:40:00", &entry.lights_out_ns));
    assert_true(zone_parse_iso(utc, "2026-05-13T07:20:00", &entry.out_of_bed_ns));
    diary.nights = &entry;
    diary.n = 1;
    assert_int_equal(sleep_detect(&a, utc, &diary, NULL, NULL), YK_OK);
    size_t with = 0;
    for (size_t k = 0; k < a.n_nights; k++) {
        const struct night *night = &a.nights[k];
        bool is_it = civil_compare(night->evening, entry.night) == 0;
        assert_int_equal(night->rest_source, is_it ? REST_DIARY : REST_NONE);
        assert_true(is_it || (night->exclude & EXCLUDE_NO_SLEEP) != 0);
        with += is_it;
        if (is_it) {
            assert_close(clock_h(night, night->onset_ns), 23, 0.1);
            assert_close(night->sol_min, 20, 4);
        }
    }
    assert_int_equal(with, 1);
    analysis_release(&a);
}

/* The file says when the person was in bed; the longest interval of a night is the night's. */
static void the_files_own_intervals_are_taken(void **state)
{
    (void)state;
    struct analysis a;
    const char *const set[] = {"rest=recorder", "edges=immobile", "nonwear=none"};
    int64_t from_ns = 0, to_ns = 0, nap_ns = 0;
    make(&a, COUNT_KIND_ACTIWATCH, set, 3);
    read_report_init(&a.report);
    assert_true(zone_parse_iso(utc, "2026-05-13T22:45:00", &from_ns));
    assert_true(zone_parse_iso(utc, "2026-05-14T07:15:00", &to_ns));
    assert_true(zone_parse_iso(utc, "2026-05-13T23:30:00", &nap_ns));
    read_report_add(&a.report, READ_EVENT_INTERVAL, nap_ns, nap_ns + NS_PER_H, -1, "rest");
    read_report_add(&a.report, READ_EVENT_INTERVAL, from_ns, to_ns, -1, "rest");
    read_report_add(&a.report, READ_EVENT_INTERVAL, from_ns, to_ns, -1, "excluded");
    assert_int_equal(sleep_detect(&a, utc, NULL, NULL, NULL), YK_OK);
    size_t with = 0;
    for (size_t k = 0; k < a.n_nights; k++) {
        const struct night *night = &a.nights[k];
        if (night->rest_source == REST_RECORDER) {
            assert_true(night->in_bed_ns == from_ns && night->out_of_bed_ns == to_ns);
            assert_close(clock_h(night, night->onset_ns), 23, 0.1);
            assert_close(night->tib_min, 510, 0);
            assert_string_equal(night->sleep_method, "recorder+oakley");
            with++;
        }
    }
    assert_int_equal(with, 1);
    analysis_release(&a);
}

/* A quarter of an hour that was not recorded is no sleep that begins. */
static void missing_minutes_do_not_lie_still(void **state)
{
    (void)state;
    struct analysis a;
    const char *const set[] = {"rest=fixed", "rest_from_h=22.75", "edges=immobile",
                               "nonwear=none"};
    make(&a, COUNT_KIND_ACTIWATCH, set, 4);
    for (size_t i = 645; i < 660; i++) { /* 22:45 to 23:00 */
        a.epochs.column[EPOCH_COUNTS][i] = NAN;
    }
    assert_int_equal(sleep_detect(&a, utc, NULL, NULL, NULL), YK_OK);
    assert_close(clock_h(&a.nights[0], a.nights[0].onset_ns), 23, 0.02);
    analysis_release(&a);
}

static void rescoring_is_named_and_wants_minutes(void **state)
{
    (void)state;
    struct analysis a;
    struct failure why = {0};
    const char *const set[] = {"rescoring=webster", "nonwear=none"};
    make(&a, COUNT_KIND_ACTIWATCH, set, 2);
    assert_int_equal(sleep_detect(&a, utc, NULL, NULL, &why), YK_OK);
    assert_string_equal(a.nights[1].sleep_method, "best-sum+oakley+webster");
    a.epochs.epoch_s = 30;
    assert_int_equal(sleep_detect(&a, utc, NULL, NULL, &why), YK_ERR_ARGUMENT);
    assert_non_null(strstr(why.text, "30 s"));
    analysis_release(&a);
}

static int setup(void **context)
{
    (void)context;
    return zone_open("UTC", &utc, NULL) == YK_OK ? 0 : -1;
}

static int teardown(void **context)
{
    (void)context;
    zone_close(utc);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_finds_a_tidy_night),
        cmocka_unit_test(a_fixed_window_is_not_left),
        cmocka_unit_test(a_diary_rule_knows_the_nights_of_the_diary),
        cmocka_unit_test(the_files_own_intervals_are_taken),
        cmocka_unit_test(missing_minutes_do_not_lie_still),
        cmocka_unit_test(rescoring_is_named_and_wants_minutes),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
