/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GENEActiv recordings: the published files give the published values, and pages that are
 * missing, cut, damaged or misdated are told.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-formats/geneactiv_page.h"
#include "firmware-formats/zip_source.h"
#include "tests/support/cwa_open.h"
#include "tests/support/geneactiv_build.h"
#include "tests/support/kept_blocks.h"

static struct recording_source *open_bytes(const char *at, size_t n, struct failure *why)
{
    static struct zone *zone;
    if (zone == NULL) {
        zone = open_zone("UTC");
    }
    struct open_options opt = {.zone = zone, .file_zone_wins = true};
    struct byte_source *bytes = NULL;
    struct recording_source *source = NULL;
    assert_int_equal(memory_source_open(at, n, "t.bin", &bytes, why), YK_OK);
    if (recording_open_source(bytes, &opt, &source, why) != YK_OK) {
        byte_source_close(bytes);
        return NULL;
    }
    return source;
}

/* ---- the published files ---- */

struct published {
    const char *file;
    const char *model;
    double rate_hz;
    uint64_t pages, complete;
    int64_t samples;
    const char *start, *last_page, *zone; /* start: of the first sample */
    uint64_t gaps;
    double first_g[3], last_g[3], mean_g[3];
    double first_lux, last_lux, mean_lux;
    double temperature[2], battery;
    const char *drift; /* in the note; NULL: none */
};

/* From the README of the data, but for gnactv_sample: its first page time is half a second
 * early (43.500, then 50.000 and 56.000 with pages of 6 s), so its first sample is at 44.000.
 */
static const struct published PUBLISHED[] = {
    {"100650Hz_file.bin",
     "GENEActiv 1.2",
     50.0,
     154,
     154,
     46200,
     "2023-06-16T12:02:10.000",
     "2023-06-16T12:17:28.000",
     "+01:00",
     0,
     {0.628375, 0.531924, -0.538449},
     {-0.691314, -0.708355, 0.286917},
     {-0.533228, -0.051233, -0.702794},
     28.7179,
     96.9231,
     214.2341,
     {30.2, 27.0},
     4.1400,
     "0.009"},
    {"20Hz_file.bin",
     "GENEActiv 1.1",
     20.0,
     7,
     7,
     2100,
     "2025-01-11T11:17:33.000",
     "2025-01-11T11:19:03.000",
     "+00:00",
     0,
     {-0.019491, -1.008963, 0.041381},
     {-0.019491, -1.001101, 0.025419},
     {-0.017698, -1.001763, 0.029356},
     344.6250,
     229.7500,
     290.0211,
     {26.9, 24.2},
     4.1791,
     "-0.003"},
    {"Incomplete_bin_file.bin",
     "GENEActiv 1.1",
     10.0,
     10,
     9,
     2700,
     "2021-04-26T07:00:00.500",
     "2021-04-26T07:04:00.500",
     "+01:00",
     0,
     {0.134268, -0.452005, 0.888597},
     {0.126439, -0.436125, 0.892573},
     {0.128709, -0.444394, 0.887144},
     0,
     0,
     0,
     {18.1, 18.1},
     4.1791,
     "0.775"},
    {"Not_contiguous.bin",
     "GENEActiv 1.1",
     10.0,
     9,
     9,
     2700,
     "2021-04-26T07:00:00.500",
     "2021-04-26T17:04:00.500",
     "+01:00",
     1,
     {0.134268, -0.452005, 0.888597},
     {0.126439, -0.436125, 0.892573},
     {0.128709, -0.444394, 0.887144},
     0,
     0,
     0,
     {18.1, 18.1},
     4.1791,
     "0.775"},
    {"One_page_reset_config_time.bin",
     "GENEActiv 1.1",
     100.0,
     1,
     1,
     300,
     "2024-09-18T10:14:17.000",
     "2024-09-18T10:14:17.000",
     "+01:00",
     0,
     {0.247233, -0.004649, -0.956710},
     {0.251200, 0.003298, -0.980782},
     {0.262346, -0.001166, -0.952859},
     417.5417,
     398.5625,
     417.4784,
     {21.3, 21.3},
     4.0896,
     "0.005"},
    {"gnactv_sample.bin",
     "GENEActiv 1.1",
     50.0,
     3,
     3,
     900,
     "2019-05-21T16:16:44.000",
     "2019-05-21T16:16:56.000",
     "-04:00",
     0,
     {-0.880495, 0.197549, 0.040235},
     {-0.527858, -0.560592, 0.801442},
     {-0.405014, -0.305282, 0.182569},
     0.0,
     21.0952,
     41.6045,
     {28.2, 29.1},
     4.1642,
     "-1.459"},
    {"GENEActiv_85Hz_truncated.bin",
     "GENEActiv 1.1",
     85.714286,
     17,
     16,
     5031,
     "2013-05-30T10:12:54.500",
     "2013-05-30T10:13:50.500",
     "+01:00",
     0,
     {0.740522, 0.014067, -0.643903},
     {-0.577353, 0.309396, -0.855353},
     {-0.517134, 0.290028, -0.456353},
     2.6667,
     72.0000,
     53.1727,
     {21.5, 23.1},
     4.1493,
     NULL},
};
enum { N_PUBLISHED = sizeof PUBLISHED / sizeof *PUBLISHED };

