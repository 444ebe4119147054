/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/csv.h"
#include "src/base/mem.h"
#include "src/export/epochs_csv.h"
#include "src/export/methods_text.h"
#include "src/export/tables.h"
#include "tests/support/alloc.h"

static struct zone *tokyo(void)
{
    struct zone *zone = NULL;
    assert_int_equal(zone_open("Asia/Tokyo", &zone, NULL), YK_OK);
    return zone;
}

static int64_t at(const struct zone *zone, const char *text)
{
    int64_t ns = 0;
    assert_true(zone_parse_iso(zone, text, &ns));
    return ns;
}

/* The columns that the interface promises, in its order; more may stand between them. */
static const struct {
    enum export_table table;
    const char *columns;
} PROMISED[] = {
    {TABLE_night,
     "recording_id person_id night_date weekday_evening weekday_morning sleep_onset_ts wake_ts "
     "sleep_onset_h wake_h midsleep_h spt_min tst_min waso_min nwak_n sol_min tib_min "
     "sleep_efficiency_pct sleep_maintenance_pct inbed_ts outbed_ts daytime_rest_min "
     "rest_source "
     "sleep_method confidence second_candidate_ts nonwear_in_spt_pct "
     "nonwear_stillness_in_spt_pct night_invalid_pct sri_pair edited edit_reason "
     "exclude_reason"},
    {TABLE_rest,
     "recording_id person_id start_ts end_ts kind is_main sleep_min source confidence"},
    {TABLE_day,
     "recording_id person_id date weekday day_h valid_h nonwear_min enmo_mean_mg mad_mean_mg "
     "counts_sum counts_x_sum counts_y_sum counts_z_sum l5 l5_h m10 m10_h ra rhythm_unit "
     "inactive_min light_min moderate_min vigorous_min mvpa_bout_min light_mean "
     "temperature_mean_c exclude_reason"},
    {TABLE_recording,
     "nights_n nights_valid_n days_valid_n epochs_n activity_sum activity_mean rhythm_input "
     "rhythm_unit sri is iv is_rest iv_rest ra l5 l5_h m10 m10_h mesor amplitude acrophase_h "
     "cosinor_p_value kra kar social_jetlag_h periodogram_period_h calibration_error_before_mg "
     "calibration_error_after_mg"},
    {TABLE_person, "person_id recordings_n first_date last_date"},
    {TABLE_event, "recording_id person_id kind start_ts end_ts detail"},
    {TABLE_quality, "file recording_id status reason advice sha256 format device_serial days "
                    "valid_nights gaps "
                    "bad_blocks"},
};

static void headers_hold_what_the_interface_promises(void **state)
{
    (void)state;
    for (size_t t = 0; t < sizeof PROMISED / sizeof *PROMISED; t++) {
        struct text header;
        text_init(&header);
        text_add_char(&header, ',');
        export_add_header(PROMISED[t].table, &header);
        header.at[header.length - 1] = ',';
        const char *from = text_string(&header);
        char columns[2048];
        snprintf(columns, sizeof columns, "%s", PROMISED[t].columns);
        char *rest = NULL;
        for (char *name = strtok_r(columns, " ", &rest); name != NULL;
             name = strtok_r(NULL, " ", &rest)) {
            char wanted[80];
            snprintf(wanted, sizeof wanted, ",%s,", name);
            const char *found = strstr(text_string(&header), wanted);
            if (found == NULL) {
                print_error("%s.csv lacks %s\n", export_table_name(PROMISED[t].table), name);
                fail();
            }
            if (PROMISED[t].table != TABLE_recording) { /* there "in this order" is not said */
                assert_true(found >= from);
                from = found;
            }
        }
        text_release(&header);
    }
}

