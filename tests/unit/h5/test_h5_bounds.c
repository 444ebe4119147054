/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/h5/h5_rows.h"
#include "src/h5/h5_seal.h"

#define CLAIMED ((hsize_t)1 << 23)

static struct scratch scratch = {.file = "記録.h5"};

/* Makes a file of one dataset "/t/v" of `claimed` values in chunks, of which the first n are
 * written: every chunk is deflated, or none. */
static void make_chunked(hid_t type, hsize_t claimed, hsize_t n, hsize_t chunk, bool deflated)
{
    static const char zeros[1 << 20] = {0};
    hsize_t first = 0, limit = H5S_UNLIMITED;
    assert_true(n * H5Tget_size(type) <= sizeof zeros);
    hid_t file = H5Fcreate(scratch.path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t group = H5Gcreate2(file, "/t", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    hid_t list = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(1, &claimed, &limit);
    H5Pset_chunk(list, 1, &chunk);
    if (deflated) {
        H5Pset_deflate(list, 9);
    }
    hid_t set = H5Dcreate2(group, "v", type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    assert_true(set >= 0);
    if (n > 0) {
        hid_t memory = H5Screate_simple(1, &n, NULL);
        assert_true(H5Sselect_hyperslab(space, H5S_SELECT_SET, &first, NULL, &n, NULL) >= 0);
        assert_true(H5Dwrite(set, type, memory, space, H5P_DEFAULT, zeros) >= 0);
        H5Sclose(memory);
    }
    H5Dclose(set);
    H5Sclose(space);
    H5Pclose(list);
    H5Gclose(group);
    H5Fclose(file);
}

/* Takes bytes. */
static void write_back(char *bytes, size_t size)
{
    check_write_file(scratch.path, bytes, size);
    free(bytes);
}

/* How the column reads; both ways of opening it agree. */
static enum yk_status count(size_t *n, struct failure *why)
{
    struct h5_file *file = NULL;
    struct h5_part *part = NULL;
    uint64_t values = 0;
    assert_int_equal(h5_open(scratch.path, &file, why), YK_OK);
    enum yk_status as_part = h5_part_open(file, "/t", "v", H5_KIND_DOUBLE, &part, &values, why);
    if (as_part == YK_OK) {
        h5_part_close(part);
    }
    enum yk_status status = h5_count(file, "/t", "v", n, why);
    assert_int_equal(as_part, status);
    h5_abandon(file);
    return status;
}

static void rows_that_nothing_is_stored_for_are_refused(void **state)
{
    (void)state;
    struct failure why;
    size_t n = 7;
    make_chunked(H5T_NATIVE_DOUBLE, CLAIMED, 0, 1024, true);
    assert_int_equal(count(&n, &why), YK_ERR_CORRUPT);
    assert_non_null(strstr(why.text, "/t/v is said to have 8388608 rows, more than the 0 bytes "
                                     "stored for it can hold; the file is damaged"));
    assert_int_equal(n, 7);
}

static void a_chunk_does_not_vouch_for_a_thousand_others(void **state)
{
    (void)state;
    struct failure why;
    size_t n = 0;
    make_chunked(H5T_NATIVE_DOUBLE, 102400, 1000, 1024, false);
    assert_int_equal(count(&n, &why), YK_ERR_CORRUPT);
    make_chunked(H5T_NATIVE_DOUBLE, CLAIMED, 1000, 1024, true);
    assert_int_equal(count(&n, &why), YK_ERR_CORRUPT);
    make_chunked(H5T_NATIVE_DOUBLE, 1024, 1000, 1024, false);
    assert_int_equal(count(&n, &why), YK_OK);
    assert_int_equal(n, 1024);
}

/* HDF5 unpacks chunks whole: it is their size that would be reserved. */
static void a_chunk_larger_than_what_is_stored_is_refused(void **state)
{
    (void)state;
    const uint32_t was[2] = {1000, sizeof(double)}, now[2] = {200000000, sizeof(double)};
    struct failure why;
    size_t n = 0, size = 0;
    int changed = 0;
    make_chunked(H5T_NATIVE_DOUBLE, 10, 10, 1000, true); /* 8 kB of zeros and a little */
    assert_int_equal(count(&n, &why), YK_OK);
    assert_int_equal(n, 10);
    char *bytes = check_read_file(scratch.path, &size);
    for (size_t i = 0; i + sizeof was <= size; i++) {
        if (memcmp(bytes + i, was, sizeof was) == 0) {
            memcpy(bytes + i, now, sizeof now);
            changed++;
        }
    }
    assert_int_equal(changed, 1);
    write_back(bytes, size);
    assert_int_equal(count(&n, &why), YK_ERR_CORRUPT);
}

/* Nothing shrinks more than this. */
static void a_column_of_nothing_but_zeros_is_accepted(void **state)
{
    (void)state;
    enum { MANY = 1 << 20 };
    struct h5_column column = {"v", H5_KIND_DOUBLE, 0, NULL, NULL, true};
    double *zeros = calloc(MANY, sizeof *zeros);
    struct h5_file *file = NULL;
    struct failure why;
    size_t n = 0;
    assert_non_null(zeros);
    for (size_t size = 1; size <= MANY; size *= 4) {
        for (int is_compressed = 0; is_compressed < 2; is_compressed++) {
            column.is_compressed = is_compressed != 0;
            assert_int_equal(h5_create(scratch.path, &file, &why), YK_OK);
            assert_int_equal(h5_group(file, "/t", &why), YK_OK);
            assert_int_equal(h5_write(file, "/t", &column, zeros, size, &why), YK_OK);
            assert_int_equal(h5_close(file, &why), YK_OK);
            assert_int_equal(count(&n, &why), YK_OK);
            assert_int_equal(n, size);
        }
    }
    free(zeros);
    make_chunked(H5T_NATIVE_DOUBLE, 1 << 17, 1 << 17, 1 << 17, true); /* 1 MiB, packed best */
    assert_int_equal(count(&n, &why), YK_OK);
    assert_int_equal(n, 1 << 17);
}

static void records_are_bounded_like_columns(void **state)
{
    (void)state;
    static const struct h5_field field = {"x",  0,   sizeof(double), H5_FIELD_DOUBLE,
                                          NULL, "x", NULL,           NULL};
    static const struct h5_table table = {"/t/v", "x", sizeof(double), &field, 1, true};
    struct h5_file *file = NULL;
    struct failure why;
    size_t n = 7;
    hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(double));
    H5Tinsert(type, "x", 0, H5T_NATIVE_DOUBLE);
    make_chunked(type, CLAIMED, 1000, 1024, true);
    assert_int_equal(h5_open(scratch.path, &file, &why), YK_OK);
    assert_int_equal(h5_rows_count(file, &table, &n, &why), YK_ERR_CORRUPT);
    assert_non_null(strstr(why.text, "/t/v is said to have 8388608 rows"));
    assert_int_equal(n, 7);
    h5_abandon(file);
    make_chunked(type, 1000, 1000, 1024, true);
    assert_int_equal(h5_open(scratch.path, &file, &why), YK_OK);
    assert_int_equal(h5_rows_count(file, &table, &n, &why), YK_OK);
    assert_int_equal(n, 1000);
    h5_abandon(file);
    H5Tclose(type);
}

/* The size of a dataset in one piece is the file's word as well: both are made larger. */
static void a_size_that_the_file_does_not_have_is_refused(void **state)
{
    (void)state;
    enum { N = 12345 };
    static const double values[N] = {0};
    struct h5_column column = {"v", H5_KIND_DOUBLE, 0, NULL, NULL, false};
    struct h5_file *file = NULL;
    struct failure why;
    size_t size = 0, n = 0;
    int changed = 0;
    assert_int_equal(h5_create(scratch.path, &file, &why), YK_OK);
    assert_int_equal(h5_group(file, "/t", &why), YK_OK);
    assert_int_equal(h5_write(file, "/t", &column, values, N, &why), YK_OK);
    assert_int_equal(h5_close(file, &why), YK_OK);
    char *bytes = check_read_file(scratch.path, &size);
    const uint64_t was[] = {N, N * sizeof(double)};
    for (size_t i = 0; i + 8 <= size; i++) {
        for (size_t w = 0; w < 2; w++) {
            uint64_t now = 0;
            memcpy(&now, bytes + i, sizeof now);
            if (now == was[w]) {
                now *= 512;
                memcpy(bytes + i, &now, sizeof now);
                changed++;
            }
        }
    }
    assert_true(changed >= 2);
    write_back(bytes, size - H5_SEAL_BYTES); /* the seal would tell earlier */
    assert_int_equal(count(&n, &why), YK_ERR_CORRUPT);
    assert_non_null(strstr(why.text, "rows, more than the"));
}

int main(void)
{
#define T(name) SCRATCH_TEST(name, scratch)
    const struct CMUnitTest tests[] = {
        T(rows_that_nothing_is_stored_for_are_refused),
        T(a_chunk_does_not_vouch_for_a_thousand_others),
        T(a_chunk_larger_than_what_is_stored_is_refused),
        T(a_column_of_nothing_but_zeros_is_accepted),
        T(records_are_bounded_like_columns),
        T(a_size_that_the_file_does_not_have_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
