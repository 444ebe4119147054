/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Against what GGIR 3.3-7 computed from a known recording (data/ggir-reference/README.md):
 * every epoch, every column.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/support/alloc.h"
#include "algorithms/calibrate.h"
#include "algorithms/ggir_signal.h"
#include "algorithms/signal.h"
#include "firmware-formats/format.h"
#include "src/base/byte_source.h"
#include "src/base/clock.h"
#include "tests/support/short25_file.h"

struct result {
    struct calibration calibration;
    struct epoch_series epochs;
    struct quarter_series quarters;
};

static struct zone *london;
static struct result ggir, ours;
static bool is_there;

static void analyze(const char *path, const char *recipe, struct result *out)
{
    struct failure why;
    struct parameters parameters;
    struct open_options options = {.zone = london};
    struct recording_source *source = NULL;
    calibration_init(&out->calibration);
    epoch_series_init(&out->epochs);
    quarter_series_init(&out->quarters);
    assert_int_equal(parameters_of_recipe(recipe, &parameters, &why), YK_OK);
    assert_int_equal(recording_open(path, &options, &source, &why), YK_OK);
    assert_int_equal(signal_analyze(source, london, &parameters, &out->calibration,
                                    &out->epochs, &out->quarters, NULL, &why),
                     YK_OK);
    recording_source_close(source);
}

/* The first hour of the recording (under a sanitizer half of it), so that trying again and
 * again takes no time. */
static char *beginning;
static const size_t beginning_size = CHECK_IS_SLOW ? (size_t)3 << 18 : (size_t)2 << 20;

static int keep_beginning(const char *path)
{
    FILE *file = fopen(path, "rb");
    beginning = malloc(beginning_size);
    size_t got = file != NULL ? fread(beginning, 1, beginning_size, file) : 0;
    if (file != NULL) {
        fclose(file);
    }
    return got == beginning_size ? 0 : -1;
}

static int analyze_once(void **state)
{
    (void)state;
    const char *folder = check_scratch("ggir");
    char path[4200];
    is_there = short25_unpack(folder, path, sizeof path);
    if (is_there) {
        assert_int_equal(zone_open("Europe/London", &london, NULL), YK_OK);
        assert_int_equal(keep_beginning(path), 0);
        analyze(path, RECIPE_GGIR, &ggir);
        analyze(path, RECIPE_DEFAULT, &ours);
    }
    check_remove(folder);
    return 0;
}

static enum yk_status analyze_beginning(struct job *job, struct result *out)
{
    struct parameters parameters;
    struct open_options options = {.zone = london};
    struct byte_source *bytes = NULL;
    struct recording_source *source = NULL;
    calibration_init(&out->calibration);
    epoch_series_init(&out->epochs);
    quarter_series_init(&out->quarters);
    assert_int_equal(parameters_of_recipe(RECIPE_GGIR, &parameters, NULL), YK_OK);
    enum yk_status status =
        memory_source_open(beginning, beginning_size, "beginning", &bytes, NULL);
    if (status != YK_OK) {
        return status;
    }
    status = recording_open_source(bytes, &options, &source, NULL);
    if (status != YK_OK) {
        byte_source_close(bytes);
        return status;
    }
    status = signal_analyze(source, london, &parameters, &out->calibration, &out->epochs,
                            &out->quarters, job, NULL);
    recording_source_close(source);
    return status;
}

static void refused_memory_is_reported_wherever_it_happens(void **state)
{
    (void)state;
    if (!is_there) {
        skip();
    }
    for (uint64_t k = 1;; k++) {
        struct result result;
        alloc_fail_at(k);
        enum yk_status status = analyze_beginning(NULL, &result);
        bool refused = alloc_refused();
        alloc_fail_at(0);
        size_t n = result.epochs.n;
        epoch_series_release(&result.epochs);
        quarter_series_release(&result.quarters);
        if (status == YK_OK) {
            /* what the reader can do without (its list of events) may be refused */
            if (!refused) {
                assert_true(n > 0);
                break;
            }
        } else {
            assert_int_equal(status, YK_ERR_MEMORY);
        }
    }
}

static void cancelling_ends_soon(void **state)
{
    (void)state;
    if (!is_there) {
        skip();
    }
    atomic_bool cancel = true;
    struct job job = {.cancel = &cancel};
    struct result result;
    assert_int_equal(analyze_beginning(&job, &result), YK_ERR_CANCELLED);
    epoch_series_release(&result.epochs);
    quarter_series_release(&result.quarters);
}