static void column_names_are_unique_in_a_table_and_explained(void **state)
{
    (void)state;
    for (size_t i = 0; i < export_column_count(); i++) {
        const struct export_column *a = export_column_at(i);
        assert_true(a->en[0] != '\0' && a->ja[0] != '\0' && a->source[0] != '\0');
        for (size_t k = 0; k < i; k++) {
            const struct export_column *b = export_column_at(k);
            assert_false(a->table == b->table && strcmp(a->name, b->name) == 0);
        }
    }
    struct text book;
    text_init(&book);
    export_add_codebook(&book);
    size_t lines = 0;
    for (const char *p = text_string(&book); (p = strchr(p, '\n')) != NULL; p++) {
        lines++;
    }
    /* A header, 8 columns of its own, time and 5 flags of the epochs' tables. */
    assert_int_equal(lines, export_column_count() + 1 + 8 + EPOCH_COLUMN_COUNT + 6);
    assert_non_null(strstr(text_string(&book), "\ncodebook,unit,text,,"));
    assert_non_null(strstr(text_string(&book), "\nepochs,enmo_mg,real,mg,"));
    assert_non_null(strstr(text_string(&book), "\nepochs,in_spt,flag,,"));
    assert_non_null(strstr(text_string(&book), "\nnight,waso_min,real,min,"));
    text_release(&book);
}

/* The field of a column in the first row after the header. */
static void check_field(const struct text *csv, const char *column, const char *expected)
{
    struct byte_source *bytes = NULL;
    struct csv *reader = NULL;
    const struct csv_row *row = NULL;
    assert_int_equal(memory_source_open(text_string(csv), csv->length, "csv", &bytes, NULL),
                     YK_OK);
    assert_int_equal(csv_open(bytes, ',', &reader, NULL), YK_OK);
    assert_int_equal(csv_read_header(reader, NULL), YK_OK);
    assert_int_equal(csv_next(reader, &row, NULL), YK_OK);
    assert_int_equal(row->n, csv_header_n(reader));
    const char *got = csv_field(row, csv_find(reader, column));
    if (strcmp(got, expected) != 0) {
        print_error("%s is \"%s\", expected \"%s\"\n", column, got, expected);
        fail();
    }
    csv_close(reader);
    byte_source_close(bytes);
}

static void make_night(struct analysis *a, const struct zone *zone)
{
    analysis_init(a);
    snprintf(a->recording_id, sizeof a->recording_id, "week, 1");
    snprintf(a->person_id, sizeof a->person_id, "P01");
    assert_int_equal(MEM_RESERVE(a->nights, a->n_nights, a->nights_capacity), 0);
    struct night *n = &a->nights[a->n_nights++];
    night_init(n);
    n->evening = (struct civil_date){2026, 5, 15}; /* a Friday */
    n->onset_ns = at(zone, "2026-05-15T23:30:00");
    n->wake_ns = at(zone, "2026-05-16T07:00:00");
    n->spt_min = 450;
    n->tst_min = 400.0005;
    n->awakenings_n = 12;
    n->rest_source = REST_ALGORITHM;
    n->exclude = EXCLUDE_NONWEAR;
}

static void a_night_becomes_a_row(void **state)
{
    (void)state;
    struct zone *zone = tokyo();
    struct analysis a;
    struct text csv;
    make_night(&a, zone);
    text_init(&csv);
    export_add_header(TABLE_night, &csv);
    export_add_rows(TABLE_night, &a, zone, &csv);
    check_field(&csv, "recording_id", "week, 1");
    check_field(&csv, "night_date", "2026-05-15");
    check_field(&csv, "weekday_evening", "Fri");
    check_field(&csv, "weekday_morning", "Sat");
    check_field(&csv, "sleep_onset_ts", "2026-05-15T23:30:00+09:00");
    check_field(&csv, "sleep_onset_h", "23.5000");
    check_field(&csv, "wake_h", "31.0000");
    check_field(&csv, "midsleep_h", "27.2500");
    check_field(&csv, "spt_min", "450.000");
    check_field(&csv, "nwak_n", "12");
    check_field(&csv, "sol_min", ""); /* unknown, not 0 */
    check_field(&csv, "inbed_ts", "");
    check_field(&csv, "edited", "0");
    check_field(&csv, "exclude_reason", "nonwear");
    text_release(&csv);
    analysis_release(&a);
    zone_close(zone);
}

