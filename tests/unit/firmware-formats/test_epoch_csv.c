/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"
#include "tests/support/alloc.h"
#include "tests/support/cwa_open.h"
#include "tests/support/epoch_table.h"
#include "tests/support/reference.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct format format_epoch_csv;

struct table {                   /* one table in memory, with what lies beside it */
    struct open_options options; /* first: beside() finds the rest behind it */
    const char *ini;
    struct zone *zone;
    struct byte_source *bytes;
    struct recording_source *source;
    struct epoch_series epochs;
    struct failure why;
    enum yk_status status; /* YK_END when all went well */
};

static enum yk_status beside(const struct open_options *self, const char *suffix,
                             struct byte_source **out, struct failure *why)
{
    const char *ini = ((const struct table *)self)->ini;
    if (ini == NULL || strcmp(suffix, "ini") != 0) {
        return failure_set(why, YK_ERR_NO_DEVICE, "no such file");
    }
    return memory_source_open(ini, strlen(ini), "t.ini", out, why);
}

static void read_all(struct table *t, size_t n, const char *text, const char *zone,
                     const char *ini)
{
    memset(t, 0, sizeof *t);
    t->ini = ini;
    epoch_series_init(&t->epochs);
    assert_int_equal(zone_open(zone, &t->zone, NULL), YK_OK);
    t->options.zone = t->zone;
    t->options.file_zone_wins = true;
    t->options.sibling = beside;
    assert_int_equal(memory_source_open(text, n, "t.csv", &t->bytes, NULL), YK_OK);
    t->status = format_epoch_csv.open(t->bytes, &t->options, &t->source, &t->why);
    while (t->status == YK_OK) {
        t->status = t->source->ops->next_epochs(t->source, &t->epochs, &t->why);
    }
}
#define READ(t, text, zone, ini) read_all((t), sizeof(text) - 1, (text), (zone), (ini))

static void done(struct table *t)
{
    epoch_series_release(&t->epochs);
    if (t->source != NULL) {
        recording_source_close(t->source);
    } else {
        byte_source_close(t->bytes);
    }
    zone_close(t->zone);
}

static void depresjon_tables_are_read(void **state)
{
    (void)state;
    struct table t;
    READ(&t,
         "timestamp,date,activity\r\n2003-05-07 15:00:00,2003-05-07,1468\r\n"
         "2003-05-07 15:01:00,2003-05-07,\r\n2003-05-07 15:02:00,2003-05-07,0\r\n",
         "Europe/Oslo", NULL);
    assert_int_equal(t.status, YK_END);
    assert_int_equal(t.epochs.n, 3);
    assert_int_equal(t.epochs.epoch_s, 60);
    assert_int_equal(t.epochs.t0_ns / NS_PER_S, 1052312400); /* 13:00 UTC */
    assert_close((double)t.epochs.column[EPOCH_COUNTS][0], 1468, 0);
    assert_true(isnan(t.epochs.column[EPOCH_COUNTS][1]));
    assert_int_equal(t.epochs.state[1], STATE_UNKNOWN);
    assert_close((double)t.epochs.column[EPOCH_COUNTS][2], 0, 0);
    assert_int_equal(t.epochs.state[2], 0);
    const struct recording_info *info = &t.source->info;
    assert_string_equal(info->format, "epoch_csv");
    assert_string_equal(info->channels, "counts");
    assert_string_equal(info->zone, "Europe/Oslo");
    assert_int_equal(info->epoch_s, 60);
    assert_int_equal(info->end_ns, info->start_ns + 180 * NS_PER_S);
    assert_int_equal(t.source->report.blocks, 3);
    assert_int_equal(t.source->report.bad_blocks, 0);
    assert_int_equal(events_of(t.source, READ_EVENT_NOTE, NULL),
                     2); /* activity is counts; 60 s */
    done(&t);
}

