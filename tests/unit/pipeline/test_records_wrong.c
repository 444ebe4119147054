/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What people mistype, and the sentence that each gets: line, column, value, what would be
 * right. Nothing of a refused table is taken.
 */
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/pipeline/records_csv.h"
#include "src/store/consents.h"
#include "src/store/diaries.h"
#include "src/store/edits.h"
#include "src/store/loans.h"
#include "src/store/notes.h"
#include "src/store/persons.h"
#include "src/store/plans.h"
#include "tests/support/store_scene.h"

static struct store_scene scene;
static struct failure why;

static enum yk_status take(const struct record_kind *kind, const char *csv, size_t n,
                           bool keep_good, struct records_csv_counts *counts)
{
    struct byte_source *bytes = NULL;
    struct records_csv_options options = {.keep_good = keep_good};
    assert_int_equal(memory_source_open(csv, n, "表.csv", &bytes, &why), YK_OK);
    enum yk_status status = records_csv_read(&scene.store, kind, bytes, &options, counts, &why);
    byte_source_close(bytes);
    return status;
}

static void take_good(const struct record_kind *kind, const char *csv)
{
    struct records_csv_counts counts;
    if (take(kind, csv, strlen(csv), false, &counts) != YK_OK)
        fail_msg("%s", why.text);
}

#define PLAN "person_id,from_date,stage,days,start,end,commute_min,ready_min\n"
#define ATTENDANCE "person_id,date,status\n"
#define DIARY                                                                                  \
    "person_id,night_date,inbed_ts,lights_out_ts,wake_ts,outbed_ts,nap_start_ts,nap_end_ts,"   \
    "off_start_ts,off_end_ts,rested,note\n"
#define TARGET "person_id,from_date,target_wake\n"
#define NOTE "person_id,date,kind,audience,text\n"
#define CONSENT "person_id,scope,items,recipient,version,from_date,until_date,withdrawn_date\n"
#define LOAN "device_serial,person_id,from_ts,to_ts\n"
#define EDIT "person_id,night_date,field,edited_ts,editor,reason\n"

static int make(void **state)
{
    (void)state;
    store_scene_make(&scene);
    assert_int_equal(person_add(&scene.store, "P01", NULL, NULL, &why), YK_OK);
    assert_int_equal(person_add(&scene.store, "参加者2", NULL, NULL, &why), YK_OK);
    take_good(&record_kind_plan, PLAN "P01,2026-05-11,導入期,月水金,10:00,12:00,50,60\n");
    take_good(&record_kind_attendance, ATTENDANCE "P01,2026-05-11,attended\n");
    take_good(&record_kind_diary, DIARY "P01,2026-05-11,23:20,,7:05,7:20,,,,,2,\n");
    take_good(&record_kind_target, TARGET "P01,2026-05-11,7:00\n");
    take_good(&record_kind_note, NOTE "P01,2026-05-11,note,staff,ok\n");
    take_good(&record_kind_consent, CONSENT "P01,physician,,,v2,2026-05-01,2026-06-30,\n");
    take_good(&record_kind_loan, LOAN "39434,P01,2026-05-11T10:00,2026-05-18T10:00\n");
    return 0;
}

static int remove_all(void **state)
{
    (void)state;
    store_scene_remove(&scene);
    return 0;
}

