/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The whole chain on one recording whose truth and whose GGIR results are known
 * (data/ggir-reference): from the bytes of the .cwa file to nights, days and rhythm.
 *
 * Recipe ggir-3.3 must give GGIR's numbers; recipe default must give the truth.
 */
#include "tests/support/check.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/pipeline/analyze.h"
#include "tests/support/short25_file.h"

#define FOLDER "data/ggir-reference/"

static char cwa[4096]; /* the unpacked recording; "" when the reference data is missing */
static char scratch[4096];

static int unpack(void **state)
{
    (void)state;
    snprintf(scratch, sizeof scratch, "%s", check_scratch("short25"));
    if (!short25_unpack(scratch, cwa, sizeof cwa)) {
        cwa[0] = '\0';
    }
    return 0;
}

static int tidy(void **state)
{
    (void)state;
    if (scratch[0] != '\0') {
        check_remove(scratch);
    }
    return 0;
}

static void analyze(const char *recipe, struct analysis *out, struct zone **zone)
{
    struct failure why = {0};
    struct parameters parameters;
    assert_int_equal(parameters_of_recipe(recipe, &parameters, &why), YK_OK);
    struct analyze_options options = {.recipe = recipe, .parameters = &parameters};
    analysis_init(out);
    enum yk_status status =
        analyze_file(cwa, "Europe/London", NULL, &options, out, zone, NULL, &why);
    if (status != YK_OK) {
        print_error("%s\n", why.text);
    }
    assert_int_equal(status, YK_OK);
}

static double json_minutes(const struct zone *zone, const json_t *night, const char *key)
{
    int64_t ns = 0;
    assert_true(zone_parse_iso(zone, json_string_value(json_object_get(night, key)), &ns));
    return (double)ns / (double)NS_PER_MIN;
}

/* The converged fit recovers the gains, offsets and temperature slopes that were put in. Its
 * error is the recording's noise floor: with the true coefficients themselves, GGIR's still
 * windows give 0.276 mg (noise of 4.2 mg a sample, 250 samples a window), so nothing below can
 * be asked for. */
static void check_calibration(const json_t *truth, const struct calibration *found)
{
    const json_t *put_in = json_object_get(truth, "calibration");
    double reference_c = json_number_value(json_object_get(put_in, "temp_ref"));
    assert_int_equal(found->outcome, CALIBRATION_DONE);
    assert_true(found->error_after_mg < 0.277);
    for (size_t k = 0; k < 3; k++) {
        double scale = json_number_value(json_array_get(json_object_get(put_in, "scale"), k));
        double offset = json_number_value(json_array_get(json_object_get(put_in, "offset"), k));
        double slope =
            json_number_value(json_array_get(json_object_get(put_in, "temp_coef"), k));
        assert_close(found->scale[k], scale, 1e-4);
        assert_close(found->temperature_g_per_c[k], slope, 3e-5);
        /* Ours is an offset at the mean temperature, theirs at their reference temperature. */
        offset += slope * (found->mean_temperature_c - reference_c) / scale;
        assert_close(found->offset_g[k], offset, 1e-4);
    }
}

static void default_recipe_finds_the_true_nights(void **state)
{
    (void)state;
    if (cwa[0] == '\0') {
        skip();
    }
    SHARED_OR_SKIP(truth_path, FOLDER "short25/truth.json");
    json_t *truth = json_load_file(truth_path, 0, NULL);
    const json_t *nights = json_object_get(truth, "nights");
    struct analysis a;
    struct zone *zone = NULL;
    analyze("default", &a, &zone);

    size_t compared = 0;
    for (size_t i = 0; i < a.n_nights; i++) {
        if (a.nights[i].exclude != 0) {
            continue;
        }
        const json_t *night = json_array_get(nights, compared++);
        assert_non_null(night);
        double onset = (double)a.nights[i].onset_ns / (double)NS_PER_MIN;
        double wake = (double)a.nights[i].wake_ns / (double)NS_PER_MIN;
        assert_close(onset - json_minutes(zone, night, "onset"), 0.0, 5.0);
        assert_close(wake - json_minutes(zone, night, "wake"), 0.0, 5.0);
    }
    assert_int_equal(compared, json_array_size(nights));
    check_calibration(truth, &a.calibration);

    /* The device lay on the table from 12:52 to 15:52 on 19 June. */
    double nonwear_min = 0;
    for (size_t i = 0; i < a.n_nonwear; i++) {
        if (!a.nonwear[i].is_stillness_only) {
            nonwear_min += (double)(a.nonwear[i].end_ns - a.nonwear[i].start_ns) / NS_PER_MIN;
        }
    }
    assert_close(nonwear_min, 180.0, 30.0);
    json_decref(truth);
    analysis_release(&a);
    zone_close(zone);
}

