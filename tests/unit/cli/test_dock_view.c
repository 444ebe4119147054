/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/base/columns.h"
#include "src/cli/dock_view.h"

static struct bay_view made(size_t number, enum bay_state state, enum dock_message message)
{
    struct bay_view bay = {.number = number,
                           .place = "1-4.2",
                           .model = "AX6",
                           .serial = "6011834",
                           .is_present = true,
                           .state = state,
                           .message = message,
                           .arg = {"602c8169484f", "unassigned", "USB says 1, ID says 2"},
                           .done = 43000,
                           .total = 100000,
                           .bytes_per_s = 333000,
                           .left_s = 372,
                           .battery_pct = 85.4,
                           .person = "P01"};
    quick_look_init(&bay.look);
    return bay;
}

/* The widest line of a table, without its colours. */
static int width_of(const char *table)
{
    int widest = 0;
    char line[1000];
    for (const char *at = table; *at != '\0';) {
        const char *end = strchr(at, '\n');
        assert_non_null(end);
        size_t n = 0;
        while (at < end) {
            if (*at == '\033') {
                at += strcspn(at, "m") + 1;
            } else {
                line[n++] = *at++;
            }
        }
        line[n] = '\0';
        int columns = text_columns(line);
        widest = columns > widest ? columns : widest;
        at = end + 1;
    }
    return widest;
}

static void table_of_every_state_fits_80_columns_and_40_in_both_languages(void **state)
{
    struct cli cli = {.has_unicode = true, .columns = 80};
    (void)state;
    for (int language = 0; language < 2; language++) {
        for (int color = 0; color < 2; color++) {
            struct dock_view view;
            struct bay_view bays[BAY_STATE_COUNT + DOCK_MESSAGE_COUNT];
            struct text table;
            size_t n = 0;
            cli.language = language == 0 ? LANGUAGE_JA : LANGUAGE_EN;
            cli.has_color = color == 1;
            for (int i = 0; i < BAY_STATE_COUNT; i++) {
                bays[n] = made(n + 1, (enum bay_state)i, DOCK_SAYS_saved);
                n++;
            }
            for (int i = 0; i < DOCK_MESSAGE_COUNT; i++) {
                bays[n] = made(n + 1, BAY_ATTENTION_SAFE, (enum dock_message)i);
                n++;
            }
            text_init(&table);
            dock_view_init(&view, &cli);
            view.bays = bays;
            view.n_bays = n;
            dock_view_table(&view, 80, 1000, &table);
            assert_true(width_of(text_string(&table)) <= 79);
            assert_int_equal(strchr(text_string(&table), '\033') != NULL, color == 1);
            text_clear(&table);
            dock_view_table(&view, 40, 24, &table);
            assert_true(width_of(text_string(&table)) <= 39);
            text_release(&table);
        }
    }
}

/* "要確認(データは無" would say the opposite of what is meant. */
static void the_word_of_a_state_is_never_cut_in_a_narrow_window(void **state)
{
    struct cli cli = {.has_unicode = true, .columns = 40};
    (void)state;
    for (int language = 0; language < 2; language++) {
        cli.language = language == 0 ? LANGUAGE_JA : LANGUAGE_EN;
        for (int i = 0; i < BAY_STATE_COUNT; i++) {
            struct dock_view view;
            struct text table;
            struct bay_view bay = made(1, (enum bay_state)i, DOCK_SAYS_saved);
            text_init(&table);
            dock_view_init(&view, &cli);
            view.bays = &bay;
            view.n_bays = 1;
            dock_view_table(&view, 40, 24, &table);
            const struct bay_state_words *words = bay_state_words((enum bay_state)i);
            assert_non_null(strstr(text_string(&table), language == 0 ? words->ja : words->en));
            assert_true(width_of(text_string(&table)) <= 39);
            text_release(&table);
        }
    }
}

