/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/translate.h"

static void assert_said(const char *english, const char *japanese)
{
    struct text said;
    text_init(&said);
    text_add_translated(&said, LANGUAGE_JA, english);
    assert_string_equal(text_string(&said), japanese);
    text_release(&said);
}

/* What a format's conversions get: values that are no words of the catalogue. */
static void value_of(char kind, size_t i, char out[static 24])
{
    switch (kind) {
    case 's':
        snprintf(out, 24, "week%zu.cwa", i);
        break;
    case 'd':
        snprintf(out, 24, "%zu", 70 + i);
        break;
    case 'x':
        snprintf(out, 24, "a%zu", i);
        break;
    case 'g':
        snprintf(out, 24, "%zu.25", i);
        break;
    default:
        snprintf(out, 24, "%c", (char)('p' + i));
        break;
    }
}

/* The English sentence with values; returns how many. */
static size_t fill_english(struct text *out, const char *format, char values[static 10][24])
{
    size_t n = 0;
    for (const char *at = format; *at != '\0'; at++) {
        if (*at != '%') {
            text_add_char(out, *at);
        } else if (*++at == '%') {
            text_add_char(out, '%');
        } else {
            assert_non_null(strchr("sdxgc", *at));
            assert_true(n < 10);
            value_of(*at, n, values[n]);
            text_add(out, values[n++]);
        }
    }
    return n;
}

static void fill_japanese(struct text *out, const char *format, char values[static 10][24],
                          size_t n)
{
    bool is_used[10] = {false};
    for (const char *at = format; *at != '\0'; at++) {
        const char *close = *at == '{' ? strchr(at, '}') : NULL;
        if (close == NULL) {
            text_add_char(out, *at);
            continue;
        }
        size_t i = (size_t)(at[1] - '0');
        char mark = at[2];
        assert_true(i < n && (close == at + 2 || (close == at + 3 && strchr("~-", mark))));
        text_add(out, mark == '-' ? "" : values[i]);
        is_used[i] = true;
        at = close;
    }
    for (size_t i = 0; i < n; i++) {
        if (!is_used[i]) {
            fail_msg("\"%s\" says nothing of {%zu}", format, i);
        }
    }
}

static void every_sentence_is_recognised_with_its_values(void **state)
{
    (void)state;
    size_t i = 0;
    for (struct message m; (m = message_at(i)).english != NULL; i++) {
        char values[10][24];
        struct text english, japanese;
        text_init(&english);
        text_init(&japanese);
        size_t n = fill_english(&english, m.english, values);
        fill_japanese(&japanese, m.japanese, values, n);
        if (!m.is_word) {
            assert_said(text_string(&english), text_string(&japanese));
        }
        text_release(&english);
        text_release(&japanese);
    }
    assert_true(i > 500);
}

static void no_sentence_stands_twice_and_none_ends_in_a_full_stop(void **state)
{
    (void)state;
    for (size_t i = 0; message_at(i).english != NULL; i++) {
        struct message m = message_at(i);
        size_t n = strlen(m.japanese), stop = strlen("。");
        assert_false(n >= stop && strcmp(m.japanese + n - stop, "。") == 0);
        for (size_t j = i + 1; message_at(j).english != NULL; j++) {
            if (strcmp(m.english, message_at(j).english) == 0) {
                fail_msg("twice: %s", m.english);
            }
        }
    }
}

static void a_chain_is_translated_link_by_link(void **state)
{
    (void)state;
    assert_said("recipe x.ini: line 3: 'abc' is not NAME = VALUE",
                "手順 x.ini: 3行目: 「abc」は NAME = VALUE の形ではありません");
    assert_said("opening /a/b.cwa: No such file or directory",
                "/a/b.cwa を開けません: ファイルかフォルダーがありません");
    assert_said("week1.cwa: asking its size: making x",
                "week1.cwa: asking its size: x を作れません");
}

static void a_cell_of_a_table_is_named_and_its_sentence_translated(void **state)
{
    (void)state;
    assert_said("d.csv, line 2, column 3 (wake_ts): '25:99' is not a time: write 23:10, "
                "2026-05-12T23:10 or leave it empty",
                "d.csv の2行目、3列目(wake_ts): 「25:99」は使えません。書き方: 時刻を 23:10 か "
                "2026-05-12T23:10 のように(なければ空のまま)");
    assert_said("d.csv, line 2, column 1 (person_id): '' the participant's code is missing",
                "d.csv の2行目、1列目(person_id)「」: 参加者のコードがありません");
    assert_said("d.csv, line 9: no row has a date", "d.csv の9行目: 日付のある行がありません");
}

