/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Completion for bash, from the same tables as --help.
 */
#include "src/cli/help.h"

#include <string.h>

#include "src/cli/options.h"
#include "src/cli/registry.h"

static void add_options(struct text *out, const struct command *command)
{
    const struct option_spec *spec;
    for (size_t i = 0; (spec = option_at(command, i)) != NULL; i++) {
        if (spec->en != NULL) {
            text_addf(out, "%s--%s", i > 0 ? " " : "", spec->name);
        }
    }
}

/* --out|--set) for the options that take something of this kind. */
static void add_kind_case(struct text *out, bool is_folder)
{
    size_t n = 0;
    struct text seen;
    text_init(&seen);
    for (size_t c = 0; c < command_count(); c++) {
        const struct option_spec *spec;
        for (size_t i = 0; (spec = option_at(command_at(c), i)) != NULL; i++) {
            bool fits = is_folder ? spec->kind == OPTION_FOLDER : spec->kind == OPTION_FILE;
            struct text mark;
            text_init(&mark);
            text_addf(&mark, "|--%s|", spec->name);
            if (fits && spec->en != NULL &&
                strstr(text_string(&seen), text_string(&mark)) == NULL) {
                text_add(&seen, text_string(&mark));
                text_addf(out, "%s--%s", n++ > 0 ? "|" : "", spec->name);
            }
            text_release(&mark);
        }
    }
    text_add(out, n == 0 ? "--" : "");
    text_release(&seen);
}

void completion_bash(struct text *out)
{
    text_add(out,
             "# SPDX-License-Identifier: GPL-3.0-or-later\n"
             "# Made by `make man` from the program's own tables.\n"
             "_yoake() {\n"
             "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
             "    local options='' verbs=''\n"
             "    case $before in\n"
             "    --lang) mapfile -t COMPREPLY < <(compgen -W 'ja en' -- \"$word\"); return "
             ";;\n    ");
    add_kind_case(out, true);
    text_add(out, ") mapfile -t COMPREPLY < <(compgen -d -- \"$word\"); return ;;\n    ");
    add_kind_case(out, false);
    text_add(out, ") mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); return ;;\n    esac\n"
                  "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        verbs='");
    for (size_t c = 0; c < command_count(); c++) {
        text_addf(out, "%s%s", c > 0 ? " " : "", command_at(c)->name);
    }
    text_add(out, "'\n        options='--help --version'\n    else\n"
                  "        case ${COMP_WORDS[1]} in\n");
    for (size_t c = 0; c < command_count(); c++) {
        const struct command *command = command_at(c);
        text_addf(out, "        %s)\n            options='", command->name);
        add_options(out, command);
        text_add(out, "'\n");
        if (command->verbs != NULL) {
            text_add(out, "            [ \"$COMP_CWORD\" -ne 2 ] || verbs='");
            for (size_t i = 0; command->verbs[i] != NULL; i++) {
                text_addf(out, "%s%s", i > 0 ? " " : "", command->verbs[i]);
            }
            text_add(out, "'\n");
        }
        text_add(out, "            ;;\n");
    }
    text_add(
        out,
        "        esac\n    fi\n"
        "    case $word in\n"
        "    -*) mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\") ;;\n"
        "    *) mapfile -t COMPREPLY < <(compgen -W \"$verbs\" -- \"$word\")\n"
        "       [ -n \"$verbs\" ] || mapfile -t COMPREPLY < <(compgen -f -- \"$word\") ;;\n"
        "    esac\n}\n"
        "complete -o filenames -F _yoake yoake\n");
}
