/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Counts of ActiGraph files through the whole analysis against ActiLife's own, integer for
 * integer (data/counts-agcounts/README.md), and what idle sleep and docking do to them.
 */
#include "tests/support/check.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/counts.h"
#include "algorithms/counts_256.h"
#include "src/base/bytes.h"
#include "src/pipeline/analyze.h"
#include "tests/support/cwa_open.h"
#include "tests/support/gt3x_build.h"

static const enum epoch_column AXIS[3] = {EPOCH_COUNTS_Y, EPOCH_COUNTS_X, EPOCH_COUNTS_Z};

static void analyze(const char *path, const char *const *set, size_t n_set,
                    struct analysis *out)
{
    struct parameters parameters;
    struct failure why = {0};
    struct zone *zone = NULL;
    static const char *const raw[] = {"calibrate=none", "nonwear=none",
                                      "actigraph_gaps=filled"};
    assert_int_equal(parameters_of_recipe("default", &parameters, NULL), YK_OK);
    for (size_t i = 0; i < sizeof raw / sizeof *raw; i++) {
        assert_int_equal(parameters_set(&parameters, raw[i], NULL), YK_OK);
    }
    for (size_t i = 0; i < n_set; i++) {
        if (parameters_set(&parameters, set[i], &why) != YK_OK) {
            fail_msg("%s", why.text);
        }
    }
    struct analyze_options options = {.recipe = "default", .parameters = &parameters};
    analysis_init(out);
    if (analyze_file(path, "UTC", NULL, &options, out, &zone, NULL, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    zone_close(zone);
}

static void assert_counts(const struct analysis *analysis, size_t k, int axis, double expected)
{
    double made = (double)analysis->epochs.column[AXIS[axis]][k];
    if (!(made == expected)) {
        print_error("epoch %zu, axis %d: %g, not %g\n", k, axis + 1, made, expected);
        fail();
    }
}

/* Rows of an .agd, axis 1 to 3 in its order. Returns their number. */
static size_t assert_equals_agd(const struct analysis *analysis, const char *path)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *rows = NULL;
    size_t n = 0;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT dataTimestamp, axis1, axis2, axis3 FROM data "
                                        "ORDER BY dataTimestamp",
                                        -1, &rows, NULL),
                     SQLITE_OK);
    for (; sqlite3_step(rows) == SQLITE_ROW; n++) {
        assert_true(n < analysis->epochs.n);
        int64_t s = sqlite3_column_int64(rows, 0) / 10000000 - INT64_C(62135596800);
        assert_int_equal(epoch_start_ns(&analysis->epochs, n), s * NS_PER_S);
        for (int a = 0; a < 3; a++) {
            assert_counts(analysis, n, a, sqlite3_column_double(rows, a + 1));
        }
    }
    sqlite3_finalize(rows);
    sqlite3_close(db);
    assert_int_equal(n, analysis->epochs.n);
    return n;
}

static void a_gt3x_of_100_hz_gives_actilifes_counts(void **state)
{
    (void)state;
    char path[512];
    struct analysis analysis;
    static const char *const set[] = {"epoch_s=5"};
    SHARED_OR_SKIP(gt3x, "data/gt3x/link_100hz_3min.gt3x");
    snprintf(path, sizeof path, "%s", gt3x);
    analyze(path, set, 1, &analysis);
    SHARED_OR_SKIP(agd, "data/counts-agcounts/link_100hz_3min_5sec.agd");
    assert_int_equal(assert_equals_agd(&analysis, agd), 36);
    assert_int_equal(analysis.info.count_kind, COUNT_KIND_ACTIGRAPH);
    analysis_release(&analysis);
}

static void the_low_frequency_extension_at_90_hz_too(void **state)
{
    (void)state;
    char path[512];
    struct analysis analysis;
    static const char *const set[] = {"epoch_s=1", "counts_filter=extended"};
    SHARED_OR_SKIP(gt3x, "data/gt3x/link_90hz_imu_3min.gt3x");
    snprintf(path, sizeof path, "%s", gt3x);
    analyze(path, set, 2, &analysis);
    SHARED_OR_SKIP(agd, "data/counts-agcounts/link_90hz_imu_3min_1sec_LFE.agd");
    assert_int_equal(assert_equals_agd(&analysis, agd), 180);
    analysis_release(&analysis);
}

/* The recording's integers, put back into a .gt3x. */
static void write_zip(const struct zip_build *zip, const char *folder, char *path, size_t room)
{
    snprintf(path, room, "%s/x.gt3x", folder);
    check_write_file(path, zip->at, zip->n);
}

