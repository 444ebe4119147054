/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

#include "src/base/row_index.h"

enum { ROWS = 3000 };
static char rows[ROWS][16];

static bool is_row(const void *user, size_t row)
{
    return strcmp(user, rows[row]) == 0;
}

static void every_row_is_found_under_its_key_and_nothing_else(void **state)
{
    (void)state;
    struct row_index index;
    row_index_init(&index);
    assert_int_equal(row_index_find(&index, 1, is_row, "x"), ROW_NONE);
    for (size_t i = 0; i < ROWS; i++) {
        snprintf(rows[i], sizeof rows[i], "P%zu", i * 7);
        assert_int_equal(row_index_add(&index, row_hash(ROW_HASH_START, rows[i]), i), 0);
    }
    for (size_t i = 0; i < ROWS; i++) {
        assert_int_equal(
            row_index_find(&index, row_hash(ROW_HASH_START, rows[i]), is_row, rows[i]), i);
    }
    assert_int_equal(row_index_find(&index, row_hash(ROW_HASH_START, "P1"), is_row, "P1"),
                     ROW_NONE);
    row_index_release(&index);
}

static void rows_of_one_hash_are_told_apart(void **state)
{
    (void)state;
    struct row_index index;
    row_index_init(&index);
    for (size_t i = 0; i < 100; i++) {
        snprintf(rows[i], sizeof rows[i], "%zu", i);
        assert_int_equal(row_index_add(&index, 42, i), 0);
    }
    assert_int_equal(row_index_find(&index, 42, is_row, "77"), 77);
    assert_int_equal(row_index_find(&index, 42, is_row, "100"), ROW_NONE);
    assert_int_equal(row_index_find(&index, 43, is_row, "77"), ROW_NONE);
    row_index_release(&index);
}

static void parts_of_a_key_do_not_run_together(void **state)
{
    (void)state;
    assert_true(row_hash(row_hash(ROW_HASH_START, "ab"), "c") !=
                row_hash(row_hash(ROW_HASH_START, "a"), "bc"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_found_under_its_key_and_nothing_else),
        cmocka_unit_test(rows_of_one_hash_are_told_apart),
        cmocka_unit_test(parts_of_a_key_do_not_run_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
