/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-formats/actigraph_csv_header.h"
#include "tests/support/alloc.h"
#include "tests/support/cwa_open.h"

static struct zone *utc;

static void read_epochs(struct recording_source *source, struct epoch_series *epochs)
{
    struct failure why = {0};
    enum yk_status status;
    epoch_series_init(epochs);
    assert_non_null(source->ops->next_epochs);
    while ((status = source->ops->next_epochs(source, epochs, &why)) == YK_OK) {
    }
    if (status != YK_END) {
        fail_msg("%s", why.text);
    }
}

static void assert_sum(const struct epoch_series *epochs, enum epoch_column column,
                       double expected)
{
    double total = 0;
    assert_non_null(epochs->column[column]);
    for (size_t k = 0; k < epochs->n; k++) {
        total += isnan(epochs->column[column][k]) ? 0 : (double)epochs->column[column][k];
    }
    assert_close(total, expected, 0);
}

static void assert_start(const struct recording_source *source, const char *expected)
{
    char iso[40];
    zone_format_iso(utc, source->info.start_ns, 3, iso);
    iso[23] = '\0';
    assert_string_equal(iso, expected);
}

/* ---- the reference files (data/actigraph-csv/README.md) ---- */

static void epochs_without_names_are_known_by_the_mode(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/actigraph-csv/ActiGraph61.csv");
    struct recording_source *source = open_file(path, utc, false);
    struct epoch_series epochs;
    read_epochs(source, &epochs);
    assert_int_equal(epochs.n, 990);
    assert_int_equal(epochs.epoch_s, 5);
    assert_start(source, "2016-08-15T21:35:00.000");
    assert_sum(&epochs, EPOCH_COUNTS_Y, 6295);
    assert_sum(&epochs, EPOCH_COUNTS_X, 25127);
    assert_sum(&epochs, EPOCH_COUNTS_Z, 3861);
    assert_sum(&epochs, EPOCH_STEPS, 253);
    assert_sum(&epochs, EPOCH_LIGHT, 0);
    assert_sum(&epochs, EPOCH_INCLINE_OFF_S, 3155);
    assert_sum(&epochs, EPOCH_INCLINE_STANDING_S, 295);
    assert_sum(&epochs, EPOCH_INCLINE_SITTING_S, 25);
    assert_sum(&epochs, EPOCH_INCLINE_LYING_S, 1475);
    assert_close(epochs.column[EPOCH_COUNTS_Y][0], 325, 0);
    assert_close(epochs.column[EPOCH_INCLINE_STANDING_S][0], 5, 0);
    assert_string_equal(source->info.device_serial, "MOS2D16160581");
    assert_int_equal(source->info.count_kind, COUNT_KIND_ACTIGRAPH);
    epoch_series_release(&epochs);
    recording_source_close(source);
}

static void rows_times_win_over_a_header_that_contradicts_itself(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/actigraph-csv/ActiGraph13_timestamps_headers.csv");
    struct recording_source *source = open_file(path, utc, false);
    struct epoch_series epochs;
    read_epochs(source, &epochs);
    assert_int_equal(epochs.n, 1000);
    assert_int_equal(epochs.epoch_s, 1);
    assert_start(source, "2017-09-12T15:00:00.000");
    assert_sum(&epochs, EPOCH_COUNTS_Y, 54340);
    assert_sum(&epochs, EPOCH_COUNTS_X, 48204);
    assert_sum(&epochs, EPOCH_COUNTS_Z, 53797);
    assert_sum(&epochs, EPOCH_STEPS, 442);
    assert_string_equal(source->info.device_serial, "TAS1D48140206");
    epoch_series_release(&epochs);
    recording_source_close(source);
}