static void events_come_in_order_of_time(void **state)
{
    (void)state;
    struct zone *zone = tokyo();
    struct analysis a;
    make_night(&a, zone);
    a.nights[0].is_edited = true;
    snprintf(a.nights[0].edit_reason, sizeof a.nights[0].edit_reason, "by phone");
    read_report_add(&a.report, READ_EVENT_GAP, at(zone, "2026-05-16T10:00"),
                    at(zone, "2026-05-16T10:05"), 7, "300 s");
    read_report_add(&a.report, READ_EVENT_BAD_BLOCK, TIME_UNKNOWN, TIME_UNKNOWN, 9, "checksum");
    assert_int_equal(MEM_RESERVE(a.nonwear, a.n_nonwear, a.nonwear_capacity), 0);
    a.nonwear[a.n_nonwear++] = (struct nonwear_bout){at(zone, "2026-05-15T12:00"),
                                                     at(zone, "2026-05-15T13:00"), false};
    a.epochs.t0_ns = at(zone, "2026-05-16T09:00");
    a.epochs.epoch_s = 60;
    assert_int_equal(epoch_series_resize(&a.epochs, 10, NULL), YK_OK);
    a.epochs.state[3] = a.epochs.state[4] = STATE_CLIPPED;
    struct text csv;
    text_init(&csv);
    export_add_rows(TABLE_event, &a, zone, &csv);
    assert_string_equal(
        text_string(&csv),
        "\"week, 1\",P01,nonwear,2026-05-15T12:00:00+09:00,2026-05-15T13:00:00+09:00,\n"
        "\"week, 1\",P01,edit,2026-05-15T23:30:00+09:00,2026-05-16T07:00:00+09:00,by phone\n"
        "\"week, 1\",P01,clipping,2026-05-16T09:03:00+09:00,2026-05-16T09:05:00+09:00,\n"
        "\"week, 1\",P01,gap,2026-05-16T10:00:00+09:00,2026-05-16T10:05:00+09:00,300 s\n"
        "\"week, 1\",P01,bad_block,,,checksum\n");
    text_release(&csv);
    /* Refused memory is noticed at the end. */
    text_init(&csv);
    alloc_fail_at(1);
    export_add_rows(TABLE_event, &a, zone, &csv);
    alloc_fail_at(0);
    assert_int_equal(text_status(&csv, NULL), YK_ERR_MEMORY);
    text_release(&csv);
    analysis_release(&a);
    zone_close(zone);
}

static void an_empty_analysis_gives_one_recording_row_without_numbers(void **state)
{
    (void)state;
    struct zone *zone = tokyo();
    struct analysis a;
    struct text csv;
    analysis_init(&a);
    text_init(&csv);
    export_add_header(TABLE_recording, &csv);
    export_add_rows(TABLE_recording, &a, zone, &csv);
    check_field(&csv, "sri", "");
    check_field(&csv, "start_ts", "");
    check_field(&csv, "spt_min_sd_weekend", "");
    check_field(&csv, "nights_n", "0");
    check_field(&csv, "calibration", "none");
    text_release(&csv);
    analysis_release(&a);
    zone_close(zone);
}

static enum yk_status sum_persons(const struct text *const tables[3],
                                  struct person_summaries *out, struct failure *why)
{
    struct byte_source *bytes[3] = {NULL, NULL, NULL};
    enum yk_status status = YK_OK;
    for (size_t i = 0; i < 3 && status == YK_OK; i++) {
        status = memory_source_open(text_string(tables[i]), tables[i]->length, "table",
                                    &bytes[i], why);
    }
    if (status == YK_OK) {
        status = person_summaries_make(bytes[0], bytes[1], bytes[2], out, why);
    }
    for (size_t i = 0; i < 3; i++) {
        byte_source_close(bytes[i]);
    }
    return status;
}

/* Refused memory at any place is said, and nothing is lost. */
static void sum_persons_without_memory(const struct text *const tables[3])
{
    for (uint64_t k = 1;; k++) {
        struct person_summaries persons = {.n = 0};
        alloc_fail_at(k);
        enum yk_status status = sum_persons(tables, &persons, NULL);
        bool refused = alloc_end(status, YK_OK);
        person_summaries_release(&persons);
        if (!refused) {
            break;
        }
    }
}

