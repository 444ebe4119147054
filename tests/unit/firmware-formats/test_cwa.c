/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Real recordings against the values in data/cwa/README.md, which four other readers agree on
 * (samples) or which follow from the firmware's sources (times).
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-formats/format.h"
#include "tests/support/alloc.h"
#include "tests/support/cwa_build.h"

struct expected {
    const char *file, *model, *serial, *firmware, *session;
    double rate_hz, range_g, gyro_dps;
    uint64_t blocks, bad_blocks;
    int64_t n_samples;
    double observed_hz, first_s, last_s; /* wall clock as if UTC */
    double first_g[3], last_g[3];
    double t_first_c, t_last_c, light_first, light_last, battery_first_v, battery_last_v;
    double sum_g[3], sum_abs_g[3]; /* repaired */
    uint64_t repaired;
};

static const struct expected EXPECTED[] = {
    {"data/cwa/ax3_testfile.cwa",
     "AX3",
     "39434",
     "44",
     "26",
     100,
     8,
     NAN,
     145,
     0,
     17400,
     98.8603,
     1551178505.986078,
     1551178681.981951,
     {0.328125, 0.984375, 0.203125},
     {-0.0625, -0.84375, 0.265625},
     25.585938,
     26.464844,
     283,
     435,
     4.113281,
     4.113281,
     {13530.46875, 2217.4375, 5079.046875},
     {13596.53125, 3580.6875, 7982.953125},
     0},
    {"data/cwa/ax3_testfile_corrupt_blocks_0_13_14_142_143_144.cwa",
     "AX3",
     "39434",
     "44",
     "26",
     100,
     8,
     NAN,
     139,
     6,
     16680,
     98.8603,
     1551178507.200150,
     1551178678.340575,
     {0.765625, -0.296875, -0.578125},
     {0.96875, 0, 0.203125},
     NAN,
     26.464844,
     347,
     376,
     4.113281,
     4.113281,
     {12959.890625, 2188.859375, 4939.875},
     {13022.859375, 3380.390625, 7725.90625},
     0},
    {"data/cwa/ax6_testfile.cwa",
     "AX6",
     "6011834",
     "54",
     "993",
     100,
     16,
     250,
     283,
     0,
     11320,
     99.0378,
     1577135046.695906,
     1577135160.985602,
     {0.017578, -0.032227, 1.009277},
     {0.047852, 0.981445, 0.011230},
     27.343750,
     28.222656,
     16,
     16,
     4.013672,
     4.007813,
     {871.347656, 476.068848, 1069.375977},
     {4542.796875, 6876.282715, 8212.780273},
     1024},
    {"data/cwa/ax3_sample.cwa",
     "AX3",
     "51888",
     "45",
     "1020030004",
     200,
     8,
     NAN,
     490,
     0,
     58800,
     197.2363,
     1581498217.473054,
     1581498515.587579,
     {-0.09375, -0.203125, 0.953125},
     {-0.984375, -0.03125, 0.375},
     27.636719,
     27.636719,
     639,
     233,
     4.207031,
     4.218750,
     {-16812.140625, -52108.171875, 11800.09375},
     {17968.515625, 53774.609375, 15158.21875},
     0},
    {"data/cwa/ax6_sample.cwa",
     "AX6",
     "6011802",
     "53",
     "0",
     100,
     16,
     2000,
     259,
     0,
     10360,
     98.4064,
     1572339786.301499,
     1572339891.569234,
     {-0.529785, -0.217773, 0.837891},
     {-0.200684, -0.005859, 1.046387},
     27.050781,
     28.515625,
     75,
     66,
     4.119141,
     4.107422,
     {3258.401855, -2643.074219, 1231.103027},
     {4916.156738, 5898.898438, 5234.119629},
     128},
    {"data/cwa/example-610-steps.cwa",
     "AX3",
     "1841",
     "30",
     "0",
     100,
     8,
     NAN,
     595,
     0,
     71400,
     98.5180,
     1332846897.492478,
     1332847622.223310,
     {-0.21875, 0.125, -0.984375},
     {0.5, 0.28125, 0.765625},
     29.101562,
     29.980469,
     569,
     694,
     4.037109,
     3.990234,
     {50299.078125, 41591.046875, 14153.640625},
     {51420.421875, 48127.203125, 29261.359375},
     0},
};
enum { N_EXPECTED = sizeof EXPECTED / sizeof *EXPECTED };

