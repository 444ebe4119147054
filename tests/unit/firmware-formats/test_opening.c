/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a header leaves open is said, with both readings: one test per kind of doubt. Zones and
 * their changes are those of the system's zone data; expected instants were worked out by hand
 * from the rule (Oslo: +01:00, from 01:00 UTC on the last Sundays of March to October +02:00).
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "firmware-formats/opening.h"
#include "tests/support/count_file.h"
#include "tests/support/cwa_open.h"
#include "tests/support/geneactiv_build.h"

static void read_text(struct count_file *file, const char *text, const char *ini)
{
    count_file_read_text(file, text, strlen(text), "Europe/Oslo", ini);
    if (file->status != YK_END) {
        fail_msg("%s", file->why.text);
    }
}

static void assert_note(const struct count_file *file, const char *part)
{
    if (count_file_events(file, READ_EVENT_NOTE, part) != 1) {
        const struct read_report *report = &file->source->report;
        for (size_t i = 0; i < report->n_events; i++) {
            fprintf(stderr, "  %s\n", report->events[i].detail);
        }
        fail_msg("no note '%s'", part);
    }
}

/* ---- clock changes ---- */

static void an_hour_that_was_twice_is_said_with_both_offsets(void **state)
{
    (void)state;
    struct count_file file;
    read_text(
        &file,
        "timestamp,activity\n2024-10-27 02:30,1\n2024-10-27 02:31,2\n2024-10-27 02:32,3\n",
        NULL);
    assert_string_equal(count_file_start(&file), "2024-10-27T02:30:00+02:00");
    assert_note(&file, "2024-10-27 02:30 was twice: +02:00 taken, could be +01:00");
    count_file_close(&file);
    read_text(
        &file,
        "timestamp,activity\n2024-10-27 03:30,1\n2024-10-27 03:31,2\n2024-10-27 03:32,3\n",
        NULL);
    assert_int_equal(count_file_events(&file, READ_EVENT_NOTE, "could be"), 0);
    count_file_close(&file);
}

/* 02:30 of a clock that nobody set forward is 01:30 UTC, which the wall calls 03:30. */
static void an_hour_that_was_skipped_is_a_clock_not_set_forward(void **state)
{
    (void)state;
    struct count_file file;
    read_text(
        &file,
        "timestamp,activity\n2024-03-31 02:30,1\n2024-03-31 02:31,2\n2024-03-31 02:32,3\n",
        NULL);
    assert_string_equal(count_file_start(&file), "2024-03-31T03:30:00+02:00");
    assert_note(&file, "2024-03-31 02:30 was skipped: +01:00 taken, could be +02:00");
    assert_int_equal(file.source->report.gaps, 0);
    assert_int_equal(file.epochs.n, 3);
    count_file_close(&file);
}

static struct recording_source *open_page(const char *zone_in_file, int64_t wall_s,
                                          const struct open_options *opt)
{
    static char text[2 * GENEACTIV_BUILD_PAGE];
    struct geneactiv_build_header header = {"1.1", "100", zone_in_file, NULL, 1};
    struct geneactiv_build_page page = {
        .wall_ns = wall_s * NS_PER_S, .frequency = "100", .n = 300};
    size_t n = geneactiv_build_header(&header, text);
    n += geneactiv_build_page(&page, text + n);
    return open_memory(text, n, "t.bin", opt);
}

