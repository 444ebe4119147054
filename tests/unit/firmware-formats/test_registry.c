/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "tests/support/cwa_build.h"

static void every_format_of_the_table_can_be_found(void **state)
{
    (void)state;
    assert_true(format_count() >= 1);
    for (size_t i = 0; i < format_count(); i++) {
        const struct format *format = format_at(i);
        assert_ptr_equal(format_find(format->id), format);
        assert_non_null(format->probe);
        assert_non_null(format->open);
        assert_non_null(format->suffix[0]);
    }
    assert_null(format_at(format_count()));
    assert_null(format_find("CWA"));
    assert_string_equal(format_find("cwa")->id, "cwa");
}

/* The content decides: odd names, upper case and compression make no difference. */
static void files_are_opened_by_content_whatever_their_name(void **state)
{
    (void)state;
    const char *folder = check_scratch("registry");
    char path[4200], gz[4300];
    struct cwa_build b;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    cwa_build_sectors(&b, 100);
    const char *const names[] = {"A.CWA", "week", "data.csv", "\xe5\xa4\x9c.cwa"};
    struct open_options opt = {.zone = cwa_build_zone(), .with_gyro = true};
    for (int i = 0; i < 4; i++) {
        struct recording_source *source = NULL;
        struct failure why = {0};
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        snprintf(gz, sizeof gz, "%s.gz", path);
        check_write_file(path, b.at, b.n);
        gzFile out = gzopen(gz, "wb");
        assert_int_equal(gzwrite(out, b.at, (unsigned)b.n), b.n);
        gzclose(out);
        assert_int_equal(recording_open(path, &opt, &source, &why), YK_OK);
        assert_int_equal(cwa_build_read(source, 99).n, 12000);
        recording_source_close(source);
        assert_int_equal(recording_open(gz, &opt, &source, &why), YK_OK);
        assert_int_equal(cwa_build_read(source, 99).n, 12000);
        assert_int_equal(source->report.n_events, 0);
        recording_source_close(source);
        /* Half of the compressed file: read as far as it goes, and said so. */
        struct stat packed;
        assert_int_equal(stat(gz, &packed), 0);
        assert_int_equal(truncate(gz, packed.st_size / 2), 0);
        assert_int_equal(recording_open(gz, &opt, &source, &why), YK_OK);
        struct cwa_read r = cwa_build_read(source, 99);
        assert_true(r.n > 120 && r.n < 12000);
        assert_int_equal(source->report.events[0].kind, READ_EVENT_NOTE);
        assert_non_null(strstr(source->report.events[0].detail, "cut off"));
        recording_source_close(source);
    }
    cwa_build_release(&b);
    check_remove(folder);
}

static void what_cannot_be_read_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        const char *says;
        enum yk_status status;
    } c[] = {{"PK\003\004rest of an archive", 21, "ZIP", YK_ERR_CORRUPT},
             {"%PDF-1.7 something here", 23, "PDF", YK_ERR_UNSUPPORTED},
             {"\x01\x02\x03\x04\x05\x06\x07\x08\x09", 9, "01 02 03 04 05 06 07 08",
              YK_ERR_UNSUPPORTED},
             {"a,b\n1,2\n3,4\n", 12, "thing: a table", YK_ERR_UNSUPPORTED},
             {"", 0, "empty", YK_ERR_UNSUPPORTED}};
    struct open_options opt = {.zone = cwa_build_zone()};
    for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
        struct byte_source *bytes = NULL;
        struct recording_source *source = NULL;
        struct failure why;
        assert_int_equal(memory_source_open(c[i].bytes, c[i].n, "thing", &bytes, NULL), YK_OK);
        assert_int_equal(recording_open_source(bytes, &opt, &source, &why), c[i].status);
        assert_non_null(strstr(why.text, c[i].says));
        assert_ptr_equal(strstr(why.text, "thing"), why.text);
        byte_source_close(bytes);
    }
    struct recording_source *source = NULL;
    struct failure why;
    assert_int_equal(recording_open("/nowhere/x.cwa", &opt, &source, &why), YK_ERR_NO_DEVICE);
    assert_int_equal(recording_open("/tmp", &opt, &source, &why), YK_ERR_ARGUMENT);
}

