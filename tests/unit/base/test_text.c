/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "tests/support/alloc.h"

static void text_grows_and_keeps_what_was_added(void **state)
{
    (void)state;
    struct text t;
    text_init(&t);
    assert_string_equal(text_string(&t), "");
    for (int i = 0; i < 1000; i++) {
        text_addf(&t, "%03d,", i);
    }
    assert_int_equal(t.length, 4000);
    assert_memory_equal(t.at + 3996, "999,", 5);
    text_clear(&t);
    assert_string_equal(text_string(&t), "");
    text_release(&t);
    text_release(&t);
    text_release(NULL);
}

static void text_remembers_that_memory_was_refused(void **state)
{
    (void)state;
    struct text t;
    text_init(&t);
    text_add(&t, "kept");
    alloc_fail_at(1);
    for (int i = 0; i < 100; i++) {
        text_add(&t, "more than fits");
    }
    alloc_fail_at(0);
    struct failure why;
    assert_int_equal(text_status(&t, &why), YK_ERR_MEMORY);
    assert_memory_equal(text_string(&t), "kept", 4);
    text_clear(&t);
    assert_int_equal(text_status(&t, &why), YK_OK);
    text_release(&t);
}

static void check_double(double value, int decimals, const char *expected)
{
    struct text t;
    text_init(&t);
    text_add_double(&t, value, decimals);
    assert_string_equal(text_string(&t), expected);
    text_release(&t);
}

static void doubles_print_with_fixed_decimals(void **state)
{
    (void)state;
    check_double(1.005, 2, "1.00"); /* the double is 1.00499999999999989... */
    check_double(2.5, 0, "2");      /* ties to even, as IEEE 754 does */
    check_double(-0.001, 2, "0.00");
    check_double(-0.0, 0, "0");
    check_double(-0.01, 2, "-0.01");
    check_double(NAN, 2, "");
    check_double(INFINITY, 2, "");
    check_double(1e22, 1, "10000000000000000000000.0");
}

static void check_exact(double value, const char *expected)
{
    struct text t;
    text_init(&t);
    text_add_exact(&t, value);
    assert_string_equal(text_string(&t), expected);
    text_release(&t);
}

static void exact_doubles_are_shortest_and_read_back(void **state)
{
    (void)state;
    check_exact(0.1, "0.1");
    check_exact(-0.0, "0");
    check_exact(100, "100");
    check_exact(1.0 / 3, "0.3333333333333333");
    check_exact(5e-324, "5e-324");
    check_exact(0.1 + 0.2, "0.30000000000000004");
    check_exact(1e23, "1e+23");
    uint64_t seed = 1;
    for (int i = 0; i < 20000; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        double value = 0, back = 0;
        memcpy(&value, &seed, sizeof value);
        if (!isfinite(value)) {
            continue;
        }
        struct text t;
        text_init(&t);
        text_add_exact(&t, value);
        assert_true(text_parse_double(text_string(&t), t.length, &back));
        assert_memory_equal(&back, &value, sizeof back);
        text_release(&t);
    }
}

static void numbers_read_like_the_library_reads_them(void **state)
{
    (void)state;
    static const char *const good[] = {"0",
                                       "-0",
                                       "1",
                                       "1.5",
                                       ".5",
                                       "5.",
                                       "1e3",
                                       "1E-3",
                                       "+2.25",
                                       "  7\t",
                                       "12\r\n",
                                       "1e22",
                                       "1e23",
                                       "9007199254740993",
                                       "123456789012345678901234567890",
                                       "0.1",
                                       "1e-22",
                                       "1e-320",
                                       "179769313486231570000e288",
                                       "0.000000000000000000000000001",
                                       "00000000000000000000000000012.50"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        double v = 99;
        assert_true(text_parse_double(good[i], strlen(good[i]), &v));
        double expected = strtod(good[i], NULL);
        assert_memory_equal(&v, &expected, sizeof v);
    }
    uint64_t seed = 7;
    for (int i = 0; i < 20000; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        char number[64];
        snprintf(number, sizeof number, "%lld.%06llue%d", (long long)(seed >> 50),
                 (unsigned long long)(seed >> 30 & 0xFFFFF), (int)(seed % 50) - 25);
        double v = 0, expected = strtod(number, NULL);
        assert_true(text_parse_double(number, strlen(number), &v));
        assert_memory_equal(&v, &expected, sizeof v);
    }
}

static void what_is_not_a_number_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",    " ",   "-",     ".",     "e5",  "1e",
                                      "1e+", "1,5", "1x",    "0x1",   "inf", "nan",
                                      "1 2", "--1", "1.2.3", "1e999", "１"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double v = 99;
        assert_false(text_parse_double(bad[i], strlen(bad[i]), &v));
        assert_close(v, 99, 0);
    }
    double v = 0;
    assert_true(text_parse_double("12345", 2, &v)); /* only the part named */
    assert_close(v, 12, 0);
}

static void integers_read_to_the_ends_of_the_range(void **state)
{
    (void)state;
    int64_t v = 5;
    assert_true(text_parse_int64("9223372036854775807", 19, &v));
    assert_true(v == INT64_MAX);
    assert_true(text_parse_int64(" -9223372036854775808 ", 22, &v));
    assert_true(v == INT64_MIN);
    v = 5;
    assert_false(text_parse_int64("9223372036854775808", 19, &v));
    assert_false(text_parse_int64("-9223372036854775809", 20, &v));
    assert_false(text_parse_int64("1.0", 3, &v));
    assert_false(text_parse_int64("", 0, &v));
    assert_false(text_parse_int64("+", 1, &v));
    assert_true(v == 5);
}

