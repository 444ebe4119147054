/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * .gt3x files made here that are damaged, cut, or contradict themselves: what is lost is said.
 */
#include "tests/support/check.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-formats/gt3x_stream.h"
#include "src/base/bytes.h"
#include "tests/support/cwa_open.h"
#include "tests/support/gt3x_build.h"

#define RATE 30
#define T0 (GT3X_BUILD_START * NS_PER_S)

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
        struct recording_source *source = gt3x_build_open(&b, NULL, &zip);
        struct gt3x_read seen = gt3x_build_read(source);
        assert_int_equal(seen.n, 9 * RATE);
        assert_int_equal(source->report.bad_blocks, 1);
        assert_int_equal(source->report.gaps, 1);
        assert_int_equal(source->report.skipped_bytes, record);
        assert_true(events_of(source, EVENTS_OF_ANY_KIND, "lost to damage"));
        assert_int_equal(seen.flags & BLOCK_HELD, 0);
        gt3x_build_close(source, &zip, &b);
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
    struct recording_source *source = gt3x_build_open(&b, NULL, &zip);
    assert_int_equal(gt3x_build_read(source).n, 6 * RATE);
    assert_int_equal(source->report.bad_blocks, 0);
    assert_int_equal(source->report.gaps, 0);
    assert_int_equal(source->report.skipped_bytes, 4101);
    assert_int_equal(source->report.trailing_bytes, 0);
    gt3x_build_close(source, &zip, &b);

    gt3x_build_init(&b, RATE);
    gt3x_build_seconds(&b, 3);
    gt3x_build_bytes(&b, zeros, 600); /* a block of the memory was lost */
    b.second += 3;
    gt3x_build_seconds(&b, 3);
    gt3x_build_bytes(&b, "\x1E\x1A\x01\x02", 4); /* torn off */
    source = gt3x_build_open(&b, NULL, &zip);
    assert_int_equal(gt3x_build_read(source).n, 6 * RATE);
    assert_int_equal(source->report.bad_blocks, 1);
    assert_int_equal(source->report.gaps, 1);
    assert_int_equal(source->report.trailing_bytes, 4);
    gt3x_build_close(source, &zip, &b);
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
    struct recording_source *source = gt3x_build_open(&b, NULL, &zip);
    struct gt3x_read seen = gt3x_build_read(source);
    assert_int_equal(seen.n, 14 * RATE);
    assert_int_equal(source->report.bad_blocks, 1);
    assert_true(events_of(source, EVENTS_OF_ANY_KIND, "the same second again"));
    assert_int_equal(source->report.clock_jumps, 1);
    assert_true(source->info.clock_is_in_doubt);
    assert_true((seen.flags & BLOCK_CLOCK_JUMP) != 0);
    gt3x_build_close(source, &zip, &b);
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
    struct recording_source *source = gt3x_build_open(&b, info, &zip);
    assert_close(source->info.rate_hz, RATE, 0);
    struct gt3x_read seen = gt3x_build_read(source);
    assert_int_equal(seen.end_ns - seen.first_ns, 5 * NS_PER_S);
    assert_true(events_of(source, EVENTS_OF_ANY_KIND, "30 Hz by the records, not 100 Hz"));
    gt3x_build_close(source, &zip, &b);

    /* A record cut short, and one with more than the others. */
    static const int16_t more[3 * 40] = {1};
    gt3x_build_init(&b, RATE);
    gt3x_build_seconds(&b, 2);
    gt3x_build_samples(&b, more, 10);
    gt3x_build_samples(&b, more, 40);
    gt3x_build_seconds(&b, 2);
    source = gt3x_build_open(&b, NULL, &zip);
    seen = gt3x_build_read(source);
    assert_int_equal(seen.n, 4 * RATE + 50);
    assert_int_equal(seen.end_ns - seen.first_ns, 6 * NS_PER_S);
    assert_int_equal(source->report.gaps, 1);
    assert_close(source->report.gap_s, 20.0 / 30, 1e-6);
    assert_true(events_of(source, EVENTS_OF_ANY_KIND, "a record of 10 samples at 30 Hz"));
    gt3x_build_close(source, &zip, &b);
}

static void a_short_first_second_is_not_the_rate(void **state)
{
    (void)state;
    static const int16_t some[3 * 10] = {1};
    static const char *const infos[] = {NULL, ""}; /* one that says 30 Hz, none */
    for (size_t i = 0; i < 2; i++) {
        struct gt3x_build b;
        struct zip_build zip;
        gt3x_build_init(&b, RATE);
        gt3x_build_samples(&b, some, 10);
        gt3x_build_seconds(&b, 4);
        struct recording_source *source = gt3x_build_open(&b, infos[i], &zip);
        assert_close(source->info.rate_hz, RATE, 0);
        assert_int_equal(gt3x_build_read(source).n, 4 * RATE + 10);
        assert_false(events_of(source, EVENTS_OF_ANY_KIND, "by the records"));
        assert_true(events_of(source, EVENTS_OF_ANY_KIND, "a record of 10 samples at 30 Hz"));
        gt3x_build_close(source, &zip, &b);
    }
    struct gt3x_build b;
    struct zip_build zip;
    gt3x_build_init(&b, RATE); /* and nothing behind it: info.txt has the last word */
    gt3x_build_samples(&b, some, 10);
    struct recording_source *source = gt3x_build_open(&b, NULL, &zip);
    assert_close(source->info.rate_hz, RATE, 0);
    assert_int_equal(gt3x_build_read(source).n, 10);
    gt3x_build_close(source, &zip, &b);
}