static const struct {
    const struct record_kind *kind;
    const char *csv;
    const char *says; /* behind "表.csv, " */
} cases[] = {
    /* the table itself */
    {&record_kind_plan, "person_id,from_date,stage,days,start,end,comute_min\nP01,,,,,,\n",
     "line 1, column 7: 'comute_min' is no column of this table"},
    {&record_kind_plan, "from_date,days,start\n2026-05-11,月,10:00\n",
     "表.csv: the first line must name the columns; person_id is missing"},
    {&record_kind_loan, "device_serial,person_id,to_ts\n1,P01,\n", "from_ts is missing"},
    {&record_kind_attendance, "P01,2026-05-11,attended\n", "person_id is missing"},
    {&record_kind_attendance, "", "表.csv is empty: a header row is needed"},
    {&record_kind_note, NOTE "P01,2026-05-12,note,staff,\"not closed\n",
     "line 2: a quote is not closed"},
    {&record_kind_target, TARGET "P01,2026-05-12,7:00,8:00\n",
     "line 2, column 4: '8:00' has no column above it"},
    /* who */
    {&record_kind_plan, PLAN ",2026-06-01,,月,10:00,,,\n",
     "line 2, column 1 (person_id): does not fit: person_id is missing"},
    {&record_kind_plan, PLAN "P02,2026-06-01,,月,10:00,,,\n",
     "line 2, column 1 (person_id): 'P02' does not fit: no participant P02; there is P01"},
    {&record_kind_plan, PLAN "all,2026-06-01,,月,10:00,,,\n", "\"all\" means everyone"},
    {&record_kind_plan, PLAN "a/b,2026-06-01,,月,10:00,,,\n", "participant code"},
    {&record_kind_plan, PLAN "-P,2026-06-01,,月,10:00,,,\n", "cannot begin with '-'"},
    /* dates */
    {&record_kind_plan, PLAN "P01,,,月,10:00,,,\n",
     "column 2 (from_date): does not fit: from_date is missing"},
    {&record_kind_plan, PLAN "P01,2026-13-01,,月,10:00,,,\n",
     "line 2, column 2 (from_date): '2026-13-01' is not a date: write 2026-05-12 or 2026/5/12"},
    {&record_kind_plan, PLAN "P01,2026-02-30,,月,10:00,,,\n", "'2026-02-30' is not a date"},
    {&record_kind_plan, PLAN "P01,12.5.2026,,月,10:00,,,\n", "'12.5.2026' is not a date"},
    {&record_kind_plan, PLAN "P01,令和8年5月11日,,月,10:00,,,\n",
     "'令和8年5月11日' is not a date"},
    {&record_kind_plan, PLAN "P01,0026-05-11,,月,10:00,,,\n", "is not a date"},
    {&record_kind_plan, PLAN "P01,9999-05-11,,月,10:00,,,\n", "is not a date"},
    {&record_kind_target, TARGET "P01,46153,7:00\n", "'46153' is not a date"},
    /* days and hours */
    {&record_kind_plan, PLAN "P01,2026-06-01,,Mo-Fr,10:00,,,\n",
     "(days): 'Mo-Fr' is not a list of days: write Mon,Wed,Fri or 月水金"},
    {&record_kind_plan, PLAN "P01,2026-06-01,,\"Mon,Wde\",10:00,,,\n", "'Mon,Wde' is not"},
    {&record_kind_plan, PLAN "P01,2026-06-01,,平日,10:00,,,\n", "'平日' is not a list of days"},
    {&record_kind_plan, PLAN "P01,2026-06-01,,3,10:00,,,\n", "'3' is not a list of days"},
    {&record_kind_plan, PLAN "P01,2026-06-01,,月,25:00,,,\n",
     "(start): '25:00' is not a time of day: write 9:30 (0:00 to 23:59)"},
    {&record_kind_plan, PLAN "P01,2026-06-01,,月,9.30,,,\n", "'9.30' is not a time of day"},
    {&record_kind_plan, PLAN "P01,2026-06-01,,月,9:5,,,\n", "'9:5' is not a time of day"},
    {&record_kind_plan, PLAN "P01,2026-06-01,,月,9:60,,,\n", "'9:60' is not a time of day"},
    {&record_kind_plan, PLAN "P01,2026-06-01,,月,午前9時,,,\n",
     "'午前9時' is not a time of day"},
    {&record_kind_plan, PLAN "P01,2026-06-01,,月,,,,\n",
     "column 5 (start): does not fit: start is missing"},
    {&record_kind_plan, PLAN "P01,2026-06-01,,なし,10:00,,,\n",
     "column 4 (days): 'なし' does not fit: the step has hours but no days"},
    {&record_kind_plan, PLAN "P01,2026-06-01,,月,18:00,36:00,,\n",
     "25:00 for 1:00 of the next day"},
    {&record_kind_plan, PLAN "P01,2026-06-01,,月,9:00,33:30,,\n", "longer than 24 hours"},
    {&record_kind_plan, PLAN "P01,2026-06-01,,月,18:00,1:00,,\n",
     "an end after midnight is written like 25:00"},
    {&record_kind_plan, PLAN "P01,2026-06-01,,月,10:00,9:00,,\n",
     "column 6 (end): '9:00' does not fit: the end is not after the start"},
    {&record_kind_plan, PLAN "P01,2026-06-01,,月,10:00,,soon,\n",
     "(commute_min): 'soon' is not a number"},
    {&record_kind_plan, PLAN "P01,2026-06-01,,月,10:00,,-5,\n",
     "(commute_min): '-5' is not between 0 and 300"},
    {&record_kind_plan, PLAN "P01,2026-06-01,,月,10:00,,,400\n",
     "(ready_min): '400' is not between 0 and 300"},
    {&record_kind_plan, PLAN "P01,2026-06-01,,月,10:00,,12.5,\n",
     "'12.5' is not a whole number"},
    {&record_kind_plan, PLAN "P01,2026-06-01,,月,1:00,,50,60\n",
     "take 110 minutes and would begin before midnight"},
    {&record_kind_plan, PLAN "P01,2026-05-11,導入期,月,10:00,,,\n",
     "(from_date): '2026-05-11' does not fit: there is another step with the same from_date: "
     "number 1; change that one: yoake plan set 1"},
    {&record_kind_plan, PLAN "P01,2026-06-01,,月,10:00,,,\nP01,2026-06-01,,火,10:00,,,\n",
     "line 3, column 2 (from_date)"},
    /* attendance */
    {&record_kind_attendance, ATTENDANCE "P01,2026-05-13,present\n",
     "(status): 'present' is not one of: attended (出席), late (遅刻), early (早退), absent "
     "(欠席), online (オンライン)"},
    {&record_kind_attendance, ATTENDANCE "P01,2026-05-13,\n", "status is missing"},
    {&record_kind_attendance,
     "person_id,date,status,夜夜夜夜夜夜夜夜夜夜夜夜夜夜\nP01,2026-05-13,late,\n",
     "'夜夜夜夜夜夜夜夜夜夜夜夜夜' is no column of this table"},
    {&record_kind_attendance, ATTENDANCE "P01,2026-05-12,absent\n",
     "(status): 'absent' does not fit: absent on a day off: the plan from 2026-05-11 has "
     "Mon,Wed,Fri, not "
     "2026-05-12 (Tue)"},
    {&record_kind_attendance, ATTENDANCE "P01,2026-05-11,late\n", "another attendance"},
    /* diary */
    {&record_kind_diary, DIARY "P01,,23:00,,7:00,,,,,,,\n", "night_date is missing"},
    {&record_kind_diary, DIARY "P01,2026-05-12,25:99,,,,,,,,,\n",
     "(inbed_ts): '25:99' is not a time: write 7:05 or 2026-05-12T07:05"},
    {&record_kind_diary, DIARY "P01,2026-05-12,23.00,,,,,,,,,\n", "'23.00' is not a time"},
    {&record_kind_diary, DIARY "P01,2026-05-12,2026-05-20T23:00,,,,,,,,,\n",
     "the time is not within a day of the night of 2026-05-12: check both dates"},
    {&record_kind_diary, DIARY "P01,2026-05-12,2026-05-12T23:00,,2026-05-12T07:00,,,,,,,\n",
     "column 5 (wake_ts): '2026-05-12T07:00' does not fit: it is not after the times to its "
     "left"},
    {&record_kind_diary, DIARY "P01,2026-05-12,12:00,,11:00,,,,,,,\n",
     "more than 20 hours after going to bed"},
    {&record_kind_diary, DIARY "P01,2026-05-12,,,,,13:00,,,,,\n",
     "column 8 (nap_end_ts): does not fit: \"nap to\" is empty though \"nap from\" is not"},
    {&record_kind_diary, DIARY "P01,2026-05-12,,,,,,,,21:00,,\n",
     "column 9 (off_start_ts): does not fit: \"off from\" is empty though \"off to\" is "
     "not"},
    {&record_kind_diary, DIARY "P01,2026-05-12,,,,,13:30,13:30,,,,\n",
     "the end is not later than its start"},
    {&record_kind_diary, DIARY "P01,2026-05-12,,,,,15:00,14:00,,,,\n",
     "column 8 (nap_end_ts): '14:00' does not fit: the nap would be longer than 12 hours"},
    {&record_kind_diary, DIARY "P01,2026-05-12,,,,,,,,,4,\n",
     "(rested): '4' is not between 1 and 3"},
    {&record_kind_diary, DIARY "P01,2026-05-12,,,,,,,,,よい,\n", "'よい' is not a number"},
    {&record_kind_diary, DIARY "P01,2026-05-12,,,,,,,,,,\n",
     "the row says nothing about the night"},
    {&record_kind_diary, DIARY "P01,2026-05-11,,,7:10,,,,,,,\n",
     "(wake_ts): '7:10' does not fit: another row of this night has a different time for "
     "\"awake\""},
    /* targets and notes */
    {&record_kind_target, TARGET "P01,2026-06-01,7時\n", "'7時' is not a time of day"},
    {&record_kind_target, TARGET "P01,2026-05-11,7:30\n", "another target"},
    {&record_kind_note, NOTE "P01,2026-05-12,memo,staff,x\n",
     "(kind): 'memo' is not one of: note (メモ), try (試してみる)"},
    {&record_kind_note, NOTE "P01,2026-05-12,note,everyone,x\n",
     "(audience): 'everyone' is not one of: participant (本人), staff (職員), physician "
     "(主治医), employer (会社), research (研究)"},
    {&record_kind_note, NOTE "P01,2026-05-12,note,,x\n", "audience is missing"},
    {&record_kind_note, NOTE "P01,2026-05-12,note,\"staff,boss\",x\n", "'boss' is not one of"},
    {&record_kind_note, NOTE "P01,2026-05-12,note,staff,\n", "text is missing"},
    {&record_kind_note, NOTE "P01,2026-05-12,note,employer,x\n",
     "the participant may read, too: add participant"},
    {&record_kind_note, NOTE "P01,2026-05-12,note,staff,a\tb\x01\n", "holds byte 0x"},
    /* consents */
    {&record_kind_consent, CONSENT "P01,,,,v2,2026-05-01,,\n", "scope is missing"},
    {&record_kind_consent, CONSENT "P01,family,,,v2,2026-05-01,,\n",
     "(scope): 'family' is not one of: participant (本人), staff (職員), physician (主治医), "
     "employer (会社), research (研究)"},
    {&record_kind_consent, CONSENT "P01,staff,diagnosis,,v2,2026-05-01,,\n",
     "(items): 'diagnosis' is not one of: attendance"},
    {&record_kind_consent, CONSENT "P01,会社,各晩,,v2,2026-05-01,,\n",
     "(items): '各晩' does not fit: an employer's copy holds attendance,wake_range at most"},
    {&record_kind_consent, CONSENT "P01,staff,,,,2026-05-01,,\n", "version is missing"},
    {&record_kind_consent, CONSENT "P01,staff,,,v2,,,\n", "from_date is missing"},
    {&record_kind_consent, CONSENT "P01,staff,,,v2,2026-05-10,2026-05-09,\n",
     "(until_date): '2026-05-09' does not fit: its last day is before its first"},
    {&record_kind_consent, CONSENT "P01,staff,,,v2,2026-05-10,,2026-05-09\n",
     "(withdrawn_date): '2026-05-09' does not fit: it would be withdrawn before its first day"},
    {&record_kind_consent, CONSENT "P01,physician,,,v3,2026-06-01,,\n",
     "consent number 1 for the same reader holds from 2026-05-01; end it first: yoake consent "
     "set "
     "1 --withdrawn DATE"},
    /* loans */
    {&record_kind_loan, LOAN ",P01,2026-06-01,\n", "device_serial is missing"},
    {&record_kind_loan, LOAN "1,P01,,\n", "from_ts is missing"},
    {&record_kind_loan, LOAN "1,P01,tomorrow,\n",
     "(from_ts): 'tomorrow' is not a time: write 2026-05-12T10:00 or 2026/5/12 10:00"},
    {&record_kind_loan, LOAN "1,P01,2026-06-02,2026-06-01\n",
     "the end of the loan is not after its beginning"},
    {&record_kind_loan, LOAN "39434,参加者2,2026-05-17,\n",
     "device 39434 is with P01 from 2026-05-11T10:00:00+09:00 to 2026-05-18T10:00:00+09:00 "
     "(loan "
     "number 1)"},
    {&record_kind_loan, LOAN "39434,参加者2,2026-05-01,2026-05-11\n",
     "(to_ts): '2026-05-11' does not fit: device 39434 is with P01"},
    {&record_kind_loan, LOAN "2,P01,2026-06-01,2026-06-08\n2,参加者2,2026-06-08,\n",
     "line 3, column 3 (from_ts): '2026-06-08' does not fit: device 2 is with P01"},
    {&record_kind_loan, LOAN "３９４３４,P01,2026-07-11,\n",
     "column 1 (device_serial): '３９４３４' is not a recorder's number"},
    /* edits */
    {&record_kind_edit, EDIT "P01,2026-05-11,wake,7:00,OT,x\n",
     "(night_date): '2026-05-11' does not fit: there is no recorded night of 2026-05-11 for "
     "P01"},
    {&record_kind_edit, EDIT "P01,2026-05-11,wakeup,7:00,OT,x\n", "'wakeup' is not one of"},
    {&record_kind_edit, EDIT "P01,2026-05-11,wake,,OT,x\n", "the corrected time is missing"},
    {&record_kind_edit, EDIT "P01,2026-05-11,exclude,7:00,OT,x\n",
     "to exclude a night takes no time"},
    {&record_kind_edit, EDIT "P01,2026-05-11,wake,7:00,,x\n", "editor is missing"},
    {&record_kind_edit, EDIT "P01,2026-05-11,wake,7:00,OT,\n", "reason is missing"},
};