static void steps_need_a_start_beside_the_file(void **state)
{
    (void)state;
    static const char text[] = "step,anglez_deg,enmo_g\n0,2.5,0.021\n1,-3,0.5\n3,1,1\n";
    struct table t;
    READ(&t, text, "UTC", NULL);
    assert_int_equal(t.status, YK_ERR_UNSUPPORTED);
    assert_non_null(strstr(t.why.text, "start ="));
    done(&t);
    READ(&t, text, "UTC",
         "# a child's wrist\nstart = 2018-08-14T15:30:00-04:00\nepoch_s = 5\nzone = "
         "America/New_York\nperson_id = K1\n");
    assert_int_equal(t.status, YK_END);
    assert_int_equal(t.epochs.n, 4);
    assert_int_equal(t.epochs.t0_ns / NS_PER_S, 1534275000);
    assert_close((double)t.epochs.column[EPOCH_ENMO_MG][0], 21, 1e-5);
    assert_close((double)t.epochs.column[EPOCH_ANGLE_Z_DEG][1], -3, 0);
    assert_int_equal(t.epochs.state[2], STATE_UNKNOWN);
    assert_string_equal(t.source->info.zone, "America/New_York");
    assert_string_equal(t.source->info.person_id, "K1");
    assert_int_equal(t.source->report.gaps, 1);
    done(&t);
}

static void a_description_names_columns_units_and_times(void **state)
{
    (void)state;
    struct table t;
    READ(&t, "Tag;Zeit;Bewegung;Winkel\n07.05.2003;15:00;0,5;1\n", "UTC",
         "[epochs]\ndate = Tag\ntime = Zeit\nseparator = ;\ntime_format = %d.%m.%Y %H:%M\n"
         "epoch_s = 30\n[columns]\nWinkel = angle_z_deg rad\nBewegung = ignore\n");
    assert_int_equal(t.status, YK_END);
    assert_int_equal(t.epochs.n, 1);
    assert_int_equal(t.epochs.t0_ns / NS_PER_S, 1052319600);
    assert_close((double)t.epochs.column[EPOCH_ANGLE_Z_DEG][0], 57.29578, 1e-5);
    done(&t);
}

static void a_decimal_comma_is_read_where_semicolons_divide_the_columns(void **state)
{
    (void)state;
    struct table t;
    READ(&t,
         "timestamp;enmo_mg;anglez\n2026-05-11T12:00:00;13,5;-31,25\n"
         "2026-05-11T12:00:05;7.5;1,2,3\n",
         "UTC", NULL);
    assert_int_equal(t.status, YK_END);
    assert_int_equal(t.epochs.n, 2);
    assert_close((double)t.epochs.column[EPOCH_ENMO_MG][0], 13.5, 1e-6);
    assert_close((double)t.epochs.column[EPOCH_ANGLE_Z_DEG][0], -31.25, 1e-6);
    assert_close((double)t.epochs.column[EPOCH_ENMO_MG][1], 7.5, 1e-6);
    assert_true(isnan(t.epochs.column[EPOCH_ANGLE_Z_DEG][1]));
    assert_int_equal(t.source->report.bad_blocks, 1);
    done(&t);
}

static void a_wrong_description_is_refused_with_its_line(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"epoch_s = 0\n", "line 1"},
        {"epochs = 5\n", "unknown key 'epochs'"},
        {"\n[column]\n", "line 2"},
        {"hello\n", "NAME = VALUE"},
        {"[columns]\nactivity = speed\n", "'speed'"},
        {"[columns]\nactivity = enmo_mg deg\n", "unit 'deg'"},
        {"[columns]\nangle = angle_z_deg\n", "'angle'"},
        {"time_format = %H:%M\n", "time_format"},
        {"timestamp = when\n", "'when'"},
        {"zone = UTC\n\n[samples]\nzone = Asia/Tokyo\n",
         "t.ini, line 4: zone is set twice, to 'UTC' in line 1 and to 'Asia/Tokyo' here"},
        {"[columns]\nactivity = counts\n[epochs]\n[columns]\nactivity = light lux\n",
         "line 5: activity is set twice, to 'counts' in line 2 and to 'light lux' here"},
        {"epoch_s = 60\nzone = UTC\nepoch_s = 30\n", "line 3: epoch_s is set twice, to '60'"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct table t;
        READ(&t, "timestamp,activity\n2003-05-07 15:00,1\n2003-05-07 15:01,2\n", "UTC",
             wrong[i][0]);
        assert_true(t.status == YK_ERR_ARGUMENT || t.status == YK_ERR_UNSUPPORTED);
        if (strstr(t.why.text, wrong[i][1]) == NULL) {
            fail_msg("'%s' is not in: %s", wrong[i][1], t.why.text);
        }
        done(&t);
    }
}

