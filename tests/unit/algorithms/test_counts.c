/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Golden vectors, and recordings with the counts that ActiLife made of them
 * (data/counts-agcounts/README.md): integers, no tolerance.
 */
#include "tests/support/check.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/counts.h"
#include "algorithms/lane_run.h"

/* Sums of 10-Hz values, per_epoch of them each. */
struct counter {
    struct counts_stream stream;
    int n, per_epoch;
    uint32_t sum, *out;
    size_t made, most;
};

static void counter_init(struct counter *self, int32_t rate, bool lfe, int epoch_s,
                         uint32_t *out, size_t most)
{
    memset(self, 0, sizeof *self);
    counts_stream_init(&self->stream, rate, lfe, COUNTS_HALF_AWAY);
    self->per_epoch = 10 * epoch_s;
    self->out = out;
    self->most = most;
}

static void counter_add(struct counter *self, double g)
{
    uint32_t ten[COUNTS_MAX_A_SAMPLE];
    int n = counts_stream_add(&self->stream, g, ten);
    for (int i = 0; i < n; i++) {
        self->sum += ten[i];
        if (++self->n == self->per_epoch) {
            if (self->made < self->most) {
                self->out[self->made] = self->sum;
            }
            self->made++;
            self->n = 0;
            self->sum = 0;
        }
    }
}

static double golden_input(int64_t i)
{
    return (double)((31 * i * i + 17 * i) % 601 - 300) / 256.0;
}

static const struct {
    int32_t rate;
    uint32_t normal[8], lfe[8];
} GOLDEN[] = {
    {30, {178, 82, 110, 142, 38, 52, 58, 166}, {178, 84, 111, 143, 43, 54, 61, 167}},
    {40, {174, 102, 138, 93, 83, 195, 149, 134}, {175, 104, 138, 95, 84, 195, 149, 135}},
    {50, {164, 77, 46, 44, 74, 58, 80, 95}, {166, 78, 48, 47, 77, 60, 80, 95}},
    {60, {194, 97, 57, 29, 116, 65, 79, 118}, {194, 97, 62, 30, 120, 67, 82, 119}},
    {70, {215, 35, 88, 175, 68, 134, 96, 116}, {216, 38, 90, 176, 69, 134, 98, 116}},
    {80, {193, 70, 134, 81, 114, 62, 99, 74}, {194, 72, 134, 81, 115, 64, 99, 76}},
    {90, {175, 47, 118, 102, 72, 109, 64, 42}, {175, 49, 118, 105, 73, 111, 69, 46}},
    {100, {200, 101, 96, 107, 62, 79, 92, 130}, {200, 103, 97, 107, 64, 81, 93, 133}}};
#define GOLDEN_COUNT (sizeof GOLDEN / sizeof *GOLDEN)

static void golden_vectors_are_met_at_every_rate_and_filter(void **state)
{
    (void)state;
    for (size_t g = 0; g < GOLDEN_COUNT; g++) {
        for (int lfe = 0; lfe < 2; lfe++) {
            uint32_t made[8];
            struct counter counter;
            counter_init(&counter, GOLDEN[g].rate, lfe != 0, 1, made, 8);
            for (int64_t i = 0; i < 8 * GOLDEN[g].rate; i++) {
                counter_add(&counter, golden_input(i));
            }
            assert_int_equal(counter.made, 8);
            const uint32_t *expected = lfe != 0 ? GOLDEN[g].lfe : GOLDEN[g].normal;
            for (int k = 0; k < 8; k++) {
                if (made[k] != expected[k]) {
                    print_error("rate %d, second %d\n", GOLDEN[g].rate, k);
                }
                assert_int_equal(made[k], expected[k]);
            }
        }
    }
}

/* ---- lanes ---- */

struct golden_supply {
    struct lane_setup setup;
    double *acc[3];
    struct grid_tally tally[LANES];
    int64_t step;
};

