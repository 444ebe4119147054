/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"
#include "tests/support/count_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS 64

struct samples { /* all blocks of a table, one behind the other */
    struct count_file file;
    int64_t t0_ns[BLOCKS];
    double period_s[BLOCKS];
    uint32_t n[BLOCKS], flags[BLOCKS];
    size_t n_blocks;
    double sum[3];
    enum yk_status status;
};

static void read_samples(struct samples *self, const char *text, const char *zone,
                         const char *ini)
{
    struct sample_block block;
    memset(self, 0, sizeof *self);
    count_file_read_text(&self->file, text, strlen(text), zone, ini);
    self->status = self->file.status;
    if (self->file.source == NULL) {
        return;
    }
    assert_non_null(self->file.source->ops->next_samples);
    assert_int_equal(sample_block_init(&block, true, NULL), YK_OK);
    while ((self->status = self->file.source->ops->next_samples(self->file.source, &block,
                                                                NULL)) == YK_OK) {
        assert_true(self->n_blocks < BLOCKS && block.n > 0);
        self->t0_ns[self->n_blocks] = block.t0_ns;
        self->period_s[self->n_blocks] = block.period_s;
        self->flags[self->n_blocks] = block.flags;
        self->n[self->n_blocks++] = block.n;
        for (uint32_t i = 0; i < block.n; i++) {
            for (int a = 0; a < 3; a++) {
                self->sum[a] += (double)block.acc_g[a][i];
            }
        }
    }
    sample_block_release(&block);
}

static void close_samples(struct samples *self)
{
    count_file_close(&self->file);
}

/* n rows of `rate` samples a second from 10:00:00, with milliseconds. */
static char *rows(const char *header, size_t n, double rate, int decimals)
{
    char *text = malloc(64 * n + strlen(header) + 1);
    size_t used = (size_t)snprintf(text, strlen(header) + 1, "%s", header);
    for (size_t i = 0; i < n; i++) {
        double s = floor((double)i / rate * pow(10, decimals)) / pow(10, decimals);
        used += (size_t)snprintf(text + used, 64, "2020-01-01 10:%02d:%0*.*f,0.5,-0.25,1\n",
                                 (int)(s / 60), decimals > 0 ? 3 + decimals : 2, decimals,
                                 fmod(s, 60));
    }
    return text;
}

static void times_in_milliseconds_give_the_recorders_own_rate(void **state)
{
    (void)state;
    char *text = rows("time,x,y,z\n", 6000, 99.2, 3);
    struct samples s;
    read_samples(&s, text, "UTC", NULL);
    assert_int_equal(s.status, YK_END);
    const struct recording_info *info = &s.file.source->info;
    assert_string_equal(info->format, "sample_csv");
    assert_close(info->rate_hz, 100, 0);
    assert_int_equal(info->epoch_s, 0);
    assert_int_equal(s.n_blocks, 2);
    assert_int_equal(s.n[0], SAMPLE_BLOCK_CAPACITY);
    assert_int_equal(s.n[0] + s.n[1], 6000);
    assert_close(s.period_s[0], 1 / 99.2, 1e-6);
    assert_close(s.period_s[1], 1 / 99.2, 1e-6);
    /* Blocks meet. */
    double end_s = (double)(s.t0_ns[0] - s.t0_ns[1]) * 1e-9 + s.n[0] * s.period_s[0];
    assert_close(end_s, 0, 1e-8);
    assert_close(s.sum[0], 3000, 0);
    assert_close(s.sum[1], -1500, 0);
    const struct read_report *report = &s.file.source->report;
    assert_int_equal(report->n_samples, 6000);
    assert_int_equal(report->gaps + report->clock_jumps + report->bad_blocks, 0);
    assert_int_equal(count_file_events(&s.file, READ_EVENT_NOTE, "rate of 100 Hz"), 1);
    assert_int_equal(count_file_events(&s.file, READ_EVENT_NOTE, "in g"), 1);
    close_samples(&s);
    free(text);
}

