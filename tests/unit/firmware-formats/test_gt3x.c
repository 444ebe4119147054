/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * .gt3x files made here: gaps, readings, times, starting in the middle.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-formats/gt3x_decode.h"
#include "firmware-formats/gt3x_stream.h"
#include "src/base/bytes.h"
#include "tests/support/alloc.h"
#include "tests/support/cwa_open.h"
#include "tests/support/gt3x_build.h"

#define RATE 30
#define T0 (GT3X_BUILD_START * NS_PER_S)

/* ---- what is well ---- */

static void seconds_become_blocks_with_the_files_own_zone(void **state)
{
    (void)state;
    for (int deflated = 0; deflated < 2; deflated++) {
        struct gt3x_build b;
        struct zip_build zip;
        double sum[3] = {0, 0, 0};
        gt3x_build_init(&b, RATE);
        gt3x_build_seconds(&b, 100);
        gt3x_build_zip(&b, NULL, deflated != 0, &zip);
        for (int64_t k = 0; k < 100 * RATE; k++) {
            for (int a = 0; a < 3; a++) {
                sum[a] += gt3x_build_value(k, a);
            }
        }
        struct recording_source *source = gt3x_build_open_zip(&zip, true, false);
        assert_string_equal(source->info.format, "gt3x");
        assert_string_equal(source->info.zone, "+09:00");
        assert_string_equal(source->info.device_model, "GT9X Link");
        assert_string_equal(source->info.person_id, "P001");
        assert_string_equal(source->info.body_site, "left wrist");
        assert_close(source->info.rate_hz, RATE, 0);
        assert_close(source->info.steps_per_g, 256, 0);
        struct gt3x_read seen = gt3x_build_read(source);
        assert_int_equal(seen.n, 100 * RATE);
        assert_int_equal(seen.first_ns, T0 - 9 * NS_PER_H);
        assert_int_equal(source->info.end_ns, T0 - 9 * NS_PER_H + 100 * NS_PER_S);
        for (int a = 0; a < 3; a++) {
            assert_close(seen.sum[a], sum[a], 0);
            assert_close(source->report.sum_g[a] * 256, sum[a], 1e-6);
        }
        assert_int_equal(source->report.n_events, 0);
        recording_source_close(source);
        /* A zone that was named wins: 22:14 in Oslo. */
        source = gt3x_build_open_zip(&zip, false, false);
        assert_string_equal(source->info.zone, "Europe/Oslo");
        assert_int_equal(source->info.start_ns, T0 - NS_PER_H);
        gt3x_build_close(source, &zip, &b);
    }
}

static void a_clock_on_utc_is_left_alone(void **state)
{
    (void)state;
    static const char log[] =
        "{\"MetadataType\":\"LocalTimeLog\",\"UtcOffset\":\"-05:00:00\",\"UsedUtc\":true}";
    struct gt3x_build b;
    struct zip_build zip;
    gt3x_build_init(&b, RATE);
    gt3x_build_record(&b, GT3X_METADATA, log, sizeof log - 1);
    gt3x_build_seconds(&b, 3);
    struct recording_source *source = gt3x_build_open(&b, NULL, &zip);
    assert_int_equal(source->info.start_ns, T0);
    assert_string_equal(source->info.zone, "-05:00"); /* the log's, not info.txt's */
    gt3x_build_close(source, &zip, &b);
}

static void gaps_say_why(void **state)
{
    (void)state;
    static const struct {
        const uint8_t event; /* 0: none; 1: docked */
        const char *cause;
        bool is_held, has_zeros;
    } c[] = {{GT3X_EVENT_SLEEP, "idle sleep: nothing moved", true, false},
             {GT3X_EVENT_WAKE, "idle sleep: nothing moved", true, false},
             {1, "docked", true, true},
             {0, "records are missing", false, false}};
    for (size_t i = 0; i < 4; i++) {
        struct gt3x_build b;
        struct zip_build zip;
        struct sample_block block;
        gt3x_build_init(&b, RATE);
        gt3x_build_seconds(&b, 5);
        b.second += 2;
        if (c[i].event == 1) {
            gt3x_build_record(&b, GT3X_ACTIVITY2, "", 1);
        } else if (c[i].event != 0) {
            gt3x_build_record(&b, GT3X_EVENT, &c[i].event, 1);
        }
        b.second += 8;
        gt3x_build_seconds(&b, 5);
        struct recording_source *source = gt3x_build_open(&b, NULL, &zip);
        assert_int_equal(sample_block_init(&block, false, NULL), YK_OK);
        for (int k = 0; k < 6; k++) {
            assert_int_equal(source->ops->next_samples(source, &block, NULL), YK_OK);
            assert_int_equal((block.flags & BLOCK_AFTER_GAP) != 0, k == 5);
        }
        assert_int_equal((block.flags & BLOCK_HELD) != 0, c[i].is_held);
        assert_int_equal(block.zeros_from_ns != TIME_UNKNOWN, c[i].has_zeros);
        if (c[i].has_zeros) {
            assert_int_equal(block.zeros_from_ns, T0 - 9 * NS_PER_H + 7 * NS_PER_S);
        }
        assert_int_equal(source->report.gaps, 1);
        assert_close(source->report.gap_s, 10, 0);
        assert_string_equal(source->report.events[0].detail, c[i].cause);
        sample_block_release(&block);
        gt3x_build_close(source, &zip, &b);
    }
}

