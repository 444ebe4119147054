/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What comes out of files built sector by sector: every layout, every kind of damage.
 */
#include "tests/support/check.h"

#include "tests/support/cwa_build.h"
#include "tests/support/cwa_open.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double wall_s(int64_t ns)
{
    return (double)(ns - CWA_BUILD_START * NS_PER_S) / 1e9;
}

/* Reads every sample and compares it with the formula; `skip` samples are missing at `at`. */
static void check_values(struct recording_source *source, const struct cwa_build *build,
                         int64_t at, int64_t skip)
{
    struct sample_block block;
    assert_int_equal(sample_block_init(&block, true, NULL), YK_OK);
    double unit =
        build->next.layout == CWA_PACKED ? 1.0 / 256 : cwa_acc_unit_g(build->next.light_word);
    double gyro_unit = cwa_gyro_unit_dps(build->next.light_word);
    int64_t k = 0;
    while (source->ops->next_samples(source, &block, NULL) == YK_OK) {
        for (uint32_t i = 0; i < block.n; i++, k++) {
            int64_t number = k < at ? k : k + skip;
            for (int a = 0; a < 3; a++) {
                int32_t v = cwa_build_value(build->next.layout, number, a);
                assert_close((double)block.acc_g[a][i], v * unit, 0);
                double g = build->next.layout >= CWA_6_AXES
                               ? cwa_build_gyro(number, a) * gyro_unit
                               : NAN;
                assert_close((double)block.gyro_dps[a][i], g, 1e-5);
            }
            double t = wall_s(block.t0_ns) + i * block.period_s;
            assert_close(t, (double)number / build->true_rate_hz, 2e-4);
        }
    }
    assert_int_equal(k + skip, build->sample);
    sample_block_release(&block);
}

static void every_layout_rate_and_scale_gives_its_values_and_times(void **state)
{
    (void)state;
    static const struct {
        uint8_t layout, rate_code;
        uint32_t aaa, ggg;
        const char *axes, *model;
        double range_g, gyro_dps;
    } c[] = {
        {CWA_PACKED, 0x4A, 0, 0, "3", "AX3", 8, NAN},
        {CWA_PACKED, 0x08, 0, 0, "3", "AX3", 16, NAN},
        {CWA_PACKED, 0x8F, 0, 0, "3", "AX3", 4, NAN},
        {CWA_PACKED, 0xC6, 0, 0, "3", "AX3", 2, NAN},
        {CWA_3_AXES, 0x4A, 0, 0, "3", "AX3", 8, NAN},
        {CWA_3_AXES, 0x09, 3, 0, "3", "AX6", 16, NAN},
        {CWA_6_AXES, 0x0A, 3, 2, "6", "AX6", 16, 2000},
        {CWA_6_AXES, 0x8C, 5, 6, "6", "AX6", 4, 125},
        {CWA_9_AXES, 0x0A, 3, 4, "9", "AX6", 16, 500},
    };
    for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
        for (int extra = 0; extra <= 15; extra += 5) {
            struct cwa_build b;
            cwa_build_init(&b, c[i].layout, c[i].rate_code, c[i].aaa, c[i].ggg);
            b.anchor_extra = extra;
            cwa_build_sectors(&b, 40);
            struct recording_source *source = cwa_build_open(&b, 0);
            assert_string_equal(source->info.sensor_axes, c[i].axes);
            assert_string_equal(source->info.device_model, c[i].model);
            assert_close(source->info.range_g, c[i].range_g, 0);
            assert_close(source->info.gyro_range_dps, c[i].gyro_dps, 0);
            assert_close(source->info.rate_hz, cwa_rate_hz(c[i].rate_code), 0);
            check_values(source, &b, INT64_MAX, 0);
            assert_close(source->report.observed_rate_hz, b.true_rate_hz,
                         b.true_rate_hz * 1e-3);
            assert_int_equal(source->report.n_events, 0);
            recording_source_close(source);
            cwa_build_release(&b);
        }
    }
}

static void firmware_without_fractions_is_timed_by_whole_seconds(void **state)
{
    (void)state;
    struct cwa_build b;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    b.has_fraction = false;
    cwa_build_sectors(&b, 100);
    struct recording_source *source = cwa_build_open(&b, 0);
    struct cwa_read r = cwa_build_read(source, b.true_rate_hz);
    assert_int_equal(r.n, 12000);
    assert_close(wall_s(r.t0_ns), 0, 0.011);
    assert_close(wall_s(r.end_ns), 12000 / b.true_rate_hz, 0.011);
    assert_int_equal(r.flags & ~(uint32_t)BLOCK_RESTART, 0);
    recording_source_close(source);
    cwa_build_release(&b);
}