static void recordings_of_samples_say_the_same(void **state)
{
    (void)state;
    struct zone *zone = open_zone("Europe/Oslo");
    struct open_options opt = {.zone = zone};
    /* 2024-03-31 02:30:00 and 2024-10-27 02:30:00 as if they were UTC */
    struct recording_source *source = open_page("GMT +01:00", 1711852200, &opt);
    assert_int_equal(source->info.start_ns, INT64_C(1711848600) * NS_PER_S); /* 01:30 UTC */
    assert_true(
        events_of(source, EVENTS_OF_ANY_KIND, "2024-03-31 02:30 was skipped: +01:00 taken"));
    recording_source_close(source);
    source = open_page("GMT +01:00", 1729996200, &opt);
    assert_int_equal(source->info.start_ns, INT64_C(1729989000) * NS_PER_S); /* 00:30 UTC */
    assert_true(
        events_of(source, EVENTS_OF_ANY_KIND, "was twice: +02:00 taken, could be +01:00"));
    assert_true(
        events_of(source, EVENTS_OF_ANY_KIND, "the file's own offset +01:00 is not used"));
    assert_int_equal(source->ops->rewind(source, NULL), YK_OK); /* said again */
    assert_true(events_of(source, EVENTS_OF_ANY_KIND, "was twice"));
    recording_source_close(source);
    opt.file_zone_wins = true; /* the file's own offset leaves nothing open */
    source = open_page("GMT +01:00", 1729996200, &opt);
    assert_string_equal(source->info.zone, "+01:00");
    assert_int_equal(source->info.start_ns, INT64_C(1729992600) * NS_PER_S);
    assert_false(events_of(source, EVENTS_OF_ANY_KIND, "was twice"));
    assert_false(events_of(source, EVENTS_OF_ANY_KIND, "own offset"));
    recording_source_close(source);
    zone_close(zone);
}

static void a_clock_change_inside_a_gap_is_said(void **state)
{
    (void)state;
    struct count_file file;
    read_text(&file,
              "timestamp,activity\n2024-10-26 20:00,1\n2024-10-26 20:01,2\n"
              "2024-10-27 09:00,3\n2024-10-27 09:01,4\n",
              NULL);
    assert_int_equal(file.source->report.gaps, 1);
    assert_note(&file, "clock change in a gap: times behind could be +60 min");
    count_file_close(&file);
    read_text(&file,
              "timestamp,activity\n2024-10-25 20:00,1\n2024-10-25 20:01,2\n"
              "2024-10-26 09:00,3\n2024-10-26 09:01,4\n",
              NULL);
    assert_int_equal(count_file_events(&file, READ_EVENT_NOTE, "clock change"), 0);
    count_file_close(&file);
    read_text(&file,
              "timestamp,activity\n2024-10-26 20:00+02:00,1\n2024-10-26 20:01+02:00,2\n"
              "2024-10-27 09:00+01:00,3\n2024-10-27 09:01+01:00,4\n",
              NULL);
    assert_int_equal(count_file_events(&file, READ_EVENT_NOTE, "clock change"), 0);
    count_file_close(&file);
}

/* 02:00 of a clock that went on as if nothing were is 03:00 on the wall, and so is all behind
 * it. In autumn nobody set it back. */
static void a_clock_that_runs_through_a_change_is_said_with_both_offsets(void **state)
{
    (void)state;
    static const char *const note[] = {
        "2024-03-31 clock not set ahead: +01:00 kept, could be +02:00",
        "2024-10-27 clock not set back: +02:00 kept, could be +01:00"};
    struct count_file file;
    read_text(&file,
              "timestamp,activity\n2024-03-31 01:58,1\n2024-03-31 01:59,2\n"
              "2024-03-31 02:00,3\n2024-03-31 02:01,4\n2024-03-31 02:02,5\n",
              NULL);
    assert_note(&file, note[0]);
    assert_int_equal(file.epochs.n, 5);
    assert_int_equal(file.source->info.end_ns, INT64_C(1711846980) * NS_PER_S); /* 01:03 UTC */
    count_file_close(&file);
    read_text(&file,
              "timestamp,activity\n2024-10-27 02:58,1\n2024-10-27 02:59,2\n"
              "2024-10-27 03:00,3\n2024-10-27 03:01,4\n",
              NULL);
    assert_note(&file, note[1]);
    count_file_close(&file);
    read_text(&file,
              "timestamp,activity\n2024-03-31 01:58,1\n2024-03-31 01:59,2\n"
              "2024-03-31 03:00,3\n2024-03-31 03:01,4\n",
              NULL);
    assert_int_equal(count_file_events(&file, READ_EVENT_NOTE, "clock not set"), 0);
    count_file_close(&file);
}