static void six_hours_at_30_hz_of_a_gt3x_too(void **state)
{
    (void)state;
    SHARED_OR_SKIP(raw_path, "data/counts-agcounts/link_30hz_6h_xyz_lsb256.i16le.gz");
    static const char *const set[] = {"epoch_s=1"};
    size_t size = 0;
    char path[4096], *raw = check_read_file(raw_path, &size);
    const char *folder = check_scratch("counts30");
    struct gt3x_build b;
    struct zip_build zip;
    struct analysis analysis;
    gt3x_build_init(&b, 30);
    assert_int_equal(size, 6 * 648000);
    for (size_t s = 0; s < 21600; s++) {
        int16_t xyz[90];
        for (size_t i = 0; i < 90; i++) {
            xyz[i] = get_i16le((const uint8_t *)raw + (s * 90 + i) * 2);
        }
        gt3x_build_samples(&b, xyz, 30);
    }
    free(raw);
    gt3x_build_zip(&b, NULL, true, &zip);
    write_zip(&zip, folder, path, sizeof path);
    zip_build_release(&zip);
    gt3x_build_release(&b);
    analyze(path, set, 1, &analysis);
    assert_int_equal(analysis.epochs.n, 21600);
    char *text = check_read_file(
        check_shared("data/counts-agcounts/link_30hz_6h_actilife_1s.csv.gz"), &size);
    assert_non_null(text);
    const char *row = strchr(text, '\n') + 1; /* its columns: see the header */
    assert_non_null(strstr(text, "axis1,axis2,axis3"));
    const int skip = strncmp(text, "axis1", 5) == 0 ? 0 : 1;
    for (size_t k = 0; k < 21600; k++) {
        const char *at = row;
        for (int i = 0; i < skip; i++) {
            at = strchr(at, ',') + 1;
        }
        for (int a = 0; a < 3; a++) {
            assert_counts(&analysis, k, a, strtod(at, NULL));
            at += strcspn(at, ",\n") + 1;
        }
        row = strchr(row, '\n') + 1;
    }
    free(text);
    analysis_release(&analysis);
    check_remove(folder);
}

/* The vector magnitude of a table of samples, with two decimals as printed. The rows begin at
 * 12:08:39.725: ActiLife's epochs begin with the first whole one. */
static void a_table_of_samples_at_40_hz_too(void **state)
{
    (void)state;
    char path[512];
    struct analysis analysis;
    size_t size = 0, n = 0;
    static const char *const set[] = {"epoch_s=5"};
    SHARED_OR_SKIP(csv, "data/actigraph-csv/cle_40hz_raw_timestamps.csv");
    snprintf(path, sizeof path, "%s", csv);
    analyze(path, set, 1, &analysis);
    char *text = check_read_file(
        check_shared("data/counts-agcounts/cle_40hz_actilife_5s_vm.csv"), &size);
    assert_non_null(text);
    struct zone *utc = open_zone("UTC");
    for (const char *row = strchr(text, '\n') + 1; *row != '\0'; row = strchr(row, '\n') + 1) {
        char stamp[32];
        int64_t ns = 0;
        snprintf(stamp, sizeof stamp, "%.19s", row);
        assert_true(zone_parse_iso(utc, stamp, &ns));
        size_t k = (size_t)((ns - analysis.epochs.t0_ns) / (5 * NS_PER_S));
        double sum = 0;
        for (int a = 0; a < 3; a++) {
            double v = (double)analysis.epochs.column[AXIS[a]][k];
            sum += v * v;
        }
        assert_close(sqrt(sum), strtod(row + 20, NULL), 0.00501);
        n++;
    }
    assert_int_equal(n, 24);
    zone_close(utc);
    free(text);
    analysis_release(&analysis);
}

/* An Insight Watch's way to 30 Hz, in sixteen lanes, against one stream from the first sample
 * on; test_counts_256.c has the maker's own values. */
static void an_insight_watch_is_counted_the_same_in_every_lane(void **state)
{
    (void)state;
    enum { SECONDS = 4000, RATE = 32, BLOCK = 5 };
    static const char *const set[] = {"epoch_s=10"};
    const char *folder = check_scratch("insight");
    char path[4096];
    struct gt3x_build b;
    struct zip_build zip;
    struct analysis analysis;
    gt3x_build_init(&b, RATE);
    gt3x_build_seconds(&b, SECONDS);
    gt3x_build_zip(&b, NULL, false, &zip);
    write_zip(&zip, folder, path, sizeof path);
    zip_build_release(&zip);
    gt3x_build_release(&b);
    analyze(path, set, 1, &analysis);
    assert_int_equal(analysis.epochs.n, SECONDS / 10);
    double *block = calloc(BLOCK * RATE * LANES, sizeof *block);
    double *thirty = calloc(BLOCK * 30 * LANES, sizeof *thirty);
    for (int a = 0; a < 3; a++) {
        static const int device[3] = {1, 0, 2}; /* of ActiLife's axes */
        struct counts_256 chain;
        struct counts_stream stream;
        uint32_t sum = 0;
        size_t n = 0, k = 0;
        counts_stream_init(&stream, 30, false, COUNTS_HALF_AWAY);
        assert_int_equal(counts_256_init(&chain, RATE, BLOCK, NULL), YK_OK);
        for (int64_t from = 0; from < SECONDS * RATE; from += BLOCK * RATE) {
            for (int64_t t = 0; t < BLOCK * RATE; t++) {
                block[t * LANES] = gt3x_build_value(from + t, device[a]) / 256.0;
            }
            bool is_given = counts_256_block(&chain, block, thirty);
            for (size_t j = 0; is_given && j < BLOCK * 30; j++) {
                uint32_t ten[COUNTS_MAX_A_SAMPLE];
                int m = counts_stream_add(&stream, thirty[j * LANES], ten);
                for (int i = 0; i < m; i++) {
                    sum += ten[i];
                    if (++n == 100) {
                        assert_counts(&analysis, k++, a, sum);
                        n = 0;
                        sum = 0;
                    }
                }
            }
        }
        assert_int_equal(k, SECONDS / 10 - 1); /* the last block is still inside */
        counts_256_release(&chain);
    }
    free(block);
    free(thirty);
    analysis_release(&analysis);
    check_remove(folder);
}

