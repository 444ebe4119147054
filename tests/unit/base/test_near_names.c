/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <string.h>

#include "src/base/near_names.h"

static void near_names_are_found(void **state)
{
    (void)state;
    assert_int_equal(name_distance("kitten", "sitting"), 3);
    assert_int_equal(name_distance("", "abc"), 3);
    assert_int_equal(name_distance("TOKYO", "tokyo"), 0);
    struct near_names near;
    near_names_init(&near, "sib_ang");
    static const char *const known[] = {"epoch_s", "sib_min", "sib_angle_deg", "grid",
                                        "nap_min"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        near_names_offer(&near, known[i]);
    }
    char joined[NEAR_NAMES_ROOM];
    near_names_join(&near, joined);
    assert_string_equal(near.name[0], "sib_angle_deg");
    assert_string_equal(near.name[1], "sib_min");
    assert_non_null(strstr(joined, "sib_angle_deg, sib_min, "));
    near_names_init(&near, "p02"); /* capital letters alone are nearer than a letter */
    near_names_offer(&near, "P01");
    near_names_offer(&near, "P02");
    assert_string_equal(near.name[0], "P02");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(near_names_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