static void check_starts(const struct zone *zone, int64_t t_ns, const char *expected)
{
    char text[40];
    zone_format_iso(zone, t_ns, 3, text);
    text[strlen(expected)] = '\0'; /* without the offset */
    assert_string_equal(text, expected);
}

static void check_published(const struct published *p, struct recording_source *source)
{
    struct kept_blocks all;
    const struct read_report *report = &source->report;
    struct zone *zone = open_zone(p->zone);
    assert_string_equal(source->info.format, "geneactiv");
    assert_string_equal(source->info.device_model, p->model);
    assert_string_equal(source->info.zone, p->zone);
    assert_close(source->info.rate_hz, p->rate_hz, 1e-6);
    check_starts(zone, source->info.start_ns, p->start);
    kept_blocks_read(&all, source);
    assert_int_equal(report->blocks + (p->pages > all.n), p->pages);
    assert_int_equal(report->bad_blocks, p->pages - p->complete);
    assert_int_equal(report->n_samples, p->samples);
    assert_int_equal(source->info.n_samples, p->samples);
    assert_int_equal(report->gaps, p->gaps);
    check_starts(zone, all.block[all.n - 1].t0_ns, p->last_page);
    double lux = 0;
    for (size_t i = 0; i < all.n; i++) {
        lux += (double)all.block[i].light * all.block[i].n / (double)p->samples;
    }
    for (int a = 0; a < 3; a++) {
        assert_close(report->first_sample_g[a], p->first_g[a], 5.1e-7);
        assert_close(report->last_sample_g[a], p->last_g[a], 5.1e-7);
        assert_close(report->sum_g[a] / (double)p->samples, p->mean_g[a], 5.1e-7);
    }
    assert_close(report->light.first, p->first_lux, 5.1e-5);
    assert_close(report->light.last, p->last_lux, 5.1e-5);
    assert_close(lux, p->mean_lux, 5.1e-5);
    assert_int_equal(report->buttons, 0);
    assert_close(report->temperature_c.first, p->temperature[0], 1e-12);
    assert_close(report->temperature_c.last, p->temperature[1], 1e-12);
    assert_close(report->battery_v.first, p->battery, 1e-12);
    assert_int_equal(events_of(source, READ_EVENT_NOTE, "device clock drift") > 0,
                     p->drift != NULL);
    assert_true(p->drift == NULL || events_of(source, READ_EVENT_NOTE, p->drift));
    kept_blocks_check_cursors(&all, source, 20);
    kept_blocks_release(&all);
    zone_close(zone);
}

static void published_files_give_their_published_values(void **state)
{
    (void)state;
    struct zone *zone = open_zone("UTC");
    for (int i = 0; i < N_PUBLISHED; i++) {
        char relative[128];
        snprintf(relative, sizeof relative, "data/geneactiv/%s", PUBLISHED[i].file);
        SHARED_OR_SKIP(path, relative);
        struct open_options opt = {.zone = zone, .file_zone_wins = true};
        struct recording_source *source = NULL;
        assert_int_equal(recording_open(path, &opt, &source, NULL), YK_OK);
        check_published(&PUBLISHED[i], source);
        recording_source_close(source);
    }
    zone_close(zone);
}