static void a_jump_ahead_is_a_gap_and_a_step_back_is_a_damaged_row(void **state)
{
    (void)state;
    struct table t;
    READ(&t,
         "timestamp,counts\n2020-01-01 00:00,1\n2020-01-01 00:01,2\n2020-01-01 00:05,3\n"
         "2020-01-01 00:03,4\n2020-01-01 00:06,5\n",
         "UTC", NULL);
    assert_int_equal(t.status, YK_END);
    assert_int_equal(t.epochs.n, 7);
    static const double expected[] = {1, 2, NAN, NAN, NAN, 3, 5};
    for (size_t i = 0; i < 7; i++) {
        assert_close((double)t.epochs.column[EPOCH_COUNTS][i], expected[i], 0);
    }
    const struct read_report *report = &t.source->report;
    assert_int_equal(report->gaps, 1);
    assert_close(report->gap_s, 180, 0);
    assert_int_equal(report->bad_blocks, 1);
    assert_int_equal(report->clock_jumps, 1);
    for (size_t i = 0; i < report->n_events; i++) {
        if (report->events[i].kind == READ_EVENT_GAP) {
            assert_int_equal(report->events[i].start_ns / NS_PER_S, 1577836920);
            assert_int_equal(report->events[i].end_ns / NS_PER_S, 1577837100);
            assert_int_equal(report->events[i].at, 4);
        }
    }
    done(&t);
}

static void words_for_a_missing_value_are_no_damage(void **state)
{
    (void)state;
    struct table t;
    READ(&t,
         "timestamp,counts\n2020-01-01 00:00,1\n2020-01-01 00:01,\n2020-01-01 00:02,NA\n"
         "2020-01-01 00:03,NaN\n2020-01-01 00:04,n/a\n2020-01-01 00:05,null\n"
         "2020-01-01 00:06,None\n2020-01-01 00:07,.\n2020-01-01 00:08,-\n"
         "2020-01-01 00:09,2\n",
         "UTC", NULL);
    assert_int_equal(t.status, YK_END);
    assert_int_equal(t.epochs.n, 10);
    assert_int_equal(t.source->report.bad_blocks, 0);
    for (size_t k = 1; k < 9; k++) {
        assert_true(isnan(t.epochs.column[EPOCH_COUNTS][k]));
        assert_true((t.epochs.state[k] & STATE_UNKNOWN) != 0);
    }
    done(&t);
}

static void damaged_rows_are_counted_and_named(void **state)
{
    (void)state;
    struct table t;
    READ(&t,
         "timestamp,counts\n2020-01-01 00:00,1\n2020-01-01 00:01,abc\nnonsense,3\n"
         "2020-01-01 00:03,4\n2099-01-01 00:04,5\n2020-01-01 00:04,6\n",
         "UTC", NULL);
    assert_int_equal(t.status, YK_END);
    assert_int_equal(t.epochs.n, 5);
    assert_int_equal(t.source->report.bad_blocks, 3);
    assert_close((double)t.epochs.column[EPOCH_COUNTS][4], 6, 0);
    static const char *const detail[] = {"line 3: column 2: 'abc' is no number",
                                         "line 4: 'nonsense' is no time",
                                         "line 6: time jumps ahead too far"};
    size_t k = 0;
    for (size_t i = 0; i < t.source->report.n_events; i++) {
        if (t.source->report.events[i].kind == READ_EVENT_BAD_BLOCK) {
            assert_string_equal(t.source->report.events[i].detail, detail[k++]);
        }
    }
    assert_int_equal(k, 3);
    done(&t);
}

