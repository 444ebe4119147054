/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "firmware-formats/format.h"
#include "firmware-formats/zip_source.h"
#include "tests/support/alloc.h"
#include "tests/support/cwa_build.h"
#include "tests/support/zip_build.h"

#define N 700000

static uint8_t *make_text(size_t n)
{
    uint8_t *text = malloc(n);
    uint32_t x = 12345;
    for (size_t i = 0; i < n; i++) {
        x = x * 1664525 + 1013904223;
        text[i] = (uint8_t)("0123456789abcdef"[x >> 28]);
    }
    return text;
}

/* info.txt, a stored and a packed member of N bytes each. */
static void build(struct zip_build *b, const uint8_t *text, size_t *stored, size_t *packed)
{
    zip_build_init(b);
    *stored = zip_build_add(b, "log.bin", text, N, false);
    *packed = zip_build_add(b, "folder/Packed.bin", text, N, true);
    zip_build_add(b, "info.txt", "Serial Number: X\r\n", 18, true);
    zip_build_end(b);
}

static enum yk_status open_archive(const uint8_t *at, size_t n, struct byte_source **bytes,
                                   struct zip_archive **out, struct failure *why)
{
    *out = NULL;
    assert_int_equal(memory_source_open(at, n, "x.zip", bytes, NULL), YK_OK);
    return zip_archive_open(*bytes, out, why);
}

/* Opens one member and compares its first `same` bytes; returns its damage. */
static const char *look_at(struct zip_archive *archive, const char *name, enum zip_check check,
                           const uint8_t *text, size_t n, size_t same)
{
    struct byte_source *member = NULL;
    struct failure why = {0};
    size_t i = zip_archive_find(archive, name), got = 0;
    assert_true(i != ZIP_NONE);
    assert_int_equal(zip_archive_open_member(archive, i, check, NULL, &member, &why), YK_OK);
    assert_int_equal(member->size, n);
    uint8_t *back = malloc(n + 1);
    assert_int_equal(byte_source_read_at(member, 0, back, n + 1, &got, NULL), YK_OK);
    assert_int_equal(got, n);
    assert_memory_equal(back, text, same);
    assert_int_equal(byte_source_read_at(member, n + 5, back, 10, &got, NULL), YK_OK);
    assert_int_equal(got, 0);
    free(back);
    const char *damage = member->damage;
    byte_source_close(member);
    return damage;
}

static void stored_and_packed_members_come_out_whole(void **state)
{
    (void)state;
    uint8_t *text = make_text(N);
    struct zip_build b;
    struct byte_source *bytes;
    struct zip_archive *archive;
    size_t stored, packed;
    build(&b, text, &stored, &packed);
    assert_int_equal(open_archive(b.at, b.n, &bytes, &archive, NULL), YK_OK);
    assert_true(zip_source_probe(bytes));
    assert_false(zip_archive_is_salvaged(archive));
    assert_int_equal(zip_archive_count(archive), 3);
    assert_null(look_at(archive, "LOG.bin", ZIP_CHECKED, text, N, N));
    assert_null(look_at(archive, "log.bin", ZIP_UNCHECKED, text, N, N));
    assert_null(look_at(archive, "packed.bin", ZIP_CHECKED, text, N, N));
    assert_null(look_at(archive, "info.txt", ZIP_CHECKED, (const uint8_t *)"Serial", 18, 6));
    assert_true(zip_archive_find(archive, "activity.bin") == ZIP_NONE);
    zip_archive_close(archive);
    byte_source_close(bytes);
    zip_build_release(&b);
    free(text);
}

static void a_flipped_bit_is_noticed_by_the_checksum(void **state)
{
    (void)state;
    uint8_t *text = make_text(N);
    struct zip_build b;
    struct byte_source *bytes;
    struct zip_archive *archive;
    size_t stored, packed;
    build(&b, text, &stored, &packed);
    b.at[stored + 1000] ^= 4;
    b.at[packed + 100000] ^= 4;
    assert_int_equal(open_archive(b.at, b.n, &bytes, &archive, NULL), YK_OK);
    assert_non_null(look_at(archive, "log.bin", ZIP_CHECKED, text, N, 1000));
    assert_null(look_at(archive, "log.bin", ZIP_UNCHECKED, text, N, 1000));
    struct byte_source *member = NULL;
    assert_int_equal(zip_archive_open_member(archive, 1, ZIP_CHECKED, NULL, &member, NULL),
                     YK_OK);
    assert_non_null(member->damage);
    byte_source_close(member);
    zip_archive_close(archive);
    byte_source_close(bytes);
    zip_build_release(&b);
    free(text);
}

