/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GENEA recordings: the published file gives the published values; chunks that are damaged or
 * lost cost what they held and no more.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/cwa_open.h"
#include "tests/support/kept_blocks.h"

#define SAMPLE "data/geneactiv/genea_testfile.bin"
enum { HEADER = 422, PAGE = 2048, PAGES = 127 };

static struct recording_source *read_bytes(const char *at, size_t n, struct kept_blocks *all)
{
    static struct zone *zone;
    zone = zone != NULL ? zone : open_zone("UTC");
    struct open_options opt = {.zone = zone};
    struct recording_source *source = open_memory(at, n, "t.bin", &opt);
    kept_blocks_read(all, source);
    return source;
}

static double mg(const struct kept_blocks *all, int axis, size_t i)
{
    return nearbyint((double)all->sample[axis][i] * 1000);
}

static void the_published_file_gives_its_published_values(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, SAMPLE);
    size_t size = 0;
    char *at = check_read_file(path, &size);
    assert_non_null(at);
    struct kept_blocks all;
    /* The published numbers are those of the complete pages. */
    struct recording_source *source = read_bytes(at, HEADER + PAGES * PAGE, &all);
    assert_int_equal(source->report.blocks, PAGES);
    assert_int_equal(all.n_samples, 42598);
    assert_int_equal(all.n, 1 + 532); /* before the first time, then from time to time */
    assert_int_equal(source->report.bad_blocks + source->report.skipped_bytes, 0);
    assert_int_equal(source->report.gaps + source->report.clock_jumps, 0);
    assert_close(source->info.rate_hz, 80, 0);
    assert_int_equal(all.block[0].n, 48);
    assert_int_equal(all.block[1].t0_ns, INT64_C(1269950917) * NS_PER_S);
    assert_int_equal(all.block[0].t0_ns, INT64_C(1269950917) * NS_PER_S - 48 * NS_PER_S / 80);
    const double first[3] = {3, -6, 988}, last[3] = {209, 968, 79};
    double sum = 0;
    for (int a = 0; a < 3; a++) {
        assert_close(mg(&all, a, 0), first[a], 0);
        assert_close(mg(&all, a, 1328), last[a], 0);
        for (size_t i = 0; i < 1329; i++) {
            sum += mg(&all, a, i);
        }
    }
    assert_close(sum, 1374990, 0);
    assert_close(source->report.battery_v.first, 4.005762, 5e-7);
    assert_string_equal(source->info.device_serial, "01275");
    kept_blocks_check_cursors(&all, source, 30);
    recording_source_close(source);
    kept_blocks_release(&all);
    free(at);
}

/* The published counts stop at the last complete page; the 271 chunks behind it are whole. */
static void a_page_that_is_cut_off_is_used_up_to_there(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, SAMPLE);
    size_t size = 0;
    char *at = check_read_file(path, &size);
    struct kept_blocks all;
    assert_int_equal(size - HEADER - PAGES * PAGE, 1626);
    struct recording_source *source = read_bytes(at, size, &all);
    assert_int_equal(all.n_samples, 42864);
    assert_int_equal(source->report.blocks, PAGES + 1);
    assert_int_equal(source->report.trailing_bytes, 0);
    recording_source_close(source);
    kept_blocks_release(&all);
    source = read_bytes(at, size - 4, &all);
    assert_int_equal(all.n_samples, 42863);
    assert_int_equal(source->report.trailing_bytes, 2);
    recording_source_close(source);
    kept_blocks_release(&all);
    free(at);
}

static void a_damaged_chunk_is_left_out_and_counted(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, SAMPLE);
    size_t size = 0;
    char *at = check_read_file(path, &size);
    struct kept_blocks all;
    /* Each of the first pages' chunks in turn, the last one of a page and the first of the next
     * among them. */
    for (size_t k = 0; k < 400; k += 57) {
        size_t pos = HEADER + k / 341 * PAGE + k % 341 * 6;
        at[pos + 3] ^= 0x10;
        struct recording_source *source = read_bytes(at, size, &all);
        assert_int_equal(source->report.bad_blocks, 1);
        assert_int_equal(source->report.skipped_bytes, 6);
        assert_true(all.n_samples >= 42863);
        assert_int_equal(source->report.gaps, 0);
        recording_source_close(source);
        kept_blocks_release(&all);
        at[pos + 3] ^= 0x10;
    }
    at[HEADER + 340 * 6 + 3] ^= 0x10;
    struct recording_source *source = read_bytes(at, size, &all);
    assert_int_equal(source->report.bad_blocks, 1);
    assert_int_equal(source->report.skipped_bytes, 6 + 2);
    recording_source_close(source);
    kept_blocks_release(&all);
    free(at);
}

