/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/store/tar.h"

static struct scratch scratch = {.file = "x.tar"};
static char source[4300];
static struct failure why;

static int setup(void **state)
{
    scratch_setup(state);
    snprintf(source, sizeof source, "%s/in", scratch.folder);
    return 0;
}

static void fill(size_t n)
{
    FILE *out = fopen(source, "wb");
    assert_non_null(out);
    for (size_t i = 0; i < n; i++) {
        fputc((int)(i * 7 % 251), out);
    }
    fclose(out);
}

static void members_of_every_size_are_found_again_and_by_tar(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 511, 512, 513, 5000};
    struct tar_writer writer = {.path = scratch.path};
    writer.fd = open(scratch.path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    for (size_t i = 0; i < 6; i++) {
        char name[TAR_NAME_BYTES], hash[DIGEST_HEX];
        uint64_t bytes = 0;
        fill(sizes[i]);
        snprintf(name, sizeof name, "part/%zu.bin", sizes[i]);
        assert_int_equal(tar_put_file(&writer, name, source, hash, &bytes, NULL, &why), YK_OK);
        assert_int_equal(bytes, sizes[i]);
    }
    assert_int_equal(tar_put_text(&writer, "list", "hello\n", 6, &why), YK_OK);
    assert_int_equal(tar_put_end(&writer, &why), YK_OK);
    close(writer.fd);
    struct byte_source *in = NULL;
    struct tar_member member;
    uint64_t at = 0;
    assert_int_equal(file_source_open(scratch.path, &in, &why), YK_OK);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(tar_next(in, &at, &member, &why), YK_OK);
        assert_int_equal(member.size, sizes[i]);
    }
    assert_int_equal(tar_next(in, &at, &member, &why), YK_OK);
    assert_string_equal(member.name, "list");
    assert_int_equal(tar_next(in, &at, &member, &why), YK_END);
    byte_source_close(in);
    setenv("TAR", scratch.path, 1);
    assert_int_equal(system("test \"$(tar xOf \"$TAR\" list)\" = hello && "
                            "test $(tar tf \"$TAR\" | wc -l) -eq 7 && "
                            "test $(tar xOf \"$TAR\" part/513.bin | wc -c) -eq 513"),
                     0);
}

static void a_tar_of_another_program_is_read(void **state)
{
    (void)state;
    fill(700);
    setenv("TAR", scratch.path, 1);
    setenv("ROOT", scratch.folder, 1);
    assert_int_equal(system("cd \"$ROOT\" && tar --format=ustar -cf \"$TAR\" in"), 0);
    struct byte_source *in = NULL;
    struct tar_member member;
    uint64_t at = 0;
    assert_int_equal(file_source_open(scratch.path, &in, &why), YK_OK);
    assert_int_equal(tar_next(in, &at, &member, &why), YK_OK);
    assert_string_equal(member.name, "in");
    assert_int_equal(member.size, 700);
    assert_int_equal(tar_next(in, &at, &member, &why), YK_END);
    byte_source_close(in);
}

static enum yk_status read_block(const uint8_t *block, size_t n)
{
    struct byte_source *in = NULL;
    struct tar_member member;
    uint64_t at = 0;
    assert_int_equal(memory_source_open(block, n, "x", &in, &why), YK_OK);
    enum yk_status status = tar_next(in, &at, &member, &why);
    byte_source_close(in);
    return status;
}

/* Puts the checksum of POSIX into a header block. */
static void sum(uint8_t *block)
{
    unsigned total = 0;
    memset(block + 148, ' ', 8);
    for (size_t i = 0; i < 512; i++) {
        total += block[i];
    }
    char text[8];
    snprintf(text, sizeof text, "%06o", total);
    memcpy(block + 148, text, 7);
}

static void sizes_and_types_that_cannot_be_are_refused(void **state)
{
    (void)state;
    uint8_t block[1024] = {0};
    assert_int_equal(read_block(block, 100), YK_ERR_CORRUPT);
    assert_string_equal(why.text, "x is no backup: its 100 bytes are too few for one");
    assert_int_equal(read_block(block, 512), YK_END);
    memcpy(block, "name", 4);
    memcpy(block + 257, "ustar\00000", 8);
    memcpy(block + 124, "00000001000", 11); /* 512 bytes */
    block[156] = '0';
    sum(block);
    assert_int_equal(read_block(block, 1024), YK_OK);
    assert_int_equal(read_block(block, 1023), YK_ERR_CORRUPT); /* cut short */
    memcpy(block + 124, "77777777777", 11);
    sum(block);
    assert_int_equal(read_block(block, 1024), YK_ERR_CORRUPT);
    memset(block + 124, 0xFF, 12); /* base-256, beyond any file */
    sum(block);
    assert_int_equal(read_block(block, 1024), YK_ERR_CORRUPT);
    memset(block + 124, 0, 12);
    block[124] = 0x80;
    block[135] = 0x40;
    sum(block);
    assert_int_equal(read_block(block, 1024), YK_OK);
    block[156] = '2'; /* a link */
    sum(block);
    assert_int_equal(read_block(block, 1024), YK_ERR_CORRUPT);
    block[156] = '0';
    sum(block);
    block[0] ^= 1; /* checksum */
    assert_int_equal(read_block(block, 1024), YK_ERR_CORRUPT);
}

static void a_name_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    char name[200];
    struct tar_writer writer = {.path = scratch.path};
    memset(name, 'n', 150);
    name[150] = '\0';
    writer.fd = open(scratch.path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(tar_put_text(&writer, name, "x", 1, &why), YK_ERR_ARGUMENT);
    close(writer.fd);
}

int main(void)
{
#define T(name)                                                                                \
    cmocka_unit_test_prestate_setup_teardown(name, setup, scratch_teardown, &scratch)
    const struct CMUnitTest tests[] = {
        T(members_of_every_size_are_found_again_and_by_tar),
        T(a_tar_of_another_program_is_read),
        T(sizes_and_types_that_cannot_be_are_refused),
        T(a_name_that_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