static void missing_sectors_leave_a_gap_in_one_segment(void **state)
{
    (void)state;
    struct cwa_build b;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    cwa_build_sectors(&b, 20);
    cwa_build_lose(&b, 3);
    cwa_build_sectors(&b, 20);
    struct recording_source *source = cwa_build_open(&b, 0);
    check_values(source, &b, 2400, 360);
    assert_int_equal(source->report.gaps, 1);
    assert_close(source->report.gap_s, 360 / b.true_rate_hz, 1e-3);
    assert_int_equal(source->report.clock_jumps, 0);
    assert_int_equal(source->report.events[0].kind, READ_EVENT_GAP);
    assert_int_equal(source->report.events[0].at, 20);
    assert_close(wall_s(source->report.events[0].start_ns), 2400 / b.true_rate_hz, 1e-3);
    assert_close(wall_s(source->report.events[0].end_ns), 2760 / b.true_rate_hz, 1e-3);
    recording_source_close(source);
    cwa_build_release(&b);
}

static void a_restart_begins_a_segment_with_a_gap_from_the_times(void **state)
{
    (void)state;
    struct cwa_build b;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    cwa_build_sectors(&b, 30);
    b.clock_s += 3600;
    b.next.sequence = 0;
    b.next.events = CWA_EVENT_RESUME;
    cwa_build_sectors(&b, 30);
    struct recording_source *source = cwa_build_open(&b, 0);
    struct cwa_read r = cwa_build_read(source, b.true_rate_hz);
    assert_int_equal(r.n, 7200);
    assert_true((r.flags & BLOCK_RESTART) && (r.flags & BLOCK_AFTER_GAP));
    assert_false(r.flags & (BLOCK_CLOCK_JUMP | BLOCK_CLOCK_DOUBT));
    assert_int_equal(source->report.restarts, 1);
    assert_int_equal(source->report.gaps, 1);
    assert_close(source->report.gap_s, 3600, 1e-3);
    assert_true(r.worst_step < 1e-3);
    assert_close(wall_s(r.end_ns), 3600 + 7200 / b.true_rate_hz, 1e-3);
    recording_source_close(source);
    cwa_build_release(&b);
}

static void clock_set_forward_and_back_is_counted_and_followed(void **state)
{
    (void)state;
    const double jumps[] = {7200, 30, 2, -2, -30, -7200};
    for (int i = 0; i < 6; i++) {
        struct cwa_build b;
        cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
        b.clock_s = 10000;
        cwa_build_sectors(&b, 50);
        b.clock_s += jumps[i];
        cwa_build_sectors(&b, 50);
        struct recording_source *source = cwa_build_open(&b, 0);
        struct cwa_read r = cwa_build_read(source, b.true_rate_hz);
        assert_int_equal(r.n, 12000);
        assert_int_equal(source->report.clock_jumps, 1);
        assert_int_equal(source->report.gaps, 0);
        assert_int_equal(events_of(source, READ_EVENT_CLOCK_JUMP, NULL), 1);
        assert_true(r.flags & BLOCK_CLOCK_JUMP);
        assert_true(source->info.clock_is_in_doubt);
        assert_true(r.worst_step < 1e-3);
        assert_close(wall_s(r.end_ns), 10000 + jumps[i] + 12000 / b.true_rate_hz, 2e-3);
        recording_source_close(source);
        cwa_build_release(&b);
    }
}

static void one_wrong_time_stamp_between_right_ones_is_not_used(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        struct cwa_build b;
        cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
        cwa_build_sectors(&b, 50);
        uint8_t *at = cwa_build_sector(&b, 25);
        struct cwa_sector s;
        cwa_sector_get(at, &s);
        s.time = kind == 0 ? s.time + 3 : 0;
        cwa_sector_put(at, &s);
        cwa_sector_seal(at);
        struct recording_source *source = cwa_build_open(&b, 0);
        check_values(source, &b, INT64_MAX, 0);
        assert_int_equal(source->report.clock_jumps, 0);
        assert_int_equal(source->report.bad_blocks, 0);
        assert_int_equal(events_of(source, READ_EVENT_NOTE, NULL), 1);
        recording_source_close(source);
        cwa_build_release(&b);
    }
}

