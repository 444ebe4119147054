/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What every command promises, whoever wrote it.
 */
#include "tests/support/check.h"

#include <string.h>

#include "src/base/columns.h"
#include "src/base/utf8.h"
#include "src/base/wrap.h"
#include "src/cli/help.h"
#include "src/cli/options.h"
#include "src/cli/registry.h"

static void every_command_speaks_both_languages(void **state)
{
    (void)state;
    for (size_t i = 0; i < command_count(); i++) {
        const struct command *command = command_at(i);
        if (command->ja == NULL || command->en == NULL || command->run == NULL ||
            (command->details_ja == NULL) != (command->details_en == NULL)) {
            fail_msg("%s: a text or its function is missing", command->name);
        }
        assert_ptr_equal(command_find(command->name), command);
    }
}

static void no_option_is_there_twice(void **state)
{
    (void)state;
    for (size_t c = 0; c < command_count(); c++) {
        const struct command *command = command_at(c);
        const struct option_spec *a, *b;
        for (size_t i = 0; (a = option_at(command, i)) != NULL; i++) {
            for (size_t j = 0; j < i && (b = option_at(command, j)) != NULL; j++) {
                if (strcmp(a->name, b->name) == 0 ||
                    (a->letter != 0 && a->letter == b->letter)) {
                    fail_msg("%s: --%s and --%s clash", command->name, a->name, b->name);
                }
            }
        }
    }
}

static void every_shown_option_says_what_it_does_and_takes(void **state)
{
    (void)state;
    for (size_t c = 0; c < command_count(); c++) {
        const struct command *command = command_at(c);
        const struct option_spec *spec;
        for (size_t i = 0; (spec = option_at(command, i)) != NULL; i++) {
            bool is_shown = spec->en != NULL;
            bool names_value = spec->value_name != NULL && *spec->value_name != '\0';
            if (is_shown != (spec->ja != NULL) || (spec->kind != OPTION_FLAG) != names_value) {
                fail_msg("%s --%s: text or value name", command->name, spec->name);
            }
            if (is_shown && spec->en[strlen(spec->en) - 1] == '.') {
                fail_msg("%s --%s: ends with a full stop", command->name, spec->name);
            }
        }
    }
}

static void help_fits_eighty_columns(void **state)
{
    (void)state;
    for (size_t c = 0; c < command_count(); c++) {
        for (int language = LANGUAGE_JA; language <= LANGUAGE_EN; language++) {
            struct text out;
            text_init(&out);
            help_command(command_at(c), (enum language)language, 80, &out);
            const char *examples =
                strstr(text_string(&out), language == LANGUAGE_JA ? "\n例\n" : "\nExamples\n");
            int columns = 0;
            for (const char *at = text_string(&out); *at != '\0';) {
                size_t n = utf8_step(at);
                columns = *at == '\n' ? 0 : columns + columns_n(at, n);
                if (columns > 80 && (examples == NULL || at < examples)) {
                    fail_msg("help of %s is wider than 80 columns", command_at(c)->name);
                }
                at += n;
            }
            text_release(&out);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_speaks_both_languages),
        cmocka_unit_test(no_option_is_there_twice),
        cmocka_unit_test(every_shown_option_says_what_it_does_and_takes),
        cmocka_unit_test(help_fits_eighty_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