/* "x.ini" is found beside "x.csv", also when that is compressed. */
static void the_description_beside_a_table_is_found(void **state)
{
    (void)state;
    const char *folder = check_scratch("beside");
    char path[4200];
    const char *table = "a,b\n1,2\n2,3\n3,4\n", *ini = "[table]\nzone = Asia/Tokyo\n";
    snprintf(path, sizeof path, "%s/t.ini", folder);
    check_write_file(path, (const uint8_t *)ini, strlen(ini));
    for (int packed = 0; packed < 2; packed++) {
        struct open_options opt = {.zone = cwa_build_zone()};
        struct recording_source *source = NULL;
        struct failure why = {0};
        snprintf(path, sizeof path, "%s/t.csv%s", folder, packed ? ".gz" : "");
        gzFile out = gzopen(path, packed ? "wb" : "wbT");
        assert_true(gzwrite(out, table, (unsigned)strlen(table)) > 0);
        gzclose(out);
        /* Whatever is wrong with this description, only its reader can say so. */
        assert_int_not_equal(recording_open(path, &opt, &source, &why), YK_OK);
        assert_non_null(strstr(why.text, "t.ini"));
    }
    check_remove(folder);
}

/* A recorder's file that is still being copied: its size is that of the moment of opening. One
 * that became shorter is a failure: two passes over two contents would give numbers of neither.
 */
static void a_file_that_grows_is_read_consistently_and_one_that_shrinks_is_not(void **state)
{
    (void)state;
    const char *folder = check_scratch("growing");
    char path[4200];
    snprintf(path, sizeof path, "%s/growing.cwa", folder);
    struct cwa_build b;
    cwa_build_init(&b, CWA_PACKED, 0x4A, 0, 0);
    cwa_build_sectors(&b, 3000);
    check_write_file(path, b.at, 1024 + 2000 * 512 + 77);
    struct open_options opt = {.zone = cwa_build_zone(), .with_gyro = true};
    struct recording_source *source = NULL;
    assert_int_equal(recording_open(path, &opt, &source, NULL), YK_OK);
    FILE *more = fopen(path, "ab");
    assert_non_null(more);
    assert_int_equal(fwrite(b.at, 1, 5000, more), 5000);
    fclose(more);
    struct cwa_read r = cwa_build_read(source, b.true_rate_hz);
    assert_int_equal(r.n, 2000 * 120);
    assert_int_equal(source->report.trailing_bytes, 77);
    recording_source_close(source);

    struct sample_block block;
    struct failure why = {.text = ""};
    check_write_file(path, b.at, b.n);
    assert_int_equal(sample_block_init(&block, true, NULL), YK_OK);
    assert_int_equal(recording_open(path, &opt, &source, NULL), YK_OK);
    assert_int_equal(truncate(path, 1024 + 1500 * 512 + 9), 0);
    enum yk_status status = YK_OK;
    while (status == YK_OK) {
        status = source->ops->next_samples(source, &block, &why);
    }
    assert_int_equal(status, YK_ERR_IO);
    assert_non_null(strstr(why.text, "was changed while it was read"));
    sample_block_release(&block);
    recording_source_close(source);
    cwa_build_release(&b);
    check_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_of_the_table_can_be_found),
        cmocka_unit_test(files_are_opened_by_content_whatever_their_name),
        cmocka_unit_test(what_cannot_be_read_is_named),
        cmocka_unit_test(the_description_beside_a_table_is_found),
        cmocka_unit_test(a_file_that_grows_is_read_consistently_and_one_that_shrinks_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
