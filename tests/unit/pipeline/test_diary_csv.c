/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

#include "src/pipeline/diary_csv.h"
#include "tests/support/alloc.h"

#define HEAD                                                                                   \
    "person_id,night_date,inbed_ts,lights_out_ts,wake_ts,outbed_ts,nap_start_ts,"              \
    "nap_end_ts,off_start_ts,off_end_ts,rested,note\n"

static struct zone *tokyo;

static enum yk_status read_text(const char *text, bool keep_good, struct diary *out,
                                uint64_t *skipped, struct failure *why)
{
    struct byte_source *bytes = NULL;
    enum yk_status status = memory_source_open(text, strlen(text), "diary.csv", &bytes, why);
    struct diary_read_options options = {.zone = tokyo, .keep_good = keep_good};
    if (status == YK_OK) {
        status = diary_read(bytes, &options, out, skipped, why);
    }
    byte_source_close(bytes);
    return status;
}

static void assert_time(int64_t ns, const char *iso)
{
    char text[40];
    zone_format_iso(tokyo, ns, 0, text);
    assert_string_equal(text, iso);
}

static void clock_times_fall_on_the_day_that_the_evening_decides(void **state)
{
    (void)state;
    struct diary diary;
    struct failure why = {0};
    diary_init(&diary);
    assert_int_equal(read_text(HEAD "P7,2026/5/12,23:10,24:05,7:05,7:20,14:00,14:40,,,2,x\n",
                               false, &diary, NULL, &why),
                     YK_OK);
    assert_int_equal(diary.n, 1);
    const struct diary_night *night =
        diary_find(&diary, "P7", (struct civil_date){2026, 5, 12});
    assert_non_null(night);
    assert_time(night->in_bed_ns, "2026-05-12T23:10:00+09:00");
    assert_time(night->lights_out_ns, "2026-05-13T00:05:00+09:00");
    assert_time(night->wake_ns, "2026-05-13T07:05:00+09:00");
    assert_time(night->out_of_bed_ns, "2026-05-13T07:20:00+09:00");
    assert_time(night->nap[0].start_ns, "2026-05-12T14:00:00+09:00");
    assert_int_equal(night->n_nap, 1);
    assert_int_equal(night->rested, 2);
    diary_release(&diary);
}

static void a_late_riser_wakes_on_the_noon_after(void **state)
{
    (void)state;
    struct diary diary;
    struct failure why = {0};
    diary_init(&diary);
    assert_int_equal(
        read_text(HEAD "P7,2026-05-12,3:00,,12:40,13:05,,,,,,\n", false, &diary, NULL, &why),
        YK_OK);
    assert_time(diary.nights[0].in_bed_ns, "2026-05-13T03:00:00+09:00");
    assert_time(diary.nights[0].wake_ns, "2026-05-13T12:40:00+09:00");
    assert_time(diary.nights[0].out_of_bed_ns, "2026-05-13T13:05:00+09:00");
    diary_release(&diary);
}

static void further_rows_of_a_night_add_naps_and_rows_are_sorted(void **state)
{
    (void)state;
    struct diary diary;
    struct failure why = {0};
    diary_init(&diary);
    assert_int_equal(read_text(HEAD "B,2026-05-13,23:00,,7:00,,,,,,,\n"
                                    "A,2026-05-14,22:00,,,,,,,,,\n"
                                    "B,2026-05-13,,,,,13:00,13:30,20:00,21:00,,\n"
                                    "A,2026-05-12,22:30,,,,,,,,,\n",
                               false, &diary, NULL, &why),
                     YK_OK);
    assert_int_equal(diary.n, 3);
    assert_string_equal(diary.nights[0].person_id, "A");
    assert_int_equal(diary.nights[0].night.day, 12);
    assert_int_equal(diary.nights[2].n_nap, 1);
    assert_int_equal(diary.nights[2].n_off, 1);
    diary_release(&diary);
}

