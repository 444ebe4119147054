/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Codes for research: the same in one store, other ones in another, and telling nothing.
 */
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

#include "src/base/digest.h"
#include "src/store/pseudonym.h"
#include "tests/support/store_scene.h"

static void codes_stay_within_a_store_and_differ_between_stores(void **state)
{
    (void)state;
    struct store_scene scene;
    struct pseudonyms first, again, other;
    char a[PSEUDONYM_BYTES], b[PSEUDONYM_BYTES], hex[DIGEST_HEX];
    store_scene_make(&scene);
    assert_int_equal(pseudonyms_open(&scene.store, &first, NULL), YK_OK);
    assert_int_equal(pseudonyms_open(&scene.store, &again, NULL), YK_OK);
    assert_string_equal(first.secret, again.secret);
    assert_int_equal(strlen(first.secret), 64);
    assert_int_equal(
        store_scene_number(&scene, "SELECT count(*) FROM setting WHERE name = 'export_secret'"),
        1);
    store_scene_remove(&scene);
    store_scene_make(&scene);
    assert_int_equal(pseudonyms_open(&scene.store, &other, NULL), YK_OK);
    store_scene_remove(&scene);
    pseudonym(&first, 'P', "person", "山田-1", a);
    pseudonym(&again, 'P', "person", "山田-1", b);
    assert_string_equal(a, b);
    assert_int_equal(a[0], 'P');
    assert_int_equal(strlen(a), 9);
    pseudonym(&other, 'P', "person", "山田-1", b);
    assert_string_not_equal(a, b);
    pseudonym(&first, 'P', "device", "山田-1", b); /* a kind of its own */
    assert_string_not_equal(a, b);
    /* Not to be found by hashing all codes there are. */
    digest_of_memory("山田-1", strlen("山田-1"), hex);
    assert_memory_not_equal(a + 1, hex, 8);
    pseudonym(&first, 'P', "person", "", b);
    assert_string_equal(b, "");
}

/* By hand: SHA-256 of "00\nperson\nA" begins with these digits. */
static void the_code_is_of_secret_kind_and_code(void **state)
{
    (void)state;
    const struct pseudonyms fixed = {.secret = "00"};
    char code[PSEUDONYM_BYTES];
    pseudonym(&fixed, 'P', "person", "A", code);
    assert_string_equal(code, "Pf60da9c1");
}

static void a_shift_is_never_none_and_reaches_both_ends(void **state)
{
    (void)state;
    const struct pseudonyms fixed = {.secret = "00"};
    int least = 0, most = 0;
    for (int i = 0; i < 2000; i++) {
        char code[16];
        snprintf(code, sizeof code, "P%d", i);
        int weeks = pseudonym_number(&fixed, "weeks", code, 26);
        assert_int_equal(weeks, pseudonym_number(&fixed, "weeks", code, 26));
        assert_int_not_equal(weeks, 0);
        least = weeks < least ? weeks : least;
        most = weeks > most ? weeks : most;
    }
    assert_int_equal(least, -26);
    assert_int_equal(most, 26);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_stay_within_a_store_and_differ_between_stores),
        cmocka_unit_test(the_code_is_of_secret_kind_and_code),
        cmocka_unit_test(a_shift_is_never_none_and_reaches_both_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
