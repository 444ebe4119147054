/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The published GENEActiv files give the published values, and what they hide is told.
 */
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-formats/zip_source.h"
#include "tests/support/cwa_open.h"
#include "tests/support/kept_blocks.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_files_give_their_published_values),
        cmocka_unit_test(what_the_published_files_hide_is_told),
        cmocka_unit_test(another_readers_values_are_these_but_for_the_first_pages_time),
        cmocka_unit_test(a_zone_that_was_named_wins_over_the_files),
        cmocka_unit_test(a_second_reader_needs_a_first_one_that_is_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