enum { N_CASES = sizeof cases / sizeof *cases };

static int64_t count_rows(void)
{
    int64_t n = 0;
    for (size_t i = 0; record_kind_at(i) != NULL; i++) {
        char sql[128];
        snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", record_kind_at(i)->table);
        n += store_scene_number(&scene, sql);
    }
    return n;
}

static void each_wrong_input_gets_its_sentence_and_nothing_is_taken(void **state)
{
    (void)state;
    struct records_csv_counts counts;
    int64_t before = count_rows(),
            audited = store_scene_number(&scene, "SELECT max(id) FROM audit");
    size_t n_bad = 0;
    assert_true(N_CASES >= 60);
    for (size_t i = 0; i < N_CASES; i++) {
        enum yk_status status =
            take(cases[i].kind, cases[i].csv, strlen(cases[i].csv), false, &counts);
        if (status == YK_OK || strstr(why.text, cases[i].says) == NULL) {
            print_error("%zu: %s\n  expected: %s\n  said:     %s\n", i, cases[i].csv,
                        cases[i].says, status == YK_OK ? "(taken)" : why.text);
            n_bad++;
        }
        assert_int_equal(count_rows(), before);
    }
    assert_int_equal(store_scene_number(&scene, "SELECT max(id) FROM audit"), audited);
    assert_int_equal(n_bad, 0);
}