/* ---- dates ---- */

static void the_day_and_the_month_are_told_or_both_said(void **state)
{
    (void)state;
    struct count_file file;
    static const char head[] =
        "+-------------+ Condor Instruments Report +-------------+\nINTERVAL : 60\n"
        "DATE/TIME;MS;EVENT;PIM;TAT;ZCM\n";
    char text[512];
    snprintf(text, sizeof text,
             "%s03/04/2024 09:00:00;0;0;1;2;3\n03/04/2024 09:01:00;0;0;1;2;3\n", head);
    read_text(&file, text, NULL);
    assert_string_equal(count_file_start(&file), "2024-04-03T09:00:00+02:00");
    assert_note(&file, "day first: 2024-04-03 or 2024-03-04");
    count_file_close(&file);
    snprintf(text, sizeof text,
             "%s03/04/2024 23:59:00;0;0;1;2;3\n04/04/2024 00:00:00;0;0;1;2;3\n", head);
    read_text(&file, text, NULL);
    assert_int_equal(count_file_events(&file, READ_EVENT_NOTE, "day first"), 0);
    count_file_close(&file);
}

/* A table that nothing explains is not read until a person says which it is. */
static void an_open_date_of_a_free_table_is_refused_with_every_reading(void **state)
{
    (void)state;
    static const char text[] = "when;activity\n03-04-05 09:00;10\n03-04-05 09:01;12\n"
                               "03-04-05 09:02;9\n03-04-05 09:03;0\n";
    struct zone *zone = open_zone("Europe/Oslo");
    struct text guess;
    text_init(&guess);
    struct open_options opt = {.zone = zone, .guess = &guess};
    struct byte_source *bytes = NULL;
    struct recording_source *source = NULL;
    struct failure why = {0};
    assert_int_equal(memory_source_open(text, sizeof text - 1, "t.csv", &bytes, NULL), YK_OK);
    assert_int_equal(recording_open_source(bytes, &opt, &source, &why), YK_ERR_UNSUPPORTED);
    assert_non_null(strstr(why.text, "2005-04-03 or 2005-03-04 or 2003-04-05"));
    assert_non_null(strstr(text_string(&guess), "# time_format = %d-%m-%y %H:%M"));
    assert_non_null(strstr(text_string(&guess), "# time_format = %m-%d-%y %H:%M"));
    assert_non_null(strstr(text_string(&guess), "# time_format = %y-%m-%d %H:%M"));
    byte_source_close(bytes);
    text_release(&guess);
    zone_close(zone);
}

/* ---- what a description says and the rows contradict ---- */

static void a_declared_epoch_or_start_that_the_rows_contradict_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *ini, *note;
    } cases[] = {
        {"epoch_s = 120\n", "rows are 60.000 s apart, on a grid of 120 s"},
        {"epoch_s = 30\n", "rows are 60.000 s apart, on a grid of 30 s"},
        {"start = 2024-01-01T00:00:00\n",
         "start = 2024-01-01T00:00:00 is not used: the rows carry times"},
        {"start = 2024-05-01T00:00:00\nepoch_s = 60\n", NULL},
    };
    char text[1024] = "timestamp,activity\n";
    for (int i = 0; i < 20; i++) {
        size_t n = strlen(text);
        snprintf(text + n, sizeof text - n, "2024-05-01 00:%02d,%d\n", i, i);
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct count_file file;
        read_text(&file, text, cases[i].ini);
        if (cases[i].note != NULL) {
            assert_note(&file, cases[i].note);
        } else {
            assert_int_equal(count_file_events(&file, READ_EVENT_NOTE, "grid"), 0);
            assert_int_equal(count_file_events(&file, READ_EVENT_NOTE, "not used"), 0);
        }
        count_file_close(&file);
    }
}

/* ---- numbers ---- */