static void persons_are_summed_over_their_recordings(void **state)
{
    (void)state;
    struct text recordings, nights, days;
    text_init(&recordings);
    text_init(&nights);
    text_init(&days);
    text_add(&recordings, "recording_id,person_id,group\nr1,B,x\nr2,A,y\nr3,B,z\nr4,,x\n");
    text_add(&nights,
             "person_id,weekday_morning,sleep_onset_h,wake_h,midsleep_h,spt_min,tst_min,"
             "waso_min,exclude_reason\n"
             "B,Tue,23,30,26.5,420,400,20,\n"
             "B,Sat,24,32,28,480,440,40,\n"
             "B,Wed,22,29,25.5,420,380,40,\n"
             "B,Thu,1,2,1.5,60,60,0,few_hours\n"
             "A,Mon,,,,,,,no_sleep\n");
    text_add(&days,
             "person_id,date,enmo_mean_mg,inactive_min,exclude_reason\n"
             "B,2026-05-12,20,600,\nB,2026-05-11,30,700,\nB,2026-05-13,99,1,few_hours\n");
    const struct text *const tables[3] = {&recordings, &nights, &days};
    struct person_summaries persons;
    struct failure why;
    person_summaries_init(&persons);
    assert_int_equal(sum_persons(tables, &persons, &why), YK_OK);
    assert_int_equal(persons.n, 2);
    const struct person_summary *a = &persons.persons[0], *b = &persons.persons[1];
    assert_string_equal(a->person_id, "A");
    assert_string_equal(a->group, "y");
    assert_string_equal(b->group, "");
    assert_int_equal(a->n_nights, 1);
    assert_int_equal(a->n_nights_valid, 0);
    assert_true(isnan(a->nights[NIGHTS_ALL].spt_min.mean));
    assert_string_equal(a->first_date, "");
    assert_int_equal(b->n_recordings, 2);
    assert_int_equal(b->n_nights, 4);
    assert_int_equal(b->n_nights_valid, 3);
    assert_close(b->nights[NIGHTS_ALL].spt_min.mean, 440, 1e-9);
    assert_close(b->nights[NIGHTS_ALL].spt_min.sd, sqrt(1200), 1e-9);
    assert_close(b->nights[NIGHTS_WEEKDAY].onset_h.mean, 22.5, 1e-12);
    assert_close(b->nights[NIGHTS_WEEKEND].onset_h.mean, 24, 1e-12);
    assert_true(isnan(b->nights[NIGHTS_WEEKEND].onset_h.sd)); /* one value has no spread */
    assert_close(b->social_jetlag_h, 2, 1e-12);
    assert_string_equal(b->first_date, "2026-05-11");
    assert_string_equal(b->last_date, "2026-05-13");
    assert_int_equal(b->n_days_valid, 2);
    assert_close(b->enmo_mean_mg.mean, 25, 1e-12);
    assert_close(b->inactive_min.sd, sqrt(5000), 1e-9);
    assert_true(isnan(b->counts_sum.mean));
    person_summaries_release(&persons);
    sum_persons_without_memory(tables);
    text_release(&recordings);
    text_release(&nights);
    text_release(&days);
}

