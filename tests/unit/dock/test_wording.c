/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <string.h>

#include "src/base/columns.h"
#include "src/dock/wording.h"

static void states_have_a_word_a_mark_and_a_name_of_their_own_in_both_languages(void **state)
{
    (void)state;
    for (int i = 0; i < BAY_STATE_COUNT; i++) {
        const struct bay_state_words *a = bay_state_words((enum bay_state)i);
        assert_true(a->word[0] != '\0' && a->ja[0] != '\0' && a->en[0] != '\0');
        assert_int_equal(text_columns(a->mark), 1);
        assert_int_equal(strlen(a->ascii), 1);
        for (int k = 0; k < i; k++) {
            const struct bay_state_words *b = bay_state_words((enum bay_state)k);
            assert_string_not_equal(a->word, b->word);
            assert_string_not_equal(a->ja, b->ja);
            assert_string_not_equal(a->en, b->en);
            assert_string_not_equal(a->mark, b->mark);
        }
    }
    /* the words that were agreed on with those who use it */
    assert_string_equal(bay_state_name(BAY_SAFE, LANGUAGE_JA), "抜いてOK");
    assert_string_equal(bay_state_name(BAY_READY, LANGUAGE_JA), "貸出できます");
    assert_string_equal(bay_state_name(BAY_ATTENTION_UNSAVED, LANGUAGE_JA),
                        "要確認(データ未保存)");
    assert_string_equal(bay_state_name(BAY_MEASURING, LANGUAGE_JA),
                        "計測中(まだ終わっていません)");
}

/* How often each gap stands in a sentence; {0:place:places} only chooses a word. */
static void gaps_of(const char *sentence, int count[3])
{
    for (const char *at = sentence; (at = strchr(at, '{')) != NULL; at++) {
        assert_true(at[1] >= '0' && at[1] <= '2' && (at[2] == '}' || at[2] == ':'));
        count[at[1] - '0'] += at[2] == '}';
    }
}

static void messages_have_the_same_gaps_in_both_languages_and_blame_nobody(void **state)
{
    (void)state;
    for (int i = 1; i < DOCK_MESSAGE_COUNT; i++) {
        int ja[3] = {0, 0, 0}, en[3] = {0, 0, 0};
        struct text a, b;
        text_init(&a);
        text_init(&b);
        dock_message_add(&a, (enum dock_message)i, LANGUAGE_JA, NULL, 0);
        dock_message_add(&b, (enum dock_message)i, LANGUAGE_EN, NULL, 0);
        gaps_of(text_string(&a), ja);
        gaps_of(text_string(&b), en);
        for (int k = 0; k < 3; k++) {
            assert_int_equal(ja[k] > 0, en[k] > 0);
        }
        assert_null(strchr(text_string(&b), '!'));
        assert_null(strstr(text_string(&a), "!"));
        assert_null(strstr(text_string(&a), "できていません"));
        text_release(&a);
        text_release(&b);
    }
}

static void messages_say_where_the_data_is(void **state)
{
    static const enum dock_message on_device[] = {
        DOCK_SAYS_starting, DOCK_SAYS_stuck,       DOCK_SAYS_reading, DOCK_SAYS_unplugged,
        DOCK_SAYS_claimed,  DOCK_SAYS_no_access,   DOCK_SAYS_mounted, DOCK_SAYS_unreadable,
        DOCK_SAYS_twin,     DOCK_SAYS_no_answer,   DOCK_SAYS_stopped, DOCK_SAYS_full_disk,
        DOCK_SAYS_failed,   DOCK_SAYS_disk_trouble};
    static const enum dock_message saved[] = {
        DOCK_SAYS_saved,       DOCK_SAYS_nobody,   DOCK_SAYS_disagrees,    DOCK_SAYS_other_code,
        DOCK_SAYS_clock_reset, DOCK_SAYS_doubtful, DOCK_SAYS_not_analysed, DOCK_SAYS_many_bad};
    (void)state;
    for (size_t i = 0; i < sizeof on_device / sizeof *on_device; i++) {
        struct text a;
        text_init(&a);
        dock_message_add(&a, on_device[i], LANGUAGE_JA, NULL, 0);
        assert_non_null(strstr(text_string(&a), "データは機器に"));
        text_release(&a);
    }
    for (size_t i = 0; i < sizeof saved / sizeof *saved; i++) {
        struct text a;
        text_init(&a);
        dock_message_add(&a, saved[i], LANGUAGE_JA, NULL, 0);
        assert_non_null(strstr(text_string(&a), "保存"));
        text_release(&a);
    }
}

static void messages_are_filled(void **state)
{
    const char *const values[] = {"ab12", "unassigned", "USB 1, ID 2"};
    struct text a;
    (void)state;
    text_init(&a);
    dock_message_add(&a, DOCK_SAYS_disagrees, LANGUAGE_EN, values, 3);
    assert_non_null(strstr(text_string(&a), "recording assign ab12 CODE"));
    assert_non_null(strstr(text_string(&a), "USB 1, ID 2"));
    assert_null(strchr(text_string(&a), '{'));
    text_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_have_a_word_a_mark_and_a_name_of_their_own_in_both_languages),
        cmocka_unit_test(messages_have_the_same_gaps_in_both_languages_and_blame_nobody),
        cmocka_unit_test(messages_say_where_the_data_is),
        cmocka_unit_test(messages_are_filled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
