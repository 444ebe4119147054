/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * .gt3x files made here: gaps, damage, readings, times, starting in the middle.
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

static struct zone *oslo;

static struct recording_source *open_zip(const struct zip_build *zip, bool file_zone_wins,
                                         bool with_gyro)
{
    struct open_options opt = {
        .zone = oslo, .file_zone_wins = file_zone_wins, .with_gyro = with_gyro};
    return open_memory(zip->at, zip->n, "x.gt3x", &opt);
}

/* The archive is kept in *zip until it is released. */
static struct recording_source *open_build(const struct gt3x_build *b, const char *info,
                                           struct zip_build *zip)
{
    gt3x_build_zip(b, info, false, zip);
    return open_zip(zip, true, false);
}

struct seen {
    int64_t n, blocks, first_ns, end_ns;
    uint32_t flags;
    double sum[3];
};

static struct seen read_all(struct recording_source *source)
{
    struct seen seen = {.first_ns = TIME_UNKNOWN};
    struct sample_block block;
    assert_int_equal(sample_block_init(&block, false, NULL), YK_OK);
    while (source->ops->next_samples(source, &block, NULL) == YK_OK) {
        seen.first_ns = seen.n == 0 ? block.t0_ns : seen.first_ns;
        seen.end_ns =
            block.t0_ns + (int64_t)(block.n * block.period_s * (double)NS_PER_S + 0.5);
        seen.n += block.n;
        seen.blocks++;
        seen.flags |= block.flags;
        for (int a = 0; a < 3; a++) {
            for (uint32_t i = 0; i < block.n; i++) {
                seen.sum[a] += (double)block.acc_g[a][i] * 256;
            }
        }
    }
    sample_block_release(&block);
    assert_int_equal(seen.n, source->report.n_samples);
    return seen;
}

static void close_both(struct recording_source *source, struct zip_build *zip,
                       struct gt3x_build *b)
{
    recording_source_close(source);
    zip_build_release(zip);
    gt3x_build_release(b);
}

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
        struct recording_source *source = open_zip(&zip, true, false);
        assert_string_equal(source->info.format, "gt3x");
        assert_string_equal(source->info.zone, "+09:00");
        assert_string_equal(source->info.device_model, "GT9X Link");
        assert_string_equal(source->info.person_id, "P001");
        assert_string_equal(source->info.body_site, "left wrist");
        assert_close(source->info.rate_hz, RATE, 0);
        assert_close(source->info.steps_per_g, 256, 0);
        struct seen seen = read_all(source);
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
        source = open_zip(&zip, false, false);
        assert_string_equal(source->info.zone, "Europe/Oslo");
        assert_int_equal(source->info.start_ns, T0 - NS_PER_H);
        close_both(source, &zip, &b);
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
    struct recording_source *source = open_build(&b, NULL, &zip);
    assert_int_equal(source->info.start_ns, T0);
    assert_string_equal(source->info.zone, "-05:00"); /* the log's, not info.txt's */
    close_both(source, &zip, &b);
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
        struct recording_source *source = open_build(&b, NULL, &zip);
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
        close_both(source, &zip, &b);
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
    struct recording_source *source = open_build(&b, NULL, &zip);
    assert_int_equal(sample_block_init(&block, false, NULL), YK_OK);
    for (int k = 0; k < 4; k++) {
        assert_int_equal(source->ops->next_samples(source, &block, NULL), YK_OK);
        assert_close(block.light, k == 0 ? (double)NAN : 272, 0);
        assert_close(block.battery_v, k == 0 ? (double)NAN : 4.112, 1e-6);
    }
    assert_int_equal(source->ops->next_samples(source, &block, NULL), YK_END);
    assert_true(events_of(source, EVENTS_OF_ANY_KIND, "1 heart rates: not used"));
    sample_block_release(&block);
    close_both(source, &zip, &b);
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
    struct recording_source *source = open_build(&b, NULL, &zip);
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
    close_both(source, &zip, &b);
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

/* ---- damage ---- */

