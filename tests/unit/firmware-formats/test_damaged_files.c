/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every public file of the page formats, cut off at many places and with a byte flipped at many
 * places: nothing crashes, nothing is endless, and damage is never passed over in silence.
 *
 * 200 places each, 40 under a sanitizer; YOAKE_DAMAGE=full: 2000.
 */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/bytes.h"
#include "src/base/crc32.h"
#include "tests/support/cwa_open.h"

struct outcome {
    bool is_refused;
    struct failure why;
    int64_t n_samples;
    uint64_t bad_blocks, skipped_bytes, gaps, jumps, blocks;
    size_t n_events;
    double sum;
};

static size_t places(void)
{
    const char *wanted = getenv("YOAKE_DAMAGE");
    return wanted != NULL && strcmp(wanted, "full") == 0 ? 2000 : CHECK_IS_SLOW ? 40 : 200;
}

/* Spread over the whole file, and never at the same distance. */
static size_t place(size_t i, size_t size)
{
    size_t step = size / places();
    return i * step + (i * 7919 + 13) % (step > 0 ? step : 1);
}

static struct zone *zone_of_tests(void)
{
    static struct zone *zone;
    zone = zone != NULL ? zone : open_zone("Europe/London");
    return zone;
}

static int64_t read_all(struct recording_source *source)
{
    struct sample_block block;
    struct failure why = {0};
    int64_t n = 0;
    assert_int_equal(sample_block_init(&block, true, NULL), YK_OK);
    enum yk_status status;
    while ((status = source->ops->next_samples(source, &block, &why)) == YK_OK) {
        assert_true(block.n >= 1 && block.n <= block.capacity && block.period_s > 0);
        n += block.n;
        assert_true(n < (int64_t)1 << 24); /* far more than any of these files holds */
    }
    if (status != YK_END) {
        fail_msg("%s", why.text);
    }
    sample_block_release(&block);
    return n;
}

static struct outcome read_source(struct recording_source *source)
{
    struct outcome out = {.is_refused = false};
    struct recording_source *cursor = NULL;
    int64_t n = read_all(source);
    const struct read_report *report = &source->report;
    assert_int_equal(report->n_samples, n);
    assert_int_equal(source->info.n_samples, n);
    out.n_samples = n;
    out.bad_blocks = report->bad_blocks;
    out.skipped_bytes = report->skipped_bytes;
    out.gaps = report->gaps;
    out.jumps = report->clock_jumps;
    out.blocks = report->blocks;
    out.n_events = report->n_events;
    out.sum = report->sum_g[0] + 3 * report->sum_g[1] + 7 * report->sum_g[2];
    int64_t middle = source->info.start_ns / 2 + source->info.end_ns / 2;
    assert_int_equal(source->ops->open_at(source, middle, &cursor, NULL), YK_OK);
    assert_true(read_all(cursor) <= n);
    recording_source_close(cursor);
    return out;
}

static struct outcome read_bytes(const uint8_t *at, size_t n)
{
    struct open_options opt = {.zone = zone_of_tests(), .file_zone_wins = true};
    struct outcome out = {.is_refused = true};
    struct byte_source *bytes = NULL;
    struct recording_source *source = NULL;
    assert_int_equal(memory_source_open(at, n, "damaged", &bytes, NULL), YK_OK);
    if (recording_open_source(bytes, &opt, &source, &out.why) != YK_OK) {
        assert_true(out.why.text[0] != '\0');
        byte_source_close(bytes);
        return out;
    }
    out = read_source(source);
    recording_source_close(source);
    return out;
}

static bool is_told(const struct outcome *damaged, const struct outcome *whole)
{
    return damaged->is_refused || damaged->n_samples != whole->n_samples ||
           damaged->bad_blocks != whole->bad_blocks ||
           damaged->skipped_bytes != whole->skipped_bytes ||
           damaged->n_events != whole->n_events;
}

struct file {
    const char *path;
    size_t sealed_from; /* from here on checksums hold everything; 0: the format has none */
    size_t unsealed_from, unsealed_to; /* a packet that is corrupt already */
    size_t page, page_end; /* the bytes from page_end to page of each page say nothing; 0 */
};