static void keep_good_takes_the_right_rows_and_counts_the_others(void **state)
{
    (void)state;
    struct records_csv_counts counts;
    static const char csv[] = ATTENDANCE "P01,2026-05-15,attended\nP01,2026-05-14,absent\n"
                                         "P01,2026-05-18,出席\nP01,2026/5/20,late\nP9,x,y\n"
                                         "P01,2026-05-11,attended\n";
    assert_int_equal(take(&record_kind_attendance, csv, strlen(csv), true, &counts), YK_OK);
    assert_true(counts.n_new == 3 && counts.n_same == 1 && counts.n_wrong == 2);
    assert_non_null(strstr(counts.first_wrong.text, "line 3, column 3 (status)"));
}

static void tables_of_japanese_spreadsheets_are_read(void **state)
{
    (void)state;
    /* CP932, CR LF, quoted: 参加者2,2026/6/1,導入期,月・水,10:00 */
    static const char cp932[] =
        "person_id,from_date,stage,days,start,end,commute_min,ready_min\r\n"
        "\x8E\x51\x89\xC1\x8E\xD2\x32,2026/6/1,\"\x93\xB1\x93\xFC\x8A\xFA\","
        "\x8C\x8E\x81\x45\x90\x85,10:00,12:00,50,60\r\n";
    struct records_csv_counts counts;
    struct programme programme;
    if (take(&record_kind_plan, cp932, sizeof cp932 - 1, false, &counts) != YK_OK)
        fail_msg("%s", why.text);
    assert_int_equal(counts.n_new, 1);
    programme_init(&programme);
    assert_int_equal(plan_load(&scene.store, "参加者2", &programme, &why), YK_OK);
    assert_int_equal(programme.n, 1);
    assert_string_equal(programme.steps[0].stage, "導入期");
    assert_int_equal(programme.steps[0].days, 1u << MONDAY | 1u << WEDNESDAY);
    programme_release(&programme);
    /* full-width digits of a Japanese keyboard */
    take_good(&record_kind_target, TARGET "参加者2,２０２６/６/１,７：３０\n");
    assert_int_equal(store_scene_number(
                         &scene, "SELECT wake_min FROM target WHERE from_date = '2026-06-01'"),
                     450);
}