static void rows_of_a_second_are_spread_over_it(void **state)
{
    (void)state;
    char *text = rows("time,x,y,z\n", 100, 25, 0);
    char *half = strstr(text, "\n") + 1; /* begin in the middle of a second: drop ten rows */
    for (int i = 0; i < 10; i++) {
        char *next = strchr(half, '\n') + 1;
        memmove(half, next, strlen(next) + 1);
    }
    struct samples s;
    read_samples(&s, text, "UTC", NULL);
    assert_int_equal(s.status, YK_END);
    assert_close(s.file.source->info.rate_hz, 25, 0);
    assert_int_equal(s.n_blocks, 4);
    assert_int_equal(s.n[0], 15);
    assert_int_equal(s.t0_ns[1] - s.t0_ns[0], 15 * 40000000);
    assert_int_equal(s.t0_ns[2] - s.t0_ns[1], NS_PER_S);
    assert_close(s.period_s[1], 0.04, 1e-12);
    assert_int_equal(s.file.source->report.gaps, 0);
    close_samples(&s);
    free(text);
}

static void gaps_steps_back_and_bad_cells_are_counted(void **state)
{
    (void)state;
    static const char text[] = "time,x,y,z\n"
                               "2020-01-01T10:00:00.000,0,0,1\n2020-01-01T10:00:00.020,0,0,1\n"
                               "2020-01-01T10:00:00.040,0,0,1\n2020-01-01T10:00:00.060,0,q,1\n"
                               "2020-01-01T10:00:00.080,0,0,1\n2020-01-01T10:00:00.100,0,0,1\n"
                               "2020-01-01T10:00:05.000,0,0,1\n2020-01-01T10:00:05.020,0,0,1\n"
                               "2020-01-01T10:00:03.000,0,0,1\n2020-01-01T10:00:03.020,0,0,1\n"
                               "never,0,0,1\n2020-01-01T10:00:03.040,0,0,9810";
    struct samples s;
    read_samples(&s, text, "UTC", NULL);
    assert_int_equal(s.status, YK_END);
    const struct read_report *report = &s.file.source->report;
    assert_int_equal(report->bad_blocks, 3);
    assert_int_equal(report->gaps, 2);
    assert_close(report->gap_s, 0.02 + 4.88, 1e-9);
    assert_int_equal(report->clock_jumps, 1);
    assert_int_equal(report->n_samples, 9);
    assert_int_equal(s.n_blocks, 4);
    assert_int_equal(s.flags[1], BLOCK_AFTER_GAP);
    assert_int_equal(s.flags[3], BLOCK_CLOCK_JUMP);
    close_samples(&s);
}

static void a_description_gives_units_rate_and_start(void **state)
{
    (void)state;
    struct samples s;
    read_samples(&s, "made by x\nversion 2\n0;9,80665;19,6133\n-9,80665;0;0\n0;0;0\n0;0;0\n",
                 "UTC",
                 "[samples]\nfirst_line = 3\nheader = no\nseparator = ;\nrate_hz = 50\n"
                 "range_g = 8\nstart = 2020-01-01T12:00:00+01:00\n"
                 "[columns]\n1 = x m/s2\n2 = y m/s2\n3 = z m/s2\n");
    assert_int_equal(s.status, YK_END);
    assert_int_equal(s.n_blocks, 1);
    assert_int_equal(s.n[0], 4);
    assert_close(s.period_s[0], 0.02, 0);
    assert_int_equal(s.t0_ns[0] / NS_PER_S, 1577876400);
    assert_close(s.sum[0], -1, 1e-6);
    assert_close(s.sum[1], 1, 1e-6);
    assert_close(s.sum[2], 2, 1e-6);
    assert_close(s.file.source->info.range_g, 8, 0);
    close_samples(&s);
}

