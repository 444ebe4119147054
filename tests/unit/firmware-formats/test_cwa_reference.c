/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Further values of data/cwa/README.md: the gyroscope of the two AX6 recordings after their
 * exchanged samples are put right, and which sectors of the corrupt recording are bad.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdlib.h>

#include "firmware-formats/format.h"

static struct recording_source *open_recording(const char *path, struct zone **zone)
{
    struct recording_source *source = NULL;
    assert_int_equal(zone_open("UTC", zone, NULL), YK_OK);
    struct open_options options = {.zone = *zone, .with_gyro = true};
    assert_int_equal(recording_open(path, &options, &source, NULL), YK_OK);
    return source;
}

struct gyro {
    const char *file;
    double second[3], sum[3]; /* sample 1; all samples but the first, in deg/s */
};

static const struct gyro GYRO[] = {
    {"data/cwa/ax6_testfile.cwa",
     {0.114441, 1.113892, 0.137329},
     {-78793.395996, 46322.875977, -15189.918518}},
    {"data/cwa/ax6_sample.cwa",
     {-64.819336, -2.990723, -9.643555},
     {23514.160156, -28014.160156, -12232.421875}},
};

static void compare_gyro(const struct gyro *expected, const char *path)
{
    struct zone *zone = NULL;
    struct sample_block block;
    struct recording_source *source = open_recording(path, &zone);
    double sum[3] = {0, 0, 0}, second[3] = {NAN, NAN, NAN};
    int64_t n = 0;
    assert_int_equal(sample_block_init(&block, true, NULL), YK_OK);
    while (source->ops->next_samples(source, &block, NULL) == YK_OK) {
        for (uint32_t i = 0; i < block.n; i++, n++) {
            for (int a = 0; a < 3; a++) {
                double v = (double)block.gyro_dps[a][i];
                assert_true(isnan(v) == (n == 0)); /* only the first one is not recorded */
                sum[a] += n > 0 ? v : 0;
                second[a] = n == 1 ? v : second[a];
            }
        }
    }
    for (int a = 0; a < 3; a++) {
        assert_close(second[a], expected->second[a], 1e-6);
        assert_close(sum[a], expected->sum[a], 1e-2); /* floats of up to 2000, 11 000 of them */
    }
    sample_block_release(&block);
    recording_source_close(source);
    zone_close(zone);
}

static void the_gyroscope_is_right_after_the_exchange_is_undone(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof GYRO / sizeof *GYRO; i++) {
        SHARED_OR_SKIP(path, GYRO[i].file);
        compare_gyro(&GYRO[i], path);
    }
}

static void the_six_bad_sectors_are_named_by_number(void **state)
{
    (void)state;
    static const int64_t BAD[] = {0, 13, 14, 142, 143, 144};
    SHARED_OR_SKIP(path, "data/cwa/ax3_testfile_corrupt_blocks_0_13_14_142_143_144.cwa");
    struct zone *zone = NULL;
    struct sample_block block;
    struct recording_source *source = open_recording(path, &zone);
    assert_int_equal(sample_block_init(&block, true, NULL), YK_OK);
    while (source->ops->next_samples(source, &block, NULL) == YK_OK) {
    }
    size_t found = 0;
    for (size_t i = 0; i < source->report.n_events; i++) {
        if (source->report.events[i].kind == READ_EVENT_BAD_BLOCK) {
            assert_true(found < 6);
            assert_int_equal(source->report.events[i].at, BAD[found++]);
        }
    }
    assert_int_equal(found, 6);
    assert_int_equal(source->report.skipped_bytes, 6 * 512);
    sample_block_release(&block);
    recording_source_close(source);
    zone_close(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_gyroscope_is_right_after_the_exchange_is_undone),
        cmocka_unit_test(the_six_bad_sectors_are_named_by_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
