/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The sentences of the worked week, when each other one is said, and words that no sentence
 * has.
 */
#include "tests/support/check.h"

#include <math.h>
#include <string.h>

#include "algorithms/interview_facts.h"
#include "src/base/mem.h"
#include "src/report/statements.h"
#include "src/report/written.h"
#include "tests/support/worked_week.h"

static void expect(const struct participant_record *record, enum language language,
                   const char *const *lines, size_t n)
{
    struct interview_facts facts;
    struct statements said;
    interview_facts_init(&facts);
    statements_init(&said);
    assert_int_equal(
        interview_facts_of(record, &(struct interview_range){.n_most = 0}, &facts, NULL),
        YK_OK);
    assert_int_equal(statements_choose(&facts, 5, language, &said, NULL), YK_OK);
    for (size_t i = 0; i < n && i < said.n; i++) {
        assert_string_equal(text_string(&said.line[i]), lines[i]);
    }
    assert_int_equal(said.n, n);
    statements_release(&said);
    interview_facts_release(&facts);
}

#define EXPECT(record, language, ...)                                                          \
    expect(record, language, (const char *const[]){__VA_ARGS__},                               \
           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void the_worked_week_says_its_three_sentences(void **state)
{
    (void)state;
    struct participant_record record;
    worked_week_open(&record);
    EXPECT(&record, LANGUAGE_JA,
           "通所日4日とも、10時の開始に間に合う時刻に目が覚めていました(6:55〜7:20)。",
           "眠っていた時間は平均6時間40分と推定されました。",
           "休みの日は通所日より1時間30分おそく目が覚めました。");
    EXPECT(&record, LANGUAGE_EN,
           "On all 4 programme days you woke early enough for the 10:00 start (6:55–7:20).",
           "Estimated sleep averaged 6 h 40 min.",
           "On days off you woke 1 h 30 min later than on programme days.");
    participant_record_release(&record);
}

static void without_a_programme_the_week_itself_speaks(void **state)
{
    (void)state;
    struct participant_record record;
    worked_week_open(&record);
    programme_release(&record.programme);
    EXPECT(&record, LANGUAGE_EN, "6 nights are counted.",
           "Estimated sleep averaged 6 h 40 min.",
           "It took about 30 min on average to fall asleep.");
    participant_record_release(&record);
}

static void a_target_is_counted_and_last_time_is_named_only_when_it_had_one(void **state)
{
    (void)state;
    struct participant_record record;
    worked_week_open(&record);
    worked_week_add_before(&record, 60);
    record.targets = mem_alloc(1, sizeof *record.targets);
    assert_non_null(record.targets);
    record.n_targets = record.targets_capacity = 1;
    record.targets[0] = (struct target){{2026, 4, 1}, 7 * 60};
    EXPECT(&record, LANGUAGE_JA,
           "通所日4日とも、10時の開始に間に合う時刻に目が覚めていました(6:55〜7:20)。",
           "眠っていた時間は平均6時間40分と推定されました。",
           "めあての7:00までに目が覚めた日は、6日のうち1日でした。前回は0日でした。");
    record.targets[0].from = (struct civil_date){2026, 5, 1};
    EXPECT(&record, LANGUAGE_EN,
           "On all 4 programme days you woke early enough for the 10:00 start (6:55–7:20).",
           "Estimated sleep averaged 6 h 40 min.", "You woke by 7:00 on 1 of 6 days.");
    record.targets[0].wake_min = 9 * 60 + 30;
    programme_release(&record.programme);
    EXPECT(&record, LANGUAGE_EN,
           "You woke by 9:30, as you had aimed for, on all 6 days (6:55–9:05).",
           "Estimated sleep averaged 6 h 40 min.",
           "You woke 1 h earlier than last time. Does anything come to mind?");
    participant_record_release(&record);
}

static void all_programme_days_are_named_only_when_all_are_known(void **state)
{
    (void)state;
    struct participant_record record;
    worked_week_open(&record);
    const struct programme_step *now =
        programme_on(&record.programme, (struct civil_date){2026, 5, 15});
    struct programme_step step = *now;
    step.from =
        (struct civil_date){2026, 5, 14}; /* from Thursday on nobody noted the commute */
    step.commute_min = -1;
    assert_int_equal(programme_put(&record.programme, &step, NULL), YK_OK);
    EXPECT(&record, LANGUAGE_EN, "6 nights are counted.",
           "Estimated sleep averaged 6 h 40 min.",
           "On days off you woke 1 h 30 min later than on programme days.");
    participant_record_release(&record);
}

static void last_time_is_not_named_when_the_target_was_another(void **state)
{
    (void)state;
    struct participant_record record;
    worked_week_open(&record);
    worked_week_add_before(&record, 0);
    record.targets = mem_alloc(2, sizeof *record.targets);
    assert_non_null(record.targets);
    record.n_targets = record.targets_capacity = 2;
    record.targets[0] = (struct target){{2026, 4, 1}, 7 * 60 + 30};
    record.targets[1] = (struct target){{2026, 5, 1}, 7 * 60};
    EXPECT(&record, LANGUAGE_EN,
           "On all 4 programme days you woke early enough for the 10:00 start (6:55–7:20).",
           "Estimated sleep averaged 6 h 40 min.", "You woke by 7:00 on 1 of 6 days.");
    participant_record_release(&record);
}

static void thin_weeks_say_what_they_have(void **state)
{
    (void)state;
    struct participant_record record;
    worked_week_open(&record);
    struct night *nights = record.recordings[0].analysis.nights;
    for (size_t i = 1; i < 7; i++) {
        nights[i].exclude = EXCLUDE_NONWEAR;
    }
    EXPECT(&record, LANGUAGE_JA,
           "通所日1日は、10時の開始に間に合う時刻に目が覚めていました(7:05)。",
           "平均を出すには、集計に入れた晩が3つ以上要ります(今回は1)。");
    nights[0].exclude = EXCLUDE_NONWEAR;
    EXPECT(&record, LANGUAGE_EN,
           "Movement was recorded while the device was worn. No night could be counted.");
    participant_record_release(&record);
}

static void late_mornings_are_counted_without_blame(void **state)
{
    (void)state;
    struct participant_record record;
    worked_week_open(&record);
    struct night *nights = record.recordings[0].analysis.nights;
    nights[0].wake_ns += 90 * NS_PER_MIN; /* 8:35 is too late for 10:00 */
    EXPECT(&record, LANGUAGE_JA,
           "通所日4日のうち3日は、10時の開始に間に合う時刻に目が覚めていました。",
           "眠っていた時間は平均6時間40分と推定されました。",
           "休みの日は通所日より1時間10分おそく目が覚めました。");
    participant_record_release(&record);
}

static void waking_of_both_kinds_of_day_is_told_as_ranges(void **state)
{
    (void)state;
    struct participant_record record;
    worked_week_open(&record);
    struct night *nights = record.recordings[0].analysis.nights;
    nights[1].wake_ns -=
        2 * NS_PER_H; /* days off at 6:10 and 8:06: 7:08 as on programme days */
    nights[4].wake_ns -= NS_PER_H;
    EXPECT(&record, LANGUAGE_JA,
           "通所日4日とも、10時の開始に間に合う時刻に目が覚めていました(6:55〜7:20)。",
           "眠っていた時間は平均6時間40分と推定されました。",
           "目が覚めた時刻は、通所日は6:55〜7:20、休みの日は6:10〜8:05でした。");
    EXPECT(&record, LANGUAGE_EN,
           "On all 4 programme days you woke early enough for the 10:00 start (6:55–7:20).",
           "Estimated sleep averaged 6 h 40 min.",
           "You woke at 6:55–7:20 on programme days and at 6:10–8:05 on days off.");
    participant_record_release(&record);
}

static void the_longest_quiet_time_by_day_is_asked_about(void **state)
{
    (void)state;
    struct participant_record record;
    worked_week_open(&record);
    programme_release(&record.programme);
    struct analysis *a = &record.recordings[0].analysis;
    a->rests = mem_alloc(4, sizeof *a->rests);
    assert_non_null(a->rests);
    a->n_rests = a->rests_capacity = 4;
    int64_t noon = a->nights[2].window_start_ns; /* of 13 May */
    const struct {
        int from_min, minutes;
        bool is_main;
    } rests[] = {{60, 59, false}, {95, 70, false}, {9 * 60, 200, false}, {120, 300, true}};
    for (size_t i = 0; i < 4; i++) { /* too short; this one; in the evening; the main sleep */
        a->rests[i] =
            (struct rest){.start_ns = noon + rests[i].from_min * NS_PER_MIN,
                          .end_ns = noon + (rests[i].from_min + rests[i].minutes) * NS_PER_MIN,
                          .kind = REST_KIND_NAP,
                          .is_main = rests[i].is_main};
    }
    EXPECT(&record, LANGUAGE_JA, "6晩を集計に入れました。",
           "眠っていた時間は平均6時間40分と推定されました。",
           "5/13(水)の14時ごろ、動きの少ない時間が長めでした。何をしていましたか?");
    EXPECT(&record, LANGUAGE_EN, "6 nights are counted.",
           "Estimated sleep averaged 6 h 40 min.",
           "There was a longer quiet time around 14:00 on Wed 13 May. What were you doing?");
    participant_record_release(&record);
}

static void no_sentence_judges_blames_or_names_an_illness(void **state)
{
    (void)state;
    static const char *const banned[] = {
        "できていません",
        "できませんでした",
        "不良",
        "悪",
        "正常",
        "異常",
        "診断",
        "病",
        "症",
        "障害",
        "うつ",
        "鬱",
        "復職可",
        "就労可",
        "点数",
        "評価",
        "ランク",
        "問題",
        "不規則",
        "!",
        "！",
        "good",
        "bad",
        "poor",
        "normal",
        "abnormal",
        "disorder",
        "insomnia",
        "depress",
        "fit for",
        "score",
        "fail",
        "should",
        "must",
        "irregular",
        "improve",
        "worse",
    };
    for (size_t i = 0; i < statements_count(); i++) {
        for (int language = LANGUAGE_JA; language <= LANGUAGE_EN; language++) {
            const char *id;
            const char *pattern = statements_pattern(i, (enum language)language, &id);
            for (size_t b = 0; b < sizeof banned / sizeof *banned; b++) {
                if (strcasestr(pattern, banned[b]) != NULL) {
                    fail_msg("%s says \"%s\"", id, banned[b]);
                }
            }
        }
    }
}

static void numbers_are_rounded_in_one_place(void **state)
{
    (void)state;
    static const struct {
        double hours;
        int round_min;
        const char *text;
    } clocks[] = {{31 + 22.0 / 60, 5, "7:20"}, {7.375, 5, "7:25"}, {24 + 1.25 / 60, 1, "0:01"},
                  {23 + 58.0 / 60, 5, "0:00"}, {NAN, 5, "–"},      {33.1, 1, "9:06"}};
    struct text out;
    text_init(&out);
    for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
        text_clear(&out);
        written_clock(clocks[i].hours, clocks[i].round_min, &out);
        assert_string_equal(text_string(&out), clocks[i].text);
    }
    static const struct {
        double minutes;
        int round_min;
        const char *ja, *en;
    } durations[] = {{400, 5, "6時間40分", "6 h 40 min"},
                     {388.75, 1, "6時間29分", "6 h 29 min"},
                     {60, 5, "1時間", "1 h"},
                     {2, 5, "0分", "0 min"},
                     {-89.5, 5, "1時間30分", "1 h 30 min"},
                     {NAN, 5, "–", "–"}};
    for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
        text_clear(&out);
        written_duration(durations[i].minutes, durations[i].round_min, LANGUAGE_JA, &out);
        assert_string_equal(text_string(&out), durations[i].ja);
        text_clear(&out);
        written_duration(durations[i].minutes, durations[i].round_min, LANGUAGE_EN, &out);
        assert_string_equal(text_string(&out), durations[i].en);
    }
    text_clear(&out);
    written_night((struct civil_date){2026, 5, 31}, LANGUAGE_JA, &out);
    text_add(&out, " ");
    written_night((struct civil_date){2026, 5, 31}, LANGUAGE_EN, &out);
    text_add(&out, " ");
    written_difference(-25, 5, LANGUAGE_JA, &out);
    text_add(&out, " ");
    written_spread(11.2, 5, LANGUAGE_EN, &out);
    assert_string_equal(text_string(&out), "5/31(日)→6/1(月) Sun 31→Mon 1 Jun −25分 ±10 min");
    text_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worked_week_says_its_three_sentences),
        cmocka_unit_test(without_a_programme_the_week_itself_speaks),
        cmocka_unit_test(a_target_is_counted_and_last_time_is_named_only_when_it_had_one),
        cmocka_unit_test(all_programme_days_are_named_only_when_all_are_known),
        cmocka_unit_test(last_time_is_not_named_when_the_target_was_another),
        cmocka_unit_test(thin_weeks_say_what_they_have),
        cmocka_unit_test(late_mornings_are_counted_without_blame),
        cmocka_unit_test(waking_of_both_kinds_of_day_is_told_as_ranges),
        cmocka_unit_test(the_longest_quiet_time_by_day_is_asked_about),
        cmocka_unit_test(no_sentence_judges_blames_or_names_an_illness),
        cmocka_unit_test(numbers_are_rounded_in_one_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