/* A copy that stopped: no directory. Members that are there are whole, the last one is not. */
static void an_archive_that_is_cut_off_gives_what_is_there(void **state)
{
    (void)state;
    uint8_t *text = make_text(N);
    struct zip_build b;
    struct byte_source *bytes;
    struct zip_archive *archive;
    size_t stored, packed;
    build(&b, text, &stored, &packed);
    assert_int_equal(open_archive(b.at, stored + 5000, &bytes, &archive, NULL), YK_OK);
    assert_true(zip_archive_is_salvaged(archive));
    assert_non_null(look_at(archive, "log.bin", ZIP_CHECKED, text, 5000, 5000));
    zip_archive_close(archive);
    byte_source_close(bytes);

    assert_int_equal(open_archive(b.at, packed + 200000, &bytes, &archive, NULL), YK_OK);
    assert_int_equal(zip_archive_count(archive), 2);
    assert_non_null(look_at(archive, "log.bin", ZIP_CHECKED, text, N, N));
    struct byte_source *member = NULL;
    assert_int_equal(zip_archive_open_member(archive, 1, ZIP_CHECKED, NULL, &member, NULL),
                     YK_OK);
    assert_in_range(member->size, 200000, N - 1);
    assert_non_null(member->damage);
    uint8_t *back = malloc(N);
    size_t got = 0;
    assert_int_equal(byte_source_read_at(member, 0, back, 200000, &got, NULL), YK_OK);
    assert_memory_equal(back, text, 200000);
    free(back);
    byte_source_close(member);
    zip_archive_close(archive);
    byte_source_close(bytes);

    struct failure why = {0};
    assert_int_equal(open_archive(b.at, 20, &bytes, &archive, &why), YK_ERR_CORRUPT);
    assert_non_null(strstr(why.text, "neither a directory nor a whole member"));
    byte_source_close(bytes);
    zip_build_release(&b);
    free(text);
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    uint8_t *text = make_text(N);
    struct zip_build b;
    size_t stored, packed;
    build(&b, text, &stored, &packed);
    for (int cut = 0; cut < 2; cut++) {
        for (uint64_t k = 1;; k++) {
            struct byte_source *bytes = NULL, *member = NULL;
            struct zip_archive *archive = NULL;
            assert_int_equal(
                memory_source_open(b.at, cut != 0 ? b.n - 30 : b.n, "x.zip", &bytes, NULL),
                YK_OK);
            alloc_fail_at(k);
            enum yk_status status = zip_archive_open(bytes, &archive, NULL);
            for (size_t i = 0; status == YK_OK && i < 2; i++) {
                status = zip_archive_open_member(archive, i, ZIP_CHECKED, NULL, &member, NULL);
                byte_source_close(status == YK_OK ? member : NULL);
            }
            bool refused = alloc_end(status, YK_OK);
            zip_archive_close(archive);
            byte_source_close(bytes);
            if (!refused) {
                assert_true(k > 3);
                break;
            }
        }
    }
    zip_build_release(&b);
    free(text);
}

/* ---- through recording_open ---- */

static enum yk_status open_recording(const struct zip_build *zip, struct recording_source **out,
                                     struct failure *why)
{
    struct open_options opt = {.zone = cwa_build_zone()};
    struct byte_source *bytes = NULL;
    assert_int_equal(memory_source_open(zip->at, zip->n, "x.zip", &bytes, NULL), YK_OK);
    enum yk_status status = recording_open_source(bytes, &opt, out, why);
    if (status != YK_OK) {
        byte_source_close(bytes);
    }
    return status;
}

/* What decides in a folder. */
static bool holds_recording(const struct zip_build *zip)
{
    struct byte_source *bytes = NULL;
    assert_int_equal(memory_source_open(zip->at, zip->n, "x.zip", &bytes, NULL), YK_OK);
    bool holds = recording_in_zip(bytes);
    byte_source_close(bytes);
    return holds;
}