static void steps_beyond_every_calendar_are_refused(void **state)
{
    (void)state;
    struct table t;
    READ(&t, "step,anglez\n1776586001,2\n1776586002,3\n", "UTC",
         "start = 2018-08-14T14:30:00-04:00\nepoch_s = 5\n");
    assert_int_equal(t.status, YK_ERR_ARGUMENT);
    assert_non_null(strstr(t.why.text, "1776586001"));
    done(&t);
}

static void values_that_no_wrist_gives_are_damage(void **state)
{
    (void)state;
    struct table t;
    READ(&t,
         "timestamp,enmo_mg,angle_z_deg\n2020-01-01 00:00:00,12,89.9\n"
         "2020-01-01 00:00:05,-662,10\n2020-01-01 00:00:10,-0.01,170\n",
         "UTC", NULL);
    assert_int_equal(t.status, YK_END);
    assert_int_equal(t.source->report.bad_blocks, 2);
    assert_true(isnan(t.epochs.column[EPOCH_ENMO_MG][1]));
    assert_close((double)t.epochs.column[EPOCH_ANGLE_Z_DEG][1], 10, 0);
    assert_close((double)t.epochs.column[EPOCH_ENMO_MG][2], -0.01, 1e-6);
    assert_true(isnan(t.epochs.column[EPOCH_ANGLE_Z_DEG][2]));
    done(&t);
}

/* Summer time begins on 2003-03-30 at 2:00 and ends on 2003-10-26 at 3:00. */
static void rows_that_follow_the_wall_clock_have_no_gap_at_its_change(void **state)
{
    (void)state;
    struct table t;
    READ(&t,
         "timestamp,counts\n2003-03-30 01:58,1\n2003-03-30 01:59,2\n2003-03-30 03:00,3\n"
         "2003-03-30 03:01,4\n",
         "Europe/Oslo", NULL);
    assert_int_equal(t.epochs.n, 4);
    assert_int_equal(t.source->report.gaps, 0);
    done(&t);
    READ(&t,
         "timestamp,counts\n2003-10-26 02:58,1\n2003-10-26 02:59,2\n2003-10-26 02:00,3\n"
         "2003-10-26 02:01,4\n",
         "Europe/Oslo", NULL);
    assert_int_equal(t.epochs.n, 4);
    assert_int_equal(t.source->report.bad_blocks, 0);
    done(&t);
}

static void rows_of_a_clock_that_never_changes_have_no_gap_either(void **state)
{
    (void)state;
    struct table t;
    READ(&t,
         "timestamp,counts\n2003-03-30 01:58,1\n2003-03-30 01:59,2\n2003-03-30 02:00,3\n"
         "2003-03-30 02:01,4\n",
         "Europe/Oslo", NULL);
    assert_int_equal(t.epochs.n, 4);
    assert_int_equal(t.source->report.gaps, 0);
    assert_int_equal(t.source->info.end_ns - t.source->info.start_ns, 240 * NS_PER_S);
    done(&t);
}

static void without_a_zone_the_missing_hour_is_missing(void **state)
{
    (void)state;
    struct table t;
    READ(&t, "timestamp,counts\n2003-03-30 01:58,1\n2003-03-30 01:59,2\n2003-03-30 03:00,3\n",
         "UTC", NULL);
    assert_int_equal(t.epochs.n, 63);
    done(&t);
}

static void our_own_columns_and_states_read_back(void **state)
{
    (void)state;
    struct table t;
    READ(&t,
         "timestamp,enmo_mg,angle_z_deg,light,temperature_c,state\n"
         "2024-06-17T08:45:00+01:00,2.1,-53.5,12,29.5,2\n"
         "2024-06-17T08:45:05+01:00,,,,,1\n",
         "Europe/London", NULL);
    assert_int_equal(t.status, YK_END);
    assert_int_equal(t.epochs.epoch_s, 5);
    assert_close((double)t.epochs.column[EPOCH_ENMO_MG][0], 2.1, 1e-6);
    assert_int_equal(t.epochs.state[0], STATE_NONWEAR);
    assert_int_equal(t.epochs.state[1], STATE_UNKNOWN);
    assert_close(t.source->report.temperature_c.max, 29.5, 0);
    done(&t);
}