static void a_comma_that_may_divide_thousands_is_said(void **state)
{
    (void)state;
    struct count_file file;
    read_text(&file,
              "timestamp;activity\n2024-01-01 00:00;1,234\n2024-01-01 00:01;210\n"
              "2024-01-01 00:02;2,000\n",
              NULL);
    assert_close((double)file.epochs.column[EPOCH_COUNTS][0], 1.234, 1e-6);
    assert_note(&file, "1,234 read as 1.234, could be 1234");
    count_file_close(&file);
    static const char *const fractions[] = {"0,234", "12,5", "1234,567"};
    for (size_t i = 0; i < 3; i++) { /* any of these shows what the comma is */
        char text[256];
        snprintf(text, sizeof text,
                 "timestamp\tactivity\n2024-01-01 00:00\t1,234\n2024-01-01 00:01\t%s\n"
                 "2024-01-01 00:02\t3\n",
                 fractions[i]);
        read_text(&file, text, NULL);
        assert_int_equal(count_file_events(&file, READ_EVENT_NOTE, "could be"), 0);
        assert_close((double)file.epochs.column[EPOCH_COUNTS][0], 1.234, 1e-6);
        assert_int_equal(file.source->report.bad_blocks, 0);
        count_file_close(&file);
    }
}

/* Where commas divide the columns, a second one in a quoted number is no number. */
static void a_comma_inside_quotes_is_counted(void **state)
{
    (void)state;
    struct count_file file;
    read_text(&file,
              "timestamp,activity\n2024-01-01 00:00,\"1,234\"\n2024-01-01 00:01,2\n"
              "2024-01-01 00:02,3\n",
              NULL);
    assert_true(isnan(file.epochs.column[EPOCH_COUNTS][0]));
    assert_int_equal(file.source->report.bad_blocks, 1);
    count_file_close(&file);
}

/* ---- clocks ---- */

static void a_twelve_hour_clock_without_halves_is_named(void **state)
{
    (void)state;
    struct count_file file;
    read_text(&file,
              "timestamp,activity\n2024-01-01 12:57,1\n2024-01-01 12:58,2\n2024-01-01 12:59,3\n"
              "2024-01-01 01:00,4\n2024-01-01 01:01,5\n",
              NULL);
    assert_int_equal(file.epochs.n, 3);
    assert_int_equal(file.source->report.bad_blocks, 2);
    assert_int_equal(count_file_events(&file, READ_EVENT_CLOCK_JUMP, "12-hour clock"), 1);
    count_file_close(&file);
    read_text(&file,
              "timestamp,activity\n2024-01-01 11:59 AM,1\n2024-01-01 12:00 PM,2\n"
              "2024-01-01 12:01 PM,3\n",
              "[epochs]\ntime_format = %Y-%m-%d %I:%M %p\n");
    assert_string_equal(count_file_start(&file), "2024-01-01T11:59:00+01:00");
    assert_int_equal(file.epochs.n, 3);
    assert_int_equal(file.source->report.bad_blocks, 0);
    count_file_close(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_hour_that_was_twice_is_said_with_both_offsets),
        cmocka_unit_test(an_hour_that_was_skipped_is_a_clock_not_set_forward),
        cmocka_unit_test(a_clock_that_runs_through_a_change_is_said_with_both_offsets),
        cmocka_unit_test(recordings_of_samples_say_the_same),
        cmocka_unit_test(a_clock_change_inside_a_gap_is_said),
        cmocka_unit_test(the_day_and_the_month_are_told_or_both_said),
        cmocka_unit_test(an_open_date_of_a_free_table_is_refused_with_every_reading),
        cmocka_unit_test(a_declared_epoch_or_start_that_the_rows_contradict_is_said),
        cmocka_unit_test(a_comma_that_may_divide_thousands_is_said),
        cmocka_unit_test(a_comma_inside_quotes_is_counted),
        cmocka_unit_test(a_twelve_hour_clock_without_halves_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
