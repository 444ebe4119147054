/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "firmware-formats/gzip_source.h"
#include "tests/support/alloc.h"

struct packed {
    uint8_t *at;
    size_t n;
};

/* Appends one gzip member. */
static void pack(struct packed *to, uint8_t *at, size_t n)
{
    z_stream z = {.next_in = at, .avail_in = (uInt)n};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&z, (uLong)n);
    to->at = realloc(to->at, to->n + room);
    assert_non_null(to->at);
    z.next_out = to->at + to->n;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    to->n += room - z.avail_out;
    deflateEnd(&z);
}

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

static enum yk_status unpack(const uint8_t *at, size_t n, struct byte_source **out,
                             struct failure *why)
{
    struct byte_source *packed = NULL;
    assert_int_equal(memory_source_open(at, n, "x.cwa.gz", &packed, NULL), YK_OK);
    assert_true(gzip_source_probe(packed));
    enum yk_status status = gzip_source_open(packed, NULL, out, why);
    byte_source_close(packed);
    return status;
}

static void assert_holds(struct byte_source *source, const uint8_t *text, size_t n)
{
    assert_int_equal(source->size, n);
    uint8_t *back = malloc(n + 1);
    size_t got = 0;
    assert_int_equal(byte_source_read_at(source, 0, back, n + 1, &got, NULL), YK_OK);
    assert_int_equal(got, n);
    assert_memory_equal(back, text, n);
    assert_int_equal(byte_source_read_at(source, n / 2, back, 10, &got, NULL), YK_OK);
    assert_memory_equal(back, text + n / 2, got);
    assert_int_equal(byte_source_read_at(source, n + 5, back, 10, &got, NULL), YK_OK);
    assert_int_equal(got, 0);
    free(back);
}

static void one_and_several_members_come_out_whole(void **state)
{
    (void)state;
    const size_t n = 700000;
    uint8_t *text = make_text(n);
    struct packed one = {0}, three = {0};
    pack(&one, text, n);
    pack(&three, text, 1000);
    pack(&three, text + 1000, 399000);
    pack(&three, text + 400000, 300000);
    three.at = realloc(three.at, three.n + 512);
    memset(three.at + three.n, 0, 512); /* padding of a block device */
    const struct packed all[] = {one, three, {three.at, three.n + 512}};
    for (int i = 0; i < 3; i++) {
        struct byte_source *source = NULL;
        struct failure why = {0};
        assert_int_equal(unpack(all[i].at, all[i].n, &source, &why), YK_OK);
        assert_holds(source, text, n);
        assert_null(source->damage);
        assert_string_equal(source->name, "x.cwa.gz");
        byte_source_close(source);
    }
    free(one.at);
    free(three.at);
    free(text);
}

static void a_cut_or_damaged_file_is_unpacked_as_far_as_it_goes(void **state)
{
    (void)state;
    const size_t n = 900000;
    uint8_t *text = make_text(n);
    struct packed p = {0};
    pack(&p, text, n);
    for (size_t i = 1; i < 40; i++) {
        size_t at = p.n * i / 40;
        struct byte_source *source = NULL;
        struct failure why = {0};
        assert_int_equal(unpack(p.at, at, &source, &why), YK_OK);
        assert_true(source->size > 0 && source->size < n);
        assert_non_null(strstr(source->damage, "cut off"));
        assert_holds(source, text, (size_t)source->size);
        byte_source_close(source);
    }
    memset(p.at + p.n / 2, 0xAA, 100);
    struct byte_source *source = NULL;
    assert_int_equal(unpack(p.at, p.n, &source, NULL), YK_OK);
    assert_true(source->size > n / 3); /* where it shows depends on the coding */
    assert_non_null(strstr(source->damage, "damaged"));
    byte_source_close(source);
    /* Nothing at all can be unpacked. */
    struct failure why;
    memset(p.at + 10, 0xFF, 200);
    assert_int_equal(unpack(p.at, p.n, &source, &why), YK_ERR_CORRUPT);
    assert_non_null(strstr(why.text, "beginning"));
    free(p.at);
    free(text);
}

static void a_bomb_is_refused_before_it_fills_the_disk(void **state)
{
    (void)state;
    const size_t n = (size_t)64 << 20;
    uint8_t *zeros = calloc(n, 1);
    struct packed p = {0};
    for (int i = 0; i < 6; i++) {
        pack(&p, zeros, n);
    }
    struct byte_source *source = NULL;
    struct failure why;
    assert_int_equal(unpack(p.at, p.n, &source, &why), YK_ERR_CORRUPT);
    assert_non_null(strstr(why.text, "no recording does that"));
    free(p.at);
    free(zeros);
}

static void refused_memory_and_missing_folders_are_reported(void **state)
{
    (void)state;
    uint8_t *text = make_text(5000);
    struct packed p = {0};
    pack(&p, text, 5000);
    struct byte_source *packed = NULL, *source = NULL;
    struct failure why;
    assert_int_equal(memory_source_open(p.at, p.n, "x.gz", &packed, NULL), YK_OK);
    for (uint64_t k = 1;; k++) {
        alloc_fail_at(k);
        enum yk_status status = gzip_source_open(packed, NULL, &source, &why);
        bool refused = alloc_end(status, YK_OK);
        if (!refused) {
            byte_source_close(source);
            break;
        }
    }
    const char *before = getenv("TMPDIR");
    char *kept = before != NULL ? strdup(before) : NULL;
    setenv("TMPDIR", "/nowhere/at/all", 1);
    assert_int_equal(gzip_source_open(packed, NULL, &source, &why), YK_ERR_NO_DEVICE);
    assert_non_null(strstr(why.text, "TMPDIR"));
    if (kept != NULL) {
        setenv("TMPDIR", kept, 1);
    } else {
        unsetenv("TMPDIR");
    }
    free(kept);
    byte_source_close(packed);
    free(p.at);
    free(text);
}

static void cancelling_stops_the_unpacking(void **state)
{
    (void)state;
    uint8_t *text = make_text(5000);
    struct packed p = {0};
    pack(&p, text, 5000);
    atomic_bool cancel = true;
    struct job job = {.cancel = &cancel};
    struct byte_source *packed = NULL, *source = NULL;
    struct failure why;
    assert_int_equal(memory_source_open(p.at, p.n, "x.gz", &packed, NULL), YK_OK);
    assert_int_equal(gzip_source_open(packed, &job, &source, &why), YK_ERR_CANCELLED);
    byte_source_close(packed);
    free(p.at);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_and_several_members_come_out_whole),
        cmocka_unit_test(a_cut_or_damaged_file_is_unpacked_as_far_as_it_goes),
        cmocka_unit_test(a_bomb_is_refused_before_it_fills_the_disk),
        cmocka_unit_test(refused_memory_and_missing_folders_are_reported),
        cmocka_unit_test(cancelling_stops_the_unpacking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
