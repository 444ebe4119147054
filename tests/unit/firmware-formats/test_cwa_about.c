/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a .cwa file says about itself: annotations, planned times, zones, ids; files that are
 * not whole.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-formats/format.h"
#include "tests/support/alloc.h"
#include "tests/support/cwa_build.h"
#include "tests/support/cwa_open.h"

/* ---- what the file says about itself ---- */

static void annotations_give_code_and_body_site_but_no_names(void **state)
{
    (void)state;
    static const struct {
        const char *file, *person, *site;
    } c[] = {{"data/cwa/ax3_testfile.cwa", "26", "right wrist"},
             {"data/cwa/ax6_testfile.cwa", "993", ""},
             {"data/cwa/example-610-steps.cwa", "", ""}};
    for (int f = 0; f < 3; f++) {
        SHARED_OR_SKIP(path, c[f].file);
        struct recording_source *source = open_file(path, cwa_build_zone(), false);
        assert_string_equal(source->info.person_id, c[f].person);
        assert_string_equal(source->info.body_site, c[f].site);
        recording_source_close(source);
    }
}

static void planned_times_are_read_and_special_ones_are_unknown(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/cwa/ax3_testfile.cwa");
    struct recording_source *source = open_file(path, cwa_build_zone(), false);
    assert_int_equal(source->info.configured_start_ns, INT64_C(1551178500) * NS_PER_S);
    assert_int_equal(source->info.configured_stop_ns, INT64_C(1551178680) * NS_PER_S);
    recording_source_close(source);
    SHARED_OR_SKIP(always, "data/cwa/ax3_sample.cwa");
    source = open_file(always, cwa_build_zone(), false);
    assert_int_equal(source->info.configured_start_ns, TIME_UNKNOWN);
    assert_int_equal(source->info.configured_stop_ns, TIME_UNKNOWN);
    recording_source_close(source);
}

/* A week across the hour that the wall clock drops or repeats: the device knows nothing of it,
 * so elapsed time stays what it was and no gap appears. */
static void a_clock_change_of_the_zone_makes_no_gap_and_no_overlap(void **state)
{
    (void)state;
    static const struct {
        int64_t start_wall, start_utc;
    } c[] = {
        {INT64_C(1711810800),
         INT64_C(1711807200)}, /* 2024-03-30 15:00 CET, +1 until 31 March */
        {INT64_C(1729954800),
         INT64_C(1729947600)}, /* 2024-10-26 15:00 CEST, +2 until 27 Oct. */
    };
    struct zone *berlin = open_zone("Europe/Berlin");
    for (int i = 0; i < 2; i++) {
        struct cwa_build b;
        cwa_build_init(&b, CWA_PACKED, 0x06, 0, 0); /* 6.25 Hz: 19 s a sector */
        b.clock_s = (double)(c[i].start_wall - CWA_BUILD_START);
        cwa_build_sectors(&b, 6000);
        struct open_options opt = {.zone = berlin, .with_gyro = true};
        struct recording_source *source = open_memory(b.at, b.n, "dst.cwa", &opt);
        assert_string_equal(source->info.zone, "Europe/Berlin");
        assert_close((double)source->info.start_ns / 1e9, (double)c[i].start_utc, 1e-3);
        struct cwa_read r = cwa_build_read(source, b.true_rate_hz);
        assert_int_equal(r.n, 720000);
        assert_close((double)r.end_ns / 1e9, (double)c[i].start_utc + 720000 / b.true_rate_hz,
                     1e-3);
        assert_int_equal(source->report.gaps + source->report.clock_jumps, 0);
        recording_source_close(source);
        cwa_build_release(&b);
    }
    zone_close(berlin);
}

/* First part stamped 2000-01-01 (flat battery, winter), then the clock was set (summer): the
 * offset is that of the clock that is right. */