/* Record `wild` of ten has a time far away. */
static struct recording_source *
open_with_wild_second(int wild, int64_t away_s, struct gt3x_build *b, struct zip_build *zip)
{
    char info[256];
    const int64_t tick = 10000000, from = INT64_C(62135596800) + GT3X_BUILD_START;
    snprintf(info, sizeof info,
             "Serial Number: TAS1H00000001\nSample Rate: %d\nTimeZone: 09:00:00\n"
             "Start Date: %" PRId64 "\nLast Sample Time: %" PRId64 "\n",
             RATE, from * tick, (from + 10) * tick);
    gt3x_build_init(b, RATE);
    for (int i = 0; i < 10; i++) {
        b->second = GT3X_BUILD_START + i + (i == wild ? away_s : 0);
        gt3x_build_seconds(b, 1);
    }
    return gt3x_build_open(b, info, zip);
}

static void one_wild_time_costs_one_second_and_is_said(void **state)
{
    (void)state;
    static const int64_t away_s[] = {-INT64_C(1600000000), INT64_C(2000000000), 100000};
    for (size_t k = 0; k < 3; k++) {
        for (int wild = 0; wild < 10; wild++) {
            struct gt3x_build b;
            struct zip_build zip;
            struct recording_source *source = open_with_wild_second(wild, away_s[k], &b, &zip);
            assert_int_equal(source->info.start_ns,
                             T0 - 9 * NS_PER_H + (wild == 0 ? NS_PER_S : 0));
            struct gt3x_read seen = gt3x_build_read(source);
            assert_int_equal(seen.n, 9 * RATE);
            assert_int_equal(source->report.bad_blocks, 1);
            assert_int_equal(source->report.skipped_bytes, 9 + 6 * RATE);
            assert_int_equal(source->report.clock_jumps, 0);
            assert_int_equal(source->report.gaps, wild > 0 && wild < 9);
            assert_true(
                events_of(source, READ_EVENT_BAD_BLOCK, "far from those on both sides"));
            assert_false(source->info.clock_is_in_doubt);
            gt3x_build_close(source, &zip, &b);
        }
    }
}

static void a_clock_that_was_set_far_away_is_believed(void **state)
{
    (void)state;
    for (int is_back = 0; is_back < 2; is_back++) {
        struct gt3x_build b;
        struct zip_build zip;
        gt3x_build_init(&b, RATE);
        gt3x_build_seconds(&b, 5);
        b.second += is_back != 0 ? -1000000 : 1000000;
        gt3x_build_seconds(&b, 5);
        struct recording_source *source = gt3x_build_open(&b, NULL, &zip);
        assert_int_equal(gt3x_build_read(source).n, 10 * RATE);
        assert_int_equal(source->report.bad_blocks, 0);
        assert_int_equal(source->report.clock_jumps, is_back);
        assert_int_equal(source->report.gaps, !is_back);
        gt3x_build_close(source, &zip, &b);
    }
}

static void without_info_the_records_speak(void **state)
{
    (void)state;
    uint8_t scale[8] = {0, 0, 55, 0, 0, 0, 0x40, 0x09};
    struct gt3x_build b;
    struct zip_build zip;
    gt3x_build_init(&b, RATE);
    gt3x_build_seconds(&b, 2);
    struct recording_source *source = gt3x_build_open(&b, "", &zip);
    assert_close(source->info.rate_hz, RATE, 0);
    assert_true(events_of(source, EVENTS_OF_ANY_KIND, "info.txt is missing"));
    assert_true(
        events_of(source, EVENTS_OF_ANY_KIND, "could be 341")); /* both readings are named */
    gt3x_build_close(source, &zip, &b);

    gt3x_build_init(&b, RATE);
    gt3x_build_record(&b, GT3X_PARAMETERS, scale, sizeof scale);
    gt3x_build_seconds(&b, 2);
    source = gt3x_build_open(&b, "", &zip);
    assert_close(source->info.steps_per_g, 256, 0);
    assert_false(events_of(source, EVENTS_OF_ANY_KIND, "could be 341"));
    gt3x_build_close(source, &zip, &b);
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
    struct recording_source *source = gt3x_build_open_zip(&zip, true, false);
    assert_int_equal(gt3x_build_read(source).n, 50 * RATE);
    assert_true(events_of(source, EVENTS_OF_ANY_KIND, "cut off"));
    assert_int_equal(source->report.trailing_bytes, 100);
    gt3x_build_close(source, &zip, &b);
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
    struct recording_source *source = gt3x_build_open(&b, info, &zip);
    struct gt3x_read seen = gt3x_build_read(source);
    assert_close(seen.sum[0], 20, 0);
    assert_close(seen.sum[1], -10, 0);
    assert_close(seen.sum[2], 256, 0);
    gt3x_build_close(source, &zip, &b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_checksum_costs_one_second_and_is_said),
        cmocka_unit_test(lost_bytes_zeros_and_padding_are_told_apart),
        cmocka_unit_test(clocks_that_repeat_or_go_back_are_noticed),
        cmocka_unit_test(records_decide_about_the_rate),
        cmocka_unit_test(a_short_first_second_is_not_the_rate),
        cmocka_unit_test(one_wild_time_costs_one_second_and_is_said),
        cmocka_unit_test(a_clock_that_was_set_far_away_is_believed),
        cmocka_unit_test(without_info_the_records_speak),
        cmocka_unit_test(a_copy_that_stopped_is_read_as_far_as_it_goes),
        cmocka_unit_test(firmware_1_6_0_has_its_axes_turned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