static void a_flat_battery_clock_is_doubted_and_the_later_one_taken(void **state)
{
    (void)state;
    struct cwa_build b;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    double year_2000 = -(double)(CWA_BUILD_START - INT64_C(946684800));
    b.clock_s = year_2000 + 5;
    cwa_build_sectors(&b, 30);
    b.clock_s = 100;
    b.next.sequence = 0;
    b.next.events = CWA_EVENT_RESUME;
    cwa_build_sectors(&b, 30);
    struct recording_source *source = cwa_build_open(&b, 0);
    assert_true(source->info.clock_is_in_doubt);
    struct sample_block block;
    assert_int_equal(sample_block_init(&block, false, NULL), YK_OK);
    int64_t n = 0, doubtful = 0;
    while (source->ops->next_samples(source, &block, NULL) == YK_OK) {
        n += block.n;
        doubtful += (block.flags & BLOCK_CLOCK_DOUBT) != 0 ? block.n : 0;
    }
    assert_int_equal(n, 7200);
    assert_int_equal(doubtful, 3600);
    sample_block_release(&block);
    recording_source_close(source);
    cwa_build_release(&b);
}

static void a_change_of_rate_or_scale_begins_a_segment(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        struct cwa_build b;
        cwa_build_init(&b, CWA_6_AXES, 0x0A, 3, 2);
        cwa_build_sectors(&b, 60);
        if (kind == 0) {
            b.next.rate_code = 0x09;
            b.true_rate_hz = 49.2;
        } else {
            b.next.light_word = cwa_light_word(300, 4, 3);
        }
        cwa_build_sectors(&b, 60);
        struct recording_source *source = cwa_build_open(&b, 0);
        struct cwa_read r = cwa_build_read(source, b.true_rate_hz);
        assert_int_equal(r.n, 4800);
        assert_int_equal(source->report.gaps + source->report.clock_jumps, 0);
        double end = kind == 0 ? 2400 / 99.0 + 2400 / 49.2 : 4800 / 99.0;
        assert_close(wall_s(r.end_ns), end, 2e-3);
        recording_source_close(source);
        cwa_build_release(&b);
    }
}

static void two_sessions_are_told_apart_and_chosen(void **state)
{
    (void)state;
    struct cwa_build b;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    cwa_build_sectors(&b, 30);
    b.next.session_id = 78;
    b.next.sequence = 0;
    b.clock_s += 86400;
    cwa_build_sectors(&b, 20);
    for (int session = -1; session < 2; session++) {
        struct recording_source *source = cwa_build_open(&b, session);
        assert_string_equal(source->info.session_id, session == 1 ? "78" : "77");
        struct cwa_read r = cwa_build_read(source, b.true_rate_hz);
        assert_int_equal(r.n, session < 0 ? 6000 : session == 0 ? 3600 : 2400);
        assert_int_equal(source->report.sessions, 2);
        assert_int_equal(events_of(source, READ_EVENT_SESSION, NULL), 1);
        recording_source_close(source);
    }
    struct open_options opt = {.zone = cwa_build_zone(), .session = 2};
    struct byte_source *bytes = NULL;
    struct recording_source *source = NULL;
    struct failure why;
    assert_int_equal(memory_source_open(b.at, b.n, "built.cwa", &bytes, NULL), YK_OK);
    assert_int_equal(recording_open_source(bytes, &opt, &source, &why), YK_ERR_ARGUMENT);
    assert_non_null(strstr(why.text, "2 sessions"));
    byte_source_close(bytes);
    cwa_build_release(&b);
}

