/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Manual pages in mdoc, from the same tables as --help. English; the Japanese text is in
 * `yoake help COMMAND`.
 */
#include "src/cli/help.h"

#include <ctype.h>
#include <string.h>

#include "src/base/wrap.h"
#include "src/cli/options.h"
#include "src/cli/registry.h"

/* Text as roff: backslashes doubled, no line that begins like a request, what is not ASCII as
 * \[uXXXX]. */
static void add_roff(struct text *out, const char *words)
{
    bool at_start = true;
    for (const unsigned char *at = (const unsigned char *)words; *at != '\0'; at++) {
        if (at_start && (*at == '.' || *at == '\'')) {
            text_add(out, "\\&");
        }
        at_start = *at == '\n';
        if (*at == '\\') {
            text_add(out, "\\e");
        } else if (*at == '-') {
            text_add(out, "\\-");
        } else if (*at < 0x80) {
            text_add_char(out, (char)*at);
        } else {
            unsigned code = *at < 0xE0 ? *at & 0x1Fu : *at < 0xF0 ? *at & 0x0Fu : *at & 0x07u;
            int more = *at < 0xE0 ? 1 : *at < 0xF0 ? 2 : 3;
            for (; more > 0 && (at[1] & 0xC0) == 0x80; more--) {
                code = code << 6 | (*++at & 0x3Fu);
            }
            text_addf(out, "\\[u%04X]", code);
        }
    }
}

/* A sentence on a line of its own, each sentence on a new one as mdoc wants it. */
static void add_prose(struct text *out, const char *words)
{
    const char *at = words;
    while (*at != '\0') {
        size_t n = strcspn(at, "\n");
        bool is_blank = n == 0;
        for (size_t i = 0; i + 2 < n; i++) {
            /* ". " ends a sentence only before a capital: "e.g. 3" does not */
            if (strchr(".!?", at[i]) != NULL && at[i + 1] == ' ' &&
                isupper((unsigned char)at[i + 2])) {
                n = i + 1;
                break;
            }
        }
        char piece[2048];
        n = n < sizeof piece ? n : sizeof piece - 1;
        memcpy(piece, at, n);
        piece[n] = '\0';
        if (is_blank) {
            text_add(out, ".Pp\n");
        } else {
            struct text lines; /* input lines of manual pages stay short */
            text_init(&lines);
            text_add_wrapped(&lines, piece, 0, 0, 76);
            add_roff(out, text_string(&lines));
            text_release(&lines);
        }
        at += n;
        at += strspn(at, " ");
        at += *at == '\n' ? 1 : 0;
    }
}

static void add_option(struct text *out, const struct option_spec *spec)
{
    struct option_range range;
    option_range_of(spec, &range);
    text_add(out, ".It ");
    if (spec->letter != 0) {
        text_addf(out, "Fl %c , ", spec->letter);
    }
    text_add(out, "Fl \\-");
    add_roff(out, spec->name);
    if (range.name[0] != '\0') {
        text_add(out, " Ar ");
        add_roff(out, range.name);
    }
    text_add(out, "\n");
    struct text what;
    text_init(&what);
    text_add(&what, spec->en);
    if (range.has_range) {
        text_addf(&what, " (%s)", strchr(spec->value_name, ':') + 1);
    }
    text_addf(&what, "%s.", spec->kind == OPTION_LIST ? "; may be given several times" : "");
    char *first = what.at;
    if (first != NULL) {
        *first = (char)toupper((unsigned char)*first);
    }
    add_prose(out, text_string(&what));
    text_release(&what);
}

static void add_options(struct text *out, const struct command *command)
{
    const struct option_spec *spec;
    text_add(out, ".Bl -tag -width Ds\n");
    for (size_t i = 0; (spec = option_at(command, i)) != NULL; i++) {
        if (spec->en != NULL) {
            add_option(out, spec);
        }
    }
    text_add(out, ".El\n");
}

