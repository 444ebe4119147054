/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/csv.h"
#include "tests/support/alloc.h"

static struct csv *open_text(const char *at, size_t n, struct byte_source **bytes)
{
    struct failure why = {0};
    struct csv *csv = NULL;
    assert_int_equal(memory_source_open(at, n, "t.csv", bytes, &why), YK_OK);
    if (csv_open(*bytes, 0, &csv, &why) != YK_OK) {
        fail_msg("%s", why.text);
    }
    return csv;
}

/* Fields joined by '|', rows by '/', a row's problem as '!'. */
static void read_as(const char *at, size_t n, const char *expected)
{
    struct byte_source *bytes = NULL;
    struct csv *csv = open_text(at, n, &bytes);
    char got[4096] = "";
    const struct csv_row *row = NULL;
    while (csv_next(csv, &row, NULL) == YK_OK) {
        for (size_t i = 0; i < row->n; i++) {
            strcat(strcat(got, i > 0 ? "|" : ""), row->field[i]);
            assert_int_equal(strlen(row->field[i]), row->length[i]);
        }
        strcat(strcat(got, row->problem != NULL ? "!" : ""), "/");
    }
    assert_string_equal(got, expected);
    csv_close(csv);
    byte_source_close(bytes);
}
#define READ_AS(text, expected) read_as((text), sizeof(text) - 1, (expected))

static void rows_and_fields_are_cut_as_rfc_4180_says(void **state)
{
    (void)state;
    READ_AS("a,b,c\n1,2,3\n", "a|b|c/1|2|3/");
    READ_AS("a,b\r\n1,2\r\n", "a|b/1|2/");
    READ_AS("a,b\n1,2", "a|b/1|2/");
    READ_AS("a,b\n\n  \n,\n", "a|b/|/");
    READ_AS("\"a,1\",\"b\"\"c\"\n\"two\nlines\",x\n", "a,1|b\"c/two\nlines|x/");
    READ_AS("x, \"y, z\" ,w\n", "x|y, z|w/");
    READ_AS("\"\",a\"\"b,\"\"\"\"\n", "|a\"\"b|\"/");
    READ_AS("\xEF\xBB\xBF"
            "a,b\n",
            "a|b/");
    READ_AS("a;b;c\n1,5;2;3\n", "a|b|c/1,5|2|3/");
    READ_AS("a\tb\n1\t2\n", "a|b/1|2/");
    READ_AS("", "");
}

static void lines_are_numbered_through_quotes_and_blanks(void **state)
{
    (void)state;
    static const char text[] = "h\n\n\"a\nb\"\nlast\n";
    struct byte_source *bytes = NULL;
    struct csv *csv = open_text(text, sizeof text - 1, &bytes);
    const struct csv_row *row = NULL;
    static const uint64_t line[] = {1, 3, 5}, offset[] = {0, 3, 9};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(csv_next(csv, &row, NULL), YK_OK);
        assert_int_equal(row->line, line[i]);
        assert_int_equal(row->offset, offset[i]);
    }
    assert_int_equal(csv_next(csv, &row, NULL), YK_END);
    csv_rewind(csv);
    assert_int_equal(csv_next(csv, &row, NULL), YK_OK);
    assert_int_equal(row->line, 1);
    csv_close(csv);
    byte_source_close(bytes);
}

static void cp932_becomes_utf8(void **state)
{
    (void)state;
    /* 就寝,表 in CP932; the second byte of 表 is a backslash */
    READ_AS("id,\x8F\x41\x90\x51\nA1,\x95\x5C\n", "id|就寝/A1|表/");
    READ_AS("id,就寝\n", "id|就寝/");
}

static void windows_latin_is_the_last_resort(void **state)
{
    (void)state;
    READ_AS("Identit\xE9,\x80\n", "Identité|€/");
    READ_AS("\x80\x84\x93\x99\x81,\xDF\n", "€„“™\xC2\x81|ß/"); /* 0x81 is a control */
}

static void utf16_is_refused_with_advice(void **state)
{
    (void)state;
    struct byte_source *bytes = NULL;
    struct csv *csv = NULL;
    struct failure why;
    memory_source_open("\xFF\xFE"
                       "a\0",
                       4, "t.csv", &bytes, NULL);
    assert_int_equal(csv_open(bytes, 0, &csv, &why), YK_ERR_UNSUPPORTED);
    assert_non_null(strstr(why.text, "UTF-8"));
    assert_null(csv);
    byte_source_close(bytes);
}

static void an_open_quote_costs_only_its_own_line(void **state)
{
    (void)state;
    READ_AS("a,b\n\"1,2\n3,4\n", "a|b/!/3|4/");
}

static void a_line_that_is_too_long_is_dropped_and_named(void **state)
{
    (void)state;
    size_t n = CSV_RECORD_MAX + 100;
    char *text = malloc(n + 8);
    memset(text, 'x', n);
    memcpy(text, "a\n", 2);
    memcpy(text + n, "\nb\n", 3);
    struct byte_source *bytes = NULL;
    struct csv *csv = open_text(text, n + 3, &bytes);
    const struct csv_row *row = NULL;
    assert_int_equal(csv_next(csv, &row, NULL), YK_OK);
    assert_int_equal(csv_next(csv, &row, NULL), YK_OK);
    assert_string_equal(row->problem, "the line is too long");
    assert_int_equal(csv_next(csv, &row, NULL), YK_OK);
    assert_string_equal(row->field[0], "b");
    assert_int_equal(row->line, 3);
    csv_close(csv);
    byte_source_close(bytes);
    free(text);
}

