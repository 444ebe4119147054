/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/h5/h5_file.h"
#include "src/pipeline/convert.h"
#include "tests/support/alloc.h"
#include "tests/support/cwa_build.h"

static const char *folder;
static char in_path[4200], out_path[4200];

/* A built recording of 60 sectors in a scratch folder, and a name to convert it to. */
static void prepare(struct cwa_build *b, const char *out_name, const char *in_name)
{
    folder = check_scratch("convert");
    snprintf(in_path, sizeof in_path, "%s/%s", folder, in_name);
    snprintf(out_path, sizeof out_path, "%s/%s", folder, out_name);
    cwa_build_init(b, CWA_6_AXES, 0x0A, 3, 2);
    cwa_build_sectors(b, 30);
    cwa_build_lose(b, 5);
    cwa_build_sectors(b, 30);
    check_write_file(in_path, b->at, b->n);
}

static bool has_part(void)
{
    char part[4300];
    snprintf(part, sizeof part, "%s.part", out_path);
    return access(part, F_OK) == 0;
}

static void hdf5_holds_every_sample_with_its_time(void **state)
{
    (void)state;
    struct cwa_build b;
    prepare(&b, "out.h5", "in.cwa");
    struct convert_options options = {.zone_name = "UTC"};
    struct convert_result result;
    struct failure why = {0};
    if (convert_recording(in_path, out_path, &options, &result, NULL, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    assert_int_equal(result.n_samples, 2400);
    assert_int_equal(result.calibration.outcome, CALIBRATION_NONE);
    assert_false(has_part());
    struct h5_file *file = NULL;
    assert_int_equal(h5_open(out_path, &file, &why), YK_OK);
    static int64_t time_ns[2400];
    static float v[6][2400];
    const char *const name[6] = {"x", "y", "z", "gx", "gy", "gz"};
    assert_int_equal(
        h5_read(file, "/samples", "time_ns", H5_KIND_INT64, 0, time_ns, 2400, &why), YK_OK);
    for (int c = 0; c < 6; c++) {
        assert_int_equal(h5_read(file, "/samples", name[c], H5_KIND_FLOAT, 0, v[c], 2400, &why),
                         YK_OK);
    }
    double gyro_unit = cwa_gyro_unit_dps(b.next.light_word);
    for (int64_t i = 0; i < 2400; i++) {
        int64_t k = i < 1200 ? i : i + 200;
        double t = (double)(time_ns[i] - CWA_BUILD_START * NS_PER_S) / 1e9;
        assert_close(t, (double)k / b.true_rate_hz, 2e-4);
        for (int a = 0; a < 3; a++) {
            assert_close((double)v[a][i], cwa_build_value(CWA_6_AXES, k, a) / 2048.0, 0);
            assert_close((double)v[3 + a][i], cwa_build_gyro(k, a) * gyro_unit, 1e-4);
        }
    }
    size_t n = 0;
    assert_int_equal(h5_count(file, "/readings", "temperature_c", &n, &why), YK_OK);
    assert_in_range(n, 55, 65);
    struct text zone;
    text_init(&zone);
    assert_int_equal(h5_get_text(file, "/samples", "zone", &zone, &why), YK_OK);
    assert_string_equal(text_string(&zone), "UTC");
    text_release(&zone);
    assert_int_equal(h5_close(file, &why), YK_OK);
    cwa_build_release(&b);
    check_remove(folder);
}

static void a_table_holds_the_wanted_stretch_only(void **state)
{
    (void)state;
    struct cwa_build b;
    prepare(&b, "out.csv", "in.cwa");
    /* The recorder's clock began at 23:10:50 in Tokyo. */
    struct convert_options options = {
        .zone_name = "Asia/Tokyo", .from = "2024-06-16T23:10:52", .to = "2024-06-16T23:10:53"};
    struct convert_result result;
    struct failure why = {0};
    assert_int_equal(convert_recording(in_path, out_path, &options, &result, NULL, &why),
                     YK_OK);
    assert_int_equal(result.n_samples, 99);
    size_t size = 0;
    char *text = check_read_file(out_path, &size);
    char *line = strtok(text, "\n");
    assert_string_equal(line, "time,x,y,z,gx,gy,gz,temperature_c,light");
    /* Stored times are cut to 1/32768 s: sample 198 (2 s at 99 Hz) lies just before its time.
     */
    int64_t k = 199;
    while ((line = strtok(NULL, "\n")) != NULL) {
        char expected[200], ms[4] = "";
        assert_memory_equal(line, "2024-06-16T23:10:52.", 20);
        memcpy(ms, line + 20, 3);
        assert_close(atof(ms), (double)k / b.true_rate_hz * 1000 - 2000, 1.03);
        snprintf(expected, sizeof expected, "+09:00,%.6f,",
                 cwa_build_value(CWA_6_AXES, k, 0) / 2048.0);
        assert_memory_equal(line + 23, expected, strlen(expected));
        assert_non_null(strstr(line, ",26.17,300"));
        k++;
    }
    assert_int_equal(k, 199 + 99);
    free(text);
    cwa_build_release(&b);
    check_remove(folder);
}

static void nothing_is_replaced_or_left_behind_unasked(void **state)
{
    (void)state;
    struct cwa_build b;
    prepare(&b, "out.csv", "in.cwa");
    struct convert_options options = {.zone_name = "UTC"};
    struct convert_result result;
    struct failure why = {0};
    assert_int_equal(convert_recording(in_path, out_path, &options, &result, NULL, &why),
                     YK_OK);
    assert_int_equal(convert_recording(in_path, out_path, &options, &result, NULL, &why),
                     YK_ERR_CONFLICT);
    options.replaces = true;
    assert_int_equal(convert_recording(in_path, out_path, &options, &result, NULL, &why),
                     YK_OK);
    options.from = "yesterday";
    assert_int_equal(convert_recording(in_path, out_path, &options, &result, NULL, &why),
                     YK_ERR_ARGUMENT);
    assert_non_null(strstr(why.text, "yesterday"));
    options.from = NULL;
    assert_int_equal(convert_recording(in_path, "x.xlsx", &options, &result, NULL, &why),
                     YK_ERR_ARGUMENT);
    assert_int_equal(
        convert_recording(in_path, "/nowhere/x.csv", &options, &result, NULL, &why),
        YK_ERR_NO_DEVICE);
    atomic_bool cancel = true;
    struct job job = {.cancel = &cancel};
    assert_int_equal(unlink(out_path), 0);
    for (int h5 = 0; h5 < 2; h5++) {
        if (h5) {
            snprintf(out_path, sizeof out_path, "%s/out.h5", folder);
        }
        assert_int_equal(convert_recording(in_path, out_path, &options, &result, &job, &why),
                         YK_ERR_CANCELLED);
        assert_false(has_part());
        assert_int_not_equal(access(out_path, F_OK), 0);
    }
    cwa_build_release(&b);
    check_remove(folder);
}

static void refused_memory_leaves_no_file(void **state)
{
    (void)state;
    struct cwa_build b;
    const char *const names[] = {"out.csv", "out.h5"};
    for (int f = 0; f < 2; f++) {
        prepare(&b, names[f], "in.cwa");
        struct convert_options options = {.zone_name = "UTC"};
        struct convert_result result;
        for (uint64_t k = 1;; k++) {
            struct failure why = {0};
            alloc_fail_at(k);
            enum yk_status status =
                convert_recording(in_path, out_path, &options, &result, NULL, &why);
            bool refused = alloc_refused();
            alloc_fail_at(0);
            assert_false(has_part());
            if (status == YK_OK) { /* the list of events may be the one that was refused */
                assert_int_equal(unlink(out_path), 0);
            } else {
                /* HDF5 itself says only that it failed. */
                if (status != YK_ERR_MEMORY && (f == 0 || status != YK_ERR_IO)) {
                    fail_msg("allocation %d: %s", (int)k, why.text);
                }
                assert_int_not_equal(access(out_path, F_OK), 0);
            }
            if (!refused) {
                break;
            }
            assert_true(k < 500);
        }
        cwa_build_release(&b);
        check_remove(folder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hdf5_holds_every_sample_with_its_time),
        cmocka_unit_test(a_table_holds_the_wanted_stretch_only),
        cmocka_unit_test(nothing_is_replaced_or_left_behind_unasked),
        cmocka_unit_test(refused_memory_leaves_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