static void readings_are_held_until_the_next_one(void **state)
{
    (void)state;
    struct gt3x_build b;
    struct zip_build zip;
    struct sample_block block;
    gt3x_build_init(&b, RATE);
    gt3x_build_seconds(&b, 1);
    gt3x_build_record(&b, GT3X_LUX, "\x10\x01", 2);
    gt3x_build_record(&b, GT3X_BATTERY, "\x10\x10", 2);
    gt3x_build_record(&b, GT3X_HEART_RATE, "\x40", 1);
    gt3x_build_seconds(&b, 3);
    struct recording_source *source = gt3x_build_open(&b, NULL, &zip);
    assert_int_equal(sample_block_init(&block, false, NULL), YK_OK);
    for (int k = 0; k < 4; k++) {
        assert_int_equal(source->ops->next_samples(source, &block, NULL), YK_OK);
        assert_close(block.light, k == 0 ? (double)NAN : 272, 0);
        assert_close(block.battery_v, k == 0 ? (double)NAN : 4.112, 1e-6);
    }
    assert_int_equal(source->ops->next_samples(source, &block, NULL), YK_END);
    assert_true(events_of(source, EVENTS_OF_ANY_KIND, "1 heart rates: not used"));
    sample_block_release(&block);
    gt3x_build_close(source, &zip, &b);
}

static void an_insight_watch_tells_its_temperature_by_two_points(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        double c;
    } cases[] = {
        /* the accelerometer chip at -100: (-100 + 300) / 600 of 20 degrees above 20 */
        {"{\"tempLow\":20,\"tempHigh\":40,\"adxlTempLow\":-300,\"adxlTempHigh\":300,"
         "\"mcuTempLow\":0,\"mcuTempHigh\":100}",
         20 + 200 / 600.0 * 20},
        /* the processor at 40000, which has no sign */
        {"{\"tempLow\":20,\"tempHigh\":40,\"mcuTempLow\":30000,\"mcuTempHigh\":50000}", 30},
        {"{\"tempLow\":20,\"tempHigh\":40,\"mcuTempLow\":5,\"mcuTempHigh\":5}", (double)NAN},
        {"{\"tempLow\":20,\"mcuTempLow\":5,\"mcuTempHigh\":6}", (double)NAN},
    };
    static const uint8_t both[6] = {0, 0x40, 0x9C, 1, 0x9C, 0xFF}; /* 40000 and -100 */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gt3x_build b;
        struct zip_build zip;
        gt3x_build_init(&b, RATE);
        gt3x_build_record(&b, GT3X_TEMPERATURE, both, sizeof both);
        gt3x_build_seconds(&b, 2);
        zip_build_init(&zip);
        zip_build_add(&zip, "log.bin", b.log, b.n, false);
        zip_build_add(&zip, "calibration.json", cases[i].json, strlen(cases[i].json), false);
        zip_build_end(&zip);
        struct recording_source *source = gt3x_build_open_zip(&zip, true, false);
        gt3x_build_read(source);
        assert_close(source->report.temperature_c.first, cases[i].c, 1e-9);
        gt3x_build_close(source, &zip, &b);
    }
}

