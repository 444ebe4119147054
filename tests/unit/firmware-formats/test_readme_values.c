/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Samples, sums, first and last values of every raw recording, read from the tables of the
 * reference data's READMEs (GENEActiv, GENEA, Matrix, ActiGraph raw text, Unisens); the ends of
 * the AX6 recordings as they are stored. Other values: docs/reference-values.md says where.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-formats/format.h"
#include "tests/support/readme_values.h"

static struct zone *utc;

struct totals {
    double n, sum[3], first[3], last[3];
    double sample_1329[3], sum_mg_1329;
};

static struct recording_source *open_recording(const char *relative)
{
    struct open_options opt = {.zone = utc, .file_zone_wins = true};
    struct recording_source *source = NULL;
    struct failure why = {0};
    const char *path = check_shared(relative);
    if (path == NULL) {
        skip();
    }
    if (recording_open(path, &opt, &source, &why) != YK_OK) {
        fail_msg("%s: %s", relative, why.text);
    }
    return source;
}

static void add_sample(struct totals *t, int axis, size_t at, double g)
{
    t->first[axis] = at == 0 ? g : t->first[axis];
    t->last[axis] = g;
    t->sum[axis] += g;
    t->sum_mg_1329 += at < 1329 ? rint(g * 1000) : 0;
    if (at == 1328) {
        t->sample_1329[axis] = g;
    }
}

static void read_all(struct recording_source *source, struct totals *t)
{
    struct sample_block block;
    size_t seen = 0;
    enum yk_status status = YK_OK;
    memset(t, 0, sizeof *t);
    assert_int_equal(sample_block_init(&block, true, NULL), YK_OK);
    while ((status = source->ops->next_samples(source, &block, NULL)) == YK_OK) {
        for (int axis = 0; axis < 3; axis++) {
            for (uint32_t i = 0; i < block.n; i++) {
                add_sample(t, axis, seen + i, (double)block.acc_g[axis][i]);
            }
        }
        seen += block.n;
    }
    assert_int_equal(status, YK_END);
    t->n = (double)seen;
    sample_block_release(&block);
}

/* Digits that a row prints behind the point decide how near is near enough. */
static double half_a_digit(const char *value)
{
    const char *point = strchr(value, '.');
    size_t digits = point != NULL ? strspn(point + 1, "0123456789") : 0;
    return 0.51 * pow(10, -(double)digits);
}

static void compare(const char *file, const char *key, const double *actual, size_t n)
{
    const char *value = readme_value(file, key);
    if (*value != '\0') {
        readme_says_numbers(file, key, actual, n, half_a_digit(value));
    }
}

struct recording {
    const char *folder, *file, *path; /* path: below the folder; NULL: the file's own name */
};

static const struct recording RECORDINGS[] = {
    {"geneactiv", "100650Hz_file.bin", NULL},
    {"geneactiv", "20Hz_file.bin", NULL},
    {"geneactiv", "Incomplete_bin_file.bin", NULL},
    {"geneactiv", "Not_contiguous.bin", NULL},
    {"geneactiv", "One_page_reset_config_time.bin", NULL},
    {"geneactiv", "gnactv_sample.bin", NULL},
    {"geneactiv", "GENEActiv_85Hz_truncated.bin", NULL},
    {"geneactiv", "genea_testfile.bin", NULL},
    {"matrix", "mtx_12.5Hz_acc.BIN", NULL},
    {"matrix", "mtx_12.5Hz_acc_gyro.BIN", NULL},
    {"matrix", "mtx_corrupted.bin", NULL},
    {"actigraph-csv", "link_90hz_raw_trailing_commas.csv", NULL},
    {"actigraph-csv", "cle_40hz_raw_timestamps.csv", NULL},
    {"unisens", "acc.bin + unisens.xml", "unisens.xml"},
};

