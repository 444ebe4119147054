/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/pipeline/records_csv.h"
#include "src/store/audit.h"
#include "src/store/diaries.h"
#include "src/store/issued.h"
#include "src/store/persons.h"
#include "src/store/plans.h"
#include "tests/support/alloc.h"
#include "tests/support/store_scene.h"

static struct store_scene scene;
static struct failure why;

static int setup(void **state)
{
    store_scene_setup(state);
    assert_int_equal(person_add(&scene.store, "P01", NULL, NULL, &why), YK_OK);
    return 0;
}

/* Every column has its place in the database, and each row reads back as it was written. */
static void every_kind_has_its_table_and_begins_with_everything_unknown(void **state)
{
    (void)state;
    for (size_t i = 0; record_kind_at(i) != NULL; i++) {
        const struct record_kind *kind = record_kind_at(i);
        void *row = mem_alloc(1, kind->bytes), *rows = NULL;
        size_t n = 7;
        assert_non_null(row);
        assert_true(kind->n_columns <= RECORD_COLUMNS_MAX);
        kind->init(row);
        for (size_t k = 0; k < kind->n_columns; k++) {
            const struct record_column *column = &kind->columns[k];
            assert_true(column->offset >= sizeof(int64_t) &&
                        column->offset + column->room <= kind->bytes);
            assert_true(column->ja[0] != '\0' && column->en[0] != '\0');
            for (size_t w = 0; column->words != NULL && column->words[w] != NULL; w++) {
                assert_true(column->aliases == NULL || column->aliases[w] != NULL);
            }
            if ((column->flags & RECORD_MUST) != 0) {
                assert_true(record_is_empty(kind, k, row));
            }
        }
        if (record_list(&scene.store, kind, NULL, &rows, &n, &why) != YK_OK)
            fail_msg("%s: %s", kind->command, why.text);
        assert_int_equal(n, 0);
        mem_free(rows);
        mem_free(row);
    }
}

static void templates_give_three_stages_and_a_follow_up_on_whole_weeks(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int months;
        size_t n;
        struct civil_date last; /* the follow-up begins */
    } cases[] = {{"centre12", 0, 4, {2026, 8, 3}},
                 {"clinic", 3, 4, {2026, 8, 10}},
                 {"clinic", 6, 4, {2026, 11, 9}},
                 {"vocational24", 0, 5, {2028, 5, 8}}};
    const struct civil_date start = {2026, 5, 11};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char code[16];
        size_t n = 0, same = 0;
        struct programme programme;
        snprintf(code, sizeof code, "T%zu", i);
        assert_int_equal(person_add(&scene.store, code, NULL, NULL, &why), YK_OK);
        if (plan_add_template(&scene.store, code, cases[i].name, cases[i].months, start, 50, 60,
                              &n, &same, &why) != YK_OK)
            fail_msg("%s", why.text);
        assert_true(n == cases[i].n && same == 0);
        assert_int_equal(plan_add_template(&scene.store, code, cases[i].name, cases[i].months,
                                           start, 50, 60, &n, &same, &why),
                         YK_OK);
        assert_true(n == 0 && same == cases[i].n);
        programme_init(&programme);
        assert_int_equal(plan_load(&scene.store, code, &programme, &why), YK_OK);
        assert_int_equal(programme.n, cases[i].n);
        const struct programme_step *last = &programme.steps[programme.n - 1];
        assert_int_equal(civil_compare(last->from, cases[i].last), 0);
        assert_int_equal(last->days, 0);
        assert_int_equal(programme_week(&programme, start), 1);
        assert_int_equal(programme_latest_wake_min(&programme.steps[0]), 490);
        for (size_t k = 0; k < programme.n; k++) {
            int64_t days = civil_to_days(programme.steps[k].from) - civil_to_days(start);
            assert_int_equal(days % 7, 0);
        }
        programme_release(&programme);
    }
    size_t n = 0, same = 0;
    assert_int_equal(
        plan_add_template(&scene.store, "P01", "clinic", 7, start, NAN, NAN, &n, &same, &why),
        YK_ERR_ARGUMENT);
    assert_int_equal(plan_add_template(&scene.store, "P01", "夜夜夜夜夜夜夜夜夜夜夜夜夜夜", 6,
                                       start, NAN, NAN, &n, &same, &why),
                     YK_ERR_ARGUMENT);
    assert_non_null(strstr(why.text, "'夜夜夜夜夜夜夜夜夜夜夜夜夜' is no template"));
    /* One step that contradicts: none of the others either. */
    assert_int_equal(
        plan_add_template(&scene.store, "T0", "clinic", 6, start, NAN, NAN, &n, &same, &why),
        YK_ERR_CONFLICT);
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM plan_step"), 17);
}