static void a_date_of_several_recordings_counts_once(void **state)
{
    (void)state;
    struct text recordings, nights, days;
    text_init(&recordings);
    text_init(&nights);
    text_init(&days);
    text_add(&recordings, "person_id\nA\nA\nB\n");
    text_add(&nights, "person_id,night_date,night_invalid_pct,tst_min,exclude_reason\n"
                      "A,2026-05-11,8,100,\nA,2026-05-12,0,200,\nA,2026-05-13,0,310,\n"
                      "A,2026-05-11,5,400,\nA,2026-05-12,0,999,\nA,2026-05-14,,500,\n"
                      "A,2026-05-13,,999,\nA,2026-05-11,0,999,few_hours\n"
                      "A,2026-05-11,6,999,\nB,2026-05-11,0,600,\n");
    text_add(&days, "person_id,date,valid_h,counts_sum,exclude_reason\n"
                    "A,2026-05-11,20,10,\nA,2026-05-12,20,20,\n"
                    "A,2026-05-11,21,60,\nA,2026-05-12,24,99,person\n");
    const struct text *const tables[3] = {&recordings, &nights, &days};
    struct person_summaries persons;
    person_summaries_init(&persons);
    assert_int_equal(sum_persons(tables, &persons, NULL), YK_OK);
    const struct person_summary *a = &persons.persons[0], *b = &persons.persons[1];
    assert_int_equal(a->n_nights, 9);
    assert_int_equal(a->n_nights_valid, 4);
    assert_close(a->nights[NIGHTS_ALL].tst_min.mean, (400 + 200 + 310 + 500) / 4.0, 1e-9);
    assert_int_equal(a->n_days, 4);
    assert_int_equal(a->n_days_valid, 2);
    assert_close(a->counts_sum.mean, 40, 1e-12);
    assert_int_equal(b->n_nights_valid, 1);
    assert_int_equal(persons.n_twice, 3);
    assert_string_equal(persons.twice_person, "A");
    assert_string_equal(persons.twice_date, "2026-05-11");
    person_summaries_release(&persons);
    sum_persons_without_memory(tables);
    text_release(&recordings);
    text_release(&nights);
    text_release(&days);
}

static void epochs_become_rows_with_flags(void **state)
{
    (void)state;
    struct zone *zone = tokyo();
    struct epoch_series e;
    epoch_series_init(&e);
    e.t0_ns = at(zone, "2026-05-15T23:59:55");
    e.epoch_s = 5;
    assert_int_equal(epoch_series_need(&e, EPOCH_ENMO_MG, NULL), YK_OK);
    assert_int_equal(epoch_series_resize(&e, 2, NULL), YK_OK);
    e.column[EPOCH_ENMO_MG][0] = 12.5F;
    e.state[1] = STATE_UNKNOWN | STATE_IN_SPT;
    struct text csv;
    text_init(&csv);
    epochs_csv_add(&e, zone, &csv);
    assert_string_equal(text_string(&csv),
                        "time_ts,enmo_mg,unknown,nonwear,in_rest,in_spt,asleep\n"
                        "2026-05-15T23:59:55+09:00,12.5000,0,0,0,0,0\n"
                        "2026-05-16T00:00:00+09:00,,1,0,0,1,0\n");
    text_release(&csv);
    epoch_series_release(&e);
    zone_close(zone);
}

static void the_methods_text_names_every_parameter(void **state)
{
    (void)state;
    struct parameters p;
    parameters_of_recipe(RECIPE_GGIR, &p, NULL);
    const struct methods_rule rule = {"ENMO", "mean of something", "Somebody 2013"};
    struct text out;
    text_init(&out);
    methods_text_add(&p, &rule, 1, &out);
    for (size_t i = 0; i < parameters_count(); i++) {
        char wanted[80];
        snprintf(wanted, sizeof wanted, "\n  %s = ", parameters_info(i)->name);
        assert_non_null(strstr(text_string(&out), wanted));
    }
    assert_non_null(strstr(text_string(&out), "  sleep = ggir  ("));
    assert_non_null(strstr(text_string(&out), "  ENMO: mean of something. Somebody 2013\n"));
    text_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_hold_what_the_interface_promises),
        cmocka_unit_test(column_names_are_unique_in_a_table_and_explained),
        cmocka_unit_test(a_night_becomes_a_row),
        cmocka_unit_test(events_come_in_order_of_time),
        cmocka_unit_test(an_empty_analysis_gives_one_recording_row_without_numbers),
        cmocka_unit_test(persons_are_summed_over_their_recordings),
        cmocka_unit_test(a_date_of_several_recordings_counts_once),
        cmocka_unit_test(epochs_become_rows_with_flags),
        cmocka_unit_test(the_methods_text_names_every_parameter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