static void damaged_text_is_a_problem_of_its_row_only(void **state)
{
    (void)state;
    size_t n = 1 << 19;
    char *text = malloc(n);
    for (size_t i = 0; i < n; i += 4) {
        memcpy(text + i, "1,2\n", 4);
    }
    text[n - 8] = (char)0xFF; /* far behind what decided the encoding */
    struct byte_source *bytes = NULL;
    struct csv *csv = open_text(text, n, &bytes);
    const struct csv_row *row = NULL;
    size_t rows = 0, problems = 0;
    while (csv_next(csv, &row, NULL) == YK_OK) {
        rows++;
        problems += row->problem != NULL;
    }
    assert_int_equal(rows, n / 4);
    assert_int_equal(problems, 1);
    csv_close(csv);
    byte_source_close(bytes);
    free(text);
}

static void columns_are_found_by_name(void **state)
{
    (void)state;
    static const char text[] = "person_id,Wake_TS\nA1,25:99\n";
    struct byte_source *bytes = NULL;
    struct csv *csv = open_text(text, sizeof text - 1, &bytes);
    assert_int_equal(csv_read_header(csv, NULL), YK_OK);
    assert_int_equal(csv_header_n(csv), 2);
    assert_int_equal(csv_find(csv, "wake_ts"), 1);
    assert_int_equal(csv_find(csv, "nap"), CSV_NONE);
    const struct csv_row *row = NULL;
    assert_int_equal(csv_next(csv, &row, NULL), YK_OK);
    assert_string_equal(csv_field(row, 1), "25:99");
    assert_string_equal(csv_field(row, 7), "");
    assert_string_equal(csv_field(row, CSV_NONE), "");
    struct failure why;
    assert_int_equal(
        csv_failure(csv, row, 1, &why, YK_ERR_ARGUMENT, "is no time (%s)", "HH:MM"),
        YK_ERR_ARGUMENT);
    assert_string_equal(why.text,
                        "t.csv, line 2, column 2 (Wake_TS): '25:99' is no time (HH:MM)");
    assert_int_equal(why.offset, 18);
    csv_failure(csv, row, 1, &why, YK_ERR_ARGUMENT, "no time \"25:99\"");
    assert_string_equal(why.text, "t.csv, line 2, column 2 (Wake_TS): no time \"25:99\"");
    csv_failure(csv, row, 7, &why, YK_ERR_ARGUMENT, "nap is missing");
    assert_string_equal(why.text, "t.csv, line 2, column 8: nap is missing");
    assert_int_equal(csv_require(csv, "person_id", "person_id", &why), YK_OK);
    assert_int_equal(csv_require(csv, "nap", "person_id, nap", &why), YK_ERR_ARGUMENT);
    assert_string_equal(why.text, "t.csv: the first line must name the columns; nap is missing "
                                  "(person_id, nap)");
    csv_close(csv);
    byte_source_close(bytes);
}

static void an_empty_file_has_no_header(void **state)
{
    (void)state;
    struct byte_source *bytes = NULL;
    struct csv *csv = open_text("\n\n", 2, &bytes);
    assert_int_equal(csv_read_header(csv, NULL), YK_ERR_CORRUPT);
    csv_close(csv);
    byte_source_close(bytes);
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    static const char text[] = "a,b\n\x95\x5C,2\n";
    for (uint64_t k = 1;; k++) {
        struct byte_source *bytes = NULL;
        struct csv *csv = NULL;
        memory_source_open(text, sizeof text - 1, "t.csv", &bytes, NULL);
        alloc_fail_at(k);
        enum yk_status status = csv_open(bytes, 0, &csv, NULL);
        const struct csv_row *row = NULL;
        if (status == YK_OK) {
            status = csv_read_header(csv, NULL);
        }
        while (status == YK_OK) {
            status = csv_next(csv, &row, NULL);
        }
        bool refused = alloc_end(status, YK_END);
        csv_close(csv);
        byte_source_close(bytes);
        if (!refused) {
            break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_and_fields_are_cut_as_rfc_4180_says),
        cmocka_unit_test(lines_are_numbered_through_quotes_and_blanks),
        cmocka_unit_test(cp932_becomes_utf8),
        cmocka_unit_test(windows_latin_is_the_last_resort),
        cmocka_unit_test(utf16_is_refused_with_advice),
        cmocka_unit_test(an_open_quote_costs_only_its_own_line),
        cmocka_unit_test(a_line_that_is_too_long_is_dropped_and_named),
        cmocka_unit_test(damaged_text_is_a_problem_of_its_row_only),
        cmocka_unit_test(columns_are_found_by_name),
        cmocka_unit_test(an_empty_file_has_no_header),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