static struct recording_source *open_published(const char *relative)
{
    static struct zone *zone;
    zone = zone != NULL ? zone : open_zone("Asia/Tokyo");
    struct open_options opt = {.zone = zone, .file_zone_wins = true};
    struct recording_source *source = NULL;
    if (recording_open(check_shared(relative), &opt, &source, NULL) != YK_OK) {
        fail_msg("%s cannot be opened", relative);
        abort();
    }
    return source;
}

static void what_the_published_files_hide_is_told(void **state)
{
    (void)state;
    struct kept_blocks all;
    SHARED_OR_SKIP(path, "data/geneactiv/Zero_data_pages.bin");
    assert_non_null(path);
    struct recording_source *source = open_published("data/geneactiv/Zero_data_pages.bin");
    kept_blocks_read(&all, source);
    assert_int_equal(all.n, 0);
    assert_int_equal(source->info.n_samples, 0);
    assert_true(source->info.start_ns == TIME_UNKNOWN);
    assert_string_equal(source->info.device_serial, "048265");
    recording_source_close(source);

    /* Declared 222048 pages, 17 are there: nothing is allocated for the others. */
    source = open_published("data/geneactiv/GENEActiv_85Hz_truncated.bin");
    kept_blocks_read(&all, source);
    kept_blocks_release(&all);
    assert_true(events_of(source, READ_EVENT_NOTE, "222048 pages declared, 17 in the file"));
    assert_true(events_of(source, READ_EVENT_BAD_BLOCK, "the file ends after 231 of 300"));
    assert_int_equal(source->report.trailing_bytes, 9);
    assert_close(source->report.observed_rate_hz, 300 / 3.5, 1e-9);
    recording_source_close(source);

    /* GGIRread gives the page before once more here: 3000 samples. */
    source = open_published("data/geneactiv/Incomplete_bin_file.bin");
    kept_blocks_read(&all, source);
    kept_blocks_release(&all);
    assert_int_equal(source->report.n_samples, 2700);
    assert_true(events_of(source, READ_EVENT_BAD_BLOCK, "the file ends inside a page's lines"));
    recording_source_close(source);

    source = open_published("data/geneactiv/One_page_reset_config_time.bin");
    kept_blocks_read(&all, source);
    kept_blocks_release(&all);
    assert_true(events_of(source, READ_EVENT_NOTE, "device was reset"));
    recording_source_close(source);

    /* GGIRread finds no gap here. */
    source = open_published("data/geneactiv/Not_contiguous.bin");
    kept_blocks_read(&all, source);
    assert_close(source->report.gap_s, 36000, 1e-9);
    uint32_t after_gap = 0;
    for (size_t i = 0; i < all.n; i++) {
        after_gap += all.block[i].flags & BLOCK_AFTER_GAP;
    }
    assert_int_equal(after_gap, 1);
    kept_blocks_release(&all);
    recording_source_close(source);
}

/* A member of an archive of NumPy arrays, as its numbers; free() it. */
static double *read_npy(struct zip_archive *archive, const char *name, size_t n)
{
    struct byte_source *member = NULL;
    double *values = malloc(n * sizeof *values);
    size_t i = zip_archive_find(archive, name);
    assert_non_null(values);
    assert_int_not_equal(i, ZIP_NONE);
    assert_int_equal(zip_archive_open_member(archive, i, ZIP_CHECKED, NULL, &member, NULL),
                     YK_OK);
    assert_true(member->size > n * sizeof *values); /* they stand at the end */
    assert_int_equal(byte_source_read_exactly(member, member->size - n * sizeof *values, values,
                                              n * sizeof *values, NULL),
                     YK_OK);
    byte_source_close(member);
    return values;
}

/* The package that published gnactv_sample also published what it reads: samples with four
 * decimals, and the page times as they are stamped. The first stamp is half a second early;
 * with it the first page would end half a second before the second one begins, though no sample
 * is missing (sequence 0, 1, 2). The other two pages have the same times. */