static void a_wrong_checksum_costs_one_second_and_is_said(void **state)
{
    (void)state;
    const size_t record = 9 + 6 * RATE;
    for (size_t at = 0; at < record; at++) { /* every byte of a record */
        struct gt3x_build b;
        struct zip_build zip;
        gt3x_build_init(&b, RATE);
        gt3x_build_seconds(&b, 10);
        b.log[4 * record + at] ^= 0x21;
        struct recording_source *source = open_build(&b, NULL, &zip);
        struct seen seen = read_all(source);
        assert_int_equal(seen.n, 9 * RATE);
        assert_int_equal(source->report.bad_blocks, 1);
        assert_int_equal(source->report.gaps, 1);
        assert_int_equal(source->report.skipped_bytes, record);
        assert_true(events_of(source, EVENTS_OF_ANY_KIND, "lost to damage"));
        assert_int_equal(seen.flags & BLOCK_HELD, 0);
        close_both(source, &zip, &b);
    }
}

static void lost_bytes_zeros_and_padding_are_told_apart(void **state)
{
    (void)state;
    static const uint8_t zeros[4096];
    struct gt3x_build b;
    struct zip_build zip;
    gt3x_build_init(&b, RATE);
    gt3x_build_seconds(&b, 3);
    gt3x_build_bytes(&b, zeros, 5); /* seen in real files */
    gt3x_build_seconds(&b, 3);
    gt3x_build_bytes(&b, zeros, 4096); /* padding at the end */
    struct recording_source *source = open_build(&b, NULL, &zip);
    assert_int_equal(read_all(source).n, 6 * RATE);
    assert_int_equal(source->report.bad_blocks, 0);
    assert_int_equal(source->report.gaps, 0);
    assert_int_equal(source->report.skipped_bytes, 4101);
    assert_int_equal(source->report.trailing_bytes, 0);
    close_both(source, &zip, &b);

    gt3x_build_init(&b, RATE);
    gt3x_build_seconds(&b, 3);
    gt3x_build_bytes(&b, zeros, 600); /* a block of the memory was lost */
    b.second += 3;
    gt3x_build_seconds(&b, 3);
    gt3x_build_bytes(&b, "\x1E\x1A\x01\x02", 4); /* torn off */
    source = open_build(&b, NULL, &zip);
    assert_int_equal(read_all(source).n, 6 * RATE);
    assert_int_equal(source->report.bad_blocks, 1);
    assert_int_equal(source->report.gaps, 1);
    assert_int_equal(source->report.trailing_bytes, 4);
    close_both(source, &zip, &b);
}

static void clocks_that_repeat_or_go_back_are_noticed(void **state)
{
    (void)state;
    struct gt3x_build b;
    struct zip_build zip;
    gt3x_build_init(&b, RATE);
    gt3x_build_seconds(&b, 5);
    b.second--; /* the same second again */
    gt3x_build_seconds(&b, 5);
    b.second -= 3600; /* set back */
    gt3x_build_seconds(&b, 5);
    struct recording_source *source = open_build(&b, NULL, &zip);
    struct seen seen = read_all(source);
    assert_int_equal(seen.n, 14 * RATE);
    assert_int_equal(source->report.bad_blocks, 1);
    assert_true(events_of(source, EVENTS_OF_ANY_KIND, "the same second again"));
    assert_int_equal(source->report.clock_jumps, 1);
    assert_true(source->info.clock_is_in_doubt);
    assert_true((seen.flags & BLOCK_CLOCK_JUMP) != 0);
    close_both(source, &zip, &b);
}