static void a_value_is_a_word_only_where_the_sentence_says_so(void **state)
{
    (void)state;
    assert_said("there is no note number 3; see: yoake note list",
                "番号 3 のメモはありません。一覧: yoake note list");
    assert_said("note is there already", "note はもうあります");
    assert_said("note: database is locked", "note: ほかのプログラムが使っています");
}

static void a_sentence_whose_end_was_cut_off_is_still_read(void **state)
{
    (void)state;
    char path[230], english[300], japanese[400];
    memset(path, 'a', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    snprintf(english, sizeof english, "%s is a folder; name a file in it", path);
    english[254] = '\0';
    snprintf(japanese, sizeof japanese, "%s はフォルダーです。中のファイルを指定してください",
             path);
    assert_int_equal(strlen(english), 254);
    assert_said(english, japanese);
}

static void what_nobody_translated_stays_as_it_is(void **state)
{
    (void)state;
    struct text said;
    assert_said("", "");
    assert_said(": ", ": ");
    assert_said("::: : : %s {0} \\", "::: : : %s {0} \\");
    assert_said("保管場所に書けません", "保管場所に書けません");
    text_init(&said);
    text_add_translated(&said, LANGUAGE_EN, "x is there already");
    assert_string_equal(text_string(&said), "x is there already");
    text_release(&said);
}

static void sentences_made_to_take_long_do_not(void **state)
{
    (void)state;
    static const char *const parts[] = {" ", ": ", "a: ", " is ", "', '", ", line 1: ", "x=1;"};
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
        char english[256] = "";
        struct text said;
        while (strlen(english) + strlen(parts[p]) < sizeof english - 1) {
            memcpy(english + strlen(english), parts[p], strlen(parts[p]) + 1);
        }
        text_init(&said);
        text_add_translated(&said, LANGUAGE_JA, english);
        assert_true(said.length > 0);
        text_release(&said);
    }
}

static void what_the_system_says_is_known(void **state)
{
    (void)state;
    static const int codes[] = {ENOENT,    EACCES,  EPERM,       ENOSPC, EDQUOT, EROFS,
                                EIO,       EISDIR,  EEXIST,      EMFILE, EBUSY,  ENOMEM,
                                ENOTEMPTY, ENOTDIR, EAGAIN,      ENODEV, EINVAL, EXDEV,
                                ELOOP,     ESTALE,  ENAMETOOLONG};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        struct failure why;
        struct text said;
        failure_set_errno(&why, codes[i], "removing a.cwa");
        text_init(&said);
        text_add_translated(&said, LANGUAGE_JA, why.text);
        const char *front = "a.cwa を削除できません: ";
        assert_memory_equal(text_string(&said), front, strlen(front));
        assert_true((unsigned char)text_string(&said)[strlen(front)] >= 0x80);
        text_release(&said);
    }
}

static void notes_of_a_batch_are_said_part_by_part(void **state)
{
    (void)state;
    assert_said("overlaps in time with week1 of the same recorder",
                "同じ記録計の week1 と時間が重なっています");
    assert_said(
        "session 0 only; the file has 2, numbered from 0; cut off: 192 bytes at the end "
        "are not a whole block; overlaps in time with a-b of the same recorder; overlaps "
        "in time with c of the same recorder",
        "0 番の計測だけを読みました(計測は 2 回分で、0 番から数えます)。途中で切れています("
        "終わりの 192 バイトは1ブロックに足りません)。同じ記録計の a-b と時間が重なっていま"
        "す。同じ記録計の c と時間が重なっています");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sentence_is_recognised_with_its_values),
        cmocka_unit_test(no_sentence_stands_twice_and_none_ends_in_a_full_stop),
        cmocka_unit_test(a_chain_is_translated_link_by_link),
        cmocka_unit_test(a_cell_of_a_table_is_named_and_its_sentence_translated),
        cmocka_unit_test(a_value_is_a_word_only_where_the_sentence_says_so),
        cmocka_unit_test(a_sentence_whose_end_was_cut_off_is_still_read),
        cmocka_unit_test(what_nobody_translated_stays_as_it_is),
        cmocka_unit_test(sentences_made_to_take_long_do_not),
        cmocka_unit_test(notes_of_a_batch_are_said_part_by_part),
        cmocka_unit_test(what_the_system_says_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
