/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What all recordings made of pages share, tried on a file of each kind: every allocation
 * refused in turn, and reading begun anew half-way.
 */
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

#include "firmware-formats/format.h"
#include "src/pipeline/convert.h"
#include "tests/support/alloc.h"
#include "tests/support/cwa_open.h"
#include "tests/support/kept_blocks.h"

static const char *const FILES[] = {
    "data/geneactiv/gnactv_sample.bin",
    "data/geneactiv/genea_testfile.bin",
    "data/matrix/mtx_corrupted.bin",
    "data/unisens",
};
enum { N_FILES = sizeof FILES / sizeof *FILES };

static enum yk_status read_all(struct recording_source *source, struct sample_block *block)
{
    enum yk_status status = YK_OK;
    while (status == YK_OK) {
        status = source->ops->next_samples(source, block, NULL);
    }
    return status == YK_END ? YK_OK : status;
}

/* Opened, read, read from the middle. */
static enum yk_status go_through(const char *path, const struct zone *zone)
{
    struct open_options opt = {.zone = zone, .file_zone_wins = true, .with_gyro = true};
    struct recording_source *source = NULL, *cursor = NULL;
    struct sample_block block;
    enum yk_status status = recording_open(path, &opt, &source, NULL);
    if (status != YK_OK) {
        return status;
    }
    status = sample_block_init(&block, true, NULL);
    if (status == YK_OK) {
        status = read_all(source, &block);
    }
    if (status == YK_OK) {
        int64_t middle = source->info.start_ns / 2 + source->info.end_ns / 2;
        status = source->ops->open_at(source, middle, &cursor, NULL);
    }
    if (status == YK_OK) {
        status = read_all(cursor, &block);
    }
    recording_source_close(cursor);
    sample_block_release(&block);
    recording_source_close(source);
    return status;
}

static void refuse_each(const char *path, const struct zone *zone)
{
    for (uint64_t k = 1;; k++) {
        alloc_fail_at(k);
        enum yk_status status = go_through(path, zone);
        bool refused = alloc_refused();
        alloc_fail_at(0);
        if (!refused) {
            assert_int_equal(status, YK_OK);
            break;
        }
        /* A probe without memory does not recognise its file; an event is dropped. */
        assert_true(status == YK_ERR_MEMORY || status == YK_ERR_UNSUPPORTED || status == YK_OK);
        assert_true(k < 1000);
    }
}

static void refused_memory_is_a_failure_and_nothing_is_lost(void **state)
{
    (void)state;
    struct zone *zone = open_zone("UTC");
    for (int f = 0; f < N_FILES; f++) {
        SHARED_OR_SKIP(path, FILES[f]);
        refuse_each(path, zone);
    }
    SHARED_OR_SKIP(path, FILES[0]);
    const char *folder = check_scratch("page-reader");
    char h5[4200];
    snprintf(h5, sizeof h5, "%s/a.h5", folder);
    struct convert_options options = {.zone_name = "UTC"};
    struct convert_result result;
    assert_int_equal(convert_recording(path, h5, &options, &result, NULL, NULL), YK_OK);
    refuse_each(h5, zone);
    check_remove(folder);
    zone_close(zone);
}

static void reading_can_begin_anew_half_way(void **state)
{
    (void)state;
    struct zone *zone = open_zone("UTC");
    for (int f = 0; f < N_FILES; f++) {
        SHARED_OR_SKIP(path, FILES[f]);
        struct kept_blocks whole, again;
        struct sample_block block;
        struct recording_source *source = open_file(path, zone, true);
        kept_blocks_read(&whole, source);
        uint64_t blocks = source->report.blocks;
        size_t events = source->report.n_events;
        assert_int_equal(sample_block_init(&block, true, NULL), YK_OK);
        assert_int_equal(source->ops->rewind(source, NULL), YK_OK);
        for (size_t i = 0; i < whole.n / 2; i++) {
            assert_int_equal(source->ops->next_samples(source, &block, NULL), YK_OK);
        }
        assert_int_equal(source->ops->rewind(source, NULL), YK_OK);
        kept_blocks_read(&again, source);
        assert_int_equal(again.n, whole.n);
        kept_blocks_check(&whole, 0, &again);
        assert_int_equal(source->report.blocks, blocks);
        assert_int_equal(source->report.n_events, events);
        /* At the end it stays at the end, and says nothing twice. */
        assert_int_equal(source->ops->next_samples(source, &block, NULL), YK_END);
        assert_int_equal(source->report.n_events, events);
        sample_block_release(&block);
        kept_blocks_release(&whole);
        kept_blocks_release(&again);
        recording_source_close(source);
    }
    zone_close(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused_memory_is_a_failure_and_nothing_is_lost),
        cmocka_unit_test(reading_can_begin_anew_half_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
