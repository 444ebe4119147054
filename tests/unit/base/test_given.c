/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

#include "src/base/given.h"
#include "src/base/utf8.h"

static enum yk_status add(struct given *self, const char *name, const char *value, size_t line,
                          struct failure *why)
{
    return given_add(self, name, strlen(name), value, strlen(value), line, why);
}

static void a_name_given_twice_is_refused_with_both_values(void **state)
{
    (void)state;
    static struct given given;
    struct failure why = {0};
    assert_int_equal(add(&given, "zone", "UTC", 1, &why), YK_OK);
    assert_int_equal(add(&given, "zones", "UTC", 2, &why), YK_OK);
    assert_int_equal(add(&given, "zon", "", 3, &why), YK_OK);
    assert_int_equal(add(&given, "zone", "Asia/Tokyo", 4, &why), YK_ERR_ARGUMENT);
    assert_string_equal(
        why.text, "zone is set twice, to 'UTC' in line 1 and to 'Asia/Tokyo' here; remove one");
    assert_int_equal(given.n, 3);
    assert_int_equal(add(&given, "zone", "夜明け夜明け夜明け夜明け夜明け", 5, &why),
                     YK_ERR_ARGUMENT);
    assert_null(utf8_find_bad(why.text)); /* cut at a character */
}

static void what_is_behind_the_last_place_is_not_kept(void **state)
{
    (void)state;
    static struct given given;
    static char names[GIVEN_MAX + 1][8];
    for (size_t i = 0; i <= GIVEN_MAX; i++) {
        snprintf(names[i], sizeof names[i], "n%zu", i);
        assert_int_equal(add(&given, names[i], "1", i + 1, NULL), YK_OK);
    }
    assert_int_equal(given.n, GIVEN_MAX);
    assert_int_equal(add(&given, names[0], "2", GIVEN_MAX + 2, NULL), YK_ERR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_given_twice_is_refused_with_both_values),
        cmocka_unit_test(what_is_behind_the_last_place_is_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
