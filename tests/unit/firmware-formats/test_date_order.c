/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include "firmware-formats/date_order.h"
#include "firmware-formats/timestamp.h"

static enum date_order order_of(const char *const *date, size_t n)
{
    struct date_evidence seen;
    date_evidence_init(&seen);
    for (size_t i = 0; i < n; i++) {
        assert_true(date_evidence_add(&seen, date[i]));
    }
    return date_evidence_order(&seen);
}
#define ORDER(...)                                                                             \
    order_of((const char *const[]){__VA_ARGS__},                                               \
             sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void a_number_above_twelve_is_no_month(void **state)
{
    (void)state;
    assert_int_equal(ORDER("24.01.2020"), DATE_OF_DAY_FIRST);
    assert_int_equal(ORDER("6/14/2018"), DATE_OF_MONTH_FIRST);
    assert_int_equal(ORDER("2018-06-14"), DATE_OF_YEAR_FIRST);
    assert_int_equal(ORDER("1/2/19", "1/13/19"), DATE_OF_MONTH_FIRST);
}

static void a_step_of_one_day_tells(void **state)
{
    (void)state;
    assert_int_equal(ORDER("04/07/2015"), DATE_UNDECIDED);
    assert_int_equal(ORDER("04/07/2015", "05/07/2015"), DATE_OF_DAY_FIRST);
    assert_int_equal(ORDER("04/07/2015", "04/08/2015"), DATE_OF_MONTH_FIRST);
    assert_int_equal(ORDER("12/07/2015", "01/08/2015"), DATE_OF_DAY_FIRST); /* never back */
    assert_int_equal(ORDER("05/05/2015"), DATE_OF_DAY_FIRST); /* both are the same day */
    assert_int_equal(ORDER("05/05/2015", "06/05/2015"), DATE_OF_DAY_FIRST);
    assert_int_equal(ORDER("12/12/2015", "13/12/2015"), DATE_OF_DAY_FIRST);
    assert_int_equal(ORDER("12/12/2015", "12/13/2015"), DATE_OF_MONTH_FIRST);
}

static void what_is_no_date_is_no_evidence(void **state)
{
    (void)state;
    struct date_evidence seen;
    date_evidence_init(&seen);
    assert_false(date_evidence_add(&seen, ""));
    assert_false(date_evidence_add(&seen, "13/13/2015"));
    assert_false(date_evidence_add(&seen, "1/2-2015"));
    assert_false(date_evidence_add(&seen, "12:30"));
    assert_int_equal(date_evidence_order(&seen), DATE_UNDECIDED);
}

static void patterns_fit_what_they_were_made_from(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum date_order order;
        const char *pattern;
    } cases[] = {
        {"04/07/2015 09:45:00", DATE_OF_DAY_FIRST, "%d/%m/%Y %H:%M:%S"},
        {"04/07/2015 09:45:00", DATE_OF_MONTH_FIRST, "%m/%d/%Y %H:%M:%S"},
        {"24.1.20 9:45", DATE_OF_DAY_FIRST, "%d.%m.%y %H:%M"},
        {"6/14/2018 12:08:39.725", DATE_OF_MONTH_FIRST, "%m/%d/%Y %H:%M:%S.%f"},
        {"7/4/2015 9:45:00 PM", DATE_OF_MONTH_FIRST, "%m/%d/%Y %I:%M:%S %p"},
        {"2015/7/4 09:45:00", DATE_OF_YEAR_FIRST, "%Y/%m/%d %H:%M:%S"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char made[48];
        struct timestamp t;
        assert_true(date_order_pattern(cases[i].text, cases[i].order, made, sizeof made));
        assert_string_equal(made, cases[i].pattern);
        assert_true(timestamp_parse(cases[i].text, made, &t));
    }
    char made[48];
    assert_false(
        date_order_pattern("24/01/2020 10:00", DATE_OF_MONTH_FIRST, made, sizeof made));
    assert_false(date_order_pattern("24/01/2020", DATE_OF_DAY_FIRST, made, sizeof made));
}

static void three_numbers_are_a_date_in_one_order_only(void **state)
{
    (void)state;
    static const struct {
        int32_t number[3];
        enum date_order order;
        const char *date; /* NULL: none */
    } cases[] = {
        {{2, 14, 2019}, DATE_OF_MONTH_FIRST, "2019-02-14"},
        {{2, 14, 2019}, DATE_OF_DAY_FIRST, NULL},
        {{14, 2, 19}, DATE_OF_DAY_FIRST, "2019-02-14"},
        {{2019, 2, 14}, DATE_OF_YEAR_FIRST, "2019-02-14"},
        {{29, 2, 2019}, DATE_OF_DAY_FIRST, NULL},
        {{0, 2, 2019}, DATE_OF_DAY_FIRST, NULL},
        {{1, 300, 2019}, DATE_OF_DAY_FIRST, NULL},
        {{31, 12, 1989}, DATE_OF_DAY_FIRST, NULL},
        {{1, 1, 2200}, DATE_OF_DAY_FIRST, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct civil_date date;
        char text[16];
        bool is_one = date_order_date(cases[i].number, cases[i].order, &date);
        assert_int_equal(is_one, cases[i].date != NULL);
        if (is_one) {
            civil_format(date, text);
            assert_string_equal(text, cases[i].date);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_above_twelve_is_no_month),
        cmocka_unit_test(a_step_of_one_day_tells),
        cmocka_unit_test(what_is_no_date_is_no_evidence),
        cmocka_unit_test(patterns_fit_what_they_were_made_from),
        cmocka_unit_test(three_numbers_are_a_date_in_one_order_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
