/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include "src/cli/progress_bar.h"

static void line_is(const struct progress *now, uint64_t from, double elapsed_s,
                    enum language language, int columns, const char *expected)
{
    struct text out;
    text_init(&out);
    progress_line(now, from, elapsed_s, language, columns, &out);
    assert_string_equal(text_string(&out), expected);
    text_release(&out);
}

static void line_says_stage_share_speed_and_time_left(void **state)
{
    (void)state;
    struct progress half = {"reading", 128000000, 256000000, "bytes"};
    line_is(&half, 0, 4, LANGUAGE_EN, 80,
            "reading              [##########..........]  50%  32 MB/s  left 0:04");
    line_is(&half, 0, 4, LANGUAGE_JA, 80,
            "読み込み             [##########..........]  50%  32 MB/s  残り 0:04");
}

static void what_was_done_before_the_stage_does_not_count_as_speed(void **state)
{
    (void)state;
    struct progress now = {"reading", 128000000, 256000000, "bytes"};
    line_is(&now, 120000000, 4, LANGUAGE_EN, 80,
            "reading              [##########..........]  50%  2.0 MB/s  left 1:04");
}

static void unknown_total_shows_what_is_done(void **state)
{
    (void)state;
    struct progress now = {"reading", 17, 0, "epochs"};
    line_is(&now, 0, 0, LANGUAGE_EN, 80, "reading              17 epochs");
}

static void narrow_terminals_cut_whole_characters(void **state)
{
    (void)state;
    struct progress now = {"reading", 1, 2, "files"};
    line_is(&now, 0, 0, LANGUAGE_JA, 8, "読み込");
}

static void an_unknown_stage_is_shown_as_it_is(void **state)
{
    (void)state;
    struct progress now = {"polishing", 2, 2, "files"};
    line_is(&now, 0, 0, LANGUAGE_JA, 80, "polishing            [####################] 100%");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_says_stage_share_speed_and_time_left),
        cmocka_unit_test(what_was_done_before_the_stage_does_not_count_as_speed),
        cmocka_unit_test(unknown_total_shows_what_is_done),
        cmocka_unit_test(narrow_terminals_cut_whole_characters),
        cmocka_unit_test(an_unknown_stage_is_shown_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