/* ---- idle sleep and docking ---- */

/* Counts a second of ActiLife's own export of the samples, gaps filled by ActiLife: its three
 * decimals are put back to 1/256 g first. */
static size_t counts_of_export(const char *path, int rate, double *out[3], size_t most)
{
    size_t size = 0, made[3] = {0, 0, 0};
    char *text = check_read_file(path, &size);
    assert_non_null(text);
    const char *row = text;
    for (int i = 0; i < 11; i++) {
        row = strchr(row, '\n') + 1;
    }
    struct counts_stream stream[3];
    uint32_t sum[3] = {0, 0, 0};
    int n[3] = {0, 0, 0};
    for (int a = 0; a < 3; a++) {
        counts_stream_init(&stream[a], rate, false, COUNTS_HALF_AWAY);
    }
    while (row != NULL && *row != '\0') {
        const char *at = row;
        for (int a = 0; a < 3; a++) {
            static const int to_axis[3] = {1, 0, 2}; /* x is ActiLife's axis 2 */
            char *end;
            double g = rint(strtod(at, &end) * 256) / 256;
            uint32_t ten[COUNTS_MAX_A_SAMPLE];
            int m = counts_stream_add(&stream[a], g, ten);
            for (int i = 0; i < m; i++) {
                sum[a] += ten[i];
                if (++n[a] == 10) {
                    assert_true(made[a] < most);
                    out[to_axis[a]][made[a]++] = sum[a];
                    n[a] = 0;
                    sum[a] = 0;
                }
            }
            at = end + 1;
        }
        row = strchr(row, '\n');
        row = row != NULL ? row + 1 : NULL;
    }
    free(text);
    return made[0];
}

static void idle_sleep_and_docking_are_counted_as_actilife_fills_them(void **state)
{
    (void)state;
    enum { MOST = 2500 };
    char path[512];
    struct analysis filled, missing;
    double *out[3];
    static const char *const set[] = {"epoch_s=1", "actigraph_gaps=missing"};
    SHARED_OR_SKIP(csv, "data/gt3x/TAS1H30182785_2019-09-17.csv.gz");
    for (int a = 0; a < 3; a++) {
        out[a] = calloc(MOST, sizeof *out[a]);
    }
    size_t n = counts_of_export(csv, 100, out, MOST);
    assert_int_equal(n, 2405);
    snprintf(path, sizeof path, "%s", check_shared("data/gt3x/TAS1H30182785_2019-09-17.gt3x"));
    analyze(path, set, 1, &filled);
    analyze(path, set, 2, &missing);
    assert_int_equal(filled.epochs.n, 2159); /* to the last sample; ActiLife writes zeros on */
    size_t n_missing = 0, n_unknown = 0;
    for (size_t k = 0; k < filled.epochs.n; k++) {
        for (int a = 0; a < 3; a++) {
            assert_counts(&filled, k, a, out[a][k]);
        }
        n_unknown += (filled.epochs.state[k] & STATE_UNKNOWN) != 0;
        bool is_missing = (missing.epochs.state[k] & STATE_UNKNOWN) != 0;
        n_missing += is_missing;
        assert_int_equal(isnan(missing.epochs.column[EPOCH_COUNTS_Y][k]) != 0, is_missing);
        for (int a = 0; a < 3 && !is_missing && k < 2140; a++) { /* up to the docking */
            assert_counts(&missing, k, a, out[a][k]);
        }
    }
    assert_int_equal(n_missing, 1829);
    assert_in_range(n_unknown, 1,
                    12); /* docked: no posture, so unknown, with ActiLife's counts */
    for (int a = 0; a < 3; a++) {
        free(out[a]);
    }
    analysis_release(&filled);
    analysis_release(&missing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gt3x_of_100_hz_gives_actilifes_counts),
        cmocka_unit_test(the_low_frequency_extension_at_90_hz_too),
        cmocka_unit_test(six_hours_at_30_hz_of_a_gt3x_too),
        cmocka_unit_test(a_table_of_samples_at_40_hz_too),
        cmocka_unit_test(an_insight_watch_is_counted_the_same_in_every_lane),
        cmocka_unit_test(idle_sleep_and_docking_are_counted_as_actilife_fills_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
