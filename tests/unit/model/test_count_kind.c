/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include "src/model/count_kind.h"

static void every_kind_is_found_by_its_name(void **state)
{
    (void)state;
    for (int i = 0; i < COUNT_KIND_COUNT; i++) {
        enum count_kind found = COUNT_KIND_COUNT;
        assert_true(count_kind_find(count_kind_name((enum count_kind)i), &found));
        assert_int_equal(found, i);
    }
}

static void what_is_no_kind_is_unknown(void **state)
{
    (void)state;
    enum count_kind kind = COUNT_KIND_ACTICAL;
    assert_false(count_kind_find("Actiwatch", &kind));
    assert_int_equal(kind, COUNT_KIND_ACTICAL);
    assert_string_equal(count_kind_name((enum count_kind)999), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_found_by_its_name),
        cmocka_unit_test(what_is_no_kind_is_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
