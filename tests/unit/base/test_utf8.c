/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <iconv.h>
#include <string.h>

#include "src/base/utf8.h"

/* What the C library's converter makes of the same bytes: an independent reader of RFC 3629. */
static int iconv_length(iconv_t converter, char *at, size_t n, uint32_t *code)
{
    for (size_t length = 1; length <= n; length++) {
        char *from = at, *to = (char *)code;
        size_t from_n = length, to_n = sizeof *code;
        iconv(converter, NULL, NULL, NULL, NULL);
        if (iconv(converter, &from, &from_n, &to, &to_n) != (size_t)-1) {
            return (int)length;
        }
    }
    return 0;
}

static void every_lead_and_second_byte_reads_as_iconv_reads_it(void **state)
{
    (void)state;
    iconv_t converter = iconv_open("UTF-32LE", "UTF-8");
    assert_true(converter != (iconv_t)-1);
    static const unsigned char tails[][2] = {
        {0x80, 0x80}, {0xBF, 0xBF}, {0x41, 0x80}, {0x80, 0x41}};
    for (unsigned lead = 0; lead < 256; lead++) {
        for (unsigned second = 0; second < 256; second++) {
            for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
                char four[4] = {(char)lead, (char)second, (char)tails[i][0], (char)tails[i][1]};
                uint32_t ours = 0, theirs = 0;
                int length = utf8_decode(four, 4, &ours);
                assert_int_equal(length, iconv_length(converter, four, 4, &theirs));
                assert_int_equal(ours, length > 0 ? theirs : 0);
            }
        }
    }
    iconv_close(converter);
}

static void a_character_that_goes_on_behind_the_end_is_cut(void **state)
{
    (void)state;
    uint32_t code = 7;
    assert_int_equal(utf8_decode("夜", 2, &code), UTF8_CUT);
    assert_int_equal(utf8_decode("\xF0\x9F\x98\xB4", 3, &code), UTF8_CUT);
    assert_int_equal(utf8_decode("\xE0\x80", 2, &code), 0); /* overlong whatever follows */
    assert_int_equal(utf8_decode("", 0, &code), 0);
    assert_int_equal(code, 7);
    assert_int_equal(utf8_decode("夜", 3, &code), 3);
    assert_int_equal(code, 0x591C);
}

static void strings_are_gone_through_to_their_end(void **state)
{
    (void)state;
    assert_int_equal(utf8_length("夜"), 3);
    assert_int_equal(utf8_length("\xe5x"), 0);
    assert_int_equal(utf8_length(""), 0);
    assert_int_equal(utf8_step("夜"), 3);
    assert_int_equal(utf8_step("\xe5x"), 1);
    assert_int_equal(utf8_step("\xe5"), 1);
    assert_int_equal(utf8_step(""), 0);
}

static void control_characters_are_named(void **state)
{
    (void)state;
    assert_true(utf8_is_control(0x1B));
    assert_true(utf8_is_control(0x7F));
    assert_true(utf8_is_control(0x9B));
    assert_false(utf8_is_control(' '));
    assert_false(utf8_is_control(0xA0));
}

static void only_a_character_that_goes_on_is_left_out(void **state)
{
    (void)state;
    static const struct {
        const char *at;
        size_t n, whole;
    } known[] = {{"", 0, 0},
                 {"abc", 3, 3},
                 {"a夜", 4, 4},
                 {"a夜", 3, 1},
                 {"a夜", 2, 1},
                 {"\xF0\x9F\x98\xB4", 3, 0},
                 {"\xF0\x9F\x98\xB4", 4, 4},
                 {"a\xE3", 2, 1},
                 {"\x80\x80\x80\x80\x80", 4, 4}, /* no UTF-8 */
                 {"夜\x80", 4, 4},
                 {"caf\xE9!", 5, 5},
                 {"caf\xE9\x80\x80", 5, 3}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        assert_int_equal(utf8_whole(known[i].at, known[i].n), known[i].whole);
    }
}

static void a_sentence_shows_whole_characters(void **state)
{
    (void)state;
    assert_int_equal(utf8_shown("", 40), 0);
    assert_int_equal(utf8_shown("夜明け", 40), 9);
    assert_int_equal(utf8_shown("夜明け", 9), 9);
    assert_int_equal(utf8_shown("夜明け", 8), 6);
    assert_int_equal(utf8_shown("夜明け", 2), 0);
    assert_int_equal(utf8_shown("yoake", 3), 3);
}

static void a_line_of_text_holds_whole_characters_and_no_commands(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int at; /* -1: nowhere */
    } cases[] = {{"", -1},          {"夜明け a", -1}, {"夜\n", 3},
                 {"\x1B[2J", 0},    {"a\xC2\x9B", 1}, {"a\xC2\xA0", -1},
                 {"夜\xE5\xA4", 3}, {"a\x7F", 1},     {"\xED\xA0\x80", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *bad = utf8_find_bad(cases[i].text);
        assert_int_equal(bad == NULL ? -1 : (int)(bad - cases[i].text), cases[i].at);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_lead_and_second_byte_reads_as_iconv_reads_it),
        cmocka_unit_test(a_character_that_goes_on_behind_the_end_is_cut),
        cmocka_unit_test(strings_are_gone_through_to_their_end),
        cmocka_unit_test(control_characters_are_named),
        cmocka_unit_test(only_a_character_that_goes_on_is_left_out),
        cmocka_unit_test(a_sentence_shows_whole_characters),
        cmocka_unit_test(a_line_of_text_holds_whole_characters_and_no_commands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
