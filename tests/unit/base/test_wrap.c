/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include "src/base/fill.h"
#include "src/base/wrap.h"

static void wraps_to(const char *words, int column, int indent, int width, const char *expected)
{
    struct text out;
    text_init(&out);
    text_add_wrapped(&out, words, column, indent, width);
    assert_string_equal(text_string(&out), expected);
    text_release(&out);
}

static void english_breaks_at_blanks(void **state)
{
    (void)state;
    wraps_to("one two three four", 0, 2, 9, "one two\n  three\n  four\n");
    wraps_to("one", 5, 5, 80, "one\n");
    wraps_to("", 0, 0, 80, "\n");
}

static void a_word_longer_than_the_line_stays_whole(void **state)
{
    (void)state;
    wraps_to("extraordinarily long", 0, 0, 6, "extraordinarily\nlong\n");
}

static void japanese_breaks_between_characters_but_not_before_a_full_stop(void **state)
{
    (void)state;
    wraps_to("眠りの真ん中", 0, 0, 6, "眠りの\n真ん中\n");
    wraps_to("眠りの。目覚め", 0, 0, 6, "眠り\nの。目\n覚め\n");
    wraps_to("次の「朝」です", 0, 0, 6, "次の\n「朝」\nです\n");
}

static void line_ends_inside_are_kept(void **state)
{
    (void)state;
    wraps_to("a\n\nb", 0, 2, 80, "a\n\n  b\n");
}

static void padding_counts_what_the_screen_shows(void **state)
{
    (void)state;
    struct text out;
    text_init(&out);
    text_add_padded(&out, "夜", 4);
    assert_string_equal(text_string(&out), "夜  ");
    text_release(&out);
}

static void gaps_are_filled_in_any_order(void **state)
{
    (void)state;
    struct text out;
    text_init(&out);
    text_fill(&out, "{1}のうち{0}、{2}{", "six", "seven");
    assert_string_equal(text_string(&out), "sevenのうちsix、{2}{");
    text_clear(&out);
    text_fill(&out, "{0} {0:night:nights}, {1} {1:day:days}{2:a:b}{0:c}{0:d", "1", "10");
    assert_string_equal(text_string(&out), "1 night, 10 days{2:a:b}{0:c}{0:d");
    text_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(english_breaks_at_blanks),
        cmocka_unit_test(a_word_longer_than_the_line_stays_whole),
        cmocka_unit_test(japanese_breaks_between_characters_but_not_before_a_full_stop),
        cmocka_unit_test(line_ends_inside_are_kept),
        cmocka_unit_test(padding_counts_what_the_screen_shows),
        cmocka_unit_test(gaps_are_filled_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