static void every_wrong_cell_is_named_with_its_place_and_what_is_right(void **state)
{
    (void)state;
    static const struct {
        const char *row, *say;
    } CASES[] = {
        {"P,2026-13-12,23:00,,,,,,,,,", "night_date"},
        {"P,,23:00,,,,,,,,,", "night_date"},
        {"P,1013-05-12,,,2026-05-13T07:00,,,,,,,", "night_date"},
        {",2026-05-12,23:00,,,,,,,,,", "code"},
        {"P,2026-05-12,25:99,,,,,,,,,", "'25:99'"},
        {"P,2026-05-12,夜夜夜夜夜夜夜夜夜夜夜夜夜夜,,,,,,,,,",
         "'夜夜夜夜夜夜夜夜夜夜夜夜夜' is not"},
        {"P,2026-05-12,2026-07-01T23:00,,,,,,,,,", "within a day"},
        {"P,2026-05-12,23:00,,2026-05-12T22:00,,,,,,,", "after"},
        {"P,2026-05-12,6:00,,5:00,,,,,,,", "20 hours"},
        {"P,2026-05-12,,,,,13:00,,,,,", "nap_end_ts"},
        {"P,2026-05-12,,,,,,,,14:00,,", "off_start_ts"},
        {"P,2026-05-12,,,,,14:00,13:30,,,,", "later"},
        {"P,2026-05-12,,,,,,,,,4,", "1, 2 or 3"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char text[1024];
        snprintf(text, sizeof text, HEAD "P,2026-05-11,23:00,,7:00,,,,,,,\n%s\n", CASES[i].row);
        struct diary diary;
        struct failure why = {0};
        diary_init(&diary);
        assert_int_equal(read_text(text, false, &diary, NULL, &why), YK_ERR_ARGUMENT);
        assert_int_equal(diary.n, 0); /* nothing is taken */
        if (strstr(why.text, CASES[i].say) == NULL || strstr(why.text, "line 3") == NULL) {
            fail_msg("'%s' gave: %s", CASES[i].row, why.text);
        }
        uint64_t skipped = 0;
        assert_int_equal(read_text(text, true, &diary, &skipped, &why), YK_OK);
        assert_int_equal(diary.n, 1);
        assert_int_equal(skipped, 1);
        diary_release(&diary);
    }
}

static void contradicting_rows_are_refused(void **state)
{
    (void)state;
    struct diary diary;
    struct failure why = {0};
    diary_init(&diary);
    assert_int_equal(read_text(HEAD "P,2026-05-11,23:00,,7:00,,,,,,,\n"
                                    "P,2026-05-11,23:30,,7:00,,,,,,,\n",
                               false, &diary, NULL, &why),
                     YK_ERR_CONFLICT);
    assert_non_null(strstr(why.text, "inbed_ts"));
}

static void refused_memory_leaves_nothing_behind(void **state)
{
    (void)state;
    for (uint64_t k = 1;; k++) {
        struct diary diary;
        struct failure why = {0};
        diary_init(&diary);
        alloc_fail_at(k);
        enum yk_status status =
            read_text(HEAD "P,2026-05-11,23:00,,7:00,,,,,,,\n", false, &diary, NULL, &why);
        bool refused = alloc_end(status, YK_OK);
        assert_int_equal(diary.n, refused ? 0 : 1);
        diary_release(&diary);
        if (!refused) {
            break;
        }
    }
}

static int open_zone(void **state)
{
    (void)state;
    return zone_open("Asia/Tokyo", &tokyo, NULL) != YK_OK;
}

static int close_zone(void **state)
{
    (void)state;
    zone_close(tokyo);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clock_times_fall_on_the_day_that_the_evening_decides),
        cmocka_unit_test(a_late_riser_wakes_on_the_noon_after),
        cmocka_unit_test(further_rows_of_a_night_add_naps_and_rows_are_sorted),
        cmocka_unit_test(every_wrong_cell_is_named_with_its_place_and_what_is_right),
        cmocka_unit_test(contradicting_rows_are_refused),
        cmocka_unit_test(refused_memory_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, open_zone, close_zone);
}
