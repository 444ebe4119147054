/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <string.h>

#include "src/base/i18n.h"

/* The conversions of a format in order ("%s %d" gives "sd"). */
static void conversions(const char *format, char *out, size_t room)
{
    size_t n = 0;
    for (const char *p = format; *p != '\0'; p++) {
        if (*p != '%') {
            continue;
        }
        p += 1 + strspn(p + 1, "0123456789.-+ #*hlzjtL");
        if (*p != '%' && n + 1 < room) {
            out[n++] = *p;
        }
    }
    out[n] = '\0';
}

static void both_languages_say_every_sentence_with_the_same_arguments(void **state)
{
    (void)state;
    for (int id = 0; id < TEXT_COUNT; id++) {
        const char *ja = i18n(LANGUAGE_JA, (enum text_id)id);
        const char *en = i18n(LANGUAGE_EN, (enum text_id)id);
        assert_non_null(ja);
        assert_non_null(en);
        assert_true((*ja != '\0') == (*en != '\0'));
        char a[64], b[64];
        conversions(ja, a, sizeof a);
        conversions(en, b, sizeof b);
        assert_string_equal(a, b);
    }
}

static void the_language_comes_from_the_locale_name(void **state)
{
    (void)state;
    assert_int_equal(language_of("ja"), LANGUAGE_JA);
    assert_int_equal(language_of("ja_JP.UTF-8"), LANGUAGE_JA);
    assert_int_equal(language_of("ja-JP"), LANGUAGE_JA);
    assert_int_equal(language_of("jav"), LANGUAGE_EN);
    assert_int_equal(language_of("en_GB"), LANGUAGE_EN);
    assert_int_equal(language_of(""), LANGUAGE_EN);
    assert_int_equal(language_of(NULL), LANGUAGE_EN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_languages_say_every_sentence_with_the_same_arguments),
        cmocka_unit_test(the_language_comes_from_the_locale_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