static void tables_of_batch_read_back(void **state)
{
    (void)state;
    struct table t;
    READ(&t,
         "time_ts,enmo_mg,valid,unknown,nonwear,in_rest,in_spt,asleep\n"
         "2024-06-17T08:45:00+01:00,2.1000,1.0000,0,1,1,1,1\n"
         "2024-06-17T08:45:05+01:00,,,1,0,0,0,0\n"
         "2024-06-17T08:45:10+01:00,3,1,0,0,1,1,1\n",
         "Europe/London", NULL);
    assert_int_equal(t.status, YK_END);
    assert_int_equal(t.epochs.n, 3);
    assert_int_equal(t.epochs.state[0], STATE_OFF_WRIST);
    assert_int_equal(t.epochs.state[1], STATE_UNKNOWN);
    assert_int_equal(t.epochs.state[2], 0); /* sleep is found anew */
    assert_close((double)t.epochs.column[EPOCH_VALID][0], 1, 0);
    done(&t);
}

static void button_presses_and_off_wrist_times_are_taken_over(void **state)
{
    (void)state;
    struct table t;
    READ(&t,
         "time,counts,off_wrist,marker\n2017-05-15T11:36,5,0,0\n2017-05-15T11:37,6,0,1\n"
         "2017-05-15T11:38,,1,\n",
         "UTC", NULL);
    assert_int_equal(t.status, YK_END);
    assert_int_equal(t.source->report.buttons, 1);
    assert_int_equal(t.epochs.state[1], 0);
    assert_int_equal(t.epochs.state[2], STATE_OFF_WRIST | STATE_UNKNOWN);
    assert_int_equal(events_of(t.source, READ_EVENT_BUTTON, NULL), 1);
    done(&t);
}

static void two_columns_of_one_meaning_are_refused(void **state)
{
    (void)state;
    struct table t;
    READ(&t, "timestamp,activity,counts\n2020-01-01 00:00,1,2\n2020-01-01 00:01,1,2\n", "UTC",
         NULL);
    assert_int_equal(t.status, YK_ERR_UNSUPPORTED);
    assert_non_null(strstr(t.why.text, "both give counts"));
    done(&t);
}

static void rewinding_gives_the_same_again(void **state)
{
    (void)state;
    struct table t;
    READ(&t, "timestamp,counts\n2020-01-01 00:00,1\nx,2\n2020-01-01 00:02,3\n", "UTC",
         "epoch_s = 60\n");
    assert_int_equal(t.status, YK_END);
    struct epoch_series again;
    epoch_series_init(&again);
    assert_int_equal(t.source->ops->rewind(t.source, NULL), YK_OK);
    while (t.source->ops->next_epochs(t.source, &again, NULL) == YK_OK) {
    }
    assert_int_equal(again.n, t.epochs.n);
    assert_close((double)again.column[EPOCH_COUNTS][2], 3, 0);
    assert_int_equal(t.source->report.bad_blocks, 1);
    epoch_series_release(&again);
    done(&t);
}

static int probe_text(const char *text)
{
    struct byte_source *bytes = NULL;
    assert_int_equal(memory_source_open(text, strlen(text), "t.csv", &bytes, NULL), YK_OK);
    int score = format_epoch_csv.probe(bytes);
    byte_source_close(bytes);
    return score;
}

static void tables_are_recognised_by_their_columns(void **state)
{
    (void)state;
    assert_int_equal(probe_text("timestamp,date,activity\n1,2,3\n"), 85);
    assert_int_equal(probe_text("step,anglez_deg,enmo_g\n0,1,2\n"), 85);
    assert_int_equal(probe_text("a,b\n1,2\n"), 5);
    assert_int_equal(probe_text("no separator\n"), 0);
    assert_int_equal(probe_text("MD\x01\x02,,,,\n"), 0);
    assert_int_equal(probe_text(""), 0);
}

