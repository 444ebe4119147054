/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <string.h>

#include "src/base/mem.h"
#include "src/store/persons.h"
#include "src/store/rewordings.h"
#include "tests/support/store_scene.h"

static struct store_scene scene;
static struct failure why;

static int setup(void **state)
{
    store_scene_setup(state);
    assert_int_equal(person_add(&scene.store, "P01", NULL, NULL, &why), YK_OK);
    return 0;
}

static struct rewording words(const char *text)
{
    struct rewording made = {.first = {2026, 5, 11},
                             .last = {2026, 5, 17},
                             .part = 2,
                             .language = LANGUAGE_EN,
                             .automatic =
                                 "On days off you woke 1 h later than on programme days.",
                             .editor = "OT-2",
                             .reason = "said together",
                             .made_ns = 1779000000000000000};
    memset(made.basis, 'a', sizeof made.basis - 1);
    strcpy(made.text, text);
    return made;
}

static void rows_are_added_and_none_is_changed(void **state)
{
    (void)state;
    struct rewording *list = NULL;
    struct rewording first = words("You like to sleep longer on days off."), none = words("");
    size_t n = 0;
    assert_int_equal(rewording_add(&scene.store, "P01", &first, &why), YK_OK);
    assert_int_equal(rewording_add(&scene.store, "P01", &first, &why), YK_OK);
    assert_int_equal(rewording_add(&scene.store, "P01", &none, &why), YK_OK);
    assert_int_equal(rewording_load(&scene.store, "P01", &list, &n, &why), YK_OK);
    assert_int_equal(n, 3);
    assert_string_equal(list[0].text, first.text);
    assert_string_equal(list[0].automatic, first.automatic);
    assert_string_equal(list[0].basis, first.basis);
    assert_int_equal(list[0].part, 2);
    assert_int_equal(list[0].language, LANGUAGE_EN);
    assert_true(list[0].made_ns == first.made_ns);
    assert_string_equal(list[2].text, "");
    assert_true(list[2].id > list[1].id && list[1].id > list[0].id);
    mem_free(list);
    assert_int_equal(db_run(scene.store.db, "UPDATE rewording SET text = 'x'", &why),
                     YK_ERR_CONFLICT);
}

static void the_audit_names_the_row_and_not_the_words(void **state)
{
    (void)state;
    struct rewording one = words("You like to sleep longer on days off.");
    assert_int_equal(rewording_add(&scene.store, "P01", &one, &why), YK_OK);
    assert_int_equal(store_scene_number(&scene,
                                        "SELECT count(*) FROM audit WHERE action = "
                                        "'statement add' AND subject = 'P01' AND detail "
                                        "= 'statement 1'"),
                     1);
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM audit WHERE detail LIKE "
                                                "'%sleep longer%' OR detail LIKE '%together%'"),
                     0);
}

static void words_that_may_not_be_said_and_unknown_people_are_refused(void **state)
{
    (void)state;
    struct rewording one = words("This is insomnia.");
    assert_int_equal(rewording_add(&scene.store, "P01", &one, &why), YK_ERR_ARGUMENT);
    one = words("Mornings were alike.");
    assert_int_equal(rewording_add(&scene.store, "P02", &one, &why), YK_ERR_NO_DEVICE);
    one.editor[0] = '\0';
    assert_int_equal(rewording_add(&scene.store, "P01", &one, &why), YK_ERR_ARGUMENT);
    assert_non_null(strstr(why.text, "editor is missing"));
    assert_int_equal(store_scene_number(&scene, "SELECT count(*) FROM rewording"), 0);
}

int main(void)
{
#define T(name) STORE_TEST_SETUP(name, setup, scene)
    const struct CMUnitTest tests[] = {
        T(rows_are_added_and_none_is_changed),
        T(the_audit_names_the_row_and_not_the_words),
        T(words_that_may_not_be_said_and_unknown_people_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
