/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <string.h>

#include "src/model/rewording.h"

static struct failure why;

static void an_ordinary_sentence_is_taken(void **state)
{
    (void)state;
    static const char *const good[] = {
        "休みの日は、ゆっくり起きたいと話してくれました。",
        "うつらうつらした昼もありましたが、朝は同じころに起きています。",
        "On days off you like to sleep longer.",
        "半分まで(6:55〜7:20)",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (rewording_check(good[i], &why) != YK_OK)
            fail_msg("%s: %s", good[i], why.text);
    }
}

static void what_no_sheet_may_say_is_refused_with_its_word(void **state)
{
    (void)state;
    static const struct {
        const char *text, *sentence;
    } bad[] = {
        {"", "empty"},
        {"   ", "empty"},
        {"うつ病の人によくある形です。", "うつ病"},
        {"診断どおりです。", "診断"},
        {"You look DEPRESSED.", "depress"},
        {"This is a disorder.", "disorder"},
        {"Fit for work.", "fit for work"},
        {"復職可と思います。", "復職可"},
        {"よくできました!", "exclamation"},
        {"よくできました！", "exclamation"},
        {"よく眠れました\xF0\x9F\x98\x80", "pictures"},
        {"one\ntwo", "0x0A"},
        {"\x1B[31mred", "0x1B"},
        {"\xFF", "0xFF"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(rewording_check(bad[i].text, &why), YK_ERR_ARGUMENT);
        if (strstr(why.text, bad[i].sentence) == NULL)
            fail_msg("'%s': %s", bad[i].text, why.text);
    }
}

static void a_sentence_is_no_wider_than_its_line(void **state)
{
    (void)state;
    char wide[REWORDING_BYTES] = "";
    for (int i = 0; i < REWORDING_COLUMNS / 2; i++) {
        strcat(wide, "朝");
    }
    assert_int_equal(rewording_check(wide, &why), YK_OK);
    strcat(wide, ".");
    assert_int_equal(rewording_check(wide, &why), YK_ERR_ARGUMENT);
    assert_non_null(strstr(why.text, "101 columns"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ordinary_sentence_is_taken),
        cmocka_unit_test(what_no_sheet_may_say_is_refused_with_its_word),
        cmocka_unit_test(a_sentence_is_no_wider_than_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
