/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Help texts for the terminal. Leaves out the manual pages (man.c), which say the same.
 */
#include "src/cli/help.h"

#include <string.h>

#include "src/base/columns.h"
#include "src/base/version.h"
#include "src/base/wrap.h"
#include "src/cli/options.h"
#include "src/cli/registry.h"

static const char *say(enum language language, const char *ja, const char *en)
{
    return language == LANGUAGE_JA && ja != NULL ? ja : en;
}

void help_short(enum language language, struct text *out)
{
    static const struct {
        const char *ja, *en, *command;
    } lines[] = {
        {"1本の記録を見る", "See one recording", "yoake review week1.cwa"},
        {"たくさんの記録を表にする", "Many recordings to tables",
         "yoake batch FOLDER -o results"},
        {"記録計なしで試す", "Try it without a recorder",
         "yoake simulate -o try.cwa && yoake review try.cwa"},
    };
    text_addf(out, "%s\n\n", i18n(language, TEXT_program_title));
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        text_add(out, "  ");
        text_add_padded(out, say(language, lines[i].ja, lines[i].en), 28);
        text_addf(out, "%s\n", lines[i].command);
    }
    text_addf(out, "\n%s yoake help\n", say(language, "すべてのコマンド:", "All commands:"));
}

/* "  name      what it does", the second part wrapped under itself. */
static void entry(struct text *out, const char *name, const char *what, int column, int width)
{
    struct text left;
    text_init(&left);
    text_addf(&left, "  %s", name);
    int columns = text_columns(text_string(&left));
    if (columns > column - 2) {
        text_addf(out, "%s\n%*s", text_string(&left), column, "");
    } else {
        text_add_padded(out, text_string(&left), column);
    }
    text_add_wrapped(out, what, column, column, width);
    text_release(&left);
}

static void option_entry(struct text *out, const struct option_spec *spec,
                         enum language language, int width)
{
    struct option_range range;
    option_range_of(spec, &range);
    struct text name, what;
    text_init(&name);
    text_init(&what);
    if (spec->letter != 0) {
        text_addf(&name, "-%c, ", spec->letter);
    }
    text_addf(&name, "--%s%s%s", spec->name, range.name[0] != '\0' ? " " : "", range.name);
    option_add_meaning(spec, language, &what);
    entry(out, text_string(&name), text_string(&what), 26, width);
    text_release(&name);
    text_release(&what);
}

static void options_section(struct text *out, const struct command *command,
                            enum language language, int width)
{
    const struct option_spec *spec;
    bool was_common = true, has_heading = false;
    for (size_t i = 0; (spec = option_at(command, i)) != NULL; i++) {
        bool is_common = option_is_common(spec);
        if (spec->en != NULL && (!has_heading || is_common != was_common)) {
            has_heading = true;
            text_addf(out, "\n%s\n",
                      is_common ? say(language, "共通の指定", "Common options")
                                : say(language, "指定", "Options"));
        }
        was_common = is_common;
        if (spec->en != NULL) {
            option_entry(out, spec, language, width);
        }
    }
}

void help_all(enum language language, int width, struct text *out)
{
    text_addf(out, "%s\n\n%s yoake COMMAND [OPTIONS] ...\n\n%s\n",
              i18n(language, TEXT_program_title), say(language, "書き方:", "Usage:"),
              say(language, "コマンド", "Commands"));
    for (size_t i = 0; i < command_count(); i++) {
        const struct command *command = command_at(i);
        entry(out, command->name, say(language, command->ja, command->en), 16, width);
    }
    options_section(out, NULL, language, width);
    text_addf(
        out, "\n%s\n",
        say(language, "くわしくは: yoake help COMMAND", "More about one: yoake help COMMAND"));
    text_add_wrapped(out,
                     say(language,
                         "終了コード: 0 完了、1 失敗、2 書き方の誤り、3 一部の入力だけ失敗、"
                         "4 完了したが確認が必要、130 中止",
                         "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 some inputs failed, "
                         "4 done but needs attention, 130 cancelled"),
                     0, 12, width);
}

static void usage_line(struct text *out, const struct command *command, enum language language,
                       int width)
{
    struct text usage;
    text_init(&usage);
    text_addf(&usage, "%s yoake %s", say(language, "書き方:", "Usage:"), command->name);
    for (size_t i = 0; command->verbs != NULL && command->verbs[i] != NULL; i++) {
        text_addf(&usage, "%s%s", i > 0 ? "|" : " ", command->verbs[i]);
    }
    bool has_operands = command->operands != NULL && *command->operands != '\0';
    text_addf(&usage, "%s%s [%s]", has_operands ? " " : "",
              has_operands ? command->operands : "", say(language, "指定", "OPTIONS"));
    text_add_wrapped(out, text_string(&usage), 0, 8, width);
    text_release(&usage);
}

void help_command(const struct command *command, enum language language, int width,
                  struct text *out)
{
    text_addf(out, "yoake %s: ", command->name);
    text_add_wrapped(out, say(language, command->ja, command->en),
                     text_columns(command->name) + 8, 2, width);
    text_add(out, "\n");
    usage_line(out, command, language, width);
    const char *details = say(language, command->details_ja, command->details_en);
    if (details != NULL) {
        text_add(out, "\n");
        text_add_wrapped(out, details, 0, 0, width);
    }
    options_section(out, command, language, width);
    if (command->examples != NULL) {
        text_addf(out, "\n%s\n", say(language, "例", "Examples"));
        const char *line = command->examples;
        while (*line != '\0') {
            size_t n = strcspn(line, "\n");
            text_add(out, "  ");
            text_add_n(out, line, n);
            text_add(out, "\n");
            line += n + (line[n] == '\n' ? 1 : 0);
        }
    }
}

void help_version(struct text *out)
{
    text_addf(out, "yoake %s (%s)\n%s\n", version_number(), version_commit(),
              version_libraries());
}