static void sound_records_that_nothing_uses_are_counted_by_name(void **state)
{
    (void)state;
    static const struct {
        uint8_t type;
        const char *said; /* NULL: used */
    } types[] = {{2, NULL},
                 {3, NULL},
                 {4, "1 heart rates: not used"},
                 {5, NULL},
                 {6, NULL},
                 {7, "1 proximity tags: not used"},
                 {9, "1 epochs counted by the device: not used"},
                 {11, "1 heart rates by ANT+: not used"},
                 {12, "1 epochs counted by the device (2): not used"},
                 {13, "1 wear sensor readings: not used"},
                 {14, "1 heart rates by Bluetooth: not used"},
                 {15, "1 epochs counted by the device (3): not used"},
                 {16, "1 epochs counted by the device (4): not used"},
                 {19, "1 errors of the sample buffer: not used"},
                 {20, "1 dumps of the sample buffer: not used"},
                 {21, NULL},
                 {24, NULL},
                 {25, NULL},
                 {28, "1 button records: not used"},
                 {29, "1 button records (2): not used"},
                 {30, NULL},
                 {31, "1 records of unknown type 31: not used"}};
    static const uint8_t payload[24] = {1};
    struct gt3x_build b;
    struct zip_build zip;
    struct sample_block block;
    gt3x_build_init(&b, RATE);
    gt3x_build_seconds(&b, 1);
    size_t n_said = 0;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        gt3x_build_record(&b, types[i].type, payload, types[i].type == 6 ? 1 : 24);
        n_said += types[i].said != NULL;
    }
    gt3x_build_seconds(&b, 3);
    struct recording_source *source = gt3x_build_open(&b, NULL, &zip);
    assert_int_equal(sample_block_init(&block, false, NULL), YK_OK);
    while (source->ops->next_samples(source, &block, NULL) == YK_OK) {
    }
    assert_int_equal(events_of(source, EVENTS_OF_ANY_KIND, ": not used"), n_said);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        assert_true(types[i].said == NULL ||
                    events_of(source, EVENTS_OF_ANY_KIND, types[i].said));
    }
    assert_int_equal(source->report.bad_blocks + source->report.skipped_bytes, 0);
    sample_block_release(&block);
    gt3x_build_close(source, &zip, &b);
}

static void the_gyroscope_of_the_imu_lies_beside_the_samples(void **state)
{
    (void)state;
    struct zone *utc = open_zone("UTC");
    SHARED_OR_SKIP(path, "data/gt3x/link_90hz_imu_3min.gt3x");
    struct recording_source *source = open_file(path, utc, true);
    struct sample_block block;
    assert_int_equal(sample_block_init(&block, true, NULL), YK_OK);
    assert_int_equal(source->ops->next_samples(source, &block, NULL), YK_OK);
    assert_close(source->info.gyro_range_dps, 2000, 0);
    assert_string_equal(source->info.sensor_axes, "6");
    /* the first IMU sample: -13, 4, 3 of 16.384 a degree per second */
    assert_close(block.gyro_dps[0][0], -13 / 16.384, 1e-5);
    assert_close(block.gyro_dps[1][0], 4 / 16.384, 1e-5);
    assert_close(block.gyro_dps[2][0], 3 / 16.384, 1e-5);
    size_t known = 0, all = 0;
    do {
        known += isnan(block.gyro_dps[0][block.n - 1]) ? 0u : 1u;
        all++;
    } while (source->ops->next_samples(source, &block, NULL) == YK_OK);
    assert_int_equal(all, 180);
    assert_int_equal(known, 179); /* as many IMU records as there are */
    /* 11248 of 333.87 a degree above 21, in the first second */
    assert_close(source->report.temperature_c.first, 21 + 11248 / 333.87, 0.1);
    sample_block_release(&block);
    recording_source_close(source);
    zone_close(utc);
}

/* ---- starting in the middle ---- */