static void table_shows_how_far_a_bay_is_and_hides_long_words_when_it_is_full(void **state)
{
    struct cli cli = {.has_unicode = true, .columns = 80, .language = LANGUAGE_EN};
    struct dock_view view;
    struct bay_view bays[14];
    struct text table;
    (void)state;
    for (size_t i = 0; i < 14; i++) {
        bays[i] = made(i + 1, BAY_READING, DOCK_SAYS_reading);
    }
    bays[3] = made(4, BAY_ATTENTION_UNSAVED, DOCK_SAYS_unplugged);
    text_init(&table);
    dock_view_init(&view, &cli);
    view.bays = bays;
    view.n_bays = 14;
    dock_view_table(&view, 80, 24, &table);
    assert_non_null(strstr(text_string(&table), "reading 43%, 7 min left"));
    assert_null(strstr(text_string(&table), "Reading. The data stays"));
    assert_non_null(strstr(text_string(&table), "Removed before it finished."));
    text_clear(&table);
    view.n_bays = 1; /* with room, how fast as well */
    dock_view_table(&view, 80, 24, &table);
    assert_non_null(strstr(text_string(&table), "0.33 MB/s."));
    text_clear(&table);
    view.n_bays = 14;
    cli.language = LANGUAGE_JA;
    dock_view_table(&view, 80, 24, &table);
    assert_non_null(strstr(text_string(&table), "読み込み中 43%・残り7分"));
    assert_non_null(strstr(text_string(&table), "途中で外れました。"));
    text_release(&table);
}

/* Fourteen that all want attention: every state is seen, some sentences wait. */
static void every_bay_keeps_its_line_when_sentences_do_not_fit(void **state)
{
    struct cli cli = {.has_unicode = true, .columns = 80};
    struct dock_view view;
    struct bay_view bays[14];
    struct text table;
    char number[8];
    (void)state;
    for (size_t i = 0; i < 14; i++) {
        bays[i] = made(i + 1, BAY_ATTENTION_SAFE, DOCK_SAYS_nobody);
    }
    text_init(&table);
    dock_view_init(&view, &cli);
    view.bays = bays;
    view.n_bays = 14;
    for (int language = 0; language < 2; language++) {
        cli.language = language == 0 ? LANGUAGE_JA : LANGUAGE_EN;
        text_clear(&table);
        dock_view_table(&view, 80, 24, &table);
        int lines = 0;
        for (const char *at = text_string(&table); (at = strchr(at, '\n')) != NULL; at++) {
            lines++;
        }
        assert_true(lines <= 23);
        for (int i = 1; i <= 14; i++) {
            snprintf(number, sizeof number, "%2d  AX6", i);
            assert_non_null(strstr(text_string(&table), number));
        }
        assert_non_null(strstr(text_string(&table),
                               language == 0 ? "ほかに 10 件" : "12 more have something"));
        text_clear(&table);
        dock_view_table(&view, 80, 1000, &table);
        assert_null(strstr(text_string(&table), language == 0 ? "ほかに" : "more have"));
    }
    text_release(&table);
}

static void line_says_everything_and_nothing_a_terminal_would_obey(void **state)
{
    struct cli cli = {.language = LANGUAGE_EN};
    struct dock_view view;
    struct bay_view bay = made(2, BAY_ATTENTION_UNSAVED, DOCK_SAYS_failed);
    struct text line;
    (void)state;
    snprintf(bay.arg[0], sizeof bay.arg[0], "\033[2Jodd\nname");
    text_init(&line);
    dock_view_init(&view, &cli);
    dock_view_line(&view, &bay, &line);
    assert_non_null(strstr(text_string(&line), "2  AX6 6011834  attention (data not saved)"));
    assert_null(strchr(text_string(&line), '\033'));
    assert_int_equal(strchr(text_string(&line), '\n') - text_string(&line),
                     (long)line.length - 1);
    text_release(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_of_every_state_fits_80_columns_and_40_in_both_languages),
        cmocka_unit_test(the_word_of_a_state_is_never_cut_in_a_narrow_window),
        cmocka_unit_test(table_shows_how_far_a_bay_is_and_hides_long_words_when_it_is_full),
        cmocka_unit_test(every_bay_keeps_its_line_when_sentences_do_not_fit),
        cmocka_unit_test(line_says_everything_and_nothing_a_terminal_would_obey),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
