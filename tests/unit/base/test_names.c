/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include "src/base/names.h"

static void a_name_is_what_follows_the_last_slash(void **state)
{
    (void)state;
    assert_string_equal(name_of_path("week.cwa"), "week.cwa");
    assert_string_equal(name_of_path("/data/b.1/week.cwa"), "week.cwa");
    assert_string_equal(name_of_path("data/"), "");
    assert_string_equal(name_of_path(""), "");
}

static void an_ending_has_something_before_it(void **state)
{
    (void)state;
    assert_true(name_ends_with("a.csv", ".csv"));
    assert_false(name_ends_with("a.CSV", ".csv"));
    assert_true(name_ends_like("a.CSV", ".csv"));
    assert_false(name_ends_with(".csv", ".csv"));
    assert_false(name_ends_like(".csv", ".csv"));
    assert_false(name_ends_with("v", ".csv"));
    assert_false(name_ends_with("a.csv.gz", ".csv"));
}

static void a_stem_has_neither_ending_nor_packing(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        size_t n;
    } known[] = {{"week.csv", 4},    {"week.csv.gz", 4},
                 {"week.CSV.GZ", 4}, {"week.gz", 4},
                 {"week", 4},        {"b.1/week", 8},
                 {"b.1/week.x", 8},  {".csv", 4},
                 {".csv.gz", 4},     {".gz", 3},
                 {"a/.hidden.x", 9}, {"a.b.c", 3},
                 {"week.csv.xz", 8}, {"", 0},
                 {"data/", 5}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        assert_int_equal(name_stem(known[i].path), known[i].n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_what_follows_the_last_slash),
        cmocka_unit_test(an_ending_has_something_before_it),
        cmocka_unit_test(a_stem_has_neither_ending_nor_packing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
