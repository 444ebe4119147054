/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <iconv.h>
#include <string.h>

#include "src/base/charset.h"

static void encodings_are_told_apart(void **state)
{
    (void)state;
    static const char sjis[] = "\x96\xE9\x96\xBE\x82\xAF", utf8[] = "夜明け",
                      latin[] = "f\xFCr \xFF";
    assert_true(charset_is_utf8(utf8, strlen(utf8), false));
    assert_false(charset_is_utf8(sjis, strlen(sjis), false));
    assert_true(charset_is_cp932(sjis, strlen(sjis), false));
    assert_false(charset_is_utf8(latin, strlen(latin), false));
    assert_false(charset_is_cp932(latin, strlen(latin), false));
    assert_true(charset_is_utf8("", 0, false));
}

static void a_character_at_the_cut_counts_only_where_more_follows(void **state)
{
    (void)state;
    static const char utf8[] = "12345678夜", sjis[] = "12345678\x96\xE9";
    assert_true(charset_is_utf8(utf8, 10, true));
    assert_false(charset_is_utf8(utf8, 10, false));
    assert_true(charset_is_cp932(sjis, 9, true));
    assert_false(charset_is_cp932(sjis, 9, false));
}

/* iconv's CP1252 is another reading of the same table; the five codes that CP1252 leaves out
 * stay what Latin-1 has there. */
static void every_letter_of_cp1252_converts_as_iconv_converts_it(void **state)
{
    (void)state;
    iconv_t converter = iconv_open("UTF-8", "CP1252");
    assert_true(converter != (iconv_t)-1);
    int left_out = 0;
    for (int letter = 1; letter < 256; letter++) {
        char from[1] = {(char)letter}, ours[4] = "", theirs[4] = "";
        size_t n = charset_from_cp1252(from, 1, ours);
        char *in = from, *out = theirs;
        size_t in_n = 1, out_n = sizeof theirs;
        if (iconv(converter, &in, &in_n, &out, &out_n) == (size_t)-1) {
            iconv(converter, NULL, NULL, NULL, NULL);
            left_out++;
            assert_int_equal(n, 2);
            assert_memory_equal(ours, ((char[]){(char)0xC2, (char)letter}), 2);
            continue;
        }
        assert_int_equal(n, sizeof theirs - out_n);
        assert_memory_equal(ours, theirs, n);
    }
    assert_int_equal(left_out, 5);
    iconv_close(converter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encodings_are_told_apart),
        cmocka_unit_test(a_character_at_the_cut_counts_only_where_more_follows),
        cmocka_unit_test(every_letter_of_cp1252_converts_as_iconv_converts_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
