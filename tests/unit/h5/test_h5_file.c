/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/byte_source.h"
#include "src/base/disk.h"
#include "src/base/mem.h"
#include "src/h5/h5_file.h"
#include "tests/support/alloc.h"

static struct scratch scratch = {.file = "記録.h5"};

static void a_column_of_every_kind_reads_back(void **state)
{
    (void)state;
    struct h5_file *file = NULL;
    struct failure why;
    const float f[] = {1.5f, NAN, -INFINITY};
    const double d[] = {0.1, NAN, 1e300};
    const int64_t i64[] = {INT64_MIN, 0, INT64_MAX};
    const uint64_t u64[] = {0, 1, UINT64_MAX};
    const int32_t i32[] = {INT32_MIN, -1, INT32_MAX};
    const uint32_t u32[] = {0, 1, UINT32_MAX};
    const uint16_t u16[] = {0, 1, 65535};
    const uint8_t u8[] = {0, 1, 255};
    const char text[3][8] = {"", "夜", "abcdefg"};
    const struct {
        struct h5_column column;
        const void *values;
        size_t bytes;
    } all[] = {
        {{"f", H5_KIND_FLOAT, 0, "mg", "movement", false}, f, sizeof f},
        {{"d", H5_KIND_DOUBLE, 0, NULL, NULL, false}, d, sizeof d},
        {{"i64", H5_KIND_INT64, 0, NULL, NULL, false}, i64, sizeof i64},
        {{"u64", H5_KIND_UINT64, 0, NULL, NULL, true}, u64, sizeof u64},
        {{"i32", H5_KIND_INT32, 0, NULL, NULL, false}, i32, sizeof i32},
        {{"u32", H5_KIND_UINT32, 0, NULL, NULL, false}, u32, sizeof u32},
        {{"u16", H5_KIND_UINT16, 0, NULL, NULL, true}, u16, sizeof u16},
        {{"u8", H5_KIND_UINT8, 0, NULL, NULL, false}, u8, sizeof u8},
        {{"text", H5_KIND_TEXT, 8, NULL, NULL, false}, text, sizeof text},
    };
    assert_int_equal(h5_create(scratch.path, &file, &why), YK_OK);
    assert_int_equal(h5_group(file, "/g", &why), YK_OK);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        assert_int_equal(h5_write(file, "/g", &all[i].column, all[i].values, 3, &why), YK_OK);
    }
    assert_int_equal(h5_close(file, &why), YK_OK);
    assert_int_equal(h5_open(scratch.path, &file, &why), YK_OK);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char back[64] = "";
        size_t n = 0;
        const struct h5_column *c = &all[i].column;
        size_t room = c->kind == H5_KIND_TEXT ? 9 : 0;
        assert_int_equal(h5_count(file, "/g", c->name, &n, &why), YK_OK);
        assert_int_equal(n, 3);
        assert_int_equal(h5_read(file, "/g", c->name, c->kind, room, back, 3, &why), YK_OK);
        if (room == 0) {
            assert_memory_equal(back, all[i].values, all[i].bytes);
        } else {
            assert_string_equal(back + 9, "夜");
            assert_string_equal(back + 18, "abcdefg");
        }
    }
    h5_abandon(file);
    assert_true(disk_is_file(scratch.path)); /* reading never removes */
}

