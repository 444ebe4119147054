/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a pretend recorder records is read by the ordinary reader of CWA files.
 */
#include "tests/support/check.h"

#include <math.h>

#include "drivers/pretend/worn.h"
#include "firmware-formats/format.h"
#include "tests/support/cwa_build.h"

#define FROM_S (INT64_C(1778457600) + 22 * 3600) /* 2026-05-11 22:00 */

static struct worn_life life_of(uint8_t hardware, uint8_t sensor_config, double rate_hz, int g)
{
    struct worn_life life = {.from_s = FROM_S, .to_s = FROM_S + 7200, .bytes_max = 500000000};
    cwa_header_init(&life.header);
    life.header.hardware = hardware;
    life.header.sensor_config = sensor_config;
    life.header.rate_code = cwa_rate_code(rate_hz, g);
    life.header.session_id = 12;
    cwa_header_put(life.at, &life.header);
    return life;
}

static void read_all(const struct worn_life *life, const char *axes)
{
    struct byte_source *bytes = NULL;
    struct recording_source *source = NULL;
    struct failure why = {.text = ""};
    struct sample_block block;
    const struct open_options options = {.zone = cwa_build_zone(), .with_gyro = true};
    double rate = cwa_rate_hz(life->header.rate_code);
    assert_int_equal(worn_open(life, &bytes, &why), YK_OK);
    assert_non_null(bytes);
    if (recording_open_source(bytes, &options, &source, &why) != YK_OK)
        fail_msg("%s", why.text);
    assert_string_equal(source->info.sensor_axes, axes);
    assert_close(source->info.rate_hz, rate, 1e-9);
    assert_int_equal(sample_block_init(&block, true, &why), YK_OK);
    double sum = 0;
    int64_t n = 0;
    while (source->ops->next_samples(source, &block, &why) == YK_OK) {
        for (size_t i = 0; i < block.n; i++, n++) {
            const float *x = block.acc_g[0], *y = block.acc_g[1], *z = block.acc_g[2];
            sum += sqrt((double)(x[i] * x[i] + y[i] * y[i] + z[i] * z[i]));
        }
    }
    const struct read_report *report = &source->report;
    assert_int_equal(report->bad_blocks, 0);
    assert_int_equal(report->gaps, 0);
    assert_int_equal(report->clock_jumps, 0);
    assert_close(sum / (double)n, 1, 0.01);
    assert_close((double)n, 7200 * rate * 0.992, 200);
    assert_close(report->observed_rate_hz, rate * 0.992, rate * 1e-3);
    assert_close((double)(source->info.start_ns - FROM_S * NS_PER_S) / 1e9, 0, 0.1);
    sample_block_release(&block);
    recording_source_close(source);
}

static void its_sectors_are_those_of_each_model_and_setting(void **state)
{
    (void)state;
    struct worn_life life = life_of(CWA_HARDWARE_AX3, 0, 100, 8);
    read_all(&life, "3");
    life = life_of(CWA_HARDWARE_AX3, 0, 12.5, 16);
    read_all(&life, "3");
    life = life_of(CWA_HARDWARE_AX6, 0, 50, 2);
    read_all(&life, "3");
    life = life_of(CWA_HARDWARE_AX6, 4, 100, 8); /* 500 degrees a second */
    read_all(&life, "6");
}

static void nothing_is_recorded_without_time_and_no_more_than_there_is_room_for(void **state)
{
    (void)state;
    struct byte_source *bytes = NULL;
    struct failure why;
    struct worn_life life = life_of(CWA_HARDWARE_AX3, 0, 100, 8);
    life.to_s = life.from_s;
    assert_int_equal(worn_open(&life, &bytes, &why), YK_OK);
    assert_null(bytes);
    life.to_s = life.from_s - 100;
    assert_int_equal(worn_open(&life, &bytes, &why), YK_OK);
    assert_null(bytes);
    life.to_s = life.from_s + 90 * INT64_C(86400);
    life.bytes_max = 1024 + 512 * 7 + 100;
    assert_int_equal(worn_open(&life, &bytes, &why), YK_OK);
    assert_int_equal(bytes->size, 1024 + 512 * 7);
    byte_source_close(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_sectors_are_those_of_each_model_and_setting),
        cmocka_unit_test(nothing_is_recorded_without_time_and_no_more_than_there_is_room_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