/* Lane l sees the golden input from sample 37 l on, axis by axis another sign. */
static enum yk_status supply_next(void *user, struct lane_block *out, struct failure *why)
{
    (void)why;
    struct golden_supply *self = user;
    const size_t n = self->setup.block_points;
    for (size_t t = 0; t < n; t++) {
        for (size_t l = 0; l < LANES; l++) {
            double v = golden_input((int64_t)(t + 37 * l) + self->step * (int64_t)n);
            self->acc[0][t * LANES + l] = v;
            self->acc[1][t * LANES + l] = -v;
            self->acc[2][t * LANES + l] = v / 3.0;
        }
    }
    *out =
        (struct lane_block){n, {self->acc[0], self->acc[1], self->acc[2]}, NULL, self->step++};
    return YK_OK;
}

static void check_lanes_at(int32_t rate)
{
    enum { EPOCHS = 6 };
    struct golden_supply supply = {.setup = {.rate = rate,
                                             .block_s = 5,
                                             .epoch_s = 5,
                                             .block_points = (size_t)rate * 5,
                                             .epoch_points = (size_t)rate * 5,
                                             .blocks_per_epoch = 1,
                                             .only_counts = true}};
    for (int64_t l = 0; l < LANES; l++) {
        supply.setup.first_epoch[l] = l * EPOCHS;
        supply.setup.from[l] = l * EPOCHS;
        supply.setup.to[l] = (l + 1) * EPOCHS;
    }
    for (int a = 0; a < 3; a++) {
        supply.acc[a] = calloc(supply.setup.block_points * LANES, sizeof(double));
    }
    struct epoch_series epochs;
    epoch_series_init(&epochs);
    assert_int_equal(epoch_series_resize(&epochs, EPOCHS * LANES, NULL), YK_OK);
    struct lane_sink sink = {&supply.setup, &epochs, NULL, false};
    struct lane_supply from = {supply_next, &supply, supply.tally};
    assert_int_equal(lane_run(&supply.setup, NULL, &from, EPOCHS, &sink, NULL, NULL), YK_OK);
    for (int a = 0; a < 3; a++) {
        for (size_t l = 0; l < LANES; l++) {
            uint32_t made[EPOCHS];
            struct counter counter;
            counter_init(&counter, rate, false, 5, made, EPOCHS);
            for (int64_t i = 0; i < EPOCHS * 5 * rate; i++) {
                double v = golden_input(i + 37 * (int64_t)l);
                counter_add(&counter, a == 0 ? v : a == 1 ? -v : v / 3.0);
            }
            for (size_t k = 0; k < EPOCHS; k++) {
                assert_close(epochs.column[EPOCH_COUNTS_X + a][l * EPOCHS + k], made[k], 0.0);
            }
        }
        free(supply.acc[a]);
    }
    epoch_series_release(&epochs);
}

static void lanes_count_what_the_stream_counts(void **state)
{
    (void)state;
    static const int32_t rates[] = {6, 12, 25, 30, 32, 40, 50, 60, 67, 86, 90, 100, 128, 800};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        check_lanes_at(rates[i]);
    }
}

/* ---- ActiLife ---- */

static uint32_t *count_axis(const double *g, size_t n, int32_t rate, bool lfe, int epoch_s,
                            size_t *made)
{
    size_t most = n / (size_t)(rate * epoch_s);
    uint32_t *out = calloc(most + 1, sizeof *out);
    struct counter counter;
    counter_init(&counter, rate, lfe, epoch_s, out, most);
    for (size_t i = 0; i < n; i++) {
        counter_add(&counter, g[i]);
    }
    assert_int_equal(counter.made, most);
    *made = most;
    return out;
}

static int16_t int16_at(const char *bytes)
{
    const unsigned char *b = (const unsigned char *)bytes;
    return (int16_t)(uint16_t)(b[0] | (unsigned)b[1] << 8);
}

