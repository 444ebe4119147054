/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/h5/h5_tables.h"
#include "src/pipeline/export_parts.h"

#define THEN INT64_C(1778457600000000000) /* 2026-05-11 */
#define WEEKS 1000

static const struct export_codes codes = {"P1", "P1-01", "D1"};

static void header_words_pass_only_when_they_cannot_be_a_name(void **state)
{
    (void)state;
    static const struct {
        const char *site, *firmware, *recipe;
        bool keeps_site, keeps_firmware, keeps_recipe;
    } cases[] = {
        {"left wrist", "44", "default", true, true, true},
        {"Non-Dominant Wrist", "1.7.2", "ggir-3.3+", true, true, true},
        {"", "v2.5.0", "actilife", true, true, true},
        {"left Yamada", "Ver4.08a date14Jul14", "yamada", false, false, false},
        {"wristy", "c7931 /trunk 601", "default2", false, false, false},
        {"\xE5\xB7\xA6\xE6\x89\x8B", "123456789", "+", false, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct analysis a;
        analysis_init(&a);
        snprintf(a.info.body_site, sizeof a.info.body_site, "%s", cases[i].site);
        snprintf(a.info.firmware, sizeof a.info.firmware, "%s", cases[i].firmware);
        snprintf(a.made_by.recipe, sizeof a.made_by.recipe, "%s", cases[i].recipe);
        export_strip(&a, &codes);
        assert_string_equal(a.info.body_site, cases[i].keeps_site ? cases[i].site : "");
        assert_string_equal(a.info.firmware, cases[i].keeps_firmware ? cases[i].firmware : "");
        assert_string_equal(a.made_by.recipe, cases[i].keeps_recipe ? cases[i].recipe : "own");
        analysis_release(&a);
    }
}

static void nothing_that_names_somebody_stays(void **state)
{
    (void)state;
    struct analysis a;
    analysis_init(&a);
    memset(a.recording_id, 'x', 20);
    memset(a.person_id, 'x', 20);
    memset(a.info.person_id, 'x', 20);
    memset(a.info.device_serial, 'x', 20);
    memset(a.info.session_id, 'x', 20);
    memset(a.made_by.input_sha256, 'x', 64);
    a.info.clock.issue.at_ns = THEN;
    a.info.clock.back.at_ns = THEN;
    a.info.clock.state = CLOCK_MAP_APPLIED;
    a.info.clock.drift_ppm = 12;
    read_report_add(&a.report, READ_EVENT_NOTE, THEN, THEN, 1, "said by somebody");
    export_strip(&a, &codes);
    assert_string_equal(a.recording_id, "P1-01");
    assert_string_equal(a.person_id, "P1");
    assert_string_equal(a.info.person_id, "P1");
    assert_string_equal(a.info.device_serial, "D1");
    assert_string_equal(a.info.session_id, "");
    assert_string_equal(a.made_by.input_sha256, "");
    assert_string_equal(a.report.events[0].detail, "");
    assert_int_equal(a.info.clock.issue.at_ns, TIME_UNKNOWN);
    assert_int_equal(a.info.clock.back.at_ns, TIME_UNKNOWN);
    assert_int_equal(a.info.clock.state, CLOCK_MAP_APPLIED); /* how good times are stays */
    assert_close(a.info.clock.drift_ppm, 12, 0);
    analysis_release(&a);
}

/* Every field of a table of the HDF5 file whose unit is a time must move: a field that is added
 * later and forgotten fails here. */
static void fill_times(const struct h5_table *table, void *row)
{
    for (size_t i = 0; i < table->n_fields; i++) {
        const struct h5_field *f = &table->fields[i];
        size_t n = strlen(f->name);
        if (n > 3 && strcmp(f->name + n - 3, "_ns") == 0) {
            int64_t then = THEN;
            memcpy((char *)row + f->offset, &then, sizeof then);
        }
    }
}

static void check_times(const struct h5_table *table, const void *row)
{
    const int64_t by = (int64_t)WEEKS * 7 * 24 * NS_PER_H;
    size_t n_times = 0;
    for (size_t i = 0; i < table->n_fields; i++) {
        const struct h5_field *f = &table->fields[i];
        size_t n = strlen(f->name);
        if (n > 3 && strcmp(f->name + n - 3, "_ns") == 0) {
            int64_t now = 0;
            memcpy(&now, (const char *)row + f->offset, sizeof now);
            if (now != THEN + by) {
                print_error("%s/%s did not move\n", table->group, f->name);
            }
            assert_true(now == THEN + by);
            n_times++;
        }
    }
    assert_true(n_times > 0);
}

static void every_time_moves_by_whole_weeks(void **state)
{
    (void)state;
    struct analysis a;
    analysis_init(&a);
    a.nights = mem_alloc(1, sizeof *a.nights);
    a.rests = mem_alloc(1, sizeof *a.rests);
    a.nonwear = mem_alloc(1, sizeof *a.nonwear);
    a.days = mem_alloc(1, sizeof *a.days);
    assert_true(a.nights != NULL && a.rests != NULL && a.nonwear != NULL && a.days != NULL);
    a.n_nights = a.n_rests = a.n_nonwear = a.n_days = 1;
    a.nights[0].evening = (struct civil_date){2026, 5, 11};
    a.days[0].date = (struct civil_date){2026, 5, 11};
    read_report_add(&a.report, READ_EVENT_GAP, THEN, THEN, 1, "");
    const struct {
        const struct h5_table *table;
        void *row;
    } rows[] = {{&h5_table_recording, &a.info},
                {&h5_table_night, &a.nights[0]},
                {&h5_table_rest, &a.rests[0]},
                {&h5_table_nonwear, &a.nonwear[0]},
                {&h5_table_event, &a.report.events[0]}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fill_times(rows[i].table, rows[i].row);
    }
    a.epochs.t0_ns = a.quarters.t0_ns = THEN;
    export_shift(&a, WEEKS);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check_times(rows[i].table, rows[i].row);
    }
    assert_true(a.epochs.t0_ns > THEN && a.quarters.t0_ns == a.epochs.t0_ns);
    assert_int_equal(civil_to_days(a.days[0].date),
                     civil_to_days((struct civil_date){2026, 5, 11}) + WEEKS * 7);
    assert_int_equal(civil_compare(a.nights[0].evening, a.days[0].date), 0);
    a.info.start_ns = TIME_UNKNOWN;
    export_shift(&a, WEEKS);
    assert_true(a.info.start_ns == TIME_UNKNOWN); /* what is unknown stays so */
    analysis_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_words_pass_only_when_they_cannot_be_a_name),
        cmocka_unit_test(nothing_that_names_somebody_stays),
        cmocka_unit_test(every_time_moves_by_whole_weeks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