static void ggir_epoch_tables_are_read(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/ggir-reference/short25/epoch5s_imputed.csv.gz");
    struct epoch_series epochs;
    epoch_table_read(path, "Europe/London", NULL, &epochs);
    assert_int_equal(epochs.n, 56700);
    assert_int_equal(epochs.epoch_s, 5);
    assert_close((double)epochs.column[EPOCH_ENMO_MG][0], 2.1, 1e-6);
    assert_close((double)epochs.column[EPOCH_ANGLE_Z_DEG][0], 53.3042, 1e-5);
    epoch_series_release(&epochs);
}

static void published_angle_series_are_read(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/labelled/anglez-enmo-5s/038441c925bb_first_half.csv.gz");
    struct epoch_series epochs;
    epoch_table_read(path, "America/New_York",
                     "start = 2018-08-14T15:30:00-04:00\nepoch_s = 5\n", &epochs);
    assert_int_equal(epochs.t0_ns / NS_PER_S, 1534275000);
    struct reference table;
    SHARED_OR_SKIP(again, "data/labelled/anglez-enmo-5s/038441c925bb_first_half.csv.gz");
    reference_open(&table, again);
    assert_int_equal(epochs.n, table.rows);
    for (size_t i = 0; i < epochs.n; i += 997) {
        assert_close((double)epochs.column[EPOCH_ENMO_MG][i],
                     1000 * reference_number(&table, i, "enmo_g"), 1e-3);
    }
    reference_close(&table);
    epoch_series_release(&epochs);
}

static void refused_memory_is_reported_and_leaks_nothing(void **state)
{
    (void)state;
    static const char text[] =
        "timestamp,counts\n2020-01-01 00:00,1\nx,2\n2020-01-01 00:09,3\n";
    struct zone *zone = NULL;
    assert_int_equal(zone_open("UTC", &zone, NULL), YK_OK);
    for (uint64_t k = 1;; k++) {
        struct table t = {.ini = "epoch_s = 60\n"};
        t.options.zone = zone;
        t.options.sibling = beside;
        epoch_series_init(&t.epochs);
        assert_int_equal(memory_source_open(text, sizeof text - 1, "t.csv", &t.bytes, NULL),
                         YK_OK);
        alloc_fail_at(k);
        t.status = format_epoch_csv.open(t.bytes, &t.options, &t.source, &t.why);
        while (t.status == YK_OK) {
            t.status = t.source->ops->next_epochs(t.source, &t.epochs, &t.why);
        }
        bool refused = alloc_refused();
        alloc_fail_at(0);
        bool is_complete = t.status == YK_END && t.epochs.n == 10;
        done(&t);
        assert_true(is_complete || t.status == YK_ERR_MEMORY);
        if (!refused) {
            assert_true(is_complete);
            break;
        }
    }
    zone_close(zone);
}

/* As a published data set of day-long recordings has them. */
static void days_are_counted_from_the_declared_date(void **state)
{
    (void)state;
    static const char rows[] = "day,time,Axis1\n1,23:59:58,4\n1,23:59:59,5\n2,00:00:00,6\n"
                               "-29,00:00:01,7\n2,00:00:02,8\n";
    struct table t;
    READ(&t, rows, "Europe/Rome", "[epochs]\nstart = 2018-08-14\n");
    assert_int_equal(t.status, YK_END);
    assert_int_equal(t.epochs.epoch_s, 1);
    assert_int_equal(t.epochs.t0_ns, INT64_C(1534283998) * NS_PER_S); /* 21:59:58 UTC */
    assert_int_equal(t.epochs.n, 5);
    assert_close((double)t.epochs.column[EPOCH_COUNTS_Y][2], 6, 0);
    assert_true(isnan(t.epochs.column[EPOCH_COUNTS_Y][3])); /* a wrong day is damage */
    assert_close((double)t.epochs.column[EPOCH_COUNTS_Y][4], 8, 0);
    assert_int_equal(t.source->report.bad_blocks, 1);
    done(&t);
    READ(&t, rows, "Europe/Rome", NULL); /* no date is made up */
    assert_true(t.status != YK_END && t.status != YK_OK);
    done(&t);
    READ(&t, rows, "Europe/Rome", "[epochs]\nstart = soon\n");
    assert_int_equal(t.status, YK_ERR_ARGUMENT);
    done(&t);
}

