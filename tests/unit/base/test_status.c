/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <errno.h>
#include <string.h>

#include "src/base/status.h"
#include "src/base/utf8.h"

static void failure_set_returns_the_code_and_fills_the_sentence(void **state)
{
    (void)state;
    struct failure why;
    assert_int_equal(failure_set(&why, YK_ERR_CORRUPT, "sector %d: count %d", 13, 999),
                     YK_ERR_CORRUPT);
    assert_string_equal(why.text, "sector 13: count 999");
    assert_int_equal(why.offset, -1);
    assert_int_equal(failure_set(NULL, YK_ERR_IO, "nobody listens"), YK_ERR_IO);
}

static void failure_within_puts_context_in_front(void **state)
{
    (void)state;
    struct failure why;
    failure_set(&why, YK_ERR_TIMEOUT, "no reply");
    assert_int_equal(failure_within(&why, "reading %s", "clock"), YK_ERR_TIMEOUT);
    assert_string_equal(why.text, "reading clock: no reply");
}

static void long_sentences_are_cut_at_a_whole_character(void **state)
{
    (void)state;
    char name[600] = "";
    for (int i = 0; i < 150; i++) {
        strcat(name, "夜");
    }
    struct failure why;
    failure_set(&why, YK_ERR_IO, "x%s", name);
    size_t n = strlen(why.text);
    assert_true(n < sizeof why.text);
    assert_int_equal((n - 1) % 3, 0);
    failure_set_errno(&why, ENOENT, "x%s", name); /* before the system's reason */
    assert_null(utf8_find_bad(why.text));
}

static void errno_picks_the_code(void **state)
{
    (void)state;
    struct failure why;
    assert_int_equal(failure_set_errno(&why, ENOENT, "opening %s", "a.cwa"), YK_ERR_NO_DEVICE);
    assert_non_null(strstr(why.text, "opening a.cwa: "));
    assert_int_equal(failure_set_errno(&why, ENOSPC, "writing"), YK_ERR_IO);
}

static void broken_characters_do_not_empty_the_sentence(void **state)
{
    (void)state;
    char broken[600];
    memset(broken, 0xBD, sizeof broken);
    broken[sizeof broken - 1] = '\0';
    struct failure why;
    failure_set(&why, YK_ERR_ARGUMENT, "%s", broken);
    assert_true(strlen(why.text) >= sizeof why.text - 4);
    assert_true(strlen(why.text) < sizeof why.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failure_set_returns_the_code_and_fills_the_sentence),
        cmocka_unit_test(failure_within_puts_context_in_front),
        cmocka_unit_test(long_sentences_are_cut_at_a_whole_character),
        cmocka_unit_test(errno_picks_the_code),
        cmocka_unit_test(broken_characters_do_not_empty_the_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