static void another_readers_values_are_these_but_for_the_first_pages_time(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/geneactiv/gnactv_data.npz");
    struct byte_source *packed = NULL;
    struct zip_archive *archive = NULL;
    struct kept_blocks all;
    assert_int_equal(file_source_open(path, &packed, NULL), YK_OK);
    assert_int_equal(zip_archive_open(packed, &archive, NULL), YK_OK);
    double *accel = read_npy(archive, "accel.npy", 2700);
    double *time = read_npy(archive, "time.npy", 900);
    double *temperature = read_npy(archive, "temperature.npy", 900);
    struct recording_source *source = open_published("data/geneactiv/gnactv_sample.bin");
    kept_blocks_read(&all, source);
    assert_int_equal(all.n_samples, 900);
    for (size_t i = 0; i < 900; i++) {
        const struct kept_block *block = &all.block[i / 300];
        /* theirs: the wall clock as if it were UTC; the zone is four hours behind */
        double ours = (double)(block->t0_ns - INT64_C(1558455403) * NS_PER_S) / NS_PER_S -
                      4 * 3600 + (double)(i % 300) * block->period_s;
        double apart = ours - (time[i] - 1558455403);
        for (int a = 0; a < 3; a++) {
            assert_close((double)all.sample[a][i], accel[3 * i + (size_t)a], 5.1e-5);
        }
        assert_close((double)block->temperature_c, temperature[i], 1e-5);
        assert_close(apart, i < 300 ? 0.5 : 0, 1e-5);
    }
    kept_blocks_release(&all);
    recording_source_close(source);
    zip_archive_close(archive);
    byte_source_close(packed);
    free(accel);
    free(time);
    free(temperature);
}

static void a_zone_that_was_named_wins_over_the_files(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/geneactiv/gnactv_sample.bin");
    struct zone *zone = open_zone("Asia/Tokyo");
    struct recording_source *source = open_file(path, zone, true);
    assert_string_equal(source->info.zone, "Asia/Tokyo");
    check_starts(zone, source->info.start_ns, "2019-05-21T16:16:44.000");
    recording_source_close(source);
    zone_close(zone);
}

/* ---- made files ---- */

struct made {
    char *at;
    size_t n;
    struct geneactiv_build_page page;
};

static void make(struct made *self, const char *model, const char *frequency, int pages)
{
    memset(self, 0, sizeof *self);
    self->at = malloc((size_t)(pages + 2) * GENEACTIV_BUILD_PAGE);
    assert_non_null(self->at);
    struct geneactiv_build_header header = {model, frequency, "GMT +00:00", NULL, pages};
    self->n = geneactiv_build_header(&header, self->at);
    self->page.frequency = frequency;
    self->page.n = 300;
    /* 2026-05-11 12:00:00 */
    self->page.wall_ns = INT64_C(1778500800) * NS_PER_S;
    for (int i = 0; i < 300; i++) {
        self->page.axis[0][i] = (int16_t)(i * 13 % 4096 - 2048);
        self->page.axis[1][i] = (int16_t)(i - 150);
        self->page.axis[2][i] = 256;
        self->page.light[i] = (uint16_t)(i * 7 % 1024);
    }
}

static void add_page(struct made *self, int64_t step_ns)
{
    self->n += geneactiv_build_page(&self->page, self->at + self->n);
    self->page.sequence++;
    self->page.wall_ns += step_ns;
}

static struct recording_source *read_made(struct made *self, struct kept_blocks *all)
{
    struct failure why = {0};
    struct recording_source *source = open_bytes(self->at, self->n, &why);
    if (source == NULL) {
        fail_msg("%s", why.text);
        abort();
    }
    kept_blocks_read(all, source);
    return source;
}

static void every_value_of_twelve_bits_arrives(void **state)
{
    (void)state;
    struct made made;
    struct kept_blocks all;
    make(&made, "1.2", "100", 14);
    for (int k = 0; k < 14; k++) {
        for (int i = 0; i < 300; i++) {
            int v = (k * 300 + i) % 4096;
            made.page.axis[0][i] = (int16_t)(v - 2048);
            made.page.axis[1][i] = (int16_t)(2047 - v);
            made.page.axis[2][i] = (int16_t)((v * 5) % 4096 - 2048);
            made.page.light[i] = (uint16_t)(v % 1024);
        }
        add_page(&made, 3 * NS_PER_S);
    }
    /* Small letters are digits, too. */
    for (char *at = made.at + made.n - 3000; at < made.at + made.n; at++) {
        *at = (char)(*at >= 'A' && *at <= 'F' ? *at + 32 : *at);
    }
    struct recording_source *source = read_made(&made, &all);
    assert_int_equal(all.n_samples, 4200);
    for (int i = 0; i < 4200; i++) {
        int v = i % 4096;
        assert_true(all.sample[0][i] == (float)(v - 2048) / 256);
        assert_true(all.sample[1][i] == (float)(2047 - v) / 256);
        assert_true(all.sample[2][i] == (float)((v * 5) % 4096 - 2048) / 256);
    }
    assert_close(source->report.light.max, (1023 - 656) * 16 * 800.0 / 40, 1e-9);
    assert_int_equal(source->report.bad_blocks, 0);
    assert_true(source->report.clipped_samples >= 4);
    recording_source_close(source);
    kept_blocks_release(&all);
    free(made.at);
}