/* Rows of 15.015 s lie on a grid of 15 s: row 500 is half an epoch off, so that epoch 501 takes
 * the next one; both that and the empty epoch are said. */
static void seconds_since_the_start_need_a_start_and_no_whole_step(void **state)
{
    (void)state;
    static char text[64 * 1200];
    size_t n = (size_t)snprintf(text, sizeof text, "t_s,counts\n");
    for (int i = 0; i < 1002; i++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "%.3f,%d\n", i * 15.015, i);
    }
    struct table t;
    read_all(&t, n, text, "Asia/Tokyo",
             "[epochs]\nstart = 2018-08-14T22:00:00\ntimestamp = t_s\n"
             "time_format = elapsed_s\n");
    assert_int_equal(t.status, YK_END);
    assert_int_equal(t.epochs.epoch_s, 15);
    assert_int_equal(t.epochs.t0_ns, INT64_C(1534251600) * NS_PER_S);
    assert_int_equal(t.epochs.n, 1003);
    assert_int_equal(t.source->report.gaps, 1);
    assert_int_equal(t.source->report.bad_blocks, 0);
    assert_close((double)t.epochs.column[EPOCH_COUNTS][499], 499, 0);
    assert_close((double)t.epochs.column[EPOCH_COUNTS][1002], 1001, 0);
    bool is_said = false;
    for (size_t i = 0; i < t.source->report.n_events; i++) {
        is_said = is_said || strcmp(t.source->report.events[i].detail,
                                    "rows are 15.015 s apart, on a grid of 15 s") == 0;
    }
    assert_true(is_said);
    done(&t);
    read_all(&t, n, text, "Asia/Tokyo", "[epochs]\ntimestamp = t_s\ntime_format = elapsed_s\n");
    assert_int_equal(t.status, YK_ERR_ARGUMENT);
    assert_non_null(strstr(t.why.text, "elapsed_s needs 'start"));
    done(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_counted_from_the_declared_date),
        cmocka_unit_test(seconds_since_the_start_need_a_start_and_no_whole_step),
        cmocka_unit_test(depresjon_tables_are_read),
        cmocka_unit_test(steps_need_a_start_beside_the_file),
        cmocka_unit_test(a_description_names_columns_units_and_times),
        cmocka_unit_test(a_decimal_comma_is_read_where_semicolons_divide_the_columns),
        cmocka_unit_test(a_wrong_description_is_refused_with_its_line),
        cmocka_unit_test(a_jump_ahead_is_a_gap_and_a_step_back_is_a_damaged_row),
        cmocka_unit_test(words_for_a_missing_value_are_no_damage),
        cmocka_unit_test(damaged_rows_are_counted_and_named),
        cmocka_unit_test(steps_beyond_every_calendar_are_refused),
        cmocka_unit_test(values_that_no_wrist_gives_are_damage),
        cmocka_unit_test(rows_that_follow_the_wall_clock_have_no_gap_at_its_change),
        cmocka_unit_test(rows_of_a_clock_that_never_changes_have_no_gap_either),
        cmocka_unit_test(without_a_zone_the_missing_hour_is_missing),
        cmocka_unit_test(our_own_columns_and_states_read_back),
        cmocka_unit_test(tables_of_batch_read_back),
        cmocka_unit_test(button_presses_and_off_wrist_times_are_taken_over),
        cmocka_unit_test(two_columns_of_one_meaning_are_refused),
        cmocka_unit_test(rewinding_gives_the_same_again),
        cmocka_unit_test(tables_are_recognised_by_their_columns),
        cmocka_unit_test(ggir_epoch_tables_are_read),
        cmocka_unit_test(published_angle_series_are_read),
        cmocka_unit_test(refused_memory_is_reported_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