static void assert_raw(const char *path, int64_t n, const double first[3], const double last[3],
                       const double mean[3], double rate, const char *start)
{
    struct recording_source *source = open_file(path, utc, false);
    struct sample_block block;
    assert_int_equal(sample_block_init(&block, false, NULL), YK_OK);
    assert_start(source, start);
    while (source->ops->next_samples(source, &block, NULL) == YK_OK) {
    }
    const struct read_report *report = &source->report;
    assert_int_equal(report->n_samples, n);
    for (int a = 0; a < 3; a++) {
        assert_close(report->first_sample_g[a], first[a], 1e-7);
        assert_close(report->last_sample_g[a], last[a], 1e-7);
        assert_close(report->sum_g[a] / (double)n, mean[a], 6e-7);
    }
    assert_close(source->info.rate_hz, rate, 0);
    assert_int_equal(report->gaps + report->bad_blocks + report->clock_jumps, 0);
    sample_block_release(&block);
    recording_source_close(source);
}

static void samples_of_both_reference_tables_are_met(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/actigraph-csv/link_90hz_raw_trailing_commas.csv");
    assert_raw(path, 10800, (const double[]){-0.004, -0.008, 0.961},
               (const double[]){-0.016, -1.004, 0.148},
               (const double[]){0.209529, -0.161400, 0.643595}, 90, "2019-02-14T08:58:00.000");
    assert_raw(
        check_shared("data/actigraph-csv/cle_40hz_raw_timestamps.csv"), 4989,
        (const double[]){-0.009, -0.053, -0.988}, (const double[]){-0.243, 0.138, -0.991},
        (const double[]){-0.003874, -0.051336, -0.984983}, 40, "2018-06-14T12:08:39.725");
}

/* ActiLife's export of a recording with idle sleep and docking, against the recording itself:
 * in every second that both have the values agree to their three decimals. */
static void filled_stretches_of_an_export_are_gaps(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/gt3x/TAS1H30182785_2019-09-17.csv.gz");
    struct recording_source *source = open_file(path, utc, false);
    struct sample_block block;
    assert_int_equal(sample_block_init(&block, false, NULL), YK_OK);
    while (source->ops->next_samples(source, &block, NULL) == YK_OK) {
        if ((block.flags & BLOCK_AFTER_GAP) != 0) {
            assert_true((block.flags & BLOCK_HELD) != 0);
        }
    }
    /* the recording's gaps: 1568745610+4 (too short to be seen here), 861+105, 977+554,
     * 6545+1126, 7697+33, 7740+7, whose first second is held and 6 are zeros */
    static const int64_t gap[5][2] = {{1568745861, 105},
                                      {1568745977, 554},
                                      {1568746545, 1126},
                                      {1568747697, 33},
                                      {1568747741, 6}};
    const struct read_report *report = &source->report;
    size_t n = 0;
    for (size_t i = 0; i < report->n_events; i++) {
        const struct read_event *e = &report->events[i];
        if (e->kind == READ_EVENT_GAP) {
            assert_true(n < 5);
            assert_int_equal(e->end_ns / NS_PER_S, gap[n][0] + gap[n][1]);
            assert_in_range(e->start_ns, (gap[n][0] - 1) * NS_PER_S,
                            gap[n][0] * NS_PER_S + NS_PER_S / 10);
            n++;
        }
    }
    assert_int_equal(n, 5);
    assert_int_equal(report->n_samples, 33500);
    sample_block_release(&block);
    recording_source_close(source);
}

/* ---- dialects ---- */

#define LINE_1                                                                                 \
    "------------ Data File Created By ActiGraph GT3X+ ActiLife v6.13.3 Firmware v1.7.2 "
#define DASHES "--------------------------------------------------\r\n"

static struct recording_source *open_text(const char *text, struct failure *why)
{
    struct open_options opt = {.zone = utc};
    struct byte_source *bytes = NULL;
    struct recording_source *source = NULL;
    assert_int_equal(memory_source_open(text, strlen(text), "x.csv", &bytes, NULL), YK_OK);
    if (recording_open_source(bytes, &opt, &source, why) != YK_OK) {
        byte_source_close(bytes);
        return NULL;
    }
    return source;
}

