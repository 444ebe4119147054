/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cut and changed files, refused memory.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-formats/format.h"
#include "tests/support/alloc.h"
#include "tests/support/cwa_build.h"
#include "tests/support/cwa_open.h"

static const char *const FILES[] = {
    "data/cwa/ax3_testfile.cwa", "data/cwa/ax3_testfile_corrupt_blocks_0_13_14_142_143_144.cwa",
    "data/cwa/ax6_testfile.cwa", "data/cwa/ax3_sample.cwa",
    "data/cwa/ax6_sample.cwa",   "data/cwa/example-610-steps.cwa",
};
enum { N_FILES = sizeof FILES / sizeof *FILES };

/* ---- damage ---- */

static void read_whatever_comes(const uint8_t *at, size_t n, const char *what, size_t where)
{
    struct open_options opt = {.zone = cwa_build_zone(), .with_gyro = true};
    struct byte_source *bytes = NULL;
    struct recording_source *source = NULL;
    struct failure why = {0};
    assert_int_equal(memory_source_open(at, n, "damaged.cwa", &bytes, NULL), YK_OK);
    if (recording_open_source(bytes, &opt, &source, &why) != YK_OK) {
        assert_true(why.text[0] != '\0');
        byte_source_close(bytes);
        return;
    }
    struct sample_block block;
    assert_int_equal(sample_block_init(&block, true, NULL), YK_OK);
    int64_t samples = 0;
    enum yk_status status;
    while ((status = source->ops->next_samples(source, &block, &why)) == YK_OK) {
        samples += block.n;
        assert_in_range(block.n, 1, block.capacity);
        if (!(block.period_s > 0 && block.period_s < 10)) {
            fail_msg("%s at %zu: period %g s", what, where, block.period_s);
        }
    }
    assert_int_equal(status, YK_END);
    const struct read_report *report = &source->report;
    assert_int_equal(report->n_samples, samples);
    /* Every byte was either read as a sector or counted as skipped. */
    size_t front = n >= 4 && memcmp(at, "MD\xFC\x03", 4) == 0 ? CWA_HEADER_BYTES : 0;
    uint64_t accounted = front + report->blocks * CWA_SECTOR_BYTES + report->skipped_bytes;
    if (front > 0 && accounted != n) {
        fail_msg("%s at %zu: %llu of %zu bytes accounted for", what, where,
                 (unsigned long long)accounted, n);
    }
    sample_block_release(&block);
    recording_source_close(source);
}

static void every_real_file_cut_or_changed_anywhere_is_read_to_its_end(void **state)
{
    (void)state;
    for (int f = 0; f < N_FILES; f++) {
        SHARED_OR_SKIP(path, FILES[f]);
        size_t size = 0;
        uint8_t *file = (uint8_t *)check_read_file(path, &size);
        for (size_t i = 0; i < 200; i++) {
            size_t at = i < 20 ? i * 97 : size * i / 200 + i % 512;
            at = at < size ? at : size - 1;
            /* A copy of exactly that size: one byte too far is seen by the sanitizer. */
            uint8_t *cut = malloc(at + 1);
            memcpy(cut, file, at);
            read_whatever_comes(cut, at, "cut", at);
            free(cut);
        }
        for (size_t i = 0; i < 200; i++) {
            size_t at = i < 60 ? i * 17 : size * i / 200 + i * 37 % 512;
            at = at < size ? at : size - 1;
            uint8_t old = file[at];
            file[at] ^= (uint8_t)(1u << (i % 8));
            read_whatever_comes(file, size, "changed", at);
            file[at] = (uint8_t)~old;
            read_whatever_comes(file, size, "inverted", at);
            file[at] = old;
        }
        free(file);
    }
}

static void a_changed_byte_in_a_sector_costs_exactly_that_sector(void **state)
{
    (void)state;
    SHARED_OR_SKIP(path, "data/cwa/ax3_testfile.cwa");
    size_t size = 0;
    uint8_t *file = (uint8_t *)check_read_file(path, &size);
    for (size_t i = 0; i < CWA_SECTOR_BYTES; i += 13) {
        struct cwa_build b = {.at = file, .n = size};
        cwa_build_sector(&b, 70)[i] ^= 0x20;
        struct recording_source *source = cwa_build_open(&b, 0);
        assert_int_equal(cwa_build_read(source, 98.86).n, 17400 - 120);
        assert_int_equal(source->report.bad_blocks, 1);
        assert_int_equal(source->report.gaps, 1);
        assert_close(source->report.gap_s, 120 / 98.8603, 2e-3);
        recording_source_close(source);
        cwa_build_sector(&b, 70)[i] ^= 0x20;
    }
    free(file);
}

static void refused_memory_is_reported_wherever_it_happens(void **state)
{
    (void)state;
    struct cwa_build b;
    cwa_build_init(&b, CWA_6_AXES, 0x0A, 3, 2);
    cwa_build_sectors(&b, 30);
    cwa_build_sector(&b, 9)[60] ^= 1;
    struct open_options opt = {.zone = cwa_build_zone(), .with_gyro = true};
    struct sample_block block;
    assert_int_equal(sample_block_init(&block, true, NULL), YK_OK);
    for (uint64_t k = 1;; k++) {
        struct byte_source *bytes = NULL;
        struct recording_source *source = NULL;
        struct failure why;
        assert_int_equal(memory_source_open(b.at, b.n, "memory.cwa", &bytes, NULL), YK_OK);
        alloc_fail_at(k);
        enum yk_status status = recording_open_source(bytes, &opt, &source, &why);
        int64_t n = 0;
        while (status == YK_OK && source->ops->next_samples(source, &block, &why) == YK_OK) {
            n += block.n;
        }
        bool refused = alloc_refused();
        alloc_fail_at(0);
        if (status == YK_OK) { /* refused, if at all, was the list of events */
            assert_int_equal(n, 29 * 40);
            assert_int_equal(source->report.bad_blocks, 1);
            recording_source_close(source);
        } else {
            assert_int_equal(status, YK_ERR_MEMORY);
            byte_source_close(bytes);
        }
        if (!refused) {
            break;
        }
        assert_true(k < 100);
    }
    sample_block_release(&block);
    cwa_build_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_real_file_cut_or_changed_anywhere_is_read_to_its_end),
        cmocka_unit_test(a_changed_byte_in_a_sector_costs_exactly_that_sector),
        cmocka_unit_test(refused_memory_is_reported_wherever_it_happens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
