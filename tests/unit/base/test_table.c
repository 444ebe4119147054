/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>

#include "src/base/table.h"
#include "tests/support/alloc.h"

static void columns_are_aligned_by_what_the_screen_shows(void **state)
{
    (void)state;
    struct table table;
    struct text out;
    text_init(&out);
    table_init(&table, 3);
    table_align(&table, 1, TABLE_RIGHT);
    table_cell(&table, "名前");
    table_cell(&table, "値");
    table_cell(&table, "");
    table_cell(&table, "a");
    table_number(&table, 12.345, 1);
    table_cell(&table, "x");
    table_cell(&table, "目覚め");
    table_number(&table, (double)NAN, 1);
    table_cell(&table, NULL);
    assert_int_equal(table_write(&table, 2, 2, false, &out, NULL), YK_OK);
    assert_string_equal(text_string(&out), "  名前      値\n"
                                           "  a       12.3  x\n"
                                           "  目覚め     –\n");
    text_release(&out);
    table_release(&table);
}

static void a_column_without_content_disappears(void **state)
{
    (void)state;
    struct table table;
    struct text out;
    text_init(&out);
    table_init(&table, 3);
    const char *const cells[] = {"a", "b", "c", "1", "", "3"};
    for (size_t i = 0; i < 6; i++) {
        table_cell(&table, cells[i]);
    }
    assert_int_equal(table_write(&table, 0, 1, true, &out, NULL), YK_OK);
    assert_string_equal(text_string(&out), "a c\n1 3\n");
    text_release(&out);
    table_release(&table);
}

static void refused_memory_is_said(void **state)
{
    (void)state;
    for (uint64_t k = 1; k < 50; k++) {
        struct table table;
        struct text out;
        struct failure why;
        text_init(&out);
        table_init(&table, 1);
        alloc_fail_at(k);
        table_cell(&table, "something");
        enum yk_status status = table_write(&table, 2, 2, false, &out, &why);
        bool refused = alloc_end(status, YK_OK);
        text_release(&out);
        table_release(&table);
        if (!refused) {
            return;
        }
    }
    fail();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_aligned_by_what_the_screen_shows),
        cmocka_unit_test(a_column_without_content_disappears),
        cmocka_unit_test(refused_memory_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