static const struct file FILES[] = {
    {"data/geneactiv/100650Hz_file.bin", 0, 0, 0, 0, 0},
    {"data/geneactiv/20Hz_file.bin", 0, 0, 0, 0, 0},
    {"data/geneactiv/Incomplete_bin_file.bin", 0, 0, 0, 0, 0},
    {"data/geneactiv/Not_contiguous.bin", 0, 0, 0, 0, 0},
    {"data/geneactiv/One_page_reset_config_time.bin", 0, 0, 0, 0, 0},
    {"data/geneactiv/Zero_data_pages.bin", 0, 0, 0, 0, 0},
    {"data/geneactiv/gnactv_sample.bin", 0, 0, 0, 0, 0},
    {"data/geneactiv/GENEActiv_85Hz_truncated.bin", 0, 0, 0, 0, 0},
    {"data/geneactiv/genea_testfile.bin", 422, 0, 0, 2048, 2046},
    {"data/matrix/mtx_12.5Hz_acc.BIN", 524, 0, 0, 0, 0},
    {"data/matrix/mtx_12.5Hz_acc_gyro.BIN", 524, 0, 0, 0, 0},
    {"data/matrix/mtx_corrupted.bin", 524, 524, 37434, 0, 0},
};
enum { N_FILES = sizeof FILES / sizeof *FILES };

/* ---- every byte is used, or counted as skipped ---- */

/* Bytes of a GENEActiv or GENEA file that are neither samples nor skipped: the header, lines of
 * pages, chunks of time and battery, padding. Damage moves bytes from the samples to those that
 * were skipped; it takes at most one page's lines, or one chunk, out of these. */
static int64_t frame_bytes(const struct file *file, size_t n, const struct outcome *out)
{
    int64_t per_sample = strstr(file->path, "genea_") != NULL ? 6 : 12;
    return (int64_t)n - (int64_t)out->skipped_bytes - per_sample * out->n_samples;
}

/* Bytes of a Matrix file that a packet with a right checksum, or the header, holds. */
static uint64_t matrix_bytes(const uint8_t *at, size_t n)
{
    static struct crc32_tables tables;
    crc32_init(&tables);
    uint64_t used = n >= 524 && memcmp(at + 512, "MDTC", 4) == 0 ? 524 : 0;
    for (size_t pos = (size_t)used; pos + 36 <= n;) {
        uint64_t bytes = 36 + UINT64_C(6) * get_u32le(at + pos + 20) +
                         UINT64_C(6) * get_u32le(at + pos + 24) +
                         UINT64_C(4) * get_u32le(at + pos + 28) +
                         UINT64_C(4) * get_u32le(at + pos + 32);
        bool is_good =
            memcmp(at + pos, "MDTCPACK", 8) == 0 && bytes <= n - pos &&
            crc32_add(&tables, 0, at + pos + 12, (size_t)bytes - 12) == get_u32le(at + pos + 8);
        used += is_good ? bytes : 0;
        pos += is_good ? (size_t)bytes : 1;
    }
    return used;
}

static void check_bytes_add_up(const struct file *file, const uint8_t *at, size_t n,
                               const struct outcome *out, const struct outcome *whole,
                               size_t whole_n)
{
    if (out->is_refused) {
        return;
    }
    if (strstr(file->path, "matrix") != NULL) {
        assert_int_equal(matrix_bytes(at, n) + out->skipped_bytes, n);
        return;
    }
    int64_t now = frame_bytes(file, n, out), then = frame_bytes(file, whole_n, whole);
    int64_t most = strstr(file->path, "genea_") != NULL ? 6 : 256;
    if (now < 0 || now > then || (n == whole_n && now < then - most)) {
        fail_msg("%s, %zu bytes: %lld are neither used nor skipped, %lld before", file->path, n,
                 (long long)now, (long long)then);
    }
}

/* Text that names no page and no sample may go without a word: a header's end, a last line
 * end. */
static bool is_at_the_edge(const struct file *file, size_t pos, size_t size)
{
    return pos + 2 >= size || strstr(file->path, "Zero_data") != NULL;
}

static void a_file_that_is_cut_off_is_shorter_or_says_so(void **state)
{
    (void)state;
    for (int f = 0; f < N_FILES; f++) {
        SHARED_OR_SKIP(path, FILES[f].path);
        size_t size = 0;
        uint8_t *at = (uint8_t *)check_read_file(path, &size);
        assert_non_null(at);
        struct outcome whole = read_bytes(at, size);
        assert_false(whole.is_refused);
        for (size_t i = 0; i < places(); i++) {
            size_t pos = place(i, size);
            struct outcome cut = read_bytes(at, pos);
            assert_true(cut.is_refused || cut.n_samples <= whole.n_samples);
            check_bytes_add_up(&FILES[f], at, pos, &cut, &whole, size);
            if (!is_told(&cut, &whole) && !is_at_the_edge(&FILES[f], pos, size)) {
                fail_msg("%s cut after %zu of %zu bytes: silence", FILES[f].path, pos, size);
            }
        }
        free(at);
    }
}