static void attributes_read_back(void **state)
{
    (void)state;
    struct h5_file *file = NULL;
    struct failure why;
    struct text text;
    text_init(&text);
    int64_t number = 0;
    double real = 0;
    assert_int_equal(h5_create(scratch.path, &file, &why), YK_OK);
    assert_int_equal(h5_group(file, "/epochs", &why), YK_OK);
    assert_int_equal(h5_put_text(file, "/", "zone", "アジア/東京", &why), YK_OK);
    assert_int_equal(h5_put_text(file, "/", "empty", "", &why), YK_OK);
    assert_int_equal(h5_put_int64(file, "/epochs", "t0_ns", INT64_MIN, &why), YK_OK);
    assert_int_equal(h5_put_double(file, "/epochs", "x", 0.1, &why), YK_OK);
    assert_int_equal(h5_close(file, &why), YK_OK);
    assert_int_equal(h5_open(scratch.path, &file, &why), YK_OK);
    assert_int_equal(h5_get_text(file, "/", "zone", &text, &why), YK_OK);
    assert_string_equal(text_string(&text), "アジア/東京");
    assert_int_equal(h5_get_text(file, "/", "empty", &text, &why), YK_OK);
    assert_string_equal(text_string(&text), "");
    assert_int_equal(h5_get_int64(file, "/epochs", "t0_ns", &number, &why), YK_OK);
    assert_true(number == INT64_MIN);
    assert_int_equal(h5_get_double(file, "/epochs", "x", &real, &why), YK_OK);
    assert_close(real, 0.1, 0);
    assert_int_equal(h5_get_double(file, "/", "zone", &real, &why), YK_ERR_CORRUPT);
    assert_int_equal(h5_get_text(file, "/", "none", &text, &why), YK_ERR_NO_DEVICE);
    text_release(&text);
    h5_abandon(file);
}

static void what_is_not_there_or_of_another_shape_is_refused_with_a_sentence(void **state)
{
    (void)state;
    struct h5_file *file = NULL;
    struct failure why;
    const double values[4] = {1, 2, 3, 4};
    double back[8];
    struct h5_column column = {"x", H5_KIND_DOUBLE, 0, NULL, NULL, false};
    assert_int_equal(h5_create(scratch.path, &file, &why), YK_OK);
    assert_int_equal(h5_write(file, "/", &column, values, 4, &why), YK_OK);
    assert_int_equal(h5_close(file, &why), YK_OK);
    assert_int_equal(h5_open(scratch.path, &file, &why), YK_OK);
    assert_int_equal(h5_read(file, "/", "x", H5_KIND_DOUBLE, 0, back, 8, &why), YK_ERR_CORRUPT);
    assert_non_null(strstr(why.text, "expected 8"));
    assert_int_equal(h5_read(file, "/", "x", H5_KIND_TEXT, 8, back, 4, &why), YK_ERR_CORRUPT);
    assert_int_equal(h5_read(file, "/no", "x", H5_KIND_DOUBLE, 0, back, 4, &why),
                     YK_ERR_NO_DEVICE);
    h5_abandon(file);
    assert_int_equal(h5_open(scratch.folder, &file, &why), YK_ERR_IO);
    assert_non_null(strstr(why.text, "Is a directory"));
    assert_int_equal(h5_open("/no/such/file.h5", &file, &why), YK_ERR_NO_DEVICE);
}

static void a_file_cut_short_is_refused(void **state)
{
    (void)state;
    struct h5_file *file = NULL;
    struct failure why;
    static double values[4096];
    struct h5_column column = {"x", H5_KIND_DOUBLE, 0, NULL, NULL, false};
    assert_int_equal(h5_create(scratch.path, &file, &why), YK_OK);
    assert_int_equal(h5_write(file, "/", &column, values, 4096, &why), YK_OK);
    assert_int_equal(h5_close(file, &why), YK_OK);
    assert_int_equal(truncate(scratch.path, 1000), 0);
    assert_int_equal(h5_open(scratch.path, &file, &why), YK_ERR_CORRUPT);
    assert_non_null(strstr(why.text, "cut short"));
}

/* A drive that is pulled out after some reads. */
struct pulled {
    struct byte_source base;
    struct byte_source *whole;
    int reads_left;
};

static enum yk_status pulled_read(struct byte_source *self, uint64_t pos, void *to, size_t want,
                                  size_t *got, struct failure *why)
{
    struct pulled *pulled = (struct pulled *)self;
    if (pulled->reads_left-- <= 0) {
        return failure_set(why, YK_ERR_IO, "the drive was pulled out");
    }
    return byte_source_read_at(pulled->whole, pos, to, want, got, why);
}

