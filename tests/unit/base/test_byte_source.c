/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/byte_source.h"
#include "src/base/mem.h"
#include "tests/support/alloc.h"

static void memory_reads_stop_at_the_end(void **state)
{
    (void)state;
    struct byte_source *bytes = NULL;
    assert_int_equal(memory_source_open("abcdef", 6, "six", &bytes, NULL), YK_OK);
    assert_int_equal(bytes->size, 6);
    assert_string_equal(bytes->name, "six");
    assert_null(bytes->path);
    char at[8] = "";
    size_t got = 99;
    assert_int_equal(byte_source_read_at(bytes, 4, at, 8, &got, NULL), YK_OK);
    assert_int_equal(got, 2);
    assert_memory_equal(at, "ef", 2);
    assert_int_equal(byte_source_read_at(bytes, UINT64_MAX, at, 8, &got, NULL), YK_OK);
    assert_int_equal(got, 0);
    struct failure why;
    assert_int_equal(byte_source_read_exactly(bytes, 2, at, 5, &why), YK_ERR_CORRUPT);
    assert_string_equal(why.text, "six ends after 6 bytes; 1 more are needed");
    assert_int_equal(why.offset, 6);
    char *all = NULL;
    assert_int_equal(byte_source_read_all(bytes, &all, &why), YK_OK);
    assert_string_equal(all, "abcdef");
    mem_free(all);
    all = NULL;
    alloc_fail_at(1);
    assert_int_equal(byte_source_read_all(bytes, &all, &why), YK_ERR_MEMORY);
    alloc_fail_at(0);
    assert_string_equal(why.text, "no memory to read six");
    assert_null(all);
    byte_source_close(bytes);
    byte_source_close(NULL);
}

static void files_are_read_anywhere(void **state)
{
    (void)state;
    const char *folder = check_scratch("bytes");
    char path[5000], sub[5000];
    snprintf(path, sizeof path, "%s/夜 1.bin", folder);
    FILE *f = fopen(path, "wb");
    for (int i = 0; i < 100000; i++) {
        fputc(i % 251, f);
    }
    fclose(f);
    struct byte_source *bytes = NULL;
    assert_int_equal(file_source_open(path, &bytes, NULL), YK_OK);
    assert_int_equal(bytes->size, 100000);
    assert_string_equal(bytes->name, "夜 1.bin");
    assert_string_equal(bytes->path, path);
    unsigned char at[10];
    size_t got = 0;
    assert_int_equal(byte_source_read_exactly(bytes, 99990, at, 10, NULL), YK_OK);
    assert_int_equal(at[9], 99999 % 251);
    assert_int_equal(byte_source_read_at(bytes, 99995, at, 10, &got, NULL), YK_OK);
    assert_int_equal(got, 5);

    struct failure why;
    f = fopen(path, "ab"); /* one that grows is read up to where it ended */
    fputc('x', f);
    fclose(f);
    assert_int_equal(byte_source_read_exactly(bytes, 99990, at, 10, NULL), YK_OK);
    byte_source_close(bytes);
    assert_int_equal(file_source_open(path, &bytes, NULL), YK_OK);
    struct timespec then[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1000}};
    assert_int_equal(utimensat(AT_FDCWD, path, then, 0),
                     0); /* written to, at the same length */
    assert_int_equal(byte_source_read_exactly(bytes, 0, at, 10, &why), YK_ERR_IO);
    assert_non_null(strstr(why.text, "was changed while it was read"));
    byte_source_close(bytes);
    assert_int_equal(file_source_open(path, &bytes, NULL), YK_OK);
    assert_int_equal(truncate(path, 50000), 0); /* shrinks while it is open */
    assert_int_equal(byte_source_read_exactly(bytes, 49995, at, 10, &why), YK_ERR_IO);
    assert_int_equal(byte_source_read_exactly(bytes, 0, at, 10, &why), YK_ERR_IO);
    char *all = NULL;
    assert_int_equal(byte_source_read_all(bytes, &all, &why), YK_ERR_IO);
    assert_null(all);
    byte_source_close(bytes);

    bytes = NULL;
    assert_int_equal(file_source_open(folder, &bytes, &why), YK_ERR_ARGUMENT);
    assert_non_null(strstr(why.text, "is a folder"));
    snprintf(sub, sizeof sub, "%s/none", folder);
    assert_int_equal(file_source_open(sub, &bytes, &why), YK_ERR_NO_DEVICE);
    assert_non_null(strstr(why.text, sub));
    assert_int_equal(mkfifo(sub, 0600), 0);
    assert_int_equal(file_source_open(sub, &bytes, &why), YK_ERR_ARGUMENT);
    assert_null(bytes);

    for (uint64_t k = 1;; k++) {
        alloc_fail_at(k);
        enum yk_status status = file_source_open(path, &bytes, &why);
        bool refused = alloc_end(status, YK_OK);
        if (!refused) {
            break;
        }
        assert_null(bytes);
    }
    byte_source_close(bytes);
    check_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_reads_stop_at_the_end),
        cmocka_unit_test(files_are_read_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