/* An epoch table with these dates; two rows of axis 1 to 3 and steps. */
static struct recording_source *open_epochs(const char *format, const char *start,
                                            const char *download, const char *rows)
{
    static char text[4096]; /* stays: the reader reads from it */
    struct failure why = {0};
    snprintf(text, sizeof text,
             LINE_1 "date format %s  Filter Normal -----------\r\n"
                    "Serial Number: TAS1\r\nStart Time 10:00:00\r\nStart Date %s\r\n"
                    "Epoch Period (hh:mm:ss) 00:01:00\r\nDownload Time 12:00:00\r\n"
                    "Download Date %s\r\nCurrent Memory Address: 0\r\n"
                    "Current Battery Voltage: 4,15     Mode = 13\r\n" DASHES "%s",
             format, start, download, rows);
    struct recording_source *source = open_text(text, &why);
    if (source == NULL) {
        fail_msg("%s", why.text);
    }
    return source;
}

static void dates_are_read_as_stated_unless_they_cannot_be(void **state)
{
    (void)state;
    static const struct {
        const char *format, *start, *download, *means;
        const char *note; /* what must be said; NULL nothing */
    } c[] = {
        {"M/d/yyyy", "2/14/2019", "2/20/2019", "2019-02-14", NULL},
        {"d/MM/yyyy", "3/02/2019", "20/02/2019", "2019-02-03", NULL},
        {"dd.MM.yyyy", "03.02.2019", "20.02.2019", "2019-02-03", NULL},
        {"d-M-yyyy", "14-2-2019", "20-2-2019", "2019-02-14", NULL},
        {"M/dd/yy", "2/14/19", "2/20/19", "2019-02-14", NULL},
        {"yyyy-MM-dd", "2019-02-03", "2019-02-20", "2019-02-03", NULL},
        /* the download has no 19th month: the format that is stated is wrong */
        {"dd/MM/yyyy", "09-12-2017", "09-19-2017", "2017-09-12", "against date format"},
        /* it would have been downloaded before it began */
        {"M/d/yyyy", "10/9/2019", "9/10/2019", "2019-09-10", "against date format"},
        /* nothing tells: as stated, and the other reading is named */
        {"M/d/yyyy", "2/3/2019", "3/4/2019", "2019-02-03", "could be 2019-03-02"},
    };
    for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
        struct recording_source *source =
            open_epochs(c[i].format, c[i].start, c[i].download, "1,2,3,0\r\n4,5,6,1\r\n");
        struct epoch_series epochs;
        char expected[40];
        bool is_said = c[i].note == NULL, says_start = false;
        snprintf(expected, sizeof expected, "%sT10:00:00.000", c[i].means);
        assert_start(source, expected);
        read_epochs(source, &epochs);
        assert_int_equal(epochs.n, 2);
        assert_close(epochs.column[EPOCH_COUNTS_Y][1], 4, 0);
        for (size_t k = 0; k < source->report.n_events; k++) {
            const char *detail = source->report.events[k].detail;
            is_said = is_said || strstr(detail, c[i].note) != NULL;
            says_start = says_start || strncmp(detail, "start", 5) == 0;
        }
        assert_true(is_said);
        assert_int_equal(says_start, c[i].note != NULL);
        epoch_series_release(&epochs);
        recording_source_close(source);
    }
}

static void names_are_known_in_every_spelling(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "Date, Time, Axis1,Axis2,Axis3,Steps\r\n2/14/2019,10:00:00,1,2,3,0\r\n"
        "2/14/2019,10:01:00,4,5,6,1\r\n",
        "axis1,axis2,axis3,steps\r\n1,2,3,0\r\n4,5,6,1\r\n",
        "activity,axis2,axis3,steps\r\n1,2,3,0\r\n4,5,6,1\r\n",
        "\"Axis 1\",\"Axis 2\",\"Axis 3\",\"Steps\"\r\n1,2,3,0\r\n4,5,6,1\r\n",
        "Timestamp,Axis1,Axis2,Axis3,Steps\r\n2/14/2019 10:00:00,1,2,3,0\r\n"
        "2/14/2019 10:01:00,4,5,6,1\r\n",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct recording_source *source =
            open_epochs("M/d/yyyy", "2/14/2019", "2/20/2019", rows[i]);
        struct epoch_series epochs;
        read_epochs(source, &epochs);
        assert_start(source, "2019-02-14T10:00:00.000");
        assert_int_equal(epochs.n, 2);
        assert_sum(&epochs, EPOCH_COUNTS_Y, 5);
        assert_sum(&epochs, EPOCH_COUNTS_X, 7);
        assert_sum(&epochs, EPOCH_COUNTS_Z, 9);
        assert_sum(&epochs, EPOCH_STEPS, 1);
        epoch_series_release(&epochs);
        recording_source_close(source);
    }
}