static void six_hours_at_30_hz_are_those_of_actilife(void **state)
{
    (void)state;
    SHARED_OR_SKIP(raw_path, "data/counts-agcounts/link_30hz_6h_xyz_lsb256.i16le.gz");
    size_t size, made = 0;
    char *raw = check_read_file(raw_path, &size);
    SHARED_OR_SKIP(csv_path, "data/counts-agcounts/link_30hz_6h_actilife_1s.csv.gz");
    char *csv = check_read_file(csv_path, NULL);
    const size_t n = size / 6;
    uint32_t *counts[3];
    double *g = calloc(n, sizeof *g);
    for (size_t a = 0; a < 3; a++) {
        for (size_t i = 0; i < n; i++) {
            g[i] = int16_at(raw + 6 * i + 2 * a) / 256.0;
        }
        counts[a] = count_axis(g, n, 30, false, 1, &made);
    }
    assert_int_equal(made, 21600);
    const char *line = strchr(csv, '\n') + 1;
    for (size_t k = 0; k < made; k++) {
        unsigned y, x, z;
        assert_int_equal(sscanf(line, "%u,%u,%u", &y, &x, &z), 3);
        assert_int_equal(counts[0][k], x);
        assert_int_equal(counts[1][k], y);
        assert_int_equal(counts[2][k], z);
        line = strchr(line, '\n') + 1;
    }
    for (int a = 0; a < 3; a++) {
        free(counts[a]);
    }
    free(g);
    free(raw);
    free(csv);
}

static uint32_t le32(const char *p)
{
    const unsigned char *b = (const unsigned char *)p;
    return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* log.bin of a .gt3x whose members are stored, not packed: found through the zip's directory.
 */
static const char *find_log(const char *zip, size_t size, size_t *log_size)
{
    for (size_t i = 0; i + 53 <= size; i++) {
        if (memcmp(zip + i, "PK\1\2", 4) == 0 && memcmp(zip + i + 46, "log.bin", 7) == 0) {
            const char *local = zip + le32(zip + i + 42);
            *log_size = le32(zip + i + 20);
            return local + 30 + (uint16_t)int16_at(local + 26) + (uint16_t)int16_at(local + 28);
        }
    }
    return NULL;
}

/* Acceleration records (type 26) of a log: x, y, z per sample, in 1/256 g. */
static size_t read_log(const char *log, size_t size, double *g[3], size_t most)
{
    size_t n = 0;
    for (size_t i = 0; i + 8 < size;) {
        size_t length = (uint16_t)int16_at(log + i + 6);
        for (size_t k = 0; log[i + 1] == 26 && k + 6 <= length && n < most; k += 6, n++) {
            for (size_t a = 0; a < 3; a++) {
                g[a][n] = int16_at(log + i + 8 + k + 2 * a) / 256.0;
            }
        }
        i += 8 + length + 1;
    }
    return n;
}

static void check_pair(const char *gt3x, const char *agd, int32_t rate, bool lfe, int epoch_s)
{
    enum { MOST = 30000 };
    size_t size, log_size = 0, made = 0;
    char path[4096];
    char *zip = check_read_file(gt3x, &size);
    assert_non_null(zip);
    const char *log = find_log(zip, size, &log_size);
    assert_non_null(log);
    double *g[3];
    for (int a = 0; a < 3; a++) {
        g[a] = calloc(MOST, sizeof(double));
    }
    size_t n = read_log(log, log_size, g, MOST);
    assert_int_equal(n, 180 * rate);
    uint32_t *counts[3];
    for (int a = 0; a < 3; a++) {
        counts[a] = count_axis(g[a], n, rate, lfe, epoch_s, &made);
    }
    sqlite3 *db;
    sqlite3_stmt *rows;
    snprintf(path, sizeof path, "file:%s?immutable=1", agd);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT axis2, axis1, axis3 FROM data ORDER BY "
                                        "dataTimestamp",
                                        -1, &rows, NULL),
                     SQLITE_OK);
    size_t k = 0;
    for (; sqlite3_step(rows) == SQLITE_ROW; k++) {
        for (int a = 0; a < 3; a++) {
            assert_true(k < made);
            assert_int_equal(counts[a][k], sqlite3_column_int(rows, a));
        }
    }
    assert_int_equal(k, made);
    sqlite3_finalize(rows);
    sqlite3_close(db);
    for (int a = 0; a < 3; a++) {
        free(counts[a]);
        free(g[a]);
    }
    free(zip);
}

