/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include "src/cli/cli.h"

static void language_follows_the_posix_order(void **state)
{
    (void)state;
    assert_int_equal(cli_language(NULL, NULL, "ja_JP.UTF-8"), LANGUAGE_JA);
    assert_int_equal(cli_language("en_US.UTF-8", NULL, "ja_JP.UTF-8"), LANGUAGE_EN);
    assert_int_equal(cli_language("", "ja", "en_US"), LANGUAGE_JA);
    assert_int_equal(cli_language(NULL, NULL, NULL), LANGUAGE_EN);
}

static void utf8_is_assumed_unless_another_set_is_named(void **state)
{
    (void)state;
    assert_true(cli_is_utf8(NULL, NULL, "ja_JP.UTF-8"));
    assert_true(cli_is_utf8("C.utf8", NULL, "C"));
    assert_true(cli_is_utf8(NULL, NULL, NULL));
    assert_false(cli_is_utf8(NULL, NULL, "C"));
    assert_false(cli_is_utf8(NULL, "ja_JP.eucJP", "ja_JP.UTF-8"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(language_follows_the_posix_order),
        cmocka_unit_test(utf8_is_assumed_unless_another_set_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
