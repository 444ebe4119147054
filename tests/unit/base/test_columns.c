/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include "src/base/columns.h"

static void terminal_columns_follow_east_asian_width(void **state)
{
    (void)state;
    assert_int_equal(text_columns(""), 0);
    assert_int_equal(text_columns("abc"), 3);
    assert_int_equal(text_columns("夜明け"), 6);
    assert_int_equal(text_columns("ｶﾅ"), 2);   /* halfwidth katakana */
    assert_int_equal(text_columns("Ａ１"), 4); /* fullwidth */
    assert_int_equal(text_columns("e\u0301"), 1);
    assert_int_equal(text_columns("か\u3099"), 2);
    assert_int_equal(text_columns("█▁"), 2); /* ambiguous: narrow */
    assert_int_equal(text_columns("😴"), 2);
    assert_int_equal(text_columns("a\xFFz"), 3);
    assert_int_equal(text_columns("\x1b[1m"), 3); /* the escape itself takes none */
}

static void columns_of_some_bytes_stop_there(void **state)
{
    (void)state;
    assert_int_equal(columns_n("夜明け", 3), 2);
    assert_int_equal(columns_n("夜明け", 4), 3); /* half a character: one replacement */
    assert_int_equal(columns_n("", 0), 0);
}

static void only_whole_characters_fit(void **state)
{
    (void)state;
    assert_int_equal(columns_fit("abc", 5), 3);
    assert_int_equal(columns_fit("abc", 2), 2);
    assert_int_equal(columns_fit("夜明け", 5), 6); /* the third would take half a column */
    assert_int_equal(columns_fit("e\u0301x", 1), 3);
    assert_int_equal(columns_fit("夜", 0), 0);
    assert_int_equal(columns_fit("", 4), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terminal_columns_follow_east_asian_width),
        cmocka_unit_test(columns_of_some_bytes_stop_there),
        cmocka_unit_test(only_whole_characters_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