static void a_source_that_cannot_be_read_says_so_itself(void **state)
{
    (void)state;
    static const struct byte_source_ops ops = {.read_at = pulled_read};
    static double values[4096], back[4096];
    struct h5_column column = {"x", H5_KIND_DOUBLE, 0, NULL, NULL, false};
    struct h5_file *file = NULL;
    struct byte_source *whole = NULL;
    struct failure why;
    int not_opened = 0, not_read = 0;
    assert_int_equal(h5_create(scratch.path, &file, &why), YK_OK);
    assert_int_equal(h5_write(file, "/", &column, values, 4096, &why), YK_OK);
    assert_int_equal(h5_close(file, &why), YK_OK);
    assert_int_equal(file_source_open(scratch.path, &whole, &why), YK_OK);
    enum yk_status status = YK_ERR_IO;
    for (int k = 0; status != YK_OK; k++) {
        struct pulled pulled = {{&ops, whole->size, "drive.h5", NULL, NULL}, whole, k};
        why = (struct failure){.code = YK_OK};
        status = h5_open_source(&pulled.base, &file, &why);
        not_opened += status != YK_OK;
        if (status == YK_OK) {
            status = h5_read(file, "/", "x", H5_KIND_DOUBLE, 0, back, 4096, &why);
            not_read += status != YK_OK;
            h5_abandon(file);
        }
        if (status != YK_OK) {
            assert_int_equal(status, YK_ERR_IO);
            assert_int_equal(why.code, YK_ERR_IO);
            assert_string_equal(why.text, "the drive was pulled out");
        }
    }
    assert_true(not_opened > 0 && not_read > 0);
    byte_source_close(whole);
}

static enum yk_status stream_it(size_t piece, bool is_compressed, struct failure *why)
{
    static float values[5000];
    for (size_t i = 0; i < 5000; i++) {
        values[i] = (float)(i / 7);
    }
    struct h5_file *file = NULL;
    struct h5_stream *stream = NULL;
    struct h5_column column = {"x", H5_KIND_FLOAT, 0, "g", "axis", is_compressed};
    enum yk_status status = h5_create(scratch.path, &file, why);
    if (status == YK_OK) {
        status = h5_stream_open(file, "/", &column, 1024, &stream, why);
    }
    for (size_t at = 0; at < 5000 && status == YK_OK; at += piece) {
        size_t n = 5000 - at < piece ? 5000 - at : piece;
        status = h5_stream_append(stream, values + at, n, why);
    }
    h5_stream_close(stream);
    if (status == YK_OK) {
        status = h5_close(file, why);
    } else {
        h5_abandon(file);
    }
    return status;
}

static void a_stream_is_the_same_in_pieces_of_any_size(void **state)
{
    (void)state;
    struct failure why;
    for (int compressed = 0; compressed < 2; compressed++) {
        for (size_t piece = 1; piece <= 5000; piece = piece * 13 + 8) {
            struct h5_file *file = NULL;
            float back[5000];
            assert_int_equal(stream_it(piece, compressed == 1, &why), YK_OK);
            assert_int_equal(h5_open(scratch.path, &file, &why), YK_OK);
            assert_int_equal(h5_read(file, "/", "x", H5_KIND_FLOAT, 0, back, 5000, &why),
                             YK_OK);
            for (size_t i = 0; i < 5000; i++) {
                assert_true(back[i] == (float)(i / 7));
            }
            h5_abandon(file);
        }
    }
}

static void equal_content_gives_equal_bytes_at_another_time(void **state)
{
    (void)state;
    struct failure why;
    size_t n = 0, m = 0;
    assert_int_equal(stream_it(100, true, &why), YK_OK);
    char *first = check_read_file(scratch.path, &n);
    sleep(1); /* HDF5's times have seconds */
    assert_int_equal(stream_it(100, true, &why), YK_OK);
    char *second = check_read_file(scratch.path, &m);
    assert_int_equal(n, m);
    assert_memory_equal(first, second, n);
    free(first);
    free(second);
}