/* As gzip does it; the caller frees *out. */
static size_t gzipped(const uint8_t *at, size_t n, uint8_t **out)
{
    z_stream z = {.next_in = (uint8_t *)(uintptr_t)at, .avail_in = (uInt)n};
    *out = malloc(n + 1000);
    z.next_out = *out;
    z.avail_out = (uInt)n + 1000;
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return z.total_out;
}

static void a_zip_around_one_recording_is_read_as_that_recording(void **state)
{
    (void)state;
    struct cwa_build b;
    uint8_t *gz = NULL;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    cwa_build_sectors(&b, 100);
    size_t gz_bytes = gzipped(b.at, b.n, &gz);
    for (int kind = 0; kind < 4; kind++) {
        struct zip_build zip;
        struct recording_source *source = NULL;
        struct failure why = {0};
        zip_build_init(&zip);
        zip_build_add(&zip, "week/", "", 0, false);
        if (kind > 0) {
            zip_build_add(&zip, "week/READ ME.txt", "Hello,\nworld\n", 13, false);
        }
        zip_build_add(&zip, "__MACOSX/._week.cwa", "xxxx", 4, false);
        if (kind < 3) {
            zip_build_add(&zip, "week/week.cwa", b.at, b.n, kind != 1);
        } else { /* packed twice */
            zip_build_add(&zip, "week/week.cwa.gz", gz, gz_bytes, false);
        }
        zip_build_end(&zip);
        assert_true(holds_recording(&zip));
        assert_int_equal(open_recording(&zip, &source, &why), YK_OK);
        assert_string_equal(source->info.format, "cwa");
        assert_int_equal(cwa_build_read(source, 99).n, 12000);
        recording_source_close(source);
        zip_build_release(&zip);
    }
    free(gz);
    cwa_build_release(&b);
}

static void a_table_in_a_zip_finds_its_description_beside_it(void **state)
{
    (void)state;
    struct zip_build zip;
    struct recording_source *source = NULL;
    struct failure why = {0};
    zip_build_init(&zip);
    zip_build_add(&zip, "a.csv", "step,enmo_mg\n0,1\n1,2\n", 21, true);
    zip_build_add(&zip, "a.ini", "[epochs]\nstart = 2020-01-01T00:00\nepoch_s = 5\n", 46, true);
    zip_build_end(&zip);
    assert_int_equal(open_recording(&zip, &source, &why), YK_OK);
    assert_int_equal(source->info.epoch_s, 5);
    recording_source_close(source);
    zip_build_release(&zip);
}

static void zips_without_or_with_several_recordings_are_refused_by_name(void **state)
{
    (void)state;
    struct cwa_build b;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    cwa_build_sectors(&b, 20);
    struct zip_build zip;
    struct recording_source *source = NULL;
    struct failure why = {0};
    zip_build_init(&zip);
    zip_build_add(&zip, "one.cwa", b.at, b.n, true);
    zip_build_add(&zip, "two.cwa", b.at, b.n, false);
    zip_build_end(&zip);
    assert_int_equal(open_recording(&zip, &source, &why), YK_ERR_UNSUPPORTED);
    assert_non_null(strstr(why.text, "2 recordings (one.cwa, two.cwa)"));
    /* In a folder it is an input, which says so. */
    assert_true(holds_recording(&zip));
    zip_build_release(&zip);

    zip_build_init(&zip);
    zip_build_add(&zip, "a.docx", "abc", 3, true);
    zip_build_add(&zip, "b.docx", "abc", 3, true);
    zip_build_end(&zip);
    assert_int_equal(open_recording(&zip, &source, &why), YK_ERR_UNSUPPORTED);
    assert_non_null(strstr(why.text, "none of the 2 files"));
    assert_false(holds_recording(&zip));
    zip_build_release(&zip);
    cwa_build_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stored_and_packed_members_come_out_whole),
        cmocka_unit_test(a_flipped_bit_is_noticed_by_the_checksum),
        cmocka_unit_test(an_archive_that_is_cut_off_gives_what_is_there),
        cmocka_unit_test(refused_memory_is_reported),
        cmocka_unit_test(a_zip_around_one_recording_is_read_as_that_recording),
        cmocka_unit_test(a_table_in_a_zip_finds_its_description_beside_it),
        cmocka_unit_test(zips_without_or_with_several_recordings_are_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