static void check_json(const char *value, const char *expected)
{
    struct text t;
    text_init(&t);
    text_add_json(&t, value);
    assert_string_equal(text_string(&t), expected);
    text_release(&t);
}

static void json_strings_are_escaped(void **state)
{
    (void)state;
    check_json("", "\"\"");
    check_json("a\"b\\c\n\t\r\b\f", "\"a\\\"b\\\\c\\n\\t\\r\\b\\f\"");
    check_json("\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\"");
    check_json("夜明け", "\"夜明け\"");
    check_json("a\xFF"
               "b",
               "\"a\\ufffdb\"");
    check_json("\xE5\xA4", "\"\\ufffd\\ufffd\"");            /* a character cut in two */
    check_json("\xC0\xAF", "\"\\ufffd\\ufffd\"");            /* overlong slash */
    check_json("\xED\xA0\x80", "\"\\ufffd\\ufffd\\ufffd\""); /* surrogate */
    check_json("\xF0\x9F\x98\xB4", "\"\xF0\x9F\x98\xB4\"");
}

static void check_csv(const char *value, const char *expected)
{
    struct text t;
    text_init(&t);
    text_add_csv(&t, value);
    assert_string_equal(text_string(&t), expected);
    text_release(&t);
}

static void a_line_for_the_terminal_holds_no_control_characters(void **state)
{
    (void)state;
    struct text t;
    text_init(&t);
    text_add_plain(&t, "a\x1b[31m\n\xc2\x9b\xff\xe8\xa8\x98.cwa");
    assert_string_equal(text_string(&t), "a\xef\xbf\xbd[31m\xef\xbf\xbd\xef\xbf\xbd"
                                         "\xef\xbf\xbd\xe8\xa8\x98.cwa");
    text_clear(&t);
    text_add_utf8(&t, "a\nb\xc3");
    assert_string_equal(text_string(&t), "a\nb\xef\xbf\xbd");
    text_release(&t);
}

static void csv_fields_are_quoted_where_needed(void **state)
{
    (void)state;
    const char *const row[] = {"a", "", "b,c"};
    struct text t;
    text_init(&t);
    text_add_csv_row(&t, row, 3);
    assert_string_equal(text_string(&t), "a,,\"b,c\"\n");
    text_release(&t);
    check_csv("", "");
    check_csv("plain", "plain");
    check_csv("lat\xe9.cwa", "lat\xef\xbf\xbd.cwa");
    check_csv("\xe8\xa8\x98\"\xe8\xa8", "\"\xe8\xa8\x98\"\"\xef\xbf\xbd\xef\xbf\xbd\"");
    check_csv("a,b", "\"a,b\"");
    check_csv("say \"x\"", "\"say \"\"x\"\"\"");
    check_csv("two\nlines", "\"two\nlines\"");
    check_csv(" padded", "\" padded\"");
    check_csv("-1.5", "-1.5");
    check_csv("+9", "+9");
    check_csv("=1+1", "'=1+1");
    check_csv("@a", "'@a");
    check_csv("-a,b", "\"'-a,b\"");
}

static void texts_are_sorted_and_skipped(void **state)
{
    (void)state;
    const char *words[] = {"b", "", "ab", "a"};
    qsort(words, 4, sizeof *words, compare_texts);
    assert_string_equal(words[0], "");
    assert_string_equal(words[1], "a");
    assert_string_equal(words[2], "ab");
    assert_string_equal(words[3], "b");
    const char *at = "ID=AX6,17";
    assert_false(text_skip(&at, "ID=AX3"));
    assert_true(text_skip(&at, "ID="));
    assert_true(text_skip(&at, ""));
    assert_string_equal(at, "AX6,17");
    assert_true(text_skip(&at, "AX6,17"));
    assert_false(text_skip(&at, "7"));
}

static void blanks_and_line_ends_are_trimmed(void **state)
{
    (void)state;
    static const struct {
        const char *at;
        size_t first, n;
    } known[] = {{" \t a b\r\n", 3, 3}, {"a", 0, 1}, {" \r\n\t ", 5, 0}, {"", 0, 0}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const char *at = known[i].at;
        size_t n = strlen(at);
        text_trim(&at, &n);
        assert_ptr_equal(at, known[i].at + known[i].first);
        assert_int_equal(n, known[i].n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_grows_and_keeps_what_was_added),
        cmocka_unit_test(text_remembers_that_memory_was_refused),
        cmocka_unit_test(doubles_print_with_fixed_decimals),
        cmocka_unit_test(exact_doubles_are_shortest_and_read_back),
        cmocka_unit_test(numbers_read_like_the_library_reads_them),
        cmocka_unit_test(what_is_not_a_number_is_refused),
        cmocka_unit_test(integers_read_to_the_ends_of_the_range),
        cmocka_unit_test(json_strings_are_escaped),
        cmocka_unit_test(csv_fields_are_quoted_where_needed),
        cmocka_unit_test(a_line_for_the_terminal_holds_no_control_characters),
        cmocka_unit_test(texts_are_sorted_and_skipped),
        cmocka_unit_test(blanks_and_line_ends_are_trimmed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