static void an_abandoned_file_leaves_nothing(void **state)
{
    (void)state;
    struct h5_file *file = NULL;
    struct failure why;
    assert_int_equal(h5_create(scratch.path, &file, &why), YK_OK);
    assert_int_equal(h5_group(file, "/g", &why), YK_OK);
    h5_abandon(file);
    assert_false(disk_is_file(scratch.path));
}

static void a_disk_that_refuses_bytes_gives_its_own_reason_and_leaves_nothing(void **state)
{
    (void)state;
    struct rlimit before, tight;
    getrlimit(RLIMIT_FSIZE, &before);
    void (*old)(int) = signal(SIGXFSZ, SIG_IGN);
    int failures = 0;
    for (rlim_t limit = 0; limit < 32768; limit += 1500) {
        struct failure why = {.text = ""};
        tight = (struct rlimit){limit, before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &tight);
        enum yk_status status = stream_it(700, false, &why);
        setrlimit(RLIMIT_FSIZE, &before);
        if (status != YK_OK) {
            failures++;
            assert_int_equal(status, YK_ERR_IO);
            assert_non_null(strstr(why.text, "File too large"));
            assert_false(disk_is_file(scratch.path));
        }
    }
    signal(SIGXFSZ, old);
    assert_true(failures > 5 && failures < 22);
    struct failure why;
    assert_int_equal(stream_it(700, false, &why), YK_OK); /* HDF5 is still whole */
}

static void refused_memory_leaves_nothing(void **state)
{
    (void)state;
    uint64_t k = 1;
    for (bool refused = true; refused; k++) {
        struct failure why;
        alloc_fail_at(k);
        enum yk_status status = stream_it(5000, false, &why);
        refused = alloc_refused();
        alloc_fail_at(0);
        if (refused) {
            assert_true(status == YK_ERR_MEMORY || status == YK_ERR_IO);
            assert_false(disk_is_file(scratch.path));
        } else {
            assert_int_equal(status, YK_OK);
        }
    }
    assert_true(k > 4);
}

static void *write_files(void *where)
{
    for (int i = 0; i < 20; i++) {
        char name[4300];
        struct h5_file *file = NULL;
        double values[100] = {0};
        struct failure why;
        struct h5_column column = {"x", H5_KIND_DOUBLE, 0, "u", "d", i % 2 == 0};
        snprintf(name, sizeof name, "%s/%s-%d.h5", scratch.folder, (const char *)where, i);
        if (h5_create(name, &file, &why) != YK_OK ||
            h5_write(file, "/", &column, values, 100, &why) != YK_OK ||
            h5_close(file, &why) != YK_OK) {
            return NULL;
        }
    }
    return where;
}

static void two_threads_write_their_own_files(void **state)
{
    (void)state;
    pthread_t thread[2];
    char name[2][2] = {"a", "b"};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&thread[i], NULL, write_files, name[i]), 0);
    }
    for (int i = 0; i < 2; i++) {
        void *result = NULL;
        pthread_join(thread[i], &result);
        assert_non_null(result);
    }
}

int main(void)
{
#define T(name) SCRATCH_TEST(name, scratch)
    const struct CMUnitTest tests[] = {
        T(a_column_of_every_kind_reads_back),
        T(attributes_read_back),
        T(what_is_not_there_or_of_another_shape_is_refused_with_a_sentence),
        T(a_file_cut_short_is_refused),
        T(a_source_that_cannot_be_read_says_so_itself),
        T(a_stream_is_the_same_in_pieces_of_any_size),
        T(equal_content_gives_equal_bytes_at_another_time),
        T(an_abandoned_file_leaves_nothing),
        T(a_disk_that_refuses_bytes_gives_its_own_reason_and_leaves_nothing),
        T(refused_memory_leaves_nothing),
        T(two_threads_write_their_own_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