static int release(void **state)
{
    (void)state;
    epoch_series_release(&ggir.epochs);
    quarter_series_release(&ggir.quarters);
    epoch_series_release(&ours.epochs);
    quarter_series_release(&ours.quarters);
    zone_close(london);
    free(beginning);
    return 0;
}

/* The number in a column of a line, by the column's place. */
static double field(const char *line, int column)
{
    for (; column > 0; column--) {
        line = strchr(line, ',') + 1;
    }
    return strtod(line, NULL);
}

static int column_of(const char *header, const char *name)
{
    int column = 0;
    size_t length = strlen(name);
    for (const char *at = header; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, name, length) == 0 && (at[length] == ',' || at[length] == '\n')) {
            return column;
        }
        column++;
    }
    fail_msg("no column %s", name);
    return -1;
}

static char *read_table(const char *relative)
{
    const char *path = check_shared(relative);
    assert_non_null(path);
    size_t size;
    char *text = check_read_file(path, &size);
    assert_non_null(text);
    return text;
}

static void epochs_equal_those_of_ggir_in_every_column(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum epoch_column column;
        double scale;
    } columns[] = {{"ENMO", EPOCH_ENMO_MG, 1e-3},
                   {"MAD", EPOCH_MAD_MG, 1e-3},
                   {"EN", EPOCH_EN_MG, 1e-3},
                   {"LFENMO", EPOCH_LFENMO_MG, 1e-3},
                   {"BFEN", EPOCH_BFEN_MG, 1e-3},
                   {"HFENplus", EPOCH_HFENPLUS_MG, 1e-3},
                   {"anglex", EPOCH_ANGLE_X_DEG, 1},
                   {"angley", EPOCH_ANGLE_Y_DEG, 1},
                   {"anglez", EPOCH_ANGLE_Z_DEG, 1},
                   {"ZCX", EPOCH_ZC_X, 1},
                   {"ZCY", EPOCH_ZC_Y, 1},
                   {"ZCZ", EPOCH_ZC_Z, 1},
                   {"NeishabouriCount_x", EPOCH_COUNTS_X, 1},
                   {"NeishabouriCount_y", EPOCH_COUNTS_Y, 1},
                   {"NeishabouriCount_z", EPOCH_COUNTS_Z, 1}};
    if (!is_there) {
        skip();
    }
    assert_int_equal(ggir.epochs.n, 56700);
    char *text = read_table("data/ggir-reference/short25/epoch5s_raw.csv.gz");
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        int place = column_of(text, columns[c].name);
        const char *line = strchr(text, '\n') + 1;
        const float *values = ggir.epochs.column[columns[c].column];
        for (size_t k = 0; k < ggir.epochs.n; k++) {
            /* equal at GGIR's 4 decimals: columns are floats, so up to their last bits */
            assert_close((double)values[k] * columns[c].scale, field(line, place), 5e-6);
            line = strchr(line, '\n') + 1;
        }
    }
    free(text);
}

static void the_first_epoch_is_the_next_quarter_of_an_hour(void **state)
{
    (void)state;
    if (!is_there) {
        skip();
    }
    assert_true(ggir.epochs.t0_ns == INT64_C(1718610300) * NS_PER_S); /* 08:45 +01:00 */
    assert_int_equal(ggir_points_to_drop(0.0, 100), 0);
    assert_int_equal(ggir_points_to_drop(1.0, 100), 100 * 899);
    assert_int_equal(ggir_points_to_drop(899.0, 100), 100);
    assert_int_equal(ggir_points_to_drop(60.0, 100), 100 * 840);
}

static void quarters_equal_those_of_ggir(void **state)
{
    (void)state;
    if (!is_there) {
        skip();
    }
    assert_int_equal(ggir.quarters.n, 315);
    char *text = read_table("data/ggir-reference/short25/epoch15min_nonwear.csv.gz");
    int score = column_of(text, "nonwearscore"), clipped = column_of(text, "clippingscore");
    const char *line = strchr(text, '\n') + 1;
    for (size_t q = 0; q < ggir.quarters.n; q++) {
        assert_close(ggir.quarters.score_2023[q], field(line, score), 0);
        assert_close(ggir.quarters.clipped[q], field(line, clipped), 1e-4);
        line = strchr(line, '\n') + 1;
    }
    free(text);
}