/* Model 1.2 writes whole seconds: pages of 4.5 s are stamped 4 and 5 s apart. */
static void times_of_whole_seconds_make_no_gaps(void **state)
{
    (void)state;
    struct made made;
    struct kept_blocks all;
    make(&made, "1.2", "66.7", 40);
    const int64_t start = made.page.wall_ns;
    for (int k = 0; k < 40; k++) {
        made.page.wall_ns = (start + k * 9 * NS_PER_S / 2) / NS_PER_S * NS_PER_S;
        add_page(&made, 0);
    }
    struct recording_source *source = read_made(&made, &all);
    assert_int_equal(source->report.gaps + source->report.clock_jumps, 0);
    assert_close(source->info.rate_hz, 300 / 4.5, 1e-9);
    for (size_t k = 0; k < all.n; k++) {
        assert_int_equal(all.block[k].t0_ns, start + (int64_t)k * 9 * NS_PER_S / 2);
    }
    kept_blocks_check_cursors(&all, source, 40);
    recording_source_close(source);
    kept_blocks_release(&all);
    free(made.at);
}

static void missing_pages_are_a_gap_and_a_clock_set_back_is_told(void **state)
{
    (void)state;
    struct made made;
    struct kept_blocks all;
    make(&made, "1.1", "100", 20);
    for (int k = 0; k < 20; k++) {
        add_page(&made, 3 * NS_PER_S);
        if (k == 4) { /* two pages are lost */
            made.page.sequence += 2;
            made.page.wall_ns += 6 * NS_PER_S;
        }
        if (k == 9) {
            made.page.wall_ns -= 3600 * NS_PER_S;
        }
    }
    struct recording_source *source = read_made(&made, &all);
    assert_int_equal(source->report.gaps, 1);
    assert_close(source->report.gap_s, 6, 1e-9);
    assert_true(events_of(source, READ_EVENT_GAP, "pages are missing"));
    assert_true(events_of(source, READ_EVENT_NOTE, "sequence number 7 after 4"));
    assert_int_equal(source->report.clock_jumps, 1);
    assert_true(source->info.clock_is_in_doubt);
    assert_int_equal(all.block[5].flags, BLOCK_AFTER_GAP | BLOCK_CLIPPED);
    assert_int_equal(all.block[10].flags, BLOCK_CLOCK_JUMP | BLOCK_CLIPPED);
    kept_blocks_check_cursors(&all, source, 40);
    recording_source_close(source);
    kept_blocks_release(&all);
    free(made.at);
}

/* One page time that a flipped bit made 40 years late must not make a gap of 40 years. */
static void one_wrong_page_time_is_not_used(void **state)
{
    (void)state;
    struct made made;
    struct kept_blocks all;
    make(&made, "1.1", "100", 6);
    const int64_t start = made.page.wall_ns;
    for (int k = 0; k < 6; k++) {
        size_t before = made.n;
        add_page(&made, 3 * NS_PER_S);
        char *time = strstr(made.at + before, "Page Time:2026");
        assert_non_null(time);
        if (k == 2) {
            memcpy(time + 10, "2066", 4);
        } else if (k == 4) {
            memcpy(time + 10, "20x6", 4);
        }
    }
    made.at[made.n] = '\0';
    struct recording_source *source = read_made(&made, &all);
    assert_int_equal(source->report.gaps + source->report.clock_jumps, 0);
    assert_int_equal(all.block[2].t0_ns, start + 6 * NS_PER_S);
    assert_int_equal(all.block[4].t0_ns, start + 12 * NS_PER_S);
    assert_true(events_of(source, READ_EVENT_NOTE, "page time out of line, not used"));
    assert_true(events_of(source, READ_EVENT_NOTE, "page time cannot be read, not used"));
    recording_source_close(source);
    kept_blocks_release(&all);
    free(made.at);
}