static void every_raw_recording_gives_the_values_of_its_readme(void **state)
{
    (void)state;
    size_t checked = 0;
    for (size_t r = 0; r < sizeof RECORDINGS / sizeof *RECORDINGS; r++) {
        const struct recording *at = &RECORDINGS[r];
        char path[160];
        struct totals t;
        snprintf(path, sizeof path, "data/%s/README.md", at->folder);
        if (!readme_load(path)) {
            skip();
        }
        snprintf(path, sizeof path, "data/%s/%s", at->folder,
                 at->path != NULL ? at->path : at->file);
        struct recording_source *source = open_recording(path);
        read_all(source, &t);
        static const char *const n_keys[] = {"samples", "acc_samples_in_good_packets", "rows"};
        for (size_t k = 0; k < sizeof n_keys / sizeof *n_keys; k++) {
            compare(at->file, n_keys[k], &t.n, 1);
            checked += *readme_value(at->file, n_keys[k]) != '\0';
        }
        double mean[3], sum = t.sum[0] + t.sum[1] + t.sum[2];
        for (int axis = 0; axis < 3; axis++) {
            mean[axis] = t.sum[axis] / t.n;
        }
        bool is_genea = strcmp(at->file, "genea_testfile.bin") == 0;
        compare(at->file, is_genea ? "first_g" : "first_acc_g", t.first, 3);
        compare(at->file, "first_g", t.first, 3);
        compare(at->file, "last_g", t.last, 3);
        compare(at->file, "last_acc_g", t.last, 3);
        compare(at->file, "mean_g", mean, 3);
        compare(at->file, "mean_acc_g", mean, 3);
        compare(at->file, "sum_g", &sum, 1);
        compare(at->file, "sample_1329_g", t.sample_1329, 3);
        compare(at->file, "sum_mg_first_1329_samples", &t.sum_mg_1329, 1);
        recording_source_close(source);
    }
    /* GENEA's number is of its complete pages alone: test_genea.c. */
    assert_int_equal(checked, sizeof RECORDINGS / sizeof *RECORDINGS - 1);
}

/* The two AX6 files begin with blocks whose accelerometer and gyroscope are exchanged; here as
 * they are stored, before the repair that test_cwa_reference.c checks. */
static void stored_ax6_samples_are_those_of_the_readme(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        double first[3], last[3], sum[3], magnitude[3];
    } cases[] = {
        {"data/cwa/ax6_testfile.cwa",
         {0.007324, 0.071289, 0.008789},
         {0.047852, 0.981445, 0.011230},
         {183.263184, 2386.895020, 834.331543},
         {5514.681152, 8661.129395, 8553.848145}},
        {"data/cwa/ax6_sample.cwa",
         {-0.518555, -0.023926, -0.077148},
         {-0.200684, -0.005859, 1.046387},
         {3358.298828, -2696.845703, 1125.944336},
         {4937.414062, 5862.336914, 5164.618164}},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct recording_source *source = open_recording(cases[c].file), *stored = NULL;
        struct totals t;
        struct sample_block block;
        struct device_block device;
        double magnitude[3] = {0}, last[3] = {0}, first[3] = {0}, sum[3] = {0};
        size_t n = 0;
        read_all(source, &t);
        assert_int_equal(source->ops->open_at(source, INT64_MIN, &stored, NULL), YK_OK);
        assert_int_equal(sample_block_init(&block, true, NULL), YK_OK);
        while (stored->ops->next_device_block(stored, &block, &device, NULL) == YK_OK) {
            for (uint32_t i = 0; i < block.n; i++, n++) {
                for (int axis = 0; axis < 3; axis++) {
                    double g = (double)block.acc_g[axis][i];
                    first[axis] = n == 0 ? g : first[axis];
                    last[axis] = g;
                    sum[axis] += g;
                    magnitude[axis] += fabs(g);
                }
            }
        }
        assert_true((double)n == t.n);
        for (int axis = 0; axis < 3; axis++) {
            assert_close(first[axis], cases[c].first[axis], 5.1e-7);
            assert_close(last[axis], cases[c].last[axis], 5.1e-7);
            assert_close(sum[axis], cases[c].sum[axis], 5.1e-7);
            assert_close(magnitude[axis], cases[c].magnitude[axis], 5.1e-7);
        }
        sample_block_release(&block);
        recording_source_close(stored);
        recording_source_close(source);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_raw_recording_gives_the_values_of_its_readme),
        cmocka_unit_test(stored_ax6_samples_are_those_of_the_readme),
    };
    if (zone_open("UTC", &utc, NULL) != YK_OK) {
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    zone_close(utc);
    return failed;
}