/* Column `name` of data row `row` of a small CSV file; "" when it is not there. */
static void csv_cell(const char *file, int row, const char *name, char *out, size_t room)
{
    out[0] = '\0';
    char *saved_lines = NULL, *saved = NULL;
    int column = -1, line_number = -1;
    for (char *line = strtok_r(file == NULL ? NULL : strdupa(file), "\n", &saved_lines);
         line != NULL; line = strtok_r(NULL, "\n", &saved_lines)) {
        int k = 0;
        for (char *cell = strsep(&line, ","); cell != NULL; cell = strsep(&line, ","), k++) {
            if (line_number == -1 && strcmp(cell, name) == 0) {
                column = k;
            } else if (line_number == row && k == column) {
                snprintf(out, room, "%s", cell);
            }
        }
        line_number++;
    }
    (void)saved;
}

static double csv_number(const char *file, int row, const char *name)
{
    char cell[64];
    csv_cell(file, row, name, cell, sizeof cell);
    char *end = cell;
    double value = strtod(cell, &end);
    return end == cell ? NAN : value;
}

static void ggir_recipe_gives_ggirs_nights(void **state)
{
    (void)state;
    if (cwa[0] == '\0') {
        skip();
    }
    SHARED_OR_SKIP(path, FOLDER "short25/part4_nightsummary_fullprecision.csv");
    char *csv = check_read_file(path, NULL);
    struct analysis a;
    struct zone *zone = NULL;
    analyze("ggir-3.3", &a, &zone);

    int row = 0;
    for (size_t i = 0; i < a.n_nights && row < 3; i++) {
        const struct night *night = &a.nights[i];
        if (night->onset_ns == TIME_UNKNOWN) {
            continue;
        }
        assert_close(zone_clock_h(zone, night->evening, night->onset_ns),
                     csv_number(csv, row, "sleeponset"), 1e-6);
        assert_close(zone_clock_h(zone, night->evening, night->wake_ns),
                     csv_number(csv, row, "wakeup"), 1e-6);
        assert_close(night->spt_min / 60, csv_number(csv, row, "SptDuration"), 1e-6);
        assert_close(night->tst_min / 60, csv_number(csv, row, "SleepDurationInSpt"), 1e-6);
        assert_close(night->waso_min / 60, csv_number(csv, row, "WASO"), 1e-6);
        assert_close(night->guider_onset_h, csv_number(csv, row, "guider_onset"), 1e-6);
        assert_close(night->guider_wake_h, csv_number(csv, row, "guider_wakeup"), 1e-6);
        assert_close(night->awakenings_n, csv_number(csv, row, "number_of_awakenings"), 0);
        row++;
    }
    assert_int_equal(row, 3);
    free(csv);
    analysis_release(&a);
    zone_close(zone);
}

static void ggir_recipe_gives_ggirs_calibration_and_epochs(void **state)
{
    (void)state;
    if (cwa[0] == '\0') {
        skip();
    }
    struct analysis a;
    struct zone *zone = NULL;
    analyze("ggir-3.3", &a, &zone);
    const double scale[3] = {1.0169884287749, 0.990848774544361, 1.00493832500002};
    const double offset[3] = {-0.012945163266199, 0.0281023197517811, 0.014898018081091};
    const double temperature[3] = {-0.00110301160792943, 0.0026949634867594,
                                   0.000400631154766817};
    for (int k = 0; k < 3; k++) {
        assert_close(a.calibration.scale[k], scale[k], 1e-9);
        assert_close(a.calibration.offset_g[k], offset[k], 1e-9);
        assert_close(a.calibration.temperature_g_per_c[k], temperature[k], 1e-9);
    }
    assert_int_equal(a.epochs.n, 56700);
    assert_int_equal(a.quarters.n, 315);
    char start[40];
    zone_format_iso(zone, a.epochs.t0_ns, 0, start);
    assert_string_equal(start, "2024-06-17T08:45:00+01:00");
    analysis_release(&a);
    zone_close(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(default_recipe_finds_the_true_nights),
        cmocka_unit_test(ggir_recipe_gives_ggirs_nights),
        cmocka_unit_test(ggir_recipe_gives_ggirs_calibration_and_epochs),
    };
    return cmocka_run_group_tests(tests, unpack, tidy);
}