static void what_is_written_reads_back_and_changes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; record_kind_at(i) != NULL; i++) {
        const struct record_kind *kind = record_kind_at(i);
        struct text csv;
        struct records_csv_counts counts;
        void *rows = NULL;
        size_t n = 0;
        if ((kind->columns[0].flags & RECORD_PROGRAM) != 0) {
            continue; /* written by the program alone */
        }
        text_init(&csv);
        assert_int_equal(record_list(&scene.store, kind, NULL, &rows, &n, &why), YK_OK);
        assert_int_equal(records_csv_write(&scene.store, kind, NULL, rows, n, &csv, &why),
                         YK_OK);
        if (take(kind, text_string(&csv), csv.length, false, &counts) != YK_OK)
            fail_msg("%s: %s", kind->command, why.text);
        assert_int_equal(counts.n_new, 0);
        assert_int_equal(counts.n_same, n);
        text_release(&csv);
        mem_free(rows);
    }
}

static void a_cell_that_a_spreadsheet_would_run_is_written_harmless(void **state)
{
    (void)state;
    struct text csv;
    void *rows = NULL;
    size_t n = 0;
    take_good(&record_kind_note, NOTE "参加者2,2026-06-01,note,staff,\"=1+1\"\n");
    text_init(&csv);
    assert_int_equal(record_list(&scene.store, &record_kind_note, "参加者2", &rows, &n, &why),
                     YK_OK);
    assert_int_equal(
        records_csv_write(&scene.store, &record_kind_note, NULL, rows, n, &csv, &why), YK_OK);
    assert_non_null(strstr(text_string(&csv), "'=1+1"));
    text_release(&csv);
    mem_free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_wrong_input_gets_its_sentence_and_nothing_is_taken),
        cmocka_unit_test(keep_good_takes_the_right_rows_and_counts_the_others),
        cmocka_unit_test(tables_of_japanese_spreadsheets_are_read),
        cmocka_unit_test(what_is_written_reads_back_and_changes_nothing),
        cmocka_unit_test(a_cell_that_a_spreadsheet_would_run_is_written_harmless),
    };
    return cmocka_run_group_tests(tests, make, remove_all);
}