static void lost_bytes_cost_the_chunks_around_them(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, SAMPLE);
    size_t size = 0;
    char *at = check_read_file(path, &size);
    struct kept_blocks all;
    const size_t hole = HEADER + 3 * PAGE + 100 * 6 + 2;
    memmove(at + hole, at + hole + 3, size - hole - 3);
    struct recording_source *source = read_bytes(at, size - 3, &all);
    assert_true(source->report.bad_blocks >= 1 && source->report.bad_blocks <= 3);
    assert_true(all.n_samples >= 42864 - 4 && all.n_samples < 42864);
    assert_int_equal(source->report.gaps + source->report.clock_jumps, 0);
    kept_blocks_check_cursors(&all, source, 10);
    recording_source_close(source);
    kept_blocks_release(&all);

    /* A whole second and more is a gap. */
    free(at);
    at = check_read_file(path, &size);
    memset(at + HEADER + 5 * PAGE, 0x5A, PAGE);
    source = read_bytes(at, size, &all);
    assert_int_equal(source->report.bad_blocks, 1);
    assert_int_equal(source->report.skipped_bytes, PAGE);
    assert_int_equal(source->report.gaps, 1);
    assert_true(source->report.gap_s > 3 && source->report.gap_s < 5);
    recording_source_close(source);
    kept_blocks_release(&all);
    free(at);
}

static void headers_that_say_too_little_are_told(void **state)
{
    (void)state;
    struct kept_blocks all;
    static const char empty[] = "GENEA/1.00\r\nSerial-Number:7\r\n\r\n";
    struct recording_source *source = read_bytes(empty, sizeof empty - 1, &all);
    assert_int_equal(all.n, 0);
    assert_string_equal(source->info.device_serial, "7");
    assert_true(source->info.start_ns == TIME_UNKNOWN);
    recording_source_close(source);
    kept_blocks_release(&all);

    /* One sample of zeros, no time anywhere: dated by the start of the trial, no calibration.
     */
    static const char one[] = "GENEA/1.00\r\nTrial-Start:2010-03-30 12:08:36\r\n"
                              "Sample-Rate:80Hz\r\n\r\n\0\0\0\0\0\0";
    source = read_bytes(one, sizeof one - 1, &all);
    assert_int_equal(all.n_samples, 1);
    assert_int_equal(all.block[0].t0_ns, INT64_C(1269950916) * NS_PER_S);
    assert_int_equal(source->report.n_events, 1);
    assert_non_null(strstr(source->report.events[0].detail, "without calibration"));
    recording_source_close(source);
    kept_blocks_release(&all);

    static const char rateless[] = "GENEA/1.00\r\n\r\n\0\0\0\0\0\0";
    struct zone *zone = open_zone("UTC");
    struct open_options opt = {.zone = zone};
    struct byte_source *bytes = NULL;
    struct failure why = {0};
    assert_int_equal(memory_source_open(rateless, sizeof rateless - 1, "t", &bytes, NULL),
                     YK_OK);
    assert_int_equal(recording_open_source(bytes, &opt, &source, &why), YK_ERR_CORRUPT);
    assert_non_null(strstr(why.text, "sample rate"));
    byte_source_close(bytes);
    zone_close(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_file_gives_its_published_values),
        cmocka_unit_test(a_page_that_is_cut_off_is_used_up_to_there),
        cmocka_unit_test(a_damaged_chunk_is_left_out_and_counted),
        cmocka_unit_test(lost_bytes_cost_the_chunks_around_them),
        cmocka_unit_test(headers_that_say_too_little_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
