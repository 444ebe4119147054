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
#include "tests/support/cwa_open.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_recordings_give_the_reference_values),
        cmocka_unit_test(samples_equal_the_arrays_of_another_project),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