static void records_decide_about_the_rate(void **state)
{
    (void)state;
    struct gt3x_build b;
    struct zip_build zip;
    const char *info = "Serial Number: MOS2A\r\nSample Rate: 100\r\nStart Date: "
                       "638355968400000000\r\n";
    gt3x_build_init(&b, RATE);
    gt3x_build_seconds(&b, 5);
    struct recording_source *source = open_build(&b, info, &zip);
    assert_close(source->info.rate_hz, RATE, 0);
    struct seen seen = read_all(source);
    assert_int_equal(seen.end_ns - seen.first_ns, 5 * NS_PER_S);
    assert_true(events_of(source, EVENTS_OF_ANY_KIND, "30 Hz by the records, not 100 Hz"));
    close_both(source, &zip, &b);

    /* A record cut short, and one with more than the others. */
    static const int16_t more[3 * 40] = {1};
    gt3x_build_init(&b, RATE);
    gt3x_build_seconds(&b, 2);
    gt3x_build_samples(&b, more, 10);
    gt3x_build_samples(&b, more, 40);
    gt3x_build_seconds(&b, 2);
    source = open_build(&b, NULL, &zip);
    seen = read_all(source);
    assert_int_equal(seen.n, 4 * RATE + 50);
    assert_int_equal(seen.end_ns - seen.first_ns, 6 * NS_PER_S);
    assert_int_equal(source->report.gaps, 1);
    assert_close(source->report.gap_s, 20.0 / 30, 1e-6);
    assert_true(events_of(source, EVENTS_OF_ANY_KIND, "a record of 10 samples at 30 Hz"));
    close_both(source, &zip, &b);
}

static void without_info_the_records_speak(void **state)
{
    (void)state;
    uint8_t scale[8] = {0, 0, 55, 0, 0, 0, 0x40, 0x09};
    struct gt3x_build b;
    struct zip_build zip;
    gt3x_build_init(&b, RATE);
    gt3x_build_seconds(&b, 2);
    struct recording_source *source = open_build(&b, "", &zip);
    assert_close(source->info.rate_hz, RATE, 0);
    assert_true(events_of(source, EVENTS_OF_ANY_KIND, "info.txt is missing"));
    assert_true(
        events_of(source, EVENTS_OF_ANY_KIND, "could be 341")); /* both readings are named */
    close_both(source, &zip, &b);

    gt3x_build_init(&b, RATE);
    gt3x_build_record(&b, GT3X_PARAMETERS, scale, sizeof scale);
    gt3x_build_seconds(&b, 2);
    source = open_build(&b, "", &zip);
    assert_close(source->info.steps_per_g, 256, 0);
    assert_false(events_of(source, EVENTS_OF_ANY_KIND, "could be 341"));
    close_both(source, &zip, &b);
}

static void a_copy_that_stopped_is_read_as_far_as_it_goes(void **state)
{
    (void)state;
    struct gt3x_build b;
    struct zip_build zip;
    gt3x_build_init(&b, RATE);
    gt3x_build_seconds(&b, 100);
    gt3x_build_zip(&b, NULL, false, &zip);
    zip.n = 30 + 7 + 50 * (9 + 6 * RATE) + 100; /* in the middle of the 51st record */
    struct recording_source *source = open_zip(&zip, true, false);
    assert_int_equal(read_all(source).n, 50 * RATE);
    assert_true(events_of(source, EVENTS_OF_ANY_KIND, "cut off"));
    assert_int_equal(source->report.trailing_bytes, 100);
    close_both(source, &zip, &b);
}

static void firmware_1_6_0_has_its_axes_turned(void **state)
{
    (void)state;
    struct gt3x_build b;
    struct zip_build zip;
    static const int16_t xyz[3] = {10, 20, 256};
    const char *info = "Serial Number: MOS2A\r\nFirmware: 1.6.0\r\nSample Rate: 1\r\n";
    gt3x_build_init(&b, 1);
    gt3x_build_samples(&b, xyz, 1);
    struct recording_source *source = open_build(&b, info, &zip);
    struct seen seen = read_all(source);
    assert_close(seen.sum[0], 20, 0);
    assert_close(seen.sum[1], -10, 0);
    assert_close(seen.sum[2], 256, 0);
    close_both(source, &zip, &b);
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
    struct recording_source *source = open_build(&b, NULL, &zip), *cursor;
    assert_int_equal(source->ops->open_at(source, 0, &cursor, NULL), YK_ERR_ARGUMENT);
    read_all(source);
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
    close_both(source, &zip, &b);
}