static void bad_blocks_are_named_and_counted(void **state)
{
    (void)state;
    struct cwa_build b;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    cwa_build_sectors(&b, 40);
    memset(cwa_build_sector(&b, 5), 0, CWA_SECTOR_BYTES);
    memset(cwa_build_sector(&b, 6), 0xFF, CWA_SECTOR_BYTES);
    cwa_build_sector(&b, 10)[100] ^= 1;
    memcpy(cwa_build_sector(&b, 15), "GX", 2);
    struct cwa_sector s;
    cwa_sector_get(cwa_build_sector(&b, 20), &s);
    s.count = 0;
    cwa_sector_put(cwa_build_sector(&b, 20), &s);
    cwa_sector_seal(cwa_build_sector(&b, 20));
    uint8_t tail[3 * CWA_SECTOR_BYTES + 100] = {0};
    cwa_build_bytes(&b, tail, sizeof tail);
    struct recording_source *source = cwa_build_open(&b, 0);
    struct cwa_read r = cwa_build_read(source, b.true_rate_hz);
    const struct read_report *report = &source->report;
    assert_int_equal(r.n, 35 * 120);
    assert_int_equal(report->blocks, 35);
    assert_int_equal(report->bad_blocks, 5);
    assert_int_equal(report->gaps, 4);
    assert_int_equal(report->trailing_bytes, 100);
    assert_int_equal(report->skipped_bytes, 5 * 512 + sizeof tail);
    const int64_t at[] = {5, 6, 10, 15, 20};
    size_t found = 0;
    for (size_t i = 0; i < report->n_events; i++) {
        if (report->events[i].kind == READ_EVENT_BAD_BLOCK) {
            assert_int_equal(report->events[i].at, at[found++]);
        }
    }
    assert_int_equal(found, 5);
    recording_source_close(source);
    cwa_build_release(&b);
}

/* The firmware writes full sectors only; other writers may not. */
static void sectors_that_are_not_full_are_read_as_they_are(void **state)
{
    (void)state;
    struct cwa_build b;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    for (int i = 0; i < 40; i++) {
        b.next.count = (uint16_t)(i % 3 == 0 ? 120 : i % 3 == 1 ? 1 : 77);
        cwa_build_sectors(&b, 1);
    }
    struct recording_source *source = cwa_build_open(&b, 0);
    check_values(source, &b, INT64_MAX, 0);
    assert_int_equal(source->report.gaps + source->report.bad_blocks, 0);
    recording_source_close(source);
    cwa_build_release(&b);
}

static void bytes_lost_in_the_middle_cost_one_sector(void **state)
{
    (void)state;
    struct cwa_build b;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    cwa_build_sectors(&b, 40);
    uint8_t *hole = cwa_build_sector(&b, 10) + 200;
    memmove(hole, hole + 77, b.n - (size_t)(hole + 77 - b.at));
    b.n -= 77;
    struct recording_source *source = cwa_build_open(&b, 0);
    check_values(source, &b, 1200, 120);
    assert_int_equal(source->report.bad_blocks, 1);
    assert_int_equal(source->report.gaps, 1);
    recording_source_close(source);
    cwa_build_release(&b);
}

static void a_repeated_sector_is_left_out(void **state)
{
    (void)state;
    struct cwa_build b;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    cwa_build_sectors(&b, 20);
    uint8_t copy[CWA_SECTOR_BYTES];
    memcpy(copy, cwa_build_sector(&b, 19), sizeof copy);
    cwa_build_bytes(&b, copy, sizeof copy);
    cwa_build_sectors(&b, 20);
    struct recording_source *source = cwa_build_open(&b, 0);
    check_values(source, &b, INT64_MAX, 0);
    assert_int_equal(source->report.bad_blocks, 1);
    recording_source_close(source);
    cwa_build_release(&b);
}

static void lost_samples_and_taps_are_events(void **state)
{
    (void)state;
    struct cwa_build b;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    cwa_build_sectors(&b, 20);
    b.next.events = CWA_EVENT_FIFO_OVERFLOW;
    b.clock_s += 0.2;
    cwa_build_sectors(&b, 10);
    b.next.events = CWA_EVENT_DOUBLE_TAP;
    cwa_build_sectors(&b, 10);
    struct recording_source *source = cwa_build_open(&b, 0);
    struct cwa_read r = cwa_build_read(source, b.true_rate_hz);
    assert_int_equal(source->report.overflows, 1);
    assert_int_equal(source->report.buttons, 1);
    assert_int_equal(source->report.gaps, 1);
    assert_int_equal(source->report.clock_jumps, 0);
    assert_close(source->report.gap_s, 0.2, 2e-3);
    assert_true((r.flags & BLOCK_OVERFLOW) && (r.flags & BLOCK_BUTTON));
    assert_true(r.worst_step < 5e-3); /* the slope before the first point may be that far off */
    recording_source_close(source);
    cwa_build_release(&b);
}