static void add_head(struct text *out, const struct command *command)
{
    const char *dash = command != NULL ? "-" : "", *name = command != NULL ? command->name : "";
    text_add(out, ".\\\" SPDX-License-Identifier: GPL-3.0-or-later\n"
                  ".\\\" Made by `make man` from the program's own tables.\n"
                  ".Dd November 21, 2026\n.Dt YOAKE");
    text_add(out, dash);
    for (const char *at = name; *at != '\0'; at++) {
        text_add_char(out, (char)toupper((unsigned char)*at));
    }
    text_addf(out, " 1\n.Os\n.Sh NAME\n.Nm yoake%s%s\n.Nd ", dash, name);
    add_roff(out,
             command != NULL ? command->en : "sleep and daily rhythm from wrist recorders");
    text_add(out, "\n.Sh SYNOPSIS\n.Nm yoake");
}

static void add_exit_status(struct text *out)
{
    static const char *const lines[][2] = {
        {"0", "done"},
        {"1", "failed"},
        {"2", "wrong usage"},
        {"3", "some inputs failed, the rest is done"},
        {"4", "done, needs attention"},
        {"130", "cancelled"},
    };
    text_add(out, ".Sh EXIT STATUS\n.Bl -tag -width 130 -compact\n");
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        text_addf(out, ".It %s\n%s\n", lines[i][0], lines[i][1]);
    }
    text_add(out, ".El\n");
}

static void add_overview(struct text *out)
{
    text_add(out, " Ar command\n.Op Ar options\n.Ar ...\n.Sh DESCRIPTION\n.Nm yoake\n");
    add_prose(out, "reads the file of a wrist recorder and finds nonwear, sleep onset and wake "
                   "of each night, daily activity and the rhythm of rest and activity. "
                   "Results are shown on the terminal, written as tables for research, or kept "
                   "in a store by participant code. It works without a network.\n\n"
                   "The results are estimates from movement. They are not a diagnosis.");
    text_add(out, ".Ss Commands\n.Bl -tag -width Ds\n");
    for (size_t i = 0; i < command_count(); i++) {
        const struct command *command = command_at(i);
        text_addf(out, ".It Cm %s\n", command->name);
        add_roff(out, command->en);
        text_addf(out, "; see\n.Xr yoake-%s 1 .\n", command->name);
    }
    text_add(out, ".El\n.Ss Options of every command\n");
    add_options(out, NULL);
    text_add(out, ".Sh ENVIRONMENT\n.Bl -tag -width Ds\n"
                  ".It Ev YOAKE_STORE\nFolder of the participants' store.\n"
                  ".It Ev LC_ALL , Ev LC_MESSAGES , Ev LANG\n"
                  "Japanese when the first of them that is set begins with ja.\n"
                  ".It Ev NO_COLOR\nNo colours.\n.El\n");
    add_exit_status(out);
}

static void add_command(struct text *out, const struct command *command)
{
    text_addf(out, " Cm %s\n", command->name);
    if (command->verbs != NULL) {
        text_add(out, ".Cm ");
        for (size_t i = 0; command->verbs[i] != NULL; i++) {
            text_addf(out, "%s%s", i > 0 ? " | " : "", command->verbs[i]);
        }
        text_add(out, "\n");
    }
    text_add(out, ".Op Ar options\n");
    if (command->operands != NULL && *command->operands != '\0') {
        text_add(out, ".Ar ");
        add_roff(out, command->operands);
        text_add(out, "\n");
    }
    text_add(out, ".Sh DESCRIPTION\n");
    struct text words;
    text_init(&words);
    text_addf(&words, "%s.", command->en);
    if (words.at != NULL) {
        words.at[0] = (char)toupper((unsigned char)words.at[0]);
    }
    if (command->details_en != NULL) {
        text_addf(&words, "\n\n%s", command->details_en);
    }
    add_prose(out, text_string(&words));
    text_release(&words);
    text_add(out, ".Pp\nThe options are:\n");
    add_options(out, command);
    add_exit_status(out);
    if (command->examples != NULL) {
        text_add(out, ".Sh EXAMPLES\n.Bd -literal\n");
        add_roff(out, command->examples);
        size_t n = strlen(command->examples);
        text_addf(out, "%s.Ed\n", n > 0 && command->examples[n - 1] == '\n' ? "" : "\n");
    }
}

void man_page(const struct command *command, struct text *out)
{
    add_head(out, command);
    if (command != NULL) {
        add_command(out, command);
    } else {
        add_overview(out);
    }
    text_add(out, ".Sh SEE ALSO\n");
    text_add(out,
             command != NULL ? ".Xr yoake 1\n" : ".Xr yoake-batch 1 ,\n.Xr yoake-review 1\n");
}