/* ---- raw tables made here ---- */

struct made {
    char *text;
    size_t n, room;
};

static void add(struct made *self, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void add(struct made *self, const char *fmt, ...)
{
    va_list args;
    if (self->room - self->n < 512) {
        self->room = 2 * self->room + 65536;
        self->text = realloc(self->text, self->room);
        assert_non_null(self->text);
    }
    va_start(args, fmt);
    self->n += (size_t)vsnprintf(self->text + self->n, self->room - self->n, fmt, args);
    va_end(args);
}

static void add_header(struct made *self, int rate, const char *padding)
{
    add(self,
        LINE_1 "date format dd.MM.yyyy at %d Hz  Filter Normal -----------%s\r\n"
               "Serial Number: TAS1%s\r\nStart Time 10:00:00%s\r\nStart Date 14.02.2019%s\r\n"
               "Cycle Period (hh:mm:ss) 00:00:00%s\r\nDownload Time 12:00:00%s\r\n"
               "Download Date 20.02.2019%s\r\nCurrent Memory Address: 0%s\r\n"
               "Current Battery Voltage: 4,15     Mode = 12%s\r\n",
        rate, padding, padding, padding, padding, padding, padding, padding, padding, padding);
    add(self, DASHES);
}

static int value(int i, int axis)
{
    return (31 * i * i + 17 * i + 7 * axis) % 601 - 300 + (axis == 2 ? 900 : 0);
}

static int64_t read_raw(struct recording_source *source, double sum[3], uint32_t *flags)
{
    struct sample_block block;
    int64_t n = 0;
    assert_int_equal(sample_block_init(&block, false, NULL), YK_OK);
    sum[0] = sum[1] = sum[2] = 0;
    *flags = 0;
    while (source->ops->next_samples(source, &block, NULL) == YK_OK) {
        *flags |= block.flags;
        for (int a = 0; a < 3; a++) {
            for (uint32_t i = 0; i < block.n; i++) {
                sum[a] += rint((double)block.acc_g[a][i] * 1000);
            }
        }
        n += block.n;
    }
    sample_block_release(&block);
    return n;
}

static void add_value(struct made *self, int milli, char point)
{
    add(self, "%s%d%c%03d", milli < 0 ? "-" : "", abs(milli) / 1000, point, abs(milli) % 1000);
}

static void decimal_commas_are_read_with_semicolons_and_in_quotes(void **state)
{
    (void)state;
    for (int dialect = 0; dialect < 4; dialect++) {
        struct made made = {0};
        struct failure why = {0};
        double sum[3], expected[3] = {0, 0, 0};
        uint32_t flags;
        const char *separator = dialect == 0 ? ";" : dialect == 3 ? "\t" : ",";
        add_header(&made, 30, dialect == 0 ? ";;" : ",,");
        if (dialect == 2) {
            add(&made, "\"Accelerometer X\",\"Accelerometer Y\",\"Accelerometer Z\"\r\n");
        }
        for (int i = 0; i < 100; i++) {
            for (int a = 0; a < 3; a++) {
                bool is_quoted = dialect == 2;
                add(&made, "%s%s", a > 0 ? separator : "", is_quoted ? "\"" : "");
                add_value(&made, value(i, a), dialect == 1 ? '.' : ',');
                add(&made, "%s", is_quoted ? "\"" : "");
                expected[a] += value(i, a);
            }
            add(&made, "\r\n");
        }
        struct recording_source *source = open_text(made.text, &why);
        if (source == NULL) {
            fail_msg("%s", why.text);
        }
        assert_int_equal(read_raw(source, sum, &flags), 100);
        for (int a = 0; a < 3; a++) {
            assert_close(sum[a], expected[a], 0);
        }
        assert_start(source, "2019-02-14T10:00:00.000");
        assert_int_equal(source->report.gaps, 0);
        assert_close(source->report.battery_v.first, 4.15, 1e-9);
        recording_source_close(source);
        free(made.text);
    }
}

static void rows_with_missing_fields_are_missing_and_not_zero(void **state)
{
    (void)state;
    struct made made = {0};
    double sum[3];
    uint32_t flags;
    add_header(&made, 30, "");
    for (int i = 0; i < 90; i++) {
        if (i == 40 || i == 41) {
            add(&made, i == 40 ? "0.5,\r\n" : "0.1,x,0.2\r\n");
        } else {
            add(&made, "0.%03d,0.001,1.000\r\n", i);
        }
    }
    struct recording_source *source = open_text(made.text, NULL);
    assert_non_null(source);
    assert_int_equal(read_raw(source, sum, &flags), 88);
    assert_int_equal(source->report.bad_blocks, 2);
    assert_int_equal(source->report.gaps, 1);
    assert_close(source->report.gap_s, 2.0 / 30, 1e-6);
    assert_int_equal(source->info.end_ns - source->info.start_ns, 3 * NS_PER_S);
    recording_source_close(source);
    free(made.text);
}

/* 20 s of movement, 12 s held, 5 s of zeros, 9.9 s held (too short to be sleep), movement,
 * zeros. */
static void make_runs(struct made *made)
{
    add_header(made, 30, "");
    for (int i = 0; i < 600; i++) {
        add(made, "0.%03d,0.001,1.000\r\n", (i * 7) % 900);
    }
    for (int i = 0; i < 360; i++) {
        add(made, "0.123,0.456,0.789\r\n");
    }
    for (int i = 0; i < 150; i++) {
        add(made, "0,0,0\r\n");
    }
    for (int i = 0; i < 297; i++) {
        add(made, "0.321,0.456,0.789\r\n");
    }
    for (int i = 0; i < 600; i++) {
        add(made, "0.%03d,0.001,1.000\r\n", (i * 11) % 900);
    }
    for (int i = 0; i < 100; i++) {
        add(made, "0,0,0\r\n");
    }
}

static void runs_of_zeros_and_of_one_value_are_gaps(void **state)
{
    (void)state;
    struct made made = {0};
    double sum[3];
    uint32_t flags;
    make_runs(&made);
    struct recording_source *source = open_text(made.text, NULL);
    assert_non_null(source);
    for (int pass = 0; pass < 2; pass++) {
        assert_int_equal(read_raw(source, sum, &flags), 600 + 1 + 297 + 600);
        assert_int_equal(source->report.gaps, 1);
        assert_close(source->report.gap_s, (359 + 150) / 30.0, 1e-6);
        assert_true((flags & BLOCK_HELD) != 0);
        assert_string_equal(source->report.events[0].detail,
                            "zeros written by the exporter: docked");
        bool says_end = false;
        for (size_t i = 0; i < source->report.n_events; i++) {
            says_end =
                says_end || strstr(source->report.events[i].detail, "at the end") != NULL;
        }
        assert_true(says_end);
        assert_int_equal(source->ops->rewind(source, NULL), YK_OK);
    }
    recording_source_close(source);
    free(made.text);
}

/* From any place: the same blocks, bit for bit. */
static void reading_from_the_middle_gives_the_same_blocks(void **state)
{
    (void)state;
    struct made made = {0};
    struct sample_block a, b;
    add_header(&made, 30, "");
    for (int i = 0; i < 120000; i++) { /* over an hour, several places to start from */
        if (i % 7001 == 0) {
            add(&made, "0.1,x\r\n");
        } else if (i % 9000 > 8000) {
            add(&made, "%s\r\n", i % 18000 > 9000 ? "0.1,0.2,0.3" : "0,0,0");
        } else {
            add(&made, "0.%03d,0.%03d,1.000\r\n", (i * 7) % 900, (i * 13) % 700);
        }
    }
    struct recording_source *source = open_text(made.text, NULL), *cursor;
    assert_non_null(source);
    assert_int_equal(sample_block_init(&a, false, NULL), YK_OK);
    assert_int_equal(sample_block_init(&b, false, NULL), YK_OK);
    assert_int_equal(source->ops->open_at(source, 0, &cursor, NULL), YK_ERR_ARGUMENT);
    while (source->ops->next_samples(source, &a, NULL) == YK_OK) {
    }
    assert_int_equal(source->ops->rewind(source, NULL), YK_OK);
    for (int i = 0; source->ops->next_samples(source, &a, NULL) == YK_OK; i++) {
        if (i % 97 != 0) {
            continue;
        }
        for (int into = 0; into < 2; into++) { /* at its start and inside */
            int64_t at = a.t0_ns + into * (int64_t)(a.n - 1) * NS_PER_S / 30;
            assert_int_equal(source->ops->open_at(source, at, &cursor, NULL), YK_OK);
            assert_int_equal(cursor->ops->next_samples(cursor, &b, NULL), YK_OK);
            assert_int_equal(a.t0_ns, b.t0_ns);
            assert_int_equal(a.n, b.n);
            assert_int_equal(a.flags, b.flags);
            assert_int_equal(a.zeros_from_ns, b.zeros_from_ns);
            assert_memory_equal(a.acc_g[0], b.acc_g[0], a.n * sizeof(float));
            recording_source_close(cursor);
        }
    }
    sample_block_release(&a);
    sample_block_release(&b);
    recording_source_close(source);
    free(made.text);
}

static void headers_without_a_table_are_refused_with_a_sentence(void **state)
{
    (void)state;
    struct made made = {0};
    struct failure why = {0};
    add_header(&made, 30, "");
    assert_null(open_text(made.text, &why));
    assert_non_null(strstr(why.text, "without rows"));
    made.text[300] = '\0';
    assert_null(open_text(made.text, &why));
    assert_non_null(strstr(why.text, "inside its header"));
    free(made.text);
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    struct made made = {0};
    make_runs(&made);
    for (uint64_t k = 1;; k++) {
        struct open_options opt = {.zone = utc};
        struct byte_source *bytes = NULL;
        struct recording_source *source = NULL;
        struct sample_block block;
        assert_int_equal(sample_block_init(&block, false, NULL), YK_OK);
        assert_int_equal(memory_source_open(made.text, made.n, "x.csv", &bytes, NULL), YK_OK);
        alloc_fail_at(k);
        enum yk_status status = format_find("actigraph_csv")->open(bytes, &opt, &source, NULL);
        bool is_open = status == YK_OK;
        while (status == YK_OK) {
            status = source->ops->next_samples(source, &block, NULL);
        }
        bool refused = alloc_refused();
        alloc_fail_at(0);
        if (is_open) {
            recording_source_close(source);
        } else {
            byte_source_close(bytes);
        }
        sample_block_release(&block);
        if (!refused) {
            assert_true(k > 4);
            assert_int_equal(status, YK_END);
            break;
        }
        assert_true(status == YK_ERR_MEMORY || status == YK_END); /* an event may be dropped */
    }
    free(made.text);
}

static int open_utc(void **state)
{
    (void)state;
    utc = open_zone("UTC");
    return 0;
}

static int close_utc(void **state)
{
    (void)state;
    zone_close(utc);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(epochs_without_names_are_known_by_the_mode),
        cmocka_unit_test(rows_times_win_over_a_header_that_contradicts_itself),
        cmocka_unit_test(samples_of_both_reference_tables_are_met),
        cmocka_unit_test(filled_stretches_of_an_export_are_gaps),
        cmocka_unit_test(dates_are_read_as_stated_unless_they_cannot_be),
        cmocka_unit_test(names_are_known_in_every_spelling),
        cmocka_unit_test(decimal_commas_are_read_with_semicolons_and_in_quotes),
        cmocka_unit_test(rows_with_missing_fields_are_missing_and_not_zero),
        cmocka_unit_test(runs_of_zeros_and_of_one_value_are_gaps),
        cmocka_unit_test(reading_from_the_middle_gives_the_same_blocks),
        cmocka_unit_test(headers_without_a_table_are_refused_with_a_sentence),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, open_utc, close_utc);
}