static void a_programme_may_end_after_midnight(void **state)
{
    (void)state;
    struct plan_row row;
    struct programme programme;
    struct text written;
    bool is_new = false;
    size_t column = 0, end = record_column(&record_kind_plan, "end");
    record_kind_plan.init(&row);
    strcpy(row.person, "P01");
    row.from = (struct civil_date){2026, 6, 1};
    row.days = 1;
    row.start_min = 18 * 60;
    assert_int_equal(record_parse(&record_kind_plan, end, "25:30", NULL, &row, &why), YK_OK);
    if (record_add(&scene.store, &record_kind_plan, &row, &is_new, &column, &why) != YK_OK)
        fail_msg("%s", why.text);
    programme_init(&programme);
    assert_int_equal(plan_load(&scene.store, "P01", &programme, &why), YK_OK);
    assert_int_equal(programme.steps[0].end_min, 25 * 60 + 30);
    programme_release(&programme);
    text_init(&written);
    record_format(&record_kind_plan, end, NULL, &row, &written);
    assert_string_equal(text_string(&written), "25:30");
    text_release(&written);
    /* Only an end may be one: a start or a target is a time of its own day. */
    assert_int_equal(record_parse(&record_kind_plan, record_column(&record_kind_plan, "start"),
                                  "25:30", NULL, &row, &why),
                     YK_ERR_ARGUMENT);
}

static void a_copy_that_was_handed_out_is_remembered_with_its_consent(void **state)
{
    (void)state;
    struct issued_copy copy, *list = NULL;
    size_t n = 0;
    issued_init(&copy);
    snprintf(copy.person, sizeof copy.person, "P01");
    snprintf(copy.report_id, sizeof copy.report_id, "r1");
    copy.copy = COPY_EMPLOYER + 1;
    copy.made_ns = 5;
    copy.consent = 77;
    assert_int_equal(issued_add(&scene.store, &copy, &why), YK_ERR_CONFLICT);
    copy.consent = NAN;
    assert_int_equal(issued_add(&scene.store, &copy, &why), YK_OK);
    assert_int_equal(issued_list(&scene.store, "P01", &list, &n, &why), YK_OK);
    assert_true(n == 1 && list[0].copy == COPY_EMPLOYER + 1 && isnan(list[0].consent));
    mem_free(list);
}

static void a_record_whose_memory_is_refused_leaves_the_store_as_it_was(void **state)
{
    (void)state;
    static const char csv[] = "person_id,night_date,inbed_ts,wake_ts,nap_start_ts,nap_end_ts\n"
                              "P01,2026-05-11,23:00,7:00,,\nP01,2026-05-11,,,13:00,13:30\n"
                              "P01,2026-05-12,23:10,7:10,,\n";
    struct records_csv_options options = {.zone_name = "UTC"};
    struct records_csv_counts counts = {.n_new = 0};
    int64_t lines = 0, bad = 0;
    bool is_refused = true;
    uint64_t k = 1;
    for (; is_refused; k++) {
        struct byte_source *bytes = NULL;
        assert_int_equal(memory_source_open(csv, sizeof csv - 1, "d.csv", &bytes, &why), YK_OK);
        alloc_fail_at(k);
        enum yk_status status =
            records_csv_read(&scene.store, &record_kind_diary, bytes, &options, &counts, &why);
        is_refused = alloc_refused();
        alloc_fail_at(0);
        byte_source_close(bytes);
        /* What only a sentence would have needed may be missing. */
        assert_true(status == YK_OK || (is_refused && status == YK_ERR_MEMORY));
        assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM diary_row"),
                         status == YK_OK ? 3 : 0);
        if (status == YK_OK && is_refused) {
            assert_int_equal(db_run(scene.store.db, "DELETE FROM diary_row", &why), YK_OK);
        }
    }
    assert_true(k > 20 && counts.n_new == 3);
    assert_int_equal(audit_verify(scene.store.db, &lines, &bad, &why), YK_OK);
    assert_int_equal(bad, 0);
    for (k = 1, is_refused = true; is_refused; k++) {
        struct diary diary;
        diary_init(&diary);
        alloc_fail_at(k);
        enum yk_status status = diary_load(&scene.store, "P01", &diary, &why);
        is_refused = alloc_refused();
        alloc_fail_at(0);
        assert_int_equal(status, is_refused ? YK_ERR_MEMORY : YK_OK);
        assert_int_equal(diary.n, is_refused ? 0 : 2);
        diary_release(&diary);
    }
}

int main(void)
{
#define T(name) STORE_TEST_SETUP(name, setup, scene)
    const struct CMUnitTest tests[] = {
        T(every_kind_has_its_table_and_begins_with_everything_unknown),
        T(templates_give_three_stages_and_a_follow_up_on_whole_weeks),
        T(a_programme_may_end_after_midnight),
        T(a_copy_that_was_handed_out_is_remembered_with_its_consent),
        T(a_record_whose_memory_is_refused_leaves_the_store_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