static struct zone *open_zone(const char *name)
{
    struct zone *zone = NULL;
    struct failure why = {0};
    if (zone_open(name, &zone, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    return zone;
}

static struct recording_source *open_file(const char *path, const struct zone *zone,
                                          bool with_gyro)
{
    struct open_options opt = {.zone = zone, .with_gyro = with_gyro};
    struct recording_source *source = NULL;
    struct failure why = {0};
    if (recording_open(path, &opt, &source, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    return source;
}

static void real_recordings_give_the_reference_values(void **state)
{
    (void)state;
    struct zone *utc = open_zone("UTC");
    for (int f = 0; f < N_EXPECTED; f++) {
        const struct expected *e = &EXPECTED[f];
        SHARED_OR_SKIP(path, e->file);
        print_message("%s\n", e->file);
        struct recording_source *source = open_file(path, utc, true);
        const struct recording_info *info = &source->info;
        assert_string_equal(info->format, "cwa");
        assert_string_equal(info->device_model, e->model);
        assert_string_equal(info->device_serial, e->serial);
        assert_string_equal(info->firmware, e->firmware);
        assert_string_equal(info->session_id, e->session);
        assert_close(info->rate_hz, e->rate_hz, 0);
        assert_close(info->range_g, e->range_g, 0);
        assert_close(info->gyro_range_dps, e->gyro_dps, 0);
        assert_close((double)info->n_samples, (double)e->n_samples, 6 * 120);

        struct sample_block block;
        assert_int_equal(sample_block_init(&block, true, NULL), YK_OK);
        struct failure why = {0};
        double sum[3] = {0}, sum_abs[3] = {0}, first_s = NAN, last_s = NAN;
        int64_t n = 0;
        enum yk_status status;
        while ((status = source->ops->next_samples(source, &block, &why)) == YK_OK) {
            assert_in_range(block.n, 1, block.capacity);
            double t0 = (double)(block.t0_ns / 1000) / 1e6;
            if (n == 0) {
                first_s = t0;
                assert_int_equal(block.t0_ns, info->start_ns);
            }
            last_s = t0 + block.period_s * (block.n - 1);
            for (uint32_t i = 0; i < block.n; i++) {
                for (int a = 0; a < 3; a++) {
                    double v = (double)block.acc_g[a][i];
                    sum[a] += v;
                    sum_abs[a] += fabs(v);
                    if (n == 0 && i == 0) {
                        assert_close(v, e->first_g[a], 1e-6);
                    }
                }
            }
            n += block.n;
        }
        assert_int_equal(status, YK_END);
        const struct read_report *report = &source->report;
        assert_int_equal(n, e->n_samples);
        assert_int_equal(report->n_samples, e->n_samples);
        assert_int_equal(info->n_samples, e->n_samples);
        assert_int_equal(report->blocks, e->blocks);
        assert_int_equal(report->bad_blocks, e->bad_blocks);
        assert_int_equal(report->repaired_samples, e->repaired);
        assert_int_equal(report->sessions, 1);
        assert_int_equal(report->clock_jumps, 0);
        assert_int_equal(report->restarts, 0);
        assert_close(report->observed_rate_hz, e->observed_hz, 6e-5);
        assert_close(first_s, e->first_s, 1e-3);
        assert_close(last_s, e->last_s, 1e-3);
        assert_close((double)(info->end_ns / 1000) / 1e6, e->last_s + 1 / e->observed_hz, 1e-3);
        for (int a = 0; a < 3; a++) {
            assert_close(sum[a], e->sum_g[a], 1e-6);
            assert_close(report->sum_g[a], e->sum_g[a], 1e-6);
            assert_close(sum_abs[a], e->sum_abs_g[a], 1e-6);
            assert_close(report->first_sample_g[a], e->first_g[a], 1e-6);
            assert_close(report->last_sample_g[a], e->last_g[a], 1e-6);
        }
        if (!isnan(e->t_first_c)) {
            assert_close(report->temperature_c.first, e->t_first_c, 1e-6);
        }
        assert_close(report->temperature_c.last, e->t_last_c, 1e-6);
        assert_close(report->light.first, e->light_first, 0);
        assert_close(report->light.last, e->light_last, 0);
        assert_close(report->battery_v.first, e->battery_first_v, 1e-6);
        assert_close(report->battery_v.last, e->battery_last_v, 1e-6);
        sample_block_release(&block);
        recording_source_close(source);
    }
    zone_close(utc);
}

/* ---- arrays that another project expects ---- */

/* A member of an uncompressed .npz: little-endian doubles in C order. Returns their number. */
static size_t find_doubles(const uint8_t *zip, size_t size, const char *member,
                           const uint8_t **values)
{
    size_t name_n = strlen(member);
    for (size_t at = 0; at + 30 + name_n < size; at++) {
        if (memcmp(zip + at, "PK\003\004", 4) != 0 ||
            memcmp(zip + at + 30, member, name_n) != 0) {
            continue;
        }
        size_t names = zip[at + 26] + 256u * zip[at + 27];
        size_t extra = zip[at + 28] + 256u * zip[at + 29];
        const uint8_t *npy = zip + at + 30 + names + extra;
        assert_memory_equal(npy, "\x93NUMPY\x01", 7);
        size_t header = npy[8] + 256u * npy[9];
        char text[1024] = "";
        memcpy(text, npy + 10, header < sizeof text ? header : sizeof text - 1);
        assert_non_null(strstr(text, "'<f8'"));
        assert_non_null(strstr(text, "'fortran_order': False"));
        const char *shape = strchr(strstr(text, "'shape'"), '(') + 1;
        size_t n = 0, total = 1;
        for (; *shape != ')'; shape++) {
            if (*shape >= '0' && *shape <= '9') {
                n = n * 10 + (size_t)(*shape - '0');
            } else if (*shape == ',') {
                total *= n;
                n = 0;
            }
        }
        *values = npy + 10 + header;
        return n > 0 ? total * n : total;
    }
    return 0;
}

static double double_at(const uint8_t *values, size_t i)
{
    double v;
    memcpy(&v, values + 8 * i, sizeof v);
    return v;
}

static void samples_equal_the_arrays_of_another_project(void **state)
{
    (void)state;
    static const struct {
        const char *cwa, *npz;
        int64_t repaired;
    } c[] = {{"data/cwa/ax3_sample.cwa", "data/cwa/ax3_data.npz", 0},
             {"data/cwa/ax6_sample.cwa", "data/cwa/ax6_data.npz", 128}};
    for (int f = 0; f < 2; f++) {
        SHARED_OR_SKIP(npz_path, c[f].npz);
        size_t size = 0;
        uint8_t *npz = (uint8_t *)check_read_file(npz_path, &size);
        const uint8_t *accel = NULL, *gyro = NULL, *when = NULL;
        size_t n_accel = find_doubles(npz, size, "accel.npy", &accel);
        size_t n_time = find_doubles(npz, size, "time.npy", &when);
        size_t n_gyro = f == 1 ? find_doubles(npz, size, "gyro.npy", &gyro) : 0;
        assert_int_equal(n_accel, 3 * n_time);
        assert_true(n_time > 0 && (f == 0 || n_gyro == n_accel));
        SHARED_OR_SKIP(path, c[f].cwa);
        struct recording_source *source = open_file(path, cwa_build_zone(), true);
        struct sample_block block;
        assert_int_equal(sample_block_init(&block, true, NULL), YK_OK);
        int64_t k = 0;
        while (source->ops->next_samples(source, &block, NULL) == YK_OK) {
            for (uint32_t i = 0; i < block.n; i++, k++) {
                /* That project steps back from each sector's whole second at the nominal rate.
                 */
                double t = (double)(block.t0_ns / 1000) / 1e6 + i * block.period_s;
                assert_close(t, double_at(when, (size_t)k), 0.025);
                if (k < c[f].repaired) {
                    continue; /* exchanged there */
                }
                for (int a = 0; a < 3; a++) { /* rounded to six decimals there, the gyroscope's
                                                 scale to seven digits */
                    size_t at = (size_t)(3 * k + a);
                    assert_close((double)block.acc_g[a][i], double_at(accel, at), 5.1e-7);
                    if (gyro != NULL) {
                        assert_close((double)block.gyro_dps[a][i], double_at(gyro, at),
                                     5.1e-7 + 1e-7 * fabs(double_at(gyro, at)));
                    }
                }
            }
        }
        assert_int_equal(k, n_time);
        sample_block_release(&block);
        recording_source_close(source);
        free(npz);
    }
}

/* ---- what the file says about itself ---- */

static void annotations_give_code_and_body_site_but_no_names(void **state)
{
    (void)state;
    static const struct {
        const char *file, *person, *site;
    } c[] = {{"data/cwa/ax3_testfile.cwa", "26", "right wrist"},
             {"data/cwa/ax6_testfile.cwa", "993", ""},
             {"data/cwa/example-610-steps.cwa", "", ""}};
    for (int f = 0; f < 3; f++) {
        SHARED_OR_SKIP(path, c[f].file);
        struct recording_source *source = open_file(path, cwa_build_zone(), false);
        assert_string_equal(source->info.person_id, c[f].person);
        assert_string_equal(source->info.body_site, c[f].site);
        recording_source_close(source);
    }
}

static void planned_times_are_read_and_special_ones_are_unknown(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/cwa/ax3_testfile.cwa");
    struct recording_source *source = open_file(path, cwa_build_zone(), false);
    assert_int_equal(source->info.configured_start_ns, INT64_C(1551178500) * NS_PER_S);
    assert_int_equal(source->info.configured_stop_ns, INT64_C(1551178680) * NS_PER_S);
    recording_source_close(source);
    SHARED_OR_SKIP(always, "data/cwa/ax3_sample.cwa");
    source = open_file(always, cwa_build_zone(), false);
    assert_int_equal(source->info.configured_start_ns, TIME_UNKNOWN);
    assert_int_equal(source->info.configured_stop_ns, TIME_UNKNOWN);
    recording_source_close(source);
}

/* A week across the hour that the wall clock drops or repeats: the device knows nothing of it,
 * so elapsed time stays what it was and no gap appears. */
static void a_clock_change_of_the_zone_makes_no_gap_and_no_overlap(void **state)
{
    (void)state;
    static const struct {
        int64_t start_wall, start_utc;
    } c[] = {
        {INT64_C(1711810800),
         INT64_C(1711807200)}, /* 2024-03-30 15:00 CET, +1 until 31 March */
        {INT64_C(1729954800),
         INT64_C(1729947600)}, /* 2024-10-26 15:00 CEST, +2 until 27 Oct. */
    };
    struct zone *berlin = open_zone("Europe/Berlin");
    for (int i = 0; i < 2; i++) {
        struct cwa_build b;
        cwa_build_init(&b, CWA_PACKED, 0x06, 0, 0); /* 6.25 Hz: 19 s a sector */
        b.clock_s = (double)(c[i].start_wall - CWA_BUILD_START);
        cwa_build_sectors(&b, 6000);
        struct open_options opt = {.zone = berlin, .with_gyro = true};
        struct byte_source *bytes = NULL;
        struct recording_source *source = NULL;
        assert_int_equal(memory_source_open(b.at, b.n, "dst.cwa", &bytes, NULL), YK_OK);
        assert_int_equal(recording_open_source(bytes, &opt, &source, NULL), YK_OK);
        assert_string_equal(source->info.zone, "Europe/Berlin");
        assert_close((double)source->info.start_ns / 1e9, (double)c[i].start_utc, 1e-3);
        struct cwa_read r = cwa_build_read(source, b.true_rate_hz);
        assert_int_equal(r.n, 720000);
        assert_close((double)r.end_ns / 1e9, (double)c[i].start_utc + 720000 / b.true_rate_hz,
                     1e-3);
        assert_int_equal(source->report.gaps + source->report.clock_jumps, 0);
        recording_source_close(source);
        cwa_build_release(&b);
    }
    zone_close(berlin);
}

/* First part stamped 2000-01-01 (flat battery, winter), then the clock was set (summer): the
 * offset is that of the clock that is right. */
static void the_zone_is_looked_up_for_the_clock_that_was_set(void **state)
{
    (void)state;
    struct zone *berlin = open_zone("Europe/Berlin");
    struct cwa_build b;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    b.clock_s = (double)(INT64_C(946684800) - CWA_BUILD_START);
    cwa_build_sectors(&b, 20);
    b.clock_s = 0;
    b.next.sequence = 0;
    cwa_build_sectors(&b, 20);
    struct open_options opt = {.zone = berlin};
    struct byte_source *bytes = NULL;
    struct recording_source *source = NULL;
    assert_int_equal(memory_source_open(b.at, b.n, "set.cwa", &bytes, NULL), YK_OK);
    assert_int_equal(recording_open_source(bytes, &opt, &source, NULL), YK_OK);
    struct cwa_read r = cwa_build_read(source, b.true_rate_hz);
    double end = (double)CWA_BUILD_START - 2 * 3600 + 2400 / b.true_rate_hz;
    assert_close((double)r.end_ns / 1e9, end, 1e-3);
    recording_source_close(source);
    cwa_build_release(&b);
    zone_close(berlin);
}

static void the_files_own_zone_wins_when_nobody_named_one(void **state)
{
    (void)state;
    struct zone *tokyo = open_zone("Asia/Tokyo");
    struct cwa_build b;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    cwa_build_sectors(&b, 3);
    b.at[42] = (uint8_t)(-210 & 0xFF);
    b.at[43] = (uint8_t)((-210 >> 8) & 0xFF);
    for (int wins = 0; wins < 2; wins++) {
        struct open_options opt = {
            .zone = tokyo, .file_zone_wins = wins != 0, .zone_is_guess = true};
        struct byte_source *bytes = NULL;
        struct recording_source *source = NULL;
        assert_int_equal(memory_source_open(b.at, b.n, "zone.cwa", &bytes, NULL), YK_OK);
        assert_int_equal(recording_open_source(bytes, &opt, &source, NULL), YK_OK);
        assert_string_equal(source->info.zone, wins ? "-03:30" : "Asia/Tokyo");
        assert_int_equal(source->info.zone_is_guess, !wins);
        double shift = wins ? 3.5 * 3600 : -9 * 3600;
        assert_close((double)source->info.start_ns / 1e9, (double)CWA_BUILD_START + shift,
                     1e-3);
        recording_source_close(source);
    }
    cwa_build_release(&b);
    zone_close(tokyo);
}

static void ids_of_32_bits_are_read_whole(void **state)
{
    (void)state;
    struct cwa_build b;
    cwa_build_init(&b, CWA_6_AXES, 0x0A, 3, 2);
    cwa_build_sectors(&b, 3);
    struct cwa_header header;
    assert_true(cwa_header_get(b.at, &header));
    header.device_id = 4000000123u;
    cwa_header_put(b.at, &header);
    struct recording_source *source = cwa_build_open(&b, 0);
    assert_string_equal(source->info.device_serial, "4000000123");
    recording_source_close(source);
    cwa_build_release(&b);
}

/* Field 4 = device id 40000 has bit 15 set as a fraction would. */
static void a_large_device_id_is_not_taken_for_a_fraction(void **state)
{
    (void)state;
    for (int has_header = 0; has_header < 2; has_header++) {
        struct cwa_build b;
        cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
        b.has_fraction = false;
        cwa_build_sectors(&b, 100);
        for (size_t i = 0; i < 100; i++) {
            uint8_t *at = cwa_build_sector(&b, i);
            at[4] = 40000 & 0xFF;
            at[5] = 40000 >> 8;
            cwa_sector_seal(at);
        }
        struct cwa_header header;
        assert_true(cwa_header_get(b.at, &header));
        header.device_id = 40000;
        cwa_header_put(b.at, &header);
        if (!has_header) {
            memmove(b.at, b.at + CWA_HEADER_BYTES, b.n - CWA_HEADER_BYTES);
            b.n -= CWA_HEADER_BYTES;
        }
        struct recording_source *source = cwa_build_open(&b, 0);
        assert_string_equal(source->info.device_serial, "40000");
        struct cwa_read r = cwa_build_read(source, b.true_rate_hz);
        assert_close((double)(r.t0_ns - CWA_BUILD_START * NS_PER_S) / 1e9, 0, 0.011);
        recording_source_close(source);
        cwa_build_release(&b);
    }
}

/* ---- files that are not whole ---- */

static void a_file_without_header_is_read_from_its_sectors(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        struct cwa_build b;
        cwa_build_init(&b, CWA_6_AXES, 0x0A, 3, 2);
        cwa_build_sectors(&b, 50);
        size_t cut = kind == 0 ? CWA_HEADER_BYTES : kind == 1 ? 512 : 0;
        memset(b.at, 0xEB, CWA_HEADER_BYTES); /* overwritten, as by a file system */
        struct cwa_build rest = b;
        rest.at += cut;
        rest.n -= cut;
        struct recording_source *source = cwa_build_open(&rest, 0);
        assert_string_equal(source->info.device_model, "AX6");
        assert_string_equal(source->info.device_serial, "");
        assert_string_equal(source->info.session_id, "77");
        struct cwa_read r = cwa_build_read(source, b.true_rate_hz);
        assert_int_equal(r.n, 2000);
        recording_source_close(source);
        cwa_build_release(&b);
    }
}

static void a_header_alone_is_an_empty_recording(void **state)
{
    (void)state;
    struct cwa_build b;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    for (int kind = 0; kind < 2; kind++) {
        struct recording_source *source = cwa_build_open(&b, 0);
        assert_string_equal(source->info.device_serial, "12345");
        assert_int_equal(source->info.n_samples, 0);
        assert_int_equal(source->info.start_ns, TIME_UNKNOWN);
        assert_close(source->info.rate_hz, 100, 0);
        struct cwa_read r = cwa_build_read(source, 100);
        assert_int_equal(r.n, 0);
        assert_int_equal(source->report.bad_blocks, 0);
        assert_int_equal(source->report.n_samples, 0);
        struct recording_source *cursor = NULL;
        assert_int_equal(source->ops->open_at(source, 0, &cursor, NULL), YK_OK);
        assert_int_equal(cwa_build_read(cursor, 100).n, 0);
        recording_source_close(cursor);
        recording_source_close(source);
        uint8_t blank[5 * CWA_SECTOR_BYTES];
        memset(blank, 0xFF, sizeof blank); /* the same with room set aside behind it */
        cwa_build_bytes(&b, blank, sizeof blank);
    }
    cwa_build_release(&b);
}

static void a_cut_header_and_foreign_bytes_are_refused_with_a_reason(void **state)
{
    (void)state;
    struct cwa_build b;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    struct open_options opt = {.zone = cwa_build_zone()};
    static const struct {
        size_t n;
        enum yk_status status;
        const char *says;
    } c[] = {{600, YK_ERR_CORRUPT, "600 of 1024"},
             {4, YK_ERR_CORRUPT, "4 of 1024"},
             {0, YK_ERR_UNSUPPORTED, "empty"}};
    for (int i = 0; i < 3; i++) {
        struct byte_source *bytes = NULL;
        struct recording_source *source = NULL;
        struct failure why;
        assert_int_equal(memory_source_open(b.at, c[i].n, "cut.cwa", &bytes, NULL), YK_OK);
        assert_int_equal(recording_open_source(bytes, &opt, &source, &why), c[i].status);
        assert_non_null(strstr(why.text, c[i].says));
        assert_null(source);
        byte_source_close(bytes);
    }
    cwa_build_release(&b);
}

/* ---- damage ---- */

static void read_whatever_comes(const uint8_t *at, size_t n, const char *what, size_t where)
{
    struct open_options opt = {.zone = cwa_build_zone(), .with_gyro = true};
    struct byte_source *bytes = NULL;
    struct recording_source *source = NULL;
    struct failure why = {0};
    assert_int_equal(memory_source_open(at, n, "damaged.cwa", &bytes, NULL), YK_OK);
    if (recording_open_source(bytes, &opt, &source, &why) != YK_OK) {
        assert_true(why.text[0] != '\0');
        byte_source_close(bytes);
        return;
    }
    struct sample_block block;
    assert_int_equal(sample_block_init(&block, true, NULL), YK_OK);
    int64_t samples = 0;
    enum yk_status status;
    while ((status = source->ops->next_samples(source, &block, &why)) == YK_OK) {
        samples += block.n;
        assert_in_range(block.n, 1, block.capacity);
        if (!(block.period_s > 0 && block.period_s < 10)) {
            fail_msg("%s at %zu: period %g s", what, where, block.period_s);
        }
    }
    assert_int_equal(status, YK_END);
    const struct read_report *report = &source->report;
    assert_int_equal(report->n_samples, samples);
    /* Every byte was either read as a sector or counted as skipped. */
    size_t front = n >= 4 && memcmp(at, "MD\xFC\x03", 4) == 0 ? CWA_HEADER_BYTES : 0;
    uint64_t accounted = front + report->blocks * CWA_SECTOR_BYTES + report->skipped_bytes;
    if (front > 0 && accounted != n) {
        fail_msg("%s at %zu: %llu of %zu bytes accounted for", what, where,
                 (unsigned long long)accounted, n);
    }
    sample_block_release(&block);
    recording_source_close(source);
}

static void every_real_file_cut_or_changed_anywhere_is_read_to_its_end(void **state)
{
    (void)state;
    for (int f = 0; f < N_EXPECTED; f++) {
        SHARED_OR_SKIP(path, EXPECTED[f].file);
        size_t size = 0;
        uint8_t *file = (uint8_t *)check_read_file(path, &size);
        for (size_t i = 0; i < 200; i++) {
            size_t at = i < 20 ? i * 97 : size * i / 200 + i % 512;
            at = at < size ? at : size - 1;
            /* A copy of exactly that size: one byte too far is seen by the sanitizer. */
            uint8_t *cut = malloc(at + 1);
            memcpy(cut, file, at);
            read_whatever_comes(cut, at, "cut", at);
            free(cut);
        }
        for (size_t i = 0; i < 200; i++) {
            size_t at = i < 60 ? i * 17 : size * i / 200 + i * 37 % 512;
            at = at < size ? at : size - 1;
            uint8_t old = file[at];
            file[at] ^= (uint8_t)(1u << (i % 8));
            read_whatever_comes(file, size, "changed", at);
            file[at] = (uint8_t)~old;
            read_whatever_comes(file, size, "inverted", at);
            file[at] = old;
        }
        free(file);
    }
}

static void a_changed_byte_in_a_sector_costs_exactly_that_sector(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/cwa/ax3_testfile.cwa");
    size_t size = 0;
    uint8_t *file = (uint8_t *)check_read_file(path, &size);
    for (size_t i = 0; i < CWA_SECTOR_BYTES; i += 13) {
        struct cwa_build b = {.at = file, .n = size};
        cwa_build_sector(&b, 70)[i] ^= 0x20;
        struct recording_source *source = cwa_build_open(&b, 0);
        assert_int_equal(cwa_build_read(source, 98.86).n, 17400 - 120);
        assert_int_equal(source->report.bad_blocks, 1);
        assert_int_equal(source->report.gaps, 1);
        assert_close(source->report.gap_s, 120 / 98.8603, 2e-3);
        recording_source_close(source);
        cwa_build_sector(&b, 70)[i] ^= 0x20;
    }
    free(file);
}

static void refused_memory_is_reported_wherever_it_happens(void **state)
{
    (void)state;
    struct cwa_build b;
    cwa_build_init(&b, CWA_6_AXES, 0x0A, 3, 2);
    cwa_build_sectors(&b, 30);
    cwa_build_sector(&b, 9)[60] ^= 1;
    struct open_options opt = {.zone = cwa_build_zone(), .with_gyro = true};
    struct sample_block block;
    assert_int_equal(sample_block_init(&block, true, NULL), YK_OK);
    for (uint64_t k = 1;; k++) {
        struct byte_source *bytes = NULL;
        struct recording_source *source = NULL;
        struct failure why;
        assert_int_equal(memory_source_open(b.at, b.n, "memory.cwa", &bytes, NULL), YK_OK);
        alloc_fail_at(k);
        enum yk_status status = recording_open_source(bytes, &opt, &source, &why);
        int64_t n = 0;
        while (status == YK_OK && source->ops->next_samples(source, &block, &why) == YK_OK) {
            n += block.n;
        }
        bool refused = alloc_refused();
        alloc_fail_at(0);
        if (status == YK_OK) { /* refused, if at all, was the list of events */
            assert_int_equal(n, 29 * 40);
            assert_int_equal(source->report.bad_blocks, 1);
            recording_source_close(source);
        } else {
            assert_int_equal(status, YK_ERR_MEMORY);
            byte_source_close(bytes);
        }
        if (!refused) {
            break;
        }
        assert_true(k < 100);
    }
    sample_block_release(&block);
    cwa_build_release(&b);
}

/* ---- the AX6 exchange ---- */

static void exchange_triples(struct cwa_build *b, size_t first_sector, uint32_t n)
{
    for (uint32_t k = 0; k < n; k++) { /* stored: A(k), G(k + 1) */
        uint8_t *here = cwa_build_sector(b, first_sector + k / 40);
        uint8_t *next = cwa_build_sector(b, first_sector + (k + 1) / 40);
        for (uint32_t a = 0; a < 3; a++) {
            int16_t acc = cwa_get_value(here, k % 40, 3 + a);
            cwa_put_value(here, k % 40, a, acc);
            cwa_put_value(here, k % 40, 3 + a, cwa_get_value(next, (k + 1) % 40, a));
        }
    }
}

/* A still recorder: 1 g on z and a slow rotation, so that the samples tell what is what. */
static void lay_still(struct cwa_build *b, size_t first_sector, uint32_t sectors)
{
    for (size_t s = first_sector; s < first_sector + sectors; s++) {
        for (uint32_t i = 0; i < 40; i++) {
            for (uint32_t a = 0; a < 3; a++) {
                cwa_put_value(cwa_build_sector(b, s), i, a,
                              (int16_t)(5 + ((int)(40 * s + i) * (int)(a + 3)) % 23));
                cwa_put_value(cwa_build_sector(b, s), i, 3 + a, a == 2 ? 2050 : 12);
            }
        }
    }
}

static void set_firmware(struct cwa_build *b, uint8_t firmware)
{
    struct cwa_header header;
    assert_true(cwa_header_get(b->at, &header));
    header.firmware = firmware;
    cwa_header_put(b->at, &header);
}

static void exchanged_samples_are_put_right_after_every_start(void **state)
{
    (void)state;
    static const struct {
        uint8_t firmware;
        uint32_t n; /* exchanged in truth */
    } c[] = {{53, 128}, {54, 1024}, {55, 1024}, {54, 128}, {51, 1024}, {54, 0}};
    for (int f = 0; f < 6; f++) {
        struct cwa_build b, whole;
        cwa_build_init(&b, CWA_6_AXES, 0x0A, 3, 2);
        cwa_build_sectors(&b, 40);
        b.clock_s += 100;
        b.next.sequence = 0;
        b.next.events = CWA_EVENT_RESUME;
        cwa_build_sectors(&b, 40);
        lay_still(&b, 0, 80);
        set_firmware(&b, c[f].firmware);
        whole = b;
        whole.at = malloc(b.n);
        memcpy(whole.at, b.at, b.n);
        exchange_triples(&b, 0, c[f].n);
        exchange_triples(&b, 40, c[f].n);
        for (size_t s = 0; s < 80; s++) {
            cwa_sector_seal(cwa_build_sector(&b, s));
            cwa_sector_seal(cwa_build_sector(&whole, s));
        }
        struct recording_source *x = cwa_build_open(&b, 0), *y = cwa_build_open(&whole, 0);
        struct sample_block p, q;
        assert_int_equal(sample_block_init(&p, true, NULL), YK_OK);
        assert_int_equal(sample_block_init(&q, true, NULL), YK_OK);
        int64_t k = 0;
        while (x->ops->next_samples(x, &p, NULL) == YK_OK) {
            assert_int_equal(y->ops->next_samples(y, &q, NULL), YK_OK);
            assert_int_equal(p.n, q.n);
            for (uint32_t i = 0; i < p.n; i++, k++) {
                bool is_lost = c[f].n > 0 && k % 1600 == 0;
                for (int a = 0; a < 3; a++) {
                    assert_close((double)p.acc_g[a][i], (double)q.acc_g[a][i], 0);
                    assert_close((double)p.gyro_dps[a][i],
                                 is_lost ? NAN : (double)q.gyro_dps[a][i], 0);
                }
            }
        }
        assert_int_equal(k, 3200);
        assert_int_equal(x->report.repaired_samples, 2 * c[f].n);
        assert_int_equal(y->report.repaired_samples, 0);
        sample_block_release(&p);
        sample_block_release(&q);
        recording_source_close(x);
        recording_source_close(y);
        cwa_build_release(&b);
        cwa_build_release(&whole);
    }
}

static void newer_firmware_is_never_repaired(void **state)
{
    (void)state;
    struct cwa_build b;
    cwa_build_init(&b, CWA_6_AXES, 0x0A, 3, 2);
    cwa_build_sectors(&b, 40);
    lay_still(&b, 0, 40);
    exchange_triples(&b, 0, 1024);
    for (size_t s = 0; s < 40; s++) {
        cwa_sector_seal(cwa_build_sector(&b, s));
    }
    set_firmware(&b, 56);
    struct recording_source *source = cwa_build_open(&b, 0);
    cwa_build_read(source, b.true_rate_hz);
    assert_int_equal(source->report.repaired_samples, 0);
    recording_source_close(source);
    cwa_build_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_recordings_give_the_reference_values),
        cmocka_unit_test(samples_equal_the_arrays_of_another_project),
        cmocka_unit_test(annotations_give_code_and_body_site_but_no_names),
        cmocka_unit_test(planned_times_are_read_and_special_ones_are_unknown),
        cmocka_unit_test(a_clock_change_of_the_zone_makes_no_gap_and_no_overlap),
        cmocka_unit_test(the_zone_is_looked_up_for_the_clock_that_was_set),
        cmocka_unit_test(the_files_own_zone_wins_when_nobody_named_one),
        cmocka_unit_test(ids_of_32_bits_are_read_whole),
        cmocka_unit_test(a_large_device_id_is_not_taken_for_a_fraction),
        cmocka_unit_test(a_file_without_header_is_read_from_its_sectors),
        cmocka_unit_test(a_header_alone_is_an_empty_recording),
        cmocka_unit_test(a_cut_header_and_foreign_bytes_are_refused_with_a_reason),
        cmocka_unit_test(every_real_file_cut_or_changed_anywhere_is_read_to_its_end),
        cmocka_unit_test(a_changed_byte_in_a_sector_costs_exactly_that_sector),
        cmocka_unit_test(refused_memory_is_reported_wherever_it_happens),
        cmocka_unit_test(exchanged_samples_are_put_right_after_every_start),
        cmocka_unit_test(newer_firmware_is_never_repaired),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