static void the_zone_is_looked_up_for_the_clock_that_was_set(void **state)
{
    (void)state;
    struct zone *berlin = open_zone("Europe/Berlin");
    struct cwa_build b;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    b.clock_s = (double)(INT64_C(946684800) - CWA_BUILD_START);
    cwa_build_sectors(&b, 20);
    b.clock_s = 0;
    b.next.sequence = 0;
    cwa_build_sectors(&b, 20);
    struct open_options opt = {.zone = berlin};
    struct recording_source *source = open_memory(b.at, b.n, "set.cwa", &opt);
    struct cwa_read r = cwa_build_read(source, b.true_rate_hz);
    double end = (double)CWA_BUILD_START - 2 * 3600 + 2400 / b.true_rate_hz;
    assert_close((double)r.end_ns / 1e9, end, 1e-3);
    recording_source_close(source);
    cwa_build_release(&b);
    zone_close(berlin);
}

static void the_files_own_zone_wins_when_nobody_named_one(void **state)
{
    (void)state;
    struct zone *tokyo = open_zone("Asia/Tokyo");
    struct cwa_build b;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    cwa_build_sectors(&b, 3);
    b.at[42] = (uint8_t)(-210 & 0xFF);
    b.at[43] = (uint8_t)((-210 >> 8) & 0xFF);
    for (int wins = 0; wins < 2; wins++) {
        struct open_options opt = {
            .zone = tokyo, .file_zone_wins = wins != 0, .zone_is_guess = true};
        struct recording_source *source = open_memory(b.at, b.n, "zone.cwa", &opt);
        assert_string_equal(source->info.zone, wins ? "-03:30" : "Asia/Tokyo");
        assert_int_equal(source->info.zone_is_guess, !wins);
        double shift = wins ? 3.5 * 3600 : -9 * 3600;
        assert_close((double)source->info.start_ns / 1e9, (double)CWA_BUILD_START + shift,
                     1e-3);
        recording_source_close(source);
    }
    cwa_build_release(&b);
    zone_close(tokyo);
}

static void ids_of_32_bits_are_read_whole(void **state)
{
    (void)state;
    struct cwa_build b;
    cwa_build_init(&b, CWA_6_AXES, 0x0A, 3, 2);
    cwa_build_sectors(&b, 3);
    struct cwa_header header;
    assert_true(cwa_header_get(b.at, &header));
    header.device_id = 4000000123u;
    cwa_header_put(b.at, &header);
    struct recording_source *source = cwa_build_open(&b, 0);
    assert_string_equal(source->info.device_serial, "4000000123");
    recording_source_close(source);
    cwa_build_release(&b);
}

/* Field 4 = device id 40000 has bit 15 set as a fraction would. */
static void a_large_device_id_is_not_taken_for_a_fraction(void **state)
{
    (void)state;
    for (int has_header = 0; has_header < 2; has_header++) {
        struct cwa_build b;
        cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
        b.has_fraction = false;
        cwa_build_sectors(&b, 100);
        for (size_t i = 0; i < 100; i++) {
            uint8_t *at = cwa_build_sector(&b, i);
            at[4] = 40000 & 0xFF;
            at[5] = 40000 >> 8;
            cwa_sector_seal(at);
        }
        struct cwa_header header;
        assert_true(cwa_header_get(b.at, &header));
        header.device_id = 40000;
        cwa_header_put(b.at, &header);
        if (!has_header) {
            memmove(b.at, b.at + CWA_HEADER_BYTES, b.n - CWA_HEADER_BYTES);
            b.n -= CWA_HEADER_BYTES;
        }
        struct recording_source *source = cwa_build_open(&b, 0);
        assert_string_equal(source->info.device_serial, "40000");
        struct cwa_read r = cwa_build_read(source, b.true_rate_hz);
        assert_close((double)(r.t0_ns - CWA_BUILD_START * NS_PER_S) / 1e9, 0, 0.011);
        recording_source_close(source);
        cwa_build_release(&b);
    }
}

/* ---- files that are not whole ---- */