static void damage_inside_a_page_costs_the_rest_of_that_page_only(void **state)
{
    (void)state;
    struct made made;
    struct kept_blocks all;
    make(&made, "1.1", "100", 5);
    size_t begin[6];
    for (int k = 0; k < 5; k++) {
        begin[k] = made.n;
        add_page(&made, 3 * NS_PER_S);
    }
    begin[5] = made.n;
    made.at[begin[2] - 2 - 3600 + 12 * 100 + 5] = 'x'; /* page 1: 100 measurements are left */
    memcpy(made.at + begin[3], "Recorder", 8);         /* page 3: its title is gone */
    struct recording_source *source = read_made(&made, &all);
    assert_int_equal(all.n, 4);
    assert_int_equal(all.block[1].n, 100);
    assert_int_equal(source->report.n_samples, 300 + 100 + 300 + 300);
    assert_int_equal(source->report.bad_blocks, 2 + 1);
    assert_int_equal(source->report.gaps, 2);
    assert_close(source->report.gap_s, 2 + 3, 1e-9);
    assert_true(events_of(source, READ_EVENT_BAD_BLOCK, "no hexadecimal digit after 100"));
    assert_true(events_of(source, READ_EVENT_BAD_BLOCK, "bytes between pages"));
    /* 5 digits before the x, then 3600 - 1205 + 2 behind it; a whole page of foreign bytes. */
    assert_int_equal(source->report.skipped_bytes,
                     5 + (3600 - 1205 + 2) + (begin[4] - begin[3]));
    kept_blocks_check_cursors(&all, source, 10);
    recording_source_close(source);
    kept_blocks_release(&all);
    free(made.at);
}

static void line_ends_without_carriage_return_are_the_same(void **state)
{
    (void)state;
    struct made made;
    struct kept_blocks all, plain;
    make(&made, "1.1", "50", 4);
    for (int k = 0; k < 4; k++) {
        add_page(&made, 6 * NS_PER_S);
    }
    struct recording_source *source = read_made(&made, &all);
    recording_source_close(source);
    size_t n = 0;
    for (size_t i = 0; i < made.n; i++) {
        if (made.at[i] != '\r') {
            made.at[n++] = made.at[i];
        }
    }
    made.n = n;
    source = read_made(&made, &plain);
    assert_int_equal(plain.n, all.n);
    kept_blocks_check(&all, 0, &plain);
    assert_int_equal(source->report.bad_blocks + source->report.skipped_bytes, 0);
    assert_close(source->report.temperature_c.first, 25.5, 1e-12);
    recording_source_close(source);
    kept_blocks_release(&all);
    kept_blocks_release(&plain);
    free(made.at);
}

static void button_presses_are_counted_once(void **state)
{
    (void)state;
    struct made made;
    struct kept_blocks all;
    make(&made, "1.1", "100", 3);
    made.page.button[298] = made.page.button[299] = true;
    add_page(&made, 3 * NS_PER_S);
    made.page.button[298] = made.page.button[299] = false;
    made.page.button[0] = made.page.button[1] = true; /* still the same press */
    made.page.button[200] = true;
    add_page(&made, 3 * NS_PER_S);
    memset(made.page.button, 0, sizeof made.page.button);
    add_page(&made, 3 * NS_PER_S);
    struct recording_source *source = read_made(&made, &all);
    assert_int_equal(source->report.buttons, 2);
    assert_true((all.block[0].flags & all.block[1].flags & BLOCK_BUTTON) != 0);
    assert_true((all.block[2].flags & BLOCK_BUTTON) == 0);
    kept_blocks_check_cursors(&all, source, 3);
    recording_source_close(source);
    kept_blocks_release(&all);
    free(made.at);
}

/* Enough pages for several places to start from. */
static void a_second_reader_far_inside_gives_the_same(void **state)
{
    (void)state;
    struct made made;
    struct kept_blocks all;
    make(&made, "1.1", "100", 700);
    for (int k = 0; k < 700; k++) {
        made.page.axis[2][k % 300] = (int16_t)k;
        add_page(&made, 3 * NS_PER_S);
        made.page.wall_ns += k == 300 ? 86400 * NS_PER_S : 0;
        made.page.wall_ns -= k == 500 ? 3600 * NS_PER_S : 0;
    }
    struct recording_source *source = read_made(&made, &all);
    kept_blocks_check_cursors(&all, source, 60);
    assert_int_equal(source->ops->rewind(source, NULL), YK_OK);
    struct kept_blocks again;
    kept_blocks_read(&again, source);
    assert_int_equal(again.n, all.n);
    kept_blocks_check(&all, 0, &again);
    assert_int_equal(source->report.n_samples, 210000);
    recording_source_close(source);
    kept_blocks_release(&all);
    kept_blocks_release(&again);
    free(made.at);
}