static void calibration_stops_where_ggir_stops(void **state)
{
    (void)state;
    static const double scale[3] = {1.0169884287749, 0.990848774544361, 1.00493832500002};
    static const double offset[3] = {-0.012945163266199, 0.0281023197517811, 0.014898018081091};
    static const double slope[3] = {-0.00110301160792943, 0.0026949634867594,
                                    0.000400631154766817};
    if (!is_there) {
        skip();
    }
    for (int a = 0; a < 3; a++) {
        assert_close(ggir.calibration.scale[a], scale[a], 1e-12);
        assert_close(ggir.calibration.offset_g[a], offset[a], 1e-12);
        assert_close(ggir.calibration.temperature_g_per_c[a], slope[a], 1e-12);
    }
    assert_close(ggir.calibration.mean_temperature_c, 32.2408837906532, 1e-11);
    assert_close(ggir.calibration.error_before_mg, 23.28, 0.005);
    assert_close(ggir.calibration.error_after_mg, 1.35, 0.005);
    assert_int_equal(ggir.calibration.n_windows, 9209);
    assert_close(ggir.calibration.hours, 79, 1e-9);
}

/* Mean error over GGIR's own still windows, in mg. */
static double error_with(const char *text, const struct calibration *c)
{
    double sum = 0;
    size_t n = 0;
    for (const char *line = strchr(text, '\n') + 1; *line != '\0';
         line = strchr(line, '\n') + 1) {
        double square = 0;
        for (int a = 0; a < 3; a++) {
            double v = c->scale[a] * (field(line, 1 + a) + c->offset_g[a]) +
                       c->temperature_g_per_c[a] * (field(line, 7) - c->mean_temperature_c);
            square += v * v;
        }
        sum += fabs(sqrt(square) - 1);
        n++;
    }
    return sum / (double)n * 1e3;
}

/* The recording's own truth leaves 0.276 mg on these windows: sensor noise. No calibration can
 * be asked for less. */
static void the_converged_calibration_finds_the_truth(void **state)
{
    (void)state;
    struct calibration truth = {.scale = {1.0125, 0.9904, 1.0071},
                                .offset_g = {-0.0212, 0.0337, 0.0148},
                                .temperature_g_per_c = {0.0009, -0.0006, 0.00042},
                                .mean_temperature_c = 30};
    if (!is_there) {
        skip();
    }
    const struct calibration *found = &ours.calibration;
    assert_int_equal(found->outcome, CALIBRATION_DONE);
    for (int a = 0; a < 3; a++) {
        double apart = found->mean_temperature_c - truth.mean_temperature_c;
        double offset =
            truth.offset_g[a] + truth.temperature_g_per_c[a] * apart / truth.scale[a];
        assert_close(found->scale[a], truth.scale[a], 1e-4);
        assert_close(found->offset_g[a], offset, 1e-4);
        assert_close(found->temperature_g_per_c[a], truth.temperature_g_per_c[a], 2e-5);
    }
    char *text = read_table("data/ggir-reference/short25/sphere10s.csv.gz");
    double at_truth = error_with(text, &truth), at_found = error_with(text, found);
    assert_close(at_truth, 0.2762, 1e-4);
    assert_true(at_found < at_truth + 1e-3);
    free(text);
}

/* Other grid, other calibration, same person: the default recipe must tell the same story. */
static void the_default_recipe_stays_near_ggir(void **state)
{
    (void)state;
    if (!is_there) {
        skip();
    }
    int64_t shift = (ggir.epochs.t0_ns - ours.epochs.t0_ns) / (5 * NS_PER_S);
    double apart = 0, mean = 0;
    for (size_t k = 0; k < ggir.epochs.n; k++) {
        double a = (double)ggir.epochs.column[EPOCH_MAD_MG][k];
        double b = (double)ours.epochs.column[EPOCH_MAD_MG][k + (size_t)shift];
        apart += fabs(a - b) / (double)ggir.epochs.n;
        mean += a / (double)ggir.epochs.n;
    }
    assert_true(mean > 10);
    assert_true(apart < 0.05 * mean);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(epochs_equal_those_of_ggir_in_every_column),
        cmocka_unit_test(the_first_epoch_is_the_next_quarter_of_an_hour),
        cmocka_unit_test(quarters_equal_those_of_ggir),
        cmocka_unit_test(calibration_stops_where_ggir_stops),
        cmocka_unit_test(the_converged_calibration_finds_the_truth),
        cmocka_unit_test(the_default_recipe_stays_near_ggir),
        cmocka_unit_test(refused_memory_is_reported_wherever_it_happens),
        cmocka_unit_test(cancelling_ends_soon),
    };
    return cmocka_run_group_tests(tests, analyze_once, release);
}