static void a_file_without_header_is_read_from_its_sectors(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        struct cwa_build b;
        cwa_build_init(&b, CWA_6_AXES, 0x0A, 3, 2);
        cwa_build_sectors(&b, 50);
        size_t cut = kind == 0 ? CWA_HEADER_BYTES : kind == 1 ? 512 : 0;
        memset(b.at, 0xEB, CWA_HEADER_BYTES); /* overwritten, as by a file system */
        struct cwa_build rest = b;
        rest.at += cut;
        rest.n -= cut;
        struct recording_source *source = cwa_build_open(&rest, 0);
        assert_string_equal(source->info.device_model, "AX6");
        assert_string_equal(source->info.device_serial, "");
        assert_string_equal(source->info.session_id, "77");
        struct cwa_read r = cwa_build_read(source, b.true_rate_hz);
        assert_int_equal(r.n, 2000);
        assert_non_null(source->report.damage);
        assert_non_null(strstr(source->report.damage, "header is damaged"));
        assert_int_equal(source->report.bad_blocks, kind == 0 ? 0 : 1);
        assert_int_equal(source->report.events[0].kind, READ_EVENT_NOTE);
        assert_string_equal(source->report.events[0].detail, source->report.damage);
        recording_source_close(source);
        cwa_build_release(&b);
    }
}

static void a_header_alone_is_an_empty_recording(void **state)
{
    (void)state;
    struct cwa_build b;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    for (int kind = 0; kind < 2; kind++) {
        struct recording_source *source = cwa_build_open(&b, 0);
        assert_string_equal(source->info.device_serial, "12345");
        assert_int_equal(source->info.n_samples, 0);
        assert_int_equal(source->info.start_ns, TIME_UNKNOWN);
        assert_close(source->info.rate_hz, 100, 0);
        struct cwa_read r = cwa_build_read(source, 100);
        assert_int_equal(r.n, 0);
        assert_int_equal(source->report.bad_blocks, 0);
        assert_int_equal(source->report.n_samples, 0);
        struct recording_source *cursor = NULL;
        assert_int_equal(source->ops->open_at(source, 0, &cursor, NULL), YK_OK);
        assert_int_equal(cwa_build_read(cursor, 100).n, 0);
        recording_source_close(cursor);
        recording_source_close(source);
        uint8_t blank[5 * CWA_SECTOR_BYTES];
        memset(blank, 0xFF, sizeof blank); /* the same with room set aside behind it */
        cwa_build_bytes(&b, blank, sizeof blank);
    }
    cwa_build_release(&b);
}

static void a_cut_header_and_foreign_bytes_are_refused_with_a_reason(void **state)
{
    (void)state;
    struct cwa_build b;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    struct open_options opt = {.zone = cwa_build_zone()};
    static const struct {
        size_t n;
        enum yk_status status;
        const char *says;
    } c[] = {{600, YK_ERR_CORRUPT, "600 of 1024"},
             {4, YK_ERR_CORRUPT, "4 of 1024"},
             {0, YK_ERR_UNSUPPORTED, "empty"}};
    for (int i = 0; i < 3; i++) {
        struct byte_source *bytes = NULL;
        struct recording_source *source = NULL;
        struct failure why;
        assert_int_equal(memory_source_open(b.at, c[i].n, "cut.cwa", &bytes, NULL), YK_OK);
        assert_int_equal(recording_open_source(bytes, &opt, &source, &why), c[i].status);
        assert_non_null(strstr(why.text, c[i].says));
        assert_null(source);
        byte_source_close(bytes);
    }
    cwa_build_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(annotations_give_code_and_body_site_but_no_names),
        cmocka_unit_test(planned_times_are_read_and_special_ones_are_unknown),
        cmocka_unit_test(a_clock_change_of_the_zone_makes_no_gap_and_no_overlap),
        cmocka_unit_test(the_zone_is_looked_up_for_the_clock_that_was_set),
        cmocka_unit_test(the_files_own_zone_wins_when_nobody_named_one),
        cmocka_unit_test(ids_of_32_bits_are_read_whole),
        cmocka_unit_test(a_large_device_id_is_not_taken_for_a_fraction),
        cmocka_unit_test(a_file_without_header_is_read_from_its_sectors),
        cmocka_unit_test(a_header_alone_is_an_empty_recording),
        cmocka_unit_test(a_cut_header_and_foreign_bytes_are_refused_with_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