static void a_second_reader_needs_a_first_one_that_is_through(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/geneactiv/gnactv_sample.bin");
    assert_non_null(path);
    struct recording_source *early = NULL,
                            *source = open_published("data/geneactiv/gnactv_sample.bin");
    assert_int_equal(source->ops->open_at(source, 0, &early, NULL), YK_ERR_ARGUMENT);
    recording_source_close(source);
}

static void a_header_that_gives_no_unit_is_refused_with_the_reason(void **state)
{
    (void)state;
    struct made made;
    struct failure why = {0};
    make(&made, "1.1", "100", 1);
    add_page(&made, 0);
    made.at[made.n] = '\0';
    char *gain = strstr(made.at, "y gain:25600");
    assert_non_null(gain);
    memcpy(gain, "y pain", 6);
    assert_null(open_bytes(made.at, made.n, &why));
    assert_int_equal(why.code, YK_ERR_CORRUPT);
    assert_non_null(strstr(why.text, "calibration of the y axis"));
    memcpy(gain, "y gain", 6);
    char *frequency = strstr(made.at, "Frequency:100\r\n");
    assert_non_null(frequency);
    memcpy(frequency, "Frequency:000", 13);
    assert_null(open_bytes(made.at, made.n, &why));
    assert_non_null(strstr(why.text, "measurement frequency of 0 Hz"));
    free(made.at);
}

static void times_and_numbers_are_read_as_devices_write_them(void **state)
{
    (void)state;
    int64_t t = 0;
    double v = 0;
    assert_true(geneactiv_time("2019-05-21 16:16:43:500", 23, &t));
    assert_int_equal(t, INT64_C(1558455403) * NS_PER_S + 500000000);
    assert_true(geneactiv_time("2013-6-1 7:25:40:4", 18, &t));
    assert_int_equal(t % NS_PER_S, 400000000);
    assert_false(geneactiv_time("0000-00-00 00:00:00:000", 23, &t));
    assert_false(geneactiv_time("4019-05-21 00:00:00:000", 23, &t));
    assert_false(geneactiv_time("2019-02-30 00:00:00:000", 23, &t));
    assert_false(geneactiv_time("2019-05-21 24:00:00:000", 23, &t));
    assert_false(geneactiv_time("2019-05-21", 10, &t));
    assert_true(geneactiv_number("4,1642", 6, &v));
    assert_close(v, 4.1642, 0);
    assert_true(geneactiv_number("-12 Hz", 6, &v));
    assert_close(v, -12, 0);
    assert_false(geneactiv_number("", 0, &v));
    assert_false(geneactiv_number("x", 1, &v));
    assert_false(geneactiv_number("1x", 2, &v));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_files_give_their_published_values),
        cmocka_unit_test(what_the_published_files_hide_is_told),
        cmocka_unit_test(another_readers_values_are_these_but_for_the_first_pages_time),
        cmocka_unit_test(a_zone_that_was_named_wins_over_the_files),
        cmocka_unit_test(every_value_of_twelve_bits_arrives),
        cmocka_unit_test(times_of_whole_seconds_make_no_gaps),
        cmocka_unit_test(missing_pages_are_a_gap_and_a_clock_set_back_is_told),
        cmocka_unit_test(one_wrong_page_time_is_not_used),
        cmocka_unit_test(damage_inside_a_page_costs_the_rest_of_that_page_only),
        cmocka_unit_test(line_ends_without_carriage_return_are_the_same),
        cmocka_unit_test(button_presses_are_counted_once),
        cmocka_unit_test(a_second_reader_far_inside_gives_the_same),
        cmocka_unit_test(a_second_reader_needs_a_first_one_that_is_through),
        cmocka_unit_test(a_header_that_gives_no_unit_is_refused_with_the_reason),
        cmocka_unit_test(times_and_numbers_are_read_as_devices_write_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
