/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sentences of staff over those of the worked week.
 */
#include "tests/support/check.h"

#include <string.h>

#include "algorithms/interview_facts.h"
#include "src/report/statements.h"
#include "tests/support/worked_week.h"

static struct participant_record record;
static struct interview_facts facts;
static struct statements said;

static void read_facts(void)
{
    interview_facts_release(&facts);
    interview_facts_init(&facts);
    assert_int_equal(
        interview_facts_of(&record, &(struct interview_range){.n_most = 0}, &facts, NULL),
        YK_OK);
}

static int setup(void **state)
{
    (void)state;
    worked_week_open(&record);
    interview_facts_init(&facts);
    statements_init(&said);
    read_facts();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    statements_release(&said);
    interview_facts_release(&facts);
    participant_record_release(&record);
    return 0;
}

static struct rewording words(enum statement_group part, enum language language,
                              const char *text)
{
    struct rewording made = {
        .last = facts.now.last, .part = (int)part, .language = language, .editor = "OT-2"};
    strcpy(made.text, text);
    assert_int_equal(statements_basis(&facts, made.basis, NULL), YK_OK);
    return made;
}

static void say(const struct rewording *list, size_t n, enum language language)
{
    assert_int_equal(statements_choose(&facts, 5, language, &said, NULL), YK_OK);
    assert_int_equal(statements_reword(&facts, list, n, language, &said, NULL), YK_OK);
}

static void staffs_words_take_the_place_of_the_automatic_ones_and_are_marked(void **state)
{
    (void)state;
    struct rewording list[] = {words(STATEMENT_TALK, LANGUAGE_EN, "An older wording."),
                               words(STATEMENT_TALK, LANGUAGE_EN, "You like long Sundays.")};
    say(list, 2, LANGUAGE_EN);
    assert_int_equal(said.n, 3);
    assert_string_equal(text_string(&said.line[2]), "You like long Sundays.");
    assert_int_equal(said.origin[2], STATEMENT_BY_STAFF);
    assert_ptr_equal(said.by[2], &list[1]);
    assert_int_equal(said.origin[0], STATEMENT_AUTOMATIC);
    assert_int_equal(said.origin[1], STATEMENT_AUTOMATIC);
    say(list, 2, LANGUAGE_JA); /* its own sentence, and that there is another */
    assert_int_equal(said.origin[2], STATEMENT_ELSEWHERE);
    assert_string_equal(text_string(&said.line[2]),
                        "休みの日は通所日より1時間30分おそく目が覚めました。");
}

static void taken_back_the_automatic_sentence_is_there_again(void **state)
{
    (void)state;
    struct rewording list[] = {words(STATEMENT_SLEEP, LANGUAGE_EN, "Six hours and forty."),
                               words(STATEMENT_SLEEP, LANGUAGE_EN, "")};
    say(list, 2, LANGUAGE_EN);
    assert_int_equal(said.origin[1], STATEMENT_AUTOMATIC);
    assert_string_equal(text_string(&said.line[1]), "Estimated sleep averaged 6 h 40 min.");
}

static void words_for_another_sheet_stay_there(void **state)
{
    (void)state;
    struct rewording other = words(STATEMENT_TALK, LANGUAGE_EN, "Of another week.");
    other.last = civil_add_days(other.last, -7);
    say(&other, 1, LANGUAGE_EN);
    assert_int_equal(said.origin[2], STATEMENT_AUTOMATIC);
}

/* Each of these changes something the page says, and the words must go. */
static void a_changed_number_leaves_staffs_words_out_and_says_so(void **state)
{
    (void)state;
    struct rewording one = words(STATEMENT_TALK, LANGUAGE_EN, "You like long Sundays.");
    char basis[REWORDING_BASIS_BYTES];
    struct night *night = &record.recordings[0].analysis.nights[1];
    for (int change = 0; change < 4; change++) {
        struct night before = *night;
        night->wake_ns += change == 0 ? 60 * NS_PER_S : 0;
        night->tst_min += change == 1 ? 2 : 0;
        night->exclude = change == 2 ? EXCLUDE_PERSON : night->exclude;
        int commute = record.programme.steps[0].commute_min;
        record.programme.steps[0].commute_min += change == 3 ? 5 : 0;
        read_facts();
        assert_int_equal(statements_basis(&facts, basis, NULL), YK_OK);
        assert_string_not_equal(basis, one.basis);
        say(&one, 1, LANGUAGE_EN);
        size_t i = said.n - 1;
        assert_int_equal(said.origin[i], STATEMENT_OUTDATED);
        assert_null(strstr(text_string(&said.line[i]), "Sundays"));
        say(&one, 1, LANGUAGE_JA); /* not true any more: no word about it there */
        for (size_t k = 0; k < said.n; k++) {
            assert_int_equal(said.origin[k], STATEMENT_AUTOMATIC);
        }
        *night = before;
        record.programme.steps[0].commute_min = commute;
    }
    read_facts();
    say(&one, 1, LANGUAGE_EN);
    assert_int_equal(said.origin[2], STATEMENT_BY_STAFF);
}

static void a_place_where_nothing_is_said_any_more_still_tells(void **state)
{
    (void)state;
    struct rewording one = words(STATEMENT_TALK, LANGUAGE_EN, "You like long Sundays.");
    struct analysis *a = &record.recordings[0].analysis;
    for (size_t i = 1; i < a->n_nights; i++) { /* one night: nothing to talk over */
        a->nights[i].exclude = EXCLUDE_PERSON;
    }
    read_facts();
    say(NULL, 0, LANGUAGE_EN);
    assert_int_equal(said.n, 2);
    say(&one, 1, LANGUAGE_EN);
    assert_int_equal(said.n, 3);
    assert_int_equal(said.origin[2], STATEMENT_OUTDATED);
    assert_string_equal(text_string(&said.line[2]), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            staffs_words_take_the_place_of_the_automatic_ones_and_are_marked, setup, teardown),
        cmocka_unit_test_setup_teardown(taken_back_the_automatic_sentence_is_there_again, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(words_for_another_sheet_stay_there, setup, teardown),
        cmocka_unit_test_setup_teardown(a_changed_number_leaves_staffs_words_out_and_says_so,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_place_where_nothing_is_said_any_more_still_tells,
                                        setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