/* ---- the old generation ---- */

static void zeros_at_the_end_of_the_old_generation_are_padding(void **state)
{
    (void)state;
    enum { SAMPLES = 100, BYTES = 450 + 90 };
    uint8_t activity[BYTES] = {0}, lux[8];
    struct zip_build zip;
    for (size_t i = 0; i < 450; i++) {
        activity[i] = (uint8_t)(i * 37 + 11);
    }
    put_u16le(lux, 100);
    put_u16le(lux + 2, 19);
    put_u16le(lux + 4, 65535);
    put_u16le(lux + 6, 60000);
    for (int serial = 0; serial < 2; serial++) {
        char info[256];
        snprintf(info, sizeof info,
                 "Serial Number: %s\r\nSample Rate: 30\r\nStart Date: 638355968400000000\r\n",
                 serial == 0 ? "NEO1A" : "MRA1A");
        zip_build_init(&zip);
        zip_build_add(&zip, "activity.bin", activity, BYTES, false);
        zip_build_add(&zip, "lux.bin", lux, 8, true);
        zip_build_add(&zip, "info.txt", info, strlen(info), false);
        zip_build_end(&zip);
        struct recording_source *source = open_zip(&zip, true, false);
        struct sample_block block;
        assert_non_null(source);
        assert_string_equal(source->info.format, "gt3x_v1");
        assert_int_equal(sample_block_init(&block, false, NULL), YK_OK);
        static const double expected[2][4] = {{125, 0, 0, 2500}, {325, 0, 0, 6000}};
        int64_t n = 0;
        for (int k = 0; source->ops->next_samples(source, &block, NULL) == YK_OK; k++) {
            assert_close(block.light, expected[serial][k], 0);
            n += block.n;
        }
        assert_int_equal(n, SAMPLES);
        assert_true(
            events_of(source, EVENTS_OF_ANY_KIND, "20 samples (0,0,0) at the end: padding"));
        sample_block_release(&block);
        recording_source_close(source);
        /* its samples have no checksum of their own: the archive's tells */
        zip.at[30 + 12 + 77] ^= 2;
        source = open_zip(&zip, true, false);
        assert_int_equal(source->report.bad_blocks, 1);
        assert_true(events_of(source, EVENTS_OF_ANY_KIND, "wrong checksum"));
        recording_source_close(source);
        zip_build_release(&zip);
    }
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
        struct open_options opt = {.zone = oslo};
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

static int open_oslo(void **state)
{
    (void)state;
    oslo = open_zone("Europe/Oslo");
    return 0;
}

static int close_oslo(void **state)
{
    (void)state;
    zone_close(oslo);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seconds_become_blocks_with_the_files_own_zone),
        cmocka_unit_test(a_clock_on_utc_is_left_alone),
        cmocka_unit_test(gaps_say_why),
        cmocka_unit_test(readings_are_held_until_the_next_one),
        cmocka_unit_test(sound_records_that_nothing_uses_are_counted_by_name),
        cmocka_unit_test(the_gyroscope_of_the_imu_lies_beside_the_samples),
        cmocka_unit_test(a_wrong_checksum_costs_one_second_and_is_said),
        cmocka_unit_test(lost_bytes_zeros_and_padding_are_told_apart),
        cmocka_unit_test(clocks_that_repeat_or_go_back_are_noticed),
        cmocka_unit_test(records_decide_about_the_rate),
        cmocka_unit_test(without_info_the_records_speak),
        cmocka_unit_test(a_copy_that_stopped_is_read_as_far_as_it_goes),
        cmocka_unit_test(firmware_1_6_0_has_its_axes_turned),
        cmocka_unit_test(reading_from_the_middle_gives_the_same_blocks),
        cmocka_unit_test(zeros_at_the_end_of_the_old_generation_are_padding),
        cmocka_unit_test(real_numbers_are_those_of_the_makers_document),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, open_oslo, close_oslo);
}