static void reading_from_the_middle_gives_the_same_blocks(void **state)
{
    (void)state;
    struct gt3x_build b;
    struct zip_build zip;
    struct sample_block one, other;
    static const uint8_t asleep = GT3X_EVENT_SLEEP;
    gt3x_build_init(&b, RATE);
    for (int i = 0; i < 200; i++) { /* over an hour: several places */
        gt3x_build_seconds(&b, 20 + i % 7);
        gt3x_build_record(&b, GT3X_LUX, &i, 2);
        if (i % 3 == 0) {
            gt3x_build_record(&b, GT3X_EVENT, &asleep, 1);
            b.second += 40;
        } else if (i % 5 == 0) {
            gt3x_build_record(&b, GT3X_ACTIVITY2, "", 1);
            b.second += 7;
        } else if (i % 11 == 0) {
            gt3x_build_bytes(&b, "damage", 6);
        }
    }
    struct recording_source *source = gt3x_build_open(&b, NULL, &zip), *cursor;
    assert_int_equal(source->ops->open_at(source, 0, &cursor, NULL), YK_ERR_ARGUMENT);
    gt3x_build_read(source);
    assert_int_equal(source->ops->rewind(source, NULL), YK_OK);
    assert_int_equal(sample_block_init(&one, false, NULL), YK_OK);
    assert_int_equal(sample_block_init(&other, false, NULL), YK_OK);
    for (int i = 0; source->ops->next_samples(source, &one, NULL) == YK_OK; i++) {
        for (int into = 0; into < 2 && i % 37 == 0; into++) {
            assert_int_equal(
                source->ops->open_at(source, one.t0_ns + into * NS_PER_S / 2, &cursor, NULL),
                YK_OK);
            assert_int_equal(cursor->ops->next_samples(cursor, &other, NULL), YK_OK);
            assert_int_equal(one.t0_ns, other.t0_ns);
            assert_int_equal(one.n, other.n);
            assert_int_equal(one.flags, other.flags);
            assert_int_equal(one.zeros_from_ns, other.zeros_from_ns);
            assert_close(one.light, other.light, 0);
            assert_memory_equal(one.acc_g[1], other.acc_g[1], one.n * sizeof(float));
            recording_source_close(cursor);
        }
    }
    assert_int_equal(source->ops->open_at(source, INT64_MAX, &cursor, NULL), YK_OK);
    assert_int_equal(cursor->ops->next_samples(cursor, &other, NULL), YK_END);
    recording_source_close(cursor);
    sample_block_release(&one);
    sample_block_release(&other);
    gt3x_build_close(source, &zip, &b);
}

/* ---- pure functions, memory ---- */

static void real_numbers_are_those_of_the_makers_document(void **state)
{
    (void)state;
    assert_close(gt3x_real(0x09400000), 256, 0);
    assert_close(gt3x_real(0x05418937), 16.384, 1e-5);
    assert_close(gt3x_real(0), 0, 0);
    assert_close(gt3x_real(0x00C00000), -0.5, 0);
    assert_true(isnan(gt3x_real(0x007FFFFF)) && isnan(gt3x_real(0x00800000)));
    static const size_t bytes[] = {135, 144, 180, 225, 315, 405, 450},
                        samples[] = {30, 32, 40, 50, 70, 90, 100};
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(gt3x_count12(bytes[i]), samples[i]);
    }
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    struct gt3x_build b;
    struct zip_build zip;
    gt3x_build_init(&b, RATE);
    gt3x_build_seconds(&b, 3);
    b.second += 5;
    gt3x_build_seconds(&b, 3);
    gt3x_build_zip(&b, NULL, true, &zip);
    for (uint64_t k = 1;; k++) {
        struct byte_source *bytes = NULL;
        struct recording_source *source = NULL, *cursor = NULL;
        struct sample_block block;
        struct open_options opt = {.zone = gt3x_build_zone()};
        assert_int_equal(sample_block_init(&block, false, NULL), YK_OK);
        assert_int_equal(memory_source_open(zip.at, zip.n, "x.gt3x", &bytes, NULL), YK_OK);
        alloc_fail_at(k);
        enum yk_status status = format_find("gt3x")->open(bytes, &opt, &source, NULL);
        bool is_open = status == YK_OK;
        while (status == YK_OK) {
            status = source->ops->next_samples(source, &block, NULL);
        }
        if (status == YK_END) {
            status = source->ops->open_at(source, 0, &cursor, NULL);
            recording_source_close(status == YK_OK ? cursor : NULL);
        }
        bool refused = alloc_refused();
        alloc_fail_at(0);
        if (is_open) {
            recording_source_close(source);
        } else {
            byte_source_close(bytes);
        }
        sample_block_release(&block);
        if (!refused) {
            assert_int_equal(status, YK_OK);
            assert_true(k > 8);
            break;
        }
        assert_true(status == YK_ERR_MEMORY || status == YK_OK); /* an event may be dropped */
    }
    zip_build_release(&zip);
    gt3x_build_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seconds_become_blocks_with_the_files_own_zone),
        cmocka_unit_test(a_clock_on_utc_is_left_alone),
        cmocka_unit_test(gaps_say_why),
        cmocka_unit_test(readings_are_held_until_the_next_one),
        cmocka_unit_test(an_insight_watch_tells_its_temperature_by_two_points),
        cmocka_unit_test(sound_records_that_nothing_uses_are_counted_by_name),
        cmocka_unit_test(the_gyroscope_of_the_imu_lies_beside_the_samples),
        cmocka_unit_test(reading_from_the_middle_gives_the_same_blocks),
        cmocka_unit_test(real_numbers_are_those_of_the_makers_document),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