static bool is_sealed(const struct file *file, size_t pos)
{
    bool is_padding = file->page > 0 && pos >= file->sealed_from &&
                      (pos - file->sealed_from) % file->page >= file->page_end;
    return file->sealed_from > 0 && pos >= file->sealed_from && !is_padding &&
           (pos < file->unsealed_from || pos >= file->unsealed_to);
}

/* Where a format has checksums, a flipped byte is always found. Without, it changes one value,
 * or is found: never more than the page that it is in. */
static void a_flipped_byte_is_found_or_stays_small(void **state)
{
    (void)state;
    for (int f = 0; f < N_FILES; f++) {
        SHARED_OR_SKIP(path, FILES[f].path);
        size_t size = 0;
        uint8_t *at = (uint8_t *)check_read_file(path, &size);
        struct outcome whole = read_bytes(at, size);
        for (size_t i = 0; i < places(); i++) {
            size_t pos = place(i, size);
            at[pos] = (uint8_t)(at[pos] ^ (1u << i % 8));
            struct outcome flipped = read_bytes(at, size);
            if (pos > 2048) { /* behind every header */
                check_bytes_add_up(&FILES[f], at, size, &flipped, &whole, size);
            }
            if (is_sealed(&FILES[f], pos) && !is_told(&flipped, &whole)) {
                fail_msg("%s with byte %zu flipped: silence", FILES[f].path, pos);
            }
            if (FILES[f].sealed_from == 0 && pos > 2048 && !flipped.is_refused) {
                assert_true(flipped.n_samples >= whole.n_samples - 300);
                assert_true(fabs(flipped.sum - whole.sum) <= 300 * 11 * 8.5);
            }
            at[pos] = (uint8_t)(at[pos] ^ (1u << i % 8));
        }
        free(at);
    }
}

/* ---- a folder ---- */

static void write_file(const char *folder, const char *name, const void *at, size_t n)
{
    char path[4300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    check_write_file(path, at, n);
}

static struct outcome read_folder(const char *folder)
{
    struct open_options opt = {.zone = zone_of_tests(), .file_zone_wins = true};
    struct outcome out = {.is_refused = true};
    struct recording_source *source = NULL;
    if (recording_open(folder, &opt, &source, &out.why) != YK_OK) {
        assert_true(out.why.text[0] != '\0');
        return out;
    }
    out = read_source(source);
    recording_source_close(source);
    return out;
}

static void damaged_measurements_are_told(void **state)
{
    (void)state;
    static const char *const names[2] = {"unisens.xml", "acc.bin"};
    uint8_t *at[2];
    size_t size[2];
    for (int k = 0; k < 2; k++) {
        char relative[64];
        snprintf(relative, sizeof relative, "data/unisens/%s", names[k]);
        SHARED_OR_SKIP(path, relative);
        at[k] = (uint8_t *)check_read_file(path, &size[k]);
        assert_non_null(at[k]);
    }
    const char *folder = check_scratch("damaged-unisens");
    write_file(folder, names[0], at[0], size[0]);
    write_file(folder, names[1], at[1], size[1]);
    struct outcome whole = read_folder(folder);
    assert_int_equal(whole.n_samples, 19200);
    for (int k = 0; k < 2; k++) {
        for (size_t i = 0; i < places(); i++) {
            size_t pos = place(i, size[k]);
            write_file(folder, names[k], at[k], pos);
            struct outcome cut = read_folder(folder);
            /* The text may end anywhere behind what was needed of it. */
            bool is_told_of = is_told(&cut, &whole) || (k == 0 && pos > 1200);
            if (!is_told_of) {
                fail_msg("%s cut after %zu bytes: silence", names[k], pos);
            }
            at[k][pos] = (uint8_t)(at[k][pos] ^ (1u << i % 8));
            write_file(folder, names[k], at[k], size[k]);
            struct outcome flipped = read_folder(folder);
            assert_true(k == 0 || flipped.n_samples == 19200);
            at[k][pos] = (uint8_t)(at[k][pos] ^ (1u << i % 8));
        }
        write_file(folder, names[k], at[k], size[k]);
    }
    check_remove(folder);
    free(at[0]);
    free(at[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_is_cut_off_is_shorter_or_says_so),
        cmocka_unit_test(a_flipped_byte_is_found_or_stays_small),
        cmocka_unit_test(damaged_measurements_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