static void ancient_sectors_follow_the_line_through_their_stamps(void **state)
{
    (void)state;
    struct cwa_build b;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    b.next.rate_code = 0;
    b.next.time_offset = 100;
    b.next.fraction_or_id = 4711;
    b.true_rate_hz = 98.5;
    cwa_build_sectors(&b, 2000);
    struct recording_source *source = cwa_build_open(&b, 0);
    assert_close(source->info.rate_hz, 100, 0);
    struct cwa_read r = cwa_build_read(source, b.true_rate_hz);
    assert_int_equal(r.n, 240000);
    assert_int_equal(source->report.clock_jumps + source->report.gaps, 0);
    assert_true(r.worst_step < 1e-3);
    assert_close(wall_s(r.t0_ns), 0, 1.0);
    assert_close(wall_s(r.end_ns), 240000 / 98.5, 1.5);
    recording_source_close(source);
    cwa_build_release(&b);
}

static void clipping_is_counted_at_the_end_of_the_range(void **state)
{
    (void)state;
    struct cwa_build b;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    cwa_build_sectors(&b, 3);
    const int32_t clipped[3] = {0, 2047, 0}, low[3] = {-2048, 0, 0},
                  not_quite[3] = {2040, 0, 0};
    cwa_put_packed(cwa_build_sector(&b, 1), 7, clipped);
    cwa_put_packed(cwa_build_sector(&b, 1), 9, low);
    cwa_put_packed(cwa_build_sector(&b, 1), 11, not_quite);
    cwa_sector_seal(cwa_build_sector(&b, 1));
    struct recording_source *source = cwa_build_open(&b, 0);
    struct cwa_read r = cwa_build_read(source, b.true_rate_hz);
    assert_int_equal(source->report.clipped_samples, 2);
    assert_true(r.flags & BLOCK_CLIPPED);
    recording_source_close(source);
    cwa_build_release(&b);
}

static void reading_again_after_rewind_gives_the_same_report(void **state)
{
    (void)state;
    struct cwa_build b;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    cwa_build_sectors(&b, 20);
    cwa_build_lose(&b, 2);
    cwa_build_sectors(&b, 20);
    struct recording_source *source = cwa_build_open(&b, 0);
    struct cwa_read a = cwa_build_read(source, b.true_rate_hz);
    uint64_t events = source->report.n_events;
    assert_int_equal(source->ops->rewind(source, NULL), YK_OK);
    assert_int_equal(source->report.n_events, 0);
    struct cwa_read again = cwa_build_read(source, b.true_rate_hz);
    assert_int_equal(a.n, again.n);
    assert_int_equal(a.n_blocks, again.n_blocks);
    assert_int_equal(a.t0_ns, again.t0_ns);
    assert_int_equal(a.end_ns, again.end_ns);
    assert_int_equal(a.flags, again.flags);
    assert_int_equal(source->report.n_events, events);
    assert_int_equal(source->report.gaps, 1);
    recording_source_close(source);
    cwa_build_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_layout_rate_and_scale_gives_its_values_and_times),
        cmocka_unit_test(firmware_without_fractions_is_timed_by_whole_seconds),
        cmocka_unit_test(missing_sectors_leave_a_gap_in_one_segment),
        cmocka_unit_test(a_restart_begins_a_segment_with_a_gap_from_the_times),
        cmocka_unit_test(clock_set_forward_and_back_is_counted_and_followed),
        cmocka_unit_test(one_wrong_time_stamp_between_right_ones_is_not_used),
        cmocka_unit_test(a_flat_battery_clock_is_doubted_and_the_later_one_taken),
        cmocka_unit_test(a_change_of_rate_or_scale_begins_a_segment),
        cmocka_unit_test(two_sessions_are_told_apart_and_chosen),
        cmocka_unit_test(bad_blocks_are_named_and_counted),
        cmocka_unit_test(sectors_that_are_not_full_are_read_as_they_are),
        cmocka_unit_test(bytes_lost_in_the_middle_cost_one_sector),
        cmocka_unit_test(a_repeated_sector_is_left_out),
        cmocka_unit_test(lost_samples_and_taps_are_events),
        cmocka_unit_test(ancient_sectors_follow_the_line_through_their_stamps),
        cmocka_unit_test(clipping_is_counted_at_the_end_of_the_range),
        cmocka_unit_test(reading_again_after_rewind_gives_the_same_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