static void three_minutes_at_100_hz_are_those_of_actilife(void **state)
{
    (void)state;
    char gt3x[4096];
    SHARED_OR_SKIP(raw, "data/gt3x/link_100hz_3min.gt3x");
    snprintf(gt3x, sizeof gt3x, "%s", raw);
    SHARED_OR_SKIP(agd, "data/counts-agcounts/link_100hz_3min_5sec.agd");
    check_pair(gt3x, agd, 100, false, 5);
}

static void three_minutes_at_90_hz_with_low_frequency_extension_too(void **state)
{
    (void)state;
    char gt3x[4096];
    SHARED_OR_SKIP(raw, "data/gt3x/link_90hz_imu_3min.gt3x");
    snprintf(gt3x, sizeof gt3x, "%s", raw);
    SHARED_OR_SKIP(agd, "data/counts-agcounts/link_90hz_imu_3min_1sec_LFE.agd");
    check_pair(gt3x, agd, 90, true, 1);
}

static void two_minutes_at_40_hz_from_csv_have_actilifes_vector_magnitude(void **state)
{
    (void)state;
    SHARED_OR_SKIP(raw_path, "data/actigraph-csv/cle_40hz_raw_timestamps.csv");
    char *raw = check_read_file(raw_path, NULL);
    SHARED_OR_SKIP(vm_path, "data/counts-agcounts/cle_40hz_actilife_5s_vm.csv");
    char *expected = check_read_file(vm_path, NULL);
    enum { MOST = 8000, EPOCHS = 24 };
    double *g[3];
    uint32_t *counts[3];
    for (int a = 0; a < 3; a++) {
        g[a] = calloc(MOST, sizeof(double));
    }
    size_t n = 0, made = 0;
    const char *line = strstr(raw, " 12:08:40.000,");
    for (; line != NULL && n < MOST; line = strchr(line, '\n')) {
        const char *at = strchr(line, ',');
        if (at == NULL || sscanf(at, ",%lf,%lf,%lf", &g[0][n], &g[1][n], &g[2][n]) != 3) {
            break;
        }
        n++;
        line = at;
    }
    for (int a = 0; a < 3; a++) {
        counts[a] = count_axis(g[a], n, 40, false, 5, &made);
    }
    assert_true(made >= EPOCHS);
    line = strchr(expected, '\n') + 1;
    for (size_t k = 0; k < EPOCHS; k++) {
        double vm = sqrt(pow(counts[0][k], 2) + pow(counts[1][k], 2) + pow(counts[2][k], 2));
        assert_close(vm, strtod(strchr(line, ',') + 1, NULL), 0.00501);
        line = strchr(line, '\n') + 1;
    }
    for (int a = 0; a < 3; a++) {
        free(counts[a]);
        free(g[a]);
    }
    free(raw);
    free(expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_vectors_are_met_at_every_rate_and_filter),
        cmocka_unit_test(lanes_count_what_the_stream_counts),
        cmocka_unit_test(six_hours_at_30_hz_are_those_of_actilife),
        cmocka_unit_test(three_minutes_at_100_hz_are_those_of_actilife),
        cmocka_unit_test(three_minutes_at_90_hz_with_low_frequency_extension_too),
        cmocka_unit_test(two_minutes_at_40_hz_from_csv_have_actilifes_vector_magnitude),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