static void a_clock_change_while_recording_is_no_gap(void **state)
{
    (void)state;
    struct samples s;
    read_samples(&s,
                 "time,x,y,z\n2020-03-29 01:59:59.980,0,0,1\n2020-03-29 03:00:00.000,0,0,1\n"
                 "2020-03-29 03:00:00.020,0,0,1\n",
                 "Europe/Oslo", "rate_hz = 50\n");
    assert_int_equal(s.status, YK_END);
    assert_int_equal(s.n_blocks, 1);
    assert_int_equal(s.n[0], 3);
    assert_int_equal(s.file.source->report.gaps, 0);
    close_samples(&s);
}

static void what_is_not_known_is_asked_for(void **state)
{
    (void)state;
    static const struct {
        const char *text, *ini, *said;
    } cases[] = {
        {"time,x,y,z\n2020-01-01 10:00:00,0,0,1\n2020-01-01 10:01:00,0,0,1\n", NULL, "rate_hz"},
        {"x,y,z\n0,0,1\n", "rate_hz = 30\n", "start ="},
        {"time,x,y\n2020-01-01 10:00:00.1,0,0\n", "rate_hz = 30\n", "needs x, y and z"},
        {"time,x,y,z\n2020-01-01 10:00:00.1,0,0,1\n", "rate_hz = 0\n", "1 to 10000"},
        {"time,a,y,z\n2020-01-01 10:00:00.1,0,0,1\n", "rate_hz = 30\n[columns]\na = x V\n",
         "cannot become g"},
        {"time,a,b,y,z\n2020-01-01 10:00:00.1,0,0,1,1\n",
         "rate_hz = 30\n[columns]\na = x\nb = x\n", "both give x"},
        {"x,y,z\n0,0,1\n", "rate_hz = 30\nfirst_line = 9\n", "no line 9"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct samples s;
        read_samples(&s, cases[i].text, "UTC", cases[i].ini);
        assert_true(s.status != YK_OK && s.status != YK_END);
        if (strstr(s.file.why.text, cases[i].said) == NULL) {
            fail_msg("'%s' is not in: %s", cases[i].said, s.file.why.text);
        }
        close_samples(&s);
    }
}

/* Counts by axis can be called x, y, z as well. */
static void declared_epochs_are_epochs(void **state)
{
    (void)state;
    struct count_file file;
    static const char text[] =
        "time,x,y,z\n2020-01-01 10:00:00,5,6,7\n2020-01-01 10:01:00,1,2,3\n";
    count_file_read_text(&file, text, sizeof text - 1, "UTC",
                         "epoch_s = 60\ncounts = actigraph\n[columns]\nx = counts_x\n"
                         "y = counts_y\nz = counts_z\n");
    assert_int_equal(file.status, YK_END);
    assert_int_equal(file.epochs.n, 2);
    assert_close(count_file_sum(&file, EPOCH_COUNTS_Y), 8, 0);
    assert_int_equal(file.source->info.count_kind, COUNT_KIND_ACTIGRAPH);
    count_file_close(&file);
}

static void it_can_be_read_again(void **state)
{
    (void)state;
    char *text = rows("time,x,y,z\n", 500, 50, 3);
    struct samples s;
    struct sample_block block;
    read_samples(&s, text, "UTC", NULL);
    assert_int_equal(s.file.source->ops->rewind(s.file.source, NULL), YK_OK);
    assert_int_equal(sample_block_init(&block, false, NULL), YK_OK);
    assert_int_equal(s.file.source->ops->next_samples(s.file.source, &block, NULL), YK_OK);
    assert_int_equal(block.n, 500);
    assert_int_equal(block.t0_ns, s.t0_ns[0]);
    assert_int_equal(s.file.source->report.n_samples, 500);
    sample_block_release(&block);
    close_samples(&s);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_in_milliseconds_give_the_recorders_own_rate),
        cmocka_unit_test(rows_of_a_second_are_spread_over_it),
        cmocka_unit_test(gaps_steps_back_and_bad_cells_are_counted),
        cmocka_unit_test(a_description_gives_units_rate_and_start),
        cmocka_unit_test(a_clock_change_while_recording_is_no_gap),
        cmocka_unit_test(what_is_not_known_is_asked_for),
        cmocka_unit_test(declared_epochs_are_epochs),
        cmocka_unit_test(it_can_be_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
